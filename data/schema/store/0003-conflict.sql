-- SPDX-License-Identifier: GPL-3.0-or-later
-- A change remembers what it was made to, so that it can be merged with what others changed meanwhile; what is dropped
-- leaves a trace.
ALTER TABLE outbox ADD COLUMN base TEXT;         -- the object at if_match, JSON; NULL: not known, or there was none
ALTER TABLE outbox ADD COLUMN theirs TEXT;       -- in conflict: the object as the server has it
ALTER TABLE outbox ADD COLUMN theirs_rev BIGINT; -- and its revision

CREATE TABLE dropped (
    op UUID PRIMARY KEY,
    key UUID NOT NULL,
    n BIGINT NOT NULL,
    unit UUID NOT NULL,
    account UUID,
    kind BIGINT NOT NULL,
    object UUID NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    body TEXT,
    if_match BIGINT,
    title TEXT,
    created_at BIGINT NOT NULL,
    hold_until BIGINT,
    next_at BIGINT,
    state BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    problem TEXT,
    detail TEXT,
    base TEXT,
    theirs TEXT,
    theirs_rev BIGINT,
    reason TEXT,
    dropped_at BIGINT NOT NULL
);
CREATE INDEX dropped_at ON dropped (dropped_at);
