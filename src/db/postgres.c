/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PostgreSQL driver: the only file that knows libpq-fe.h. The connection lives in pipeline mode: what db_later() is
 * given travels with the next statement, in one round trip. Parameters and results are binary.
 */
#include "db/driver.h"

#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"

#define PARAMETERS_MAX 256
#define PENDING_MAX                                                                                \
    64 /* sent without reading an answer: more could fill both sockets and block both ends */

/* Type OIDs of pg_type: fixed for ever. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
};

typedef struct PgStatement {
    const char *sql;
    unsigned number; /* its name on the server is "s<number>" */
    bool prepared;
    int n;
    Oid types[]; /* of the parameters; 0 while only NULL was seen: the server guesses */
} PgStatement;

typedef struct PgRows PgRows;
struct PgRows {
    DbRows base;
    PGresult *result;
    int row, n;
    PgRows *next_free;
};

typedef struct PgDb {
    Db base;
    PGconn *conn;
    DbStatements statements;
    unsigned last_number;
    GPtrArray *
        pending; /* one for each command sent: PgStatement * being prepared, NULL for one being run */
    PgRows *free_rows;
    bool unchecked; /* made again, and db_reconnected() has not yet said that it may be used */
} PgDb;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PGresult, PQclear)

/* ---- errors */

static const struct {
    const char *state; /* SQLSTATE, or its first two letters */
    Problem problem;
    bool retry; /* the transaction did not happen, and may succeed the next time */
    bool lost;  /* but for COMMIT, where it may have happened */
    bool locked;
} states[] = {
    { "23505", PROBLEM_DATABASE_UNIQUE, false },        /* unique_violation */
    { "40001", PROBLEM_DATABASE_BUSY, true },           /* serialization_failure */
    { "40P01", PROBLEM_DATABASE_BUSY, true },           /* deadlock_detected */
    { "55P03", PROBLEM_DATABASE_BUSY, .locked = true }, /* lock_not_available */
    { "57014", PROBLEM_DATABASE_BUSY, false },          /* query_canceled: statement_timeout */
    { "57P", PROBLEM_DATABASE_AWAY, true, true },       /* shutdown, crash, not yet up */
    { "08", PROBLEM_DATABASE_AWAY, true, true },        /* connection_exception, of a pooler */
    { "25006", PROBLEM_READ_ONLY, false },              /* read_only_sql_transaction: a standby */
    { "53100", PROBLEM_STORAGE_FULL, false },           /* disk_full */
    { "53", PROBLEM_DATABASE_BUSY, false },             /* insufficient_resources */
    { "XX001", PROBLEM_DATABASE_CORRUPT, false },
    { "XX002", PROBLEM_DATABASE_CORRUPT, false },
    { "0A000", PROBLEM_DATABASE, true }, /* a cached plan's columns changed: prepared anew */
    { "26000", PROBLEM_DATABASE, true }, /* the prepared statement is gone: likewise */
};

/* The message without its DETAIL, which would show the row's values. Always false. */
static bool set_error(PgDb *db, const PGresult *result, bool committing, GError **error)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    Problem problem = PROBLEM_DATABASE;
    for (size_t i = 0; state && i < G_N_ELEMENTS(states); i++) {
        if (!g_str_has_prefix(state, states[i].state))
            continue;
        problem = states[i].problem;
        db->base.retry |= states[i].retry && !(states[i].lost && committing);
        db->base.locked |= states[i].locked;
        break;
    }
    return problem_set(error, problem, "%s (%s)", message ? message : "the server gave no answer",
                       state ? state : "no SQLSTATE");
}

/* Lost before COMMIT was sent: nothing happened, so it may be run again. After it nobody knows, and the caller must look. */
static bool set_lost(PgDb *db, bool committing, GError **error)
{
    g_autofree char *message = g_strchomp(g_strdup(PQerrorMessage(db->conn)));
    db->base.retry |= !committing;
    return problem_set(error, PROBLEM_DATABASE_AWAY, "Lost the connection to PostgreSQL: %s",
                       message);
}

/* ---- opening */

static const char *const schemes[] = { "postgresql://", "postgres://", NULL };

static void forget_prepared(PgDb *db)
{
    GHashTableIter iter;
    gpointer statement;
    g_hash_table_iter_init(&iter, db->statements.by_text);
    while (g_hash_table_iter_next(&iter, NULL, &statement))
        ((PgStatement *)statement)->prepared = false;
}

