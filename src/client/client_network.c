/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partners and invitations: what is shown is the cache with the outbox done to it, and what is done is an outbox row first. */
#include "client/network.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/client_private.h"
#include "client/overlay.h"

/* ---- what is in the outbox */

/* Calls for each item of this account that will be sent, in order. */
typedef void (*ItemFunc)(const OutboxItem *item, gpointer data);

static bool each_item(Client *client, ItemFunc func, gpointer data, GError **error)
{
    GPtrArray *items = client_items(client, error);
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (!outbox_is_stopped(item->state) && client_owns(client, item))
            func(item, data);
    }
    return items != NULL;
}

/* ---- partners */

static void note_parted(const OutboxItem *item, gpointer data)
{
    if (item->kind == OUTBOX_DROP_PARTNER)
        g_hash_table_add(data, g_memdup2(&item->object, sizeof item->object));
}

/* Ids of those whose parting is in the outbox. */
static GHashTable *parted(Client *client, GError **error)
{
    GHashTable *ids = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    if (each_item(client, note_parted, ids, error))
        return ids;
    g_hash_table_unref(ids);
    return NULL;
}

GPtrArray *client_partners(Client *client, const PartnerQuery *query, GError **error)
{
    g_autoptr(GHashTable) gone = parted(client, error);
    if (!gone)
        return NULL;
    PartnerQuery now = *query;
    now.parted = gone;
    return cache_partner_rows(client_cache(client), &now, error);
}

static bool is_exactly(const Partner *partner, const char *text)
{
    Uuid id;
    return (uuid_parse(text, &id) && uuid_equal(&id, &partner->account)) ||
           (partner->email && g_ascii_strcasecmp(partner->email, text) == 0) ||
           g_strcmp0(partner->name, text) == 0;
}

#define NAMED_MAX 10

static char *names_of(GPtrArray *rows, const char *(*name)(gconstpointer row))
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < MIN(rows->len, NAMED_MAX); i++) {
        g_autofree char *clean = text_clean(name(rows->pdata[i]), -1, TEXT_LINE);
        g_string_append_printf(names, "%s%s", i ? ", " : "", clean);
    }
    g_string_append(names, rows->len > NAMED_MAX ? ", ..." : rows->len ? "" : _("nobody"));
    return g_string_free(names, FALSE);
}

static const char *partner_name(gconstpointer row)
{
    return ((const PartnerRow *)row)->partner.name;
}

PartnerRow *client_find_partner(Client *client, const char *text, GError **error)
{
    gint64 now = clock_now();
    PartnerQuery query = { .now = now, .since = now - GIVE_TAKE_PERIOD };
    g_autoptr(GPtrArray) all = client_partners(client, &query, error);
    if (!all)
        return NULL;
    for (guint i = 0; i < all->len; i++)
        if (is_exactly(&((PartnerRow *)all->pdata[i])->partner, text))
            return g_ptr_array_steal_index(all, i);
    query.text = text;
    g_autoptr(GPtrArray) some = client_partners(client, &query, error);
    if (!some)
        return NULL;
    if (some->len == 1)
        return g_ptr_array_steal_index(some, 0);
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    g_autofree char *names = names_of(some->len ? some : all, partner_name);
    if (some->len == 0)
        problem_set(error, PROBLEM_NOT_FOUND, _("no partner is called %s; yours are: %s"), shown,
                    names);
    else
        problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names);
    return NULL;
}

/* ---- invitations */

#define INVITATIONS_READ 500 /* all that are open, and the newest of the rest */

void invitation_row_free(InvitationRow *row)
{
    if (!row)
        return;
    fields_clear(&invitation_fields, &row->invitation);
    g_free(row);
}

static void row_free(gpointer row)
{
    invitation_row_free(row);
}

typedef struct Reading {
    Client *client;
    GPtrArray *rows; /* InvitationRow * */
    Party me;
} Reading;

static InvitationRow *find(const Reading *reading, const Uuid *id)
{
    for (guint i = 0; i < reading->rows->len; i++) {
        InvitationRow *row = reading->rows->pdata[i];
        if (uuid_equal(&row->invitation.id, id))
            return row;
    }
    return NULL;
}

static void apply_item(const OutboxItem *item, gpointer data)
{
    Reading *reading = data;
    InvitationRow *row = find(reading, &item->object);
    if (item->kind == OUTBOX_INVITE && !row) {
        row = g_new0(InvitationRow, 1);
        g_ptr_array_add(reading->rows, row);
    }
    if (row && overlay_invitation(&row->invitation, item, &reading->me))
        row->pending = true;
}

