/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a new lead on the screen: how full it is, whom it is for, what is asked, and what is wrong beside each answer. */
#include "new_lead_private.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "model/business_type.h"

#include <string.h>

#define BAR 10
#define INDENT 2
#define GAP 2 /* between label and value */

/* Sections begin at these rows. */
static const struct {
    const char *path, *title;
} sections[] = {
    { "type", N_("The lead") },
    { "contact/first_name", N_("Who they are") },
    { "need", N_("What it is about") },
    { "known_and_spoken", N_("What they said") },
};

/* One line of the form, in the order of the screen. */
typedef enum LineKind {
    LINE_BLANK,
    LINE_HEAD,
    LINE_TEXT,
    LINE_ERROR,
    LINE_TO,
    LINE_ASK,
    LINE_ROW,
    LINE_BUTTONS
} LineKind;

typedef struct Line {
    LineKind kind;
    int index; /* of the recipient, or of the row */
    int label; /* cells of the label; 0: it stands on the line above */
    Role role; /* of text */
    char *text;
} Line;

static void line_clear(gpointer data)
{
    g_free(((Line *)data)->text);
}

static void add(GArray *lines, LineKind kind, int index, int label)
{
    Line line = { .kind = kind, .index = index, .label = label };
    g_array_append_val(lines, line);
}

static void add_text(GArray *lines, LineKind kind, Role role, int width, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_auto(GStrv) wrapped = text_wrap(clean, MAX(2, width));
    for (int i = 0; wrapped[i]; i++) {
        Line line = { .kind = kind, .role = role, .text = g_strdup(wrapped[i]) };
        g_array_append_val(lines, line);
    }
}

/* ---- who it is for */

static bool read_partner(const NewLead *lead, int i, Partner *out)
{
    const SlipTo *to = &lead->slip->to[i];
    *out = (Partner){ 0 };
    return !uuid_is_nil(&to->account) &&
           cache_partner(client_cache(lead->view.app->client), &to->account, out, NULL);
}

static char *recipient_text(const NewLead *lead, int i)
{
    const SlipTo *to = &lead->slip->to[i];
    Partner partner;
    if (!slip_has_to(lead->slip, i))
        return g_strdup(i == 0 ? _("nobody yet: Enter chooses")
                               : _("nobody else: Enter chooses a second"));
    if (uuid_is_nil(&to->account))
        return g_strdup_printf(_("%s <%s>, outside the network"), to->name, to->email);
    if (!read_partner(lead, i, &partner))
        return g_strdup_printf(_("%s, who is no partner any more"), to->name ? to->name : "?");
    const char *parts[] = { partner.name, partner.company_name,
                            business_type_label(partner.business_type) };
    GString *text = g_string_new(NULL);
    for (size_t n = 0; n < G_N_ELEMENTS(parts); n++)
        if (parts[n] && *parts[n])
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", parts[n]);
    fields_clear(&partner_fields, &partner);
    return g_string_free(text, FALSE);
}

static void add_twin(const NewLead *lead, GArray *lines, int i, int width)
{
    char label[LABEL_SIZE];
    if (uuid_is_nil(&lead->twin[i]))
        return;
    g_autofree char *text = g_strdup_printf(
        _("They have this contact from you already, %s, in the last 90 days. It can be sent "
          "nevertheless."),
        lead_label(&lead->twin[i], label));
    add_text(lines, LINE_TEXT, ROLE_ALERT, width, text);
}

/* What the partner calls a lead, where it is needed: while one writes. */
static void add_criteria(const NewLead *lead, GArray *lines, int width)
{
    Partner partner;
    Field field;
    if (!read_partner(lead, 0, &partner))
        return;
    g_autofree char *text = field_find_path(&partner_fields, "profile/qualifies", &field)
                                ? field_to_text(&field, &partner)
                                : g_strdup("");
    fields_clear(&partner_fields, &partner);
    if (!*text)
        return;
    g_autofree char *whole = g_strdup_printf(_("Calls a lead: %s"), text);
    add_text(lines, LINE_TEXT, ROLE_NORMAL, width, whole);
}

static void add_recipients(const NewLead *lead, GArray *lines, int width, int label)
{
    add(lines, LINE_HEAD, -1, 0);
    add(lines, LINE_TO, 0, label);
    add_criteria(lead, lines, width - label - GAP);
    add_twin(lead, lines, 0, width - label - GAP);
    add(lines, LINE_TO, 1, label);
    add_twin(lead, lines, 1, width - label - GAP);
    if (slip_has_to(lead->slip, 1) || !uuid_is_nil(&lead->slip->copy_of))
        add_text(lines, LINE_TEXT, ROLE_NORMAL, width - label - GAP,
                 _("Each is told that somebody else has the lead too."));
}

