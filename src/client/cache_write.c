/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_write.h"

#include "base/text.h"
#include "client/cache_row.h"
#include "client/cache_writer.h"
#include "client/client.h"
#include "client/label.h"
#include "client/overlay.h"
#include "db/row.h"

/* ---- statements made from the field tables, once */

static const char *placeholders(int first, int n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append_printf(text, "%s$%d", i ? ", " : "", first + i);
    return g_intern_string(text->str);
}

#define OWN_COLUMNS "party, label, waiting, standing, worth, client_key, pending, local, generation"
#define N_OWN_COLUMNS 9

void cache_prepare_writes(CacheWriter *writer)
{
    const char *columns = row_columns(&referral_fields, NULL);
    const char *marks = placeholders(2, row_n_columns(&referral_fields) + N_OWN_COLUMNS);
    writer->insert = db_intern("INSERT INTO referral (n, %s, " OWN_COLUMNS ") VALUES ($1, %s) "
                               "ON CONFLICT (n) DO NOTHING",
                               columns, marks);
    writer->update = db_intern("UPDATE referral SET (%s, " OWN_COLUMNS ") = (%s) WHERE n = $1",
                               columns, marks);
    writer->select = db_intern("SELECT n, local, generation, %s FROM referral WHERE id = $1",
                               columns);
    writer->select_base = db_intern("SELECT %s FROM referral_base WHERE id = $1", columns);
    writer->select_note_bases = db_intern(
        "SELECT coalesce(n.generation, 0), %s FROM note_base b LEFT JOIN note n ON n.id = b.id "
        "WHERE b.referral = $1",
        row_columns(&note_fields, "b"));
    writer->n_values = row_n_columns(&referral_fields) + N_OWN_COLUMNS + 1;
    writer->values = g_new0(DbValue, writer->n_values);
}

/* ---- rows of referral */

typedef struct OldRow {
    bool exists;
    gint64 n, generation;
    bool local;
    Referral referral;
} OldRow;

static void old_row_clear(OldRow *old)
{
    fields_clear(&referral_fields, &old->referral);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OldRow, old_row_clear)

static bool read_old(CacheWriter *writer, const Uuid *id, OldRow *old, GError **error)
{
    *old = (OldRow){ 0 };
    g_autoptr(DbRows) rows = db_query(writer->db, error, writer->select, db_uuid(id));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    old->exists = true;
    old->n = db_get_int(rows, 0);
    old->local = db_get_int(rows, 1);
    old->generation = db_get_int(rows, 2);
    row_read(rows, 3, &referral_fields, &old->referral, ROW_COPY);
    return true;
}

static bool index_words(CacheWriter *writer, gint64 n, const LeadWords *words, GError **error)
{
    return db_exec(writer->db, error,
                   "INSERT INTO lead_words (rowid, party, need, other) VALUES ($1, $2, $3, $4)",
                   db_int(n), db_text(words->party), db_text(words->need), db_text(words->other));
}

static bool note_words_left(CacheWriter *writer, GError **error)
{
    if (writer->words_left)
        return true;
    writer->words_left = true;
    return db_exec(writer->db, error,
                   "INSERT INTO chore (name) VALUES ('words') ON CONFLICT (name) DO NOTHING");
}

/* The index keeps no texts: to take a row out it must be told what went in. */
static bool unindex_words(CacheWriter *writer, gint64 n, const LeadWords *words, GError **error)
{
    return db_exec(writer->db, error,
                   "INSERT INTO lead_words (lead_words, rowid, party, need, other) VALUES "
                   "('delete', $1, $2, $3, $4)",
                   db_int(n), db_text(words->party), db_text(words->need), db_text(words->other));
}

static bool delete_old(CacheWriter *writer, const OldRow *old, GError **error)
{
    g_auto(LeadWords) words;
    lead_words(&old->referral, &words);
    counts_add(writer, &old->referral, -1);
    writer->changed |= CLIENT_LEADS;
    return unindex_words(writer, old->n, &words, error) &&
           db_exec(writer->db, error, "DELETE FROM referral WHERE n = $1", db_int(old->n));
}

typedef struct Marks {
    bool pending, local;
    gint64 generation;
} Marks;

