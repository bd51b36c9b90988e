/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typing a limit (client/limit.h): what may stand next, and what is wrong with it so far. */
#pragma once

#include <glib.h>

/* Terms that can replace the last word, as Candidate * (complete.h); of an empty text all. *start (may be
 * NULL): where that word begins. Free with g_ptr_array_unref. */
GPtrArray *limit_candidates(const char *text, gsize *start);

/* What is wrong, NULL nothing. While a word is still a beginning of a term, or something is only missing at the end, that is
 * no mistake yet (unfinished). Caller frees. */
char *limit_complaint(const char *text, gboolean *unfinished);
