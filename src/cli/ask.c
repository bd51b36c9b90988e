/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "client/editor.h"
#include "wire/json.h"

#define LINE_MAX_BYTES 4096
#define CONTROL(c) ((c)&0x1f)

bool cli_may_ask(const CliArgs *args)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !cli_has(args, OPTION_NO_INPUT);
}

static bool cancelled(GError **error)
{
    return problem_set(error, PROBLEM_CANCELLED, "%s", _("cancelled; nothing was done"));
}

/* ---- lines: read byte by byte, so that what follows stays for whoever reads next */

char *cli_read_line(GError **error)
{
    g_autoptr(GString) line = g_string_sized_new(256);
    char byte;
    ssize_t n;
    while ((n = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n' && line->len < LINE_MAX_BYTES)
        g_string_append_c(line, byte);
    if (n < 1 && line->len == 0) {
        problem_set(error, PROBLEM_BAD_INPUT, "%s", _("a line of standard input is missing"));
        return NULL;
    }
    if (line->len && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    char *copy = g_strdup(line->str);
    explicit_bzero(line->str, line->len);
    return copy;
}

char *cli_ask_line(const char *question, GError **error)
{
    fprintf(stderr, "%s: ", question);
    fflush(stderr);
    char *line = cli_read_line(NULL);
    if (line)
        return line;
    fputc('\n', stderr);
    cancelled(error);
    return NULL;
}

/* Where the last character begins: one press of the erase key takes all of its bytes. */
static gsize last_character(const GString *text)
{
    gsize at = text->len;
    while (at > 0 && ((guchar)text->str[at - 1] & 0xc0) == 0x80)
        at--;
    return at > 0 ? at - 1 : 0;
}

/* False: cancelled. */
static bool read_secret(GString *secret, char erase)
{
    char byte = CONTROL('C');
    while (read(STDIN_FILENO, &byte, 1) == 1 && secret->len < LINE_MAX_BYTES) {
        if (byte == '\n' || byte == '\r')
            return true;
        if (byte == CONTROL('C') || byte == CONTROL('D'))
            return false;
        if (byte == CONTROL('U'))
            g_string_truncate(secret, 0);
        else if (byte == erase || byte == CONTROL('H'))
            g_string_truncate(secret, last_character(secret));
        else
            g_string_append_c(secret, byte);
    }
    return false;
}

/* Signals of keys are off too: Ctrl-C comes as a byte, and the terminal is put right before anything ends. */
char *cli_ask_secret(const char *question, GError **error)
{
    struct termios before, quiet;
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        problem_set(error, PROBLEM_IO, "%s", g_strerror(errno));
        return NULL;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet); /* first: what answers the question is not lost */
    fprintf(stderr, "%s: ", question);
    fflush(stderr);
    g_autoptr(GString) secret = g_string_sized_new(LINE_MAX_BYTES + 1);
    bool done = read_secret(secret, (char)before.c_cc[VERASE]);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    char *copy = done ? g_strdup(secret->str) : NULL;
    explicit_bzero(secret->str, secret->allocated_len);
    if (!copy)
        cancelled(error);
    return copy;
}

int cli_ask_choice(const char *question, const EnumTable *values, GError **error)
{
    for (size_t i = 0; i < values->n_values; i++)
        fprintf(stderr, "%3zu  %s\n", i + 1, _(values->values[i].label));
    for (;;) {
        guint64 n = 0;
        g_autofree char *line = cli_ask_line(question, error);
        if (!line)
            return 0;
        g_strstrip(line);
        if (g_ascii_string_to_unsigned(line, 10, 1, values->n_values, &n, NULL))
            return values->values[n - 1].value;
        if (enum_value(values, line))
            return enum_value(values, line);
        fprintf(stderr, _("A number from 1 to %zu, please.\n"), values->n_values);
    }
}

/* ---- files */

static bool read_all(int fd, GString *text)
{
    char bytes[16384];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof bytes)) > 0 && text->len <= JSON_MAX_BYTES)
        g_string_append_len(text, bytes, n);
    return n >= 0;
}

char *cli_read_file(const CliArgs *args, const char *path, gsize *length, GError **error)
{
    bool standard = strcmp(path, "-") == 0;
    if (standard && isatty(STDIN_FILENO) && cli_has(args, OPTION_NO_INPUT)) {
        problem_set(error, PROBLEM_USAGE, "%s",
                    _("with --no-input, standard input must not be the terminal"));
        return NULL;
    }
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *shown = text_clean(path, -1, TEXT_LINE);
    bool ok = fd >= 0 && read_all(fd, text);
    int why = errno;
    if (fd >= 0 && !standard)
        close(fd);
    if (!ok) {
        problem_set(error, PROBLEM_BAD_INPUT, "%s: %s", shown, g_strerror(why));
        return NULL;
    }
    if (text->len > JSON_MAX_BYTES) {
        problem_set(error, PROBLEM_BAD_INPUT, _("%s is larger than 1 MiB"), shown);
        return NULL;
    }
    if (length)
        *length = text->len;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* ---- the editor */

/* Ctrl-C belongs to the editor while that runs. */
static void take_signals(gpointer data)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
}

static bool spawn_and_wait(const char *const *argv, GError **error)
{
    int status = 0;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    bool ok = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, take_signals,
                           NULL, NULL, NULL, &status, error) &&
              g_spawn_check_wait_status(status, error);
    take_signals(NULL);
    return ok;
}

static bool run_editor(const char *path, GError **error)
{
    g_auto(GStrv) argv = editor_argv(path);
    g_autoptr(GError) why = NULL;
    if (spawn_and_wait((const char *const *)argv, &why))
        return true;
    return problem_set(error, PROBLEM_FAILED, _("the editor %s did not end well: %s"),
                       editor_command(), why->message);
}

char *cli_edit(const char *dir, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "lead-XXXXXX", NULL);
    char *saved = NULL;
    g_autoptr(GError) why = NULL;
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        problem_set(error, PROBLEM_CANNOT_CREATE, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    close(fd);
    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &why) ||
        (run_editor(path, error) && !g_file_get_contents(path, &saved, NULL, &why)))
        problem_set(error, PROBLEM_IO, "%s", why->message);
    g_unlink(path);
    return saved;
}
