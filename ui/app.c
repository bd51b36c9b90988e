/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "prompt.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#define MESSAGES_MAX 500

static const ViewOps *const view_table[VIEW_COUNT] = {
    [VIEW_INBOX] = &inbox_view,     [VIEW_SENT] = &sent_view,         [VIEW_OUTBOX] = &outbox_view,
    [VIEW_HELP] = &help_view,       [VIEW_MESSAGES] = &messages_view, [VIEW_LEAD] = &lead_view,
    [VIEW_WELCOME] = &welcome_view,
};

static void message_free(gpointer data)
{
    Message *message = data;
    g_free(message->text);
    g_free(message);
}

App *app_new(void)
{
    App *app = g_new0(App, 1);
    settings_init(&app->settings);
    app->keymap = keymap_new();
    app->signals = g_array_new(FALSE, FALSE, sizeof(guint));
    g_queue_init(&app->messages);
    app->give_take = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, g_free);
    app->view = VIEW_WELCOME;
    app->dirty = DIRTY_ALL;
    return app;
}

static void drop_views(App *app)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        if (app->views[i]) {
            app->views[i]->ops->destroy(app->views[i]);
            app->views[i] = NULL;
        }
    }
}

void app_free(App *app)
{
    if (!app) {
        return;
    }
    app_close_dialog(app);
    drop_views(app);
    client_free(app->client);
    profile_free(app->profile);
    keymap_free(app->keymap);
    g_hash_table_unref(app->give_take);
    settings_clear(&app->settings);
    g_queue_clear_full(&app->messages, message_free);
    if (app->paste) {
        g_string_free(app->paste, TRUE);
    }
    g_array_unref(app->signals);
    g_free(app->held);
    g_free(app);
}

