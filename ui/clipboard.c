/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clipboard.h"

#include "app.h"
#include "program.h"
#include "screen.h"

#include "base/i18n.h"
#include "base/text.h"

/* In the order of preference. needs: a variable that must be set for it to reach a desktop. */
static const struct {
    const char *needs;
    const char *argv[4];
} programs[] = {
    { "WAYLAND_DISPLAY", { "wl-copy" } },
    { "DISPLAY", { "xclip", "-selection", "clipboard" } },
    { "DISPLAY", { "xsel", "--clipboard", "--input" } },
#ifdef __APPLE__
    { NULL, { "pbcopy" } },
#endif
};

static bool is_set(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value;
}

/* Of another machine's desktop nobody here would paste: but X comes along through ssh when it is forwarded. */
static const char *const *find_program(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        g_autofree char *path = g_find_program_in_path(programs[i].argv[0]);
        if (path && (programs[i].needs ? is_set(programs[i].needs) : !is_set("SSH_CONNECTION")))
            return programs[i].argv;
    }
    return NULL;
}

const char *clipboard_program(void)
{
    const char *const *argv = find_program();
    return argv ? argv[0] : NULL;
}

static void on_done(int status, const char *output, gpointer data)
{
    g_autofree char *failure = program_failure(status);
    if (failure) {
        app_complain(data,
                     _("The clipboard has not taken it (%s). :set clipboard=osc52 asks the "
                       "terminal instead."),
                     failure);
    }
}

static void copy_by_program(App *app, const char *const *argv, const char *text, const char *what)
{
    g_autoptr(GError) error = NULL;
    if (program_start(argv, text, false, on_done, app, &error))
        app_say(app, _("%s copied (%s)."), what, argv[0]);
    else
        app_complain_error(app, error);
}

static void copy_by_terminal(App *app, const char *text, const char *what)
{
    if (screen_copy(text))
        app_say(app, _("%s copied, if this terminal can (OSC 52)."), what);
    else
        app_complain(app, "%s", _("That is more than terminals take into the clipboard."));
}

void clipboard_copy(App *app, const char *text, const char *what)
{
    ClipboardMode mode = app->settings.clipboard;
    const char *const *argv = mode == CLIPBOARD_AUTO || mode == CLIPBOARD_NATIVE ? find_program()
                                                                                 : NULL;
    if (mode == CLIPBOARD_OFF)
        app_complain(app, "%s", _("Nothing was copied: :set clipboard=auto allows it."));
    else if (argv)
        copy_by_program(app, argv, text, what);
    else if (mode == CLIPBOARD_NATIVE)
        app_complain(app, "%s",
                     _("Nothing was copied: there is no wl-copy, xclip, xsel or pbcopy here that "
                       "reaches a desktop."));
    else
        copy_by_terminal(app, text, what);
}
