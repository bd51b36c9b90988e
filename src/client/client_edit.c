/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person does to the outbox by hand: send again, drop, take back from the log, edit, settle a conflict. */
#include "client/client_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "client/overlay.h"

static bool find(Client *client, const Uuid *op, OutboxItem *item, GError **error)
{
    if (!store_item(client->store, op, item, error))
        return false;
    if (item->state != OUTBOX_SENDING)
        return true;
    fields_clear(&outbox_fields, item);
    return problem_set(error, PROBLEM_FAILED, "%s", _("it is being sent just now"));
}

typedef bool (*ItemsFunc)(Client *client, const OutboxItem *items, size_t n, const char *reason,
                          GError **error);

static bool retry_items(Client *client, const OutboxItem *items, size_t n, const char *reason,
                        GError **error)
{
    return store_retry(client->store, items, n, clock_now(), error);
}

/* Copies of a lead that will not be: each is a lead of its own then. */
static bool free_copies(Client *client, const Uuid *lead, GError **error)
{
    g_autoptr(GPtrArray) all = store_items(client->store, 0, error);
    for (guint i = 0; all && i < all->len; i++) {
        OutboxItem *item = all->pdata[i];
        NewReferral input = { 0 };
        bool done = false, ok = true;
        if (overlay_is_copy_of(item, lead) && change_read(item, &input)) {
            input.copy_of = (Uuid){ 0 };
            g_free(item->body);
            item->body = change_json(&new_referral_fields, &input);
            if (item->attempts > 0)
                item->key = uuid_new();
            ok = store_rewrite(client->store, item, item->state, &done, error);
        }
        fields_clear(&new_referral_fields, &input);
        if (!ok)
            return false;
        if (done)
            client_show_edits(client, &item->object, 1);
    }
    return all != NULL;
}

static bool drop_items(Client *client, const OutboxItem *items, size_t n, const char *reason,
                       GError **error)
{
    if (!store_drop(client->store, items, n, reason, clock_now(), error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (items[i].kind == OUTBOX_CREATE && !free_copies(client, &items[i].object, error))
            return false;
    return true;
}

static bool with_item(Client *client, const Uuid *op, ItemsFunc func, const char *reason,
                      GError **error)
{
    OutboxItem item = { 0 };
    if (!find(client, op, &item, error))
        return false;
    bool ok = func(client, &item, 1, reason, error);
    if (ok)
        client_outbox_changed(client, &item.object, 1);
    fields_clear(&outbox_fields, &item);
    return ok;
}

/* Those of this account that are not on the way. */
static bool with_all(Client *client, ItemsFunc func, const char *reason, guint *n, GError **error)
{
    g_autoptr(GPtrArray) all = store_items(client->store, 0, error);
    if (!all)
        return false;
    g_autofree OutboxItem *items = g_new(OutboxItem, all->len);
    *n = 0;
    for (guint i = 0; i < all->len; i++) {
        const OutboxItem *item = g_ptr_array_index(all, i);
        if (item->state != OUTBOX_SENDING && client_owns(client, item))
            items[(*n)++] = *item; /* borrowed */
    }
    if (!func(client, items, *n, reason, error))
        return false;
    client_outbox_changed(client, NULL, 0);
    return true;
}

bool client_retry(Client *client, const Uuid *op, GError **error)
{
    return with_item(client, op, retry_items, NULL, error);
}

bool client_retry_all(Client *client, guint *n, GError **error)
{
    client->send_after = 0;
    return with_all(client, retry_items, NULL, n, error);
}

bool client_drop(Client *client, const Uuid *op, const char *reason, GError **error)
{
    return with_item(client, op, drop_items, reason, error);
}

bool client_drop_all(Client *client, const char *reason, guint *n, GError **error)
{
    return with_all(client, drop_items, reason, n, error);
}

bool client_take_back(Client *client, const Uuid *op, GError **error)
{
    Uuid object;
    if (!store_take_back(client->store, op, clock_now(), &object, error))
        return false;
    client_outbox_changed(client, &object, 1);
    return true;
}

/* Written over the item it was read as; another process, or the network, may have been quicker. */
static bool write_over(Client *client, const OutboxItem *item, OutboxState was, GError **error)
{
    bool done = false;
    if (!store_rewrite(client->store, item, was, &done, error))
        return false;
    client_outbox_changed(client, &item->object, 1);
    return done || problem_set(error, PROBLEM_FAILED, "%s", _("it was sent just now"));
}

static void start_afresh(OutboxItem *item)
{
    if (item->attempts > 0 || outbox_is_stopped(item->state))
        item->key = uuid_new();
    if (outbox_is_stopped(item->state))
        item->created_at = clock_now();
    if (item->state != OUTBOX_HELD)
        item->state = OUTBOX_WAITING;
    item->attempts = item->next_at = 0;
    g_clear_pointer(&item->problem, g_free);
    g_clear_pointer(&item->detail, g_free);
}

/* In conflict it is a change of what the server has: the person has seen that, and said what it shall be. */
static void take_theirs_as_base(OutboxItem *item)
{
    if (item->state != OUTBOX_CONFLICT)
        return;
    g_free(item->base);
    item->base = g_steal_pointer(&item->theirs);
    item->if_match = item->theirs_rev;
    item->theirs_rev = 0;
}

static bool edit_item(OutboxItem *item, const void *input, GError **error)
{
    const FieldTable *table = change_kind(item->kind)->input;
    g_autofree void *base = table ? g_malloc0(table->size) : NULL;
    if (!table)
        return problem_set(error, PROBLEM_FAILED, "%s", _("there is nothing to edit in it"));
    if (!change_check(item->kind, input, error))
        return false;
    take_theirs_as_base(item);
    bool has_base = item->base && change_read_json(item->base, table, base);
    g_free(item->body);
    item->body = change_body(item, has_base ? base : NULL, input);
    fields_clear(table, base);
    start_afresh(item);
    return true;
}

bool client_edit(Client *client, const Uuid *op, const void *input, GError **error)
{
    OutboxItem item = { 0 };
    if (!find(client, op, &item, error))
        return false;
    OutboxState was = item.state;
    bool ok = edit_item(&item, input, error) && write_over(client, &item, was, error);
    fields_clear(&outbox_fields, &item);
    return ok;
}

static bool keep_item(Client *client, OutboxItem *item, const char *path, ChangeSide side,
                      GError **error)
{
    if (item->state != OUTBOX_CONFLICT)
        return problem_set(error, PROBLEM_FAILED, "%s", _("it is not in conflict"));
    if (side == KEEP_THEIRS &&
        !store_log_dropped(client->store, item, _("theirs kept"), clock_now(), error))
        return false;
    ChangeOutcome outcome = change_keep(item, path, side);
    if (outcome == CHANGE_NONSENSE)
        return problem_set(error, PROBLEM_FAILED, "%s", _("it cannot be read any more"));
    if (outcome != CHANGE_DONE) {
        item->key = uuid_new();
        return write_over(client, item, OUTBOX_CONFLICT, error);
    }
    if (!store_delete(client->store, &item->op, 1, error))
        return false;
    client_outbox_changed(client, &item->object, 1);
    return true;
}

bool client_keep(Client *client, const Uuid *op, const char *path, ChangeSide side, GError **error)
{
    OutboxItem item = { 0 };
    if (!find(client, op, &item, error))
        return false;
    bool ok = keep_item(client, &item, path, side, error);
    fields_clear(&outbox_fields, &item);
    return ok;
}
