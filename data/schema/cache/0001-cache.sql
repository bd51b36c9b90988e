-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the server knows and this user may see, with the local edits of the outbox on top. May be deleted at any time.
--
-- n orders all lists: milliseconds of sent_at * 2^20 + 19 bits of the id + 1 bit, set in the sent box. Being the row
-- number, it ends every index below and is the row number of lead_words too, so that the newest matches of any filter
-- come first without sorting.
CREATE TABLE referral (
    n BIGINT PRIMARY KEY,
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    box BIGINT,
    state BIGINT,
    verdict BIGINT,
    type BIGINT,
    from_account UUID,
    from_name TEXT,
    from_company_name TEXT,
    to_account UUID,
    to_name TEXT,
    to_company_name TEXT,
    lead_id UUID,
    lead_contact_first_name TEXT,
    lead_contact_last_name TEXT,
    lead_contact_company_name TEXT,
    lead_contact_email TEXT,
    lead_contact_phone_1 TEXT,
    lead_contact_phone_2 TEXT,
    lead_contact_city TEXT,
    lead_contact_postal_code TEXT,
    lead_contact_country_code TEXT,
    lead_need TEXT,
    lead_comments TEXT,
    lead_known_and_spoken BIGINT,
    lead_permission_given BIGINT,
    lead_permission_method BIGINT,
    lead_permission_at BIGINT,
    lead_permission_channels BIGINT,
    lead_value_amount BIGINT,
    lead_value_currency TEXT,
    copy_of UUID,
    competing BIGINT,
    sent_at BIGINT,
    picked_up_at BIGINT,
    confirmed_at BIGINT,
    outcome_at BIGINT,
    withdrawn_at BIGINT,
    reason_code BIGINT,
    message TEXT,
    amended BIGINT,
    value_amount BIGINT,
    value_currency TEXT,
    party UUID,                  -- the other side
    label BIGINT NOT NULL,       -- client/label.h
    waiting BIGINT NOT NULL,     -- for the recipient's verdict
    pending BIGINT NOT NULL,     -- has items in the outbox
    local BIGINT NOT NULL,       -- made here, not yet known to the server
    generation BIGINT NOT NULL   -- full sync that saw it last
);
CREATE UNIQUE INDEX referral_id ON referral (id);
CREATE INDEX referral_box ON referral (box);
CREATE INDEX referral_state ON referral (box, state);
CREATE INDEX referral_waiting ON referral (box) WHERE waiting = 1;
CREATE INDEX referral_party ON referral (party, n, box, state, verdict);
CREATE INDEX referral_label ON referral (label);
CREATE INDEX referral_pending ON referral (pending) WHERE pending = 1;

-- The server's row of an object that has items in the outbox.
CREATE TABLE referral_base (
    id UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    box BIGINT,
    state BIGINT,
    verdict BIGINT,
    type BIGINT,
    from_account UUID,
    from_name TEXT,
    from_company_name TEXT,
    to_account UUID,
    to_name TEXT,
    to_company_name TEXT,
    lead_id UUID,
    lead_contact_first_name TEXT,
    lead_contact_last_name TEXT,
    lead_contact_company_name TEXT,
    lead_contact_email TEXT,
    lead_contact_phone_1 TEXT,
    lead_contact_phone_2 TEXT,
    lead_contact_city TEXT,
    lead_contact_postal_code TEXT,
    lead_contact_country_code TEXT,
    lead_need TEXT,
    lead_comments TEXT,
    lead_known_and_spoken BIGINT,
    lead_permission_given BIGINT,
    lead_permission_method BIGINT,
    lead_permission_at BIGINT,
    lead_permission_channels BIGINT,
    lead_value_amount BIGINT,
    lead_value_currency TEXT,
    copy_of UUID,
    competing BIGINT,
    sent_at BIGINT,
    picked_up_at BIGINT,
    confirmed_at BIGINT,
    outcome_at BIGINT,
    withdrawn_at BIGINT,
    reason_code BIGINT,
    message TEXT,
    amended BIGINT,
    value_amount BIGINT,
    value_currency TEXT
);

CREATE TABLE note (
    id UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    referral UUID NOT NULL,
    text TEXT,
    local BIGINT NOT NULL,
    generation BIGINT NOT NULL
);
CREATE INDEX note_referral ON note (referral, created_at);

CREATE TABLE note_base (
    id UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    referral UUID NOT NULL,
    text TEXT
);

CREATE TABLE partner (
    account UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    name TEXT,
    company_name TEXT,
    business_type TEXT,
    email TEXT,
    since BIGINT,
    generation BIGINT NOT NULL
);
CREATE INDEX partner_name ON partner (name);

CREATE TABLE account (
    id UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    email TEXT,
    name TEXT,
    company_name TEXT,
    business_type TEXT,
    state BIGINT,
    admin BIGINT,
    generation BIGINT NOT NULL
);

-- Where each scope's change feed stands. full: a full sync is under way; state is then its next page.
CREATE TABLE feed (
    scope UUID PRIMARY KEY,
    state TEXT,
    complete BIGINT NOT NULL,    -- one full sync came to its end
    full_sync BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    synced_at BIGINT,
    done BIGINT NOT NULL,        -- objects of the full sync so far
    estimate BIGINT NOT NULL
);

-- Kept by the writer, so that no count ever scans.
CREATE TABLE counter (
    box BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verdict BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (box, state, verdict, waiting)
);

-- The same of each party, by when they were sent: spans of 30 days since 1970.
CREATE TABLE party_counter (
    party UUID NOT NULL,
    span BIGINT NOT NULL,
    box BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verdict BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (party, span, box, state, verdict)
);

CREATE VIRTUAL TABLE lead_words USING fts5(
    words, content = '', prefix = '1 2', detail = none, columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
);
-- A full sync writes segments of the index as large as its transactions; they are merged when there are sixteen of a size.
INSERT INTO lead_words (lead_words, rank) VALUES ('hashsize', 16777216);
INSERT INTO lead_words (lead_words, rank) VALUES ('automerge', 0);
