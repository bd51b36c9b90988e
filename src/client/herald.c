/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/herald.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_groups.h"
#include "client/groups.h"
#include "client/network.h"

#define DND "dnd"
#define LOOK_MAX_MS MS_PER_MINUTE /* the wall clock may jump, and machines sleep */
#define SNOOZE_MS MS_PER_HOUR     /* by the button */

struct Herald {
    const Settings *settings;
    HeraldOps ops;
    gpointer data;
    Client *client;
    Profile *profile; /* of the last client */
    NotifyPolicy *policy;
    Notifier *notifier;
    GHashTable *arrived, *due, *invited,
        *applied; /* Uuid *: in the policy, or out of it and about to be forgotten by cache or store */
    gint64 dnd_until;
    guint timer;
    bool testing;
    bool complained; /* that there are no notifications: once is enough */
};

static void say(Herald *herald, HeraldTone tone, const char *text)
{
    herald->ops.say(tone, text, herald->data);
}

static void say_error(Herald *herald, const GError *error)
{
    say(herald, HERALD_COMPLAINS, error->message);
}

/* ---- what there is to tell */

static NotifyNews news_of(const Referral *referral, bool due)
{
    const Party *other = referral->box == BOX_INBOX ? &referral->from : &referral->to;
    g_autofree char *contact = contact_display_name(&referral->lead.contact);
    return (NotifyNews){
        .object = referral->id,
        .kind = due ? NEWS_DUE : NEWS_LEAD,
        .party = text_clean(other->name && *other->name ? other->name : "?", -1, TEXT_LINE),
        .client = text_clean(contact, -1, TEXT_LINE),
        .need = text_clean(referral->lead.need, -1, TEXT_LINE),
    };
}

static void add(Herald *herald, const Uuid *id, bool due)
{
    Referral referral = { 0 };
    if (cache_referral(client_cache(herald->client), id, &referral, NULL)) {
        NotifyNews news = news_of(&referral, due);
        notify_policy_add(herald->policy, &news);
        g_hash_table_add(due ? herald->due : herald->arrived, g_memdup2(id, sizeof *id));
        if (herald->ops.news)
            herald->ops.news(&referral, due, herald->data);
    }
    fields_clear(&referral_fields, &referral);
}

static NotifyNews news_of_invitation(const Invitation *invitation)
{
    const char *who = invitation_other(invitation);
    return (NotifyNews){
        .object = invitation->id,
        .kind = invitation->kind == INVITATION_REQUEST ? NEWS_REQUEST : NEWS_INVITATION,
        .party = text_clean(*who ? who : "?", -1, TEXT_LINE),
        .client = text_clean(invitation->message, -1, TEXT_LINE),
        .need = g_strdup(""),
    };
}

static void add_invitation(Herald *herald, const Uuid *id)
{
    Invitation invitation = { 0 };
    if (cache_invitation(client_cache(herald->client), id, &invitation, NULL)) {
        NotifyNews news = news_of_invitation(&invitation);
        notify_policy_add(herald->policy, &news);
        g_hash_table_add(herald->invited, g_memdup2(id, sizeof *id));
        if (herald->ops.invited)
            herald->ops.invited(&invitation, herald->data);
    }
    fields_clear(&invitation_fields, &invitation);
}

static char *against(const MembershipRequest *request)
{
    if (request->seat_taken_by && *request->seat_taken_by) {
        g_autofree char *who = text_clean(request->seat_taken_by, -1, TEXT_LINE);
        return g_strdup_printf(_("seat taken by %s"), who);
    }
    return g_strdup(request->conflict > CONFLICT_NONE
                        ? enum_label(&group_conflicts, (int)request->conflict)
                        : "");
}

static void add_applicant(Herald *herald, const Uuid *id)
{
    RequestRow *row = client_request(herald->client, id, NULL);
    if (row) {
        const MembershipRequest *request = &row->request;
        NotifyNews news = {
            .object = *id,
            .kind = NEWS_APPLICANT,
            .party = text_clean(request->from.name, -1, TEXT_LINE),
            .client = text_clean(request->group_name, -1, TEXT_LINE),
            .need = against(request),
        };
        notify_policy_add(herald->policy, &news);
        g_hash_table_add(herald->applied, g_memdup2(id, sizeof *id));
        if (herald->ops.applied)
            herald->ops.applied(request, herald->data);
    }
    request_row_free(row);
}