static GPtrArray *read_invitations(Client *client, GError **error)
{
    g_autoptr(GPtrArray)
        cached = cache_invitations(client_cache(client), 0, INVITATIONS_READ, error);
    Reading reading = { .client = client };
    Account account = { 0 };
    if (!cached)
        return NULL;
    reading.rows = g_ptr_array_new_with_free_func(row_free);
    for (guint i = 0; i < cached->len; i++) {
        InvitationRow *row = g_new0(InvitationRow, 1);
        fields_copy(&invitation_fields, &row->invitation, cached->pdata[i]);
        g_ptr_array_add(reading.rows, row);
    }
    if (cache_account(client_cache(client), &account, NULL))
        reading.me = (Party){ account.id, account.name, account.company_name };
    bool ok = each_item(client, apply_item, &reading, error);
    fields_clear(&account_fields, &account);
    gint64 now = clock_now();
    for (guint i = reading.rows->len; i-- > 0;) {
        InvitationRow *row = reading.rows->pdata[i];
        if (uuid_is_nil(&row->invitation.id)) /* made of nonsense */
            g_ptr_array_remove_index(reading.rows, i);
        else
            row->open = invitation_is_open(&row->invitation, now);
    }
    if (ok)
        return reading.rows;
    g_ptr_array_unref(reading.rows);
    return NULL;
}

static int standing(const InvitationRow *row)
{
    return !row->open ? 2 : row->invitation.direction == DIRECTION_RECEIVED ? 0 : 1;
}

static gint compare(gconstpointer left, gconstpointer right)
{
    const InvitationRow *a = *(InvitationRow *const *)left, *b = *(InvitationRow *const *)right;
    int by = standing(a) - standing(b);
    gint64 age = a->invitation.created_at - b->invitation.created_at;
    if (by == 0)
        by = age < 0 ? -1 : age > 0;
    else
        return by;
    if (by == 0)
        by = memcmp(&a->invitation.id, &b->invitation.id, sizeof(Uuid));
    return standing(a) == 2 ? -by : by;
}

GPtrArray *client_invitations(Client *client, InvitationDirection direction, bool only_open,
                              GError **error)
{
    GPtrArray *rows = read_invitations(client, error);
    for (guint i = rows ? rows->len : 0; i-- > 0;) {
        const InvitationRow *row = rows->pdata[i];
        if ((direction && row->invitation.direction != direction) || (only_open && !row->open))
            g_ptr_array_remove_index(rows, i);
    }
    if (rows)
        g_ptr_array_sort(rows, compare);
    return rows;
}

InvitationRow *client_invitation(Client *client, const Uuid *id, GError **error)
{
    g_autoptr(GPtrArray) rows = read_invitations(client, error);
    for (guint i = 0; rows && i < rows->len; i++)
        if (uuid_equal(&((InvitationRow *)rows->pdata[i])->invitation.id, id))
            return g_ptr_array_steal_index(rows, i);
    if (rows)
        problem_set(error, PROBLEM_NOT_FOUND, "there is no such invitation here");
    return NULL;
}

static const char *invitation_name(gconstpointer row)
{
    return invitation_other(&((const InvitationRow *)row)->invitation);
}

/* "0192ab": the beginning of the id, without dashes or with them. */
static bool begins_id(const Uuid *id, const char *text)
{
    char full[UUID_TEXT_SIZE];
    uuid_format(id, full);
    return strlen(text) >= 4 && g_ascii_strncasecmp(full, text, strlen(text)) == 0;
}

static bool is_meant(const InvitationRow *row, const char *text)
{
    const Invitation *invitation = &row->invitation;
    const Party *other = invitation->direction == DIRECTION_SENT ? &invitation->to
                                                                 : &invitation->from;
    g_autofree char *words = g_strjoin(" ", invitation_other(invitation),
                                       other->company_name ? other->company_name : "",
                                       invitation->email ? invitation->email : "", NULL);
    return begins_id(&invitation->id, text) || (*text && g_str_match_string(text, words, TRUE));
}

