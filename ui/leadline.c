/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal client: a command for scripts (src/cli), or the screen. */
#include <config.h>

#include "app.h"
#include "doctor.h"
#include "prompt.h"
#include "session.h"
#include "screen.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/session.h"

#include <inttypes.h>
#include <locale.h>
#ifdef HAVE_MALLOPT
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>

#define STOP_MS 3000 /* at most, to send what is ready at the end */

static bool config_verb(const char *verb, const char *rest, gpointer data, GError **error)
{
    App *app = data;
    bool unbind = strcmp(verb, "unbind") == 0;
    if (!unbind && strcmp(verb, "bind") != 0) {
        return problem_set(
            error, PROBLEM_BAD_CONFIG,
            _("a line is set NAME=VALUE, bind CONTEXT KEY COMMAND, or unbind CONTEXT KEY"));
    }
    g_autofree char *line = g_strconcat(rest, unbind ? " none" : "", NULL);
    g_autofree char *complaint = keymap_bind(app->keymap, "config", line);
    return !complaint || problem_set(error, PROBLEM_BAD_CONFIG, "%s", complaint);
}

/* config file and key map of the user; what is wrong in them is told on the screen, and the rest counts. */
static void read_user_files(App *app)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *config = config_path();
    if (!config_load(config, &app->settings, config_verb, app, &error))
        app_complain_error(app, error);
    g_autofree char *keys = g_build_filename(g_get_user_config_dir(), "leadline", "keys", NULL);
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    keymap_read_file(app->keymap, keys, complaints);
    for (guint i = complaints->len; i-- > 0;)
        app_complain(app, "%s", (const char *)complaints->pdata[i]);
    if (complaints->len > 1) {
        g_autofree char *key = keymap_key_of(app->keymap, CTX_BIT(CTX_GLOBAL), "messages", "");
        app_complain(app, _("%s lists %u complaints about your keys. The first: %s"), key,
                     complaints->len, (const char *)complaints->pdata[0]);
    }
    theme_select(app->settings.theme, app->settings.background);
}

static bool is_first_run(const CliArgs *args)
{
    static const CliOptionId chosen[] = { OPTION_DEMO, OPTION_LOCAL, OPTION_SERVER,
                                          OPTION_PROFILE };
    for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++)
        if (cli_has(args, chosen[i]))
            return false;
    return !g_getenv("LEADLINE_PROFILE") && !profile_any();
}

static void started(App *app)
{
    if (app->client)
        client_start(app->client);
}

/* What is still unsent, on stderr, when the screen is gone. */
static void stop_client(App *app)
{
    if (!app->client)
        return;
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

/* The profile is NULL at the first run, which asks how to begin. */
static bool open_screen(App *app, const CliArgs *args, GError **error)
{
    bool first = is_first_run(args);
    Profile *profile = first ? NULL : cli_profile(args, error);
    if (!first && (!profile || !app_open_profile(app, profile, error)))
        return false;
    if (!screen_open(error))
        return false;
    app_apply_settings(app);
    if (first)
        app_show(app, VIEW_WELCOME);
    return true;
}

static int run_screen(const CliArgs *args)
{
    g_autoptr(GError) error = NULL;
    App *app = app_new();
    app->read_only = cli_has(args, OPTION_READ_ONLY);
    app->insecure_storage = cli_has(args, OPTION_INSECURE_STORAGE);
    read_user_files(app);
    int exit_code;
    if (open_screen(app, args, &error)) {
        app_run(app, started);
        screen_close();
        stop_client(app);
        exit_code = app->exit_code;
    } else {
        exit_code = cli_fail(error);
    }
    app_free(app);
    return exit_code;
}

static int print(char *owned)
{
    g_autofree char *text = owned;
    return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? 0 : 74;
}

static int run(const CliArgs *args)
{
    g_autoptr(GError) error = NULL;
    if (cli_has(args, OPTION_VERSION))
        return print(g_strdup_printf("leadline %s\n", PACKAGE_VERSION));
    if (cli_has(args, OPTION_HELP))
        return print(cli_help(args->command));
    if (!clock_init(&error))
        return cli_fail(error);
    if (cli_has(args, OPTION_CONFIG))
        g_setenv("LEADLINE_CONFIG", args->value[OPTION_CONFIG], TRUE);
    if (cli_has(args, OPTION_NO_COLOR))
        g_setenv("NO_COLOR", "1", TRUE);
    return args->command ? cli_main(args, screen_checks) : run_screen(args);
}

/* A large block goes back to the system when it is freed: glibc would from then on keep blocks of that size in its heaps, and
 * the first pull of many leads, or the making of an index, would have its megabytes for ever. */
static void give_memory_back(void)
{
#ifdef HAVE_MALLOPT
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

int main(int argc, char **argv)
{
    give_memory_back();
    setlocale(LC_ALL, "");
    bindtextdomain("leadline", LOCALEDIR);
    bind_textdomain_codeset("leadline", "UTF-8"); /* what text_clean() and text_width() take */
    textdomain("leadline");
    g_autoptr(GError) error = NULL;
    g_auto(CliArgs) args;
    return cli_args_parse(&args, argv + 1, &error) ? run(&args) : cli_fail(error);
}
