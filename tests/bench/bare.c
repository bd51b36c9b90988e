/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits: the least code on the same libraries, which Leadline is measured against in the same run.
 *
 *   bare hello PORT            libmicrohttpd with a fixed answer of 820 bytes
 *   bare read PORT DATABASE    libmicrohttpd + one SQLite point read, JSON printed directly
 *   bare list PORT DATABASE    the same with 50 rows
 *   bare fill DATABASE ROWS    makes the database of read and list
 *   bare group PORT DATABASE   libmicrohttpd, each POST one durable row: suspended, one writer, one commit for all that wait
 *   bare load DATABASE ROWS    inserts without syncs into a table with an index and one of words, as a cache is filled; prints
 *                              seconds
 *   bare pginsert URL ROWS CONNECTIONS    durable inserts over libpq, one a transaction; prints rows a second
 *   bare echo                  raw terminal: answers each byte
 *   bare ncurses               a list and a preview, drawn anew for each key
 *
 * Servers print "ready" and run until standard input ends.
 */
#include <config.h>

#include <glib.h>
#ifdef HAVE_POSTGRESQL
#include <libpq-fe.h>
#endif
#include <microhttpd.h>
#include <ncurses.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ROW_TEXT                                                                                   \
    "a lead of about eight hundred bytes: contact, need, permission, sender, recipient, times "    \
    "and states. "
#define ID_COUNT 10000

static const char *database;
static int rows_wanted;
static __thread sqlite3 *db;
static __thread sqlite3_stmt *statement;
static __thread guint32 random_state = 12345;

G_NORETURN static void die(const char *what)
{
    fprintf(stderr, "bare: %s: %s\n", what, db ? sqlite3_errmsg(db) : "failed");
    exit(1);
}

static void run_sql(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sql);
}

static void open_database(const char *path, int flags)
{
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        die(path);
    sqlite3_busy_timeout(db, 10000); /* two threads open it at one moment */
}

static void prepare(const char *sql)
{
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        die(sql);
}

/* ---- servers */

/* libmicrohttpd closes the connection after an answer that was given before it asked for one. */
static bool is_asked(void **state)
{
    static char seen;
    bool asked = *state != NULL;

    *state = &seen;
    return asked;
}

static enum MHD_Result answer_bytes(struct MHD_Connection *connection, const char *bytes,
                                    size_t length)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(length, (void *)bytes,
                                                                    MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    MHD_add_response_header(response, "Content-Type", "application/json");
    result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_hello(void *data, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *size, void **state)
{
    static char bytes[820];

    if (!is_asked(state))
        return MHD_YES;
    if (bytes[0] == 0)
        memset(bytes, 'x', sizeof bytes);
    return answer_bytes(connection, bytes, sizeof bytes);
}

static void put_json(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

static void put_row(GString *out)
{
    for (int column = 0; column < sqlite3_column_count(statement); column++) {
        if (sqlite3_column_type(statement, column) == SQLITE_NULL)
            continue;
        g_string_append(out, column ? ",\"" : "{\"");
        g_string_append(out, sqlite3_column_name(statement, column));
        g_string_append(out, "\":");
        if (sqlite3_column_type(statement, column) == SQLITE_INTEGER)
            g_string_append_printf(out, "%lld", (long long)sqlite3_column_int64(statement, column));
        else
            put_json(out, (const char *)sqlite3_column_text(statement, column));
    }
    g_string_append_c(out, '}');
}

static enum MHD_Result on_rows(void *data, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *size, void **state)
{
    static __thread GString *out;

    if (!is_asked(state))
        return MHD_YES;
    if (!db) {
        open_database(database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
        prepare("SELECT * FROM lead WHERE id >= ? ORDER BY id LIMIT ?");
        out = g_string_sized_new(65536);
    }
    random_state = random_state * 1664525 + 1013904223;
    sqlite3_bind_int64(statement, 1, random_state % ID_COUNT);
    sqlite3_bind_int(statement, 2, rows_wanted);
    g_string_assign(out, "[");
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (out->len > 1)
            g_string_append_c(out, ',');
        put_row(out);
    }
    sqlite3_reset(statement);
    g_string_append_c(out, ']');
    return answer_bytes(connection, out->str, out->len);
}

static int serve(const char *port, MHD_AccessHandlerCallback handler)
{
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME,
        (guint16)g_ascii_strtoull(port, NULL, 10), NULL, NULL, handler, NULL,
        MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);

    if (!daemon)
        die("cannot listen");
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    MHD_stop_daemon(daemon);
    return 0;
}

/* ---- databases */

/* As wide as a referral: ten columns, then thirty more of which half are set. */
#define MORE_COLUMNS 30

static char *with_columns(const char *before, const char *each, const char *after)
{
    GString *sql = g_string_new(before);

    for (int i = 0; i < MORE_COLUMNS; i++)
        g_string_append_printf(sql, each, i);
    g_string_append(sql, after);
    return g_string_free(sql, FALSE);
}

static void make_table(void)
{
    g_autofree char *sql = with_columns(
        "CREATE TABLE IF NOT EXISTS lead (id INTEGER PRIMARY KEY, sent_at INTEGER, state INTEGER, "
        "name TEXT, company TEXT, email TEXT, phone TEXT, city TEXT, need TEXT, comments TEXT",
        ", more%d", "); CREATE INDEX IF NOT EXISTS lead_sent ON lead (sent_at)");

    run_sql(sql);
}

static void prepare_insert(void)
{
    g_autofree char *sql = with_columns("INSERT INTO lead VALUES (?,?,?,?,?,?,?,?,?,?", ",?", ")");

    prepare(sql);
}

static sqlite3_stmt *words;

static void step(sqlite3_stmt *stmt)
{
    if (sqlite3_step(stmt) != SQLITE_DONE)
        die("insert");
    sqlite3_reset(stmt);
}

static void insert_lead(gint64 id)
{
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, 1700000000000 + id * 977);
    sqlite3_bind_int64(statement, 3, id % 8);
    sqlite3_bind_text(statement, 4, "Priya Bright", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 5, "Bright & Company Limited", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, "priya@bright.example", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 7, "+441632960190", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 8, "Leeds", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 9, ROW_TEXT ROW_TEXT, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 10, ROW_TEXT, -1, SQLITE_STATIC);
    for (int i = 0; i < MORE_COLUMNS; i += 2)
        if (i % 4 == 0)
            sqlite3_bind_int64(statement, 11 + i, 1700000000000 + id);
        else
            sqlite3_bind_text(statement, 11 + i, "some short text", -1, SQLITE_STATIC);
    step(statement);
}

