/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form.h"

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "edit.h"

#include <string.h>

typedef struct FormRow {
    const Field *field;
    Edit *edit; /* NULL for bool and enum */
    int value;  /* of those */
} FormRow;

struct Form {
    const FieldTable *table;
    FormRow *rows;
    int n_rows;
};

static void row_init(FormRow *row, const Field *field, const void *object)
{
    row->field = field;
    if (field->type == FIELD_BOOL) {
        row->value = *(const bool *)field_at(field, object);
    } else if (field->type == FIELD_ENUM) {
        row->value = *(const int *)field_at(field, object);
    } else {
        g_autofree char *text = field_to_text(field, object);
        bool words = field->type == FIELD_TEXT || field->type == FIELD_EMAIL ||
                     field->type == FIELD_PHONE;
        gint64 max = words ? (field->max ? field->max : 200) : 40;
        row->edit = edit_new("", max, field->flags & FIELD_SECRET);
        edit_set_text(row->edit, text, field->flags & FIELD_MULTILINE);
    }
}

Form *form_new(const FieldTable *table, const void *object, const char *const *names)
{
    Form *form = g_new0(Form, 1);
    form->table = table;
    form->n_rows = (int)g_strv_length((char **)names);
    form->rows = g_new0(FormRow, form->n_rows);
    for (int i = 0; i < form->n_rows; i++) {
        const Field *field = field_find(table, names[i]);
        g_assert(field);
        row_init(&form->rows[i], field, object);
    }
    return form;
}

void form_free(Form *form)
{
    if (!form)
        return;
    for (int i = 0; i < form->n_rows; i++)
        edit_free(form->rows[i].edit);
    g_free(form->rows);
    g_free(form);
}

int form_rows(const Form *form)
{
    return form ? form->n_rows : 0;
}

int form_label_width(const Form *form)
{
    int width = 0;
    for (int i = 0; i < form->n_rows; i++)
        width = MAX(width, text_width(_(form->rows[i].field->label)));
    return width;
}

int form_row_of(const Form *form, const char *name)
{
    for (int i = 0; i < form->n_rows; i++)
        if (strcmp(form->rows[i].field->name, name) == 0)
            return i;
    return -1;
}

bool form_is_text(const Form *form, int row)
{
    return form->rows[row].edit != NULL;
}

bool form_is_long(const Form *form, int row)
{
    return form->rows[row].edit && form->rows[row].field->flags & FIELD_MULTILINE;
}

bool form_is_secret(const Form *form, int row)
{
    return form->rows[row].field->flags & FIELD_SECRET;
}

void form_set_text(Form *form, int row, const char *text)
{
    if (form->rows[row].edit)
        edit_set_text(form->rows[row].edit, text, form_is_long(form, row));
}

const char *form_text(const Form *form, int row)
{
    return edit_text(form->rows[row].edit);
}

static void turn(FormRow *row, int step)
{
    if (row->field->type == FIELD_BOOL) {
        row->value = !row->value;
        return;
    }
    const EnumTable *table = row->field->values;
    int n = (int)table->n_values;
    int at = -1;
    for (int i = 0; i < n; i++)
        at = table->values[i].value == row->value ? i : at;
    row->value = table->values[at < 0 ? 0 : (at + step + n) % n].value;
}

bool form_key(Form *form, int row, Key key)
{
    FormRow *at = &form->rows[row];
    if (at->edit)
        return edit_key(at->edit, key);
    if (key == K_SPACE || key == K_RIGHT || key == K_LEFT) {
        turn(at, key == K_LEFT ? -1 : 1);
        return true;
    }
    return false;
}

void form_paste(Form *form, int row, const char *text)
{
    if (form->rows[row].edit)
        edit_insert(form->rows[row].edit, text);
}

void form_draw_row(Form *form, int row, Rect rect, int line, int label_width, bool focused)
{
    FormRow *at = &form->rows[row];
    /* No room for both: the label shrinks to leave the value at least half. */
    label_width = MIN(label_width, MAX(0, rect.w / 2 - 3));
    int col = draw_field(rect, line, 0, label_width, ROLE_LABEL, _(at->field->label));
    col = draw_text(rect, line, col, ROLE_NORMAL, "  ");
    if (at->edit) {
        edit_draw(at->edit, rect, line, col, rect.w - col, focused);
        return;
    }
    const char *text = at->field->type == FIELD_BOOL ? (at->value ? "[x]" : "[ ]")
                                                     : enum_label(at->field->values, at->value);
    col = draw_text(rect, line, col, focused ? ROLE_BUTTON_ON : ROLE_NORMAL, text);
    draw_rest(rect, line, col, ROLE_NORMAL);
}

/* What is wrong with a field, in the user's words; the catalogue's detail is English for programs. */
static char *words_for(const Field *field, const FieldError *error)
{
    const char *label = _(field->label);
    if (strcmp(error->code, "required") == 0)
        return g_strdup_printf(_("%s is needed."), label);
    if (strcmp(error->code, "too-long") == 0)
        return g_strdup_printf(_("%s is too long."), label);
    if (strcmp(error->code, "too-short") == 0)
        return g_strdup_printf(_("%s is too short."), label);
    if (field->type == FIELD_EMAIL)
        return g_strdup_printf(_("%s: write an address like name@example.com."), label);
    if (field->type == FIELD_MONEY)
        return g_strdup_printf(_("%s: write an amount like 3500 or EUR 120.50."), label);
    return g_strdup_printf("%s: %s", label, error->detail);
}

static bool row_store(const FormRow *row, void *object, char **complaint)
{
    const Field *field = row->field;
    if (field->type == FIELD_BOOL) {
        *(bool *)field_at(field, object) = row->value != 0;
    } else if (field->type == FIELD_ENUM) {
        *(int *)field_at(field, object) = row->value;
    } else {
        g_autoptr(GError) error = NULL;
        if (!field_from_text(field, object, edit_text(row->edit), &error)) {
            FieldError wrong = { .code = (char *)"bad", .detail = error->message };
            *complaint = words_for(field, &wrong);
            return false;
        }
    }
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (!field_validate(field, object, "#", &errors)) {
        *complaint = words_for(field, errors.items->pdata[0]);
        return false;
    }
    return true;
}

bool form_store(const Form *form, void *object, int *row, char **complaint)
{
    for (int i = 0; i < form->n_rows; i++) {
        if (!row_store(&form->rows[i], object, complaint)) {
            *row = i;
            return false;
        }
    }
    return true;
}
