/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-in by a browser (RFC 8628): asks for a code, shows it to the caller, and polls until somebody has allowed it. */
#include "client/client_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "wire/json.h"

#define CLIENT_ID "leadline"
#define POLL_FIRST_MS 5000
#define POLL_SLOWER_MS 5000
#define POLL_MAX_MS 60000
#define EXPIRES_S 1800 /* when the server does not say */
#define CODE_MAX 64

struct DeviceLogin {
    Client *client;
    DeviceCode code;
    DevicePrompt prompt;
    gint64 interval_ms; /* that the server wants */
    gint64 ends;        /* monotonic */
    int unanswered;     /* polls in a row */
    guint timer;
    NetRequest *request;
    ClientDeviceFunc changed;
    ClientDoneFunc done;
    gpointer data;
};

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static void device_free(DeviceLogin *device)
{
    g_clear_handle_id(&device->timer, g_source_remove);
    if (device->request)
        net_cancel(device->request);
    wipe(g_steal_pointer(&device->code.device_code));
    fields_clear(&device_code_fields, &device->code);
    g_free(device);
}

void client_device_cancel(Client *client)
{
    DeviceLogin *device = g_steal_pointer(&client->device);
    if (device)
        device_free(device);
}

static void end(DeviceLogin *device, const GError *error)
{
    ClientDoneFunc done = device->done;
    gpointer data = device->data;
    client_device_cancel(device->client);
    done(error, data);
}

static void end_with(DeviceLogin *device, Problem problem, const char *detail)
{
    g_autoptr(GError) error = NULL;
    problem_set(&error, problem, "%s", detail);
    end(device, error);
}

/* ---- polls */

static void poll_later(DeviceLogin *device, gint64 at_least_ms);

static void tell(DeviceLogin *device, bool unreachable)
{
    if (device->prompt.unreachable == unreachable)
        return;
    device->prompt.unreachable = unreachable;
    device->changed(&device->prompt, device->data);
}

/* It may have been given up meanwhile: too late. */
static void on_kept(gpointer data)
{
    Client *client = data;
    client->purge = false;
    client_problem(client, PROBLEM_COUNT, "");
    client_event(client, EVENT_TOKEN);
    if (client->device)
        end(client->device, NULL);
}

static void take(DeviceLogin *device, NetReply *reply)
{
    Tokens tokens = { 0 };
    g_autoptr(GError) error = NULL;
    if (!client_read_tokens(reply, &tokens))
        problem_set(&error, PROBLEM_BAD_REPLY, "the answer to the log-in has no tokens");
    else
        credentials_keep(&device->client->credentials, &tokens, on_kept, device->client, &error);
    tokens_wipe(&tokens);
    if (error)
        end(device, error);
}

/* Nobody answered, or somebody who cannot just now: slower and slower (§3.5), but as long as the code lives. */
static bool is_unanswered(const NetReply *reply)
{
    return reply->status == 0 || reply->status == 429 || reply->status >= 500;
}

static void on_polled(NetReply *reply, gpointer data)
{
    DeviceLogin *device = data;
    device->request = NULL;
    if (!reply->error) {
        take(device, reply);
        return;
    }
    bool unanswered = is_unanswered(reply);
    device->unanswered = unanswered ? device->unanswered + 1 : 0;
    tell(device, unanswered);
    if (problem_is(reply->error, PROBLEM_SLOW_DOWN))
        device->interval_ms += POLL_SLOWER_MS;
    if (unanswered || problem_is(reply->error, PROBLEM_SLOW_DOWN) ||
        problem_is(reply->error, PROBLEM_AUTHORIZATION_PENDING))
        poll_later(device, reply->retry_after_ms);
    else
        end(device, reply->error);
}

static char *form_of(const char *const *pairs)
{
    GString *out = g_string_sized_new(512); /* it does not move while it grows */
    for (; *pairs; pairs += 2) {
        g_autofree char *value = g_uri_escape_string(pairs[1], NULL, FALSE);
        g_string_append_printf(out, "%s%s=%s", out->len ? "&" : "", pairs[0], value);
        explicit_bzero(value, strlen(value));
    }
    return g_string_free(out, FALSE);
}

