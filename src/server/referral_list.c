/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_list.h"

#include <string.h>

#include "server/referral_store.h"
#include "server/search.h"

#define MAX_STATES 8
#define MAX_VALUES 16
#define QUERY_MAX 200

typedef struct Filter {
    ReferralBox box; /* 0 both */
    int states[MAX_STATES];
    int n_states; /* 0 all */
    int verdict, type;
    Uuid from, to;
    gint64 since;
    bool search;
    char *match; /* owned; NULL with search: no word in it, nothing is found */
    int limit;
    bool after;
    gint64 position;
    Uuid id;
} Filter;

/* A statement being written: text and parameters. $1 is always the viewer. */
typedef struct Sql {
    GString *text;
    DbValue values[MAX_VALUES];
    size_t n;
} Sql;

static int bind(Sql *sql, DbValue value)
{
    g_assert(sql->n < MAX_VALUES);
    sql->values[sql->n++] = value;
    return (int)sql->n;
}

/* ---- reading the query */

static void refuse(Call *call, const char *name, const char *detail)
{
    g_autofree char *pointer = g_strdup_printf("#/%s", name);
    field_errors_add(&call->errors, pointer, "invalid", "%s: %s", name, detail);
}

static int read_enum(Call *call, const char *name, const EnumTable *table)
{
    const char *text = call_query(call, name);
    int value = text ? enum_value(table, text) : 0;
    if (text && !value)
        refuse(call, name, "not one of its codes");
    return value;
}

static void read_uuid(Call *call, const char *name, Uuid *out)
{
    const char *text = call_query(call, name);
    if (text && !uuid_parse(text, out))
        refuse(call, name, "an account id is wanted");
}

static void read_states(Call *call, Filter *filter)
{
    const char *text = call_query(call, "state");
    if (!text)
        return;
    g_auto(GStrv) codes = g_strsplit(text, ",", MAX_STATES + 1);
    unsigned seen = 0;
    for (char **code = codes; *code; code++) {
        int state = enum_value(&referral_states, *code);
        if (!state) {
            refuse(call, "state", "a comma-separated list of states is wanted");
            return;
        }
        if (!(seen & 1u << state))
            filter->states[filter->n_states++] = state;
        seen |= 1u << state;
    }
}

static void read_search(Call *call, Filter *filter)
{
    const char *text = call_query(call, "q");
    if (!text || !*text)
        return;
    if (g_utf8_strlen(text, -1) > QUERY_MAX) {
        refuse(call, "q", "at most 200 characters");
        return;
    }
    filter->search = true;
    filter->match = search_query(call->db, text, &call->principal.account, filter->box);
}

static bool read_filter(Call *call, Filter *filter, GError **error)
{
    const char *since = call_query(call, "since");
    filter->box = read_enum(call, "box", &referral_boxes);
    filter->verdict = read_enum(call, "verdict", &referral_verdicts);
    filter->type = read_enum(call, "type", &referral_types);
    read_uuid(call, "from", &filter->from);
    read_uuid(call, "to", &filter->to);
    read_states(call, filter);
    read_search(call, filter);
    if (since && !time_parse(since, &filter->since))
        refuse(call, "since", "an RFC 3339 time is wanted");
    if (!call_valid(call, error) || !call_limit(call, &filter->limit, error) ||
        !call_cursor(call, &filter->position, &filter->id, error))
        return false;
    filter->after = !uuid_is_nil(&filter->id);
    return true;
}

/* ---- writing the statement */

static void put_common(Sql *sql, const Filter *filter)
{
    if (filter->verdict)
        g_string_append_printf(sql->text, " AND r.verdict = $%d",
                               bind(sql, db_int(filter->verdict)));
    if (filter->type)
        g_string_append_printf(sql->text, " AND r.type = $%d", bind(sql, db_int(filter->type)));
    if (!uuid_is_nil(&filter->from))
        g_string_append_printf(sql->text, " AND r.from_account = $%d",
                               bind(sql, db_uuid(&filter->from)));
    if (!uuid_is_nil(&filter->to))
        g_string_append_printf(sql->text, " AND r.to_account = $%d",
                               bind(sql, db_uuid(&filter->to)));
    if (filter->since)
        g_string_append_printf(sql->text, " AND r.sent_at >= $%d",
                               bind(sql, db_int(filter->since)));
}

/* One side and one state (0 any): an index gives its rows in order. */
static void put_branch(Sql *sql, const Filter *filter, ReferralBox box, int state)
{
    g_string_append_printf(
        sql->text, "SELECT %s, r.sent_at AS position FROM referral_full r WHERE %s = $1",
        referral_columns(), box == BOX_INBOX ? "r.to_account" : "r.from_account");
    if (state)
        g_string_append_printf(sql->text, " AND r.state = %d", state);
    put_common(sql, filter);
    if (filter->after) {
        int position = bind(sql, db_int(filter->position));
        g_string_append_printf(sql->text, " AND (r.sent_at, r.id) < ($%d, $%d)", position,
                               bind(sql, db_uuid(&filter->id)));
    }
    g_string_append_printf(sql->text, " ORDER BY r.sent_at DESC, r.id DESC LIMIT $%d",
                           bind(sql, db_int(filter->limit + 1)));
}

