/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problem.h"

#include "base/i18n.h"

static const ProblemRow rows[PROBLEM_COUNT] = {
#define X(id, code_, status_, fault_, retry_, exit_code_, title_)                                  \
    [PROBLEM_##id] = { code_, status_, fault_, retry_, exit_code_, title_ },
    PROBLEM_LIST(X)
#undef X
};

G_DEFINE_QUARK(leadline - error - quark, leadline_error)

const ProblemRow *problem_row(Problem problem)
{
    g_assert((unsigned)problem < PROBLEM_COUNT);
    return &rows[problem];
}

Problem problem_by_code(const char *code)
{
    for (unsigned i = 0; i < PROBLEM_COUNT; i++)
        if (g_strcmp0(rows[i].code, code) == 0)
            return (Problem)i;
    return PROBLEM_COUNT;
}

Problem problem_of(const GError *error)
{
    if (error->domain != LEADLINE_ERROR || (unsigned)error->code >= PROBLEM_COUNT)
        return PROBLEM_FAILED;
    return (Problem)error->code;
}

bool problem_set(GError **error, Problem problem, const char *format, ...)
{
    if (!error)
        return false;
    va_list arguments;
    va_start(arguments, format);
    GError *made = g_error_new_valist(LEADLINE_ERROR, (int)problem, format, arguments);
    va_end(arguments);
    g_propagate_error(error, made);
    return false;
}

bool problem_is(const GError *error, Problem problem)
{
    return error && error->domain == LEADLINE_ERROR && error->code == (int)problem;
}
