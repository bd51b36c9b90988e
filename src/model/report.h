/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports (domain.md §4): what a member and each of the others gave and took (R26, R28, R34), why leads were not leads, how
 * quickly they were picked up and decided. Pure: whoever has the figures counts them in, report_finish() makes the rest.
 * Server and client do so alike, so both print the same.
 *
 *   report_init(&report, REPORT_GIVE_TAKE, &period, now)
 *   report_count(&report, &whom, BOX_SENT, REFERRAL_CONFIRMED, VERDICT_LEAD, sent_at, 3) ...
 *   fill row->party of every row in report.rows; row->standing
 *   report_finish(&report); report_put_csv(out, &report); report_clear(&report)
 *
 * Counts: withdrawn leads never count; an outcome changes none (R51); beside each count stands the share that was
 * confirmed (R49). Rows are in the order of names, never of merit: nobody is ranked by giving inside the network (R122),
 * and those outside it have rows of their own, like former partners.
 */
#pragma once

#include "model/referral.h"

typedef enum ReportKind {
    REPORT_GIVE_TAKE = 1,
    REPORT_REASONS = 2,
    REPORT_SPEED = 3,
    /* of a leads group: model/group_report.h */
    REPORT_GROUP_ACTIVITY = 4,
    REPORT_ATTENDANCE = 5,
    REPORT_SCORE_CARD = 6,
    REPORT_GROUP_HEALTH = 7,
} ReportKind;

/* What somebody is to the member now. */
typedef enum Standing {
    STANDING_PARTNER = 1,
    STANDING_FORMER = 2,  /* was one, or an account that is gone */
    STANDING_OUTSIDE = 3, /* without an account: leads go there, none come from there */
} Standing;

/* What comes from them to the member: the later half of the months against the earlier. */
typedef enum Trend { TREND_UP = 1, TREND_STEADY = 2, TREND_DOWN = 3 } Trend;

/* ---- the period, in the member's own time zone */

/* Both ends belong to it. */
typedef struct ReportPeriod {
    gint64 from, to;
    char *zone; /* IANA name */
    GArray *
        months; /* gint64: when each calendar month that it touches begins, the first one cut to `from` */
    char **labels; /* of the months: "2026-02" */
} ReportPeriod;

#define REPORT_YEARS_MAX 20

/*
 * From what was asked: `from` and `to` are days (the whole day belongs to it) or RFC 3339 times, zone an IANA name; each may
 * be NULL. Without zone: UTC; without to: now; without from: the same day a year before, 00:00 (R26). False: errors were added
 * at #/from, #/to, #/tz; nothing is to be cleared then.
 */
bool report_period(ReportPeriod *period, gint64 now, const char *from, const char *to,
                   const char *zone, FieldErrors *errors);
void report_period_clear(ReportPeriod *period);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReportPeriod, report_period_clear)

/* Which of its months a time in the period belongs to. */
guint report_month(const ReportPeriod *period, gint64 ms);

/* ---- rows */

/* Who a row is about: an account, or else somebody outside by e-mail address or name. */
typedef struct Whom {
    Uuid account;
    const char *outside;
    const char *name; /* of somebody outside, for a row that is made; NULL: what is in outside */
} Whom;

typedef struct GiveTakeRow {
    Standing standing;
    Party party;
    GiveTake sum;
    gint64 gave_waiting, took_waiting; /* for the recipient's verdict */
    char *gave_share, *took_share; /* confirmed of those with a verdict, "75%"; NULL without any */
    gint64 last_gave, last_took;
    char *ratio; /* "4:0" */
    Trend trend;
    bool one_sided; /* gave two or more, took none */
    char *outside;  /* key of somebody without an account */
    gint64 *gave_months, *took_months;
} GiveTakeRow;

typedef struct ReasonRow {
    Party from, to; /* one of them is the member */
    Standing standing;
    ReferralBox box;       /* sent: the other said so; inbox: the member did */
    ReferralReason reason; /* 0: only a message */
    gint64 n, verdicts;    /* of so many that these two passed this way and that have a verdict */
    char *share;           /* n of verdicts */
    char *outside;
} ReasonRow;

/* Whole minutes; those without a count mean nothing. The 90th percentile is the nearest rank. */
typedef struct SpeedRow {
    Standing standing;
    Party party;
    ReferralBox box; /* inbox: how quick the member was; sent: how quick the other */
    gint64 picked_up, pick_up_median, pick_up_p90;
    gint64 decided, verdict_median, verdict_p90;
    char *outside;
    GArray *pick_ups, *verdicts; /* Minutes, until report_finish() */
} SpeedRow;

/* How a column is written for people. */
typedef enum ReportFormat {
    AS_FIELD,
    AS_DAY,
    AS_MINUTES, /* "2h05m"; "-" when the count before it, `of`, is 0 */
    AS_TREND,
    AS_MARK,   /* bool: "!" */
    AS_FIGURE, /* a text that is a number, or nothing */
    AS_SOME,   /* nothing for 0 */
} ReportFormat;

/* One column of text and screen; CSV and JSON have all fields of the row's table. */
typedef struct ReportColumn {
    const char *field; /* "party.name" */
    const char *head;  /* N_() */
    int width;         /* cells */
    ReportFormat format;
    const char *of; /* AS_MINUTES */
} ReportColumn;

/* Which period a report is of. */
typedef enum ReportWindow {
    WINDOW_ASKED = 0, /* any */
    WINDOW_OWN, /* one that follows from the group's rules and its last day: group_report_days() */
} ReportWindow;

