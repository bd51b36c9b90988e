-- SPDX-License-Identifier: GPL-3.0-or-later
-- Meetings and what is entered there; one-to-ones. `scope` is that by which this user may see the row: it goes with it.
CREATE TABLE meeting (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    state BIGINT,
    starts_at BIGINT,
    duration BIGINT,
    time_zone TEXT,
    place TEXT,
    topic TEXT,
    speaker TEXT,
    agenda TEXT,
    minutes TEXT,
    edition BIGINT,
    reason TEXT,
    completed_at BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX meeting_id ON meeting (id);
CREATE INDEX meeting_time ON meeting (starts_at, id);

CREATE TABLE attendance (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    meeting UUID,
    group_id UUID,
    account UUID,
    code BIGINT,
    substitute TEXT,
    left_early BIGINT,
    note TEXT,
    entered_at BIGINT,
    entered_by UUID,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX attendance_meeting ON attendance (meeting);

CREATE TABLE rsvp (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    meeting UUID,
    group_id UUID,
    account UUID,
    answer BIGINT,
    substitute TEXT,
    entered_at BIGINT,
    entered_by UUID,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX rsvp_meeting ON rsvp (meeting);

CREATE TABLE visitor (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    meeting UUID,
    group_id UUID,
    entered_by UUID,
    name TEXT,
    company_name TEXT,
    business_type TEXT,
    email TEXT,
    phone TEXT,
    brought_by UUID,
    outcome BIGINT,
    note TEXT,
    removed BIGINT,
    entered_at BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX visitor_meeting ON visitor (meeting);

CREATE TABLE slip (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    meeting UUID,
    group_id UUID,
    entered_by UUID,
    from_account UUID,
    to_account UUID,
    to_name TEXT,
    need TEXT,
    contact TEXT,
    referral UUID,
    removed BIGINT,
    entered_at BIGINT,
    inside BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX slip_meeting ON slip (meeting);

CREATE TABLE thanks (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    meeting UUID,
    group_id UUID,
    entered_by UUID,
    from_account UUID,
    to_account UUID,
    amount_amount BIGINT,
    amount_currency TEXT,
    kind BIGINT,
    tier BIGINT,
    removed BIGINT,
    entered_at BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX thanks_meeting ON thanks (meeting);

CREATE TABLE one_to_one (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    group_id UUID,
    account_a UUID,
    account_b UUID,
    met_on TEXT,
    place TEXT,
    note TEXT,
    removed BIGINT,
    reported_by UUID,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX one_to_one_day ON one_to_one (met_on);
