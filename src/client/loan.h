/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One profile, two programs that want it: `leadline watch`, which runs all day, and the screen (or a command that must have the
 * profile to itself). The watcher lends its profile and takes it back when the borrower ends, however that ends: a connection
 * to its socket is the loan.
 *
 *   DATA/watch           lock of the one watcher of the profile; its text is where the socket is, since two log-ins of one
 *                        user may have different runtime directories
 *   RUNTIME/watch        the socket. One that a killed watcher left refuses connections, which says as much
 *
 *   borrower connects -> watcher stops, lets go of the profile's lock, writes a byte -> borrower takes the lock
 *   the connection ends, the borrower's lock with it -> watcher takes the lock again
 */
#pragma once

#include "client/profile.h"

/* ---- the borrower */

typedef struct Loan Loan;
/* Waits until a watcher has let go of the profile, at most a few seconds. NULL: there is none, or it does not answer. */
Loan *loan_ask(const Profile *profile);
/* After the lock was given up. */
void loan_end(Loan *loan);

/* ---- the watcher. Callbacks run from the main loop. */

typedef struct LenderOps {
    /* Let go of the lock before this returns; nothing to do when it is not held. */
    void (*lend)(gpointer data);
    /* Nobody borrows any more: the lock can be had again, soon. */
    void (*returned)(gpointer data);
} LenderOps;

typedef struct Lender Lender;
/* LOCKED: there is another watcher. */
Lender *lender_new(const Profile *profile, const LenderOps *ops, gpointer data, GError **error);
bool lender_lends(const Lender *lender); /* somebody borrows now */
void lender_free(Lender *lender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lender, lender_free)
