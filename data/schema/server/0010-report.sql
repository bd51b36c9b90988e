-- SPDX-License-Identifier: GPL-3.0-or-later
-- What reports count is read from indexes alone, whatever the size of a box: each counterpart's leads beside each other, in the
-- order of time, with what becomes of them; and the few that were not leads with the reason.

DROP INDEX referral_pair;
CREATE INDEX referral_pair ON referral (to_account, from_account, sent_at, id, state, verdict, picked_up_at, confirmed_at);
CREATE INDEX referral_given ON referral (from_account, to_account, sent_at, state, verdict, picked_up_at, confirmed_at);
CREATE INDEX referral_not_taken ON referral (to_account, sent_at, from_account, reason_code) WHERE verdict = 2;
CREATE INDEX referral_not_given ON referral (from_account, sent_at, to_account, reason_code) WHERE verdict = 2;
