/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes: those of the server, and what the outbox makes of them. */
#include "client/cache_writer.h"

#include "client/client.h"
#include "client/overlay.h"
#include "db/row.h"

static bool put_note(CacheWriter *writer, const Note *note, bool local, gint64 generation,
                     GError **error)
{
    writer->changed |= CLIENT_NOTES;
    return db_exec(writer->db, error,
                   "INSERT INTO note (id, rev, created_at, updated_at, referral, text, local, "
                   "generation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE "
                   "SET rev = excluded.rev, created_at = excluded.created_at, updated_at = "
                   "excluded.updated_at, referral = excluded.referral, text = excluded.text, "
                   "local = excluded.local, generation = excluded.generation",
                   db_uuid(&note->id), db_int(note->rev), db_time(note->created_at),
                   db_time(note->updated_at), db_uuid(&note->referral), db_text(note->text),
                   db_int(local), db_int(generation));
}

/* The server's notes as they are; those that only were here go. */
static bool restore_notes(CacheWriter *writer, const Uuid *referral, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(writer->db, error, writer->select_note_bases, db_uuid(referral));
    while (rows && db_next(rows, error)) {
        Note note;
        row_read(rows, 1, &note_fields, &note, ROW_BORROW);
        if (!put_note(writer, &note, false, db_get_int(rows, 0), error))
            return false;
    }
    return rows && db_rows_ok(rows) &&
           db_exec(writer->db, error, "DELETE FROM note WHERE referral = $1 AND local = 1",
                   db_uuid(referral)) &&
           db_exec(writer->db, error, "DELETE FROM note_base WHERE referral = $1",
                   db_uuid(referral));
}

/* Full sync that saw this note last. */
static bool note_generation(CacheWriter *writer, const Uuid *id, gint64 *generation, GError **error)
{
    return db_get_one_int(writer->db, error, generation,
                          "SELECT coalesce((SELECT generation FROM note WHERE id = $1), $2)",
                          db_uuid(id), db_int(writer->generation));
}

static bool edit_note(CacheWriter *writer, const OutboxItem *item, GError **error)
{
    Note note;
    if (item->kind != OUTBOX_NOTE || outbox_is_stopped(item->state) || !overlay_note(item, &note))
        return true;
    gint64 generation = 0;
    bool ok = note_generation(writer, &note.id, &generation, error) &&
              db_exec(
                  writer->db, error,
                  "INSERT INTO note_base SELECT id, rev, created_at, updated_at, referral, text "
                  "FROM note WHERE id = $1 AND local = 0 ON CONFLICT (id) DO NOTHING",
                  db_uuid(&note.id)) &&
              put_note(writer, &note, true, generation, error);
    fields_clear(&note_fields, &note);
    return ok;
}

bool cache_refresh_notes(CacheWriter *writer, const Uuid *referral, const GPtrArray *items,
                         GError **error)
{
    if (!restore_notes(writer, referral, error))
        return false;
    for (guint i = 0; i < items->len; i++)
        if (!edit_note(writer, g_ptr_array_index(items, i), error))
            return false;
    return true;
}

bool cache_write_note(CacheWriter *writer, const Note *note, GError **error)
{
    /* Under a local edit only the base changes. */
    bool local = false, newer = true;
    if (cache_is_gone(writer, &note->id) || cache_is_gone(writer, &note->referral))
        return true;
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        "SELECT n.local, n.generation, coalesce(b.rev, n.rev) FROM note n LEFT JOIN note_base b ON "
        "b.id = n.id WHERE n.id = $1",
        db_uuid(&note->id));
    if (rows && db_next(rows, error)) {
        local = db_get_int(rows, 0);
        newer = db_get_int(rows, 1) != writer->generation || note->rev >= db_get_int(rows, 2);
    }
    if (!rows || !db_rows_ok(rows))
        return false;
    if (!newer)
        return true;
    return local ? row_upsert(writer->db, "note_base", "id", &note_fields, note, error) &&
                       db_exec(writer->db, error, "UPDATE note SET generation = $2 WHERE id = $1",
                               db_uuid(&note->id), db_int(writer->generation))
                 : put_note(writer, note, false, writer->generation, error);
}
