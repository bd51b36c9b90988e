/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The OpenAPI 3.1 document, printed from the route table, the field tables and the problem catalogue. */
#pragma once

#include "server/command.h"
#include "server/call.h"

extern const Route openapi_routes[]; /* GET /v1/openapi.json */

void openapi_put_document(GString *out);
bool openapi_command(const Config *config, int argc, char **argv, GError **error);
