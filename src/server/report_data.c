/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/report_data.h"

#include "server/partners.h"

/*
 * Everything is counted by counterpart, in the order of an index that has all columns that are asked for (referral_pair,
 * referral_given): nothing is sorted, and no row of the table is read. "+sent_at" keeps SQLite from another order.
 * $1: whose; $2 to $3: the period; $4: one counterpart, NULL all.
 */
typedef struct Side {
    ReferralBox box;
    const char *pairs, *month, *verdicts, *reasons, *steps[2];
} Side;

#define PERIOD " AND +sent_at >= $2 AND +sent_at <= $3"
#define ONLY(other) " AND (" other " = $4 OR $4 IS NULL)"
#define STEP(me, other, column)                                                                    \
    "SELECT " other ", (" column " - sent_at) / 60000, COUNT(*) FROM referral WHERE " me           \
    " = $1 AND " other " IS NOT NULL AND " column " IS NOT NULL" PERIOD                            \
    ONLY(other) " GROUP BY " other ", (" column " - sent_at) / 60000"
#define SIDE(which, me, other)                                                                     \
    {                                                                                              \
        .box = (which),                                                                            \
        .pairs = "SELECT " other ", COUNT(*) FILTER (WHERE state <> 8),"                           \
                 " COUNT(*) FILTER (WHERE verdict = 1), COUNT(*) FILTER (WHERE verdict = 2),"      \
                 " MAX(CASE WHEN state <> 8 THEN sent_at END) FROM referral WHERE " me             \
                 " = $1 AND " other " IS NOT NULL" PERIOD                                          \
                 ONLY(other) " GROUP BY " other,                                                   \
        .month = "SELECT COUNT(*) FROM referral WHERE " me " = $1 AND " other                      \
                 " = $2 AND sent_at >= $3 AND sent_at <= $4 AND state <> 8",                       \
        .verdicts = "SELECT " other ", COUNT(*) FROM referral WHERE " me " = $1 AND " other        \
                    " IS NOT NULL AND verdict = 1" PERIOD                                          \
                    ONLY(other) " GROUP BY " other,                                                \
        .reasons = "SELECT " other ", reason_code, COUNT(*) FROM referral WHERE " me               \
                   " = $1 AND " other " IS NOT NULL AND verdict = 2 AND sent_at >= $2"             \
                   " AND sent_at <= $3" ONLY(other) " GROUP BY " other ", reason_code",            \
        .steps = { STEP(me, other, "picked_up_at"), STEP(me, other, "confirmed_at") },             \
    }

static const Side sides[] = {
    SIDE(BOX_SENT, "from_account", "to_account"),
    SIDE(BOX_INBOX, "to_account", "from_account"),
};

static DbRows *ask_side(Db *db, const ReportAsk *ask, const ReportPeriod *period, const char *sql,
                        GError **error)
{
    return db_query(db, error, sql, db_uuid(&ask->account), db_int(period->from),
                    db_int(period->to), db_uuid(&ask->partner));
}

static Whom read_whom(const DbRows *rows)
{
    return (Whom){ .account = db_get_uuid(rows, 0) };
}

/* ---- give and take */

static bool count_pairs(Db *db, const ReportAsk *ask, const Side *side, Report *report,
                        GError **error)
{
    g_autoptr(DbRows) rows = ask_side(db, ask, &report->period, side->pairs, error);
    while (rows && db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_add(report, &whom, side->box, db_get_int(rows, 1), db_get_int(rows, 2),
                   db_get_int(rows, 3), db_get_int(rows, 4));
    }
    return rows && db_rows_ok(rows);
}

/* The months of one counterpart: ranges of the index. */
static bool count_months(Db *db, const ReportAsk *ask, const Side *side, const Uuid *other,
                         Report *report, GError **error)
{
    const GArray *months = report->period.months;
    for (guint i = 0; i < months->len; i++) {
        bool last = i + 1 == months->len;
        gint64 from = g_array_index(months, gint64, i), n = 0;
        gint64 to = last ? report->period.to : g_array_index(months, gint64, i + 1) - 1;
        if (!db_get_one_int(db, error, &n, side->month, db_uuid(&ask->account), db_uuid(other),
                            db_int(from), db_int(to)))
            return false;
        report_add_month(report, &(Whom){ .account = *other }, side->box, i, n);
    }
    return true;
}

