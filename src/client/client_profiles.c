/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit. */
#include "client/network.h"

#include "base/i18n.h"
#include "client/server_list.h"

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

struct ProfileSearch {
    Client *client;
    ServerList *list;
    ProfilesFunc told;
    gpointer data;
};

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
static bool is_wanted(const void *object, gpointer data)
{
    const PublicProfile *profile = object;
    const ProfileSearch *search = data;
    return !uuid_is_nil(&profile->account) &&
           !uuid_equal(&profile->account, &client_status(search->client)->account);
}

static void on_told(ServerList *list, const GError *error, gpointer data)
{
    ProfileSearch *search = data;
    search->told(search, error, search->data);
}

ProfileSearch *client_find_profiles(Client *client, const ProfileQuery *query, ProfilesFunc found,
                                    gpointer data)
{
    ProfileSearch *search = g_new0(ProfileSearch, 1);
    search->client = client;
    search->told = found;
    search->data = data;
    g_autofree char *path = path_of(query);
    ServerListSpec spec = { path, &public_profile_fields, is_wanted, on_told, search };
    search->list = client_ask_list(client, &spec);
    return search;
}

void profile_search_free(ProfileSearch *search)
{
    if (search)
        server_list_free(search->list);
    g_free(search);
}

const GPtrArray *profile_search_found(const ProfileSearch *search)
{
    return server_list_items(search->list);
}

bool profile_search_is_busy(const ProfileSearch *search)
{
    return server_list_is_busy(search->list);
}

bool profile_search_has_more(const ProfileSearch *search)
{
    return server_list_has_more(search->list);
}

void profile_search_go_on(ProfileSearch *search)
{
    server_list_go_on(search->list);
}
