/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups one is in, and below them those one asked to be let into. */
#include "groups.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/group_words.h"
#include "client/groups.h"
#include "group.h"
#include "group_page.h"
#include "meeting.h"
#include "rows.h"
#include "when.h"

#include <inttypes.h>

#define LABEL_WIDTH 10
#define DETAIL_LINES 10

/* One or the other. */
typedef struct Entry {
    GroupRow *group;
    RequestRow *request; /* one's own */
} Entry;

typedef struct GroupsView {
    View view;
    GPtrArray *entries; /* Entry * */
    Rows rows;
    Rect list, detail;
} GroupsView;

static void entry_free(gpointer data)
{
    Entry *entry = data;
    group_row_free(entry->group);
    request_row_free(entry->request);
    g_free(entry);
}

static const Uuid *id_of(gconstpointer row)
{
    const Entry *entry = row;
    return entry->group ? &entry->group->group.id : &entry->request->request.id;
}

static const Entry *current(const GroupsView *groups)
{
    return rows_current(&groups->rows, groups->entries);
}

static void add(GPtrArray *entries, GroupRow *group, RequestRow *request)
{
    Entry *entry = g_new0(Entry, 1);
    entry->group = group;
    entry->request = request;
    g_ptr_array_add(entries, entry);
}

static void read_rows(GroupsView *groups)
{
    Client *client = groups->view.app->client;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mine = client_groups(client, &error);
    g_autoptr(GPtrArray) requests = mine ? client_own_requests(client, &error) : NULL;
    if (!requests) {
        app_complain_error(groups->view.app, error);
        return;
    }
    GPtrArray *entries = g_ptr_array_new_with_free_func(entry_free);
    while (mine->len)
        add(entries, g_ptr_array_steal_index(mine, 0), NULL);
    for (guint i = 0; i < requests->len;) {
        const RequestRow *row = requests->pdata[i];
        /* One that was approved is a group of the list. */
        if (row->request.state != REQUEST_APPROVED)
            add(entries, NULL, g_ptr_array_steal_index(requests, i));
        else
            i++;
    }
    g_ptr_array_unref(groups->entries);
    groups->entries = entries;
    rows_read(&groups->rows, entries);
}

static View *create(App *app)
{
    GroupsView *groups = g_new0(GroupsView, 1);
    groups->view = (View){ .ops = &groups_view, .app = app };
    groups->entries = g_ptr_array_new();
    groups->rows.id = id_of;
    read_rows(groups);
    return &groups->view;
}

static void destroy(View *view)
{
    g_ptr_array_unref(((GroupsView *)view)->entries);
    g_free(view);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_GROUPS | CLIENT_MEETINGS | CLIENT_OUTBOX)) {
        read_rows((GroupsView *)view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
    }
}

static void tick(View *view, bool minute)
{
    if (minute)
        app_dirty(view->app, DIRTY_BODY); /* ages */
}

