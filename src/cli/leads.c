/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: list, show, count. Everything comes from the cache. */
#include "cli/run.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "client/limit.h"
#include "wire/json.h"

#define PAGE_ROWS 200

/* ---- list */

static char *or_empty(const char *text)
{
    return g_strdup(text ? text : "");
}

static char *id_text(const void *data, CliMode mode)
{
    char text[UUID_TEXT_SIZE];
    return g_strdup(uuid_format(&((const LeadRow *)data)->id, text));
}

static char *label_text(const void *data, CliMode mode)
{
    char text[LABEL_SIZE];
    return g_strdup(lead_label(&((const LeadRow *)data)->id, text));
}

/* A verdict says more than the state that it led to. */
static char *state_text(const void *data, CliMode mode)
{
    const LeadRow *row = data;
    if (mode == MODE_PLAIN)
        return or_empty(enum_code(&referral_states, row->state));
    bool rejected = row->state == REFERRAL_CONFIRMED && row->verdict == VERDICT_NOT_A_LEAD;
    return g_strconcat(rejected ? enum_label(&referral_verdicts, VERDICT_NOT_A_LEAD)
                                : enum_label(&referral_states, row->state),
                       row->pending ? "*" : "", NULL);
}

static const char *state_colour(const void *data)
{
    const LeadRow *row = data;
    if (row->verdict == VERDICT_NOT_A_LEAD || row->state == REFERRAL_LOST)
        return "31";
    if (row->verdict == VERDICT_LEAD)
        return "32";
    return row->state == REFERRAL_SENT ? "1;33" : NULL;
}

static char *verdict_text(const void *data, CliMode mode)
{
    return or_empty(enum_code(&referral_verdicts, ((const LeadRow *)data)->verdict));
}

static char *time_text(const void *data, CliMode mode)
{
    const LeadRow *row = data;
    char text[TIME_TEXT_SIZE];
    return mode == MODE_PLAIN ? g_strdup(time_format(row->sent_at, text))
                              : cli_when(row->sent_at, false);
}

static char *party_text(const void *data, CliMode mode)
{
    return or_empty(((const LeadRow *)data)->party);
}

static char *client_text(const void *data, CliMode mode)
{
    return or_empty(((const LeadRow *)data)->client);
}

static char *need_text(const void *data, CliMode mode)
{
    return or_empty(((const LeadRow *)data)->need);
}

/* The plain columns are for ever, in this order: new ones go to the end. */
static const CliColumn lead_columns[] = {
    { N_("ID"), MODE_PLAIN, 0, id_text },
    { N_("ID"), COLUMN_ANY, 0, label_text },
    { N_("STATE"), COLUMN_ANY, 0, state_text, state_colour },
    { N_("VERDICT"), MODE_PLAIN, 0, verdict_text },
    { N_("WHEN"), COLUMN_ANY, 0, time_text },
    { N_("PARTNER"), COLUMN_ANY, 3, party_text },
    { N_("CONTACT"), COLUMN_ANY, 3, client_text },
    { N_("NEED"), COLUMN_ANY, 5, need_text },
};

typedef struct Listing {
    Cli *cli;
    LeadQuery query;
    LeadPos pos;
    bool started; /* pos counts */
    gint64 max, listed;
    CliTable *table; /* NULL: JSON */
} Listing;

