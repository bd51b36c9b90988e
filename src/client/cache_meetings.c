/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_meetings.h"

#include "client/cache_private.h"
#include "db/row.h"
#include "model/meeting.h"

/* ---- rows of any of these tables */

static void meeting_free(gpointer data)
{
    fields_clear(&meeting_fields, data);
    g_free(data);
}

static void one_to_one_free(gpointer data)
{
    fields_clear(&one_to_one_fields, data);
    g_free(data);
}

/* Takes the rows over. */
static bool read_one(DbRows *from, const FieldTable *table, void *out, const char *what,
                     GError **error)
{
    g_autoptr(DbRows) rows = from;
    if (rows && db_next(rows, error)) {
        row_read(rows, 0, table, out, ROW_COPY);
        return true;
    }
    return rows && db_rows_ok(rows) &&
           problem_set(error, PROBLEM_NOT_FOUND, "there is no such %s here", what);
}

static const char *columns(const FieldTable *table)
{
    return row_columns(table, NULL);
}

/* ---- meetings */

GPtrArray *cache_meetings(Cache *cache, const Uuid *group, gint64 from, gint64 to, GError **error)
{
    const char *of_one = db_intern("SELECT %s FROM meeting WHERE group_id = $3 AND starts_at >= $1 "
                                   "AND starts_at < $2 ORDER BY starts_at, id",
                                   columns(&meeting_fields));
    const char *of_all = db_intern("SELECT %s FROM meeting WHERE starts_at >= $1 AND starts_at < "
                                   "$2 ORDER BY starts_at, id",
                                   columns(&meeting_fields));
    DbRows *rows = group ? db_query(cache->db, error, of_one, db_int(from), db_int(to),
                                    db_uuid(group))
                         : db_query(cache->db, error, of_all, db_int(from), db_int(to));
    return cache_read_all(rows, &meeting_fields, meeting_free, error);
}

bool cache_meeting(Cache *cache, const Uuid *id, Meeting *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM meeting WHERE id = $1", columns(&meeting_fields));
    return read_one(db_query(cache->db, error, sql, db_uuid(id)), &meeting_fields, out, "meeting",
                    error);
}

static bool fill(Cache *cache, MeetingBook *book, const FactType *type, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM %s WHERE meeting = $1", columns(type->fact),
                                type->wire);
    g_autoptr(DbRows) rows = db_query(cache->db, error, sql, db_uuid(&book->meeting.id));
    g_autofree void *fact = g_malloc0(type->fact->size);
    while (rows && db_next(rows, error)) {
        row_read(rows, 0, type->fact, fact, ROW_BORROW);
        meeting_book_put(book, type->kind, fact);
    }
    return rows && db_rows_ok(rows);
}

bool cache_fill_book(Cache *cache, MeetingBook *book, GError **error)
{
    for (const FactType *type = fact_types; type->kind; type++)
        if (!fill(cache, book, type, error))
            return false;
    return true;
}

bool cache_rsvps(Cache *cache, const Uuid *meeting, const Uuid *me, guint counts[RSVP_MAYBE + 1],
                 RsvpAnswer *mine, GError **error)
{
    *mine = 0;
    g_autoptr(DbRows) rows = db_query(
        cache->db, error, "SELECT account, answer FROM rsvp WHERE meeting = $1", db_uuid(meeting));
    while (rows && db_next(rows, error)) {
        Uuid account = db_get_uuid(rows, 0);
        gint64 answer = db_get_int(rows, 1);
        if (answer < 1 || answer > RSVP_MAYBE)
            continue;
        counts[answer]++;
        if (uuid_equal(&account, me))
            *mine = (RsvpAnswer)answer;
    }
    return rows && db_rows_ok(rows);
}

/* ---- one-to-ones */

GPtrArray *cache_one_to_ones(Cache *cache, const Uuid *group, GError **error)
{
    const char *of_one = db_intern("SELECT %s FROM one_to_one WHERE group_id = $1 ORDER BY met_on "
                                   "DESC, id",
                                   columns(&one_to_one_fields));
    const char *of_all = db_intern("SELECT %s FROM one_to_one ORDER BY met_on DESC, id",
                                   columns(&one_to_one_fields));
    DbRows *rows = group ? db_query(cache->db, error, of_one, db_uuid(group))
                         : db_query(cache->db, error, of_all);
    return cache_read_all(rows, &one_to_one_fields, one_to_one_free, error);
}

bool cache_one_to_one(Cache *cache, const Uuid *id, OneToOne *out, GError **error)
{
    const char *sql = db_intern("SELECT %s FROM one_to_one WHERE id = $1",
                                columns(&one_to_one_fields));
    return read_one(db_query(cache->db, error, sql, db_uuid(id)), &one_to_one_fields, out,
                    "one-to-one", error);
}