/* Before the first command of a transaction, or of none: a connection found dead is made again. */
static bool ensure_connected(PgDb *db, bool fresh, GError **error)
{
    if (G_LIKELY(PQstatus(db->conn) == CONNECTION_OK && !db->unchecked))
        return true;
    if (!fresh)
        return set_lost(db, false, error);
    if (PQstatus(db->conn) != CONNECTION_OK) {
        PQreset(db->conn);
        forget_prepared(db);
        g_ptr_array_set_size(db->pending, 0);
        db->unchecked = true;
        if (PQstatus(db->conn) != CONNECTION_OK || !PQenterPipelineMode(db->conn))
            return set_lost(db, false, error);
    }
    db->unchecked = !db_reconnected(error);
    return !db->unchecked;
}

static void quiet(void *data, const PGresult *notice)
{
}

static void pg_close(Db *base);

static Db *pg_open(const char *url, unsigned mode, GError **error)
{
    /* Ours first: what the URL says itself comes later and wins. A page read out of order costs what it does on an SSD: for
     * disks PostgreSQL would rather read whole tables than walk an index. */
    const char *const keys[] = { "fallback_application_name",
                                 "client_encoding",
                                 "connect_timeout",
                                 "tcp_user_timeout",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "options",
                                 "dbname",
                                 NULL };
    const char *const values[] = {
        "leadlined",
        "UTF8",
        "10",
        "10000",
        "10", /* who only listens has nothing to send by which a dead peer would be noticed */
        "5",
        "3",
        mode & DB_READ ? "-c random_page_cost=1.1 -c default_transaction_read_only=on "
                         "-c statement_timeout=5000"
                       : "-c random_page_cost=1.1 -c statement_timeout=5000 -c lock_timeout=2000 "
                         "-c idle_in_transaction_session_timeout=10000",
        url,
        NULL,
    };
    PgDb *db = g_new0(PgDb, 1);
    db->base.driver = &db_postgres;
    db->base.mode = mode;
    db->pending = g_ptr_array_new();
    db_statements_init(&db->statements);
    db->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(db->conn) == CONNECTION_OK && PQenterPipelineMode(db->conn)) {
        PQsetNoticeReceiver(db->conn, quiet, NULL);
        return &db->base;
    }
    /* libpq's message names host and user, never the password. */
    g_autofree char *message = g_strchomp(g_strdup(PQerrorMessage(db->conn)));
    problem_set(error, PROBLEM_DATABASE_AWAY, "Cannot connect to PostgreSQL: %s", message);
    pg_close(&db->base);
    return NULL;
}

static void pg_close(Db *base)
{
    PgDb *db = (PgDb *)base;
    PQfinish(db->conn);
    db_statements_clear(&db->statements, g_free);
    g_ptr_array_unref(db->pending);
    for (PgRows *rows = db->free_rows; rows;) {
        PgRows *next = rows->next_free;
        g_free(rows);
        rows = next;
    }
    g_free(db);
}

/* ---- parameters */

static Oid oid_of(DbKind kind)
{
    static const Oid oids[] = { [DB_NULL] = 0,
                                [DB_INT] = OID_INT8,
                                [DB_TEXT] = OID_TEXT,
                                [DB_UUID] = OID_UUID,
                                [DB_BYTES] = OID_BYTEA };
    return oids[kind];
}

typedef struct Parameters {
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX];
    int formats[PARAMETERS_MAX];
    gint64 integers[PARAMETERS_MAX]; /* big-endian */
} Parameters;

static void fill_parameters(Parameters *out, const DbValue *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out->formats[i] = 1;
        out->values[i] = values[i].data;
        out->lengths[i] = (int)values[i].length;
        if (values[i].kind == DB_NULL)
            out->values[i] = NULL;
        if (values[i].kind == DB_INT) {
            out->integers[i] = GINT64_TO_BE(values[i].integer);
            out->values[i] = (const char *)&out->integers[i];
            out->lengths[i] = sizeof out->integers[i];
        }
    }
}

/* ---- sending */

static void statement_name(const PgStatement *statement, char name[static 16])
{
    g_snprintf(name, 16, "s%u", statement->number);
}

static PgStatement *statement_get(PgDb *db, const char *sql, const DbValue *values, size_t n)
{
    PgStatement *statement = db_statements_find(&db->statements, sql);
    if (!statement) {
        statement = g_malloc0(sizeof *statement + n * sizeof statement->types[0]);
        statement->sql = sql;
        statement->n = (int)n;
        db_statements_add(&db->statements, sql, statement);
    }
    g_assert(statement->n == (int)n && n <= PARAMETERS_MAX);
    /* The first value of a parameter that was NULL so far tells its type: better than what the server guessed. */
    for (size_t i = 0; i < n; i++) {
        Oid oid = oid_of(values[i].kind);
        if (oid == 0 || oid == statement->types[i])
            continue;
        statement->types[i] = oid;
        statement->prepared = false;
    }
    return statement;
}

