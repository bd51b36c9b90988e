/* SPDX-License-Identifier: GPL-3.0-or-later */
/* auth login, status, logout. The password is never an argument. */
#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/ask.h"
#include "client/credentials.h"
#include "client/net.h"
#include "client/qr.h"

typedef struct Answer {
    bool there;
    GError *error;
} Answer;

static void on_answer(const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->there = true;
    answer->error = error ? g_error_copy(error) : NULL;
}

static bool is_there(Client *client, gpointer data)
{
    return ((Answer *)data)->there;
}

/* Only the session is asked about: nothing is synced meanwhile, and no old token is used or renewed. */
static bool open_quietly(Cli *cli, GError **error)
{
    if (!cli_open_owner(cli, error))
        return false;
    client_set_offline(cli->client, true);
    return true;
}

/* ---- login */

static void on_credentials(gpointer data)
{
    *(bool *)data = true;
}

/* Every place has a deadline of its own. */
static bool fetch(Credentials *credentials, const Profile *profile, GError **error)
{
    bool done = false;
    if (!credentials_open(credentials, profile, error))
        return false;
    credentials_fetch(credentials, on_credentials, &done);
    while (!done)
        g_main_context_iteration(NULL, TRUE);
    return true;
}

/* Asked before the password is: a session that cannot be kept is of no use here. */
static bool check_keyring(const Profile *profile, GError **error)
{
    Credentials credentials;
    if (!fetch(&credentials, profile, error))
        return false;
    bool works = credentials.keyring_works;
    if (!works)
        problem_set(
            error, PROBLEM_USAGE,
            _("no keyring keeps the session: %s. --insecure-storage keeps it unencrypted in "
              "a file that only you can read, and LEADLINE_TOKEN needs no log-in"),
            credentials.why);
    credentials_close(&credentials);
    return works;
}

static bool check_profile(Cli *cli, GError **error)
{
    g_autoptr(GError) why = NULL;
    const char *token = g_getenv("LEADLINE_TOKEN");
    if (token && *token)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("LEADLINE_TOKEN is set and would be used instead: unset it first"));
    cli->profile = cli_profile(cli->args, &why);
    if (problem_is(why, PROBLEM_UNAUTHORIZED))
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("which server? leadline auth login --server https://..."));
    if (!cli->profile) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (cli->profile->kind != PROFILE_SERVER)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("this profile has a server of its own and needs no log-in"));
    if (cli->profile->token_command)
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("this profile has a token_command, which would be used instead"));
    return cli->profile->insecure_storage || check_keyring(cli->profile, error);
}

static char *read_email(Cli *cli, GError **error)
{
    const char *given = cli->args->value[OPTION_EMAIL];
    if (given || cli->profile->email)
        return g_strdup(given ? given : cli->profile->email);
    if (cli_may_ask(cli->args))
        return cli_ask_line(_("E-mail"), error);
    problem_set(error, PROBLEM_USAGE, "%s", _("whose account? --email ADDRESS"));
    return NULL;
}

static char *read_password(Cli *cli, const char *email, GError **error)
{
    if (!isatty(STDIN_FILENO))
        return cli_read_line(error);
    if (cli_may_ask(cli->args)) {
        g_autofree char *shown = text_clean(email, -1, TEXT_LINE);
        g_autofree char *question = g_strdup_printf(_("Password of %s"), shown);
        return cli_ask_secret(question, error);
    }
    problem_set(error, PROBLEM_USAGE, "%s",
                _("with --no-input the password is the first line of standard input; or --device "
                  "in a browser"));
    return NULL;
}

/* Ends in any case: every request has its own deadline, and so has the keyring. */
static bool log_out(Cli *cli, bool purge, GError **error)
{
    Answer answer = { 0 };
    client_logout(cli->client, purge, on_answer, &answer);
    while (!client_wait(cli->client, is_there, &answer, NET_DEADLINE_MS))
        continue;
    if (answer.error)
        g_propagate_error(error, answer.error);
    return answer.error == NULL;
}

/* The keyring was there, but did not take it: a session that nobody holds must not live on. */
static bool check_kept(Cli *cli, GError **error)
{
    if (client_token_place(cli->client) != TOKENS_MEMORY)
        return true;
    g_autofree char *why = g_strdup(client_token_why(cli->client));
    log_out(cli, false, NULL);
    return problem_set(error, PROBLEM_IO, _("the keyring did not keep the session: %s"),
                       why ? why : "");
}

