/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a list of leads, for the files that share the work: leads.c is the view (what it holds, and what happens to
 * it), leads_draw.c the list on the screen, leads_preview.c the page beside or below it, commands_list.c the commands.
 */
#pragma once

#include "lead_list.h"
#include "leads.h"
#include "page.h"
#include "tags.h"

#include "client/cache.h"
#include "client/limit.h"

typedef struct LeadsView {
    View view;
    LeadQuery query;
    LeadSource source; /* of the list: that */
    char *text;        /* of the search, NULL none */
    char *limit_text;  /* as typed, NULL all */
    Limit *limit;      /* the same, understood; its ages are of when it was set */
    char *
        only; /* one partner and period that a figure of a report stands for, as people call it; NULL all */
    GArray *tagged; /* Uuid: what ~t means in it */
    List *list;
    bool touched; /* the user has chosen a place in it */
    Tags *tags;
    LeadPos tag_anchor; /* where the last one was set, and a range begins */
    bool has_anchor;
    Rect area, rows, preview; /* list with its head; its lines; preview (empty: none) */
    bool beside;              /* preview at the right */
    bool in_preview;          /* j and k scroll it */
    Page *page;               /* of the preview; NULL: to be made */
    Uuid page_id;             /* of the lead it shows */
    int page_top;             /* first line of it that is seen */
    guint drawn_epoch;        /* of the list when it was drawn, and the line of its cursor: */
    int drawn_line;           /* while that epoch holds only two lines can have changed */
} LeadsView;

/* leads.c. NULL when neither Inbox nor Sent is shown. */
LeadsView *leads_shown(App *app);
Cache *leads_cache(const LeadsView *leads);
/* False and *error: as it was. "" shows all. */
bool leads_set_limit(LeadsView *leads, const char *text, GError **error);
void leads_set_sort(LeadsView *leads, LeadSort sort, bool reverse);
/* The tags are others: a limit that asks for them shows others too. */
void leads_retag(LeadsView *leads);

/* The rows after a place, or before it (forward false), as many as asked for; NULL and a complaint when they cannot be read. */
GPtrArray *leads_fetch(LeadsView *leads, const LeadPos *from, bool forward, unsigned n);
bool leads_rank(LeadsView *leads, const LeadPos *pos, gint64 *rank);

/* leads_draw.c */
void leads_draw_list(LeadsView *leads, bool all);

/* leads_preview.c: place cuts the body into area and preview; draw and scroll want a preview that has lines. */
void preview_place(LeadsView *leads, Rect body);
void preview_draw(LeadsView *leads, bool all);
void preview_scroll(LeadsView *leads, Move move);
