/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads as JSON for other programs, as files, and as bare text for the mouse. */
#include "handlers.h"
#include "leads_private.h"
#include "program.h"
#include "screen.h"
#include "text_page.h"

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "client/export.h"
#include "client/label.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- pipe and exec: a line of the user's shell, which gets one object a line */

static bool put_lead(App *app, GString *out, const Uuid *id, GError **error)
{
    Referral referral = { 0 };
    bool ok = cache_referral(client_cache(app->client), id, &referral, error);
    if (ok)
        export_lead(out, EXPORT_LINES, &referral, false);
    fields_clear(&referral_fields, &referral);
    return ok;
}

/* The tagged leads, or the one at hand; NULL and a complaint when they cannot be read. */
static char *leads_as_lines(App *app, guint *n)
{
    g_autoptr(GArray) tagged = leads_tagged(app, false);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Target target = app_target(app);
    *n = tagged ? tagged->len : 1;
    bool ok = true;
    for (guint i = 0; i < *n && ok; i++)
        ok = put_lead(app, out, tagged ? &g_array_index(tagged, Uuid, i) : &target.lead, &error);
    if (!ok)
        app_complain_error(app, error);
    return ok ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

typedef struct Run {
    App *app;
    char *line;
} Run;

static void run_free(Run *run)
{
    g_free(run->line);
    g_free(run);
}

static void say_end(Run *run, int status)
{
    g_autofree char *line = text_clean(run->line, -1, TEXT_LINE);
    g_autofree char *cut = text_cut(line, 40);
    g_autofree char *failure = program_failure(status);
    if (failure)
        app_complain(run->app, _("%s: %s"), cut, failure);
    else
        app_say(run->app, _("%s: done"), cut);
}

static void on_piped(int status, const char *output, gpointer data)
{
    Run *run = data;
    if (*output)
        text_page_show(run->app, run->line, output);
    say_end(run, status);
    run_free(run);
}

static void on_ran(int status, const char *output, gpointer data)
{
    Run *run = data;
    say_end(run, status);
    run_free(run);
}

static void start(App *app, const char *line, bool keep)
{
    guint n;
    g_autofree char *input = leads_as_lines(app, &n);
    if (!input)
        return;
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    g_autoptr(GError) error = NULL;
    Run *run = g_new0(Run, 1);
    *run = (Run){ app, g_strdup(line) };
    if (!program_start(argv, input, keep, keep ? on_piped : on_ran, run, &error)) {
        app_complain_error(app, error);
        run_free(run);
        return;
    }
    app_say(app, ngettext("%u lead given to the program.", "%u leads given to the program.", n), n);
}

void run_pipe(App *app, const char *args)
{
    if (*args)
        start(app, args, true);
    else
        run_command_line(app, "pipe ");
}

void run_exec(App *app, const char *args)
{
    if (*args)
        start(app, args, false);
    else
        run_command_line(app, "exec ");
}

/* ---- export: the tagged leads, or all of the list; some at a time, so that keys are answered meanwhile */

#define EXPORT_AT_ONCE 100

typedef struct Export {
    App *app;
    ViewId view; /* the list, */
    View *list;  /* which may be gone with its profile */
    GArray *tagged;
    ExportFormat format;
    int fd;
    char *path; /* clean, for people */
    LeadPos last;
    guint n;
} Export;

static void export_free(Export *export)
{
    if (export->fd >= 0)
        close(export->fd);
    if (export->tagged)
        g_array_unref(export->tagged);
    g_free(export->path);
    g_free(export);
}

static bool write_all(int fd, const GString *text)
{
    gsize done = 0;
    while (done < text->len) {
        ssize_t n = write(fd, text->str + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (gsize)n : 0;
    }
    return true;
}

static bool add_lead(Export *export, GString *out, const Uuid *id)
{
    Referral referral = { 0 };
    bool ok = cache_referral(client_cache(export->app->client), id, &referral, NULL);
    if (ok)
        export_lead(out, export->format, &referral, export->n++ == 0);
    fields_clear(&referral_fields, &referral);
    return ok;
}

/* False: that was the last of them. */
static bool add_some(Export *export, GString *out)
{
    if (export->tagged) {
        for (guint i = 0; i < export->tagged->len; i++)
            add_lead(export, out, &g_array_index(export->tagged, Uuid, i));
        return false;
    }
    const LeadPos *from = uuid_is_nil(&export->last.id) ? NULL : &export->last;
    g_autoptr(GPtrArray) rows = leads_fetch((LeadsView *)export->list, from, true, EXPORT_AT_ONCE);
    for (guint i = 0; rows && i < rows->len; i++) {
        add_lead(export, out, &((LeadRow *)rows->pdata[i])->id);
        export->last = lead_pos(rows->pdata[i]);
    }
    return rows && rows->len == EXPORT_AT_ONCE;
}

static gboolean on_export(gpointer data)
{
    Export *export = data;
    App *app = export->app;
    g_autoptr(GString) out = g_string_new(NULL);
    if (app->quit || app->views[export->view] != export->list) {
        app_complain(app, _("The export ended early: %s is not complete."), export->path);
        return G_SOURCE_REMOVE;
    }
    bool more = add_some(export, out);
    if (!more)
        export_end(out, export->format);
    if (!write_all(export->fd, out)) {
        app_complain(app, "%s: %s", export->path, g_strerror(errno));
        return G_SOURCE_REMOVE;
    }
    if (!more)
        app_say(app, ngettext("%u lead written to %s", "%u leads written to %s", export->n),
                export->n, export->path);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* A file that is there stays as it is. */
static int make_file(App *app, const char *path)
{
    g_autofree char *real = program_path(path);
    int fd = open(real, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        app_complain(app, _("%s is there already: choose another name."), path);
    else if (fd < 0)
        app_complain(app, "%s: %s", path, g_strerror(errno));
    return fd;
}

void run_export(App *app, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    int format = words[0] ? enum_value(&export_formats, words[0]) : 0;
    View *list = leads_list_view(app);
    if (!format || !words[1]) {
        app_complain(app, "%s", _("Say what and where: :export csv FILE, or :export json FILE."));
        return;
    }
    if (!list) {
        app_complain(app, "%s", _("Export is for a list of leads: go to Inbox or Sent first."));
        return;
    }
    int fd = make_file(app, g_strchug(words[1]));
    if (fd < 0)
        return;
    Export *export = g_new0(Export, 1);
    *export = (Export){ .app = app, .list = list, .format = (ExportFormat)format, .fd = fd };
    export->view = list == app->views[VIEW_SENT] ? VIEW_SENT : VIEW_INBOX;
    export->tagged = leads_tagged(app, false);
    export->path = text_clean(words[1], -1, TEXT_LINE);
    g_autoptr(GString) head = g_string_new(NULL);
    export_begin(head, export->format);
    if (write_all(fd, head)) {
        g_idle_add_full(G_PRIORITY_LOW, on_export, export, (GDestroyNotify)export_free);
    } else {
        app_complain(app, "%s: %s", export->path, g_strerror(errno));
        export_free(export);
    }
}

/* ---- bare: no frames, whole lines, as the terminal wraps them; any key ends it */

static void put_line(GString *out, const char *label, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_MULTILINE);
    if (*clean)
        g_string_append_printf(out, "%s%s%s\n", label, *label ? ": " : "", clean);
}

void run_bare(App *app, const char *args)
{
    Target target = app_target(app);
    Referral referral = { 0 };
    g_autoptr(GError) error = NULL;
    if (!cache_referral(client_cache(app->client), &target.lead, &referral, &error)) {
        app_complain_error(app, error);
        return;
    }
    const Contact *contact = &referral.lead.contact;
    char label[LABEL_SIZE];
    g_autofree char *name = contact_display_name(contact);
    g_autoptr(GString) out = g_string_new(NULL);
    put_line(out, "", lead_label(&referral.id, label));
    put_line(out, "", name);
    put_line(out, "", contact->company_name);
    put_line(out, "", contact->phone_1);
    put_line(out, "", contact->phone_2);
    put_line(out, "", contact->email);
    put_line(out, "", contact->postal_code);
    put_line(out, "", contact->city);
    put_line(out, "", referral.lead.need);
    put_line(out, referral.from.name ? referral.from.name : "", referral.lead.comments);
    put_line(out, referral.to.name ? referral.to.name : "", referral.message);
    fields_clear(&referral_fields, &referral);
    app->bare = true;
    screen_bare(out->str);
}
