/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "client/cache_row.h"
#include "client/label.h"
#include "client/net.h"
#include "client/overlay.h"
#include "server/check.h"
#include "server/idempotency.h"
#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/verify_private.h"

/* ---- small readings of JSON */

Db *verify_open(const char *path)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autoptr(GError) error = NULL;
    Db *db = db_open(drivers, url, DB_READ, &error);
    if (!db)
        fail("%s: %s", path, error->message);
    return db;
}

JsonDoc *verify_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonDoc *doc = json_parse(text, strlen(text), &error);
    if (!doc)
        fail("the server's answer is no JSON: %s", error->message);
    return doc;
}

char *verify_revision(const char *me)
{
    g_autoptr(JsonDoc) doc = verify_parse(me);
    gint64 rev = 0;
    json_int(json_member(json_member(json_root(doc), "account"), "rev"), &rev);
    return g_strdup_printf("\"%" G_GINT64_FORMAT "\"", rev);
}

char *verify_revision_of(const char *object)
{
    g_autoptr(JsonDoc) doc = verify_parse(object);
    gint64 rev = 0;
    json_int(json_member(json_root(doc), "rev"), &rev);
    return g_strdup_printf("\"%" G_GINT64_FORMAT "\"", rev);
}

char *verify_any_id(const char *list, Dice *dice)
{
    g_autoptr(JsonDoc) doc = verify_parse(list);
    const JsonNode *items = json_member(json_root(doc), "items");
    guint n = (guint)json_length(items), at = dice_below(dice, n);
    for (const JsonNode *item = json_first(items); item; item = json_next(item))
        if (at-- == 0)
            return g_strdup(json_text(json_member(item, "id")));
    return NULL;
}

/* ---- the feed, read independently */

void reading_init(Reading *reading, int account, const Uuid *scope)
{
    *reading = (Reading){ .account = account, .scope = *scope };
    reading->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void reading_clear(Reading *reading)
{
    if (reading->objects)
        g_hash_table_unref(reading->objects);
    g_free(reading->state);
    *reading = (Reading){ 0 };
}

static void take_object(Reading *reading, const JsonNode *object)
{
    char *key = g_strdup_printf("%s %s", json_text(json_member(object, "type")),
                                json_text(json_member(object, "id")));
    if (strcmp(json_text(json_member(object, "op")), "delete") == 0) {
        g_hash_table_remove(reading->objects, key);
        g_free(key);
    } else {
        g_hash_table_insert(reading->objects, key, json_print(json_member(object, "data")));
    }
}

/* One page; *more: there is another. False: the server is not there, or all begins anew. */
static bool read_page(Reading *reading, int limit, bool *more)
{
    char scope[UUID_TEXT_SIZE];
    uuid_format(&reading->scope, scope);
    g_autofree char *target = g_strdup_printf("/v1/changes?scope=%s&limit=%d%s%s", scope, limit,
                                              reading->state ? "&since=" : "",
                                              reading->state ? reading->state : "");
    g_autofree char *text = NULL;
    int status = member_asks(reading->account, "GET", target, NULL, NULL, &text);
    if (status == 410) {
        g_hash_table_remove_all(reading->objects);
        g_clear_pointer(&reading->state, g_free);
    }
    if (status != 200)
        return false;
    g_autoptr(JsonDoc) doc = verify_parse(text);
    const JsonNode *objects = json_member(json_root(doc), "objects");
    for (const JsonNode *object = json_first(objects); object; object = json_next(object))
        take_object(reading, object);
    g_free(reading->state);
    reading->state = g_strdup(json_text(json_member(json_root(doc), "state")));
    return json_bool(json_member(json_root(doc), "more"), more);
}

static Reading observer;

void verify_observe(Dice *dice)
{
    bool more = true;
    if (!observer.objects)
        reading_init(&observer, ME, &accounts[ME].id);
    for (guint pages = 1 + dice_below(dice, 3); more && pages > 0; pages--)
        if (!read_page(&observer, 1 + (int)dice_below(dice, 6), &more))
            break;
    tell("observer", "is at %s", observer.state ? observer.state : "the start");
}

void reading_go_on(Reading *reading, int limit)
{
    bool more = true;
    for (int tries = 0; more;)
        if (!read_page(reading, limit, &more) && ++tries > 3)
            fail("the feed of account %d cannot be read", reading->account);
}

/* A new name is not told to whoever has a concern that it is in (verify_value.c). */
static bool is_of_then(const char *key, const char *text)
{
    return text && g_str_has_prefix(key, "concern ");
}

static void compare_readings(const Reading *fresh, const Reading *followed)
{
    GHashTableIter iter;
    gpointer key, text;
    g_hash_table_iter_init(&iter, fresh->objects);
    while (g_hash_table_iter_next(&iter, &key, &text)) {
        const char *other = g_hash_table_lookup(followed->objects, key);
        if (g_strcmp0(other, text) != 0 && !is_of_then(key, other))
            fail("who followed the feed has %s as %s, who reads it anew %s", (char *)key,
                 other ? other : "nothing", (char *)text);
    }
    g_hash_table_iter_init(&iter, followed->objects);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!g_hash_table_contains(fresh->objects, key))
            fail("who followed the feed still has %s", (char *)key);
}

