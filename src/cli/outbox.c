/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox and sync: what is not sent yet, and sending it. */
#include "cli/run.h"

#include <inttypes.h>

#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "wire/json.h"

/* ---- the list */

static char *op_text(const void *data, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&((const OutboxItem *)data)->op, text));
}

static char *lead_text(const void *data, CliMode mode)
{
    const OutboxItem *item = data;
    char label[LABEL_SIZE];
    return g_strdup(lead_label(&item->object, label));
}

static char *kind_text(const void *data, CliMode mode)
{
    const OutboxItem *item = data;
    const char *code = enum_code(&outbox_kinds, item->kind);
    return g_strdup(mode == MODE_PEOPLE ? enum_label(&outbox_kinds, item->kind) : code ? code : "");
}

static char *state_text(const void *data, CliMode mode)
{
    const OutboxItem *item = data;
    const char *code = enum_code(&outbox_states, item->state);
    return g_strdup(mode == MODE_PEOPLE ? enum_label(&outbox_states, item->state)
                    : code              ? code
                                        : "");
}

static const char *state_colour(const void *data)
{
    return ((const OutboxItem *)data)->state == OUTBOX_FAILED ? "31" : NULL;
}

static char *made_text(const void *data, CliMode mode)
{
    const OutboxItem *item = data;
    char text[TIME_TEXT_SIZE];
    return mode == MODE_PLAIN ? g_strdup(time_format(item->created_at, text))
                              : cli_when(item->created_at, false);
}

static char *tries_text(const void *data, CliMode mode)
{
    return g_strdup_printf("%" PRId64, ((const OutboxItem *)data)->attempts);
}

static char *title_text(const void *data, CliMode mode)
{
    return text_clean(((const OutboxItem *)data)->title, -1, TEXT_LINE);
}

static char *why_text(const void *data, CliMode mode)
{
    const OutboxItem *item = data;
    Problem problem = item->problem ? problem_by_code(item->problem) : PROBLEM_COUNT;
    if (mode == MODE_PEOPLE && problem < PROBLEM_COUNT)
        return g_strdup(_(problem_row(problem)->title));
    return text_clean(item->problem, -1, TEXT_LINE);
}

/* The plain columns are for ever, in this order. */
static const CliColumn columns[] = {
    { N_("ITEM"), MODE_PLAIN, 0, op_text },
    { N_("LEAD"), COLUMN_ANY, 0, lead_text },
    { N_("ACTION"), COLUMN_ANY, 0, kind_text },
    { N_("STATE"), COLUMN_ANY, 0, state_text, state_colour },
    { N_("TRIES"), COLUMN_ANY, 0, tries_text },
    { N_("MADE"), COLUMN_ANY, 0, made_text },
    { N_("CONTACT"), COLUMN_ANY, 1, title_text },
    { N_("WHY"), COLUMN_ANY, 1, why_text },
};

static void put_items(CliOutput *out, GPtrArray *items)
{
    if (out->mode == MODE_JSON) {
        cli_put(out, "{\"items\":[");
        for (guint i = 0; i < items->len; i++) {
            cli_put(out, i ? "," : "");
            json_put_object(cli_buffer(out), &outbox_fields, items->pdata[i]);
        }
        cli_put(out, "]}\n");
        return;
    }
    CliTable *table = cli_table_new(out, columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < items->len; i++)
        cli_table_row(table, items->pdata[i]);
    cli_table_end(table);
    if (items->len == 0 && out->mode == MODE_PEOPLE)
        cli_say("%s", _("Everything is sent."));
}

/* ---- retry and drop */

/* The items that a word means: one by its whole id, or all of a lead. */
static GPtrArray *find_items(Cli *cli, const char *word, GError **error)
{
    Uuid id;
    g_autoptr(GPtrArray) all = store_items(client_store(cli->client), 0, error);
    if (!all)
        return NULL;
    bool whole = uuid_parse(word, &id);
    for (guint i = all->len; whole && i-- > 0;) {
        OutboxItem *item = all->pdata[i];
        if (!uuid_equal(&item->op, &id))
            continue;
        GPtrArray *one = g_ptr_array_new_with_free_func((GDestroyNotify)outbox_item_free);
        g_ptr_array_add(one, g_ptr_array_steal_index(all, i));
        return one;
    }
    if (!whole && !cli_resolve(cli, word, &id, error))
        return NULL;
    for (guint i = all->len; i-- > 0;)
        if (!uuid_equal(&((OutboxItem *)all->pdata[i])->object, &id))
            g_ptr_array_remove_index(all, i);
    if (all->len > 0)
        return g_steal_pointer(&all);
    g_autofree char *shown = text_clean(word, -1, TEXT_LINE);
    problem_set(error, PROBLEM_NOT_FOUND, _("nothing of %s is in the outbox"), shown);
    return NULL;
}