static gint64 passed(const GiveTakeRow *row, ReferralBox box)
{
    return box == BOX_SENT ? row->sum.gave : row->sum.took;
}

static bool count_give_take(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    for (size_t s = 0; s < G_N_ELEMENTS(sides); s++)
        if (!count_pairs(db, ask, &sides[s], report, error))
            return false;
    for (guint i = 0; i < report->rows->len; i++) {
        const GiveTakeRow *row = report->rows->pdata[i];
        Uuid other = row->party.account;
        for (size_t s = 0; s < G_N_ELEMENTS(sides); s++)
            if (passed(row, sides[s].box) &&
                !count_months(db, ask, &sides[s], &other, report, error))
                return false;
    }
    return true;
}

/* ---- reasons, speed */

static bool count_reasons(Db *db, const ReportAsk *ask, const Side *side, Report *report,
                          GError **error)
{
    g_autoptr(DbRows) leads = ask_side(db, ask, &report->period, side->verdicts, error);
    while (leads && db_next(leads, error)) {
        Whom whom = read_whom(leads);
        report_reason(report, &whom, side->box, VERDICT_LEAD, 0, db_get_int(leads, 1));
    }
    if (!leads || !db_rows_ok(leads))
        return false;
    g_autoptr(DbRows) rows = ask_side(db, ask, &report->period, side->reasons, error);
    while (rows && db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_reason(report, &whom, side->box, VERDICT_NOT_A_LEAD,
                      (ReferralReason)db_get_int(rows, 1), db_get_int(rows, 2));
    }
    return rows && db_rows_ok(rows);
}

/* By whole minutes, so that as many rows come as there are different ones. */
static bool count_step(Db *db, const ReportAsk *ask, const Side *side, SpeedStep step,
                       Report *report, GError **error)
{
    g_autoptr(DbRows) rows = ask_side(db, ask, &report->period, side->steps[step], error);
    while (rows && db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_speed(report, &whom, side->box, step, db_get_int(rows, 1), db_get_int(rows, 2));
    }
    return rows && db_rows_ok(rows);
}

/* ---- those outside, who are few: each lead is read (R116) */

typedef struct Sent {
    ReferralState state;
    ReferralVerdict verdict;
    ReferralReason reason;
    gint64 sent_at, picked_up_at, confirmed_at;
} Sent;

static void count_outside(Report *report, const Whom *whom, const Sent *sent)
{
    switch (report->type->kind) {
    case REPORT_GIVE_TAKE:
        report_count(report, whom, BOX_SENT, sent->state, sent->verdict, sent->sent_at, 1);
        break;
    case REPORT_REASONS:
        if (sent->verdict)
            report_reason(report, whom, BOX_SENT, sent->verdict, sent->reason, 1);
        break;
    case REPORT_SPEED:
        if (sent->picked_up_at)
            report_speed(report, whom, BOX_SENT, SPEED_PICK_UP,
                         (sent->picked_up_at - sent->sent_at) / MS_PER_MINUTE, 1);
        if (sent->confirmed_at)
            report_speed(report, whom, BOX_SENT, SPEED_VERDICT,
                         (sent->confirmed_at - sent->sent_at) / MS_PER_MINUTE, 1);
        break;
    default:
        g_assert_not_reached(); /* of a group: group_report_data.h */
    }
}