static bool log_in_with(Cli *cli, const Login *login, unsigned ms, GError **error)
{
    Answer answer = { 0 };
    client_login_with(cli->client, login, on_answer, &answer);
    client_wait(cli->client, is_there, &answer, ms);
    if (!answer.there) {
        g_clear_pointer(&cli->client, client_free); /* before its answer comes after all */
        return problem_set(error, PROBLEM_SERVER_DOWN, "%s", _("no answer in time"));
    }
    if (answer.error)
        g_propagate_error(error, answer.error);
    return answer.error == NULL && check_kept(cli, error);
}

/* A second line of standard input, where the password was the first. */
static char *read_code(Cli *cli, GError **error)
{
    if (!isatty(STDIN_FILENO))
        return cli_read_line(error);
    if (cli_may_ask(cli->args))
        return cli_ask_line(_("One-time code, or a recovery code"), error);
    problem_set(error, PROBLEM_TOTP_REQUIRED, "%s",
                _("the second line of standard input must be a one-time code"));
    return NULL;
}

/* An account that wants one is only known as such when the password was right. */
static bool log_in(Cli *cli, const char *email, const char *password, unsigned ms, GError **error)
{
    g_autoptr(GError) local = NULL;
    Login login = { .email = (char *)email, .password = (char *)password };
    bool ok = log_in_with(cli, &login, ms, &local);
    if (!problem_is(local, PROBLEM_TOTP_REQUIRED)) {
        if (local)
            g_propagate_error(error, g_steal_pointer(&local));
        return ok;
    }
    login.totp = read_code(cli, NULL);
    if (!login.totp) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    ok = log_in_with(cli, &login, ms, error);
    explicit_bzero(login.totp, strlen(login.totp));
    g_free(login.totp);
    return ok;
}

/* By now the server has said who this is, and whose cache it must be. */
static bool is_known(Client *client, gpointer data)
{
    const ClientStatus *status = client_status(client);
    return status->phase != PHASE_CONNECTING;
}

static bool greet(Cli *cli, const char *email, unsigned ms, GError **error)
{
    if (!cli_open_owner(cli, error))
        return false;
    client_wait(cli->client, is_known, NULL, ms);
    const ClientStatus *status = client_status(cli->client);
    cli_say(_("Logged in to %s as %s."), cli->profile->server,
            *status->account_name ? status->account_name : email);
    return true;
}

/* ---- login in a browser */

typedef struct Device {
    Answer answer; /* first */
    bool shown, unreachable;
} Device;

/* Black on white whatever the terminal's colours are. */
static void print_qr(const char *url)
{
    const char *no_colour = g_getenv("NO_COLOR");
    bool utf8 = g_get_charset(NULL);
    g_autoptr(Qr) qr = qr_new(url);
    if (!qr || !utf8 || !isatty(STDERR_FILENO) || (no_colour && *no_colour))
        return;
    for (int row = 0; row < qr_rows(qr, true); row++) {
        fputs("  \033[30;107m", stderr);
        for (int col = 0; col < qr_cols(qr, true); col++)
            fputs(qr_cell(qr, row, col), stderr);
        fputs("\033[0m\n", stderr);
    }
}

static void on_prompt(const DevicePrompt *prompt, gpointer data)
{
    Device *device = data;
    if (!device->shown) {
        cli_say(_("Open %s, here or on a phone, and type the code %s"), prompt->url, prompt->code);
        if (prompt->complete)
            print_qr(prompt->complete);
        cli_say("%s", _("Waiting until it is allowed there; Ctrl-C gives up."));
    } else if (prompt->unreachable) {
        cli_say("%s", _("The server does not answer; it is asked again."));
    }
    device->shown = true;
}

/* It ends by itself: a code has an end. */
static bool log_in_by_browser(Cli *cli, GError **error)
{
    Device device = { 0 };
    client_device_login(cli->client, on_prompt, on_answer, &device);
    while (!client_wait(cli->client, is_there, &device, NET_DEADLINE_MS))
        continue;
    if (device.answer.error)
        g_propagate_error(error, device.answer.error);
    return device.answer.error == NULL && check_kept(cli, error);
}

bool cli_run_login(Cli *cli, GError **error)
{
    unsigned ms;
    if (!cli_timeout(cli->args, &ms, error) || !check_profile(cli, error))
        return false;
    if (cli_has(cli->args, OPTION_DEVICE))
        return open_quietly(cli, error) && log_in_by_browser(cli, error) &&
               greet(cli, "", ms, error);
    g_autofree char *email = read_email(cli, error);
    g_autofree char *password = email ? read_password(cli, email, error) : NULL;
    bool ok = password && open_quietly(cli, error) && log_in(cli, email, password, ms, error);
    if (password)
        explicit_bzero(password, strlen(password));
    return ok && greet(cli, email, ms, error);
}

/* ---- status */

typedef struct Status {
    char *profile, *server, *account, *email, *tokens, *file, *keyring;
    gint64 synced_at;
    bool open;
} Status;

