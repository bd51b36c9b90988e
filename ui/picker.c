/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picker.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_partners.h"
#include "client/fuzzy.h"
#include "edit.h"
#include "lead_page.h"
#include "model/business_type.h"

#include <inttypes.h>
#include <string.h>

#define PARTNERS_READ 2500 /* 100 and those of groups */
#define ABOUT_LINES 7
#define LABEL 16

struct Picker {
    App *app;
    Edit *edit;
    Fuzzy *fuzzy;
    GPtrArray *partners; /* PartnerRow *: individual ones, then those of groups */
    GArray *hits;        /* FuzzyHit; after the last comes somebody outside */
    int cursor, top, lines;
};

/* A field of the partner that this build may know: "profile/qualifies". "" when not. Clean; caller frees. */
static char *partner_text(const Partner *partner, const char *path)
{
    Field field;
    g_autofree char *text = NULL;
    if (field_find_path(&partner_fields, path, &field))
        text = field_to_text(&field, partner);
    return text_clean(text, -1, TEXT_LINE);
}

static void search(Picker *picker)
{
    g_clear_pointer(&picker->hits, g_array_unref);
    picker->hits = fuzzy_search(picker->fuzzy, edit_text(picker->edit));
    picker->cursor = picker->top = 0;
    app_dirty(picker->app, DIRTY_BODY | DIRTY_STATUS);
}

Picker *picker_new(App *app, const Uuid *except)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = cache_partners(client_cache(app->client), NULL, PARTNERS_READ, &error);
    if (!all) {
        app_complain_error(app, error);
        return NULL;
    }
    Picker *picker = g_new0(Picker, 1);
    picker->app = app;
    picker->edit = edit_new("", 60, false);
    picker->fuzzy = fuzzy_new();
    picker->partners = all;
    for (guint i = 0; i < all->len; i++) {
        const Partner *partner = all->pdata[i];
        if (except && uuid_equal(except, &partner->account)) {
            g_ptr_array_remove_index(all, i--);
            continue;
        }
        g_autofree char *areas = partner_text(partner, "profile/areas");
        g_autofree char *skills = partner_text(partner, "profile/specialities");
        g_autofree char *lines = partner_text(partner, "profile/industries");
        const char *const fields[FUZZY_FIELDS] = {
            partner->name, partner->company_name, partner->business_type, areas, skills, lines
        };
        fuzzy_add(picker->fuzzy, fields);
    }
    search(picker);
    return picker;
}

void picker_free(Picker *picker)
{
    if (!picker)
        return;
    edit_free(picker->edit);
    fuzzy_free(picker->fuzzy);
    g_ptr_array_unref(picker->partners);
    g_array_unref(picker->hits);
    g_free(picker);
}

bool picker_key(Picker *picker, Key key)
{
    g_autofree char *before = g_strdup(edit_text(picker->edit));
    if (!edit_key(picker->edit, key))
        return false;
    if (strcmp(before, edit_text(picker->edit)) != 0)
        search(picker);
    app_dirty(picker->app, DIRTY_BODY);
    return true;
}

void picker_paste(Picker *picker, const char *text)
{
    edit_insert(picker->edit, text);
    search(picker);
}

void picker_move(Picker *picker, Move move)
{
    int step = move_lines(move, MAX(1, picker->lines));
    picker->cursor = CLAMP(picker->cursor + step, 0, (int)picker->hits->len);
    app_dirty(picker->app, DIRTY_BODY);
}

static const PartnerRow *row_at(const Picker *picker, int at)
{
    if (at >= (int)picker->hits->len)
        return NULL;
    return picker->partners->pdata[g_array_index(picker->hits, FuzzyHit, at).item];
}

const Partner *picker_chosen(const Picker *picker)
{
    const PartnerRow *row = row_at(picker, picker->cursor);
    return row ? &row->partner : NULL;
}

const char *picker_typed(const Picker *picker)
{
    return strchr(edit_text(picker->edit), '@') ? edit_text(picker->edit) : "";
}

guint picker_found(const Picker *picker, guint *of)
{
    *of = picker->partners->len;
    return picker->hits->len;
}

/* ---- drawing */

static void put_pair(Page *page, const char *label, const Partner *partner, const char *path)
{
    g_autofree char *text = partner_text(partner, path);
    page_pair(page, LABEL, label, ROLE_NORMAL, text);
}

static char *balance_of(App *app, const Partner *partner)
{
    GiveTake sum = { 0 };
    if (!give_take_of(app, &partner->account, &sum))
        return g_strdup("");
    return g_strdup_printf(_("you gave %" PRId64 " (%" PRId64 " confirmed), you took %" PRId64
                             " (%" PRId64 " confirmed)"),
                           sum.gave, sum.gave_confirmed, sum.took, sum.took_confirmed);
}

void picker_put_partner(App *app, Page *page, const Partner *partner)
{
    g_autofree char *balance = balance_of(app, partner);
    page_pair(page, LABEL, _("Trade"), ROLE_NORMAL, business_type_label(partner->business_type));
    put_pair(page, _("Areas"), partner, "profile/areas");
    page_pair(page, LABEL, _("12 months"), ROLE_NORMAL, balance);
    put_pair(page, _("Calls a lead"), partner, "profile/qualifies");
    put_pair(page, _("Ideal partner"), partner, "profile/ideal_partner");
}

