-- SPDX-License-Identifier: GPL-3.0-or-later
-- Meetings of groups, and what is entered there. Columns are those of the field tables (src/model/meeting.c).

-- planned: made by the group's schedule, and nobody changed it since; the schedule may move it or take it away.
CREATE TABLE meeting (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    state BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    time_zone TEXT,
    place TEXT,
    topic TEXT,
    speaker TEXT,
    agenda TEXT,
    minutes TEXT,
    edition BIGINT NOT NULL, -- "sequence" of its invitations
    reason TEXT,
    completed_at BIGINT,
    planned BIGINT NOT NULL DEFAULT 0,
    told_edition BIGINT NOT NULL DEFAULT -1, -- of which all members were told by mail
    reminded BIGINT NOT NULL DEFAULT 0,
    slips_asked BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX meeting_group ON meeting (group_id, starts_at, id);
CREATE INDEX meeting_time ON meeting (starts_at, id);

-- Until which day (UTC) the meetings of a group's schedule were made.
CREATE TABLE meeting_plan (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES leads_group (id),
    made_on TEXT NOT NULL
);

-- What a member was last told by mail about a meeting: of which edition, and what jobs have sent.
CREATE TABLE meeting_told (
    meeting UUID NOT NULL REFERENCES meeting (id),
    account UUID NOT NULL REFERENCES account (id),
    edition BIGINT NOT NULL, -- -1: of none
    reminded BIGINT NOT NULL DEFAULT 0,
    slips_asked BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (meeting, account)
);
CREATE INDEX meeting_told_account ON meeting_told (account);

CREATE TABLE attendance (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    meeting UUID NOT NULL REFERENCES meeting (id),
    group_id UUID NOT NULL,
    account UUID NOT NULL REFERENCES account (id),
    code BIGINT NOT NULL,
    substitute TEXT,
    left_early BIGINT NOT NULL,
    note TEXT,
    entered_at BIGINT NOT NULL,
    entered_by UUID
);
CREATE INDEX attendance_meeting ON attendance (meeting, id);
CREATE INDEX attendance_account ON attendance (account);

CREATE TABLE rsvp (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    meeting UUID NOT NULL REFERENCES meeting (id),
    group_id UUID NOT NULL,
    account UUID NOT NULL REFERENCES account (id),
    answer BIGINT NOT NULL,
    substitute TEXT,
    entered_at BIGINT NOT NULL,
    entered_by UUID -- NULL: by mail
);
CREATE INDEX rsvp_meeting ON rsvp (meeting, id);
CREATE INDEX rsvp_account ON rsvp (account);

-- What was taken back stays, so that an older entry of it that comes later does not bring it back.
CREATE TABLE visitor (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    meeting UUID NOT NULL REFERENCES meeting (id),
    group_id UUID NOT NULL,
    name TEXT NOT NULL,
    company_name TEXT,
    business_type TEXT,
    email TEXT,
    phone TEXT,
    brought_by UUID REFERENCES account (id),
    outcome BIGINT,
    note TEXT,
    removed BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by UUID
);
CREATE INDEX visitor_meeting ON visitor (meeting, id);
-- Did somebody who asks to join come before?
CREATE INDEX visitor_address ON visitor (group_id, LOWER(email)) WHERE email IS NOT NULL;
CREATE INDEX visitor_brought ON visitor (brought_by) WHERE brought_by IS NOT NULL;
CREATE INDEX visitor_group ON visitor (group_id);

CREATE TABLE slip (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    meeting UUID NOT NULL REFERENCES meeting (id),
    group_id UUID NOT NULL,
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID REFERENCES account (id),
    to_name TEXT,
    need TEXT,
    contact TEXT,
    referral UUID,
    removed BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    inside BIGINT NOT NULL,
    entered_by UUID
);
CREATE INDEX slip_meeting ON slip (meeting, id);
CREATE INDEX slip_from ON slip (from_account);
CREATE INDEX slip_to ON slip (to_account) WHERE to_account IS NOT NULL;

CREATE TABLE thanks (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    meeting UUID NOT NULL REFERENCES meeting (id),
    group_id UUID NOT NULL,
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID NOT NULL REFERENCES account (id),
    amount_amount BIGINT,
    amount_currency TEXT,
    kind BIGINT,
    tier BIGINT,
    removed BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by UUID
);
CREATE INDEX thanks_meeting ON thanks (meeting, id);
CREATE INDEX thanks_from ON thanks (from_account);
CREATE INDEX thanks_to ON thanks (to_account);

-- account_a < account_b. It counts once, as long as one of them says that they met; each has a note of their own.
CREATE TABLE one_to_one (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    group_id UUID NOT NULL,
    account_a UUID NOT NULL REFERENCES account (id),
    account_b UUID NOT NULL REFERENCES account (id),
    met_on TEXT NOT NULL,
    place TEXT,
    said_a BIGINT NOT NULL,
    said_b BIGINT NOT NULL,
    note_a TEXT,
    note_b TEXT,
    reported_by UUID NOT NULL
);
CREATE INDEX one_to_one_a ON one_to_one (account_a, met_on, id);
CREATE INDEX one_to_one_b ON one_to_one (account_b, met_on, id);
CREATE INDEX one_to_one_group ON one_to_one (group_id, met_on);

-- The calendar that a member subscribes to, by a secret address.
CREATE TABLE calendar_feed (
    account UUID NOT NULL PRIMARY KEY REFERENCES account (id),
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX calendar_feed_hash ON calendar_feed (hash);
