/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "server/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/problem.h"
#include "server/check.h"
#include "server/group_search.h"
#include "server/profile_search.h"
#include "server/referral_store.h"
#include "server/schema.h"

static gboolean force;

const GOptionEntry backup_options[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, "replace FILE when it is there", NULL },
    { 0 },
};

const GOptionEntry restore_options[] = {
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, "throw away what is in the database now", NULL },
    { 0 },
};

/* Rows come in the order of arrival, which is what SQLite's search answers by. */
static const char *const orders[] = { "referral", "sent_at, id", NULL };

/* Full text is each engine's own. */
static bool index_all(Db *db, gpointer nothing, GError **error)
{
    return referral_index_all(db, NULL, error) && profile_index_all(db, NULL, error) &&
           group_index_all(db, NULL, error);
}

/* ---- what is told meanwhile and at the end */

/* In whole percent, to a terminal only. */
static void show_progress(gint64 done, gint64 total, gpointer shown)
{
    int *last = shown, percent = total > 0 ? (int)(MIN(done, total) * 100 / total) : 100;
    if (percent == *last)
        return;
    *last = percent;
    fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\n" : "");
}

static DbProgress progress(void)
{
    return isatty(STDERR_FILENO) ? show_progress : NULL;
}

static bool print_summary(Db *db, const char *what, GError **error)
{
    gint64 accounts = 0, referrals = 0, version = 0;
    if (!db_get_one_int(db, error, &accounts, "SELECT COUNT(*) FROM account") ||
        !db_get_one_int(db, error, &referrals, "SELECT COUNT(*) FROM referral") ||
        !db_version(db, &version, error))
        return false;
    printf("%s: %" G_GINT64_FORMAT " accounts, %" G_GINT64_FORMAT
           " referrals, schema %" G_GINT64_FORMAT ", checked\n",
           what, accounts, referrals, version);
    return true;
}

/* ---- files */

static Db *open_file(const char *path, unsigned mode, GError **error)
{
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    return db_open(server_drivers, url, mode, error);
}

/* A database of this program, and what it relies on holds. */
static bool verify(Db *db, const char *name, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gint64 findings = 0;
    if (!check_database(db, out, &findings, error))
        return false;
    if (findings == 0)
        return true;
    fputs(out->str, stderr);
    return problem_set(error, PROBLEM_BAD_INPUT, "%s: %" G_GINT64_FORMAT " findings", name,
                       findings);
}

static bool sync_path(const char *path, int flags, GError **error)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int number = errno;
    if (fd >= 0)
        close(fd);
    return ok || problem_set(error, PROBLEM_IO, "%s: %s", path, g_strerror(number));
}

static bool move_file(const char *from, const char *to, bool replace)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE) == 0)
        return true;
    /* Some file systems cannot keep that promise; that nothing was there has been looked at. */
    return errno == EINVAL && rename(from, to) == 0;
}

/* From one name to the other at once, and for good. */
static bool publish(const char *from, const char *to, bool replace, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(to);
    if (!sync_path(from, O_RDONLY, error))
        return false;
    if (!move_file(from, to, replace))
        return problem_set(error, PROBLEM_CANNOT_CREATE, "%s: %s", to, g_strerror(errno));
    return sync_path(folder, O_RDONLY | O_DIRECTORY, error);
}

static void remove_database(const char *path)
{
    static const char *const tails[] = { "", "-journal", "-wal", "-shm" };
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
        g_autofree char *name = g_strconcat(path, tails[i], NULL);
        unlink(name);
    }
}

/* A name beside `path` for what is not finished. */
static char *unfinished_name(const char *path)
{
    return g_strdup_printf("%s.unfinished-%d", path, (int)getpid());
}

static const char *one_file(int argc, char **argv, GError **error)
{
    if (argc == 1)
        return argv[0];
    problem_set(error, PROBLEM_USAGE, "one FILE is wanted");
    return NULL;
}

/* ---- backup */

static bool copy_rows(Db *from, const char *path, GError **error)
{
    int shown = -1;
    g_autoptr(Db) to = open_file(path, DB_WRITE | DB_ROLLBACK_JOURNAL, error);
    if (!to || !db_migrate(to, server_schema, error))
        return false;
    DbCopy copy = { .from = from,
                    .to = to,
                    .orders = orders,
                    .after = index_all,
                    .progress = progress(),
                    .data = &shown };
    return db_copy(&copy, error);
}

static bool write_backup(Db *from, const char *path, GError **error)
{
    int shown = -1;
    if (db_engine(from) == DB_ENGINE_SQLITE)
        return db_backup(from, path, progress(), &shown, error);
    return copy_rows(from, path, error);
}

static bool backup_to(Db *from, const char *path, const char *name, GError **error)
{
    if (!write_backup(from, path, error))
        return false;
    g_autoptr(Db) written = open_file(path, DB_READ, error);
    return written && verify(written, name, error) && publish(path, name, force, error) &&
           print_summary(written, name, error);
}

/* Only databases of just this version have the tables that the copy is made with. */
static bool check_version(Db *db, const char *name, GError **error)
{
    gint64 version = 0;
    if (!db_version(db, &version, error))
        return false;
    if (version > schema_newest())
        return problem_set(error, PROBLEM_DATABASE_NEWER,
                           "%s was made by a newer program: use that one", name);
    return version == schema_newest() ||
           problem_set(error, PROBLEM_BAD_CONFIG,
                       version ? "%s is of an older program: start the server once" : "%s is empty",
                       name);
}

