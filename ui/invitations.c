/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who wants to be this user's partner, and whom they asked: what is open first, what is over below it. */
#include "invitations.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/network.h"
#include "model/business_type.h"
#include "page.h"
#include "rows.h"
#include "text_page.h"
#include "when.h"

#include <inttypes.h>

#define LABEL_WIDTH 10
#define DETAIL_LINES 8

typedef struct InvitationsView {
    View view;
    GPtrArray *rows; /* InvitationRow * */
    Rows at;
    Rect list, detail;
} InvitationsView;

static const InvitationRow *current(const InvitationsView *invitations)
{
    return rows_current(&invitations->at, invitations->rows);
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const InvitationRow *)row)->invitation.id;
}

static bool is_open(const GPtrArray *rows, const Uuid *id)
{
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(id_of(rows->pdata[i]), id))
            return ((const InvitationRow *)rows->pdata[i])->open;
    return false;
}

/* Keeps the cursor on its row; when that is gone, or has been answered, on the one that took its place. */
static void read_rows(InvitationsView *invitations)
{
    g_autoptr(GError) error = NULL;
    const InvitationRow *was = current(invitations);
    bool was_open = was && was->open;
    GPtrArray *rows = client_invitations(invitations->view.app->client, 0, false, &error);
    if (!rows) {
        app_complain_error(invitations->view.app, error);
        return;
    }
    if (was_open && !is_open(rows, &invitations->at.at))
        invitations->at.at = (Uuid){ 0 };
    g_ptr_array_unref(invitations->rows);
    invitations->rows = rows;
    rows_read(&invitations->at, rows);
}

static View *create(App *app)
{
    InvitationsView *invitations = g_new0(InvitationsView, 1);
    invitations->view = (View){ .ops = &invitations_view, .app = app };
    invitations->rows = g_ptr_array_new();
    invitations->at.id = id_of;
    read_rows(invitations);
    return &invitations->view;
}

static void destroy(View *view)
{
    g_ptr_array_unref(((InvitationsView *)view)->rows);
    g_free(view);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_INVITATIONS | CLIENT_OUTBOX)) {
        read_rows((InvitationsView *)view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
    }
}

/* Ages grow, and thirty days may be over. */
static void tick(View *view, bool minute)
{
    if (minute) {
        read_rows((InvitationsView *)view);
        app_dirty(view->app, DIRTY_BODY);
    }
}

static void place(View *view, Rect body)
{
    InvitationsView *invitations = (InvitationsView *)view;
    int detail = body.h >= 12 ? MIN(DETAIL_LINES, body.h - 6) : 0;
    int head = body.h > 3 ? 1 : 0;
    invitations->list = rect_sub(body, 0, head, body.w, body.h - head - detail);
    invitations->detail = rect_sub(body, 0, body.h - detail, body.w, detail);
}

/* ---- rows */

typedef struct Columns {
    int state, who, trade, age, ends, message; /* widths, 0: none */
} Columns;

static Columns columns_of(int w)
{
    Columns columns = { .state = w >= 44 ? 12 : 9, .age = 6 };
    columns.ends = w >= 56 ? 8 : 0;
    columns.trade = w >= 90 ? 18 : 0;
    int left = w - 2 - columns.state - 1 - columns.age - 1 - (columns.ends ? columns.ends + 1 : 0) -
               (columns.trade ? columns.trade + 1 : 0);
    columns.message = w >= 76 ? left / 2 : 0;
    columns.who = MAX(4, left - columns.message - (columns.message ? 1 : 0));
    return columns;
}

static int put_column(Rect r, int row, int col, int width, Role role, const char *text)
{
    if (width == 0)
        return col;
    col = draw_field(r, row, col, width, role, text);
    return col < r.w ? draw_field(r, row, col, 1, role, "") : col;
}

typedef struct Cells {
    const char *mark, *state, *who, *trade, *age, *ends, *message;
    Role role, state_role;
} Cells;

static void put_cells(Rect r, int row, const Cells *cells)
{
    Columns columns = columns_of(r.w);
    int col = draw_field(r, row, 0, 2, cells->role, cells->mark);
    col = put_column(r, row, col, columns.state, cells->state_role, cells->state);
    col = put_column(r, row, col, columns.who, cells->role, cells->who);
    col = put_column(r, row, col, columns.trade, cells->role, cells->trade);
    col = put_column(r, row, col, columns.age, cells->role, cells->age);
    col = put_column(r, row, col, columns.ends, cells->role, cells->ends);
    col = put_column(r, row, col, columns.message, cells->role, cells->message);
    draw_rest(r, row, col, cells->role);
}

