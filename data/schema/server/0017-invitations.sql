-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whoever leaves a group is told that its invitations are void; whose names a request to join shows; what nobody wrote.

-- recall: they left, and their invitation is to be called back. calls: by how much the SEQUENCE of their event is ahead of the
-- meeting's editions: that of the word that calls it back, and of an invitation after it, is a later one.
ALTER TABLE meeting_told ADD COLUMN recall BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meeting_told ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meeting_told_recall ON meeting_told (recall, meeting, account) WHERE recall = 1;

CREATE INDEX membership_request_decider ON membership_request (decided_by) WHERE decided_by IS NOT NULL;

-- Until when dues are paid is what the invoices say.
ALTER TABLE membership DROP COLUMN paid_until;
