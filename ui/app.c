/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"

#include "base/log.h"
#include "base/text.h"
#include "new_lead.h"
#include "notify.h"
#include "screen.h"
#include "snooze.h"
#include "theme.h"

/* clang-format off */
static const ViewOps *const view_table[VIEW_COUNT] = {
    [VIEW_INBOX] = &inbox_view,
    [VIEW_SENT] = &sent_view,
    [VIEW_PARTNERS] = &partners_view,
    [VIEW_GROUPS] = &groups_view,
    [VIEW_REPORTS] = &reports_view,
    [VIEW_OUTBOX] = &outbox_view,
    [VIEW_HELP] = &help_view,
    [VIEW_MESSAGES] = &messages_view,
    [VIEW_LEAD] = &lead_view,
    [VIEW_NEW] = &new_lead_view,
    [VIEW_INVITATIONS] = &invitations_view,
    [VIEW_FIND] = &find_view,
    [VIEW_GROUP] = &group_view,
    [VIEW_DIRECTORY] = &directory_view,
    [VIEW_MEETINGS] = &meetings_view,
    [VIEW_VETTING] = &vetting_view,
    [VIEW_DUES] = &dues_view,
    [VIEW_APPROVALS] = &approvals_view,
    [VIEW_MEETING] = &meeting_view,
    [VIEW_ACCOUNT] = &account_view,
    [VIEW_JOBS] = &jobs_view,
    [VIEW_DOCTOR] = &doctor_view,
    [VIEW_WELCOME] = &welcome_view,
    [VIEW_DEVICE] = &device_view,
    [VIEW_TEXT] = &text_view,
};
/* clang-format on */

const ViewOps *view_ops(ViewId id)
{
    return view_table[id];
}

bool view_take_words(char **words, const char *typed)
{
    g_autofree char *clean = text_clean(typed, -1, TEXT_LINE);
    g_strstrip(clean);
    if (g_strcmp0(clean, *words ? *words : "") == 0)
        return false;
    g_free(*words);
    *words = *clean ? g_steal_pointer(&clean) : NULL;
    return true;
}

App *app_new(void)
{
    App *app = g_new0(App, 1);
    settings_init(&app->settings);
    app->keymap = keymap_new();
    app->waiting = g_array_new(FALSE, FALSE, sizeof(Key));
    app->sources = g_array_new(FALSE, FALSE, sizeof(guint));
    g_queue_init(&app->messages);
    app->give_take = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, g_free);
    app->view = VIEW_WELCOME;
    app->dirty = DIRTY_ALL;
    notify_begin(app);
    return app;
}

/* Those that show what a client has; the welcome is there before any. */
static void drop_views(App *app, bool welcome_too)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        if (app->views[i] && (welcome_too || i != VIEW_WELCOME)) {
            app->views[i]->ops->destroy(app->views[i]);
            app->views[i] = NULL;
        }
    }
}

void app_free(App *app)
{
    if (!app)
        return;
    app_close_dialog(app);
    drop_views(app, true);
    notify_end(app);
    snooze_read_again(app);
    client_free(app->client);
    profile_free(app->profile);
    keymap_free(app->keymap);
    g_hash_table_unref(app->give_take);
    settings_clear(&app->settings);
    app_forget_messages(app);
    if (app->paste)
        g_string_free(app->paste, TRUE);
    g_array_unref(app->sources);
    g_array_unref(app->waiting);
    g_free(app->held);
    g_free(app->before);
    fields_clear(&confirm_fields, &app->said);
    g_free(app);
}

void app_dirty(App *app, unsigned what)
{
    app->dirty |= what;
}

void app_hold(App *app, char *text)
{
    g_free(app->held);
    app->held = text;
    app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS | DIRTY_TITLE);
}

void app_quit(App *app, int exit_code)
{
    app->quit = true;
    app->exit_code = exit_code;
}

char *app_history_path(App *app)
{
    const char *dir = app->client ? client_profile(app->client)->state_dir : NULL;
    return dir ? g_build_filename(dir, "history", NULL) : NULL;
}

/* ---- views */

View *app_view(const App *app)
{
    return app->views[app->view];
}

void app_show(App *app, ViewId id)
{
    if (!app->client && id != VIEW_WELCOME && id != VIEW_HELP && id != VIEW_MESSAGES &&
        id != VIEW_DOCTOR)
        id = VIEW_WELCOME;
    if (id != app->view && app->view < TAB_COUNT)
        app->under = app->view;
    app->view = id;
    bool fresh = !app->views[id];
    if (fresh)
        app->views[id] = view_table[id]->create(app);
    View *view = app->views[id];
    if (view->ops->show)
        view->ops->show(view);
    if (view->stale && !fresh && view->ops->changed)
        view->ops->changed(view, ~0u);
    view->stale = false;
    app_dirty(app, DIRTY_ALL);
}