static const char *state_word(const InvitationRow *row)
{
    const Invitation *invitation = &row->invitation;
    bool received = invitation->direction == DIRECTION_RECEIVED;
    if (invitation->state == INVITATION_INVITED && !row->open)
        return enum_label(&invitation_states, INVITATION_EXPIRED);
    if (row->open && received)
        return invitation->kind == INVITATION_REQUEST ? _("asks you") : _("invites you");
    return row->open ? _("you asked") : enum_label(&invitation_states, (int)invitation->state);
}

static Role state_role_of(const InvitationRow *row)
{
    if (row->pending)
        return ROLE_PENDING;
    if (row->open)
        return row->invitation.direction == DIRECTION_RECEIVED ? ROLE_NEW : ROLE_OPENED;
    return row->invitation.state == INVITATION_CONNECTED ? ROLE_YES : ROLE_NO;
}

/* "in 12d": how long it can still be answered. */
static char *ends_text(const InvitationRow *row, gint64 now)
{
    if (!row->open)
        return g_strdup("");
    g_autofree char *left = when_age(now, row->invitation.expires_at);
    return g_strdup_printf(_("in %s"), left);
}

static void draw_row(InvitationsView *invitations, int line, guint index)
{
    if (index >= invitations->rows->len) {
        draw_rest(invitations->list, line, 0, ROLE_NORMAL);
        return;
    }
    const InvitationRow *row = invitations->rows->pdata[index];
    const Invitation *invitation = &row->invitation;
    bool on = index == invitations->at.cursor;
    gint64 now = clock_now();
    TimeStyle style = invitations->view.app->settings.time_style;
    g_autofree char *who = text_clean(invitation_other(invitation), -1, TEXT_LINE);
    g_autofree char *trade = text_clean(business_type_label(invitation->business_type), -1,
                                        TEXT_LINE);
    g_autofree char *age = when_short(invitation->created_at, now, style, 6);
    g_autofree char *ends = ends_text(row, now);
    g_autofree char *message = text_clean(invitation->message, -1, TEXT_LINE);
    char mark[] = { on ? '>' : ' ', row->pending ? '>' : ' ', '\0' };
    Cells cells = {
        .mark = mark,
        .state = state_word(row),
        .who = *who ? who : _("somebody"),
        .trade = trade,
        .age = age,
        .ends = ends,
        .message = message,
        .role = on ? ROLE_CURSOR : ROLE_NORMAL,
        .state_role = on ? ROLE_CURSOR : state_role_of(row),
    };
    put_cells(invitations->list, line, &cells);
}

static void draw_head(const InvitationsView *invitations)
{
    Rect line = invitations->view.body;
    if (line.h <= 3)
        return;
    line.h = 1;
    Cells cells = {
        .mark = "",
        .state = _("State"),
        .who = _("Who"),
        .trade = _("Trade"),
        .age = _("Age"),
        .ends = _("Ends"),
        .message = _("Message"),
        .role = ROLE_HEADING,
        .state_role = ROLE_HEADING,
    };
    put_cells(line, 0, &cells);
}

/* ---- the one under the cursor, in words */

static void put_what_to_do(App *app, Page *page, const InvitationRow *row)
{
    g_autofree char *accept = app_key_of(app, "accept"), *decline = app_key_of(app, "decline");
    if (row->pending)
        page_text(page, ROLE_PENDING, _("Your answer is in the outbox."));
    else if (row->open && row->invitation.direction == DIRECTION_RECEIVED)
        page_format(page, ROLE_NORMAL, _("%s accepts: then you are partners. %s declines."), accept,
                    decline);
    else if (row->open)
        page_format(page, ROLE_NORMAL, _("Waits for an answer. %s takes it back."), decline);
}

static char *who_text(const Invitation *invitation)
{
    const Party *other = invitation->direction == DIRECTION_SENT ? &invitation->to
                                                                 : &invitation->from;
    const char *company = other->company_name && *other->company_name ? other->company_name : NULL;
    return g_strjoin(", ", invitation_other(invitation), company, NULL);
}

static Page *detail_page(InvitationsView *invitations, int width)
{
    Page *page = page_new(width);
    const InvitationRow *row = current(invitations);
    const Invitation *invitation = &row->invitation;
    gint64 now = clock_now();
    g_autofree char *who = who_text(invitation);
    g_autofree char *asked = when_long(invitation->created_at, now);
    g_autofree char *until = when_long(invitation->expires_at, now);
    g_autofree char *answered = when_long(invitation->answered_at, now);
    page_line(page);
    page_span(page, ROLE_HEADING, who);
    page_pair(page, LABEL_WIDTH, _("Business"), ROLE_NORMAL,
              business_type_label(invitation->business_type));
    page_pair(page, LABEL_WIDTH, _("Asked"), ROLE_NORMAL, asked);
    if (row->open)
        page_pair(page, LABEL_WIDTH, _("Ends"), ROLE_NORMAL, until);
    page_pair(page, LABEL_WIDTH, _("Answered"), ROLE_NORMAL, answered);
    put_what_to_do(invitations->view.app, page, row);
    page_pair(page, LABEL_WIDTH, _("Message"), ROLE_NORMAL, invitation->message);
    return page;
}

