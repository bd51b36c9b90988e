/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notify.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/herald.h"
#include "client/moment.h"
#include "client/groups.h"
#include "group.h"
#include "handlers.h"
#include "invitations.h"
#include "leads.h"
#include "notify_choices.h"
#include "prompt.h"
#include "screen.h"
#include "when.h"

#include <inttypes.h>
#include <string.h>

#define LOOKING_MS 30000 /* after a key, in a terminal that does not report its focus */

struct Notify {
    Herald *herald;
    Client *client; /* of the herald */
    bool reports;   /* the terminal tells its focus */
    bool focused;
    gint64 key_at; /* monotonic, the last key */
};

/* ---- what the herald asks for */

static bool has_focus(const Notify *notify)
{
    if (notify->reports)
        return notify->focused;
    return notify->key_at && clock_monotonic() - notify->key_at < LOOKING_MS * 1000;
}

static bool attended(gpointer data)
{
    App *app = data;
    return has_focus(app->notify) && leads_shows_all(app);
}

static bool is_invitation(App *app, const Uuid *id)
{
    Invitation invitation = { 0 };
    bool is = !uuid_is_nil(id) &&
              cache_invitation(client_cache(app->client), id, &invitation, NULL);
    fields_clear(&invitation_fields, &invitation);
    return is;
}

/* Somebody who wants to join a group; false: it is something else. */
static bool show_request(App *app, const Uuid *id)
{
    RequestRow *row = uuid_is_nil(id) ? NULL : client_request(app->client, id, NULL);
    if (row)
        group_show_request(app, &row->request.group, id);
    bool is = row != NULL;
    request_row_free(row);
    return is;
}

static void open_lead(const Uuid *lead, gpointer data)
{
    App *app = data;
    screen_raise();
    if (app->dialog || prompt_is_open()) {
        app_say(app, "%s", _("Finish this first; the lead waits in the Inbox."));
        return;
    }
    app_end_sequence(app);
    if (show_request(app, lead))
        return;
    if (is_invitation(app, lead)) {
        invitations_show(app, lead);
        return;
    }
    app_show(app, VIEW_INBOX);
    if (uuid_is_nil(lead)) {
        run_top(app, "");
        return;
    }
    leads_goto_lead(app, lead);
    lead_open(app, lead);
}

static void bell(gpointer data)
{
    screen_bell();
}

static void news(const Referral *referral, bool due, gpointer data)
{
    App *app = data;
    if (!due)
        return;
    g_autofree char *name = contact_display_name(&referral->lead.contact);
    app_say(app, _("Call back now: %s"), name);
}

static void invited(const Invitation *invitation, gpointer data)
{
    App *app = data;
    g_autofree char *name = text_clean(invitation_other(invitation), -1, TEXT_LINE);
    app_say(app,
            invitation->kind == INVITATION_REQUEST
                ? _("%s asks to be your partner: gv shows it")
                : _("%s invites you to be partners: gv shows it"),
            *name ? name : "?");
}

static void applied(const MembershipRequest *request, gpointer data)
{
    App *app = data;
    g_autofree char *name = text_clean(request->from.name, -1, TEXT_LINE);
    g_autofree char *group = text_clean(request->group_name, -1, TEXT_LINE);
    g_autofree char *key = keymap_key_of(app->keymap, CTX_BIT(CTX_GLOBAL), "group-requests", NULL);
    app_say(app, _("%s asks to join %s: %s shows it"), *name ? name : "?", group, key);
}

static void say(HeraldTone tone, const char *text, gpointer data)
{
    App *app = data;
    Message *before = app->message;
    if (tone == HERALD_COMPLAINS) {
        app_complain(app, "%s", text);
    } else if (tone != HERALD_HOLDS) {
        app_say(app, "%s", text);
        app->message = tone == HERALD_NOTES && before ? before : app->message;
    } else {
        app_hold(app, g_strdup(text));
        app->message = NULL; /* as the key would have done */
        app_dirty(app, DIRTY_MESSAGE | DIRTY_STATUS);
    }
}

static const HeraldOps ops = {
    .attended = attended,
    .open = open_lead,
    .bell = bell,
    .news = news,
    .invited = invited,
    .applied = applied,
    .say = say,
};

/* ---- its life */

void notify_begin(App *app)
{
    app->notify = g_new0(Notify, 1);
    app->notify->herald = herald_new(&app->settings, &ops, app);
}

