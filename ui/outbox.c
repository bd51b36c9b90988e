/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not sent yet: what it is, since when, how often it was tried, and what is in its way. And what was dropped. */
#include "outbox.h"
#include "handlers.h"
#include "groups.h"
#include "invitations.h"
#include "meeting.h"
#include "partners.h"
#include "leads.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/overlay.h"
#include "page.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_WIDTH 14

typedef struct OutboxView {
    View view;
    GPtrArray *items; /* OutboxItem *, oldest first; or DroppedItem *, newest first */
    bool dropped;     /* the log */
    guint cursor, top;
    Uuid at; /* the item under the cursor */
} OutboxView;

static const OutboxItem *item_at(const OutboxView *outbox, guint index)
{
    return outbox->dropped ? &((DroppedItem *)outbox->items->pdata[index])->item
                           : outbox->items->pdata[index];
}

/* Keeps the cursor on its item; when that is gone, on the one that took its place. */
static void read_items(OutboxView *outbox)
{
    g_autoptr(GError) error = NULL;
    Store *store = client_store(outbox->view.app->client);
    GPtrArray *items = outbox->dropped ? store_dropped(store, &error)
                                       : store_items(store, 0, &error);
    if (!items) {
        app_complain_error(outbox->view.app, error);
        return;
    }
    g_ptr_array_unref(outbox->items);
    outbox->items = items;
    for (guint i = 0; i < items->len; i++)
        if (uuid_equal(&item_at(outbox, i)->op, &outbox->at))
            outbox->cursor = i;
    outbox->cursor = MIN(outbox->cursor, items->len ? items->len - 1 : 0);
}

static const OutboxItem *current(const OutboxView *outbox)
{
    return outbox->cursor < outbox->items->len ? item_at(outbox, outbox->cursor) : NULL;
}

static void remember(OutboxView *outbox)
{
    const OutboxItem *item = current(outbox);
    outbox->at = item ? item->op : (Uuid){ 0 };
}

static View *create(App *app)
{
    OutboxView *outbox = g_new0(OutboxView, 1);
    outbox->view = (View){ .ops = &outbox_view, .app = app };
    outbox->items = g_ptr_array_new();
    return &outbox->view;
}

static void destroy(View *view)
{
    g_ptr_array_unref(((OutboxView *)view)->items);
    g_free(view);
}

static void show(View *view)
{
    OutboxView *outbox = (OutboxView *)view;
    read_items(outbox);
    remember(outbox);
}

static void changed(View *view, unsigned what)
{
    if (what & (CLIENT_OUTBOX | CLIENT_STATUS)) {
        show(view);
        app_dirty(view->app, DIRTY_BODY | DIRTY_STATUS);
    }
}

static void tick(View *view, bool minute)
{
    app_dirty(view->app, DIRTY_BODY);
}

static char *state_text(const OutboxItem *item, gint64 now)
{
    switch (item->state) {
    case OUTBOX_HELD:
        return g_strdup_printf(_("held %ds"),
                               (int)MAX(0, (item->hold_until - now + 999) / MS_PER_SECOND));
    case OUTBOX_WAITING:
        return g_strdup(_("waiting"));
    case OUTBOX_SENDING:
        return g_strdup(_("sending"));
    case OUTBOX_FAILED:
        return g_strdup(_("FAILED"));
    case OUTBOX_CONFLICT:
        return g_strdup(_("CONFLICT"));
    case OUTBOX_PARKED:
        return g_strdup(_("PARKED"));
    }
    return g_strdup("");
}

static char *why(const OutboxView *outbox, guint index)
{
    const OutboxItem *item = item_at(outbox, index);
    if (outbox->dropped)
        return text_clean(((DroppedItem *)outbox->items->pdata[index])->reason, -1, TEXT_LINE);
    if (!client_owns(outbox->view.app->client, item))
        return g_strdup(_("of another account: log in as that one"));
    if (!item->problem || !*item->problem)
        return g_strdup("");
    Problem problem = problem_by_code(item->problem);
    const char *title = item->state == OUTBOX_CONFLICT ? _("Yours and another differ")
                        : problem < PROBLEM_COUNT      ? _(problem_row(problem)->title)
                                                       : item->problem;
    return text_clean(title, -1, TEXT_LINE);
}

/* First columns; those that have no room are as wide as nothing. */
typedef struct Columns {
    int age, kind, title, tries, next, why;
} Columns;
#define N_COLUMNS 7

