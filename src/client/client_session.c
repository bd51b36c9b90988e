/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: from the private server, from storage, by log-in; and their exchange when they have expired. */
#include "client/client_private.h"

#include <string.h>

#include "wire/json.h"

/* ---- the private server */

/* Keeps a pair, then goes on; when it cannot be stored it is there all the same, and that is told. */
static void keep(Client *client, const Tokens *tokens, CredentialsFunc then, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (credentials_keep(&client->credentials, tokens, then, data, &error))
        return;
    client_problem(client, problem_of(error), error->message);
    then(data);
}

static void on_private_kept(gpointer data)
{
    client_event(data, EVENT_TOKEN);
}

static void on_server_ready(const Tokens *tokens, const GError *error, gpointer data)
{
    Client *client = data;
    if (error) {
        client_problem(client, problem_of(error), error->message);
        client_event(client, EVENT_FAILED);
        return;
    }
    keep(client, tokens, on_private_kept, client);
}

/* It died. Its address comes back only with a new one, which the next try starts. */
static void on_server_gone(gpointer data)
{
    Client *client = data;
    client->sync.have_token = client->sync.identified = false;
    client_problem(client, PROBLEM_SERVER_DOWN, "");
    client_event(client, EVENT_FAILED);
}

static void on_fetched(gpointer data)
{
    Client *client = data;
    const Credentials *credentials = &client->credentials;
    /* Without a keyring there is nothing to tell: nothing was ever in one. */
    bool was_there = client->profile->email || client->profile->token_command;
    if (!credentials->access && credentials->why && was_there)
        client_problem(client, PROBLEM_UNAUTHORIZED, credentials->why);
    client_event(client, credentials->access ? EVENT_TOKEN : EVENT_NO_TOKEN);
}

void client_connect(Client *client)
{
    if (client->profile->kind != PROFILE_SERVER) {
        embedded_stop(client->embedded);
        client->embedded = embedded_start(client->profile, on_server_ready, on_server_gone, client);
        return;
    }
    credentials_fetch(&client->credentials, on_fetched, client);
}

void client_look_for_tokens(Client *client)
{
    credentials_fetch_again(&client->credentials, on_fetched, client);
}

/* ---- exchange */

bool client_read_tokens(const NetReply *reply, Tokens *tokens)
{
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, NULL);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    return doc && json_decode(json_root(doc), &tokens_fields, tokens, JSON_REPLY, "#", &errors) &&
           tokens->access_token;
}

static void on_refreshed_kept(gpointer data)
{
    client_event(data, EVENT_REFRESHED);
}

static void refuse(Client *client, const char *why)
{
    client_problem(client, PROBLEM_UNAUTHORIZED, why);
    client_event(client, EVENT_REFUSED);
}

/* The refresh token itself is no good: nothing else is a reason to forget it. */
static bool is_refused(const NetReply *reply)
{
    return reply->status == 401 || reply->status == 403 ||
           problem_is(reply->error, PROBLEM_INVALID_GRANT);
}

static void on_refreshed(NetReply *reply, gpointer data)
{
    Client *client = data;
    Tokens tokens = { 0 };
    client->request = NULL;
    if (reply->error && is_refused(reply)) {
        /* Whoever logs in or out just now replaces or drops them, and must hear that it is done. */
        if (!client->keeping)
            credentials_drop(&client->credentials, NULL, NULL);
        refuse(client, "");
    } else if (reply->error) {
        client_failed(client, reply);
    } else if (!client_read_tokens(reply, &tokens)) {
        /* No token was lost: the old one is good for another try. */
        client_problem(client, PROBLEM_BAD_REPLY, "the answer to the refresh has no tokens");
        client_event(client, EVENT_FAILED);
    } else {
        /* Stored before its first use: a crash between the two must not lose the only pair that works. */
        keep(client, &tokens, on_refreshed_kept, client);
    }
    tokens_wipe(&tokens);
}

void client_session_forget(Client *client)
{
    if (client->stale)
        explicit_bzero(client->stale, strlen(client->stale));
    g_clear_pointer(&client->stale, g_free);
}

/* The command's turn: whoever gives tokens renews them. */
static void on_command_again(gpointer data)
{
    Client *client = data;
    const Credentials *credentials = &client->credentials;
    bool same = g_strcmp0(credentials->access, client->stale) == 0;
    client_session_forget(client);
    if (credentials->access && !same)
        client_event(client, EVENT_REFRESHED);
    else
        refuse(client, credentials->why ? credentials->why
                                        : "token_command gives a token that the server refuses");
}

