/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawing goes into rectangles and is cut to them by cells, so that no text can leave its place whatever its width. Every
 * character that is not ASCII is put at a column of its own: where a terminal counts it another way than we do, only that
 * character is wrong, never what stands to its right. All text must be clean (text_clean()).
 */
#pragma once

#include "theme.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Rect {
    int x, y, w, h;
} Rect;

/* A part of r, clipped to it. */
Rect rect_sub(Rect r, int x, int y, int w, int h);

void draw_fill(Rect r, Role role);

/* Text at a row and column of r, cut with an ellipsis at its edge. Returns the column after it. */
int draw_text(Rect r, int row, int col, Role role, const char *text);
int draw_format(Rect r, int row, int col, Role role, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* Exactly `width` cells: cut or padded with blanks. Returns the column after it. */
int draw_field(Rect r, int row, int col, int width, Role role, const char *text);
/* The same, with the text at the right. */
int draw_right(Rect r, int row, int col, int width, Role role, const char *text);

/* Blanks to the right edge. */
void draw_rest(Rect r, int row, int col, Role role);

void draw_hline(Rect r, int row, Role role);
/* A border around r with a title in its upper line; returns the inside. */
Rect draw_frame(Rect r, Role role, const char *title);

/* Where an upper (top) or lower border meets a line between two columns. */
void draw_junction(Rect r, int row, int col, bool top, Role role);
