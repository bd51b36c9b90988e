-- SPDX-License-Identifier: GPL-3.0-or-later
-- What groups find out about members and applicants (R117), and concerns about members (R118).

CREATE TABLE vetting (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    account UUID NOT NULL REFERENCES account (id),
    kind BIGINT NOT NULL,
    who TEXT,
    checked_on TEXT NOT NULL,
    result BIGINT NOT NULL,
    note TEXT,
    evidence TEXT,
    removed BIGINT NOT NULL,
    by_account UUID NOT NULL REFERENCES account (id)
);
CREATE INDEX vetting_group ON vetting (group_id, created_at, id);
CREATE INDEX vetting_account ON vetting (account, group_id);

CREATE TABLE concern (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    about_account UUID NOT NULL REFERENCES account (id),
    by_account UUID NOT NULL REFERENCES account (id),
    text TEXT,
    answer TEXT,
    state BIGINT NOT NULL,
    effect BIGINT,
    until BIGINT,
    note TEXT,
    decided_by_account UUID REFERENCES account (id),
    decided_at BIGINT
);
CREATE INDEX concern_group ON concern (group_id, created_at, id);
CREATE INDEX concern_about ON concern (about_account, group_id);
CREATE INDEX concern_by ON concern (by_account, group_id);
CREATE INDEX concern_barred ON concern (group_id, about_account, until) WHERE state = 3 AND effect = 3;

-- A check as those may see it who have RIGHT_VETTING: the columns of vetting_fields.
CREATE VIEW vetting_full AS
SELECT
    v.id, v.rev, v.created_at, v.updated_at, v.group_id, v.account, v.kind, v.who, v.checked_on, v.result, v.note, v.evidence,
    v.removed, a.name, v.by_account, b.name AS by_name, b.company_name AS by_company_name
FROM vetting v
CROSS JOIN account a
CROSS JOIN account b
WHERE a.id = v.account AND b.id = v.by_account;

-- Meetings whose absences were not looked at yet (src/server/mail_jobs.h).
CREATE INDEX meeting_completed ON meeting (completed_at, id) WHERE state = 4;
