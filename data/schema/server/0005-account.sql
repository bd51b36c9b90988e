-- SPDX-License-Identifier: GPL-3.0-or-later
-- Addresses that were verified, links in mails, one-time codes.

ALTER TABLE account ADD COLUMN email_verified_at BIGINT; -- NULL: nobody has shown yet that the address is theirs
UPDATE account SET email_verified_at = created_at; -- before there was a way to show it

-- Links in mails: only BLAKE2b-256 of their secret is kept.
CREATE TABLE mail_link (
    hash BYTEA NOT NULL PRIMARY KEY,
    purpose BIGINT NOT NULL, -- 1 verify the address, 2 a new password
    account_id UUID NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mail_link_account ON mail_link (account_id, purpose);
CREATE INDEX mail_link_expires ON mail_link (expires_at);

-- One-time codes (RFC 6238). No answer has the secret again.
CREATE TABLE totp (
    account_id UUID NOT NULL PRIMARY KEY REFERENCES account (id),
    secret BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,      -- NULL: begun only, no log-in wants one
    last_step BIGINT NOT NULL -- the newest half minute of which a code was taken: none is taken twice
);

CREATE TABLE recovery_code (
    account_id UUID NOT NULL REFERENCES account (id),
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);
