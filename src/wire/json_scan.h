/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The strict scanner in front of cJSON, private to src/wire. It accepts RFC 8259 texts that are I-JSON (RFC 7493), of
 * at most JSON_MAX_DEPTH levels and JSON_MAX_VALUES values, with numbers that a double holds exactly when they are
 * integers. What it lets through, cJSON reads without any of its leniencies.
 */
#pragma once

#include "wire/json.h"

#define JSON_MAX_VALUES 250000

/* False and MALFORMED_JSON with "line L, column C: why". */
bool json_scan(const char *text, size_t length, GError **error);
