-- SPDX-License-Identifier: GPL-3.0-or-later
-- Language and time zone of mail; the account is read anew whenever the client connects.

ALTER TABLE account ADD COLUMN language BIGINT;
ALTER TABLE account ADD COLUMN time_zone TEXT;

-- Work that is left for a quiet moment: "words" are still in the index that are in no lead any more.
CREATE TABLE chore (
    name TEXT NOT NULL PRIMARY KEY
);
