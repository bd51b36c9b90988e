/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/merge.h"

bool merge_is_mine_to_change(const Field *field)
{
    return !(field->flags & (FIELD_READONLY | FIELD_CREATE_ONLY));
}

typedef struct Merging {
    GArray *conflicts;
    const void *base, *mine, *theirs; /* outermost objects; base NULL: unknown */
    void *out;
} Merging;

static const void *at(const void *object, size_t offset)
{
    return object ? (const char *)object + offset : NULL;
}

/* `field` within the objects `offset` bytes into the outermost. */
static void merge_field(Merging *merging, const Field *field, size_t offset, const char *prefix)
{
    const void *base = at(merging->base, offset);
    const void *mine = at(merging->mine, offset), *theirs = at(merging->theirs, offset);
    void *out = (char *)merging->out + offset;
    bool i_did = !base || !field_equal(field, mine, base);
    bool they_did = !base || !field_equal(field, theirs, base);
    if (!merge_is_mine_to_change(field) || !i_did || field_equal(field, mine, theirs)) {
        field_copy(field, out, theirs);
        return;
    }
    field_copy(field, out, they_did ? theirs : mine);
    if (they_did) {
        MergeConflict conflict = { g_strconcat(prefix, field->name, NULL), field, offset };
        g_array_append_val(merging->conflicts, conflict);
    }
}

static void merge_table(Merging *merging, const FieldTable *table, size_t offset,
                        const char *prefix)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const Field *field = &table->fields[i];
        if (field->type == FIELD_OBJECT && merge_is_mine_to_change(field)) {
            g_autofree char *inner = g_strconcat(prefix, field->name, "/", NULL);
            merge_table(merging, field->object, offset + field->offset, inner);
        } else {
            merge_field(merging, field, offset, prefix);
        }
    }
}

static void conflict_clear(gpointer data)
{
    g_free(((MergeConflict *)data)->path);
}

GArray *fields_merge(const FieldTable *table, const void *base, const void *mine,
                     const void *theirs, void *out)
{
    GArray *conflicts = g_array_new(FALSE, FALSE, sizeof(MergeConflict));
    g_array_set_clear_func(conflicts, conflict_clear);
    Merging merging = { conflicts, base, mine, theirs, out };
    merge_table(&merging, table, 0, "");
    return conflicts;
}

void merge_copy(const MergeConflict *conflict, void *to, const void *from)
{
    field_copy(conflict->field, (char *)to + conflict->base, (const char *)from + conflict->base);
}