static const char *client_key(CacheWriter *writer, const Referral *referral)
{
    g_autofree char *name = contact_display_name(&referral->lead.contact);
    char *key = text_name_key(name);
    g_ptr_array_add(writer->strings, key);
    return key;
}

/* *party is where the party's id stays until the values are used. */
static void fill_values(CacheWriter *writer, const Referral *referral, const Marks *marks,
                        Uuid *party)
{
    DbValue *values = writer->values + 1;
    g_ptr_array_set_size(writer->strings, 0);
    values += row_values(&referral_fields, referral, values, writer->strings);
    *party = lead_party_id(referral);
    *values++ = db_uuid(party);
    *values++ = db_int(lead_label_number(&referral->id));
    *values++ = db_int(referral_is_waiting(referral));
    *values++ = db_int(standing_of(referral));
    *values++ = db_int(lead_worth(lead_value(referral)));
    *values++ = db_text(client_key(writer, referral));
    *values++ = db_int(marks->pending);
    *values++ = db_int(marks->local);
    *values++ = db_int(marks->generation);
}

static bool insert_row(CacheWriter *writer, const Referral *referral, GError **error)
{
    gint64 n = order_of(referral->sent_at, &referral->id, referral->box), inserted = 0;
    for (; inserted == 0; n += ORDER_STEP) {
        writer->values[0] = db_int(n);
        if (!db_exec_values(writer->db, error, &inserted, writer->insert, writer->values,
                            writer->n_values))
            return false;
    }
    g_auto(LeadWords) words;
    lead_words(referral, &words);
    return index_words(writer, n - ORDER_STEP, &words, error);
}

static bool update_row(CacheWriter *writer, const OldRow *old, const Referral *referral,
                       GError **error)
{
    writer->values[0] = db_int(old->n);
    if (!db_exec_values(writer->db, error, NULL, writer->update, writer->values, writer->n_values))
        return false;
    g_auto(LeadWords) before;
    g_auto(LeadWords) after;
    lead_words(&old->referral, &before);
    lead_words(referral, &after);
    if (lead_words_equal(&before, &after))
        return true;
    return unindex_words(writer, old->n, &before, error) &&
           index_words(writer, old->n, &after, error) &&
           (!lead_words_lost(&before, &after) || note_words_left(writer, error));
}

static bool write_row(CacheWriter *writer, const OldRow *old, const Referral *referral,
                      const Marks *marks, GError **error)
{
    bool stays = old->exists && old->referral.sent_at == referral->sent_at;
    if (old->exists && !stays && !delete_old(writer, old, error))
        return false;
    if (stays)
        counts_add(writer, &old->referral, -1);
    counts_add(writer, referral, +1);
    writer->changed |= CLIENT_LEADS;
    Uuid party;
    fill_values(writer, referral, marks, &party);
    return stays ? update_row(writer, old, referral, error) : insert_row(writer, referral, error);
}

/* ---- local edits */

static bool read_base(CacheWriter *writer, const Uuid *id, Referral *base, bool *found,
                      GError **error)
{
    g_autoptr(DbRows) rows = db_query(writer->db, error, writer->select_base, db_uuid(id));
    *found = rows && db_next(rows, error);
    if (*found)
        row_read(rows, 0, &referral_fields, base, ROW_COPY);
    return rows && (*found || db_rows_ok(rows));
}

static bool delete_base(CacheWriter *writer, const Uuid *id, GError **error)
{
    g_hash_table_remove(writer->edited, id);
    return db_exec(writer->db, error, "DELETE FROM referral_base WHERE id = $1", db_uuid(id));
}

static bool read_me(CacheWriter *writer, Party *me, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(writer->db, error, "SELECT id, name, company_name FROM account LIMIT 1");
    if (rows && db_next(rows, error))
        row_read(rows, 0, &party_fields, me, ROW_COPY);
    return rows && db_rows_ok(rows);
}

static bool read_recipient(CacheWriter *writer, const OutboxItem *item, Party *to, GError **error)
{
    Uuid account = { 0 };
    overlay_recipient(item, &account);
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        "SELECT account, name, company_name FROM partner WHERE account = $1 UNION ALL"
        " SELECT account, name, company_name FROM member WHERE account = $1 LIMIT 1",
        db_uuid(&account));
    if (rows && db_next(rows, error))
        row_read(rows, 0, &party_fields, to, ROW_COPY);
    to->account = account;
    return rows && db_rows_ok(rows);
}

