/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From keys to commands: sequences and their legend, dialogs, the command line, pasted text. */
#include "app.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "notify.h"
#include "screen.h"

#include <signal.h>
#include <string.h>

#define LEGEND_MS 400

/* The text of the line at the bottom is another one. */
static void prompt_changed(App *app)
{
    app_dirty(app, DIRTY_MESSAGE | DIRTY_OVERLAY | DIRTY_BODY);
    if (prompt_is_open() && prompt_spec()->typed)
        prompt_spec()->typed(app, prompt_text());
}

static void complain_of_paste(App *app)
{
    app_complain(
        app, "%s",
        _("Pasted text was dropped: here every letter is a command. Paste it into a field."));
}

/* ---- pasted text: one piece, and never keys */

#define PASTE_MAX (64 * 1024) /* more fits into no field */
#define PASTE_END_MS 2000     /* without another byte: the closing bracket was lost */

static void paste_end(App *app)
{
    g_autofree char *text = g_string_free(g_steal_pointer(&app->paste), FALSE);
    if (prompt_is_open()) {
        prompt_paste(text);
        prompt_changed(app);
    } else if (app->dialog && dialog_in_text(app->dialog)) {
        dialog_paste(app->dialog, text);
        app_dirty(app, DIRTY_OVERLAY);
    } else if (!app->dialog && app_view(app)->ops->paste) {
        app_view(app)->ops->paste(app_view(app), text);
    } else {
        complain_of_paste(app);
    }
}

static void paste_key(App *app, Key key)
{
    if (key == K_PASTE_END)
        paste_end(app);
    else if (app->paste->len > PASTE_MAX)
        return;
    else if (key == K_ENTER)
        g_string_append_c(app->paste, '\n');
    else if (key == K_TAB)
        g_string_append_c(app->paste, ' ');
    else if (key_is_text(key))
        g_string_append_unichar(app->paste, key);
}

/* ---- sequences */

void app_end_sequence(App *app)
{
    if (app->legend_timer) {
        g_source_remove(app->legend_timer);
        app->legend_timer = 0;
    }
    if (app->legend)
        app_dirty(app, DIRTY_BODY | DIRTY_OVERLAY);
    app->legend = false;
    app->n_pending = 0;
}

static gboolean show_legend(gpointer data)
{
    App *app = data;
    app->legend_timer = 0;
    app->legend = true;
    app_dirty(app, DIRTY_OVERLAY);
    return G_SOURCE_REMOVE;
}

static void say_unbound(App *app)
{
    g_autoptr(GString) keys = g_string_new(NULL);
    char name[KEY_NAME_SIZE];
    for (size_t i = 0; i < app->n_pending; i++)
        g_string_append(keys, key_text(app->pending[i], name));
    g_autofree char *clean = text_clean(keys->str, -1, TEXT_LINE);
    g_autofree char *help = keymap_key_of(app->keymap, app_contexts(app), "help", "");
    app_say(app, _("%s does nothing here. %s lists the keys."), clean, help);
}

static void run_binding(App *app, const Binding *binding)
{
    const Command *command = command_find(binding->command);
    /* The key map may change under a running command (:bind): keep what it needs. */
    g_autofree char *args = g_strdup(binding->args);
    command_run(app, command, args);
}

static bool cancels(App *app, Key key)
{
    const Binding *binding;
    return keymap_find(app->keymap, app_contexts(app), &key, 1, &binding) == KEY_BOUND &&
           strcmp(binding->command, "abort") == 0;
}

/* A key in the middle or at the beginning of a sequence. False: nothing is bound to that, and it is still pending. */
static bool sequence_key(App *app, Key key)
{
    const Binding *binding;
    app->pending[app->n_pending++] = key;
    switch (keymap_find(app->keymap, app_contexts(app), app->pending, app->n_pending, &binding)) {
    case KEY_BOUND:
        app_end_sequence(app);
        run_binding(app, binding);
        return true;
    case KEY_PREFIX:
        if (app->n_pending < KEY_SEQUENCE_MAX) {
            if (!app->legend && !app->legend_timer)
                app->legend_timer = g_timeout_add(LEGEND_MS, show_legend, app);
            app_dirty(app, app->legend ? DIRTY_BODY | DIRTY_OVERLAY : 0);
            return true;
        }
        break;
    case KEY_UNBOUND:
        break;
    }
    return false;
}

static void view_key(App *app, Key key)
{
    View *view = app_view(app);
    if (app->n_pending == 0 && view->ops->key && view->ops->key(view, key))
        return;
    if (sequence_key(app, key))
        return;
    /* What cancels elsewhere only ends the sequence in the middle of one. */
    if (app->n_pending == 1 || !cancels(app, key))
        say_unbound(app);
    app_end_sequence(app);
}

/* ---- dialogs and the command line */

static void dialog_gets(App *app, Key key)
{
    app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
    if (app->n_pending == 0 && dialog_key(app, app->dialog, key)) {
        if (dialog_take_decision(app->dialog))
            command_run(app, command_find("press"), "");
    } else if (!sequence_key(app, key)) {
        app_end_sequence(app);
    }
}

