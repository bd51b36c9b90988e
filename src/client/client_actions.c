/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does: checked by the model's rules on what is shown, then an outbox row, then the local edit. */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/phone.h"
#include "base/text.h"
#include "client/overlay.h"

/* ---- the referral as it will be once all that is in the outbox has happened */

static void party_of_me(Client *client, Party *me)
{
    Account account = { 0 };
    if (cache_account(client->cache, &account, NULL)) {
        me->account = account.id;
        me->name = g_strdup(account.name);
        me->company_name = g_strdup(account.company_name);
    }
    fields_clear(&account_fields, &account);
}

static void party_of_partner(Client *client, const Uuid *id, Party *party)
{
    Partner partner = { 0 };
    party->account = *id;
    if (cache_partner(client->cache, id, &partner, NULL)) {
        party->name = g_strdup(partner.name);
        party->company_name = g_strdup(partner.company_name);
    }
    fields_clear(&partner_fields, &partner);
}

static void apply(Client *client, Referral *referral, const OutboxItem *item)
{
    Party me = { 0 }, to = { 0 };
    Uuid recipient;
    if (item->kind == OUTBOX_CREATE && overlay_recipient(item, &recipient)) {
        party_of_me(client, &me);
        party_of_partner(client, &recipient, &to);
    }
    overlay_apply(referral, item, &me, &to);
    fields_clear(&party_fields, &me);
    fields_clear(&party_fields, &to);
}

