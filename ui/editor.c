/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor.h"

#include "app.h"
#include "program.h"

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "client/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (64 * 1024) /* more fits into no field */

/* There is one terminal, and so one editor at a time. */
typedef struct Editing {
    App *app;
    GPid pid;
    guint watch;
    char *path, *before;
    EditorDoneFunc done;
    void *data;
} Editing;

static Editing *editing;

static void editing_free(Editing *it)
{
    if (it->watch)
        g_source_remove(it->watch);
    g_free(it->path);
    g_free(it->before);
    g_free(it);
}

/* ---- the file */

static char *path_of(App *app, const char *name)
{
    if (!app->profile)
        return NULL;
    g_autofree char *file = g_strdup_printf("edit-%s.txt", name);
    g_strdelimit(file, ":/", '-');
    return g_build_filename(app->profile->runtime_dir, file, NULL);
}

/* A regular file of ours, no larger than makes sense; NULL when it is not there or something else. */
static char *read_file(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    g_autofree char *text = g_malloc0(TEXT_MAX + 1);
    bool fine = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
    ssize_t n, length = 0;
    while (fine && length < TEXT_MAX &&
           (n = read(fd, text + length, (size_t)(TEXT_MAX - length))) > 0)
        length += n;
    close(fd);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = '\0';
    return fine ? g_steal_pointer(&text) : NULL;
}

static bool write_file(const char *path, const char *text)
{
    g_unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    g_autofree char *line = *text ? g_strconcat(text, "\n", NULL) : g_strdup("");
    size_t length = strlen(line);
    bool ok = write(fd, line, length) == (ssize_t)length;
    return close(fd) == 0 && ok;
}

char *editor_left_over(App *app, const char *name)
{
    g_autofree char *path = path_of(app, name);
    char *text = path ? read_file(path) : NULL;
    if (text)
        g_unlink(path);
    return text;
}

/* ---- its end */

static void take_result(Editing *it, const char *failure)
{
    App *app = it->app;
    g_autofree char *text = read_file(it->path);
    if (!failure && text) {
        g_unlink(it->path);
        it->done(app, text, it->data);
        return;
    }
    it->done(app, NULL, it->data);
    if (!text || strcmp(text, it->before) == 0) {
        g_unlink(it->path);
        app_complain(app, _("The editor has failed (%s): the text is as before."),
                     failure ? failure : _("no file"));
        return;
    }
    app_complain(app, "%s", it->path); /* for the messages; the last line says what it is */
    app_complain(app,
                 _("The editor has failed (%s): the text is as before. What it saved is there the "
                   "next time."),
                 failure);
}

static void on_end(GPid pid, gint status, gpointer data)
{
    Editing *it = g_steal_pointer(&editing);
    it->watch = 0;
    g_spawn_close_pid(pid);
    app_take_terminal(it->app);
    g_autofree char *failure = program_failure(status);
    take_result(it, failure);
    editing_free(it);
}

/* ---- its beginning */

static void before_exec(gpointer data)
{
    program_reset_signals();
}

static bool spawn(Editing *it, GError **error)
{
    g_auto(GStrv) argv = editor_argv(it->path);
    return g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN,
                         before_exec, NULL, &it->pid, error);
}

bool editor_start(App *app, const char *name, const char *text, EditorDoneFunc done, void *data)
{
    g_autofree char *path = path_of(app, name);
    g_autoptr(GError) error = NULL;
    if (editing || !path)
        return false;
    if (!write_file(path, text)) {
        app_complain(app, _("The editor cannot begin: %s: %s"), path, g_strerror(errno));
        return false;
    }
    Editing *it = g_new0(Editing, 1);
    *it = (Editing){ .app = app, .done = done, .data = data };
    it->path = g_steal_pointer(&path);
    it->before = g_strdup(text);
    app_lend_terminal(app);
    if (!spawn(it, &error)) {
        app_take_terminal(app);
        app_complain(app, "%s", error->message);
        g_unlink(it->path);
        editing_free(it);
        return false;
    }
    it->watch = g_child_watch_add(it->pid, on_end, it);
    editing = it;
    return true;
}

void editor_hang_up(void)
{
    if (editing) {
        kill(editing->pid, SIGHUP);
        editing->done(editing->app, NULL, editing->data);
        editing_free(g_steal_pointer(&editing));
    }
}