/* ---- one table of a cache */

static void column_clear(gpointer column)
{
    g_free(((Column *)column)->name);
}

/* Columns that are the cache's own, checked apart. */
static bool is_own(const char *name)
{
    static const char *const own[] = { "n",        "party",      "label",      "waiting",
                                       "standing", "worth",      "client_key", "pending",
                                       "local",    "generation", "name_key",   "scope" };
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return false;
}

static GHashTable *columns_known; /* table -> GArray of Column: all caches have the same */

static const GArray *columns_of(Db *db, const char *table)
{
    if (!columns_known)
        columns_known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                              (GDestroyNotify)g_array_unref);
    GArray *columns = g_hash_table_lookup(columns_known, table);
    if (columns)
        return columns;
    columns = g_array_new(FALSE, FALSE, sizeof(Column));
    g_array_set_clear_func(columns, column_clear);
    g_hash_table_insert(columns_known, (char *)table, columns);
    g_autoptr(DbRows)
        rows = db_query(db, NULL, "SELECT name, type FROM pragma_table_info($1)", db_text(table));
    while (rows && db_next(rows, NULL)) {
        Column column = { g_strdup(db_get_text(rows, 0)), *db_get_text(rows, 1) };
        if (is_own(column.name))
            g_free(column.name);
        else
            g_array_append_val(columns, column);
    }
    return columns;
}

static void compare_row(const Compared *c, const char *table, const GArray *columns,
                        const DbRows *rows, const char *id, const char *text)
{
    if (!text)
        fail("%s: %s %s is in the cache, but not at the server", user_name(c->user->number), table,
             id);
    g_autoptr(JsonDoc) doc = verify_parse(text);
    for (guint i = 0; i < columns->len; i++) {
        const Column *column = &g_array_index(columns, Column, i);
        const JsonNode *node;
        if (!value_is_same(table, column, rows, (int)i, json_root(doc), &node)) {
            g_autofree char *there = node ? json_print(node) : g_strdup("nothing");
            fail("%s: %s %s: %s is %s at the server, and %s (%d) in the cache",
                 user_name(c->user->number), table, id, column->name, there,
                 column->type == 'T' ? db_get_text(rows, (int)i) : "another",
                 column->type == 'I' ? (int)db_get_int(rows, (int)i) : 0);
        }
    }
}

static int of_type(const Reading *reading, const char *type)
{
    int n = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, reading->objects);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        n += g_str_has_prefix(key, type) && ((char *)key)[strlen(type)] == ' ';
    return n;
}

/* A note on a lead that could not be made is only here, and so is a copy of it. */
static const char *rows_of(const Compared *c, const Table *table)
{
    bool may_wait = strcmp(table->name, "note") == 0 || strcmp(table->name, "referral") == 0;
    return table->scope ? " WHERE scope = $1" : !c->settled && may_wait ? " WHERE local = 0" : "";
}

void compare_table(const Compared *c, const Table *table)
{
    const GArray *columns = columns_of(c->db, table->name);
    g_autoptr(GString) names = g_string_new(NULL);
    int id_at = -1, n = 0;
    for (guint i = 0; i < columns->len; i++) {
        const char *name = g_array_index(columns, Column, i).name;
        g_string_append_printf(names, "%s%s", i ? ", " : "", name);
        if (strcmp(name, table->id) == 0)
            id_at = (int)i;
    }
    g_assert(id_at >= 0);
    g_autoptr(GError) error = NULL;
    const char *sql = db_intern("SELECT %s FROM %s%s", names->str, table->name, rows_of(c, table));
    g_autoptr(DbRows) rows = table->scope ? db_query(c->db, &error, sql, db_uuid(table->scope))
                                          : db_query(c->db, &error, sql);
    while (rows && db_next(rows, &error)) {
        char id[UUID_TEXT_SIZE];
        Uuid uuid = db_get_uuid(rows, id_at);
        g_autofree char *key = g_strdup_printf("%s %s", table->type, uuid_format(&uuid, id));
        compare_row(c, table->name, columns, rows, id,
                    g_hash_table_lookup(c->reading->objects, key));
        n++;
    }
    if (!rows || !db_rows_ok(rows))
        fail("%s: the cache cannot be read: %s", user_name(c->user->number), error->message);
    if (n != of_type(c->reading, table->type))
        fail("%s: %d of %s in the cache, %d at the server", user_name(c->user->number), n,
             table->name, of_type(c->reading, table->type));
}

