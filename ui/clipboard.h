/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text into the clipboard, in the way of the setting `clipboard`: by a program of the desktop, which gets the text on its
 * standard input (never as an argument: others could read it), or by the terminal itself (OSC 52), which also works through
 * ssh. Nothing is ever read back.
 */
#pragma once

#include "client/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct App App;

/* Copies it, and says so; what: how it is called in the message, clean ("0113 496 0190"). Complains when it cannot. */
void clipboard_copy(App *app, const char *text, const char *what);

/* The program that `auto` and `native` would use now: its name, or NULL. */
const char *clipboard_program(void);
