/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: taken over by screen_open() and given back as it was found by screen_close(), on suspend and on a crash. Only
 * screen_flush() sends what was drawn (draw.h), once a turn of the loop.
 */
#pragma once

#include "key.h"

#include <glib.h>
#include <stdbool.h>

/* FAILED when standard input or output is not a terminal, or it cannot place the cursor. */
bool screen_open(GError **error);
void screen_close(void);

/*
 * Gives the terminal back and stops; returns when continued, with everything to be drawn again. whole_job: all processes of
 * the job, as ^Z does for any program, and none where no shell could continue them.
 */
void screen_suspend(bool whole_job);
/* Another program gets the terminal, as it was found, until screen_return(): nothing is drawn or read meanwhile. */
void screen_leave(void);
void screen_return(void);
/* After SIGCONT: modes again, and all anew. */
void screen_resume(void);
/* After SIGWINCH. */
void screen_resize(void);
/* Colours again, after a change of theme. */
void screen_apply_theme(void);

/* The terminal shows any character, not just ASCII. */
bool screen_is_utf8(void);

int screen_rows(void);
int screen_cols(void);

/* Reads what the terminal has sent, a few thousand bytes at most; never waits. False: input has ended, nobody is there. */
bool screen_fill(void);
/* The next key press of what was read, false when there is none. */
bool screen_read(Key *key);
/* An unfinished sequence is at the end of what was read: milliseconds until screen_give_up(), which makes it the Esc key or
 * drops it. 0: there is none. */
unsigned screen_patience(void);
void screen_give_up(void);

/* Asks the terminal for its background when nothing is known of it; the answer comes as K_REPLY, if ever. */
bool screen_ask_background(void);
/* It has said, or shown, that it puts brackets around what is pasted: what comes without them was typed. False: who knows. */
bool screen_brackets_pastes(void);

void screen_flush(void);
void screen_repaint(void); /* ^L: the next flush draws every cell */
/* Instead of what is drawn: clean text, its lines whole, wrapped by the terminal and so copied in one piece; as many as there is
 * room for. Until screen_repaint(): draw nothing meanwhile. */
void screen_bare(const char *text);
void screen_bell(void);
/* Puts text into the clipboard of the terminal's window (OSC 52) with the next flush, also through tmux and GNU screen. False:
 * it is more than terminals take. */
bool screen_copy(const char *text);
/* What the terminal's window is called (clean text) while the screen is up; before and after it has the name it was found
 * with. Nothing on terminals that have no windows. */
void screen_title(const char *title);
/* Asks the terminal to bring its window to the front (XTWINOPS); few do, none minds. */
void screen_raise(void);

/* Where the terminal's cursor blinks after the next flush; y < 0 hides it. */
void screen_cursor(int y, int x);