/* Those known that are no news any more: opened meanwhile, put off again, or told and done. */
static void drop_others(Herald *herald, GHashTable *known, GHashTable *now)
{
    GHashTableIter at;
    gpointer id;
    g_hash_table_iter_init(&at, known);
    while (g_hash_table_iter_next(&at, &id, NULL)) {
        if (g_hash_table_contains(now, id))
            continue;
        notify_policy_forget(herald->policy, id);
        g_hash_table_iter_remove(&at);
    }
}

static void look_for_arrivals(Herald *herald)
{
    g_autoptr(GArray) ids = cache_arrivals(client_cache(herald->client), NULL);
    if (!ids)
        return;
    g_autoptr(GHashTable) now = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(now, &g_array_index(ids, Uuid, i));
    drop_others(herald, herald->arrived, now);
    for (guint i = 0; i < ids->len; i++)
        if (!g_hash_table_contains(herald->arrived, &g_array_index(ids, Uuid, i)))
            add(herald, &g_array_index(ids, Uuid, i), false);
}

static void look_for_invitations(Herald *herald)
{
    g_autoptr(GArray) ids = cache_invited(client_cache(herald->client), NULL);
    if (!ids)
        return;
    g_autoptr(GHashTable) now = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(now, &g_array_index(ids, Uuid, i));
    drop_others(herald, herald->invited, now);
    for (guint i = 0; i < ids->len; i++)
        if (!g_hash_table_contains(herald->invited, &g_array_index(ids, Uuid, i)))
            add_invitation(herald, &g_array_index(ids, Uuid, i));
}

static void look_for_applicants(Herald *herald)
{
    g_autoptr(GArray) ids = cache_requested(client_cache(herald->client), NULL);
    if (!ids)
        return;
    g_autoptr(GHashTable) now = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < ids->len; i++)
        g_hash_table_add(now, &g_array_index(ids, Uuid, i));
    drop_others(herald, herald->applied, now);
    for (guint i = 0; i < ids->len; i++)
        if (!g_hash_table_contains(herald->applied, &g_array_index(ids, Uuid, i)))
            add_applicant(herald, &g_array_index(ids, Uuid, i));
}

/* Returns when the next one comes back, G_MAXINT64 never. */
static gint64 look_for_due(Herald *herald)
{
    gint64 next = G_MAXINT64, time = clock_now();
    g_autoptr(GArray) snoozes = store_snoozes(client_store(herald->client), NULL);
    if (!snoozes)
        return time + LOOK_MAX_MS;
    g_autoptr(GHashTable) now = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < snoozes->len; i++) {
        Snooze *snooze = &g_array_index(snoozes, Snooze, i);
        if (snooze->until > time)
            next = MIN(next, snooze->until);
        else if (!snooze->told)
            g_hash_table_add(now, &snooze->referral);
    }
    drop_others(herald, herald->due, now);
    GHashTableIter at;
    gpointer id;
    g_hash_table_iter_init(&at, now);
    while (g_hash_table_iter_next(&at, &id, NULL))
        if (!g_hash_table_contains(herald->due, id))
            add(herald, id, true);
    return next;
}

/* ---- telling */

static NotifyState state_now(Herald *herald)
{
    return (NotifyState){
        .now = clock_now(),
        .uptime = clock_monotonic() / 1000,
        .dnd_until = herald->dnd_until,
        .spacing = herald->settings->notify_every * MS_PER_SECOND,
        .on = herald->settings->notify,
        .attended = herald->ops.attended && herald->ops.attended(herald->data),
        .detail = herald->settings->notify_detail,
    };
}

static void ring(Herald *herald, NotifyBell least)
{
    if (herald->ops.bell && herald->settings->notify_bell >= least)
        herald->ops.bell(herald->data);
}

static void show(Herald *herald, Notice *notice)
{
    if (!herald->ops.open)
        notice->actions &= ~(unsigned)NOTIFY_OPEN;
    notifier_show(herald->notifier, notice);
}

