/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "wire/json.h"

#define DEMO_EMAIL "member@demo.example"
#define READY_FD 3
#define START_SECONDS 120 /* a slow disk with a large demo */
#define STOP_MS 500       /* of a good end; one by force loses nothing either */
#define OUTPUT_MAX 65536

typedef enum Stage { STAGE_LOAD_DEMO, STAGE_USER_ADD, STAGE_TOKEN, STAGE_SERVE } Stage;

struct Embedded {
    const Profile *profile;
    char *server, *database, *socket, *email, *log_path;
    Stage stage;
    bool ready, user_added;
    GPid pid;
    guint child_watch, ready_watch, deadline;
    int output_fd; /* of the running stage, -1 none */
    int life_fd;   /* write end of the server's standard input: closing it ends the server */
    int ready_fd;
    Tokens tokens;
    EmbeddedReadyFunc on_ready;
    EmbeddedGoneFunc on_gone;
    gpointer data;
};

static void run_stage(Embedded *embedded);

char *embedded_find_server(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    if (self) {
        g_autofree char *dir = g_path_get_dirname(self);
        g_autofree char *beside = g_build_filename(dir, "leadlined", NULL);
        if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&beside);
    }
    return g_find_program_in_path("leadlined");
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void fail(Embedded *embedded, const GError *why)
{
    g_clear_handle_id(&embedded->deadline, g_source_remove);
    EmbeddedReadyFunc func = embedded->on_ready;
    embedded->on_ready = NULL;
    if (func)
        func(NULL, why, embedded->data);
}

/* The end of the log says what the server had to say. */
static void fail_with_log(Embedded *embedded, const char *what)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_file_get_contents(embedded->log_path, &text, &length, NULL);
    const char *last = "";
    if (text) {
        g_strchomp(text);
        last = strrchr(text, '\n');
        last = last ? last + 1 : text;
    }
    g_autofree char *clean = text_clean(last, -1, TEXT_LINE);
    g_autoptr(GError) error = NULL;
    problem_set(&error, PROBLEM_FAILED, "leadlined %s: %s (see %s)", what, clean,
                embedded->log_path);
    fail(embedded, error);
}

/* ---- children */

/* A group of its own: keys of the terminal (Ctrl-C, Ctrl-Z) are the client's alone. */
static void child_setup(gpointer data)
{
    setpgid(0, 0);
}

static void on_child_end(GPid pid, gint status, gpointer data);

static bool spawn(Embedded *embedded, const char *const *argv, int *input, int *output,
                  int ready_end)
{
    g_auto(GStrv) environment = g_environ_unsetenv(g_get_environ(), "LEADLINE_TOKEN");
    g_autoptr(GError) error = NULL;
    int log = open(embedded->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                   0600);
    int target = READY_FD;
    bool ok = g_spawn_async_with_pipes_and_fds(
        NULL, argv, (const char *const *)environment, G_SPAWN_DO_NOT_REAP_CHILD, child_setup, NULL,
        -1, output ? -1 : log, log, &ready_end, &target, ready_end >= 0 ? 1 : 0, &embedded->pid,
        input, output, NULL, &error);
    close_fd(&log);
    if (!ok) {
        g_autoptr(GError) problem = NULL;
        problem_set(&problem, PROBLEM_FAILED, "cannot start %s: %s", argv[0], error->message);
        fail(embedded, problem);
        return false;
    }
    embedded->child_watch = g_child_watch_add(embedded->pid, on_child_end, embedded);
    return true;
}

/* ---- stages */

static bool load_demo(Embedded *embedded)
{
    const char *const argv[] = { embedded->server, "--database", embedded->database, "load-demo",
                                 NULL };
    int input = -1;
    bool ok = spawn(embedded, argv, &input, NULL, -1);
    close_fd(&input);
    return ok;
}

/* Fits into a pipe. A child that has gone already tells so by its end, not by a signal to us. */
static void write_all(int fd, const char *text, size_t length)
{
    void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
    if (write(fd, text, length) < 0)
        g_debug("leadlined did not read its password");
    signal(SIGPIPE, handler);
}

