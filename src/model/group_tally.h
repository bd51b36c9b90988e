/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one member did, and sums of money: group_book.c counts it, group_report.c makes reports of it.
 */
#pragma once

#include "model/group_report.h"

typedef struct Membership {
    gint64 since, ended_at;
} Membership;

struct GroupTally {
    Party party;
    MembershipState state;
    gint64 meetings; /* counted in its memberships, once the book is closed */
    GArray *times;   /* Membership */
    gint64 codes[ATTENDANCE_SUBSTITUTE + 1];
    gint64 left_early, training, pending, visitors, one_to_ones, thanks;
    gint64 slips[2][2]; /* way, inside */
    gint64 confirmed[2], rejected[2];
    GArray *amounts; /* Money by currency */
};

static inline bool membership_holds(const Membership *membership, gint64 at)
{
    return at >= membership->since && (!membership->ended_at || at < membership->ended_at);
}

/* Sums by currency: Money, one of each. */
void sums_add(GArray *sums, const Money *money);
/* "EUR 30.00, GBP 1,200.00"; NULL nothing. Sorts them. Caller frees. */
char *sums_text(GArray *sums);
gint64 sums_in(const GArray *sums, const char *currency); /* minor units */
