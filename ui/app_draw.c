/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame around the views: title, status, footer, last line, and what lies on top. */
#include "app.h"
#include "complete.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/groups.h"
#include "client/network.h"
#include "notify.h"
#include "page.h"
#include "when.h"
#include "screen.h"

#include <inttypes.h>
#include <string.h>

/* Which lines there are: a low screen gives up status, then footer. */
typedef struct Frame {
    Rect title, status, body, footer, message;
} Frame;

static Frame frame_of_screen(void)
{
    Rect screen = { 0, 0, screen_cols(), screen_rows() };
    bool has_status = screen.h >= 8;
    bool has_footer = screen.h >= 7;
    int top = 1 + has_status;
    int bottom = 1 + has_footer;
    return (Frame){
        .title = rect_sub(screen, 0, 0, screen.w, 1),
        .status = rect_sub(screen, 0, 1, screen.w, has_status),
        .body = rect_sub(screen, 0, top, screen.w, MAX(0, screen.h - top - bottom)),
        .footer = rect_sub(screen, 0, screen.h - 2, screen.w, has_footer),
        .message = rect_sub(screen, 0, screen.h - 1, screen.w, 1),
    };
}

/* ---- title */

static void count_of(App *app, ViewId id, char *out, size_t size)
{
    *out = '\0';
    if (!app->client)
        return;
    LeadCounts counts = { 0 };
    gint64 n = 0;
    if (id == VIEW_INBOX && cache_counts(client_cache(app->client), &counts, NULL)) {
        n = counts.inbox_waiting;
    } else if (id == VIEW_PARTNERS) {
        NetworkCounts network = { 0 };
        client_network_counts(app->client, &network, NULL);
        n = network.waiting;
    } else if (id == VIEW_GROUPS) {
        client_requests_waiting(app->client, &n, NULL);
    } else if (id == VIEW_OUTBOX) {
        const OutboxCounts *outbox = &client_status(app->client)->outbox;
        n = outbox_all(outbox);
    }
    if (n > 0)
        g_snprintf(out, size, "(%" PRId64 ")", n);
}

static char *tab_text(App *app, int i, ViewId shown, bool numbered)
{
    char count[24];
    count_of(app, (ViewId)i, count, sizeof count);
    g_autofree char *number = numbered ? g_strdup_printf("%d ", i + 1) : g_strdup("");
    bool on = i == (int)shown;
    return g_strdup_printf("%s%s%s%s%s", on ? "[" : " ", number, _(view_ops((ViewId)i)->title),
                           count, on ? "]" : " ");
}

/* Who and where: "demo/J. Patel", and the time. */
static char *title_right(App *app, int room)
{
    g_autofree char *clock = when_clock(clock_now());
    if (!app_has_tabs(app))
        return g_strdup_printf(" %s ", clock);
    const char *profile = client_profile(app->client)->name;
    g_autofree char *account = text_clean(client_status(app->client)->account_name, -1, TEXT_LINE);
    g_autofree char *who = *account ? g_strdup_printf("%s/%s", profile, account)
                                    : g_strdup(profile);
    int left = room - text_width(clock) - 4;
    if (left < 4)
        return room > text_width(clock) + 2 ? g_strdup_printf(" %s ", clock) : g_strdup("");
    g_autofree char *cut = text_cut(who, left);
    return g_strdup_printf("  %s  %s", cut, clock);
}

static GPtrArray *tab_texts(App *app, ViewId shown, bool numbered, int *total)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    *total = 0;
    for (int i = 0; i < TAB_COUNT; i++) {
        g_ptr_array_add(texts, tab_text(app, i, shown, numbered));
        *total += text_width(texts->pdata[i]);
    }
    return texts;
}

#define CLOCK_WIDTH 8 /* with the blanks around it */

static void draw_tabs(App *app, Rect line)
{
    ViewId shown = app->view < TAB_COUNT ? app->view : app->under;
    int total = 0;
    g_autoptr(GPtrArray) texts = tab_texts(app, shown, true, &total);
    if (total + CLOCK_WIDTH > line.w) {
        g_ptr_array_unref(texts);
        texts = tab_texts(app, shown, false, &total);
    }
    int col = 0;
    /* All tabs, or on a narrow screen the one that is shown. */
    for (int i = 0; i < TAB_COUNT; i++) {
        if (total + CLOCK_WIDTH > line.w && i != (int)shown)
            continue;
        col = draw_text(line, 0, col, i == (int)shown ? ROLE_TAB : ROLE_TITLE, texts->pdata[i]);
    }
    g_autofree char *right = title_right(app, line.w - col);
    draw_right(line, 0, col, line.w - col, ROLE_TITLE, right);
}

