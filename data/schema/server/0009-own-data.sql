-- SPDX-License-Identifier: GPL-3.0-or-later
-- For what an account takes with it (src/server/export.h) and what goes with it (src/server/erasure.h).

CREATE INDEX note_account ON note (account, created_at, id);
-- Answers that are kept as text are few; who is in one of them is looked for when somebody is deleted.
CREATE INDEX idem_body ON idem (created_at) WHERE body IS NOT NULL;
CREATE INDEX referral_to_key ON referral (to_key) WHERE to_key IS NOT NULL;
