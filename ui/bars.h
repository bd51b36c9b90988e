/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures as marks: bars and sparklines of block characters, or of plain ones where only ASCII can be shown. */
#pragma once

#include <glib.h>

/* n of most as a bar of at most `cells`; at least one mark when n is not 0. Caller frees. */
char *bar_text(gint64 n, gint64 most, int cells);

/* A mark of its height for each figure, a blank for 0. Caller frees. */
char *spark_text(const gint64 *figures, guint n, gint64 most);