/* Columns: as much as there is room for. */
typedef struct Columns {
    int name, company, trade, areas;
    bool sums;
} Columns;

static Columns columns_for(int width)
{
    if (width >= 90)
        return (Columns){ 24, 24, 16, width - 24 - 24 - 16 - 3 * 2 - 12, true };
    if (width >= 70)
        return (Columns){ 22, 0, 18, width - 22 - 18 - 2 * 2 - 12, true };
    return (Columns){ MAX(10, width - 18 - 2), 0, 18, 0, false };
}

static int put_cell(Rect rect, int line, int col, int width, Role role, const char *text)
{
    if (width <= 0)
        return col;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    col = draw_field(rect, line, col, width, role, clean);
    return draw_text(rect, line, col, role, "  ");
}

static void draw_partner(Picker *picker, Rect rect, int line, const PartnerRow *row, Role role)
{
    Columns columns = columns_for(rect.w - 2);
    const Partner *partner = &row->partner;
    g_autofree char *areas = partner_text(partner, "profile/areas");
    int col = put_cell(rect, line, 2, columns.name, role, partner->name);
    col = put_cell(rect, line, col, columns.company, role, partner->company_name);
    col = put_cell(rect, line, col, columns.trade, role,
                   business_type_label(partner->business_type));
    col = put_cell(rect, line, col, columns.areas, role, areas);
    GiveTake sum = { 0 };
    if (columns.sums && give_take_of(picker->app, &partner->account, &sum))
        col = draw_format(rect, line, col, role, "%4" PRId64 " %4" PRId64, sum.gave, sum.took);
    draw_rest(rect, line, col, role);
}

static void draw_heads(Rect rect, int line)
{
    Columns columns = columns_for(rect.w - 2);
    int col = put_cell(rect, line, 2, columns.name, ROLE_HEADING, _("Partner"));
    col = put_cell(rect, line, col, columns.company, ROLE_HEADING, _("Company"));
    col = put_cell(rect, line, col, columns.trade, ROLE_HEADING, _("Trade"));
    col = put_cell(rect, line, col, columns.areas, ROLE_HEADING, _("Areas"));
    if (columns.sums) {
        col = draw_right(rect, line, col, 4, ROLE_HEADING, _("gave"));
        col = draw_right(rect, line, col, 5, ROLE_HEADING, _("took"));
    }
    draw_rest(rect, line, col, ROLE_HEADING);
}

static void draw_line(Picker *picker, Rect rect, int line, int at)
{
    bool on = at == picker->cursor;
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    const PartnerRow *partner = row_at(picker, at);
    draw_rest(rect, line, 0, role);
    bool barred = partner && partner->barred_until > clock_now();
    draw_text(rect, line, 0, role, on ? ">" : " ");
    draw_text(rect, line, 1, barred && !on ? ROLE_ALERT : role, barred ? "!" : " ");
    if (partner) {
        draw_partner(picker, rect, line, partner, role);
    } else {
        const char *word = _("Somebody outside the network, by e-mail...");
        draw_rest(rect, line, draw_text(rect, line, 2, role, word), role);
    }
}

static void draw_about(Picker *picker, Rect rect)
{
    g_autoptr(Page) page = page_new(rect.w);
    const PartnerRow *row = row_at(picker, picker->cursor);
    g_autofree char *groups = text_clean(row ? row->groups : NULL, -1, TEXT_LINE);
    if (row && *groups)
        page_pair(page, LABEL, row->via == VIA_GROUP ? _("By group") : _("Also in"), ROLE_NORMAL,
                  groups);
    if (row && row->barred_until > clock_now()) /* R118: neither why nor until when */
        page_text(page, ROLE_ALERT, _("This member takes no leads now"));
    if (row)
        picker_put_partner(picker->app, page, &row->partner);
    else
        page_text(page, ROLE_NORMAL,
                  _("They get a mail with a link to the lead, and need no account. What becomes of "
                    "it is told to you here."));
    page_draw(page, rect, 0);
}

void picker_draw(Picker *picker, Rect rect)
{
    int about = rect.h >= 16 ? ABOUT_LINES : rect.h >= 10 ? 3 : 0;
    int n = (int)picker->hits->len + 1;
    picker->lines = MAX(1, rect.h - 2 - (about ? about + 1 : 0));
    picker->top = CLAMP(picker->top, picker->cursor - picker->lines + 1, picker->cursor);
    picker->top = CLAMP(picker->top, 0, MAX(0, n - picker->lines));
    draw_fill(rect, ROLE_NORMAL);
    int col = draw_text(rect, 0, 0, ROLE_LABEL, _("Find: "));
    draw_heads(rect, 1);
    for (int i = 0; i < picker->lines && picker->top + i < n; i++)
        draw_line(picker, rect, 2 + i, picker->top + i);
    if (about) {
        draw_hline(rect, rect.h - about - 1, ROLE_BORDER);
        draw_about(picker, rect_sub(rect, 1, rect.h - about, rect.w - 2, about));
    }
    edit_draw(picker->edit, rect, 0, col, rect.w - col, true);
}
