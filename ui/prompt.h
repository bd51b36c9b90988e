/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line at the bottom where commands (:), search words (/) and limits (\) are typed: GNU readline in callback mode, with
 * its users' own inputrc. Readline neither reads the terminal nor writes to it: keys are handed in, the line is drawn by
 * us. Nothing of it is initialised before the first use.
 */
#pragma once

#include "draw.h"
#include "key.h"

typedef struct App App;

typedef enum PromptKind { PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_LIMIT, PROMPT_KINDS } PromptKind;

/* One thing that is asked for in the line. What is NULL does not happen. */
typedef struct PromptSpec {
    PromptKind kind;                           /* whose history: each has its own */
    const char *mark;                          /* N_(): before the line */
    const char *enter, *leave;                 /* N_(): what Enter and Esc do, for the footer */
    void (*typed)(App *app, const char *text); /* after each key */
    void (*entered)(App *app, const char *text);
    void (*left)(App *app, const char *before); /* without an answer; before: app_prompt() */
    /* What is wrong with it, NULL nothing (caller frees): Enter is refused then. *unfinished: only not complete yet. */
    char *(*complain)(const char *text, gboolean *unfinished);
    GPtrArray *(*candidates)(const char *text, gsize *start); /* as complete_line() */
} PromptSpec;

/* history: the file of the profile for commands, NULL none; the other kinds are only remembered. */
void prompt_open(const PromptSpec *spec, const char *initial, const char *history, App *app);
bool prompt_is_open(void);
const PromptSpec *prompt_spec(void);
void prompt_close(void); /* without an answer */

/* What stands in the line now, raw. */
const char *prompt_text(void);

/* Readline is in the middle of something of its own (^R, a number, a key of two): what cancels is meant for that. */
bool prompt_is_busy(void);

void prompt_key(Key key);
void prompt_paste(const char *text);

/* The keys for the editor (^X^E, or as inputrc says) were pressed: true once. */
bool prompt_take_edit_wish(void);
void prompt_replace(const char *text);

void prompt_draw(Rect line);

/* Candidate *: those that can stand where the cursor is, *at the one that Tab has taken, or would take. Free with
 * g_ptr_array_unref. */
GPtrArray *prompt_candidates(int *at);

/* Writes what could not be written when it was typed; at the end of the program. */
void prompt_save_history(void);
