/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of leads on the screen: its frame, head, rows, and the words that stand where no row does. */
#include "leads_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "lead_page.h"
#include "snooze.h"
#include "when.h"

typedef struct Columns {
    int age, party, text; /* first column */
    int age_width, party_width;
} Columns;

static Columns columns_of(LeadsView *leads)
{
    int w = leads->rows.w;
    Columns columns = { .age = w >= 30 ? 4 : 3 };
    columns.age_width = when_short_width(leads->view.app->settings.time_style, w >= 76);
    columns.party = columns.age + columns.age_width + 1;
    columns.party_width = w >= 44 ? CLAMP(w / 4, 12, 22) : w >= 34 ? 9 : 0;
    columns.text = columns.party + (columns.party_width ? columns.party_width + 1 : 0);
    return columns;
}

static void draw_head(LeadsView *leads)
{
    if (leads->rows.h == leads->area.h || !list_row(leads->list))
        return;
    Rect line = leads->rows;
    line.y -= 1;
    line.h = 1;
    Columns columns = columns_of(leads);
    draw_rest(line, 0, 0, ROLE_HEADING);
    draw_text(line, 0, 1, ROLE_HEADING, "S");
    draw_text(line, 0, columns.age, ROLE_HEADING, _("Age"));
    if (columns.party_width) {
        draw_text(line, 0, columns.party, ROLE_HEADING,
                  leads->query.box == BOX_INBOX ? _("From") : _("To"));
    }
    draw_text(line, 0, columns.text, ROLE_HEADING, _("Client / need"));
}

static void draw_row(LeadsView *leads, int line)
{
    const LeadRow *row = list_line(leads->list, line);
    if (!row) {
        draw_rest(leads->rows, line, 0, ROLE_NORMAL);
        return;
    }
    bool on = line == list_cursor_line(leads->list);
    Columns columns = columns_of(leads);
    bool tagged = tags_have(leads->tags, &row->id);
    bool stopped = row->pending && client_is_stopped(leads->view.app->client, &row->id);
    Role text = on ? ROLE_CURSOR : tagged || row->state == REFERRAL_SENT ? ROLE_NEW : ROLE_NORMAL;
    SnoozeMark snooze = snooze_of(leads->view.app, &row->id, NULL);
    Role state = on                     ? ROLE_CURSOR
                 : row->pending         ? ROLE_PENDING
                 : snooze == SNOOZE_NOW ? ROLE_ALERT
                                        : state_role(row->state, row->verdict);
    char mark[] = { tagged ? '*'
                    : on   ? '>'
                           : ' ',
                    state_letter(row->state, row->verdict),
                    stopped                  ? '!'
                    : row->pending           ? '>'
                    : snooze == SNOOZE_NOW   ? 'Z'
                    : snooze == SNOOZE_LATER ? 'z'
                    : row->competing         ? '&'
                                             : ' ',
                    '\0' };
    g_autofree char *age = when_short(row->sent_at, clock_now(),
                                      leads->view.app->settings.time_style, columns.age_width);
    draw_field(leads->rows, line, 0, columns.age, state, mark);
    draw_field(leads->rows, line, columns.age, columns.party - columns.age, text, age);
    if (columns.party_width) {
        draw_field(leads->rows, line, columns.party, columns.text - columns.party, text, "");
        draw_field(leads->rows, line, columns.party, columns.party_width, text, row->party);
    }
    const char *between = *row->client && *row->need ? " - " : "";
    g_autofree char *what = g_strconcat(row->client, between, row->need, NULL);
    draw_field(leads->rows, line, columns.text, leads->rows.w - columns.text, text, what);
}

