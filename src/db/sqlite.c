/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SQLite driver: the only file that knows sqlite3.h. Every connection is used by one thread at a time (NOMUTEX). */
#include "db/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 5000
#define SCRUB_MS 2000
#define GIVE_WAY_STEPS 2000   /* of SQLite's machine, between two questions */
#define CHECKPOINT_PAGES 1000 /* as SQLite's own default */

typedef struct SqliteDb {
    Db base;
    sqlite3 *handle;
    DbStatements statements;
    int wal_pages;
    DbGiveWay give_way;
    gpointer give_way_data;
} SqliteDb;

/* A prepared statement and, embedded, the rows it is giving: a query allocates nothing. */
typedef struct SqliteStatement SqliteStatement;
struct SqliteStatement {
    DbRows rows;
    sqlite3_stmt *stmt;
    int n_parameters;
    int *positions; /* of $1, $2, ... : SQLite numbers them in order of appearance; 0 = not used */
    char *buffer;   /* copies of what a query's parameters point to, until its last row */
    size_t buffer_size;
    bool busy;
    bool have_row; /* stepped to, not yet given */
    bool ended;
    bool once;             /* forgotten after its last row */
    SqliteStatement *copy; /* for a query inside the rows of the same query */
};

/* ---- errors */

static Problem problem_for(int code)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID)
        return PROBLEM_DATABASE_UNIQUE;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT: /* it gave way */
        return PROBLEM_DATABASE_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return PROBLEM_DATABASE_CORRUPT;
    case SQLITE_FULL:
        return PROBLEM_STORAGE_FULL;
    case SQLITE_IOERR:
        return PROBLEM_IO;
    case SQLITE_CANTOPEN:
        return PROBLEM_CANNOT_CREATE;
    default:
        return PROBLEM_DATABASE;
    }
}

/* Always false. */
static bool set_error(SqliteDb *db, int code, GError **error)
{
    Problem problem = problem_for(code);
    db->base.damaged |= problem == PROBLEM_DATABASE_CORRUPT;
    return problem_set(error, problem, "%s (%s)", sqlite3_errmsg(db->handle), sqlite3_errstr(code));
}

/* ---- opening */

static const char *const schemes[] = { "sqlite:", NULL };

/* SQLite would make the file by the umask; the WAL and the journal inherit the file's mode. */
static bool create_private(const char *path, GError **error)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST)
        return problem_set(error, PROBLEM_CANNOT_CREATE, "Cannot create %s: %s", path,
                           g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return true;
}

static int on_commit(void *user, sqlite3 *handle, const char *schema, int pages)
{
    SqliteDb *db = user;
    db->wal_pages = pages;
    if (!(db->base.mode & DB_MANUAL_CHECKPOINT) && pages >= CHECKPOINT_PAGES)
        sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

/* What is deleted is overwritten with zeros, not only given up. */
#define SCRUBBED "PRAGMA secure_delete = ON; "

#define CACHE_PAGES "PRAGMA cache_size = -4096"        /* of a client's cache */
#define CACHE_PAGES_NARROW "PRAGMA cache_size = -1024" /* also what the sorter takes at least */

/* What needs a look at the file comes last; a reader needs none of it. Sorting is done in memory but for a client's cache, whose
 * indexes of a million leads would take 70 MiB: with files it is as much as the page cache may have. */
static const char *settings_for(unsigned mode)
{
    if (mode & DB_READ)
        return "PRAGMA cell_size_check = ON";
    if (mode & DB_ROLLBACK_JOURNAL)
        return SCRUBBED
            "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = "
            "TRUNCATE; "
            "PRAGMA synchronous = FULL";
    if (mode & DB_NO_SYNC)
        return SCRUBBED
            "PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = "
            "67108864; PRAGMA synchronous = NORMAL; " CACHE_PAGES;
    return SCRUBBED
        "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; "
        "PRAGMA journal_size_limit = 67108864; PRAGMA synchronous = FULL";
}

static bool configure(SqliteDb *db, GError **error)
{
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_int64 no_map = 0;
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_MMAP_SIZE, &no_map);
    if (db->base.mode & DB_READ)
        sqlite3_wal_autocheckpoint(db->handle, 0);
    else
        sqlite3_wal_hook(db->handle, on_commit, db);
    int code = sqlite3_exec(db->handle, settings_for(db->base.mode), NULL, NULL, NULL);
    if (code == SQLITE_OK && db->base.mode & DB_LARGE_CACHE)
        code = sqlite3_exec(db->handle, "PRAGMA cache_size = -16384", NULL, NULL, NULL);
    return code == SQLITE_OK || set_error(db, code, error);
}