/* Ten words, some of them of many rows and some of few. */
static void insert_words(gint64 id)
{
    static const char *const towns[] = { "Leeds", "Hull",  "York",  "Bath",
                                         "Ely",   "Ripon", "Derby", "Poole" };
    char text[160];

    g_snprintf(text, sizeof text, "First%d Last%d Company%d Limited %s Solar panels and battery %d",
               (int)(id % 97), (int)(id % 211), (int)(id % 1009), towns[id % 8], (int)(id % 31));
    sqlite3_bind_int64(words, 1, id);
    sqlite3_bind_text(words, 2, text, -1, SQLITE_STATIC);
    step(words);
}

static double insert_rows(const char *path, gint64 rows, gint64 group, bool with_words)
{
    gint64 started = g_get_monotonic_time();

    open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    run_sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
    make_table();
    prepare_insert();
    if (with_words) {
        run_sql("CREATE VIRTUAL TABLE word USING fts5(words, content = '', prefix = '1 2', detail "
                "= none, columnsize = 0); "
                "INSERT INTO word (word, rank) VALUES ('hashsize', 16777216), ('automerge', 0)");
        sqlite3_prepare_v2(db, "INSERT INTO word (rowid, words) VALUES (?, ?)", -1, &words, NULL);
    }
    for (gint64 id = 0; id < rows; id++) {
        if (id % group == 0)
            run_sql("BEGIN IMMEDIATE");
        insert_lead(id);
        if (words)
            insert_words(id);
        if (id % group == group - 1 || id == rows - 1)
            run_sql("COMMIT");
    }
    sqlite3_finalize(statement);
    sqlite3_finalize(words);
    sqlite3_close(db);
    return (double)(g_get_monotonic_time() - started) / 1e6;
}

/* ---- group commit: the fewest steps from a request to a row that is on the disk */

static GAsyncQueue *waiting; /* MHD_Connection * */