static void put_empty(LeadsView *leads, Page *page)
{
    App *app = leads->view.app;
    const ClientStatus *status = client_status(app->client);
    g_autofree char *sync = keymap_key_of(app->keymap, app_view_contexts(app), "sync", "");
    if (leads->text) {
        page_format(page, ROLE_NORMAL, _("Nothing matches \"%s\". Esc shows all leads again."),
                    leads->text);
    } else if (leads->only && !leads->limit_text) {
        page_format(page, ROLE_NORMAL, _("No leads here: %s. Esc shows all again."), leads->only);
    } else if (leads->limit_text) {
        page_format(page, ROLE_NORMAL, _("No lead is \"%s\". Esc shows all again."),
                    leads->limit_text);
    } else if (status->last_sync) {
        page_text(page, ROLE_NORMAL,
                  leads->query.box == BOX_INBOX
                      ? _("No leads yet. When a partner passes you one, it appears here at once.")
                      : _("No leads sent yet. Those you pass to a partner appear here, with what "
                          "became of them."));
    } else if (status->phase == PHASE_LOGIN) {
        page_text(page, ROLE_NORMAL,
                  _("You are not signed in, and no leads are stored here yet. Type :login"));
    } else if (status->phase == PHASE_OFFLINE || status->phase == PHASE_DISABLED) {
        page_text(page, ROLE_NORMAL,
                  _("No leads are stored here yet, and the server cannot be reached."));
        page_format(page, ROLE_NORMAL, _("Leadline keeps trying; %s tries now."), sync);
    } else if (client_profile(app->client)->kind == PROFILE_DEMO) {
        page_text(page, ROLE_NORMAL,
                  _("Starting the demo network: your first leads are on their way..."));
    } else {
        page_text(page, ROLE_NORMAL, _("Fetching your leads for the first time..."));
    }
}

/* What the letters mean, as much as fits into each line. */
static Page *letters_page(int width)
{
    Page *page = page_new(width);
    char mark[2];
    g_autofree char *word = NULL;
    const char *meaning;
    int col = width; /* the first one begins a line */
    for (size_t i = 0; state_legend(i, mark, &word, &meaning); i++) {
        g_autofree char *item = g_strdup_printf("%s %s", mark, word);
        g_clear_pointer(&word, g_free);
        if (col + 2 + text_width(item) > width) {
            page_line(page);
            col = 0;
        } else {
            page_span(page, ROLE_NORMAL, "  ");
            col += 2;
        }
        page_span(page, ROLE_NORMAL, item);
        col += text_width(item);
    }
    return page;
}

/* Where lines are left below a short list. */
static void draw_letters(LeadsView *leads)
{
    int left = leads->rows.h - (int)MIN(list_total(leads->list), leads->rows.h);
    if (left < 3)
        return;
    g_autoptr(Page) page = letters_page(leads->rows.w - 2);
    int n = page_lines(page);
    if (n < left)
        page_draw(page, rect_sub(leads->rows, 1, leads->rows.h - n, leads->rows.w - 2, n), 0);
}

static void draw_rows(LeadsView *leads, bool all)
{
    int line = list_cursor_line(leads->list);
    if (!all && list_epoch(leads->list) == leads->drawn_epoch) {
        if (leads->drawn_line != line)
            draw_row(leads, leads->drawn_line);
        draw_row(leads, line);
    } else {
        for (int i = 0; i < leads->rows.h; i++)
            draw_row(leads, i);
        if (!list_row(leads->list)) {
            g_autoptr(Page) page = page_new(leads->rows.w - 2);
            put_empty(leads, page);
            page_draw_instead(page, leads->rows);
        } else {
            draw_letters(leads);
        }
    }
    leads->drawn_epoch = list_epoch(leads->list);
    leads->drawn_line = line;
}

static void draw_frame_of(LeadsView *leads)
{
    const char *title = leads->query.box == BOX_INBOX ? _("Inbox") : _("Sent");
    if (leads->beside) {
        draw_frame((Rect){ leads->area.x, leads->area.y, leads->area.w + 1, leads->area.h },
                   ROLE_BORDER, leads->in_preview ? NULL : title);
    }
}

void leads_draw_list(LeadsView *leads, bool all)
{
    if (all) {
        draw_fill(leads->area, ROLE_NORMAL);
        draw_frame_of(leads);
        draw_head(leads);
    }
    draw_rows(leads, all);
}
