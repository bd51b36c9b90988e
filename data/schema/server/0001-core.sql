-- SPDX-License-Identifier: GPL-3.0-or-later
-- Accounts, sessions, sync scopes, the change index, idempotency, audit.

-- One row each: facts about this database.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE account (
    id UUID NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    company_name TEXT,
    business_type TEXT,
    state BIGINT NOT NULL,
    admin BIGINT NOT NULL,
    email_key TEXT NOT NULL, -- trimmed and case-folded
    password TEXT            -- argon2id string; NULL: cannot log in with a password
);
CREATE UNIQUE INDEX account_email ON account (email_key);

-- A log-in: one family of rotating refresh tokens.
CREATE TABLE session (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- absolute
    client TEXT,
    revoked_at BIGINT
);
CREATE INDEX session_account ON session (account_id, created_at, id);

-- Only BLAKE2b-256 of a token is ever stored.
CREATE TABLE token (
    hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES session (id),
    kind BIGINT NOT NULL, -- 1 access, 2 refresh
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,   -- a refresh token that was exchanged
    successor BYTEA,  -- for which refresh token
    access BYTEA      -- the access token that was issued with a refresh token
);
CREATE INDEX token_session ON token (session_id);
CREATE INDEX token_expires ON token (expires_at);

-- Failed log-ins: subject is BLAKE2b-256 of an account's address or of a peer's.
CREATE TABLE throttle (
    subject BYTEA NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX throttle_updated ON throttle (updated_at);

-- A unit of sync, of ordering and of sharing: today one per account, with the account's id.
CREATE TABLE scope (
    id UUID NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL,
    epoch BIGINT NOT NULL,   -- lineage of the database: another one after a restore
    acl BIGINT NOT NULL,     -- raised when roles in it change: its members start a full sync
    seq BIGINT NOT NULL,
    min_seq BIGINT NOT NULL  -- states below it cannot be caught up from: tombstones are gone
);

CREATE TABLE scope_member (
    scope_id UUID NOT NULL REFERENCES scope (id),
    account_id UUID NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    PRIMARY KEY (scope_id, account_id)
);
CREATE INDEX scope_member_account ON scope_member (account_id, scope_id);

-- One row per object and scope, with its latest seq; deleted ones stay as tombstones.
CREATE TABLE change_index (
    scope_id UUID NOT NULL,
    type BIGINT NOT NULL,
    object_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    created_seq BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (scope_id, type, object_id)
);
CREATE UNIQUE INDEX change_index_seq ON change_index (scope_id, seq);
CREATE INDEX change_index_tombstone ON change_index (changed_at) WHERE deleted = 1;

-- Outcome of every write by its Idempotency-Key, in the transaction of its effect.
CREATE TABLE idem (
    principal_id UUID NOT NULL, -- account, or the anonymous one
    key UUID NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    body TEXT, -- of problems, and of answers that cannot be rendered again
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal_id, key)
);
CREATE INDEX idem_created ON idem (created_at);

-- Who did what to which object, and when. Ids and codes only, no contents.
CREATE TABLE audit (
    id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    account_id UUID,
    session_id UUID,
    action TEXT NOT NULL, -- "referral.confirm"
    object_id UUID
);
CREATE INDEX audit_account ON audit (account_id, at);
