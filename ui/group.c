/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "group.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/cache_groups.h"
#include "client/group_words.h"
#include "group_meetings.h"
#include "group_page.h"
#include "groups.h"
#include "handlers.h"
#include "meeting.h"
#include "model/business_type.h"
#include "partners.h"
#include "request_page.h"
#include "rows.h"
#include "tags.h"
#include "text_page.h"
#include "when.h"

#include <inttypes.h>

#define MEMBERS_WIDTH 42 /* of the left pane, where both have room */
#define BOTH_WIDTH 78    /* below that one of them is shown at a time */
#define FOOT_LINES 3     /* seats and open trades below the members */

/* Members are on the left, the others on the right. */
typedef enum Part { PART_MEMBERS, PART_REQUESTS, PART_MEETINGS } Part;

typedef struct GroupView {
    View view;
    Uuid id;
    GroupRow *row;     /* NULL: it is none of this user's (any more) */
    char *open_trades; /* clean */
    List *members;
    char *text;          /* members are searched for */
    GPtrArray *requests; /* RequestRow *, open ones to decide about */
    Rows at;
    Tags *tags; /* requests */
    GroupMeetings meetings;
    Part part;        /* that has the keys */
    Rect left, right; /* insides; w 0: not shown */
    Rect frame_left, frame_right;
} GroupView;

static bool may_admit(const GroupView *group)
{
    return group->row && group_rights(group->row->group.role) & RIGHT_ADMIT;
}

static bool may_plan(const GroupView *group)
{
    return group->row && group_rights(group->row->group.role) & RIGHT_MEETINGS;
}

/* ---- members: a window over the cache */

static const Uuid *member_id(gpointer row)
{
    return &((MemberRow *)row)->member.account;
}

static GPtrArray *fetch(gpointer data, gpointer from, bool forward, unsigned limit, GError **error)
{
    GroupView *group = data;
    return client_members(group->view.app->client, &group->id, group->text, from, forward, limit,
                          error);
}

static bool count(gpointer data, gint64 *n, GError **error)
{
    GroupView *group = data;
    return cache_member_count(client_cache(group->view.app->client), &group->id, group->text, n,
                              error);
}

static bool rank(gpointer data, gpointer row, gint64 *n, GError **error)
{
    GroupView *group = data;
    return cache_member_rank(client_cache(group->view.app->client), &group->id, group->text,
                             &((MemberRow *)row)->member, n, error);
}

static const ListSource source = { member_id, fetch, count, rank };

/* ---- reading */

static const Uuid *request_id(gconstpointer row)
{
    return &((const RequestRow *)row)->request.id;
}

static const RequestRow *current(const GroupView *group)
{
    return rows_current(&group->at, group->requests);
}

static void read_requests(GroupView *group)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *rows = may_admit(group)
                          ? client_requests(group->view.app->client, &group->id, true, &error)
                          : g_ptr_array_new();
    if (!rows) {
        app_complain_error(group->view.app, error);
        return;
    }
    for (guint i = rows->len; i-- > 0;)
        if (((RequestRow *)rows->pdata[i])->mine)
            g_ptr_array_remove_index(rows, i);
    g_ptr_array_unref(group->requests);
    group->requests = rows;
    rows_read(&group->at, rows);
}

static void read_group(GroupView *group)
{
    Client *client = group->view.app->client;
    group_row_free(group->row);
    group->row = client_group(client, &group->id, NULL);
    g_free(group->open_trades);
    group->open_trades = group->row ? group_page_wanted(client, &group->row->group) : NULL;
}

static void read_all(GroupView *group)
{
    g_autoptr(GError) error = NULL;
    read_group(group);
    read_requests(group);
    group_meetings_read(&group->meetings, group->view.app, &group->id,
                        group->part == PART_MEETINGS);
    if (!list_reload(group->members, &error))
        app_complain_error(group->view.app, error);
}

static View *create(App *app)
{
    GroupView *group = g_new0(GroupView, 1);
    group->view = (View){ .ops = &group_view, .app = app };
    group->members = list_new(&source, group);
    group->requests = g_ptr_array_new();
    group->at.id = request_id;
    group->tags = tags_new();
    group_meetings_init(&group->meetings);
    return &group->view;
}