static bool send_statement(PgDb *db, const char *sql, const DbValue *values, size_t n,
                           GError **error)
{
    char name[16];
    Parameters parameters;
    PgStatement *statement = statement_get(db, sql, values, n);
    fill_parameters(&parameters, values, n);
    if (g_str_has_prefix(sql, DB_ANEW)) {
        if (!PQsendQueryParams(db->conn, sql, (int)n, statement->types, parameters.values,
                               parameters.lengths, parameters.formats, 1))
            return set_lost(db, false, error);
        g_ptr_array_add(db->pending, NULL);
        return true;
    }
    if (!statement->prepared) {
        statement->number = ++db->last_number;
        statement_name(statement, name);
        if (!PQsendPrepare(db->conn, name, sql, (int)n, statement->types))
            return set_lost(db, false, error);
        g_ptr_array_add(db->pending, statement);
        statement->prepared = true; /* until the answer says otherwise */
    }
    statement_name(statement, name);
    if (!PQsendQueryPrepared(db->conn, name, (int)n, parameters.values, parameters.lengths,
                             parameters.formats, 1))
        return set_lost(db, false, error);
    g_ptr_array_add(db->pending, NULL);
    return true;
}

/* ---- receiving */

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The result of one command; NULL when the connection is gone. In pipeline mode a NULL closes each command's results. */
static PGresult *take_result(PgDb *db)
{
    PGresult *result = PQgetResult(db->conn);
    if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
        PGresult *extra = PQgetResult(db->conn);
        PQclear(extra);
    }
    return result;
}

/*
 * Everything sent so far is answered. The result of the last command goes to *last (caller clears), when all went well.
 * The first failure is the one told: the commands after it were not run.
 */
static bool collect(PgDb *db, bool committing, PGresult **last, GError **error)
{
    bool ok = true, lost = false;
    *last = NULL;
    if (!PQpipelineSync(db->conn))
        lost = true;
    for (guint i = 0; i < db->pending->len; i++) {
        PgStatement *preparing = g_ptr_array_index(db->pending, i);
        g_autoptr(PGresult) result = lost ? NULL : take_result(db);
        lost |= !result || PQstatus(db->conn) != CONNECTION_OK;
        bool good = result && is_good(result);
        if (preparing && !good)
            preparing->prepared = false;
        if (ok && result && !good) /* a server that crashed leaves no state: that is a loss too */
            ok = lost && !PQresultErrorField(result, PG_DIAG_SQLSTATE)
                     ? set_lost(db, committing, error)
                     : set_error(db, result, committing, error);
        if (good && i + 1 == db->pending->len)
            *last = g_steal_pointer(&result);
    }
    g_ptr_array_set_size(db->pending, 0);
    if (!lost)
        PQclear(PQgetResult(db->conn)); /* the sync itself */
    else if (ok)
        ok = set_lost(db, committing, error);
    if (ok)
        return true;
    g_clear_pointer(last, PQclear);
    /* What failed may be a stale plan: it is prepared anew when it is used next. */
    if (db->base.retry)
        forget_prepared(db);
    return false;
}

static bool flush(PgDb *db, GError **error)
{
    PGresult *last = NULL;
    if (db->pending->len == 0)
        return true;
    bool ok = collect(db, false, &last, error);
    PQclear(last);
    return ok;
}

static bool starts_fresh(const PgDb *db)
{
    return db->pending->len == 0 && PQtransactionStatus(db->conn) != PQTRANS_INTRANS &&
           PQtransactionStatus(db->conn) != PQTRANS_INERROR;
}

static bool is_begin(const char *sql)
{
    return g_str_has_prefix(sql, "BEGIN");
}

static PGresult *run_once(PgDb *db, const char *sql, const DbValue *values, size_t n,
                          GError **error)
{
    PGresult *result = NULL;
    bool fresh = starts_fresh(db) && (!db->base.in_tx || is_begin(sql));
    if (!ensure_connected(db, fresh, error) || !send_statement(db, sql, values, n, error))
        return NULL;
    bool committing = strcmp(sql, "COMMIT") == 0;
    if (!collect(db, committing, &result, error))
        return NULL;
    /* COMMIT of a transaction in which something failed is a silent ROLLBACK. */
    if (committing && strcmp(PQcmdStatus(result), "ROLLBACK") == 0) {
        problem_set(error, PROBLEM_DATABASE,
                    "A statement of the transaction had failed: nothing was saved");
        g_clear_pointer(&result, PQclear);
    }
    return result;
}

