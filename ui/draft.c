/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft.h"

#include "base/i18n.h"
#include "editor.h"

char *draft_key(const char *kind, const Uuid *lead)
{
    char id[UUID_TEXT_SIZE];
    return g_strdup_printf("%s:%s", kind, uuid_format(lead, id));
}

void draft_save(App *app, const char *key, const char *text)
{
    if (!app->read_only)
        store_set_draft(client_store(app->client), key, text, NULL);
}

/* An editor under which leadline died has the later word. */
char *draft_of(App *app, const char *kind, const Uuid *lead)
{
    g_autofree char *key = draft_key(kind, lead);
    g_autofree char *left = editor_left_over(app, key);
    if (left)
        draft_save(app, key, left);
    return store_draft(client_store(app->client), key, NULL);
}

void draft_keep(App *app, const char *kind, const Uuid *lead, const char *text)
{
    g_autofree char *key = draft_key(kind, lead);
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
    g_autofree char *key = draft_key(kind, lead);
    store_set_draft(client_store(app->client), key, NULL, NULL);
}
