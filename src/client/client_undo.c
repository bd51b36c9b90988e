/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking back what is still held, and doing again what was taken back. */
#include "client/client_private.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/meetings.h"
#include "client/groups.h"
#include "client/overlay.h"

/* ---- what was undone: to do it again */

#define UNDONE_MAX 100

/* An item that was taken back, and how its lead stood then. */
typedef struct Undone {
    OutboxItem *item;
    ReferralState state;
    ReferralVerdict verdict;
    bool waiting, amended;
} Undone;

static void undone_free(gpointer data)
{
    Undone *undone = data;
    outbox_item_free(undone->item);
    g_free(undone);
}

static void unit_free(gpointer unit)
{
    g_ptr_array_unref(unit);
}

void client_forget_undone(Client *client)
{
    g_queue_clear_full(&client->undone, unit_free);
}

static void remember_standing(Client *client, Undone *undone)
{
    Referral referral;
    if (!client_referral_now(client, &undone->item->object, &referral, NULL))
        return; /* one that was not made yet */
    undone->state = referral.state;
    undone->verdict = referral.verdict;
    undone->waiting = referral_is_waiting(&referral);
    undone->amended = referral.amended;
    fields_clear(&referral_fields, &referral);
}

static void remember_undone(Client *client, GPtrArray *items)
{
    GPtrArray *unit = g_ptr_array_new_with_free_func(undone_free);
    for (guint i = 0; i < items->len; i++) {
        Undone *undone = g_new0(Undone, 1);
        undone->item = g_new0(OutboxItem, 1);
        fields_copy(&outbox_fields, undone->item, items->pdata[i]);
        remember_standing(client, undone);
        g_ptr_array_add(unit, undone);
    }
    g_queue_push_head(&client->undone, unit);
    if (g_queue_get_length(&client->undone) > UNDONE_MAX)
        unit_free(g_queue_pop_tail(&client->undone));
}

/* It had been opened or not: that is no other state. */
static bool stands_as_then(const Undone *undone, const Referral *referral)
{
    return referral->verdict == undone->verdict && referral->amended == undone->amended &&
           (undone->waiting ? referral_is_waiting(referral) : referral->state == undone->state);
}

static bool is_about(const GPtrArray *unit, GHashTable *objects)
{
    for (guint i = 0; i < unit->len; i++)
        if (g_hash_table_contains(objects, &((Undone *)unit->pdata[i])->item->object))
            return true;
    return false;
}

void client_spoil_undone(Client *client, const OutboxItem *items, size_t n)
{
    g_autoptr(GHashTable) objects = g_hash_table_new(uuid_hash, uuid_equal_func);
    if (!client->undone.head)
        return;
    for (size_t i = 0; i < n; i++)
        if (items[i].kind != OUTBOX_PICK_UP)
            g_hash_table_add(objects, (gpointer)&items[i].object);
    for (GList *at = client->undone.head, *next; at; at = next) {
        next = at->next;
        if (is_about(at->data, objects)) {
            unit_free(at->data);
            g_queue_delete_link(&client->undone, at);
        }
    }
}

/* ---- taking back */

/* "confirm: Bright & Co" */
static char *words_of(const OutboxItem *first, guint n)
{
    g_autofree char *title = text_clean(first->title, -1, TEXT_LINE);
    const char *kind = overlay_word(first);
    return n == 1 ? g_strdup_printf("%s: %s", kind, title)
                  : g_strdup_printf(ngettext("%s: %u lead", "%s: %u leads", n), kind, n);
}

bool client_undo(Client *client, char **what, GError **error)
{
    g_autoptr(GPtrArray) items = store_take_held_unit(client->store, error);
    if (!items)
        return false;
    if (items->len == 0)
        return problem_set(error, PROBLEM_FAILED, "%s", _("nothing to undo: it was sent already"));
    g_autofree Uuid *objects = g_new(Uuid, items->len);
    for (guint i = 0; i < items->len; i++)
        objects[i] = ((OutboxItem *)g_ptr_array_index(items, i))->object;
    if (what)
        *what = words_of(items->pdata[0], items->len);
    remember_undone(client, items);
    client_outbox_changed(client, objects, items->len);
    return true;
}

