/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text that is safe and right on a terminal. Two jobs:
 *
 * 1. text_clean() is the only way for remote or typed text to a terminal, log, title or notification
 *    (CWE-150). Invalid UTF-8 becomes U+FFFD; C0, DEL and C1 become visible (^[ and <9B>); bidi controls
 *    (U+202A-202E, U+2066-2069, U+200E-200F, U+061C), zero-width and tag characters go (ZWJ and variation selectors
 *    inside an emoji stay) with everything else that is invisible by nature (soft hyphen, fillers); at most 4
 *    combining marks stay on one base, none without a base; lone conjoining jamo and noncharacters become
 *    U+FFFD; an emoji joins at most 7. Every cluster of its result but \n has one or two cells. Cleaning twice
 *    changes nothing. Its result needs no further care.
 * 2. Widths are terminal cells, counted by grapheme cluster: the same on every machine, whatever the C
 *    library's wcwidth says; flags and emoji of several code points take two. Cutting and padding work in cells, so columns line up with CJK, emoji
 *    and combining marks.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum TextFlags {
    TEXT_LINE = 0,           /* newlines and tabs become one space */
    TEXT_MULTILINE = 1 << 0, /* \n stays (CR LF and CR become \n), a tab becomes four blanks */
} TextFlags;

/* length -1: NUL-terminated. Caller frees; never NULL (NULL gives ""). */
char *text_clean(const char *text, gssize length, TextFlags flags);

/* True when text_clean() would return it unchanged (then one may skip the copy). */
bool text_is_clean(const char *text, TextFlags flags);

/* Cells of clean text (no newlines). */
int text_width(const char *text);

/* End of the grapheme cluster at text and its cells (0, 1 or 2) in *cells (may be NULL). At the NUL returns text. */
const char *text_next_cluster(const char *text, int *cells);

/* The longest prefix of whole clusters that fits in cells; *used (may be NULL) = cells it takes. Returns bytes. */
size_t text_fit(const char *text, int cells, int *used);

/* Cut to cells with a closing "…" (or "." in ASCII mode) when it does not fit. Caller frees. */
char *text_cut(const char *text, int cells);

/* text_cut() and then blanks up to exactly cells. Caller frees. */
char *text_pad(const char *text, int cells);

/* Wraps at spaces to lines of at most cells (a longer word is broken between clusters; '\n' always breaks;
 * leading blanks of a line stay, up to half of cells; cells < 2 count as 2). Returns a NULL-terminated array, at
 * least one line. */
char **text_wrap(const char *text, int cells);

/* ASCII only on the screen: text_cut() and friends use no other marks of their own (C locale, dumb terminal). */
void text_set_ascii(bool ascii);
bool text_ascii(void);

/* A name as all lists are ordered by it, whatever the locale: without case and accents, cut to less than TEXT_KEY_SIZE bytes.
 * Caches keep it: another one needs a migration. Caller frees; name may be NULL. */
#define TEXT_KEY_SIZE 40
char *text_name_key(const char *name);

/* Words that are looked for in many texts: each must be the beginning of a word of one of them, whatever the case and the
 * accents (as g_str_match_string() has it, which folds both sides anew for each text). */
typedef struct TextWords TextWords;
TextWords *text_words_new(
    const char *search); /* NULL: nothing is looked for, and all texts have it */
void text_words_free(TextWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextWords, text_words_free)
bool text_words_in(const TextWords *words, const char *const *texts,
                   size_t n); /* texts may be NULL */
