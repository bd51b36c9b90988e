-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mail that is to be sent or was, and who wants which (src/server/mail.h).

CREATE TABLE mail (
    id UUID NOT NULL PRIMARY KEY,   -- and, with the host's name, its Message-ID
    type TEXT NOT NULL,             -- a code of src/model/mail_type.c
    key TEXT NOT NULL,              -- of what caused it: one mail a type and key, ever
    account_id UUID REFERENCES account (id),
    email TEXT,                     -- NULL: the account's, as it is when the mail goes out
    name TEXT,
    language TEXT NOT NULL,
    value_texts TEXT,               -- JSON object of texts for the template; NULL once it was sent
    state BIGINT NOT NULL,          -- 1 queued, 2 sent, 3 failed: to be tried again, 4 dead
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT,                 -- of the next attempt; while it is being sent: when another server may try; NULL: never
    sent_at BIGINT,
    error TEXT                      -- of the last attempt
);
CREATE UNIQUE INDEX mail_key ON mail (type, key);
CREATE INDEX mail_due ON mail (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX mail_state ON mail (state, created_at, id);
CREATE INDEX mail_account ON mail (account_id);
CREATE INDEX mail_created ON mail (created_at);

-- What an account said about a type that it may switch off; without a row it is on.
CREATE TABLE email_setting (
    account_id UUID NOT NULL REFERENCES account (id),
    type TEXT NOT NULL,
    is_on BIGINT NOT NULL,
    PRIMARY KEY (account_id, type)
);

-- Links in mail that end a type of mail for an account, or all mail to an address without one: BLAKE2b-256 of their secrets.
CREATE TABLE unsubscribe (
    hash BYTEA NOT NULL PRIMARY KEY,
    account_id UUID REFERENCES account (id),
    address_hash BYTEA, -- of an address without an account, folded
    type TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX unsubscribe_account ON unsubscribe (account_id);
CREATE INDEX unsubscribe_created ON unsubscribe (created_at);

-- Addresses without an account that want no mail from here.
CREATE TABLE mail_stop (
    address_hash BYTEA NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);
