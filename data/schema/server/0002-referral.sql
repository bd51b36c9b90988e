-- SPDX-License-Identifier: GPL-3.0-or-later
-- Partners, leads and their referrals. Columns are those of the field tables (src/model/referral.c).

-- One row for a pair of accounts, the smaller id first.
CREATE TABLE connection (
    account_a UUID NOT NULL REFERENCES account (id),
    account_b UUID NOT NULL REFERENCES account (id),
    state BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account_a, account_b),
    CHECK (account_a < account_b)
);
CREATE INDEX connection_b ON connection (account_b, account_a);

CREATE TABLE lead (
    id UUID NOT NULL PRIMARY KEY,
    contact_first_name TEXT,
    contact_last_name TEXT,
    contact_company_name TEXT,
    contact_email TEXT,
    contact_phone_1 TEXT,
    contact_phone_2 TEXT,
    contact_city TEXT,
    contact_postal_code TEXT,
    contact_country_code TEXT,
    need TEXT,
    comments TEXT,
    known_and_spoken BIGINT NOT NULL,
    permission_given BIGINT NOT NULL,
    permission_method BIGINT,
    permission_at BIGINT,
    permission_channels BIGINT,
    value_amount BIGINT,
    value_currency TEXT
);

CREATE TABLE referral (
-- only sqlite
    n BIGINT PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
-- end only
-- only postgresql
    id UUID NOT NULL PRIMARY KEY,
-- end only
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verdict BIGINT,
    type BIGINT NOT NULL,
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID NOT NULL REFERENCES account (id),
    lead_id UUID NOT NULL REFERENCES lead (id),
    copy_of UUID REFERENCES referral (id),
    competing BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    picked_up_at BIGINT,
    confirmed_at BIGINT,
    outcome_at BIGINT,
    withdrawn_at BIGINT,
    reason_code BIGINT,
    message TEXT,
    amended BIGINT NOT NULL,
    value_amount BIGINT,
    value_currency TEXT,
    CHECK (from_account <> to_account)
);
-- A box newest first, whole, by state, and with one counterpart (which is also give and take).
CREATE INDEX referral_inbox ON referral (to_account, sent_at, id);
CREATE INDEX referral_sent ON referral (from_account, sent_at, id);
CREATE INDEX referral_inbox_state ON referral (to_account, state, sent_at, id);
CREATE INDEX referral_sent_state ON referral (from_account, state, sent_at, id);
CREATE INDEX referral_pair ON referral (to_account, from_account, sent_at, id);
CREATE INDEX referral_copy ON referral (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX referral_lead ON referral (lead_id);

-- Full text (src/server/search.h says what a word is). On SQLite the rowid is referral.n.
-- only sqlite
CREATE VIRTUAL TABLE referral_words USING fts5(words, tokenize = "ascii tokenchars '_'", detail = 'none', columnsize = 0, prefix = '2');
-- end only
-- only postgresql
CREATE TABLE referral_words (
    referral UUID NOT NULL PRIMARY KEY REFERENCES referral (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX referral_words_words ON referral_words USING gin (words);
-- end only

-- Private to the side that wrote it.
CREATE TABLE note (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    referral UUID NOT NULL REFERENCES referral (id),
    text TEXT NOT NULL,
    account UUID NOT NULL REFERENCES account (id)
);
CREATE INDEX note_referral ON note (referral, account, created_at, id);

-- A referral as its parties read it: the columns of referral_fields but for the box, which depends on who reads.
-- CROSS JOIN: SQLite keeps this order, so that an index of referral decides what is read, and in which order.
CREATE VIEW referral_full AS
SELECT
    r.id, r.rev, r.created_at, r.updated_at, r.state, r.verdict, r.type,
    r.from_account, f.name AS from_name, f.company_name AS from_company_name,
    r.to_account, t.name AS to_name, t.company_name AS to_company_name,
    r.lead_id,
    l.contact_first_name AS lead_contact_first_name,
    l.contact_last_name AS lead_contact_last_name,
    l.contact_company_name AS lead_contact_company_name,
    l.contact_email AS lead_contact_email,
    l.contact_phone_1 AS lead_contact_phone_1,
    l.contact_phone_2 AS lead_contact_phone_2,
    l.contact_city AS lead_contact_city,
    l.contact_postal_code AS lead_contact_postal_code,
    l.contact_country_code AS lead_contact_country_code,
    l.need AS lead_need,
    l.comments AS lead_comments,
    l.known_and_spoken AS lead_known_and_spoken,
    l.permission_given AS lead_permission_given,
    l.permission_method AS lead_permission_method,
    l.permission_at AS lead_permission_at,
    l.permission_channels AS lead_permission_channels,
    l.value_amount AS lead_value_amount,
    l.value_currency AS lead_value_currency,
    r.copy_of, r.competing, r.sent_at, r.picked_up_at, r.confirmed_at, r.outcome_at, r.withdrawn_at,
    r.reason_code, r.message, r.amended, r.value_amount, r.value_currency
FROM referral r
CROSS JOIN lead l
CROSS JOIN account f
CROSS JOIN account t
WHERE l.id = r.lead_id AND f.id = r.from_account AND t.id = r.to_account;