void app_dirty(App *app, unsigned what)
{
    app->dirty |= what;
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

/* ---- messages */

static void add_message(App *app, bool error, const char *format, va_list args)
{
    g_autofree char *raw = g_strdup_vprintf(format, args);
    Message *message = g_new0(Message, 1);
    message->at = clock_now();
    message->error = error;
    message->text = text_clean(raw, -1, TEXT_LINE);
    g_queue_push_head(&app->messages, message);
    if (g_queue_get_length(&app->messages) > MESSAGES_MAX) {
        message_free(g_queue_pop_tail(&app->messages));
    }
    app->message = message;
    if (app->views[VIEW_MESSAGES]) {
        app->views[VIEW_MESSAGES]->stale = true;
    }
    app_dirty(app, DIRTY_MESSAGE | (app->view == VIEW_MESSAGES ? DIRTY_BODY : 0));
}

void app_say(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_message(app, false, format, args);
    va_end(args);
}

void app_complain(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_message(app, true, format, args);
    va_end(args);
}

/* What to do about it, for the problems that a user can meet and mend; the rest show title and detail. */
static const struct {
    Problem problem;
    const char *words;
} problem_table[] = {
    { PROBLEM_REFERRAL_STATE,
      N_("Not possible any more: the lead has moved on. R fetches its latest state.") },
    { PROBLEM_AMEND_CLOSED, N_("The verdict stands: it can be changed once, within 14 days.") },
    { PROBLEM_FORBIDDEN, N_("Not yours to do: only who received a lead gives the verdict on it.") },
    { PROBLEM_NOT_FOUND, N_("It is not there any more.") },
    { PROBLEM_BAD_CREDENTIALS, N_("Wrong e-mail or password. Try again.") },
    { PROBLEM_UNAUTHORIZED, N_("Sign in first: type :login") },
    { PROBLEM_TOKEN_EXPIRED, N_("The session has ended. Sign in again: type :login") },
    { PROBLEM_SERVER_DOWN, N_("The server does not answer. What you do is kept and sent later.") },
    { PROBLEM_OFFLINE, N_("Offline. What you do is kept and sent later.") },
    { PROBLEM_STORAGE_FULL,
      N_("The disk is full: nothing was changed. Free some space and try again.") },
    { PROBLEM_THROTTLED, N_("Too many attempts. Wait a minute and try again.") },
    { PROBLEM_LOCKED, N_("Another leadline is running on this profile. End it, or choose another "
                         "with --profile.") },
};

char *problem_words(const GError *error)
{
    Problem problem = problem_of(error);
    for (size_t i = 0; i < G_N_ELEMENTS(problem_table); i++) {
        if (problem_table[i].problem == problem) {
            return g_strdup(_(problem_table[i].words));
        }
    }
    g_autofree char *detail = text_clean(error->message, -1, TEXT_LINE);
    if (problem == PROBLEM_FAILED || problem == PROBLEM_BAD_INPUT) {
        return g_steal_pointer(&detail);
    }
    return g_strdup_printf("%s: %s", _(problem_row(problem)->title), detail);
}

void app_complain_error(App *app, const GError *error)
{
    g_autofree char *words = problem_words(error);
    app_complain(app, "%s", words);
}

/* ---- views */

View *app_view(const App *app)
{
    return app->views[app->view];
}

void app_show(App *app, ViewId id)
{
    if (!app->client && id != VIEW_WELCOME && id != VIEW_HELP && id != VIEW_MESSAGES) {
        id = VIEW_WELCOME;
    }
    if (id != app->view && app->view < TAB_COUNT) {
        app->under = app->view;
    }
    app->view = id;
    bool fresh = !app->views[id];
    if (fresh) {
        app->views[id] = view_table[id]->create(app);
    }
    View *view = app->views[id];
    if (view->ops->show) {
        view->ops->show(view);
    }
    if (view->stale && !fresh && view->ops->changed) {
        view->ops->changed(view, ~0u);
    }
    view->stale = false;
    app_dirty(app, DIRTY_ALL);
}

Target app_target(App *app)
{
    Target target = { 0 };
    View *view = app_view(app);
    if (view && view->ops->target) {
        view->ops->target(view, &target);
    }
    return target;
}

unsigned app_view_contexts(const App *app)
{
    return view_table[app->view]->contexts | CTX_BIT(CTX_GLOBAL);
}

unsigned app_contexts(const App *app)
{
    if (prompt_is_open()) {
        return CTX_BIT(CTX_TEXT);
    }
    if (app->dialog) {
        return CTX_BIT(dialog_in_text(app->dialog) ? CTX_TEXT : CTX_DIALOG);
    }
    return app_view_contexts(app);
}

void app_ask(App *app, Dialog *dialog)
{
    app_close_dialog(app);
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

/* ---- the client */

static void on_change(unsigned what, gpointer data)
{
    App *app = data;
    if (what & CLIENT_LEADS) {
        g_hash_table_remove_all(app->give_take);
    }
    for (int i = 0; i < VIEW_COUNT; i++) {
        View *view = app->views[i];
        if (!view) {
            continue;
        }
        if (i != (int)app->view) {
            view->stale = true;
        } else if (view->ops->changed) {
            view->ops->changed(view, what);
        }
    }
    app_dirty(app, DIRTY_TITLE | DIRTY_STATUS | DIRTY_MESSAGE);
}

bool app_open_profile(App *app, Profile *profile, GError **error)
{
    Client *client = client_open(profile, app->read_only ? CLIENT_READ_ONLY : 0, error);
    if (!client) {
        profile_free(profile);
        return false;
    }
    drop_views(app);
    client_free(app->client);
    profile_free(app->profile);
    app->client = client;
    app->profile = profile;
    client_on_change(client, on_change, app);
    client_set_undo_hold(client, (int)app->settings.undo_hold);
    app_show(app, VIEW_INBOX);
    return true;
}

/* ---- loop */

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    App *app = data;
    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL)) {
        app_quit(app, 128 + SIGHUP);
        return G_SOURCE_REMOVE;
    }
    app_read_input(app);
    return G_SOURCE_CONTINUE;
}

static gboolean on_resize(gpointer data)
{
    screen_resize();
    app_dirty(data, DIRTY_ALL);
    return G_SOURCE_CONTINUE;
}

static gboolean on_term(gpointer data)
{
    app_quit(data, 128 + SIGTERM);
    return G_SOURCE_CONTINUE;
}

