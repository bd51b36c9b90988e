/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

#define TIMEOUT_S 15
#define PRIVATE_START_MS 120000 /* a private server may have to make a network first */
#define SLICE_MS 50             /* how often a command asks the store what became of its items */
#define TAKE_OVER_MS 1000       /* how often it asks whether the profile's owner has gone */

void cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = text_clean(raw, -1, TEXT_LINE);
    fprintf(stderr, "%s\n", line);
}

/* ---- the profile */

/* --server: the profile of that name when it is that server's, else a new one. */
static Profile *profile_of_server(const CliArgs *args, GError **error)
{
    const char *named = args->value[OPTION_PROFILE];
    const char *name = named ? named : "main";
    g_autoptr(GError) why = NULL;
    g_autoptr(Profile)
        wanted = profile_new(PROFILE_SERVER, name, args->value[OPTION_SERVER], error);
    if (!wanted)
        return NULL;
    g_autoptr(Profile) known = profile_load(name, &why);
    if (!known && !problem_is(why, PROBLEM_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (!known)
        return g_steal_pointer(&wanted);
    if (strcmp(known->server, wanted->server) == 0)
        return g_steal_pointer(&known);
    problem_set(error, PROBLEM_USAGE,
                _("the profile %s is of %s: give another name with --profile NAME"), name,
                known->server);
    return NULL;
}

static Profile *load(const char *name, GError **error)
{
    g_autoptr(GError) why = NULL;
    Profile *profile = profile_load(name, &why);
    if (profile)
        return profile;
    if (problem_is(why, PROBLEM_NOT_FOUND) && !name && !profile_any())
        problem_set(error, PROBLEM_UNAUTHORIZED, "%s",
                    _("no profile yet: leadline auth login --server URL makes one"));
    else
        g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

Profile *cli_profile(const CliArgs *args, GError **error)
{
    Profile *profile;
    if (cli_has(args, OPTION_DEMO))
        profile = profile_new(PROFILE_DEMO, "demo", NULL, error);
    else if (cli_has(args, OPTION_LOCAL))
        profile = profile_new(PROFILE_LOCAL, "local", NULL, error);
    else if (cli_has(args, OPTION_SERVER))
        profile = profile_of_server(args, error);
    else
        profile = load(args->value[OPTION_PROFILE], error);
    if (profile && cli_has(args, OPTION_INSECURE_STORAGE))
        profile->insecure_storage = true;
    return profile;
}

bool cli_choose_profile(Cli *cli, GError **error)
{
    if (!cli->profile)
        cli->profile = cli_profile(cli->args, error);
    return cli->profile != NULL;
}

/* ---- opening */

static void start(Cli *cli)
{
    if (cli->started)
        return;
    signal(SIGPIPE, SIG_IGN); /* the network's; standard output tells by itself */
    client_start(cli->client);
    cli->started = true;
}

static void use(Cli *cli, Client *client, bool owner)
{
    client_free(cli->client);
    cli->client = client;
    cli->owner = owner;
    cli->started = false;
    client_set_undo_hold(client, 0);
}

static bool open_owner(Cli *cli, unsigned flags, GError **error)
{
    if (!cli_choose_profile(cli, error))
        return false;
    if (cli->owner) { /* its own lock would be in the way */
        g_clear_pointer(&cli->client, client_free);
        cli->owner = false;
    }
    Client *client = client_open(cli->profile, flags, error);
    if (!client)
        return false;
    use(cli, client, true);
    start(cli);
    return true;
}

bool cli_open_owner(Cli *cli, GError **error)
{
    return open_owner(cli, CLIENT_BORROW, error);
}

static bool is_synced(const Cli *cli)
{
    return cli->profile->kind != PROFILE_DEMO && cache_synced_at(client_cache(cli->client)) > 0;
}

/* Beside whoever owns the profile. False without an error when nothing was ever synced. */
static bool open_beside(Cli *cli, GError **error)
{
    g_autoptr(GError) why = NULL;
    Client *client = client_open(cli->profile, CLIENT_READ_ONLY, &why);
    if (client) {
        use(cli, client, false);
        return is_synced(cli);
    }
    if (!problem_is(why, PROBLEM_NOT_FOUND))
        g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

static gboolean is_over_now(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void wait_a_moment(void)
{
    bool over = false;
    g_timeout_add(SLICE_MS, is_over_now, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

/* NOT_SO: another owns the profile, or there is nothing to read yet. */
typedef enum Opened { OPENED, FAILED, NOT_SO } Opened;

static Opened try_owner(Cli *cli, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (open_owner(cli, 0, &why))
        return is_synced(cli) || cli_sync(cli, error) ? OPENED : FAILED;
    if (problem_is(why, PROBLEM_LOCKED))
        return NOT_SO;
    g_propagate_error(error, g_steal_pointer(&why));
    return FAILED;
}

static Opened try_beside(Cli *cli, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (open_beside(cli, &why))
        return OPENED;
    if (!why)
        return NOT_SO;
    g_propagate_error(error, g_steal_pointer(&why));
    return FAILED;
}

/* One way, then the other; and again while another leadline owns the profile and fetches it for the first time. */
static bool open_by(Cli *cli, Opened (*first)(Cli *, GError **), Opened (*second)(Cli *, GError **),
                    GError **error)
{
    unsigned ms;
    if (!cli_choose_profile(cli, error) || !cli_timeout(cli->args, &ms, error))
        return false;
    gint64 deadline = clock_monotonic() + (gint64)ms * 1000;
    for (;;) {
        Opened opened = first(cli, error);
        opened = opened == NOT_SO ? second(cli, error) : opened;
        if (opened != NOT_SO)
            return opened == OPENED;
        if (clock_monotonic() > deadline)
            return problem_set(error, PROBLEM_LOCKED, "%s",
                               _("another leadline is still fetching the leads for the first "
                                 "time; try again when it is done"));
        wait_a_moment();
    }
}

bool cli_open(Cli *cli, GError **error)
{
    return open_by(cli, try_beside, try_owner, error);
}

bool cli_open_to_write(Cli *cli, GError **error)
{
    if (cli->owner) /* a demo that was opened for reading */
        return true;
    return open_by(cli, try_owner, try_beside, error);
}

void cli_close(Cli *cli)
{
    g_clear_pointer(&cli->client, client_free);
    if (cli->profile)
        profile_discard(cli->profile);
    g_clear_pointer(&cli->profile, profile_free);
}

bool cli_timeout(const CliArgs *args, unsigned *ms, GError **error)
{
    const char *text = args->value[OPTION_TIMEOUT];
    guint64 seconds = TIMEOUT_S;
    if (text && !g_ascii_string_to_unsigned(text, 10, 1, 3600, &seconds, NULL))
        return problem_set(error, PROBLEM_USAGE, _("--timeout takes 1 to 3600 seconds"));
    *ms = (unsigned)seconds * 1000;
    return true;
}

/* ---- which lead */

bool cli_resolve(Cli *cli, const char *text, Uuid *id, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (cache_resolve(client_cache(cli->client), text, id, &why))
        return true;
    if (!problem_is(why, PROBLEM_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    g_autofree char *shown = text_clean(text, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_NOT_FOUND,
                       _("there is no lead %s here; leadline sync fetches new ones"), shown);
}

Uuid *cli_resolve_all(Cli *cli, GError **error)
{
    GPtrArray *operands = cli->args->operands;
    g_autofree Uuid *ids = g_new(Uuid, operands->len);
    for (guint i = 0; i < operands->len; i++)
        if (!cli_resolve(cli, operands->pdata[i], &ids[i], error))
            return NULL;
    return g_steal_pointer(&ids);
}

/* ---- sending */

GArray *cli_outbox_of(Cli *cli, const Uuid *leads, size_t n, GError **error)
{
    g_autoptr(GArray) ops = g_array_new(FALSE, FALSE, sizeof(Uuid));
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GPtrArray) items = store_items_of(client_store(cli->client), &leads[i], error);
        if (!items)
            return NULL;
        for (guint k = 0; k < items->len; k++)
            g_array_append_val(ops, ((OutboxItem *)items->pdata[k])->op);
    }
    return g_steal_pointer(&ops);
}

static bool contains(const GArray *ops, const Uuid *op)
{
    for (guint i = 0; i < ops->len; i++)
        if (uuid_equal(&g_array_index(ops, Uuid, i), op))
            return true;
    return false;
}

typedef struct Delivery {
    Cli *cli;
    GArray *ops; /* still in the outbox */
    gint64 deadline;
    GError *refused; /* the first that was */
    bool hopeless;   /* the network is away, or nobody is logged in */
} Delivery;

/* Looks at what is left; what has gone was sent. */
static void look(Delivery *delivery)
{
    Store *store = client_store(delivery->cli->client);
    for (guint i = delivery->ops->len; i-- > 0;) {
        OutboxItem item = { 0 };
        g_autoptr(GError) why = NULL;
        bool found = store_item(store, &g_array_index(delivery->ops, Uuid, i), &item, &why);
        bool failed = found && outbox_is_stopped(item.state);
        if (failed && item.state == OUTBOX_CONFLICT && !delivery->refused) {
            problem_set(&delivery->refused, PROBLEM_PRECONDITION_FAILED, "%s",
                        _("the same was changed elsewhere; leadline outbox shows both"));
        } else if (failed && !delivery->refused) {
            Problem problem = item.problem ? problem_by_code(item.problem) : PROBLEM_FAILED;
            problem_set(&delivery->refused, problem < PROBLEM_COUNT ? problem : PROBLEM_FAILED,
                        "%s", item.detail ? item.detail : "");
        }
        if (failed || problem_is(why, PROBLEM_NOT_FOUND))
            g_array_remove_index(delivery->ops, i);
        fields_clear(&outbox_fields, &item);
    }
}

static bool is_over(Client *client, gpointer data)
{
    Delivery *delivery = data;
    look(delivery);
    if (delivery->cli->owner) {
        ClientPhase phase = client_status(client)->phase;
        delivery->hopeless = phase == PHASE_OFFLINE || phase == PHASE_LOGIN ||
                             phase == PHASE_DISABLED || phase == PHASE_STOPPED;
    }
    bool settled = !delivery->cli->owner || client_is_settled(client);
    return (settled && (delivery->ops->len == 0 || delivery->hopeless)) ||
           clock_monotonic() > delivery->deadline;
}

/* The screen that had the profile may have ended meanwhile, and then nobody else would send. */
static void take_over(Delivery *delivery)
{
    Cli *cli = delivery->cli;
    Client *client = client_open(cli->profile, 0, NULL);
    if (client) {
        use(cli, client, true);
        start(cli);
    }
}

static gboolean wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void wait_for_delivery(Delivery *delivery)
{
    Cli *cli = delivery->cli;
    guint source = g_timeout_add(SLICE_MS, wake, NULL);
    while (!client_wait(cli->client, is_over, delivery, TAKE_OVER_MS))
        if (!cli->owner)
            take_over(delivery);
    g_source_remove(source);
}

static bool kept(const Cli *cli, GError **error)
{
    const ClientStatus *status = client_status(cli->client);
    if (status->phase == PHASE_LOGIN)
        return problem_set(
            error, PROBLEM_UNAUTHORIZED,
            _("kept in the outbox; log in with leadline auth login, and it is sent"));
    if (!cli->owner)
        return problem_set(
            error, PROBLEM_OFFLINE,
            _("not sent yet, but kept in the outbox; the leadline that is open sends it "
              "when it can"));
    bool known = status->problem < PROBLEM_COUNT;
    return problem_set(error, PROBLEM_OFFLINE,
                       _("not sent yet, but kept in the outbox, and sent the next time: %s"),
                       known ? _(problem_row(status->problem)->title) : _("no answer yet"));
}

bool cli_deliver(Cli *cli, const Uuid *leads, size_t n, const GArray *before, GError **error)
{
    unsigned ms;
    Delivery delivery = { .cli = cli };
    if (!cli_timeout(cli->args, &ms, error))
        return false;
    delivery.ops = cli_outbox_of(cli, leads, n, error);
    if (!delivery.ops)
        return false;
    for (guint i = delivery.ops->len; i-- > 0;)
        if (contains(before, &g_array_index(delivery.ops, Uuid, i)))
            g_array_remove_index(delivery.ops, i);
    delivery.deadline = clock_monotonic() + (gint64)ms * 1000;
    wait_for_delivery(&delivery);
    bool sent = delivery.ops->len == 0;
    g_array_unref(delivery.ops);
    if (delivery.refused) {
        g_propagate_error(error, delivery.refused);
        return false;
    }
    return sent || kept(cli, error);
}

/* ---- syncing */

typedef struct Syncing {
    Cli *cli;
    gint64 done, unsent; /* as last seen: while they move, there is time */
    ClientPhase phase;
    bool shows, shown;
} Syncing;

static bool sync_is_over(Client *client, gpointer data)
{
    switch (client_status(client)->phase) {
    case PHASE_CONNECTING:
    case PHASE_SYNCING:
        return false;
    case PHASE_LIVE:
        return client_is_settled(client);
    default:
        return true;
    }
}

static bool has_moved(Syncing *syncing)
{
    const ClientStatus *status = client_status(syncing->cli->client);
    bool moved = status->sync_done != syncing->done || status->phase != syncing->phase ||
                 status->outbox.waiting != syncing->unsent;
    syncing->done = status->sync_done;
    syncing->phase = status->phase;
    syncing->unsent = status->outbox.waiting;
    return moved;
}

static void show_progress(unsigned what, gpointer data)
{
    Syncing *syncing = data;
    const ClientStatus *status = client_status(syncing->cli->client);
    if (!syncing->shows || status->phase != PHASE_SYNCING || status->sync_total == 0)
        return;
    fprintf(stderr, _("\rSyncing: %" PRId64 " of %" PRId64), status->sync_done, status->sync_total);
    fflush(stderr);
    syncing->shown = true;
}

static bool told(const Cli *cli, bool over, GError **error)
{
    const ClientStatus *status = client_status(cli->client);
    Problem problem = status->problem;
    if (status->phase == PHASE_LIVE && over)
        return true;
    if (status->phase == PHASE_LOGIN)
        return problem_set(error, PROBLEM_UNAUTHORIZED, "%s", status->detail);
    if (!over)
        return problem_set(error, PROBLEM_SERVER_DOWN, _("no answer in time"));
    return problem_set(error, problem < PROBLEM_COUNT ? problem : PROBLEM_SERVER_DOWN, "%s",
                       status->detail);
}

bool cli_sync(Cli *cli, GError **error)
{
    unsigned ms;
    Syncing syncing = { .cli = cli, .done = -1 };
    if (!cli_timeout(cli->args, &ms, error))
        return false;
    if (cli->profile->kind != PROFILE_SERVER)
        ms = MAX(ms, PRIVATE_START_MS);
    syncing.shows = isatty(STDERR_FILENO) && !cli_has(cli->args, OPTION_PLAIN);
    client_on_change(cli->client, show_progress, &syncing);
    start(cli);
    bool over;
    while (!(over = client_wait(cli->client, sync_is_over, NULL, ms)) && has_moved(&syncing))
        continue;
    client_on_change(cli->client, NULL, NULL);
    if (syncing.shown)
        fputs("\r\033[K", stderr);
    return told(cli, over, error);
}