void client_refresh_tokens(Client *client)
{
    Credentials *credentials = &client->credentials;
    if (credentials->place == TOKENS_COMMAND) {
        client_session_forget(client);
        client->stale = g_strdup(credentials->access);
        credentials_fetch_again(credentials, on_command_again, client);
        return;
    }
    if (!credentials->refresh) {
        refuse(client, "");
        return;
    }
    g_autofree char *token = g_uri_escape_string(credentials->refresh, NULL, FALSE);
    g_autofree char *body = g_strconcat("grant_type=refresh_token&refresh_token=", token, NULL);
    NetCall call = { .method = "POST", .path = "/oauth/token", .body = body, .flags = NET_FORM };
    client->request = net_send(client->net, &call, on_refreshed, client);
    explicit_bzero(token, strlen(token));
    explicit_bzero(body, strlen(body));
}

/* ---- log-in, sign-up, log-out */

typedef struct Asking {
    Client *client;
    char *email;
    Login login; /* to go on with after a sign-up */
    ClientDoneFunc done;
    gpointer data;
} Asking;

static void asking_free(gpointer data)
{
    Asking *asking = data;
    if (asking->login.password)
        explicit_bzero(asking->login.password, strlen(asking->login.password));
    fields_clear(&login_fields, &asking->login);
    g_free(asking->email);
    g_free(asking);
}

static void asking_end(Asking *asking, const GError *error)
{
    asking->done(error, asking->data);
    asking_free(asking);
}

void client_remember_email(Client *client, const char *email)
{
    if (g_strcmp0(client->profile->email, email) == 0)
        return;
    g_free(client->profile->email);
    client->profile->email = g_strdup(email);
    g_autoptr(GError) error = NULL;
    if (client->profile->kind != PROFILE_DEMO && !profile_save(client->profile, &error))
        client_problem(client, problem_of(error), error->message);
}

/* Whoever waits for the credentials goes with the client if that goes first. */
static void wait_for_credentials(Client *client, gpointer waiter, GDestroyNotify waiter_free)
{
    if (client->keeping) /* an older wish: this one makes it void */
        client->keeping_free(client->keeping);
    client->keeping = waiter;
    client->keeping_free = waiter_free;
}

static void on_login_kept(gpointer data)
{
    Asking *asking = data;
    Client *client = asking->client;
    client->keeping = NULL;
    client_remember_email(client, asking->email);
    client->purge = false;
    client_problem(client, PROBLEM_COUNT, "");
    client_event(client, EVENT_TOKEN);
    asking_end(asking, NULL);
}

static void on_login(NetReply *reply, gpointer data)
{
    Asking *asking = data;
    Client *client = asking->client;
    Tokens tokens = { 0 };
    g_autoptr(GError) error = reply->error ? g_error_copy(reply->error) : NULL;
    if (!error && !client_read_tokens(reply, &tokens))
        problem_set(&error, PROBLEM_BAD_REPLY, "the answer to the log-in has no tokens");
    if (!error) {
        wait_for_credentials(client, asking, asking_free);
        if (!credentials_keep(&client->credentials, &tokens, on_login_kept, asking, &error))
            client->keeping = NULL;
    }
    tokens_wipe(&tokens);
    if (error)
        asking_end(asking, error);
}

typedef struct Pair {
    const char *name, *value;
} Pair;

