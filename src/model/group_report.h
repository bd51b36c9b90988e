/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports of a leads group (domain.md §4, 2-4 and 17; R64, R65). Pure: whoever has the facts counts them into a GroupBook,
 * which makes any of the four reports of them.
 *
 *   group_book_init(&book, &group, period.from, period.to)
 *   group_book_member(...) for all who belonged to it in the period, group_book_meeting() for its meetings, then the counts
 *   report_init(&report, REPORT_GROUP_ACTIVITY, &period, now)      takes the period over; the book is full by then
 *   group_book_report(&book, &viewer, all, &report); group_book_clear(&book)
 *
 * What counts: completed meetings only; slips of meetings that are still open stand in a column of their own (pending). Holidays and
 * meetings that were cancelled are no meetings. A slip that was made a full referral counts as that one, once, at the time at which it was
 * sent, and so does every referral between two members: inside; to anybody else: outside. Only what falls into somebody's
 * membership is theirs. Beside counts of leads stands the share that was confirmed (R49); nobody is ranked, unless the
 * group has turned its league table on, and then by what they gave inside and outside alike (R122).
 *
 * Who sees what (§3.8): officers all rows (`all`), members their own and the totals. How much thanks were worth is
 * shown in one's own row only, and as a sum in the totals (D7): by currency, nothing is converted. In the score card of
 * somebody else the value of the thanks, and what the next band wants, is left out.
 */
#pragma once

#include "base/day.h"
#include "model/meeting.h"
#include "model/report.h"

/* ---- rows */

typedef struct ActivityRow {
    Party party;
    MembershipState state; /* now */
    gint64 rank;           /* of the league table; 0 without one */
    gint64 meetings;       /* that were counted, since they joined */
    gint64 present, absent, late, medical, substitute;
    gint64 unmarked; /* meetings for which nobody entered whether they came */
    gint64 left_early;
    gint64 given_inside, given_outside, received_inside, received_outside;
    gint64 pending; /* given in meetings that are not completed */
    gint64 gave_confirmed, gave_rejected, took_confirmed, took_rejected;
    char *gave_share, *took_share; /* confirmed of those with a verdict */
    char *given_per_meeting;       /* "0.75" */
    gint64 visitors, one_to_ones;
    gint64 thanks;       /* given */
    char *thanks_amount; /* "GBP 1,200.00, EUR 30.00" */
    gint64 training;     /* meetings with training that they came to */
} ActivityRow;

typedef struct AttendanceRow {
    Party party;
    MembershipState state;
    gint64 meetings, present, late, substitute, medical, absent, unmarked;
    gint64 allowed, left; /* absences; left is never below 0 */
    bool over;            /* more than allowed */
    char *
        attended_share; /* came or sent somebody, of the meetings that were marked, medical leave apart */
} AttendanceRow;

/*
 * The score card of BNI UK in 2012, over the last six whole months; a week is a meeting that was counted:
 *
 *   absences 0, 1, 2, more                          15 10 5 0        slips a week to .5 .75 1 1.2 and more      0 5 10 15 20
 *   thanks below 1,000, 2,500, 5,000 and more       0 5 10 15        visitors to .083 .167 .25 .5 and more      0 5 10 15 20
 *   never late                                      5                training 0, 1, 2, 3                        0 5 10 15
 */
typedef enum ScoreComponent {
    SCORE_ABSENCES = 1,
    SCORE_SLIPS = 2,
    SCORE_THANKS = 3,
    SCORE_VISITORS = 4,
    SCORE_PUNCTUAL = 5,
    SCORE_TRAINING = 6,
    SCORE_TOTAL = 7,
} ScoreComponent;

typedef struct ScoreRow {
    Party party;
    ScoreComponent component;
    char *value; /* "0.75", "GBP 1,200.00"; NULL when it is not for the viewer */
    gint64 points, most;
    char *band;   /* "0.75 to 1" */
    gint64 next;  /* points of the next band; 0: this is the best */
    char *needed; /* what is missing to it: "2", "GBP 300.00" more, or fewer; NULL likewise */
} ScoreRow;

typedef enum HealthMeasure {
    HEALTH_MEMBERS_BEGIN = 1,
    HEALTH_JOINED,
    HEALTH_LEFT,
    HEALTH_MEMBERS_END,
    HEALTH_TURNOVER, /* left of the mean of members at begin and end */
    HEALTH_SEATS,    /* taken of those that there are */
    HEALTH_MEETINGS, /* completed */
    HEALTH_PENDING,  /* meetings that are not completed */
    HEALTH_ATTENDANCE,
    HEALTH_GIVEN_INSIDE,
    HEALTH_GIVEN_OUTSIDE,
    HEALTH_CONFIRMED, /* leads of those with a verdict */
    HEALTH_VISITORS,
    HEALTH_VISITORS_JOINED,
    HEALTH_ONE_TO_ONES,
    HEALTH_THANKS,
    HEALTH_DUES_OPEN,
    HEALTH_DUES_OVERDUE,
    HEALTH_GAVE_NONE, /* members who gave nothing inside */
    HEALTH_TOP_THREE, /* given inside by the three who gave most, of all */
    HEALTH_GINI,      /* how unevenly giving inside is spread: 0 all alike, 1 one gives all (R65) */
    HEALTH_GAVE_MORE, /* members who gave more inside than they received there */
    HEALTH_TOOK_MORE,
} HealthMeasure;

