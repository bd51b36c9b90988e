/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit: asked of the server page by page, and nothing waits for it. */
#include "client/network.h"

#include <string.h>

#include "base/i18n.h"
#include "client/client_private.h"
#include "wire/json.h"

#define PAGE_SIZE 50
#define FOUND_MAX 1000 /* more than anybody reads */
#define LOOK_MS 100    /* how often for the new token, */
#define LOOKS_MAX 50   /* and how often in all */

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
    ProfileQuery query;
    GPtrArray *found; /* PublicProfile * */
    char *next;       /* cursor of the next page; NULL: there is none */
    NetRequest *request;
    guint soon;    /* tells why nothing can be asked */
    char *refused; /* a token that is over: asked again when there is another one */
    guint look;
    int looks;
    ProfilesFunc told;
    gpointer data;
};

static void member_free(gpointer profile)
{
    fields_clear(&public_profile_fields, profile);
    g_free(profile);
}

/* ---- asking */

static void put_parameter(GString *path, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(path, "&%s=%s", name, escaped);
}

static char *path_of(const ProfileSearch *search)
{
    const ProfileQuery *query = &search->query;
    GString *path = g_string_new(NULL);
    g_string_printf(path, "/v1/profiles?limit=%d", PAGE_SIZE);
    put_parameter(path, "q", query->text);
    put_parameter(path, "business_type", query->business_type);
    put_parameter(path, "area", query->area);
    put_parameter(path, "speciality", query->speciality);
    if (query->price_level > 0)
        g_string_append_printf(path, "&price_level=%d", (int)query->price_level);
    put_parameter(path, "cursor", search->next);
    return g_string_free(path, FALSE);
}

static void add_profile(ProfileSearch *search, const JsonNode *node)
{
    PublicProfile *profile = g_new0(PublicProfile, 1);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(node, &public_profile_fields, profile, JSON_REPLY, "#", &errors);
    bool mine = uuid_equal(&profile->account, &client_status(search->client)->account);
    if (uuid_is_nil(&profile->account) || mine || search->found->len >= FOUND_MAX)
        member_free(profile);
    else
        g_ptr_array_add(search->found, profile);
}

static bool read_page(ProfileSearch *search, const NetReply *reply, GError **error)
{
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, error);
    const JsonNode *items = doc ? json_member(json_root(doc), "items") : NULL;
    if (doc && (!items || !json_is_array(items)))
        problem_set(error, PROBLEM_BAD_REPLY, "the answer lacks items");
    if (!doc || !items || !json_is_array(items))
        return false;
    for (const JsonNode *item = json_first(items); item; item = json_next(item))
        add_profile(search, item);
    search->next = g_strdup(json_text(json_member(json_root(doc), "next")));
    return true;
}

static void ask(ProfileSearch *search);

static gboolean on_look(gpointer data)
{
    ProfileSearch *search = data;
    const char *token = search->client->credentials.access;
    if ((!token || g_str_equal(token, search->refused)) && ++search->looks < LOOKS_MAX)
        return G_SOURCE_CONTINUE;
    search->look = 0;
    ask(search);
    return G_SOURCE_REMOVE;
}

/* Tokens are renewed by the sync engine. */
static bool wait_for_token(ProfileSearch *search, const NetReply *reply)
{
    if (reply->status != 401 || search->refused)
        return false;
    search->refused = g_strdup(search->client->credentials.access);
    search->look = g_timeout_add(LOOK_MS, on_look, search);
    client_event(search->client, EVENT_UNAUTHORIZED);
    return true;
}

static void on_page(NetReply *reply, gpointer data)
{
    ProfileSearch *search = data;
    search->request = NULL;
    if (wait_for_token(search, reply))
        return;
    g_autoptr(GError) error = reply->error ? g_error_copy(reply->error) : NULL;
    g_clear_pointer(&search->refused, g_free);
    g_clear_pointer(&search->next, g_free);
    if (!error)
        read_page(search, reply, &error);
    search->told(search, error, search->data);
}

static gboolean on_soon(gpointer data)
{
    ProfileSearch *search = data;
    g_autoptr(GError) error = NULL;
    search->soon = 0;
    problem_set(&error, PROBLEM_OFFLINE, "%s", _("the server cannot be reached now"));
    search->told(search, error, search->data);
    return G_SOURCE_REMOVE;
}

static void ask(ProfileSearch *search)
{
    Client *client = search->client;
    if (!client->net || !client->credentials.access || client->sync.state == SYNC_DISABLED) {
        search->soon = g_idle_add(on_soon, search);
        return;
    }
    g_autofree char *path = path_of(search);
    NetCall call = { .method = "GET", .path = path, .token = client->credentials.access };
    search->request = net_send(client->net, &call, on_page, search);
}

/* ---- its life */

ProfileSearch *client_find_profiles(Client *client, const ProfileQuery *query, ProfilesFunc found,
                                    gpointer data)
{
    ProfileSearch *search = g_new0(ProfileSearch, 1);
    search->client = client;
    search->found = g_ptr_array_new_with_free_func(member_free);
    search->told = found;
    search->data = data;
    fields_copy(&profile_query_fields, &search->query, query);
    ask(search);
    return search;
}

void profile_search_free(ProfileSearch *search)
{
    if (!search)
        return;
    g_clear_handle_id(&search->soon, g_source_remove);
    g_clear_handle_id(&search->look, g_source_remove);
    if (search->request)
        net_cancel(search->request);
    fields_clear(&profile_query_fields, &search->query);
    g_ptr_array_unref(search->found);
    g_free(search->next);
    g_free(search->refused);
    g_free(search);
}

const GPtrArray *profile_search_found(const ProfileSearch *search)
{
    return search->found;
}

bool profile_search_is_busy(const ProfileSearch *search)
{
    return search->request || search->soon || search->look;
}

bool profile_search_has_more(const ProfileSearch *search)
{
    return search->next && search->found->len < FOUND_MAX;
}

void profile_search_go_on(ProfileSearch *search)
{
    if (profile_search_has_more(search) && !profile_search_is_busy(search))
        ask(search);
}
