/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who did what to which object, and when: ids and codes, never contents. Written in the transaction of the effect. */
#pragma once

#include "server/call.h"

/* action: a literal like "referral.confirm". */
bool audit_put(Call *call, const char *action, const Uuid *object, GError **error);
/* The same for somebody who is not logged in yet, but is known: at a log-in. */
bool audit_put_of(Call *call, const Uuid *account, const char *action, const Uuid *object,
                  GError **error);
