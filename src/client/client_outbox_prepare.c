/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits in the outbox is made fit to be sent: changes are made to what the server has now, and of a fact's entries one is left. */
#include "client/client_outbox_private.h"

#include <string.h>

#include "base/clock.h"
#include "client/cache_groups.h"
#include "client/cache_meetings.h"
#include "client/change.h"
#include "client/meeting_book.h"

/* ---- changes: made to what the server has now, before they are sent for the first time */

static bool read_theirs(Client *client, const OutboxItem *item, void *object)
{
    const char *slash = strrchr(item->path, '/');
    Uuid note;
    if (item->kind == OUTBOX_PROFILE)
        return cache_account(client->cache, object, NULL);
    if (item->kind == OUTBOX_GROUP)
        return cache_group(client->cache, &item->object, object, NULL);
    if (item->kind == OUTBOX_MEETING)
        return cache_meeting(client->cache, &item->object, object, NULL);
    return slash && uuid_parse(slash + 1, &note) &&
           cache_server_note(client->cache, &note, object, NULL);
}

/* False: it is not to be sent now, as it is in conflict, or done. */
static bool bring_up_to_date(Client *client, OutboxItem *item, const void *theirs, gint64 rev)
{
    OutboxState was = item->state;
    bool tried = item->attempts > 0;
    if (rev <= (was == OUTBOX_CONFLICT ? item->theirs_rev : item->if_match))
        return was != OUTBOX_CONFLICT;
    ChangeOutcome merged = change_merge(item, theirs, rev);
    if (merged == CHANGE_NONSENSE)
        return true; /* the server says what is wrong with it */
    if (merged == CHANGE_DONE) {
        g_autoptr(GError) error = NULL;
        if (!store_delete(client->store, &item->op, 1, &error))
            client_outbox_store_failed(client, error);
        item->state = OUTBOX_FAILED; /* of the list only: it is gone */
    } else {
        if (merged == CHANGE_REBASED && was == OUTBOX_CONFLICT)
            item->state = OUTBOX_WAITING;
        if (tried) /* the server knows the old one, for another body */
            item->key = uuid_new();
        client_outbox_rewrite(client, item, was);
    }
    client_show_edits(client, &item->object, 1);
    return merged == CHANGE_REBASED;
}

bool client_outbox_prepare(Client *client, OutboxItem *item)
{
    union {
        Note note;
        Account account;
        Meeting meeting;
        Group group;
    } theirs = { 0 };
    const ChangeKind *kind = change_kind(item->kind);
    bool untried = item->attempts == 0 || item->state == OUTBOX_CONFLICT;
    if (!kind->merges || !untried)
        return true;
    bool ok = true;
    if (read_theirs(client, item, &theirs)) {
        gint64 rev = *(gint64 *)field_at(field_find(kind->input, "rev"), &theirs);
        ok = bring_up_to_date(client, item, &theirs, rev);
    }
    fields_clear(kind->input, &theirs);
    return ok;
}

void client_rebase(Client *client)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    if (!client->lock || !client_items(client, NULL))
        return;
    g_autoptr(GPtrArray) items = g_ptr_array_ref(client->items);
    for (guint i = 0; i < items->len; i++) {
        OutboxItem *item = g_ptr_array_index(items, i);
        bool alive = !outbox_is_stopped(item->state) || item->state == OUTBOX_CONFLICT;
        if (!change_kind(item->kind)->merges || !alive || !client_owns(client, item) ||
            !g_hash_table_add(seen, item->path) || item->state == OUTBOX_SENDING)
            continue;
        client_outbox_prepare(client, item);
    }
    client_forget_items(client);
}

/* ---- entries: that typed last is all that is sent of a fact */

static bool is_untried(const OutboxItem *item, gint64 now)
{
    return item->attempts == 0 && (item->state == OUTBOX_WAITING ||
                                   (item->state == OUTBOX_HELD && item->hold_until <= now));
}

void client_outbox_fold(Client *client)
{
    g_autoptr(GHashTable) later = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) gone = g_array_new(false, false, sizeof(Uuid));
    g_autoptr(GError) error = NULL;
    gint64 now = clock_now();
    for (guint i = client->items->len; i-- > 0;) {
        const OutboxItem *item = client->items->pdata[i];
        if (!fact_type(item->kind) || !is_untried(item, now) || !client_owns(client, item))
            continue;
        if (!g_hash_table_add(later, item->path))
            g_array_append_val(gone, item->op);
    }
    if (gone->len == 0)
        return;
    if (!store_delete(client->store, (const Uuid *)(void *)gone->data, gone->len, &error)) {
        client_outbox_store_failed(client, error);
        return;
    }
    client_forget_items(client);
    client_tell(client, CLIENT_OUTBOX | CLIENT_STATUS);
}
