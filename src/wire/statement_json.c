/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/statement_json.h"

void ledger_statement_put_json(GString *out, const LedgerStatement *statement)
{
    bool first = true;
    g_string_append_c(out, '{');
    json_put_members(out, &statement_head_fields, &statement->head, &first);
    json_put_name(out, "lines", &first);
    g_string_append_c(out, '[');
    for (guint i = 0; i < statement->lines->len; i++) {
        g_string_append(out, i ? ",\n" : "");
        json_put_object(out, &statement_line_fields, statement->lines->pdata[i]);
    }
    g_string_append(out, "]}");
}
