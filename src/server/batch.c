/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/batch.h"

#include "server/families.h"
#include "server/server_internal.h"

struct Batch {
    Server *server;
    Frame *frame; /* of the batch itself */
    guint n;
    Frame **operations;
    char **keys;     /* as the client wrote them; NULL when it did not */
    DbJob *jobs;     /* of the operations that were accepted, in order */
    Frame **running; /* jobs[i] is running[i]'s */
    WriteUnit unit;
    void (*done)(Batch *batch, gpointer data);
    gpointer data;
};

bool batch_handler(Call *call, GError **error)
{
    g_assert_not_reached();
}

#define OPERATIONS_SCHEMA                                                                          \
    "{'type':'object','required':['operations'],'additionalProperties':false,"                     \
    "'properties':{'operations':{'type':'array','maxItems':100,'items':{"                          \
    "'type':'object','required':['key','method','path'],"                                          \
    "'additionalProperties':false,'properties':{"                                                  \
    "'key':{'type':'string','format':'uuid'},'method':{'type':'string'},"                          \
    "'path':{'type':'string'},'if_match':{'type':'integer'},"                                      \
    "'if_none_match':{'type':'boolean'},'after':{'type':'string'},"                                \
    "'body':{'type':'object'}}}}}}"
#define RESULTS_SCHEMA                                                                             \
    "{'type':'object','required':['results'],'properties':{'results':{"                            \
    "'type':'array','items':{'type':'object','required':['key','status'],"                         \
    "'properties':{'key':{'type':'string'},'status':{'type':'integer'},"                           \
    "'rev':{'type':'integer'},'replayed':{'type':'boolean'},"                                      \
    "'retry_after':{'type':'integer'},'body':{'type':'object'}}}}}}"

const Route batch_routes[] = {
    { "POST", "/v1/batch", ACCESS_USER, LANE_WRITE, ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_JSON,
      .handler = batch_handler,
      .summary = "Up to 100 writes in order, each with its own key and status",
      .body_schema = OPERATIONS_SCHEMA, .reply_schema = RESULTS_SCHEMA },
    { 0 },
};

/* ---- one operation */

typedef enum MemberKind { MEMBER_TEXT, MEMBER_INT, MEMBER_BOOL, MEMBER_ANY } MemberKind;
static const struct {
    const char *name;
    MemberKind kind;
} members[] = {
    { "key", MEMBER_TEXT },     { "method", MEMBER_TEXT },        { "path", MEMBER_TEXT },
    { "if_match", MEMBER_INT }, { "if_none_match", MEMBER_BOOL }, { "after", MEMBER_TEXT },
    { "body", MEMBER_ANY },
};

static bool member_fits(const JsonNode *node, MemberKind kind)
{
    gint64 number;
    bool truth;
    switch (kind) {
    case MEMBER_TEXT:
        return json_text(node) != NULL;
    case MEMBER_INT:
        return json_int(node, &number) && number > 0;
    case MEMBER_BOOL:
        return json_bool(node, &truth);
    case MEMBER_ANY:
        return true;
    }
    return false;
}

/* Its shape; what is wrong goes to the batch's own field errors, because then there is nothing that could be answered. */
static void check_shape(Batch *batch, const JsonNode *node, guint index)
{
    FieldErrors *errors = &batch->frame->call.errors;
    for (const JsonNode *member = json_first(node); member; member = json_next(member)) {
        g_autofree char *pointer = g_strdup_printf("#/operations/%u/%.40s", index,
                                                   json_name(member));
        size_t i = 0;
        while (i < G_N_ELEMENTS(members) && !g_str_equal(json_name(member), members[i].name))
            i++;
        if (i == G_N_ELEMENTS(members))
            field_errors_add(errors, pointer, "unknown-field", "an operation has no such member");
        else if (!member_fits(member, members[i].kind))
            field_errors_add(errors, pointer, "type", "not of the right type");
    }
    g_autofree char *pointer = g_strdup_printf("#/operations/%u", index);
    if (!json_is_object(node) || !json_text(json_member(node, "key")) ||
        !json_text(json_member(node, "method")) || !json_text(json_member(node, "path")))
        field_errors_add(errors, pointer, "required",
                         "an operation is an object with key, method and path");
}

/* The earlier operation with this key. */
static Frame *find_after(const Batch *batch, guint before, const char *key)
{
    Uuid wanted, other;
    for (guint i = 0; uuid_parse(key, &wanted) && i < before; i++)
        if (uuid_parse(batch->keys[i], &other) && uuid_equal(&wanted, &other))
            return batch->operations[i];
    return NULL;
}

static bool is_operation(const Route *route)
{
    return route->lane == LANE_WRITE && !(route->flags & ROUTE_NO_BATCH);
}

