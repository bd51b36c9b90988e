/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handlers.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/log_file.h"

#include <string.h>

/* ---- network */

void run_sync(App *app, const char *args)
{
    client_sync_now(app->client);
    app_dirty(app, DIRTY_STATUS);
}

void run_offline(App *app, const char *args)
{
    client_set_offline(app->client, true);
    app_say(app, "%s", _("Offline: what you do is kept, and :online sends it."));
}

void run_online(App *app, const char *args)
{
    client_set_offline(app->client, false);
    app_dirty(app, DIRTY_STATUS);
}

/* ---- settings */

static void say_setting(App *app, const Setting *setting)
{
    g_autofree char *value = settings_get(&app->settings, setting->field.name);
    g_autofree char *values = setting_values(setting);
    app_say(app, "%s=%s   %s (%s)", setting->field.name, value, _(setting->effect), values);
}

static void say_all(App *app)
{
    for (size_t i = n_settings; i-- > 0;)
        say_setting(app, &settings_table[i]);
    app_show(app, VIEW_MESSAGES);
}

void run_set(App *app, const char *args)
{
    if (!*args || strcmp(args, "all") == 0) {
        say_all(app);
        return;
    }
    const char *equals = strchr(args, '=');
    g_autofree char *name = g_strndup(args, equals ? (gsize)(equals - args) : strcspn(args, "? "));
    g_strstrip(name);
    const Setting *setting = setting_find(name);
    if (!setting) {
        app_complain(app, _("There is no setting \"%s\". :set all shows them."), name);
        return;
    }
    g_autoptr(GError) error = NULL;
    if (!equals) {
        say_setting(app, setting);
    } else if (settings_set(&app->settings, name, equals + 1, &error)) {
        app_apply_settings(app);
        say_setting(app, setting);
    } else {
        app_complain(app, "%s", error->message);
    }
}

static void set_by_name(App *app, const char *name, const char *value)
{
    g_autofree char *line = *value ? g_strdup_printf("%s=%s", name, value) : g_strdup(name);
    run_set(app, line);
}

void run_theme(App *app, const char *args)
{
    set_by_name(app, "theme", args);
}

void run_log(App *app, const char *args)
{
    set_by_name(app, "log", args);
    if (app->profile && !*args) {
        g_autofree char *path = log_file_path(app->profile);
        app_say(app, _("The log is %s"), path);
    }
}

void run_background(App *app, const char *args)
{
    set_by_name(app, "background", args);
}

/* ---- keys */

void run_bind(App *app, const char *args)
{
    g_autofree char *complaint = keymap_bind(app->keymap, ":bind", args);
    if (complaint)
        app_complain(app, "%s", complaint);
    app_dirty(app, DIRTY_ALL);
}

void run_unbind(App *app, const char *args)
{
    g_autofree char *line = g_strconcat(args, " none", NULL);
    run_bind(app, line);
}