/* The password is thrown away: whoever can open the file needs none. */
static bool add_user(Embedded *embedded)
{
    const char *real = g_get_real_name();
    const char *name = strcmp(real, "Unknown") == 0 || !*real ? g_get_user_name() : real;
    const char *const argv[] = {
        embedded->server, "--database",    embedded->database, "user", "add",
        "--email",        embedded->email, "--name",           name,   NULL
    };
    int input = -1;
    if (!spawn(embedded, argv, &input, NULL, -1))
        return false;
    char password[2 * UUID_TEXT_SIZE + 1];
    Uuid one = uuid_new(), two = uuid_new();
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
    g_snprintf(password, sizeof password, "%s%s\n", uuid_format(&one, a), uuid_format(&two, b));
    write_all(input, password, strlen(password));
    explicit_bzero(password, sizeof password);
    close_fd(&input);
    embedded->user_added = true;
    return true;
}

static bool create_token(Embedded *embedded)
{
    const char *const argv[] = { embedded->server, "--database", embedded->database, "token",
                                 "create",         "--email",    embedded->email,    NULL };
    int input = -1;
    bool ok = spawn(embedded, argv, &input, &embedded->output_fd, -1);
    close_fd(&input);
    return ok;
}

static gboolean on_ready_line(gint fd, GIOCondition condition, gpointer data)
{
    Embedded *embedded = data;
    char line[16];
    ssize_t n = read(fd, line, sizeof line);
    embedded->ready_watch = 0;
    close_fd(&embedded->ready_fd);
    /* Its end without a word: the child's end will say why. */
    if (n < 6 || memcmp(line, "ready\n", 6) != 0)
        return G_SOURCE_REMOVE;
    embedded->ready = true;
    g_clear_handle_id(&embedded->deadline, g_source_remove);
    EmbeddedReadyFunc func = embedded->on_ready;
    embedded->on_ready = NULL;
    if (func)
        func(&embedded->tokens, NULL, embedded->data);
    return G_SOURCE_REMOVE;
}

static bool serve(Embedded *embedded)
{
    g_autofree char *listen = g_strconcat("unix:", embedded->socket, NULL);
    const char *argv[] = { embedded->server, "--database", embedded->database,   "--listen", listen,
                           "--ready-fd",     "3",          "--exit-with-parent", NULL,       NULL };
    if (embedded->profile->kind == PROFILE_DEMO)
        argv[8] = "--lively";
    int ends[2];
    g_autoptr(GError) error = NULL;
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, &error)) {
        fail(embedded, error);
        return false;
    }
    embedded->ready_fd = ends[0];
    bool ok = spawn(embedded, argv, &embedded->life_fd, NULL, ends[1]);
    close(ends[1]);
    if (ok)
        embedded->ready_watch = g_unix_fd_add(embedded->ready_fd, G_IO_IN | G_IO_HUP, on_ready_line,
                                              embedded);
    return ok;
}

static bool read_tokens(Embedded *embedded)
{
    g_autofree char *text = g_malloc(OUTPUT_MAX);
    size_t length = 0;
    for (ssize_t n; length < OUTPUT_MAX && embedded->output_fd >= 0 &&
                    (n = read(embedded->output_fd, text + length, OUTPUT_MAX - length)) > 0;)
        length += (size_t)n;
    close_fd(&embedded->output_fd);
    g_autoptr(JsonDoc) doc = json_parse(text, length, NULL);
    explicit_bzero(text, length);
    if (!doc)
        return false;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    tokens_wipe(&embedded->tokens);
    return json_decode(json_root(doc), &tokens_fields, &embedded->tokens, JSON_REPLY, "#",
                       &errors) &&
           embedded->tokens.access_token;
}

static const struct {
    const char *what;
    bool (*run)(Embedded *embedded);
} stages[] = {
    [STAGE_LOAD_DEMO] = { "load-demo", load_demo },
    [STAGE_USER_ADD] = { "user add", add_user },
    [STAGE_TOKEN] = { "token create", create_token },
    [STAGE_SERVE] = { "", serve },
};

static void run_stage(Embedded *embedded)
{
    stages[embedded->stage].run(embedded);
}