static bool each_item(Cli *cli, const char *word,
                      bool (*act)(Client *client, const Uuid *op, GError **error), GArray *leads,
                      GError **error)
{
    g_autoptr(GPtrArray) items = find_items(cli, word, error);
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        g_array_append_val(leads, item->object);
        if (!act(cli->client, &item->op, error))
            return false;
    }
    return items != NULL;
}

static bool settled(Client *client, gpointer data)
{
    return client_is_settled(client);
}

static bool drop(Cli *cli, const char *word, GArray *leads, GError **error)
{
    if (!each_item(cli, word, client_drop, leads, error))
        return false;
    client_wait(cli->client, settled, NULL, 1000);
    return true;
}

static bool retry(Cli *cli, const char *word, GArray *leads, GError **error)
{
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Uuid));
    return each_item(cli, word, client_retry, leads, error) &&
           cli_deliver(cli, (const Uuid *)(void *)leads->data, leads->len, none, error);
}

bool cli_run_outbox(Cli *cli, GError **error)
{
    const char *again = cli->args->value[OPTION_RETRY], *away = cli->args->value[OPTION_DROP];
    g_autoptr(GArray) leads = g_array_new(FALSE, FALSE, sizeof(Uuid));
    if (again)
        return cli_open_to_write(cli, error) && retry(cli, again, leads, error);
    if (away)
        return cli_open_to_write(cli, error) && drop(cli, away, leads, error);
    g_autoptr(GPtrArray)
        items = cli_open(cli, error) ? store_items(client_store(cli->client), 0, error) : NULL;
    if (items)
        put_items(&cli->out, items);
    return items != NULL;
}

/* ---- sync */

typedef struct Summary {
    gint64 synced_at;
    LeadCounts leads;
    OutboxCounts outbox;
} Summary;

#define AT(member) offsetof(Summary, member)
static const Field summary_rows[] = {
    { "synced_at", FIELD_TIME, AT(synced_at), .label = N_("Synced") },
    { "inbox", FIELD_INT, AT(leads.inbox), .label = N_("Inbox") },
    { "inbox_waiting", FIELD_INT, AT(leads.inbox_waiting), .label = N_("Inbox, waiting") },
    { "sent", FIELD_INT, AT(leads.sent), .label = N_("Sent") },
    { "sent_waiting", FIELD_INT, AT(leads.sent_waiting), .label = N_("Sent, waiting") },
    { "outbox_waiting", FIELD_INT, AT(outbox.waiting), .label = N_("Outbox, waiting") },
    { "outbox_failed", FIELD_INT, AT(outbox.failed), .label = N_("Outbox, refused") },
};
#undef AT
static const FieldTable summary_fields = FIELD_TABLE("summary", Summary, summary_rows);

static bool put_summary(Cli *cli, gint64 failed_before, GError **error)
{
    Summary summary = { .synced_at = cache_synced_at(client_cache(cli->client)) };
    if (!cache_counts(client_cache(cli->client), &summary.leads, error) ||
        !store_counts(client_store(cli->client), &summary.outbox, NULL, error))
        return false;
    cli_put_object(&cli->out, &summary_fields, &summary);
    gint64 refused = summary.outbox.failed - failed_before;
    if (refused <= 0)
        return true;
    return problem_set(error, PROBLEM_FORBIDDEN,
                       ngettext("the server refused %" PRId64 " action; leadline outbox says why",
                                "the server refused %" PRId64 " actions; leadline outbox says why",
                                (gulong)refused),
                       refused);
}

bool cli_run_sync(Cli *cli, GError **error)
{
    OutboxCounts before;
    g_autoptr(GError) why = NULL;
    bool owner = cli_open_owner(cli, &why);
    if (!owner && !problem_is(why, PROBLEM_LOCKED)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (!owner) {
        if (!cli_open(cli, error))
            return false;
        cli_say("%s", _("leadline: another leadline is open and keeps this profile in sync"));
        return put_summary(cli, G_MAXINT64, error);
    }
    return store_counts(client_store(cli->client), &before, NULL, error) && cli_sync(cli, error) &&
           put_summary(cli, before.failed, error);
}