static void put_list(Sql *sql, const Filter *filter)
{
    ReferralBox first = filter->box ? filter->box : BOX_INBOX,
                last = filter->box ? filter->box : BOX_SENT;
    int n_states = MAX(filter->n_states, 1);
    if (first == last && n_states == 1) {
        put_branch(sql, filter, first, filter->states[0]);
        return;
    }
    /* Every branch gives its own newest rows; what is sorted again is at most limit rows of each. All bind the
     * same parameters, numbered once. */
    bool more = false;
    size_t start = sql->n;
    for (int box = first; box <= (int)last; box++)
        for (int i = 0; i < n_states; i++) {
            sql->n = start;
            g_string_append(sql->text, more ? " UNION ALL " : "");
            g_string_append_printf(sql->text, "SELECT %s, position FROM (", referral_columns());
            put_branch(sql, filter, box, filter->states[i]);
            g_string_append_printf(sql->text, ") b%d%d", box, i);
            more = true;
        }
    g_string_append_printf(sql->text, " ORDER BY sent_at DESC, id DESC LIMIT $%d", (int)sql->n);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_search(Sql *sql, const Filter *filter, const SearchSql *search)
{
    g_string_append_printf(sql->text, "SELECT %s, %s AS position FROM %s WHERE ",
                           referral_columns(), search->position, search->from);
    g_string_append_printf(sql->text, search->where, bind(sql, db_text(filter->match)));
    g_string_append(sql->text, filter->box == BOX_INBOX ? " AND r.to_account = $1"
                               : filter->box == BOX_SENT
                                   ? " AND r.from_account = $1"
                                   : " AND (r.to_account = $1 OR r.from_account = $1)");
    put_common(sql, filter);
    for (int i = 0; i < filter->n_states; i++)
        g_string_append_printf(sql->text, "%s%d", i ? ", " : " AND r.state IN (",
                               filter->states[i]);
    if (filter->n_states)
        g_string_append_c(sql->text, ')');
    if (filter->after) {
        int position = bind(sql, db_int(filter->position));
        g_string_append(sql->text, " AND ");
        g_string_append_printf(sql->text, search->after, position, bind(sql, db_uuid(&filter->id)));
    }
    g_string_append_printf(sql->text, " ORDER BY %s LIMIT $%d", search->order,
                           bind(sql, db_int(filter->limit + 1)));
}
#pragma GCC diagnostic pop

static void put_sql(Sql *sql, const Filter *filter, Db *db, const Uuid *viewer)
{
    bind(sql, db_uuid(viewer));
    if (filter->search)
        put_search(sql, filter, search_sql(db));
    else
        put_list(sql, filter);
}

/* ---- the answer */

static bool put_rows(Call *call, DbRows *rows, int limit, GError **error)
{
    Referral referral = { 0 };
    gint64 position = 0;
    int n = 0, position_column = row_n_columns(&referral_fields);
    bool more = false;
    while (db_next(rows, error)) {
        if (n == limit) {
            more = true;
            break;
        }
        row_read(rows, 0, &referral_fields, &referral, ROW_BORROW);
        if (n++)
            g_string_append_c(call->reply.body, ',');
        json_put_object(call->reply.body, &referral_fields, &referral);
        position = db_get_int(rows, position_column);
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, position, &referral.id);
    return true;
}

bool referral_list(Call *call, GError **error)
{
    Filter filter = { 0 };
    bool valid = read_filter(call, &filter, error);
    g_autofree char *match = filter.match;
    if (!valid)
        return false;
    g_string_append(call->reply.body, "{\"items\":[");
    if (filter.search && !match) {
        call_put_next(call, false, 0, &filter.id);
        return true;
    }
    g_autoptr(GString) text = g_string_sized_new(2048);
    Sql sql = { .text = text };
    put_sql(&sql, &filter, call->db, &call->principal.account);
    g_autoptr(DbRows)
        rows = db_query_values(call->db, error, db_intern("%s", text->str), sql.values, sql.n);
    return rows && put_rows(call, rows, filter.limit, error);
}

const char *referral_list_hot_sql(Db *db, int i)
{
    static const Filter hot[] = {
        { .box = BOX_INBOX, .limit = 50 },
        { .box = BOX_INBOX, .limit = 50, .after = true },
        { .box = BOX_SENT, .limit = 50, .after = true },
        { .box = BOX_INBOX,
          .states = { REFERRAL_SENT },
          .n_states = 1,
          .limit = 50,
          .after = true },
        { .box = BOX_SENT, .states = { REFERRAL_SENT }, .n_states = 1, .limit = 50 },
        { .box = BOX_INBOX, .from = { { 1 } }, .limit = 50, .after = true },
        { .box = BOX_SENT, .to = { { 1 } }, .limit = 50 },
        { .box = BOX_INBOX, .since = 1, .limit = 50 },
        { .box = BOX_INBOX, .search = true, .match = (char *)"\"a\"*", .limit = 50, .after = true },
    };
    if (i >= (int)G_N_ELEMENTS(hot))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    Sql sql = { .text = text };
    put_sql(&sql, &hot[i], db, &(Uuid){ { 1 } });
    return db_intern("%s", text->str);
}
