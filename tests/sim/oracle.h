/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who watches: at the server each answer, in the clients' stores each row of the outbox. From both it knows at any time what
 * must be true at the end: what was acknowledged was done, and done once; what was taken back was never sent; what failed
 * was refused; nobody was shown what is another's.
 */
#pragma once

#include "client/store.h"
#include "tests/sim/wire.h"

void oracle_begin(void);
void oracle_end(void);

/* A server's answer, before it goes on its way. */
void oracle_answer(const Wire *wire);
extern guint64 oracle_batches; /* answered so far */
/* Account (index) of an Authorization header, -1 unknown. */
int oracle_account_of(const char *authorization);

/* The outbox of a user, looked at: what has gone since the last look was delivered, or taken back by the person. How many are new. */
typedef enum Look { LOOK, LOOK_UNDONE, LOOK_DROPPED } Look;
guint oracle_look(int user, Store *store, Look look);

/* Something is sent for a user: under which keys, which may have changed since the last look. */
void oracle_sent(int user, Store *store);

/* The server was set back: what it does not know any more is nobody's fault. */
typedef bool (*OracleKnows)(const Uuid *key);
void oracle_set_back(OracleKnows knows);
/* What was answered is in the database, too. */
void oracle_check_kept(OracleKnows knows);
/* A person tries what had failed again: under a new key, as the server gives the same answer to the old one for ever. */
void oracle_tried_again(const OutboxItem *before, const OutboxItem *after);

/* Has it failed, or what makes the thing it is to be done to, or the lead that it is a copy of? items: the whole outbox. */
bool oracle_is_over(const OutboxItem *row, const GPtrArray *items);

/* A referral is known to nobody any more: whatever was done to it is answered by 404 from now on. */
void oracle_erased(const Uuid *referral);

/* At the end, with all that is left in the outboxes looked at. The server's text of a path, or NULL when there is none. */
typedef char *(*OracleText)(int account, const char *path);
void oracle_check(OracleText text);