/* Counting every allocation takes a lock that all connections share; nobody reads the counts. What does not fit into memory
 * when rows are sorted lies beside the first file, which is as private and as large as it is to be, and not in /var/tmp. */
static void initialize_once(const char *path)
{
    static gsize done;
    if (g_once_init_enter(&done)) {
        g_autofree char *folder = g_path_get_dirname(path);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        sqlite3_temp_directory = sqlite3_mprintf("%s", folder);
        g_once_init_leave(&done, 1);
    }
}

static void sqlite_close(Db *base);

static Db *sqlite_open(const char *url, unsigned mode, GError **error)
{
    const char *path = url + strlen(schemes[0]);
    if (*path == '\0') {
        problem_set(error, PROBLEM_BAD_CONFIG, "The database URL \"sqlite:\" needs a file name");
        return NULL;
    }
    bool on_disk = strcmp(path, ":memory:") != 0;
    if (on_disk && !(mode & DB_READ) && !create_private(path, error))
        return NULL;

    initialize_once(path);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (mode & DB_READ ? SQLITE_OPEN_READONLY
                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    SqliteDb *db = g_new0(SqliteDb, 1);
    db->base.driver = &db_sqlite;
    db->base.mode = mode;
    db_statements_init(&db->statements);
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code == SQLITE_OK ? configure(db, error) : set_error(db, code, error))
        return &db->base;
    g_prefix_error(error, "%s: ", path);
    sqlite_close(&db->base);
    return NULL;
}

static void statement_free(gpointer data)
{
    for (SqliteStatement *statement = data; statement;) {
        SqliteStatement *copy = statement->copy;
        sqlite3_finalize(statement->stmt);
        g_free(statement->positions);
        g_free(statement->buffer);
        g_free(statement);
        statement = copy;
    }
}

static void sqlite_close(Db *base)
{
    SqliteDb *db = (SqliteDb *)base;
    db_statements_clear(&db->statements, statement_free);
    sqlite3_close(db->handle);
    g_free(db);
}

/* ---- statements */

static SqliteStatement *statement_new(SqliteDb *db, const char *sql, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, &tail);
    if (code != SQLITE_OK) {
        set_error(db, code, error);
        g_prefix_error(error, "%s: ", sql);
        return NULL;
    }
    g_assert(stmt && *tail == '\0'); /* one statement, no more */
    SqliteStatement *statement = g_new0(SqliteStatement, 1);
    statement->rows.db = &db->base;
    statement->rows.driver = &db_sqlite;
    statement->stmt = stmt;
    int n = sqlite3_bind_parameter_count(stmt);
    statement->positions = g_new0(int, n + 1);
    for (int i = 1; i <= n; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i);
        guint64 number = name && *name == '$' ? g_ascii_strtoull(name + 1, NULL, 10) : 0;
        g_assert(number >= 1 && number <= (guint64)n); /* $1 to $n, without a gap */
        statement->positions[number - 1] = i;
    }
    statement->n_parameters = n;
    return statement;
}

static SqliteStatement *statement_get(SqliteDb *db, const char *sql, GError **error)
{
    SqliteStatement *statement = db_statements_find(&db->statements, sql);
    if (G_UNLIKELY(!statement)) {
        statement = statement_new(db, sql, error);
        if (!statement)
            return NULL;
        db_statements_add(&db->statements, sql, statement);
    }
    while (G_UNLIKELY(statement->busy)) {
        if (!statement->copy)
            statement->copy = statement_new(db, sql, error);
        statement = statement->copy;
        if (!statement)
            return NULL;
    }
    return statement;
}

