/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text being typed in one line of a form, with the keys that readline's users know. Its text is always clean. */
#pragma once

#include "draw.h"
#include "key.h"

typedef struct Edit Edit;

/* max: code points, 0 = no limit; secret: shown as asterisks. */
Edit *edit_new(const char *text, gint64 max, bool secret);
void edit_free(Edit *edit);

const char *edit_text(const Edit *edit);

/* A key press; false when it is none of this field's. */
bool edit_key(Edit *edit, Key key);
/* Pasted text: newlines become blanks. */
void edit_insert(Edit *edit, const char *text);

/* Another text. lines: its line ends stay, and are shown as a mark; what is typed or pasted has none. */
void edit_set_text(Edit *edit, const char *text, bool lines);

/* Draws it in `width` cells, scrolled so that the cursor shows; puts the terminal's cursor there when focused. */
void edit_draw(Edit *edit, Rect rect, int row, int col, int width, bool focused);