static void destroy(View *view)
{
    GroupView *group = (GroupView *)view;
    list_free(group->members);
    g_ptr_array_unref(group->requests);
    group_row_free(group->row);
    g_free(group->open_trades);
    tags_free(group->tags);
    group_meetings_clear(&group->meetings);
    g_free(group->text);
    g_free(group);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_GROUPS | CLIENT_MEETINGS | CLIENT_OUTBOX)) {
        read_all((GroupView *)view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
    }
}

static void tick(View *view, bool minute)
{
    if (minute)
        app_dirty(view->app, DIRTY_BODY); /* ages */
}

/* ---- where */

static void place(View *view, Rect body)
{
    GroupView *group = (GroupView *)view;
    bool both = body.w >= BOTH_WIDTH;
    int split = both ? MAX(MEMBERS_WIDTH, body.w * 2 / 5) : body.w;
    group->frame_left = rect_sub(body, 0, 0, both ? split + 1 : body.w, body.h);
    group->frame_right = both ? rect_sub(body, split, 0, body.w - split, body.h) : body;
    bool left = both || group->part == PART_MEMBERS, right = both || group->part != PART_MEMBERS;
    Rect l = group->frame_left, r = group->frame_right;
    group->left = rect_sub(l, 1, 1, left ? l.w - 2 : 0, l.h - 2);
    group->right = rect_sub(r, 1, 1, right ? r.w - 2 : 0, r.h - 2);
}

static Rect member_lines(const GroupView *group)
{
    Rect r = group->left;
    int foot = r.h > 2 * FOOT_LINES + 2 ? FOOT_LINES : 0;
    return rect_sub(r, 0, 1, r.w, r.h - 1 - foot);
}

static int request_lines(const GroupView *group)
{
    int most = MAX(2, group->right.h / 3);
    return MIN((int)group->requests->len, most);
}

/* ---- the left pane */

typedef enum CellAt { AT_MARK, AT_NAME, AT_TRADE, AT_ROLE, AT_SINCE, CELLS } CellAt;