static int bind_one(sqlite3_stmt *stmt, int position, const DbValue *value)
{
    switch (value->kind) {
    case DB_NULL:
        return sqlite3_bind_null(stmt, position);
    case DB_INT:
        return sqlite3_bind_int64(stmt, position, value->integer);
    case DB_TEXT:
        return sqlite3_bind_text64(stmt, position, value->data, value->length, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DB_UUID:
    case DB_BYTES:
        return sqlite3_bind_blob64(stmt, position, value->data, value->length, SQLITE_STATIC);
    }
    g_assert_not_reached();
}

static bool bind(SqliteDb *db, SqliteStatement *statement, const DbValue *values, size_t n,
                 GError **error)
{
    g_assert((size_t)statement->n_parameters == n);
    for (size_t i = 0; i < n; i++) {
        int code = bind_one(statement->stmt, statement->positions[i], &values[i]);
        if (code != SQLITE_OK)
            return set_error(db, code, error);
    }
    return true;
}

/* Parameters must outlive the call while rows are read: one copy into a buffer that is kept, no allocation each. */
static bool bind_copies(SqliteDb *db, SqliteStatement *statement, const DbValue *values, size_t n,
                        GError **error)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i].length;
    if (total > statement->buffer_size) {
        statement->buffer_size = total + 256;
        g_free(statement->buffer);
        statement->buffer = g_malloc(statement->buffer_size);
    }
    g_assert((size_t)statement->n_parameters == n);
    char *place = statement->buffer;
    for (size_t i = 0; i < n; i++) {
        DbValue copy = values[i];
        if (copy.kind >= DB_TEXT) {
            if (copy.length > 0)
                memcpy(place, copy.data, copy.length);
            copy.data = place ? place : "";
            place += copy.length;
        }
        int code = bind_one(statement->stmt, statement->positions[i], &copy);
        if (code != SQLITE_OK)
            return set_error(db, code, error);
    }
    return true;
}

static void finish(SqliteStatement *statement)
{
    statement->rows.db->work += sqlite3_stmt_status(statement->stmt, SQLITE_STMTSTATUS_VM_STEP,
                                                    true);
    if (statement->once) {
        statement_free(statement);
        return;
    }
    sqlite3_reset(statement->stmt);
    if (statement->n_parameters > 0)
        sqlite3_clear_bindings(statement->stmt);
    statement->busy = false;
}

static DbRows *sqlite_query(Db *base, const char *sql, const DbValue *values, size_t n,
                            GError **error)
{
    SqliteDb *db = (SqliteDb *)base;
    bool once = g_str_has_prefix(sql, DB_ONCE);
    SqliteStatement *statement = (once ? statement_new : statement_get)(db, sql, error);
    if (!statement)
        return NULL;
    statement->once = once;
    statement->busy = true;
    statement->ended = false;
    statement->rows.failed = false;
    if (!bind_copies(db, statement, values, n, error)) {
        finish(statement);
        return NULL;
    }
    /* The first step at once: INSERT ... RETURNING is done when this returns, as on PostgreSQL. */
    int code = sqlite3_step(statement->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        set_error(db, code, error);
        finish(statement);
        return NULL;
    }
    statement->have_row = code == SQLITE_ROW;
    statement->ended = code == SQLITE_DONE;
    return &statement->rows;
}

static bool sqlite_exec(Db *base, const char *sql, const DbValue *values, size_t n, gint64 *changed,
                        GError **error)
{
    SqliteDb *db = (SqliteDb *)base;
    SqliteStatement *statement = statement_get(db, sql, error);
    if (!statement)
        return false;
    if (!bind(db, statement, values, n, error)) {
        finish(statement);
        return false;
    }
    int code;
    do
        code = sqlite3_step(statement->stmt);
    while (code == SQLITE_ROW);
    bool ok = code == SQLITE_DONE || set_error(db, code, error);
    if (ok && changed)
        *changed = sqlite3_changes64(db->handle);
    finish(statement);
    return ok;
}

static bool sqlite_later(Db *db, const char *sql, const DbValue *values, size_t n, GError **error)
{
    return sqlite_exec(db, sql, values, n, NULL, error);
}

