/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include "base/i18n.h"
#include "base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct Program {
    GPid pid;
    guint child, feeding, reading; /* sources, 0 none */
    int in, out;                   /* pipes, -1 closed */
    char *input;
    gsize fed, length;
    GString *output;
    int status;
    ProgramDoneFunc done;
    gpointer data;
};

static GPtrArray *running;

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void drop_source(guint *source)
{
    if (*source)
        g_source_remove(*source);
    *source = 0;
}

static void program_free(gpointer data)
{
    Program *program = data;
    drop_source(&program->child);
    drop_source(&program->feeding);
    drop_source(&program->reading);
    close_end(&program->in);
    close_end(&program->out);
    g_free(program->input);
    g_string_free(program->output, TRUE);
    g_free(program);
}

/* It has ended when its process has, and its output with it: what it left running in the background may hold the pipe open
 * for as long as it likes, so what is there by then is all. */
static void finish(Program *program)
{
    ProgramDoneFunc done = program->done;
    gpointer data = program->data;
    int status = program->status;
    g_autofree char *output = g_strdup(program->output->str);
    g_ptr_array_remove(running, program);
    if (done)
        done(status, output, data);
}

/* ---- its input and output */

static gboolean on_writable(gint fd, GIOCondition condition, gpointer data)
{
    Program *program = data;
    ssize_t n = write(fd, program->input + program->fed, program->length - program->fed);
    if (n > 0)
        program->fed += (gsize)n;
    bool again = n < 0 && (errno == EAGAIN || errno == EINTR);
    if ((n > 0 && program->fed < program->length) || again)
        return G_SOURCE_CONTINUE;
    close_end(&program->in); /* all is said, or nobody listens */
    program->feeding = 0;
    return G_SOURCE_REMOVE;
}

/* False: there is no more, for now (errno EAGAIN) or ever. */
static bool read_some(Program *program)
{
    char bytes[16384];
    ssize_t n = read(program->out, bytes, sizeof bytes);
    if (n > 0 && program->output->len < PROGRAM_OUTPUT_MAX)
        g_string_append_len(program->output, bytes, n);
    if (n == 0)
        errno = 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Program *program = data;
    if (read_some(program) || errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    program->reading = 0;
    close_end(&program->out);
    return G_SOURCE_REMOVE;
}

static void on_end(GPid pid, gint status, gpointer data)
{
    Program *program = data;
    program->child = 0;
    program->status = status;
    g_spawn_close_pid(pid);
    while (program->out >= 0 && program->output->len < PROGRAM_OUTPUT_MAX && read_some(program))
        continue;
    finish(program);
}

/* ---- */

void program_reset_signals(void)
{
    static const int changed[] = { SIGPIPE, SIGINT, SIGQUIT, SIGTSTP, SIGCONT };
    sigset_t none;
    for (size_t i = 0; i < G_N_ELEMENTS(changed); i++)
        signal(changed[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void before_exec(gpointer data)
{
    setsid();
    program_reset_signals();
}

static int nobody(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* A pipe of which our end never blocks; without one, /dev/null is the child's. ours: 0 to read, 1 to write. */
static bool open_pipe(bool wanted, int ours, int *mine, int *its)
{
    int fds[2];
    *mine = -1;
    *its = -1;
    if (!wanted) {
        *its = nobody();
    } else if (g_unix_open_pipe(fds, FD_CLOEXEC, NULL)) {
        *mine = fds[ours];
        *its = fds[1 - ours];
        g_unix_set_fd_nonblocking(*mine, TRUE, NULL);
    }
    return *its >= 0;
}

static bool spawn(Program *program, const char *const *argv, bool keep, GError **error)
{
    int its_in = -1, its_out = -1;
    g_autoptr(GError) why = NULL;
    bool ok = open_pipe(program->input != NULL, 1, &program->in, &its_in) &&
              open_pipe(keep, 0, &program->out, &its_out) &&
              g_spawn_async_with_fds(NULL, (char **)argv, NULL,
                                     G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, before_exec,
                                     NULL, &program->pid, its_in, its_out, its_out, &why);
    close_end(&its_in);
    close_end(&its_out);
    return ok || problem_set(error, PROBLEM_FAILED, "%s", why ? why->message : g_strerror(errno));
}

Program *program_start(const char *const *argv, const char *input, bool keep, ProgramDoneFunc done,
                       gpointer data, GError **error)
{
    Program *program = g_new0(Program, 1);
    *program = (Program){ .in = -1, .out = -1, .done = done, .data = data };
    program->input = g_strdup(input);
    program->length = input ? strlen(input) : 0;
    program->output = g_string_new(NULL);
    if (!spawn(program, argv, keep, error)) {
        program_free(program);
        return NULL;
    }
    if (!running)
        running = g_ptr_array_new_with_free_func(program_free);
    g_ptr_array_add(running, program);
    program->child = g_child_watch_add(program->pid, on_end, program);
    if (program->in >= 0)
        program->feeding = g_unix_fd_add(program->in, G_IO_OUT | G_IO_ERR, on_writable, program);
    if (program->out >= 0)
        program->reading = g_unix_fd_add(program->out, G_IO_IN | G_IO_HUP, on_readable, program);
    return program;
}

void program_stop(Program *program)
{
    kill(-program->pid, SIGTERM);
}

void program_forget_all(void)
{
    g_clear_pointer(&running, g_ptr_array_unref);
}

char *program_failure(int status)
{
    if (WIFSIGNALED(status))
        return g_strdup_printf(_("signal %d"), WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return g_strdup_printf(_("exit %d"), WEXITSTATUS(status));
    return NULL;
}

char *program_path(const char *path)
{
    return g_str_has_prefix(path, "~/") ? g_build_filename(g_get_home_dir(), path + 2, NULL)
                                        : g_strdup(path);
}