static gboolean on_hup(gpointer data)
{
    app_quit(data, 128 + SIGHUP);
    return G_SOURCE_CONTINUE;
}

static gboolean on_int(gpointer data)
{
    app_quit(data, 128 + SIGINT);
    return G_SOURCE_CONTINUE;
}

/* GLib has no sources for SIGTSTP and SIGCONT: a pipe wakes the loop. */
static int job_pipe[2] = { -1, -1 };

static void on_job_signal(int number)
{
    char byte = number == SIGTSTP ? 'z' : 'c';
    ssize_t n = write(job_pipe[1], &byte, 1);
    (void)n; /* the pipe is full: enough wake-ups are under way */
}

static gboolean on_job(gint fd, GIOCondition condition, gpointer data)
{
    char bytes[16];
    ssize_t n = read(fd, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == 'z') {
            screen_suspend();
        } else {
            screen_resume();
        }
    }
    app_dirty(data, DIRTY_ALL);
    return G_SOURCE_CONTINUE;
}

static void watch(App *app)
{
    guint ids[] = {
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, app),
        g_unix_signal_add(SIGWINCH, on_resize, app),
        g_unix_signal_add(SIGTERM, on_term, app),
        g_unix_signal_add(SIGHUP, on_hup, app),
        g_unix_signal_add(SIGINT, on_int, app),
    };
    g_array_append_vals(app->signals, ids, G_N_ELEMENTS(ids));
    if (g_unix_open_pipe(job_pipe, FD_CLOEXEC, NULL)) {
        g_unix_set_fd_nonblocking(job_pipe[0], TRUE, NULL);
        g_unix_set_fd_nonblocking(job_pipe[1], TRUE, NULL);
        guint id = g_unix_fd_add(job_pipe[0], G_IO_IN, on_job, app);
        g_array_append_val(app->signals, id);
        struct sigaction action = { .sa_handler = on_job_signal, .sa_flags = SA_RESTART };
        sigemptyset(&action.sa_mask);
        sigaction(SIGTSTP, &action, NULL);
        sigaction(SIGCONT, &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

static void unwatch(App *app)
{
    for (guint i = 0; i < app->signals->len; i++) {
        g_source_remove(g_array_index(app->signals, guint, i));
    }
    g_array_set_size(app->signals, 0);
    if (job_pipe[0] >= 0) {
        signal(SIGTSTP, SIG_DFL);
        signal(SIGCONT, SIG_DFL);
        close(job_pipe[0]);
        close(job_pipe[1]);
    }
}

static gboolean on_tick(GSource *source, GSourceFunc func, gpointer data)
{
    g_source_set_ready_time(source, -1);
    app_dirty(*(App **)(source + 1), DIRTY_TITLE | DIRTY_STATUS | DIRTY_MESSAGE);
    return G_SOURCE_CONTINUE;
}

/* Nothing on the screen counts faster than minutes, but an undo window. */
static void plan_tick(App *app)
{
    if (clock_is_frozen()) {
        return;
    }
    gint64 now = clock_now();
    gint64 step = app->held ? MS_PER_SECOND : MS_PER_MINUTE;
    gint64 wait = step - now % step + 1;
    g_source_set_ready_time(app->tick, clock_monotonic() + wait * 1000);
}

void app_run(App *app, void (*started)(App *app))
{
    static GSourceFuncs tick_funcs = { .dispatch = on_tick };
    watch(app);
    app->tick = g_source_new(&tick_funcs, sizeof(GSource) + sizeof(App *));
    *(App **)(app->tick + 1) = app;
    g_source_attach(app->tick, NULL);
    while (!app->quit) {
        if (app->dirty) {
            app_draw(app);
            plan_tick(app);
        }
        if (started) {
            started(app);
            started = NULL;
            continue;
        }
        g_main_context_iteration(NULL, TRUE);
    }
    app_end_sequence(app);
    g_source_destroy(app->tick);
    g_source_unref(app->tick);
    unwatch(app);
    prompt_save_history();
}
