/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/server_list.h"

#include "base/i18n.h"
#include "client/client_private.h"
#include "wire/json.h"

#define ITEMS_MAX 1000 /* more than anybody reads */
#define LOOK_MS 100    /* how often for the new token, */
#define LOOKS_MAX 50   /* and how often in all */

struct ServerList {
    Client *client;
    ServerListSpec spec;
    char *path;
    GPtrArray *items;
    char *next; /* cursor of the next page; NULL: there is none */
    NetRequest *request;
    guint soon;    /* tells why nothing can be asked */
    char *refused; /* a token that is over: asked again when there is another one */
    guint look;
    int looks;
};

void server_list_put(GString *path, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append_printf(path, "&%s=%s", name, escaped);
}

static void object_free(const ServerList *list, gpointer object)
{
    fields_clear(list->spec.table, object);
    g_free(object);
}

static void add_item(ServerList *list, const JsonNode *node)
{
    gpointer object = g_malloc0(list->spec.table->size);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(node, list->spec.table, object, JSON_REPLY, "#", &errors);
    bool wanted = !list->spec.wanted || list->spec.wanted(list->client, object);
    if (wanted && list->items->len < ITEMS_MAX)
        g_ptr_array_add(list->items, object);
    else
        object_free(list, object);
}

static bool read_page(ServerList *list, const NetReply *reply, GError **error)
{
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, error);
    const JsonNode *items = doc ? json_member(json_root(doc), "items") : NULL;
    if (doc && (!items || !json_is_array(items)))
        problem_set(error, PROBLEM_BAD_REPLY, "the answer lacks items");
    if (!doc || !items || !json_is_array(items))
        return false;
    for (const JsonNode *item = json_first(items); item; item = json_next(item))
        add_item(list, item);
    list->next = g_strdup(json_text(json_member(json_root(doc), "next")));
    return true;
}

static void ask(ServerList *list);

static gboolean on_look(gpointer data)
{
    ServerList *list = data;
    const char *token = list->client->credentials.access;
    if ((!token || g_str_equal(token, list->refused)) && ++list->looks < LOOKS_MAX)
        return G_SOURCE_CONTINUE;
    list->look = 0;
    ask(list);
    return G_SOURCE_REMOVE;
}

/* Tokens are renewed by the sync engine. */
static bool wait_for_token(ServerList *list, const NetReply *reply)
{
    if (reply->status != 401 || list->refused)
        return false;
    list->refused = g_strdup(list->client->credentials.access);
    list->look = g_timeout_add(LOOK_MS, on_look, list);
    client_event(list->client, EVENT_UNAUTHORIZED);
    return true;
}

static void on_page(NetReply *reply, gpointer data)
{
    ServerList *list = data;
    list->request = NULL;
    if (wait_for_token(list, reply))
        return;
    g_autoptr(GError) error = reply->error ? g_error_copy(reply->error) : NULL;
    g_clear_pointer(&list->refused, g_free);
    g_clear_pointer(&list->next, g_free);
    if (!error)
        read_page(list, reply, &error);
    list->spec.told(list, error, list->spec.data);
}

static gboolean on_soon(gpointer data)
{
    ServerList *list = data;
    g_autoptr(GError) error = NULL;
    list->soon = 0;
    problem_set(&error, PROBLEM_OFFLINE, "%s", _("the server cannot be reached now"));
    list->spec.told(list, error, list->spec.data);
    return G_SOURCE_REMOVE;
}

static void ask(ServerList *list)
{
    Client *client = list->client;
    if (!client->net || !client->credentials.access || client->sync.state == SYNC_DISABLED) {
        list->soon = g_idle_add(on_soon, list);
        return;
    }
    g_autoptr(GString) path = g_string_new(list->path);
    server_list_put(path, "cursor", list->next);
    NetCall call = { .method = "GET", .path = path->str, .token = client->credentials.access };
    list->request = net_send(client->net, &call, on_page, list);
}

ServerList *client_ask_list(Client *client, const ServerListSpec *spec)
{
    ServerList *list = g_new0(ServerList, 1);
    list->client = client;
    list->spec = *spec;
    list->path = g_strdup(spec->path);
    list->items = g_ptr_array_new();
    ask(list);
    return list;
}

void server_list_free(ServerList *list)
{
    if (!list)
        return;
    g_clear_handle_id(&list->soon, g_source_remove);
    g_clear_handle_id(&list->look, g_source_remove);
    if (list->request)
        net_cancel(list->request);
    for (guint i = 0; i < list->items->len; i++)
        object_free(list, list->items->pdata[i]);
    g_ptr_array_unref(list->items);
    g_free(list->path);
    g_free(list->next);
    g_free(list->refused);
    g_free(list);
}

const GPtrArray *server_list_items(const ServerList *list)
{
    return list->items;
}

bool server_list_is_busy(const ServerList *list)
{
    return list->request || list->soon || list->look;
}

bool server_list_has_more(const ServerList *list)
{
    return list->next && list->items->len < ITEMS_MAX;
}

void server_list_go_on(ServerList *list)
{
    if (server_list_has_more(list) && !server_list_is_busy(list))
        ask(list);
}
