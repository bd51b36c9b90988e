/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/frame.h"

#include <string.h>

#include "server/auth.h"
#include "server/changes.h"
#include "server/form.h"
#include "server/idempotency.h"
#include "base/log.h"
#include "server/routes.h"

Frame *frame_new(Server *server)
{
    Frame *frame = g_new0(Frame, 1);
    Call *call = &frame->call;
    call->server = server;
    call->now = clock_now();
    Uuid id = uuid_new();
    uuid_format(&id, call->request_id);
    call->reply.status = 200;
    frame->started = clock_monotonic();
    return frame;
}

/* What one run of a handler leaves behind. */
static void frame_reset(Frame *frame)
{
    Call *call = &frame->call;
    if (call->reply.body)
        g_string_truncate(call->reply.body, 0);
    else
        call->reply.body = g_string_sized_new(1024);
    call->reply = (Reply){ .status = 200, .body = call->reply.body };
    if (!call->errors.items)
        field_errors_init(&call->errors);
    g_ptr_array_set_size(call->errors.items, 0);
    if (call->changes)
        g_array_set_size(call->changes, 0);
    g_clear_pointer(&call->revoked, g_array_unref);
    frame->replayed = false;
}

void frame_free(Frame *frame)
{
    if (!frame)
        return;
    Call *call = &frame->call;
    if (call->body && call->route->body) {
        fields_clear(call->route->body, call->body);
        g_free(call->body);
    }
    if (call->reply.body)
        g_string_free(call->reply.body, TRUE);
    if (call->errors.items)
        field_errors_clear(&call->errors);
    if (call->changes)
        g_array_free(call->changes, TRUE);
    if (call->current)
        g_string_free(call->current, TRUE);
    g_clear_pointer(&call->revoked, g_array_unref);
    if (call->scratch && call->scratch_free)
        call->scratch_free(call->scratch);
    if (frame->doc && call->route->body && fields_have_secret(call->route->body))
        json_doc_wipe(frame->doc);
    json_doc_free(frame->doc);
    g_free(frame);
}

/* ---- problems */

/* Problems of the catalogue that have no HTTP status are of our own inside. */
static Problem wire_problem(Frame *frame, const GError *error, const char **detail)
{
    Problem problem = problem_of(error);
    *detail = error->message;
    if (problem_row(problem)->status != 0 && problem != PROBLEM_INTERNAL)
        return problem;
    log_write(LOG_ERROR, "failure", "request_id", frame->call.request_id, "route",
              frame->call.route ? frame->call.route->path : "", "problem",
              problem_row(problem)->code, "detail", error->message, NULL);
    *detail = "the server's log tells more under this request_id";
    switch (problem) {
    case PROBLEM_DATABASE_BUSY:
        return PROBLEM_OVERLOADED;
    case PROBLEM_DATABASE_AWAY:
        *detail = "the database does not answer";
        return PROBLEM_OVERLOADED;
    case PROBLEM_IO: /* the disk: it may come back, and the lane tries (lanes.h) */
        return PROBLEM_READ_ONLY;
    default:
        return PROBLEM_INTERNAL;
    }
}

static int retry_after(Problem problem)
{
    switch (problem) {
    case PROBLEM_OVERLOADED:
    case PROBLEM_READ_ONLY:
    case PROBLEM_STORAGE_FULL:
    case PROBLEM_KEY_IN_PROGRESS:
    case PROBLEM_TOO_MANY_STREAMS:
    case PROBLEM_THROTTLED:
        return 2;
    default:
        return 0;
    }
}

static void put_problem(Frame *frame, Problem problem, const char *detail,
                        const FieldErrors *errors)
{
    Reply *reply = &frame->call.reply;
    if (reply->retry_after == 0)
        reply->retry_after = retry_after(problem);
    call_put_problem(&frame->call, problem, detail, errors);
    if (problem == PROBLEM_PRECONDITION_FAILED && frame->call.current) {
        g_string_truncate(reply->body, reply->body->len - 1);
        g_string_append(reply->body, ",\"current\":");
        g_string_append_len(reply->body, frame->call.current->str,
                            (gssize)frame->call.current->len);
        g_string_append_c(reply->body, '}');
    }
    frame->answered = true;
}

void frame_problem(Frame *frame, Problem problem, const char *detail)
{
    put_problem(frame, problem, detail, NULL);
}

/* The error becomes the answer; it is freed. */
static void frame_fail(Frame *frame, GError *error)
{
    const char *detail;
    Problem problem = wire_problem(frame, error, &detail);
    bool fields = problem == PROBLEM_VALIDATION || problem == PROBLEM_UNKNOWN_FIELD;
    if (fields && field_errors_any(&frame->call.errors)) {
        g_autofree char *text = g_strdup_printf(
            "%u field%s not right", frame->call.errors.items->len,
            frame->call.errors.items->len == 1 ? " is" : "s are");
        put_problem(frame, problem, text, &frame->call.errors);
    } else {
        put_problem(frame, problem, detail, NULL);
    }
    g_error_free(error);
}

