-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an account is written to in, and when its days and months begin.

ALTER TABLE account ADD COLUMN language BIGINT; -- 1 English, 2 German; NULL: its account is gone
ALTER TABLE account ADD COLUMN time_zone TEXT;  -- IANA name
UPDATE account SET language = 1, time_zone = 'UTC' WHERE state <> 3;

-- What a link was sent to, when that is to become the account's address.
ALTER TABLE mail_link ADD COLUMN email TEXT;

-- Monthly mail goes from zone to zone.
CREATE INDEX account_zone ON account (time_zone, id) WHERE state = 1;
