-- SPDX-License-Identifier: GPL-3.0-or-later
-- Profiles and their full text, invitations. Columns are those of the field tables (src/model/profile.c, invitation.c).

ALTER TABLE account ADD COLUMN profile_headline TEXT;
ALTER TABLE account ADD COLUMN profile_about TEXT;
ALTER TABLE account ADD COLUMN profile_specialities TEXT;
ALTER TABLE account ADD COLUMN profile_industries TEXT;
ALTER TABLE account ADD COLUMN profile_price_level BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN profile_areas TEXT;
ALTER TABLE account ADD COLUMN profile_qualifies TEXT;
ALTER TABLE account ADD COLUMN profile_ideal_partner TEXT;
ALTER TABLE account ADD COLUMN profile_website TEXT;
ALTER TABLE account ADD COLUMN profile_exclusive BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN profile_public BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN profile_recommends BIGINT NOT NULL DEFAULT 0;
CREATE INDEX account_public ON account (id) WHERE profile_public = 1;

-- Full text of profiles (src/server/profile_search.h).
-- only sqlite
CREATE VIRTUAL TABLE profile_words USING fts5(account UNINDEXED, who, trade, fit, rest, markers, tokenize = "ascii tokenchars '_'", prefix = '2');
INSERT INTO profile_words (profile_words, rank) VALUES ('rank', 'bm25(0.0, 6.0, 8.0, 4.0, 1.0, 0.0)');
-- end only
-- only postgresql
CREATE TABLE profile_words (
    account UUID NOT NULL PRIMARY KEY REFERENCES account (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX profile_words_words ON profile_words USING gin (words) WITH (gin_pending_list_limit = 64);
-- end only

-- Who asked whom. to_account: nil while the address has no account. The pair itself is a row of connection, from the accept on.
CREATE TABLE invitation (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID REFERENCES account (id),
    email TEXT,
    email_key TEXT,    -- folded; NULL: it was asked by account
    message TEXT,
    via BIGINT NOT NULL,
    state BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT,
    token_hash BYTEA,  -- BLAKE2b-256 of the link's secret
    CHECK (to_account IS NOT NULL OR email_key IS NOT NULL)
);
CREATE INDEX invitation_from ON invitation (from_account, created_at, id);
CREATE INDEX invitation_to ON invitation (to_account, created_at, id) WHERE to_account IS NOT NULL;
CREATE INDEX invitation_email ON invitation (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX invitation_expires ON invitation (expires_at) WHERE state = 1;
CREATE UNIQUE INDEX invitation_token ON invitation (token_hash) WHERE token_hash IS NOT NULL;
-- One at a time.
CREATE UNIQUE INDEX invitation_open_account ON invitation (from_account, to_account) WHERE state = 1 AND email_key IS NULL;
CREATE UNIQUE INDEX invitation_open_email ON invitation (from_account, email_key) WHERE state = 1 AND email_key IS NOT NULL;

-- An encouragement (R25): when one was last sent to a partner.
CREATE TABLE encouragement (
    from_account UUID NOT NULL REFERENCES account (id),
    to_account UUID NOT NULL REFERENCES account (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (from_account, to_account)
);

-- The newest number that event streams are told of: behind seq after a change that nobody is to be told of.
ALTER TABLE scope ADD COLUMN loud_seq BIGINT NOT NULL DEFAULT 0;
UPDATE scope SET loud_seq = seq;
