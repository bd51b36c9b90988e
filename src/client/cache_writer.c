/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer itself: opening, transactions, what it does when nobody waits. */
#include "client/cache_writer.h"

#include "base/clock.h"
#include "client/cache_file.h"
#include "client/cache_row.h"

#define CLOSE_US (2 * G_USEC_PER_SEC) /* what else is left is done the next time */

void cache_remember_edited(CacheWriter *writer, const Uuid *id)
{
    g_hash_table_add(writer->edited, g_memdup2(id, sizeof *id));
}

bool cache_load_edited(CacheWriter *writer, GError **error)
{
    g_hash_table_remove_all(writer->edited);
    /* An item's referral need not be in the cache: its row may come with the next page. */
    g_autoptr(GPtrArray) items = store_items(writer->store, 0, error);
    for (guint i = 0; items && i < items->len; i++)
        cache_remember_edited(writer, &((OutboxItem *)g_ptr_array_index(items, i))->object);
    g_autoptr(DbRows) rows = items ? db_query(writer->db, error,
                                              "SELECT id FROM referral_base UNION SELECT id FROM "
                                              "referral WHERE pending = 1")
                                   : NULL;
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        cache_remember_edited(writer, &id);
    }
    return rows && db_rows_ok(rows);
}

static bool load_account(CacheWriter *writer, GError **error)
{
    writer->account = (Uuid){ 0 };
    g_autoptr(DbRows) rows = db_query(writer->db, error, "SELECT id FROM account LIMIT 1");
    if (rows && db_next(rows, error))
        writer->account = db_get_uuid(rows, 0);
    return rows && db_rows_ok(rows);
}

static bool load_chores(CacheWriter *writer, GError **error)
{
    gint64 n = 0;
    bool ok = db_get_one_int(writer->db, error, &n,
                             "SELECT COUNT(*) FROM chore WHERE name = 'words'");
    writer->words_left = n > 0;
    return ok;
}

bool cache_writer_load(CacheWriter *writer, GError **error)
{
    counts_reset(writer);
    return db_get_one_int(writer->db, error, &writer->generation,
                          "SELECT coalesce(max(generation), 0) FROM feed"
                          " WHERE scope NOT IN (SELECT id FROM scope)") &&
           load_account(writer, error) && load_chores(writer, error) &&
           cache_load_edited(writer, error);
}

CacheWriter *cache_writer_open(const char *cache_path, const char *store_path, GError **error)
{
    g_autoptr(CacheWriter) writer = g_new0(CacheWriter, 1);
    writer->path = g_strdup(cache_path);
    writer->db = cache_connect(cache_path, true, error);
    if (!writer->db)
        return NULL;
    writer->store = store_open(store_path, error);
    if (!writer->store)
        return NULL;
    writer->strings = g_ptr_array_new_with_free_func(g_free);
    writer->edited = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    writer->gone = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    writer->party_counts = party_counts_new();
    cache_prepare_writes(writer);
    if (!cache_writer_load(writer, error))
        return NULL;
    return g_steal_pointer(&writer);
}

/* The index keeps words of deleted rows until its parts are written anew. What others should not find in the file when somebody
 * is gone goes then. */
static bool scrub_tx(Db *db, gpointer arg, GError **error)
{
    return db_exec(db, error, "INSERT INTO lead_words (lead_words) VALUES ('optimize')") &&
           db_exec(db, error, "DELETE FROM chore WHERE name = 'words'");
}

static void scrub_words(CacheWriter *writer, DbGiveWay give_way, gpointer data)
{
    db_give_way(writer->db, give_way, data);
    writer->words_left = !db_tx(writer->db, scrub_tx, NULL, NULL);
    db_give_way(writer->db, NULL, NULL);
}

static bool is_late(gpointer data)
{
    return clock_monotonic() > *(gint64 *)data;
}

void cache_writer_close(CacheWriter *writer)
{
    if (!writer)
        return;
    if (writer->db && writer->words_left) {
        gint64 until = clock_monotonic() + CLOSE_US;
        scrub_words(writer, is_late, &until);
    }
    db_close(writer->db);
    if (writer->path)
        cache_file_closed(writer->path);
    store_close(writer->store);
    if (writer->strings)
        g_ptr_array_unref(writer->strings);
    if (writer->edited)
        g_hash_table_unref(writer->edited);
    if (writer->gone)
        g_hash_table_unref(writer->gone);
    if (writer->party_counts)
        g_hash_table_unref(writer->party_counts);
    g_free(writer->values);
    g_free(writer->path);
    g_free(writer);
}

unsigned cache_writer_changed(CacheWriter *writer)
{
    unsigned changed = writer->changed;
    writer->changed = 0;
    return changed;
}

bool cache_writer_is_damaged(const CacheWriter *writer)
{
    return db_is_damaged(writer->db);
}

Store *cache_writer_store(CacheWriter *writer)
{
    return writer->store;
}

void cache_writer_tidy(CacheWriter *writer, bool (*is_wanted)(gpointer data), gpointer data)
{
    /* Else lists in these orders are sorted each time. */
    db_narrow(writer->db, true);
    db_give_way(writer->db, is_wanted, data);
    cache_make_orders(writer, NULL);
    db_give_way(writer->db, NULL, NULL);
    db_narrow(writer->db, false);
    if (writer->words_left)
        scrub_words(writer, is_wanted, data);
    db_checkpoint(writer->db, true, NULL); /* else the next one does it */
    db_spare(writer->db);
}

typedef struct Transaction {
    CacheWriter *writer;
    CacheWriteFunc func;
    gpointer data;
} Transaction;

static bool run_tx(Db *db, gpointer arg, GError **error)
{
    Transaction *tx = arg;
    return tx->func(tx->writer, tx->data, error) && counts_flush(tx->writer, error);
}

bool cache_writer_tx(CacheWriter *writer, CacheWriteFunc func, gpointer data, GError **error)
{
    Transaction tx = { writer, func, data };
    writer->scrub = false;
    if (db_tx(writer->db, run_tx, &tx, error)) {
        /* What was deleted is zeros in the file, but old pages lie in the log until it is emptied. */
        if (writer->scrub)
            db_checkpoint(writer->db, true, NULL);
        return true;
    }
    cache_writer_load(writer, NULL);
    return false;
}
