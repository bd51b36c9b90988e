/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The checks of a member's slip (domain.md §3.6): who may be sent what. None stops the others: all that is wrong is told
 * at once. In their order, with the place that each names:
 *
 *   permission, need, contact   #/permission/given, #/need, #/contact/...: the input alone (model/referral.h)
 *   self                        #/to/account, #/to/outside/email
 *   copy                        #/copy_of: not one's own, or withdrawn
 *   not twice                   the recipient has this lead already
 *   connected, live             a partner with a live account; or outside, but not by the address of a partner
 *   referrable                  a partner by groups alone, none of which bars leads to them (concerns.h)
 *
 * That the sender does not know the contact, that they were passed on lately (referral_duplicates.h) and that recipients
 * compete keep nothing back: these are told.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

typedef struct SlipChecks {
    Uuid root;      /* of the family of what is copied; nil: no copy */
    bool withdrawn; /* what would be copied was taken back */
    Party from, to; /* with their names; `to` only for an account */
} SlipChecks;

/* What does not change: the same request gets the same answer however late it is repeated. Adds to call->errors. */
bool slip_check_input(Call *call, const NewReferral *input, SlipChecks *checks, GError **error);

/* What is so just now, whatever was found before. False: VALIDATION with all that is wrong, or NOT_PARTNERS or UNREFERRABLE
 * when only that is. */
bool slip_check_now(Call *call, const NewReferral *input, SlipChecks *checks, GError **error);

void slip_checks_clear(SlipChecks *checks);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SlipChecks, slip_checks_clear)