static bool apply_item(CacheWriter *writer, Referral *referral, const OutboxItem *item,
                       GError **error)
{
    Party me = { 0 }, to = { 0 };
    bool ok = item->kind != OUTBOX_CREATE ||
              (read_me(writer, &me, error) && read_recipient(writer, item, &to, error));
    if (ok)
        overlay_apply(referral, item, &me, &to);
    fields_clear(&party_fields, &me);
    fields_clear(&party_fields, &to);
    return ok;
}

static GPtrArray *items_without(CacheWriter *writer, const Uuid *object, GHashTable *except,
                                GError **error)
{
    g_autoptr(GPtrArray) items = store_items_of(writer->store, object, error);
    for (guint i = items ? items->len : 0; i > 0; i--) {
        const OutboxItem *item = g_ptr_array_index(items, i - 1);
        if ((except && g_hash_table_contains(except, &item->op)) ||
            !overlay_is_of(item, &writer->account))
            g_ptr_array_remove_index(items, i - 1);
    }
    return g_steal_pointer(&items);
}

static gint64 generation_of(const CacheWriter *writer, const OldRow *old)
{
    return old->exists ? old->generation : writer->generation;
}

/* No item is left: the server's row as it is; what the server never had goes. */
static bool settle(CacheWriter *writer, const OldRow *old, const Uuid *id, const Referral *base,
                   bool has_base, GError **error)
{
    Marks marks = { .generation = generation_of(writer, old) };
    if (has_base)
        return write_row(writer, old, base, &marks, error) && delete_base(writer, id, error);
    g_hash_table_remove(writer->edited, id);
    return !old->exists || delete_old(writer, old, error);
}

static bool edit(CacheWriter *writer, const OldRow *old, const Uuid *id, const Referral *base,
                 bool has_base, const GPtrArray *items, GError **error)
{
    if (has_base && !row_upsert(writer->db, "referral_base", "id", &referral_fields, base, error))
        return false;
    Referral shown = { 0 };
    if (has_base)
        fields_copy(&referral_fields, &shown, base);
    bool ok = true;
    for (guint i = 0; ok && i < items->len; i++)
        ok = apply_item(writer, &shown, g_ptr_array_index(items, i), error);
    Marks marks = {
        .pending = true,
        .local = !has_base,
        .generation = generation_of(writer, old),
    };
    /* A lead whose sending failed is only in the outbox. */
    if (ok && uuid_is_nil(&shown.id))
        ok = !old->exists || delete_old(writer, old, error);
    else if (ok)
        ok = write_row(writer, old, &shown, &marks, error);
    fields_clear(&referral_fields, &shown);
    cache_remember_edited(writer, id);
    return ok;
}

static bool refresh_referral(CacheWriter *writer, const Uuid *id, const GPtrArray *items,
                             GError **error)
{
    g_auto(OldRow) old;
    if (!read_old(writer, id, &old, error))
        return false;
    Referral base = { 0 };
    bool has_base = false;
    if (!read_base(writer, id, &base, &has_base, error))
        return false;
    if (!has_base && old.exists && !old.local) {
        fields_copy(&referral_fields, &base, &old.referral);
        has_base = true;
    }
    bool ok = items->len == 0 ? settle(writer, &old, id, &base, has_base, error)
                              : edit(writer, &old, id, &base, has_base, items, error);
    fields_clear(&referral_fields, &base);
    return ok;
}

/* ---- one object */

bool cache_refresh(CacheWriter *writer, const Uuid *object, GHashTable *except, GError **error)
{
    g_autoptr(GPtrArray) items = items_without(writer, object, except, error);
    return items && refresh_referral(writer, object, items, error) &&
           cache_refresh_notes(writer, object, items, error);
}

bool cache_refresh_all(CacheWriter *writer, GError **error)
{
    g_autoptr(GPtrArray) items = store_items(writer->store, 0, error);
    if (!items)
        return false;
    g_autoptr(GHashTable) objects = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    for (guint i = 0; i < items->len; i++) {
        const OutboxItem *item = g_ptr_array_index(items, i);
        g_hash_table_add(objects, g_memdup2(&item->object, sizeof item->object));
    }
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, writer->edited);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        g_hash_table_add(objects, g_memdup2(key, sizeof(Uuid)));
    g_hash_table_iter_init(&iter, objects);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!cache_refresh(writer, key, NULL, error))
            return false;
    return true;
}