static bool read_outside(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    if (!uuid_is_nil(&ask->partner))
        return true;
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT to_key, to_name, state, verdict, reason_code, sent_at, picked_up_at,"
        " confirmed_at FROM referral WHERE from_account = $1 AND to_account IS NULL"
        " AND sent_at >= $2 AND sent_at <= $3 ORDER BY sent_at",
        db_uuid(&ask->account), db_int(report->period.from), db_int(report->period.to));
    while (rows && db_next(rows, error)) {
        Whom whom = { .outside = db_get_text(rows, 0), .name = db_get_text(rows, 1) };
        Sent sent = { (ReferralState)db_get_int(rows, 2),
                      (ReferralVerdict)db_get_int(rows, 3),
                      (ReferralReason)db_get_int(rows, 4),
                      db_get_int(rows, 5),
                      db_get_int(rows, 6),
                      db_get_int(rows, 7) };
        count_outside(report, &whom, &sent);
    }
    return rows && db_rows_ok(rows);
}

/* ---- who they are */

#define PARTNER_BRANCH(me, other)                                                                  \
    "SELECT c." other " AS account, a.name, a.company_name FROM connection c"                      \
    " CROSS JOIN account a WHERE c." me " = $1 AND c.state = $2 AND a.id = c." other               \
    " AND (c." other " = $3 OR $3 IS NULL)"

/* Uuid * -> Party *, those that are partners now, of either kind. */
static GHashTable *read_partners(Db *db, const ReportAsk *ask, GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, g_free);
    g_autoptr(DbRows) rows = db_query(
        db, error,
        PARTNER_BRANCH("account_a", "account_b") " UNION " PARTNER_BRANCH(
            "account_b",
            "account_a") " UNION SELECT a.id, a.name, a.company_name FROM account a WHERE a.id IN"
                         " (SELECT go.account FROM " GROUP_PARTNERS(
                             "$1") ") AND (a.id = $3 OR $3 IS NULL)",
        db_uuid(&ask->account), db_int(CONNECTION_CONNECTED), db_uuid(&ask->partner));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Party *party = g_new0(Party, 1);
        party->account = db_get_uuid(rows, 0);
        party->name = g_strdup(db_get_text(rows, 1));
        party->company_name = g_strdup(db_get_text(rows, 2));
        g_hash_table_insert(found, &party->account, party);
    }
    return db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}

static void free_names(gpointer key, gpointer value, gpointer nothing)
{
    fields_clear(&party_fields, value);
}

#define ACCOUNTS_AT_ONCE 16

/* The names of accounts that are no partners (any more); added to `found`. */
static bool read_accounts(Db *db, const GPtrArray *ids, guint from, GHashTable *found,
                          GError **error)
{
    DbValue values[ACCOUNTS_AT_ONCE];
    for (guint i = 0; i < ACCOUNTS_AT_ONCE; i++)
        values[i] = from + i < ids->len ? db_uuid(ids->pdata[from + i]) : db_null();
    g_autoptr(DbRows) rows = db_query_values(
        db, error,
        "SELECT id, name, company_name FROM account WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8,"
        " $9, $10, $11, $12, $13, $14, $15, $16)",
        values, ACCOUNTS_AT_ONCE);
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Party *party = g_new0(Party, 1);
        party->account = db_get_uuid(rows, 0);
        party->name = g_strdup(db_get_text(rows, 1));
        party->company_name = g_strdup(db_get_text(rows, 2));
        g_hash_table_insert(found, &party->account, party);
    }
    return db_rows_ok(rows);
}

static bool read_others(Db *db, const Report *report, GHashTable *partners, GHashTable *found,
                        GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (guint i = 0; i < report->rows->len; i++) {
        RowParty whom = report_row_party(report, report->rows->pdata[i]);
        if (!uuid_is_nil(&whom.party->account) &&
            !g_hash_table_contains(partners, &whom.party->account))
            g_ptr_array_add(ids, &whom.party->account);
    }
    for (guint i = 0; i < ids->len; i += ACCOUNTS_AT_ONCE)
        if (!read_accounts(db, ids, i, found, error))
            return false;
    return true;
}

