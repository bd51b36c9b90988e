/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inbox and Sent: a list with a live preview beside it, below it, or none, by size. */
#include "leads.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "handlers.h"
#include "lead_page.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

/* What `limit` can show: the words of the user, and what that asks of the cache, in the same order. */
static const EnumValue limit_values[] = {
    { 1, "all", N_("all leads") },           { 2, "waiting", N_("waiting for a verdict") },
    { 3, "new", N_("new, not opened yet") }, { 4, "opened", N_("opened, no verdict yet") },
    { 5, "confirmed", N_("confirmed") },     { 6, "rejected", N_("not a lead") },
};
static const EnumTable limit_choices = ENUM_TABLE("limit", limit_values);
#define LIMIT_ALL 1

static const struct {
    unsigned states;
    ReferralVerdict verdict;
    bool waiting;
} limits[] = {
    { 0 },
    { .waiting = true },
    { .states = 1 << REFERRAL_SENT },
    { .states = 1 << REFERRAL_PICKED_UP },
    { .verdict = VERDICT_LEAD },
    { .verdict = VERDICT_NOT_A_LEAD },
};

typedef struct LeadsView {
    View view;
    LeadQuery query;
    int limit; /* of limit_choices */
    char *text;
    List *list;
    Rect area, rows, preview; /* list with its head; its lines; preview (empty: none) */
    bool beside;              /* preview at the right */
    bool in_preview;          /* j and k scroll it */
    Page *page;
    Uuid page_id;
    int page_top;
    guint drawn_epoch;
    int drawn_line;
} LeadsView;

/* ---- the source of the list */

static const Uuid *row_id(gpointer row)
{
    return &((LeadRow *)row)->id;
}

static LeadPos pos_of(const LeadRow *row)
{
    return (LeadPos){ .sent_at = row->sent_at, .id = row->id };
}

static Cache *cache_of(LeadsView *leads)
{
    return client_cache(leads->view.app->client);
}

static GPtrArray *fetch(gpointer data, gpointer from, bool forward, unsigned limit, GError **error)
{
    LeadsView *leads = data;
    LeadPos pos;
    if (from) {
        pos = pos_of(from);
    }
    return cache_leads(cache_of(leads), &leads->query, from ? &pos : NULL, forward, limit, error);
}

static bool count(gpointer data, gint64 *n, GError **error)
{
    LeadsView *leads = data;
    return cache_count(cache_of(leads), &leads->query, n, error);
}

static bool rank(gpointer data, gpointer row, gint64 *n, GError **error)
{
    LeadsView *leads = data;
    LeadPos pos = pos_of(row);
    return cache_rank(cache_of(leads), &leads->query, &pos, n, error);
}

static const ListSource source = { .id = row_id, .fetch = fetch, .count = count, .rank = rank };

static void check(LeadsView *leads, bool ok, GError *error)
{
    if (!ok) {
        app_complain_error(leads->view.app, error);
        g_error_free(error);
    }
}

static void load(LeadsView *leads)
{
    GError *error = NULL;
    check(leads, list_load(leads->list, &error), error);
    leads->page_top = 0;
}

/* ---- making and placing */

static View *create(App *app, ReferralBox box, const ViewOps *ops)
{
    LeadsView *leads = g_new0(LeadsView, 1);
    leads->view = (View){ .ops = ops, .app = app };
    leads->query.box = box;
    leads->limit = LIMIT_ALL;
    leads->list = list_new(&source, leads);
    list_set_height(leads->list, MAX(1, screen_rows() - 6));
    load(leads);
    return &leads->view;
}

static View *create_inbox(App *app)
{
    return create(app, BOX_INBOX, &inbox_view);
}

static View *create_sent(App *app)
{
    return create(app, BOX_SENT, &sent_view);
}

static void destroy(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    list_free(leads->list);
    page_free(leads->page);
    g_free(leads->text);
    g_free(leads);
}

