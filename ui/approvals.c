/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "approvals.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/groups.h"
#include "handlers.h"
#include "page.h"
#include "rows.h"
#include "when.h"

#define DETAIL_LINES 9
#define LABEL_WIDTH 10

typedef struct ApprovalsView {
    View view;
    ServerList *found; /* NULL: nothing was asked yet */
    char *why;         /* nothing more came: in words */
    guint decided;     /* of them, in the outbox */
    Rows rows;
    Rect list, detail;
} ApprovalsView;

static const GPtrArray *found(const ApprovalsView *approvals)
{
    static const GPtrArray none = { 0 };
    return approvals->found ? server_list_items(approvals->found) : &none;
}

static const LeaderApproval *current(const ApprovalsView *approvals)
{
    return rows_current(&approvals->rows, found(approvals));
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const LeaderApproval *)row)->id;
}

static guint count_decided(const ApprovalsView *approvals)
{
    const GPtrArray *all = found(approvals);
    guint n = 0;
    for (guint i = 0; i < all->len; i++)
        n += client_approval_decided(approvals->view.app->client, id_of(all->pdata[i])) != 0;
    return n;
}

static void draw_again(ApprovalsView *approvals)
{
    app_dirty(approvals->view.app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

static void on_found(ServerList *list, const GError *error, gpointer data)
{
    ApprovalsView *approvals = data;
    g_clear_pointer(&approvals->why, g_free);
    if (error)
        approvals->why = problem_words(error);
    rows_read(&approvals->rows, server_list_items(list));
    approvals->decided = count_decided(approvals);
    draw_again(approvals);
}

static void ask(ApprovalsView *approvals)
{
    g_clear_pointer(&approvals->why, g_free);
    server_list_free(approvals->found);
    approvals->decided = 0;
    approvals->found = client_ask_approvals(approvals->view.app->client, on_found, approvals);
    draw_again(approvals);
}

static View *create(App *app)
{
    ApprovalsView *approvals = g_new0(ApprovalsView, 1);
    approvals->view = (View){ .ops = &approvals_view, .app = app };
    approvals->rows.id = id_of;
    return &approvals->view;
}

static void destroy(View *view)
{
    ApprovalsView *approvals = (ApprovalsView *)view;
    server_list_free(approvals->found);
    g_free(approvals->why);
    g_free(approvals);
}

static void show(View *view)
{
    ask((ApprovalsView *)view);
}

/* One that has left the outbox was sent or undone: only the server knows which. */
static void changed(View *view, unsigned what)
{
    ApprovalsView *approvals = (ApprovalsView *)view;
    bool live = client_status(view->app->client)->phase == PHASE_LIVE;
    guint decided = count_decided(approvals);
    bool back = what & CLIENT_STATUS && live && approvals->why &&
                !server_list_is_busy(approvals->found);
    if (back || decided < approvals->decided)
        ask(approvals);
    approvals->decided = decided;
    if (what & CLIENT_OUTBOX)
        draw_again(approvals);
}

static void place(View *view, Rect body)
{
    ApprovalsView *approvals = (ApprovalsView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    approvals->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    approvals->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef enum CellAt { AT_MARK, AT_WHO, AT_GROUP, AT_AGE, AT_STATE, CELLS } CellAt;

static void put_row(Rect r, int line, Role role, Role state, const char *const texts[CELLS])
{
    int age = r.w >= 50 ? 8 : 0, words = 12;
    int left = MAX(8, r.w - 2 - 1 - (age ? age + 1 : 0) - words - 1 - 1);
    int who = left * 2 / 5;
    const Cell cells[CELLS] = {
        { 2, texts[AT_MARK] },
        { who, texts[AT_WHO] },
        { left - who - 1, texts[AT_GROUP] },
        { age, texts[AT_AGE] },
        { words, texts[AT_STATE], state },
    };
    draw_cells(r, line, role, cells, CELLS);
}

static LeaderApprovalState state_of(const ApprovalsView *approvals, const LeaderApproval *approval)
{
    LeaderApprovalState decided = client_approval_decided(approvals->view.app->client,
                                                          &approval->id);
    return decided ? decided : approval->state;
}

static void draw_row(ApprovalsView *approvals, int line, guint index)
{
    const GPtrArray *all = found(approvals);
    if (index >= all->len) {
        draw_rest(approvals->list, line, 0, ROLE_NORMAL);
        return;
    }
    const LeaderApproval *approval = all->pdata[index];
    LeaderApprovalState state = state_of(approvals, approval);
    bool on = index == approvals->rows.cursor, pending = state != approval->state;
    char mark[] = { on ? '>' : ' ', pending ? '>' : ' ', '\0' };
    g_autofree char *who = text_clean(approval->account.name, -1, TEXT_LINE);
    g_autofree char *group = text_clean(approval->group_name, -1, TEXT_LINE);
    g_autofree char *age = when_short(approval->created_at, clock_now(),
                                      approvals->view.app->settings.time_style, 8);
    const char *const texts[CELLS] = { mark, who, group, age,
                                       pending ? enum_label(&leader_approval_states, (int)state)
                                               : _("waits") };
    put_row(approvals->list, line, on ? ROLE_CURSOR : ROLE_NORMAL,
            pending ? ROLE_PENDING : ROLE_NEW, texts);
}

static void draw_detail(ApprovalsView *approvals)
{
    Rect r = approvals->detail;
    const LeaderApproval *approval = current(approvals);
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!approval)
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = page_new(r.w - 4);
    g_autofree char *asked = when_long(approval->created_at, clock_now());
    page_line(page);
    page_span(page, ROLE_HEADING, approval->account.name);
    page_pair(page, LABEL_WIDTH, _("Company"), ROLE_NORMAL, approval->account.company_name);
    page_pair(page, LABEL_WIDTH, _("Group"), ROLE_NORMAL, approval->group_name);
    page_pair(page, LABEL_WIDTH, _("Why"), ROLE_NORMAL,
              enum_label(&leader_approval_kinds, (int)approval->kind));
    page_pair(page, LABEL_WIDTH, _("Asked"), ROLE_NORMAL, asked);
    page_pair(page, LABEL_WIDTH, _("Note"), ROLE_NORMAL, approval->note);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

static void draw_empty(const ApprovalsView *approvals)
{
    Rect r = approvals->list;
    g_autoptr(Page) page = page_new(r.w - 2);
    const ClientStatus *status = client_status(approvals->view.app->client);
    if (approvals->why && status->phase != PHASE_LIVE)
        page_text(page, ROLE_ALERT,
                  _("Offline: what waits is asked of the server. It is asked again by itself."));
    else if (approvals->why)
        page_text(page, ROLE_ALERT, approvals->why);
    else if (!approvals->found || server_list_is_busy(approvals->found))
        page_text(page, ROLE_NORMAL, _("Looking..."));
    else
        page_text(page, ROLE_NORMAL, _("Nobody waits for an approval to lead one more group."));
    page_draw(page, rect_sub(r, 1, r.h > 4 ? 1 : 0, r.w - 2, MIN(page_lines(page), r.h)), 0);
}

static void draw(View *view, bool all)
{
    ApprovalsView *approvals = (ApprovalsView *)view;
    Rect list = approvals->list;
    guint n = found(approvals)->len, top = rows_top(&approvals->rows, n, list.h);
    if (all)
        draw_fill(view->body, ROLE_NORMAL);
    if (all && view->body.h > 3) {
        const char *const head[CELLS] = { "", _("Who"), _("To lead"), _("Asked"), _("State") };
        put_row(rect_sub(view->body, 0, 0, view->body.w, 1), 0, ROLE_HEADING, ROLE_HEADING, head);
    }
    for (int i = 0; i < list.h; i++)
        draw_row(approvals, i, top + (guint)i);
    if (n == 0)
        draw_empty(approvals);
    draw_detail(approvals);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    ApprovalsView *approvals = (ApprovalsView *)view;
    const GPtrArray *all = found(approvals);
    rows_move(&approvals->rows, all, move, approvals->list.h);
    if (approvals->found &&
        approvals->rows.cursor + 2 * (guint)MAX(1, approvals->list.h) >= all->len)
        server_list_go_on(approvals->found);
    app_dirty(view->app, DIRTY_BODY | DIRTY_FOOTER);
}

static bool back(View *view)
{
    app_show(view->app, VIEW_GROUPS);
    return true;
}

static void target(View *view, Target *out)
{
    out->has_approval = current((ApprovalsView *)view) != NULL;
}

static void status(View *view, GString *out)
{
    const ApprovalsView *approvals = (ApprovalsView *)view;
    guint n = found(approvals)->len;
    g_string_append(out, _("Groups > Approvals to lead one more"));
    if (n > 0)
        g_string_append_printf(out, "   %u%s", n,
                               server_list_has_more(approvals->found) ? "+" : "");
}

static const char *const footer[] = { "approve-leader", "decline-leader", "undo", "groups",
                                      "command",        "back",           NULL };

const ViewOps approvals_view = {
    .title = N_("Approvals"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_APPROVALS),
    .create = create,
    .destroy = destroy,
    .show = show,
    .place = place,
    .draw = draw,
    .changed = changed,
    .moved = moved,
    .back = back,
    .target = target,
    .status = status,
};

/* ---- the commands */

bool approvals_are_mine(App *app)
{
    Account account = { 0 };
    bool admin = app->client && cache_account(client_cache(app->client), &account, NULL) &&
                 account.admin;
    fields_clear(&account_fields, &account);
    return admin;
}

void run_approvals(App *app, const char *args)
{
    app_show(app, VIEW_APPROVALS);
}

typedef struct Deciding {
    LeaderApproval approval;
    bool approve;
    RequestAnswer answer;
} Deciding;

static void deciding_free(gpointer data)
{
    Deciding *deciding = data;
    fields_clear(&leader_approval_fields, &deciding->approval);
    fields_clear(&request_answer_fields, &deciding->answer);
    g_free(deciding);
}

static Deciding *deciding_new(App *app, bool approve)
{
    const ApprovalsView *approvals = app->view == VIEW_APPROVALS ? (ApprovalsView *)app_view(app)
                                                                 : NULL;
    const LeaderApproval *approval = approvals ? current(approvals) : NULL;
    if (!approval) {
        app_complain(app, "%s", _("No approval is selected."));
        return NULL;
    }
    if (client_approval_decided(app->client, &approval->id)) {
        app_complain(app, "%s", _("It is decided, and waits in the outbox."));
        return NULL;
    }
    Deciding *deciding = g_new0(Deciding, 1);
    fields_copy(&leader_approval_fields, &deciding->approval, approval);
    deciding->approve = approve;
    return deciding;
}

static bool decide(App *app, const Deciding *deciding, GError **error)
{
    const LeaderApproval *approval = &deciding->approval;
    if (!client_decide_approval(app->client, approval, deciding->approve, deciding->answer.message,
                                error))
        return false;
    g_autofree char *who = text_clean(approval->account.name, -1, TEXT_LINE);
    g_autofree char *group = text_clean(approval->group_name, -1, TEXT_LINE);
    g_free(app->held);
    app->held = g_strdup_printf(deciding->approve ? _("%s may lead %s") : _("%s may not lead %s"),
                                who, group);
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
    return true;
}

void run_approve_leader(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    Deciding *deciding = deciding_new(app, true);
    if (!deciding)
        return;
    if (!decide(app, deciding, &error))
        app_complain_error(app, error);
    deciding_free(deciding);
}

static void decline_text(Dialog *dialog, Page *page)
{
    const Deciding *deciding = dialog_data(dialog);
    page_text(page, ROLE_HEADING, deciding->approval.account.name);
    page_text(page, ROLE_HEADING, deciding->approval.group_name);
    page_text(page, ROLE_NORMAL, _("They are told why, in your words."));
}

static DialogAnswer decline_done(App *app, Dialog *dialog)
{
    Deciding *deciding = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    int row;
    g_autofree char *complaint = NULL;
    if (!form_store(dialog_form(dialog), &deciding->answer, &row, &complaint)) {
        dialog_complain(dialog, row, complaint);
        return DIALOG_KEEP;
    }
    return decide(app, deciding, &error) ? DIALOG_CLOSE : dialog_refuse(dialog, error);
}

void run_decline_leader(App *app, const char *args)
{
    static const char *const names[] = { "message", NULL };
    Deciding *deciding = deciding_new(app, false);
    if (!deciding)
        return;
    deciding->answer.message = *args ? g_strdup(args) : NULL;
    DialogSpec spec = {
        .title = _("They may not lead this group: why?"),
        .text = decline_text,
        .form = form_new(&request_answer_fields, &deciding->answer, names),
        .yes = _("Decline"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = decline_done,
        .data = deciding,
        .free_data = deciding_free,
    };
    app_ask(app, dialog_new(&spec));
}
