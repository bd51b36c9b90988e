/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limit.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "client/limit.h"
#include "complete.h"

#include <string.h>

/* Behind the last character that ends a word; none inside of quotes. */
static const char *last_word(const char *text)
{
    const char *word = text;
    bool quoted = false;
    for (const char *p = text; *p; p++) {
        quoted ^= *p == '"';
        if (quoted || strchr(" ()|!\"", *p))
            word = p + 1;
    }
    return word;
}

static void candidate_free(gpointer data)
{
    Candidate *candidate = data;
    g_free(candidate->word);
    g_free(candidate);
}

static void add(GPtrArray *out, const char *mark, const LimitTerm *term)
{
    Candidate *candidate = g_new0(Candidate, 1);
    candidate->word = g_strconcat(mark, term->name, NULL);
    candidate->effect = _(term->effect);
    g_ptr_array_add(out, candidate);
}

/* All of them before anything is said; then what the word can become. */
GPtrArray *limit_candidates(const char *text, gsize *start)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(candidate_free);
    const char *word = last_word(text);
    const LimitTerm *term;
    bool empty = !text[strspn(text, " ")];
    if (start)
        *start = (gsize)(word - text);
    for (size_t i = 0; (term = limit_term(i)); i++) {
        if (empty || (*word == '~' && g_str_has_prefix(term->name, word + 1)))
            add(out, "~", term);
        else if (*word && limit_term_stands_alone(i) && g_str_has_prefix(term->name, word))
            add(out, "", term);
    }
    if (out->len == 1 && strcmp(((Candidate *)out->pdata[0])->word, word) == 0)
        g_ptr_array_set_size(out, 0);
    return out;
}

char *limit_complaint(const char *text, gboolean *unfinished)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Limit) limit = limit_parse(text, clock_now(), &error);
    *unfinished = FALSE;
    if (limit)
        return NULL;
    g_autoptr(GPtrArray) candidates = limit_candidates(text, NULL);
    *unfinished = candidates->len > 0;
    return g_strdup(error->message);
}
