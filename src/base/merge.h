/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two changed the same object, each without knowing of the other. Three-way merge by field tables: a field that only one
 * of them changed is as that one wants it, one that both made the same is so; only a field that they made different is a
 * conflict, for a person to decide. Fields of objects in the object are fields of their own; READONLY and CREATE_ONLY
 * ones are never ours to change: they are always theirs.
 *
 * A person's decision is an edit of what is merged, not a mode: to keep mine, copy theirs into base (then only I changed
 * it); to keep theirs, copy it into mine. The merge run again then has no conflict there.
 */
#pragma once

#include "base/field.h"

/* A field that was made different by both. */
typedef struct MergeConflict {
    char *path; /* "name", "contact/phone_1" */
    const Field *field;
    size_t base; /* of the object that the field is in: offset from the outermost */
} MergeConflict;

/*
 * Fills out (zeroed; caller clears), where a field in conflict is as theirs. Returns the conflicts in the order of the
 * table; free with g_array_unref. base NULL: nobody knows where they began, so every difference is a conflict.
 */
GArray *fields_merge(const FieldTable *table, const void *base, const void *mine,
                     const void *theirs, void *out);

/* Is the field one that merging is about? */
bool merge_is_mine_to_change(const Field *field);

/* Copies the field of a conflict from one object to another. */
void merge_copy(const MergeConflict *conflict, void *to, const void *from);
