/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/server_internal.h"

void server_link(const Server *server, GString *out, const char *path)
{
    const Config *config = server_config(server);
    if (config->public_url)
        g_string_append(out, config->public_url);
    else if (g_str_has_prefix(config->listen, "unix:"))
        g_string_append(out, "http://localhost");
    else
        g_string_append_printf(out, "http://%s", config->listen);
    g_string_append(out, path);
}