bool backup_command(const Config *config, int argc, char **argv, GError **error)
{
    const char *name = one_file(argc, argv, error);
    if (!name)
        return false;
    if (!force && g_file_test(name, G_FILE_TEST_EXISTS))
        return problem_set(error, PROBLEM_CANNOT_CREATE, "%s is there: --force replaces it", name);
    g_autoptr(Db) from = db_open(server_drivers, config->database, DB_READ, error);
    if (!from || !check_version(from, "the database", error))
        return false;
    g_autofree char *path = unfinished_name(name);
    remove_database(path);
    bool ok = backup_to(from, path, name, error);
    remove_database(path);
    return ok;
}

/* ---- restore */

/* A copy of the file, brought up to this program, checked, of a new lineage. */
static Db *prepare(const char *file, const char *path, GError **error)
{
    int shown = -1;
    gint64 version = 0;
    g_autoptr(Db) from = open_file(file, DB_READ, error);
    if (!from || !db_version(from, &version, error))
        return NULL;
    if (version == 0) {
        problem_set(error, PROBLEM_BAD_INPUT, "%s is no backup of leadlined", file);
        return NULL;
    }
    if (!db_backup(from, path, progress(), &shown, error))
        return NULL;
    g_autoptr(Db) copy = open_file(path, DB_WRITE | DB_ROLLBACK_JOURNAL, error);
    if (!copy || !db_migrate(copy, server_schema, error) || !verify(copy, file, error) ||
        !db_tx(copy, schema_new_epoch, NULL, error))
        return NULL;
    return g_steal_pointer(&copy);
}

static bool check_empty(Db *db, GError **error)
{
    gint64 version = 0, accounts = 0;
    if (force)
        return true;
    if (!db_version(db, &version, error) ||
        (version > 0 && !db_get_one_int(db, error, &accounts, "SELECT COUNT(*) FROM account")))
        return false;
    return accounts == 0 ||
           problem_set(error, PROBLEM_BAD_INPUT,
                       "the database has %" G_GINT64_FORMAT " accounts: --force throws them away",
                       accounts);
}

/* What the old file's log holds goes into the file first: until the last moment the old database is whole. One that is damaged,
 * which may be why this is done, is only in the way. */
static bool settle_old(const Config *config, const char *path, GError **error)
{
    g_autoptr(GError) damage = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(Db) old = db_open(server_drivers, config->database, DB_WRITE, &damage);
    if (!old)
        return force || (g_propagate_error(error, g_steal_pointer(&damage)), false);
    if (!check_empty(old, error))
        return false;
    return db_checkpoint(old, true, &damage) || force ||
           (g_propagate_error(error, g_steal_pointer(&damage)), false);
}

static bool replace_sqlite(const Config *config, const char *file, GError **error)
{
    const char *path = config->database + strlen("sqlite:");
    g_autofree char *unfinished = unfinished_name(path);
    remove_database(unfinished);
    g_autoptr(Db) copy = settle_old(config, path, error) ? prepare(file, unfinished, error) : NULL;
    if (copy) {
        g_autofree char *wal = g_strconcat(path, "-wal", NULL);
        g_autofree char *shm = g_strconcat(path, "-shm", NULL);
        unlink(wal);
        unlink(shm);
    }
    bool ok = copy && publish(unfinished, path, true, error) &&
              print_summary(copy, "the database", error);
    g_clear_pointer(&copy, db_close);
    remove_database(unfinished);
    return ok;
}

static bool restore_sqlite(const Config *config, const char *file, GError **error)
{
    int lock;
    bool ok = schema_lock(config, &lock, error) && replace_sqlite(config, file, error);
    if (lock >= 0)
        close(lock);
    return ok;
}

/* Every connection of a server has its name; ours is one too. */
static bool check_alone(Db *db, GError **error)
{
    gint64 others = 0;
    if (!db_get_one_int(db, error, &others,
                        "SELECT COUNT(*) FROM pg_catalog.pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'leadlined'"
                        " AND pid <> pg_backend_pid()"))
        return false;
    return others == 0 || problem_set(error, PROBLEM_LOCKED, "a server serves this database");
}

static bool replace_postgres(Db *to, const char *file, const char *folder, GError **error)
{
    int shown = -1;
    g_autofree char *path = g_build_filename(folder, "restore.db", NULL);
    g_autoptr(Db) from = prepare(file, path, error);
    DbCopy copy = {
        .from = from, .to = to, .after = index_all, .progress = progress(), .data = &shown
    };
    bool ok = from && db_copy(&copy, error) && verify(to, "the database", error) &&
              print_summary(to, "the database", error);
    g_clear_pointer(&from, db_close);
    remove_database(path);
    return ok;
}

static bool restore_postgres(const Config *config, const char *file, GError **error)
{
    g_autoptr(Db) to = schema_open(config, error);
    if (!to || !check_alone(to, error) || !check_empty(to, error))
        return false;
    g_autoptr(GError) local = NULL;
    g_autofree char *folder = g_dir_make_tmp("leadline-XXXXXX", &local);
    if (!folder)
        return problem_set(error, PROBLEM_CANNOT_CREATE, "%s", local->message);
    bool ok = replace_postgres(to, file, folder, error);
    rmdir(folder);
    return ok;
}

bool restore_command(const Config *config, int argc, char **argv, GError **error)
{
    const char *file = one_file(argc, argv, error);
    if (!file)
        return false;
    if (g_str_has_prefix(config->database, "sqlite:"))
        return restore_sqlite(config, file, error);
    return restore_postgres(config, file, error);
}
