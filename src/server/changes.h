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
    OBJECT_INVITATION = 5,
    OBJECT_SCOPE = 6, /* in the own scope of an account: which others it may read */
    OBJECT_GROUP = 7,
    OBJECT_MEMBER = 8,
    OBJECT_REQUEST = 9,
    OBJECT_MEETING = 10,
    OBJECT_ATTENDANCE = 11,
    OBJECT_RSVP = 12,
    OBJECT_VISITOR = 13,
    OBJECT_SLIP = 14,
    OBJECT_THANKS = 15,
    OBJECT_ONE_TO_ONE = 16,
    OBJECT_VETTING = 17,
    OBJECT_CONCERN = 18,
    OBJECT_INVOICE = 19,
    OBJECT_LEADER_APPROVAL = 20,
    OBJECT_TYPES_MAX = 32, /* more than there will be: types make sets of 1 << type */
} ObjectType;

typedef struct Change {
    Uuid scope, object;
    ObjectType
        type; /* 0: everything that shows the account `object`, of the types `shown`; or a restart */
    unsigned shown; /* set of 1 << type */
    bool deleted;
    bool silent;            /* change_note_silent() */
    bool restart;           /* the scope's acl is raised: all who read it start again */
    gint64 at;              /* of the call */
    gint64 epoch, acl, seq; /* of the scope after the transaction; set when it is written */
    gint64 number;          /* its own in the scope, the last one of a set; likewise */
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
    bool has_lists; /* FIELD_LISTs among the fields: read as a copy */
    /* Of a type whose objects show other accounts: by which fields (named as in account_fields); which scopes have an
     * object that shows account $1 (column scope), its own included; which objects of scope $1 show account $2 (column
     * id). */
    const FieldTable *shows;
    const char *viewers, *showing;
} ObjectRow;
extern const ObjectRow object_rows[]; /* in feed.c; closed by type 0 */

/* Remember that an object of this scope changed; written once per (scope, object) at the end. */
void change_note(Call *call, const Uuid *scope, ObjectType type, const Uuid *object, bool deleted);

/* The same, but no event stream is told, here or at another server: clients learn of it when they pull the next time. The
 * scope's loud_seq stays behind its seq then, and is what streams are compared with. */
void change_note_silent(Call *call, const Uuid *scope, ObjectType type, const Uuid *object,
                        bool deleted);

/*
 * Remember that all objects of these types (set of 1 << type) that show an account changed, in every scope that has one;
 * after the account's row was written in the same transaction. The objects keep their revisions: nobody's verdict becomes
 * stale because somebody has a new name.
 *
 * What it costs: one reading of the account's leads to find the scopes; then, in changes_write_all(), for each scope one
 * raise and one statement that gives all its objects new numbers. In memory there is one Change a scope, in the index two
 * rows a lead, one on either side, and all clients that have these objects fetch them again. With 100,000 leads that is
 * 1.2 s on SQLite, in which its one writer does nothing else, and 2.2 s on PostgreSQL, in which these scopes wait (who
 * waits beyond lock_timeout is told to try again); on a busy machine more than twice that. On PostgreSQL a scope's
 * statement has to end within statement_timeout: some 500,000 leads; with more a new name is refused with DATABASE_BUSY.
 *
 * The objects are looked for when the scope's counter is locked: a lead that comes at the same time is either found, or
 * its viewer reads it after this. New viewers come only with new partnerships: whoever makes one first locks both
 * rows of account (FOR SHARE), so that it is found here, or made after this.
 */
bool change_note_shown(Call *call, const Uuid *account, unsigned types, GError **error);

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

/* Makes a scope in the current transaction; owner: its one member, with the role "owner" (an account's own scope); NULL:
 * nobody is in it yet. */
bool scope_create(Db *db, const Uuid *scope, ScopeKind kind, const Uuid *owner, GError **error);

/*
 * Who may read a scope. A join, another role and a leave are changes of the account's own scope (OBJECT_SCOPE), so that
 * its clients pull the scope, or forget all of it, and its open event streams begin or end to tell of it. Nothing of
 * this needs the objects of the scope to be noted again: who joins begins with a full sync.
 *
 * What an officer sees of an officers' scope hangs on the role. So its acl is raised with every join and every new role:
 * those who are in it pull it from its start, also a client that was away while its account left and came back. It is
 * small. Joining where one is already sets the role.
 */
bool scope_join(Call *call, const Uuid *scope, const Uuid *account, const char *role,
                GError **error);
bool scope_set_role(Call *call, const Uuid *scope, const Uuid *account, const char *role,
                    GError **error); /* NOT_FOUND: is not in it */
bool scope_leave(Call *call, const Uuid *scope, const Uuid *account, GError **error);