static void draw_title(App *app, Rect line)
{
    if (app_has_tabs(app)) {
        draw_tabs(app, line);
        return;
    }
    int col = draw_text(line, 0, 0, ROLE_TAB, _(" Leadline "));
    g_autofree char *right = title_right(app, line.w - col);
    draw_right(line, 0, col, line.w - col, ROLE_TITLE, right);
}

/* ---- status */

static char *progress_text(const ClientStatus *status)
{
    if (status->sync_total <= 0)
        return g_strdup_printf(_("syncing: %" PRId64), status->sync_done);
    gint64 done = CLAMP(status->sync_done, 0, status->sync_total);
    char bar[13] = "";
    int full = (int)(done * 12 / status->sync_total);
    memset(bar, '-', 12);
    memset(bar, '#', (size_t)full);
    return g_strdup_printf(_("syncing [%s] %" PRId64 " of %" PRId64), bar, done,
                           status->sync_total);
}

/* How old what is shown is. */
static char *age_text(const ClientStatus *status)
{
    gint64 now = clock_now();
    if (!status->last_sync)
        return g_strdup(_("no data yet"));
    if (now - status->last_sync < MS_PER_MINUTE)
        return g_strdup(_("data <1m old"));
    g_autofree char *age = when_age(status->last_sync, now);
    return g_strdup_printf(_("data %s old"), age);
}

/* The age is the second half of the bad news, where there is room. */
static char *offline_text(const ClientStatus *status, const char *what, bool roomy)
{
    g_autofree char *age = age_text(status);
    return roomy ? g_strdup_printf("%s  %s", what, age) : g_strdup(what);
}

static char *sync_text(const App *app, bool roomy, Role *role)
{
    const ClientStatus *status = client_status(app->client);
    *role = ROLE_STATUS;
    switch (status->phase) {
    case PHASE_STOPPED:
        if (app->read_only)
            return age_text(status); /* another leadline keeps the data */
        return g_strdup(_("connecting..."));
    case PHASE_CONNECTING:
        return g_strdup(_("connecting..."));
    case PHASE_LOGIN:
        *role = ROLE_ALERT;
        return offline_text(status, _("NOT SIGNED IN (:login)"), roomy);
    case PHASE_OFFLINE:
        *role = ROLE_ALERT;
        return offline_text(status, _("OFFLINE"), true);
    case PHASE_DISABLED:
        *role = ROLE_ALERT;
        return offline_text(status, _("OFFLINE by choice (:online)"), roomy);
    case PHASE_SYNCING:
        return progress_text(status);
    case PHASE_LIVE:
        return g_strdup(_("up to date"));
    }
    return g_strdup("");
}

