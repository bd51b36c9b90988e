-- SPDX-License-Identifier: GPL-3.0-or-later
-- Limits and orders of lists. The writer fills the new columns (client/cache_row.h); until the next full sync, which begins
-- by itself as the feeds have lost their place, old rows have what SQL can make of them.
ALTER TABLE referral ADD COLUMN standing BIGINT NOT NULL DEFAULT 0;   -- state and verdict
ALTER TABLE referral ADD COLUMN worth BIGINT NOT NULL DEFAULT -1;     -- in thousandths of the currency's unit
ALTER TABLE referral ADD COLUMN client_key TEXT NOT NULL DEFAULT '';  -- name of the client, folded
UPDATE referral SET standing = state * 4 + coalesce(verdict, 0),
    worth = coalesce(10 * coalesce(value_amount, lead_value_amount), -1),
    client_key = substr(lower(coalesce(nullif(trim(coalesce(lead_contact_first_name, '') || ' ' ||
        coalesce(lead_contact_last_name, '')), ''), lead_contact_company_name, '')), 1, 30);
UPDATE feed SET state = NULL, full_sync = 0;

-- One for states and verdicts, in the order of n. Those that wait are two of its values.
DROP INDEX referral_state;
DROP INDEX referral_waiting;
CREATE INDEX referral_standing ON referral (box, standing);
-- These two cost a full sync more than all others: on an empty cache it begins without them (cache_feed.c).
CREATE INDEX referral_client ON referral (box, client_key);
CREATE INDEX referral_worth ON referral (box, worth);

-- The same words by what they say.
DROP TABLE lead_words;
CREATE VIRTUAL TABLE lead_words USING fts5(
    party, need, other, content = '', prefix = '1 2', detail = column, columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
);
INSERT INTO lead_words (lead_words, rank) VALUES ('hashsize', 16777216);
INSERT INTO lead_words (lead_words, rank) VALUES ('automerge', 0);
INSERT INTO lead_words (rowid, party, need, other)
    SELECT n, coalesce(CASE box WHEN 2 THEN to_name ELSE from_name END, ''), coalesce(lead_need, ''),
    coalesce(lead_contact_first_name || ' ', '') || coalesce(lead_contact_last_name || ' ', '') ||
    coalesce(lead_contact_company_name || ' ', '') || coalesce(lead_contact_city || ' ', '') FROM referral;
