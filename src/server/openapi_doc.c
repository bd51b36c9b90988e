/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/openapi_doc.h"

#include <stdio.h>
#include <string.h>

#include "server/routes.h"
#include "wire/openapi.h"

/* Endpoints that answer with a page of objects. */
static bool is_page(const Route *route)
{
    return route->flags & ROUTE_LIST && route->reply;
}

static void put_ref(GString *out, const char *kind, const char *name)
{
    g_string_append_printf(out, "{\"$ref\":\"#/components/%s/%s\"}", kind, name);
}

/* ---- one operation */

static void put_parameter(GString *out, const char *name, const char *in, bool required,
                          const char *schema, bool *first)
{
    if (!*first)
        g_string_append_c(out, ',');
    *first = false;
    g_string_append(out, "{\"name\":");
    json_put_text(out, name);
    g_string_append_printf(out, ",\"in\":\"%s\",\"required\":%s,\"schema\":%s}", in,
                           required ? "true" : "false", schema);
}

static void put_parameters(GString *out, const Route *route)
{
    static const char uuid[] = "{\"type\":\"string\",\"format\":\"uuid\"}";
    static const char text[] = "{\"type\":\"string\"}";
    static const char limit[] =
        "{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,\"default\":50}";
    bool first = true;
    g_string_append(out, ",\"parameters\":[");
    if (strstr(route->path, "{id}"))
        put_parameter(out, "id", "path", true, uuid, &first);
    if (strstr(route->path, "{sub}"))
        put_parameter(out, "sub", "path", true, uuid, &first);
    g_auto(GStrv) names = g_strsplit(route->query ? route->query : "", " ", -1);
    for (char **name = names; *name; name++)
        if (**name)
            put_parameter(out, *name, "query", false, strcmp(*name, "limit") == 0 ? limit : text,
                          &first);
    if (strcmp(route->method, "GET") != 0 && !(route->flags & ROUTE_NO_KEY))
        put_parameter(out, "Idempotency-Key", "header", true, text, &first);
    if (route->flags & ROUTE_IF_MATCH)
        put_parameter(out, "If-Match", "header", true, text, &first);
    if (route->flags & ROUTE_IF_NONE_MATCH)
        put_parameter(out, "If-None-Match", "header", true, "{\"const\":\"*\"}", &first);
    g_string_append_c(out, ']');
}

static void put_request(GString *out, const Route *route)
{
    if (!route->body)
        return;
    g_string_append(
        out, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":");
    g_autofree char *name = g_strdup_printf("%s_input", route->body->name);
    put_ref(out, "schemas", name);
    g_string_append(out, "}}}");
}

static void put_answer(GString *out, const Route *route)
{
    g_string_append(out, ",\"responses\":{\"2XX\":{\"description\":\"done\"");
    if (route->reply) {
        g_string_append(out, ",\"content\":{\"application/json\":{\"schema\":");
        if (is_page(route))
            g_string_append(
                out,
                "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":"
                "{\"type\":\"array\",\"items\":");
        put_ref(out, "schemas", route->reply->name);
        if (is_page(route))
            g_string_append(out, "},\"next\":{\"type\":[\"string\",\"null\"]}}}");
        g_string_append(out, "}}");
    }
    g_string_append(out, "},\"default\":");
    put_ref(out, "responses", "problem");
    g_string_append_c(out, '}');
}

static void put_operation(GString *out, const Route *route)
{
    g_autofree char *method = g_ascii_strdown(route->method, -1);
    g_string_append_printf(out, "\"%s\":{\"summary\":", method);
    json_put_text(out, route->summary ? route->summary : "");
    put_parameters(out, route);
    put_request(out, route);
    put_answer(out, route);
    g_string_append_printf(out, ",\"security\":%s}",
                           route->access == ACCESS_OPEN ? "[]" : "[{\"bearer\":[]}]");
}

/* ---- all of them */

typedef void (*RouteFunc)(const Route *route, gpointer data);

static void each_route(RouteFunc func, gpointer data)
{
    for (const Route *const *family = route_families; *family; family++)
        for (const Route *route = *family; route->method; route++)
            func(route, data);
}

