/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens around a handler: find its row, know the caller, read the body, then run it in its lane, and turn
 * whatever comes out into an answer. One Frame is one request, or one operation of a batch.
 *
 *   frame_new -> frame_accept (errors become the answer at once) -> by lane: frame_read | [frame_prepare] frame_write
 *   -> frame_settle -> the reply is in frame->call.reply -> frame_free
 */
#pragma once

#include "server/call.h"
#include "server/crypto.h"

typedef struct FrameInput { /* borrowed until frame_accept() returns, but for what Call borrows */
    const char *method, *path;
    const char *authorization, *idempotency_key, *content_type;
    const char *if_match, *if_none_match;
    GHashTable *query;
    const char *twice; /* a query parameter that came twice */
    const char *body;  /* NULL when there is none */
    size_t body_length;
    const JsonNode *json; /* a batch's operation: instead of body */
} FrameInput;

typedef struct Frame {
    Call call; /* first */
    JsonDoc *doc;
    Uuid key; /* nil when none */
    CryptoHash request_hash;
    bool replayed, answered; /* answered: the reply is final, run nothing */
    const char *allow;
    gint64 started;            /* monotonic µs */
    const struct Frame *after; /* a batch: must have succeeded */
    gpointer owner;            /* HttpExchange or batch */
} Frame;

Frame *frame_new(Server *server);
void frame_free(Frame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frame, frame_free)

/* Route, principal (unless call.principal is set already: a batch), preconditions, body. db: a reader of this thread. */
void frame_accept(Frame *frame, Db *db, const FrameInput *input);

void frame_read(Frame *frame, Db *db);
void frame_prepare(Frame *frame, Db *db); /* LANE_CRYPTO */
/* A DbTxFunc of the write lane: idempotency, handler. arg: the Frame. */
bool frame_write(Db *db, gpointer frame, GError **error);
/* The last step of its transaction (DbLastFunc): the change index of all frames that it commits. */
bool frame_write_last(Db *db, const DbJob *const *jobs, size_t n, GError **error);
/* After the lane: error is the transaction's (NULL = committed; taken). */
void frame_settle(Frame *frame, GError *error);

/* Makes this problem the answer. */
void frame_problem(Frame *frame, Problem problem, const char *detail);