/* ---- what the cache makes of it */

typedef struct Rule {
    const char *what, *sql; /* must count nothing */
} Rule;

#define BOTH_WAYS(a, b)                                                                            \
    "SELECT count(*) FROM (SELECT * FROM (" a " EXCEPT " b ") UNION ALL SELECT * FROM (" b         \
    " EXCEPT " a "))"

static const Rule rules[] = {
    { "a row stands another way", "SELECT count(*) FROM referral WHERE standing <> state * 4 + "
                                  "coalesce(verdict, 0)" },
    { "a row waits that does not", "SELECT count(*) FROM referral WHERE waiting <> (state IN (1, "
                                   "2))" },
    { "the other side is another",
      "SELECT count(*) FROM referral WHERE party IS NOT CASE box WHEN 1 THEN from_account ELSE "
      "to_account END AND (box = 1 OR to_account IS NOT NULL OR party IS NULL)" },
    { "a counter is wrong",
      BOTH_WAYS("SELECT box, state, coalesce(verdict, 0), waiting, count(*) FROM referral GROUP BY "
                "1, 2, 3, 4",
                "SELECT box, state, verdict, waiting, n FROM counter WHERE n <> 0") },
    { "a party's counter is wrong",
      BOTH_WAYS(
          "SELECT party, box, sent_at / 2592000000, sum(state <> 8 AND coalesce(verdict, 0) "
          "= 0), sum(state <> 8 AND coalesce(verdict, 0) = 1), sum(state <> 8 AND "
          "coalesce(verdict, 0) = 2), sum(state = 8) FROM referral GROUP BY 1, 2, 3",
          "SELECT party, box, span, undecided, leads, not_leads, withdrawn FROM party_counter "
          "WHERE undecided <> 0 OR leads <> 0 OR not_leads <> 0 OR withdrawn <> 0") },
    { "its place is wrong", "SELECT count(*) FROM referral WHERE n / 1048576 <> sent_at OR (n & 1) "
                            "<> (box = 2)" },
    { "a full sync goes on", "SELECT count(*) FROM feed WHERE full_sync = 1 OR complete = 0" },
};

/* Nothing is in the outbox. */
static const Rule settled_rules[] = {
    { "a row is pending", "SELECT count(*) FROM referral WHERE pending = 1 OR local = 1" },
    { "a base is left", "SELECT count(*) FROM referral_base" },
    { "a note is local", "SELECT count(*) FROM note WHERE local = 1" },
    { "a base of a note is left", "SELECT count(*) FROM note_base" },
};

static void check_rules(const Compared *c, const Rule *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        gint64 found = 0;
        g_autoptr(GError) error = NULL;
        if (!db_get_one_int(c->db, &error, &found, list[i].sql))
            fail("%s: %s", list[i].sql, error->message);
        if (found)
            fail("%s: in the cache %s (%d)", user_name(c->user->number), list[i].what, (int)found);
    }
}

