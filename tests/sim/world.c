/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/world.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/clock.h"
#include "base/problem.h"
#include "client/client_private.h"
#include "server/crypto.h"
#include "base/log.h"
#include "server/schema.h"
#include "server/server_internal.h"
#include "tests/sim/group.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"

#define PASSWORD "a long password"
#define BIRTH G_GINT64_CONSTANT(1790000000000) /* of the world, ms since 1970 */

WorldAccount accounts[ACCOUNTS] = { { "me@sim.example" },
                                    { "partner@sim.example" },
                                    { "third@sim.example" },
                                    { "stranger@sim.example" } };
User users[USERS] = { { 0, ME }, { 1, ME }, { 2, PARTNER } };

bool world_batches;

static struct {
    char *dir, *database, *kept, *snapshot;
    Config config;
    Server *server;
} world;

const char *user_name(int user)
{
    static const char *const names[USERS] = { "A", "B", "C" };
    return names[user];
}

const char *server_database(void)
{
    return world.database;
}

/* ---- files */

static void copy_file(const char *from, const char *to)
{
    char block[65536];
    ssize_t n;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        g_unlink(to);
        return;
    }
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    g_assert(out >= 0);
    while ((n = read(in, block, sizeof block)) > 0)
        g_assert(write(out, block, (size_t)n) == n);
    close(in);
    close(out);
}

/* A database and what belongs to it. Its shared memory is not of it: whoever opens it next makes that. */
static void copy_database(const char *from, const char *to)
{
    static const char *const endings[] = { "", "-wal", "-journal", "-open" };
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *source = g_strconcat(from, endings[i], NULL);
        g_autofree char *target = g_strconcat(to, endings[i], NULL);
        copy_file(source, target);
    }
    g_autofree char *shared = g_strconcat(to, "-shm", NULL);
    g_unlink(shared);
}

/* ---- the template */

static bool make_connection(Call *call, int a, int b, GError **error)
{
    bool ordered = uuid_compare(&accounts[a].id, &accounts[b].id) < 0;
    const Uuid *first = &accounts[ordered ? a : b].id, *second = &accounts[ordered ? b : a].id;
    change_note(call, &accounts[a].id, OBJECT_PARTNER, &accounts[b].id, false);
    change_note(call, &accounts[b].id, OBJECT_PARTNER, &accounts[a].id, false);
    return db_exec(call->db, error,
                   "INSERT INTO connection (account_a, account_b, state, rev, since) VALUES ($1, "
                   "$2, 3, 1, $3) ON CONFLICT (account_a, account_b) DO UPDATE SET state = 3, rev "
                   "= connection.rev + 1, since = $3",
                   db_uuid(first), db_uuid(second), db_int(call->now));
}

static bool make_accounts(Call *call, GError **error)
{
    const char *password = call->scratch;
    for (int i = 0; i < ACCOUNTS; i++) {
        accounts[i].id = uuid_new();
        g_autofree char *name = g_strdup_printf("Member %d", i);
        if (!db_exec(call->db, error,
                     "INSERT INTO account (id, rev, created_at, updated_at, email, name, "
                     "company_name, state, admin, email_key, password) VALUES ($1, 1, $2, $2, $3, "
                     "$4, 'Company', 1, 0, $3, $5)",
                     db_uuid(&accounts[i].id), db_int(call->now), db_text(accounts[i].email),
                     db_text(name), db_text(password)) ||
            !scope_create(call->db, &accounts[i].id, SCOPE_ACCOUNT, &accounts[i].id, error))
            return false;
        change_note(call, &accounts[i].id, OBJECT_ACCOUNT, &accounts[i].id, false);
    }
    return make_connection(call, ME, PARTNER, error) && make_connection(call, ME, THIRD, error) &&
           make_connection(call, PARTNER, THIRD, error) && groups_make(call, error);
}

static void config_for(const char *database)
{
    config_init(&world.config);
    g_free(world.config.database);
    world.config.database = g_strconcat("sqlite:", database, NULL);
    world.config.argon2_memory = CRYPTO_MEMORY_MIN_KIB;
    world.config.argon2_passes = 1;
    log_set_level(LOG_ERROR);
}

void world_template(const char *dir)
{
    g_autoptr(GError) error = NULL;
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    g_autofree char *path = g_build_filename(dir, "template.db", NULL);
    clock_freeze(BIRTH - MS_PER_DAY);
    config_for(path);
    g_assert(crypto_init(NULL));
    g_assert(crypto_password_hash(PASSWORD, 1, CRYPTO_MEMORY_MIN_KIB, hash, NULL));
    Db *db = schema_open(&world.config, &error);
    if (!db || !call_run(db, make_accounts, hash, &error))
        g_error("the template: %s", error->message);
    db_close(db);
    config_clear(&world.config);
    clock_freeze(0);
}