typedef struct ReportType {
    ReportKind kind;
    const char *code;  /* in addresses and on the command line */
    const char *title; /* N_() */
    const FieldTable *row;
    const ReportColumn *columns;
    size_t n_columns;
    size_t months[2];    /* offsets of gint64 *, for each month of the period; 0 none */
    const char *caution; /* N_(), or NULL */
    bool group;          /* of a group, and made by the server only */
    ReportWindow window;
    bool has_party; /* of a group: rows begin with a Party */
} ReportType;

extern const ReportType report_types[]; /* closed by kind 0 */
extern const EnumTable report_kinds;
extern const EnumTable standings, trends;
extern const FieldTable give_take_row_fields, reason_row_fields, speed_row_fields;
extern const FieldTable report_group_fields, report_head_fields;

const ReportType *report_type(ReportKind kind);

typedef enum ReportOutput { REPORT_JSON = 1, REPORT_CSV = 2, REPORT_TEXT = 3 } ReportOutput;
extern const EnumTable report_outputs;

/* ---- a report */

/* Of a report of a group: what its figures are of. */
typedef struct ReportGroup {
    Uuid id;
    char *name;
    gint64 meetings; /* that were counted */
    gint64 pending;  /* that are not completed */
    gint64 holidays;
    bool own;    /* rows are the reader's own; the totals those of all */
    bool league; /* rows are in the order of what was given */
} ReportGroup;

typedef struct ReportHead {
    int report; /* ReportKind */
    Party account;
    ReportGroup group; /* unset: of no group */
    gint64 from, to;
    char *time_zone;
    gint64 generated_at;
    gint64 synced_at; /* made from a client's cache: as of then */
    char **months;
    char *caution;
} ReportHead;

typedef struct Report {
    const ReportType *type;
    ReportPeriod period; /* taken over */
    ReportHead head;
    GPtrArray *rows;   /* of the type's row */
    GPtrArray *totals; /* likewise, after report_finish(): everything, or each box */
    GHashTable *index;
} Report;

/* Takes the period over. */
void report_init(Report *report, ReportKind kind, ReportPeriod *period, gint64 now);
void report_clear(Report *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Report, report_clear)

/* ---- counting; each makes the row when it is not there yet */

/* Give and take: n leads of one kind, all sent in the month of sent_at; the latest one for the last dates. */
void report_count(Report *report, const Whom *whom, ReferralBox box, ReferralState state,
                  ReferralVerdict verdict, gint64 sent_at, gint64 n);
/* The same for counts that were made elsewhere: all of a box, last: when the latest was sent; and n of them in a month. */
void report_add(Report *report, const Whom *whom, ReferralBox box, gint64 n, gint64 confirmed,
                gint64 rejected, gint64 last);
void report_add_month(Report *report, const Whom *whom, ReferralBox box, guint month, gint64 n);
/* A row of its own even when nothing was passed: every partner is in the report. */
GiveTakeRow *report_give_take_row(Report *report, const Whom *whom);

/* n leads with a verdict, of these not leads for the reason when verdict says so. */
void report_reason(Report *report, const Whom *whom, ReferralBox box, ReferralVerdict verdict,
                   ReferralReason reason, gint64 n);

typedef enum SpeedStep { SPEED_PICK_UP, SPEED_VERDICT } SpeedStep;
/* n leads for which this step came so many minutes after they were sent. */
void report_speed(Report *report, const Whom *whom, ReferralBox box, SpeedStep step, gint64 minutes,
                  gint64 n);

/* Who a row of any report is about: its party (to be named, owned by the row), its standing, its outsider's key. Rows of a
 * group's report have no standing and no outsider, of its health no party either: NULL. */
typedef struct RowParty {
    Party *party;
    Standing *standing;
    char **outside;
} RowParty;
RowParty report_row_party(const Report *report, void *row);
/* What tells a row from the others of its report, however often that is made. Caller frees. */
char *report_row_key(const Report *report, void *row);

/* Names the member in the rows that name both sides, shares, ratios, trends, flags, percentiles, totals, order. */
void report_finish(Report *report, const Party *member);

/* ---- parts, for tests and views */

char *report_ratio(gint64 gave, gint64 took);      /* "4:0"; caller frees */
char *report_share(gint64 part, gint64 whole);     /* "75%", or NULL; caller frees */
Trend report_trend(const gint64 *months, guint n); /* 0 when all are 0 */
bool report_one_sided(const GiveTake *sum);        /* gave >= 2, took 0 */
char *report_duration(gint64 minutes);             /* "45m" "2h05m" "3d04h" */
char *report_day(gint64 ms, const char *zone);     /* "2026-02-28"; "" for 0 */
char *report_moment(gint64 ms, const char *zone);  /* "2026-02-28 09:30" */
typedef struct Minutes {
    gint64 minutes, n;
} Minutes;
/* The nearest rank: the smallest value that percent of all are not above. Sorts values. 0 when empty. */
gint64 report_percentile(GArray *values, int percent);

/* ---- printing: the same rows in each (JSON: wire/report_json.h) */

/* What one cell shows; numbers are to be put to the right. Caller frees. */
char *report_cell(const Report *report, const ReportColumn *column, const void *row);
/* Of a group's report: how many meetings were counted, whose rows there are. Caller frees. */
char *report_group_line(const ReportHead *head);
bool report_column_is_number(const ReportType *type, const ReportColumn *column);
#define REPORT_TEXT_WIDTH 100
void report_put_text(GString *out,
                     const Report *report); /* plain, at most REPORT_TEXT_WIDTH cells a line */
void report_put_csv(GString *out, const Report *report);
