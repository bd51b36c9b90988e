/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/account.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "client/client_private.h"
#include "wire/json.h"
#include "wire/report_json.h"

#define LOOK_MS 100  /* how often for the new token, */
#define LOOKS_MAX 50 /* and how often in all */

static const struct {
    const char *method, *path;
    bool id; /* the path ends with it */
} acts[ACCOUNT_ACTS] = {
    [ACCOUNT_SESSIONS] = { "GET", "/v1/sessions?limit=100", false },
    [ACCOUNT_END_SESSION] = { "DELETE", "/v1/sessions/", true },
    [ACCOUNT_MAIL] = { "GET", "/v1/me/email-settings", false },
    [ACCOUNT_SET_MAIL] = { "PUT", "/v1/me/email-settings", false },
    [ACCOUNT_VERIFY] = { "POST", "/v1/me/verify-email", false },
    [ACCOUNT_EMAIL] = { "POST", "/v1/me/email", false },
    [ACCOUNT_PASSWORD] = { "POST", "/v1/me/password", false },
    [ACCOUNT_TOTP] = { "GET", "/v1/me/totp", false },
    [ACCOUNT_TOTP_BEGIN] = { "POST", "/v1/me/totp", false },
    [ACCOUNT_TOTP_CONFIRM] = { "POST", "/v1/me/totp/confirm", false },
    [ACCOUNT_TOTP_CODES] = { "POST", "/v1/me/totp/recovery-codes", false },
    [ACCOUNT_TOTP_OFF] = { "DELETE", "/v1/me/totp", false },
    [ACCOUNT_EXPORT] = { "GET", "/v1/me/export", false },
    [ACCOUNT_DELETE] = { "DELETE", "/v1/me", false },
    [ACCOUNT_REPORT] = { "GET", "/v1/reports/", false },
};

struct AccountQuestion {
    Client *client;
    AccountAct act;
    char *path, *body;
    char *file; /* that an export goes to; NULL: none was made */
    int fd;
    GError *failed; /* why it was not */
    Uuid key;
    AccountFunc done;
    gpointer data;
    GDestroyNotify drop;
    NetRequest *request;
    char *refused; /* a token that is over: asked again when there is another one */
    guint timer;
    int looks;
};

/* ---- the file of an export */

static void file_make(AccountQuestion *question, const char *path)
{
    question->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (question->fd < 0)
        problem_set(&question->failed, PROBLEM_CANNOT_CREATE, "%s: %s", path, g_strerror(errno));
    else
        question->file = g_strdup(path);
}

/* It is whole. */
static bool file_keep(AccountQuestion *question, GError **error)
{
    bool ok = fsync(question->fd) == 0;
    int number = errno;
    if (!ok)
        return problem_set(error, PROBLEM_IO, "%s: %s", question->file, g_strerror(number));
    close(question->fd);
    g_clear_pointer(&question->file, g_free);
    return true;
}

static void file_drop(AccountQuestion *question)
{
    if (!question->file)
        return;
    close(question->fd);
    unlink(question->file);
    g_clear_pointer(&question->file, g_free);
}

static void question_free(AccountQuestion *question, bool answered)
{
    Client *client = question->client;
    client->questions = g_slist_remove(client->questions, question);
    g_clear_handle_id(&question->timer, g_source_remove);
    if (question->request)
        net_cancel(question->request);
    if (!answered && question->drop)
        question->drop(question->data);
    file_drop(question);
    g_clear_error(&question->failed);
    if (question->body)
        explicit_bzero(question->body, strlen(question->body));
    g_free(question->path);
    g_free(question->body);
    g_free(question->refused);
    g_free(question);
}

void client_account_end(Client *client)
{
    while (client->questions)
        question_free(client->questions->data, false);
}

/* ---- the request. Written by hand, since no table writes a secret. */

static void put_pair(GString *out, const char *name, const char *value, bool *first)
{
    if (!value)
        return;
    json_put_name(out, name, first);
    json_put_text(out, value);
}

