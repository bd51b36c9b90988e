/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for a group to join: words and filters, what the server found, and what the group says of itself (R12, R59). */
#include "directory.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/group_words.h"
#include "client/groups.h"
#include "group_page.h"
#include "handlers.h"
#include "model/business_type.h"
#include "rows.h"
#include "text_page.h"

#define DETAIL_LINES 10
#define PAUSE_MS 250 /* after a key, before the server is asked */

typedef struct DirectoryView {
    View view;
    GroupQuery query;
    ServerList *found; /* NULL: nothing was asked yet */
    char *why;         /* nothing more came: in words */
    guint pause;       /* timer: what was typed is asked when it is over */
    Rows rows;
    Rect list, detail;
} DirectoryView;

static const GPtrArray *found(const DirectoryView *directory)
{
    static const GPtrArray none = { 0 };
    return directory->found ? server_list_items(directory->found) : &none;
}

static const Group *current(const DirectoryView *directory)
{
    return rows_current(&directory->rows, found(directory));
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const Group *)row)->id;
}

static void draw_again(DirectoryView *directory)
{
    app_dirty(directory->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void on_found(ServerList *list, const GError *error, gpointer data)
{
    DirectoryView *directory = data;
    g_clear_pointer(&directory->why, g_free);
    if (error)
        directory->why = problem_words(error);
    rows_read(&directory->rows, server_list_items(list));
    draw_again(directory);
}

static void ask(DirectoryView *directory)
{
    g_clear_handle_id(&directory->pause, g_source_remove);
    g_clear_pointer(&directory->why, g_free);
    server_list_free(directory->found);
    directory->rows = (Rows){ .id = id_of };
    directory->found = client_find_groups(directory->view.app->client, &directory->query, on_found,
                                          directory);
    draw_again(directory);
}

/* What most people look for: a group that takes somebody of their trade. Esc shows all. */
static void begin_with_mine(DirectoryView *directory)
{
    Account account = { 0 };
    if (cache_account(client_cache(directory->view.app->client), &account, NULL))
        directory->query.trade = g_strdup(account.business_type);
    directory->query.open = true;
    fields_clear(&account_fields, &account);
}

static View *create(App *app)
{
    DirectoryView *directory = g_new0(DirectoryView, 1);
    directory->view = (View){ .ops = &directory_view, .app = app };
    directory->rows.id = id_of;
    begin_with_mine(directory);
    return &directory->view;
}

static void destroy(View *view)
{
    DirectoryView *directory = (DirectoryView *)view;
    g_clear_handle_id(&directory->pause, g_source_remove);
    server_list_free(directory->found);
    fields_clear(&group_query_fields, &directory->query);
    g_free(directory->why);
    g_free(directory);
}

/* What was in the way may be gone. */
static void show(View *view)
{
    DirectoryView *directory = (DirectoryView *)view;
    if (!directory->found || directory->why)
        ask(directory);
}

static void changed(View *view, unsigned what)
{
    DirectoryView *directory = (DirectoryView *)view;
    bool live = client_status(view->app->client)->phase == PHASE_LIVE;
    if (what & CLIENT_STATUS && live && directory->why && !server_list_is_busy(directory->found))
        ask(directory);
    if (what & (CLIENT_GROUPS | CLIENT_OUTBOX))
        draw_again(directory);
}

static void place(View *view, Rect body)
{
    DirectoryView *directory = (DirectoryView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    directory->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    directory->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef enum CellAt { AT_MARK, AT_NAME, AT_AREA, AT_MEETS, AT_SEATS, AT_FEE, CELLS } CellAt;

static void put_row(Rect r, int line, Role role, const char *const texts[CELLS])
{
    int area = r.w >= 50 ? CLAMP(r.w / 6, 10, 24) : 0, meets = r.w >= 70 ? 16 : 0;
    int seats = 14, fee = r.w >= 86 ? 18 : 0;
    int left = r.w - 2 - (area ? area + 1 : 0) - (meets ? meets + 1 : 0) - seats - 1 -
               (fee ? fee + 1 : 0);
    const Cell cells[CELLS] = {
        { 1, texts[AT_MARK] },      { MAX(4, left), texts[AT_NAME] }, { area, texts[AT_AREA] },
        { meets, texts[AT_MEETS] }, { seats, texts[AT_SEATS] },       { fee, texts[AT_FEE] },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static void draw_row(DirectoryView *directory, int line, guint index)
{
    const GPtrArray *rows = found(directory);
    if (index >= rows->len) {
        draw_rest(directory->list, line, 0, ROLE_NORMAL);
        return;
    }
    const Group *group = rows->pdata[index];
    bool on = index == directory->rows.cursor;
    g_autofree char *name = text_clean(group->input.name, -1, TEXT_LINE);
    g_autofree char *area = text_clean(group->input.area, -1, TEXT_LINE);
    g_autofree char *meets = group_meets_short(&group->input);
    g_autofree char *seats = group_seats(group), *fee = group_fee(&group->input);
    const char *const texts[CELLS] = { on ? ">" : "", name, area, meets, seats, fee };
    put_row(directory->list, line, on ? ROLE_CURSOR : ROLE_NORMAL, texts);
}

static char *key_of(App *app, const char *command)
{
    return keymap_key_of(app->keymap, app_view_contexts(app), command, NULL);
}

static void put_empty(const DirectoryView *directory, Page *page)
{
    App *app = directory->view.app;
    const ClientStatus *status = client_status(app->client);
    bool offline = status->phase == PHASE_OFFLINE || status->phase == PHASE_DISABLED ||
                   status->phase == PHASE_CONNECTING || status->phase == PHASE_STOPPED;
    g_autofree char *search = key_of(app, "search"), *filter = key_of(app, "group-criteria"),
                    *start = key_of(app, "start-group");
    if (directory->why && offline)
        page_text(page, ROLE_ALERT,
                  _("Offline: looking for groups needs the server. It is asked again by itself."));
    else if (directory->why)
        page_text(page, ROLE_ALERT, directory->why);
    else if (!directory->found || server_list_is_busy(directory->found) || directory->pause)
        page_text(page, ROLE_NORMAL, _("Looking..."));
    else
        page_format(page, ROLE_NORMAL,
                    _("No group fits. %s takes other words, %s another area or trade, Esc shows "
                      "all. %s starts a group of your own."),
                    search, filter, start);
}

/* ---- what it says of itself */

/* What stands between this user and the group already. */
static const char *standing_of(App *app, const Group *group)
{
    g_autoptr(GPtrArray) requests = client_requests(app->client, &group->id, true, NULL);
    if (group->role)
        return _("you are in it");
    for (guint i = 0; requests && i < requests->len; i++)
        if (((RequestRow *)requests->pdata[i])->mine)
            return _("you asked already");
    return NULL;
}

static Page *detail_page(DirectoryView *directory, int width)
{
    Page *page = page_new(width);
    const Group *group = current(directory);
    const char *standing = standing_of(directory->view.app, group);
    g_autofree char *join = key_of(directory->view.app, "join");
    page_line(page);
    page_span(page, ROLE_HEADING, group->input.name);
    if (standing)
        page_span_at(page, -1, ROLE_OPENED, standing);
    group_page_facts(page, group);
    group_page_texts(page, group);
    if (!standing && group->input.open)
        page_format(page, ROLE_NORMAL, _("%s asks to join."), join);
    return page;
}

static void draw_detail(DirectoryView *directory)
{
    Rect r = directory->detail;
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!current(directory))
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = detail_page(directory, r.w - 4);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

static void draw(View *view, bool all)
{
    DirectoryView *directory = (DirectoryView *)view;
    Rect list = directory->list;
    guint n = found(directory)->len, top = rows_top(&directory->rows, n, list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3) {
        const char *const head[CELLS] = { "",         _("Group"),   _("Area"),
                                          _("Meets"), _("Members"), _("Fee") };
        put_row(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, head);
    }
    for (int i = 0; i < list.h; i++)
        draw_row(directory, i, top + (guint)i);
    if (n == 0) {
        g_autoptr(Page) page = page_new(list.w - 2);
        put_empty(directory, page);
        page_draw(page,
                  rect_sub(list, 1, list.h > 4 ? 1 : 0, list.w - 2, MIN(page_lines(page), list.h)),
                  0);
    }
    draw_detail(directory);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    DirectoryView *directory = (DirectoryView *)view;
    const GPtrArray *all = found(directory);
    rows_move(&directory->rows, all, move, directory->list.h);
    if (directory->found &&
        directory->rows.cursor + 2 * (guint)MAX(1, directory->list.h) >= all->len)
        server_list_go_on(directory->found);
    app_dirty(view->app, DIRTY_FOOTER);
}

/* All of it, when it says more than there is place for below the list. */
static void open_row(View *view)
{
    const Group *group = current((DirectoryView *)view);
    if (!group)
        return;
    const GroupInput *input = &group->input;
    g_autofree char *meets = group_meets(input), *fee = group_fee(input), *kind = group_kind(input);
    g_autofree char *text = g_strdup_printf(
        "%s\n%s\n\n%s\n%s\n%s\n\n%s\n\n%s", input->name, input->area ? input->area : "", meets, fee,
        kind, input->home_text ? input->home_text : "", input->rules ? input->rules : "");
    text_page_show(view->app, _("Group"), text);
}

static void target(View *view, Target *out)
{
    const Group *group = current((DirectoryView *)view);
    if (group) {
        out->has_group = true;
        out->group = group->id;
    }
}

static void put_filter(GString *out, const char *what, const char *value)
{
    g_autofree char *clean = text_clean(value, -1, TEXT_LINE);
    if (*clean)
        g_string_append_printf(out, "   %s%s", what, clean);
}

static void status(View *view, GString *out)
{
    DirectoryView *directory = (DirectoryView *)view;
    const GroupQuery *query = &directory->query;
    guint n = found(directory)->len;
    g_string_append(out, _("Groups > Find   "));
    if (n > 0)
        g_string_append_printf(out, _("%u of %u%s"), directory->rows.cursor + 1, n,
                               server_list_has_more(directory->found) ? "+" : "");
    put_filter(out, "/", query->text);
    put_filter(out, _("a seat for: "), query->trade ? business_type_label(query->trade) : NULL);
    put_filter(out, _("area: "), query->area);
    if (query->open)
        g_string_append(out, _("   open"));
}

static gboolean on_pause(gpointer data)
{
    DirectoryView *directory = data;
    directory->pause = 0;
    ask(directory);
    return G_SOURCE_REMOVE;
}

static void search(View *view, const char *text)
{
    DirectoryView *directory = (DirectoryView *)view;
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    g_strstrip(clean);
    if (g_strcmp0(clean, directory->query.text ? directory->query.text : "") == 0)
        return;
    g_free(directory->query.text);
    directory->query.text = *clean ? g_steal_pointer(&clean) : NULL;
    g_clear_handle_id(&directory->pause, g_source_remove);
    directory->pause = g_timeout_add(PAUSE_MS, on_pause, directory);
}

static const char *searched(View *view)
{
    const DirectoryView *directory = (DirectoryView *)view;
    return directory->query.text ? directory->query.text : "";
}

static bool clear(View *view)
{
    DirectoryView *directory = (DirectoryView *)view;
    GroupQuery none = { 0 };
    if (fields_equal(&group_query_fields, &directory->query, &none))
        return false;
    fields_clear(&group_query_fields, &directory->query);
    ask(directory);
    return true;
}

static const char *const footer[] = { "join",   "open", "search",  "group-criteria", "start-group",
                                      "groups", "undo", "command", "back",           NULL };

const ViewOps directory_view = {
    .title = N_("Find a group"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUPS),
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

static DirectoryView *shown(App *app)
{
    return app->view == VIEW_DIRECTORY ? (DirectoryView *)app_view(app) : NULL;
}

const Group *directory_current(App *app)
{
    DirectoryView *directory = shown(app);
    return directory ? current(directory) : NULL;
}

void run_directory(App *app, const char *args)
{
    app_show(app, VIEW_DIRECTORY);
    DirectoryView *directory = shown(app);
    if (directory && *args) {
        fields_clear(&group_query_fields, &directory->query);
        directory->query.text = g_strdup(args);
        ask(directory);
    }
}

static void query_free(gpointer query)
{
    fields_clear(&group_query_fields, query);
    g_free(query);
}

static DialogAnswer filter_done(App *app, Dialog *dialog)
{
    GroupQuery *query = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    if (!form_store(dialog_form(dialog), query, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    DirectoryView *directory = shown(app);
    if (directory) {
        fields_clear(&group_query_fields, &directory->query);
        fields_copy(&group_query_fields, &directory->query, query);
        ask(directory);
    }
    return DIALOG_CLOSE;
}

void run_group_criteria(App *app, const char *args)
{
    static const char *const names[] = { "text", "area", "trade", "open", NULL };
    if (app->view != VIEW_DIRECTORY)
        run_directory(app, "");
    DirectoryView *directory = shown(app);
    GroupQuery *query = g_new0(GroupQuery, 1);
    fields_copy(&group_query_fields, query, &directory->query);
    DialogSpec spec = {
        .title = _("Which group do you look for?"),
        .form = form_new(&group_query_fields, query, names),
        .yes = _("Look"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = filter_done,
        .data = query,
        .free_data = query_free,
    };
    app_ask(app, dialog_new(&spec));
}
