/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache.h"

#include <string.h>

#include "base/text.h"
#include "client/cache_private.h"
#include "client/label.h"
#include "client/schema.h"
#include "db/row.h"

static Db *connect_to_read(const char *path, GError **error)
{
    g_autoptr(Db) db = cache_connect(path, false, error);
    gint64 version = 0, newest = 0;
    if (!db || !db_version(db, &version, error))
        return NULL;
    for (const EmbeddedText *file = schema_cache; file->name; file++)
        newest = g_ascii_strtoll(file->name, NULL, 10);
    if (version == newest)
        return g_steal_pointer(&db);
    problem_set(error, version > newest ? PROBLEM_DATABASE_NEWER : PROBLEM_NOT_FOUND,
                "%s is of another version of this program", path);
    return NULL;
}

bool cache_reopen(Cache *cache, const char *path, GError **error)
{
    Db *db = connect_to_read(path, error);
    if (!db)
        return false;
    db_close(cache->db);
    cache->db = db;
    cache->parties_version = 0;
    return true;
}

gint64 cache_work(const Cache *cache)
{
    return db_work(cache->db);
}

bool cache_is_damaged(const Cache *cache)
{
    return db_is_damaged(cache->db);
}

Cache *cache_open(const char *path, GError **error)
{
    Db *db = connect_to_read(path, error);
    if (!db)
        return NULL;
    Cache *cache = g_new0(Cache, 1);
    cache->db = db;
    cache->few = CACHE_FEW;
    cache->select_referral = db_intern("SELECT %s FROM referral WHERE id = $1",
                                       row_columns(&referral_fields, NULL));
    cache->select_server = db_intern(
        "SELECT %s FROM referral_base WHERE id = $1 UNION ALL SELECT %s FROM referral WHERE "
        "id = $1 AND local = 0 LIMIT 1",
        row_columns(&referral_fields, NULL), row_columns(&referral_fields, NULL));
    cache->select_notes = db_intern(
        "SELECT %s FROM note WHERE referral = $1 ORDER BY created_at, id",
        row_columns(&note_fields, NULL));
    cache->select_server_note = db_intern(
        "SELECT %s FROM note_base WHERE id = $1 UNION ALL SELECT %s FROM note WHERE id = $1 AND "
        "local = 0 LIMIT 1",
        row_columns(&note_fields, NULL), row_columns(&note_fields, NULL));
    cache->select_partners = db_intern("SELECT %s FROM partner ORDER BY name",
                                       row_columns(&partner_fields, NULL));
    cache->select_partner = db_intern(
        "SELECT %s FROM partner WHERE account = $1 UNION ALL SELECT %s FROM member m WHERE"
        " m.account = $1 AND m.account NOT IN (SELECT id FROM account) LIMIT 1",
        row_columns(&partner_fields, NULL), row_columns(&partner_fields, "m"));
    cache->select_members = db_intern(
        "SELECT %s, g.name, m.unreferrable_until FROM member m LEFT JOIN leads_group g ON g.scope "
        "= m.scope AND g.id ="
        " m.scope WHERE m.account NOT IN (SELECT id FROM account) ORDER BY m.name_key, m.account",
        row_columns(&partner_fields, "m"));
    cache->select_invitations = db_intern("SELECT %s FROM invitation WHERE $1 = 0 OR direction = $1"
                                          " ORDER BY state > 1, created_at DESC, id DESC LIMIT $2",
                                          row_columns(&invitation_fields, NULL));
    cache->select_invitation = db_intern("SELECT %s FROM invitation WHERE id = $1",
                                         row_columns(&invitation_fields, NULL));
    cache->select_account = db_intern("SELECT %s FROM account", row_columns(&account_fields, NULL));
    return cache;
}

void cache_close(Cache *cache)
{
    if (!cache)
        return;
    db_close(cache->db);
    if (cache->parties)
        g_array_unref(cache->parties);
    g_free(cache);
}

/* ---- counters */

