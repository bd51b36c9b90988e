/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/network.h"

#include "db/row.h"
#include "model/business_type.h"
#include "model/invitation.h"
#include "model/referral.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/mail.h"
#include "server/partners.h"
#include "server/profile_store.h"

/* ---- one side */

typedef struct Side {
    Uuid account;
    char *name, *business_type;
    bool exclusive, active;
} Side;

static void side_clear(Side *side)
{
    g_free(side->name);
    g_free(side->business_type);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

static void side_read(const DbRows *rows, Side *side)
{
    *side = (Side){ .account = db_get_uuid(rows, 0),
                    .name = g_strdup(db_get_text(rows, 1)),
                    .business_type = g_strdup(db_get_text(rows, 2)),
                    .exclusive = db_get_int(rows, 3) != 0,
                    .active = db_get_int(rows, 4) == ACCOUNT_ACTIVE };
}

static bool side_load(Db *db, const Uuid *account, Side *side, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT id, name, business_type, profile_exclusive, state FROM account WHERE id = $1",
        db_uuid(account));
    if (!rows)
        return false;
    if (db_next(rows, error))
        side_read(rows, side);
    else if (!db_rows_ok(rows))
        return false;
    return side->active || problem_set(error, PROBLEM_NOT_FOUND, "There is no such account");
}

static const char count_sql[] =
    "SELECT COUNT(*) + (SELECT COUNT(*) FROM connection WHERE account_b = $1 AND state = $2)"
    " FROM connection WHERE account_a = $1 AND state = $2";

bool network_count(Db *db, const Uuid *account, gint64 *n, GError **error)
{
    return db_get_one_int(db, error, n, count_sql, db_uuid(account), db_int(CONNECTION_CONNECTED));
}

#define PARTNER_COLUMNS "a.id, a.name, a.business_type, a.profile_exclusive, a.state"
static const char partners_sql[] =
    "SELECT " PARTNER_COLUMNS " FROM connection c CROSS JOIN account a"
    " WHERE c.account_a = $1 AND c.state = $2 AND a.id = c.account_b"
    " UNION ALL SELECT " PARTNER_COLUMNS " FROM connection c CROSS JOIN account a"
    " WHERE c.account_b = $1 AND c.state = $2 AND a.id = c.account_a";

const char *network_hot_sql(int i)
{
    static const char *const all[] = { count_sql, partners_sql, NULL };
    return all[i];
}

static void side_free(gpointer side)
{
    side_clear(side);
    g_free(side);
}

static GPtrArray *partners_of(Db *db, const Uuid *account, GError **error)
{
    g_autoptr(GPtrArray) sides = g_ptr_array_new_with_free_func(side_free);
    g_autoptr(DbRows)
        rows = db_query(db, error, partners_sql, db_uuid(account), db_int(CONNECTION_CONNECTED));
    while (rows && db_next(rows, error)) {
        Side *side = g_new0(Side, 1);
        side_read(rows, side);
        g_ptr_array_add(sides, side);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&sides) : NULL;
}

/* ---- the guards */

static bool check_room(Call *call, const Side *me, const Side *other, GError **error)
{
    gint64 mine = 0, theirs = 0;
    if (!network_count(call->db, &me->account, &mine, error) ||
        !network_count(call->db, &other->account, &theirs, error))
        return false;
    if (mine >= PARTNERS_MAX)
        return problem_set(error, PROBLEM_PARTNER_LIMIT,
                           "You have %d partners, which is the most that anybody can have",
                           PARTNERS_MAX);
    if (theirs >= PARTNERS_MAX)
        return problem_set(error, PROBLEM_PARTNER_LIMIT,
                           "%s has %d partners, which is the most that anybody can have",
                           other->name, PARTNERS_MAX);
    return true;
}

static const Side *competitor(const GPtrArray *partners, const Side *newcomer)
{
    for (guint i = 0; i < partners->len; i++) {
        const Side *partner = partners->pdata[i];
        if (!uuid_equal(&partner->account, &newcomer->account) &&
            business_type_competes(partner->business_type, newcomer->business_type))
            return partner;
    }
    return NULL;
}

