/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_list.h"

#include <string.h>

#include "server/referral_store.h"
#include "server/search.h"

#define MAX_STATES 8
#define MAX_VALUES 20
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
    gint64 position; /* what comes after these, in the order of the list */
    Uuid id;
} Filter;

/* A statement being written: text, parameters and their numbers, 0 for what is not asked. $1 is always the viewer. */
typedef struct Sql {
    GString *text;
    DbValue values[MAX_VALUES];
    size_t n;
    int states[MAX_STATES], verdict, type, from, to, since, position, id, limit, match;
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
    return call_valid(call, error) && call_limit(call, &filter->limit, error) &&
           call_cursor_newest(call, &filter->position, &filter->id, error);
}

/* ---- writing the statement

   Which filters are set decides the text only where another index is to be walked: box, states, from and to. So there
   are few texts, each prepared once for a connection. */

static void bind_filter(Sql *sql, const Filter *filter, const Uuid *viewer)
{
    bind(sql, db_uuid(viewer));
    for (int i = 0; i < filter->n_states; i++)
        sql->states[i] = bind(sql, db_int(filter->states[i]));
    sql->verdict = bind(sql, filter->verdict ? db_int(filter->verdict) : db_null());
    sql->type = bind(sql, filter->type ? db_int(filter->type) : db_null());
    sql->since = bind(sql, db_int(filter->since));
    sql->position = bind(sql, db_int(filter->position));
    sql->id = bind(sql, db_uuid(&filter->id));
    sql->limit = bind(sql, db_int(filter->limit + 1));
    if (!uuid_is_nil(&filter->from))
        sql->from = bind(sql, db_uuid(&filter->from));
    if (!uuid_is_nil(&filter->to))
        sql->to = bind(sql, db_uuid(&filter->to));
    if (filter->search)
        sql->match = bind(sql, db_text(filter->match));
}

static void put_common(Sql *sql)
{
    g_string_append_printf(sql->text,
                           " AND (r.verdict = $%d OR $%d IS NULL)"
                           " AND (r.type = $%d OR $%d IS NULL) AND r.sent_at >= $%d",
                           sql->verdict, sql->verdict, sql->type, sql->type, sql->since);
    if (sql->from)
        g_string_append_printf(sql->text, " AND r.from_account = $%d", sql->from);
    if (sql->to)
        g_string_append_printf(sql->text, " AND r.to_account = $%d", sql->to);
}

/* One side and one state (a parameter, 0 any): an index gives its rows in order. */
static void put_branch(Sql *sql, const char *columns, const char *from, ReferralBox box, int state)
{
    g_string_append_printf(sql->text, "SELECT %s FROM %s r WHERE r.%s = $1", columns, from,
                           box == BOX_INBOX ? "to_account" : "from_account");
    if (state)
        g_string_append_printf(sql->text, " AND r.state = $%d", state);
    put_common(sql);
    g_string_append_printf(sql->text,
                           " AND (r.sent_at, r.id) < ($%d, $%d)"
                           " ORDER BY r.sent_at DESC, r.id DESC LIMIT $%d",
                           sql->position, sql->id, sql->limit);
}

/* Every branch gives the ids of its newest rows; at most limit rows of each are sorted again, then read. */
static void put_branches(Sql *sql, ReferralBox first, ReferralBox last, int n_states)
{
    g_string_append_printf(sql->text, "SELECT %s, r.sent_at AS position FROM (",
                           referral_columns());
    for (ReferralBox box = first; box <= last; box++)
        for (int i = 0; i < MAX(n_states, 1); i++) {
            g_string_append(sql->text, box > first || i > 0 ? " UNION ALL " : "");
            g_string_append(sql->text, "SELECT id, sent_at FROM (");
            put_branch(sql, "r.id, r.sent_at", "referral", box, sql->states[i]);
            g_string_append_printf(sql->text, ") b%d%d", (int)box, i);
        }
    g_string_append_printf(sql->text,
                           " ORDER BY sent_at DESC, id DESC LIMIT $%d) k CROSS JOIN referral_full r"
                           " WHERE r.id = k.id ORDER BY k.sent_at DESC, k.id DESC",
                           sql->limit);
}

static void put_list(Sql *sql, const Filter *filter)
{
    if (filter->box && filter->n_states <= 1) {
        const char *columns = db_intern("%s, r.sent_at AS position", referral_columns());
        put_branch(sql, columns, "referral_full", filter->box, sql->states[0]);
        return;
    }
    put_branches(sql, filter->box ? filter->box : BOX_INBOX, filter->box ? filter->box : BOX_SENT,
                 filter->n_states);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void put_search(Sql *sql, const Filter *filter, const SearchSql *search)
{
    static const char *const sides[] = {
        " AND (r.to_account = $1 OR r.from_account = $1)",
        [BOX_INBOX] = " AND r.to_account = $1",
        [BOX_SENT] = " AND r.from_account = $1",
    };
    g_string_append(sql->text, DB_ANEW);
    if (search->first_ids)
        g_string_append_printf(sql->text, "SELECT %s, k.position AS position FROM (",
                               referral_columns());
    g_string_append_printf(sql->text, "SELECT %s, %s AS position FROM %s WHERE ",
                           search->first_ids ? "r.id" : referral_columns(), search->position,
                           search->from);
    g_string_append_printf(sql->text, search->where, sql->match);
    g_string_append(sql->text, sides[filter->box]);
    put_common(sql);
    for (int i = 0; i < filter->n_states; i++)
        g_string_append_printf(sql->text, "%s$%d", i ? ", " : " AND r.state IN (", sql->states[i]);
    g_string_append(sql->text, filter->n_states ? ") AND " : " AND ");
    g_string_append_printf(sql->text, search->after, sql->position, sql->id);
    g_string_append_printf(sql->text, " ORDER BY %s LIMIT $%d", search->order, sql->limit);
    if (search->first_ids)
        g_string_append(sql->text, ") k CROSS JOIN referral_full r WHERE r.id = k.id"
                                   " ORDER BY k.position DESC, k.id DESC");
}
#pragma GCC diagnostic pop

static void put_sql(Sql *sql, const Filter *filter, Db *db, const Uuid *viewer)
{
    bind_filter(sql, filter, viewer);
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
        { .box = BOX_INBOX },
        { .box = BOX_SENT },
        { .box = BOX_INBOX, .states = { REFERRAL_SENT }, .n_states = 1 },
        { .box = BOX_SENT, .states = { REFERRAL_SENT }, .n_states = 1 },
        { .box = BOX_INBOX, .from = { { 1 } } },
        { .box = BOX_SENT, .to = { { 1 } } },
        { .box = BOX_INBOX, .search = true, .match = (char *)"\"a\"*" },
    };
    if (i >= (int)G_N_ELEMENTS(hot))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    Sql sql = { .text = text };
    put_sql(&sql, &hot[i], db, &(Uuid){ { 1 } });
    return db_intern("%s", text->str);
}
