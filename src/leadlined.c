/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's program: flags, sub-commands, signals. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <config.h>

#include "base/clock.h"
#include "base/phone.h"
#include "base/problem.h"
#include "base/text.h"
#include "server/accounts.h"
#include "server/backup.h"
#include "server/check.h"
#include "server/command.h"
#include "server/command_account.h"
#include "server/crypto.h"
#include "server/jobs.h"
#include "server/mail_admin.h"
#include "server/mail_inbound.h"
#include "server/demo.h"
#include "base/log.h"
#include "server/openapi_doc.h"
#include "server/schema.h"
#include "server/server.h"
#include "server/supervisor.h"

static bool serve(const Config *config, int argc, char **argv, GError **error);
static bool print_example(const Config *config, int argc, char **argv, GError **error);

static const ServerCommand commands[] = {
    { "serve", NULL, "serve the API until SIGTERM (the default)", NULL, serve },
    { "user add", NULL, "make an account; the password is one line of standard input",
      user_add_options, user_add },
    { "token create", NULL, "print tokens for an account, as JSON", token_create_options,
      token_create },
    { "load-demo", NULL, "fill an empty database with the demo network", demo_options,
      demo_command },
    { "check", NULL, "check the database: whole, and as the program relies on it", NULL,
      check_command },
    { "backup", "FILE", "write all of the database to a file, also while it is served",
      backup_options, backup_command },
    { "restore", "FILE", "put a backup in the place of the database; no server may run",
      restore_options, restore_command },
    { "mail list", NULL, "list mail that could not be sent, and why", mail_list_options,
      mail_list_command },
    { "mail receive", NULL, "take answers to invitations out of a mail on standard input", NULL,
      mail_receive_command },
    { "mail retry", "ID|all", "try to send mail again that has failed", NULL, mail_retry_command },
    { "job run", "NAME", "do now what the server does by itself now and then", NULL,
      job_run_command },
    { "openapi", NULL, "print the OpenAPI document", NULL, openapi_command },
    { "example-config", NULL, "print a configuration file with every key and its default", NULL,
      print_example },
    { 0 },
};

/* ---- serve */

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigprocmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk, not the end */
}

/* As many open files as we may have: each connection is one. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* False: standard input has ended. */
static bool stdin_is_open(void)
{
    char bytes[256];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Told as sd_notify(3) wants it. */
static void reload(Server *server)
{
    g_autofree char *state = g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                                             clock_monotonic());
    supervisor_tell(state);
    server_reload(server);
    supervisor_tell("READY=1");
}

/* False: it was asked to end. */
static bool signal_handle(int fd, Server *server)
{
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != sizeof info)
        return true;
    if (info.ssi_signo != SIGHUP)
        return false;
    reload(server);
    return true;
}

static void wait_for_end(const Config *config, Server *server, const sigset_t *signals)
{
    int fd = signalfd(-1, signals, SFD_CLOEXEC);
    struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
                            { .fd = config->exit_with_parent ? STDIN_FILENO : -1,
                              .events = POLLIN } };
    for (;;) {
        int ready = poll(fds, G_N_ELEMENTS(fds), -1);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0 || (fds[0].revents && !signal_handle(fd, server)) ||
            (fds[1].revents && !stdin_is_open()))
            break;
    }
    close(fd);
}

static void tell_ready(const Config *config)
{
    static const char line[] = "ready\n";
    supervisor_tell("READY=1");
    if (config->ready_fd < 0)
        return;
    if (write((int)config->ready_fd, line, sizeof line - 1) < 0)
        log_write(LOG_WARNING, "ready-fd", "detail", g_strerror(errno), NULL);
    close((int)config->ready_fd);
}

static bool serve(const Config *config, int argc, char **argv, GError **error)
{
    sigset_t signals;
    LogLevel level = LOG_INFO;
    log_level_find(config->log, &level); /* checked when it was read */
    log_to(STDERR_FILENO);
    log_set_level(level);
    raise_file_limit();
    block_signals(&signals); /* before any thread is made */
    if (!supervisor_init(error))
        return false;
    if (!phone_load())
        log_write(LOG_WARNING, "phone", "detail",
                  "leadline-phone.so is not there: phone numbers are checked by their shape alone",
                  NULL);
    Server *server = server_new(config, error);
    if (!server)
        return false;
    bool ok = server_start(server, error);
    if (ok) {
        tell_ready(config);
        wait_for_end(config, server, &signals);
    }
    server_stop(server);
    server_free(server);
    return ok;
}

