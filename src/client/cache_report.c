/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_report.h"

#include "client/cache_private.h"
#include "db/row.h"

typedef struct Making {
    Cache *cache;
    Report *report;
    const Uuid *partner; /* NULL everybody */
    DbValue from, to;    /* numbers of leads: [from, to) */
} Making;

char *report_local_zone(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    const char *name = g_time_zone_get_identifier(zone);
    g_auto(FieldErrors) errors;
    g_auto(ReportPeriod) period = { 0 };
    field_errors_init(&errors);
    return g_strdup(report_period(&period, 0, NULL, NULL, name, &errors) ? name : "UTC");
}

static bool is_wanted(const Making *making, const Uuid *party)
{
    return !making->partner || uuid_equal(making->partner, party);
}

/* ---- counting */

/* One row of the covering index: party, number, box, state, verdict. */
static void count_row(const Making *making, const DbRows *rows)
{
    Whom whom = { .account = db_get_uuid(rows, 0) };
    gint64 sent_at = db_get_int(rows, 1) >> ORDER_BITS;
    ReferralBox box = (ReferralBox)db_get_int(rows, 2);
    ReferralVerdict verdict = (ReferralVerdict)db_get_int(rows, 4);
    if (making->report->type->kind == REPORT_GIVE_TAKE)
        report_count(making->report, &whom, box, (ReferralState)db_get_int(rows, 3), verdict,
                     sent_at, 1);
    else if (verdict == VERDICT_LEAD)
        report_reason(making->report, &whom, box, verdict, 0, 1);
}

static bool count_index(const Making *making, GError **error)
{
    g_autoptr(DbRows)
        rows = making->partner
                   ? db_query(making->cache->db, error,
                              "SELECT party, n, box, state, verdict FROM referral INDEXED BY"
                              " referral_party WHERE party = $3 AND n >= $1 AND n < $2",
                              making->from, making->to, db_uuid(making->partner))
                   : db_query(
                         making->cache->db, error,
                         "SELECT party, n, box, state, verdict FROM referral INDEXED BY"
                         " referral_party WHERE party IN (SELECT DISTINCT party FROM party_counter)"
                         " AND n >= $1 AND n < $2",
                         making->from, making->to);
    while (rows && db_next(rows, error))
        count_row(making, rows);
    return rows && db_rows_ok(rows);
}

/* Not leads are few: they are found by their standing, and read for the reason. */
static bool count_reasons(const Making *making, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        making->cache->db, error,
        "SELECT party, box, reason_code FROM referral INDEXED BY referral_standing WHERE box IN"
        " (1, 2) AND standing IN (14, 18, 22, 26, 30) AND n >= $1 AND n < $2",
        making->from, making->to);
    while (rows && db_next(rows, error)) {
        Whom whom = { .account = db_get_uuid(rows, 0) };
        if (is_wanted(making, &whom.account))
            report_reason(making->report, &whom, (ReferralBox)db_get_int(rows, 1),
                          VERDICT_NOT_A_LEAD, (ReferralReason)db_get_int(rows, 2), 1);
    }
    return rows && db_rows_ok(rows);
}

static bool count_speed(const Making *making, GError **error)
{
    g_autoptr(DbRows) rows = db_query(making->cache->db, error,
                                      "SELECT party, box, sent_at, picked_up_at, confirmed_at"
                                      " FROM referral WHERE n >= $1 AND n < $2",
                                      making->from, making->to);
    while (rows && db_next(rows, error)) {
        Whom whom = { .account = db_get_uuid(rows, 0) };
        ReferralBox box = (ReferralBox)db_get_int(rows, 1);
        gint64 sent = db_get_int(rows, 2), opened = db_get_int(rows, 3),
               decided = db_get_int(rows, 4);
        if (!is_wanted(making, &whom.account))
            continue;
        if (opened)
            report_speed(making->report, &whom, box, SPEED_PICK_UP, (opened - sent) / MS_PER_MINUTE,
                         1);
        if (decided)
            report_speed(making->report, &whom, box, SPEED_VERDICT,
                         (decided - sent) / MS_PER_MINUTE, 1);
    }
    return rows && db_rows_ok(rows);
}

