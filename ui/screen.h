/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: taken over by screen_open() and given back as it was found by screen_close(), on suspend and on a crash. Only
 * screen.c knows ncurses, and only screen_flush() sends anything to the terminal, once a turn of the loop.
 *
 * Drawing goes into rectangles and is cut to them by cells, so that no text can leave its place whatever its width.
 * All text must be clean (text_clean()).
 */
#pragma once

#include "key.h"
#include "theme.h"

#include <glib.h>
#include <stdbool.h>

/* FAILED when standard input or output is not a terminal, or it cannot place the cursor. */
bool screen_open(GError **error);
void screen_close(void);

/* Gives the terminal back and stops the process; returns when it was continued, with everything to be drawn again. */
void screen_suspend(void);
/* After SIGCONT from outside: modes again, and all anew. */
void screen_resume(void);
/* After SIGWINCH. */
void screen_resize(void);
/* Colours again, after a change of theme. */
void screen_apply_theme(void);

int screen_rows(void);
int screen_cols(void);

/* The next key press, false when there is none now; never waits (but 25 ms to tell Esc from a function key). */
bool screen_read(Key *key);
/* Input has ended: nobody is there any more. Ask when the terminal was readable but gave no key. */
bool screen_at_eof(void);

void screen_flush(void);
void screen_repaint(void); /* ^L: the next flush draws every cell */
void screen_bell(void);
/* Puts text into the clipboard of the terminal's window (OSC 52), also through tmux. */
void screen_copy(const char *text);

/* Where the terminal's cursor blinks after the next flush; y < 0 hides it. */
void screen_cursor(int y, int x);

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
void draw_vline(Rect r, int col, Role role);
/* A border around r with a title in its upper line; returns the inside. */
Rect draw_frame(Rect r, Role role, const char *title);

/* Where an upper (top) or lower border meets a line between two columns. */
void draw_junction(Rect r, int row, int col, bool top, Role role);

/* Changes the look of cells already drawn. */
void draw_restyle(Rect r, int row, int col, int width, Role role);