static char *outbox_text(const OutboxCounts *counts, Role *role)
{
    *role = outbox_stopped(counts)           ? ROLE_ALERT
            : counts->held + counts->waiting ? ROLE_PENDING
                                             : ROLE_STATUS;
    g_autoptr(GString) out = g_string_new(_("outbox"));
    gint64 waiting = counts->held + counts->waiting;
    g_string_append_printf(out, " %" PRId64, waiting);
    if (counts->failed)
        g_string_append_printf(out, _(", %" PRId64 " failed"), counts->failed);
    if (counts->conflict)
        g_string_append_printf(out, _(", %" PRId64 " in conflict"), counts->conflict);
    if (counts->parked)
        g_string_append_printf(out, _(", %" PRId64 " parked"), counts->parked);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void draw_status(App *app, Rect line)
{
    if (line.h == 0)
        return;
    draw_rest(line, 0, 0, ROLE_STATUS);
    int room = line.w;
    if (app_has_tabs(app)) {
        const ClientStatus *status = client_status(app->client);
        Role sync_role, outbox_role;
        g_autofree char *sync = sync_text(app, line.w >= 80, &sync_role);
        g_autofree char *outbox = outbox_text(&status->outbox, &outbox_role);
        g_autofree char *dnd = notify_status(app);
        int dnd_width = dnd ? text_width(dnd) + 3 : 0;
        int width = text_width(sync) + 3 + text_width(outbox) + dnd_width + 1;
        int col = MAX(0, line.w - width);
        room = col;
        col = draw_text(line, 0, col, sync_role, sync);
        col = draw_text(line, 0, col + 3, outbox_role, outbox);
        if (dnd)
            draw_text(line, 0, col + 3, ROLE_STATUS, dnd);
    }
    g_autoptr(GString) left = g_string_new(" ");
    if (app->read_only)
        g_string_append(left, _("READ-ONLY  "));
    View *view = app_view(app);
    if (view->ops->status)
        view->ops->status(view, left);
    if (room > 8)
        draw_text(rect_sub(line, 0, 0, room - 1, 1), 0, 0, ROLE_STATUS, left->str);
}

/* ---- footer: the likely next keys, and always how to get help */

typedef struct Hints {
    Rect line;
    int col;
} Hints;

/* One that has no room is left out: those after it may have. */
static void put_hint(Hints *hints, const char *key, const char *word)
{
    int end = hints->col + text_width(key) + 1 + text_width(word);
    if (!*key || end > hints->line.w)
        return;
    int col = draw_text(hints->line, 0, hints->col, ROLE_KEY, key);
    hints->col = draw_format(hints->line, 0, col, ROLE_FOOTER, " %s", word) + 2;
}

static void hint_command(App *app, Hints *hints, const char *name, const char *word)
{
    g_autofree char *key = keymap_key_of(app->keymap, app_contexts(app), name, NULL);
    put_hint(hints, key, word ? word : _(command_find(name)->word));
}

/* A line of the view takes all keys, and is no form with keys of its own. */
static bool is_typing(App *app)
{
    return !app->dialog && app_in_text(app) && !(app_view_contexts(app) & CTX_BIT(CTX_FORM));
}

static void hint_view(App *app, Hints *hints)
{
    if (is_typing(app)) {
        put_hint(hints, "Tab", _("Next field"));
        put_hint(hints, "Enter", _("Note it"));
        put_hint(hints, "Esc", _("End"));
        return;
    }
    for (const char *const *name = app_view(app)->ops->footer; *name; name++)
        if (command_is_possible(app, command_find(*name)))
            hint_command(app, hints, *name, NULL);
}

static void hint_dialog(App *app, Hints *hints)
{
    Dialog *dialog = app->dialog;
    bool in_text = dialog_in_text(dialog);
    int digits = dialog_digits(dialog);
    if (!dialog_is_busy(dialog)) {
        g_autofree char *yes = keymap_key_of(app->keymap, app_contexts(app), "yes", NULL);
        g_autofree char *press = keymap_key_of(app->keymap, app_contexts(app), "press", NULL);
        g_autofree char *both = g_strdup_printf("%s/%s", yes, press);
        if (dialog_yes_word(dialog) && !in_text)
            put_hint(hints, dialog_on_yes(dialog) ? both : yes, dialog_yes_word(dialog));
        if (digits) {
            g_autofree char *keys = g_strdup_printf("1-%d", digits);
            g_autofree char *or_press = g_strdup_printf("%s/%s", keys, press);
            put_hint(hints, dialog_yes_word(dialog) ? keys : or_press, _("Choose"));
        }
        if (dialog_press_word(dialog) && !digits)
            put_hint(hints, press, dialog_press_word(dialog));
        if (dialog_has_more(dialog)) {
            bool up = in_text || dialog_on_yes(dialog);
            hint_command(app, hints, up ? "previous-field" : "next-field", NULL);
        }
    }
    hint_command(app, hints, "abort", dialog_no_word(dialog));
    int row = dialog_text_row(dialog);
    if (row >= 0 && form_is_long(dialog_form(dialog), row))
        hint_command(app, hints, "edit-text", NULL);
}

/* The line at the bottom has readline's own keys. */
static void hint_prompt(App *app, Hints *hints)
{
    const PromptSpec *spec = prompt_spec();
    put_hint(hints, "Enter", _(spec->enter));
    if (spec->candidates) {
        put_hint(hints, "Tab", _("Complete"));
        put_hint(hints, "Up", _("Earlier ones"));
    }
    hint_command(app, hints, "abort", _(spec->leave));
}

static void draw_footer(App *app, Rect line)
{
    if (line.h == 0)
        return;
    draw_rest(line, 0, 0, ROLE_FOOTER);
    Hints hints = { .line = rect_sub(line, 1, 0, line.w - 2, 1) };
    if (prompt_is_open()) {
        hint_prompt(app, &hints);
        return;
    }
    if (app->dialog) {
        hint_dialog(app, &hints);
        return;
    }
    g_autofree char *key = keymap_key_of(app->keymap, app_contexts(app), "help", "");
    int width = *key ? text_width(key) + 1 + text_width(_("Help")) + 1 : 0;
    if (width) {
        Hints help = { .line = rect_sub(line, line.w - width, 0, width, 1) };
        put_hint(&help, key, _("Help"));
    }
    hints.line = rect_sub(line, 1, 0, line.w - 2 - width, 1);
    hint_view(app, &hints);
}

/* ---- last line */

/* Nothing is sent, however long one waits. */
static bool is_off(App *app)
{
    ClientPhase phase = client_status(app->client)->phase;
    return phase == PHASE_DISABLED || phase == PHASE_OFFLINE || phase == PHASE_LOGIN;
}

static char *way_back(App *app, int seconds, bool brief)
{
    g_autofree char *undo = keymap_key_of(app->keymap, app_view_contexts(app), "undo", "");
    if (is_typing(app)) /* the key is a letter there */
        return is_off(app) ? g_strdup(brief ? "" : _(". It waits for the network"))
                           : g_strdup_printf(brief ? _(" %ds") : _(". Sending in %ds"), seconds);
    if (is_off(app))
        return g_strdup_printf(
            brief ? _(" - %s undoes") : _(". It waits for the network - press %s to undo"), undo);
    return g_strdup_printf(brief ? _(" %ds - %s undoes") : _(". Sending in %ds - press %s to undo"),
                           seconds, undo);
}

static void draw_countdown(App *app, Rect line)
{
    gint64 left = client_status(app->client)->hold_until - clock_now();
    if (left <= 0) {
        g_clear_pointer(&app->held, g_free);
        return;
    }
    int seconds = (int)((left + MS_PER_SECOND - 1) / MS_PER_SECOND);
    gint64 n = client_status(app->client)->outbox.held;
    g_autofree char *some = g_strdup_printf(
        ngettext("%" PRId64 " action held", "%" PRId64 " actions held", (gulong)n), n);
    const char *whole = app->held ? app->held : some;
    /* The words around it give way first, then the name, never the way back. */
    g_autofree char *rest = way_back(app, seconds, line.w < 50);
    if (line.w < 1 + text_width(whole) + text_width(rest)) {
        g_free(rest);
        rest = way_back(app, seconds, true);
    }
    g_autofree char *what = text_cut(whole, MAX(1, line.w - 1 - text_width(rest)));
    int col = draw_text(line, 0, line.w < 50 ? 0 : 1, ROLE_MESSAGE, what);
    draw_text(line, 0, col, ROLE_MESSAGE, rest);
}

static void draw_message(App *app, Rect line)
{
    if (prompt_is_open()) {
        prompt_draw(line);
        return;
    }
    if (!app->dialog && !app_in_text(app))
        screen_cursor(-1, 0);
    draw_rest(line, 0, 0, ROLE_NORMAL);
    if (app->message)
        draw_text(line, 0, 1, app->message->error ? ROLE_ERROR : ROLE_MESSAGE, app->message->text);
    else if (app->client && client_status(app->client)->hold_until > 0)
        draw_countdown(app, line);
}

/* ---- overlays */

/* at: the one that is marked, which must show; -1 none. */
static void draw_choices(App *app, Rect body, GPtrArray *keys, GPtrArray *effects, int most, int at)
{
    bool bare = body.h < 8; /* no room for a frame */
    int n = MIN(MIN((int)keys->len, most), body.h - (bare ? 0 : 2));
    int top = CLAMP(at - n + 1, 0, (int)keys->len);
    if (n < 1)
        return;
    int w = 0;
    int key_width = 0;
    for (guint i = 0; i < keys->len; i++) {
        key_width = MAX(key_width, text_width(keys->pdata[i]));
        w = MAX(w, text_width(effects->pdata[i]));
    }
    w = MIN(body.w, key_width + w + 6);
    int h = bare ? n : n + 2;
    Rect box = rect_sub(body, 0, body.h - h, bare ? body.w : w, h);
    draw_fill(box, ROLE_NORMAL);
    Rect inside = bare ? box : draw_frame(box, ROLE_BORDER, NULL);
    for (int i = 0; i < n; i++) {
        bool on = top + i == at;
        int col = draw_field(inside, i, 1, key_width, on ? ROLE_CURSOR : ROLE_KEY,
                             keys->pdata[top + i]);
        draw_text(inside, i, col + 2, ROLE_NORMAL, effects->pdata[top + i]);
    }
}

static void draw_legend(App *app, Rect body)
{
    g_autoptr(GPtrArray)
        rows = keymap_list(app->keymap, app_contexts(app), app->pending, app->n_pending);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) effects = g_ptr_array_new();
    for (guint i = 0; i < rows->len; i++) {
        const Binding *row = rows->pdata[i];
        const Command *command = command_find(row->command);
        if (command->needs & NEED_ADMIN && !command_is_possible(app, command))
            continue; /* few ever are */
        g_ptr_array_add(keys, binding_keys(row));
        g_ptr_array_add(effects, (gpointer)_(command->effect));
    }
    draw_choices(app, body, keys, effects, G_MAXINT, -1);
}

