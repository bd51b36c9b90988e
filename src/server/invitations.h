/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Invitations and requests (model/invitation.h): PUT, GET, accept, decline, withdraw, and their end after thirty days.
 *
 * One by address looks the same to its sender whether or not the address has an account: the answer, the changes and the
 * mail's key do not depend on it. Where the address is an account's own (it was verified), that account has it in its list;
 * else whoever opens the link in the mail may take it, and an account that verifies the address later finds it
 * (invitations_claim()).
 *
 * Against nuisance: INVITATIONS_OPEN_MAX unanswered ones and INVITATIONS_A_DAY a day of one sender; one at a time to
 * the same; thirty days of rest after a refusal; and an address gets ADDRESS_MAILS_A_WEEK mails a week, whoever sends:
 * further ones are kept without a mail.
 */
#pragma once

#include "model/invitation.h"
#include "server/call.h"

extern const Route invitation_routes[];

/* Gives an account whose address is verified what was sent to that address. */
bool invitations_claim(Call *call, const Uuid *account, GError **error);

/* The one behind a link; *found false: there is none. As its recipient sees it (to: whose it is, nil nobody's yet);
 * *email_key: the address it went to, NULL it was asked by account. fields_clear() it and free the key. */
bool invitation_by_token(Call *call, const char *token, Invitation *out, char **email_key,
                         bool *found, GError **error);

/* Whoever has the link and this account takes it as theirs; *taken false: it is somebody else's. */
bool invitation_take(Call *call, const Uuid *id, const Uuid *account, bool *taken, GError **error);

/* An act of an account, with all that follows: connection, changes, mail. */
bool invitation_act(Call *call, const Uuid *me, const Uuid *id, InvitationEvent event,
                    Invitation *out, GError **error);
/* Declined by somebody who has the link and no account. */
bool invitation_decline_unseen(Call *call, const Uuid *id, GError **error);

/* A new one of `me`, as PUT makes it. */
bool invitation_create(Call *call, const Uuid *me, const Uuid *id, const NewInvitation *input,
                       GError **error);

/* A job: ends those whose time is over. */
bool invitations_expire(Call *call, GError **error);

/* Statements for EXPLAIN; NULL past the last. */
const char *invitation_hot_sql(int i);