static void put_settings(GString *out, const GPtrArray *settings)
{
    bool first = true;
    json_put_name(out, "settings", &first);
    g_string_append_c(out, '[');
    for (guint i = 0; i < settings->len; i++) {
        const MailSetting *setting = settings->pdata[i];
        first = true;
        g_string_append(out, i ? ",{" : "{");
        put_pair(out, "type", setting->type, &first);
        json_put_name(out, "on", &first);
        json_put_bool(out, setting->on);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static char *body_of(AccountAct act, const AccountInput *input)
{
    bool first = true;
    if (strcmp(acts[act].method, "GET") == 0 || act == ACCOUNT_VERIFY || act == ACCOUNT_END_SESSION)
        return NULL;
    GString *out = g_string_new("{");
    if (act == ACCOUNT_SET_MAIL)
        put_settings(out, input->settings);
    put_pair(out, "email", input->email, &first);
    put_pair(out, "confirm", input->confirm, &first);
    put_pair(out, act == ACCOUNT_PASSWORD ? "current" : "password", input->password, &first);
    put_pair(out, "new", input->fresh, &first);
    put_pair(out, act == ACCOUNT_DELETE ? "totp" : "code", input->code, &first);
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

/* ---- the answer */

static gpointer decode_new(const JsonNode *node, const FieldTable *table)
{
    gpointer object = g_malloc0(table->size);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(node, table, object, JSON_REPLY, "#", &errors);
    return object;
}

static GPtrArray *decode_list(const JsonNode *root, const char *name, const FieldTable *table)
{
    const JsonNode *list = json_member(root, name);
    GPtrArray *all = g_ptr_array_new();
    if (list && json_is_array(list))
        for (const JsonNode *item = json_first(list); item; item = json_next(item))
            g_ptr_array_add(all, decode_new(item, table));
    return all;
}

static void list_free(GPtrArray *list, const FieldTable *table)
{
    for (guint i = 0; list && i < list->len; i++) {
        fields_clear(table, list->pdata[i]);
        g_free(list->pdata[i]);
    }
    if (list)
        g_ptr_array_unref(list);
}

static void decode_into(const JsonNode *root, const FieldTable *table, void *object)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    json_decode(root, table, object, JSON_REPLY, "#", &errors);
}

/* Whatever is not a report is an error of its own. */
static void decode_report(const JsonNode *root, AccountAnswer *answer, GError **error)
{
    answer->report = g_new0(Report, 1);
    if (!report_read_json(answer->report, root, error))
        problem_set(error && *error ? NULL : error, PROBLEM_BAD_REPLY, "%s",
                    _("the answer is no report"));
}

static void decode_answer(const JsonNode *root, AccountAnswer *answer, GError **error)
{
    switch (answer->act) {
    case ACCOUNT_SESSIONS:
        answer->sessions = decode_list(root, "items", &session_fields);
        break;
    case ACCOUNT_MAIL:
    case ACCOUNT_SET_MAIL:
        answer->settings = decode_list(root, "settings", &mail_setting_fields);
        break;
    case ACCOUNT_TOTP:
        decode_into(root, &totp_status_fields, &answer->totp);
        break;
    case ACCOUNT_TOTP_BEGIN:
        decode_into(root, &totp_setup_fields, &answer->setup);
        break;
    case ACCOUNT_TOTP_CONFIRM:
    case ACCOUNT_TOTP_CODES:
        decode_into(root, &recovery_codes_fields, &answer->codes);
        break;
    case ACCOUNT_REPORT:
        decode_report(root, answer, error);
        break;
    default:
        break;
    }
}

static void answer_clear(AccountAnswer *answer)
{
    if (answer->report)
        report_clear(answer->report);
    g_free(answer->report);
    list_free(answer->sessions, &session_fields);
    list_free(answer->settings, &mail_setting_fields);
    fields_clear(&totp_setup_fields, &answer->setup);
    fields_clear(&recovery_codes_fields, &answer->codes);
}

static void tell(AccountQuestion *question, AccountAnswer *answer)
{
    AccountFunc done = question->done;
    gpointer data = question->data;
    question_free(question, true);
    done(answer, data);
    answer_clear(answer);
}

static void send(AccountQuestion *question);

static gboolean on_look(gpointer data)
{
    AccountQuestion *question = data;
    const char *token = question->client->credentials.access;
    if ((!token || g_str_equal(token, question->refused)) && ++question->looks < LOOKS_MAX)
        return G_SOURCE_CONTINUE;
    question->timer = 0;
    send(question);
    return G_SOURCE_REMOVE;
}

/* Tokens are renewed by the sync engine. Other refusals of the kind (a wrong code) are answers. */
static bool wait_for_token(AccountQuestion *question, const NetReply *reply)
{
    if (question->refused || (!problem_is(reply->error, PROBLEM_TOKEN_EXPIRED) &&
                              !problem_is(reply->error, PROBLEM_UNAUTHORIZED)))
        return false;
    question->refused = g_strdup(question->client->credentials.access);
    question->timer = g_timeout_add(LOOK_MS, on_look, question);
    client_event(question->client, EVENT_UNAUTHORIZED);
    return true;
}

static void on_reply(NetReply *reply, gpointer data)
{
    AccountQuestion *question = data;
    AccountAnswer answer = { .act = question->act };
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonDoc) doc = NULL;
    question->request = NULL;
    if (wait_for_token(question, reply))
        return;
    bool is_json = question->act != ACCOUNT_EXPORT && reply->status != 204;
    if (reply->error)
        error = g_error_copy(reply->error);
    else if (is_json)
        doc = json_parse(reply->body, reply->length, &error);
    if (doc)
        decode_answer(json_root(doc), &answer, &error);
    if (!error && question->file)
        file_keep(question, &error);
    answer.error = error;
    tell(question, &answer);
}

/* ---- asking */

static gboolean on_soon(gpointer data)
{
    AccountQuestion *question = data;
    g_autoptr(GError) error = g_steal_pointer(&question->failed);
    question->timer = 0;
    if (!error)
        problem_set(&error, PROBLEM_SERVER_DOWN, "%s", _("the server cannot be reached now"));
    AccountAnswer answer = { .act = question->act, .error = error };
    tell(question, &answer);
    return G_SOURCE_REMOVE;
}

static void send(AccountQuestion *question)
{
    Client *client = question->client;
    bool writes = strcmp(acts[question->act].method, "GET") != 0;
    if (question->failed || !client->net || !client->credentials.access ||
        client->sync.state == SYNC_DISABLED) {
        question->timer = g_idle_add(on_soon, question);
        return;
    }
    NetCall call = { .method = acts[question->act].method,
                     .path = question->path,
                     .token = client->credentials.access,
                     .body = question->body,
                     .key = writes ? &question->key : NULL,
                     .flags = question->file ? NET_FILE : 0,
                     .file = question->fd };
    question->request = net_send(client->net, &call, on_reply, question);
}

static void put_parameter(GString *path, const char *name, const char *value)
{
    g_autofree char *escaped = value ? g_uri_escape_string(value, NULL, FALSE) : NULL;
    if (value)
        g_string_append_printf(path, "&%s=%s", name, escaped);
}

static char *path_of(AccountAct act, const AccountInput *input)
{
    char id[UUID_TEXT_SIZE];
    GString *path = g_string_new(acts[act].path);
    uuid_format(&input->id, id);
    if (acts[act].id)
        g_string_append(path, id);
    if (act != ACCOUNT_REPORT)
        return g_string_free(path, FALSE);
    g_string_append_printf(path, "%s?scope=%s", enum_code(&report_kinds, (int)input->report), id);
    put_parameter(path, "from", input->from);
    put_parameter(path, "to", input->to);
    return g_string_free(path, FALSE);
}

void client_account_ask(Client *client, AccountAct act, const AccountInput *input, AccountFunc done,
                        gpointer data, GDestroyNotify drop)
{
    static const AccountInput nothing;
    AccountQuestion *question = g_new0(AccountQuestion, 1);
    input = input ? input : &nothing;
    *question = (AccountQuestion){ .client = client,
                                   .act = act,
                                   .path = path_of(act, input),
                                   .body = body_of(act, input),
                                   .key = uuid_new(),
                                   .done = done,
                                   .data = data,
                                   .drop = drop };
    if (act == ACCOUNT_EXPORT)
        file_make(question, input->path);
    client->questions = g_slist_prepend(client->questions, question);
    send(question);
}
