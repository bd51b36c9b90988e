/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the items of the outbox carry, and how those that change an object (a note, the own profile, a group, a meeting) are merged with what
 * others changed meanwhile. One table says it for every kind of item; nothing here knows a type. Pure: items in memory, no
 * file, no network.
 *
 * A change is made to a revision (if_match) of which `base` is the content; `body` is what is sent, a merge patch or the
 * whole object. Before it was ever sent it is brought up to date by change_merge() with the server's object; after a
 * 412 with the `current` of the problem. Different fields: it becomes a change of the newer revision, silently. The same
 * field: it is in conflict, keeps all three, and change_keep() decides.
 */
#pragma once

#include "base/merge.h"
#include "client/store.h"

/* What a kind of item has as its body. */
typedef struct ChangeKind {
    const FieldTable *input; /* NULL: no body */
    bool (*validate)(const void *input, FieldErrors *errors);
    /* It changes the object of this table, which is `input` too. Else it is an act, which the server judges. */
    bool merges;
    /* The server's answer is its object; else there may be none. */
    bool answers;
    /* For people to change: names of its fields, paths in objects of it included; NULL none. */
    const char *const *names;
} ChangeKind;

const ChangeKind *change_kind(OutboxKind kind);

/* The field of one of `names`, as one of the outermost object: to show, to fill a form, to store into it. */
bool change_field(OutboxKind kind, const char *name, Field *out);

/* Its fields' own rules, then those between them; the first that is broken as *error (VALIDATION). */
bool change_check(OutboxKind kind, const void *input, GError **error);

/* What the item wants: for a change, the whole object as it will be. False when its body makes no sense. `object` is
 * zeroed; caller clears it by the kind's table. */
bool change_read(const OutboxItem *item, void *object);
/* A base, theirs, or a whole body; caller clears the zeroed object also when false. */
bool change_read_json(const char *text, const FieldTable *table, void *object);
/* As JSON: what is to be its body. Caller frees. */
char *change_json(const FieldTable *table, const void *object);
/* The body that makes of `from` (NULL: nothing) what `to` is, as the item's method wants it. Caller frees. */
char *change_body(const OutboxItem *item, const void *from, const void *to);

typedef enum ChangeOutcome {
    CHANGE_DONE,     /* the server has it so already: nothing is left to send */
    CHANGE_REBASED,  /* base, if_match and body are new: it needs a new key */
    CHANGE_CONFLICT, /* its state, problem, theirs are set */
    CHANGE_NONSENSE, /* its body cannot be read; nothing was changed */
} ChangeOutcome;

/* Merges it with the server's object. Neither key nor store is touched. */
ChangeOutcome change_merge(OutboxItem *item, const void *theirs, gint64 rev);

/* The same with the object of a 412, JSON text. NONSENSE when that has no revision. */
ChangeOutcome change_merge_json(OutboxItem *item, const char *theirs);

typedef enum ChangeSide { KEEP_MINE = 1, KEEP_THEIRS = 2 } ChangeSide;

/* A field in conflict as a person sees it. */
typedef struct ChangeConflict {
    char *path, *mine, *theirs; /* values as text, "" unset; not clean */
    const char *label;          /* translated */
} ChangeConflict;

/* Of an item in conflict, in the order of the table; free with g_ptr_array_unref. Empty when it is not. */
GPtrArray *change_conflicts(const OutboxItem *item);

/* Decides one field (path NULL: all) of an item in conflict, and merges it again: CONFLICT while others are left. */
ChangeOutcome change_keep(OutboxItem *item, const char *path, ChangeSide side);
