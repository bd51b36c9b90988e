-- SPDX-License-Identifier: GPL-3.0-or-later
-- New documents wait in a list that every search of PostgreSQL reads to its end: it is put into the index before it is long.

-- only postgresql
ALTER INDEX referral_words_words SET (gin_pending_list_limit = 64); -- kB, instead of 4 MB
SELECT gin_clean_pending_list('referral_words_words');
-- end only
