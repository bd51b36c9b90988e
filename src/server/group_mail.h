/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail about who is in a group, in the transaction of what it tells. Values: group, from, company, message, and state (how a
 * membership ended, or the role that one has). */
#pragma once

#include "model/mail_type.h"
#include "server/groups.h"

/* To all leaders but the one who acts: about an account. id: of what it is about, part of the key. */
bool group_mail_leaders(Call *call, const Group *group, MailType type, const Uuid *id,
                        const Uuid *about, const char *message, GError **error);

/* To one account, about another. */
bool group_mail_about(Call *call, const Group *group, MailType type, const Uuid *id, const Uuid *to,
                      const Uuid *about, const char *message, GError **error);

/* To an account, who is told the group and no name of its leaders. */
bool group_mail_member(Call *call, const Group *group, MailType type, const Uuid *id,
                       const Uuid *account, const char *message, GError **error);
/* The same with a state. */
bool group_mail_state(Call *call, const Group *group, MailType type, const Uuid *id,
                      const Uuid *account, const char *state, const char *message, GError **error);
