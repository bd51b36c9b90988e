/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/oracle.h"

#include <string.h>

#include "base/clock.h"
#include "base/problem.h"
#include "client/meeting_book.h"
#include "client/overlay.h"
#include "tests/sim/history.h"
#include "tests/sim/world.h"
#include "wire/json.h"

/* ---- what the server did with a key */

typedef struct Deed {
    int account;
    char *method, *path, *body;
    int done;    /* times, without replays */
    guint order; /* of the last time */
    gint64 at;   /* wall clock then */
    int refused; /* last status >= 400 that will not change */
    bool undone; /* by setting the server back */
    bool late;   /* the server was killed before it could say so: when it was done is not known */
} Deed;

typedef enum ItemFate { ITEM_LIVE, ITEM_GONE, ITEM_TAKEN_BACK } ItemFate;

typedef struct Item {
    int user;
    GArray *keys; /* Uuid */
    OutboxKind kind;
    OutboxState state;
    gint64 attempts;
    char *problem, *path;
    ItemFate fate;
    guint number; /* in the order in which they were typed */
    bool seen;    /* in this look */
    bool over;    /* it will not be tried any more */
} Item;

static struct {
    GHashTable *deeds;  /* Uuid * of a key -> Deed */
    GHashTable *items;  /* Uuid * of an op -> Item */
    GHashTable *owners; /* token -> account + 1 */
    GPtrArray *erased;  /* ids of referrals, as text */
    guint order, typed;
} oracle;

static void deed_free(gpointer data)
{
    Deed *deed = data;
    g_free(deed->method);
    g_free(deed->path);
    g_free(deed->body);
    g_free(deed);
}

static void item_free(gpointer data)
{
    Item *item = data;
    g_array_unref(item->keys);
    g_free(item->problem);
    g_free(item->path);
    g_free(item);
}

void oracle_begin(void)
{
    oracle.deeds = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, deed_free);
    oracle.items = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, item_free);
    oracle.owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    oracle.erased = g_ptr_array_new_with_free_func(g_free);
}

void oracle_end(void)
{
    g_hash_table_unref(oracle.deeds);
    g_hash_table_unref(oracle.items);
    g_hash_table_unref(oracle.owners);
    g_ptr_array_unref(oracle.erased);
}

/* ---- who is who */

static void own(const JsonNode *root, const char *name, int account)
{
    const char *token = json_text(json_member(root, name));
    if (token)
        g_hash_table_insert(oracle.owners, g_strdup(token), GINT_TO_POINTER(account + 1));
}

static int account_of_email(const char *body)
{
    for (int i = 0; body && i < ACCOUNTS; i++)
        if (strstr(body, accounts[i].email))
            return i;
    return -1;
}

static int account_of_refresh(const char *body)
{
    static const char mark[] = "refresh_token=";
    const char *at = body ? strstr(body, mark) : NULL;
    at = at ? strstr(at + strlen(mark), mark) ? strstr(at + strlen(mark), mark) : at : NULL;
    return at ? GPOINTER_TO_INT(g_hash_table_lookup(oracle.owners, at + strlen(mark))) - 1 : -1;
}

int oracle_account_of(const char *authorization)
{
    return authorization ? GPOINTER_TO_INT(g_hash_table_lookup(oracle.owners,
                                                               authorization + strlen("Bearer "))) -
                               1
                         : -1;
}

static void learn_tokens(const Wire *wire)
{
    bool login = strcmp(wire->target, "/v1/login") == 0;
    if (wire->status != 200 || (!login && strcmp(wire->target, "/oauth/token") != 0))
        return;
    g_autoptr(JsonDoc) doc = json_parse(wire->reply->str, wire->reply->len, NULL);
    int account = login ? account_of_email(wire->body) : account_of_refresh(wire->body);
    if (!doc || account < 0)
        fail("tokens for nobody");
    own(json_root(doc), "access_token", account);
    own(json_root(doc), "refresh_token", account);
}

/* ---- what is private: the text of a note says whose it is */

static void check_private(const Wire *wire, int account)
{
    const char *at = wire->reply->str;
    while ((at = strstr(at, PRIVATE_MARK))) {
        at += strlen(PRIVATE_MARK);
        if (*at - '0' != account)
            fail("#%u: a note of account %c in an answer to account %d", wire->number, *at,
                 account);
    }
}

