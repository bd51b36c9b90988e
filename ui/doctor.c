/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor.h"

#include "base/i18n.h"
#include "base/text.h"
#include "clipboard.h"
#include "keymap.h"
#include "page.h"
#include "page_view.h"

#include <string.h>

/* ---- the checks */

static DoctorGrade look_at_keys(const Doctor *doctor, char **finding, char **cure)
{
    g_autoptr(KeyMap) keymap = keymap_new();
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = g_build_filename(g_get_user_config_dir(), "leadline", "keys", NULL);
    keymap_read_file(keymap, path, complaints);
    if (complaints->len == 0) {
        *finding = g_file_test(path, G_FILE_TEST_EXISTS)
                       ? text_clean(path, -1, TEXT_LINE)
                       : g_strdup(_("no file: all keys are as they come"));
        return DOCTOR_WELL;
    }
    *finding = text_clean(complaints->pdata[0], -1, TEXT_LINE);
    *cure = complaints->len == 1
                ? g_strdup(_("mend that line, or take it out"))
                : g_strdup_printf(_("mend it, and %u more: M on the screen lists them"),
                                  complaints->len - 1);
    return DOCTOR_ILL;
}

static DoctorGrade look_at_terminal(const Doctor *doctor, char **finding, char **cure)
{
    const char *term = g_getenv("TERM");
    *finding = text_clean(term && *term ? term : _("TERM is not set"), -1, TEXT_LINE);
    if (term && *term && strcmp(term, "dumb") != 0)
        return DOCTOR_WELL;
    *cure = g_strdup(
        _("the screen needs a terminal that can move its cursor; commands work without"));
    return DOCTOR_NOTE;
}

static DoctorGrade look_at_clipboard(const Doctor *doctor, char **finding, char **cure)
{
    const char *program = clipboard_program();
    if (program) {
        *finding = g_strdup(program);
        return DOCTOR_WELL;
    }
    *finding = g_strdup(_("by the terminal (OSC 52)"));
    *cure = g_strdup(
        _("if nothing arrives, install wl-clipboard or xclip, or allow it in the terminal"));
    return DOCTOR_NOTE;
}

const DoctorCheck screen_checks[] = {
    { "keys", look_at_keys },
    { "terminal", look_at_terminal },
    { "clipboard", look_at_clipboard },
    { NULL },
};

/* ---- :doctor */

static void put_findings(Page *page, const Doctor *doctor, const DoctorCheck *checks)
{
    static const Role roles[] = {
        [DOCTOR_WELL] = ROLE_NORMAL, [DOCTOR_NOTE] = ROLE_KEY, [DOCTOR_ILL] = ROLE_ERROR
    };
    g_autoptr(GPtrArray) findings = doctor_look(doctor, checks);
    for (guint i = 0; i < findings->len; i++) {
        const DoctorFinding *one = findings->pdata[i];
        g_autofree char *line = g_strdup_printf("%s: %s", enum_label(&doctor_grades, one->grade),
                                                one->finding);
        page_pair(page, 12, one->check, roles[one->grade], line);
        page_pair(page, 12, "", ROLE_NORMAL, one->cure);
    }
}

static void fill(View *view, Page *page)
{
    App *app = view->app;
    Doctor doctor = { app->profile, app->client, NULL };
    put_findings(page, &doctor, doctor_checks);
    put_findings(page, &doctor, screen_checks);
}

static View *create(App *app)
{
    return page_view_new(app, &doctor_view);
}

static const char *const footer[] = { "down", "up", "back", NULL };

const ViewOps doctor_view = {
    PAGE_VIEW,        .destroy = page_view_free, .title = N_("Doctor"),
    .footer = footer, .create = create,          .fill = fill,
};
