/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialog.h"

#include "app.h"
#include "screen.h"

#include "base/i18n.h"
#include "base/text.h"

#include <string.h>

#define DIALOG_WIDTH 66
#define BARE_BELOW 8 /* lines: no room for a frame */

/* What the focus can be on, from above: the list of choices, each field, the two buttons. */
typedef enum Part { PART_CHOICES, PART_FIELD, PART_YES, PART_NO } Part;

struct Dialog {
    DialogSpec spec;
    guint number;
    int choice; /* index into the choices, -1 none */
    int focus;  /* 0 .. n_stops - 1 */
    char *complaint;
    bool busy;
    int scroll;   /* first line shown of what stands above the buttons */
    int height;   /* how many there were when it was drawn */
    bool follow;  /* the focus shall show */
    bool decided; /* a digit chose in a dialog that has no buttons */
};

static guint dialogs; /* that there have been */

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
    if (focus < 0)
        return PART_CHOICES;
    if (focus < n_fields(dialog))
        return PART_FIELD;
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
    if (dialog->spec.start_at_form && n_fields(dialog) > 0)
        return stop_of_field(dialog, 0);
    if (has_choices(dialog) && dialog->choice < 0)
        return 0;
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
    dialog->spec.draft = g_strdup(spec->draft);
    dialog->number = ++dialogs;
    dialog->choice = -1;
    for (size_t i = 0; spec->choices && i < spec->choices->n_values; i++)
        if (spec->choices->values[i].value == spec->choice)
            dialog->choice = (int)i;
    dialog->focus = first_stop(dialog);
    dialog->follow = true;
    return dialog;
}

void dialog_free(Dialog *dialog)
{
    if (!dialog)
        return;
    form_free(dialog->spec.form);
    if (dialog->spec.free_data)
        dialog->spec.free_data(dialog->spec.data);
    g_free((char *)dialog->spec.title);
    g_free((char *)dialog->spec.yes);
    g_free((char *)dialog->spec.no);
    g_free((char *)dialog->spec.note);
    g_free((char *)dialog->spec.draft);
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
    dialog->follow = true; /* every change of the focus comes by here */
    if (row >= 0)
        dialog->focus = stop_of_field(dialog, row);
}

/* "#/message: say why" is about the field of that name. */
bool dialog_store(Dialog *dialog, gpointer object)
{
    int row;
    g_autofree char *complaint = NULL;
    if (form_store(dialog_form(dialog), object, &row, &complaint))
        return true;
    dialog_complain(dialog, row, complaint);
    return false;
}

DialogAnswer dialog_refuse(Dialog *dialog, const GError *error)
{
    const Form *form = dialog->spec.form;
    const char *colon = strstr(error->message, ": ");
    bool named = g_str_has_prefix(error->message, "#/") && colon;
    g_autofree char *words = problem_is(error, PROBLEM_VALIDATION)
                                 ? g_strdup(named ? colon + strlen(": ") : error->message)
                                 : problem_words(error);
    int row = 0;
    if (form && named && problem_is(error, PROBLEM_VALIDATION)) {
        g_autofree char *name = g_strndup(error->message + 2, (gsize)(colon - error->message) - 2);
        row = MAX(0, form_row_of(form, name));
        g_free(words);
        words = form_words(form, row, "rule", colon + strlen(": "));
    }
    dialog_complain(dialog, form ? row : -1, words);
    return DIALOG_KEEP;
}

void dialog_finish(Dialog *dialog)
{
    dialog->busy = false;
}

const char *dialog_draft(const Dialog *dialog)
{
    return dialog->spec.draft;
}

guint dialog_number(const Dialog *dialog)
{
    return dialog->number;
}

int dialog_text_row(const Dialog *dialog)
{
    int field;
    bool on_field = part_at(dialog, dialog->focus, &field) == PART_FIELD;
    if (dialog->busy)
        return -1;
    if (on_field && form_is_text(dialog->spec.form, field))
        return form_is_secret(dialog->spec.form, field) ? -1 : field;
    for (int i = 0; i < n_fields(dialog); i++)
        if (form_is_long(dialog->spec.form, i))
            return i;
    return -1;
}

