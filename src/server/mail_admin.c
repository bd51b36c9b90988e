/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_admin.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "server/audit.h"
#include "server/families.h"
#include "server/mail_store.h"
#include "server/schema.h"

typedef struct MailItem {
    Uuid id;
    char *type;
    int state;
    gint64 attempts, created_at, next_at, sent_at;
    char *to, *error;
} MailItem;

static const EnumValue state_values[] = {
    { MAIL_QUEUED, "queued", NULL },
    { MAIL_SENT, "sent", NULL },
    { MAIL_FAILED, "failed", NULL },
    { MAIL_DEAD, "dead", NULL },
};
static const EnumTable mail_states = ENUM_TABLE("mail_state", state_values);

#define AT(member) offsetof(MailItem, member)
static const Field item_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "type", FIELD_TEXT, AT(type), FIELD_READONLY },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &mail_states },
    { "attempts", FIELD_INT, AT(attempts), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "next_at", FIELD_TIME, AT(next_at), FIELD_READONLY },
    { "sent_at", FIELD_TIME, AT(sent_at), FIELD_READONLY },
    { "to", FIELD_TEXT, AT(to), FIELD_READONLY | FIELD_PERSONAL },
    { "error", FIELD_TEXT, AT(error), FIELD_READONLY },
};
#undef AT
static const FieldTable mail_item_fields = FIELD_TABLE("mail_item", MailItem, item_rows);

/* Only what waits says when it is tried again. */
static void read_item(const DbRows *rows, MailItem *item)
{
    *item = (MailItem){
        .id = db_get_uuid(rows, 0),
        .type = (char *)db_get_text(rows, 1),
        .state = (int)db_get_int(rows, 2),
        .attempts = db_get_int(rows, 3),
        .created_at = db_get_int(rows, 4),
        .sent_at = db_get_int(rows, 6),
        .to = (char *)db_get_text(rows, 7),
        .error = (char *)db_get_text(rows, 8),
    };
    if (item->state == MAIL_QUEUED || item->state == MAIL_FAILED)
        item->next_at = db_get_int(rows, 5);
}

static DbRows *query(Db *db, int state, gint64 before, const Uuid *before_id, int limit,
                     GError **error)
{
    return db_query(db, error,
                    "SELECT m.id, m.type, m.state, m.attempts, m.created_at, m.next_at, m.sent_at,"
                    " COALESCE(m.email, a.email), m.error"
                    " FROM mail m LEFT JOIN account a ON a.id = m.account_id"
                    " WHERE m.state = $1 AND (m.created_at, m.id) < ($2, $3)"
                    " ORDER BY m.created_at DESC, m.id DESC LIMIT $4",
                    db_int(state), db_int(before), db_uuid(before_id), db_int(limit));
}

static bool list(Call *call, GError **error)
{
    const char *wanted = call_query(call, "state");
    int state = wanted ? enum_value(&mail_states, wanted) : MAIL_DEAD, limit = 0;
    gint64 time, last = 0;
    Uuid id, last_id = { 0 };
    if (state == 0)
        field_errors_add(&call->errors, "#/state", "not-one-of", "queued, sent, failed or dead");
    if (!call_valid(call, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &time, &id, error))
        return false;
    g_autoptr(DbRows) rows = query(call->db, state, time, &id, limit + 1, error);
    if (!rows)
        return false;
    g_string_append(call->reply.body, "{\"items\":[");
    int n = 0;
    bool more = false;
    for (; db_next(rows, error); n++) {
        MailItem item;
        more = n == limit;
        if (more)
            break;
        read_item(rows, &item);
        g_string_append(call->reply.body, n ? "," : "");
        json_put_object(call->reply.body, &mail_item_fields, &item);
        last = item.created_at;
        last_id = item.id;
    }
    if (!more && !db_rows_ok(rows))
        return false;
    call_put_next(call, more, last, &last_id);
    return true;
}

static bool retry(Call *call, GError **error)
{
    gint64 n = 0;
    if (!mail_retry(call->db, call->now, &call->id, &n, error))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND,
                           "no mail of this id has failed and can be sent again");
    call->reply.status = 204;
    return audit_put(call, "mail.retry", &call->id, error);
}