bool cache_counts(Cache *cache, LeadCounts *counts, GError **error)
{
    *counts = (LeadCounts){ 0 };
    g_autoptr(DbRows)
        rows = db_query(cache->db, error, "SELECT box, state, waiting, n FROM counter");
    while (rows && db_next(rows, error)) {
        gint64 n = db_get_int(rows, 3);
        bool inbox = db_get_int(rows, 0) == BOX_INBOX, waiting = db_get_int(rows, 2);
        if (inbox) {
            counts->inbox += n;
            counts->inbox_waiting += waiting ? n : 0;
            counts->inbox_new += db_get_int(rows, 1) == REFERRAL_SENT ? n : 0;
        } else {
            counts->sent += n;
            counts->sent_waiting += waiting ? n : 0;
        }
    }
    return rows && db_rows_ok(rows);
}

static void add_side(GiveTake *sum, const DbRows *rows)
{
    bool gave = db_get_int(rows, 0) == BOX_SENT;
    *(gave ? &sum->gave : &sum->took) += db_get_int(rows, 1);
    *(gave ? &sum->gave_confirmed : &sum->took_confirmed) += db_get_int(rows, 2);
    *(gave ? &sum->gave_rejected : &sum->took_rejected) += db_get_int(rows, 3);
}

/* Whole spans from their counters, the beginning of the first one from the index: as many steps for many leads as for few. What
 * counts as give_take_add() has it. */
bool cache_give_take(Cache *cache, const Uuid *account, gint64 since, GiveTake *out, GError **error)
{
    *out = (GiveTake){ 0 };
    since = MAX(since, 0);
    gint64 span = (since + ORDER_SPAN - 1) / ORDER_SPAN;
    g_autoptr(DbRows) rows = db_query(
        cache->db, error,
        "SELECT box, count(*), sum(verdict = 1), sum(verdict = 2) FROM referral INDEXED BY "
        "referral_party WHERE party = $1 AND n >= $2 AND n < $3 AND state <> 8 GROUP BY box UNION "
        "ALL SELECT box, sum(undecided + leads + not_leads), sum(leads), sum(not_leads) FROM "
        "party_counter WHERE party = $1 AND box IN (1, 2) AND span >= $4 GROUP BY box",
        db_uuid(account), db_int(order_of_time(since)), db_int(order_of_time(span * ORDER_SPAN)),
        db_int(span));
    while (rows && db_next(rows, error))
        add_side(out, rows);
    return rows && db_rows_ok(rows);
}

/* ---- the same contact once more */

/* The digits that two spellings of a number share: "+44 113 ..." and "0113 ...". */
#define SAME_DIGITS 8

static bool same_phone(const char *a, const char *b)
{
    g_autofree char *x = phone_key(a), *y = phone_key(b);
    size_t n = strlen(x), m = strlen(y);
    if (n < SAME_DIGITS || m < SAME_DIGITS)
        return n > 0 && strcmp(x, y) == 0;
    return strcmp(x + n - SAME_DIGITS, y + m - SAME_DIGITS) == 0;
}

static bool same_contact(DbRows *rows, const Contact *contact)
{
    g_autofree char *mail = email_fold(contact->email);
    g_autofree char *other = email_fold(db_get_text(rows, 3));
    const char *mine[] = { contact->phone_1, contact->phone_2 };
    for (int i = 0; i < 2; i++)
        for (int j = 1; j <= 2; j++)
            if (same_phone(mine[i], db_get_text(rows, j)))
                return true;
    return *mail && strcmp(mail, other) == 0;
}

