/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account sessions, end, mail, email, password, codes, verify, export, delete: asked of the server at once, never queued. */
#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/act.h"
#include "cli/ask.h"
#include "client/account.h"
#include "client/net.h"
#include "client/qr.h"

typedef struct Ask Ask;
typedef bool (*AskFunc)(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error);

struct Ask {
    Cli *cli;
    AskFunc show; /* NULL: nothing to show */
    gpointer data;
    bool there, ok;
    GError *error;
};

static void on_answer(const AccountAnswer *answer, gpointer data)
{
    Ask *ask = data;
    ask->there = true;
    if (answer->error)
        ask->error = g_error_copy(answer->error);
    else
        ask->ok = !ask->show || ask->show(ask->cli, answer, ask, &ask->error);
}

static bool is_there(Client *client, gpointer data)
{
    return ((Ask *)data)->there;
}

static bool ask_server(Cli *cli, AccountAct act, const AccountInput *input, AskFunc show,
                       gpointer data, GError **error)
{
    Ask ask = { .cli = cli, .show = show, .data = data };
    client_account_ask(cli->client, act, input, on_answer, &ask, NULL);
    while (!client_wait(cli->client, is_there, &ask, NET_DEADLINE_MS))
        continue; /* every request has its own deadline */
    if (ask.error)
        g_propagate_error(error, ask.error);
    return ask.ok;
}

/* NULL: there is none. */
static const char *operand(const Cli *cli, guint i)
{
    const GPtrArray *operands = cli->args->operands;
    return i < operands->len ? operands->pdata[i] : NULL;
}

/* ---- secrets: asked for, or a line each of standard input */

static char *read_secret(Cli *cli, const char *question, GError **error)
{
    if (!isatty(STDIN_FILENO))
        return cli_read_line(error);
    if (cli_may_ask(cli->args))
        return cli_ask_secret(question, error);
    problem_set(error, PROBLEM_USAGE, _("with --no-input it must be a line of standard input: %s"),
                question);
    return NULL;
}

static char *read_plain(Cli *cli, const char *question, GError **error)
{
    if (!isatty(STDIN_FILENO))
        return cli_read_line(error);
    if (cli_may_ask(cli->args))
        return cli_ask_line(question, error);
    problem_set(error, PROBLEM_USAGE, _("with --no-input it must be a line of standard input: %s"),
                question);
    return NULL;
}

static void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

/* ---- sessions */

static char *when_text(gint64 ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(ms / MS_PER_SECOND);
    return time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("");
}

static bool show_sessions(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error)
{
    for (guint i = 0; i < answer->sessions->len; i++) {
        const Session *session = answer->sessions->pdata[i];
        char id[UUID_TEXT_SIZE];
        uuid_format(&session->id, id);
        if (cli->out.mode == MODE_JSON) {
            cli_put_object(&cli->out, &session_fields, session);
            continue;
        }
        g_autofree char *used = when_text(session->last_used_at);
        g_autofree char *client = text_clean(session->client ? session->client : "", -1, TEXT_LINE);
        cli_put_format(&cli->out, "%s\t%s\t%s\t%s\n", id, session->current ? "current" : "", used,
                       client);
    }
    return true;
}

bool cli_run_account_sessions(Cli *cli, GError **error)
{
    return cli_open_online(cli, error) &&
           ask_server(cli, ACCOUNT_SESSIONS, NULL, show_sessions, NULL, error);
}

bool cli_run_account_end(Cli *cli, GError **error)
{
    AccountInput input = { 0 };
    if (!uuid_parse(operand(cli, 0), &input.id))
        return problem_set(error, PROBLEM_USAGE, "%s",
                           _("the id of a session is wanted: leadline account sessions"));
    if (!cli_open_online(cli, error) ||
        !ask_server(cli, ACCOUNT_END_SESSION, &input, NULL, NULL, error))
        return false;
    cli_say("%s", _("The session is ended."));
    return true;
}

/* ---- mail */

static bool show_mail(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error)
{
    for (guint i = 0; i < answer->settings->len; i++) {
        const MailSetting *setting = answer->settings->pdata[i];
        if (cli->out.mode == MODE_JSON) {
            cli_put_object(&cli->out, &mail_setting_fields, setting);
            continue;
        }
        g_autofree char *type = text_clean(setting->type, -1, TEXT_LINE);
        g_autofree char *label = text_clean(setting->label ? setting->label : "", -1, TEXT_LINE);
        cli_put_format(&cli->out, "%s\t%s\t%s\n", type,
                       setting->mandatory ? "always"
                       : setting->on      ? "on"
                                          : "off",
                       label);
    }
    return true;
}

