/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand next in a command line: names of commands, and behind a name the values that its command takes. */
#pragma once

#include <glib.h>

typedef struct Candidate {
    char *word;         /* "limit", "waiting", "theme=" */
    const char *effect; /* one line for people, translated; "" when there is nothing to say */
} Candidate;

/* Those that can replace the last word of this line, in the order of their tables; free with g_ptr_array_unref. None once
 * the word is complete and the only one. *start (may be NULL): where that word begins. */
GPtrArray *complete_line(const char *line, gsize *start);
