/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line at the bottom where commands (:) and search words (/) are typed: GNU readline in callback mode, with its
 * users' own inputrc. Readline neither reads the terminal nor writes to it: keys are handed in, the line is drawn by
 * us. Nothing of it is initialised before the first use.
 */
#pragma once

#include "draw.h"
#include "key.h"

typedef enum PromptKind { PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_KINDS } PromptKind;

typedef void (*PromptDoneFunc)(PromptKind kind, const char *line, gpointer data);

/* history: the file of the profile for commands, NULL none; search words are only remembered. done is called with the line
 * at Enter. */
void prompt_open(PromptKind kind, const char *initial, const char *history, PromptDoneFunc done,
                 gpointer data);
bool prompt_is_open(void);
PromptKind prompt_kind(void);
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