static gpointer group_writer(gpointer data)
{
    struct MHD_Connection *group[64];
    gint64 id = 0;

    open_database(database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    run_sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; DROP TABLE IF EXISTS lead");
    make_table();
    prepare_insert();
    for (;;) {
        int n = 0;

        group[n++] = g_async_queue_pop(waiting);
        while (n < (int)G_N_ELEMENTS(group) && (group[n] = g_async_queue_try_pop(waiting)))
            n++;
        run_sql("BEGIN IMMEDIATE");
        for (int i = 0; i < n; i++)
            insert_lead(id++);
        run_sql("COMMIT");
        for (int i = 0; i < n; i++)
            MHD_resume_connection(group[i]);
    }
    return NULL;
}

static enum MHD_Result on_post(void *data, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *size, void **state)
{
    static char fresh, written;

    if (*state == NULL) {
        *state = &fresh;
    } else if (*size > 0) {
        *size = 0;
    } else if (*state == &fresh) {
        *state = &written;
        MHD_suspend_connection(connection);
        g_async_queue_push(waiting, connection);
    } else {
        return answer_bytes(connection, ROW_TEXT ROW_TEXT ROW_TEXT, 3 * strlen(ROW_TEXT));
    }
    return MHD_YES;
}

static int serve_group(const char *port)
{
    waiting = g_async_queue_new();
    g_thread_new("writer", group_writer, NULL);
    return serve(port, on_post);
}

/* ---- PostgreSQL */

#ifdef HAVE_POSTGRESQL
typedef struct Share {
    const char *url;
    int first, rows;
} Share;

static void pg_run(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        die(PQerrorMessage(connection));
    PQclear(result);
}

static gpointer pg_share(gpointer data)
{
    const Share *share = data;
    PGconn *connection = PQconnectdb(share->url);

    PQclear(
        PQprepare(connection, "insert", "INSERT INTO bare (id, text) VALUES ($1, $2)", 2, NULL));
    for (int i = 0; i < share->rows; i++) {
        char id[16];
        const char *const values[] = { id, ROW_TEXT ROW_TEXT ROW_TEXT ROW_TEXT ROW_TEXT };
        PGresult *result;

        g_snprintf(id, sizeof id, "%d", share->first + i);
        result = PQexecPrepared(connection, "insert", 2, values, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(PQerrorMessage(connection));
        PQclear(result);
    }
    PQfinish(connection);
    return NULL;
}

static int pg_insert(const char *url, int rows, int connections)
{
    g_autofree Share *shares = g_new(Share, connections);
    g_autofree GThread **threads = g_new(GThread *, connections);
    PGconn *connection = PQconnectdb(url);
    gint64 started;

    pg_run(connection, "SET client_min_messages = warning; DROP TABLE IF EXISTS bare; "
                       "CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)");
    started = g_get_monotonic_time();
    for (int i = 0; i < connections; i++) {
        shares[i] = (Share){ url, i * rows, rows / connections };
        threads[i] = g_thread_new("insert", pg_share, &shares[i]);
    }
    for (int i = 0; i < connections; i++)
        g_thread_join(threads[i]);
    printf("%.0f\n", rows / ((double)(g_get_monotonic_time() - started) / 1e6));
    pg_run(connection, "DROP TABLE bare");
    PQfinish(connection);
    return 0;
}
#endif

/* ---- terminals */

static int echo_bytes(void)
{
    struct termios settings;
    char bytes[256];
    ssize_t n;

    tcgetattr(0, &settings);
    cfmakeraw(&settings);
    tcsetattr(0, TCSANOW, &settings);
    if (write(1, "ready", 5) != 5)
        return 1;
    while ((n = read(0, bytes, sizeof bytes)) > 0) {
        if (write(1, bytes, (size_t)n) != n)
            return 1;
    }
    return 0;
}

/* A list and a preview of the row under the cursor, drawn whole for each key: the least that such a screen needs. */
static void draw_rows(int cursor)
{
    erase();
    mvprintw(0, 0, "Inbox %d L-%06d", cursor, cursor);
    for (int line = 1; line < LINES - 1; line++) {
        attrset(line == cursor % (LINES - 2) + 1 ? A_REVERSE : A_NORMAL);
        mvprintw(line, 0, "  N  %2dm  Sender %-10d Client %d - what is needed, in words", line,
                 line, line);
    }
    attrset(A_NORMAL);
    for (int line = 1; line < 20; line++)
        mvprintw(line, COLS / 2, " %-12s the text of line %d of lead %d", "Name", line, cursor);
    mvprintw(LINES - 1, 0, "Help");
    refresh();
}

static int ncurses_rows(void)
{
    int cursor = 0;

    initscr();
    raw();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    do
        draw_rows(cursor++);
    while (getch() != 'q');
    endwin();
    return 0;
}

static gint64 number(const char *text)
{
    return g_ascii_strtoll(text, NULL, 10);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (strcmp(mode, "echo") == 0)
        return echo_bytes();
    if (strcmp(mode, "ncurses") == 0)
        return ncurses_rows();
    if (strcmp(mode, "hello") == 0 && argc == 3)
        return serve(argv[2], on_hello);
    if (argc == 4 && (strcmp(mode, "read") == 0 || strcmp(mode, "list") == 0)) {
        database = argv[3];
        rows_wanted = strcmp(mode, "list") == 0 ? 50 : 1;
        return serve(argv[2], on_rows);
    }
    if (strcmp(mode, "group") == 0 && argc == 4) {
        database = argv[3];
        return serve_group(argv[2]);
    }
    if (strcmp(mode, "fill") == 0 && argc == 4)
        return insert_rows(argv[2], number(argv[3]), 1000, false) < 0;
    if (strcmp(mode, "load") == 0 && argc == 4) {
        printf("%.4f\n", insert_rows(argv[2], number(argv[3]), 10000, true));
        return 0;
    }
#ifdef HAVE_POSTGRESQL
    if (strcmp(mode, "pginsert") == 0 && argc == 5)
        return pg_insert(argv[2], (int)number(argv[3]), (int)number(argv[4]));
#endif
    fprintf(stderr, "usage: bare hello|read|list|group|fill|load|pginsert|echo|ncurses ...\n");
    return 64;
}
