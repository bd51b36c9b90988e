/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/command_account.h"

#include <stdio.h>
#include <string.h>

#include "server/accounts.h"
#include "server/crypto.h"
#include "server/schema.h"
#include "server/server.h"
#include "server/sessions.h"
#include "wire/json.h"

static char *email, *name, *company, *business;
static gboolean admin;

const GOptionEntry user_add_options[] = {
    { "email", 0, 0, G_OPTION_ARG_STRING, &email, "the account's address", "EMAIL" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "what others see", "NAME" },
    { "company", 0, 0, G_OPTION_ARG_STRING, &company, "the company's name", "NAME" },
    { "business", 0, 0, G_OPTION_ARG_STRING, &business, "the kind of business", "TEXT" },
    { "admin", 0, 0, G_OPTION_ARG_NONE, &admin, "an administrator", NULL },
    { 0 },
};

const GOptionEntry token_create_options[] = {
    { "email", 0, 0, G_OPTION_ARG_STRING, &email, "the account's address", "EMAIL" },
    { 0 },
};

Db *command_open_database(const Config *config, GError **error)
{
    return schema_open(config, error);
}

/* One line of standard input, without its end. */
static char *read_password(GError **error)
{
    char line[PASSWORD_MAX * 4 + 2];
    if (!fgets(line, sizeof line, stdin)) {
        problem_set(error, PROBLEM_BAD_INPUT, "the password must be one line of standard input");
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    char *password = g_strdup(line);
    crypto_wipe(line, sizeof line);
    return password;
}

/* The same rules as for POST /v1/accounts. */
static bool check_input(const SignUp *input, GError **error)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (fields_validate(&sign_up_fields, input, "", &errors))
        return true;
    const FieldError *first = errors.items->pdata[0];
    return problem_set(error, PROBLEM_BAD_INPUT, "--%s: %s", first->pointer + 1, first->detail);
}

static bool add_account(Call *call, GError **error)
{
    Account account = { 0 };
    bool ok = account_create(call, call->scratch, &account, error);
    fields_clear(&account_fields, &account);
    return ok;
}

bool user_add(const Config *config, int argc, char **argv, GError **error)
{
    if (!email)
        return problem_set(error, PROBLEM_USAGE, "user add needs --email");
    g_autofree char *password = read_password(error);
    if (!password)
        return false;
    g_autofree char *shown = name ? g_strdup(name) : g_strndup(email, strcspn(email, "@"));
    SignUp input = { email, password, shown, company, business };
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    bool ok = check_input(&input, error) &&
              crypto_password_hash(password, config->argon2_passes, config->argon2_memory, hash,
                                   error);
    crypto_wipe(password, strlen(password));
    if (!ok)
        return false;
    NewAccount wanted = { .email = email,
                          .name = shown,
                          .company_name = company,
                          .business_type = business,
                          .password_hash = hash,
                          .admin = admin,
                          .verified = true };
    g_autoptr(Db) db = command_open_database(config, error);
    return db && call_run(db, add_account, &wanted, error);
}

typedef struct TokenRun {
    Tokens tokens;
} TokenRun;

static bool make_tokens(Call *call, GError **error)
{
    TokenRun *run = call->scratch;
    g_autofree char *key = email_fold(email);
    tokens_wipe(&run->tokens); /* of an earlier try */
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT id FROM account WHERE email_key = $1 AND state = 1", db_text(key));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows)
                   ? problem_set(error, PROBLEM_BAD_INPUT, "there is no account %s", email)
                   : false;
    Uuid account = db_get_uuid(rows, 0);
    g_clear_pointer(&rows, db_rows_free);
    return session_create(call, &account, "leadlined token create", &run->tokens, NULL, error);
}

bool token_create(const Config *config, int argc, char **argv, GError **error)
{
    if (!email)
        return problem_set(error, PROBLEM_USAGE, "token create needs --email");
    TokenRun run = { 0 };
    g_autoptr(Db) db = command_open_database(config, error);
    if (!db || !call_run(db, make_tokens, &run, error))
        return false;
    g_autoptr(GString) out = g_string_new(NULL);
    json_put_object(out, &tokens_fields, &run.tokens);
    tokens_wipe(&run.tokens);
    puts(out->str);
    return true;
}
