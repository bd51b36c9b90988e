-- SPDX-License-Identifier: GPL-3.0-or-later
-- Leads that came and that nobody was told of yet: written in one transaction with the lead, so that no crash forgets one.
CREATE TABLE arrival (
    id UUID PRIMARY KEY
);
