-- SPDX-License-Identifier: GPL-3.0-or-later
-- Log-ins of the device grant (RFC 8628): asked for by a program, allowed or denied in a browser.

CREATE TABLE device_grant (
    device_hash BYTEA NOT NULL PRIMARY KEY, -- BLAKE2b-256, as of all secrets
    user_hash BYTEA NOT NULL,               -- of the code that a person types
    client_id TEXT NOT NULL,                -- what the program calls itself
    client TEXT,                            -- its User-Agent
    peer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    poll_ms BIGINT NOT NULL,  -- grows when it is not kept to
    next_poll BIGINT NOT NULL,
    state BIGINT NOT NULL,    -- 1 asked, 2 allowed, 3 denied, 4 exchanged for tokens
    account_id UUID REFERENCES account (id), -- who allowed it
    exchanged_at BIGINT,
    session_id UUID           -- for which session
);
CREATE UNIQUE INDEX device_grant_user ON device_grant (user_hash);
CREATE INDEX device_grant_expires ON device_grant (expires_at);