static bool only_reads(const char *sql)
{
    return g_ascii_strncasecmp(sql, "SELECT", 6) == 0;
}

/* A read outside of a transaction finds out that the server was restarted: once more, on a new connection. */
static PGresult *run(PgDb *db, const char *sql, const DbValue *values, size_t n, GError **error)
{
    g_autoptr(GError) failure = NULL;
    PGresult *result = run_once(db, sql, values, n, &failure);
    if (!result && !db->base.in_tx && only_reads(sql) && PQstatus(db->conn) != CONNECTION_OK) {
        g_clear_error(&failure);
        result = run_once(db, sql, values, n, &failure);
    }
    if (!result)
        g_propagate_error(error, g_steal_pointer(&failure));
    return result;
}

/* ---- statements */

static DbRows *pg_query(Db *base, const char *sql, const DbValue *values, size_t n, GError **error)
{
    PgDb *db = (PgDb *)base;
    PGresult *result = run(db, sql, values, n, error);
    if (!result)
        return NULL;
    PgRows *rows = db->free_rows;
    if (rows)
        db->free_rows = rows->next_free;
    else
        rows = g_new(PgRows, 1);
    *rows = (PgRows){ .base = { .db = base, .driver = &db_postgres }, .result = result };
    rows->row = -1;
    rows->n = PQntuples(result);
    return &rows->base;
}

static bool pg_exec(Db *base, const char *sql, const DbValue *values, size_t n, gint64 *changed,
                    GError **error)
{
    g_autoptr(PGresult) result = run((PgDb *)base, sql, values, n, error);
    if (!result)
        return false;
    if (changed)
        *changed = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    return true;
}

static bool pg_later(Db *base, const char *sql, const DbValue *values, size_t n, GError **error)
{
    PgDb *db = (PgDb *)base;
    bool fresh = starts_fresh(db) && is_begin(sql);
    if (!base->in_tx)
        return pg_exec(base, sql, values, n, NULL, error); /* nobody would ever send it */
    if (!ensure_connected(db, fresh, error))
        return false;
    if (db->pending->len >= PENDING_MAX && !flush(db, error))
        return false;
    return send_statement(db, sql, values, n, error);
}

/* The place that the server names counts characters, from 1. */
static int line_of(const char *sql, const char *place)
{
    gint64 left = place ? g_ascii_strtoll(place, NULL, 10) : 0;
    int line = left > 0 ? 1 : 0;
    for (; *sql && left > 1; sql = g_utf8_next_char(sql), left--)
        line += *sql == '\n';
    return line;
}

