/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not sent yet: what it is, since when, how often it was tried, and what is in its way. */
#include "handlers.h"
#include "leads.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/overlay.h"
#include "page.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

typedef struct OutboxView {
    View view;
    GPtrArray *items; /* OutboxItem *, oldest first */
    guint cursor, top;
    Uuid at; /* the item under the cursor */
} OutboxView;

/* Keeps the cursor on its item; when that is gone, on the one that took its place. */
static void read_items(OutboxView *outbox)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *items = store_items(client_store(outbox->view.app->client), 0, &error);
    if (!items) {
        app_complain_error(outbox->view.app, error);
        return;
    }
    g_ptr_array_unref(outbox->items);
    outbox->items = items;
    for (guint i = 0; i < items->len; i++)
        if (uuid_equal(&((OutboxItem *)items->pdata[i])->op, &outbox->at))
            outbox->cursor = i;
    outbox->cursor = MIN(outbox->cursor, items->len ? items->len - 1 : 0);
}

static const OutboxItem *current(const OutboxView *outbox)
{
    return outbox->cursor < outbox->items->len ? outbox->items->pdata[outbox->cursor] : NULL;
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
    }
    return g_strdup("");
}

static char *why(const OutboxView *outbox, const OutboxItem *item)
{
    if (!client_owns(outbox->view.app->client, item))
        return g_strdup(_("of another account: log in as that one"));
    if (!item->problem || !*item->problem)
        return g_strdup("");
    Problem problem = problem_by_code(item->problem);
    const char *title = problem < PROBLEM_COUNT ? _(problem_row(problem)->title) : item->problem;
    return text_clean(title, -1, TEXT_LINE);
}

/* First columns; those that have no room are as wide as nothing. */
typedef struct Columns {
    int age, kind, title, tries, why;
} Columns;

static Columns columns_of(Rect r)
{
    if (r.w < 44)
        return (Columns){ .age = 10, .kind = 10, .title = 10, .tries = r.w, .why = r.w };
    bool wide = r.w >= 76;
    Columns columns = { .age = 13, .kind = 18, .title = 30 };
    columns.why = wide ? r.w - 30 : r.w;
    columns.tries = wide ? columns.why - 7 : r.w;
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
                         const char *const texts[6])
{
    draw_column(r, row, 0, columns.age, state_role, texts[0]);
    draw_column(r, row, columns.age, columns.kind, role, texts[1]);
    draw_column(r, row, columns.kind, columns.title, role, texts[2]);
    draw_column(r, row, columns.title, columns.tries, role, texts[3]);
    draw_column(r, row, columns.tries, columns.why, role, texts[4]);
    draw_column(r, row, columns.why, r.w, role, texts[5]);
}

static void draw_head(Rect r, Columns columns)
{
    const char *const texts[6] = {
        _(" State"), _("Age"), _("What"), _("Lead"), _("Tries"), _("Why")
    };
    draw_columns(r, 0, columns, ROLE_HEADING, ROLE_HEADING, texts);
}

static void draw_item(OutboxView *outbox, Rect r, int row, guint index)
{
    const OutboxItem *item = outbox->items->pdata[index];
    bool on = index == outbox->cursor;
    gint64 now = clock_now();
    Role role = on ? ROLE_CURSOR : ROLE_NORMAL;
    Role state_role = on ? ROLE_CURSOR : item->state == OUTBOX_FAILED ? ROLE_ALERT : ROLE_PENDING;
    g_autofree char *state = state_text(item, now);
    g_autofree char *marked = g_strconcat(on ? ">" : " ", state, NULL);
    g_autofree char *age = when_age(item->created_at, now);
    g_autofree char *title = text_clean(item->title, -1, TEXT_LINE);
    g_autofree char *reason = why(outbox, item);
    g_autofree char *tries = item->attempts ? g_strdup_printf("%" PRId64, item->attempts)
                                            : g_strdup("");
    const char *const texts[6] = { marked, age, overlay_word(item), title, tries, reason };
    draw_columns(r, row, columns_of(r), state_role, role, texts);
}

static void put_quoted(Page *page, const char *text)
{
    if (text && *text) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", text);
        page_text(page, ROLE_NORMAL, quoted);
    }
}

/* What will be sent. */
static void put_content(Page *page, const OutboxItem *item)
{
    ConfirmInput confirm = { 0 };
    Note note = { 0 };
    page_format(page, ROLE_HEADING, "%s: %s", item->title ? item->title : "", overlay_word(item));
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
    }
    fields_clear(&confirm_fields, &confirm);
    fields_clear(&note_fields, &note);
}

/* What the last try met, and what to do about it. */
static void put_problem(Page *page, const OutboxItem *item)
{
    if (!item->problem || !*item->problem)
        return;
    Problem problem = problem_by_code(item->problem);
    g_autoptr(GError) error = NULL;
    problem_set(&error, problem < PROBLEM_COUNT ? problem : PROBLEM_FAILED, "%s",
                item->detail && *item->detail ? item->detail : item->problem);
    g_autofree char *words = problem_words(error);
    page_text(page, ROLE_NORMAL, words);
}