static void prompt_gets(App *app, Key key)
{
    const Binding *binding;
    KeyMatch match = keymap_find(app->keymap, CTX_BIT(CTX_TEXT), &key, 1, &binding);
    bool ours = match == KEY_BOUND && (strcmp(binding->command, "abort") == 0 ||
                                       strcmp(binding->command, "suspend") == 0);
    app_dirty(app, DIRTY_MESSAGE | DIRTY_OVERLAY | DIRTY_BODY);
    if (ours && prompt_is_busy()) {
        prompt_key(KEY_CTRL('G'));
        return;
    }
    if (ours) {
        run_binding(app, binding);
        return;
    }
    bool was_empty = *prompt_text() == '\0' && !prompt_is_busy();
    if (was_empty && key == K_BACKSPACE) {
        command_run(app, command_find("abort"), "");
        return;
    }
    if (key == K_ENTER && prompt_spec()->complain && !prompt_is_busy()) {
        gboolean unfinished;
        g_autofree char *complaint = prompt_spec()->complain(prompt_text(), &unfinished);
        if (complaint)
            return; /* it stands above the line */
    }
    prompt_key(key);
    prompt_changed(app);
    if (prompt_take_edit_wish())
        command_run(app, command_find("edit-text"), "");
}

/* ---- all keys */

void app_key(App *app, Key key)
{
    if (app->paste) {
        paste_key(app, key);
        return;
    }
    if (app->bare && key != K_REPLY) {
        app->bare = false;
        screen_repaint();
        app_dirty(app, DIRTY_ALL);
        return;
    }
    if (key == K_PASTE_BEGIN) {
        app->paste = g_string_new(NULL);
        return;
    }
    if (key == K_PASTE_END)
        return;
    if (key == K_REPLY) {
        screen_apply_theme();
        app_dirty(app, DIRTY_ALL);
        return;
    }
    notify_key(app);
    if (app->message) {
        app->message = NULL;
        app_dirty(app, DIRTY_MESSAGE);
    }
    if (prompt_is_open())
        prompt_gets(app, key);
    else if (app->dialog)
        dialog_gets(app, key);
    else
        view_key(app, key);
}

/* ---- a paste of a terminal that has no brackets for it */

/*
 * Such text comes as a burst of keys, many different ones at once: a held key repeats itself, and what is typed ahead of a
 * slow line seldom gets this far, but it can: so this guesses only where the terminal is not known to put brackets around
 * pastes. Where letters are commands it is dropped. It may come in pieces: so two different letters
 * at once are held back for a moment that nobody feels, to see what follows; a single key never is.
 */
#define BURST_KEYS 8
#define BURST_DIFFERENT 5
#define HOLD_MS 10 /* and as long as more comes, but not longer than this: */
#define HOLD_MAX_MS 100
#define DROP_GAP_MS 50 /* what follows a burst so fast is the rest of it */

static bool guesses(void)
{
    return !screen_brackets_pastes();
}

static bool takes_text(App *app)
{
    return app->paste || app_in_text(app);
}

/* What pasted text can consist of. */
static bool can_be_pasted(Key key)
{
    return key_is_text(key) || key == K_ENTER || key == K_TAB;
}

/* After this key letters are text. */
static bool opens_text(App *app, Key key)
{
    const Binding *binding;
    return keymap_find(app->keymap, app_contexts(app), &key, 1, &binding) == KEY_BOUND &&
           command_find(binding->command)->flags & COMMAND_OPENS_TEXT;
}

static bool follows_fast(const App *app, unsigned ms)
{
    return clock_monotonic() - app->letter_at < ms * 1000;
}

static void remember_letter(App *app, Key key)
{
    app->letter = key;
    app->letter_at = clock_monotonic();
}

static guint n_different(const Key *keys, guint n)
{
    guint different = 0;
    for (guint i = 0; i < n; i++) {
        guint j = 0;
        while (j < i && keys[j] != keys[i])
            j++;
        different += j == i;
    }
    return different;
}

static bool is_burst(App *app, const Key *keys, guint n)
{
    guint letters = 0;
    while (guesses() && letters < n && letters < BURST_KEYS && key_is_text(keys[letters]) &&
           !opens_text(app, keys[letters]))
        letters++;
    return letters == BURST_KEYS && n_different(keys, letters) >= BURST_DIFFERENT;
}

static void drop_letter(App *app, Key key)
{
    if (!app->dropping) {
        app->dropping = true;
        app_end_sequence(app);
        complain_of_paste(app);
    }
    remember_letter(app, key);
}

/*
 * ---- the same into a field of a dialog: the ends of its lines must not press a button. In the command line an Enter is one:
 * who types ahead there is more likely.
 */

#define LINE_BEFORE 8 /* so many letters before an Enter, */
#define LINE_AFTER 4  /* and so many after it, all at once: nobody types so */
#define LETTER_GAP_MS 20

static bool text_goes_on(const App *app)
{
    return clock_monotonic() - app->text_at < LETTER_GAP_MS * 1000;
}

static guint text_after(const Key *keys, guint at, guint n)
{
    guint end = at + 1;
    while (end < n && key_is_text(keys[end]))
        end++;
    return end - at - 1;
}

