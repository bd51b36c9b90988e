-- SPDX-License-Identifier: GPL-3.0-or-later
-- How far the jobs are that send mail by themselves (src/server/mail_jobs.h).

CREATE TABLE mail_job (
    job TEXT NOT NULL,
    local_date TEXT NOT NULL, -- of the run; "-" for a walk that never ends
    at BIGINT NOT NULL,       -- the last one that was looked at: its time, where it has one, and its id
    after UUID,
    done BIGINT NOT NULL,
    PRIMARY KEY (job, local_date)
);

-- Leads that nobody has picked up.
CREATE INDEX referral_waiting ON referral (sent_at, id) WHERE state = 1;