#define CANDIDATES_SHOWN 8
#define TERMS_SHOWN 18

/* What is wrong with the line so far, wrapped above it. */
static void draw_complaint(Rect body)
{
    const PromptSpec *spec = prompt_spec();
    gboolean unfinished;
    g_autofree char *complaint = spec->complain ? spec->complain(prompt_text(), &unfinished) : NULL;
    if (!complaint || prompt_is_busy())
        return;
    g_autoptr(Page) page = page_new(MAX(1, body.w - 2));
    page_text(page, ROLE_ERROR, complaint);
    int n = MIN(page_lines(page), body.h);
    Rect box = rect_sub(body, 0, body.h - n, body.w, n);
    draw_fill(box, ROLE_NORMAL);
    page_draw(page, rect_sub(box, 1, 0, body.w - 2, n), 0);
}

static void draw_candidates(App *app, Rect body)
{
    const PromptSpec *spec = prompt_spec();
    if (!spec->candidates || prompt_is_busy() || body.h < 5) {
        draw_complaint(body);
        return;
    }
    int at;
    g_autoptr(GPtrArray) rows = prompt_candidates(&at);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_autoptr(GPtrArray) effects = g_ptr_array_new();
    for (guint i = 0; i < rows->len; i++) {
        const Candidate *candidate = rows->pdata[i];
        g_ptr_array_add(words, candidate->word);
        g_ptr_array_add(effects, (gpointer)candidate->effect);
    }
    int shown = spec->kind == PROMPT_LIMIT ? TERMS_SHOWN : CANDIDATES_SHOWN;
    draw_choices(app, body, words, effects, MIN(shown, body.h - 2), at);
    if (rows->len == 0)
        draw_complaint(body);
}