typedef struct HealthRow {
    HealthMeasure measure;
    gint64 n, of; /* of: 0 of nothing in particular */
    char *share;  /* n of `of`; of the Gini coefficient: itself */
    char *rate;   /* "1.25" a meeting */
    char *amount; /* money */
} HealthRow;

extern const EnumTable score_components, health_measures;
extern const FieldTable activity_row_fields, attendance_row_fields, score_row_fields,
    health_row_fields;

#define ACTIVITY_COLUMNS 17
#define ATTENDANCE_COLUMNS 11
#define SCORE_COLUMNS 8
#define HEALTH_COLUMNS 6
extern const ReportColumn activity_report_columns[ACTIVITY_COLUMNS],
    attendance_report_columns[ATTENDANCE_COLUMNS], score_report_columns[SCORE_COLUMNS],
    health_report_columns[HEALTH_COLUMNS];

/* ---- which days */

/* Of a report of `type` that looks back from `now`: its first day, and its last one, by the group's rules; for a type that takes any
 * period: false. */
bool group_report_days(ReportKind kind, const Group *group, gint64 now, Day from, Day to);

/* ---- the facts */

/* What one member did. */
typedef struct GroupTally GroupTally;

typedef struct GroupBook {
    const Group *group;  /* borrowed */
    gint64 from, to;     /* of the period */
    GHashTable *members; /* Uuid * -> GroupTally * */
    GArray *meetings;    /* gint64: when those that count began, rising */
    gint64 pending_meetings, holidays;
    gint64 visitors, visitors_joined, one_to_ones;
    gint64 members_begin, members_end, joined, left;
    gint64 dues_open, dues_overdue;
    GArray *dues, *overdue; /* Money by currency */
} GroupBook;

void group_book_init(GroupBook *book, const Group *group, gint64 from, gint64 to);
void group_book_clear(GroupBook *book);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GroupBook, group_book_clear)

/* One membership; an account may have had several. ended_at: 0 it goes on. Those that ended before the period are passed over. */
void group_book_member(GroupBook *book, const Party *party, MembershipState state, gint64 since,
                       gint64 ended_at);
/* Of the period. */
void group_book_meeting(GroupBook *book, gint64 starts_at, MeetingState state);

/* Counts; about somebody who was no member they are nothing. */
void group_book_attendance(GroupBook *book, const Uuid *account, AttendanceCode code, gint64 n);
void group_book_left_early(GroupBook *book, const Uuid *account, gint64 n);
void group_book_training(GroupBook *book, const Uuid *account, gint64 n);

typedef enum SlipWay { SLIP_GIVEN, SLIP_RECEIVED } SlipWay;
/* n of one way, of these so many with either verdict. */
void group_book_slips(GroupBook *book, const Uuid *account, SlipWay way, bool inside, gint64 n,
                      gint64 confirmed, gint64 rejected);
void group_book_pending(GroupBook *book, const Uuid *account, gint64 n);
void group_book_visitors(GroupBook *book, const Uuid *brought_by, gint64 n, gint64 joined);
void group_book_one_to_ones(GroupBook *book, const Uuid *a, const Uuid *b, gint64 n);
void group_book_thanks(GroupBook *book, const Uuid *from, const Money *amount, gint64 n);
void group_book_dues(GroupBook *book, const Money *amount, gint64 n, bool overdue);

/* ---- the report */

/* After report_init() with the book's period. all: every row; else the viewer's own, and the totals of all. */
void group_book_report(const GroupBook *book, const Party *viewer, bool all, Report *report);

/* What is said below the rows: what the thanks were worth, which has no column as it may be in several currencies. NULL:
 * nothing. Caller frees. */
char *group_report_foot(const Report *report);

/* ---- parts, for tests */

char *report_rate(
    gint64 n,
    gint64
        of); /* "0.75": two decimals, half up; NULL when there is nothing to divide by. Caller frees */
/* In thousandths, half up; 0 when nobody gave. Sorts the values. */
gint64 report_gini(gint64 *values, gsize n);

/* Which band of a component a value is in. */
typedef struct ScoreBand {
    gint64 points;
    gint64 next;     /* points of the next one; 0 none */
    gint64 distance; /* what is missing: more of it; of absences and being late fewer */
    char label[40];
} ScoreBand;
/* n: how many; of thanks minor units. weeks: meetings. */
ScoreBand score_band(ScoreComponent component, gint64 n, gint64 weeks, const char *currency);
gint64 score_most(ScoreComponent component);
