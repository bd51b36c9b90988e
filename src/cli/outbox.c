/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox and sync: what is not sent yet, and sending it. */
#include "cli/run.h"

#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"
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
    return outbox_is_stopped(((const OutboxItem *)data)->state) ? "31" : NULL;
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

/* Both values of what is in conflict: for people, below the list. */
static void put_conflicts(CliOutput *out, const OutboxItem *item)
{
    char id[UUID_TEXT_SIZE];
    g_autoptr(GPtrArray) conflicts = change_conflicts(item);
    for (guint i = 0; i < conflicts->len; i++) {
        const ChangeConflict *one = conflicts->pdata[i];
        g_autofree char *mine = text_clean(one->mine, -1, TEXT_LINE);
        g_autofree char *theirs = text_clean(one->theirs, -1, TEXT_LINE);
        if (i == 0)
            cli_put_format(out, _("\nIn conflict: --keep-mine %s, or --keep-theirs\n"),
                           uuid_format(&item->op, id));
        cli_put_format(out, _("  %s (--field %s)\n    yours: %s\n    there: %s\n"), one->label,
                       one->path, *mine ? mine : "-", *theirs ? theirs : "-");
    }
}

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
    for (guint i = 0; i < items->len && out->mode == MODE_PEOPLE; i++)
        put_conflicts(out, items->pdata[i]);
    if (items->len == 0 && out->mode == MODE_PEOPLE)
        cli_say("%s", _("Everything is sent."));
}

/* ---- what was dropped */

static char *dropped_text(const void *data, CliMode mode)
{
    const DroppedItem *dropped = data;
    char text[TIME_TEXT_SIZE];
    return mode == MODE_PLAIN ? g_strdup(time_format(dropped->dropped_at, text))
                              : cli_when(dropped->dropped_at, false);
}

static char *reason_text(const void *data, CliMode mode)
{
    return text_clean(((const DroppedItem *)data)->reason, -1, TEXT_LINE);
}

/* A dropped item begins with the item. */
static const CliColumn dropped_columns[] = {
    { N_("ITEM"), COLUMN_ANY, 0, op_text },       { N_("LEAD"), MODE_PLAIN, 0, lead_text },
    { N_("ACTION"), COLUMN_ANY, 0, kind_text },   { N_("DROPPED"), COLUMN_ANY, 0, dropped_text },
    { N_("CONTACT"), COLUMN_ANY, 1, title_text }, { N_("REASON"), COLUMN_ANY, 1, reason_text },
};

static bool put_dropped(Cli *cli, GError **error)
{
    CliOutput *out = &cli->out;
    g_autoptr(GPtrArray) items = store_dropped(client_store(cli->client), error);
    if (!items)
        return false;
    if (out->mode == MODE_JSON) {
        cli_put(out, "{\"items\":[");
        for (guint i = 0; i < items->len; i++) {
            cli_put(out, i ? "," : "");
            json_put_object(cli_buffer(out), &dropped_fields, items->pdata[i]);
        }
        cli_put(out, "]}\n");
        return true;
    }
    CliTable *table = cli_table_new(out, dropped_columns, G_N_ELEMENTS(dropped_columns));
    for (guint i = 0; i < items->len; i++)
        cli_table_row(table, items->pdata[i]);
    cli_table_end(table);
    if (items->len == 0 && out->mode == MODE_PEOPLE)
        cli_say("%s", _("Nothing was dropped in the last 90 days."));
    return true;
}

/* ---- retry and drop */

