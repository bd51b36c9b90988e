/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list that costs what it shows: a window of rows over a source, which is asked for pages around an anchor (keyset
 * paging) and never for the whole. The cursor belongs to a row's id: after list_reload() it is on the same row wherever
 * that went, or, when the row is gone, on the one that took its place. A list that has rows has a cursor.
 */
#pragma once

#include "base/uuid.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ListSource {
    const Uuid *(*id)(gpointer row);
    /*
     * The rows next after `from` in the order of the list, or those next before it; from NULL: the first ones, or (forward
     * false) the last ones. At most limit, always in list order, in an array that owns them. `from` may have left the
     * source meanwhile: its place counts.
     */
    GPtrArray *(*fetch)(gpointer data, gpointer from, bool forward, unsigned limit, GError **error);
    bool (*count)(gpointer data, gint64 *n, GError **error);
    bool (*rank)(gpointer data, gpointer row, gint64 *n, GError **error); /* rows before it */
} ListSource;

typedef enum Move {
    MOVE_UP,
    MOVE_DOWN,
    MOVE_HALF_UP,
    MOVE_HALF_DOWN,
    MOVE_PAGE_UP,
    MOVE_PAGE_DOWN,
    MOVE_TOP,
    MOVE_BOTTOM,
} Move;

/* How many lines a move goes down (or up: negative) in a window of that height; to an end, more than anything has. */
int move_lines(Move move, int height);

typedef struct List List;

List *list_new(const ListSource *source, gpointer data);
void list_free(List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(List, list_free)

/* Lines on the screen, at least 1. */
void list_set_height(List *list, int height);

bool list_load(List *list, GError **error);   /* from the first row */
bool list_reload(List *list, GError **error); /* the source has changed */
bool list_move(List *list, Move move, GError **error);
/* Scrolls so that the cursor is in this line, as far as there are rows. */
bool list_place(List *list, int line, GError **error);
/* Puts the cursor on the row at this place (or the next one). */
bool list_goto(List *list, gpointer place, GError **error);

gpointer list_row(const List *list);            /* under the cursor; NULL when empty */
gpointer list_line(const List *list, int line); /* shown in this line; NULL below the last */
int list_cursor_line(const List *list);
gint64 list_rank(const List *list); /* of the cursor, from 0 */
gint64 list_total(const List *list);
guint list_buffered(const List *list);  /* rows in memory, for tests */
gint64 list_top_rank(const List *list); /* of the first line */

/* Rises whenever the rows shown changed or scrolled: if it did not, only the cursor can have moved. */
guint list_epoch(const List *list);