/* ---- what was done */

guint64 oracle_batches;

static bool is_temporary(int status)
{
    return status == 401 || status == 408 || status == 424 || status == 429 || status >= 500;
}

/* A write and its answer, alone or as one of a batch. */
typedef struct Write {
    unsigned number; /* of the message */
    int account, status;
    bool replayed;
    const char *key, *method, *path, *body;
} Write;

static Deed *deed_of(const Write *write)
{
    Uuid key;
    if (!uuid_parse(write->key, &key))
        return NULL;
    Deed *deed = g_hash_table_lookup(oracle.deeds, &key);
    if (!deed) {
        deed = g_new0(Deed, 1);
        *deed = (Deed){ .account = write->account,
                        .method = g_strdup(write->method),
                        .path = g_strdup(write->path),
                        .body = g_strdup(write->body) };
        g_hash_table_insert(oracle.deeds, g_memdup2(&key, sizeof key), deed);
    }
    return deed;
}

static void note_deed(const Write *write)
{
    Deed *deed = deed_of(write);
    if (!deed)
        return;
    if (write->status >= 400 && !is_temporary(write->status))
        deed->refused = write->status;
    if (write->status >= 300 || (write->replayed && deed->done > 0))
        return;
    deed->late |= write->replayed;
    if (++deed->done > 1)
        fail("#%u: %s %s was done twice for one key", write->number, write->method, write->path);
    if (deed->refused && !deed->undone)
        fail("#%u: %s %s was done after it had been refused for this key", write->number,
             write->method, write->path);
    deed->order = ++oracle.order;
    deed->at = clock_now();
}

static void note_single(const Wire *wire, int account)
{
    g_autofree char *key = g_strndup(wire->key + 1, UUID_TEXT_SIZE - 1); /* without its quotes */
    note_deed(&(Write){ wire->number, account, wire->status, wire->replayed, key, wire->method,
                        wire->target, wire->body });
}

static void note_operation(const Wire *wire, int account, const JsonNode *operation,
                           const JsonNode *result)
{
    const char *key = json_text(json_member(operation, "key"));
    const JsonNode *body = json_member(operation, "body");
    g_autofree char *text = body ? json_print(body) : NULL;
    gint64 status = 0;
    bool replayed = false;
    json_int(json_member(result, "status"), &status);
    json_bool(json_member(result, "replayed"), &replayed);
    if (g_strcmp0(json_text(json_member(result, "key")), key) != 0)
        fail("#%u: the answers of a batch are in another order", wire->number);
    note_deed(&(Write){ wire->number, account, (int)status, replayed, key,
                        json_text(json_member(operation, "method")),
                        json_text(json_member(operation, "path")), text });
}

static void note_batch(const Wire *wire, int account)
{
    g_autoptr(JsonDoc) asked = json_parse(wire->body, strlen(wire->body), NULL);
    g_autoptr(JsonDoc) answered = json_parse(wire->reply->str, wire->reply->len, NULL);
    if (!asked || !answered)
        fail("#%u: a batch that is no JSON", wire->number);
    const JsonNode *result = json_first(json_member(json_root(answered), "results"));
    const JsonNode *operations = json_member(json_root(asked), "operations");
    for (const JsonNode *one = json_first(operations); one; one = json_next(one)) {
        if (!result)
            fail("#%u: an operation of a batch has no answer", wire->number);
        note_operation(wire, account, one, result);
        result = json_next(result);
    }
    oracle_batches++;
}

void oracle_answer(const Wire *wire)
{
    int account = oracle_account_of(wire->authorization);
    learn_tokens(wire);
    check_private(wire, account);
    if (wire->key && account >= 0)
        note_single(wire, account);
    if (account >= 0 && wire->status == 200 && strcmp(wire->target, "/v1/batch") == 0)
        note_batch(wire, account);
}

void oracle_erased(const Uuid *referral)
{
    char text[UUID_TEXT_SIZE];
    g_ptr_array_add(oracle.erased, g_strdup(uuid_format(referral, text)));
}

static bool is_erased(const char *path)
{
    for (guint i = 0; i < oracle.erased->len; i++)
        if (strstr(path, oracle.erased->pdata[i]))
            return true;
    return false;
}

