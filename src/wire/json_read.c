/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/json.h"

#include <cJSON.h>
#include <math.h>
#include <string.h>

#include "wire/json_scan.h"

#define EXACT_MAX 9007199254740991.0

/* ---- memory: cJSON makes two or three small blocks a value; they come from a few large ones of the document, which
 * makes parsing twice as fast and freeing next to nothing. */

typedef struct Block Block;
struct Block {
    Block *next;
    size_t used, size;
    max_align_t bytes[];
};

struct JsonDoc {
    cJSON *root;
    Block *blocks; /* newest first */
};

#define ALIGNED(size) (((size) + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1))

/* The document that this thread is parsing: cJSON's hooks take no argument. */
static _Thread_local JsonDoc *parsing;

static void add_block(JsonDoc *doc, size_t size)
{
    Block *block = g_malloc(sizeof *block + size);
    *block = (Block){ .next = doc->blocks, .size = size };
    doc->blocks = block;
}

static void *doc_alloc(size_t size)
{
    JsonDoc *doc = parsing;
    size = ALIGNED(size);
    if (doc->blocks->size - doc->blocks->used < size)
        add_block(doc, MAX(size, 2 * doc->blocks->size));
    void *memory = (char *)doc->blocks->bytes + doc->blocks->used;
    doc->blocks->used += size;
    return memory;
}

static void doc_release(void *memory)
{
    /* All at once, with the document. */
}

static void install_hooks(void)
{
    static gsize installed;
    if (g_once_init_enter(&installed)) {
        cJSON_Hooks hooks = { .malloc_fn = doc_alloc, .free_fn = doc_release };
        cJSON_InitHooks(&hooks);
        g_once_init_leave(&installed, 1);
    }
}

/* ---- documents */

JsonDoc *json_parse(const char *text, size_t length, GError **error)
{
    if (!json_scan(text, length, error))
        return NULL;
    install_hooks();
    JsonDoc *doc = g_new0(JsonDoc, 1);
    add_block(doc, CLAMP(2 * length, 1024, 1024 * 1024));
    parsing = doc;
    doc->root = cJSON_ParseWithLengthOpts(text, length, NULL, false);
    parsing = NULL;
    /* The scanner is the stricter one: what it takes, cJSON takes. */
    g_assert(doc->root);
    return doc;
}

void json_doc_wipe(JsonDoc *doc)
{
    for (Block *block = doc->blocks; block; block = block->next)
        explicit_bzero(block->bytes, block->used);
    doc->root = NULL;
}

void json_doc_free(JsonDoc *doc)
{
    if (!doc)
        return;
    for (Block *block = doc->blocks; block;) {
        Block *next = block->next;
        g_free(block);
        block = next;
    }
    g_free(doc);
}

const JsonNode *json_root(const JsonDoc *doc)
{
    return doc->root;
}

/* ---- nodes */

bool json_is_object(const JsonNode *node)
{
    return cJSON_IsObject(node);
}

bool json_is_array(const JsonNode *node)
{
    return cJSON_IsArray(node);
}

bool json_is_null(const JsonNode *node)
{
    return cJSON_IsNull(node);
}

const JsonNode *json_member(const JsonNode *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *json_text(const JsonNode *node)
{
    return cJSON_GetStringValue(node);
}

bool json_int(const JsonNode *node, gint64 *out)
{
    if (!cJSON_IsNumber(node))
        return false;
    double value = node->valuedouble;
    if (fabs(value) > EXACT_MAX || value != trunc(value))
        return false;
    *out = (gint64)value;
    return true;
}

bool json_bool(const JsonNode *node, bool *out)
{
    if (!cJSON_IsBool(node))
        return false;
    *out = cJSON_IsTrue(node);
    return true;
}

size_t json_length(const JsonNode *array)
{
    return (size_t)cJSON_GetArraySize(array);
}

const JsonNode *json_first(const JsonNode *container)
{
    return cJSON_IsArray(container) || cJSON_IsObject(container) ? container->child : NULL;
}

const JsonNode *json_next(const JsonNode *node)
{
    return node->next;
}

const char *json_name(const JsonNode *node)
{
    return node->string;
}

/* ---- printing again: not by cJSON, whose integers are rounded from 10^15 on */

static void print_double(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (int digits = 15; digits <= 17; digits++) {
        char format[] = "%.15g";
        format[3] = (char)('0' + digits - 10);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value)
            break;
    }
    g_string_append(out, text);
}

static void print_node(GString *out, const JsonNode *node)
{
    gint64 integer;
    if (cJSON_IsString(node)) {
        json_put_text(out, node->valuestring);
    } else if (cJSON_IsBool(node)) {
        json_put_bool(out, cJSON_IsTrue(node));
    } else if (cJSON_IsNull(node)) {
        json_put_text(out, NULL);
    } else if (json_int(node, &integer)) {
        json_put_int(out, integer);
    } else if (cJSON_IsNumber(node)) {
        print_double(out, node->valuedouble);
    } else {
        bool object = json_is_object(node), first = true;
        g_string_append_c(out, object ? '{' : '[');
        for (const JsonNode *child = json_first(node); child; child = json_next(child)) {
            if (object)
                json_put_name(out, child->string, &first);
            else if (child != node->child)
                g_string_append_c(out, ',');
            print_node(out, child);
        }
        g_string_append_c(out, object ? '}' : ']');
    }
}

char *json_print(const JsonNode *node)
{
    GString *out = g_string_new(NULL);
    print_node(out, node);
    return g_string_free(out, FALSE);
}
