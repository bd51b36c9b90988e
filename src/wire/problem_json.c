/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/problem_json.h"

#include <string.h>

/* ---- writing */

/* A detail may carry an engine's message or typed text: whatever it is, the answer stays valid JSON. */
static void put_member(GString *out, const char *name, const char *text, bool *first)
{
    if (!text)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_put_name(out, name, first);
    json_put_text(out, valid);
}

static void put_errors(GString *out, const FieldErrors *errors)
{
    g_string_append_c(out, '[');
    for (guint i = 0; i < errors->items->len; i++) {
        const FieldError *error = g_ptr_array_index(errors->items, i);
        bool first = true;
        g_string_append(out, i ? ",{" : "{");
        put_member(out, "pointer", error->pointer, &first);
        put_member(out, "code", error->code, &first);
        put_member(out, "detail", error->detail, &first);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

void problem_write(GString *out, Problem problem, const char *detail, const char *request_id,
                   const FieldErrors *errors)
{
    const ProblemRow *row = problem_row(problem);
    g_autofree char *type = g_strconcat(PROBLEM_TYPE_BASE, row->code, NULL);
    bool first = true;
    g_string_append_c(out, '{');
    put_member(out, "type", type, &first);
    put_member(out, "title", row->title, &first);
    json_put_name(out, "status", &first);
    json_put_int(out, row->status);
    put_member(out, "detail", detail, &first);
    put_member(out, "code", row->code, &first);
    put_member(out, "request_id", request_id, &first);
    if (errors && field_errors_any(errors)) {
        json_put_name(out, "errors", &first);
        put_errors(out, errors);
    }
    g_string_append_c(out, '}');
}

/* ---- reading */

/* The first row of this status: the most general one, by the order of the catalogue. */
static Problem problem_by_status(int status)
{
    for (int i = 0; i < PROBLEM_COUNT; i++)
        if (problem_row((Problem)i)->status == status)
            return (Problem)i;
    return PROBLEM_BAD_REPLY;
}

static Problem problem_from(int status, const char *code)
{
    Problem problem = code ? problem_by_code(code) : PROBLEM_COUNT;
    /* A code that never goes on the wire is not believed: a server must not make us think our own disk is full. */
    if (problem != PROBLEM_COUNT && problem_row(problem)->status != 0)
        return problem;
    return problem_by_status(status);
}

static const char *text_or(const JsonNode *object, const char *name, const char *otherwise)
{
    const JsonNode *node = json_member(object, name);
    const char *text = node ? json_text(node) : NULL;
    return text ? text : otherwise;
}

static void read_errors(const JsonNode *list, FieldErrors *errors)
{
    for (const JsonNode *item = json_is_array(list) ? json_first(list) : NULL; item;
         item = json_next(item))
        if (json_is_object(item))
            field_errors_add(errors, text_or(item, "pointer", "#"),
                             text_or(item, "code", "invalid"), "%s", text_or(item, "detail", ""));
}

void problem_read(int status, const char *body, size_t length, GError **error, FieldErrors *errors)
{
    g_autoptr(JsonDoc) doc = json_parse(body, length, NULL);
    const JsonNode *root = doc && json_is_object(json_root(doc)) ? json_root(doc) : NULL;
    if (!root) {
        Problem problem = problem_by_status(status);
        problem_set(error, problem, "The server answered with status %d", status);
        return;
    }
    /* OAuth (RFC 6749 §5.2) has names of its own for the same things. */
    g_autofree char *code = g_strdup(text_or(root, "code", text_or(root, "error", NULL)));
    Problem problem = problem_from(status, code ? g_strdelimit(code, "_", '-') : NULL);
    const char *title = text_or(root, "title", problem_row(problem)->title);
    const char *detail = text_or(root, "detail", text_or(root, "error_description", title));
    problem_set(error, problem, "%s", detail);
    const JsonNode *list = json_member(root, "errors");
    if (errors && list)
        read_errors(list, errors);
}
