/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handlers.h"
#include "screen.h"

#include "base/i18n.h"
#include "base/text.h"

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

static void apply(App *app)
{
    theme_select(app->settings.theme, app->settings.background);
    screen_apply_theme();
    if (app->settings.ascii != ASCII_AUTO) {
        text_set_ascii(app->settings.ascii == ASCII_ON);
    }
    if (app->client) {
        client_set_undo_hold(app->client, (int)app->settings.undo_hold);
    }
    for (int i = 0; i < VIEW_COUNT; i++) {
        if (app->views[i]) {
            app->views[i]->body = (Rect){ 0 }; /* placed again */
        }
    }
    app_dirty(app, DIRTY_ALL);
}

static void say_setting(App *app, const Setting *setting)
{
    g_autofree char *value = settings_get(&app->settings, setting->field.name);
    g_autofree char *values = setting_values(setting);
    app_say(app, "%s=%s   %s (%s)", setting->field.name, value, _(setting->effect), values);
}

static void say_all(App *app)
{
    for (size_t i = n_settings; i-- > 0;) {
        say_setting(app, &settings_table[i]);
    }
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
        apply(app);
        say_setting(app, setting);
    } else {
        app_complain(app, "%s", error->message);
    }
}

void run_theme(App *app, const char *args)
{
    g_autofree char *line = *args ? g_strdup_printf("theme=%s", args) : g_strdup("theme");
    run_set(app, line);
}
