-- SPDX-License-Identifier: GPL-3.0-or-later
-- Profiles of the own account and of partners; invitations. The next full sync, which begins by itself as the feeds have lost
-- their place, brings them.
ALTER TABLE account ADD COLUMN profile_headline TEXT;
ALTER TABLE account ADD COLUMN profile_about TEXT;
ALTER TABLE account ADD COLUMN profile_specialities TEXT;
ALTER TABLE account ADD COLUMN profile_industries TEXT;
ALTER TABLE account ADD COLUMN profile_price_level BIGINT;
ALTER TABLE account ADD COLUMN profile_areas TEXT;
ALTER TABLE account ADD COLUMN profile_qualifies TEXT;
ALTER TABLE account ADD COLUMN profile_ideal_partner TEXT;
ALTER TABLE account ADD COLUMN profile_website TEXT;
ALTER TABLE account ADD COLUMN profile_exclusive BIGINT;
ALTER TABLE account ADD COLUMN profile_public BIGINT;
ALTER TABLE account ADD COLUMN profile_recommends BIGINT;
ALTER TABLE partner ADD COLUMN profile_headline TEXT;
ALTER TABLE partner ADD COLUMN profile_about TEXT;
ALTER TABLE partner ADD COLUMN profile_specialities TEXT;
ALTER TABLE partner ADD COLUMN profile_industries TEXT;
ALTER TABLE partner ADD COLUMN profile_price_level BIGINT;
ALTER TABLE partner ADD COLUMN profile_areas TEXT;
ALTER TABLE partner ADD COLUMN profile_qualifies TEXT;
ALTER TABLE partner ADD COLUMN profile_ideal_partner TEXT;
ALTER TABLE partner ADD COLUMN profile_website TEXT;
ALTER TABLE partner ADD COLUMN profile_exclusive BIGINT;
ALTER TABLE partner ADD COLUMN profile_public BIGINT;
ALTER TABLE partner ADD COLUMN profile_recommends BIGINT;

CREATE TABLE invitation (
    id UUID PRIMARY KEY,
    rev BIGINT NOT NULL,
    created_at BIGINT,
    updated_at BIGINT,
    direction BIGINT,
    kind BIGINT,
    from_account UUID,
    from_name TEXT,
    from_company_name TEXT,
    to_account UUID,
    to_name TEXT,
    to_company_name TEXT,
    business_type TEXT,
    email TEXT,
    message TEXT,
    via BIGINT,
    state BIGINT,
    expires_at BIGINT,
    answered_at BIGINT,
    generation BIGINT NOT NULL
);
-- Lists newest first; the open ones of both sides.
CREATE INDEX invitation_list ON invitation (direction, created_at, id);
CREATE INDEX invitation_open ON invitation (direction, expires_at) WHERE state = 1;

UPDATE feed SET state = NULL, full_sync = 0;
