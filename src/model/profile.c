/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/profile.h"

#include <string.h>

#include "base/i18n.h"

#define TOLD (FIELD_PERSONAL)
#define LONG_TEXT (FIELD_PERSONAL | FIELD_MULTILINE)

#define AT(member) offsetof(MemberProfile, member)
static const Field profile_rows[] = {
    { "headline", FIELD_TEXT, AT(headline), TOLD, .max = 120, .label = N_("In one line") },
    { "about", FIELD_TEXT, AT(about), LONG_TEXT, .max = 4000, .label = N_("About") },
    { "specialities", FIELD_LIST, AT(specialities), TOLD, .max = PROFILE_LIST_MAX,
      .label = N_("Specialities") },
    { "industries", FIELD_LIST, AT(industries), TOLD, .max = PROFILE_LIST_MAX,
      .label = N_("Industries") },
    { "price_level", FIELD_INT, AT(price_level), .max = PRICE_LEVEL_MAX,
      .label = N_("Price level") },
    { "areas", FIELD_LIST, AT(areas), TOLD, .max = PROFILE_LIST_MAX, .label = N_("Areas") },
    { "qualifies", FIELD_TEXT, AT(qualifies), LONG_TEXT, .max = 2000,
      .label = N_("What I call a lead") },
    { "ideal_partner", FIELD_TEXT, AT(ideal_partner), LONG_TEXT, .max = 2000,
      .label = N_("Ideal partner") },
    { "website", FIELD_TEXT, AT(website), TOLD, .max = 200, .label = N_("Website") },
    { "exclusive", FIELD_BOOL, AT(exclusive), .label = N_("One partner a trade") },
    { "public", FIELD_BOOL, AT(is_public), .label = N_("Public page") },
    { "recommends", FIELD_BOOL, AT(recommends), .label = N_("Show my public partners") },
};
#undef AT
const FieldTable profile_fields = FIELD_TABLE("profile", MemberProfile, profile_rows);

#define AT(member) offsetof(PublicProfile, member)
static const Field public_profile_rows[] = {
    { "account", FIELD_UUID, AT(account), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "name", FIELD_TEXT, AT(name), FIELD_READONLY | FIELD_PERSONAL, .label = N_("Name") },
    { "company_name", FIELD_TEXT, AT(company_name), FIELD_READONLY, .label = N_("Company") },
    { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY, .label = N_("Business") },
    { "profile", FIELD_OBJECT, AT(profile), FIELD_READONLY, .object = &profile_fields },
};
#undef AT
const FieldTable public_profile_fields = FIELD_TABLE("public_profile", PublicProfile,
                                                     public_profile_rows);

bool profile_is_link(const char *text)
{
    if (!g_str_has_prefix(text, "https://") && !g_str_has_prefix(text, "http://"))
        return false;
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    return uri && g_uri_get_host(uri) && *g_uri_get_host(uri) && !g_uri_get_userinfo(uri) &&
           !strpbrk(text, " \"'<>\\");
}

bool profile_validate(const MemberProfile *profile, const char *pointer, FieldErrors *errors)
{
    g_autofree char *place = g_strconcat(pointer, "/website", NULL);
    const char *link = profile->website;
    if (!link || !*link || profile_is_link(link) || field_errors_find(errors, place))
        return true;
    field_errors_add(errors, place, "link.invalid",
                     "must be a web address that begins with https:// or http://");
    return false;
}
