-- SPDX-License-Identifier: GPL-3.0-or-later
-- The ledger, and dues of groups. In the ledger a credit is positive and a debit negative; rows of txn and posting are only ever
-- inserted, and only by src/server/ledger.c.

CREATE TABLE ledger_account (
    id UUID NOT NULL PRIMARY KEY, -- of code and currency
    code TEXT NOT NULL,           -- "member:ACCOUNT:GROUP", "group:GROUP:dues"
    currency TEXT NOT NULL,
    balance BIGINT NOT NULL,      -- of its postings
    postings BIGINT NOT NULL,     -- how many there are
    last_at BIGINT NOT NULL       -- of the latest: the next one is later
);
CREATE UNIQUE INDEX ledger_account_code ON ledger_account (code, currency);

CREATE TABLE txn (
    id UUID NOT NULL PRIMARY KEY, -- of the key
    key TEXT NOT NULL,            -- of what caused it: it is booked once
    kind BIGINT NOT NULL,
    at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reverses UUID REFERENCES txn (id),
    memo TEXT,
    actor UUID REFERENCES account (id) -- NULL: a job
);
CREATE UNIQUE INDEX txn_key ON txn (key);
CREATE UNIQUE INDEX txn_reverses ON txn (reverses);

CREATE TABLE posting (
    account UUID NOT NULL REFERENCES ledger_account (id),
    at BIGINT NOT NULL,
    txn UUID NOT NULL REFERENCES txn (id),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (account, at)
);
CREATE UNIQUE INDEX posting_txn ON posting (txn, account);

-- One for each member and period of a group that charges a fee.
CREATE TABLE invoice (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    group_id UUID NOT NULL REFERENCES leads_group (id),
    account UUID NOT NULL REFERENCES account (id),
    amount_amount BIGINT NOT NULL,
    amount_currency TEXT NOT NULL,
    from_on TEXT NOT NULL,
    to_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    lapses_on TEXT NOT NULL,
    state BIGINT NOT NULL,
    settled_on TEXT,
    note TEXT,
    told BIGINT NOT NULL -- reminders that were sent
);
CREATE INDEX invoice_group ON invoice (group_id, created_at, id);
CREATE INDEX invoice_account ON invoice (account, group_id, created_at, id);
CREATE INDEX invoice_open ON invoice (group_id, due_on) WHERE state = 1;

-- Since when a group charges, and how far the job is that makes its invoices.
CREATE TABLE dues_round (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES leads_group (id),
    since TEXT,              -- the first day on which a period is charged; NULL: not looked at yet
    next_at BIGINT NOT NULL, -- its next local day
    after UUID               -- the last membership of this round
);
CREATE INDEX dues_round_next ON dues_round (next_at, group_id);
CREATE INDEX leads_group_fee ON leads_group (id) WHERE fee_amount > 0;

-- An invoice as those may see it whom it concerns: the columns of invoice_fields.
CREATE VIEW invoice_full AS
SELECT
    i.id, i.rev, i.created_at, i.updated_at, i.group_id,
    i.account AS member_account, a.name AS member_name, a.company_name AS member_company_name,
    i.amount_amount, i.amount_currency, i.from_on, i.to_on, i.due_on, i.lapses_on, i.state, i.settled_on, i.note
FROM invoice i
CROSS JOIN account a
WHERE a.id = i.account;