/* Not the cache's shown row: its worker may be a moment behind what was just done. */
static bool current(Client *client, const Uuid *id, Referral *out, GError **error)
{
    g_autoptr(GError) why = NULL;
    *out = (Referral){ 0 };
    if (!cache_server_referral(client->cache, id, out, &why) &&
        !problem_is(why, PROBLEM_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    g_autoptr(GPtrArray) items = store_items_of(client->store, id, error);
    if (!items) {
        fields_clear(&referral_fields, out);
        return false;
    }
    for (guint i = 0; i < items->len; i++)
        if (client_owns(client, g_ptr_array_index(items, i)))
            apply(client, out, g_ptr_array_index(items, i));
    if (!uuid_is_nil(&out->id))
        return true;
    fields_clear(&referral_fields, out);
    return problem_set(error, PROBLEM_NOT_FOUND, "there is no such lead here");
}

static bool may(Client *client, const Uuid *id, ReferralEvent event, Referral *out, GError **error)
{
    if (!current(client, id, out, error))
        return false;
    if (referral_may(out, event, clock_now(), error))
        return true;
    fields_clear(&referral_fields, out);
    return false;
}

/* ---- outbox rows */

typedef enum Hold { HOLD_NONE, HOLD_UNDO } Hold;

static OutboxItem item_new(const Client *client, OutboxKind kind, const Uuid *unit,
                           const Uuid *object, const char *act, char *body, Hold hold)
{
    char id[UUID_TEXT_SIZE];
    gint64 now = clock_now();
    bool held = hold == HOLD_UNDO && client->undo_hold > 0;
    return (OutboxItem){
        .op = uuid_new(),
        .key = uuid_new(),
        .unit = *unit,
        .account = client->status.account,
        .kind = kind,
        .object = *object,
        .method = g_strdup("POST"),
        .path = g_strdup_printf("/v1/referrals/%s%s", uuid_format(object, id), act),
        .body = body,
        .created_at = now,
        .hold_until = held ? now + client->undo_hold * MS_PER_SECOND : 0,
        .state = held ? OUTBOX_HELD : OUTBOX_WAITING,
    };
}

OutboxItem client_item(const Client *client, OutboxKind kind, const Uuid *object,
                       const char *method, char *path, char *body)
{
    Uuid unit = uuid_new();
    OutboxItem item = item_new(client, kind, &unit, object, "", body, HOLD_UNDO);
    g_free(item.method);
    g_free(item.path);
    item.method = g_strdup(method);
    item.path = path;
    return item;
}

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
    if (!current(client, &undone->item->object, &referral, NULL))
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

/* Something else was done to these: what was undone of them stays undone. Opening them is nothing. */
static void spoil_undone(Client *client, const OutboxItem *items, size_t n)
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

bool client_add_items(Client *client, OutboxItem *items, size_t n, GError **error)
{
    bool ok = store_add(client->store, items, n, error);
    g_autofree Uuid *objects = g_new(Uuid, n);
    if (ok)
        spoil_undone(client, items, n);
    for (size_t i = 0; i < n; i++) {
        objects[i] = items[i].object;
        fields_clear(&outbox_fields, &items[i]);
    }
    if (ok)
        client_outbox_changed(client, objects, n);
    return ok;
}

/* ---- the actions */

bool client_pick_up(Client *client, const Uuid *id, GError **error)
{
    Referral referral;
    if (!may(client, id, EVENT_PICK_UP, &referral, error))
        return false;
    bool fresh = referral.state == REFERRAL_SENT;
    Uuid unit = uuid_new();
    OutboxItem item = item_new(client, OUTBOX_PICK_UP, &unit, id, "/pick-up", NULL, HOLD_NONE);
    item.title = contact_display_name(&referral.lead.contact);
    fields_clear(&referral_fields, &referral);
    if (fresh)
        return client_add_items(client, &item, 1, error);
    fields_clear(&outbox_fields, &item);
    return true;
}

bool client_confirm(Client *client, const Uuid *ids, size_t n, const ConfirmInput *input,
                    GError **error)
{
    if (!change_check(OUTBOX_CONFIRM, input, error))
        return false;
    g_autofree OutboxItem *items = g_new0(OutboxItem, n);
    Uuid unit = uuid_new();
    size_t made = 0;
    for (; made < n; made++) {
        Referral referral;
        if (!may(client, &ids[made], EVENT_CONFIRM, &referral, error))
            break;
        items[made] = item_new(client, referral.verdict ? OUTBOX_AMEND : OUTBOX_CONFIRM, &unit,
                               &ids[made], "/confirm", change_json(&confirm_fields, input),
                               HOLD_UNDO);
        items[made].title = contact_display_name(&referral.lead.contact);
        fields_clear(&referral_fields, &referral);
    }
    if (made == n)
        return client_add_items(client, items, n, error);
    for (size_t i = 0; i < made; i++)
        fields_clear(&outbox_fields, &items[i]);
    return false;
}

bool client_outcome(Client *client, const Uuid *id, const OutcomeInput *input, GError **error)
{
    Referral referral;
    if (!change_check(OUTBOX_OUTCOME, input, error) ||
        !may(client, id, EVENT_OUTCOME, &referral, error))
        return false;
    Uuid unit = uuid_new();
    OutboxItem item = item_new(client, OUTBOX_OUTCOME, &unit, id, "/outcome",
                               change_json(&outcome_fields, input), HOLD_UNDO);
    item.title = contact_display_name(&referral.lead.contact);
    fields_clear(&referral_fields, &referral);
    return client_add_items(client, &item, 1, error);
}

/* What a sender does to a lead, without any words. */
static bool act(Client *client, const Uuid *id, ReferralEvent event, OutboxKind kind,
                const char *path, GError **error)
{
    Referral referral;
    if (!may(client, id, event, &referral, error))
        return false;
    Uuid unit = uuid_new();
    OutboxItem item = item_new(client, kind, &unit, id, path, NULL, HOLD_UNDO);
    item.title = contact_display_name(&referral.lead.contact);
    fields_clear(&referral_fields, &referral);
    return client_add_items(client, &item, 1, error);
}

bool client_withdraw(Client *client, const Uuid *id, GError **error)
{
    return act(client, id, EVENT_WITHDRAW, OUTBOX_WITHDRAW, "/withdraw", error);
}

bool client_remind(Client *client, const Uuid *id, GError **error)
{
    return act(client, id, EVENT_REMIND, OUTBOX_REMIND, "/remind", error);
}

/* The newest item about this address that will be sent: what is on the screen is what that makes of it. */
static OutboxItem *newest_change(Client *client, const Uuid *object, const char *path)
{
    g_autoptr(GPtrArray) items = store_items_of(client->store, object, NULL);
    for (guint i = items ? items->len : 0; i-- > 0;) {
        const OutboxItem *item = g_ptr_array_index(items, i);
        if (!outbox_is_stopped(item->state) && g_str_equal(item->path, path) &&
            client_owns(client, item))
            return g_ptr_array_steal_index(items, i);
    }
    return NULL;
}

/* What the change is made to: the server's object, or what an item before it makes of that (then its revision is known only
 * when that one is answered). `object` is filled; caller clears. False: there is none, it is new. */
static bool read_base(Client *client, OutboxItem *item, const void *server, gint64 rev,
                      void *object)
{
    const FieldTable *table = change_kind(item->kind)->input;
    g_autoptr(OutboxItem) before = newest_change(client, &item->object, item->path);
    bool found = before && change_read(before, object);
    if (!found && rev > 0) {
        fields_clear(table, object);
        fields_copy(table, object, server);
        item->if_match = rev;
        found = true;
    }
    if (found)
        item->base = change_json(table, object);
    return found;
}

bool client_note(Client *client, const Uuid *id, const Note *note, GError **error)
{
    Referral referral;
    if (!change_check(OUTBOX_NOTE, note, error) || !may(client, id, EVENT_NOTE, &referral, error))
        return false;
    Uuid unit = uuid_new();
    Uuid note_id = uuid_is_nil(&note->id) ? uuid_new() : note->id;
    char text[UUID_TEXT_SIZE];
    g_autofree char *act = g_strconcat("/notes/", uuid_format(&note_id, text), NULL);
    OutboxItem item = item_new(client, OUTBOX_NOTE, &unit, id, act, NULL, HOLD_UNDO);
    g_free(item.method);
    item.method = g_strdup("PUT");
    item.title = contact_display_name(&referral.lead.contact);
    Note server = { 0 }, base = { 0 };
    cache_server_note(client->cache, &note_id, &server, NULL);
    read_base(client, &item, &server, server.rev, &base);
    item.body = change_body(&item, NULL, note);
    fields_clear(&note_fields, &server);
    fields_clear(&note_fields, &base);
    fields_clear(&referral_fields, &referral);
    return client_add_items(client, &item, 1, error);
}

#define PROFILE_PATH "/v1/me"

bool client_read_profile(Client *client, Account *out, GError **error)
{
    *out = (Account){ 0 };
    if (!cache_account(client->cache, out, error))
        return false;
    g_autoptr(OutboxItem) before = newest_change(client, &out->id, PROFILE_PATH);
    Account then = { 0 };
    if (before && change_read(before, &then)) {
        then.id = out->id;
        fields_clear(&account_fields, out);
        *out = then;
        return true;
    }
    fields_clear(&account_fields, &then);
    return true;
}

bool client_change_profile(Client *client, const Account *account, GError **error)
{
    Account server = { 0 }, base = { 0 };
    if (!cache_account(client->cache, &server, error))
        return false;
    Account wanted = *account; /* borrowed: the address cannot be changed here */
    wanted.email = server.email;
    Uuid unit = uuid_new();
    OutboxItem item = item_new(client, OUTBOX_PROFILE, &unit, &server.id, "", NULL, HOLD_UNDO);
    g_free(item.method);
    g_free(item.path);
    item.method = g_strdup("PATCH");
    item.path = g_strdup(PROFILE_PATH);
    item.title = g_strdup(server.name);
    read_base(client, &item, &server, server.rev, &base);
    item.body = change_body(&item, &base, &wanted);
    bool ok = change_check(OUTBOX_PROFILE, &wanted, error);
    bool same = g_str_equal(item.body, "{}");
    fields_clear(&account_fields, &server);
    fields_clear(&account_fields, &base);
    if (ok && !same)
        return client_add_items(client, &item, 1, error);
    fields_clear(&outbox_fields, &item);
    return ok;
}

/* Nobody gets the same lead twice. */
static bool check_recipients(const NewReferral *inputs, size_t n, GError **error)
{
    const Field *to = field_find(&new_referral_fields, "to");
    for (size_t i = 0; i < n; i++) {
        if (!change_check(OUTBOX_CREATE, &inputs[i], error))
            return false;
        for (size_t j = 0; j < i; j++)
            if (field_equal(to, &inputs[i], &inputs[j]))
                return problem_set(error, PROBLEM_VALIDATION, "#/to: %s",
                                   _("the same recipient twice"));
    }
    return true;
}

bool client_hand_out(Client *client, const NewReferral *inputs, size_t n, Uuid *ids, GError **error)
{
    phone_load();
    if (!check_recipients(inputs, n, error))
        return false;
    g_autofree OutboxItem *items = g_new0(OutboxItem, n);
    Uuid unit = uuid_new();
    for (size_t i = 0; i < n; i++) {
        NewReferral input = inputs[i]; /* borrowed */
        ids[i] = uuid_new();
        if (i > 0)
            input.copy_of = uuid_is_nil(&inputs[0].copy_of) ? ids[0] : inputs[0].copy_of;
        items[i] = item_new(client, OUTBOX_CREATE, &unit, &ids[i], "",
                            change_json(&new_referral_fields, &input), HOLD_UNDO);
        g_free(items[i].method);
        items[i].method = g_strdup("PUT");
        items[i].title = contact_display_name(&input.contact);
    }
    return client_add_items(client, items, n, error);
}

bool client_send_referral(Client *client, const NewReferral *input, Uuid *id, GError **error)
{
    return client_hand_out(client, input, 1, id, error);
}

/* ---- what is only known here */

static void on_told(Job *job, gpointer data)
{
    client_job_done(data, job);
}

void client_told(Client *client, const Uuid *ids, size_t n)
{
    if (!client->worker || n == 0)
        return;
    Job *job = job_new(JOB_TOLD, on_told, client);
    job->objects = g_memdup2(ids, n * sizeof *ids);
    job->n_objects = n;
    client_add_job(client, job);
}

bool client_snooze(Client *client, const Uuid *id, gint64 until, GError **error)
{
    bool ok = until ? store_snooze(client->store, id, until, error)
                    : store_unsnooze(client->store, id, error);
    client_tell(client, CLIENT_SNOOZES);
    return ok;
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
    gint64 now = clock_now();
    bool held = client->undo_hold > 0;
    fields_copy(&outbox_fields, &item, undone);
    item.op = uuid_new();
    item.key = uuid_new();
    item.unit = *unit;
    item.created_at = now;
    item.hold_until = held ? now + client->undo_hold * MS_PER_SECOND : 0;
    item.state = held ? OUTBOX_HELD : OUTBOX_WAITING;
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
    if (item->kind >= OUTBOX_INVITE)
        return client_network_may_again(client, item, error);
    if (!event_of(item->kind, &event))
        return true;
    if (!may(client, &item->object, event, &referral, error))
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

/* ---- the outbox by hand */

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
