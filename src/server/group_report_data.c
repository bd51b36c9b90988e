/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/group_report_data.h"

#include "base/day.h"
#include "model/dues.h"

/*
 * Everything is counted by the database, a row for each member and kind, so that a group of thousands costs what its members
 * are, not what they did. $1: the group; $2 to $3: the period.
 */

/* Meetings of the period in these states, with what hangs on them as `x`. */
#define AT_MEETINGS(states, table)                                                                 \
    " FROM meeting m CROSS JOIN " table " x WHERE m.group_id = $1 AND m.starts_at >= $2"           \
    " AND m.starts_at <= $3 AND m.state " states " AND x.meeting = m.id"
#define COMPLETED "= 4"
#define PENDING "IN (2, 3, 5)"
G_STATIC_ASSERT(MEETING_OPEN == 2 && MEETING_DRAFT == 3 && MEETING_COMPLETED == 4 &&
                MEETING_REOPENED == 5);

/* Leads that were passed while whoever is `me` was a member, and whether the other one was. */
#define WHILE_IN(m)                                                                                \
    m ".since <= r.sent_at AND (" m ".ended_at IS NULL OR " m ".ended_at > r.sent_at)"
#define REFERRALS(me, other)                                                                       \
    "SELECT account, inside, COUNT(*), COUNT(CASE WHEN verdict = 1 THEN 1 END),"                   \
    " COUNT(CASE WHEN verdict = 2 THEN 1 END) FROM (SELECT m.account, r.verdict,"                  \
    " CASE WHEN EXISTS (SELECT 1 FROM membership o WHERE o.group_id = m.group_id AND o.account ="  \
    " r." other " AND " WHILE_IN(                                                                  \
        "o") ") THEN 1 ELSE 0 END AS inside"                                                       \
             " FROM membership m CROSS JOIN referral r WHERE m.group_id = $1 AND r." me            \
             " = m.account"                                                                        \
             " AND r.sent_at >= $2 AND r.sent_at <= $3 AND r.state <> 8 AND " WHILE_IN(            \
                 "m") ") r"                                                                        \
                      " GROUP BY account, inside"

static const char members_sql[] =
    "SELECT a.id, a.name, a.company_name, m.state, m.since, m.ended_at FROM membership m CROSS JOIN"
    " account a WHERE m.group_id = $1 AND a.id = m.account";
static const char meetings_sql[] =
    "SELECT starts_at, state FROM meeting WHERE group_id = $1 AND starts_at >= $2 AND starts_at <="
    " $3 ORDER BY starts_at, id";
static const char attendance_sql[] =
    "SELECT x.account, x.code, COUNT(*), COALESCE(SUM(x.left_early), 0)" AT_MEETINGS(
        COMPLETED, "attendance") " GROUP BY x.account, x.code";
static const char agenda_sql[] =
    "SELECT id, agenda FROM meeting WHERE group_id = $1 AND starts_at >= $2 AND starts_at <= $3"
    " AND state " COMPLETED " AND agenda IS NOT NULL";
static const char trained_sql[] =
    "SELECT account FROM attendance WHERE meeting = $1 AND code IN (1, 3)";
static const char given_sql[] = "SELECT x.from_account, x.inside, COUNT(*)" AT_MEETINGS(
    COMPLETED, "slip") " AND x.removed = 0 AND x.referral IS NULL"
                       " GROUP BY x.from_account, x.inside";
static const char received_sql[] = "SELECT x.to_account, 1, COUNT(*)" AT_MEETINGS(
    COMPLETED, "slip") " AND x.removed = 0 AND x.referral IS NULL AND x.inside = 1"
                       " GROUP BY x.to_account";
static const char pending_sql[] = "SELECT x.from_account, COUNT(*)" AT_MEETINGS(
    PENDING, "slip") " AND x.removed = 0 AND x.referral IS NULL GROUP BY x.from_account";
static const char sent_sql[] = REFERRALS("from_account", "to_account");
static const char got_sql[] = REFERRALS("to_account", "from_account");
static const char visitors_sql[] =
    "SELECT x.brought_by, COUNT(*), COUNT(CASE WHEN x.outcome = 3 THEN 1 END)" AT_MEETINGS(
        COMPLETED, "visitor") " AND x.removed = 0 GROUP BY x.brought_by";