static PreviewPlace place_of_preview(const Settings *settings, Rect body)
{
    PreviewPlace wanted = settings->preview;
    if (wanted == PREVIEW_AUTO) {
        wanted = body.w >= 100 ? PREVIEW_RIGHT : PREVIEW_BELOW;
    }
    if (wanted == PREVIEW_RIGHT && body.w < 70) {
        wanted = PREVIEW_BELOW;
    }
    if (wanted == PREVIEW_BELOW &&
        (body.h < 16 || body.w < (settings->preview == PREVIEW_AUTO ? 80 : 30))) {
        wanted = PREVIEW_OFF;
    }
    return wanted;
}

static void place(View *view, Rect body)
{
    LeadsView *leads = (LeadsView *)view;
    const Settings *settings = &view->app->settings;
    PreviewPlace where = place_of_preview(settings, body);
    leads->beside = where == PREVIEW_RIGHT;
    leads->preview = (Rect){ 0 };
    leads->area = body;
    int size = (int)settings->preview_size;
    if (where == PREVIEW_RIGHT) {
        int w = CLAMP(body.w * size / 100, 30, body.w - 40);
        leads->area = rect_sub(body, 0, 0, body.w - w, body.h);
        leads->preview = rect_sub(body, body.w - w, 0, w, body.h);
    } else if (where == PREVIEW_BELOW) {
        int h = CLAMP(body.h * size / 100, 6, body.h - 8);
        leads->area = rect_sub(body, 0, 0, body.w, body.h - h);
        leads->preview = rect_sub(body, 0, body.h - h, body.w, h);
    }
    /* Beside a preview the list stands in a frame; alone it needs none. */
    Rect in = leads->beside ? rect_sub(leads->area, 1, 1, leads->area.w - 1, leads->area.h - 2)
                            : leads->area;
    leads->rows = in.h > 3 ? rect_sub(in, 0, 1, in.w, in.h - 1) : in;
    leads->in_preview = leads->in_preview && leads->preview.h > 0;
    list_set_height(leads->list, leads->rows.h);
    g_clear_pointer(&leads->page, page_free);
}

/* ---- drawing */

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
    if (leads->rows.h == leads->area.h) {
        return;
    }
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
    Role state = on             ? ROLE_CURSOR
                 : row->pending ? ROLE_PENDING
                                : state_role(row->state, row->verdict);
    Role text = on ? ROLE_CURSOR : row->state == REFERRAL_SENT ? ROLE_NEW : ROLE_NORMAL;
    char mark[] = { on ? '>' : ' ', state_letter(row->state, row->verdict),
                    row->pending     ? '>'
                    : row->competing ? '&'
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
    } else if (leads->limit != LIMIT_ALL) {
        page_format(page, ROLE_NORMAL, _("No leads here: %s. Esc shows all again."),
                    enum_label(&limit_choices, leads->limit));
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
        if (*status->detail) {
            page_text(page, ROLE_ERROR, status->detail);
        }
        page_format(page, ROLE_NORMAL, _("Leadline keeps trying; %s tries now."), sync);
    } else if (client_profile(app->client)->kind == PROFILE_DEMO) {
        page_text(page, ROLE_NORMAL,
                  _("Starting the demo network: your first leads are on their way..."));
    } else {
        page_text(page, ROLE_NORMAL, _("Fetching your leads for the first time..."));
    }
}

/* What the letters mean, where lines are left below a short list. */
static void draw_letters(LeadsView *leads)
{
    int used = (int)MIN(list_total(leads->list), leads->rows.h);
    if (leads->rows.h - used < 3) {
        return;
    }
    g_autoptr(Page) page = page_new(leads->rows.w - 2);
    page_text(page, ROLE_NORMAL,
              _("N new  O opened  C confirmed  X not a lead  W working on it  $ won  L lost  D "
                "dormant  T taken back"));
    page_text(page, ROLE_NORMAL, _("C> still in the outbox   N& another partner got it too"));
    int n = page_lines(page);
    if (n < leads->rows.h - used) {
        page_draw(page, rect_sub(leads->rows, 1, leads->rows.h - n, leads->rows.w - 2, n), 0);
    }
}