static int line_of(const char *sql, const char *place)
{
    int line = 1;
    for (; sql < place; sql++)
        line += *sql == '\n';
    return line;
}

/* To the first word of the next statement, so that its line is the one told. */
static const char *skip_blank(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n;");
        if (sql[0] == '-' && sql[1] == '-')
            sql += strcspn(sql, "\n");
        else
            return sql;
    }
}

static bool sqlite_script(Db *base, const char *sql, int *line, GError **error)
{
    SqliteDb *db = (SqliteDb *)base;
    const char *tail;
    for (const char *place = skip_blank(sql); *place; place = skip_blank(tail)) {
        sqlite3_stmt *stmt = NULL;
        int code = sqlite3_prepare_v2(db->handle, place, -1, &stmt, &tail);
        if (code == SQLITE_OK && stmt) {
            do
                code = sqlite3_step(stmt);
            while (code == SQLITE_ROW);
            code = code == SQLITE_DONE ? SQLITE_OK : code;
        }
        if (code != SQLITE_OK) {
            *line = line_of(sql, place);
            set_error(db, code, error);
            sqlite3_finalize(stmt);
            return false;
        }
        sqlite3_finalize(stmt);
    }
    return true;
}

static bool sqlite_in_transaction(Db *base)
{
    return !sqlite3_get_autocommit(((SqliteDb *)base)->handle);
}

static void sqlite_rollback(Db *base)
{
    if (sqlite_in_transaction(base))
        sqlite_exec(base, "ROLLBACK", NULL, 0, NULL, NULL);
}

/* ---- rows */

static bool sqlite_next(DbRows *rows, GError **error)
{
    SqliteStatement *statement = (SqliteStatement *)rows;
    if (statement->have_row) {
        statement->have_row = false;
        return true;
    }
    if (statement->ended)
        return false;
    int code = sqlite3_step(statement->stmt);
    if (code == SQLITE_ROW)
        return true;
    statement->ended = true;
    if (code == SQLITE_DONE)
        return false;
    rows->failed = true;
    return set_error((SqliteDb *)rows->db, code, error);
}

static void sqlite_rows_free(DbRows *rows)
{
    finish((SqliteStatement *)rows);
}

/* The value itself instead of sqlite3_column_*(): fewer steps each, and safe as the connection has one thread. */
static sqlite3_value *value_at(const DbRows *rows, int column)
{
    return sqlite3_column_value(((const SqliteStatement *)rows)->stmt, column);
}

static bool sqlite_get_is_null(const DbRows *rows, int column)
{
    return sqlite3_value_type(value_at(rows, column)) == SQLITE_NULL;
}

static gint64 sqlite_get_int(const DbRows *rows, int column)
{
    return sqlite3_value_int64(value_at(rows, column));
}

static const char *sqlite_get_text(const DbRows *rows, int column)
{
    return (const char *)sqlite3_value_text(value_at(rows, column));
}

static const void *sqlite_get_bytes(const DbRows *rows, int column, size_t *length)
{
    sqlite3_value *value = value_at(rows, column);
    const void *data = sqlite3_value_blob(value);
    *length = (size_t)sqlite3_value_bytes(value);
    return data || sqlite3_value_type(value) == SQLITE_NULL ? data : "";
}

static void sqlite_get_uuid(const DbRows *rows, int column, Uuid *out)
{
    size_t length;
    const void *data = sqlite_get_bytes(rows, column, &length);
    if (data && length == sizeof out->bytes)
        memcpy(out->bytes, data, sizeof out->bytes);
    else
        memset(out, 0, sizeof *out);
}

/* ---- the write-ahead log */

/* Never waits for readers: what they still need is left for the next time. */
static bool sqlite_scrub(Db *base, bool *done, GError **error)
{
    SqliteDb *db = (SqliteDb *)base;
    sqlite3_busy_timeout(db->handle, SCRUB_MS);
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    *done = code == SQLITE_OK;
    if (*done)
        db->wal_pages = 0;
    return *done || (code & 0xff) == SQLITE_BUSY || set_error(db, code, error);
}

