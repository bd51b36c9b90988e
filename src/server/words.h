/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What indexes of words have in common (profile_search.h, group_search.h), with the cutter of search.h. A document has a few parts that weigh
 * differently, and marker words for filters: "_K_WORD", whose '_' is in no other word, so that no text reads like one.
 */
#pragma once

#include "base/uuid.h"
#include "db/db.h"

/* ---- documents: all append, each word with a blank behind it */

void words_put_text(GString *out, const char *text);
void words_put_list(GString *out, char *const *list);
void words_put_marked(GString *out, char kind, const char *text);
void words_put_id(GString *out, char kind, const Uuid *id); /* "_K_HEX" */

/* "'plumber':1A 'leeds':2B": positions carry the weights, one for each of the n parts. Caller frees. */
char *words_vector(GString *const *parts, const char *weights, int n);

/* ---- queries: all words are wanted */

/* Adds one word, as it stands in documents. prefix: words that begin with it too. */
void words_ask(GString *out, DbEngine engine, const char *word, bool prefix);

/* Adds the first words of a text, each as a prefix; kind: of markers, 0 of the text itself. Returns how many words it has. */
int words_ask_text(GString *out, DbEngine engine, const char *text, char kind, int max);

/* Something but blanks was given. */
bool words_given(const char *text);