void oracle_set_back(OracleKnows knows)
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, oracle.deeds);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        Deed *deed = value;
        if (knows(key))
            continue;
        deed->undone |= deed->done > 0 || deed->refused;
        deed->done = 0;
    }
}

/* ---- the outboxes */

bool oracle_is_over(const OutboxItem *row, const GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *other = g_ptr_array_index(items, i);
        if (other == row || !outbox_creates(other))
            continue;
        bool follows = uuid_equal(&other->object, &row->object) ||
                       overlay_is_copy_of(row, &other->object);
        if (follows && oracle_is_over(other, items))
            return true;
    }
    return outbox_is_stopped(row->state);
}

static void note_key(Item *item, const OutboxItem *row)
{
    const Uuid *last = &g_array_index(item->keys, Uuid, item->keys->len - 1);
    if (item->keys->len == 0 || !uuid_equal(last, &row->key))
        g_array_append_val(item->keys, row->key);
}

static void look_at(Item *item, const OutboxItem *row, bool over)
{
    item->seen = true;
    item->over = over;
    item->state = row->state;
    item->attempts = row->attempts;
    g_free(item->problem);
    item->problem = g_strdup(row->problem);
    note_key(item, row);
}

static Item *item_new(int user, const OutboxItem *row)
{
    Item *item = g_new0(Item, 1);
    item->user = user;
    item->kind = row->kind;
    item->number = ++oracle.typed;
    item->path = g_strdup(row->path);
    item->keys = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_array_append_val(item->keys, row->key);
    g_hash_table_insert(oracle.items, g_memdup2(&row->op, sizeof row->op), item);
    return item;
}

void oracle_sent(int user, Store *store)
{
    g_autoptr(GPtrArray) rows = store_items(store, 0, NULL);
    for (guint i = 0; rows && i < rows->len; i++) {
        const OutboxItem *row = g_ptr_array_index(rows, i);
        Item *item = g_hash_table_lookup(oracle.items, &row->op);
        if (item && item->user == user)
            note_key(item, row);
    }
}

/* A moment ago it was in the outbox. */
static void check_taken(const Item *item, Look look)
{
    const Deed *deed = g_hash_table_lookup(oracle.deeds,
                                           &g_array_index(item->keys, Uuid, item->keys->len - 1));
    if (deed && deed->done)
        return; /* it was just being delivered */
    if (look == LOOK_UNDONE && item->attempts > 0)
        fail("%s: %s was undone after it had been tried", user_name(item->user), item->path);
    if (item->state == OUTBOX_SENDING)
        fail("%s: %s was taken back while it was being sent", user_name(item->user), item->path);
}

static void leave(Item *item, Look look)
{
    item->fate = look == LOOK ? ITEM_GONE : ITEM_TAKEN_BACK;
    if (look != LOOK)
        check_taken(item, look);
}

void oracle_tried_again(const OutboxItem *before, const OutboxItem *after)
{
    if (before->state == OUTBOX_FAILED && uuid_equal(&before->key, &after->key))
        fail("%s is tried again under the key that was refused", before->path);
}

void oracle_check_kept(OracleKnows knows)
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, oracle.deeds);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (((Deed *)value)->done > 0 && !knows(key))
            fail("%s was answered, but is not in the database", ((Deed *)value)->path);
}

guint oracle_look(int user, Store *store, Look look)
{
    guint new = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = store_items(store, 0, &error);
    if (!rows)
        fail("the outbox cannot be read: %s", error->message);
    for (guint i = 0; i < rows->len; i++) {
        const OutboxItem *row = g_ptr_array_index(rows, i);
        Item *item = g_hash_table_lookup(oracle.items, &row->op);
        if (item && item->fate != ITEM_LIVE)
            fail("%s %s is back in the outbox", row->method, row->path);
        new += item == NULL;
        look_at(item ? item : item_new(user, row), row, oracle_is_over(row, rows));
    }
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, oracle.items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Item *item = value;
        if (item->user == user && item->fate == ITEM_LIVE && !item->seen)
            leave(item, look);
        item->seen = false;
    }
    return new;
}

/* ---- at the end */

/* After so long nobody knows what became of it; the person is asked. */
static bool is_parked(const Item *item)
{
    return g_strcmp0(item->problem, problem_row(PROBLEM_FAILED)->code) == 0;
}

