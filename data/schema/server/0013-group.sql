-- SPDX-License-Identifier: GPL-3.0-or-later
-- Leads groups, memberships, requests, approvals. Columns are those of the field tables (src/model/group.c).

CREATE TABLE leads_group (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    name TEXT NOT NULL,
    area TEXT,
    home_text TEXT,
    rules TEXT,
    exclusive BIGINT NOT NULL,
    open BIGINT NOT NULL,
    directory BIGINT NOT NULL,
    seat_by_category BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    wanted TEXT,
    cadence BIGINT,
    weekday BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    month_day BIGINT NOT NULL,
    first_on TEXT,
    start_minute BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    time_zone TEXT,
    place TEXT,
    in_person BIGINT NOT NULL,
    fee_amount BIGINT,
    fee_currency TEXT,
    fee_period BIGINT,
    grace_days BIGINT NOT NULL,
    absences_allowed BIGINT NOT NULL,
    absence_policy BIGINT,
    league_table BIGINT NOT NULL,
    members BIGINT NOT NULL,  -- how many memberships are active; its row is locked when one begins or ends
    name_key TEXT NOT NULL,   -- under which its name is unique
    officers UUID NOT NULL    -- their scope (group_officers_scope())
);
CREATE UNIQUE INDEX leads_group_name ON leads_group (name_key) WHERE state <> 4;
CREATE UNIQUE INDEX leads_group_officers ON leads_group (officers);
CREATE INDEX leads_group_directory ON leads_group (id) WHERE state = 2;

-- Who is in which group, and who was. `seat`: under which no other member of a group with a seat for each business type may have
-- theirs; NULL where there are no such seats, and for a business type that competes with none.
CREATE TABLE membership (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    account UUID NOT NULL REFERENCES account (id),
    role BIGINT NOT NULL, -- its last one, when it has ended
    business_type TEXT,
    seat TEXT,
    state BIGINT NOT NULL,
    since BIGINT NOT NULL,
    ended_at BIGINT,
    paid_until BIGINT,
    reason TEXT
);
CREATE UNIQUE INDEX membership_live ON membership (group_id, account) WHERE state = 1;
CREATE UNIQUE INDEX membership_seat ON membership (group_id, seat) WHERE state = 1 AND seat IS NOT NULL;
CREATE INDEX membership_group ON membership (group_id, since, id) WHERE state = 1;
CREATE INDEX membership_account ON membership (account, group_id) WHERE state = 1;
CREATE INDEX membership_past ON membership (group_id, account);

CREATE TABLE membership_request (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    account UUID NOT NULL REFERENCES account (id),
    business_type TEXT,
    seat TEXT, -- as of membership, whether or not the group has such seats
    message TEXT,
    refs TEXT,
    state BIGINT NOT NULL,
    question TEXT,
    answer TEXT,
    reason TEXT,
    decided_by UUID REFERENCES account (id),
    decided_at BIGINT
);
-- One at a time.
CREATE UNIQUE INDEX membership_request_open ON membership_request (account, group_id) WHERE state IN (1, 2);
CREATE INDEX membership_request_group ON membership_request (group_id, created_at, id);
CREATE INDEX membership_request_account ON membership_request (account, created_at, id);
CREATE INDEX membership_request_seat ON membership_request (group_id, seat) WHERE state IN (1, 2);

-- Acting for more than one group (R62, D13).
CREATE TABLE leader_approval (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    account UUID NOT NULL REFERENCES account (id),
    kind BIGINT NOT NULL,
    state BIGINT NOT NULL,
    note TEXT,
    reason TEXT,
    decided_by UUID REFERENCES account (id),
    decided_at BIGINT
);
CREATE UNIQUE INDEX leader_approval_open ON leader_approval (account, group_id) WHERE state = 1;
CREATE INDEX leader_approval_account ON leader_approval (account, created_at, id);
CREATE INDEX leader_approval_made ON leader_approval (created_at, id);
CREATE INDEX leader_approval_granted ON leader_approval (account, group_id) WHERE state = 2;

-- Full text of the directory (src/server/group_search.h).
-- only sqlite
CREATE VIRTUAL TABLE group_words USING fts5(group_id UNINDEXED, who, rest, markers, tokenize = "ascii tokenchars '_'", prefix = '2');
INSERT INTO group_words (group_words, rank) VALUES ('rank', 'bm25(0.0, 8.0, 1.0, 0.0)');
-- end only
-- only postgresql
CREATE TABLE group_words (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES leads_group (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX group_words_words ON group_words USING gin (words) WITH (gin_pending_list_limit = 64);
-- end only
