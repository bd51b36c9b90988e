/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects of the change feed that are nothing but rows: what the members of a group, its officers, or an account alone may
 * read, without local edits in the cache. Each row belongs to the scope that it came by, and goes with it.
 *
 * A type of them is one row in types[] of cache_feed.c and one table of a migration:
 *
 *   { "meeting", .table = "meeting", .fields = &meeting_fields, .changed = CLIENT_MEETINGS },
 *
 *   CREATE TABLE meeting (
 *       ...the columns of the field table, `id UUID NOT NULL` among them...
 *       name_key TEXT NOT NULL,         only with .folded
 *       scope UUID NOT NULL,
 *       generation BIGINT NOT NULL,
 *       PRIMARY KEY (scope, id)
 *   );
 *
 * Writing, the sweep of a full sync, forgetting a scope and wiping follow. An object may come by two scopes, and read
 * otherwise in each: whoever reads by id says which, or takes one.
 */
#pragma once

#include "client/cache_writer.h"

/* A type of objects of the feed: rows of a table, or what its own functions make of it. */
typedef struct FeedType {
    const char *name; /* on the wire */

    const char *table; /* NULL: by the functions below */
    const FieldTable *fields;
    unsigned changed;   /* ClientChange */
    const char *folded; /* a text field that lists are ordered by: name_key has it folded */
    /* Is an object that was not there before something to tell the user? Then its id is an arrival (schema of the cache);
     * NULL never. Not while a scope is synced for the first time. */
    bool (*is_news)(const CacheWriter *writer, const Uuid *scope, const void *object);

    /* Of the account's own scope alone. */
    bool (*put)(CacheWriter *writer, const JsonNode *data, GError **error);
    bool (*remove)(CacheWriter *writer, const Uuid *id, GError **error);
    const char *swept; /* ids of what a full sync did not see */
} FeedType;

/* The types, by cache_feed.c; closed by a row without name. */
extern const FeedType feed_types[];
/* NULL: belongs to a later server, and is skipped. */
const FeedType *feed_type(const char *name);

/* Where a row comes from. */
typedef struct Source {
    Uuid scope;
    gint64 generation;
    bool complete; /* the scope was synced before: what is new is news */
} Source;

/* One that is older than what is there is passed over, but in another full sync: a server that was restored counts anew. */
bool shared_put(CacheWriter *writer, const FeedType *type, const Source *source,
                const JsonNode *data, GError **error);
bool shared_remove(CacheWriter *writer, const FeedType *type, const Uuid *scope, const Uuid *id,
                   GError **error);
/* What was answered to an act of this user's. A page that was written before it may know more: what the feed took away does
 * not come back by it, nor does what was taken back (`removed`) stay. again: the answer may be one that the server gave long
 * ago, as the act was sent before; then it only changes a row that is there, and the feed brings one that is not. */
bool shared_answer(CacheWriter *writer, const FeedType *type, const Source *source,
                   const JsonNode *data, bool again, GError **error);
/* Rows of the scope that its full sync of this generation did not see. */
bool shared_sweep(CacheWriter *writer, const Uuid *scope, gint64 generation, GError **error);
/* All rows of a scope; NULL of all scopes. */
bool shared_forget(CacheWriter *writer, const Uuid *scope, GError **error);