bool cli_run_account_mail(Cli *cli, GError **error)
{
    const char *words[] = { operand(cli, 0), operand(cli, 1) };
    if (!words[0])
        return cli_open_online(cli, error) &&
               ask_server(cli, ACCOUNT_MAIL, NULL, show_mail, NULL, error);
    bool on = words[1] && strcmp(words[1], "on") == 0;
    if (!words[1] || (!on && strcmp(words[1], "off") != 0))
        return problem_set(error, PROBLEM_USAGE, "%s", _("a type of mail, then on or off"));
    MailSetting setting = { .type = (char *)words[0], .on = on };
    g_autoptr(GPtrArray) settings = g_ptr_array_new();
    g_ptr_array_add(settings, &setting);
    AccountInput input = { .settings = settings };
    return cli_open_online(cli, error) &&
           ask_server(cli, ACCOUNT_SET_MAIL, &input, show_mail, NULL, error);
}

bool cli_run_account_verify(Cli *cli, GError **error)
{
    if (!cli_open_online(cli, error) || !ask_server(cli, ACCOUNT_VERIFY, NULL, NULL, NULL, error))
        return false;
    cli_say("%s", _("If the address is not verified yet, a mail with a link is on its way to it."));
    return true;
}

/* ---- password */

static bool change_password(Cli *cli, const char *current, const char *fresh, GError **error)
{
    AccountInput input = { .password = current, .fresh = fresh };
    if (!ask_server(cli, ACCOUNT_PASSWORD, &input, NULL, NULL, error))
        return false;
    cli_say("%s", _("The password is changed. All other sessions are ended."));
    return true;
}

static char *read_new(Cli *cli, GError **error)
{
    char *fresh = read_secret(cli, _("New password"), error);
    if (!fresh || !isatty(STDIN_FILENO))
        return fresh;
    char *again = cli_ask_secret(_("Once more"), error);
    bool same = again && strcmp(fresh, again) == 0;
    if (again && !same)
        problem_set(error, PROBLEM_BAD_INPUT, "%s", _("the two are not the same"));
    secret_free(again);
    if (same)
        return fresh;
    secret_free(fresh);
    return NULL;
}

bool cli_run_account_password(Cli *cli, GError **error)
{
    if (!cli_open_online(cli, error))
        return false;
    char *current = read_secret(cli, _("Current password"), error);
    char *fresh = current ? read_new(cli, error) : NULL;
    bool ok = fresh && change_password(cli, current, fresh, error);
    secret_free(current);
    secret_free(fresh);
    return ok;
}

/* ---- the address */

bool cli_run_account_email(Cli *cli, GError **error)
{
    if (!cli_open_online(cli, error))
        return false;
    char *password = read_secret(cli, _("Password"), error);
    AccountInput input = { .email = operand(cli, 0), .password = password };
    bool ok = password && ask_server(cli, ACCOUNT_EMAIL, &input, NULL, NULL, error);
    if (ok)
        cli_say("%s",
                _("A mail with a link is on its way to the new address: it counts once that is "
                  "followed."));
    secret_free(password);
    return ok;
}

/* ---- one-time codes */

static bool show_totp(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error)
{
    if (cli->out.mode == MODE_JSON)
        cli_put_object(&cli->out, &totp_status_fields, &answer->totp);
    else
        cli_put_format(&cli->out, "%s\t%d\n", answer->totp.on ? "on" : "off",
                       (int)answer->totp.recovery_codes);
    return true;
}

static bool show_codes(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error)
{
    cli_say("%s", _("Recovery codes. Each gets you in once, without the authenticator. They are "
                    "shown only now: keep them where nobody else looks."));
    if (cli->out.mode == MODE_JSON)
        cli_put_object(&cli->out, &recovery_codes_fields, &answer->codes);
    else
        for (char **code = answer->codes.recovery_codes; code && *code; code++) {
            g_autofree char *clean = text_clean(*code, -1, TEXT_LINE);
            cli_put_format(&cli->out, "%s\n", clean);
        }
    return true;
}

/* Black on white whatever the terminal's colours are. */
static void print_qr(const char *uri)
{
    const char *no_colour = g_getenv("NO_COLOR");
    g_autoptr(Qr) qr = qr_new(uri);
    if (!qr || !g_get_charset(NULL) || !isatty(STDERR_FILENO) || (no_colour && *no_colour))
        return;
    for (int row = 0; row < qr_rows(qr, true); row++) {
        g_autoptr(GString) line = g_string_new("  \033[30;107m");
        for (int col = 0; col < qr_cols(qr, true); col++)
            g_string_append(line, qr_cell(qr, row, col));
        g_string_append(line, "\033[0m\n");
        fputs(line->str, stderr);
    }
}

