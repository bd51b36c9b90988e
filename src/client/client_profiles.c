/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit. */
#include "client/network.h"

#include "base/i18n.h"

#define PAGE_SIZE 50

#define AT(member) offsetof(ProfileQuery, member)
static const Field query_rows[] = {
    { "text", FIELD_TEXT, AT(text), .max = 200, .label = N_("Words") },
    { "business_type", FIELD_TEXT, AT(business_type), .max = 120, .label = N_("Trade") },
    { "area", FIELD_TEXT, AT(area), .max = 120, .label = N_("Area") },
    { "speciality", FIELD_TEXT, AT(speciality), .max = 120, .label = N_("Speciality") },
    { "price_level", FIELD_INT, AT(price_level), .min = 0, .max = PRICE_LEVEL_MAX,
      .label = N_("Price 1-4") },
};
#undef AT
const FieldTable profile_query_fields = FIELD_TABLE("profile_query", ProfileQuery, query_rows);

static char *path_of(const ProfileQuery *query)
{
    GString *path = g_string_new(NULL);
    g_string_printf(path, "/v1/profiles?limit=%d", PAGE_SIZE);
    server_list_put(path, "q", query->text);
    server_list_put(path, "business_type", query->business_type);
    server_list_put(path, "area", query->area);
    server_list_put(path, "speciality", query->speciality);
    if (query->price_level > 0)
        g_string_append_printf(path, "&price_level=%d", (int)query->price_level);
    return g_string_free(path, FALSE);
}

/* Others. */
static bool is_wanted(const Client *client, const void *object)
{
    const PublicProfile *profile = object;
    return !uuid_is_nil(&profile->account) &&
           !uuid_equal(&profile->account, &client_status(client)->account);
}

ServerList *client_find_profiles(Client *client, const ProfileQuery *query, ServerListFunc told,
                                 gpointer data)
{
    g_autofree char *path = path_of(query);
    ServerListSpec spec = { path, &public_profile_fields, is_wanted, told, data };
    return client_ask_list(client, &spec);
}
