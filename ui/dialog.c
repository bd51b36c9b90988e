/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

/* What the focus can be on, from above: the list of choices, each field, the two buttons. */
typedef enum Part { PART_CHOICES, PART_FIELD, PART_YES, PART_NO } Part;

struct Dialog {
    DialogSpec spec;
    int choice; /* index into the choices, -1 none */
    int focus;  /* 0 .. n_stops - 1 */
    char *complaint;
    bool busy;
};

static int n_fields(const Dialog *dialog)
{
    return form_rows(dialog->spec.form);
}

static int has_choices(const Dialog *dialog)
{
    return dialog->spec.choices ? 1 : 0;
}

static int n_stops(const Dialog *dialog)
{
    return has_choices(dialog) + n_fields(dialog) + (dialog->spec.yes ? 2 : 0);
}

static Part part_at(const Dialog *dialog, int focus, int *field)
{
    focus -= has_choices(dialog);
    *field = focus;
    if (focus < 0) {
        return PART_CHOICES;
    }
    if (focus < n_fields(dialog)) {
        return PART_FIELD;
    }
    return focus == n_fields(dialog) ? PART_YES : PART_NO;
}

static int stop_of_field(const Dialog *dialog, int field)
{
    return has_choices(dialog) + field;
}

static int stop_of_yes(const Dialog *dialog)
{
    return has_choices(dialog) + n_fields(dialog);
}

static int first_stop(const Dialog *dialog)
{
    if (dialog->spec.start_at_form && n_fields(dialog) > 0) {
        return stop_of_field(dialog, 0);
    }
    if (has_choices(dialog) && dialog->choice < 0) {
        return 0;
    }
    return dialog->spec.yes ? stop_of_yes(dialog) + (dialog->spec.start_at_no ? 1 : 0) : 0;
}

Dialog *dialog_new(const DialogSpec *spec)
{
    Dialog *dialog = g_new0(Dialog, 1);
    dialog->spec = *spec;
    dialog->spec.title = text_clean(spec->title, -1, TEXT_LINE);
    dialog->spec.yes = g_strdup(spec->yes);
    dialog->spec.no = g_strdup(spec->no);
    dialog->spec.note = g_strdup(spec->note);
    dialog->choice = -1;
    for (size_t i = 0; spec->choices && i < spec->choices->n_values; i++) {
        if (spec->choices->values[i].value == spec->choice) {
            dialog->choice = (int)i;
        }
    }
    dialog->focus = first_stop(dialog);
    return dialog;
}

void dialog_free(Dialog *dialog)
{
    if (!dialog) {
        return;
    }
    form_free(dialog->spec.form);
    if (dialog->spec.free_data) {
        dialog->spec.free_data(dialog->spec.data);
    }
    g_free((char *)dialog->spec.title);
    g_free((char *)dialog->spec.yes);
    g_free((char *)dialog->spec.no);
    g_free((char *)dialog->spec.note);
    g_free(dialog->complaint);
    g_free(dialog);
}

gpointer dialog_data(const Dialog *dialog)
{
    return dialog->spec.data;
}

Form *dialog_form(const Dialog *dialog)
{
    return dialog->spec.form;
}

int dialog_choice(const Dialog *dialog)
{
    return dialog->choice < 0 ? 0 : dialog->spec.choices->values[dialog->choice].value;
}

bool dialog_is_busy(const Dialog *dialog)
{
    return dialog->busy;
}

void dialog_complain(Dialog *dialog, int row, const char *text)
{
    g_free(dialog->complaint);
    dialog->complaint = text ? text_clean(text, -1, TEXT_LINE) : NULL;
    if (row >= 0) {
        dialog->focus = stop_of_field(dialog, row);
    }
}

void dialog_finish(Dialog *dialog)
{
    dialog->busy = false;
}

bool dialog_in_text(const Dialog *dialog)
{
    int field;
    return part_at(dialog, dialog->focus, &field) == PART_FIELD &&
           form_is_text(dialog->spec.form, field);
}

/* ---- keys */

