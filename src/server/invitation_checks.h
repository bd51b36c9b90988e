/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keeps an invitation from being made: whom it is for, what went between the two before, and limits against nuisance
 * (server/invitations.h). */
#pragma once

#include "model/invitation.h"
#include "server/call.h"

typedef struct Asked { /* whom, as far as it is known here */
    Uuid account;      /* nil: nobody has this address */
    char *key;         /* the folded address; NULL it was asked by account */
    bool is_public;
} Asked;
void asked_clear(Asked *asked);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

/* NOT_FOUND: no such account, or none that may be asked this way; VALIDATION: it is oneself. */
bool invitation_find_asked(Call *call, const Uuid *me, const NewInvitation *input, Asked *asked,
                           GError **error);

/* With both accounts locked: may `me` ask them now? ALREADY_EXISTS, TOO_SOON, FORBIDDEN (the own address is not verified),
 * PARTNER_LIMIT, INVITATION_LIMIT. */
bool invitation_check(Call *call, const Uuid *me, const Asked *asked, GError **error);