bool app_has_tabs(const App *app)
{
    return app->client && app->view != VIEW_WELCOME && app->view != VIEW_DEVICE;
}

Target app_target(App *app)
{
    Target target = { 0 };
    View *view = app_view(app);
    if (view && view->ops->target)
        view->ops->target(view, &target);
    return target;
}

unsigned app_view_contexts(const App *app)
{
    return view_table[app->view]->contexts | CTX_BIT(CTX_GLOBAL);
}

char *app_key_of(const App *app, const char *command)
{
    return keymap_key_of(app->keymap, app_view_contexts(app), command, NULL);
}

static bool view_in_text(const App *app)
{
    const View *view = app->views[app->view];
    return view && view->ops->in_text && view->ops->in_text(view);
}

bool app_in_text(const App *app)
{
    if (prompt_is_open())
        return true;
    return app->dialog ? dialog_in_text(app->dialog) : view_in_text(app);
}

unsigned app_contexts(const App *app)
{
    if (prompt_is_open())
        return CTX_BIT(CTX_TEXT);
    if (app->dialog)
        return CTX_BIT(dialog_in_text(app->dialog) ? CTX_TEXT : CTX_DIALOG);
    return view_in_text(app) ? CTX_BIT(CTX_FORM) : app_view_contexts(app);
}

void app_prompt(App *app, const PromptSpec *spec, const char *initial, const char *before)
{
    g_autofree char *history = app_history_path(app);
    g_free(app->before);
    app->before = g_strdup(before);
    prompt_open(spec, initial, history, app);
    app_dirty(app, DIRTY_MESSAGE | DIRTY_OVERLAY | DIRTY_FOOTER);
}

void app_ask(App *app, Dialog *dialog)
{
    app_close_dialog(app);
    app_end_sequence(app);
    app->dialog = dialog;
    app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
}

void app_close_dialog(App *app)
{
    if (app->dialog) {
        g_clear_pointer(&app->dialog, dialog_free);
        screen_cursor(-1, 0);
        app_dirty(app, DIRTY_ALL);
    }
}

void app_apply_settings(App *app)
{
    const Settings *settings = &app->settings;
    theme_select(settings->theme, settings->background);
    screen_apply_theme();
    log_set_level((LogLevel)(settings->log - LOG_SETTING_INFO + LOG_INFO));
    text_set_ascii(settings->ascii == ASCII_AUTO ? !screen_is_utf8() : settings->ascii == ASCII_ON);
    if (app->client)
        client_set_undo_hold(app->client, (int)settings->undo_hold);
    if (app->started)
        notify_changed(app, ~0u);
    for (int i = 0; i < VIEW_COUNT; i++)
        if (app->views[i])
            app->views[i]->body = (Rect){ 0 }; /* placed again */
    app_dirty(app, DIRTY_ALL);
}

/* ---- the client */

static void on_change(unsigned what, gpointer data)
{
    App *app = data;
    if (what & CLIENT_LEADS)
        g_hash_table_remove_all(app->give_take);
    if (what & CLIENT_SNOOZES) {
        snooze_read_again(app);
        app_dirty(app, DIRTY_BODY);
    }
    for (int i = 0; i < VIEW_COUNT; i++) {
        View *view = app->views[i];
        if (!view)
            continue;
        if (i != (int)app->view)
            view->stale = true;
        else if (view->ops->changed)
            view->ops->changed(view, what);
    }
    notify_changed(app, what); /* last: it asks what is shown */
    app_dirty(app, DIRTY_TITLE | DIRTY_STATUS | DIRTY_MESSAGE);
}

bool app_open_profile(App *app, Profile *profile, GError **error)
{
    Client *client = client_open(profile, app->read_only ? CLIENT_READ_ONLY : CLIENT_BORROW, error);
    if (!client) {
        profile_free(profile);
        return false;
    }
    drop_views(app, false);
    notify_forget_client(app);
    snooze_read_again(app);
    client_free(app->client);
    profile_free(app->profile);
    app->client = client;
    app->profile = profile;
    client_on_change(client, on_change, app);
    client_set_undo_hold(client, (int)app->settings.undo_hold);
    app_show(app, VIEW_INBOX);
    new_lead_greet(app);
    return true;
}

void app_close_profile(App *app)
{
    drop_views(app, false);
    notify_forget_client(app);
    snooze_read_again(app);
    g_clear_pointer(&app->client, client_free);
    g_clear_pointer(&app->profile, profile_free);
    g_clear_pointer(&app->held, g_free);
    fields_clear(&confirm_fields, &app->said);
    g_hash_table_remove_all(app->give_take);
    app->view = app->under = VIEW_WELCOME;
    app_show(app, VIEW_WELCOME);
}