#define LIST_SCHEMA                                                                                \
    "{'type':'object','required':['items','next'],'properties':{'items':{'type':'array','items':"  \
    "{'type':'object','required':['id','type','state','attempts','created_at'],'properties':{"     \
    "'id':{'type':'string'},'type':{'type':'string'},'state':{'enum':['queued','sent','failed',"   \
    "'dead']},'attempts':{'type':'integer'},'created_at':{'type':'string'},"                       \
    "'next_at':{'type':'string'},'sent_at':{'type':'string'},'to':{'type':'string'},"              \
    "'error':{'type':'string'}}}},'next':{'type':['string','null']}}}"

const Route mail_admin_routes[] = {
    { .method = "GET",
      .path = "/v1/admin/mail",
      .access = ACCESS_ADMIN,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .handler = list,
      .query = "state limit cursor",
      .summary = "Mail in one state, newest first: dead when none is named",
      .reply_schema = LIST_SCHEMA },
    { .method = "POST",
      .path = "/v1/admin/mail/{id}/retry",
      .access = ACCESS_ADMIN,
      .lane = LANE_WRITE,
      .flags = ROUTE_REPLAY_STORED,
      .handler = retry,
      .summary = "Try to send a mail again that has failed" },
    { 0 },
};

/* ---- the commands */

static char *state_name;

const GOptionEntry mail_list_options[] = {
    { "state", 0, 0, G_OPTION_ARG_STRING, &state_name,
      "queued, sent, failed (to be tried again) or dead (for good: the default)", "STATE" },
    { 0 },
};

#define LIST_MAX 1000

static void print_item(const MailItem *item)
{
    char id[UUID_TEXT_SIZE], created[TIME_TEXT_SIZE], next[TIME_TEXT_SIZE] = "-";
    g_autofree char *to = text_clean(item->to, -1, TEXT_LINE);
    g_autofree char *error = text_clean(item->error, -1, TEXT_LINE);
    if (item->next_at)
        time_format(item->next_at, next);
    printf("%s\t%s\t%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", uuid_format(&item->id, id), item->type,
           time_format(item->created_at, created), next, item->attempts, *to ? to : "-",
           *error ? error : "-");
}

bool mail_list_command(const Config *config, int argc, char **argv, GError **error)
{
    int state = state_name ? enum_value(&mail_states, state_name) : MAIL_DEAD;
    Uuid last;
    if (state == 0)
        return problem_set(error, PROBLEM_USAGE, "--state: must be queued, sent, failed or dead");
    memset(&last, 0xff, sizeof last);
    g_autoptr(Db) db = db_open(server_drivers, config->database, DB_READ, error);
    g_autoptr(DbRows) rows = db ? query(db, state, G_MAXINT64, &last, LIST_MAX, error) : NULL;
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        MailItem item;
        read_item(rows, &item);
        print_item(&item);
    }
    return db_rows_ok(rows);
}

typedef struct Retry {
    Uuid id; /* nil: all */
    gint64 n;
} Retry;

static bool retry_tx(Db *db, gpointer data, GError **error)
{
    Retry *all = data;
    return mail_retry(db, clock_now(), &all->id, &all->n, error);
}

bool mail_retry_command(const Config *config, int argc, char **argv, GError **error)
{
    Retry run = { 0 };
    if (argc != 1 || (strcmp(argv[0], "all") != 0 && !uuid_parse(argv[0], &run.id)))
        return problem_set(error, PROBLEM_USAGE, "mail retry takes an id of mail list, or \"all\"");
    g_autoptr(Db) db = command_open_database(config, error);
    if (!db || !db_tx(db, retry_tx, &run, error))
        return false;
    if (run.n == 0 && !uuid_is_nil(&run.id))
        return problem_set(error, PROBLEM_BAD_INPUT, "no mail of this id has failed");
    printf("%" G_GINT64_FORMAT "\n", run.n);
    return true;
}