static void put_state(OutboxView *outbox, Page *page, const OutboxItem *item)
{
    App *app = outbox->view.app;
    gint64 now = clock_now();
    g_autofree char *undo = keymap_key_of(app->keymap, app_view_contexts(app), "undo", "");
    g_autofree char *retry = keymap_key_of(app->keymap, app_view_contexts(app), "retry", "");
    g_autofree char *drop = keymap_key_of(app->keymap, app_view_contexts(app), "drop", "");
    switch (item->state) {
    case OUTBOX_HELD:
        page_format(page, ROLE_NORMAL, _("Held so that %s can take it back; then it is sent."),
                    undo);
        return;
    case OUTBOX_SENDING:
        page_text(page, ROLE_NORMAL, _("On its way to the server."));
        return;
    case OUTBOX_FAILED:
        page_format(page, ROLE_ALERT,
                    _("The server refused it. Nothing is lost: %s tries again, %s drops it."),
                    retry, drop);
        return;
    case OUTBOX_WAITING:
        page_text(page, ROLE_NORMAL, _("Waits for the network, and is sent by itself."));
        if (item->next_at > now) {
            g_autofree char *next = when_moment(item->next_at, now);
            page_format(page, ROLE_NORMAL, _("Next try at %s; %s tries now."), next, retry);
        }
        return;
    }
}

/* The selected item in words. */
static Page *detail_page(OutboxView *outbox, int width)
{
    Page *page = page_new(width);
    const OutboxItem *item = current(outbox);
    page_rule(page);
    put_content(page, item);
    put_state(outbox, page, item);
    put_problem(page, item);
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
                  _("The outbox is empty: everything you did has reached the server."));
        page_draw(page, rect_sub(r, 1, r.h > 4 ? 1 : 0, r.w - 2, page_lines(page)), 0);
        return;
    }
    g_autoptr(Page) detail = detail_page(outbox, r.w - 2);
    int detail_rows = r.h >= 12 ? page_lines(detail) : 0;
    int head = r.h > 3 ? 1 : 0;
    if (head)
        draw_head(rect_sub(r, 0, 0, r.w, 1), columns_of(r));
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
    if (item) {
        Uuid id = item->object;
        lead_open(view->app, &id);
    }
}

static void target(View *view, Target *out)
{
    const OutboxItem *item = current((OutboxView *)view);
    if (item) {
        out->has_item = true;
        out->item = item->op;
    }
}

static void put_count(GString *out, gint64 n, const char *what)
{
    if (n > 0)
        g_string_append_printf(out, "%" PRId64 " %s   ", n, what);
}

static void status(View *view, GString *out)
{
    const OutboxCounts *counts = &client_status(view->app->client)->outbox;
    if (counts->held + counts->waiting + counts->failed == 0)
        g_string_append(out, _("nothing unsent"));
    put_count(out, counts->failed, _("failed"));
    put_count(out, counts->held, _("held"));
    put_count(out, counts->waiting, _("waiting"));
}

static const char *const footer[] = { "open", "retry",   "drop", "undo",
                                      "sync", "command", "back", NULL };

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
    .target = target,
    .status = status,
};

/* ---- commands */

void run_retry(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    if (client_retry(app->client, &target.item, &error)) {
        ClientPhase phase = client_status(app->client)->phase;
        app_say(app, "%s",
                phase == PHASE_LIVE || phase == PHASE_SYNCING ? _("Sending it now.")
                : phase == PHASE_DISABLED ? _("It is sent when you are online again: type :online")
                                          : _("It is sent as soon as the server answers."));
    } else {
        app_complain_error(app, error);
    }
}

/* What must be typed to lose something for good. */
typedef struct Drop {
    char *word;
    Uuid op;
} Drop;

static const Field drop_rows[] = {
    { "word", FIELD_TEXT, offsetof(Drop, word), .max = 20, .label = N_("Type \"drop\"") },
};
static const FieldTable drop_fields = FIELD_TABLE("drop", Drop, drop_rows);

static void drop_free(gpointer data)
{
    g_free(((Drop *)data)->word);
    g_free(data);
}

static void drop_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL,
              _("It will never be sent, and the lead here is as if you had not done it. This "
                "cannot be undone."));
}

static DialogAnswer drop_done(App *app, Dialog *dialog)
{
    Drop *drop = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    if (!form_store(dialog_form(dialog), drop, &row, &complaint) ||
        g_strcmp0(drop->word, "drop") != 0) {
        dialog_complain(dialog, 0,
                        _("Type the word drop to throw it away, or press Esc to keep it."));
        return DIALOG_KEEP;
    }
    g_autoptr(GError) error = NULL;
    if (client_drop(app->client, &drop->op, &error))
        app_say(app, "%s", _("Dropped. It is not sent."));
    else
        app_complain_error(app, error);
    return DIALOG_CLOSE;
}

void run_drop(App *app, const char *args)
{
    static const char *const names[] = { "word", NULL };
    Target target = app_target(app);
    Drop *drop = g_new0(Drop, 1);
    drop->op = target.item;
    DialogSpec spec = {
        .title = _("Drop this unsent?"),
        .text = drop_text,
        .form = form_new(&drop_fields, drop, names),
        .yes = _("Drop"),
        .no = _("Keep"),
        .start_at_form = true,
        .done = drop_done,
        .data = drop,
        .free_data = drop_free,
    };
    app_ask(app, dialog_new(&spec));
}