/* An entry that nobody had tried to send yet goes when a later one of the same fact is typed: that one is sent. */
static bool is_folded(const Item *item)
{
    GHashTableIter iter;
    gpointer value;
    if (!fact_type(item->kind) || item->attempts > 0)
        return false;
    g_hash_table_iter_init(&iter, oracle.items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Item *other = value;
        if (other->user == item->user && other->number > item->number &&
            strcmp(other->path, item->path) == 0)
            return true;
    }
    return false;
}

static void check_item(const Item *item)
{
    bool done = false, refused = false, undone = false, met = false;
    /* met: under the last key, which attempts counts the tries of; one that was refused is tried again under a new one */
    for (guint i = 0; i < item->keys->len; i++) {
        const Deed *deed = g_hash_table_lookup(oracle.deeds, &g_array_index(item->keys, Uuid, i));
        if (!deed)
            continue;
        met = i + 1 == item->keys->len;
        done |= deed->done > 0;
        undone |= deed->undone;
        refused |= deed->refused > 0;
    }
    const char *who = user_name(item->user);
    switch (item->fate) {
    case ITEM_GONE:
        if (!done && !undone && !is_folded(item))
            fail("%s: %s has left the outbox, but the server never did it", who, item->path);
        break;
    case ITEM_TAKEN_BACK:
        if (met && item->attempts == 0)
            fail("%s: %s was taken back before it was tried, and yet was sent", who, item->path);
        break;
    case ITEM_LIVE:
        if (!item->over)
            fail("%s: %s is still in the outbox (state %d)", who, item->path, item->state);
        if (item->state != OUTBOX_FAILED)
            break;
        if (done && !undone && !is_erased(item->path) && !is_parked(item))
            fail("%s: %s is called failed (%s), but was done", who, item->path, item->problem);
        if (!refused && !is_parked(item))
            fail("%s: %s is called failed (%s), but nobody refused it", who, item->path,
                 item->problem);
        break;
    }
}

/* What was typed into the body: the text of a note, a message with a verdict, a need; of an entry, when it was made. */
static char *typed_text(const Deed *deed)
{
    static const char *const names[] = { "entered_at", "text", "message", "need" };
    if (!deed->body)
        return NULL;
    g_autoptr(JsonDoc) doc = json_parse(deed->body, strlen(deed->body), NULL);
    for (size_t i = 0; doc && i < G_N_ELEMENTS(names); i++) {
        const char *text = json_text(json_member(json_root(doc), names[i]));
        if (text)
            return g_strdup(text);
    }
    return NULL;
}

/* When it was entered, ms; 0: it is no entry of a meeting. */
static gint64 entered_at(const Deed *deed)
{
    gint64 ms = 0;
    g_autofree char *text = g_str_has_prefix(deed->path, "/v1/meetings/") ? typed_text(deed) : NULL;
    return text && time_parse(text, &ms) ? ms : 0;
}

/* Entries: that made later, then that of the higher account; else what was done last. */
static bool is_later(const Deed *deed, const Deed *other)
{
    gint64 a = entered_at(deed), b = entered_at(other);
    if (a != b)
        return a > b;
    int by = a ? uuid_compare(&accounts[deed->account].id, &accounts[other->account].id) : 0;
    return by ? by > 0 : deed->order > other->order;
}

/* Of each address the last write is what the server has. */
static void check_texts(OracleText text)
{
    g_autoptr(GHashTable) last = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) unsure = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, oracle.deeds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Deed *deed = value;
        /* What was entered in the server's future counts as entered when it came. */
        if (deed->late || deed->undone || (deed->done > 0 && entered_at(deed) >= deed->at))
            g_hash_table_add(unsure, deed->path);
        const Deed *other = g_hash_table_lookup(last, deed->path);
        if (deed->done > 0 && (!other || is_later(deed, other)))
            g_hash_table_insert(last, deed->path, deed);
    }
    g_hash_table_iter_init(&iter, last);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Deed *deed = value;
        g_autofree char *typed = typed_text(deed);
        if (!typed || g_hash_table_contains(unsure, deed->path))
            continue;
        g_autofree char *kept = text(deed->account, deed->path);
        if (kept && strcmp(kept, typed) != 0)
            fail("%s: \"%s\" was written last, but the server has \"%s\"", deed->path, typed, kept);
    }
}

void oracle_check(OracleText text)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, oracle.items);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        check_item(value);
    check_texts(text);
}
