/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/openapi_doc.h"

#include <stdio.h>
#include <string.h>

#include "server/changes.h"
#include "model/ledger.h"
#include "model/mail_type.h"
#include "model/report.h"
#include "server/routes.h"
#include "wire/openapi.h"

/* Endpoints that answer with a page of objects. */
static bool is_page(const Route *route)
{
    return route->flags & ROUTE_LIST && route->reply;
}

/* JSON written with ' for ". */
static void put_literal(GString *out, const char *text)
{
    for (const char *p = text; *p; p++)
        g_string_append_c(out, *p == '\'' ? '"' : *p);
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
    put_literal(out, "{'name':");
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
    put_literal(out, ",'parameters':[");
    for (const char *at = strchr(route->path, '{'); at; at = strchr(at + 1, '{')) {
        g_autofree char *name = g_strndup(at + 1, strcspn(at + 1, "}"));
        put_parameter(out, name, "path", true, uuid, &first);
    }
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

static SchemaUse body_use(const Route *route)
{
    return strcmp(route->method, "PATCH") == 0 ? SCHEMA_PATCH : SCHEMA_INPUT;
}

static char *schema_name(const FieldTable *table, SchemaUse use)
{
    static const char *const suffixes[] = {
        [SCHEMA_REPLY] = "", [SCHEMA_INPUT] = "_input", [SCHEMA_PATCH] = "_patch"
    };
    return g_strconcat(table->name, suffixes[use], NULL);
}

static void put_schema_ref(GString *out, const FieldTable *table, SchemaUse use)
{
    g_autofree char *name = schema_name(table, use);
    put_ref(out, "schemas", name);
}

static void put_request(GString *out, const Route *route)
{
    if (!route->body && !route->body_schema)
        return;
    put_literal(out, ",'requestBody':{'required':true,'content':{'application/json':{'schema':");
    if (route->body)
        put_schema_ref(out, route->body, body_use(route));
    else
        put_literal(out, route->body_schema);
    g_string_append(out, "}}}");
}

static void put_page(GString *out, const Route *route)
{
    put_literal(out, "{'type':'object','required':['items','next'],'properties':"
                     "{'items':{'type':'array','items':");
    put_schema_ref(out, route->reply, SCHEMA_REPLY);
    put_literal(out, "},'next':{'type':['string','null']}}}");
}

static void put_answer(GString *out, const Route *route)
{
    put_literal(out, ",'responses':{'2XX':{'description':'done'");
    if (route->reply || route->reply_schema || route->reply_type) {
        g_string_append_printf(out, ",\"content\":{\"%s\":{\"schema\":",
                               route->reply_type ? route->reply_type : "application/json");
        if (route->reply_schema)
            put_literal(out, route->reply_schema);
        else if (is_page(route))
            put_page(out, route);
        else if (route->reply)
            put_schema_ref(out, route->reply, SCHEMA_REPLY);
        else
            put_literal(out, "{'type':'string'}");
        g_string_append(out, "}}");
    }
    put_literal(out, "},'default':");
    put_ref(out, "responses", route->wording ? route->wording->name : "problem");
    g_string_append_c(out, '}');
}

/* "post_v1_referrals_id_confirm": what generated clients call it. */
static void put_operation_id(GString *out, const Route *route)
{
    g_autofree char *id = g_ascii_strdown(route->method, -1);
    g_auto(GStrv) words = g_strsplit_set(route->path, "/{}-.", -1);
    g_string_append_printf(out, "\"operationId\":\"%s", id);
    for (char **word = words; *word; word++)
        if (**word)
            g_string_append_printf(out, "_%s", *word);
    put_literal(out, "',");
}

static void put_operation(GString *out, const Route *route)
{
    g_autofree char *method = g_ascii_strdown(route->method, -1);
    g_string_append_printf(out, "\"%s\":{", method);
    put_operation_id(out, route);
    put_literal(out, "'summary':");
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
    put_literal(out, ",'paths':{");
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

static void put_schema(Schemas *schemas, const FieldTable *table, SchemaUse use)
{
    if (!table)
        return;
    char *name = schema_name(table, use);
    bool first = g_hash_table_size(schemas->seen) == 0;
    if (!g_hash_table_add(schemas->seen, name))
        return;
    if (!first)
        g_string_append_c(schemas->out, ',');
    json_put_text(schemas->out, name);
    g_string_append_c(schemas->out, ':');
    openapi_put_schema(schemas->out, table, use);
}

static void put_schemas_of(const Route *route, gpointer data)
{
    put_schema(data, route->body, body_use(route));
    put_schema(data, route->reply, SCHEMA_REPLY);
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

/* What the change feed tells: any of its types. */
static void put_object_schema(GString *out)
{
    put_literal(out, ",'object':{'anyOf':[");
    for (const ObjectRow *row = object_rows; row->type; row++) {
        g_string_append(out, row == object_rows ? "" : ",");
        put_schema_ref(out, row->fields, SCHEMA_REPLY);
    }
    g_string_append(out, "]}");
}

static void put_components(GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Schemas schemas = { out, seen };
    put_literal(out, ",'components':{'securitySchemes':{'bearer':{'type':'http',"
                     "'scheme':'bearer'}},"
                     "'schemas':{");
    each_route(put_schemas_of, &schemas);
    for (const ObjectRow *row = object_rows; row->type; row++)
        put_schema(&schemas, row->fields, SCHEMA_REPLY);
    put_schema(&schemas, &scope_fields, SCHEMA_REPLY);
    put_schema(&schemas, &mail_setting_fields, SCHEMA_REPLY);
    put_schema(&schemas, &statement_head_fields, SCHEMA_REPLY);
    put_schema(&schemas, &report_group_fields, SCHEMA_REPLY);
    put_object_schema(out);
    put_literal(out,
                "},'responses':{'problem':{'description':'What went wrong (RFC 9457)','content':"
                "{'application/problem+json':{'schema':{'type':'object','required':['type',"
                "'title','status','code'],'properties':{'type':{'type':'string'},'title':"
                "{'type':'string'},'status':{'type':'integer'},'detail':{'type':'string'},"
                "'request_id':{'type':'string'},'current':{'type':'object'},'error':{'type':'"
                "string'},'errors':{'type':'array','items':{'type':"
                "'object','properties':{'pointer':{'type':'string'},'code':{'type':"
                "'string'},"
                "'detail':{'type':'string'}}}},'code':{'type':'string','enum':[");
    put_problem_codes(out);
    g_string_append(out, "]}}}}}}");
    put_literal(out, ",'oauth_error':{'description':'What went wrong (RFC 6749, 8628)','content':"
                     "{'application/json':{'schema':{'type':'object','required':['error'],"
                     "'properties':{'error':{'type':'string'},'error_description':{'type':"
                     "'string'},'request_id':{'type':'string'}}}}}}"
                     ",'page':{'description':'What went wrong, for people','content':"
                     "{'text/html':{'schema':{'type':'string'}}}}}}");
}

void openapi_put_document(GString *out)
{
    put_literal(out, "{'openapi':'3.1.0','info':{'title':'Leadline','version':'1','license':"
                     "{'name':'GPL-3.0-or-later','identifier':'GPL-3.0-or-later'}},"
                     "'servers':[{'url':'/'}]");
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
      .summary = "This document (OpenAPI 3.1)",
      .reply_schema = "{'type':'object'}" },
    { 0 },
};