static void draw_rows(LeadsView *leads, bool all)
{
    int line = list_cursor_line(leads->list);
    if (!all && list_epoch(leads->list) == leads->drawn_epoch) {
        if (leads->drawn_line != line) {
            draw_row(leads, leads->drawn_line);
        }
        draw_row(leads, line);
    } else {
        for (int i = 0; i < leads->rows.h; i++) {
            draw_row(leads, i);
        }
        if (!list_row(leads->list)) {
            g_autoptr(Page) page = page_new(leads->rows.w - 2);
            put_empty(leads, page);
            int top = leads->rows.h > 4 ? 1 : 0;
            page_draw(page,
                      rect_sub(leads->rows, 1, top, leads->rows.w - 2,
                               MIN(page_lines(page), leads->rows.h - top)),
                      0);
        } else {
            draw_letters(leads);
        }
    }
    leads->drawn_epoch = list_epoch(leads->list);
    leads->drawn_line = line;
}

static Rect preview_inside(const LeadsView *leads)
{
    Rect r = leads->preview;
    return leads->beside ? rect_sub(r, 2, 1, r.w - 4, r.h - 2)
                         : rect_sub(r, 1, 1, r.w - 2, r.h - 1);
}

/* The page of the lead under the cursor; NULL when there is none. */
static void make_page(LeadsView *leads, int width)
{
    const LeadRow *row = list_row(leads->list);
    if (row && leads->page && uuid_equal(&row->id, &leads->page_id)) {
        return;
    }
    g_clear_pointer(&leads->page, page_free);
    if (!row) {
        return;
    }
    if (!uuid_equal(&row->id, &leads->page_id)) {
        leads->page_top = 0;
    }
    leads->page_id = row->id;
    Referral referral = { 0 };
    if (cache_referral(cache_of(leads), &row->id, &referral, NULL)) {
        leads->page = lead_page(leads->view.app, &referral, width, true);
        fields_clear(&referral_fields, &referral);
    }
}

/* That there is more must be seen: in the border. */
static void draw_more(LeadsView *leads, bool more)
{
    Rect r = leads->preview;
    int row = leads->beside ? r.h - 1 : 0;
    g_autofree char *text = g_strdup_printf(" %s ", _("more: Tab"));
    int width = text_width(text);
    Rect at = rect_sub(r, r.w - width - 2, row, width, 1);
    draw_hline(at, 0, ROLE_BORDER);
    if (more) {
        draw_text(at, 0, 0, ROLE_KEY, text);
    }
}

static void draw_preview(LeadsView *leads, bool all)
{
    if (leads->preview.h == 0) {
        return;
    }
    Rect inside = preview_inside(leads);
    const LeadRow *row = list_row(leads->list);
    bool same = !all && row && leads->page && uuid_equal(&row->id, &leads->page_id);
    if (same && !leads->in_preview) {
        return;
    }
    make_page(leads, inside.w);
    if (!leads->page) {
        draw_fill(inside, ROLE_NORMAL);
        return;
    }
    leads->page_top = CLAMP(leads->page_top, 0, MAX(0, page_lines(leads->page) - inside.h));
    page_draw(leads->page, inside, leads->page_top);
    draw_more(leads, leads->page_top + inside.h < page_lines(leads->page));
}

static void draw_frames(LeadsView *leads)
{
    const char *title = leads->query.box == BOX_INBOX ? _("Inbox") : _("Sent");
    if (leads->beside) {
        draw_frame((Rect){ leads->area.x, leads->area.y, leads->area.w + 1, leads->area.h },
                   ROLE_BORDER, leads->in_preview ? NULL : title);
        draw_fill(rect_sub(leads->preview, 1, 1, leads->preview.w - 2, leads->preview.h - 2),
                  ROLE_NORMAL);
        draw_frame(leads->preview, ROLE_BORDER,
                   leads->in_preview ? _("Lead (Tab: list)") : _("Lead"));
        draw_junction(leads->preview, 0, 0, true, ROLE_BORDER);
        draw_junction(leads->preview, leads->preview.h - 1, 0, false, ROLE_BORDER);
    } else if (leads->preview.h > 0) {
        draw_fill(leads->preview, ROLE_NORMAL);
        draw_hline(leads->preview, 0, ROLE_BORDER);
        draw_text(leads->preview, 0, 2, ROLE_HEADING,
                  leads->in_preview ? _(" Lead (Tab: list) ") : _(" Lead "));
    }
}