/* The same once more: another action, with an undo window of its own. */
static OutboxItem item_again(const Client *client, const OutboxItem *undone, const Uuid *unit)
{
    OutboxItem item = { 0 };
    fields_copy(&outbox_fields, &item, undone);
    client_begin_item(&item, unit, client->undo_hold);
    return item;
}

/* What would happen to a lead; false: it is about something else, which may always be asked for. */
static bool event_of(OutboxKind kind, ReferralEvent *event)
{
    static const struct {
        bool is; /* of a lead that the server has */
        ReferralEvent event;
    } events[] = {
        [OUTBOX_PICK_UP] = { true, EVENT_PICK_UP }, [OUTBOX_CONFIRM] = { true, EVENT_CONFIRM },
        [OUTBOX_OUTCOME] = { true, EVENT_OUTCOME }, [OUTBOX_WITHDRAW] = { true, EVENT_WITHDRAW },
        [OUTBOX_NOTE] = { true, EVENT_NOTE },       [OUTBOX_AMEND] = { true, EVENT_CONFIRM },
        [OUTBOX_REMIND] = { true, EVENT_REMIND },
    };
    if (kind >= G_N_ELEMENTS(events) || !events[kind].is)
        return false;
    *event = events[kind].event;
    return true;
}

static bool may_again(Client *client, const Undone *undone, GError **error)
{
    const OutboxItem *item = undone->item;
    Referral referral;
    ReferralEvent event;
    if (!client_owns(client, item))
        return problem_set(error, PROBLEM_FAILED, "%s",
                           _("it cannot be done again: it was somebody else's"));
    if (item->kind >= OUTBOX_RSVP)
        return client_meeting_may_again(client, item, error);
    if (item->kind >= OUTBOX_JOIN && item->kind <= OUTBOX_GROUP_ACT)
        return client_groups_may_again(client, item, error);
    if (item->kind >= OUTBOX_INVITE)
        return client_network_may_again(client, item, error);
    if (!event_of(item->kind, &event))
        return true;
    if (!client_referral_may(client, &item->object, event, &referral, error))
        return false;
    bool same = item->kind == OUTBOX_NOTE || stands_as_then(undone, &referral);
    fields_clear(&referral_fields, &referral);
    return same || problem_set(error, PROBLEM_FAILED, "%s",
                               _("it cannot be done again: the lead has changed since"));
}

static bool do_again(Client *client, const GPtrArray *unit, GError **error)
{
    g_autofree OutboxItem *items = g_new0(OutboxItem, unit->len);
    Uuid id = uuid_new();
    for (guint i = 0; i < unit->len; i++)
        if (!may_again(client, unit->pdata[i], error))
            return false;
    for (guint i = 0; i < unit->len; i++)
        items[i] = item_again(client, ((Undone *)unit->pdata[i])->item, &id);
    return client_add_items(client, items, unit->len, error);
}

bool client_redo(Client *client, char **what, GError **error)
{
    g_autoptr(GPtrArray) unit = g_queue_pop_head(&client->undone);
    if (!unit)
        return problem_set(error, PROBLEM_FAILED, "%s", _("nothing to do again"));
    /* Those undone before it may be about the same leads, and come next: this is no other action. */
    GQueue others = client->undone;
    client->undone = (GQueue)G_QUEUE_INIT;
    g_autoptr(GError) why = NULL;
    bool ok = do_again(client, unit, &why);
    client->undone = others;
    /* What the store could not take now may be tried again. */
    if (!ok && (problem_is(why, PROBLEM_STORAGE_FULL) || problem_is(why, PROBLEM_IO)))
        g_queue_push_head(&client->undone, g_ptr_array_ref(unit));
    if (ok && what)
        *what = words_of(((Undone *)unit->pdata[0])->item, unit->len);
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&why));
    return ok;
}