static bool put_json(Listing *listing, const LeadRow *row, GError **error)
{
    Referral referral = { 0 };
    g_autoptr(GError) why = NULL;
    GString *out = cli_buffer(&listing->cli->out);
    if (!cache_referral(client_cache(listing->cli->client), &row->id, &referral, &why)) {
        if (problem_is(why, PROBLEM_NOT_FOUND)) /* it went while we were reading */
            return true;
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (listing->listed++ > 0)
        g_string_append_c(out, ',');
    json_put_object(out, &referral_fields, &referral);
    fields_clear(&referral_fields, &referral);
    cli_flush_some(&listing->cli->out);
    return true;
}

static bool put_row(Listing *listing, const LeadRow *row, GError **error)
{
    if (!listing->table)
        return put_json(listing, row, error);
    cli_table_row(listing->table, row);
    listing->listed++;
    return true;
}

/* False with no error: enough. */
static bool put_page(Listing *listing, GPtrArray *rows, GError **error)
{
    for (guint i = 0; i < rows->len; i++) {
        const LeadRow *row = rows->pdata[i];
        if (listing->listed == listing->max)
            return false;
        listing->pos = lead_pos(row);
        listing->started = true;
        if (!put_row(listing, row, error) || cli_out_failed(&listing->cli->out))
            return false;
    }
    return true;
}

/* *more: there is at least one after what was listed. */
static bool put_pages(Listing *listing, bool *more, GError **error)
{
    for (;;) {
        g_autoptr(GError) why = NULL;
        g_autoptr(GPtrArray)
            rows = cache_leads(client_cache(listing->cli->client), &listing->query,
                               listing->started ? &listing->pos : NULL, true, PAGE_ROWS, error);
        if (!rows)
            return false;
        *more = !put_page(listing, rows, &why);
        if (why) {
            g_propagate_error(error, g_steal_pointer(&why));
            return false;
        }
        if (*more || rows->len < PAGE_ROWS)
            return true;
    }
}

/* ID of --after; it need not be in what is listed. */
static bool start_after(Listing *listing, const char *text, GError **error)
{
    Referral referral = { 0 };
    if (!text)
        return true;
    if (!cli_resolve(listing->cli, text, &listing->pos.id, error) ||
        !cache_referral(client_cache(listing->cli->client), &listing->pos.id, &referral, error))
        return false;
    listing->pos.sent_at = referral.sent_at;
    listing->started = true;
    fields_clear(&referral_fields, &referral);
    return true;
}

static bool read_max(const CliArgs *args, gint64 *max, GError **error)
{
    const char *text = args->value[OPTION_MAX];
    *max = G_MAXINT64;
    if (!text || g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, max, NULL))
        return true;
    return problem_set(error, PROBLEM_USAGE, _("--max takes a number from 1"));
}

/* "client", or turned round "client-" */
static bool read_sort(const CliArgs *args, LeadQuery *query, GError **error)
{
    const char *text = args->value[OPTION_SORT];
    g_autoptr(GError) why = NULL;
    if (!text || lead_sort_parse(text, &query->sort, &query->reverse, &why))
        return true;
    return problem_set(error, PROBLEM_USAGE, "--sort: %s", why->message);
}

static bool may_be_listed(const Limit *limit, GError **error)
{
    return !limit_has_tagged(limit) ||
           problem_set(error, PROBLEM_BAD_INPUT, "%s",
                       _("~t is for the screen: here no lead is tagged"));
}

static void put_json_end(Listing *listing, bool more)
{
    GString *out = cli_buffer(&listing->cli->out);
    g_string_append(out, "],\"next\":");
    if (more)
        json_put_uuid(out, &listing->pos.id);
    else
        g_string_append(out, "null");
    g_string_append(out, "}\n");
}

bool cli_run_list(Cli *cli, GError **error)
{
    const CliArgs *args = cli->args;
    Listing listing = { .cli = cli };
    const char *limit = args->value[OPTION_LIMIT], *box = args->value[OPTION_BOX];
    g_autoptr(Limit) parsed = limit_parse(limit ? limit : "", clock_now(), error);
    if (!parsed || !may_be_listed(parsed, error) || !read_sort(args, &listing.query, error) ||
        !read_max(args, &listing.max, error) || !cli_open(cli, error) ||
        !start_after(&listing, args->value[OPTION_AFTER], error))
        return false;
    listing.query.limit = parsed;
    listing.query.box = box ? (ReferralBox)enum_value(&referral_boxes, box) : BOX_INBOX;
    bool json = cli->out.mode == MODE_JSON, more = false;
    if (json)
        cli_put(&cli->out, "{\"items\":[");
    else
        listing.table = cli_table_new(&cli->out, lead_columns, G_N_ELEMENTS(lead_columns));
    bool ok = put_pages(&listing, &more, error);
    if (listing.table)
        cli_table_end(listing.table);
    if (ok && listing.listed == 0 && cli->out.mode == MODE_PEOPLE)
        cli_say("%s", _("No leads."));
    if (json && ok)
        put_json_end(&listing, more);
    return ok;
}

