/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "search_view.h"

#include "approvals.h"
#include "base/i18n.h"
#include "base/text.h"
#include "form.h"

#define DETAIL_LINES 10
#define PAUSE_MS 250 /* after a key, before the server is asked */

typedef struct SearchView {
    View view;
    const SearchKind *kind;
    gpointer query;
    ServerList *found; /* NULL: nothing was asked yet */
    char *why;         /* nothing more came: in words */
    guint pause;       /* timer: what was typed is asked when it is over */
    Rows rows;
    Rect list, detail;
} SearchView;

static const GPtrArray *found(const SearchView *search)
{
    static const GPtrArray none = { 0 };
    return search->found ? server_list_items(search->found) : &none;
}

static char **words_of(const SearchView *search)
{
    return field_at(field_find(search->kind->query, "text"), search->query);
}

static void query_free(const FieldTable *table, gpointer query)
{
    fields_clear(table, query);
    g_free(query);
}

static void draw_again(SearchView *search)
{
    app_dirty(search->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void on_found(ServerList *list, const GError *error, gpointer data)
{
    SearchView *search = data;
    g_clear_pointer(&search->why, g_free);
    if (error)
        search->why = problem_words(error);
    rows_read(&search->rows, server_list_items(list));
    draw_again(search);
}

static void ask(SearchView *search)
{
    g_clear_handle_id(&search->pause, g_source_remove);
    g_clear_pointer(&search->why, g_free);
    server_list_free(search->found);
    search->rows = (Rows){ .id = search->kind->id };
    search->found = search->kind->find(search->view.app->client, search->query, on_found, search);
    draw_again(search);
}

View *search_view_new(App *app, const SearchKind *kind)
{
    SearchView *search = g_new0(SearchView, 1);
    search->view = (View){ .ops = kind->ops, .app = app };
    search->kind = kind;
    search->query = g_malloc0(kind->query->size);
    search->rows.id = kind->id;
    if (kind->begin)
        kind->begin(app, search->query);
    return &search->view;
}

void search_view_destroy(View *view)
{
    SearchView *search = (SearchView *)view;
    g_clear_handle_id(&search->pause, g_source_remove);
    server_list_free(search->found);
    query_free(search->kind->query, search->query);
    g_free(search->why);
    g_free(search);
}

/* What was in the way may be gone. */
void search_view_show(View *view)
{
    SearchView *search = (SearchView *)view;
    if (!search->found || search->why)
        ask(search);
}

void search_view_changed(View *view, unsigned what)
{
    SearchView *search = (SearchView *)view;
    bool live = client_status(view->app->client)->phase == PHASE_LIVE;
    if (what & CLIENT_STATUS && live && search->why && !server_list_is_busy(search->found))
        ask(search);
    if (what & search->kind->changes)
        draw_again(search);
}

/* ---- on the screen */

void search_view_place(View *view, Rect body)
{
    SearchView *search = (SearchView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    search->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    search->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

static void put_row(const SearchView *search, Rect r, int line, Role role,
                    const char *const texts[1 + SEARCH_COLUMNS])
{
    int widths[SEARCH_COLUMNS] = { 0 };
    Cell cells[1 + SEARCH_COLUMNS] = { { 1, texts[0], ROLE_NORMAL } };
    search->kind->widths(r.w, widths);
    for (size_t i = 0; i < SEARCH_COLUMNS; i++)
        cells[i + 1] = (Cell){ widths[i], texts[i + 1], ROLE_NORMAL };
    draw_cells(r, line, role, cells, G_N_ELEMENTS(cells));
}

static void draw_head(const SearchView *search, Rect r)
{
    const char *texts[1 + SEARCH_COLUMNS] = { "" };
    for (size_t i = 0; i < SEARCH_COLUMNS; i++)
        texts[i + 1] = search->kind->heads[i] ? _(search->kind->heads[i]) : "";
    put_row(search, r, 0, ROLE_HEADING, texts);
}

static void draw_row(const SearchView *search, int line, guint index)
{
    const GPtrArray *rows = found(search);
    if (index >= rows->len) {
        draw_rest(search->list, line, 0, ROLE_NORMAL);
        return;
    }
    bool on = index == search->rows.cursor;
    char *texts[1 + SEARCH_COLUMNS] = { g_strdup(on ? ">" : "") };
    search->kind->texts(rows->pdata[index], texts + 1);
    put_row(search, search->list, line, on ? ROLE_CURSOR : ROLE_NORMAL, (const char *const *)texts);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

static void draw_nothing(const SearchView *search)
{
    Rect list = search->list;
    App *app = search->view.app;
    ClientPhase phase = client_status(app->client)->phase;
    bool offline = phase == PHASE_OFFLINE || phase == PHASE_DISABLED || phase == PHASE_CONNECTING ||
                   phase == PHASE_STOPPED;
    g_autoptr(Page) page = page_new(list.w - 2);
    if (search->why)
        page_text(page, ROLE_ALERT, offline ? _(search->kind->offline) : search->why);
    else if (!search->found || server_list_is_busy(search->found) || search->pause)
        page_text(page, ROLE_NORMAL, _("Looking..."));
    else
        search->kind->nothing(app, page);
    page_draw_instead(page, list);
}

static void draw_detail(const SearchView *search)
{
    Rect r = search->detail;
    gconstpointer row = search_view_row(&search->view);
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!row)
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = page_new(r.w - 4);
    search->kind->detail(search->view.app, page, row);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

void search_view_draw(View *view, bool all)
{
    SearchView *search = (SearchView *)view;
    guint n = found(search)->len, top = rows_top(&search->rows, n, search->list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3)
        draw_head(search, rect_sub(view->body, 0, 0, view->body.w, 1));
    for (int i = 0; i < search->list.h; i++)
        draw_row(search, i, top + (guint)i);
    if (n == 0)
        draw_nothing(search);
    draw_detail(search);
}

/* ---- what happens */

gconstpointer search_view_row(const View *view)
{
    const SearchView *search = (const SearchView *)view;
    return rows_current(&search->rows, found(search));
}

void search_view_moved(View *view, Move move)
{
    SearchView *search = (SearchView *)view;
    const GPtrArray *all = found(search);
    rows_move(&search->rows, all, move, search->list.h);
    if (search->found && search->rows.cursor + 2 * (guint)MAX(1, search->list.h) >= all->len)
        server_list_go_on(search->found);
    app_dirty(view->app, DIRTY_FOOTER);
}

void search_put_filter(GString *out, const char *what, const char *value)
{
    g_autofree char *clean = text_clean(value, -1, TEXT_LINE);
    if (*clean)
        g_string_append_printf(out, "   %s%s", what, clean);
}

void search_view_status(View *view, GString *out)
{
    SearchView *search = (SearchView *)view;
    guint n = found(search)->len;
    g_string_append(out, _(search->kind->crumb));
    if (n > 0)
        g_string_append_printf(out, _("%u of %u%s"), search->rows.cursor + 1, n,
                               server_list_has_more(search->found) ? "+" : "");
    search_put_filter(out, "/", *words_of(search));
    search->kind->status(out, search->query);
}

static gboolean on_pause(gpointer data)
{
    SearchView *search = data;
    search->pause = 0;
    ask(search);
    return G_SOURCE_REMOVE;
}

void search_view_search(View *view, const char *text)
{
    SearchView *search = (SearchView *)view;
    if (!view_take_words(words_of(search), text))
        return;
    g_clear_handle_id(&search->pause, g_source_remove);
    search->pause = g_timeout_add(PAUSE_MS, on_pause, search);
}

const char *search_view_searched(View *view)
{
    const char *words = *words_of((SearchView *)view);
    return words ? words : "";
}

bool search_view_clear(View *view)
{
    SearchView *search = (SearchView *)view;
    const FieldTable *table = search->kind->query;
    g_autofree gpointer none = g_malloc0(table->size);
    if (fields_equal(table, search->query, none))
        return false;
    fields_clear(table, search->query);
    ask(search);
    return true;
}

/* ---- for the commands */

static SearchView *shown(App *app, const SearchKind *kind)
{
    return app->view == kind->view ? (SearchView *)app_view(app) : NULL;
}

gconstpointer search_view_current(App *app, const SearchKind *kind)
{
    const SearchView *search = shown(app, kind);
    return search ? search_view_row(&search->view) : NULL;
}

void search_view_open(App *app, const SearchKind *kind, const char *words)
{
    app_show(app, kind->view);
    SearchView *search = shown(app, kind);
    if (search && *words) {
        fields_clear(kind->query, search->query);
        *words_of(search) = g_strdup(words);
        ask(search);
    }
}

/* What the dialog is about. */
typedef struct Criteria {
    const SearchKind *kind;
    gpointer query;
} Criteria;

static void criteria_free(gpointer data)
{
    Criteria *criteria = data;
    query_free(criteria->kind->query, criteria->query);
    g_free(criteria);
}

static DialogAnswer criteria_done(App *app, Dialog *dialog)
{
    Criteria *criteria = dialog_data(dialog);
    if (!dialog_store(dialog, criteria->query))
        return DIALOG_KEEP;
    SearchView *search = shown(app, criteria->kind);
    if (search) {
        fields_clear(criteria->kind->query, search->query);
        fields_copy(criteria->kind->query, search->query, criteria->query);
        ask(search);
    }
    return DIALOG_CLOSE;
}

void search_view_ask(App *app, const SearchKind *kind)
{
    if (app->view != kind->view)
        search_view_open(app, kind, "");
    const SearchView *search = shown(app, kind);
    Criteria *criteria = g_new(Criteria, 1);
    *criteria = (Criteria){ kind, g_malloc0(kind->query->size) };
    fields_copy(kind->query, criteria->query, search->query);
    bool admin = kind->admin_criteria && approvals_are_mine(app);
    DialogSpec spec = {
        .title = _(kind->question),
        .form = form_new(kind->query, criteria->query,
                         admin ? kind->admin_criteria : kind->criteria),
        .yes = _("Look"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = criteria_done,
        .data = criteria,
        .free_data = criteria_free,
    };
    app_ask(app, dialog_new(&spec));
}