static bool check_exclusive(Call *call, const Side *me, const Side *other, GError **error)
{
    if (!me->exclusive && !other->exclusive)
        return true;
    g_autoptr(GPtrArray) mine = partners_of(call->db, &me->account, error);
    g_autoptr(GPtrArray) theirs = mine ? partners_of(call->db, &other->account, error) : NULL;
    if (!theirs)
        return false;
    const Side *one = competitor(mine, other);
    if (one)
        return problem_set(error, PROBLEM_EXCLUSIVE,
                           "%s is your partner for the business \"%s\" already, and %s one "
                           "partner for a business type",
                           one->name, business_type_label(one->business_type),
                           me->exclusive ? "you keep" : "the other side wants");
    one = competitor(theirs, me);
    if (one)
        return problem_set(error, PROBLEM_EXCLUSIVE,
                           "%s has a partner for the business \"%s\" already, and %s one partner "
                           "for a business type",
                           other->name, business_type_label(one->business_type),
                           other->exclusive ? "keeps" : "you want");
    return true;
}

bool network_may_be_exclusive(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(GPtrArray) partners = partners_of(call->db, account, error);
    if (!partners)
        return false;
    for (guint i = 0; i < partners->len; i++) {
        const Side *one = partners->pdata[i], *other = competitor(partners, one);
        if (other)
            return problem_set(error, PROBLEM_EXCLUSIVE,
                               "%s and %s are both your partners for the business \"%s\": an "
                               "exclusive network has one",
                               one->name, other->name, business_type_label(one->business_type));
    }
    return true;
}

/* Both are locked: of two partners who take up the same business at once one is refused. */
static bool may_do_beside(Call *call, const Side *me, const Side *partner, GError **error)
{
    if (!accounts_lock(call->db, &me->account, &partner->account, error))
        return false;
    g_autoptr(GPtrArray) theirs = partners_of(call->db, &partner->account, error);
    if (!theirs)
        return false;
    return !competitor(theirs, me) ||
           problem_set(error, PROBLEM_EXCLUSIVE,
                       "%s has a partner for the business \"%s\" already, and %s one partner for a "
                       "business type",
                       partner->name, business_type_label(me->business_type),
                       partner->exclusive ? "keeps" : "you want");
}

bool network_may_do(Call *call, const Account *account, GError **error)
{
    const Side me = { .account = account->id,
                      .business_type = account->business_type,
                      .exclusive = account->profile.exclusive };
    g_autoptr(GPtrArray) partners = partners_of(call->db, &me.account, error);
    if (!partners)
        return false;
    for (guint i = 0; i < partners->len; i++) {
        const Side *partner = partners->pdata[i];
        if ((me.exclusive || partner->exclusive) && !may_do_beside(call, &me, partner, error))
            return false;
    }
    return true;
}

/* ---- the pair */

static const Uuid *smaller(const Uuid *a, const Uuid *b)
{
    return uuid_compare(a, b) < 0 ? a : b;
}

static bool pair_connect(Call *call, const Uuid *a, const Uuid *b, GError **error)
{
    const Uuid *first = smaller(a, b);
    if (!db_exec(call->db, error,
                 "INSERT INTO connection (account_a, account_b, state, rev, since) VALUES ($1, $2,"
                 " $3, 1, $4) ON CONFLICT (account_a, account_b) DO UPDATE SET state = "
                 "excluded.state, rev = connection.rev + 1, since = excluded.since",
                 db_uuid(first), db_uuid(first == a ? b : a), db_int(CONNECTION_CONNECTED),
                 db_int(call->now)))
        return false;
    change_note(call, a, OBJECT_PARTNER, b, false);
    change_note(call, b, OBJECT_PARTNER, a, false);
    return true;
}

