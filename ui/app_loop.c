/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main loop of the screen: what wakes it (the terminal, signals, the clock), and one draw a turn. */
#include "app.h"

#include "base/clock.h"
#include "editor.h"
#include "program.h"
#include "prompt.h"
#include "screen.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* ---- the terminal */

static gboolean on_input(gint fd, GIOCondition condition, gpointer data)
{
    App *app = data;
    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL))
        app_quit(app, 128 + SIGHUP);
    else
        app_read_input(app);
    return G_SOURCE_CONTINUE;
}

static gboolean on_resize(gpointer data)
{
    screen_resize();
    app_dirty(data, DIRTY_ALL);
    return G_SOURCE_CONTINUE;
}

/* ---- signals */

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
    App *app = data;
    if (app->input) /* else ^C was meant for the program that has the terminal */
        app_quit(app, 128 + SIGINT);
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
    bool stop = n > 0 && memchr(bytes, 'z', (size_t)n);
    if (stop)
        screen_suspend(false);
    else
        screen_resume();
    app_dirty(data, DIRTY_ALL);
    app_read_input(data);
    return G_SOURCE_CONTINUE;
}

static void keep_source(App *app, guint id)
{
    g_array_append_val(app->sources, id);
}

static void watch_jobs(App *app)
{
    if (!g_unix_open_pipe(job_pipe, FD_CLOEXEC, NULL))
        return;
    g_unix_set_fd_nonblocking(job_pipe[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(job_pipe[1], TRUE, NULL);
    keep_source(app, g_unix_fd_add(job_pipe[0], G_IO_IN, on_job, app));
    struct sigaction action = { .sa_handler = on_job_signal, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(SIGTSTP, &action, NULL);
    sigaction(SIGCONT, &action, NULL);
}

static void watch_input(App *app)
{
    app->input = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, app);
}

static void unwatch_input(App *app)
{
    if (app->input)
        g_source_remove(app->input);
    app->input = 0;
}

static void watch(App *app)
{
    watch_input(app);
    keep_source(app, g_unix_signal_add(SIGWINCH, on_resize, app));
    keep_source(app, g_unix_signal_add(SIGTERM, on_term, app));
    keep_source(app, g_unix_signal_add(SIGHUP, on_hup, app));
    keep_source(app, g_unix_signal_add(SIGINT, on_int, app));
    watch_jobs(app);
    signal(SIGPIPE, SIG_IGN);
}

static void unwatch(App *app)
{
    unwatch_input(app);
    for (guint i = 0; i < app->sources->len; i++)
        g_source_remove(g_array_index(app->sources, guint, i));
    g_array_set_size(app->sources, 0);
    if (job_pipe[0] >= 0) {
        signal(SIGTSTP, SIG_DFL);
        signal(SIGCONT, SIG_DFL);
        close(job_pipe[0]);
        close(job_pipe[1]);
        job_pipe[0] = job_pipe[1] = -1;
    }
}

/* ---- lending the terminal */

void app_lend_terminal(App *app)
{
    app_end_input(app);
    unwatch_input(app);
    signal(SIGQUIT, SIG_IGN); /* that of the terminal is not ours either */
    screen_leave();
}

void app_take_terminal(App *app)
{
    screen_return();
    signal(SIGQUIT, SIG_DFL);
    watch_input(app);
    app_dirty(app, DIRTY_ALL);
}

/* ---- the clock */

static gboolean on_tick(GSource *source, GSourceFunc func, gpointer data)
{
    App *app = *(App **)(source + 1);
    gint64 minute = clock_now() / MS_PER_MINUTE;
    View *view = app_view(app);
    g_source_set_ready_time(source, -1);
    if (view->ops->tick)
        view->ops->tick(view, minute != app->minute);
    app->minute = minute;
    app_dirty(app, DIRTY_TITLE | DIRTY_STATUS | DIRTY_MESSAGE);
    return G_SOURCE_CONTINUE;
}

static GSource *tick_new(App *app)
{
    static GSourceFuncs funcs = { .dispatch = on_tick };
    GSource *tick = g_source_new(&funcs, sizeof(GSource) + sizeof(App *));
    *(App **)(tick + 1) = app;
    g_source_attach(tick, NULL);
    return tick;
}

/* An undo window is counted down, or something of the view is. */
static bool counts_seconds(App *app)
{
    const View *view = app_view(app);
    if (view->ops->seconds && view->ops->seconds(view))
        return true;
    return app->client && client_status(app->client)->hold_until > clock_now();
}

/* Nothing else on the screen counts faster than minutes. */
static void plan_tick(App *app)
{
    if (clock_is_frozen())
        return;
    gint64 now = clock_now();
    gint64 step = counts_seconds(app) ? MS_PER_SECOND : MS_PER_MINUTE;
    gint64 wait = step - now % step + 1;
    g_source_set_ready_time(app->tick, clock_monotonic() + wait * 1000);
}

/* ---- */

static void draw_what_changed(App *app)
{
    if (app->dirty && app->input && !app->bare) {
        app_draw(app);
        plan_tick(app);
    }
}

void app_run(App *app, void (*started)(App *app))
{
    watch(app);
    app->tick = tick_new(app);
    draw_what_changed(app);
    screen_ask_background();
    app->started = true;
    started(app);
    while (!app->quit) {
        draw_what_changed(app);
        g_main_context_iteration(NULL, TRUE);
    }
    app_end_input(app);
    editor_hang_up();
    program_forget_all();
    g_source_destroy(app->tick);
    g_source_unref(app->tick);
    unwatch(app);
    prompt_save_history();
}