static void put_member(Rect r, int line, Role role, Role standing, const char *const texts[CELLS])
{
    int since = 4, work = 9, trade = r.w >= 48 ? MIN(16, r.w - 36) : 0;
    int name = r.w - 2 - 1 - since - 1 - work - 1 - (trade ? trade + 1 : 0);
    const Cell cells[CELLS] = {
        { 2, texts[AT_MARK] },      { MAX(6, name), texts[AT_NAME] },
        { trade, texts[AT_TRADE] }, { work, texts[AT_ROLE], standing },
        { since, texts[AT_SINCE] },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static char *year_of(gint64 ms)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(ms / 1000);
    return ms && at ? g_strdup_printf("%d", g_date_time_get_year(at)) : g_strdup("");
}

/* What matters of a member in a word: no leads for them, their role, or nothing. */
static const char *standing_word(const MemberRow *row, Role *role)
{
    *role = ROLE_NORMAL;
    if (row->concern) {
        *role = ROLE_PENDING;
        return _("concern");
    }
    if (row->leaving || row->member.unreferrable_until > clock_now()) {
        *role = ROLE_ALERT;
        return row->leaving ? _("leaving") : _("no leads");
    }
    return row->member.role == ROLE_MEMBER ? "" : enum_label(&group_roles, (int)row->member.role);
}

static void draw_member(GroupView *group, Rect r, int line)
{
    const MemberRow *row = list_line(group->members, line);
    if (!row) {
        draw_rest(r, line, 0, ROLE_NORMAL);
        return;
    }
    bool on = line == list_cursor_line(group->members);
    bool focused = on && group->part == PART_MEMBERS;
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    g_autofree char *name = text_clean(row->member.name, -1, TEXT_LINE);
    g_autofree char *trade = text_clean(business_type_label(row->member.business_type), -1,
                                        TEXT_LINE);
    g_autofree char *since = year_of(row->member.since);
    Role standing;
    const char *word = standing_word(row, &standing);
    const char *const texts[CELLS] = { mark, name, trade, word, since };
    put_member(r, line, focused ? ROLE_CURSOR : ROLE_NORMAL, standing, texts);
}

static void draw_members_foot(const GroupView *group)
{
    Rect r = group->left, lines = member_lines(group);
    int foot = r.h - 1 - lines.h;
    if (foot <= 0 || !group->row)
        return;
    g_autofree char *seats = group_seats(&group->row->group);
    g_autoptr(Page) page = page_new(r.w - 2);
    page_text(page, ROLE_HEADING, seats);
    if (*group->open_trades)
        page_format(page, ROLE_NORMAL, _("open trades: %s"), group->open_trades);
    page_draw(page, rect_sub(r, 1, 1 + lines.h, r.w - 2, foot), 0);
}

static void draw_left_pane(GroupView *group)
{
    if (group->left.w <= 0)
        return;
    Rect r = member_lines(group);
    const char *const head[CELLS] = { "", _("Member"), _("Trade"), _("Role"), _("In") };
    list_set_height(group->members, MAX(1, r.h));
    put_member(rect_sub(group->left, 0, 0, group->left.w, 1), 0, ROLE_HEADING, ROLE_HEADING, head);
    for (int i = 0; i < r.h; i++)
        draw_member(group, r, i);
    draw_members_foot(group);
}

/* ---- the right pane */

/* What speaks against it, in the few cells of a line. */
static char *against(const MembershipRequest *request, Role *role)
{
    *role = ROLE_ALERT;
    if (request->seat_taken_by && *request->seat_taken_by) {
        g_autofree char *who = text_clean(request->seat_taken_by, -1, TEXT_LINE);
        return g_strdup_printf(_("! seat taken: %s"), who);
    }
    if (request->conflict > CONFLICT_NONE)
        return g_strdup_printf("! %s", enum_label(&group_conflicts, (int)request->conflict));
    *role = ROLE_NORMAL;
    if (request->state == REQUEST_ASKED)
        return g_strdup(_("asked back"));
    return g_strdup("");
}

static void draw_request(GroupView *group, int line, guint index)
{
    const RequestRow *row = group->requests->pdata[index];
    const MembershipRequest *request = &row->request;
    bool on = index == group->at.cursor, focused = on && group->part == PART_REQUESTS;
    char mark[] = { on ? '>' : ' ', tags_have(group->tags, &request->id) ? '*' : ' ',
                    row->pending ? '>' : ' ', '\0' };
    g_autofree char *name = text_clean(request->from.name, -1, TEXT_LINE);
    g_autofree char *trade = text_clean(business_type_label(request->business_type), -1, TEXT_LINE);
    g_autofree char *age = when_short(request->created_at, clock_now(),
                                      group->view.app->settings.time_style, 6);
    Role role;
    g_autofree char *words = against(request, &role);
    int w = group->right.w, who = MAX(8, (w - 12) * 2 / 5), what = w >= 44 ? (w - 12) / 4 : 0;
    const Cell cells[] = {
        { 3, mark },
        { who, name },
        { what, trade },
        { 6, age },
        { w - 3 - who - 1 - (what ? what + 1 : 0) - 6 - 2, words, role },
    };
    draw_cells(group->right, line, focused ? ROLE_CURSOR : ROLE_NORMAL, cells, G_N_ELEMENTS(cells));
}

/* The group itself, for those who decide about nothing, and below what is decided. */
static void put_group(GroupView *group, Page *page)
{
    const Group *it = &group->row->group;
    if (it->state != GROUP_ACTIVE)
        page_pair(page, 10, _("State"), ROLE_ALERT, enum_label(&group_states, (int)it->state));
    group_page_approval(page, group->view.app->client, &it->id);
    group_page_facts(page, it, group->open_trades);
    group_page_texts(page, it);
}

static void draw_requests(GroupView *group, int n)
{
    guint top = rows_top(&group->at, group->requests->len, n);
    for (int i = 0; i < n; i++)
        draw_request(group, 1 + i, top + (guint)i);
}

static void put_requests_head(GroupView *group)
{
    g_autofree char *head = g_strdup_printf(_(" Requests (%u waiting)"), group->requests->len);
    draw_field(group->right, 0, 0, group->right.w, ROLE_HEADING, head);
}

/* Those who wait, and in how many lines. */
static int draw_waiting(GroupView *group, Page *page)
{
    const RequestRow *row = current(group);
    int n = request_lines(group);
    if (!may_admit(group))
        return 0;
    put_requests_head(group);
    draw_requests(group, n);
    if (row)
        draw_hline(group->right, n + 1, ROLE_BORDER);
    else
        page_text(page, ROLE_NORMAL, _("Nobody waits to be let in."));
    return 1 + n + (row != NULL);
}

/* Requests on top, meetings at the bottom, and between them what there is to know of the request or the group. */
static void draw_right_pane(GroupView *group)
{
    Rect r = group->right;
    bool in_meetings = group->part == PART_MEETINGS;
    if (r.w <= 0 || !group->row)
        return;
    g_autoptr(Page) page = page_new(r.w - 2);
    const RequestRow *row = current(group);
    int bottom = group_meetings_lines(&group->meetings, r.h, in_meetings), top = 0;
    draw_fill(r, ROLE_NORMAL);
    if (bottom > 0)
        group_meetings_draw(&group->meetings, group->view.app,
                            rect_sub(r, 0, r.h - bottom, r.w, bottom), in_meetings,
                            may_plan(group));
    if (bottom == r.h)
        return;
    top = draw_waiting(group, page);
    if (row && !in_meetings) {
        request_page_put(page, group->view.app, row);
        page_rule(page);
    }
    put_group(group, page);
    page_draw(page, rect_sub(r, 1, top, r.w - 2, r.h - bottom - top), 0);
}

static void draw_frames(const GroupView *group)
{
    bool both = group->left.w > 0 && group->right.w > 0;
    if (group->left.w > 0)
        draw_frame(group->frame_left, ROLE_BORDER, _("Members"));
    if (group->right.w > 0)
        draw_frame(group->frame_right, ROLE_BORDER,
                   may_admit(group) ? _("Requests and meetings") : _("The group and its meetings"));
    if (both) {
        draw_junction(group->frame_right, 0, 0, true, ROLE_BORDER);
        draw_junction(group->frame_right, group->frame_right.h - 1, 0, false, ROLE_BORDER);
    }
}

static void draw(View *view, bool all)
{
    GroupView *group = (GroupView *)view;
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (!group->row) {
        g_autoptr(Page) page = page_new(view->body.w - 2);
        page_text(page, ROLE_NORMAL,
                  _("You are not in this group. Its members are told to its members."));
        page_draw(page, rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h), 0);
        return;
    }
    if (all)
        draw_frames(group);
    draw_left_pane(group);
    draw_right_pane(group);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    GroupView *group = (GroupView *)view;
    g_autoptr(GError) error = NULL;
    if (group->part == PART_REQUESTS)
        rows_move(&group->at, group->requests, move, request_lines(group));
    else if (group->part == PART_MEETINGS)
        rows_move(&group->meetings.rows, group->meetings.all, move,
                  group_meetings_lines(&group->meetings, group->right.h, true));
    else if (!list_move(group->members, move, &error))
        app_complain_error(view->app, error);
    app_dirty(view->app, DIRTY_MOVED | DIRTY_STATUS | DIRTY_FOOTER);
}