bool network_connect(Call *call, const Uuid *me, const Uuid *other, GError **error)
{
    g_auto(Side) mine = { 0 }, theirs = { 0 };
    bool already = false;
    if (!accounts_lock(call->db, me, other, error) || !side_load(call->db, me, &mine, error) ||
        !side_load(call->db, other, &theirs, error) ||
        !partners_are(call->db, me, other, &already, error))
        return false;
    return already ||
           (check_room(call, &mine, &theirs, error) &&
            check_exclusive(call, &mine, &theirs, error) && pair_connect(call, me, other, error) &&
            audit_put_of(call, me, "partner.connect", other, error));
}

/* ---- DELETE /v1/partners/{account} */

static bool drop(Call *call, GError **error)
{
    const Uuid *me = &call->principal.account, *other = &call->id;
    const Uuid *first = smaller(me, other);
    gint64 n = 0;
    if (!accounts_lock(call->db, me, other, error) ||
        !db_exec_count(call->db, error, &n,
                       "UPDATE connection SET state = $3, rev = rev + 1 WHERE account_a = $1"
                       " AND account_b = $2 AND state = $4",
                       db_uuid(first), db_uuid(first == me ? other : me), db_int(CONNECTION_ENDED),
                       db_int(CONNECTION_CONNECTED)))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_NOT_FOUND, "There is no such partner");
    change_note(call, me, OBJECT_PARTNER, other, true);
    change_note_silent(call, other, OBJECT_PARTNER, me, true);
    call->reply.status = 204;
    return audit_put(call, "partner.drop", other, error);
}

/* ---- POST /v1/partners/{account}/encourage (R25) */

#define ENCOURAGE_PAUSE MS_PER_DAY

static bool may_encourage(Call *call, GError **error)
{
    bool partners = false;
    gint64 last = 0;
    if (!accounts_lock(call->db, &call->principal.account, NULL, error) ||
        !partners_may_refer(call->db, &call->principal.account, &call->id, &partners, error) ||
        !db_get_one_int(call->db, error, &last,
                        "SELECT COALESCE(MAX(at), 0) FROM encouragement WHERE from_account = $1"
                        " AND to_account = $2",
                        db_uuid(&call->principal.account), db_uuid(&call->id)))
        return false;
    if (!partners)
        return problem_set(error, PROBLEM_NOT_PARTNERS, "Only partners can be encouraged");
    return last == 0 || call->now >= last + ENCOURAGE_PAUSE ||
           problem_set(error, PROBLEM_TOO_SOON,
                       "You wrote to this partner within the last 24 hours: give them time");
}

static bool mail_encouragement(Call *call, GError **error)
{
    const Encouragement *input = call->body;
    char from[UUID_TEXT_SIZE], to[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("%s/%s/%" G_GINT64_FORMAT,
                                           uuid_format(&call->principal.account, from),
                                           uuid_format(&call->id, to), call->now);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT name, company_name FROM account WHERE id = $1",
                        db_uuid(&call->principal.account));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    MailValue values[] = { { "from", db_get_text(rows, 0) },
                           { "company", db_get_text(rows, 1) },
                           { "message", input->message },
                           { 0 } };
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = MAIL_ENCOURAGEMENT, .key = key, .account = &call->id, .values = values },
        error);
}

static bool encourage(Call *call, GError **error)
{
    if (!may_encourage(call, error) ||
        !db_exec(call->db, error,
                 "INSERT INTO encouragement (from_account, to_account, at) VALUES ($1, $2, $3)"
                 " ON CONFLICT (from_account, to_account) DO UPDATE SET at = excluded.at",
                 db_uuid(&call->principal.account), db_uuid(&call->id), db_int(call->now)))
        return false;
    call->reply.status = 204;
    return mail_encouragement(call, error) &&
           audit_put(call, "partner.encourage", &call->id, error);
}

const Route network_routes[] = {
    { "DELETE", "/v1/partners/{account}", ACCESS_USER, LANE_WRITE, 0, .handler = drop,
      .summary = "No longer partners, both ways; nobody is told" },
    { "POST", "/v1/partners/{account}/encourage", ACCESS_USER, LANE_WRITE, 0, &encouragement_fields,
      .handler = encourage, .summary = "A word to a partner by mail, once in 24 hours at most" },
    { 0 },
};
