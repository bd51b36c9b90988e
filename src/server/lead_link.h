/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The links by which somebody without an account sees a lead that was passed to them (R116). Each mail has one of its own, of which
 * only the hash is kept; all of them open the same lead, for LEAD_LINK_DAYS.
 */
#pragma once

#include "model/referral.h"
#include "server/call.h"

#define LEAD_LINK_DAYS 60

/* A new link, mailed to the recipient outside as this type (lead-outside, outside-reminder), in the call's transaction. */
bool lead_link_mail(Call *call, const Referral *referral, bool reminder, GError **error);

/* The referral that a link opens, as its recipient sees it (box INBOX). *found false: no such link, or it has expired. Caller
 * clears. */
bool lead_link_load(Call *call, const char *token, Referral *out, bool *found, GError **error);

/* Removes some that have expired; *n: how many. */
bool lead_link_purge(Db *db, gint64 now, gint64 *n, GError **error);
