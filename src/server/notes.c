/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/notes.h"

#include "db/row.h"
#include "server/changes.h"
#include "server/referral_store.h"

static void note_clear(Note *note)
{
    fields_clear(&note_fields, note);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Note, note_clear)

static const char *note_sql(const char *condition)
{
    return db_intern("SELECT %s FROM note WHERE account = $1 AND %s",
                     row_columns(&note_fields, NULL), condition);
}

/* The caller's own note of this address; *found false when there is none. */
static bool load(Call *call, Note *note, bool *found, GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error, note_sql("id = $2 AND referral = $3"),
                        db_uuid(&call->principal.account), db_uuid(&call->sub), db_uuid(&call->id));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    row_read(rows, 0, &note_fields, note, ROW_COPY);
    return true;
}

static bool reply_note(Call *call, const Note *note, int status)
{
    call->reply.status = status;
    call->reply.rev = note->rev;
    json_put_object(call->reply.body, &note_fields, note);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Note) note = { 0 };
    bool found = false;
    if (!load(call, &note, &found, error))
        return false;
    return found ? reply_note(call, &note, 200)
                 : problem_set(error, PROBLEM_NOT_FOUND, "There is no such note");
}

static bool list(Call *call, GError **error)
{
    int limit = 0;
    gint64 time = 0;
    Uuid id;
    g_auto(Referral) referral = { 0 };
    if (!call_limit(call, &limit, error) || !call_cursor(call, &time, &id, error) ||
        !referral_load(call->db, &call->principal.account, &call->id, &referral, error))
        return false;
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        note_sql("referral = $2 AND (created_at > $3 OR (created_at = $3 AND id > $4))"
                 " ORDER BY created_at, id LIMIT $5"),
        db_uuid(&call->principal.account), db_uuid(&call->id), db_int(time), db_uuid(&id),
        db_int(limit + 1));
    return call_put_page(call, rows, limit, &note_fields, "created_at", error);
}

static bool insert(Call *call, const Note *note, GError **error)
{
    GError *problem = NULL;
    if (db_exec(call->db, &problem,
                "INSERT INTO note (id, rev, created_at, updated_at, referral, text, account)"
                " VALUES ($1, $2, $3, $3, $4, $5, $6)",
                db_uuid(&note->id), db_int(note->rev), db_time(note->created_at),
                db_uuid(&note->referral), db_text(note->text), db_uuid(&call->principal.account)))
        return true;
    if (!problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_propagate_error(error, problem);
        return false;
    }
    g_clear_error(&problem);
    return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "There is another note with this id: make a new id");
}

static bool create(Call *call, const Note *input, GError **error)
{
    if (call->if_match)
        return problem_set(error, PROBLEM_PRECONDITION_FAILED, "There is no such note to change");
    g_auto(Note) note = { .id = call->sub,
                          .rev = 1,
                          .created_at = call->now,
                          .updated_at = call->now,
                          .referral = call->id,
                          .text = g_strdup(input->text) };
    if (!insert(call, &note, error))
        return false;
    change_note(call, &call->principal.account, OBJECT_NOTE, &note.id, false);
    return reply_note(call, &note, 201);
}

static bool update(Call *call, Note *note, const Note *input, GError **error)
{
    if (!call->if_match && g_strcmp0(note->text, input->text) == 0)
        return reply_note(call, note, 200); /* the same request again */
    if (call->create) {
        json_put_object(call_put_current(call), &note_fields, note);
        return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                           "There is another note with this id: make a new id");
    }
    if (!call->if_match)
        return problem_set(
            error, PROBLEM_PRECONDITION_REQUIRED,
            "There is a note with this id: to change it send If-Match: \"%" G_GINT64_FORMAT "\"",
            note->rev);
    gint64 changed = 0;
    if (!call_check_rev(call, note->rev, error)) {
        json_put_object(call_put_current(call), &note_fields, note);
        return false;
    }
    if (!db_exec_count(call->db, error, &changed,
                       "UPDATE note SET rev = rev + 1, updated_at = $1, text = $2"
                       " WHERE id = $3 AND account = $4 AND rev = $5",
                       db_time(call->now), db_text(input->text), db_uuid(&note->id),
                       db_uuid(&call->principal.account), db_int(note->rev)))
        return false;
    if (!changed)
        return problem_set(error, PROBLEM_PRECONDITION_FAILED, "The note was changed just now");
    note->rev++;
    note->updated_at = call->now;
    g_free(note->text);
    note->text = g_strdup(input->text);
    change_note(call, &call->principal.account, OBJECT_NOTE, &note->id, false);
    return reply_note(call, note, 200);
}

static bool put(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    g_auto(Note) note = { 0 };
    bool found = false;
    if (!referral_load(call->db, &call->principal.account, &call->id, &referral, error) ||
        !referral_may(&referral, EVENT_NOTE, call->now, error) || !load(call, &note, &found, error))
        return false;
    return found ? update(call, &note, call->body, error) : create(call, call->body, error);
}

const Route note_routes[] = {
    { .method = "GET",
      .path = "/v1/referrals/{id}/notes",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &note_fields,
      .handler = list,
      .query = "limit cursor",
      .summary = "My side's notes on a referral, oldest first" },
    { .method = "GET",
      .path = "/v1/referrals/{id}/notes/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &note_fields,
      .handler = read_one,
      .summary = "One note of my side" },
    { .method = "PUT",
      .path = "/v1/referrals/{id}/notes/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &note_fields,
      .reply = &note_fields,
      .handler = put,
      .summary = "Write a note, private to my side; with If-Match, change it" },
    { 0 },
};