/* ---- accepting */

static bool accept_query(Call *call, const FrameInput *input, GError **error)
{
    call->query = input->query;
    if (!input->query)
        return true;
    if (input->twice)
        return problem_set(error, PROBLEM_MALFORMED, "query parameter given twice");
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, input->query);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_auto(GStrv) known = g_strsplit(call->route->query ? call->route->query : "", " ", -1);
        if (!g_strv_contains((const char *const *)known, name)) {
            g_autofree char *pointer = g_strdup_printf("#/%.40s", (const char *)name);
            field_errors_add(&call->errors, pointer, "unknown-field", "this address takes: %s",
                             call->route->query ? call->route->query : "no parameters");
        } else if (!g_utf8_validate(value, -1, NULL)) {
            return problem_set(error, PROBLEM_MALFORMED, "%s must be UTF-8", (const char *)name);
        }
    }
    return call_valid(call, error);
}

/* "7" with its quotes, as an ETag; a bare number is taken too. */
static bool read_rev(const char *text, gint64 *rev, GError **error)
{
    g_autofree char *digits = g_strdup(text);
    size_t length = strlen(digits);
    if (length >= 2 && digits[0] == '"' && digits[length - 1] == '"') {
        digits[length - 1] = '\0';
        memmove(digits, digits + 1, length - 1);
    }
    if (g_ascii_isdigit(*digits) && g_ascii_string_to_signed(digits, 10, 1, G_MAXINT64, rev, NULL))
        return true;
    return problem_set(error, PROBLEM_MALFORMED, "If-Match must be one ETag like \"7\"");
}

static bool accept_conditions(Frame *frame, const FrameInput *input, GError **error)
{
    Call *call = &frame->call;
    const Route *route = call->route;
    if (input->if_match && !read_rev(input->if_match, &call->if_match, error))
        return false;
    if (route->flags & ROUTE_IF_MATCH && call->if_match == 0)
        return problem_set(error, PROBLEM_PRECONDITION_REQUIRED,
                           "send If-Match with the object's ETag");
    call->create = input->if_none_match != NULL;
    if (call->create && !g_str_equal(input->if_none_match, "*"))
        return problem_set(error, PROBLEM_MALFORMED, "If-None-Match must be *");
    if (route->flags & ROUTE_IF_NONE_MATCH && !call->create)
        return problem_set(error, PROBLEM_PRECONDITION_REQUIRED, "send If-None-Match: *");
    return true;
}

static bool accept_key(Frame *frame, const FrameInput *input, GError **error)
{
    const Route *route = frame->call.route;
    if (route->lane == LANE_READ || route->flags & ROUTE_NO_KEY)
        return true;
    if (!input->idempotency_key)
        return problem_set(error, PROBLEM_KEY_MISSING, "send Idempotency-Key: \"<a new uuid>\"");
    return idempotency_key_parse(input->idempotency_key, &frame->key) ||
           problem_set(error, PROBLEM_KEY_MISSING, "Idempotency-Key must be a UUID in quotes");
}

static bool type_is(const char *type, const char *wanted)
{
    size_t length = strlen(wanted);
    return type && g_ascii_strncasecmp(type, wanted, length) == 0 &&
           (type[length] == '\0' || type[length] == ';' || type[length] == ' ');
}

static bool accept_document(Frame *frame, const FrameInput *input, GError **error)
{
    Call *call = &frame->call;
    if (input->json) {
        call->json = input->json;
        return true;
    }
    bool form = call->route->flags & ROUTE_FORM &&
                type_is(input->content_type, "application/x-www-form-urlencoded");
    bool patch = g_str_equal(call->route->method, "PATCH") &&
                 type_is(input->content_type, "application/merge-patch+json");
    if (!form && !patch && input->body && !type_is(input->content_type, "application/json"))
        return problem_set(error, PROBLEM_UNSUPPORTED_TYPE, "send Content-Type: application/json");
    if (!input->body)
        return problem_set(error, PROBLEM_MALFORMED_JSON, "the request has no body");
    g_autofree char *text = form ? form_to_json(input->body, input->body_length, error) : NULL;
    if (form && !text)
        return false;
    frame->doc = form ? json_parse(text, strlen(text), error)
                      : json_parse(input->body, input->body_length, error);
    if (form)
        crypto_wipe(text, strlen(text));
    if (!frame->doc)
        return false;
    call->json = json_root(frame->doc);
    return true;
}

