/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private home for one test of the client: all XDG directories in a temporary one, removed with it. */
#pragma once

#include "client/cache_write.h"
#include "model/referral.h"
#include "wire/json.h"

typedef struct Home {
    char *dir;
} Home;

void home_make(Home *home);
void home_remove(Home *home);
char *home_path(const Home *home, const char *name); /* caller frees */

/* A referral in the inbox of `me`, made from n alone. Caller clears. */
Referral sample_referral(guint32 n);

/* One page of the change feed with these objects: "type", op, id, data may be NULL for a delete. */
typedef struct PageObject {
    const char *type;
    bool deleted;
    Uuid id;
    const FieldTable *table;
    const void *data;
} PageObject;
char *page_text(const Uuid *scope, const char *state, bool more, bool full,
                const PageObject *objects, size_t n);

typedef struct PageJob {
    char *text; /* of page_text() */
    bool start; /* of a full sync */
} PageJob;
/* A CacheWriteFunc: writes the page that a PageJob has. */
bool write_feed_page(CacheWriter *writer, gpointer data, GError **error);
