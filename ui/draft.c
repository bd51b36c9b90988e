/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft.h"

#include "base/i18n.h"

static char *key_of(const char *kind, const Uuid *lead)
{
    char id[UUID_TEXT_SIZE];
    return g_strdup_printf("%s:%s", kind, uuid_format(lead, id));
}

char *draft_of(App *app, const char *kind, const Uuid *lead)
{
    g_autofree char *key = key_of(kind, lead);
    return store_draft(client_store(app->client), key, NULL);
}

void draft_keep(App *app, const char *kind, const Uuid *lead, const char *text)
{
    g_autofree char *key = key_of(kind, lead);
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    g_autoptr(GError) error = NULL;
    if (app->read_only)
        return;
    if (!store_set_draft(client_store(app->client), key, *stripped ? stripped : NULL, &error))
        app_complain_error(app, error);
    else if (*stripped)
        app_say(app, "%s", _("What you wrote is kept: it is there when you come back."));
}

void draft_done(App *app, const char *kind, const Uuid *lead)
{
    g_autofree char *key = key_of(kind, lead);
    store_set_draft(client_store(app->client), key, NULL, NULL);
}
