/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must be true when a world has come to rest. The answers of the API are read here by other code than the client's:
 * names and values of JSON against columns and values of the cache.
 */
#pragma once

#include "db/db.h"
#include "tests/sim/world.h"

Db *verify_open(const char *path); /* to read */

/* Follows the change feed of one account through the whole history, a few objects at a time. */
void verify_observe(Dice *dice);
/* What is shown = the server's rows with the outbox applied in order. At any time when nothing is being written. */
void verify_shown(User *user);
void verify_world(guint64 seed);
void verify_end(void);

/* "\"7\"", the revision in an answer of /v1/me, or of an object. */
char *verify_revision(const char *me);
char *verify_revision_of(const char *object);
/* The id of one of the items of a list, NULL when it is empty. */
char *verify_any_id(const char *list, Dice *dice);