bool cache_twin(Cache *cache, const NewReferral *input, gint64 since, Uuid *lead, GError **error)
{
    const Referral like = { .box = BOX_SENT,
                            .to.account = input->to.account,
                            .to.name = input->to.outside.name,
                            .to_email = input->to.outside.email }; /* borrowed */
    Uuid party = lead_party_id(&like);
    bool found = false;
    g_autoptr(DbRows)
        rows = db_query(cache->db, error,
                        "SELECT id, lead_contact_phone_1, lead_contact_phone_2, lead_contact_email "
                        "FROM referral INDEXED BY referral_party WHERE party = $1 AND n >= $2 AND "
                        "box = $3 AND state <> $4 ORDER BY n DESC",
                        db_uuid(&party), db_int(order_of_time(since)), db_int(BOX_SENT),
                        db_int(REFERRAL_WITHDRAWN));
    while (!found && rows && db_next(rows, error)) {
        found = same_contact(rows, &input->contact);
        if (found)
            *lead = db_get_uuid(rows, 0);
    }
    return found;
}

/* ---- single objects */

bool cache_read_one(DbRows *from, const FieldTable *table, void *out, GError **error)
{
    g_autoptr(DbRows) rows = from;
    if (!rows || !db_next(rows, error)) {
        if (rows && db_rows_ok(rows))
            problem_set(error, PROBLEM_NOT_FOUND, "there is no such %s here", table->name);
        return false;
    }
    row_read(rows, 0, table, out, ROW_COPY);
    return true;
}

bool cache_referral(Cache *cache, const Uuid *id, Referral *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_referral, db_uuid(id)),
                          &referral_fields, out, error);
}

bool cache_server_referral(Cache *cache, const Uuid *id, Referral *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_server, db_uuid(id)),
                          &referral_fields, out, error);
}

bool cache_server_note(Cache *cache, const Uuid *note, Note *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_server_note, db_uuid(note)),
                          &note_fields, out, error);
}

bool cache_partner(Cache *cache, const Uuid *account, Partner *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_partner, db_uuid(account)),
                          &partner_fields, out, error);
}

GPtrArray *cache_read_all(DbRows *from, const FieldTable *table, GDestroyNotify free,
                          GError **error)
{
    g_autoptr(DbRows) rows = from;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free);
    while (rows && db_next(rows, error)) {
        void *object = g_malloc0(table->size);
        row_read(rows, 0, table, object, ROW_COPY);
        g_ptr_array_add(all, object);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&all) : NULL;
}

GArray *cache_read_ids(DbRows *from, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = from;
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

GArray *cache_arrivals(Cache *cache, GError **error)
{
    return cache_read_ids(
        db_query(cache->db, error,
                 "SELECT a.id FROM arrival a CROSS JOIN referral r ON r.id = a.id WHERE "
                 "r.box = 1 AND r.state = 1 ORDER BY r.n"),
        error);
}

GArray *cache_invited(Cache *cache, GError **error)
{
    return cache_read_ids(
        db_query(cache->db, error,
                 "SELECT a.id FROM arrival a CROSS JOIN invitation i ON i.id = a.id WHERE "
                 "i.direction = 1 AND i.state = 1 ORDER BY i.created_at, i.id"),
        error);
}

bool cache_account(Cache *cache, Account *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_account), &account_fields, out,
                          error);
}

bool cache_check(Cache *cache, GError **error)
{
    return db_is_sound(cache->db, error);
}

gint64 cache_synced_at(Cache *cache)
{
    gint64 at = 0;
    if (!db_get_one_int(cache->db, NULL, &at,
                        "SELECT coalesce(min(synced_at), 0) FROM feed WHERE complete = 1"))
        return 0;
    return at;
}

static void note_free(gpointer note)
{
    fields_clear(&note_fields, note);
    g_free(note);
}

GPtrArray *cache_notes(Cache *cache, const Uuid *referral, GError **error)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(note_free);
    g_autoptr(DbRows) rows = db_query(cache->db, error, cache->select_notes, db_uuid(referral));
    while (rows && db_next(rows, error)) {
        Note *note = g_new0(Note, 1);
        row_read(rows, 0, &note_fields, note, ROW_COPY);
        g_ptr_array_add(notes, note);
    }
    if (!rows || !db_rows_ok(rows))
        return NULL;
    return g_steal_pointer(&notes);
}

