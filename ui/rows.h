/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists that fit into memory: a cursor that belongs to a row's id, and rows drawn as cells. What may be long is a window over
 * the cache instead (list.h).
 */
#pragma once

#include "base/uuid.h"
#include "list.h"
#include "theme.h"
#include "draw.h"

typedef struct Rows {
    const Uuid *(*id)(gconstpointer row);
    guint cursor, top;
    Uuid at; /* of the row under the cursor */
} Rows;

/* After all was read again: on the same row wherever that went, or, when it is gone, on the one that took its place. */
void rows_read(Rows *rows, const GPtrArray *all);
/* On the row of this id, if it is there. */
void rows_goto(Rows *rows, const GPtrArray *all, const Uuid *id);
void rows_move(Rows *rows, const GPtrArray *all, Move move, int height);
/* NULL when there is none. */
gpointer rows_current(const Rows *rows, const GPtrArray *all);
/* Of the row in the first line, so that the cursor is in one of them. */
guint rows_top(Rows *rows, guint n, int height);

typedef struct Cell {
    int width; /* 0: none, it is left out */
    const char *text;
    Role role; /* ROLE_NORMAL: that of the line */
} Cell;

/* One line of cells, a blank between two. With ROLE_CURSOR all of the line is so. */
void draw_cells(Rect r, int line, Role role, const Cell *cells, size_t n);
