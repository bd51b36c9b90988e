/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/routes.h"

#include <string.h>

#include "server/families.h"

/* One a line, so that two additions never meet. */
/* clang-format off */
const Route *const route_families[] = {
    account_routes,
    session_routes,
    oauth_routes,
    device_routes,
    referral_routes,
    lead_page_routes,
    report_routes,
    note_routes,
    partner_routes,
    feed_routes,
    erasure_routes,
    event_routes,
    export_routes,
    batch_routes,
    concern_routes,
    dues_routes,
    group_report_routes,
    vetting_routes,
    openapi_routes,
    invitation_routes,
    network_routes,
    network_page_routes,
    profile_routes,
    group_routes,
    member_routes,
    request_routes,
    leader_approval_routes,
    meeting_routes,
    meeting_entry_routes,
    one_to_one_routes,
    meeting_calendar_routes,
    mail_inbound_routes,
    health_routes,
    reset_routes,
    address_routes,
    verify_routes,
    security_routes,
    email_setting_routes,
    mail_admin_routes,
    unsubscribe_routes,
    NULL,
};
/* clang-format on */

#define PATTERN_MAX 160
#define METHODS_MAX 6

/* All rows of one path. */
typedef struct Place {
    const Route *rows[METHODS_MAX];
    int n;
    char *allow;
} Place;

static GHashTable *places; /* "/v1/referrals/{}/confirm" -> Place; read-only after routes_init() */

/* "{id}" and the like become "{}". */
static void pattern_of_row(const char *path, char out[static PATTERN_MAX])
{
    size_t n = 0;
    bool inside = false;
    for (; *path; path++) {
        if (*path == '}')
            inside = false;
        g_assert(n < PATTERN_MAX - 1);
        if (!inside)
            out[n++] = *path;
        if (*path == '{')
            inside = true;
    }
    out[n] = '\0';
}

/* UUIDs of the path become "{}"; false when it cannot be a path of ours. */
static bool pattern_of_path(const char *path, char out[static PATTERN_MAX], Uuid *id, Uuid *sub)
{
    size_t n = 0;
    int ids = 0;
    *id = *sub = (Uuid){ 0 };
    while (*path) {
        size_t length = strcspn(path + 1, "/") + 1;
        char text[UUID_TEXT_SIZE];
        Uuid found;
        if (length == UUID_TEXT_SIZE && *path == '/' &&
            (memcpy(text, path + 1, UUID_TEXT_SIZE - 1), text[UUID_TEXT_SIZE - 1] = '\0',
             uuid_parse(text, &found))) {
            if (ids == 2 || n + 3 >= PATTERN_MAX)
                return false;
            *(ids++ == 0 ? id : sub) = found;
            memcpy(out + n, "/{}", 3);
            n += 3;
        } else {
            if (n + length >= PATTERN_MAX || memchr(path, '{', length))
                return false;
            memcpy(out + n, path, length);
            n += length;
        }
        path += length;
    }
    out[n] = '\0';
    return true;
}

static void row_add(const Route *row)
{
    char pattern[PATTERN_MAX];
    pattern_of_row(row->path, pattern);
    Place *place = g_hash_table_lookup(places, pattern);
    if (!place) {
        place = g_new0(Place, 1);
        g_hash_table_insert(places, g_strdup(pattern), place);
    }
    for (int i = 0; i < place->n; i++)
        g_assert(!g_str_equal(place->rows[i]->method, row->method));
    g_assert(place->n < METHODS_MAX);
    place->rows[place->n++] = row;
    const char *head = g_str_equal(row->method, "GET") ? ", HEAD" : "";
    g_autofree char *others = place->allow;
    place->allow = g_strconcat(others ? others : "", others ? ", " : "", row->method, head, NULL);
}

void routes_init(void)
{
    if (places)
        return;
    places = g_hash_table_new(g_str_hash, g_str_equal);
    for (const Route *const *family = route_families; *family; family++)
        for (const Route *row = *family; row->method; row++)
            row_add(row);
}

const Route *routes_find(const char *method, const char *path, Uuid *id, Uuid *sub,
                         const char **allow, GError **error)
{
    char pattern[PATTERN_MAX];
    Place *place = pattern_of_path(path, pattern, id, sub) ? g_hash_table_lookup(places, pattern)
                                                           : NULL;
    if (!place) {
        problem_set(error, PROBLEM_NOT_FOUND, "there is nothing at this address");
        return NULL;
    }
    if (g_str_equal(method, "HEAD"))
        method = "GET";
    for (int i = 0; i < place->n; i++)
        if (g_str_equal(place->rows[i]->method, method))
            return place->rows[i];
    if (allow)
        *allow = place->allow;
    problem_set(error, PROBLEM_METHOD_NOT_ALLOWED, "this address takes %s", place->allow);
    return NULL;
}

static const Route *reader_of(const char *pattern)
{
    Place *place = g_hash_table_lookup(places, pattern);
    for (int i = 0; place && i < place->n; i++)
        if (g_str_equal(place->rows[i]->method, "GET") && !(place->rows[i]->flags & ROUTE_LIST))
            return place->rows[i];
    return NULL;
}

const Route *routes_reader(const Route *write)
{
    char pattern[PATTERN_MAX];
    pattern_of_row(write->path, pattern);
    const Route *row = reader_of(pattern);
    char *verb = strrchr(pattern, '/');
    if (row || g_str_equal(verb, "/{}"))
        return row;
    *verb = '\0';
    return reader_of(pattern);
}
