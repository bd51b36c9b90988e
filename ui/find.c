/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit: words and filters, what the server found, and what they say of themselves. */
#include "find.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/network.h"
#include "handlers.h"
#include "model/business_type.h"
#include "page.h"

#define LABEL_WIDTH 14
#define DETAIL_LINES 10
#define PAUSE_MS 250 /* after a key, before the server is asked */

typedef struct FindView {
    View view;
    ProfileQuery query;
    ProfileSearch *search; /* NULL: nothing was asked yet */
    char *why;             /* nothing more came: in words */
    guint pause;           /* timer: what was typed is asked when it is over */
    guint cursor, top;
    Rect list, detail;
} FindView;

static const GPtrArray *found(const FindView *find)
{
    static const GPtrArray none = { 0 };
    return find->search ? profile_search_found(find->search) : &none;
}

static const PublicProfile *current(const FindView *find)
{
    const GPtrArray *rows = found(find);
    return find->cursor < rows->len ? rows->pdata[find->cursor] : NULL;
}

static void draw_again(FindView *find)
{
    app_dirty(find->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void on_found(ProfileSearch *search, const GError *error, gpointer data)
{
    FindView *find = data;
    g_clear_pointer(&find->why, g_free);
    if (error)
        find->why = problem_words(error);
    draw_again(find);
}

static void ask(FindView *find)
{
    g_clear_handle_id(&find->pause, g_source_remove);
    g_clear_pointer(&find->why, g_free);
    profile_search_free(find->search);
    find->cursor = find->top = 0;
    find->search = client_find_profiles(find->view.app->client, &find->query, on_found, find);
    draw_again(find);
}

static View *create(App *app)
{
    FindView *find = g_new0(FindView, 1);
    find->view = (View){ .ops = &find_view, .app = app };
    return &find->view;
}

static void destroy(View *view)
{
    FindView *find = (FindView *)view;
    g_clear_handle_id(&find->pause, g_source_remove);
    profile_search_free(find->search);
    fields_clear(&profile_query_fields, &find->query);
    g_free(find->why);
    g_free(find);
}

/* What was in the way may be gone. */
static void show(View *view)
{
    FindView *find = (FindView *)view;
    if (!find->search || find->why)
        ask(find);
}

static void changed(View *view, unsigned what)
{
    FindView *find = (FindView *)view;
    bool live = client_status(view->app->client)->phase == PHASE_LIVE;
    if (what & CLIENT_STATUS && live && find->why && !profile_search_is_busy(find->search))
        ask(find);
    if (what & (CLIENT_PARTNERS | CLIENT_OUTBOX | CLIENT_INVITATIONS))
        draw_again(find);
}

static void place(View *view, Rect body)
{
    FindView *find = (FindView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    find->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    find->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef struct Columns {
    int name, trade, areas, headline; /* widths, 0: none */
} Columns;

static Columns columns_of(int w)
{
    Columns columns = { .trade = w >= 44 ? CLAMP(w / 5, 12, 24) : 0 };
    columns.areas = w >= 76 ? CLAMP(w / 6, 12, 24) : 0;
    int left = w - 2 - (columns.trade ? columns.trade + 1 : 0) -
               (columns.areas ? columns.areas + 1 : 0);
    columns.headline = w >= 60 ? left * 3 / 5 : 0;
    columns.name = MAX(4, left - columns.headline - (columns.headline ? 1 : 0));
    return columns;
}

static void put_cells(Rect r, int row, Role role, const char *const texts[5])
{
    Columns columns = columns_of(r.w);
    const int widths[] = { columns.name, columns.trade, columns.headline, columns.areas };
    int col = draw_field(r, row, 0, 2, role, texts[0]);
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        if (widths[i] == 0)
            continue;
        col = draw_field(r, row, col, widths[i], role, texts[i + 1]);
        if (col < r.w)
            col = draw_field(r, row, col, 1, role, "");
    }
    draw_rest(r, row, col, role);
}

static char *list_text(char *const *items)
{
    g_autofree char *joined = items ? g_strjoinv(", ", (char **)items) : g_strdup("");
    return text_clean(joined, -1, TEXT_LINE);
}

static void draw_row(FindView *find, int line)
{
    guint index = find->top + (guint)line;
    const GPtrArray *rows = found(find);
    if (index >= rows->len) {
        draw_rest(find->list, line, 0, ROLE_NORMAL);
        return;
    }
    const PublicProfile *member = rows->pdata[index];
    bool on = index == find->cursor;
    g_autofree char *name = text_clean(member->name, -1, TEXT_LINE);
    g_autofree char *trade = text_clean(business_type_label(member->business_type), -1, TEXT_LINE);
    g_autofree char *headline = text_clean(member->profile.headline, -1, TEXT_LINE);
    g_autofree char *areas = list_text(member->profile.areas);
    const char *const texts[5] = { on ? ">" : "", name, trade, headline, areas };
    put_cells(find->list, line, on ? ROLE_CURSOR : ROLE_NORMAL, texts);
}

static char *key_of(App *app, const char *command)
{
    return keymap_key_of(app->keymap, app_view_contexts(app), command, NULL);
}

static void put_empty(const FindView *find, Page *page)
{
    App *app = find->view.app;
    const ClientStatus *status = client_status(app->client);
    bool offline = status->phase == PHASE_OFFLINE || status->phase == PHASE_DISABLED ||
                   status->phase == PHASE_CONNECTING || status->phase == PHASE_STOPPED;
    g_autofree char *search = key_of(app, "search"), *filter = key_of(app, "criteria");
    if (find->why && offline)
        page_text(page, ROLE_ALERT,
                  _("Offline: looking for members needs the server. It is asked again by itself."));
    else if (find->why)
        page_text(page, ROLE_ALERT, find->why);
    else if (!find->search || profile_search_is_busy(find->search) || find->pause)
        page_text(page, ROLE_NORMAL, _("Looking..."));
    else
        page_format(page, ROLE_NORMAL,
                    _("Nobody fits. %s takes other words, %s another trade, area or price."),
                    search, filter);
}

/* ---- what they say of themselves */

/* What stands between the two already. */
static const char *standing_of(App *app, const PublicProfile *member)
{
    bool is_partner = false;
    cache_is_connected(client_cache(app->client), &member->account, &is_partner, NULL);
    if (is_partner)
        return _("your partner");
    g_autoptr(GPtrArray) open = client_invitations(app->client, 0, true, NULL);
    for (guint i = 0; open && i < open->len; i++) {
        const Invitation *one = &((InvitationRow *)open->pdata[i])->invitation;
        if (uuid_equal(&one->to.account, &member->account))
            return _("you asked already");
        if (uuid_equal(&one->from.account, &member->account))
            return _("waits for your answer");
    }
    return NULL;
}

static Page *detail_page(FindView *find, int width)
{
    Page *page = page_new(width);
    const PublicProfile *member = current(find);
    const MemberProfile *profile = &member->profile;
    g_autofree char *specialities = list_text(profile->specialities);
    g_autofree char *industries = list_text(profile->industries);
    g_autofree char *areas = list_text(profile->areas);
    const char *company = member->company_name && *member->company_name ? member->company_name
                                                                        : NULL;
    g_autofree char *who = g_strjoin(", ", member->name ? member->name : "", company, NULL);
    g_autofree char *invite = key_of(find->view.app, "invite");
    const char *standing = standing_of(find->view.app, member);
    page_line(page);
    page_span(page, ROLE_HEADING, who);
    if (standing)
        page_span_at(page, -1, ROLE_OPENED, standing);
    page_pair(page, LABEL_WIDTH, _("Headline"), ROLE_NORMAL, profile->headline);
    page_pair(page, LABEL_WIDTH, _("Calls a lead"), ROLE_NORMAL, profile->qualifies);
    page_pair(page, LABEL_WIDTH, _("Wants to meet"), ROLE_NORMAL, profile->ideal_partner);
    page_pair(page, LABEL_WIDTH, _("Specialities"), ROLE_NORMAL, specialities);
    page_pair(page, LABEL_WIDTH, _("Industries"), ROLE_NORMAL, industries);
    page_pair(page, LABEL_WIDTH, _("Areas"), ROLE_NORMAL, areas);
    if (profile->price_level > 0) {
        g_autofree char *price = g_strnfill((gsize)MIN(profile->price_level, PRICE_LEVEL_MAX), '$');
        page_pair(page, LABEL_WIDTH, _("Price"), ROLE_NORMAL, price);
    }
    if (profile->exclusive)
        page_pair(page, LABEL_WIDTH, _("Network"), ROLE_NORMAL,
                  _("exclusive: one partner of a trade"));
    page_pair(page, LABEL_WIDTH, _("About"), ROLE_NORMAL, profile->about);
    if (!standing)
        page_format(page, ROLE_NORMAL, _("%s asks to be partners."), invite);
    return page;
}

static void draw_detail(FindView *find)
{
    Rect r = find->detail;
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!current(find))
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = detail_page(find, r.w - 4);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

static void draw(View *view, bool all)
{
    FindView *find = (FindView *)view;
    static const char *const head[5] = { "", N_("Member"), N_("Trade"), N_("Headline"),
                                         N_("Areas") };
    guint h = (guint)MAX(1, find->list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3) {
        const char *words[5];
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
            words[i] = *head[i] ? _(head[i]) : "";
        put_cells(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, words);
    }
    find->top = MIN(find->top, find->cursor);
    if (find->cursor >= find->top + h)
        find->top = find->cursor - h + 1;
    for (int i = 0; i < find->list.h; i++)
        draw_row(find, i);
    if (found(find)->len == 0) {
        g_autoptr(Page) page = page_new(find->list.w - 2);
        put_empty(find, page);
        page_draw(page,
                  rect_sub(find->list, 1, find->list.h > 4 ? 1 : 0, find->list.w - 2,
                           MIN(page_lines(page), find->list.h)),
                  0);
    }
    draw_detail(find);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    FindView *find = (FindView *)view;
    int last = MAX(0, (int)found(find)->len - 1);
    int to = (int)find->cursor + move_lines(move, MAX(1, find->list.h));
    find->cursor = (guint)CLAMP(to, 0, last);
    if (find->search && to + 2 * find->list.h >= last)
        profile_search_go_on(find->search);
}

static void open_row(View *view)
{
    run_invite(view->app, "");
}

static void target(View *view, Target *out)
{
    const PublicProfile *member = current((FindView *)view);
    if (member) {
        out->has_member = true;
        out->member = member->account;
    }
}

static void put_filter(GString *out, const char *value)
{
    if (value && *value)
        g_string_append_printf(out, "   %s", value);
}

static void status(View *view, GString *out)
{
    FindView *find = (FindView *)view;
    const ProfileQuery *query = &find->query;
    guint n = found(find)->len;
    g_string_append(out, _("Partners > Find   "));
    if (n > 0)
        g_string_append_printf(out, _("%u of %u%s"), find->cursor + 1, n,
                               profile_search_has_more(find->search) ? "+" : "");
    if (query->text && *query->text)
        g_string_append_printf(out, "   /%s", query->text);
    put_filter(out, query->business_type);
    put_filter(out, query->area);
    put_filter(out, query->speciality);
    if (query->price_level > 0)
        g_string_append_printf(out, _("   price %d"), (int)query->price_level);
}

static gboolean on_pause(gpointer data)
{
    FindView *find = data;
    find->pause = 0;
    ask(find);
    return G_SOURCE_REMOVE;
}

static void search(View *view, const char *text)
{
    FindView *find = (FindView *)view;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    if (g_strcmp0(clean, find->query.text ? find->query.text : "") == 0)
        return;
    g_free(find->query.text);
    find->query.text = *clean ? g_steal_pointer(&clean) : NULL;
    g_clear_handle_id(&find->pause, g_source_remove);
    find->pause = g_timeout_add(PAUSE_MS, on_pause, find);
}

static const char *searched(View *view)
{
    const FindView *find = (FindView *)view;
    return find->query.text ? find->query.text : "";
}

static bool clear(View *view)
{
    FindView *find = (FindView *)view;
    ProfileQuery none = { 0 };
    if (fields_equal(&profile_query_fields, &find->query, &none))
        return false;
    fields_clear(&profile_query_fields, &find->query);
    ask(find);
    return true;
}

static const char *const footer[] = { "invite", "search",  "criteria", "partners", "invitations",
                                      "undo",   "command", "back",     NULL };

const ViewOps find_view = {
    .title = N_("Find"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEMBER),
    .create = create,
    .destroy = destroy,
    .show = show,
    .place = place,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .open = open_row,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = clear,
};

/* ---- for the commands */

static FindView *shown(App *app)
{
    return app->view == VIEW_FIND ? (FindView *)app_view(app) : NULL;
}

const PublicProfile *find_current(App *app)
{
    FindView *find = shown(app);
    return find ? current(find) : NULL;
}

void run_find(App *app, const char *args)
{
    app_show(app, VIEW_FIND);
    FindView *find = shown(app);
    if (find && *args) {
        fields_clear(&profile_query_fields, &find->query);
        find->query.text = g_strdup(args);
        ask(find);
    }
}

static void query_free(gpointer query)
{
    fields_clear(&profile_query_fields, query);
    g_free(query);
}

static DialogAnswer filter_done(App *app, Dialog *dialog)
{
    ProfileQuery *query = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    if (!form_store(dialog_form(dialog), query, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    FindView *find = shown(app);
    if (find) {
        fields_clear(&profile_query_fields, &find->query);
        fields_copy(&profile_query_fields, &find->query, query);
        ask(find);
    }
    return DIALOG_CLOSE;
}

void run_criteria(App *app, const char *args)
{
    static const char *const names[] = { "text",       "business_type", "area",
                                         "speciality", "price_level",   NULL };
    if (app->view != VIEW_FIND)
        run_find(app, "");
    FindView *find = shown(app);
    ProfileQuery *query = g_new0(ProfileQuery, 1);
    fields_copy(&profile_query_fields, query, &find->query);
    DialogSpec spec = {
        .title = _("Whom do you look for?"),
        .form = form_new(&profile_query_fields, query, names),
        .yes = _("Look"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = filter_done,
        .data = query,
        .free_data = query_free,
    };
    app_ask(app, dialog_new(&spec));
}
