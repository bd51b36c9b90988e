/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leads that are tagged: ids in the order in which they were tagged, whatever is shown of them meanwhile. */
#pragma once

#include "base/uuid.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Tags Tags;

Tags *tags_new(void);
void tags_free(Tags *tags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tags, tags_free)

void tags_set(Tags *tags, const Uuid *id, bool on);
bool tags_have(const Tags *tags, const Uuid *id);
void tags_clear(Tags *tags);
guint tags_count(const Tags *tags);
GArray *tags_ids(const Tags *tags); /* Uuid; free with g_array_unref */