void notify_end(App *app)
{
    herald_free(app->notify->herald);
    g_clear_pointer(&app->notify, g_free);
}

void notify_changed(App *app, unsigned what)
{
    Notify *notify = app->notify;
    Client *client = app->read_only ? NULL : app->client; /* else whoever has the profile tells */
    if (notify->client != client) {
        notify->client = client;
        herald_set_client(notify->herald, client);
    } else {
        herald_changed(notify->herald, what);
    }
}

void notify_forget_client(App *app)
{
    app->notify->client = NULL;
    herald_set_client(app->notify->herald, NULL);
}

void notify_focus(App *app, bool focused)
{
    app->notify->reports = true;
    app->notify->focused = focused;
    notify_changed(app, ~0u);
}

void notify_key(App *app)
{
    app->notify->key_at = clock_monotonic();
}

char *notify_status(const App *app)
{
    gint64 until = herald_dnd(app->notify->herald);
    if (!until)
        return app->settings.notify ? NULL : g_strdup(_("notify off"));
    g_autofree char *moment = when_moment(until, clock_now());
    return g_strdup_printf(_("DND %s"), moment);
}

char *notify_title(App *app)
{
    LeadCounts counts = { 0 };
    if (!app->client || !cache_counts(client_cache(app->client), &counts, NULL) ||
        counts.inbox_waiting == 0)
        return g_strdup("Leadline");
    return g_strdup_printf("Leadline (%" PRId64 ")", counts.inbox_waiting);
}

/* ---- the command */

typedef enum Choice { CHOICE_ON = 1, CHOICE_OFF, CHOICE_TEST, CHOICE_DND, CHOICE_DETAIL } Choice;

static const EnumValue choice_values[] = {
    { CHOICE_ON, "on", N_("tell of new leads") },
    { CHOICE_OFF, "off", N_("tell of nothing") },
    { CHOICE_TEST, "test", N_("show a notification now") },
    { CHOICE_DND, "dnd", N_("do not disturb: dnd 30m, dnd 14:30, dnd off") },
    { CHOICE_DETAIL, "detail", N_("how much they show: detail full, name or count") },
};
const EnumTable notify_choices = ENUM_TABLE("notify", choice_values);

static void say_state(App *app)
{
    g_autofree char *detail = settings_get(&app->settings, "notify_detail");
    g_autofree char *dnd = notify_status(app);
    if (!app->settings.notify)
        app_say(app, "%s", _("You are not told of new leads. :notify on"));
    else if (dnd)
        app_say(app, _("You are told of new leads (detail %s), but not now: %s"), detail, dnd);
    else
        app_say(app, _("You are told of new leads (detail %s)."), detail);
    app_dirty(app, DIRTY_STATUS);
}

static void set_dnd(App *app, const char *text)
{
    g_autoptr(GError) error = NULL;
    gint64 until = 0;
    bool off = strcmp(text, "off") == 0 || (!*text && herald_dnd(app->notify->herald));
    if (!app->client)
        app_complain(app, "%s", _("Choose first how to start: demo, sign in, sign up or local."));
    else if ((!off && !moment_parse(text, clock_now(), &until, &error)) ||
             !herald_set_dnd(app->notify->herald, until, &error))
        app_complain(app, "%s", error->message);
    else
        say_state(app);
}

static void set_detail(App *app, const char *text)
{
    g_autoptr(GError) error = NULL;
    if (settings_set(&app->settings, "notify_detail", text, &error))
        say_state(app);
    else
        app_complain(app, "%s", error->message);
}

void run_notify(App *app, const char *args)
{
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    const char *rest = words[0] && words[1] ? g_strstrip(words[1]) : "";
    switch ((Choice)(words[0] ? enum_value(&notify_choices, words[0]) : 0)) {
    case CHOICE_ON:
    case CHOICE_OFF:
        settings_set(&app->settings, "notify", words[0], NULL);
        notify_changed(app, ~0u);
        say_state(app);
        break;
    case CHOICE_TEST:
        herald_test(app->notify->herald);
        break;
    case CHOICE_DND:
        set_dnd(app, rest);
        break;
    case CHOICE_DETAIL:
        set_detail(app, rest);
        break;
    default:
        if (*args)
            app_complain(app, "%s",
                         _("Say which: :notify on, off, test, dnd WHEN, detail full|name|count"));
        else
            say_state(app);
    }
}
