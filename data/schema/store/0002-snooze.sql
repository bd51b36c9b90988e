-- SPDX-License-Identifier: GPL-3.0-or-later
-- Leads that come back at a time, and other times that every leadline of the profile keeps ('dnd': not to be disturbed until).
CREATE TABLE snooze (
    referral UUID PRIMARY KEY,
    until BIGINT NOT NULL,
    told BIGINT NOT NULL         -- 1: it came back, and the user was told
);

CREATE TABLE moment (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
