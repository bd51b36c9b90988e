/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member says of themselves: whom they serve, what they call a lead (R44), whom they would like to meet (R50), whether
 * their network is exclusive (R20), and whether the whole world may read it (R7, R11). Part of Account and of Partner; who
 * it is (name, company, business type) is there.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/uuid.h"

#define PRICE_LEVEL_MAX 4 /* 1 is the cheapest; 0 is not said */
#define PROFILE_LIST_MAX 20

typedef struct MemberProfile {
    char *headline;
    char *about;
    char **specialities, **industries;
    gint64 price_level;
    char **areas;
    char *qualifies;     /* R44 */
    char *ideal_partner; /* R50 */
    char *website;
    bool exclusive; /* one partner for a business type */
    bool is_public;
    bool recommends; /* shows its partners with public profiles on a page of its own (R7) */
} MemberProfile;

/* A member as those read who may: the public, partners, and whoever they asked to connect. No address. */
typedef struct PublicProfile {
    Uuid account;
    gint64 rev;
    char *name, *company_name, *business_type;
    MemberProfile profile;
} PublicProfile;

/* A link that a page may have: http or https, without user, blanks or control characters. */
bool profile_is_link(const char *text);

/* Beyond fields_validate(): the web link. `pointer` is the profile's place. False when a rule is broken. */
bool profile_validate(const MemberProfile *profile, const char *pointer, FieldErrors *errors);

extern const FieldTable profile_fields, public_profile_fields;
