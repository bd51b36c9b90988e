/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Schemas (OpenAPI 3.1) of field tables. The document around them is printed by the server from its routes. */
#pragma once

#include "base/field.h"

/* {"type":"object","properties":{...},"required":[...]}; input: without READONLY fields and additionalProperties false. */
void openapi_put_schema(GString *out, const FieldTable *table, bool input);
