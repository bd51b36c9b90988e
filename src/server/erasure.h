/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DELETE /v1/me: an account and all that is personal about it goes at once and for ever (R2, R3, D5). What happens to
 * each table and column is one row of erasure_rows[], run in its order; a test compares the table with the schema, so that a
 * migration cannot add a text that nobody thought of.
 *
 * What stays is figures under a pseudonym. The account's row stays, for those to refer to, with the name "Former member ABCD" (of its
 * id), no address and no password. A lead that was passed on is, from then on, its recipient's: their contact to call stays,
 * the giver's name and comment go. A lead that no member is left of loses its contact and its need. What others wrote stays theirs, but the
 * name and the address of who is gone are taken out of what they wrote to them. The hash of the address stays in mail_stop: nobody's invitation
 * goes there again (until it signs up itself).
 *
 * SQLite overwrites what is deleted (secure_delete), the full-text index is rewritten, and the WAL is emptied before the request is
 * answered. PostgreSQL keeps the bytes of old rows until VACUUM FULL, and its WAL, archives and standbys as long as they
 * are kept; the same holds for backups of either: leadlined.8 says what to do.
 */
#pragma once

#include "server/call.h"
#include "server/changes.h"

typedef enum ErasureFate {
    ERASE_ROWS = 1, /* the account's rows are deleted */
    ERASE_TEXTS,    /* these columns of its rows are emptied, or get the pseudonym */
    ERASE_NAMES,    /* somebody else's text, out of which the name and the address are taken */
    ERASE_NOTHING,  /* nothing personal: ids, codes, hashes, figures */
} ErasureFate;

typedef struct ErasureRow {
    const char *table;
    const char *
        columns; /* texts that this row answers for, blank-separated; "*" (of ERASE_ROWS) all of the table */
    ErasureFate fate;
    /* What $1, $2, ... are: a account, n name, e address, k folded address, p pseudonym, q name as in JSON, t time, h hash of the
     * folded address, d the id as text */
    const char *arguments;
    const char *sql; /* NULL: nothing to do */
    /* ERASE_NAMES with a very short name would spoil words: then it is left out. */
    bool long_names_only;
    bool sqlite_only;
    /* The statement returns what it changed: an object of the feed, and so many scopes in whose copies it is (NULL: none). 0: it
     * returns nothing, and who has copies is told elsewhere. */
    ObjectType object;
    int scopes;
} ErasureRow;
extern const ErasureRow erasure_rows[]; /* closed by a row without table */

/* In a transaction. NOT_FOUND when there is no such account (any more). */
bool erasure_run(Call *call, const Uuid *account, GError **error);
