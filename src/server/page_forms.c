/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/page_forms.h"

static void put_problem(Call *call, Problem problem, const char *detail, const FieldErrors *errors)
{
    const FieldError *first = errors && field_errors_any(errors) ? errors->items->pdata[0] : NULL;
    page_begin(call, problem_row(problem)->title);
    page_error(call, first ? first->detail : detail);
    page_end(call);
}

const Wording account_page_wording = { "page", "text/html; charset=utf-8", put_problem };

void page_end_with(Call *call, const char *title, const char *text)
{
    page_begin(call, title);
    page_put(call, "<p role=\"status\">%s</p>\n", text);
    page_end(call);
}