static const char thanks_sql[] =
    "SELECT x.from_account, x.amount_currency, COALESCE(SUM(x.amount_amount), 0), "
    "COUNT(*)" AT_MEETINGS(COMPLETED, "thanks") " AND x.removed = 0 GROUP BY x.from_account,"
                                                " x.amount_currency";
static const char one_to_ones_sql[] =
    "SELECT account_a, account_b, COUNT(*) FROM one_to_one WHERE group_id = $1 AND met_on >= $2 AND"
    " met_on <= $3 AND (said_a = 1 OR said_b = 1) GROUP BY account_a, account_b";
static const char dues_sql[] =
    "SELECT amount_currency, CASE WHEN due_on < $2 THEN 1 ELSE 0 END AS overdue, COUNT(*),"
    " SUM(amount_amount) FROM invoice WHERE group_id = $1 AND state = 1 GROUP BY amount_currency,"
    " overdue";
static const char absences_sql[] = "SELECT COUNT(*)" AT_MEETINGS(
    COMPLETED, "attendance") " AND x.account = $4 AND x.code = 2";
G_STATIC_ASSERT(ATTENDANCE_PRESENT == 1 && ATTENDANCE_ABSENT == 2 && ATTENDANCE_LATE == 3);
G_STATIC_ASSERT(VISITOR_JOINED == 3 && INVOICE_OPEN == 1);

const char *group_report_hot_sql(int i)
{
    static const char *const all[] = { members_sql,  meetings_sql, attendance_sql,
                                       agenda_sql,   trained_sql,  given_sql,
                                       received_sql, pending_sql,  sent_sql,
                                       got_sql,      visitors_sql, thanks_sql,
                                       dues_sql,     absences_sql, NULL };
    return all[i];
}

/* ---- reading */

typedef void (*Take)(GroupBook *book, const DbRows *rows);

static bool each_row(DbRows *rows, GroupBook *book, Take take, GError **error)
{
    while (rows && db_next(rows, error))
        take(book, rows);
    return rows && db_rows_ok(rows);
}

static bool each_of_period(Db *db, GroupBook *book, const char *sql, Take take, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, sql, db_uuid(&book->group->id), db_int(book->from),
                                      db_int(book->to));
    return each_row(rows, book, take, error);
}

static void take_member(GroupBook *book, const DbRows *rows)
{
    Party party = { .account = db_get_uuid(rows, 0),
                    .name = (char *)db_get_text(rows, 1),
                    .company_name = (char *)db_get_text(rows, 2) };
    group_book_member(book, &party, (MembershipState)db_get_int(rows, 3), db_get_int(rows, 4),
                      db_get_int(rows, 5));
}

static bool read_members(Db *db, GroupBook *book, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, members_sql, db_uuid(&book->group->id));
    return each_row(rows, book, take_member, error);
}

static void take_meeting(GroupBook *book, const DbRows *rows)
{
    group_book_meeting(book, db_get_int(rows, 0), (MeetingState)db_get_int(rows, 1));
}

static void take_attendance(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_attendance(book, &account, (AttendanceCode)db_get_int(rows, 1), db_get_int(rows, 2));
    group_book_left_early(book, &account, db_get_int(rows, 3));
}

static void take_given(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_slips(book, &account, SLIP_GIVEN, db_get_int(rows, 1) != 0, db_get_int(rows, 2), 0,
                     0);
}

static void take_received(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_slips(book, &account, SLIP_RECEIVED, true, db_get_int(rows, 2), 0, 0);
}

static void take_pending(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_pending(book, &account, db_get_int(rows, 1));
}

static void take_referrals(GroupBook *book, const DbRows *rows, SlipWay way)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_slips(book, &account, way, db_get_int(rows, 1) != 0, db_get_int(rows, 2),
                     db_get_int(rows, 3), db_get_int(rows, 4));
}

static void take_sent(GroupBook *book, const DbRows *rows)
{
    take_referrals(book, rows, SLIP_GIVEN);
}