static void draw_detail(InvitationsView *invitations)
{
    Rect r = invitations->detail;
    if (r.h == 0)
        return;
    draw_fill(r, ROLE_NORMAL);
    if (!current(invitations))
        return;
    draw_hline(r, 0, ROLE_BORDER);
    g_autoptr(Page) page = detail_page(invitations, r.w - 4);
    page_draw(page, rect_sub(r, 2, 1, r.w - 4, r.h - 1), 0);
}

static void draw_empty(InvitationsView *invitations)
{
    App *app = invitations->view.app;
    g_autofree char *invite = app_key_of(app, "invite"), *find = app_key_of(app, "find");
    g_autoptr(Page) page = page_new(invitations->list.w - 2);
    page_text(page, ROLE_NORMAL, _("Nobody waits for an answer, and you have asked nobody."));
    page_format(page, ROLE_NORMAL,
                _("%s invites somebody you know by e-mail, %s looks for members who fit."), invite,
                find);
    page_draw_instead(page, invitations->list);
}

static void draw(View *view, bool all)
{
    InvitationsView *invitations = (InvitationsView *)view;
    guint top = rows_top(&invitations->at, invitations->rows->len, invitations->list.h);
    if (all) {
        draw_fill(view->body, ROLE_NORMAL);
        draw_head(invitations);
    }
    for (int i = 0; i < invitations->list.h; i++)
        draw_row(invitations, i, top + (guint)i);
    if (invitations->rows->len == 0)
        draw_empty(invitations);
    draw_detail(invitations);
}

/* ---- what happens */

static void moved(View *view, Move move)
{
    InvitationsView *invitations = (InvitationsView *)view;
    rows_move(&invitations->at, invitations->rows, move, invitations->list.h);
    app_dirty(view->app, DIRTY_FOOTER);
}

/* All of it, when the message is longer than the place below the list. */
static void open_row(View *view)
{
    InvitationsView *invitations = (InvitationsView *)view;
    const InvitationRow *row = current(invitations);
    if (!row)
        return;
    const Invitation *invitation = &row->invitation;
    gint64 now = clock_now();
    g_autofree char *who = who_text(invitation);
    g_autofree char *asked = when_long(invitation->created_at, now);
    const char *trade = business_type_label(invitation->business_type);
    const char *message = invitation->message ? invitation->message : "";
    g_autofree char *text = g_strdup_printf("%s%s%s\n%s, %s\n\n%s", who, *trade ? " - " : "", trade,
                                            state_word(row), asked, message);
    text_page_show(view->app, _("Invitation"), text);
}

static void target(View *view, Target *out)
{
    const InvitationRow *row = current((InvitationsView *)view);
    if (row) {
        out->has_invitation = true;
        out->invitation = row->invitation.id;
        out->received_invitation = row->invitation.direction == DIRECTION_RECEIVED;
    }
}

static void status(View *view, GString *out)
{
    InvitationsView *invitations = (InvitationsView *)view;
    guint waiting = 0, asked = 0;
    for (guint i = 0; i < invitations->rows->len; i++) {
        const InvitationRow *row = invitations->rows->pdata[i];
        bool received = row->invitation.direction == DIRECTION_RECEIVED;
        waiting += row->open && received;
        asked += row->open && !received;
    }
    g_string_append(out, _("Partners > Invitations   "));
    g_string_append_printf(out, ngettext("%u waits for you", "%u wait for you", waiting), waiting);
    g_string_append_printf(out, ngettext(", %u asked by you", ", %u asked by you", asked), asked);
}

static const char *const footer[] = { "accept", "open",     "decline", "invite", "find", "undo",
                                      "sync",   "partners", "command", "back",   NULL };

const ViewOps invitations_view = {
    .title = N_("Invitations"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_INVITATION),
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

void invitations_show(App *app, const Uuid *id)
{
    app_show(app, VIEW_INVITATIONS);
    InvitationsView *invitations = (InvitationsView *)app_view(app);
    invitations->at.at = *id;
    invitations->at.cursor = 0;
    read_rows(invitations);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}
