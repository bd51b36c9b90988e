/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML for the few pages that people meet in a browser. No script, no cookie, no image; one style sheet, inside the page and
 * known to the Content-Security-Policy by its hash. Whatever is put in by %s is escaped, so raw text of a client or user
 * may be given: only formats are markup, and they are literals.
 *
 *   page_begin() -> page_put() ... -> page_end()
 */
#pragma once

#include "server/call.h"

void page_begin(Call *call, const char *title);
void page_put(Call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
void page_end(Call *call);

/* What went wrong, in words, in a box that assistive technology reads out at once. Text: clean or not. */
void page_error(Call *call, const char *text);