static bool show_setup(Cli *cli, const AccountAnswer *answer, Ask *ask, GError **error)
{
    g_autofree char *secret = text_clean(answer->setup.secret, -1, TEXT_LINE);
    print_qr(answer->setup.uri);
    cli_say(_("Let the authenticator read the code above, or type this secret into it: %s"),
            secret);
    explicit_bzero(secret, strlen(secret));
    return true;
}

static bool switch_on(Cli *cli, const char *password, GError **error)
{
    AccountInput begin = { .password = password };
    if (!ask_server(cli, ACCOUNT_TOTP_BEGIN, &begin, show_setup, NULL, error))
        return false;
    char *code = read_plain(cli, _("The code that it shows now"), error);
    AccountInput confirm = { .code = code };
    bool ok = code && ask_server(cli, ACCOUNT_TOTP_CONFIRM, &confirm, show_codes, NULL, error);
    secret_free(code);
    return ok;
}

bool cli_run_account_codes(Cli *cli, GError **error)
{
    const char *word = operand(cli, 0);
    bool on = g_strcmp0(word, "on") == 0, off = g_strcmp0(word, "off") == 0;
    if (word && !on && !off && strcmp(word, "new") != 0)
        return problem_set(error, PROBLEM_USAGE, "%s", _("on, off or new is wanted"));
    if (!cli_open_online(cli, error))
        return false;
    if (!word)
        return ask_server(cli, ACCOUNT_TOTP, NULL, show_totp, NULL, error);
    char *password = read_secret(cli, _("Password"), error);
    AccountInput input = { .password = password };
    bool ok = password != NULL;
    if (ok && on)
        ok = switch_on(cli, password, error);
    else if (ok)
        ok = ask_server(cli, off ? ACCOUNT_TOTP_OFF : ACCOUNT_TOTP_CODES, &input,
                        off ? NULL : show_codes, NULL, error);
    if (ok && off)
        cli_say("%s", _("Log-ins want no one-time code any more."));
    secret_free(password);
    return ok;
}

/* ---- own data */

bool cli_run_account_export(Cli *cli, GError **error)
{
    const char *path = operand(cli, 0);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return problem_set(error, PROBLEM_CANNOT_CREATE, _("%s is there already"), path);
    if (!cli_open_online(cli, error) ||
        !ask_server(cli, ACCOUNT_EXPORT, &(AccountInput){ .path = path }, NULL, NULL, error))
        return false;
    cli_say(_("All that the server keeps about you is in %s."), path);
    return true;
}

/* ---- the end */

static bool delete_for_good(Cli *cli, const char *confirm, const char *password, GError **error)
{
    g_autoptr(GError) local = NULL;
    AccountInput input = { .confirm = confirm, .password = password };
    bool ok = ask_server(cli, ACCOUNT_DELETE, &input, NULL, NULL, &local);
    if (problem_is(local, PROBLEM_TOTP_REQUIRED)) {
        char *code = read_plain(cli, _("One-time code"), error);
        input.code = code;
        ok = code && ask_server(cli, ACCOUNT_DELETE, &input, NULL, NULL, error);
        secret_free(code);
        return ok;
    }
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&local));
    return ok;
}

static void on_logged_out(const GError *error, gpointer data)
{
    *(bool *)data = true;
}

static bool is_set(Client *client, gpointer data)
{
    return *(bool *)data;
}

bool cli_run_account_delete(Cli *cli, GError **error)
{
    bool out = false;
    if (!cli_open_online(cli, error))
        return false;
    cli_say("%s", _("This deletes your account and all that is personal about you, at once and for "
                    "ever. It cannot be undone. The leads that you passed on stay with those who "
                    "got them, without your name."));
    char *confirm = read_plain(cli, _("To confirm, type your e-mail address"), error);
    char *password = confirm ? read_secret(cli, _("Password"), error) : NULL;
    bool ok = password && delete_for_good(cli, confirm, password, error);
    g_free(confirm);
    secret_free(password);
    if (!ok)
        return false;
    client_logout(cli->client, true, on_logged_out, &out);
    while (!client_wait(cli->client, is_set, &out, NET_DEADLINE_MS))
        continue;
    cli_say("%s", _("Your account is deleted, and so is the copy on this machine."));
    return true;
}