bool dialog_in_text(const Dialog *dialog)
{
    int field;
    return part_at(dialog, dialog->focus, &field) == PART_FIELD &&
           form_is_text(dialog->spec.form, field);
}

/* ---- keys */

bool dialog_line(Dialog *dialog, int step)
{
    int field;
    if (part_at(dialog, dialog->focus, &field) != PART_CHOICES)
        return false;
    int to = dialog->choice + step;
    if (to < 0 || to >= (int)dialog->spec.choices->n_values)
        return false;
    dialog_complain(dialog, -1, NULL);
    dialog->choice = to;
    return true;
}

void dialog_focus(Dialog *dialog, int step)
{
    dialog_complain(dialog, -1, NULL);
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
    if (dialog->spec.yes && dialog->focus >= yes)
        dialog->focus = dialog->focus == yes ? yes + 1 : yes;
}

void dialog_scroll(Dialog *dialog, Move where)
{
    dialog->scroll = MAX(0, dialog->scroll + move_lines(where, dialog->height));
    dialog->follow = false;
}

/* ---- for the footer */

const char *dialog_yes_word(const Dialog *dialog)
{
    return dialog->spec.yes;
}

const char *dialog_no_word(const Dialog *dialog)
{
    return dialog->spec.no ? dialog->spec.no : _("Cancel");
}

bool dialog_on_yes(const Dialog *dialog)
{
    int field;
    return part_at(dialog, dialog->focus, &field) == PART_YES;
}

const char *dialog_press_word(const Dialog *dialog)
{
    int field;
    switch (part_at(dialog, dialog->focus, &field)) {
    case PART_CHOICES:
        return _("Choose");
    case PART_FIELD:
        return _("Next");
    case PART_NO:
        return dialog->spec.no;
    case PART_YES:
        return NULL;
    }
    g_assert_not_reached();
}

int dialog_digits(const Dialog *dialog)
{
    return dialog->spec.choices && !dialog_in_text(dialog)
               ? MIN((int)dialog->spec.choices->n_values, 9)
               : 0;
}

bool dialog_has_more(const Dialog *dialog)
{
    return has_choices(dialog) + n_fields(dialog) + (dialog->spec.yes ? 1 : 0) > 1;
}

DialogAnswer dialog_yes(App *app, Dialog *dialog)
{
    dialog_complain(dialog, -1, NULL);
    if (dialog->busy)
        return DIALOG_BUSY;
    DialogAnswer answer = dialog->spec.done(app, dialog);
    if (answer == DIALOG_BUSY) /* else it may be gone: the answer opened the next one */
        dialog->busy = true;
    return answer;
}

void dialog_leave(App *app, Dialog *dialog)
{
    if (dialog->spec.left)
        dialog->spec.left(app, dialog);
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
        if (!dialog->spec.yes)
            return dialog_yes(app, dialog);
        if (dialog->choice < 0) {
            dialog->choice = 0;
            return DIALOG_KEEP;
        }
        dialog->focus = stop_of_yes(dialog);
        return DIALOG_KEEP;
    case PART_FIELD:
        dialog_focus(dialog, 1);
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
        dialog->decided = true;
    }
}

bool dialog_take_decision(Dialog *dialog)
{
    bool decided = dialog->decided;
    dialog->decided = false;
    return decided;
}

bool dialog_key(App *app, Dialog *dialog, Key key)
{
    int field;
    if (dialog->busy)
        return false;
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
    if (part_at(dialog, dialog->focus, &field) == PART_FIELD)
        form_paste(dialog->spec.form, field, text);
}

/*
 * ---- drawing: all parts below each other. On a screen that is too low for that, what stands above the buttons is scrolled, and
 * the buttons stay.
 */

