/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The facts that reports of a group are made of. */
#include "model/group_tally.h"

#include <string.h>

/* ---- sums by currency */

void sums_add(GArray *sums, const Money *money)
{
    if (!money_is_set(money))
        return;
    for (guint i = 0; i < sums->len; i++)
        if (money_add(&g_array_index(sums, Money, i), money))
            return;
    g_array_append_val(sums, *money);
}

static int by_currency(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Money *)a)->currency, ((const Money *)b)->currency);
}

char *sums_text(GArray *sums)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_array_sort(sums, by_currency);
    for (guint i = 0; i < sums->len; i++) {
        g_autofree char *one = money_format(&g_array_index(sums, Money, i));
        g_string_append_printf(text, "%s%s", i ? ", " : "", one);
    }
    return text->len ? g_strdup(text->str) : NULL;
}

gint64 sums_in(const GArray *sums, const char *currency)
{
    for (guint i = 0; i < sums->len; i++) {
        const Money *money = &g_array_index(sums, Money, i);
        if (strcmp(money->currency, currency) == 0)
            return money->amount;
    }
    return 0;
}

/* ---- the facts */

static void tally_free(gpointer data)
{
    GroupTally *tally = data;
    fields_clear(&party_fields, &tally->party);
    g_array_unref(tally->times);
    g_array_unref(tally->amounts);
    g_free(tally);
}

void group_book_init(GroupBook *book, const Group *group, gint64 from, gint64 to)
{
    *book = (GroupBook){ .group = group, .from = from, .to = to };
    book->members = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, tally_free);
    book->meetings = g_array_new(FALSE, FALSE, sizeof(gint64));
    book->dues = g_array_new(FALSE, FALSE, sizeof(Money));
    book->overdue = g_array_new(FALSE, FALSE, sizeof(Money));
}

void group_book_clear(GroupBook *book)
{
    g_clear_pointer(&book->members, g_hash_table_unref);
    g_clear_pointer(&book->meetings, g_array_unref);
    g_clear_pointer(&book->dues, g_array_unref);
    g_clear_pointer(&book->overdue, g_array_unref);
}

static GroupTally *tally_of(const GroupBook *book, const Uuid *account)
{
    return g_hash_table_lookup(book->members, account);
}

static void count_movement(GroupBook *book, const Membership *membership)
{
    book->members_begin += membership_holds(membership, book->from);
    book->members_end += membership_holds(membership, book->to);
    book->joined += membership->since > book->from && membership->since <= book->to;
    book->left += membership->ended_at > book->from && membership->ended_at <= book->to;
}

void group_book_member(GroupBook *book, const Party *party, MembershipState state, gint64 since,
                       gint64 ended_at)
{
    Membership membership = { since, ended_at };
    if (since > book->to || (ended_at && ended_at <= book->from))
        return;
    GroupTally *tally = tally_of(book, &party->account);
    if (!tally) {
        tally = g_new0(GroupTally, 1);
        tally->times = g_array_new(FALSE, FALSE, sizeof(Membership));
        tally->amounts = g_array_new(FALSE, FALSE, sizeof(Money));
        fields_copy(&party_fields, &tally->party, party);
        g_hash_table_insert(book->members, &tally->party.account, tally);
    }
    if (tally->state != MEMBERSHIP_ACTIVE)
        tally->state = state;
    g_array_append_val(tally->times, membership);
    count_movement(book, &membership);
}

void group_book_meeting(GroupBook *book, gint64 starts_at, MeetingState state)
{
    switch (state) {
    case MEETING_COMPLETED:
        g_array_append_val(book->meetings, starts_at);
        break;
    case MEETING_OPEN:
    case MEETING_DRAFT:
    case MEETING_REOPENED:
        book->pending_meetings++;
        break;
    case MEETING_HOLIDAY:
        book->holidays++;
        break;
    case MEETING_SCHEDULED:
    case MEETING_CANCELLED:
    case MEETING_DISCARDED:
        break;
    }
}

void group_book_attendance(GroupBook *book, const Uuid *account, AttendanceCode code, gint64 n)
{
    GroupTally *tally = tally_of(book, account);
    if (tally && (unsigned)code < G_N_ELEMENTS(tally->codes))
        tally->codes[code] += n;
}

#define ADD(name, member)                                                                          \
    void group_book_##name(GroupBook *book, const Uuid *account, gint64 n)                         \
    {                                                                                              \
        GroupTally *tally = tally_of(book, account);                                               \
        if (tally)                                                                                 \
            tally->member += n;                                                                    \
    }
ADD(left_early, left_early)
ADD(training, training)
ADD(pending, pending)
#undef ADD

void group_book_slips(GroupBook *book, const Uuid *account, SlipWay way, bool inside, gint64 n,
                      gint64 confirmed, gint64 rejected)
{
    GroupTally *tally = tally_of(book, account);
    if (!tally)
        return;
    tally->slips[way][inside] += n;
    tally->confirmed[way] += confirmed;
    tally->rejected[way] += rejected;
}

/* Whoever brought them: also visitors of nobody are the group's. */
void group_book_visitors(GroupBook *book, const Uuid *brought_by, gint64 n, gint64 joined)
{
    GroupTally *tally = tally_of(book, brought_by);
    book->visitors += n;
    book->visitors_joined += joined;
    if (tally)
        tally->visitors += n;
}

void group_book_one_to_ones(GroupBook *book, const Uuid *a, const Uuid *b, gint64 n)
{
    GroupTally *one = tally_of(book, a), *other = tally_of(book, b);
    book->one_to_ones += n;
    if (one)
        one->one_to_ones += n;
    if (other)
        other->one_to_ones += n;
}

void group_book_thanks(GroupBook *book, const Uuid *from, const Money *amount, gint64 n)
{
    GroupTally *tally = tally_of(book, from);
    if (!tally)
        return;
    tally->thanks += n;
    sums_add(tally->amounts, amount);
}

void group_book_dues(GroupBook *book, const Money *amount, gint64 n, bool overdue)
{
    book->dues_open += n;
    sums_add(book->dues, amount);
    if (!overdue)
        return;
    book->dues_overdue += n;
    sums_add(book->overdue, amount);
}
