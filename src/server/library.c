/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/library.h"

#include <gmodule.h>

#include "base/problem.h"

bool library_load(const char *soname, const char *const *names, gpointer *table, GError **error)
{
    GModule *module = g_module_open(soname, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (!module)
        return problem_set(error, PROBLEM_FAILED, "cannot load %s: %s", soname, g_module_error());
    g_module_make_resident(module);
    for (; *names; names++, table++)
        if (!g_module_symbol(module, *names, table) || !*table)
            return problem_set(error, PROBLEM_FAILED, "%s has no %s", soname, *names);
    return true;
}
