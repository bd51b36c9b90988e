/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/oauth.h"

#include <string.h>

#include "model/account.h"
#include "server/device.h"
#include "server/families.h"
#include "server/server.h"
#include "server/sessions.h"

/* ---- errors (RFC 6749 §5.2) */

/* What has no name of its own in OAuth. */
static const struct {
    Problem problem;
    const char *error;
} names[] = {
    { PROBLEM_THROTTLED, "temporarily_unavailable" },
    { PROBLEM_OVERLOADED, "temporarily_unavailable" },
    { PROBLEM_READ_ONLY, "temporarily_unavailable" },
    { PROBLEM_STORAGE_FULL, "temporarily_unavailable" },
    { PROBLEM_INTERNAL, "server_error" },
};

static char *error_name(Problem problem)
{
    if (problem >= PROBLEM_INVALID_GRANT && problem <= PROBLEM_EXPIRED_TOKEN)
        return g_strdelimit(g_strdup(problem_row(problem)->code), "-", '_');
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].problem == problem)
            return g_strdup(names[i].error);
    return g_strdup("invalid_request");
}

/* Its characters are fewer than those of JSON: %x20-21 / %x23-5B / %x5D-7E. */
static char *description(const char *detail)
{
    char *text = g_strdup(detail ? detail : "");
    for (char *c = text; *c; c++)
        if (*c == '"')
            *c = '\'';
        else if (*c < 0x20 || *c > 0x7e || *c == '\\')
            *c = '?';
    return text;
}

static void put_error(Call *call, Problem problem, const char *detail, const FieldErrors *errors)
{
    const FieldError *first = errors && field_errors_any(errors) ? errors->items->pdata[0] : NULL;
    g_autofree char *name = error_name(problem);
    g_autofree char *field = first ? g_strdup_printf("%s %s", first->pointer + 2, first->detail)
                                   : NULL;
    g_autofree char *text = description(field ? field : detail);
    GString *out = call->reply.body;
    if (call->reply.status < 500 && call->reply.status != 429)
        call->reply.status = 400;
    g_string_append(out, "{\"error\":");
    json_put_text(out, name);
    g_string_append(out, ",\"error_description\":");
    json_put_text(out, text);
    g_string_append(out, ",\"request_id\":");
    json_put_text(out, call->request_id);
    g_string_append_c(out, '}');
}

const Wording oauth_wording = { "oauth_error", "application/json", put_error };

/* ---- POST /oauth/token */

typedef struct GrantInput {
    char *grant_type, *refresh_token, *device_code, *client_id;
} GrantInput;

#define AT(member) offsetof(GrantInput, member)
static const Field grant_rows[] = {
    { "grant_type", FIELD_TEXT, AT(grant_type), FIELD_REQUIRED },
    { "refresh_token", FIELD_TEXT, AT(refresh_token), FIELD_SECRET },
    { "device_code", FIELD_TEXT, AT(device_code), FIELD_SECRET },
    { "client_id", FIELD_TEXT, AT(client_id) },
};
#undef AT
static const FieldTable grant_fields = FIELD_TABLE("grant", GrantInput, grant_rows);

static bool grant_refresh(Call *call, GError **error)
{
    const GrantInput *input = call->body;
    return session_refresh(call, input->refresh_token, error);
}

static bool grant_device(Call *call, GError **error)
{
    const GrantInput *input = call->body;
    return device_exchange(call, input->device_code, input->client_id, error);
}

static const struct {
    const char *type, *needs;
    size_t at;
    CallHandler run;
} grants[] = {
    { GRANT_REFRESH, "refresh_token", offsetof(GrantInput, refresh_token), grant_refresh },
    { GRANT_DEVICE, "device_code", offsetof(GrantInput, device_code), grant_device },
};

static bool token(Call *call, GError **error)
{
    const GrantInput *input = call->body;
    for (size_t i = 0; i < G_N_ELEMENTS(grants); i++) {
        if (!g_str_equal(grants[i].type, input->grant_type))
            continue;
        if (*(char *const *)((const char *)input + grants[i].at))
            return grants[i].run(call, error);
        return problem_set(error, PROBLEM_MALFORMED, "%s is missing", grants[i].needs);
    }
    return problem_set(error, PROBLEM_UNSUPPORTED_GRANT_TYPE,
                       "grant_type must be " GRANT_REFRESH " or " GRANT_DEVICE);
}

/* ---- POST /oauth/revoke */