static bool print_example(const Config *config, int argc, char **argv, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    config_print_example(out);
    fputs(out->str, stdout);
    return true;
}

/* ---- the command line */

static void print_usage(void)
{
    g_autoptr(GString) out = g_string_new("Usage: leadlined [COMMAND] [OPTION...]\n"
                                          "The API server of Leadline.\n\nCommands:\n");
    for (const ServerCommand *command = commands; command->name; command++) {
        g_autofree char *name = g_strconcat(command->name, command->arguments ? " " : "",
                                            command->arguments ? command->arguments : "", NULL);
        g_string_append_printf(out, "  %-30s %s\n", name, command->summary);
        for (const GOptionEntry *o = command->options; o && o->long_name; o++) {
            g_autofree char *flag = g_strconcat("  --", o->long_name, o->arg_description ? " " : "",
                                                o->arg_description ? o->arg_description : "", NULL);
            g_string_append_printf(out, "  %-30s %s\n", flag, o->description);
        }
    }
    g_string_append(out, "\nOptions of all commands:\n");
    config_print_help(out);
    g_string_append(out,
                    "  --help, --version\n\nExit codes: 0 ok, 1 failure, 64 usage, 65 bad input, "
                    "73 cannot create a file, 74 database, 75 in use, 78 bad configuration.\n");
    fputs(out->str, stdout);
}

/* The command that argv begins with; its words are taken off. serve when there is none. */
static const ServerCommand *command_find(int *argc, char **argv, GError **error)
{
    if (*argc < 2 || argv[1][0] == '-')
        return &commands[0];
    for (const ServerCommand *command = commands; command->name; command++) {
        g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
        int n = (int)g_strv_length(words), i = 0;
        while (i < n && i + 1 < *argc && g_str_equal(argv[i + 1], words[i]))
            i++;
        if (i < n)
            continue;
        memmove(argv + 1, argv + 1 + n, (size_t)(*argc - n) * sizeof *argv);
        *argc -= n;
        return command;
    }
    g_autofree char *clean = text_clean(argv[1], -1, TEXT_LINE);
    problem_set(error, PROBLEM_USAGE, "no command \"%s\": leadlined --help lists them", clean);
    return NULL;
}

static bool has_flag(int argc, char **argv, const char *flag)
{
    for (int i = 1; i < argc; i++)
        if (g_str_equal(argv[i], flag))
            return true;
    return false;
}

static bool parse_options(const ServerCommand *command, int *argc, char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) local = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    if (command->options)
        g_option_context_add_main_entries(context, command->options, NULL);
    if (!g_option_context_parse(context, argc, argv, &local))
        return problem_set(error, PROBLEM_USAGE, "%s", local->message);
    if (*argc > 1 && !command->arguments)
        return problem_set(error, PROBLEM_USAGE, "%s takes no arguments", command->name);
    return true;
}

static bool run(Config *config, int argc, char **argv, GError **error)
{
    if (!clock_init(error) || !crypto_init(error) || !config_read_flags(config, &argc, argv, error))
        return false;
    const ServerCommand *command = command_find(&argc, argv, error);
    return command && parse_options(command, &argc, &argv, error) &&
           command->run(config, argc - 1, argv + 1, error);
}

int main(int argc, char **argv)
{
    if (has_flag(argc, argv, "--help") || has_flag(argc, argv, "-h")) {
        print_usage();
        return EXIT_SUCCESS;
    }
    if (has_flag(argc, argv, "--version")) {
        puts("leadlined " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    umask(0077);
    Config config;
    g_autoptr(GError) error = NULL;
    config_init(&config);
    bool ok = run(&config, argc, argv, &error);
    config_clear(&config);
    if (ok)
        return EXIT_SUCCESS;
    g_autofree char *clean = text_clean(error->message, -1, TEXT_LINE);
    fprintf(stderr, "leadlined: %s\n", clean);
    return problem_row(problem_of(error))->exit_code;
}
