/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/vetting.h"

#include <string.h>

#include "base/clock.h"
#include "client/cache_vetting.h"
#include "client/client_private.h"

void vetting_row_free(VettingRow *row)
{
    if (row)
        fields_clear(&vetting_fields, &row->vetting);
    g_free(row);
}

void concern_row_free(ConcernRow *row)
{
    if (row)
        fields_clear(&concern_fields, &row->concern);
    g_free(row);
}

void invoice_row_free(InvoiceRow *row)
{
    if (row)
        fields_clear(&invoice_fields, &row->invoice);
    g_free(row);
}

static void free_vetting(gpointer row)
{
    vetting_row_free(row);
}

static void free_concern(gpointer row)
{
    concern_row_free(row);
}

static void free_invoice(gpointer row)
{
    invoice_row_free(row);
}

/* ---- what is in the outbox */

static bool is_live(Client *client, const OutboxItem *item)
{
    return !outbox_is_stopped(item->state) && client_owns(client, item);
}

static char *path_of(const Uuid *group, const char *list, const Uuid *id, const char *act)
{
    char group_id[UUID_TEXT_SIZE], sub[UUID_TEXT_SIZE];
    return g_strconcat("/v1/groups/", uuid_format(group, group_id), list, uuid_format(id, sub), act,
                       NULL);
}

static bool is_of_group(const OutboxItem *item, const Uuid *group)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *prefix = g_strconcat("/v1/groups/", uuid_format(group, id), "/", NULL);
    return item->path && g_str_has_prefix(item->path, prefix);
}

/* ---- vetting */

static VettingRow *vetting_of(const OutboxItem *item, const Uuid *group)
{
    VettingRow *row = g_new0(VettingRow, 1);
    row->pending = true;
    row->vetting.id = item->object;
    row->vetting.group = *group;
    row->vetting.created_at = row->vetting.updated_at = item->created_at;
    row->vetting.name = g_strdup(item->title);
    if (change_read(item, &row->vetting.input))
        return row;
    vetting_row_free(row);
    return NULL;
}

GPtrArray *client_vetting(Client *client, const Uuid *group, const Uuid *account, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_vetting(client_cache(client), group, account, error);
    GPtrArray *items = cached ? client_items(client, error) : NULL;
    if (!items)
        return NULL;
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_vetting);
    for (guint i = items->len; i-- > 0;) {
        const OutboxItem *item = items->pdata[i];
        bool wanted = item->kind == OUTBOX_VETTING && is_live(client, item) &&
                      is_of_group(item, group);
        VettingRow *row = wanted ? vetting_of(item, group) : NULL;
        if (row && (!account || uuid_equal(&row->vetting.input.account, account)))
            g_ptr_array_add(rows, row);
        else
            vetting_row_free(row);
    }
    for (guint i = 0; i < cached->len; i++) {
        VettingRow *row = g_new0(VettingRow, 1);
        fields_copy(&vetting_fields, &row->vetting, cached->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* ---- concerns */

static ConcernRow *concern_of(GPtrArray *rows, const Uuid *id)
{
    for (guint i = 0; i < rows->len; i++) {
        ConcernRow *row = rows->pdata[i];
        if (uuid_equal(&row->concern.id, id))
            return row;
    }
    return NULL;
}

static ConcernRow *concern_new(const OutboxItem *item, const Uuid *group)
{
    NewConcern input = { 0 };
    ConcernRow *row = g_new0(ConcernRow, 1);
    if (change_read(item, &input)) {
        row->concern = (Concern){
            .id = item->object,
            .group = *group,
            .created_at = item->created_at,
            .about = { .account = input.about, .name = g_strdup(item->title) },
            .text = g_strdup(input.text),
            .state = CONCERN_OPEN,
        };
    }
    fields_clear(&new_concern_fields, &input);
    return row;
}

static const char *const acts[] = {
    [CONCERN_ANSWER] = "/answer",
    [CONCERN_UPHOLD] = "/uphold",
    [CONCERN_DISMISS] = "/dismiss",
    [CONCERN_LIFT] = "/lift",
};

static bool event_of(const OutboxItem *item, ConcernEvent *event)
{
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        if (g_str_has_suffix(item->path, acts[i])) {
            *event = (ConcernEvent)i;
            return true;
        }
    }
    return false;
}

static void apply(ConcernRow *row, const OutboxItem *item)
{
    ConcernEvent event;
    ConcernAnswer answer = { 0 };
    ConcernDecision decision = { 0 };
    row->pending = true;
    if (item->kind == OUTBOX_CONCERN_ANSWER)
        change_read(item, &answer);
    else if (item->kind == OUTBOX_CONCERN_DECIDE && item->body)
        change_read(item, &decision);
    if (item->kind != OUTBOX_CONCERN && event_of(item, &event) &&
        concern_may(&row->concern, event, item->created_at, NULL))
        concern_apply(&row->concern, event, item->body ? &decision : NULL, answer.text,
                      item->created_at);
    fields_clear(&concern_answer_fields, &answer);
    fields_clear(&concern_decision_fields, &decision);
}

GPtrArray *client_concerns(Client *client, const Uuid *group, const Uuid *account, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_concerns(client_cache(client), group, account, error);
    GPtrArray *items = cached ? client_items(client, error) : NULL;
    if (!items)
        return NULL;
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_concern);
    for (guint i = 0; i < cached->len; i++) {
        ConcernRow *row = g_new0(ConcernRow, 1);
        fields_copy(&concern_fields, &row->concern, cached->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        if (!is_live(client, item) || !is_of_group(item, group))
            continue;
        ConcernRow *row = concern_of(rows, &item->object);
        if (item->kind == OUTBOX_CONCERN && !row) {
            row = concern_new(item, group);
            g_ptr_array_insert(rows, 0, row);
        }
        if (row)
            apply(row, item);
    }
    for (guint i = rows->len; i-- > 0;) {
        ConcernRow *row = rows->pdata[i];
        row->about_me = uuid_equal(&row->concern.about.account, &client->status.account);
        if (uuid_is_nil(&row->concern.id) ||
            (account && !uuid_equal(&row->concern.about.account, account)))
            g_ptr_array_remove_index(rows, i);
    }
    return rows;
}

/* ---- dues */

GPtrArray *client_invoices(Client *client, const Uuid *group, GError **error)
{
    g_autoptr(GPtrArray) cached = cache_invoices(client_cache(client), group, error);
    GPtrArray *items = cached ? client_items(client, error) : NULL;
    if (!items)
        return NULL;
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    g_autofree char *today = g_date_time_format(now, "%Y-%m-%d");
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_invoice);
    for (guint i = 0; i < cached->len; i++) {
        InvoiceRow *row = g_new0(InvoiceRow, 1);
        fields_copy(&invoice_fields, &row->invoice, cached->pdata[i]);
        for (guint n = 0; n < items->len; n++) {
            const OutboxItem *item = items->pdata[n];
            if (item->kind == OUTBOX_DUES && is_live(client, item) &&
                uuid_equal(&item->object, &row->invoice.id)) {
                row->pending = true;
                row->invoice.state = g_str_has_suffix(item->path, "/pay") ? INVOICE_PAID
                                                                          : INVOICE_WAIVED;
            }
        }
        row->overdue = row->invoice.state == INVOICE_OPEN && row->invoice.due_on &&
                       strcmp(row->invoice.due_on, today) < 0;
        g_ptr_array_add(rows, row);
    }
    return rows;
}