/* The items that a word means: one by its whole id, or all of a lead. */
static GPtrArray *find_items(Cli *cli, const char *word, GError **error)
{
    Uuid id;
    g_autoptr(GPtrArray) all = store_items(client_store(cli->client), 0, error);
    if (!all)
        return NULL;
    if (strcmp(word, "all") == 0)
        return g_steal_pointer(&all);
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

/* What is done to each of them. */
typedef struct Act {
    bool (*run)(Client *client, const OutboxItem *item, const struct Act *act, GError **error);
    const char *reason, *field;
    ChangeSide side;
    const char *json;
} Act;

static bool run_retry(Client *client, const OutboxItem *item, const Act *act, GError **error)
{
    return client_retry(client, &item->op, error);
}

static bool run_drop(Client *client, const OutboxItem *item, const Act *act, GError **error)
{
    return client_drop(client, &item->op, act->reason, error);
}

static bool run_keep(Client *client, const OutboxItem *item, const Act *act, GError **error)
{
    return client_keep(client, &item->op, act->field, act->side, error);
}

static bool run_edit(Client *client, const OutboxItem *item, const Act *act, GError **error)
{
    const FieldTable *table = change_kind(item->kind)->input;
    if (!table)
        return problem_set(error, PROBLEM_BAD_INPUT, "%s", _("there is nothing to edit in it"));
    g_autofree void *input = g_malloc0(table->size);
    bool ok = change_read_json(act->json, table, input)
                  ? client_edit(client, &item->op, input, error)
                  : problem_set(error, PROBLEM_BAD_INPUT, "%s", _("--input is not its JSON"));
    fields_clear(table, input);
    return ok;
}

static bool each_item(Cli *cli, const char *word, const Act *act, GArray *leads, GError **error)
{
    g_autoptr(GPtrArray) items = find_items(cli, word, error);
    for (guint i = 0; items && i < items->len; i++) {
        const OutboxItem *item = items->pdata[i];
        g_array_append_val(leads, item->object);
        if (!act->run(cli->client, item, act, error))
            return false;
    }
    return items != NULL;
}

static bool settled(Client *client, gpointer data)
{
    return client_is_settled(client);
}

/* A person is asked for what the command line left out. */
static char *drop_reason(Cli *cli, const char *word, GError **error)
{
    const char *given = cli->args->value[OPTION_MESSAGE];
    if (given || !cli_may_ask(cli->args))
        return g_strdup(given ? given : "");
    if (strcmp(word, "all") == 0) {
        g_autofree char *typed = cli_ask_line(_("Type drop to throw all of it away"), error);
        if (!typed || strcmp(typed, "drop") != 0) {
            if (typed)
                problem_set(error, PROBLEM_CANCELLED, "%s", _("nothing was dropped"));
            return NULL;
        }
    }
    return cli_ask_line(_("Reason"), error);
}

static bool drop(Cli *cli, const char *word, GArray *leads, GError **error)
{
    g_autofree char *reason = drop_reason(cli, word, error);
    Act act = { .run = run_drop, .reason = reason };
    if (!reason || !each_item(cli, word, &act, leads, error))
        return false;
    client_wait(cli->client, settled, NULL, 1000);
    return true;
}

/* And then waits until it is sent. */
static bool deliver(Cli *cli, const char *word, const Act *act, GArray *leads, GError **error)
{
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(Uuid));
    return each_item(cli, word, act, leads, error) &&
           cli_deliver(cli, (const Uuid *)(void *)leads->data, leads->len, none, error);
}

static bool take_back(Cli *cli, const char *word, GError **error)
{
    Uuid op;
    if (!uuid_parse(word, &op))
        return problem_set(error, PROBLEM_BAD_INPUT, "%s",
                           _("--take-back wants the id of an item of --dropped"));
    return client_take_back(cli->client, &op, error);
}

static bool edit(Cli *cli, const char *word, GArray *leads, GError **error)
{
    const char *path = cli->args->value[OPTION_INPUT];
    if (!path)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("what shall it be? --input FILE, or - for standard input"));
    g_autofree char *json = cli_read_file(cli->args, path, NULL, error);
    Act act = { .run = run_edit, .json = json };
    return json && deliver(cli, word, &act, leads, error);
}

bool cli_run_outbox(Cli *cli, GError **error)
{
    const CliArgs *args = cli->args;
    g_autoptr(GArray) leads = g_array_new(FALSE, FALSE, sizeof(Uuid));
    Act again = { .run = run_retry };
    Act mine = { .run = run_keep, .field = args->value[OPTION_FIELD], .side = KEEP_MINE };
    Act theirs = { .run = run_keep, .field = args->value[OPTION_FIELD], .side = KEEP_THEIRS };
    const struct {
        CliOptionId option;
        const Act *act;
    } acts[] = { { OPTION_RETRY, &again },
                 { OPTION_KEEP_MINE, &mine },
                 { OPTION_KEEP_THEIRS, &theirs } };
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        if (cli_has(args, acts[i].option))
            return cli_open_to_write(cli, error) &&
                   deliver(cli, args->value[acts[i].option], acts[i].act, leads, error);
    if (cli_has(args, OPTION_DROP))
        return cli_open_to_write(cli, error) && drop(cli, args->value[OPTION_DROP], leads, error);
    if (cli_has(args, OPTION_EDIT))
        return cli_open_to_write(cli, error) && edit(cli, args->value[OPTION_EDIT], leads, error);
    if (cli_has(args, OPTION_TAKE_BACK))
        return cli_open_to_write(cli, error) &&
               take_back(cli, args->value[OPTION_TAKE_BACK], error);
    if (!cli_open(cli, error))
        return false;
    if (cli_has(args, OPTION_DROPPED))
        return put_dropped(cli, error);
    g_autoptr(GPtrArray) items = store_items(client_store(cli->client), 0, error);
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
    { "outbox_conflict", FIELD_INT, AT(outbox.conflict), .label = N_("Outbox, in conflict") },
    { "outbox_parked", FIELD_INT, AT(outbox.parked), .label = N_("Outbox, parked") },
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
