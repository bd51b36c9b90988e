-- SPDX-License-Identifier: GPL-3.0-or-later
-- Leads that go to somebody outside the network, the words of a permission, reminders, and keys of a contact's phones and address.

ALTER TABLE lead ADD COLUMN permission_wording TEXT;

-- What two spellings of one number or address have in common (src/base/contact_key.h). Rows from before have the numbers that were
-- written the international way.
ALTER TABLE lead ADD COLUMN phone_1_key TEXT;
ALTER TABLE lead ADD COLUMN phone_2_key TEXT;
ALTER TABLE lead ADD COLUMN email_key TEXT;
UPDATE lead SET
    phone_1_key = CASE WHEN contact_phone_1 LIKE '+%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(contact_phone_1, ' ', ''), '-', ''), '(', ''), ')', ''), '.', '') END,
    phone_2_key = CASE WHEN contact_phone_2 LIKE '+%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(contact_phone_2, ' ', ''), '-', ''), '(', ''), ')', ''), '.', '') END,
    email_key = LOWER(contact_email)
WHERE contact_phone_1 LIKE '+%' OR contact_phone_2 LIKE '+%' OR contact_email IS NOT NULL;

-- A recipient is an account, or a name and an address. SQLite cannot take NOT NULL away from a column: the table is made anew,
-- and note with it, which refers to it.
DROP VIEW referral_full;
-- only sqlite
CREATE TABLE referral_new (
    n BIGINT PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verdict BIGINT,
    type BIGINT NOT NULL,
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID REFERENCES account (id),
    lead_id UUID NOT NULL REFERENCES lead (id),
    copy_of UUID REFERENCES referral_new (id),
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
    to_name TEXT,       -- of somebody outside
    to_email TEXT,
    to_key TEXT,        -- under which their address is the same
    reminded_at BIGINT,
    CHECK (from_account <> to_account)
);
INSERT INTO referral_new (n, id, rev, created_at, updated_at, state, verdict, type, from_account, to_account, lead_id, copy_of,
    competing, sent_at, picked_up_at, confirmed_at, outcome_at, withdrawn_at, reason_code, message, amended, value_amount, value_currency)
SELECT n, id, rev, created_at, updated_at, state, verdict, type, from_account, to_account, lead_id, copy_of,
    competing, sent_at, picked_up_at, confirmed_at, outcome_at, withdrawn_at, reason_code, message, amended, value_amount, value_currency
FROM referral;
CREATE TABLE note_new (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    referral UUID NOT NULL REFERENCES referral_new (id),
    text TEXT NOT NULL,
    account UUID NOT NULL REFERENCES account (id)
);
INSERT INTO note_new (id, rev, created_at, updated_at, referral, text, account)
SELECT id, rev, created_at, updated_at, referral, text, account FROM note;
DROP TABLE note;
DROP TABLE referral;
ALTER TABLE referral_new RENAME TO referral;
ALTER TABLE note_new RENAME TO note;
CREATE INDEX referral_inbox ON referral (to_account, sent_at, id);
CREATE INDEX referral_sent ON referral (from_account, sent_at, id);
CREATE INDEX referral_inbox_state ON referral (to_account, state, sent_at, id);
CREATE INDEX referral_sent_state ON referral (from_account, state, sent_at, id);
CREATE INDEX referral_pair ON referral (to_account, from_account, sent_at, id);
CREATE INDEX referral_copy ON referral (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX referral_lead ON referral (lead_id);
CREATE INDEX note_referral ON note (referral, account, created_at, id);
-- end only
-- only postgresql
ALTER TABLE referral ALTER COLUMN to_account DROP NOT NULL;
ALTER TABLE referral ADD COLUMN to_name TEXT;
ALTER TABLE referral ADD COLUMN to_email TEXT;
ALTER TABLE referral ADD COLUMN to_key TEXT;
ALTER TABLE referral ADD COLUMN reminded_at BIGINT;
-- end only

-- Did this sender pass on this contact? The few leads of a key, whoever sent them; referral_lead says who.
CREATE INDEX lead_phone_1_key ON lead (phone_1_key) WHERE phone_1_key IS NOT NULL;
CREATE INDEX lead_phone_2_key ON lead (phone_2_key) WHERE phone_2_key IS NOT NULL;
CREATE INDEX lead_email_key ON lead (email_key) WHERE email_key IS NOT NULL;

-- The links that were mailed to somebody outside. Only BLAKE2b-256 of the secret in one is kept.
CREATE TABLE lead_link (
    hash BYTEA NOT NULL PRIMARY KEY,
    referral UUID NOT NULL REFERENCES referral (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX lead_link_referral ON lead_link (referral);
CREATE INDEX lead_link_expires ON lead_link (expires_at);

-- A referral as its parties read it: the columns of referral_fields but for the box, which depends on who reads.
-- CROSS JOIN: SQLite keeps this order, so that an index of referral decides what is read, and in which order.
CREATE VIEW referral_full AS
SELECT
    r.id, r.rev, r.created_at, r.updated_at, r.state, r.verdict, r.type,
    r.from_account, f.name AS from_name, f.company_name AS from_company_name,
    r.to_account, COALESCE(t.name, r.to_name) AS to_name, t.company_name AS to_company_name, r.to_email,
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
    l.permission_wording AS lead_permission_wording,
    l.value_amount AS lead_value_amount,
    l.value_currency AS lead_value_currency,
    r.copy_of, r.competing, r.sent_at, r.picked_up_at, r.confirmed_at, r.outcome_at, r.withdrawn_at, r.reminded_at,
    r.reason_code, r.message, r.amended, r.value_amount, r.value_currency
FROM referral r
CROSS JOIN lead l
CROSS JOIN account f
LEFT JOIN account t ON t.id = r.to_account
WHERE l.id = r.lead_id AND f.id = r.from_account;