static void name_rows(const Report *report, GHashTable *partners, GHashTable *others)
{
    for (guint i = 0; i < report->rows->len; i++) {
        RowParty whom = report_row_party(report, report->rows->pdata[i]);
        const Party *party = g_hash_table_lookup(partners, &whom.party->account);
        if (party)
            *whom.standing = STANDING_PARTNER;
        else
            party = g_hash_table_lookup(others, &whom.party->account);
        if (party)
            fields_copy(&party_fields, whom.party, party);
    }
}

/* Every partner has a row of give and take, whether anything was passed or not. */
static void add_partners(Report *report, GHashTable *partners)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, partners);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        report_give_take_row(report, &(Whom){ .account = *(Uuid *)id });
}

static bool name_all(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    g_autoptr(GHashTable) partners = read_partners(db, ask, error);
    if (!partners)
        return false;
    g_autoptr(GHashTable) others = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, g_free);
    if (report->type->kind == REPORT_GIVE_TAKE)
        add_partners(report, partners);
    bool ok = read_others(db, report, partners, others, error);
    if (ok)
        name_rows(report, partners, others);
    g_hash_table_foreach(partners, free_names, NULL);
    g_hash_table_foreach(others, free_names, NULL);
    return ok;
}

static bool read_member(Db *db, const Uuid *account, Party *member, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error, "SELECT name, company_name FROM account WHERE id = $1", db_uuid(account));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "no such account") : false;
    member->account = *account;
    member->name = g_strdup(db_get_text(rows, 0));
    member->company_name = g_strdup(db_get_text(rows, 1));
    return true;
}

/* ---- all */

static bool count_side(Db *db, const ReportAsk *ask, const Side *side, Report *report,
                       GError **error)
{
    if (ask->kind == REPORT_REASONS)
        return count_reasons(db, ask, side, report, error);
    return count_step(db, ask, side, SPEED_PICK_UP, report, error) &&
           count_step(db, ask, side, SPEED_VERDICT, report, error);
}

static bool count_all(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    if (ask->kind == REPORT_GIVE_TAKE)
        return count_give_take(db, ask, report, error);
    for (size_t s = 0; s < G_N_ELEMENTS(sides); s++)
        if (!count_side(db, ask, &sides[s], report, error))
            return false;
    return true;
}

bool report_make(Db *db, const ReportAsk *ask, ReportPeriod *period, Report *report, GError **error)
{
    Party member = { 0 };
    report_init(report, ask->kind, period, ask->now);
    bool ok = count_all(db, ask, report, error) && read_outside(db, ask, report, error) &&
              name_all(db, ask, report, error) && read_member(db, &ask->account, &member, error);
    if (ok)
        report_finish(report, &member);
    fields_clear(&party_fields, &member);
    return ok;
}

static GiveTake *sum_of(GHashTable *sums, const Uuid *other)
{
    GiveTake *sum = g_hash_table_lookup(sums, other);
    if (sum)
        return sum;
    sum = g_new0(GiveTake, 1);
    g_hash_table_insert(sums, g_memdup2(other, sizeof *other), sum);
    return sum;
}

GHashTable *report_sums(Db *db, const Uuid *account, gint64 since, GError **error)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, g_free);
    const ReportAsk ask = { .account = *account };
    const ReportPeriod period = { .from = since, .to = G_MAXINT64 };
    for (size_t s = 0; s < G_N_ELEMENTS(sides); s++) {
        g_autoptr(DbRows) rows = ask_side(db, &ask, &period, sides[s].pairs, error);
        while (rows && db_next(rows, error)) {
            Uuid other = db_get_uuid(rows, 0);
            GiveTake *sum = sum_of(sums, &other);
            bool sent = sides[s].box == BOX_SENT;
            *(sent ? &sum->gave : &sum->took) = db_get_int(rows, 1);
            *(sent ? &sum->gave_confirmed : &sum->took_confirmed) = db_get_int(rows, 2);
            *(sent ? &sum->gave_rejected : &sum->took_rejected) = db_get_int(rows, 3);
        }
        if (!rows || !db_rows_ok(rows))
            return NULL;
    }
    return g_steal_pointer(&sums);
}
