/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells of a table for spreadsheets (RFC 4180: commas, quotes doubled, CR LF). What a spreadsheet would take for a formula
 * (CWE-1236: a text that begins with = + - @ or a control character) gets an apostrophe in front.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Appends a cell, with a comma before it unless it begins a line. typed: somebody may have written the text, so it is
 * guarded; figures of our own (-3) are not. NULL is an empty cell. The first cell of a line is never empty. */
void csv_put_cell(GString *out, const char *text, bool typed);
void csv_end_line(GString *out);