/* The search index has no copy of its texts: it is compared with one made anew. */
static void check_words(const Compared *c)
{
    g_autoptr(GError) error = NULL;
    if (!db_script(c->db, &error,
                   "CREATE VIRTUAL TABLE temp.anew USING fts5(party, need, other, content = '', "
                   "detail = column, columnsize = 0, tokenize = \"unicode61 remove_diacritics 2 "
                   "categories 'L* M* "
                   "N* Co'\");"
                   "CREATE VIRTUAL TABLE temp.there USING fts5vocab(main, lead_words, instance);"
                   "CREATE VIRTUAL TABLE temp.wanted USING fts5vocab(temp, anew, instance)"))
        fail("no copy of the search index: %s", error->message);
    g_autoptr(DbRows) rows = db_query(c->db, &error, "SELECT n, id FROM referral");
    while (rows && db_next(rows, &error)) {
        Referral referral = { 0 };
        Uuid id = db_get_uuid(rows, 1);
        if (!cache_referral(client_cache(c->user->client), &id, &referral, &error))
            fail("%s: %s cannot be read: %s", user_name(c->user->number), brief(&id),
                 error->message);
        g_auto(LeadWords) words;
        lead_words(&referral, &words);
        fields_clear(&referral_fields, &referral);
        if (!db_exec(c->db, &error,
                     "INSERT INTO temp.anew (rowid, party, need, other) VALUES ($1, $2, $3, $4)",
                     db_int(db_get_int(rows, 0)), db_text(words.party), db_text(words.need),
                     db_text(words.other)))
            fail("%s", error->message);
    }
    static const Rule rule = {
        "the search index is another",
        BOTH_WAYS("SELECT DISTINCT term, doc, col FROM temp.wanted",
                  "SELECT DISTINCT term, doc, col FROM temp.there"),
    };
    check_rules(c, &rule, 1);
}

static void check_feed(const Compared *c)
{
    g_autofree char *me = NULL;
    if (member_asks(c->user->account, "GET", "/v1/me", NULL, NULL, &me) != 200)
        fail("/v1/me");
    g_autoptr(JsonDoc) doc = verify_parse(me);
    const JsonNode *scope = json_first(json_member(json_root(doc), "scopes"));
    g_autoptr(DbRows) rows = db_query(c->db, NULL, "SELECT state FROM feed WHERE scope = $1",
                                      db_uuid(&c->reading->scope));
    if (!rows || !db_next(rows, NULL))
        fail("%s: no feed", user_name(c->user->number));
    if (g_strcmp0(db_get_text(rows, 0), json_text(json_member(scope, "state"))) != 0)
        fail("%s: is at %s, the server at %s", user_name(c->user->number), db_get_text(rows, 0),
             json_text(json_member(scope, "state")));
}

static void check_file(const User *user, const char *path)
{
    g_autoptr(Db) db = verify_open(path);
    gint64 bad = 0;
    g_autoptr(GError) error = NULL;
    if (!db_get_one_int(db, &error, &bad,
                        "SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'") ||
        bad)
        fail("%s: %s is damaged", user_name(user->number), path);
}

static const Table own_tables[] = {
    { "account", "account", "id" },   { "partner", "partner", "account" },
    { "referral", "referral", "id" }, { "note", "note", "id" },
    { "scope", "scope", "id" },
};

static void compare_user(User *user, const Reading *reading, const GPtrArray *rooms, bool settled)
{
    g_autofree char *path = user_cache_path(user);
    g_autoptr(Db) db = verify_open(path);
    Compared c = { user, db, reading, settled };
    for (size_t i = 0; i < G_N_ELEMENTS(own_tables); i++)
        compare_table(&c, &own_tables[i]);
    check_rules(&c, rules, G_N_ELEMENTS(rules));
    check_feed(&c);
    if (!settled)
        return;
    check_rules(&c, settled_rules, G_N_ELEMENTS(settled_rules));
    rooms_compare(&c, rooms);
    check_words(&c);
}

/* ---- at any time */

static void check_shown(User *user, const Uuid *id, const GPtrArray *items)
{
    g_autoptr(GError) error = NULL;
    Referral shown = { 0 }, wanted = { 0 };
    Cache *cache = client_cache(user->client);
    if (!cache_server_referral(cache, id, &wanted, NULL))
        return; /* made here: who appears in it is the cache's business */
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *item = g_ptr_array_index(items, i);
        if (client_owns(user->client, item) && item->kind != OUTBOX_CREATE)
            overlay_apply(&wanted, item, NULL, NULL);
    }
    if (!cache_referral(cache, id, &shown, &error))
        fail("%s: %s is not shown: %s", user_name(user->number), brief(id), error->message);
    if (!fields_equal(&referral_fields, &shown, &wanted))
        fail("%s: %s is not shown as the outbox has it", user_name(user->number), brief(id));
    fields_clear(&referral_fields, &shown);
    fields_clear(&referral_fields, &wanted);
}

void verify_shown(User *user)
{
    if (!user->client || !client_is_settled(user->client) || !client_shows_edits(user->client))
        return;
    g_autoptr(GPtrArray) all = store_items(client_store(user->client), 0, NULL);
    for (guint i = 0; all && i < all->len; i++) {
        const Uuid *id = &((const OutboxItem *)g_ptr_array_index(all, i))->object;
        g_autoptr(GPtrArray) items = store_items_of(client_store(user->client), id, NULL);
        check_shown(user, id, items);
    }
}

