/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other programs, started beside the screen: never waited for, never on the terminal. The main loop feeds their input, keeps
 * what they print when that is wanted (else nobody sees it), and says when they have ended. They run in a session of their own:
 * ^C and a hang-up of this terminal are not theirs, so a clipboard that was filled outlives us.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Program Program;

/* status as of waitpid(). output: what it printed, errors too, as it is (not clean); "" when that was not kept. */
typedef void (*ProgramDoneFunc)(int status, const char *output, gpointer data);

#define PROGRAM_OUTPUT_MAX (1024 * 1024) /* what comes after it is thrown away */

/* argv is looked for on PATH, and is no line of a shell. input: for its standard input, NULL none. keep: its output is handed to
 * done. FAILED when it cannot be started. The program is borrowed until done was called, for program_stop(). */
Program *program_start(const char *const *argv, const char *input, bool keep, ProgramDoneFunc done,
                       gpointer data, GError **error);
/* It is asked to end (SIGTERM), with all that it has started; done is called when it has. */
void program_stop(Program *program);

/* What is not done: at the end of ours nobody wants to hear of it any more. The programs go on. */
void program_forget_all(void);

/* "exit 3", "signal 15", for people; NULL when it has ended well. Caller frees. */
char *program_failure(int status);

/* Before exec(), in any child: signals as a program expects to find them. */
void program_reset_signals(void);

/* A path as a user writes it: "~/leads.csv". Caller frees. */
char *program_path(const char *path);
