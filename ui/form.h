/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A form laid out from a field table: one line a field, label and value. Text-like fields are typed; a bool is
 * toggled and an enumeration turned with Space, Left and Right. Nobody lays out a form by hand.
 */
#pragma once

#include "base/field.h"
#include "draw.h"
#include "key.h"

typedef struct Form Form;

/* The named fields of the table in this order (NULL-terminated), filled from object. */
Form *form_new(const FieldTable *table, const void *object, const char *const *names);
void form_free(Form *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, form_free)

int form_rows(const Form *form);
int form_label_width(const Form *form); /* cells of the widest label */

/* A key press in a row; false when the row has no use for it. */
bool form_key(Form *form, int row, Key key);
void form_paste(Form *form, int row, const char *text);
bool form_is_text(const Form *form, int row); /* the row takes letters */

/* The row takes long text, with line ends. */
bool form_is_long(const Form *form, int row);
bool form_is_secret(const Form *form, int row);
void form_set_text(Form *form, int row, const char *text);

/* What stands in a row that takes letters, as typed. */
const char *form_text(const Form *form, int row);

void form_draw_row(Form *form, int row, Rect rect, int line, int label_width, bool focused);

/*
 * Reads all rows into the object. False: *row is the first that cannot be taken and *complaint (caller frees) says
 * why, for people. Checks the fields' own rules, also that required ones are there.
 */
bool form_store(const Form *form, void *object, int *row, char **complaint);

/* The row of a field, -1 when it is not in the form. */
int form_row_of(const Form *form, const char *name);
