-- SPDX-License-Identifier: GPL-3.0-or-later
-- Recipients without an account, the words of a permission, and reminders.
ALTER TABLE referral ADD COLUMN to_email TEXT;
ALTER TABLE referral ADD COLUMN lead_permission_wording TEXT;
ALTER TABLE referral ADD COLUMN reminded_at BIGINT;
ALTER TABLE referral_base ADD COLUMN to_email TEXT;
ALTER TABLE referral_base ADD COLUMN lead_permission_wording TEXT;
ALTER TABLE referral_base ADD COLUMN reminded_at BIGINT;
