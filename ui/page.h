/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A column of styled text lines, laid out for a width: what previews, details, help and dialogs show. Whatever is put
 * in passes text_clean() here, so raw text of a server or user may be given.
 */
#pragma once

#include "draw.h"

#include <glib.h>

typedef struct Page Page;

Page *page_new(int width);
void page_free(Page *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Page, page_free)

int page_width(const Page *page);
int page_lines(const Page *page);

/* A paragraph, wrapped. */
void page_text(Page *page, Role role, const char *text);
void page_format(Page *page, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);
void page_blank(Page *page);
void page_rule(Page *page);
/* A label in a column of its own and a wrapped value beside it. Nothing when the value is NULL or empty. */
void page_pair(Page *page, int label_width, const char *label, Role role, const char *value);

/* A line put together from pieces: page_line(), then page_span() from left to right. */
void page_line(Page *page);
void page_span(Page *page, Role role, const char *text);
void page_span_at(Page *page, int col, Role role,
                  const char *text); /* col < 0: from the right edge */

/* Two pages beside each other, as new lines: their widths and the gap make up this page's. */
void page_columns(Page *page, const Page *left, const Page *right, int gap);

/* Draws the lines from `top` on and blanks the rest. */
void page_draw(const Page *page, Rect rect, int top);
/* In a list that has no row. */
void page_draw_instead(const Page *page, Rect list);
