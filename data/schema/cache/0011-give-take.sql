-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who gave what in a span of 30 days since 1970 is one row and not one for each state and verdict: five times fewer to sum up, and
-- the last span with a lead is found at once.
ALTER TABLE party_counter RENAME TO party_counter_by_state;
CREATE TABLE party_counter (
    party UUID NOT NULL,
    box BIGINT NOT NULL,
    span BIGINT NOT NULL,
    undecided BIGINT NOT NULL,
    leads BIGINT NOT NULL,
    not_leads BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,  -- with a verdict or without: these are in none of the others
    PRIMARY KEY (party, box, span)
);
INSERT INTO party_counter (party, box, span, undecided, leads, not_leads, withdrawn)
    SELECT party, box, span,
        sum(CASE WHEN state <> 8 AND verdict = 0 THEN n ELSE 0 END),
        sum(CASE WHEN state <> 8 AND verdict = 1 THEN n ELSE 0 END),
        sum(CASE WHEN state <> 8 AND verdict = 2 THEN n ELSE 0 END),
        sum(CASE WHEN state = 8 THEN n ELSE 0 END)
    FROM party_counter_by_state GROUP BY party, box, span;
DROP TABLE party_counter_by_state;
