/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles in the table account. */
#pragma once

#include "db/db.h"
#include "model/account.h"

/* The columns of profile_fields in table account, or in what has that alias: "a.profile_headline, ...". */
const char *profile_columns(const char *alias);

/* Writes what a person may change of their account, with rev and updated_at, and puts it into the index. */
bool account_update(Db *db, const Account *account, GError **error);

/* Waits until nobody else changes the standing of these accounts (b: may be NULL) in the network: connections, the cap, the exclusive rule. In the
 * order of ids, so that two never wait in a circle. SQLite has one writer: nothing to wait for. */
bool accounts_lock(Db *db, const Uuid *a, const Uuid *b, GError **error);
