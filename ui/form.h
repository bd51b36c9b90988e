/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A form laid out from a field table: one line a field, label and value. Text-like fields are typed; a bool is
 * toggled and an enumeration turned with Space, Left and Right; in a set Left and Right choose, and Space toggles. Nobody
 * lays out a form by hand.
 */
#pragma once

#include "base/field.h"
#include "draw.h"
#include "key.h"

typedef struct Form Form;

/* The named fields of the table in this order (NULL-terminated), filled from object (NULL: empty). A name may be a path into
 * an object of it ("contact/phone_1"). */
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

/* What stands in any row, as field_to_text() says it ("" for no); caller frees. The reverse takes anything. */
char *form_value(const Form *form, int row);
void form_set_value(Form *form, int row, const char *text);

/* Another label than the field's own; borrowed. */
void form_set_label(Form *form, int row, const char *label);
const char *form_label(const Form *form, int row);
/* Cells that a row's value takes at least to be read; 0: it scrolls. */
int form_value_width(const Form *form, int row);

/* What is wrong with a field, in words for people; of a FieldError. Caller frees. */
char *form_words(const Form *form, int row, const char *code, const char *detail);

void form_draw_row(Form *form, int row, Rect rect, int line, int label_width, bool focused);

/*
 * Reads all rows into the object. False: *row is the first that cannot be taken and *complaint (caller frees) says
 * why, for people. Checks the fields' own rules, also that required ones are there.
 */
bool form_store(const Form *form, void *object, int *row, char **complaint);

/* The row of a field, -1 when it is not in the form. */
int form_row_of(const Form *form, const char *name);