/* What follows decides, and is not here yet. */
static bool may_be_lines(const App *app, const Key *keys, guint n)
{
    guint at = n;
    while (at > 0 && key_is_text(keys[at - 1]))
        at--;
    if (at == 0 || n - at >= LINE_AFTER || keys[at - 1] != K_ENTER)
        return false;
    guint end = --at;
    while (at > 0 && key_is_text(keys[at - 1]))
        at--;
    return end - at + (at == 0 && text_goes_on(app) ? app->text_run : 0) >= LINE_BEFORE;
}

static bool in_field(const App *app)
{
    return app->dialog && !app->paste && !prompt_is_open();
}

static void take_text(App *app, const Key *keys, guint at, guint n)
{
    if (!in_field(app)) {
        app_key(app, keys[at]);
        return;
    }
    bool starts = guesses() && keys[at] == K_ENTER && app->text_run >= LINE_BEFORE &&
                  text_after(keys, at, n) >= LINE_AFTER;
    app->pasting = starts || (app->pasting && can_be_pasted(keys[at]));
    app->text_run = key_is_text(keys[at]) ? app->text_run + 1 : 0;
    app->text_at = clock_monotonic();
    app_key(app, app->pasting && !key_is_text(keys[at]) ? K_SPACE : keys[at]);
}

static void take_keys(App *app, const Key *keys, guint n)
{
    if (!text_goes_on(app)) {
        app->text_run = 0;
        app->pasting = false;
    }
    for (guint i = 0; i < n && !app->quit && app->input; i++) {
        if (takes_text(app) || !can_be_pasted(keys[i])) {
            app->letter_at = 0;
            app->dropping = false;
            take_text(app, keys, i, n);
            continue;
        }
        app->dropping = app->dropping && follows_fast(app, DROP_GAP_MS);
        if (app->dropping || is_burst(app, keys + i, n - i)) {
            drop_letter(app, keys[i]);
        } else {
            remember_letter(app, keys[i]);
            app_key(app, keys[i]);
        }
    }
}

/* Two different letters at once. */
static bool may_be_a_burst(App *app, const Key *keys, guint n)
{
    if (!guesses())
        return false;
    if (takes_text(app))
        return in_field(app) && may_be_lines(app, keys, n);
    Key before = follows_fast(app, HOLD_MS) ? app->letter : 0;
    for (guint i = 0; i < n && key_is_text(keys[i]); i++) {
        if (before && keys[i] != before)
            return true;
        before = keys[i];
    }
    return false;
}

/* ---- reading */

static void take_what_was_read(App *app);

static gboolean on_patience(gpointer data)
{
    App *app = data;
    app->patience = 0;
    if (app->paste && !screen_patience()) {
        paste_end(app);
        return G_SOURCE_REMOVE;
    }
    screen_give_up();
    take_what_was_read(app);
    return G_SOURCE_REMOVE;
}

static void forget_patience(App *app)
{
    if (app->patience) {
        g_source_remove(app->patience);
        app->patience = 0;
    }
}

static void take_waiting(App *app)
{
    if (app->hold) {
        g_source_remove(app->hold);
        app->hold = 0;
    }
    g_autoptr(GArray) keys = app->waiting;
    app->waiting = g_array_new(FALSE, FALSE, sizeof(Key));
    take_keys(app, (const Key *)(void *)keys->data, keys->len);
}

static gboolean on_hold(gpointer data)
{
    App *app = data;
    gint64 now = clock_monotonic();
    if (now - app->read_at < HOLD_MS / 2 * 1000 && now - app->hold_since < HOLD_MAX_MS * 1000)
        return G_SOURCE_CONTINUE;
    app->hold = 0;
    take_waiting(app);
    return G_SOURCE_REMOVE;
}

static void take_what_was_read(App *app)
{
    Key key;
    app->read_at = clock_monotonic();
    while (screen_read(&key)) {
        if (key == K_FOCUS_IN || key == K_FOCUS_OUT)
            notify_focus(app, key == K_FOCUS_IN); /* no key, whatever they are in the middle of */
        else
            g_array_append_val(app->waiting, key);
    }
    if (!may_be_a_burst(app, (const Key *)(void *)app->waiting->data, app->waiting->len)) {
        take_waiting(app);
    } else if (!app->hold) {
        app->hold_since = app->read_at;
        app->hold = g_timeout_add(HOLD_MS, on_hold, app);
    }
    unsigned ms = screen_patience();
    ms = ms ? ms : app->paste ? PASTE_END_MS : 0;
    if (ms && !app->patience)
        app->patience = g_timeout_add(ms, on_patience, app);
}

void app_read_input(App *app)
{
    if (!app->input)
        return; /* somebody else reads */
    forget_patience(app);
    if (!screen_fill()) {
        app_quit(app, 128 + SIGHUP);
        return;
    }
    take_what_was_read(app);
}

void app_end_input(App *app)
{
    forget_patience(app);
    g_array_set_size(app->waiting, 0);
    take_waiting(app);
    app_end_sequence(app);
}
