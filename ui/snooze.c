/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snooze.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/moment.h"
#include "handlers.h"
#include "when.h"

#include <string.h>

/* ---- which */

static void read_snoozes(App *app)
{
    app->snoozes = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, g_free);
    g_autoptr(GArray) all = app->client ? store_snoozes(client_store(app->client), NULL) : NULL;
    for (guint i = 0; all && i < all->len; i++) {
        Snooze *snooze = g_memdup2(&g_array_index(all, Snooze, i), sizeof *snooze);
        g_hash_table_insert(app->snoozes, &snooze->referral, snooze);
    }
}

void snooze_read_again(App *app)
{
    g_clear_pointer(&app->snoozes, g_hash_table_unref);
}

SnoozeMark snooze_of(App *app, const Uuid *lead, gint64 *until)
{
    if (!app->snoozes)
        read_snoozes(app);
    const Snooze *snooze = g_hash_table_lookup(app->snoozes, lead);
    if (snooze && until)
        *until = snooze->until;
    return !snooze ? SNOOZE_NONE : snooze->until > clock_now() ? SNOOZE_LATER : SNOOZE_NOW;
}

void snooze_seen(App *app, const Uuid *lead)
{
    if (!app->read_only && snooze_of(app, lead, NULL) == SNOOZE_NOW)
        client_snooze(app->client, lead, 0, NULL);
}

/* ---- the command */

typedef struct When {
    char *text;
    Uuid lead; /* no field: what the dialog is about */
} When;

static const Field when_rows[] = {
    { "when", FIELD_TEXT, offsetof(When, text), FIELD_REQUIRED, .max = 40, .label = N_("When") },
};
static const FieldTable when_fields = FIELD_TABLE("when", When, when_rows);

static void when_free(gpointer data)
{
    fields_clear(&when_fields, data);
    g_free(data);
}

/* False and *error: it is no time, or could not be kept. */
static bool snooze(App *app, const Uuid *lead, const char *text, GError **error)
{
    gint64 now = clock_now(), until = 0;
    bool off = strcmp(text, "off") == 0;
    if ((!off && !moment_parse(text, now, &until, error)) ||
        !client_snooze(app->client, lead, until, error))
        return false;
    g_autofree char *at = until ? when_moment(until, now) : NULL;
    if (off)
        app_say(app, "%s", _("It does not come back any more."));
    else
        app_say(app, _("It comes back: %s"), at);
    return true;
}

static DialogAnswer when_done(App *app, Dialog *dialog)
{
    When *when = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strstrip(g_strdup(form_text(dialog_form(dialog), 0)));
    if (snooze(app, &when->lead, text, &error))
        return DIALOG_CLOSE;
    dialog_complain(dialog, 0, error->message);
    return DIALOG_KEEP;
}

static void ask(App *app, const Uuid *lead)
{
    static const char *const names[] = { "when", NULL };
    When *when = g_new0(When, 1);
    g_autofree char *note = g_strdup_printf(_("Like: %s. \"off\": not any more."), MOMENT_EXAMPLES);
    when->lead = *lead;
    DialogSpec spec = {
        .title = _("Call back when?"),
        .form = form_new(&when_fields, when, names),
        .yes = _("Keep"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = note,
        .done = when_done,
        .data = when,
        .free_data = when_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_snooze(App *app, const char *args)
{
    Target target = app_target(app);
    g_autoptr(GError) error = NULL;
    if (!*args)
        ask(app, &target.lead);
    else if (!snooze(app, &target.lead, args, &error))
        app_complain(app, "%s", error->message);
}
