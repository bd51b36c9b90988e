-- SPDX-License-Identifier: GPL-3.0-or-later
-- What must never be lost: actions on their way to the server, and drafts.
CREATE TABLE outbox (
    op UUID PRIMARY KEY,
    key UUID NOT NULL,           -- Idempotency-Key
    n BIGINT NOT NULL,
    unit UUID NOT NULL,
    account UUID,                -- whose action; NULL: made before the first sync
    kind BIGINT NOT NULL,
    object UUID NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    body TEXT,
    if_match BIGINT,             -- 0: none
    title TEXT,
    created_at BIGINT NOT NULL,
    hold_until BIGINT,
    next_at BIGINT,
    state BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem TEXT,
    detail TEXT
);
CREATE UNIQUE INDEX outbox_n ON outbox (n);
CREATE INDEX outbox_object ON outbox (object, n);

CREATE TABLE draft (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL
);