static void accept(Batch *batch, const JsonNode *node, guint index, Db *reader)
{
    const Call *outer = &batch->frame->call;
    Frame *frame = batch->operations[index] = frame_new(batch->server);
    frame->call.principal = outer->principal;
    frame->call.now = outer->now;
    frame->call.plain = true;
    frame->call.peer = outer->peer;
    frame->call.local = outer->local;
    frame->call.user_agent = outer->user_agent;
    batch->keys[index] = g_strdup(json_text(json_member(node, "key")));
    gint64 if_match = 0;
    bool if_none_match = false;
    char rev[32] = "";
    if (json_int(json_member(node, "if_match"), &if_match))
        g_snprintf(rev, sizeof rev, "%" G_GINT64_FORMAT, if_match);
    json_bool(json_member(node, "if_none_match"), &if_none_match);
    FrameInput input = {
        .method = json_text(json_member(node, "method")),
        .path = json_text(json_member(node, "path")),
        .idempotency_key = batch->keys[index],
        .if_match = if_match > 0 ? rev : NULL,
        .if_none_match = if_none_match ? "*" : NULL,
        .json = json_member(node, "body"),
    };
    frame_accept(frame, reader, &input);
    const char *after = json_text(json_member(node, "after"));
    if (frame->answered)
        return;
    if (!is_operation(frame->call.route))
        frame_problem(frame, PROBLEM_METHOD_NOT_ALLOWED, "not an operation of a batch");
    else if (after && !(frame->after = find_after(batch, index, after)))
        frame_problem(frame, PROBLEM_DEPENDENCY_FAILED,
                      "after must be the key of an operation before this one");
}

/* ---- all of them */

static bool read_operations(Batch *batch, Db *reader, GError **error)
{
    Call *call = &batch->frame->call;
    const JsonNode *list = json_member(call->json, "operations");
    for (const JsonNode *member = json_first(call->json); member; member = json_next(member))
        if (!g_str_equal(json_name(member), "operations"))
            field_errors_add(&call->errors, "#", "unknown-field", "a batch has only operations");
    if (!list || !json_is_array(list) || json_length(list) == 0 || json_length(list) > BATCH_MAX)
        field_errors_add(&call->errors, "#/operations", "out-of-range",
                         "must be a list of 1 to %d operations", BATCH_MAX);
    if (!call_valid(call, error))
        return false;
    guint i = 0;
    for (const JsonNode *node = json_first(list); node; node = json_next(node))
        check_shape(batch, node, i++);
    if (!call_valid(call, error))
        return false;
    batch->n = i;
    batch->operations = g_new0(Frame *, i);
    batch->keys = g_new0(char *, i + 1);
    i = 0;
    for (const JsonNode *node = json_first(list); node; node = json_next(node))
        accept(batch, node, i++, reader);
    return true;
}

Batch *batch_new(Server *server, Frame *frame, Db *reader)
{
    Batch *batch = g_new0(Batch, 1);
    batch->server = server;
    batch->frame = frame;
    g_autoptr(GError) error = NULL;
    if (read_operations(batch, reader, &error))
        return batch;
    frame_settle(frame, g_steal_pointer(&error));
    batch_free(batch);
    return NULL;
}

static void put_result(GString *out, const Frame *frame, const char *key)
{
    const Reply *reply = &frame->call.reply;
    g_string_append(out, "{\"key\":");
    json_put_text(out, key);
    g_string_append_printf(out, ",\"status\":%d", reply->status);
    if (reply->rev > 0)
        g_string_append_printf(out, ",\"rev\":%" G_GINT64_FORMAT, reply->rev);
    if (frame->replayed)
        g_string_append(out, ",\"replayed\":true");
    if (reply->retry_after > 0)
        g_string_append_printf(out, ",\"retry_after\":%d", reply->retry_after);
    if (reply->body->len > 0) {
        g_string_append(out, ",\"body\":");
        g_string_append_len(out, reply->body->str, (gssize)reply->body->len);
    }
    g_string_append_c(out, '}');
}

static void put_results(Batch *batch)
{
    Reply *reply = &batch->frame->call.reply;
    g_string_assign(reply->body, "{\"results\":[");
    for (guint i = 0; i < batch->n; i++) {
        g_string_append(reply->body, i > 0 ? "," : "");
        put_result(reply->body, batch->operations[i], batch->keys[i]);
    }
    g_string_append(reply->body, "]}");
    batch->frame->answered = true;
}

static void unit_done(WriteUnit *unit)
{
    Batch *batch = (Batch *)(void *)((char *)unit - offsetof(Batch, unit));
    for (size_t i = 0; i < unit->n; i++) {
        frame_settle(batch->running[i], batch->jobs[i].error);
        server_publish(batch->server, batch->running[i]);
    }
    put_results(batch);
    batch->done(batch, batch->data);
}

bool batch_run(Batch *batch, void (*done)(Batch *batch, gpointer data), gpointer data)
{
    batch->done = done;
    batch->data = data;
    batch->jobs = g_new0(DbJob, batch->n);
    batch->running = g_new0(Frame *, batch->n);
    batch->unit = (WriteUnit){ .jobs = batch->jobs, .done = unit_done };
    for (guint i = 0; i < batch->n; i++) {
        if (batch->operations[i]->answered)
            continue;
        batch->running[batch->unit.n] = batch->operations[i];
        batch->jobs[batch->unit.n++] = (DbJob){ .fn = frame_write, .arg = batch->operations[i] };
    }
    if (batch->unit.n == 0) {
        put_results(batch);
        return false; /* nothing to wait for: the answer is there */
    }
    g_autoptr(GError) error = NULL;
    if (lanes_write(batch->server->lanes, &batch->unit, &error))
        return true;
    frame_settle(batch->frame, g_steal_pointer(&error));
    return false;
}

void batch_free(Batch *batch)
{
    if (!batch)
        return;
    for (guint i = 0; i < batch->n; i++)
        frame_free(batch->operations[i]);
    g_free(batch->operations);
    g_strfreev(batch->keys);
    g_free(batch->jobs);
    g_free(batch->running);
    g_free(batch);
}