static Columns columns_of(Rect r)
{
    if (r.w < 44)
        return (Columns){ 10, 10, 10, r.w, r.w, r.w };
    Columns columns = { 13, 18, 30, r.w, r.w, r.w };
    if (r.w >= 76) {
        int next = r.w >= 96 ? 7 : 0;
        columns.why = r.w - 30;
        columns.next = columns.why - next;
        columns.tries = columns.next - 7;
    }
    return columns;
}

/* A text in its column, and a blank after it. */
static void draw_column(Rect r, int row, int from, int to, Role role, const char *text)
{
    if (to > from) {
        int last = to < r.w;
        int col = draw_field(r, row, from, to - from - last, role, text);
        draw_field(r, row, col, last, role, "");
    }
}

static void draw_columns(Rect r, int row, Columns columns, Role state_role, Role role,
                         const char *const texts[N_COLUMNS])
{
    draw_column(r, row, 0, columns.age, state_role, texts[0]);
    draw_column(r, row, columns.age, columns.kind, role, texts[1]);
    draw_column(r, row, columns.kind, columns.title, role, texts[2]);
    draw_column(r, row, columns.title, columns.tries, role, texts[3]);
    draw_column(r, row, columns.tries, columns.next, role, texts[4]);
    draw_column(r, row, columns.next, columns.why, role, texts[5]);
    draw_column(r, row, columns.why, r.w, role, texts[6]);
}

static void draw_head(const OutboxView *outbox, Rect r)
{
    const char *const texts[N_COLUMNS] = {
        _(" State"),
        _("Age"),
        _("What"),
        _("Lead"),
        _("Tries"),
        _("Next"),
        outbox->dropped ? _("Reason") : _("Why"),
    };
    draw_columns(r, 0, columns_of(r), ROLE_HEADING, ROLE_HEADING, texts);
}

/* When it is tried again by itself: "4m"; "" when that depends on something else. */
static char *next_text(const OutboxItem *item, gint64 now)
{
    return item->state == OUTBOX_WAITING && item->next_at > now ? when_age(now, item->next_at)
                                                                : g_strdup("");
}

static void draw_item(OutboxView *outbox, Rect r, int row, guint index)
{
    const OutboxItem *item = item_at(outbox, index);
    bool on = index == outbox->cursor;
    gint64 now = clock_now();
    gint64 since = outbox->dropped ? ((DroppedItem *)outbox->items->pdata[index])->dropped_at
                                   : item->created_at;
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    Role state_role = on                               ? ROLE_CURSOR
                      : outbox->dropped                ? ROLE_NORMAL
                      : outbox_is_stopped(item->state) ? ROLE_ALERT
                                                       : ROLE_PENDING;
    g_autofree char *state = outbox->dropped ? g_strdup(_("dropped")) : state_text(item, now);
    g_autofree char *marked = g_strconcat(on ? ">" : " ", state, NULL);
    g_autofree char *age = when_age(since, now);
    g_autofree char *title = text_clean(item->title, -1, TEXT_LINE);
    g_autofree char *reason = why(outbox, index);
    g_autofree char *next = next_text(item, now);
    g_autofree char *tries = item->attempts ? g_strdup_printf("%" PRId64, item->attempts)
                                            : g_strdup("");
    const char *const texts[N_COLUMNS] = { marked, age,   overlay_word(item), title, tries,
                                           next,   reason };
    draw_columns(r, row, columns_of(r), state_role, role, texts);
}

static void put_quoted(Page *page, const char *text)
{
    if (text && *text) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", text);
        page_text(page, ROLE_NORMAL, quoted);
    }
}

/* The fields of a change or a new lead that say something. */
static void put_fields(Page *page, const OutboxItem *item)
{
    const ChangeKind *kind = change_kind(item->kind);
    g_autofree void *object = kind->input ? g_malloc0(kind->input->size) : NULL;
    if (object && change_read(item, object)) {
        for (const char *const *name = kind->names; *name; name++) {
            Field field;
            if (!change_field(item->kind, *name, &field) || !field_is_set(&field, object))
                continue;
            g_autofree char *text = field_to_text(&field, object);
            page_pair(page, LABEL_WIDTH, field.label ? _(field.label) : "", ROLE_NORMAL, text);
        }
    }
    if (object)
        fields_clear(kind->input, object);
}

