/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal client: options, then either a command for scripts or the screen. */
#include <config.h>

#include "app.h"
#include "prompt.h"
#include "session.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define STOP_MS 3000 /* at most, to send what is ready at the end */

static gboolean opt_demo, opt_local, opt_read_only, opt_insecure, opt_no_colour, opt_version;
static char *opt_profile, *opt_server;
static char **opt_command;

static const GOptionEntry options[] = {
    { "demo", 0, 0, G_OPTION_ARG_NONE, &opt_demo, N_("A private demo network, gone at the end"),
      NULL },
    { "local", 0, 0, G_OPTION_ARG_NONE, &opt_local, N_("A private server on this machine"), NULL },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &opt_profile, N_("Use this profile"), N_("NAME") },
    { "server", 0, 0, G_OPTION_ARG_STRING, &opt_server, N_("Use this server"), N_("URL") },
    { "read-only", 0, 0, G_OPTION_ARG_NONE, &opt_read_only, N_("Show, but change nothing"), NULL },
    { "insecure-storage", 0, 0, G_OPTION_ARG_NONE, &opt_insecure,
      N_("Keep tokens unencrypted in a file that only you can read"), NULL },
    { "no-color", 0, 0, G_OPTION_ARG_NONE, &opt_no_colour, N_("No colours"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &opt_version, N_("Print the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_command, NULL,
      N_("[COMMAND [ARGUMENT...]]") },
    { NULL },
};

static int fail(const GError *error, int exit_code)
{
    g_autofree char *words = problem_words(error);
    fprintf(stderr, "leadline: %s\n", words);
    return exit_code;
}

/* config file and key map of the user; what is wrong in them is told on the screen, and the rest counts. */
static void read_user_files(App *app)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config = config_path();
    if (!config_load(config, &app->settings, NULL, NULL, &error)) {
        app_complain_error(app, error);
    }
    g_autofree char *keys = g_build_filename(g_get_user_config_dir(), "leadline", "keys", NULL);
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    keymap_read_file(app->keymap, keys, complaints);
    for (guint i = complaints->len; i-- > 0;) {
        app_complain(app, "%s", (const char *)complaints->pdata[i]);
    }
    const Setting *theme = setting_find("theme");
    theme_select(enum_code(theme->field.values, app->settings.theme));
}

/* NULL and no error: the first run. */
static Profile *choose_profile(GError **error)
{
    if (opt_demo) {
        return profile_new(PROFILE_DEMO, "demo", NULL, error);
    }
    if (opt_local) {
        return profile_new(PROFILE_LOCAL, "local", NULL, error);
    }
    if (opt_server) {
        Profile *profile = profile_new(PROFILE_SERVER, opt_profile ? opt_profile : "main",
                                       opt_server, error);
        if (profile) {
            profile->insecure_storage = opt_insecure;
        }
        return profile;
    }
    if (!opt_profile && !g_getenv("LEADLINE_PROFILE") && !profile_any()) {
        return NULL;
    }
    return profile_load(opt_profile, error);
}

static void started(App *app)
{
    if (app->client) {
        client_start(app->client);
    }
}

/* What is still unsent, on stderr, when the screen is gone. */
static void stop_client(App *app)
{
    if (!app->client) {
        return;
    }
    client_stop(app->client, STOP_MS);
    const OutboxCounts *outbox = &client_status(app->client)->outbox;
    gint64 unsent = outbox->held + outbox->waiting + outbox->failed;
    if (unsent > 0 && app->profile->kind != PROFILE_DEMO) {
        fprintf(stderr,
                ngettext("leadline: %" PRId64
                         " action is not sent yet; it is kept and sent the next time.\n",
                         "leadline: %" PRId64
                         " actions are not sent yet; they are kept and sent the next time.\n",
                         (gulong)unsent),
                unsent);
    }
}

static int run_screen(void)
{
    g_autoptr(GError) error = NULL;
    Profile *profile = choose_profile(&error);
    if (error) {
        return fail(error, problem_row(problem_of(error))->exit_code);
    }
    App *app = app_new();
    app->read_only = opt_read_only;
    app->insecure_storage = opt_insecure;
    read_user_files(app);
    bool ready = !profile || app_open_profile(app, profile, &error);
    if (!ready || !screen_open(&error)) {
        int exit_code = fail(error, problem_row(problem_of(error))->exit_code);
        app_free(app);
        return exit_code;
    }
    if (app->settings.ascii != ASCII_AUTO) {
        text_set_ascii(app->settings.ascii == ASCII_ON);
    }
    if (!profile) {
        app_show(app, VIEW_WELCOME);
    }
    app_run(app, started);
    screen_close();
    stop_client(app);
    int exit_code = app->exit_code;
    app_free(app);
    return exit_code;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain("leadline", LOCALEDIR);
    textdomain("leadline");
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, options, "leadline");
    g_option_context_set_strict_posix(context, TRUE);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "leadline: %s\n", error->message);
        return 64;
    }
    if (!clock_init(&error)) {
        return fail(error, 64);
    }
    if (opt_version) {
        printf("leadline %s\n", PACKAGE_VERSION);
        return 0;
    }
    if (opt_no_colour) {
        g_setenv("NO_COLOR", "1", TRUE);
    }
    return run_screen();
}
