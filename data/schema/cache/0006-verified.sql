-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whether the own address is verified; the account is read anew whenever the client connects.

ALTER TABLE account ADD COLUMN email_verified_at BIGINT;
