/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program in a real terminal: a pty with libvterm as the emulator behind it. Nothing here sleeps: one waits for a
 * condition of the screen, and gets false when its deadline has passed. Waiting is what moves output from the program to the
 * screen, so look at the screen only after a term_wait...() or term_pump().
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Term Term;

/* Starts argv with exactly this environment (NULL-terminated "NAME=VALUE") in a session of its own. */
Term *term_start(const char *const *argv, const char *const *environment, const char *folder,
                 int cols, int rows, GError **error);
/* Kills the program if it still runs, and reaps it. */
void term_free(Term *term);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Term, term_free)

/* Raw bytes, as the keyboard would give them. */
void term_send(Term *term, const char *bytes, gssize length);
/* Keys as people write them: text, and <Enter> <Esc> <Tab> <Space> <BS> <lt> <Up> <PageDown> <F1> <C-x> <M-x> ... One by
 * one: each when the one before was read, unless the program does not read at all. False when a name is unknown. */
bool term_keys(Term *term, const char *keys, GError **error);
/* Text as a terminal pastes it: in brackets when the program has asked for that. */
void term_paste(Term *term, const char *text);
void term_resize(Term *term, int cols, int rows);
/* The window gets or loses the keyboard: told to a program that has asked for it. */
void term_focus(Term *term, bool focused);
/* Hangs up: the program's terminal is gone. */
void term_hang_up(Term *term);

/* Moves output to the screen until there is none for `quiet_ms`; at most `ms`. */
void term_pump(Term *term, int quiet_ms, int ms);
/* Until holds(term, data), or false after `ms`. */
typedef bool (*TermCondition)(Term *term, gpointer data);
bool term_wait(Term *term, TermCondition holds, gpointer data, int ms);
/* Until the text of the screen matches (wanted true) or does not match any more. */
bool term_wait_text(Term *term, const GRegex *regex, bool wanted, int ms);
/* Until what the program has written to the terminal matches, byte by byte, controls as ^X: ESC is ^[ and BEL ^G. */
bool term_wait_sent(Term *term, const GRegex *regex, int ms);
/* Until the program has ended. *status as of waitpid(). */
bool term_wait_exit(Term *term, int *status, int ms);

/* The rows of the screen without the blanks at their ends, each closed by a newline. Caller frees. */
char *term_text(Term *term);
/*
 * Where cells differ from plain text, one line a row that has any: "3: 1-20 reverse, 25 bold fg2". Columns count from
 * 1. Attributes: bold underline italic blink reverse strike, fgN bgN (palette), fg#rrggbb. Caller frees.
 */
char *term_attributes(Term *term);

typedef struct TermModes {
    bool alternate_screen, cursor_visible, mouse;
    bool cooked; /* the line discipline echoes and edits lines: nobody has the terminal */
} TermModes;
TermModes term_modes(Term *term);
void term_cursor(Term *term, int *col, int *row); /* from 0 */

pid_t term_pid(const Term *term);
guint64 term_bytes(const Term *term);      /* written by the program so far */
guint term_bells(const Term *term);        /* how often it rang */
gint64 term_last_output(const Term *term); /* when its last byte came, g_get_monotonic_time() */
