/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What base/text.c and base/text_clean.c need to know of one code point. Private to them.
 *
 * The classes follow UAX #29 where terminals follow it too. Where terminals count code points, a cluster
 * must not be shown in other cells than they use, so: a mark with a cell of its own joins its base only
 * while both fit in two cells, one leading jamo does not join the next, and a skin tone joins
 * only an emoji.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define REPLACEMENT 0xFFFD
#define INVALID ((gunichar)-1)
#define JOINER 0x200D
#define TEXT_SELECTOR 0xFE0E
#define EMOJI_SELECTOR 0xFE0F
#define KEYCAP 0x20E3

typedef enum CharClass {
    CHAR_BASE,
    CHAR_CONTROL,  /* C0, DEL, C1, line and paragraph separator */
    CHAR_MARK,     /* no cell */
    CHAR_SPACING,  /* a mark with one cell of its own */
    CHAR_PREPEND,  /* joins what follows */
    CHAR_EMOJI,    /* Extended_Pictographic */
    CHAR_MODIFIER, /* skin tones */
    CHAR_REGIONAL, /* half a flag */
    CHAR_JAMO_L,
    CHAR_JAMO_V,
    CHAR_JAMO_T,
    CHAR_HANGUL_LV,
    CHAR_HANGUL_LVT,
    CHAR_JOINER,
    CHAR_SELECTOR,
    CHAR_IGNORED, /* invisible: format controls, tags, fillers */
} CharClass;

/* The code point at text, or INVALID; *bytes = what it takes, at least 1 (an ill-formed sequence up to
 * where it went wrong, Unicode §3.9). Reads at most `size` bytes, size > 0. */
gunichar char_take(const char *text, size_t size, size_t *bytes);

/* *cells = 0, 1 or 2 when it stands alone. */
CharClass char_class(gunichar c, int *cells);

/* U+FE0F makes it two cells wide: digits, # and * (of keycaps) and the emoji that are text by default. */
bool char_widens(gunichar c);

/* A vowel or trailing jamo that forms one syllable with what is before it. */
bool jamo_joins(CharClass before, CharClass jamo);
