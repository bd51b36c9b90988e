/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the view of partners: partners.c is what it holds and what
 * happens to it, partners_draw.c the list on the screen, partner_page.c what is
 * told of one. A partner that is shown in full lies over the list: a page, and
 * below it the leads between the two, as a window over the cache.
 */
#pragma once

#include "lead_list.h"
#include "page.h"
#include "partners.h"

typedef struct PartnersView {
    View view;
    GPtrArray *rows; /* PartnerRow * */
    PartnerQuery query;
    char *text, *trade, *limit; /* of the query; NULL all. limit: as typed */
    int period;                 /* value of partner_periods */
    gint64 all;                 /* individual partners, whatever is shown */
    gint64 waiting;             /* invitations for this user to answer */
    guint cursor, top;          /* of the rows; of the lines (partners_line()) */
    Uuid at;                    /* the partner under the cursor */

    Rect list, summary, detail; /* of the body; empty: none */
    Page *page;                 /* of the detail; NULL: to be made */

    bool opened;         /* one is shown in full */
    LeadQuery leads;     /* between the two */
    LeadSource source;   /* of the history: these */
    List *history;       /* of them; NULL unless opened */
    Page *whole;         /* what is above them; NULL: to be made */
    int whole_top;       /* its first line that is seen */
    bool in_page;        /* j and k scroll that */
    Rect above, rows_at; /* the page's place, and the lines of the leads */
} PartnersView;

const PartnerRow *partners_row(const PartnersView *view);
/* The line of the list that a row is on: those of groups stand under a heading of their own (R16). */
guint partners_line(const PartnersView *view, guint row);

/* partners_draw.c */
void partners_place(PartnersView *partners);
void partners_draw(PartnersView *partners, bool all);

/* partner_page.c */
typedef enum PartnerExtent {
    PARTNER_BRIEF, /* below the list: a few lines */
    PARTNER_WHOLE,
} PartnerExtent;
Page *partner_page(App *app, const PartnerRow *row, const char *period, int width,
                   PartnerExtent extent);
/* "low giver", "dormant", "new", "ok" */
const char *partner_standing_word(const PartnerRow *row, gint64 now);
Role partner_standing_role(const PartnerRow *row);
/* "14/12": given, and confirmed of that. Caller frees. */
char *partner_count(gint64 n, gint64 confirmed);
