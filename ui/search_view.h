/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What looks for something at the server: words and criteria, a list of what fits, page by page, and the one under the cursor
 * below it. What is typed is asked when the keys pause; what could not be asked is asked again when the server can be
 * reached. A view of this sort is a SearchKind, SEARCH_VIEW in its operations, and what is its own: create() by
 * search_view_new(), open, target, and what it calls itself.
 */
#pragma once

#include "app.h"
#include "client/server_list.h"
#include "page.h"
#include "rows.h"

#define SEARCH_COLUMNS 5

typedef struct SearchKind {
    const ViewOps *ops;
    ViewId view;
    const char *crumb; /* N_(): what the status begins with */

    /* what is asked */
    const FieldTable *query; /* the criteria; "text" is the words */
    ServerList *(*find)(Client *client, const void *query, ServerListFunc told, gpointer data);
    const Uuid *(*id)(gconstpointer row);
    void (*begin)(App *app, void *query); /* what is asked first; NULL: everything */
    unsigned changes;                     /* CLIENT_ bits for which it is drawn again */

    /* the dialog of the criteria */
    const char *question;              /* N_() */
    const char *const *criteria;       /* names of their fields, closed by NULL */
    const char *const *admin_criteria; /* NULL: for administrators they are the same */

    /* what is shown */
    const char *heads[SEARCH_COLUMNS]; /* N_(); closed by NULL */
    /* Of these columns, in a line of w cells; 0: left out. */
    void (*widths)(int w, int widths[SEARCH_COLUMNS]);
    void (*texts)(gconstpointer row, char *texts[SEARCH_COLUMNS]); /* clean; they are freed */
    void (*detail)(App *app, Page *page, gconstpointer row);
    const char *offline;                   /* N_(): said when the server cannot be reached */
    void (*nothing)(App *app, Page *page); /* says that nothing fits */
    void (*status)(GString *out, const void *query); /* the criteria, by search_put_filter() */
} SearchKind;

View *search_view_new(App *app, const SearchKind *kind);

void search_view_destroy(View *view);
void search_view_show(View *view);
void search_view_place(View *view, Rect body);
void search_view_draw(View *view, bool all);
void search_view_changed(View *view, unsigned what);
void search_view_moved(View *view, Move move);
void search_view_status(View *view, GString *out);
void search_view_search(View *view, const char *text);
const char *search_view_searched(View *view);
bool search_view_clear(View *view);

#define SEARCH_VIEW                                                                                \
    .destroy = search_view_destroy, .show = search_view_show, .place = search_view_place,          \
    .draw = search_view_draw, .changed = search_view_changed, .moved = search_view_moved,          \
    .status = search_view_status, .search = search_view_search, .searched = search_view_searched,  \
    .abort = search_view_clear

/* The row under the cursor, borrowed; NULL: none, or, of the second, another view is shown. */
gconstpointer search_view_row(const View *view);
gconstpointer search_view_current(App *app, const SearchKind *kind);

/* Shows it; words: looks for these, by no other criteria. */
void search_view_open(App *app, const SearchKind *kind, const char *words);
/* Shows it, and asks for the criteria. */
void search_view_ask(App *app, const SearchKind *kind);

/* "   a seat for: Plumber"; nothing without a value. */
void search_put_filter(GString *out, const char *what, const char *value);