/* ---- show */

static void put_notes(Cli *cli, const Uuid *id)
{
    g_autoptr(GPtrArray) notes = cache_notes(client_cache(cli->client), id, NULL);
    for (guint i = 0; notes && i < notes->len; i++) {
        const Note *note = notes->pdata[i];
        g_autofree char *text = text_clean(note->text, -1, TEXT_MULTILINE);
        cli_put_pair(&cli->out, cli->out.mode == MODE_PLAIN ? "note" : _("Your note"), text);
    }
}

static void put_give_take(Cli *cli, const Referral *referral)
{
    const Party *other = referral->box == BOX_INBOX ? &referral->from : &referral->to;
    GiveTake sum;
    if (cli->out.mode != MODE_PEOPLE || uuid_is_nil(&other->account) ||
        !cache_give_take(client_cache(cli->client), &other->account, clock_now() - 365 * MS_PER_DAY,
                         &sum, NULL))
        return;
    g_autofree char *text = g_strdup_printf(
        _("in 12 months you gave %" PRId64 " (%" PRId64 " confirmed) and took %" PRId64 " (%" PRId64
          " confirmed)"),
        sum.gave, sum.gave_confirmed, sum.took, sum.took_confirmed);
    cli_put_pair(&cli->out, _("Give and take"), text);
}

static bool show(Cli *cli, const Uuid *id, GError **error)
{
    Referral referral = { 0 };
    char label[LABEL_SIZE];
    if (!cache_referral(client_cache(cli->client), id, &referral, error))
        return false;
    cli_put_heading(&cli->out, lead_label(id, label));
    cli_put_object(&cli->out, &referral_fields, &referral);
    if (cli->out.mode != MODE_JSON) {
        put_notes(cli, id);
        put_give_take(cli, &referral);
    }
    fields_clear(&referral_fields, &referral);
    return true;
}

bool cli_run_show(Cli *cli, GError **error)
{
    if (!cli_open(cli, error))
        return false;
    g_autofree Uuid *ids = cli_resolve_all(cli, error);
    for (guint i = 0; ids && i < cli->args->operands->len; i++) {
        if (i > 0 && cli->out.mode != MODE_JSON)
            cli_put(&cli->out, "\n");
        if (!show(cli, &ids[i], error))
            return false;
    }
    return ids != NULL;
}

/* ---- count */

#define AT(member) offsetof(LeadCounts, member)
static const Field count_rows[] = {
    { "inbox", FIELD_INT, AT(inbox), .label = N_("Inbox") },
    { "inbox_waiting", FIELD_INT, AT(inbox_waiting), .label = N_("Inbox, waiting") },
    { "inbox_new", FIELD_INT, AT(inbox_new), .label = N_("Inbox, new") },
    { "sent", FIELD_INT, AT(sent), .label = N_("Sent") },
    { "sent_waiting", FIELD_INT, AT(sent_waiting), .label = N_("Sent, waiting") },
};
#undef AT
static const FieldTable count_fields = FIELD_TABLE("count", LeadCounts, count_rows);

bool cli_run_count(Cli *cli, GError **error)
{
    LeadCounts counts;
    if (!cli_open(cli, error) || !cache_counts(client_cache(cli->client), &counts, error))
        return false;
    if (cli_has(cli->args, OPTION_WAITING))
        cli_put_format(&cli->out, "%" PRId64 "\n", counts.inbox_waiting);
    else
        cli_put_object(&cli->out, &count_fields, &counts);
    return true;
}