#define AT(member) offsetof(Status, member)
static const Field status_rows[] = {
    { "profile", FIELD_TEXT, AT(profile), .label = N_("Profile") },
    { "server", FIELD_TEXT, AT(server), .label = N_("Server") },
    { "account", FIELD_TEXT, AT(account), .label = N_("Account") },
    { "email", FIELD_TEXT, AT(email), .label = N_("E-mail") },
    { "tokens", FIELD_TEXT, AT(tokens), .label = N_("Tokens") },
    { "token_file", FIELD_TEXT, AT(file), .label = N_("Token file") },
    { "keyring", FIELD_TEXT, AT(keyring), .label = N_("Keyring") },
    { "synced_at", FIELD_TIME, AT(synced_at), .label = N_("Synced") },
    { "open", FIELD_BOOL, AT(open), .label = N_("Open now") },
};
#undef AT
static const FieldTable status_fields = FIELD_TABLE("auth_status", Status, status_rows);

/* What the cache knows of the account, if there is one. */
static void read_account(const Profile *profile, Status *status)
{
    Account account = { 0 };
    g_autofree char *path = profile_path(profile->cache_dir, "cache.db");
    g_autoptr(Cache) cache = cache_open(path, NULL);
    if (!cache)
        return;
    status->synced_at = cache_synced_at(cache);
    if (cache_account(cache, &account, NULL)) {
        status->account = g_strdup(account.name);
        status->email = g_strdup(account.email);
    }
    fields_clear(&account_fields, &account);
}

static bool is_open(const Profile *profile)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(ProfileLock) lock = profile_lock(profile, &why);
    return problem_is(why, PROBLEM_LOCKED);
}

/* In words; why it is not where the tokens are. NULL: it has them. */
static char *keyring_words(const Credentials *credentials)
{
    const Profile *profile = credentials->profile;
    if (credentials->place == TOKENS_KEYRING)
        return NULL;
    if (credentials->keyring_asked)
        return g_strdup(credentials->keyring_works ? _("has nothing of this profile")
                                                   : credentials->why);
    if (credentials->place == TOKENS_ENVIRONMENT)
        return g_strdup(_("not asked: LEADLINE_TOKEN is set"));
    if (profile->token_command)
        return g_strdup(_("not asked: the profile has a token_command"));
    return g_strdup(_("not asked: the profile says insecure_storage"));
}

/* A place of client/credentials.h, none, or private: the server's own, which are made anew at each start. */
static bool read_tokens(const Profile *profile, Status *status, GError **error)
{
    Credentials credentials;
    if (profile->kind != PROFILE_SERVER) {
        status->tokens = g_strdup("private");
        return true;
    }
    if (!fetch(&credentials, profile, error))
        return false;
    status->tokens = g_strdup(token_place_code(credentials.place));
    if (credentials.place == TOKENS_FILE)
        status->file = profile_path(profile->state_dir, "tokens");
    status->keyring = keyring_words(&credentials);
    bool failed = profile->token_command && !credentials.access && credentials.why;
    if (failed)
        problem_set(error, PROBLEM_FAILED, "%s", credentials.why);
    credentials_close(&credentials);
    return !failed;
}

bool cli_run_status(Cli *cli, GError **error)
{
    Status status = { 0 };
    g_autoptr(Profile) profile = cli_profile(cli->args, error);
    if (!profile)
        return false;
    status.profile = g_strdup(profile->name);
    status.server = g_strdup(profile->server);
    status.open = is_open(profile);
    read_account(profile, &status);
    bool ok = read_tokens(profile, &status, error);
    if (ok)
        cli_put_object(&cli->out, &status_fields, &status);
    bool logged_in = g_strcmp0(status.tokens, "none") != 0;
    fields_clear(&status_fields, &status);
    profile_discard(profile);
    return ok && (logged_in || problem_set(error, PROBLEM_UNAUTHORIZED, "%s", ""));
}

/* ---- logout */

static void say_what_stays(const Cli *cli)
{
    if (cli->profile->token_command)
        cli_say("%s", _("The token_command of this profile still gives a token."));
    const char *token = g_getenv("LEADLINE_TOKEN");
    if (token && *token)
        cli_say("%s", _("LEADLINE_TOKEN is still set."));
}

bool cli_run_logout(Cli *cli, GError **error)
{
    if (!open_quietly(cli, error))
        return false;
    if (log_out(cli, cli_has(cli->args, OPTION_PURGE), NULL)) {
        cli_say("%s", _("Logged out. What is in the outbox is kept."));
        say_what_stays(cli);
        return true;
    }
    return problem_set(error, PROBLEM_SERVER_DOWN, "%s",
                       _("logged out here, but the server could not be told to end the session"));
}