static void place(View *view, Rect body)
{
    GroupsView *groups = (GroupsView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    groups->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    groups->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef enum CellAt { AT_MARK, AT_NAME, AT_ROLE, AT_WAITING, AT_MEMBERS, AT_MEETS, CELLS } CellAt;

static void put_row(Rect r, int line, Role role, Role state, const char *const texts[CELLS])
{
    int standing = r.w >= 50 ? 14 : 10, waiting = r.w >= 56 ? 12 : 0;
    int members = r.w >= 70 ? 14 : 0, meets = r.w >= 86 ? 18 : 0;
    int left = r.w - 3 - standing - 1 - (waiting ? waiting + 1 : 0) - (members ? members + 1 : 0) -
               (meets ? meets + 1 : 0);
    const Cell cells[CELLS] = {
        { 2, texts[AT_MARK] },          { MAX(4, left), texts[AT_NAME] },
        { standing, texts[AT_ROLE] },   { waiting, texts[AT_WAITING], state },
        { members, texts[AT_MEMBERS] }, { meets, texts[AT_MEETS] },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static const char *role_word(const GroupRow *row)
{
    if (row->leaving)
        return _("leaving");
    if (row->group.state != GROUP_ACTIVE)
        return enum_label(&group_states, (int)row->group.state);
    return enum_label(&group_roles, (int)row->group.role);
}

static void draw_group(const GroupsView *groups, int line, const GroupRow *row, bool on)
{
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *name = text_clean(row->group.input.name, -1, TEXT_LINE);
    g_autofree char *seats = group_seats(&row->group);
    g_autofree char *meets = group_meets_short(&row->group.input);
    g_autofree char *waiting = row->waiting ? g_strdup_printf(ngettext("%" PRId64 " request",
                                                                       "%" PRId64 " requests",
                                                                       (gulong)row->waiting),
                                                              row->waiting)
                                            : NULL;
    const char *const texts[CELLS] = { mark, name, role_word(row), waiting, seats, meets };
    put_row(groups->list, line, on ? ROLE_CURSOR : ROLE_NORMAL, ROLE_NEW, texts);
}

static const char *request_word(const RequestRow *row)
{
    return row->request.state == REQUEST_REQUESTED ? _("you asked")
           : row->request.state == REQUEST_ASKED
               ? _("asks you back")
               : enum_label(&request_states, (int)row->request.state);
}

static void draw_request(const GroupsView *groups, int line, const RequestRow *row, bool on)
{
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *name = text_clean(row->request.group_name, -1, TEXT_LINE);
    g_autofree char *age = when_short(row->request.created_at, clock_now(),
                                      groups->view.app->settings.time_style, 6);
    const char *const texts[CELLS] = { mark, name, request_word(row), age, NULL, NULL };
    put_row(groups->list, line, on ? ROLE_CURSOR : ROLE_NORMAL, ROLE_NORMAL, texts);
}

static void draw_row(GroupsView *groups, int line, guint index)
{
    if (index >= groups->entries->len) {
        draw_rest(groups->list, line, 0, ROLE_NORMAL);
        return;
    }
    const Entry *entry = groups->entries->pdata[index];
    bool on = index == groups->rows.cursor;
    if (entry->group)
        draw_group(groups, line, entry->group, on);
    else
        draw_request(groups, line, entry->request, on);
}

/* ---- the one under the cursor, in words */

static void put_group(App *app, Page *page, const GroupRow *row)
{
    g_autofree char *activate = app_key_of(app, "open-group");
    g_autofree char *next = meeting_next_text(app, &row->group.id);
    g_autofree char *wanted = group_page_wanted(app->client, &row->group);
    page_line(page);
    page_span(page, ROLE_HEADING, row->group.input.name);
    page_span_at(page, -1, ROLE_LABEL, row->group.input.area);
    if (row->group.state == GROUP_DRAFT)
        page_format(page, ROLE_PENDING, _("A draft: nobody finds it. %s opens it to others."),
                    activate);
    else if (row->group.state == GROUP_SUSPENDED)
        page_text(page, ROLE_ALERT, _("It has no leader: until there is one, nothing goes on."));
    if (*next)
        page_text(page, ROLE_HEADING, next);
    group_page_approval(page, app->client, &row->group.id);
    group_page_facts(page, &row->group, wanted);
    group_page_texts(page, &row->group);
}

static void put_request(App *app, Page *page, const RequestRow *row)
{
    const MembershipRequest *request = &row->request;
    g_autofree char *reply = app_key_of(app, "ask"), *withdraw = app_key_of(app, "refuse");
    g_autofree char *references = request->references ? g_strjoinv("; ", request->references)
                                                      : NULL;
    gint64 now = clock_now();
    g_autofree char *asked = when_long(request->created_at, now);
    page_line(page);
    page_span(page, ROLE_HEADING, request->group_name);
    page_pair(page, LABEL_WIDTH, _("Asked"), ROLE_NORMAL, asked);
    page_pair(page, LABEL_WIDTH, _("State"), ROLE_NORMAL, request_word(row));
    page_pair(page, LABEL_WIDTH, _("Question"), ROLE_NEW, request->question);
    page_pair(page, LABEL_WIDTH, _("Answer"), ROLE_NORMAL, request->answer);
    page_pair(page, LABEL_WIDTH, _("Reason"), ROLE_NORMAL, request->reason);
    if (request->state == REQUEST_ASKED)
        page_format(page, ROLE_NORMAL, _("%s answers, %s takes the request back."), reply,
                    withdraw);
    else if (row->open)
        page_format(page, ROLE_NORMAL, _("Waits for a leader of the group. %s takes it back."),
                    withdraw);
    page_pair(page, LABEL_WIDTH, _("Message"), ROLE_NORMAL, request->message);
    page_pair(page, LABEL_WIDTH, _("References"), ROLE_NORMAL, references);
}

static void draw_detail(GroupsView *groups)
{
    Rect r = groups->detail;
    const Entry *entry = current(groups);
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!entry)
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = page_new(r.w - 4);
    if (entry->group)
        put_group(groups->view.app, page, entry->group);
    else
        put_request(groups->view.app, page, entry->request);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

/* What a group is, and how one gets into one. */
static void draw_empty(GroupsView *groups)
{
    App *app = groups->view.app;
    Rect r = groups->view.body;
    g_autofree char *find = app_key_of(app, "directory"), *start = app_key_of(app, "start-group");
    g_autoptr(Page) page = page_new(r.w - 4);
    page_text(page, ROLE_HEADING, _("You are in no leads group yet."));
    page_blank(page);
    page_text(page, ROLE_NORMAL,
              _("A leads group is a circle of people, often one of each trade, who meet every week "
                "or month and pass leads to each other. As long as you are in it, all its members "
                "are your partners."));
    page_blank(page);
    page_format(page, ROLE_NORMAL, _("%s  finds groups that have a seat for your trade."), find);
    page_format(page, ROLE_NORMAL, _("%s  starts a group of your own, which you lead."), start);
    draw_fill(r, ROLE_NORMAL);
    page_draw(page, rect_sub(r, 2, r.h > 8 ? 1 : 0, r.w - 4, r.h - (r.h > 8 ? 1 : 0)), 0);
}

static void draw(View *view, bool all)
{
    GroupsView *groups = (GroupsView *)view;
    Rect list = groups->list;
    guint n = groups->entries->len, top = rows_top(&groups->rows, n, list.h);
    if (n == 0) {
        draw_empty(groups);
        return;
    }
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3) {
        const char *const head[CELLS] = { "",           _("Group"),   _("Role"),
                                          _("Waiting"), _("Members"), _("Meets") };
        put_row(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, ROLE_HEADING, head);
    }
    for (int i = 0; i < list.h; i++)
        draw_row(groups, i, top + (guint)i);
    draw_detail(groups);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    GroupsView *groups = (GroupsView *)view;
    rows_move(&groups->rows, groups->entries, move, groups->list.h);
    app_dirty(view->app, DIRTY_FOOTER);
}

static void open_row(View *view)
{
    const Entry *entry = current((GroupsView *)view);
    if (entry && entry->group)
        group_show(view->app, &entry->group->group.id);
}

static void target(View *view, Target *out)
{
    const Entry *entry = current((GroupsView *)view);
    if (!entry)
        return;
    out->has_group = entry->group != NULL;
    out->has_request = entry->request != NULL;
    out->group = entry->group ? entry->group->group.id : entry->request->request.group;
    if (entry->request) {
        out->request = entry->request->request.id;
        out->own_request = true;
    }
}

static void status(View *view, GString *out)
{
    GroupsView *groups = (GroupsView *)view;
    guint in = 0, asked = 0;
    gint64 waiting = 0;
    for (guint i = 0; i < groups->entries->len; i++) {
        const Entry *entry = groups->entries->pdata[i];
        in += entry->group != NULL;
        waiting += entry->group ? entry->group->waiting : 0;
        asked += entry->request && entry->request->open;
    }
    g_string_append_printf(out, ngettext("%u group", "%u groups", in), in);
    if (waiting)
        g_string_append_printf(out,
                               ngettext("   %" PRId64 " request waits for you",
                                        "   %" PRId64 " requests wait for you", (gulong)waiting),
                               waiting);
    if (asked)
        g_string_append_printf(
            out, ngettext("   you asked %u group", "   you asked %u groups", asked), asked);
}

static const char *const footer[] = {
    "open",      "directory", "start-group", "leave-group", "ask",
    "approvals", "undo",      "command",     "back",        NULL
};

const ViewOps groups_view = {
    .title = N_("Groups"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUPS) | CTX_BIT(CTX_REQUEST),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .open = open_row,
    .target = target,
    .status = status,
};

void groups_show(App *app, const Uuid *id)
{
    app_show(app, VIEW_GROUPS);
    GroupsView *groups = (GroupsView *)app_view(app);
    read_rows(groups);
    rows_goto(&groups->rows, groups->entries, id);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}
