/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit that is taken narrows a query within its bounds; one that is not says where it is wrong. */
#include "fuzz.h"

#include "client/limit.h"

#define NOW G_GINT64_CONSTANT(1700000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Limit) limit = limit_parse(text, NOW, &error);
    if (!limit) {
        g_assert(problem_is(error, PROBLEM_BAD_INPUT));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    LeadQuery query = { .box = BOX_INBOX };
    limit_narrow(limit, &query);
    g_assert(query.from <= NOW && query.to <= NOW);
    g_assert(!query.text || g_utf8_validate(query.text, -1, NULL));
    g_assert(query.box == BOX_INBOX && !query.waiting);
    return 0;
}