InvitationRow *client_find_invitation(Client *client, const char *text, GError **error)
{
    g_autoptr(GPtrArray) rows = client_invitations(client, 0, false, error);
    g_autoptr(GPtrArray) open = g_ptr_array_new(), past = g_ptr_array_new();
    if (!rows)
        return NULL;
    for (guint i = 0; i < rows->len; i++) {
        InvitationRow *row = rows->pdata[i];
        if (is_meant(row, text))
            g_ptr_array_add(row->open ? open : past, row);
    }
    /* What is over is meant only when nothing else is. */
    GPtrArray *found = open->len ? open : past;
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    if (found->len == 0) {
        problem_set(error, PROBLEM_NOT_FOUND, _("there is no invitation %s here"), shown);
        return NULL;
    }
    if (found->len > 1) {
        g_autofree char *names = names_of(found, invitation_name);
        problem_set(error, PROBLEM_BAD_INPUT, _("%s is one of several: %s"), shown, names);
        return NULL;
    }
    guint index = 0;
    g_ptr_array_find(rows, found->pdata[0], &index);
    return g_ptr_array_steal_index(rows, index);
}

bool client_network_counts(Client *client, NetworkCounts *out, GError **error)
{
    *out = (NetworkCounts){ 0 };
    g_autoptr(GHashTable) gone = parted(client, error);
    g_autoptr(GPtrArray) rows = gone ? client_invitations(client, 0, true, error) : NULL;
    if (!rows || !cache_partner_count(client_cache(client), &out->partners, error))
        return false;
    GHashTableIter at;
    gpointer id;
    g_hash_table_iter_init(&at, gone);
    while (g_hash_table_iter_next(&at, &id, NULL)) {
        bool connected = false;
        cache_is_connected(client_cache(client), id, &connected, NULL);
        out->partners -= connected;
    }
    for (guint i = 0; i < rows->len; i++) {
        const InvitationRow *row = rows->pdata[i];
        bool received = row->invitation.direction == DIRECTION_RECEIVED;
        out->waiting += received;
        out->asked += !received;
    }
    return true;
}

/* ---- actions */

static bool add_one(Client *client, OutboxItem *item, const char *title, GError **error)
{
    item->title = g_strdup(title ? title : "");
    return client_add_items(client, item, 1, error);
}

static bool refuse_invitation(GError **error, const char *format, const char *name)
{
    g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_VALIDATION, format, clean);
}

static bool same_address(const char *a, const char *b)
{
    g_autofree char *one = a && *a ? email_fold(a) : NULL;
    g_autofree char *other = b && *b ? email_fold(b) : NULL;
    return one && other && strcmp(one, other) == 0;
}

/* What the server would say too, told at once. */
static bool may_be_invited(Client *client, const NewInvitation *input, GError **error)
{
    const ClientStatus *status = client_status(client);
    PartnerQuery query = { 0 };
    if ((!uuid_is_nil(&input->account) && uuid_equal(&input->account, &status->account)) ||
        same_address(input->email, status->account_email))
        return problem_set(error, PROBLEM_VALIDATION, "%s", _("that is you"));
    g_autoptr(GPtrArray) partners = client_partners(client, &query, error);
    g_autoptr(GPtrArray) asked = partners ? client_invitations(client, DIRECTION_SENT, true, error)
                                          : NULL;
    if (!asked)
        return false;
    for (guint i = 0; i < partners->len; i++) {
        const PartnerRow *row = partners->pdata[i];
        const Partner *partner = &row->partner;
        if (row->via == VIA_INDIVIDUAL && (uuid_equal(&partner->account, &input->account) ||
                                           same_address(partner->email, input->email)))
            return refuse_invitation(error, _("%s is your partner already"), partner->name);
    }
    for (guint i = 0; i < asked->len; i++) {
        const Invitation *open = &((InvitationRow *)asked->pdata[i])->invitation;
        if ((!uuid_is_nil(&input->account) && uuid_equal(&open->to.account, &input->account)) ||
            same_address(open->email, input->email))
            return refuse_invitation(error, _("you have asked %s already"), invitation_other(open));
    }
    return true;
}

bool client_invite(Client *client, const NewInvitation *input, const char *name, Uuid *id,
                   GError **error)
{
    if (!change_check(OUTBOX_INVITE, input, error) || !may_be_invited(client, input, error))
        return false;
    char text[UUID_TEXT_SIZE];
    *id = uuid_new();
    OutboxItem item = client_item(client, OUTBOX_INVITE, id, "PUT",
                                  g_strdup_printf("/v1/invitations/%s", uuid_format(id, text)),
                                  change_json(&new_invitation_fields, input));
    return add_one(client, &item, name && *name ? name : input->email, error);
}