static void go_to(GroupView *group, Part part)
{
    group->part = part;
    place(&group->view, group->view.body);
    app_dirty(group->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

/* Where nobody waits, requests are passed over. */
static bool pane(View *view)
{
    GroupView *group = (GroupView *)view;
    go_to(group, group->part == PART_MEETINGS   ? PART_MEMBERS
                 : group->part == PART_REQUESTS ? PART_MEETINGS
                 : group->requests->len > 0     ? PART_REQUESTS
                                                : PART_MEETINGS);
    return true;
}

static bool back(View *view)
{
    app_show(view->app, VIEW_GROUPS);
    return true;
}

static const MemberRow *member(const GroupView *group)
{
    return group->part == PART_MEMBERS ? list_row(group->members) : NULL;
}

static const MeetingRow *meeting_at(const GroupView *group)
{
    return group->part == PART_MEETINGS ? group_meetings_current(&group->meetings) : NULL;
}

static bool is_me(const GroupView *group, const Uuid *account)
{
    return uuid_equal(account, &client_status(group->view.app->client)->account);
}

static void open_row(View *view)
{
    GroupView *group = (GroupView *)view;
    const RequestRow *row = current(group);
    const MemberRow *one = member(group);
    const MeetingRow *meeting = meeting_at(group);
    if (meeting)
        meeting_show(view->app, &meeting->meeting.id);
    else if (group->part == PART_REQUESTS && row)
        request_text_show(view->app, row);
    else if (one && is_me(group, &one->member.account))
        run_account(view->app, "");
    else if (one)
        partner_open(view->app, &one->member.account);
}

static void target(View *view, Target *out)
{
    GroupView *group = (GroupView *)view;
    const RequestRow *row = current(group);
    const MemberRow *one = member(group);
    out->has_group = group->row != NULL;
    out->group = group->id;
    const MeetingRow *meeting = meeting_at(group);
    if (meeting) {
        out->has_meeting = true;
        out->meeting = meeting->meeting.id;
    }
    if (group->part == PART_REQUESTS && row) {
        out->has_request = true;
        out->request = row->request.id;
    }
    if (one) {
        out->has_member = true;
        out->member = one->member.account;
        out->has_partner = !is_me(group, &one->member.account);
        out->partner = one->member.account;
    }
}

static void status(View *view, GString *out)
{
    GroupView *group = (GroupView *)view;
    if (!group->row)
        return;
    g_autofree char *name = text_clean(group->row->group.input.name, -1, TEXT_LINE);
    g_string_append_printf(out, "%s   %s", name,
                           enum_label(&group_roles, (int)group->row->group.role));
    guint waiting = group->requests->len, tagged = tags_count(group->tags);
    if (waiting)
        g_string_append_printf(
            out, ngettext("   %u request waiting", "   %u requests waiting", waiting), waiting);
    if (tagged)
        g_string_append_printf(out, ngettext("   %u tagged", "   %u tagged", tagged), tagged);
    if (group->text)
        g_string_append_printf(out, "   /%s", group->text);
}

static void search(View *view, const char *text)
{
    GroupView *group = (GroupView *)view;
    g_autoptr(GError) error = NULL;
    g_free(group->text);
    group->text = *text ? text_clean(text, -1, TEXT_LINE) : NULL;
    if (!list_load(group->members, &error))
        app_complain_error(view->app, error);
    app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
}

static const char *searched(View *view)
{
    const GroupView *group = (GroupView *)view;
    return group->text ? group->text : "";
}

static bool clear(View *view)
{
    GroupView *group = (GroupView *)view;
    bool any = group->text || tags_count(group->tags);
    tags_clear(group->tags);
    if (group->text)
        search(view, "");
    if (any)
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
    return any;
}

static const char *const footer[] = { "next-pane",   "approve", "refuse", "ask",
                                      "tag-request", "open",    "rsvp",   "refer-member",
                                      "undo",        "command", "back",   NULL };

const ViewOps group_view = {
    .title = N_("Group"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUP) | CTX_BIT(CTX_REQUEST),
    .create = create,
    .destroy = destroy,
    .place = place,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .open = open_row,
    .pane = pane,
    .back = back,
    .target = target,
    .status = status,
    .search = search,
    .searched = searched,
    .abort = clear,
};

/* ---- for others */

static GroupView *shown(App *app)
{
    return app->view == VIEW_GROUP ? (GroupView *)app_view(app) : NULL;
}

/* Officers come to decide: their keys are where the requests are, when there are some. */
void group_show(App *app, const Uuid *id)
{
    g_autoptr(GError) error = NULL;
    app_show(app, VIEW_GROUP);
    GroupView *group = (GroupView *)app_view(app);
    if (!uuid_equal(&group->id, id)) {
        group->id = *id;
        g_clear_pointer(&group->text, g_free);
        tags_clear(group->tags);
        group->at = (Rows){ .id = request_id };
    }
    read_group(group);
    read_requests(group);
    group_meetings_read(&group->meetings, app, id, false);
    go_to(group, group->requests->len > 0 ? PART_REQUESTS : PART_MEMBERS);
    if (!list_load(group->members, &error))
        app_complain_error(app, error);
    app_dirty(app, DIRTY_ALL);
}

void group_show_request(App *app, const Uuid *id, const Uuid *request)
{
    group_show(app, id);
    GroupView *group = shown(app);
    go_to(group, PART_REQUESTS);
    rows_goto(&group->at, group->requests, request);
}

const Member *group_current_member(App *app)
{
    const GroupView *group = shown(app);
    const MemberRow *row = group ? member(group) : NULL;
    return row ? &row->member : NULL;
}

GArray *group_chosen_requests(App *app)
{
    const GroupView *group = shown(app);
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    for (guint i = 0; group && i < group->requests->len; i++) {
        const Uuid *id = request_id(group->requests->pdata[i]);
        if (tags_have(group->tags, id))
            g_array_append_vals(ids, id, 1);
    }
    Target target = app_target(app);
    if (ids->len == 0 && target.has_request)
        g_array_append_vals(ids, &target.request, 1);
    return ids;
}

void group_untag(App *app)
{
    GroupView *group = shown(app);
    if (group)
        tags_clear(group->tags);
}

void run_tag_request(App *app, const char *args)
{
    GroupView *group = shown(app);
    const RequestRow *row = group ? current(group) : NULL;
    if (!row)
        return;
    tags_set(group->tags, &row->request.id, !tags_have(group->tags, &row->request.id));
    moved(&group->view, MOVE_DOWN);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
}