/* Cache and store need not keep what was told, or seen, any longer. */
static void forget_told(Herald *herald)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    GHashTableIter at;
    gpointer id;
    g_hash_table_iter_init(&at, herald->arrived);
    while (g_hash_table_iter_next(&at, &id, NULL))
        g_array_append_vals(ids, id, 1);
    g_hash_table_iter_init(&at, herald->invited);
    while (g_hash_table_iter_next(&at, &id, NULL))
        g_array_append_vals(ids, id, 1);
    g_hash_table_iter_init(&at, herald->applied);
    while (g_hash_table_iter_next(&at, &id, NULL))
        g_array_append_vals(ids, id, 1);
    client_told(herald->client, (const Uuid *)(void *)ids->data, ids->len);
    g_hash_table_iter_init(&at, herald->due);
    while (g_hash_table_iter_next(&at, &id, NULL))
        store_snooze_told(client_store(herald->client), id, NULL);
}

static gboolean on_timer(gpointer data)
{
    Herald *herald = data;
    herald->timer = 0;
    herald_changed(herald, ~0u);
    return G_SOURCE_REMOVE;
}

static void wake_in(Herald *herald, gint64 ms)
{
    g_clear_handle_id(&herald->timer, g_source_remove);
    if (ms >= 0)
        herald->timer = g_timeout_add((guint)CLAMP(ms + 1, 1, LOOK_MAX_MS), on_timer, herald);
}

void herald_changed(Herald *herald, unsigned what)
{
    if (!herald->client || !(what & (CLIENT_ARRIVALS | CLIENT_SNOOZES | CLIENT_LEADS |
                                     CLIENT_INVITATIONS | CLIENT_GROUPS)))
        return;
    herald->dnd_until = store_moment(client_store(herald->client), DND);
    look_for_arrivals(herald);
    look_for_invitations(herald);
    look_for_applicants(herald);
    gint64 next_due = look_for_due(herald);
    NotifyState state = state_now(herald);
    bool waited = !notify_policy_is_empty(herald->policy);
    Notice *notice = notify_policy_next(herald->policy, &state);
    gint64 wait = notify_policy_wait(herald->policy, &state);
    if (waited && notify_policy_is_empty(herald->policy))
        forget_told(herald);
    if (notice) {
        show(herald, notice);
        ring(herald, NOTIFY_BELL_ALWAYS);
    }
    gint64 due = next_due == G_MAXINT64 ? -1 : MAX(0, next_due - state.now);
    wake_in(herald, wait < 0 || (due >= 0 && due < wait) ? due : wait);
}

static void on_shown(const char *why, gpointer data)
{
    Herald *herald = data;
    bool testing = herald->testing;
    herald->testing = false;
    if (!why) {
        if (testing)
            say(herald, HERALD_SAYS, _("The notification is on your desktop."));
        return;
    }
    if (!testing)
        ring(herald, NOTIFY_BELL_AUTO);
    if (!testing && herald->complained)
        return;
    herald->complained = true;
    g_autofree char *text = g_strdup_printf(
        herald->ops.bell ? _("No desktop notifications: %s. The bell tells of new leads.")
                         : _("No desktop notifications: %s"),
        why);
    say(herald, testing ? HERALD_COMPLAINS : HERALD_NOTES, text);
}

void herald_test(Herald *herald)
{
    Notice *notice = g_new0(Notice, 1);
    notice->summary = g_strdup("Leadline");
    notice->body = g_strdup(_("This is how you will be told of new leads."));
    notice->actions = NOTIFY_OPEN;
    herald->testing = true;
    show(herald, notice);
}

/* ---- buttons */

/* Beside a process that has the profile now one writes as the command line does: that one sends it. */
static Client *hand(Herald *herald, Client **temporary)
{
    g_autoptr(GError) error = NULL;
    if (herald->client)
        return herald->client;
    *temporary = herald->profile ? client_open(herald->profile, CLIENT_READ_ONLY, &error) : NULL;
    if (*temporary)
        client_set_undo_hold(*temporary, (int)herald->settings->undo_hold);
    else if (error)
        say_error(herald, error);
    return *temporary;
}

