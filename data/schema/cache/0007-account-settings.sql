-- SPDX-License-Identifier: GPL-3.0-or-later
-- Language and time zone of mail; the account is read anew whenever the client connects.

ALTER TABLE account ADD COLUMN language BIGINT;
ALTER TABLE account ADD COLUMN time_zone TEXT;
