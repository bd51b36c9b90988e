/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/dues.h"

#include <string.h>

#include "server/dues_book.h"
#include "server/mail.h"
#include "server/members.h"

#define MEMBERS_AT_ONCE 100
#define GROUPS_AT_ONCE 50

/* One group's round of a local day. */
typedef struct Round {
    Group group; /* locked */
    Day since;   /* "": charges nothing so far */
    Day today;
    Uuid after;
    bool found;
} Round;

static void round_clear(Round *round)
{
    group_clear(&round->group);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Round, round_clear)

static DbValue place(const Uuid *id)
{
    return (DbValue){ .kind = DB_UUID, .data = id, .length = sizeof *id };
}

static DbValue day_or_null(const char *day)
{
    return *day ? db_text(day) : db_null();
}

/* ---- rounds */

static bool open_rounds(Call *call, GError **error)
{
    return db_exec(call->db, error,
                   "INSERT INTO dues_round (group_id, since, next_at, after)"
                   " SELECT g.id, NULL, 0, NULL FROM leads_group g WHERE g.fee_amount > 0 AND"
                   " NOT EXISTS (SELECT 1 FROM dues_round r WHERE r.group_id = g.id) LIMIT $1"
                   " ON CONFLICT (group_id) DO NOTHING",
                   db_int(GROUPS_AT_ONCE));
}

static bool next_group(Call *call, Uuid *group, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT group_id FROM dues_round WHERE next_at <= $1"
                                      " ORDER BY next_at, group_id LIMIT 1",
                                      db_int(call->now));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (*found)
        *group = db_get_uuid(rows, 0);
    return *found || db_rows_ok(rows);
}

/* Its row stays locked: a second server waits, and finds the round further on. */
static bool lock_round(Call *call, const Uuid *group, Round *round, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "UPDATE dues_round SET next_at = next_at WHERE group_id = $1"
                                      " AND next_at <= $2 RETURNING since, after",
                                      db_uuid(group), db_int(call->now));
    if (!rows)
        return false;
    round->found = db_next(rows, error);
    if (round->found) {
        const char *since = db_get_text(rows, 0);
        g_strlcpy(round->since, since ? since : "", sizeof round->since);
        round->after = db_get_uuid(rows, 1);
    }
    return round->found || db_rows_ok(rows);
}

static bool open_round(Call *call, Round *round, GError **error)
{
    Uuid group;
    bool found = false;
    if (!open_rounds(call, error) || !next_group(call, &group, &found, error))
        return false;
    if (!found)
        return true;
    if (!group_lock(call->db, &group, &round->group, error) ||
        !lock_round(call, &group, round, error))
        return false;
    day_of(call->now, round->group.input.time_zone, round->today);
    return true;
}

static bool close_round(Call *call, const Round *round, bool done, GError **error)
{
    Day tomorrow;
    day_add_days(round->today, 1, tomorrow);
    return db_exec(call->db, error,
                   "UPDATE dues_round SET since = $2, after = $3,"
                   " next_at = CASE WHEN $4 = 1 THEN $5 ELSE next_at END WHERE group_id = $1",
                   db_uuid(&round->group.id), day_or_null(round->since),
                   done ? db_null() : db_uuid(&round->after), db_int(done),
                   db_int(day_begin(tomorrow, round->group.input.time_zone)));
}

static bool charges(const Group *group)
{
    return group->state == GROUP_ACTIVE && money_is_set(&group->input.fee) &&
           group->input.fee.amount > 0;
}

/* ---- one member */

typedef struct Debtor {
    Uuid account;
    GroupRole role;
    Day joined;
} Debtor;

static bool last_charged(Call *call, const Round *round, const Debtor *debtor, Day to,
                         GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT MAX(to_on) FROM invoice WHERE account = $1 AND group_id = $2",
        db_uuid(&debtor->account), db_uuid(&round->group.id));
    if (!rows || !db_next(rows, error))
        return false;
    const char *text = db_get_text(rows, 0);
    g_strlcpy(to, text ? text : "", DAY_SIZE);
    return true;
}

static bool charge_one(Call *call, const Round *round, const Debtor *debtor, DuesPeriod *period,
                       GError **error)
{
    const Group *group = &round->group;
    Day due, lapses;
    bool fresh = false;
    /* who is charged late pays late */
    day_add_days(round->today, DUES_DAYS, due);
    day_add_days(due, (int)group->input.grace_days + 1, lapses);
    Invoice invoice = { .id = invoice_id(&group->id, &debtor->account, period->from),
                        .group = group->id,
                        .member.account = debtor->account,
                        .amount = group->input.fee,
                        .from_on = period->from,
                        .to_on = period->to,
                        .due_on = due,
                        .lapses_on = lapses };
    return dues_charge(call, &invoice, &fresh, error);
}

/* The periods that have begun since the group charges, but for days that are charged already. */
static bool charge(Call *call, const Round *round, const Debtor *debtor, GError **error)
{
    FeePeriod fee = round->group.input.fee_period;
    const char *begin = strcmp(debtor->joined, round->since) > 0 ? debtor->joined : round->since;
    Day charged;
    DuesPeriod period;
    if (!last_charged(call, round, debtor, charged, error))
        return false;
    for (int n = dues_period_of(debtor->joined, fee, begin);; n++) {
        dues_period(debtor->joined, fee, n, &period);
        if (strcmp(period.from, round->today) > 0)
            return true;
        if (strcmp(period.from, begin) >= 0 && strcmp(period.from, charged) > 0 &&
            !charge_one(call, round, debtor, &period, error))
            return false;
    }
}