static void on_child_end(GPid pid, gint status, gpointer data)
{
    Embedded *embedded = data;
    embedded->child_watch = 0;
    embedded->pid = 0;
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (embedded->stage == STAGE_SERVE) {
        close_fd(&embedded->life_fd);
        if (embedded->ready && embedded->on_gone)
            embedded->on_gone(embedded->data);
        else
            fail_with_log(embedded, "did not start");
        return;
    }
    if (embedded->stage == STAGE_TOKEN)
        ok = read_tokens(embedded) && ok;
    if (!ok && embedded->stage == STAGE_TOKEN && !embedded->user_added &&
        embedded->profile->kind == PROFILE_LOCAL) {
        /* A database without its user: the first start was cut off between the two. */
        embedded->stage = STAGE_USER_ADD;
    } else if (!ok) {
        fail_with_log(embedded, stages[embedded->stage].what);
        return;
    } else {
        embedded->stage = embedded->stage == STAGE_TOKEN ? STAGE_SERVE : STAGE_TOKEN;
    }
    run_stage(embedded);
}

static gboolean on_deadline(gpointer data)
{
    Embedded *embedded = data;
    embedded->deadline = 0;
    fail_with_log(embedded, "takes too long");
    return G_SOURCE_REMOVE;
}

static gboolean begin(gpointer data)
{
    Embedded *embedded = data;
    embedded->deadline = 0;
    if (!embedded->server) {
        g_autoptr(GError) error = NULL;
        problem_set(&error, PROBLEM_FAILED,
                    "leadlined is neither beside this program nor in PATH: install it there");
        fail(embedded, error);
        return G_SOURCE_REMOVE;
    }
    embedded->deadline = g_timeout_add_seconds(START_SECONDS, on_deadline, embedded);
    run_stage(embedded);
    return G_SOURCE_REMOVE;
}

/* An address that the server accepts, from a log-in name that may hold anything. */
static char *local_email(void)
{
    g_autofree char *user = g_ascii_strdown(g_get_user_name(), -1);
    g_strcanon(user, "abcdefghijklmnopqrstuvwxyz0123456789", '-');
    return g_strdup_printf("%s@local.example", *user ? user : "me");
}

Embedded *embedded_start(const Profile *profile, EmbeddedReadyFunc ready, EmbeddedGoneFunc gone,
                         gpointer data)
{
    Embedded *embedded = g_new0(Embedded, 1);
    bool demo = profile->kind == PROFILE_DEMO;
    g_autofree char *path = profile_path(profile->data_dir, "server.db");
    embedded->profile = profile;
    embedded->server = embedded_find_server();
    embedded->database = g_strconcat("sqlite:", path, NULL);
    embedded->socket = g_strdup(profile->server + strlen("unix:"));
    embedded->log_path = profile_path(profile->state_dir, "server.log");
    embedded->email = demo ? g_strdup(DEMO_EMAIL) : local_email();
    /* A second start in one run, or on another day: the database is there. */
    embedded->stage = g_file_test(path, G_FILE_TEST_EXISTS) ? STAGE_TOKEN
                      : demo                                ? STAGE_LOAD_DEMO
                                                            : STAGE_USER_ADD;
    embedded->output_fd = embedded->life_fd = embedded->ready_fd = -1;
    embedded->on_ready = ready;
    embedded->on_gone = gone;
    embedded->data = data;
    embedded->deadline = g_idle_add(begin, embedded);
    return embedded;
}

static bool has_ended(gpointer data)
{
    GPid *pid = data;
    int status;
    return waitpid(*pid, &status, WNOHANG) != 0;
}

/* For at most STOP_MS; a server that does not end by itself is ended. */
static void wait_for_end(GPid pid)
{
    if (!clock_wait(has_ended, &pid, STOP_MS)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

int embedded_pid(const Embedded *embedded)
{
    return embedded->pid;
}

void embedded_stop(Embedded *embedded)
{
    if (!embedded)
        return;
    g_clear_handle_id(&embedded->deadline, g_source_remove);
    g_clear_handle_id(&embedded->child_watch, g_source_remove);
    g_clear_handle_id(&embedded->ready_watch, g_source_remove);
    close_fd(&embedded->life_fd);
    close_fd(&embedded->ready_fd);
    close_fd(&embedded->output_fd);
    if (embedded->pid) {
        /* Nothing of a demo is kept, and what only prepares is done anew: no reason to wait for either. */
        if (embedded->stage != STAGE_SERVE || embedded->profile->kind == PROFILE_DEMO)
            kill(embedded->pid, SIGKILL);
        wait_for_end(embedded->pid);
    }
    tokens_wipe(&embedded->tokens);
    g_free(embedded->server);
    g_free(embedded->database);
    g_free(embedded->socket);
    g_free(embedded->email);
    g_free(embedded->log_path);
    g_free(embedded);
}
