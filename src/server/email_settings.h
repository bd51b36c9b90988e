/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET and PUT /v1/me/email-settings (R4, R5): {"settings":[{"type","label","mandatory","on"}]}, one for each type of mail that
 * an account may get. PUT reads type and on; a type that it does not name stays as it was. One that is mandatory and
 * is to be off is refused, by its place: nothing is changed then.
 */
#pragma once

#include "server/call.h"

extern const Route email_setting_routes[];

/* Switches a type off for an account, as the link in a mail does. */
bool email_setting_put(Db *db, const Uuid *account, const char *type, bool on, GError **error);