/*
 * An answer and a page may overtake each other: the older of the two is dropped. A new name of somebody comes by a page and
 * does not raise the rev, so an answer with the rev that is here tells nothing that a page has not told, and may be from
 * before the name. After a full sync has begun every row counts, as the server may have been set back to a backup.
 */
static bool is_newer(CacheWriter *writer, const Referral *referral, bool is_answer, bool *newer,
                     GError **error)
{
    gint64 rev = 0, generation = -1;
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        "SELECT coalesce(b.rev, r.rev), r.generation FROM referral r LEFT JOIN referral_base b "
        "ON b.id = r.id WHERE r.id = $1 AND r.local = 0",
        db_uuid(&referral->id));
    if (rows && db_next(rows, error)) {
        rev = db_get_int(rows, 0);
        generation = db_get_int(rows, 1);
    }
    *newer = generation != writer->generation || referral->rev >= rev + is_answer;
    return rows && db_rows_ok(rows);
}

static bool note_arrival(CacheWriter *writer, const Referral *referral, GError **error)
{
    if (!writer->complete || referral->box != BOX_INBOX || referral->state != REFERRAL_SENT)
        return true;
    writer->changed |= CLIENT_ARRIVALS;
    return db_exec(writer->db, error,
                   "INSERT INTO arrival (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
                   db_uuid(&referral->id));
}

/* Those that were opened or taken back meanwhile need no telling either. */
bool cache_forget_arrivals(CacheWriter *writer, const Uuid *ids, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!db_exec(writer->db, error, "DELETE FROM arrival WHERE id = $1", db_uuid(&ids[i])))
            return false;
    return db_exec(writer->db, error,
                   "DELETE FROM arrival WHERE NOT EXISTS (SELECT 1 FROM referral r WHERE r.id = "
                   "arrival.id AND r.box = 1 AND r.state = 1) AND NOT EXISTS (SELECT 1 FROM "
                   "invitation i WHERE i.id = arrival.id AND i.direction = 1 AND i.state = 1)");
}

bool cache_write_referral(CacheWriter *writer, const Referral *referral, GHashTable *except,
                          GError **error)
{
    bool edited = g_hash_table_contains(writer->edited, &referral->id), newer = true;
    bool is_answer = except != NULL;
    if (cache_is_gone(writer, &referral->id))
        return cache_refresh(writer, &referral->id, except, error);
    if (edited && !is_newer(writer, referral, is_answer, &newer, error))
        return false;
    if (!newer)
        return cache_refresh(writer, &referral->id, except, error);
    if (edited)
        return row_upsert(writer->db, "referral_base", "id", &referral_fields, referral, error) &&
               db_exec(writer->db, error, "UPDATE referral SET generation = $2 WHERE id = $1",
                       db_uuid(&referral->id), db_int(writer->generation)) &&
               cache_refresh(writer, &referral->id, except, error);
    g_auto(OldRow) old;
    Marks marks = { .generation = writer->generation };
    if (!read_old(writer, &referral->id, &old, error))
        return false;
    if (old.exists && old.generation == writer->generation &&
        old.referral.rev + is_answer > referral->rev)
        return true;
    return (old.exists || note_arrival(writer, referral, error)) &&
           write_row(writer, &old, referral, &marks, error);
}

bool cache_delete_referral(CacheWriter *writer, const Uuid *id, GError **error)
{
    g_auto(OldRow) old;
    g_hash_table_add(writer->gone, g_memdup2(id, sizeof *id));
    if (!read_old(writer, id, &old, error))
        return false;
    if (old.exists && old.local)
        return true;
    /* Items that are still in the outbox stay, and will be refused; there is no row for them to show on. */
    return delete_base(writer, id, error) &&
           (!old.exists || (delete_old(writer, &old, error) && note_words_left(writer, error))) &&
           db_exec(writer->db, error, "DELETE FROM note WHERE referral = $1", db_uuid(id)) &&
           db_exec(writer->db, error, "DELETE FROM note_base WHERE referral = $1", db_uuid(id)) &&
           cache_refresh(writer, id, NULL, error);
}
