/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the server answered to an act in a group, written into the cache at once: until the feed brings the same, what the act
 * did would not be seen.
 */
#pragma once

#include "client/cache_writer.h"
#include "client/store.h"

bool cache_is_group_act(OutboxKind kind);
/* object: of the item. node: the answer, an object of the item's kind; NULL where there is none. again as shared_answer() says:
 * whoever left, and is in again, has not left by an answer from then. */
bool cache_write_group_answer(CacheWriter *writer, OutboxKind kind, const Uuid *object,
                              const JsonNode *node, bool again, GError **error);