static char *name_of(Client *client, const Uuid *lead)
{
    Referral referral = { 0 };
    g_autofree char *raw = cache_referral(client_cache(client), lead, &referral, NULL)
                               ? contact_display_name(&referral.lead.contact)
                               : NULL;
    fields_clear(&referral_fields, &referral);
    return text_clean(raw, -1, TEXT_LINE);
}

static void offer_undo(Herald *herald, const Uuid *object, const char *what, const char *brief)
{
    if (herald->settings->undo_hold == 0)
        return;
    Notice *notice = g_new0(Notice, 1);
    notice->summary = g_strdup(herald->settings->notify_detail == NOTIFY_FULL ? what : brief);
    notice->body = g_strdup_printf(_("Sending in %d seconds"), (int)herald->settings->undo_hold);
    notice->object = *object;
    notice->actions = NOTIFY_UNDO;
    show(herald, notice);
}

static bool confirm(Herald *herald, Client *client, const Uuid *lead, GError **error)
{
    ConfirmInput input = { .verdict = VERDICT_LEAD };
    if (!client_confirm(client, lead, 1, &input, error))
        return false;
    g_autofree char *name = name_of(client, lead);
    g_autofree char *text = g_strdup_printf(_("%s confirmed"), name);
    say(herald, HERALD_HOLDS, text);
    offer_undo(herald, lead, text, _("Confirmed"));
    return true;
}

static bool snooze(Herald *herald, Client *client, const Uuid *lead, GError **error)
{
    if (!client_snooze(client, lead, clock_now() + SNOOZE_MS, error))
        return false;
    g_autofree char *name = name_of(client, lead);
    g_autofree char *text = g_strdup_printf(_("%s comes back in an hour"), name);
    say(herald, HERALD_SAYS, text);
    return true;
}

static bool answer(Herald *herald, Client *client, const Uuid *id, InvitationEvent event,
                   GError **error)
{
    bool yes = event == INVITATION_ACCEPT;
    InvitationRow *row = client_invitation(client, id, error);
    g_autofree char *name = row ? text_clean(invitation_other(&row->invitation), -1, TEXT_LINE)
                                : NULL;
    invitation_row_free(row);
    if (!name || !client_answer(client, id, event, error))
        return false;
    g_autofree char *text = g_strdup_printf(yes ? _("%s accepted") : _("%s declined"), name);
    say(herald, HERALD_HOLDS, text);
    offer_undo(herald, id, text, yes ? _("Accepted") : _("Declined"));
    return true;
}

static bool accept_invitation(Herald *herald, Client *client, const Uuid *id, GError **error)
{
    return answer(herald, client, id, INVITATION_ACCEPT, error);
}

static bool decline_invitation(Herald *herald, Client *client, const Uuid *id, GError **error)
{
    return answer(herald, client, id, INVITATION_DECLINE, error);
}

/* Who is declined by a button is told so in words that say no more than that. */
static bool decide(Herald *herald, Client *client, const Uuid *id, RequestEvent event,
                   GError **error)
{
    bool yes = event == REQUEST_APPROVE;
    RequestRow *row = client_request(client, id, error);
    g_autofree char *name = row ? text_clean(row->request.from.name, -1, TEXT_LINE) : NULL;
    request_row_free(row);
    const char *reason = yes ? NULL : _("The group does not take you in now.");
    if (!name || !client_judge(client, id, 1, event, reason, error))
        return false;
    g_autofree char *text = g_strdup_printf(yes ? _("%s approved") : _("%s declined"), name);
    say(herald, HERALD_HOLDS, text);
    offer_undo(herald, id, text, yes ? _("Approved") : _("Declined"));
    return true;
}

static bool approve_applicant(Herald *herald, Client *client, const Uuid *id, GError **error)
{
    return decide(herald, client, id, REQUEST_APPROVE, error);
}

static bool refuse_applicant(Herald *herald, Client *client, const Uuid *id, GError **error)
{
    return decide(herald, client, id, REQUEST_DECLINE, error);
}

