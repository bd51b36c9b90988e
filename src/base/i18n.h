/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext: _("text") translates now, N_("text") marks text in a table for later. */
#pragma once

#include <libintl.h>
#include <string.h>

#define _(text) gettext(text)
#define N_(text) (text)
/* The same for a word that other languages have several of. What either has marked, translated() translates. */
#define NC_(context, text) context "\004" text
static inline const char *translated(const char *marked)
{
    const char *text = gettext(marked), *end = text == marked ? strchr(text, '\004') : NULL;
    return end ? end + 1 : text;
}