static void draw(View *view, bool all)
{
    LeadsView *leads = (LeadsView *)view;
    if (all) {
        draw_fill(leads->area, ROLE_NORMAL);
        draw_frames(leads);
        draw_head(leads);
    }
    draw_rows(leads, all);
    draw_preview(leads, all);
}

/* ---- what happens */

static void changed(View *view, unsigned what)
{
    LeadsView *leads = (LeadsView *)view;
    if (what & (CLIENT_LEADS | CLIENT_OUTBOX)) {
        GError *error = NULL;
        check(leads, list_reload(leads->list, &error), error);
    }
    if (what & (CLIENT_LEADS | CLIENT_OUTBOX | CLIENT_NOTES) || !list_row(leads->list)) {
        g_clear_pointer(&leads->page, page_free);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
    }
}

static void scroll_preview(LeadsView *leads, Move move)
{
    int h = preview_inside(leads).h;
    static const int halves[] = {
        [MOVE_HALF_UP] = -1, [MOVE_HALF_DOWN] = 1, [MOVE_PAGE_UP] = -2, [MOVE_PAGE_DOWN] = 2
    };
    switch (move) {
    case MOVE_UP:
        leads->page_top--;
        break;
    case MOVE_DOWN:
        leads->page_top++;
        break;
    case MOVE_TOP:
        leads->page_top = 0;
        break;
    case MOVE_BOTTOM:
        leads->page_top = G_MAXINT / 2;
        break;
    default:
        leads->page_top += halves[move] * h / 2;
        break;
    }
}

static void moved(View *view, Move move)
{
    LeadsView *leads = (LeadsView *)view;
    if (leads->in_preview) {
        scroll_preview(leads, move);
        return;
    }
    GError *error = NULL;
    check(leads, list_move(leads->list, move, &error), error);
}

static void open_row(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    const LeadRow *row = list_row(leads->list);
    if (row) {
        Uuid id = row->id; /* picking up reloads the list */
        lead_open(view->app, &id);
    }
}

static bool back(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    if (leads->in_preview) {
        leads->in_preview = false;
        app_dirty(view->app, DIRTY_BODY);
        return true;
    }
    return false;
}

static void target(View *view, Target *out)
{
    LeadsView *leads = (LeadsView *)view;
    const LeadRow *row = list_row(leads->list);
    if (row) {
        out->has_lead = true;
        out->lead = row->id;
        out->received = leads->query.box == BOX_INBOX;
    }
}

void leads_put_place(View *view, GString *out)
{
    LeadsView *leads = (LeadsView *)view;
    gint64 total = list_total(leads->list);
    const char *more = leads->text && total >= CACHE_COUNT_MAX ? "+" : "";
    if (total > 0) {
        g_string_append_printf(out, _("%" PRId64 " of %" PRId64 "%s"), list_rank(leads->list) + 1,
                               total, more);
    } else {
        g_string_append(out, _("no leads"));
    }
}

static void status(View *view, GString *out)
{
    LeadsView *leads = (LeadsView *)view;
    leads_put_place(view, out);
    if (leads->limit != LIMIT_ALL) {
        g_string_append_printf(out, _("   limit: %s"), enum_label(&limit_choices, leads->limit));
    }
    if (leads->text) {
        g_string_append_printf(out, "   /%s", leads->text);
    }
}