static bool can_be_undone(const OutboxItem *item)
{
    return item->state == OUTBOX_HELD &&
           (item->kind == OUTBOX_CONFIRM || item->kind == OUTBOX_ACCEPT ||
            item->kind == OUTBOX_DECLINE || item->kind == OUTBOX_APPROVE ||
            item->kind == OUTBOX_REFUSE);
}

static bool undo(Herald *herald, Client *client, const Uuid *object, GError **error)
{
    g_autoptr(GPtrArray) items = store_items_of(client_store(client), object, error);
    for (guint i = items ? items->len : 0; i-- > 0;) {
        const OutboxItem *item = items->pdata[i];
        if (!can_be_undone(item))
            continue;
        if (!client_drop(client, &item->op, _("undone"), error))
            return false;
        say(herald, HERALD_SAYS, _("Undone. Nothing was sent."));
        return true;
    }
    return items && problem_set(error, PROBLEM_FAILED, "%s", _("Too late to undo it: it is sent."));
}

static void on_acted(NotifyAction action, const Uuid *object, gpointer data)
{
    static const struct {
        NotifyAction action;
        bool (*run)(Herald *herald, Client *client, const Uuid *object, GError **error);
    } acts[] = { { NOTIFY_CONFIRM, confirm },
                 { NOTIFY_SNOOZE, snooze },
                 { NOTIFY_UNDO, undo },
                 { NOTIFY_ACCEPT, accept_invitation },
                 { NOTIFY_DECLINE, decline_invitation },
                 { NOTIFY_APPROVE, approve_applicant },
                 { NOTIFY_REFUSE, refuse_applicant } };
    Herald *herald = data;
    if (action == NOTIFY_OPEN && herald->ops.open)
        herald->ops.open(object, herald->data);
    if (action == NOTIFY_OPEN)
        return;
    g_autoptr(Client) temporary = NULL;
    g_autoptr(GError) error = NULL;
    Client *client = hand(herald, &temporary);
    for (size_t i = 0; client && i < G_N_ELEMENTS(acts); i++)
        if (acts[i].action == action && !acts[i].run(herald, client, object, &error))
            say_error(herald, error);
}

/* ---- */

static const NotifierOps notifier_ops = { .acted = on_acted, .shown = on_shown };

Herald *herald_new(const Settings *settings, const HeraldOps *ops, gpointer data)
{
    Herald *herald = g_new0(Herald, 1);
    herald->settings = settings;
    herald->ops = *ops;
    herald->data = data;
    herald->policy = notify_policy_new();
    herald->notifier = notifier_new(&notifier_ops, herald);
    herald->arrived = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    herald->due = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    herald->invited = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    herald->applied = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    return herald;
}

void herald_free(Herald *herald)
{
    if (!herald)
        return;
    g_clear_handle_id(&herald->timer, g_source_remove);
    notifier_free(herald->notifier);
    notify_policy_free(herald->policy);
    g_hash_table_unref(herald->arrived);
    g_hash_table_unref(herald->due);
    g_hash_table_unref(herald->invited);
    g_hash_table_unref(herald->applied);
    profile_free(herald->profile);
    g_free(herald);
}

void herald_set_client(Herald *herald, Client *client)
{
    herald->client = client;
    g_hash_table_remove_all(herald->arrived);
    g_hash_table_remove_all(herald->due);
    g_hash_table_remove_all(herald->invited);
    g_hash_table_remove_all(herald->applied);
    notify_policy_clear(herald->policy);
    g_clear_handle_id(&herald->timer, g_source_remove);
    if (!client)
        return;
    profile_free(herald->profile);
    herald->profile = profile_copy(client_profile(client));
    herald_changed(herald, ~0u);
}

bool herald_set_dnd(Herald *herald, gint64 until, GError **error)
{
    if (!herald->client)
        return problem_set(error, PROBLEM_FAILED, "%s", _("no profile is open"));
    if (!store_set_moment(client_store(herald->client), DND, until, error))
        return false;
    herald->dnd_until = until;
    herald_changed(herald, ~0u);
    return true;
}

gint64 herald_dnd(const Herald *herald)
{
    return herald->dnd_until > clock_now() ? herald->dnd_until : 0;
}
