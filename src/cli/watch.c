/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch: keeps the profile in sync and tells of new leads without the screen; lends the profile to one that starts. */
#include "cli/run.h"

#include <signal.h>
#include <string.h>

#include <glib-unix.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/herald.h"
#include "client/loan.h"
#include "wire/json.h"

#define STOP_MS 3000   /* at the end, to send what is ready */
#define SETTLE_MS 1000 /* before the profile is lent, for what is on the way */
#define RETRY_MS 2000  /* while somebody has the profile who did not borrow it */
#define SOON_MS 50     /* after a loan: who ended it lets go of the lock next */

typedef struct Watch {
    Cli *cli;
    Settings settings;
    Herald *herald;
    Lender *lender;
    Client *client; /* NULL: another process has the profile */
    guint retry;
    const char *told; /* the last phase that was told; interned */
    bool said_login;
    bool quit;
} Watch;

/* ---- events for scripts: a JSON object a line */

static void put_event(Watch *watch, const char *name, const char *member,
                      void (*put)(GString *, gconstpointer), gconstpointer value)
{
    CliOutput *out = &watch->cli->out;
    if (out->mode != MODE_JSON)
        return;
    GString *text = cli_buffer(out);
    g_string_append_printf(text, "{\"event\":\"%s\",\"%s\":", name, member);
    put(text, value);
    g_string_append(text, "}\n");
    cli_flush(out);
    watch->quit = watch->quit || cli_out_failed(out);
}

static void put_referral(GString *out, gconstpointer referral)
{
    json_put_object(out, &referral_fields, referral);
}

static void put_invitation(GString *out, gconstpointer invitation)
{
    json_put_object(out, &invitation_fields, invitation);
}

static void put_request(GString *out, gconstpointer request)
{
    json_put_object(out, &membership_request_fields, request);
}

static void put_text(GString *out, gconstpointer text)
{
    json_put_text(out, text);
}

static void put_id(GString *out, gconstpointer id)
{
    if (uuid_is_nil(id))
        g_string_append(out, "null"); /* of a notice about several */
    else
        json_put_uuid(out, id);
}

/* What a script can rely on; the phases of the client are finer. */
static const char *phase_name(const Watch *watch)
{
    if (!watch->client)
        return "lent";
    switch (client_status(watch->client)->phase) {
    case PHASE_LIVE:
        return "live";
    case PHASE_SYNCING:
        return "syncing";
    case PHASE_LOGIN:
        return "login";
    case PHASE_OFFLINE:
    case PHASE_DISABLED:
        return "offline";
    default:
        return NULL; /* on the way to one of the others */
    }
}

static void tell_phase(Watch *watch)
{
    const char *name = phase_name(watch);
    if (!name || g_strcmp0(name, watch->told) == 0)
        return;
    watch->told = name;
    put_event(watch, "status", "phase", put_text, name);
    if (strcmp(name, "login") == 0 && !watch->said_login) {
        watch->said_login = true;
        cli_say("%s", _("leadline: not logged in; leadline auth login does it"));
    }
}

/* ---- what the herald asks for */

static void on_news(const Referral *referral, bool due, gpointer data)
{
    put_event(data, due ? "call-back" : "lead", "lead", put_referral, referral);
}

static void on_invited(const Invitation *invitation, gpointer data)
{
    put_event(data, "invitation", "invitation", put_invitation, invitation);
}

static void on_applied(const MembershipRequest *request, gpointer data)
{
    put_event(data, "membership-request", "membership_request", put_request, request);
}

static void on_open(const Uuid *object, gpointer data)
{
    put_event(data, "open", "id", put_id, object);
}

static void on_say(HeraldTone tone, const char *text, gpointer data)
{
    if (tone != HERALD_SAYS && tone != HERALD_HOLDS)
        cli_say("leadline: %s", text);
}

/* ---- having the profile, and not having it */

static void on_change(unsigned what, gpointer data)
{
    Watch *watch = data;
    tell_phase(watch);
    herald_changed(watch->herald, what);
}