typedef struct RevokeInput {
    char *token, *token_type_hint, *client_id;
} RevokeInput;

#define AT(member) offsetof(RevokeInput, member)
static const Field revoke_rows[] = {
    { "token", FIELD_TEXT, AT(token), FIELD_REQUIRED | FIELD_SECRET },
    { "token_type_hint", FIELD_TEXT, AT(token_type_hint) },
    { "client_id", FIELD_TEXT, AT(client_id) },
};
#undef AT
static const FieldTable revoke_fields = FIELD_TABLE("revoke", RevokeInput, revoke_rows);

static bool revoke(Call *call, GError **error)
{
    const RevokeInput *input = call->body;
    return session_revoke_token(call, input->token, error);
}

/* ---- metadata */

static bool host_ok(const char *host)
{
    return host && *host && strlen(host) <= 255 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
               strlen(host);
}

char *oauth_issuer(Call *call, GError **error)
{
    const char *configured = server_config(call->server)->public_url;
    if (configured)
        return g_strdup(configured);
    if (host_ok(call->host))
        return g_strconcat(call->https ? "https://" : "http://", call->host, NULL);
    problem_set(error, PROBLEM_MALFORMED, "Host must be a name or an address, perhaps with a port");
    return NULL;
}

static void put_list(GString *out, const char *name, const char *const *texts)
{
    bool first = false;
    json_put_name(out, name, &first);
    g_string_append_c(out, '[');
    for (size_t i = 0; texts[i]; i++) {
        g_string_append(out, i ? "," : "");
        json_put_text(out, texts[i]);
    }
    g_string_append_c(out, ']');
}

static bool metadata(Call *call, GError **error)
{
    static const struct {
        const char *name, *path;
    } endpoints[] = {
        { "token_endpoint", "/oauth/token" },
        { "device_authorization_endpoint", "/oauth/device_authorization" },
        { "revocation_endpoint", "/oauth/revoke" },
        { "service_documentation", "/v1/openapi.json" },
    };
    static const char *const none[] = { "none", NULL };
    static const char *const nothing[] = { NULL };
    static const char *const types[] = { GRANT_REFRESH, GRANT_DEVICE, NULL };
    GString *out = call->reply.body;
    g_autofree char *issuer = oauth_issuer(call, error);
    if (!issuer)
        return false;
    bool first = true;
    g_string_append_c(out, '{');
    json_put_name(out, "issuer", &first);
    json_put_text(out, issuer);
    for (size_t i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        g_autofree char *url = g_strconcat(issuer, endpoints[i].path, NULL);
        json_put_name(out, endpoints[i].name, &first);
        json_put_text(out, url);
    }
    put_list(out, "grant_types_supported", types);
    put_list(out, "response_types_supported", nothing);
    put_list(out, "token_endpoint_auth_methods_supported", none);
    put_list(out, "revocation_endpoint_auth_methods_supported", none);
    g_string_append_c(out, '}');
    return true;
}

const Route oauth_routes[] = {
    { "POST", "/oauth/token", ACCESS_OPEN, LANE_WRITE, OAUTH_FLAGS, &grant_fields, &tokens_fields,
      token, .summary = "Exchange a refresh token or a device code", .wording = &oauth_wording },
    { "POST", "/oauth/revoke", ACCESS_OPEN, LANE_WRITE, OAUTH_FLAGS, &revoke_fields,
      .handler = revoke, .summary = "End the session of a token", .wording = &oauth_wording },
    { .method = "GET",
      .path = "/.well-known/oauth-authorization-server",
      .access = ACCESS_OPEN,
      .lane = LANE_READ,
      .handler = metadata,
      .summary = "What this server has of OAuth 2.0 (RFC 8414)",
      .reply_schema =
          "{'type':'object','required':['issuer'],'properties':{'issuer':{'type':'string'},"
          "'token_endpoint':{'type':'string'},'device_authorization_endpoint':{'type':"
          "'string'},'revocation_endpoint':{'type':'string'},'service_documentation':"
          "{'type':'string'},'grant_types_supported':{'type':'array','items':{'type':"
          "'string'}},'response_types_supported':{'type':'array','items':{'type':"
          "'string'}},'token_endpoint_auth_methods_supported':{'type':'array','items':"
          "{'type':'string'}},'revocation_endpoint_auth_methods_supported':{'type':"
          "'array','items':{'type':'string'}}}}" },
    { 0 },
};
