/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/token_command.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"

#define TOKEN_MAX 4096
#define TALK_MAX 4096 /* of standard error: the first words tell most */

struct TokenCommand {
    TokenCommandFunc done;
    gpointer data;
    GPid pid; /* 0: it has ended, or never began */
    guint child, deadline, start_failed;
    int out, err; /* -1 closed */
    guint out_source, err_source;
    GString *token, *talk;
    char *why;
};

/* Nothing but async-signal-safe calls: between fork and exec. */
static void leave_terminal(gpointer data)
{
    setsid();
}

static void close_pipe(int *fd, guint *source)
{
    g_clear_handle_id(source, g_source_remove);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void run_free(TokenCommand *run)
{
    g_clear_handle_id(&run->child, g_source_remove);
    g_clear_handle_id(&run->deadline, g_source_remove);
    g_clear_handle_id(&run->start_failed, g_source_remove);
    close_pipe(&run->out, &run->out_source);
    close_pipe(&run->err, &run->err_source);
    explicit_bzero(run->token->str, run->token->allocated_len);
    g_string_free(run->token, TRUE);
    g_string_free(run->talk, TRUE);
    g_free(run->why);
    g_free(run);
}

static void end(TokenCommand *run, const char *token, const char *why)
{
    TokenCommandFunc done = run->done;
    done(token, why, run->data);
    run_free(run);
}

/* False: there is no more. The buffer never moves, so that no copy of the token stays behind. */
static bool drain(int fd, GString *into, size_t most)
{
    char bytes[1024];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(into, bytes, MIN(n, (ssize_t)(most - into->len)));
    explicit_bzero(bytes, sizeof bytes);
    return n < 0;
}

static gboolean on_output(gint fd, GIOCondition condition, gpointer data)
{
    TokenCommand *run = data;
    if (drain(fd, run->token, TOKEN_MAX))
        return G_SOURCE_CONTINUE;
    run->out_source = 0;
    return G_SOURCE_REMOVE;
}

static gboolean on_talk(gint fd, GIOCondition condition, gpointer data)
{
    TokenCommand *run = data;
    if (drain(fd, run->talk, TALK_MAX))
        return G_SOURCE_CONTINUE;
    run->err_source = 0;
    return G_SOURCE_REMOVE;
}

/* "exit 1: gpg: decryption failed" */
static char *explain(const TokenCommand *run, const GError *error)
{
    g_autofree char *talk = text_clean(run->talk->str, -1, TEXT_LINE);
    g_strstrip(talk);
    return *talk ? g_strdup_printf("token_command: %s: %s", error->message, talk)
                 : g_strdup_printf("token_command: %s", error->message);
}

static void on_end(GPid pid, gint status, gpointer data)
{
    TokenCommand *run = data;
    g_autoptr(GError) error = NULL;
    run->child = 0;
    run->pid = 0;
    drain(run->out, run->token, TOKEN_MAX);
    drain(run->err, run->talk, TALK_MAX);
    if (!g_spawn_check_wait_status(status, &error)) {
        g_autofree char *why = explain(run, error);
        end(run, NULL, why);
        return;
    }
    run->token->str[strcspn(run->token->str, "\r\n")] = '\0';
    char *token = g_strstrip(run->token->str);
    if (*token && text_is_clean(token, TEXT_LINE))
        end(run, token, NULL);
    else
        end(run, NULL, _("token_command: the first line of its output is no token"));
}

static void reaped(GPid pid, gint status, gpointer data)
{
}

/* With all that it started: they are a session of their own. */
static void kill_all(TokenCommand *run)
{
    if (!run->pid)
        return;
    g_clear_handle_id(&run->child, g_source_remove);
    kill(-run->pid, SIGKILL);
    kill(run->pid, SIGKILL);
    g_child_watch_add(run->pid, reaped, NULL);
    run->pid = 0;
}

static gboolean on_deadline(gpointer data)
{
    TokenCommand *run = data;
    g_autofree char *why = g_strdup_printf(_("token_command: no answer within %d seconds"),
                                           TOKEN_COMMAND_MS / 1000);
    run->deadline = 0;
    kill_all(run);
    end(run, NULL, why);
    return G_SOURCE_REMOVE;
}

static gboolean on_start_failed(gpointer data)
{
    TokenCommand *run = data;
    run->start_failed = 0;
    end(run, NULL, run->why);
    return G_SOURCE_REMOVE;
}

TokenCommand *token_command_start(const char *command, TokenCommandFunc done, gpointer data)
{
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    g_autoptr(GError) error = NULL;
    TokenCommand *run = g_new0(TokenCommand, 1);
    *run = (TokenCommand){ .done = done, .data = data, .out = -1, .err = -1 };
    run->token = g_string_sized_new(TOKEN_MAX + 1);
    run->talk = g_string_sized_new(256);
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                  leave_terminal, NULL, &run->pid, NULL, &run->out, &run->err,
                                  &error)) {
        run->pid = 0;
        run->why = g_strdup_printf("token_command: %s", error->message);
        run->start_failed = g_idle_add_full(G_PRIORITY_DEFAULT, on_start_failed, run, NULL);
        return run;
    }
    g_unix_set_fd_nonblocking(run->out, TRUE, NULL);
    g_unix_set_fd_nonblocking(run->err, TRUE, NULL);
    run->out_source = g_unix_fd_add(run->out, G_IO_IN | G_IO_HUP, on_output, run);
    run->err_source = g_unix_fd_add(run->err, G_IO_IN | G_IO_HUP, on_talk, run);
    run->child = g_child_watch_add(run->pid, on_end, run);
    run->deadline = g_timeout_add(TOKEN_COMMAND_MS, on_deadline, run);
    return run;
}

void token_command_cancel(TokenCommand *run)
{
    if (!run)
        return;
    kill_all(run);
    run_free(run);
}