/* ---- all */

static bool is_kept(const Uuid *key)
{
    return server_ask("SELECT count(*) FROM idem WHERE key = $1", db_uuid(key)) > 0 ||
           sched_wall_jumped() > IDEMPOTENCY_DAYS * MS_PER_DAY;
}

/* What the server shows of a path that was written to: the text of a note, the message of a verdict, the need; of an entry of a
 * meeting, when it was made. */
static char *server_text(int account, const char *path)
{
    static const struct {
        const char *end, *member;
    } acts[] = { { "/confirm", "message" } };
    g_autofree char *target = g_strdup(path);
    const char *member = g_str_has_prefix(path, "/v1/meetings/") ? "entered_at"
                         : strstr(path, "/notes/")               ? "text"
                                                                 : "need";
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        if (g_str_has_suffix(path, acts[i].end)) {
            target[strlen(path) - strlen(acts[i].end)] = '\0';
            member = acts[i].member;
        }
    g_autofree char *text = NULL;
    if (member_asks(account, "GET", target, NULL, NULL, &text) != 200)
        return NULL;
    g_autoptr(JsonDoc) doc = verify_parse(text);
    const JsonNode *node = json_member(json_root(doc), member);
    if (!node)
        node = json_member(json_member(json_root(doc), "lead"), member);
    return g_strdup(json_text(node));
}

static void check_server(void)
{
    g_autoptr(Db) db = verify_open(server_database());
    g_autoptr(GString) out = g_string_new(NULL);
    gint64 findings = 0;
    g_autoptr(GError) error = NULL;
    if (!check_database(db, out, &findings, &error))
        fail("the server's database: %s", error->message);
    if (findings)
        fail("the server's database: %s", out->str);
}

/* The last first: a copy whose original is dropped becomes a lead of its own, which goes out. */
static void drop_failed(User *user)
{
    g_autoptr(GPtrArray) items = store_items(client_store(user->client), 0, NULL);
    for (guint i = items ? items->len : 0; i-- > 0;) {
        const OutboxItem *item = g_ptr_array_index(items, i);
        client_drop(user->client, &item->op, "refused", NULL);
    }
}

#define QUIET_MS 5000 /* longer than the worker waits before it tidies up */

void verify_world(guint64 seed)
{
    Dice dice = dice_new(seed, 5);
    Reading readings[ACCOUNTS];
    GPtrArray *rooms[ACCOUNTS] = { NULL };
    for (int i = 0; i < ACCOUNTS; i++) {
        reading_init(&readings[i], i, &accounts[i].id);
        reading_go_on(&readings[i], 3 + (int)dice_below(&dice, 60));
    }
    for (int i = 0; i < USERS; i++)
        if (!rooms[users[i].account])
            rooms[users[i].account] = rooms_read(users[i].account, &dice);
    if (observer.objects) {
        reading_go_on(&observer, 1 + (int)dice_below(&dice, 6));
        compare_readings(&readings[ME], &observer);
    }
    for (int i = 0; i < USERS; i++)
        oracle_look(i, client_store(users[i].client), LOOK);
    oracle_check(server_text);
    oracle_check_kept(is_kept);
    for (int i = 0; i < USERS; i++)
        compare_user(&users[i], &readings[users[i].account], rooms[users[i].account], false);
    for (int i = 0; i < USERS; i++)
        drop_failed(&users[i]);
    world_run(QUIET_MS);
    int roles[WORLD_GROUPS][ACCOUNTS];
    for (int i = 0; i < WORLD_GROUPS; i++)
        world_roles(i, roles[i]);
    for (int i = 0; i < USERS; i++) {
        g_autofree char *store = user_store_path(&users[i]), *cache = user_cache_path(&users[i]);
        compare_user(&users[i], &readings[users[i].account], rooms[users[i].account], true);
        check_file(&users[i], store);
        check_file(&users[i], cache);
        rooms_check_bytes(&users[i], roles);
    }
    check_server();
    for (int i = 0; i < ACCOUNTS; i++) {
        reading_clear(&readings[i]);
        g_clear_pointer(&rooms[i], g_ptr_array_unref);
    }
}

void verify_end(void)
{
    reading_clear(&observer);
    g_clear_pointer(&columns_known, g_hash_table_unref);
}