static bool count_all(const Making *making, GError **error)
{
    switch (making->report->type->kind) {
    case REPORT_GIVE_TAKE:
        return count_index(making, error);
    case REPORT_REASONS:
        return count_index(making, error) && count_reasons(making, error);
    case REPORT_SPEED:
        return count_speed(making, error);
    default:
        g_assert_not_reached(); /* of a group: made by the server */
    }
}

/* ---- who they are */

static void name_party(const Making *making, RowParty *whom, const Partner *partner)
{
    whom->party->name = g_strdup(partner->name);
    whom->party->company_name = g_strdup(partner->company_name);
    *whom->standing = STANDING_PARTNER;
}

/* What the newest lead with somebody calls them; those outside have no account, but an address. */
static bool name_former(const Making *making, RowParty *whom, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        making->cache->db, error,
        "SELECT box, from_name, from_company_name, to_name, to_company_name, to_account, to_email"
        " FROM referral INDEXED BY referral_party WHERE party = $1 ORDER BY n DESC LIMIT 1",
        db_uuid(&whom->party->account));
    if (rows && db_next(rows, error)) {
        int first = db_get_int(rows, 0) == BOX_SENT ? 3 : 1;
        whom->party->name = g_strdup(db_get_text(rows, first));
        whom->party->company_name = g_strdup(db_get_text(rows, first + 1));
        if (first == 3 && db_get_is_null(rows, 5)) {
            const char *email = db_get_text(rows, 6);
            *whom->outside = email ? email_fold(email) : NULL;
            *whom->standing = STANDING_OUTSIDE;
            whom->party->account = (Uuid){ 0 };
        }
    }
    return rows && db_rows_ok(rows);
}

static bool name_rows(const Making *making, GPtrArray *partners, GError **error)
{
    g_autoptr(GHashTable) of = g_hash_table_new(uuid_hash, uuid_equal_func);
    for (guint i = 0; i < partners->len; i++) {
        Partner *partner = partners->pdata[i];
        g_hash_table_insert(of, &partner->account, partner);
        if (making->report->type->kind == REPORT_GIVE_TAKE && is_wanted(making, &partner->account))
            report_give_take_row(making->report, &(Whom){ .account = partner->account });
    }
    for (guint i = 0; i < making->report->rows->len; i++) {
        RowParty whom = report_row_party(making->report, making->report->rows->pdata[i]);
        const Partner *partner = g_hash_table_lookup(of, &whom.party->account);
        if (partner)
            name_party(making, &whom, partner);
        else if (!uuid_is_nil(&whom.party->account) && !name_former(making, &whom, error))
            return false;
    }
    return true;
}

static bool name_all(const Making *making, GError **error)
{
    g_autoptr(GPtrArray) partners = g_ptr_array_new();
    g_autoptr(DbRows) rows = db_query(making->cache->db, error, making->cache->select_partners);
    while (rows && db_next(rows, error)) {
        Partner *partner = g_new0(Partner, 1);
        row_read(rows, 0, &partner_fields, partner, ROW_COPY);
        g_ptr_array_add(partners, partner);
    }
    bool ok = rows && db_rows_ok(rows) && name_rows(making, partners, error);
    for (guint i = 0; i < partners->len; i++) {
        fields_clear(&partner_fields, partners->pdata[i]);
        g_free(partners->pdata[i]);
    }
    return ok;
}

/* ---- all */

bool cache_report(Cache *cache, ReportKind kind, ReportPeriod *period, gint64 now,
                  const Uuid *partner, Report *report, GError **error)
{
    Account account = { 0 };
    if (report_type(kind)->group)
        return problem_set(error, PROBLEM_BAD_INPUT, "reports of groups are made by the server");
    report_init(report, kind, period, now);
    report->head.synced_at = cache_synced_at(cache);
    Making making = { .cache = cache,
                      .report = report,
                      .partner = partner,
                      .from = db_int(order_of_time(report->period.from)),
                      .to = db_int(order_of_time(report->period.to + 1)) };
    if (!count_all(&making, error) || !name_all(&making, error) ||
        !cache_account(cache, &account, error))
        return false;
    Party member = { .account = account.id,
                     .name = account.name,
                     .company_name = account.company_name };
    report_finish(report, &member);
    fields_clear(&account_fields, &account);
    return true;
}
