/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/report_data.h"

#include "server/partners.h"

/* Both boxes of $1 between $2 and $3, with $4 or everybody; box $5 is the sent one, $6 the inbox. */
#define BRANCH(me, other, box, columns)                                                            \
    "SELECT " other " AS other, " box " AS box, " columns " FROM referral WHERE " me               \
    " = $1 AND sent_at >= $2 AND sent_at <= $3 AND (" other " = $4 OR $4 IS NULL)"
#define BOTH(columns)                                                                              \
    BRANCH("from_account", "to_account", "$5", columns)                                            \
    " UNION ALL " BRANCH("to_account", "from_account", "$6", columns)

static DbRows *ask_both(Db *db, const ReportAsk *ask, gint64 from, gint64 to, const char *sql,
                        GError **error)
{
    return db_query(db, error, sql, db_uuid(&ask->account), db_int(from), db_int(to),
                    db_uuid(&ask->partner), db_int(BOX_SENT), db_int(BOX_INBOX));
}

static Whom read_whom(const DbRows *rows)
{
    return (Whom){ .account = db_get_uuid(rows, 0) };
}

/* ---- the figures */

/* Those sent in [from, to], as of the month that `from` is in. */
static bool count_range(Db *db, const ReportAsk *ask, gint64 from, gint64 to, Report *report,
                        GError **error)
{
    g_autoptr(DbRows)
        rows = ask_both(db, ask, from, to,
                        "SELECT other, box, state, verdict, COUNT(*), MAX(sent_at) FROM (" BOTH(
                            "state, verdict, sent_at") ") seen GROUP BY other, box, state, verdict",
                        error);
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_count(report, &whom, (ReferralBox)db_get_int(rows, 1),
                     (ReferralState)db_get_int(rows, 2), (ReferralVerdict)db_get_int(rows, 3),
                     db_get_int(rows, 5), db_get_int(rows, 4));
    }
    return db_rows_ok(rows);
}

static bool count_months(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    const GArray *months = report->period.months;
    for (guint i = 0; i < months->len; i++) {
        bool last = i + 1 == months->len;
        gint64 from = g_array_index(months, gint64, i);
        gint64 to = last ? report->period.to : g_array_index(months, gint64, i + 1) - 1;
        if (!count_range(db, ask, from, to, report, error))
            return false;
    }
    return true;
}

static bool count_reasons(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    g_autoptr(DbRows)
        rows = ask_both(db, ask, report->period.from, report->period.to,
                        "SELECT other, box, verdict, reason_code, COUNT(*) FROM (" BOTH(
                            "verdict, reason_code") ") seen WHERE verdict IS NOT NULL"
                                                    " GROUP BY other, box, verdict, reason_code",
                        error);
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_reason(report, &whom, (ReferralBox)db_get_int(rows, 1),
                      (ReferralVerdict)db_get_int(rows, 2), (ReferralReason)db_get_int(rows, 3),
                      db_get_int(rows, 4));
    }
    return db_rows_ok(rows);
}

/* By whole minutes, so that as many rows come as there are different ones. */
static bool count_step(Db *db, const ReportAsk *ask, SpeedStep step, Report *report, GError **error)
{
    static const char *const sql[] = {
        [SPEED_PICK_UP] = "SELECT other, box, minutes, COUNT(*) FROM (" BOTH(
            "(picked_up_at - sent_at) / 60000 AS minutes") ") seen WHERE minutes IS NOT NULL"
                                                           " GROUP BY other, box, minutes",
        [SPEED_VERDICT] = "SELECT other, box, minutes, COUNT(*) FROM (" BOTH(
            "(confirmed_at - sent_at) / 60000 AS minutes") ") seen WHERE minutes IS NOT NULL"
                                                           " GROUP BY other, box, minutes",
    };
    g_autoptr(DbRows)
        rows = ask_both(db, ask, report->period.from, report->period.to, sql[step], error);
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Whom whom = read_whom(rows);
        report_speed(report, &whom, (ReferralBox)db_get_int(rows, 1), step, db_get_int(rows, 2),
                     db_get_int(rows, 3));
    }
    return db_rows_ok(rows);
}

/* ---- who they are */

#define PARTNER_BRANCH(me, other)                                                                  \
    "SELECT c." other " AS account, a.name, a.company_name FROM connection c"                      \
    " CROSS JOIN account a WHERE c." me " = $1 AND c.state = $2 AND a.id = c." other               \
    " AND (c." other " = $3 OR $3 IS NULL)"

/* Uuid * -> Party *, those that are partners now. */
static GHashTable *read_partners(Db *db, const ReportAsk *ask, GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, g_free);
    g_autoptr(DbRows) rows = db_query(
        db, error,
        PARTNER_BRANCH("account_a", "account_b") " UNION ALL " PARTNER_BRANCH("account_b",
                                                                              "account_a"),
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

static bool count_all(Db *db, const ReportAsk *ask, Report *report, GError **error)
{
    switch (ask->kind) {
    case REPORT_GIVE_TAKE:
        return count_months(db, ask, report, error);
    case REPORT_REASONS:
        return count_reasons(db, ask, report, error);
    case REPORT_SPEED:
        return count_step(db, ask, SPEED_PICK_UP, report, error) &&
               count_step(db, ask, SPEED_VERDICT, report, error);
    }
    g_assert_not_reached();
}

bool report_make(Db *db, const ReportAsk *ask, ReportPeriod *period, Report *report, GError **error)
{
    Party member = { 0 };
    report_init(report, ask->kind, period, ask->now);
    bool ok = count_all(db, ask, report, error) && name_all(db, ask, report, error) &&
              read_member(db, &ask->account, &member, error);
    if (ok)
        report_finish(report, &member);
    fields_clear(&party_fields, &member);
    return ok;
}

GHashTable *report_sums(Db *db, const Uuid *account, gint64 since, GError **error)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, g_free);
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT other, box, state, verdict, COUNT(*) FROM (SELECT to_account AS other, $3 AS box,"
        " state, verdict FROM referral WHERE from_account = $1 AND sent_at >= $2"
        " UNION ALL SELECT from_account, $4, state, verdict FROM referral"
        " WHERE to_account = $1 AND sent_at >= $2) seen GROUP BY other, box, state, verdict",
        db_uuid(account), db_int(since), db_int(BOX_SENT), db_int(BOX_INBOX));
    if (!rows)
        return NULL;
    while (db_next(rows, error)) {
        Uuid other = db_get_uuid(rows, 0);
        GiveTake *sum = g_hash_table_lookup(sums, &other);
        if (!sum) {
            sum = g_new0(GiveTake, 1);
            g_hash_table_insert(sums, g_memdup2(&other, sizeof other), sum);
        }
        give_take_add(sum, (ReferralBox)db_get_int(rows, 1), (ReferralState)db_get_int(rows, 2),
                      (ReferralVerdict)db_get_int(rows, 3), db_get_int(rows, 4));
    }
    return db_rows_ok(rows) ? g_steal_pointer(&sums) : NULL;
}