void dialog_focus(Dialog *dialog, int step)
{
    int field;
    dialog_complain(dialog, -1, NULL);
    if (part_at(dialog, dialog->focus, &field) == PART_CHOICES) {
        /* Within the list first; Tab (step 2) leaves it. */
        int last = (int)dialog->spec.choices->n_values - 1;
        int to = dialog->choice + step;
        if ((step == 1 || step == -1) && to >= 0 && to <= last) {
            dialog->choice = to;
            return;
        }
    }
    /* No has its key, and Left and Right: the way round leads through what can be filled in. */
    bool skip_no = dialog->spec.yes && stop_of_yes(dialog) > 0;
    int n = n_stops(dialog) - (skip_no ? 1 : 0);
    if (n > 0) {
        int from = MIN(dialog->focus, n - 1);
        dialog->focus = (from + (step > 0 ? 1 : n - 1)) % n;
    }
}

void dialog_other_button(Dialog *dialog)
{
    int yes = stop_of_yes(dialog);
    if (dialog->spec.yes && dialog->focus >= yes) {
        dialog->focus = dialog->focus == yes ? yes + 1 : yes;
    }
}

const char *dialog_yes_word(const Dialog *dialog)
{
    return dialog->spec.yes;
}

DialogAnswer dialog_yes(App *app, Dialog *dialog)
{
    dialog_complain(dialog, -1, NULL);
    if (dialog->busy) {
        return DIALOG_BUSY;
    }
    DialogAnswer answer = dialog->spec.done(app, dialog);
    dialog->busy = answer == DIALOG_BUSY;
    return answer;
}

DialogAnswer dialog_press(App *app, Dialog *dialog, bool *leave)
{
    int field;
    *leave = false;
    switch (part_at(dialog, dialog->focus, &field)) {
    case PART_NO:
        *leave = true;
        return DIALOG_KEEP;
    case PART_YES:
        return dialog_yes(app, dialog);
    case PART_CHOICES:
        if (!dialog->spec.yes) {
            return dialog_yes(app, dialog);
        }
        if (dialog->choice < 0) {
            dialog->choice = 0;
            return DIALOG_KEEP;
        }
        dialog->focus = stop_of_yes(dialog);
        return DIALOG_KEEP;
    case PART_FIELD:
        dialog_focus(dialog, 2);
        return DIALOG_KEEP;
    }
    g_assert_not_reached();
}

static void choose(App *app, Dialog *dialog, int index)
{
    dialog->choice = index;
    dialog_complain(dialog, -1, NULL);
    if (dialog->spec.free_choice && dialog_choice(dialog) == dialog->spec.free_choice) {
        dialog->focus = stop_of_field(dialog, 0);
    } else if (dialog->spec.yes) {
        dialog->focus = stop_of_yes(dialog);
    } else {
        dialog->focus = 0;
    }
}

bool dialog_key(App *app, Dialog *dialog, Key key)
{
    int field;
    if (dialog->busy) {
        return false;
    }
    if (part_at(dialog, dialog->focus, &field) == PART_FIELD &&
        form_key(dialog->spec.form, field, key)) {
        dialog_complain(dialog, -1, NULL);
        return true;
    }
    if (!dialog_in_text(dialog) && dialog->spec.choices && key >= '1' && key <= '9' &&
        key - '1' < dialog->spec.choices->n_values) {
        choose(app, dialog, (int)(key - '1'));
        return true;
    }
    return false;
}

void dialog_paste(Dialog *dialog, const char *text)
{
    int field;
    if (part_at(dialog, dialog->focus, &field) == PART_FIELD) {
        form_paste(dialog->spec.form, field, text);
    }
}

/* ---- drawing: all parts below each other; when the screen is too low, the part with the focus shows */

typedef struct Layout {
    int y;          /* line to draw next, counted from the first */
    int focus_line; /* line of the focus */
    int scroll;
    bool measure;
    Rect inside;
} Layout;

static bool shown(const Layout *layout)
{
    int line = layout->y - layout->scroll;
    return !layout->measure && line >= 0 && line < layout->inside.h;
}

static void lay_choices(Dialog *dialog, Layout *layout)
{
    const EnumTable *table = dialog->spec.choices;
    for (size_t i = 0; i < table->n_values; i++, layout->y++) {
        bool on = (int)i == dialog->choice;
        if ((on || (i == 0 && dialog->choice < 0)) && dialog->focus == 0) {
            layout->focus_line = layout->y;
        }
        if (!shown(layout)) {
            continue;
        }
        int line = layout->y - layout->scroll;
        Role role = on ? (dialog->focus == 0 ? ROLE_CURSOR : ROLE_HEADING) : ROLE_NORMAL;
        int col = draw_format(layout->inside, line, 0, on ? role : ROLE_KEY, "%s%zu ",
                              on ? ">" : " ", i + 1);
        draw_field(layout->inside, line, col, layout->inside.w - col, role,
                   _(table->values[i].label));
    }
}

