/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of an agenda: what is read of it lies in it, and says the same when it is written down again. */
#include "fuzz.h"

#include <inttypes.h>
#include <string.h>

#include "model/meeting.h"

static void check_again(const AgendaItem *item)
{
    AgendaItem again;
    g_autofree char *line = g_strdup_printf("%" PRId64 " %s: %s", item->minutes,
                                            enum_code(&agenda_kinds, (int)item->kind), item->text);
    g_assert(agenda_item_parse(line, &again));
    g_assert(again.minutes == item->minutes && again.kind == item->kind);
    g_assert(strcmp(again.text, item->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *line = g_strndup((const char *)data, size);
    AgendaItem item = { 0 };
    if (!agenda_item_parse(line, &item))
        return 0;
    g_assert(item.minutes >= 0 && enum_code(&agenda_kinds, (int)item.kind));
    g_assert(*item.text == '\0' || strstr(line, item.text));
    check_again(&item);
    return 0;
}
