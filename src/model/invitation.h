/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking somebody to be one's partner (domain.md §3.3, §3.4; R8-R11). An invitation goes to an account, or to an e-mail
 * address that need not have one; a request is one that began at the other's public profile. Both are answered by whoever
 * got them, and end by themselves after thirty days:
 *
 *   invited -> connected | declined | expired     (by the recipient; by time)
 *   invited -> withdrawn                          (by the sender)
 *
 * Whether an address has an account is nobody's business: of one that was invited by address, the sender sees the address,
 * and whom it belongs to only when they are connected.
 */
#pragma once

#include "model/account.h"

/* of the viewer, like Referral.box */
typedef enum InvitationDirection {
    DIRECTION_RECEIVED = 1,
    DIRECTION_SENT = 2,
} InvitationDirection;

typedef enum InvitationKind {
    INVITATION_INVITATION = 1,
    INVITATION_REQUEST = 2, /* R11: from a public profile */
} InvitationKind;

/* R8: how it came about */
typedef enum InvitationVia {
    INVITED_BY_LINK = 1, /* to the sender's own profile page */
    INVITED_BY_FORM = 2,
    INVITED_BY_PROFILE = 3, /* on the recipient's profile page */
} InvitationVia;

typedef enum InvitationState {
    INVITATION_INVITED = 1,
    INVITATION_CONNECTED = 2,
    INVITATION_DECLINED = 3,
    INVITATION_EXPIRED = 4,
    INVITATION_WITHDRAWN = 5,
} InvitationState;

typedef struct Invitation {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    InvitationDirection direction; /* of whoever reads it; not stored by the server */
    InvitationKind kind;
    Party from, to;      /* to: unset while nobody may know */
    char *business_type; /* of the other side, likewise */
    char *email;         /* as the sender typed it: for the sender only */
    char *message;
    InvitationVia via;
    InvitationState state;
    gint64 expires_at, answered_at;
} Invitation;

/* Body of PUT /v1/invitations/{id}: an account or an address, not both. */
typedef struct NewInvitation {
    Uuid account;
    char *email;
    char *message;
    InvitationKind kind; /* unset: invitation */
} NewInvitation;

typedef struct Encouragement { /* POST /v1/partners/{account}/encourage (R25) */
    char *message;
} Encouragement;

#define INVITATION_LIFE (30 * MS_PER_DAY)
#define INVITATIONS_OPEN_MAX 50 /* unanswered ones of one sender */
#define INVITATIONS_A_DAY 30    /* of one sender, within 24 hours */

/* R14: how many partners serve one best; told, never enforced. */
#define PARTNERS_FEW 20
#define PARTNERS_MANY 40

extern const EnumTable invitation_directions, invitation_kinds, invitation_vias, invitation_states;
extern const FieldTable invitation_fields, new_invitation_fields, encouragement_fields;

typedef enum InvitationEvent {
    INVITATION_ACCEPT,
    INVITATION_DECLINE,
    INVITATION_WITHDRAW,
    INVITATION_EXPIRE, /* by the server, of either direction */
} InvitationEvent;

/* May the viewer do this now? False with INVITATION_STATE (answered already, or its time is over) or FORBIDDEN (the other
 * side's act). Reads direction, state, expires_at. The only place that knows the table of transitions. */
bool invitation_may(const Invitation *invitation, InvitationEvent event, gint64 now,
                    GError **error);

/* What becomes of it by an event that invitation_may() allowed: state, answered_at, updated_at. The server's write and the
 * client's local edit. */
void invitation_apply(Invitation *invitation, InvitationEvent event, gint64 now);

/* A fresh one of the sender (direction SENT, state INVITED). */
void invitation_init_new(Invitation *invitation, const Uuid *id, const Party *from,
                         const NewInvitation *input, gint64 now);

/* Beyond fields_validate(): exactly one of account and address. False when that is broken. */
bool new_invitation_validate(const NewInvitation *input, FieldErrors *errors);

/* Can it still be answered? */
bool invitation_is_open(const Invitation *invitation, gint64 now);

/* Whom it is with: the other party's name, or the address; "" when that is not known. Borrowed. */
const char *invitation_other(const Invitation *invitation);
