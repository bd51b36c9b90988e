/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POST /v1/batch: up to BATCH_MAX writes in one request, in order, each with its own key, transaction and status. It
 * needs no key of its own.
 *
 *   {"operations": [{"key": "<uuid>", "method": "POST", "path": "/v1/referrals/<uuid>/confirm", "if_match": 3,
 *                    "if_none_match": true, "after": "<key of an earlier operation>", "body": {...}}]}
 *   200 {"results": [{"key": "<uuid>", "status": 200, "rev": 4, "replayed": true, "retry_after": 2, "body": {...}}]}
 *
 * if_match is the rev as a number; if_none_match true stands for "If-None-Match: *"; body of a result is what the single request
 * would have answered, a problem when status >= 400; rev, replayed and retry_after only where they apply. An operation whose
 * `after` did not succeed is not run: 424 dependency-failed, which is not stored with its key.
 */
#pragma once

#include "server/call.h"

#define BATCH_MAX 100

extern const Route batch_routes[];