static void take_got(GroupBook *book, const DbRows *rows)
{
    take_referrals(book, rows, SLIP_RECEIVED);
}

static void take_visitors(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_visitors(book, &account, db_get_int(rows, 1), db_get_int(rows, 2));
}

static Money read_money(const DbRows *rows, int currency, int amount)
{
    Money money = { .amount = db_get_int(rows, amount) };
    const char *code = db_get_text(rows, currency);
    g_strlcpy(money.currency, code ? code : "", sizeof money.currency);
    return money;
}

static void take_thanks(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    Money money = read_money(rows, 1, 2);
    group_book_thanks(book, &account, &money, db_get_int(rows, 3));
}

static void take_one_to_ones(GroupBook *book, const DbRows *rows)
{
    Uuid a = db_get_uuid(rows, 0), b = db_get_uuid(rows, 1);
    group_book_one_to_ones(book, &a, &b, db_get_int(rows, 2));
}

static void take_dues(GroupBook *book, const DbRows *rows)
{
    Money money = read_money(rows, 0, 3);
    group_book_dues(book, &money, db_get_int(rows, 2), db_get_int(rows, 1) != 0);
}

static bool has_training(const char *agenda)
{
    g_auto(GStrv) lines = g_strsplit(agenda, "\n", -1);
    AgendaItem item;
    for (char **line = lines; *line; line++)
        if (agenda_item_parse(*line, &item) && item.kind == AGENDA_TRAINING)
            return true;
    return false;
}

static void take_trained(GroupBook *book, const DbRows *rows)
{
    Uuid account = db_get_uuid(rows, 0);
    group_book_training(book, &account, 1);
}

static bool read_training(Db *db, GroupBook *book, GError **error)
{
    g_autoptr(GArray) meetings = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(db, error, agenda_sql, db_uuid(&book->group->id),
                                      db_int(book->from), db_int(book->to));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        if (has_training(db_get_text(rows, 1)))
            g_array_append_val(meetings, id);
    }
    if (!rows || !db_rows_ok(rows))
        return false;
    for (guint i = 0; i < meetings->len; i++) {
        g_autoptr(DbRows)
            came = db_query(db, error, trained_sql, db_uuid(&g_array_index(meetings, Uuid, i)));
        if (!each_row(came, book, take_trained, error))
            return false;
    }
    return true;
}

static bool read_one_to_ones(Db *db, GroupBook *book, const char *zone, GError **error)
{
    Day from, to;
    day_of(book->from, zone, from);
    day_of(book->to, zone, to);
    g_autoptr(DbRows) rows = db_query(db, error, one_to_ones_sql, db_uuid(&book->group->id),
                                      db_text(from), db_text(to));
    return each_row(rows, book, take_one_to_ones, error);
}

/* As of the last day of the period. */
static bool read_dues(Db *db, GroupBook *book, const char *zone, GError **error)
{
    Day to;
    day_of(book->to, zone, to);
    g_autoptr(DbRows) rows = db_query(db, error, dues_sql, db_uuid(&book->group->id), db_text(to));
    return each_row(rows, book, take_dues, error);
}

bool group_report_read(Db *db, GroupBook *book, const char *zone, GError **error)
{
    static const struct {
        const char *sql;
        Take take;
    } parts[] = {
        { meetings_sql, take_meeting }, { attendance_sql, take_attendance },
        { given_sql, take_given },      { received_sql, take_received },
        { pending_sql, take_pending },  { sent_sql, take_sent },
        { got_sql, take_got },          { visitors_sql, take_visitors },
        { thanks_sql, take_thanks },
    };
    if (!read_members(db, book, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!each_of_period(db, book, parts[i].sql, parts[i].take, error))
            return false;
    return read_training(db, book, error) && read_one_to_ones(db, book, zone, error) &&
           read_dues(db, book, zone, error);
}

bool group_report_absences(Db *db, const Uuid *group, const Uuid *account, gint64 from, gint64 to,
                           gint64 *n, GError **error)
{
    return db_get_one_int(db, error, n, absences_sql, db_uuid(group), db_int(from), db_int(to),
                          db_uuid(account));
}
