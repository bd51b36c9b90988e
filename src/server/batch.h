/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * POST /v1/batch: up to BATCH_MAX writes in one request, in order, each with its own key, transaction and status. It
 * needs no key of its own.
 *
 *   {"operations": [{"key": "<uuid>", "method": "POST", "path": "/v1/referrals/<uuid>/confirm", "if_match": 3,
 *                    "if_none_match": true, "after": "<key of an earlier operation>", "body": {...}}]}
 *   200 {"results": [{"key": "<uuid>", "status": 200, "rev": 4, "replayed": true, "retry_after": 2, "body": {...}}]}
 *
 * if_match is the rev as a number; if_none_match true stands for "If-None-Match: *"; body of a result is what the
 * single request would have answered, a problem when status >= 400; rev, replayed and retry_after only where they
 * apply. An operation whose `after` did not succeed is not run: 424 dependency-failed, which is not stored with its
 * key. The same operation sent alone with the same key is the same request.
 */
#pragma once

#include "server/frame.h"

#define BATCH_MAX 100

typedef struct Batch Batch;

/* The operations of frame's body, read and checked; NULL when frame got a problem as its answer. reader: of this thread. */
Batch *batch_new(Server *server, Frame *frame, Db *reader);
/* Hands them to the write lane; done() in a writer's thread, when frame's reply is filled. False: refused, done() is
 * not called, frame's reply is the problem. */
bool batch_run(Batch *batch, void (*done)(Batch *batch, gpointer data), gpointer data);
void batch_free(Batch *batch);

/* The row's handler, by which a batch is known; never called. */
bool batch_handler(Call *call, GError **error);
