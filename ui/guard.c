/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "guard.h"

#include "base/i18n.h"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if HAVE_EXECINFO_H
#include <execinfo.h>
#endif

#define LOG_MAX (1024 * 1024) /* then it starts anew */
#define STACK_SIZE (64 * 1024)
#define FRAMES_MAX 64

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static struct sigaction before[G_N_ELEMENTS(signals)];
static char stack[STACK_SIZE]; /* a handler needs one when the program's own is used up */

static char goodbye[128];
static char farewell[512]; /* for people, after it */
static const struct termios *modes;
static char *log_folder, *log_path;
static int own_stderr = -1; /* while file descriptor 2 is a file that nobody else sees */

/* ---- in the signal handler: only what POSIX allows there */

static void put(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(fd, text, left);
        if (n <= 0)
            return;
        text += n;
        left -= (size_t)n;
    }
}

/* What was set aside goes to the end of the log. Returns the log, -1 when there is none. */
static int keep_what_was_said(void)
{
    mkdir(log_folder, 0700);
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat there;
    if (log >= 0 && fstat(log, &there) == 0 && there.st_size > LOG_MAX) {
        ssize_t ignored = ftruncate(log, 0);
        (void)ignored;
    }
    char bytes[4096];
    ssize_t n;
    lseek(STDERR_FILENO, 0, SEEK_SET);
    while (log >= 0 && (n = read(STDERR_FILENO, bytes, sizeof bytes - 1)) > 0) {
        bytes[n] = '\0';
        put(log, bytes);
    }
    return log;
}

static void put_backtrace(int log)
{
#if HAVE_EXECINFO_H
    void *frames[FRAMES_MAX];
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), log);
#endif
}

static void on_crash(int number)
{
    put(STDOUT_FILENO, goodbye);
    tcsetattr(STDIN_FILENO, TCSANOW, modes);
    if (own_stderr >= 0) {
        int log = keep_what_was_said();
        if (log >= 0)
            put_backtrace(log);
        dup2(own_stderr, STDERR_FILENO);
    }
    put(STDERR_FILENO, farewell);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &before[i], NULL);
    /* Blocked until we return: then it strikes again, with whoever dealt with it before us. */
    raise(number);
}

/* ---- standard error */

static void set_aside(void)
{
    g_autofree char *name = NULL;
    int fd = isatty(STDERR_FILENO) ? g_file_open_tmp("leadline-XXXXXX", &name, NULL) : -1;
    if (fd < 0)
        return;
    unlink(name);
    fflush(stderr);
    own_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (own_stderr >= 0)
        dup2(fd, STDERR_FILENO);
    close(fd);
}

static void put_back(void)
{
    if (own_stderr < 0)
        return;
    fflush(stderr);
    int log = lseek(STDERR_FILENO, 0, SEEK_END) > 0 ? keep_what_was_said() : -1;
    dup2(own_stderr, STDERR_FILENO);
    close(own_stderr);
    own_stderr = -1;
    if (log >= 0) {
        close(log);
        fprintf(stderr, _("leadline: there were warnings; they are in %s\n"), log_path);
    }
}

/* ---- */

void guard_begin(const char *bytes, const struct termios *found)
{
    g_strlcpy(goodbye, bytes, sizeof goodbye);
    modes = found;
    if (!log_path) {
        log_folder = g_build_filename(g_get_user_state_dir(), "leadline", NULL);
        log_path = g_build_filename(log_folder, "screen.log", NULL);
    }
    set_aside();
    g_snprintf(farewell, sizeof farewell,
               own_stderr >= 0 ? _("leadline: crashed. What is known is in %s\n")
                               : _("leadline: crashed.\n"),
               log_path);
    stack_t old;
    if (sigaltstack(NULL, &old) == 0 && old.ss_flags & SS_DISABLE) {
        stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
        sigaltstack(&own, NULL);
    }
    struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &action, &before[i]);
}

void guard_end(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &before[i], NULL);
    put_back();
}
