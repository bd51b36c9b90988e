/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor that the user wants for long texts: VISUAL, EDITOR, or vi. */
#pragma once

#include <glib.h>

/* As it is set, perhaps with arguments: "vim -u NONE". */
const char *editor_command(void);

/* What opens a file in it: the setting is a line of the shell, the path an argument of its own. Free with g_strfreev(). */
char **editor_argv(const char *path);