static NetRequest *post(DeviceLogin *device, const char *path, const char *const *pairs,
                        NetDoneFunc done)
{
    char *body = form_of(pairs);
    NetCall call = { .method = "POST", .path = path, .body = body, .flags = NET_FORM };
    NetRequest *request = net_send(device->client->net, &call, done, device);
    wipe(body);
    return request;
}

static gboolean on_turn(gpointer data)
{
    DeviceLogin *device = data;
    const char *const pairs[] = { "grant_type",  GRANT_DEVICE,
                                  "device_code", device->code.device_code,
                                  "client_id",   CLIENT_ID,
                                  NULL };
    device->timer = 0;
    if (clock_monotonic() >= device->ends)
        end_with(device, PROBLEM_EXPIRED_TOKEN, "the code has expired");
    else
        device->request = post(device, "/oauth/token", pairs, on_polled);
    return G_SOURCE_REMOVE;
}

static void poll_later(DeviceLogin *device, gint64 at_least_ms)
{
    gint64 wait = device->interval_ms;
    for (int i = 0; i < device->unanswered && wait < POLL_MAX_MS; i++)
        wait *= 2;
    wait = MAX(MIN(wait, MAX(POLL_MAX_MS, device->interval_ms)), at_least_ms);
    gint64 left = MAX(0, device->ends - clock_monotonic()) / 1000 + 1;
    device->timer = g_timeout_add((guint)MIN(wait, left), on_turn, device);
}

/* ---- the code */

/* An address that a person may be sent to. */
static bool address_ok(const char *url)
{
    return url && text_is_clean(url, TEXT_LINE) && strlen(url) <= 500 &&
           !strpbrk(url, " \"<>\\^`{|}") &&
           (g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://"));
}

static bool read_code(DeviceLogin *device, const NetReply *reply)
{
    DeviceCode *code = &device->code;
    g_autoptr(JsonDoc) doc = json_parse(reply->body, reply->length, NULL);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (!doc || !json_decode(json_root(doc), &device_code_fields, code, JSON_REPLY, "#", &errors) ||
        !code->device_code || !code->user_code || !*code->user_code ||
        !text_is_clean(code->user_code, TEXT_LINE) || strlen(code->user_code) > CODE_MAX ||
        !address_ok(code->verification_uri))
        return false;
    bool complete = address_ok(code->verification_uri_complete);
    gint64 seconds = code->expires_in > 0 ? MIN(code->expires_in, 24 * 3600) : EXPIRES_S;
    device->interval_ms = code->interval > 0 ? MIN(code->interval * 1000, POLL_MAX_MS)
                                             : POLL_FIRST_MS;
    device->prompt = (DevicePrompt){ .code = code->user_code,
                                     .url = code->verification_uri,
                                     .complete = complete ? code->verification_uri_complete : NULL,
                                     .expires = clock_now() + seconds * MS_PER_SECOND };
    device->ends = clock_monotonic() + seconds * G_USEC_PER_SEC;
    return true;
}

static void on_code(NetReply *reply, gpointer data)
{
    DeviceLogin *device = data;
    device->request = NULL;
    if (reply->error) {
        end(device, reply->error);
    } else if (!read_code(device, reply)) {
        end_with(device, PROBLEM_BAD_REPLY, "the server's answer has no code to show");
    } else {
        poll_later(device, 0);
        device->changed(&device->prompt, device->data);
    }
}

void client_device_login(Client *client, ClientDeviceFunc changed, ClientDoneFunc done,
                         gpointer data)
{
    static const char *const pairs[] = { "client_id", CLIENT_ID, NULL };
    if (!client_may_ask(client, done, data))
        return;
    client_device_cancel(client);
    DeviceLogin *device = g_new0(DeviceLogin, 1);
    *device = (DeviceLogin){ .client = client, .changed = changed, .done = done, .data = data };
    client->device = device;
    device->request = post(device, "/oauth/device_authorization", pairs, on_code);
}