static bool accept_body(Frame *frame, const FrameInput *input, GError **error)
{
    Call *call = &frame->call;
    const Route *route = call->route;
    if (route->flags & ROUTE_ANY_BODY)
        return true;
    if (!route->body && !(route->flags & ROUTE_JSON)) {
        /* An empty object is no news: clients that always send one are let be. */
        bool empty = !input->body || (input->body_length == 2 && memcmp(input->body, "{}", 2) == 0);
        return (empty && !input->json) ||
               (input->json && !json_first(input->json) && json_is_object(input->json)) ||
               problem_set(error, PROBLEM_UNKNOWN_FIELD, "this address takes no body");
    }
    if (!accept_document(frame, input, error))
        return false;
    if (!json_is_object(call->json))
        return problem_set(error, PROBLEM_VALIDATION, "the body must be an object");
    if (!route->body || g_str_equal(route->method, "PATCH"))
        return true;
    call->body = g_malloc0(route->body->size);
    json_decode(call->json, route->body, call->body,
                route->flags & ROUTE_LENIENT ? JSON_REPLY : JSON_INPUT, "#", &call->errors);
    if (!field_errors_any(&call->errors))
        fields_validate(route->body, call->body, "#", &call->errors);
    return call_valid(call, error);
}

void frame_accept(Frame *frame, Db *db, const FrameInput *input)
{
    Call *call = &frame->call;
    g_autoptr(GError) error = NULL;
    frame_reset(frame);
    call->route = routes_find(input->method, input->path, &call->id, &call->sub, &frame->allow,
                              &error);
    call->db = db;
    bool ok = call->route && auth_allow(call, input->authorization, &error) &&
              accept_query(call, input, &error) && accept_conditions(frame, input, &error) &&
              accept_key(frame, input, &error) && accept_body(frame, input, &error);
    if (ok && !uuid_is_nil(&frame->key))
        idempotency_hash(frame, input->if_match);
    call->db = NULL;
    if (!ok)
        frame_fail(frame, g_steal_pointer(&error));
}

/* ---- running */

static bool run_handler(Db *db, gpointer data, GError **error)
{
    Frame *frame = data;
    frame->call.db = db;
    return frame->call.route->handler(&frame->call, error);
}

void frame_read(Frame *frame, Db *db)
{
    g_autoptr(GError) error = NULL;
    frame_reset(frame);
    bool ok = frame->call.route->flags & ROUTE_SNAPSHOT ? db_read_tx(db, run_handler, frame, &error)
                                                        : run_handler(db, frame, &error);
    frame->call.db = NULL;
    if (!ok)
        frame_fail(frame, g_steal_pointer(&error));
    frame->answered = true;
}

void frame_prepare(Frame *frame, Db *db)
{
    g_autoptr(GError) error = NULL;
    frame_reset(frame);
    frame->call.db = db;
    bool ok = frame->call.route->prepare(&frame->call, &error);
    frame->call.db = NULL;
    if (!ok)
        frame_fail(frame, g_steal_pointer(&error));
}

/* A refusal by the rules, as against a failure of the machinery, in which the whole transaction must go. */
static bool is_refusal(const GError *error)
{
    int status = problem_row(problem_of(error))->status;
    return status >= 400 && status < 500 && status != 429;
}

static bool run_writer(Db *db, gpointer data, GError **error)
{
    Frame *frame = data;
    frame_reset(frame);
    if (!frame->call.changes)
        frame->call.changes = g_array_new(FALSE, FALSE, sizeof(Change));
    return run_handler(db, frame, error);
}

/* The handler in a savepoint: a refusal undoes it alone, so that the key's row keeps the problem. */
static bool run_refusable(Db *db, Frame *frame, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (db_nested_later(db, run_writer, frame, &local))
        return true;
    if (!is_refusal(local)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (frame->call.changes)
        g_array_set_size(frame->call.changes, 0);
    frame_fail(frame, g_steal_pointer(&local));
    return true;
}

bool frame_write(Db *db, gpointer data, GError **error)
{
    Frame *frame = data;
    Call *call = &frame->call;
    call->db = db;
    frame->answered = false;
    if (frame->after && (!frame->after->answered || frame->after->call.reply.status >= 400)) {
        frame_reset(frame);
        frame_problem(frame, PROBLEM_DEPENDENCY_FAILED,
                      "the operation that it comes after did not succeed");
        return true;
    }
    if (uuid_is_nil(&frame->key)) {
        bool ok = run_writer(db, frame, error);
        frame->answered = ok;
        return ok;
    }
    bool first;
    frame_reset(frame);
    if (!idempotency_claim(frame, &first, error))
        return false;
    if (first && !(run_refusable(db, frame, error) && idempotency_store(frame, error)))
        return false;
    frame->answered = true;
    return true;
}

bool frame_write_last(Db *db, const DbJob *const *jobs, size_t n, GError **error)
{
    g_autofree Call **calls = g_new(Call *, n);
    for (size_t i = 0; i < n; i++)
        calls[i] = &((Frame *)jobs[i]->arg)->call;
    return changes_write_all(db, calls, n, error);
}

void frame_settle(Frame *frame, GError *error)
{
    frame->call.db = NULL;
    if (error) {
        if (frame->call.changes)
            g_array_set_size(frame->call.changes, 0);
        g_clear_pointer(&frame->call.revoked, g_array_unref);
        frame_fail(frame, error);
    }
    const GArray *revoked = frame->call.revoked;
    for (guint i = 0; revoked && i < revoked->len; i++)
        auth_forget_session(frame->call.server, &g_array_index(revoked, Uuid, i));
}