/* What will be sent. */
static void put_content(Page *page, const OutboxItem *item, bool in_conflict)
{
    ConfirmInput confirm = { 0 };
    Note note = { 0 };
    page_format(page, ROLE_HEADING, "%s: %s", item->title ? item->title : "", overlay_word(item));
    if (in_conflict)
        return; /* both values come below */
    if (overlay_confirm_input(item, &confirm)) {
        if (confirm.reason_code) {
            page_format(page, ROLE_NORMAL, "%s.",
                        enum_label(&referral_reasons, confirm.reason_code));
        }
        if (money_is_set(&confirm.value)) {
            g_autofree char *value = money_format(&confirm.value);
            page_format(page, ROLE_NORMAL, _("Value %s."), value);
        }
        put_quoted(page, confirm.message);
    } else if (overlay_note(item, &note)) {
        put_quoted(page, note.text);
    } else {
        put_fields(page, item);
    }
    fields_clear(&confirm_fields, &confirm);
    fields_clear(&note_fields, &note);
}

static char *key_of(App *app, const char *command)
{
    return keymap_key_of(app->keymap, app_view_contexts(app), command, "");
}

/* A verdict that came too late: what became of the lead instead. False: it is something else. */
static bool put_verdict_elsewhere(App *app, Page *page, const OutboxItem *item)
{
    Problem problem = item->problem ? problem_by_code(item->problem) : PROBLEM_COUNT;
    bool act = item->kind == OUTBOX_CONFIRM || item->kind == OUTBOX_AMEND ||
               item->kind == OUTBOX_OUTCOME;
    if (!act || (problem != PROBLEM_REFERRAL_STATE && problem != PROBLEM_AMEND_CLOSED))
        return false;
    Referral referral = { 0 };
    bool known = cache_referral(client_cache(app->client), &item->object, &referral, NULL);
    g_autofree char *sender = text_clean(referral.from.name, -1, TEXT_LINE);
    bool told = true;
    if (known && referral.state == REFERRAL_WITHDRAWN) {
        page_format(
            page, ROLE_ALERT,
            _("%s has taken this lead back meanwhile: there is nothing to decide any more."),
            sender);
    } else if (known && referral.verdict) {
        g_autofree char *when = when_long(referral.confirmed_at, clock_now());
        page_format(page, ROLE_ALERT, _("It was decided elsewhere: %s, %s."),
                    enum_label(&referral_verdicts, referral.verdict), when);
    } else {
        told = false;
    }
    fields_clear(&referral_fields, &referral);
    return told;
}

/* What the last try met, and what to do about it. */
static void put_problem(Page *page, const OutboxItem *item)
{
    if (!item->problem || !*item->problem || item->state == OUTBOX_CONFLICT)
        return;
    Problem problem = problem_by_code(item->problem);
    g_autoptr(GError) error = NULL;
    problem_set(&error, problem < PROBLEM_COUNT ? problem : PROBLEM_FAILED, "%s",
                item->detail && *item->detail ? item->detail : item->problem);
    g_autofree char *words = problem_words(error);
    page_text(page, ROLE_NORMAL, words);
}

static void put_refused(App *app, Page *page, const OutboxItem *item)
{
    g_autofree char *retry = key_of(app, "retry"), *edit = key_of(app, "edit-item"),
                    *drop = key_of(app, "drop"), *note = key_of(app, "as-note"),
                    *words = outbox_words(item);
    if (!put_verdict_elsewhere(app, page, item)) {
        page_text(page, ROLE_ALERT, _("The server refused it. Nothing is lost."));
        put_problem(page, item);
    }
    page_format(page, ROLE_NORMAL, _("%s tries again, %s changes it, %s drops it."), retry, edit,
                drop);
    if (words && item->kind != OUTBOX_NOTE)
        page_format(page, ROLE_NORMAL, _("%s keeps what you wrote as a note of your own."), note);
}

static void put_conflict(App *app, Page *page, const OutboxItem *item)
{
    g_autofree char *mine = key_of(app, "keep-mine"), *theirs = key_of(app, "keep-theirs"),
                    *edit = key_of(app, "edit-item"), *open = key_of(app, "open");
    g_autoptr(GPtrArray) conflicts = change_conflicts(item);
    page_text(page, ROLE_ALERT,
              _("Changed by you, and elsewhere too. What is there stays so until "
                "you choose."));
    for (guint i = 0; i < conflicts->len; i++) {
        const ChangeConflict *one = conflicts->pdata[i];
        g_autofree char *yours = g_strdup_printf(_("yours: %s"), *one->mine ? one->mine : "-");
        g_autofree char *other = g_strdup_printf(_("there: %s"), *one->theirs ? one->theirs : "-");
        page_pair(page, LABEL_WIDTH, one->label, ROLE_NORMAL, yours);
        page_pair(page, LABEL_WIDTH, "", ROLE_NORMAL, other);
    }
    page_format(page, ROLE_NORMAL, _("%s keeps yours, %s keeps what is there, %s writes it anew."),
                mine, theirs, edit);
    if (conflicts->len > 1)
        page_format(page, ROLE_NORMAL, _("%s chooses field by field."), open);
}