static void draw_dialog(App *app, Rect body)
{
    unsigned context = CTX_BIT(CTX_DIALOG);
    g_autofree char *yes = keymap_key_of(app->keymap, context, "yes", NULL);
    g_autofree char *leave = keymap_key_of(app->keymap, context, "abort", NULL);
    g_autofree char *no = keymap_key_of(app->keymap, context, "no", NULL);
    DialogKeys keys = { yes, *leave ? leave : no };
    dialog_draw(app->dialog, body, &keys);
}

static void draw_overlays(App *app, Rect body)
{
    if (app->dialog)
        draw_dialog(app, body);
    if (app->legend)
        draw_legend(app, body);
    if (prompt_is_open())
        draw_candidates(app, body);
}

/* ---- all */

void app_draw(App *app)
{
    Frame frame = frame_of_screen();
    View *view = app_view(app);
    unsigned dirty = app->dirty;
    app->dirty = 0;
    if (dirty & DIRTY_OVERLAY)
        dirty |= DIRTY_BODY; /* what it covered before must come back */
    if (dirty & (DIRTY_BODY | DIRTY_MOVED)) {
        if (memcmp(&view->body, &frame.body, sizeof frame.body) != 0 || dirty == DIRTY_ALL) {
            view->body = frame.body;
            if (view->ops->place)
                view->ops->place(view, frame.body);
        }
        view->ops->draw(view, dirty & DIRTY_BODY);
        draw_overlays(app, frame.body);
    }
    if (dirty & DIRTY_TITLE) {
        g_autofree char *name = app->settings.title ? notify_title(app) : NULL;
        draw_title(app, frame.title);
        screen_title(name);
    }
    if (dirty & DIRTY_STATUS)
        draw_status(app, frame.status);
    if (dirty & (DIRTY_FOOTER | DIRTY_BODY)) /* what is possible follows what is there */
        draw_footer(app, frame.footer);
    if (dirty & (DIRTY_MESSAGE | DIRTY_FOOTER)) /* the way back has no key while words are typed */
        draw_message(app, frame.message);
    screen_flush();
}