static void collect_path(const Route *route, gpointer data)
{
    GPtrArray *paths = data;
    if (!g_ptr_array_find_with_equal_func(paths, route->path, g_str_equal, NULL))
        g_ptr_array_add(paths, (gpointer)route->path);
}

typedef struct PathItem {
    GString *out;
    const char *path;
    bool first;
} PathItem;

static void put_if_of_path(const Route *route, gpointer data)
{
    PathItem *item = data;
    if (strcmp(route->path, item->path) != 0)
        return;
    if (!item->first)
        g_string_append_c(item->out, ',');
    item->first = false;
    put_operation(item->out, route);
}

static void put_paths(GString *out)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    each_route(collect_path, paths);
    g_string_append(out, ",\"paths\":{");
    for (guint i = 0; i < paths->len; i++) {
        PathItem item = { out, g_ptr_array_index(paths, i), true };
        if (i)
            g_string_append_c(out, ',');
        json_put_text(out, item.path);
        g_string_append(out, ":{");
        each_route(put_if_of_path, &item);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, '}');
}

typedef struct Schemas {
    GString *out;
    GHashTable *seen; /* names */
} Schemas;

static void put_schema(Schemas *schemas, const FieldTable *table, bool input)
{
    if (!table)
        return;
    char *name = g_strdup_printf("%s%s", table->name, input ? "_input" : "");
    bool first = g_hash_table_size(schemas->seen) == 0;
    if (!g_hash_table_add(schemas->seen, name))
        return;
    if (!first)
        g_string_append_c(schemas->out, ',');
    json_put_text(schemas->out, name);
    g_string_append_c(schemas->out, ':');
    openapi_put_schema(schemas->out, table, input);
}

static void put_schemas_of(const Route *route, gpointer data)
{
    put_schema(data, route->body, true);
    put_schema(data, route->reply, false);
}

static void put_problem_codes(GString *out)
{
    bool first = true;
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        const ProblemRow *row = problem_row((Problem)i);
        if (!row->status)
            continue;
        if (!first)
            g_string_append_c(out, ',');
        first = false;
        json_put_text(out, row->code);
    }
}

static void put_components(GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Schemas schemas = { out, seen };
    g_string_append(out, ",\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\","
                         "\"scheme\":\"bearer\"}},"
                         "\"schemas\":{");
    each_route(put_schemas_of, &schemas);
    g_string_append(
        out,
        "},\"responses\":{\"problem\":{\"description\":\"What went wrong (RFC 9457)\",\"content\":"
        "{\"application/problem+json\":{\"schema\":{\"type\":\"object\",\"required\":[\"type\","
        "\"title\",\"status\",\"code\"],\"properties\":{\"type\":{\"type\":\"string\"},\"title\":"
        "{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
        "\"request_id\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{\"type\":"
        "\"object\",\"properties\":{\"pointer\":{\"type\":\"string\"},\"code\":{\"type\":"
        "\"string\"},"
        "\"detail\":{\"type\":\"string\"}}}},\"code\":{\"type\":\"string\",\"enum\":[");
    put_problem_codes(out);
    g_string_append(out, "]}}}}}}}}");
}

void openapi_put_document(GString *out)
{
    g_string_append(
        out,
        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Leadline\",\"version\":\"1\",\"license\":"
        "{\"name\":\"GPL-3.0-or-later\",\"identifier\":\"GPL-3.0-or-later\"}}");
    put_paths(out);
    put_components(out);
    g_string_append_c(out, '}');
}

static bool serve(Call *call, GError **error)
{
    openapi_put_document(call->reply.body);
    return true;
}

bool openapi_command(const Config *config, int argc, char **argv, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    openapi_put_document(out);
    g_string_append_c(out, '\n');
    fputs(out->str, stdout);
    return true;
}

const Route openapi_routes[] = {
    { .method = "GET",
      .path = "/v1/openapi.json",
      .access = ACCESS_OPEN,
      .lane = LANE_READ,
      .handler = serve,
      .summary = "This document (OpenAPI 3.1)" },
    { 0 },
};