static void search(View *view, const char *text)
{
    LeadsView *leads = (LeadsView *)view;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    if (g_strcmp0(clean, leads->text ? leads->text : "") == 0) {
        return;
    }
    g_free(leads->text);
    leads->text = *clean ? g_steal_pointer(&clean) : NULL;
    leads->query.text = leads->text;
    /* Taking a search away shows all, around the lead that was found. */
    const LeadRow *row = list_row(leads->list);
    if (row && !leads->text) {
        GError *error = NULL;
        check(leads, list_reload(leads->list, &error), error);
    } else {
        load(leads);
    }
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static bool clear(View *view)
{
    LeadsView *leads = (LeadsView *)view;
    if (!leads->text && leads->limit == LIMIT_ALL) {
        return back(view);
    }
    if (leads->text) {
        search(view, "");
    } else {
        run_limit(view->app, "all");
    }
    return true;
}

static const char *const inbox_footer[] = { "confirm",      "reject",  "open",
                                            "next-waiting", "search",  "undo",
                                            "limit",        "command", NULL };
static const char *const sent_footer[] = { "open", "note",    "search", "limit",
                                           "undo", "command", NULL };

const ViewOps inbox_view = {
    .title = N_("Inbox"),
    .footer = inbox_footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    .create = create_inbox,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .open = open_row,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .abort = clear,
};

const ViewOps sent_view = {
    .title = N_("Sent"),
    .footer = sent_footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    .create = create_sent,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .open = open_row,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .abort = clear,
};

/* ---- for others */

View *leads_list_view(App *app)
{
    ViewId id = app->view == VIEW_LEAD ? app->under : app->view;
    return id == VIEW_INBOX || id == VIEW_SENT ? app->views[id] : NULL;
}

static bool go(LeadsView *leads, const LeadPos *pos)
{
    LeadRow there = { .id = pos->id, .sent_at = pos->sent_at };
    GError *error = NULL;
    bool ok = list_goto(leads->list, &there, &error);
    check(leads, ok, error);
    app_dirty(leads->view.app, DIRTY_MOVED | DIRTY_STATUS);
    return ok;
}

bool leads_step(View *view, int step, Uuid *id)
{
    LeadsView *leads = (LeadsView *)view;
    gint64 before = list_rank(leads->list);
    GError *error = NULL;
    check(leads, list_move(leads->list, step > 0 ? MOVE_DOWN : MOVE_UP, &error), error);
    const LeadRow *row = list_row(leads->list);
    if (!row || list_rank(leads->list) == before) {
        return false;
    }
    *id = row->id;
    return true;
}

static bool waiting_place(LeadsView *leads, bool older, LeadPos *out)
{
    const LeadRow *row = list_row(leads->list);
    if (!row) {
        return false;
    }
    LeadPos here = pos_of(row);
    return cache_next_waiting(cache_of(leads), &leads->query, &here, older, out, NULL);
}

bool leads_step_waiting(View *view, bool older, Uuid *id)
{
    LeadsView *leads = (LeadsView *)view;
    LeadPos pos;
    if (!waiting_place(leads, older, &pos) || !go(leads, &pos)) {
        return false;
    }
    *id = pos.id;
    return true;
}

bool leads_next_waiting_place(App *app, LeadPos *out)
{
    LeadsView *leads = app->view == VIEW_INBOX ? (LeadsView *)app_view(app) : NULL;
    return leads && (waiting_place(leads, true, out) || waiting_place(leads, false, out));
}

void leads_goto(App *app, const LeadPos *pos)
{
    if (app->view == VIEW_INBOX) {
        go((LeadsView *)app_view(app), pos);
    }
}

/* ---- commands */

static LeadsView *shown(App *app)
{
    return app->view == VIEW_INBOX || app->view == VIEW_SENT ? (LeadsView *)app_view(app) : NULL;
}

static void set_limit(LeadsView *leads, int limit)
{
    leads->limit = limit;
    leads->query.states = limits[limit - 1].states;
    leads->query.verdict = limits[limit - 1].verdict;
    leads->query.waiting = limits[limit - 1].waiting;
    load(leads);
    app_dirty(leads->view.app, DIRTY_BODY | DIRTY_STATUS);
}

static DialogAnswer limit_chosen(App *app, Dialog *dialog)
{
    LeadsView *leads = shown(app);
    if (leads && dialog_choice(dialog)) {
        set_limit(leads, dialog_choice(dialog));
    }
    return DIALOG_CLOSE;
}

void run_limit(App *app, const char *args)
{
    LeadsView *leads = shown(app);
    if (!leads) {
        app_say(app, "%s", _("Limits are for the lists of leads: press q first."));
        return;
    }
    int limit = enum_value(&limit_choices, args);
    if (limit) {
        set_limit(leads, limit);
        return;
    }
    if (*args) {
        app_complain(app,
                     _("There is no limit \"%s\". There are: all, waiting, new, opened, confirmed, "
                       "rejected."),
                     args);
        return;
    }
    DialogSpec spec = {
        .title = _("Show which leads?"),
        .choices = &limit_choices,
        .choice = leads->limit,
        .done = limit_chosen,
    };
    app_ask(app, dialog_new(&spec));
}

static void step_waiting(App *app, bool older)
{
    View *view = leads_list_view(app);
    Uuid id;
    if (!view || !leads_step_waiting(view, older, &id)) {
        app_say(app, "%s",
                older ? _("No lead further down waits for a verdict.")
                      : _("No lead further up waits for a verdict."));
    } else if (app->view == VIEW_LEAD) {
        lead_open(app, &id);
    }
}

void run_next_waiting(App *app, const char *args)
{
    step_waiting(app, true);
}

void run_previous_waiting(App *app, const char *args)
{
    step_waiting(app, false);
}

static void step_lead(App *app, int step)
{
    View *view = leads_list_view(app);
    Uuid id;
    if (!view || !leads_step(view, step, &id)) {
        app_say(app, "%s", step > 0 ? _("This is the last lead.") : _("This is the first lead."));
    } else if (app->view == VIEW_LEAD) {
        lead_open(app, &id);
    } else {
        app_dirty(app, DIRTY_MOVED | DIRTY_STATUS);
    }
}

void run_next_lead(App *app, const char *args)
{
    step_lead(app, 1);
}

void run_previous_lead(App *app, const char *args)
{
    step_lead(app, -1);
}

void run_next_pane(App *app, const char *args)
{
    LeadsView *leads = shown(app);
    if (leads && leads->preview.h > 0) {
        leads->in_preview = !leads->in_preview;
        app_dirty(app, DIRTY_BODY);
    }
}

static void place_again(App *app)
{
    for (ViewId id = VIEW_INBOX; id <= VIEW_SENT; id++) {
        if (app->views[id]) {
            app->views[id]->body = (Rect){ 0 };
        }
    }
    app_dirty(app, DIRTY_BODY);
}

void run_preview(App *app, const char *args)
{
    LeadsView *leads = shown(app);
    if (app->settings.preview == PREVIEW_OFF) {
        app->settings.preview = PREVIEW_AUTO;
    } else if (leads && leads->preview.h == 0) {
        app_say(app, "%s", _("The window is too small for a preview: Enter opens the lead."));
    } else {
        app->settings.preview = PREVIEW_OFF;
    }
    place_again(app);
}

void run_preview_place(App *app, const char *args)
{
    static const PreviewPlace next[] = { [PREVIEW_AUTO] = PREVIEW_RIGHT,
                                         [PREVIEW_RIGHT] = PREVIEW_BELOW,
                                         [PREVIEW_BELOW] = PREVIEW_AUTO,
                                         [PREVIEW_OFF] = PREVIEW_AUTO };
    app->settings.preview = next[app->settings.preview];
    const Setting *setting = setting_find("preview");
    app_say(app, _("Preview: %s"), enum_label(setting->field.values, app->settings.preview));
    place_again(app);
}

static void resize_preview(App *app, int step)
{
    app->settings.preview_size = CLAMP(app->settings.preview_size + step, 20, 80);
    place_again(app);
}

void run_preview_smaller(App *app, const char *args)
{
    resize_preview(app, -5);
}

void run_preview_larger(App *app, const char *args)
{
    resize_preview(app, 5);
}
