/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list that is asked of the server page by page, and kept nowhere: members who fit, the directory of groups, who is in a group
 * that one is not in. Nothing waits for it. A token that is over is renewed by the sync engine, and the page asked for again.
 */
#pragma once

#include "client/client.h"

typedef struct ServerList ServerList;

/* More has come; or with *error, what is in the way: OFFLINE when the server cannot be reached. */
typedef void (*ServerListFunc)(ServerList *list, const GError *error, gpointer data);

typedef struct ServerListSpec {
    const char *path; /* with its parameters, "/v1/groups?limit=50" */
    const FieldTable *table;
    /* Is it one to be kept? What was no object is empty. NULL: all are. */
    bool (*wanted)(const Client *client, const void *object);
    ServerListFunc told;
    gpointer data;
} ServerListSpec;

/* Begins; copies path. Lives until server_list_free(), which ends what is on the way. */
ServerList *client_ask_list(Client *client, const ServerListSpec *spec);
void server_list_free(ServerList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServerList, server_list_free)

/* Objects of the table, in the order of the server; borrowed, strings as sent. */
const GPtrArray *server_list_items(const ServerList *list);
bool server_list_is_busy(const ServerList *list);
/* There are more, and server_list_go_on() fetches some. */
bool server_list_has_more(const ServerList *list);
void server_list_go_on(ServerList *list);

/* "&name=value" at the end of a path, escaped; nothing when there is no value. */
void server_list_put(GString *path, const char *name, const char *value);