typedef struct Layout {
    int y;          /* line to draw next, counted from the first */
    int focus_line; /* line of the focus, -1: it is elsewhere */
    int scroll;
    bool measure;
    bool airy; /* blank lines between the parts */
    Rect inside;
    const DialogKeys *keys;
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
        if ((on || (i == 0 && dialog->choice < 0)) && dialog->focus == 0)
            layout->focus_line = layout->y;
        if (!shown(layout))
            continue;
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
        if (on)
            layout->focus_line = layout->y;
        if (shown(layout)) {
            form_draw_row(dialog->spec.form, i, layout->inside, layout->y - layout->scroll,
                          label_width, on && !dialog->busy);
        }
    }
}

static char *button_text(const char *key, const char *word)
{
    return *key ? g_strdup_printf("[ %s %s ]", key, word) : g_strdup_printf("[ %s ]", word);
}

static void lay_button(Layout *layout, int col, bool on, const char *text)
{
    if (on)
        layout->focus_line = layout->y;
    if (shown(layout)) {
        draw_text(layout->inside, layout->y - layout->scroll, col,
                  on ? ROLE_BUTTON_ON : ROLE_BUTTON, text);
    }
}

static void lay_buttons(Dialog *dialog, Layout *layout)
{
    int at_yes = stop_of_yes(dialog);
    g_autofree char *yes = button_text(layout->keys->yes, dialog->spec.yes);
    g_autofree char *no = button_text(layout->keys->no, dialog->spec.no);
    int width = text_width(yes);
    bool beside = 1 + width + 2 + text_width(no) <= layout->inside.w;
    lay_button(layout, beside ? 1 : 0, dialog->focus == at_yes, yes);
    layout->y += !beside;
    lay_button(layout, beside ? 1 + width + 2 : 0, dialog->focus == at_yes + 1, no);
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

/* Between two parts, where there is room. */
static void lay_gap(Layout *layout)
{
    layout->y += layout->airy && layout->y > 0;
}

static bool has_buttons(const Dialog *dialog)
{
    return dialog->spec.yes && !dialog->busy;
}

static void lay_body(Dialog *dialog, Layout *layout)
{
    const DialogSpec *spec = &dialog->spec;
    layout->y = 0;
    layout->focus_line = -1;
    if (spec->text)
        lay_text(dialog, layout);
    if (spec->choices) {
        lay_gap(layout);
        lay_choices(dialog, layout);
    }
    if (spec->form) {
        lay_gap(layout);
        lay_fields(dialog, layout);
    }
    if (dialog->complaint) {
        lay_gap(layout);
        lay_wrapped(layout, ROLE_ERROR, dialog->complaint);
        layout->focus_line = MAX(layout->focus_line, layout->y - 1); /* it must be seen */
    }
    if (dialog->busy) {
        lay_gap(layout);
        lay_wrapped(layout, ROLE_MESSAGE, _("One moment..."));
    }
}

static void lay_note(Dialog *dialog, Layout *layout)
{
    if (dialog->spec.note) {
        lay_gap(layout);
        lay_wrapped(layout, ROLE_NORMAL, dialog->spec.note);
    }
}

static void lay_all(Dialog *dialog, Layout *layout)
{
    lay_body(dialog, layout);
    if (has_buttons(dialog)) {
        lay_gap(layout);
        lay_buttons(dialog, layout);
    }
    lay_note(dialog, layout);
}

/* Of the box: a mere list of choices needs no more than its words. */
static int width_of(const Dialog *dialog)
{
    if (dialog->spec.text || dialog->spec.form || !dialog->spec.choices)
        return DIALOG_WIDTH;
    int width = text_width(dialog->spec.title) + 2;
    for (size_t i = 0; i < dialog->spec.choices->n_values; i++)
        width = MAX(width, text_width(_(dialog->spec.choices->values[i].label)) + 4);
    return MIN(DIALOG_WIDTH, width + 6);
}

/* That there is more than fits must be seen: in the border. */
static void draw_more(Rect box, bool above, bool below)
{
    g_autofree char *word = g_strdup_printf(" %s ", _("more"));
    int width = text_width(word);
    if (box.w < width + 4)
        return;
    if (above)
        draw_text(box, 0, box.w - width - 2, ROLE_BORDER, word);
    if (below)
        draw_text(box, box.h - 1, box.w - width - 2, ROLE_BORDER, word);
}

/* Too low for a frame: a title and as many lines as there are. */
static Rect draw_bare(Dialog *dialog, Rect screen)
{
    draw_fill(screen, ROLE_NORMAL);
    draw_field(screen, 0, 0, screen.w, ROLE_HEADING, dialog->spec.title);
    return rect_sub(screen, 0, 1, screen.w, screen.h - 1);
}

static Rect draw_boxed(Dialog *dialog, const Layout *layout, Rect screen, int w, Rect *box)
{
    /* A blank line above and below, where there is room. */
    int margin = layout->airy && layout->y + 4 <= screen.h;
    int h = MIN(screen.h, layout->y + 2 + 2 * margin);
    *box = rect_sub(screen, (screen.w - w) / 2, (screen.h - h) / 2, w, h);
    draw_fill(*box, ROLE_NORMAL);
    Rect inside = draw_frame(*box, ROLE_BORDER, dialog->spec.title);
    return rect_sub(inside, 1, margin, inside.w - 2, inside.h - 2 * margin);
}

/* Where there is hardly a line for the rest, only the button that has the focus. */
static int foot_height(Dialog *dialog, Layout foot)
{
    foot.y = 0;
    foot.measure = true;
    if (has_buttons(dialog))
        lay_buttons(dialog, &foot);
    return foot.y <= foot.inside.h - 1 ? foot.y : MIN(foot.y, 1);
}

static void draw_foot(Dialog *dialog, Layout foot, int h)
{
    foot.inside = rect_sub(foot.inside, 0, foot.inside.h - h, foot.inside.w, h);
    foot.y = foot.scroll = 0;
    foot.focus_line = 0;
    foot.measure = true;
    lay_buttons(dialog, &foot);
    foot.scroll = MAX(0, foot.focus_line - h + 1);
    foot.y = 0;
    foot.measure = false;
    lay_buttons(dialog, &foot);
}

/* What does not fit: scrolled by hand, or so that the focus shows. */
static void draw_scrolled(Dialog *dialog, Layout *layout)
{
    int h = foot_height(dialog, *layout);
    if (h > 0)
        draw_foot(dialog, *layout, h);
    layout->inside.h -= h;
    dialog->height = layout->inside.h;
    layout->measure = true;
    lay_body(dialog, layout);
    lay_note(dialog, layout);
    if (dialog->follow && layout->focus_line >= 0) {
        dialog->scroll = MIN(dialog->scroll, layout->focus_line);
        dialog->scroll = MAX(dialog->scroll, layout->focus_line - layout->inside.h + 1);
    }
    dialog->scroll = CLAMP(dialog->scroll, 0, MAX(0, layout->y - layout->inside.h));
    layout->scroll = dialog->scroll;
    layout->measure = false;
    lay_body(dialog, layout);
    lay_note(dialog, layout);
}

void dialog_draw(Dialog *dialog, Rect screen, const DialogKeys *keys)
{
    bool bare = screen.h < BARE_BELOW;
    int w = MIN(screen.w, width_of(dialog));
    Rect box = { 0 };
    Layout layout = { .measure = true, .airy = !bare, .keys = keys };
    layout.inside = (Rect){ 0, 0, MAX(1, bare ? screen.w : w - 4), screen.h };
    lay_all(dialog, &layout);
    if (layout.airy && layout.y + 2 > screen.h) {
        layout.airy = false;
        lay_all(dialog, &layout);
    }
    layout.inside = bare ? draw_bare(dialog, screen) : draw_boxed(dialog, &layout, screen, w, &box);
    screen_cursor(-1, 0);
    layout.measure = false;
    if (layout.y <= layout.inside.h) {
        dialog->scroll = 0;
        lay_all(dialog, &layout);
        return;
    }
    draw_scrolled(dialog, &layout);
    if (!bare)
        draw_more(box, layout.scroll > 0, layout.y - layout.scroll > layout.inside.h);
}