static void put_state(OutboxView *outbox, Page *page, const OutboxItem *item)
{
    App *app = outbox->view.app;
    gint64 now = clock_now();
    g_autofree char *undo = key_of(app, "undo"), *retry = key_of(app, "retry"),
                    *drop = key_of(app, "drop");
    switch (item->state) {
    case OUTBOX_HELD:
        page_format(page, ROLE_NORMAL, _("Held so that %s can take it back; then it is sent."),
                    undo);
        return;
    case OUTBOX_SENDING:
        page_text(page, ROLE_NORMAL, _("On its way to the server."));
        return;
    case OUTBOX_FAILED:
        put_refused(app, page, item);
        return;
    case OUTBOX_CONFLICT:
        put_conflict(app, page, item);
        return;
    case OUTBOX_PARKED:
        page_format(page, ROLE_ALERT,
                    _("It waited for more than 30 days and is not sent unasked. %s sends it after "
                      "all, %s drops it."),
                    retry, drop);
        return;
    case OUTBOX_WAITING:
        page_text(page, ROLE_NORMAL, _("Waits for the network, and is sent by itself."));
        if (item->next_at > now) {
            g_autofree char *next = when_moment(item->next_at, now);
            page_format(page, ROLE_NORMAL, _("Next try at %s; %s tries now."), next, retry);
        }
        put_problem(page, item);
        return;
    }
}

static void put_dropped(OutboxView *outbox, Page *page)
{
    const DroppedItem *dropped = outbox->items->pdata[outbox->cursor];
    g_autofree char *retry = key_of(outbox->view.app, "retry");
    g_autofree char *when = when_long(dropped->dropped_at, clock_now());
    page_format(page, ROLE_NORMAL, _("Dropped %s: %s"), when,
                dropped->reason ? dropped->reason : "");
    page_format(page, ROLE_NORMAL, _("It was not sent. %s puts it back into the outbox."), retry);
}

/* The selected item in words. */
static Page *detail_page(OutboxView *outbox, int width)
{
    Page *page = page_new(width);
    const OutboxItem *item = current(outbox);
    page_rule(page);
    put_content(page, item, item->state == OUTBOX_CONFLICT && !outbox->dropped);
    if (outbox->dropped)
        put_dropped(outbox, page);
    else
        put_state(outbox, page, item);
    return page;
}

static void draw(View *view, bool all)
{
    OutboxView *outbox = (OutboxView *)view;
    Rect r = view->body;
    draw_fill(r, ROLE_NORMAL);
    if (outbox->items->len == 0) {
        g_autoptr(Page) page = page_new(r.w - 2);
        page_text(page, ROLE_NORMAL,
                  outbox->dropped
                      ? _("Nothing was dropped in the last 90 days.")
                      : _("The outbox is empty: everything you did has reached the server."));
        page_draw(page, rect_sub(r, 1, r.h > 4 ? 1 : 0, r.w - 2, page_lines(page)), 0);
        return;
    }
    g_autoptr(Page) detail = detail_page(outbox, r.w - 2);
    int detail_rows = r.h >= 12 ? page_lines(detail) : 0;
    int head = r.h > 3 ? 1 : 0;
    if (head)
        draw_head(outbox, rect_sub(r, 0, 0, r.w, 1));
    Rect rows = rect_sub(r, 0, head, r.w, r.h - head - detail_rows);
    guint h = (guint)MAX(1, rows.h);
    outbox->top = MIN(outbox->top, outbox->cursor);
    if (outbox->cursor >= outbox->top + h)
        outbox->top = outbox->cursor - h + 1;
    for (guint i = 0; i < h && outbox->top + i < outbox->items->len; i++)
        draw_item(outbox, rows, (int)i, outbox->top + i);
    page_draw(detail, rect_sub(r, 1, r.h - detail_rows, r.w - 2, detail_rows), 0);
}

static void moved(View *view, Move move)
{
    OutboxView *outbox = (OutboxView *)view;
    int last = MAX(0, (int)outbox->items->len - 1);
    outbox->cursor = (guint)CLAMP((int)outbox->cursor + move_lines(move, view->body.h - 1), 0,
                                  last);
    remember(outbox);
}

