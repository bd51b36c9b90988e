/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Referrals in the database. Whoever reads is parameter $1 of every SELECT here, and each has the condition that the
 * viewer is one of the two parties: there is no way to read a referral without it, but for the index, which is for all.
 */
#pragma once

#include "db/row.h"
#include "model/referral.h"

/* The columns of referral_fields over referral_full r, the box seen from $1. Interned. */
const char *referral_columns(void);

/* The viewer's referral as a copy (fields_clear() it). NOT_FOUND also when it is somebody else's. */
bool referral_load(Db *db, const Uuid *viewer, const Uuid *id, Referral *out, GError **error);

/* Inserts lead, referral and search words; the names of the parties must be filled. */
bool referral_insert(Db *db, const Referral *referral, GError **error);

/* Writes what events change, when the row still has the revision `from_rev` (referral->rev is the new one). *stored
 * false: somebody was faster, read again. */
bool referral_update(Db *db, const Referral *referral, gint64 from_rev, bool *stored,
                     GError **error);

static inline void referral_clear(Referral *referral)
{
    fields_clear(&referral_fields, referral);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Referral, referral_clear)

/* Puts every referral into the full-text index, which is empty: a DbTxFunc. */
bool referral_index_all(Db *db, gpointer nothing, GError **error);

/* The same for some (Uuid): before what is in their words changes, and after it. Of what was there nothing is left then. */
bool referral_index_forget(Db *db, const GArray *ids, GError **error);
bool referral_index_again(Db *db, const GArray *ids, GError **error);
