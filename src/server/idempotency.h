/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A retry is always safe: the outcome of every write is stored under (principal, key) in the transaction of its effect,
 * for IDEMPOTENCY_DAYS (longer than a client keeps its outbox). Stored are the status, the object's rev, and the body
 * of problems; other answers are rendered again by the GET row of the object, so that no personal data lies
 * about - or stored too, where the route says ROUTE_REPLAY_STORED or has no such row. 5xx and 429 are never
 * stored.
 */
#pragma once

#include "server/frame.h"

#define IDEMPOTENCY_DAYS 35

/* "0190..." with or without its quotes. */
bool idempotency_key_parse(const char *text, Uuid *key);

/* frame->request_hash of method, path, If-Match and body (without its SECRET fields). */
void idempotency_hash(Frame *frame, const char *if_match);

/* The first statement of the transaction. *first: run the handler. Otherwise the reply is the stored outcome, or
 * KEY_REUSED. A duplicate that runs at the same time waits here for the other's commit. */
bool idempotency_claim(Frame *frame, bool *first, GError **error);

/* The reply, into the key's row. */
bool idempotency_store(Frame *frame, GError **error);