/* {"name":"value",...} of those that have a value. Written by hand since no table writes a secret. */
static char *pairs_to_json(const Pair *pairs, size_t n)
{
    GString *out = g_string_new("{");
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (!pairs[i].value || !*pairs[i].value)
            continue;
        json_put_name(out, pairs[i].name, &first);
        json_put_text(out, pairs[i].value);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

static void send_login(Asking *asking)
{
    const Pair pairs[] = { { "email", asking->login.email },
                           { "password", asking->login.password },
                           { "totp", asking->login.totp } };
    g_autofree char *body = pairs_to_json(pairs, G_N_ELEMENTS(pairs));
    NetCall call = { .method = "POST", .path = "/v1/login", .body = body, .drop = asking_free };
    net_send(asking->client->net, &call, on_login, asking);
    explicit_bzero(body, strlen(body));
}

bool client_may_ask(Client *client, ClientDoneFunc done, gpointer data)
{
    if (client->net)
        return true;
    g_autoptr(GError) error = NULL;
    problem_set(&error, client->lock ? PROBLEM_FAILED : PROBLEM_LOCKED,
                "the network is not started, or another leadline has this profile");
    done(error, data);
    return false;
}

void client_login_with(Client *client, const Login *login, ClientDoneFunc done, gpointer data)
{
    if (!client_may_ask(client, done, data))
        return;
    Asking *asking = g_new0(Asking, 1);
    *asking = (Asking){ client, g_strdup(login->email), .done = done, .data = data };
    fields_copy(&login_fields, &asking->login, login);
    send_login(asking);
}

void client_login(Client *client, const char *email, const char *password, ClientDoneFunc done,
                  gpointer data)
{
    client_login_with(client, &(Login){ .email = (char *)email, .password = (char *)password },
                      done, data);
}

static void on_signed_up(NetReply *reply, gpointer data)
{
    Asking *asking = data;
    if (reply->error)
        asking_end(asking, reply->error);
    else
        send_login(asking);
}

void client_sign_up(Client *client, const SignUp *input, ClientDoneFunc done, gpointer data)
{
    if (!client_may_ask(client, done, data))
        return;
    Asking *asking = g_new0(Asking, 1);
    *asking = (Asking){ client, g_strdup(input->email), .done = done, .data = data };
    asking->login.email = g_strdup(input->email);
    asking->login.password = g_strdup(input->password);
    const Pair pairs[] = {
        { "email", input->email },
        { "password", input->password },
        { "name", input->name },
        { "company_name", input->company_name },
        { "business_type", input->business_type },
    };
    g_autofree char *body = pairs_to_json(pairs, G_N_ELEMENTS(pairs));
    Uuid key = uuid_new();
    NetCall call = {
        .method = "POST",
        .path = "/v1/accounts",
        .language = true,
        .body = body,
        .key = &key,
        .drop = asking_free,
    };
    net_send(client->net, &call, on_signed_up, asking);
}

static void on_wiped(Job *job, gpointer data)
{
    client_job_done(data, job);
}

typedef struct Leaving {
    Client *client;
    bool purge;
    GError *error; /* the server does not know */
    ClientDoneFunc done;
    gpointer data;
} Leaving;

static void leaving_free(gpointer data)
{
    Leaving *leaving = data;
    g_clear_error(&leaving->error);
    g_free(leaving);
}

/* The rows go now, the file with the client: it is open. */
static void on_forgotten(gpointer data)
{
    Leaving *leaving = data;
    Client *client = leaving->client;
    client->keeping = NULL;
    client_event(client, EVENT_LOGOUT);
    client->purge = leaving->purge;
    if (client->purge && client->worker)
        client_add_job(client, job_new(JOB_WIPE, on_wiped, client));
    leaving->done(leaving->error, leaving->data);
    leaving_free(leaving);
}

/* Here in any case; an error only says that the server does not know. */
static void forget(Leaving *leaving)
{
    wait_for_credentials(leaving->client, leaving, leaving_free);
    credentials_drop(&leaving->client->credentials, on_forgotten, leaving);
}

static void on_revoked(NetReply *reply, gpointer data)
{
    Leaving *leaving = data;
    leaving->error = reply->error ? g_error_copy(reply->error) : NULL;
    forget(leaving);
}

/* By now it is known what there is to be ended. */
static void revoke(gpointer data)
{
    Leaving *leaving = data;
    Client *client = leaving->client;
    client->keeping = NULL;
    if (!client->net || !client->credentials.refresh) {
        forget(leaving);
        return;
    }
    g_autofree char *token = g_uri_escape_string(client->credentials.refresh, NULL, FALSE);
    g_autofree char *body = g_strconcat("token=", token, NULL);
    NetCall call = {
        .method = "POST",
        .path = "/oauth/revoke",
        .body = body,
        .flags = NET_FORM,
        .drop = leaving_free,
    };
    net_send(client->net, &call, on_revoked, leaving);
    explicit_bzero(token, strlen(token));
    explicit_bzero(body, strlen(body));
}

void client_logout(Client *client, bool purge, ClientDoneFunc done, gpointer data)
{
    Leaving *leaving = g_new0(Leaving, 1);
    *leaving = (Leaving){ .client = client, .purge = purge, .done = done, .data = data };
    if (client->profile->kind != PROFILE_SERVER || client->profile->token_command) {
        revoke(leaving);
        return;
    }
    wait_for_credentials(client, leaving, leaving_free);
    credentials_fetch(&client->credentials, revoke, leaving);
}

TokenPlace client_token_place(const Client *client)
{
    return client->credentials.place;
}

const char *client_token_why(const Client *client)
{
    return client->credentials.why;
}