/* ---- the rows */

static int section_of(int row)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (strcmp(sections[i].path, slip_paths()[row]) == 0)
            return (int)i;
    return -1;
}

/* Cells of the labels of the section that begins at this row, and of its widest value. */
static void measure(const Form *form, int row, int *label, int *value)
{
    *label = *value = 0;
    for (int i = row; i < form_rows(form) && (i == row || section_of(i) < 0); i++) {
        *label = MAX(*label, text_width(form_label(form, i)));
        *value = MAX(*value, form_value_width(form, i));
    }
}

static void add_rows(const NewLead *lead, GArray *lines, int width)
{
    int label = 0, value = 0;
    for (int row = 0; row < form_rows(lead->form); row++) {
        if (section_of(row) >= 0) {
            measure(lead->form, row, &label, &value);
            if (label + GAP + MAX(value, 24) > width)
                label = 0; /* the question above its answer */
            add(lines, LINE_BLANK, 0, 0);
            add(lines, LINE_HEAD, section_of(row), 0);
        }
        if (!label)
            add(lines, LINE_ASK, row, 0);
        add(lines, LINE_ROW, row, label);
        g_autofree char *complaint = new_lead_complaint(lead, row);
        if (complaint)
            add_text(lines, LINE_ERROR, ROLE_ERROR, width - (label ? label + GAP : INDENT),
                     complaint);
        for (guint i = lines->len; i-- > 0 && g_array_index(lines, Line, i).kind == LINE_ERROR;)
            g_array_index(lines, Line, i).label = label;
    }
}

/* ---- drawing */

static void draw_head(Rect rect, int y, int section)
{
    const char *title = section < 0 ? _("For whom") : _(sections[section].title);
    draw_rest(rect, y, draw_text(rect, y, 0, ROLE_HEADING, title), ROLE_NORMAL);
}

static void draw_to(const NewLead *lead, Rect rect, int y, const Line *line)
{
    bool on = lead->focus == line->index;
    g_autofree char *text = recipient_text(lead, line->index);
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    int col = draw_field(rect, y, 0, line->label, ROLE_LABEL,
                         line->index == 0 ? _("To") : _("And to"));
    col = draw_text(rect, y, col, ROLE_NORMAL, "  ");
    draw_field(rect, y, col, rect.w - col, on ? ROLE_FIELD_ON : ROLE_FIELD, clean);
}

static void draw_buttons(const NewLead *lead, Rect rect, int y)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    bool two = slip_has_to(lead->slip, 1);
    g_autofree char *send = g_strdup_printf("[ %s ]", two ? _("Send to both") : _("Send"));
    g_autofree char *keep = g_strdup_printf("[ %s ]", _("Keep as a draft"));
    int col = draw_text(rect, y, 0, stop.kind == STOP_SEND ? ROLE_BUTTON_ON : ROLE_BUTTON, send);
    draw_text(rect, y, col + 2, stop.kind == STOP_KEEP ? ROLE_BUTTON_ON : ROLE_BUTTON, keep);
}

static void draw_line(NewLead *lead, Rect rect, int y, const Line *line, int label)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    Rect value = rect_sub(rect, INDENT, 0, rect.w - INDENT, rect.h);
    bool on = stop.kind == STOP_ROW && stop.index == line->index;
    int col = INDENT + (line->kind == LINE_TEXT ? label + GAP
                        : line->label           ? line->label + GAP
                                                : 0);
    switch (line->kind) {
    case LINE_BLANK:
        break;
    case LINE_HEAD:
        draw_head(rect, y, line->index);
        break;
    case LINE_TEXT:
    case LINE_ERROR:
        draw_text(rect, y, col + (line->kind == LINE_ERROR && !line->label ? INDENT : 0),
                  line->role, line->text);
        break;
    case LINE_TO:
        draw_to(lead, value, y, line);
        break;
    case LINE_ASK:
        draw_text(value, y, 0, ROLE_LABEL, form_label(lead->form, line->index));
        break;
    case LINE_ROW:
        form_draw_row(lead->form, line->index, value, y, line->label, on);
        break;
    case LINE_BUTTONS:
        draw_buttons(lead, value, y);
        break;
    }
}

