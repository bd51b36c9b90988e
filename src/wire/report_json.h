/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as the API answers it: the members of its head, "rows" and "totals" of the type's row, each with its counts by month. */
#pragma once

#include "model/report.h"
#include "wire/json.h"

void report_put_json(GString *out, const Report *report);

/* Reads what report_put_json() wrote; report is initialised by it, also when false (MALFORMED_JSON or BAD_INPUT). */
bool report_read_json(Report *report, const JsonNode *node, GError **error);