static void lay_fields(Dialog *dialog, Layout *layout)
{
    int label_width = form_label_width(dialog->spec.form);
    for (int i = 0; i < n_fields(dialog); i++, layout->y++) {
        bool on = dialog->focus == stop_of_field(dialog, i);
        if (on) {
            layout->focus_line = layout->y;
        }
        if (shown(layout)) {
            form_draw_row(dialog->spec.form, i, layout->inside, layout->y - layout->scroll,
                          label_width, on && !dialog->busy);
        }
    }
}

static void lay_buttons(Dialog *dialog, Layout *layout)
{
    int yes = stop_of_yes(dialog);
    if (dialog->focus >= yes) {
        layout->focus_line = layout->y;
    }
    if (shown(layout)) {
        int line = layout->y - layout->scroll;
        int col = draw_text(layout->inside, line, 0, ROLE_NORMAL, " ");
        col = draw_format(layout->inside, line, col,
                          dialog->focus == yes ? ROLE_BUTTON_ON : ROLE_BUTTON, "[ y %s ]",
                          dialog->spec.yes);
        col = draw_text(layout->inside, line, col, ROLE_NORMAL, "  ");
        draw_format(layout->inside, line, col,
                    dialog->focus == yes + 1 ? ROLE_BUTTON_ON : ROLE_BUTTON, "[ Esc %s ]",
                    dialog->spec.no);
    }
    layout->y++;
}

static void lay_wrapped(Layout *layout, Role role, const char *text)
{
    g_auto(GStrv) lines = text_wrap(text, MAX(1, layout->inside.w));
    for (int i = 0; lines[i]; i++, layout->y++) {
        if (shown(layout)) {
            draw_field(layout->inside, layout->y - layout->scroll, 0, layout->inside.w, role,
                       lines[i]);
        }
    }
}

static void lay_text(Dialog *dialog, Layout *layout)
{
    g_autoptr(Page) page = page_new(layout->inside.w);
    dialog->spec.text(dialog, page);
    int n = page_lines(page);
    if (!layout->measure && layout->scroll < n) {
        page_draw(page, rect_sub(layout->inside, 0, 0, layout->inside.w, n - layout->scroll),
                  layout->scroll);
    }
    layout->y += n;
}

static void lay_all(Dialog *dialog, Layout *layout, bool airy)
{
    const DialogSpec *spec = &dialog->spec;
    layout->y = 0;
    if (spec->text) {
        lay_text(dialog, layout);
        layout->y += airy;
    }
    if (spec->choices) {
        lay_choices(dialog, layout);
        layout->y += airy;
    }
    if (spec->form) {
        lay_fields(dialog, layout);
        layout->y += airy;
    }
    if (dialog->complaint) {
        lay_wrapped(layout, ROLE_ERROR, dialog->complaint);
        layout->y += airy;
    }
    if (dialog->busy) {
        lay_wrapped(layout, ROLE_MESSAGE, _("One moment..."));
    } else if (spec->yes) {
        lay_buttons(dialog, layout);
    }
    if (spec->note) {
        layout->y += airy;
        lay_wrapped(layout, ROLE_NORMAL, spec->note);
    }
}

void dialog_draw(Dialog *dialog, Rect screen)
{
    int w = MIN(screen.w, 66);
    Layout layout = { .measure = true, .inside = { 0, 0, MAX(1, w - 4), screen.h } };
    bool airy = true;
    lay_all(dialog, &layout, airy);
    if (layout.y + 2 > screen.h) {
        airy = false;
        lay_all(dialog, &layout, airy);
    }
    int h = MIN(screen.h, layout.y + (airy && layout.y + 4 <= screen.h ? 4 : 2));
    Rect box = rect_sub(screen, (screen.w - w) / 2, (screen.h - h) / 2, w, h);
    draw_fill(box, ROLE_NORMAL);
    Rect inside = draw_frame(box, ROLE_BORDER, dialog->spec.title);
    int margin = h == layout.y + 4 ? 1 : 0;
    layout.inside = rect_sub(inside, 1, margin, inside.w - 2, inside.h - 2 * margin);
    layout.measure = false;
    layout.scroll = CLAMP(layout.focus_line - layout.inside.h + 1, 0,
                          MAX(0, layout.y - layout.inside.h));
    screen_cursor(-1, 0);
    lay_all(dialog, &layout, airy);
}