static void open_item(View *view)
{
    const OutboxItem *item = current((OutboxView *)view);
    if (!item)
        return;
    if (item->state == OUTBOX_CONFLICT && !((OutboxView *)view)->dropped) {
        outbox_decide(view->app, item);
    } else if (item->kind >= OUTBOX_INVITE && item->kind <= OUTBOX_UNINVITE) {
        Uuid id = item->object;
        invitations_show(view->app, &id);
    } else if (item->kind >= OUTBOX_JOIN && item->kind <= OUTBOX_GROUP_ACT) {
        Uuid id = item->object;
        groups_show(view->app, &id);
    } else if (item->kind == OUTBOX_ENCOURAGE || item->kind == OUTBOX_DROP_PARTNER) {
        Uuid id = item->object;
        partner_open(view->app, &id);
    } else if (item->kind == OUTBOX_MET) {
        run_one_to_ones(view->app, "");
    } else if (item->kind >= OUTBOX_RSVP) {
        Uuid id = item->object;
        meeting_show(view->app, &id);
    } else if (item->kind != OUTBOX_PROFILE) {
        Uuid id = item->object;
        lead_open(view->app, &id);
    }
}

static void target(View *view, Target *out)
{
    OutboxView *outbox = (OutboxView *)view;
    const OutboxItem *item = current(outbox);
    if (item) {
        out->has_item = true;
        out->item = item->op;
        out->conflict = item->state == OUTBOX_CONFLICT && !outbox->dropped;
        out->unsent = !outbox->dropped;
    }
}

/* q leaves the log first. */
static bool back(View *view)
{
    OutboxView *outbox = (OutboxView *)view;
    if (!outbox->dropped)
        return false;
    outbox_show_dropped(view->app, false);
    return true;
}

static void put_count(GString *out, gint64 n, const char *what)
{
    if (n > 0)
        g_string_append_printf(out, "%" PRId64 " %s   ", n, what);
}

static void status(View *view, GString *out)
{
    OutboxView *outbox = (OutboxView *)view;
    const OutboxCounts *counts = &client_status(view->app->client)->outbox;
    if (outbox->dropped) {
        g_string_append_printf(out, _("dropped in 90 days: %u"), outbox->items->len);
        return;
    }
    if (outbox_all(counts) == 0)
        g_string_append(out, _("nothing unsent"));
    put_count(out, counts->failed, _("failed"));
    put_count(out, counts->conflict, _("in conflict"));
    put_count(out, counts->parked, _("parked"));
    put_count(out, counts->held, _("held"));
    put_count(out, counts->waiting, _("waiting"));
}

static const char *const footer[] = { "keep-mine", "keep-theirs", "open", "retry",
                                      "edit-item", "drop",        "undo", "sync",
                                      "dropped",   "command",     "back", NULL };

const ViewOps outbox_view = {
    .title = N_("Outbox"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_OUTBOX),
    .create = create,
    .destroy = destroy,
    .show = show,
    .draw = draw,
    .changed = changed,
    .tick = tick,
    .moved = moved,
    .open = open_item,
    .back = back,
    .target = target,
    .status = status,
};

/* ---- for the commands */

static OutboxView *shown(App *app)
{
    View *view = app_view(app);
    return view->ops == &outbox_view ? (OutboxView *)view : NULL;
}

const OutboxItem *outbox_current(App *app)
{
    OutboxView *outbox = shown(app);
    return outbox ? current(outbox) : NULL;
}

bool outbox_shows_dropped(App *app)
{
    OutboxView *outbox = shown(app);
    return outbox && outbox->dropped;
}

void outbox_show_dropped(App *app, bool dropped)
{
    app_show(app, VIEW_OUTBOX);
    OutboxView *outbox = shown(app);
    if (!outbox || outbox->dropped == dropped)
        return;
    g_ptr_array_unref(outbox->items);
    outbox->items = g_ptr_array_new();
    outbox->dropped = dropped;
    outbox->cursor = outbox->top = 0;
    show(&outbox->view);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS | DIRTY_FOOTER);
}

char *outbox_words(const OutboxItem *item)
{
    ConfirmInput confirm = { 0 };
    Note note = { 0 };
    char *words = NULL;
    if (overlay_confirm_input(item, &confirm))
        words = g_steal_pointer(&confirm.message);
    else if (overlay_note(item, &note))
        words = g_steal_pointer(&note.text);
    fields_clear(&confirm_fields, &confirm);
    fields_clear(&note_fields, &note);
    return words;
}
