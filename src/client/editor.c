/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/editor.h"

const char *editor_command(void)
{
    static const char *const names[] = { "VISUAL", "EDITOR" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "vi";
}

char **editor_argv(const char *path)
{
    g_autofree char *line = g_strconcat("exec ", editor_command(), " \"$1\"", NULL);
    const char *argv[] = { "/bin/sh", "-c", line, "leadline", path, NULL };
    return g_strdupv((char **)argv);
}