/* ---- acts */

static bool add_one(Client *client, OutboxItem item, const char *title, GError **error)
{
    item.title = g_strdup(title ? title : "");
    return client_add_items(client, &item, 1, error);
}

bool client_vet(Client *client, const Uuid *group, const VettingInput *input, const char *name,
                GError **error)
{
    if (!change_check(OUTBOX_VETTING, input, error))
        return false;
    Uuid id = uuid_new();
    return add_one(client,
                   client_item(client, OUTBOX_VETTING, &id, "PUT",
                               path_of(group, "/vetting/", &id, ""),
                               change_json(&vetting_input_fields, input)),
                   name, error);
}

bool client_raise_concern(Client *client, const Uuid *group, const NewConcern *input,
                          const char *name, GError **error)
{
    if (!change_check(OUTBOX_CONCERN, input, error))
        return false;
    Uuid id = uuid_new();
    return add_one(client,
                   client_item(client, OUTBOX_CONCERN, &id, "PUT",
                               path_of(group, "/concerns/", &id, ""),
                               change_json(&new_concern_fields, input)),
                   name, error);
}

bool client_answer_concern(Client *client, const Concern *concern, const char *text, GError **error)
{
    ConcernAnswer answer = { (char *)text };
    return change_check(OUTBOX_CONCERN_ANSWER, &answer, error) &&
           concern_may(concern, CONCERN_ANSWER, clock_now(), error) &&
           add_one(client,
                   client_item(client, OUTBOX_CONCERN_ANSWER, &concern->id, "POST",
                               path_of(&concern->group, "/concerns/", &concern->id, "/answer"),
                               change_json(&concern_answer_fields, &answer)),
                   concern->about.name, error);
}

static bool decision_check(ConcernEvent event, const ConcernDecision *decision, GError **error)
{
    if (!decision)
        return true;
    if (!change_check(OUTBOX_CONCERN_DECIDE, decision, error))
        return false;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (concern_decision_validate(decision, event, clock_now(), &errors))
        return true;
    const FieldError *first = errors.items->pdata[0];
    return problem_set(error, PROBLEM_VALIDATION, "%s: %s", first->pointer, first->detail);
}

bool client_decide_concern(Client *client, const Concern *concern, ConcernEvent event,
                           const ConcernDecision *decision, GError **error)
{
    if (!decision_check(event, decision, error) || !concern_may(concern, event, clock_now(), error))
        return false;
    return add_one(client,
                   client_item(client, OUTBOX_CONCERN_DECIDE, &concern->id, "POST",
                               path_of(&concern->group, "/concerns/", &concern->id, acts[event]),
                               decision ? change_json(&concern_decision_fields, decision) : NULL),
                   concern->about.name, error);
}

bool client_settle(Client *client, const Invoice *invoice, DuesAct act,
                   const DuesSettlement *settlement, GError **error)
{
    return change_check(OUTBOX_DUES, settlement, error) &&
           add_one(client,
                   client_item(client, OUTBOX_DUES, &invoice->id, "POST",
                               path_of(&invoice->group, "/dues/", &invoice->id,
                                       act == DUES_PAY ? "/pay" : "/waive"),
                               change_json(&dues_settlement_fields, settlement)),
                   invoice->member.name, error);
}
