/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form.h"

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "edit.h"

#include <string.h>

typedef struct FormRow {
    Field field; /* as one of the outermost object */
    const char *label;
    Edit *edit; /* NULL for bool, enum and set */
    int value;  /* of those */
    int at;     /* in a set: the one that Space toggles */
} FormRow;

struct Form {
    const FieldTable *table;
    FormRow *rows;
    int n_rows;
};

static bool is_words(const Field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_EMAIL || field->type == FIELD_PHONE;
}

static void row_init(FormRow *row, const void *object)
{
    const Field *field = &row->field;
    row->label = _(field->label);
    if (field->type == FIELD_BOOL) {
        row->value = object && *(const bool *)field_at(field, object);
    } else if (field->type == FIELD_ENUM || field->type == FIELD_SET) {
        row->value = object ? *(const int *)field_at(field, object) : 0;
    } else {
        g_autofree char *text = object ? field_to_text(field, object) : NULL;
        gint64 max = is_words(field) ? (field->max ? field->max : 200) : 40;
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
        bool found = field_find_path(table, names[i], &form->rows[i].field);
        g_assert(found);
        row_init(&form->rows[i], object);
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
        width = MAX(width, text_width(form->rows[i].label));
    return width;
}

int form_row_of(const Form *form, const char *name)
{
    for (int i = 0; i < form->n_rows; i++)
        if (strcmp(form->rows[i].field.name, name) == 0)
            return i;
    return -1;
}

bool form_is_text(const Form *form, int row)
{
    return form->rows[row].edit != NULL;
}

bool form_is_long(const Form *form, int row)
{
    return form->rows[row].edit && form->rows[row].field.flags & FIELD_MULTILINE;
}

bool form_is_secret(const Form *form, int row)
{
    return form->rows[row].field.flags & FIELD_SECRET;
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

/* ---- any row as text */

/* A place for one value of the row's field, and the field that finds it there. */
static Field alone(const FormRow *row)
{
    Field field = row->field;
    field.offset = 0;
    return field;
}

char *form_value(const Form *form, int row)
{
    const FormRow *at = &form->rows[row];
    if (at->edit)
        return g_strdup(edit_text(at->edit));
    if (at->field.type == FIELD_BOOL)
        return g_strdup(at->value ? "yes" : "");
    Field field = alone(at);
    return field_to_text(&field, &at->value);
}

void form_set_value(Form *form, int row, const char *text)
{
    FormRow *at = &form->rows[row];
    Field field = alone(at);
    bool truth = false;
    if (at->edit) {
        form_set_text(form, row, text);
    } else if (field.type == FIELD_BOOL) {
        field_from_text(&field, &truth, text, NULL);
        at->value = truth;
    } else if (!field_from_text(&field, &at->value, text, NULL)) {
        at->value = 0;
    }
}

void form_set_label(Form *form, int row, const char *label)
{
    form->rows[row].label = label;
}

const char *form_label(const Form *form, int row)
{
    return form->rows[row].label;
}

int form_value_width(const Form *form, int row)
{
    const FormRow *at = &form->rows[row];
    int width = 0;
    if (at->edit)
        return 0;
    if (at->field.type == FIELD_BOOL)
        return 3;
    for (size_t i = 0; i < at->field.values->n_values; i++) {
        int one = text_width(_(at->field.values->values[i].label));
        width = at->field.type == FIELD_SET ? width + one + 6 : MAX(width, one);
    }
    return width;
}

/* ---- keys */

static void turn(FormRow *row, int step)
{
    if (row->field.type == FIELD_BOOL) {
        row->value = !row->value;
        return;
    }
    const EnumTable *table = row->field.values;
    int n = (int)table->n_values;
    int at = -1;
    for (int i = 0; i < n; i++)
        at = table->values[i].value == row->value ? i : at;
    row->value = table->values[at < 0 ? 0 : (at + step + n) % n].value;
}

static void set_key(FormRow *row, Key key)
{
    const EnumTable *table = row->field.values;
    int n = (int)table->n_values;
    if (key == K_SPACE)
        row->value ^= 1 << table->values[row->at].value;
    else
        row->at = (row->at + (key == K_LEFT ? n - 1 : 1)) % n;
}

bool form_key(Form *form, int row, Key key)
{
    FormRow *at = &form->rows[row];
    if (at->edit)
        return edit_key(at->edit, key);
    if (key != K_SPACE && key != K_RIGHT && key != K_LEFT)
        return false;
    if (at->field.type == FIELD_SET)
        set_key(at, key);
    else
        turn(at, key == K_LEFT ? -1 : 1);
    return true;
}

void form_paste(Form *form, int row, const char *text)
{
    if (form->rows[row].edit)
        edit_insert(form->rows[row].edit, text);
}

static void draw_set(const FormRow *row, Rect rect, int line, int col, bool focused)
{
    const EnumTable *table = row->field.values;
    for (size_t i = 0; i < table->n_values; i++) {
        bool on = row->value & 1 << table->values[i].value;
        Role role = focused && row->at == (int)i ? ROLE_BUTTON_ON : ROLE_NORMAL;
        col = draw_format(rect, line, col, role, "[%c] %s", on ? 'x' : ' ',
                          _(table->values[i].label));
        col = draw_text(rect, line, col, ROLE_NORMAL, "  ");
    }
    draw_rest(rect, line, col, ROLE_NORMAL);
}

/* Nothing but boxes to tick leaves the labels all the room. */
#define BOX_ROOM 6
static bool only_boxes(const Form *form)
{
    for (int i = 0; i < form_rows(form); i++)
        if (form->rows[i].field.type != FIELD_BOOL)
            return false;
    return true;
}

void form_draw_row(Form *form, int row, Rect rect, int line, int label_width, bool focused)
{
    FormRow *at = &form->rows[row];
    /* No room for both: the label shrinks to leave the value at least half. */
    label_width = MIN(label_width, MAX(0, only_boxes(form) ? rect.w - BOX_ROOM : rect.w / 2 - 3));
    int col = draw_field(rect, line, 0, label_width, ROLE_LABEL, at->label);
    col = draw_text(rect, line, col, ROLE_NORMAL, "  ");
    if (at->edit) {
        edit_draw(at->edit, rect, line, col, rect.w - col, focused);
        return;
    }
    if (at->field.type == FIELD_SET) {
        draw_set(at, rect, line, col, focused);
        return;
    }
    const char *text = at->field.type == FIELD_BOOL ? (at->value ? "[x]" : "[ ]")
                                                    : enum_label(at->field.values, at->value);
    bool turns = at->field.type == FIELD_ENUM && (focused || !*text);
    g_autofree char *shown = turns ? g_strdup_printf("< %s >", *text ? text : "...")
                                   : g_strdup(text);
    col = draw_text(rect, line, col, focused ? ROLE_BUTTON_ON : ROLE_NORMAL, shown);
    draw_rest(rect, line, col, ROLE_NORMAL);
}

/* In the user's words; the catalogue's detail is English for programs. */
static char *words_for(const FormRow *row, const char *code, const char *detail)
{
    const char *label = _(row->field.label);
    if (strcmp(code, "required") == 0)
        return g_strdup_printf(_("%s is needed."), label);
    if (strcmp(code, "too-long") == 0)
        return g_strdup_printf(_("%s is too long."), label);
    if (strcmp(code, "too-short") == 0)
        return g_strdup_printf(_("%s is too short."), label);
    if (row->field.type == FIELD_EMAIL)
        return g_strdup_printf(_("%s: write an address like name@example.com."), label);
    if (row->field.type == FIELD_MONEY)
        return g_strdup_printf(_("%s: write an amount like 3500 or EUR 120.50."), label);
    return g_strdup_printf("%s: %s", label, detail);
}

char *form_words(const Form *form, int row, const char *code, const char *detail)
{
    return words_for(&form->rows[row], code, detail);
}

static bool row_store(const FormRow *row, void *object, char **complaint)
{
    const Field *field = &row->field;
    if (field->type == FIELD_BOOL) {
        *(bool *)field_at(field, object) = row->value != 0;
    } else if (field->type == FIELD_ENUM || field->type == FIELD_SET) {
        *(int *)field_at(field, object) = row->value;
    } else {
        g_autoptr(GError) error = NULL;
        if (!field_from_text(field, object, edit_text(row->edit), &error)) {
            *complaint = words_for(row, "bad", error->message);
            return false;
        }
    }
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (!field_validate(field, object, "#", &errors)) {
        const FieldError *first = errors.items->pdata[0];
        *complaint = words_for(row, first->code, first->detail);
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
