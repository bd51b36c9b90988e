/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does: checked by the model's rules on what is shown, then an outbox row, then the local edit. */
#include "client/client_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/phone.h"
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

bool client_referral_now(Client *client, const Uuid *id, Referral *out, GError **error)
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

bool client_referral_may(Client *client, const Uuid *id, ReferralEvent event, Referral *out,
                         GError **error)
{
    if (!client_referral_now(client, id, out, error))
        return false;
    if (referral_may(out, event, clock_now(), error))
        return true;
    fields_clear(&referral_fields, out);
    return false;
}

/* ---- outbox rows */

typedef enum Hold { HOLD_NONE, HOLD_UNDO } Hold;

void client_begin_item(OutboxItem *item, const Uuid *unit, int hold_s)
{
    item->op = uuid_new();
    item->key = uuid_new();
    item->unit = *unit;
    item->created_at = clock_now();
    item->hold_until = hold_s > 0 ? item->created_at + hold_s * MS_PER_SECOND : 0;
    item->state = hold_s > 0 ? OUTBOX_HELD : OUTBOX_WAITING;
}

static OutboxItem item_new(const Client *client, OutboxKind kind, const Uuid *unit,
                           const Uuid *object, const char *act, char *body, Hold hold)
{
    char id[UUID_TEXT_SIZE];
    OutboxItem item = {
        .account = client->status.account,
        .kind = kind,
        .object = *object,
        .method = g_strdup("POST"),
        .path = g_strdup_printf("/v1/referrals/%s%s", uuid_format(object, id), act),
        .body = body,
    };
    client_begin_item(&item, unit, hold == HOLD_UNDO ? client->undo_hold : 0);
    return item;
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

bool client_add_items(Client *client, OutboxItem *items, size_t n, GError **error)
{
    bool ok = store_add(client->store, items, n, error);
    g_autofree Uuid *objects = g_new(Uuid, n);
    if (ok)
        client_spoil_undone(client, items, n);
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
    if (!client_referral_may(client, id, EVENT_PICK_UP, &referral, error))
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
        if (!client_referral_may(client, &ids[made], EVENT_CONFIRM, &referral, error))
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
        !client_referral_may(client, id, EVENT_OUTCOME, &referral, error))
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
    if (!client_referral_may(client, id, event, &referral, error))
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

bool client_read_base(Client *client, OutboxItem *item, const void *server, gint64 rev,
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
    if (!change_check(OUTBOX_NOTE, note, error) ||
        !client_referral_may(client, id, EVENT_NOTE, &referral, error))
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
    client_read_base(client, &item, &server, server.rev, &base);
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
    client_read_base(client, &item, &server, server.rev, &base);
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