static bool take(Watch *watch, GError **error)
{
    Client *client = client_open(watch->cli->profile, 0, error);
    if (!client)
        return false;
    watch->client = client;
    client_set_undo_hold(client, (int)watch->settings.undo_hold);
    client_on_change(client, on_change, watch);
    herald_set_client(watch->herald, client);
    client_start(client);
    return true;
}

static void take_in(Watch *watch, guint ms);

static gboolean on_retry(gpointer data)
{
    Watch *watch = data;
    g_autoptr(GError) error = NULL;
    watch->retry = 0;
    if (lender_lends(watch->lender) || take(watch, &error))
        return G_SOURCE_REMOVE;
    if (!problem_is(error, PROBLEM_LOCKED))
        cli_say("leadline: %s", error->message);
    take_in(watch, RETRY_MS);
    return G_SOURCE_REMOVE;
}

static void take_in(Watch *watch, guint ms)
{
    tell_phase(watch);
    if (!watch->retry)
        watch->retry = g_timeout_add(ms, on_retry, watch);
}

static bool is_settled(Client *client, gpointer data)
{
    return client_is_settled(client);
}

/* What is held stays held: the borrower can still take it back. */
static void lend(gpointer data)
{
    Watch *watch = data;
    g_clear_handle_id(&watch->retry, g_source_remove);
    if (!watch->client)
        return;
    Client *client = g_steal_pointer(
        &watch->client); /* first: the loop below may come here again */
    herald_set_client(watch->herald, NULL);
    client_on_change(client, NULL, NULL);
    client_wait(client, is_settled, NULL, SETTLE_MS);
    client_free(client);
    tell_phase(watch);
}

static void returned(gpointer data)
{
    Watch *watch = data;
    if (!watch->client && !watch->quit)
        take_in(watch, SOON_MS);
}

/* ---- */

static gboolean on_signal(gpointer data)
{
    ((Watch *)data)->quit = true;
    return G_SOURCE_CONTINUE;
}

static bool begin(Watch *watch, GError **error)
{
    static const LenderOps lender_ops = { lend, returned };
    HeraldOps herald_ops = {
        .news = on_news, .invited = on_invited, .applied = on_applied, .say = on_say
    };
    if (watch->cli->out.mode == MODE_JSON)
        herald_ops.open = on_open; /* whoever reads the events can show it */
    g_autoptr(GError) why = NULL;
    watch->lender = lender_new(watch->cli->profile, &lender_ops, watch, &why);
    if (problem_is(why, PROBLEM_LOCKED))
        return problem_set(error, PROBLEM_LOCKED, "%s",
                           _("another leadline watch has this profile already"));
    if (!watch->lender) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    watch->herald = herald_new(&watch->settings, &herald_ops, watch);
    if (take(watch, &why))
        return true;
    if (problem_is(why, PROBLEM_LOCKED)) {
        take_in(watch, RETRY_MS);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

static void end(Watch *watch)
{
    g_clear_handle_id(&watch->retry, g_source_remove);
    if (watch->herald)
        herald_set_client(watch->herald, NULL);
    if (watch->client) {
        client_on_change(watch->client, NULL, NULL);
        client_stop(watch->client, STOP_MS);
    }
    client_free(watch->client);
    lender_free(watch->lender);
    herald_free(watch->herald);
    settings_clear(&watch->settings);
}

bool cli_run_watch(Cli *cli, GError **error)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
    guint sources[G_N_ELEMENTS(signals)];
    Watch watch = { .cli = cli };
    g_autofree char *config = config_path();
    g_autoptr(GError) wrong = NULL;
    if (!cli_choose_profile(cli, error))
        return false;
    if (cli->profile->kind == PROFILE_DEMO)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("a demo is its screen; nothing watches it"));
    settings_init(&watch.settings);
    if (!config_load(config, &watch.settings, NULL, NULL, &wrong))
        cli_say("leadline: %s", wrong->message);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sources[i] = g_unix_signal_add(signals[i], on_signal, &watch);
    bool ok = begin(&watch, error);
    while (ok && !watch.quit)
        g_main_context_iteration(NULL, TRUE);
    end(&watch);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(sources[i]);
    return ok;
}
