/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON <-> model through the field tables. Reading: a strict scanner (I-JSON, RFC 7493: valid UTF-8, depth <= 32, no
 * duplicate names, no \u0000, whole surrogates, numbers that fit) in front of cJSON, whose own leniency is thus never
 * met. Writing: straight into a GString; no tree is ever built (measured: 2.5 times slower).
 */
#pragma once

#include "base/field.h"
#include "base/problem.h"
#include "base/uuid.h"

#define JSON_MAX_DEPTH 32
#define JSON_MAX_BYTES                                                                             \
    (1024 * 1024) /* of a request's body; whoever reads it from the network stops there */

/* ---- reading */

typedef struct JsonDoc JsonDoc; /* owns a parsed document */
typedef struct cJSON JsonNode;  /* borrowed from its document */

/* NULL and MALFORMED_JSON with "line L, column C: why". */
JsonDoc *json_parse(const char *text, size_t length, GError **error);
void json_doc_free(JsonDoc *doc);
/* Overwrites all that it holds: before json_doc_free(), when a secret is in it. */
void json_doc_wipe(JsonDoc *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonDoc, json_doc_free)
const JsonNode *json_root(const JsonDoc *doc);

bool json_is_object(const JsonNode *node);
bool json_is_array(const JsonNode *node);
bool json_is_null(const JsonNode *node);
const JsonNode *json_member(const JsonNode *object, const char *name); /* NULL when absent */
const char *json_text(const JsonNode *node);                           /* NULL unless a string */
bool json_int(const JsonNode *node, gint64 *out); /* integral, |n| <= 2^53 - 1 */
bool json_bool(const JsonNode *node, bool *out);
size_t json_length(const JsonNode *array);
/* for (n = json_first(array); n; n = json_next(n)) */
const JsonNode *json_first(const JsonNode *container);
const JsonNode *json_next(const JsonNode *node);
const char *json_name(const JsonNode *node); /* name within its object, or NULL */
/* The node printed again, compact: to keep a body as text. Caller frees. */
char *json_print(const JsonNode *node);

typedef enum JsonDecodeFlags {
    /* A request: unknown members and READONLY fields are errors (code "unknown-field"). */
    JSON_INPUT = 0,
    /* An answer: unknown members are skipped, READONLY fields read, codes of a newer server left unset. */
    JSON_REPLY = 1 << 0,
    /* Merge patch (RFC 7396): absent = keep, null = unset; CREATE_ONLY fields refused. */
    JSON_PATCH = 1 << 1,
} JsonDecodeFlags;

/*
 * Reads an object into a struct that is zeroed (or, for JSON_PATCH, filled). What cannot be read is added to errors
 * with its pointer and left unset (codes: wrong-type, unknown-field, not-one-of, uuid.invalid, time.invalid, required);
 * null is as absent; the whole object is always walked, so that all errors are told at once. Does not
 * validate: call fields_validate() and the model's rule after it. True when nothing was added.
 */
bool json_decode(const JsonNode *node, const FieldTable *table, void *object, unsigned flags,
                 const char *pointer, FieldErrors *errors);

/* ---- writing: all append to out */

void json_put_text(GString *out, const char *text); /* quoted and escaped; NULL gives null */
void json_put_int(GString *out, gint64 value);
void json_put_time(GString *out, gint64 ms);
void json_put_uuid(GString *out, const Uuid *id);
void json_put_bool(GString *out, bool value);

/* The object with braces. Unset fields are absent; SECRET fields are never written unless the table's
 * object is an answer made for it (Tokens) - such tables carry no SECRET flag. */
void json_put_object(GString *out, const FieldTable *table, const void *object);
/* The members only, each with its comma before when *first is false: to add members of one's own. */
void json_put_members(GString *out, const FieldTable *table, const void *object, bool *first);
void json_put_name(GString *out, const char *name, bool *first); /* ,"name": */

/* Only what may be sent as input: fields without READONLY (a NewReferral from a form). Same as json_put_object
 * for tables without READONLY fields. */
void json_put_input(GString *out, const FieldTable *table, const void *object);

/* Merge patch (RFC 7396) that makes `to` of `from`: only fields that differ and may be changed, null for what is unset now. */
void json_put_patch(GString *out, const FieldTable *table, const void *from, const void *to);
