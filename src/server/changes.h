/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The change feed (protocols.md §1): one row per object and scope with the scope's latest seq; tombstones for what is
 * gone. Order of numbers = order of commits = order of visibility, because the scope's counter is raised as the last
 * step of the transaction. State strings are opaque to clients: "e<epoch>.<acl>.<seq>".
 */
#pragma once

#include "model/account.h"
#include "server/call.h"

/* stored: never renumber */
typedef enum ObjectType {
    OBJECT_REFERRAL = 1,
    OBJECT_NOTE = 2,
    OBJECT_PARTNER = 3,
    OBJECT_ACCOUNT = 4,
} ObjectType;

typedef struct Change {
    Uuid scope, object;
    ObjectType type;
    bool deleted;
    gint64 at;              /* of the call */
    gint64 epoch, acl, seq; /* of the scope after the transaction; set when it is written */
    gint64 number;          /* its own in the scope; likewise */
} Change;

/*
 * One row per type of object that is synced. A page of changes reads all objects of a type by one statement that joins
 * the change index c to `from`; `where` ties the row to c.object_id and holds the condition under which the viewer ($1)
 * may see it. What that does not give although the index says it is there is sent as a delete.
 */
typedef struct ObjectRow {
    ObjectType type;
    const char *name;
    const FieldTable *fields;
    const char *(*columns)(void); /* as row_read() wants them, over the aliases in `from` */
    const char *from, *where;
} ObjectRow;
extern const ObjectRow object_rows[]; /* in feed.c; closed by type 0 */

/* Remember that an object of this scope changed; written once per (scope, object) at the end. */
void change_note(Call *call, const Uuid *scope, ObjectType type, const Uuid *object, bool deleted);

/* The last step of every write transaction, once for all calls that it commits: raises the counters in ascending order of
 * scope, so that two transactions never wait in a circle. A counter's row stays locked until the commit, so others wait
 * for as short a time as can be, and once for many calls. */
bool changes_write_all(Db *db, Call *const *calls, size_t n, GError **error);
/* For a handler whose answer tells states, after its last change_note(); what is written is not written again. */
bool changes_write(Call *call, GError **error);

/* A state, taken apart. Full sync in progress: "e<epoch>.<acl>.f<seq>.<full_from>". */
typedef struct ChangeState {
    gint64 epoch, acl, seq;
    bool full;        /* a full sync's next page... */
    gint64 full_from; /* ...and the scope's seq at its first one */
} ChangeState;
char *change_state_format(const ChangeState *state);           /* caller frees */
bool change_state_parse(const char *text, ChangeState *state); /* false: not one of ours */

/* The state of a scope now; NOT_FOUND when there is none. */
bool changes_state_read(Db *db, const Uuid *scope, ChangeState *state, gint64 *min_seq,
                        GError **error);

/* Makes a scope (with its owner as member) in the current transaction: once per account. */
bool scope_create(Db *db, const Uuid *scope, ScopeKind kind, const Uuid *owner, GError **error);
