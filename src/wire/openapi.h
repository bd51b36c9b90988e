/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Schemas (OpenAPI 3.1) of field tables. The document around them is printed by the server from its routes. */
#pragma once

#include "base/field.h"

typedef enum SchemaUse {
    SCHEMA_REPLY, /* without SECRET fields */
    SCHEMA_INPUT, /* without READONLY fields; no others (additionalProperties false) */
    SCHEMA_PATCH, /* a merge patch: like an input without CREATE_ONLY fields, nothing required; null unsets */
} SchemaUse;

/* {"type":"object","properties":{...},"required":[...]} */
void openapi_put_schema(GString *out, const FieldTable *table, SchemaUse use);