/* ---- running */

static void make_room(int disk)
{
    if (!disk_is_well(disk))
        tell("world", "mends the disk of %s", disk == SERVER_DISK ? "the server" : user_name(disk));
    disk_set(disk, DISK_WELL);
}

static gboolean on_over(gpointer over)
{
    *(bool *)over = true;
    return G_SOURCE_REMOVE;
}

void world_run(gint64 ms)
{
    bool over = false;
    g_timeout_add((guint)MAX(ms, 0), on_over, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

gint64 world_now(void)
{
    return clock_now();
}

static void on_write(int host)
{
    if (users[host].client)
        oracle_sent(host, client_store(users[host].client));
}

void world_begin(const char *dir, guint64 seed)
{
    static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
                                             "XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
    static const char *const unset[] = { "LEADLINE_PROFILE", "LEADLINE_CONFIG", "LEADLINE_TOKEN" };
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
        g_setenv(variables[i], dir, TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(unset); i++)
        g_unsetenv(unset[i]);
    g_reload_user_special_dirs_cache();
    world.dir = g_strdup(dir);
    world.database = g_build_filename(dir, "server.db", NULL);
    world.kept = g_build_filename(dir, "kept.db", NULL);
    world.snapshot = g_build_filename(dir, "snapshot.db", NULL);
    g_autofree char *template = g_build_filename(dir, "..", "template.db", NULL);
    copy_database(template, world.database);
    sched_begin(seed, BIRTH);
    wire_begin(seed, on_write);
    oracle_begin();
    static const char *const parts[DISKS] = { "/user-0/", "/user-1/", "/user-2/", "server.db" };
    for (int i = 0; i < DISKS; i++)
        disk_name(i, parts[i]);
    config_for(world.database);
    server_up();
    for (int i = 0; i < USERS; i++) {
        g_autofree char *name = g_strdup_printf("user-%d", i);
        g_autofree char *url = g_strdup_printf("http://127.0.0.1:700%d", i);
        g_autoptr(GError) error = NULL;
        users[i].profile = profile_new(PROFILE_SERVER, name, url, &error);
        if (!users[i].profile)
            fail("no profile: %s", error->message);
        users[i].profile->insecure_storage = true;
    }
}

void world_end(void)
{
    for (int i = 0; i < USERS; i++) {
        if (users[i].client)
            user_quit(&users[i]);
        profile_free(users[i].profile);
    }
    if (server_is_up())
        server_down();
    for (int i = 0; i < ACCOUNTS; i++)
        g_free(accounts[i].token);
    oracle_end();
    config_clear(&world.config);
    g_free(world.dir);
    g_free(world.database);
    g_free(world.kept);
    g_free(world.snapshot);
}

/* ---- the server */

bool server_is_up(void)
{
    return world.server != NULL;
}

void server_up(void)
{
    g_autoptr(GError) error = NULL;
    make_room(SERVER_DISK);
    world.server = server_new(&world.config, &error);
    if (!world.server || !server_start(world.server, &error))
        fail("the server does not start: %s", error->message);
    tell("server", "is up");
}

void server_down(void)
{
    server_stop(world.server);
    server_free(world.server);
    world.server = NULL;
    tell("server", "is down");
}

void server_kill(void)
{
    post_cut_all();
    copy_database(world.database, world.kept);
    server_stop(world.server);
    server_free(world.server);
    world.server = NULL;
    copy_database(world.kept, world.database);
    tell("server", "is killed");
}

static Db *open_database(const char *path, unsigned mode)
{
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autoptr(GError) error = NULL;
    Db *db = db_open(server_drivers, url, mode, &error);
    if (!db)
        fail("%s: %s", path, error->message);
    return db;
}

gint64 server_ask_(const char *sql, const DbValue *values, size_t n)
{
    g_autoptr(Db) db = open_database(world.database, DB_READ);
    g_autoptr(GError) error = NULL;
    gint64 value = 0;
    if (!db_one_int(db, &error, &value, sql, values, n))
        fail("%s: %s", sql, error->message);
    return value;
}

void server_snapshot(void)
{
    make_room(SERVER_DISK);
    g_autoptr(Db) db = open_database(world.database, DB_READ);
    g_autoptr(GError) error = NULL;
    g_autofree char *sql = g_strdup_printf("VACUUM INTO '%s'", world.snapshot);
    g_unlink(world.snapshot);
    if (!db_script(db, &error, sql))
        fail("no snapshot: %s", error->message);
    tell("server", "is copied");
}

static Db *restored;

static bool is_known(const Uuid *key)
{
    gint64 n = 0;
    g_autoptr(GError) error = NULL;
    if (!db_get_one_int(restored, &error, &n, "SELECT count(*) FROM idem WHERE key = $1",
                        db_uuid(key)))
        fail("%s", error->message);
    return n > 0;
}

bool server_restore(void)
{
    if (!g_file_test(world.snapshot, G_FILE_TEST_EXISTS))
        return false;
    make_room(SERVER_DISK);
    if (server_is_up())
        server_down();
    copy_database(world.snapshot, world.database);
    g_autoptr(GError) error = NULL;
    restored = open_database(world.database, DB_WRITE);
    if (!db_script(restored, &error,
                   "UPDATE meta SET value = value + 1 WHERE name = 'epoch';"
                   "UPDATE scope SET epoch = (SELECT value FROM meta WHERE name = 'epoch')"))
        fail("%s", error->message);
    for (int i = 0; i < USERS; i++)
        if (users[i].client)
            oracle_look(i, client_store(users[i].client), LOOK);
    oracle_set_back(is_known);
    db_close(restored);
    tell("server", "is set back");
    /* Two restores of one snapshot must not have the same epoch. */
    copy_database(world.database, world.snapshot);
    return true;
}

/* ---- the other members */

static void member_login(WorldAccount *account)
{
    g_autofree char *body = g_strdup_printf("{\"email\":\"%s\",\"password\":\"%s\"}",
                                            account->email, PASSWORD);
    Wire *wire = post_ask(NULL, "POST", "/v1/login", NULL, NULL, body);
    g_autoptr(JsonDoc)
        doc = wire->status == 200 ? json_parse(wire->reply->str, wire->reply->len, NULL) : NULL;
    if (doc) {
        g_free(account->token);
        account->token = g_strdup(json_text(json_member(json_root(doc), "access_token")));
    }
    wire_unref(wire);
}

int member_asks(int number, const char *method, const char *target, const char *if_match,
                const char *body, char **reply)
{
    WorldAccount *account = &accounts[number];
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();
    uuid_format(&id, key);
    int status = 401;
    for (int try = 0; try < 2 && status == 401; try++) {
        if (!account->token || try > 0)
            member_login(account);
        Wire *wire = post_ask(account->token, method, target,
                              strcmp(method, "GET") == 0 ? NULL : key, if_match, body);
        status = wire->status;
        if (reply) {
            g_free(*reply);
            *reply = g_strdup(wire->reply ? wire->reply->str : "");
        }
        wire_unref(wire);
    }
    return status;
}

typedef struct Pair {
    int a, b;
} Pair;

static bool join(Call *call, GError **error)
{
    const Pair *pair = call->scratch;
    return make_connection(call, pair->a, pair->b, error);
}

static bool part(Call *call, GError **error)
{
    const Pair *pair = call->scratch;
    const Uuid *a = &accounts[pair->a].id, *b = &accounts[pair->b].id;
    change_note(call, a, OBJECT_PARTNER, b, true);
    change_note(call, b, OBJECT_PARTNER, a, true);
    return db_exec(call->db, error,
                   "DELETE FROM connection WHERE account_a IN ($1, $2) AND account_b IN ($1, $2)",
                   db_uuid(a), db_uuid(b));
}

bool members_are_partners(int a, int b)
{
    return server_ask(
               "SELECT count(*) FROM connection WHERE account_a IN ($1, $2) AND account_b IN "
               "($1, $2)",
               db_uuid(&accounts[a].id), db_uuid(&accounts[b].id)) > 0;
}

static bool lock_out(Call *call, GError **error)
{
    const Uuid *scope = call->scratch;
    change_note(call, scope, OBJECT_ACCOUNT, scope, false);
    return db_exec(call->db, error, "UPDATE scope SET acl = acl + 1 WHERE id = $1", db_uuid(scope));
}

/* All that is known of it, on both sides. */
static bool erase(Call *call, GError **error)
{
    const Uuid *id = call->scratch;
    Uuid from = { 0 }, to = { 0 };
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT from_account, to_account FROM referral WHERE id = $1 AND copy_of IS "
        "NULL AND NOT EXISTS (SELECT 1 FROM referral c WHERE c.copy_of = $1)",
        db_uuid(id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return true;
    from = db_get_uuid(rows, 0);
    to = db_get_uuid(rows, 1);
    g_clear_pointer(&rows, db_rows_free);
    rows = db_query(call->db, error, "SELECT id, account FROM note WHERE referral = $1",
                    db_uuid(id));
    while (rows && db_next(rows, error)) {
        Uuid note = db_get_uuid(rows, 0), account = db_get_uuid(rows, 1);
        change_note(call, &account, OBJECT_NOTE, &note, true);
    }
    g_clear_pointer(&rows, db_rows_free);
    change_note(call, &from, OBJECT_REFERRAL, id, true);
    change_note(call, &to, OBJECT_REFERRAL, id, true);
    return db_exec(call->db, error, "DELETE FROM note WHERE referral = $1", db_uuid(id)) &&
           db_exec(call->db, error,
                   "DELETE FROM referral_words WHERE rowid = (SELECT n FROM referral WHERE id = "
                   "$1)",
                   db_uuid(id)) &&
           db_exec(call->db, error, "DELETE FROM referral WHERE id = $1", db_uuid(id)) &&
           db_exec(call->db, error,
                   "DELETE FROM lead WHERE NOT EXISTS (SELECT 1 FROM referral WHERE lead_id = "
                   "lead.id)");
}

/* False: the server remembers for a while that its disk was full, and does nothing. */
static bool run_here(CallHandler handler, gpointer arg)
{
    g_autoptr(GError) error = NULL;
    if (!server_is_up() || server_run(world.server, NULL, handler, arg, &error))
        return true;
    if (!problem_is(error, PROBLEM_STORAGE_FULL) && !problem_is(error, PROBLEM_IO) &&
        !problem_is(error, PROBLEM_READ_ONLY))
        fail("an operator's act: %s", error->message);
    tell("operator", "cannot: %s", error->message);
    return false;
}

void members_part(int a, int b)
{
    run_here(part, &(Pair){ a, b });
}

void members_join(int a, int b)
{
    run_here(join, &(Pair){ a, b });
}

void referral_erase(const Uuid *id)
{
    if (run_here(erase, (gpointer)id))
        oracle_erased(id);
}

void scope_lock_out(int account)
{
    run_here(lock_out, &accounts[account].id);
}

/* ---- the clients */

char *user_cache_path(const User *user)
{
    return profile_path(user->profile->cache_dir, "cache.db");
}

char *user_store_path(const User *user)
{
    return profile_path(user->profile->data_dir, "leads.db");
}

void user_up(User *user)
{
    g_autoptr(GError) error = NULL;
    make_room(user->number);
    user->client = client_open(user->profile, 0, &error);
    if (!user->client)
        fail("%s does not start: %s", user_name(user->number), error->message);
    user->client->no_batch = !world_batches;
    client_start(user->client);
    user->offline = user->logging_in = false;
    oracle_look(user->number, client_store(user->client), LOOK);
    tell(user_name(user->number), "starts");
}

void user_quit(User *user)
{
    client_stop(user->client, 500);
    oracle_look(user->number, client_store(user->client), LOOK);
    client_free(user->client);
    user->client = NULL;
    tell(user_name(user->number), "has ended");
}

void user_kill(User *user)
{
    g_autofree char *store = user_store_path(user), *cache = user_cache_path(user);
    g_autofree char *tokens = profile_path(user->profile->state_dir, "tokens");
    g_autofree char *kept_store = g_strconcat(store, ".kept", NULL);
    g_autofree char *kept_cache = g_strconcat(cache, ".kept", NULL);
    g_autofree char *kept_tokens = g_strconcat(tokens, ".kept", NULL);
    oracle_look(user->number, client_store(user->client), LOOK);
    copy_database(store, kept_store);
    copy_database(cache, kept_cache);
    copy_file(tokens, kept_tokens);
    client_free(user->client);
    user->client = NULL;
    copy_database(kept_store, store);
    copy_database(kept_cache, cache);
    copy_file(kept_tokens, tokens);
    tell(user_name(user->number), "is killed");
}

static void on_login(const GError *error, gpointer data)
{
    User *user = data;
    user->logging_in = false;
    tell(user_name(user->number), "log-in: %s", error ? error->message : "done");
}

void user_login(User *user)
{
    if (user->logging_in)
        return;
    user->logging_in = true;
    tell(user_name(user->number), "logs in");
    client_login(user->client, accounts[user->account].email, PASSWORD, on_login, user);
}