static bool sqlite_checkpoint(Db *base, bool truncate, GError **error)
{
    SqliteDb *db = (SqliteDb *)base;
    int in_log = 0, copied = 0;
    sqlite3_busy_timeout(db->handle, 0);
    int code = sqlite3_wal_checkpoint_v2(
        db->handle, NULL, truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
        &in_log, &copied);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return set_error(db, code, error);
    db->wal_pages = in_log > copied ? in_log : 0;
    return true;
}

static gint64 sqlite_wal_pages(Db *base)
{
    return ((SqliteDb *)base)->wal_pages;
}

/* ---- what others need */

static int on_progress(void *user)
{
    SqliteDb *db = user;
    return db->give_way(db->give_way_data);
}

static void sqlite_give_way(Db *base, DbGiveWay give_way, gpointer data)
{
    SqliteDb *db = (SqliteDb *)base;
    db->give_way = give_way;
    db->give_way_data = data;
    sqlite3_progress_handler(db->handle, GIVE_WAY_STEPS, give_way ? on_progress : NULL, db);
}

static void sqlite_spare(Db *base)
{
    sqlite3_db_release_memory(((SqliteDb *)base)->handle);
}

static void sqlite_narrow(Db *base, bool narrow)
{
    sqlite3 *handle = ((SqliteDb *)base)->handle;
    if (!(base->mode & DB_NO_SYNC))
        return;
    sqlite3_exec(handle, narrow ? CACHE_PAGES_NARROW : CACHE_PAGES, NULL, NULL, NULL);
    if (narrow)
        sqlite3_db_release_memory(handle);
}

/* ---- backup */

#define BACKUP_STEP 256 /* pages between two reports */

static bool backup_pages(SqliteDb *from, SqliteDb *to, DbProgress progress, gpointer data,
                         GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to->handle, "main", from->handle, "main");
    if (!backup)
        return set_error(to, sqlite3_errcode(to->handle), error);
    int code;
    while ((code = sqlite3_backup_step(backup, BACKUP_STEP)) == SQLITE_OK) {
        int total = sqlite3_backup_pagecount(backup);
        if (progress)
            progress(total - sqlite3_backup_remaining(backup), total, data);
    }
    int end = sqlite3_backup_finish(backup);
    code = code == SQLITE_DONE ? end : code;
    return code == SQLITE_OK || set_error(to, code, error);
}

/* The copy says that it has a write-ahead log, as the file it is of: with a rollback journal it is one file, and can be
 * read where nothing can be written. */
static bool sqlite_backup(Db *from, const char *path, DbProgress progress, gpointer data,
                          GError **error)
{
    if (!create_private(path, error))
        return false;
    SqliteDb to = { .base = { .driver = &db_sqlite } };
    int code = sqlite3_open_v2(path, &to.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
                               NULL);
    bool ok = (code == SQLITE_OK || set_error(&to, code, error)) &&
              backup_pages((SqliteDb *)from, &to, progress, data, error);
    if (ok) {
        code = sqlite3_exec(to.handle, "PRAGMA journal_mode = TRUNCATE", NULL, NULL, NULL);
        ok = code == SQLITE_OK || set_error(&to, code, error);
    }
    sqlite3_close(to.handle);
    return ok;
}

const DbDriver db_sqlite = {
    .engine = DB_ENGINE_SQLITE,
    .schemes = schemes,
    .open = sqlite_open,
    .close = sqlite_close,
    .query = sqlite_query,
    .exec = sqlite_exec,
    .later = sqlite_later,
    .script = sqlite_script,
    .rollback = sqlite_rollback,
    .in_transaction = sqlite_in_transaction,
    .next = sqlite_next,
    .rows_free = sqlite_rows_free,
    .get_is_null = sqlite_get_is_null,
    .get_int = sqlite_get_int,
    .get_text = sqlite_get_text,
    .get_uuid = sqlite_get_uuid,
    .get_bytes = sqlite_get_bytes,
    .scrub = sqlite_scrub,
    .checkpoint = sqlite_checkpoint,
    .wal_pages = sqlite_wal_pages,
    .give_way = sqlite_give_way,
    .spare = sqlite_spare,
    .narrow = sqlite_narrow,
    .backup = sqlite_backup,
};