static void invitation_free(gpointer invitation)
{
    fields_clear(&invitation_fields, invitation);
    g_free(invitation);
}

GPtrArray *cache_invitations(Cache *cache, InvitationDirection direction, unsigned limit,
                             GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(invitation_free);
    g_autoptr(DbRows) rows = db_query(cache->db, error, cache->select_invitations,
                                      db_int(direction), db_int(limit));
    while (rows && db_next(rows, error)) {
        Invitation *invitation = g_new0(Invitation, 1);
        row_read(rows, 0, &invitation_fields, invitation, ROW_COPY);
        g_ptr_array_add(list, invitation);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&list) : NULL;
}

bool cache_invitation(Cache *cache, const Uuid *id, Invitation *out, GError **error)
{
    return cache_read_one(db_query(cache->db, error, cache->select_invitation, db_uuid(id)),
                          &invitation_fields, out, error);
}

bool cache_invitations_waiting(Cache *cache, gint64 now, gint64 *n, GError **error)
{
    return db_get_one_int(cache->db, error, n,
                          "SELECT count(*) FROM invitation WHERE state = 1 AND direction = $1"
                          " AND expires_at > $2",
                          db_int(DIRECTION_RECEIVED), db_int(now));
}

/* ---- short ids */

#define CANDIDATES 6 /* named at most; one more is asked for, to know whether there are more */

typedef struct Found {
    Uuid ids[2 * (CANDIDATES + 1)];
    unsigned n;
} Found;

static bool found_has(const Found *found, const Uuid *id)
{
    for (unsigned i = 0; i < found->n; i++)
        if (uuid_equal(&found->ids[i], id))
            return true;
    return false;
}

static bool found_add(DbRows *from, Found *found, GError **error)
{
    g_autoptr(DbRows) rows = from;
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        if (!found_has(found, &id))
            found->ids[found->n++] = id;
    }
    return rows && db_rows_ok(rows);
}

/* "0192ab" -> the range of ids that start so. */
static bool hex_range(const char *text, Uuid *low, Uuid *high)
{
    memset(low, 0, sizeof *low);
    memset(high, 0xff, sizeof *high);
    int digits = 0;
    for (; *text; text++) {
        if (*text == '-')
            continue;
        int value = g_ascii_xdigit_value(*text);
        if (value < 0 || digits == 32)
            return false;
        guint8 *l = &low->bytes[digits / 2], *h = &high->bytes[digits / 2];
        *l |= (guint8)(digits % 2 ? value : value << 4);
        *h = digits % 2 ? *l : (guint8)(value << 4 | 0x0f);
        digits++;
    }
    return digits >= 4;
}

static bool several(const Found *found, const char *shown, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < MIN(found->n, CANDIDATES); i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", uuid_format(&found->ids[i], id));
    return problem_set(error, PROBLEM_BAD_INPUT, "several leads are called %s: %s%s", shown,
                       names->str, found->n > CANDIDATES ? ", ..." : "");
}

bool cache_resolve(Cache *cache, const char *prefix, Uuid *out, GError **error)
{
    Found found = { 0 };
    gint64 label = 0;
    Uuid low, high;
    if (lead_label_parse(prefix, &label) &&
        !found_add(db_query(cache->db, error, "SELECT id FROM referral WHERE label = $1 LIMIT 7",
                            db_int(label)),
                   &found, error))
        return false;
    if (hex_range(prefix, &low, &high) &&
        !found_add(db_query(cache->db, error,
                            "SELECT id FROM referral WHERE id >= $1 AND id <= $2 LIMIT 7",
                            db_bytes(low.bytes, sizeof low.bytes),
                            db_bytes(high.bytes, sizeof high.bytes)),
                   &found, error))
        return false;
    g_autofree char *shown = text_clean(prefix, -1, TEXT_LINE);
    if (found.n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "there is no lead %s here", shown);
    if (found.n > 1)
        return several(&found, shown, error);
    *out = found.ids[0];
    return true;
}
