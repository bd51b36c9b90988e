/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: from the private server, from storage, by log-in; and their exchange when they have expired. */
#include "client/client_private.h"

#include <string.h>

#include "wire/json.h"

/* ---- the private server */

static bool take_tokens(Client *client, const Tokens *tokens)
{
    g_autoptr(GError) error = NULL;
    if (credentials_set(&client->credentials, client->profile, tokens, &error))
        return true;
    client_problem(client, problem_of(error), error->message);
    return false;
}

static void on_server_ready(const Tokens *tokens, const GError *error, gpointer data)
{
    Client *client = data;
    if (error) {
        client_problem(client, problem_of(error), error->message);
        client_event(client, EVENT_FAILED);
        return;
    }
    take_tokens(client, tokens);
    client_event(client, EVENT_TOKEN);
}

/* It died. Its address comes back only with a new one, which the next try starts. */
static void on_server_gone(gpointer data)
{
    Client *client = data;
    client->sync.have_token = client->sync.identified = false;
    client_problem(client, PROBLEM_SERVER_DOWN, "");
    client_event(client, EVENT_FAILED);
}

void client_connect(Client *client)
{
    if (client->profile->kind != PROFILE_SERVER) {
        embedded_stop(client->embedded);
        client->embedded = embedded_start(client->profile, on_server_ready, on_server_gone, client);
        return;
    }
    client_event(client, client->credentials.access ? EVENT_TOKEN : EVENT_NO_TOKEN);
}

/* ---- exchange */

static bool read_tokens(const NetReply *reply, Tokens *tokens)
{
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, NULL);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    return doc && json_decode(json_root(doc), &tokens_fields, tokens, JSON_REPLY, "#", &errors) &&
           tokens->access_token;
}

static void on_refreshed(NetReply *reply, gpointer data)
{
    Client *client = data;
    Tokens tokens = { 0 };
    client->request = NULL;
    if (reply->error && (reply->status == 400 || reply->status == 401 || reply->status == 403)) {
        credentials_clear(&client->credentials, client->profile);
        client_problem(client, PROBLEM_UNAUTHORIZED, "");
        client_event(client, EVENT_REFUSED);
    } else if (reply->error) {
        client_failed(client, reply);
    } else if (!read_tokens(reply, &tokens)) {
        /* No token was lost: the old one is good for another try. */
        client_problem(client, PROBLEM_BAD_REPLY, "the answer to the refresh has no tokens");
        client_event(client, EVENT_FAILED);
    } else {
        /* Stored before its first use: a crash between the two must not lose the only pair that works. */
        take_tokens(client, &tokens);
        client_event(client, EVENT_REFRESHED);
    }
    fields_clear(&tokens_fields, &tokens);
}

void client_refresh_tokens(Client *client)
{
    if (!client->credentials.refresh) {
        client_problem(client, PROBLEM_UNAUTHORIZED, "");
        client_event(client, EVENT_REFUSED);
        return;
    }
    g_autofree char *token = g_uri_escape_string(client->credentials.refresh, NULL, FALSE);
    g_autofree char *body = g_strconcat("grant_type=refresh_token&refresh_token=", token, NULL);
    NetCall call = { .method = "POST", .path = "/oauth/token", .body = body, .flags = NET_FORM };
    client->request = net_send(client->net, &call, on_refreshed, client);
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

static void remember_email(Client *client, const char *email)
{
    g_free(client->profile->email);
    client->profile->email = g_strdup(email);
    g_autoptr(GError) error = NULL;
    if (client->profile->kind != PROFILE_DEMO && !profile_save(client->profile, &error))
        client_problem(client, problem_of(error), error->message);
}

static void on_login(NetReply *reply, gpointer data)
{
    Asking *asking = data;
    Client *client = asking->client;
    Tokens tokens = { 0 };
    g_autoptr(GError) error = reply->error ? g_error_copy(reply->error) : NULL;
    if (!error && !read_tokens(reply, &tokens))
        problem_set(&error, PROBLEM_BAD_REPLY, "the answer to the log-in has no tokens");
    if (!error && credentials_set(&client->credentials, client->profile, &tokens, &error))
        remember_email(client, asking->email);
    fields_clear(&tokens_fields, &tokens);
    if (!error) {
        client->purge = false;
        client_problem(client, PROBLEM_COUNT, "");
        client_event(client, EVENT_TOKEN);
    }
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
                           { "password", asking->login.password } };
    g_autofree char *body = pairs_to_json(pairs, G_N_ELEMENTS(pairs));
    NetCall call = { .method = "POST", .path = "/v1/login", .body = body, .drop = asking_free };
    net_send(asking->client->net, &call, on_login, asking);
    explicit_bzero(body, strlen(body));
}

static bool may_ask(Client *client, ClientDoneFunc done, gpointer data)
{
    if (client->net)
        return true;
    g_autoptr(GError) error = NULL;
    problem_set(&error, client->lock ? PROBLEM_FAILED : PROBLEM_LOCKED,
                "the network is not started, or another leadline has this profile");
    done(error, data);
    return false;
}

void client_login(Client *client, const char *email, const char *password, ClientDoneFunc done,
                  gpointer data)
{
    if (!may_ask(client, done, data))
        return;
    Asking *asking = g_new0(Asking, 1);
    *asking = (Asking){ client, g_strdup(email), .done = done, .data = data };
    asking->login.email = g_strdup(email);
    asking->login.password = g_strdup(password);
    send_login(asking);
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
    if (!may_ask(client, done, data))
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

/* The rows go now, the file with the client: it is open. */
static void forget(Client *client, bool purge)
{
    credentials_clear(&client->credentials, client->profile);
    client_event(client, EVENT_LOGOUT);
    client->purge = purge;
    if (purge && client->worker)
        client_add_job(client, job_new(JOB_WIPE, on_wiped, client));
}

typedef struct Leaving {
    Client *client;
    bool purge;
    ClientDoneFunc done;
    gpointer data;
} Leaving;

/* Logged out here in any case; an error only says that the server does not know. */
static void on_revoked(NetReply *reply, gpointer data)
{
    Leaving *leaving = data;
    forget(leaving->client, leaving->purge);
    leaving->done(reply->error, leaving->data);
    g_free(leaving);
}

void client_logout(Client *client, bool purge, ClientDoneFunc done, gpointer data)
{
    if (!client->net || !client->credentials.refresh) {
        forget(client, purge);
        done(NULL, data);
        return;
    }
    Leaving *leaving = g_new0(Leaving, 1);
    *leaving = (Leaving){ client, purge, done, data };
    g_autofree char *token = g_uri_escape_string(client->credentials.refresh, NULL, FALSE);
    g_autofree char *body = g_strconcat("token=", token, NULL);
    NetCall call = {
        .method = "POST", .path = "/oauth/revoke", .body = body, .flags = NET_FORM, .drop = g_free
    };
    net_send(client->net, &call, on_revoked, leaving);
}

TokenPlace client_token_place(const Client *client)
{
    if (!client->credentials.access)
        return TOKENS_NONE;
    if (client->credentials.from_environment)
        return TOKENS_ENVIRONMENT;
    return client->profile->insecure_storage ? TOKENS_FILE : TOKENS_MEMORY;
}