/* ---- what is open */

typedef struct Open {
    Uuid id;
    Money amount;
    Day from, to, due, lapses;
    gint64 told;
} Open;

static GArray *find_open(Call *call, const Round *round, const Debtor *debtor, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Open));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id, amount_amount, amount_currency, from_on, to_on, due_on, lapses_on, told"
        " FROM invoice WHERE account = $1 AND group_id = $2 AND state = 1 ORDER BY created_at, id",
        db_uuid(&debtor->account), db_uuid(&round->group.id));
    while (rows && db_next(rows, error)) {
        Open open = { .id = db_get_uuid(rows, 0),
                      .amount.amount = db_get_int(rows, 1),
                      .told = db_get_int(rows, 7) };
        g_strlcpy(open.amount.currency, db_get_text(rows, 2), sizeof open.amount.currency);
        g_strlcpy(open.from, db_get_text(rows, 3), sizeof open.from);
        g_strlcpy(open.to, db_get_text(rows, 4), sizeof open.to);
        g_strlcpy(open.due, db_get_text(rows, 5), sizeof open.due);
        g_strlcpy(open.lapses, db_get_text(rows, 6), sizeof open.lapses);
        g_array_append_val(found, open);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}
G_STATIC_ASSERT(INVOICE_OPEN == 1);

/* Once when it is made, once when it is overdue. */
static bool remind(Call *call, const Round *round, const Debtor *debtor, const Open *open,
                   GError **error)
{
    bool overdue = strcmp(round->today, open->due) > 0;
    char id[UUID_TEXT_SIZE], group[UUID_TEXT_SIZE];
    if (open->told > overdue)
        return true;
    g_autofree char *amount = money_format(&open->amount);
    g_autofree char *key = g_strdup_printf("%s/%d", uuid_format(&open->id, id), overdue);
    MailValue values[] = { { "group", round->group.input.name },
                           { "amount", amount },
                           { "from", open->from },
                           { "to", open->to },
                           { "due", open->due },
                           { "lapses", open->lapses },
                           { "overdue", overdue ? "yes" : NULL },
                           { "id", uuid_format(&round->group.id, group) },
                           { 0 } };
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = MAIL_DUES_DUE,
                               .key = key,
                               .account = &debtor->account,
                               .values = values },
                      error) &&
           db_exec(call->db, error, "UPDATE invoice SET told = $2 WHERE id = $1",
                   db_uuid(&open->id), db_int(overdue + 1));
}

static bool may_lapse(Call *call, const Round *round, const Debtor *debtor, bool *may,
                      GError **error)
{
    gint64 leaders = 2;
    if (debtor->role == ROLE_LEADER &&
        !db_get_one_int(call->db, error, &leaders,
                        "SELECT COUNT(*) FROM membership WHERE group_id = $1 AND state = 1"
                        " AND role = $2",
                        db_uuid(&round->group.id), db_int(ROLE_LEADER)))
        return false;
    *may = leaders > 1;
    return true;
}

static bool pursue(Call *call, const Round *round, const Debtor *debtor, GError **error)
{
    g_autoptr(GArray) open = find_open(call, round, debtor, error);
    bool late = false, may = false;
    if (!open)
        return false;
    for (guint i = 0; i < open->len; i++) {
        const Open *one = &g_array_index(open, Open, i);
        late = late || strcmp(round->today, one->lapses) >= 0;
        if (!remind(call, round, debtor, one, error))
            return false;
    }
    if (!late || !may_lapse(call, round, debtor, &may, error))
        return !late;
    return !may || membership_end(call, &round->group, &debtor->account, MEMBERSHIP_LAPSED,
                                  "the dues were not paid", error);
}

/* ---- the members, a step at a time */

static GArray *next_debtors(Call *call, Round *round, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Debtor));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id, account, role, since FROM membership WHERE group_id = $1 AND state = 1"
        " AND id > $2 ORDER BY id LIMIT $3",
        db_uuid(&round->group.id), place(&round->after), db_int(MEMBERS_AT_ONCE));
    while (rows && db_next(rows, error)) {
        Debtor debtor = { .account = db_get_uuid(rows, 1), .role = (GroupRole)db_get_int(rows, 2) };
        day_of(db_get_int(rows, 3), round->group.input.time_zone, debtor.joined);
        round->after = db_get_uuid(rows, 0);
        g_array_append_val(found, debtor);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&found) : NULL;
}

static bool step(Call *call, Round *round, bool *done, GError **error)
{
    g_autoptr(GArray) debtors = next_debtors(call, round, error);
    if (!debtors)
        return false;
    for (guint i = 0; i < debtors->len; i++) {
        const Debtor *debtor = &g_array_index(debtors, Debtor, i);
        if (!charge(call, round, debtor, error) || !pursue(call, round, debtor, error))
            return false;
    }
    *done = debtors->len < MEMBERS_AT_ONCE;
    return true;
}

bool dues_job(Call *call, GError **error)
{
    g_auto(Round) round = { 0 };
    bool done = true;
    if (!open_round(call, &round, error))
        return false;
    if (!round.found)
        return true;
    *(bool *)call->scratch = true;
    if (!charges(&round.group))
        *round.since = '\0';
    else if (!*round.since)
        g_strlcpy(round.since, round.today, sizeof round.since);
    if (*round.since && !step(call, &round, &done, error))
        return false;
    return close_round(call, &round, done, error);
}
