-- SPDX-License-Identifier: GPL-3.0-or-later
-- Scopes of the account besides its own, and what is in them: `scope` is that by which this user may see a row, and a row goes
-- with it. The same object may be in two (a request: the applicant's own, and the officers'), with what each may read of it.
CREATE TABLE scope (
    id UUID PRIMARY KEY,
    kind BIGINT,
    role TEXT,
    generation BIGINT NOT NULL
);

CREATE TABLE leads_group (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    state BIGINT,
    name TEXT,
    area TEXT,
    home_text TEXT,
    rules TEXT,
    exclusive BIGINT,
    open BIGINT,
    directory BIGINT,
    seat_by_category BIGINT,
    seats BIGINT,
    wanted TEXT,
    cadence BIGINT,
    weekday BIGINT,
    ordinal BIGINT,
    month_day BIGINT,
    first_on TEXT,
    start_minute BIGINT,
    duration BIGINT,
    time_zone TEXT,
    place TEXT,
    in_person BIGINT,
    fee_amount BIGINT,
    fee_currency TEXT,
    fee_period BIGINT,
    grace_days BIGINT,
    absences_allowed BIGINT,
    absence_policy BIGINT,
    league_table BIGINT,
    members BIGINT,
    role BIGINT,
    name_key TEXT NOT NULL,      -- name, folded
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,  -- full sync of the scope that saw it last
    PRIMARY KEY (scope, id)
);

CREATE TABLE member (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    group_id UUID,
    account UUID,
    name TEXT,
    company_name TEXT,
    business_type TEXT,
    email TEXT,
    role BIGINT,
    since BIGINT,
    unreferrable_until BIGINT,
    profile_headline TEXT,
    profile_about TEXT,
    profile_specialities TEXT,
    profile_industries TEXT,
    profile_price_level BIGINT,
    profile_areas TEXT,
    profile_qualifies TEXT,
    profile_ideal_partner TEXT,
    profile_website TEXT,
    profile_exclusive BIGINT,
    profile_public BIGINT,
    profile_recommends BIGINT,
    name_key TEXT NOT NULL,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
CREATE INDEX member_list ON member (scope, name_key, id);
CREATE INDEX member_account ON member (account, scope);
-- Partners by membership, whatever group it is: each once, in the order of their names.
CREATE INDEX member_name ON member (name_key, account);

CREATE TABLE membership_request (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    group_name TEXT,
    from_account UUID,
    from_name TEXT,
    from_company_name TEXT,
    business_type TEXT,
    message TEXT,
    refs TEXT,
    state BIGINT,
    question TEXT,
    answer TEXT,
    reason TEXT,
    decided_by_account UUID,
    decided_by_name TEXT,
    decided_by_company_name TEXT,
    decided_at BIGINT,
    seat_taken_by TEXT,
    conflict BIGINT,
    references_ok BIGINT,
    references_bad BIGINT,
    visits BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);

CREATE TABLE leader_approval (
    id UUID NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    group_id UUID,
    group_name TEXT,
    account_account UUID,
    account_name TEXT,
    account_company_name TEXT,
    kind BIGINT,
    state BIGINT,
    note TEXT,
    reason TEXT,
    decided_at BIGINT,
    scope UUID NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);