static bool script_result(PgDb *db, const PGresult *result, const char *sql, int *line,
                          GError **error)
{
    if (PQstatus(db->conn) != CONNECTION_OK)
        return set_lost(db, false, error);
    if (is_good(result) || PQresultStatus(result) == PGRES_EMPTY_QUERY)
        return true;
    *line = line_of(sql, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    return set_error(db, result, false, error);
}

/* Several statements at once are beyond pipeline mode; and a migration may take its time. */
static bool pg_script(Db *base, const char *sql, int *line, GError **error)
{
    PgDb *db = (PgDb *)base;
    if (!ensure_connected(db, starts_fresh(db) && !base->in_tx, error) || !flush(db, error))
        return false;
    if (!PQexitPipelineMode(db->conn))
        return set_lost(db, false, error);
    if (base->in_tx)
        PQclear(PQexec(db->conn, "SET LOCAL statement_timeout = 0"));
    g_autoptr(PGresult) result = PQexec(db->conn, sql);
    bool ok = script_result(db, result, sql, line, error);
    if (PQstatus(db->conn) == CONNECTION_OK)
        PQenterPipelineMode(db->conn);
    return ok;
}

static bool pg_in_transaction(Db *base)
{
    PgDb *db = (PgDb *)base;
    flush(db, NULL);
    PGTransactionStatusType status = PQtransactionStatus(db->conn);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static void pg_rollback(Db *base)
{
    if (pg_in_transaction(base))
        pg_exec(base, "ROLLBACK", NULL, 0, NULL, NULL);
}

/* ---- notifications */

/* The next one that is not our own. */
static char *take_notification(PgDb *db)
{
    char *text = NULL;
    for (PGnotify *told; !text && (told = PQnotifies(db->conn));) {
        if (told->be_pid != PQbackendPID(db->conn))
            text = g_strdup(told->extra);
        PQfreemem(told);
    }
    return text;
}

static char *pg_hear(Db *base, int wake_fd, gint64 until, GError **error)
{
    PgDb *db = (PgDb *)base;
    for (;;) {
        if (!PQconsumeInput(db->conn) || PQstatus(db->conn) != CONNECTION_OK) {
            set_lost(db, false, error);
            return NULL;
        }
        char *text = take_notification(db);
        gint64 left = until - clock_monotonic();
        if (text || left <= 0)
            return text;
        struct pollfd fds[] = { { .fd = PQsocket(db->conn), .events = POLLIN },
                                { .fd = wake_fd, .events = POLLIN } };
        poll(fds, G_N_ELEMENTS(fds), (int)MIN(left / 1000 + 1, G_MAXINT));
        if (fds[1].revents)
            return NULL;
    }
}

/* ---- rows: all of the result is here already */

static bool pg_next(DbRows *base, GError **error)
{
    PgRows *rows = (PgRows *)base;
    if (rows->row + 1 >= rows->n)
        return false;
    rows->row++;
    return true;
}

static void pg_rows_free(DbRows *base)
{
    PgRows *rows = (PgRows *)base;
    PgDb *db = (PgDb *)base->db;
    g_clear_pointer(&rows->result, PQclear);
    rows->next_free = db->free_rows;
    db->free_rows = rows;
}

static bool pg_get_is_null(const DbRows *base, int column)
{
    const PgRows *rows = (const PgRows *)base;
    return PQgetisnull(rows->result, rows->row, column);
}

static gint16 int16_at(const char *data)
{
    gint16 value;
    memcpy(&value, data, sizeof value);
    return GINT16_FROM_BE(value);
}

/* SUM() of BIGINT is NUMERIC: digits of base 10000, the first one weighs 10000^weight. Decimals are cut. */
static gint64 numeric_to_int(const char *data)
{
    int n = int16_at(data), weight = int16_at(data + 2);
    bool negative = (guint16)int16_at(data + 4) == 0x4000;
    gint64 value = 0;
    for (int i = 0; i <= weight && i <= 4; i++)
        value = value * 10000 + (i < n ? int16_at(data + 8 + 2 * i) : 0);
    return negative ? -value : value;
}

static gint64 pg_get_int(const DbRows *base, int column)
{
    const PgRows *rows = (const PgRows *)base;
    const char *data = PQgetvalue(rows->result, rows->row, column);
    gint64 wide;
    gint32 narrow;
    if (pg_get_is_null(base, column))
        return 0;
    switch (PQftype(rows->result, column)) {
    case OID_INT8:
        memcpy(&wide, data, sizeof wide);
        return GINT64_FROM_BE(wide);
    case OID_INT4:
        memcpy(&narrow, data, sizeof narrow);
        return GINT32_FROM_BE(narrow);
    case OID_INT2:
        return int16_at(data);
    case OID_BOOL:
        return *data != 0;
    case OID_NUMERIC:
        return numeric_to_int(data);
    default:
        g_critical("column %d (%s) is no integer", column, PQfname(rows->result, column));
        return 0;
    }
}

static const char *pg_get_text(const DbRows *base, int column)
{
    const PgRows *rows = (const PgRows *)base;
    return pg_get_is_null(base, column) ? NULL : PQgetvalue(rows->result, rows->row, column);
}

static const void *pg_get_bytes(const DbRows *base, int column, size_t *length)
{
    const PgRows *rows = (const PgRows *)base;
    *length = (size_t)PQgetlength(rows->result, rows->row, column);
    return pg_get_text(base, column);
}

static void pg_get_uuid(const DbRows *base, int column, Uuid *out)
{
    size_t length;
    const void *data = pg_get_bytes(base, column, &length);
    *out = (Uuid){ 0 };
    if (data && length == sizeof out->bytes)
        memcpy(out->bytes, data, sizeof out->bytes);
}

const DbDriver db_postgres = {
    .engine = DB_ENGINE_POSTGRES,
    .schemes = schemes,
    .open = pg_open,
    .close = pg_close,
    .query = pg_query,
    .exec = pg_exec,
    .later = pg_later,
    .script = pg_script,
    .rollback = pg_rollback,
    .in_transaction = pg_in_transaction,
    .next = pg_next,
    .rows_free = pg_rows_free,
    .get_is_null = pg_get_is_null,
    .get_int = pg_get_int,
    .get_text = pg_get_text,
    .get_uuid = pg_get_uuid,
    .get_bytes = pg_get_bytes,
    .hear = pg_hear,
};
