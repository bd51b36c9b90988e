/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long text in the user's editor. It gets the terminal while the main loop goes on beneath it: leads come in, the outbox is
 * sent, nothing is drawn. The text is in a private file (0600, in the profile's runtime folder) that is gone when the editor has
 * ended well. When it has not, or leadline has died meanwhile, the file stays, and the next one who asks for that name finds it.
 */
#pragma once

#include <stdbool.h>

typedef struct App App;

/* Once, when it has ended. The text as it was saved, without line ends behind it, not clean; NULL: the editor has failed, which was
 * said. */
typedef void (*EditorDoneFunc)(App *app, const char *text, void *data);

/* name: of the file, "note:<uuid>". data is the caller's until the editor ends. False and a complaint when it cannot begin. */
bool editor_start(App *app, const char *name, const char *text, EditorDoneFunc done, void *data);

/* What an editor of that name left behind: NULL nothing. It is the caller's now, the file is gone. Caller frees. */
char *editor_left_over(App *app, const char *name);

/* At the end of the program: an editor that still runs is told so (SIGHUP, as by a terminal that is closed). */
void editor_hang_up(void);
