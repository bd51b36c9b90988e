-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a group finds out about its people, concerns, dues. `scope` is that by which this user may see the row: it goes with it.
CREATE TABLE vetting (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    account UUID,
    kind BIGINT,
    who TEXT,
    checked_on TEXT,
    result BIGINT,
    note TEXT,
    evidence TEXT,
    removed BIGINT,
    name TEXT,
    by_account UUID,
    by_name TEXT,
    by_company_name TEXT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX vetting_account ON vetting (group_id, account);

CREATE TABLE concern (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    about_account UUID,
    about_name TEXT,
    about_company_name TEXT,
    by_account UUID,
    by_name TEXT,
    by_company_name TEXT,
    text TEXT,
    answer TEXT,
    state BIGINT,
    effect BIGINT,
    until BIGINT,
    note TEXT,
    decided_by_account UUID,
    decided_by_name TEXT,
    decided_by_company_name TEXT,
    decided_at BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX concern_group ON concern (group_id, about_account);

CREATE TABLE invoice (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    member_account UUID,
    member_name TEXT,
    member_company_name TEXT,
    amount_amount BIGINT,
    amount_currency TEXT,
    from_on TEXT,
    to_on TEXT,
    due_on TEXT,
    lapses_on TEXT,
    state BIGINT,
    settled_on TEXT,
    note TEXT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX invoice_group ON invoice (group_id, from_on);