static bool has_focus(const NewLead *lead, const Line *line)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    switch (stop.kind) {
    case STOP_TO:
        return line->kind == LINE_TO && line->index == stop.index;
    case STOP_ROW:
        return line->kind == LINE_ROW && line->index == stop.index;
    case STOP_SEND:
    case STOP_KEEP:
        return line->kind == LINE_BUTTONS;
    }
    return false;
}

/* ---- how full it is */

static const char *part_word(SlipPart part)
{
    switch (part) {
    case SLIP_TO:
        return _("recipient");
    case SLIP_KIND:
        return _("kind");
    case SLIP_NAME:
        return _("name");
    case SLIP_REACH:
        return _("phone or e-mail");
    case SLIP_NEED:
        return _("need");
    case SLIP_KNOWN:
        return _("that you have spoken");
    case SLIP_PERMISSION:
        return _("permission");
    case SLIP_HOW:
        return _("how they agreed");
    case SLIP_PARTS:
        break;
    }
    return "";
}

static void draw_fullness(const NewLead *lead, Rect rect)
{
    GString *missing = g_string_new(NULL);
    int n = 0;
    for (int needed = 1; needed >= 0; needed--) {
        for (int part = 0; part < SLIP_PARTS; part++) {
            bool has = slip_has(lead->slip, (SlipPart)part);
            if (slip_needs((SlipPart)part) != (needed == 1))
                continue;
            n += has;
            if (!has && needed)
                g_string_append_printf(missing, "%s%s", missing->len ? ", " : _("Needed: "),
                                       part_word((SlipPart)part));
        }
    }
    for (int part = 0; missing->len == 0 && n < SLIP_PARTS && part < SLIP_PARTS; part++)
        if (!slip_has(lead->slip, (SlipPart)part))
            g_string_append_printf(missing, _("Better with: %s"), part_word((SlipPart)part));
    if (missing->len == 0)
        g_string_append(missing, _("All that a lead needs is there."));
    char bar[BAR + 1] = "";
    int full = n * BAR / SLIP_PARTS;
    memset(bar, '-', BAR);
    memset(bar, '#', (size_t)full);
    int col = draw_format(rect, 0, 0, ROLE_PROGRESS, "[%s]", bar);
    col = draw_format(rect, 0, col, ROLE_NORMAL, _(" %d of %d  "), n, SLIP_PARTS);
    draw_rest(rect, 0, draw_text(rect, 0, col, ROLE_NORMAL, missing->str), ROLE_NORMAL);
    g_string_free(missing, TRUE);
}

/* Scrolled so that the focus shows, with its question above and what is wrong with it below. */
static void follow(NewLead *lead, GArray *lines, int height)
{
    int at = -1;
    for (guint i = 0; i < lines->len && at < 0; i++)
        if (has_focus(lead, &g_array_index(lines, Line, i)))
            at = (int)i;
    if (lead->follow && at >= 0) {
        int first = at, last = at;
        if (first > 0 && g_array_index(lines, Line, first - 1).kind == LINE_ASK)
            first--;
        if (first > 0 && g_array_index(lines, Line, first - 1).kind == LINE_HEAD)
            first--;
        while (last + 1 < (int)lines->len &&
               g_array_index(lines, Line, last + 1).kind == LINE_ERROR)
            last++;
        lead->top = MIN(MAX(lead->top, last - height + 1), first);
    }
    lead->top = CLAMP(lead->top, 0, MAX(0, (int)lines->len - height));
}

void new_lead_draw(View *view, bool all)
{
    NewLead *lead = (NewLead *)view;
    Rect rect = rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h);
    Rect body = rect_sub(rect, 0, 1, rect.w, rect.h - 1);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_array_set_clear_func(lines, line_clear);
    int label = MAX(text_width(_("To")), text_width(_("And to")));
    add_recipients(lead, lines, rect.w - INDENT, label);
    add_rows(lead, lines, rect.w - INDENT);
    add(lines, LINE_BLANK, 0, 0);
    add(lines, LINE_BUTTONS, 0, 0);
    follow(lead, lines, body.h);
    draw_fill(view->body, ROLE_NORMAL);
    draw_fullness(lead, rect);
    for (int y = 0; y < body.h && lead->top + y < (int)lines->len; y++)
        draw_line(lead, body, y, &g_array_index(lines, Line, lead->top + y), label);
}