static const struct {
    OutboxKind kind;
    const char *act;
} answers[] = {
    [INVITATION_ACCEPT] = { OUTBOX_ACCEPT, "accept" },
    [INVITATION_DECLINE] = { OUTBOX_DECLINE, "decline" },
    [INVITATION_WITHDRAW] = { OUTBOX_UNINVITE, "withdraw" },
};

bool client_answer(Client *client, const Uuid *id, InvitationEvent event, GError **error)
{
    char text[UUID_TEXT_SIZE];
    InvitationRow *row = client_invitation(client, id, error);
    bool ok = row && invitation_may(&row->invitation, event, clock_now(), error);
    if (ok) {
        OutboxItem item = client_item(
            client, answers[event].kind, id, "POST",
            g_strdup_printf("/v1/invitations/%s/%s", uuid_format(id, text), answers[event].act),
            NULL);
        ok = add_one(client, &item, invitation_other(&row->invitation), error);
    }
    invitation_row_free(row);
    return ok;
}

/* Of either kind; connected: only an individual one will do. */
static bool is_partner(Client *client, const Uuid *id, bool connected, Partner *partner,
                       GError **error)
{
    bool is = false;
    g_autoptr(GHashTable) gone = parted(client, error);
    *partner = (Partner){ 0 };
    if (!gone || !cache_is_connected(client_cache(client), id, &is, error))
        return false;
    if (g_hash_table_contains(gone, id))
        return problem_set(error, PROBLEM_NOT_FOUND, "there is no such partner here");
    if (!cache_partner(client_cache(client), id, partner, error))
        return false;
    if (is || !connected)
        return true;
    problem_set(error, PROBLEM_FORBIDDEN,
                _("%s is your partner by a group, as long as you are both in it"), partner->name);
    fields_clear(&partner_fields, partner);
    return false;
}

bool client_encourage(Client *client, const Uuid *id, const Encouragement *input, GError **error)
{
    Partner partner;
    char text[UUID_TEXT_SIZE];
    if (!change_check(OUTBOX_ENCOURAGE, input, error) ||
        !is_partner(client, id, false, &partner, error))
        return false;
    OutboxItem item = client_item(
        client, OUTBOX_ENCOURAGE, id, "POST",
        g_strdup_printf("/v1/partners/%s/encourage", uuid_format(id, text)),
        change_json(&encouragement_fields, input));
    bool ok = add_one(client, &item, partner.name, error);
    fields_clear(&partner_fields, &partner);
    return ok;
}

bool client_part(Client *client, const Uuid *id, GError **error)
{
    Partner partner;
    char text[UUID_TEXT_SIZE];
    if (!is_partner(client, id, true, &partner, error))
        return false;
    OutboxItem item = client_item(client, OUTBOX_DROP_PARTNER, id, "DELETE",
                                  g_strdup_printf("/v1/partners/%s", uuid_format(id, text)), NULL);
    bool ok = add_one(client, &item, partner.name, error);
    fields_clear(&partner_fields, &partner);
    return ok;
}

bool client_network_may_again(Client *client, const OutboxItem *item, GError **error)
{
    static const struct {
        OutboxKind kind;
        InvitationEvent event;
    } events[] = { { OUTBOX_ACCEPT, INVITATION_ACCEPT },
                   { OUTBOX_DECLINE, INVITATION_DECLINE },
                   { OUTBOX_UNINVITE, INVITATION_WITHDRAW } };
    if (item->kind == OUTBOX_ENCOURAGE || item->kind == OUTBOX_DROP_PARTNER) {
        Partner partner;
        bool ok = is_partner(client, &item->object, item->kind == OUTBOX_DROP_PARTNER, &partner,
                             error);
        fields_clear(&partner_fields, &partner);
        return ok;
    }
    if (item->kind == OUTBOX_INVITE) {
        NewInvitation input = { 0 };
        bool ok = change_read(item, &input) && may_be_invited(client, &input, error);
        fields_clear(&new_invitation_fields, &input);
        return ok;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        if (events[i].kind != item->kind)
            continue;
        InvitationRow *row = client_invitation(client, &item->object, error);
        bool ok = row && invitation_may(&row->invitation, events[i].event, clock_now(), error);
        invitation_row_free(row);
        return ok;
    }
    return true;
}
