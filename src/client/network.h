/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What members do with each other beside passing leads: asking somebody to be one's partner, answering, encouraging, parting,
 * and looking for members who fit. Like all of client.h: reading is from the cache, with what is in the outbox done to it by
 * the model's functions; an action is an outbox row first, works offline, and is held for undo.
 */
#pragma once

#include "client/cache_partners.h"
#include "client/client.h"
#include "client/server_list.h"
#include "model/invitation.h"
#include "model/profile.h"

/* PartnerRow *, without those whose parting waits in the outbox; free with g_ptr_array_unref. */
GPtrArray *client_partners(Client *client, const PartnerQuery *query, GError **error);
/* The partner a person means: words of the name or company, an e-mail, an id or its beginning. NOT_FOUND, or BAD_INPUT when
 * several fit, both with names. Caller frees. */
PartnerRow *client_find_partner(Client *client, const char *text, GError **error);

typedef struct NetworkCounts {
    gint64 partners; /* individual ones, as they will be (R13) */
    gint64 waiting;  /* invitations and requests that this user has to answer */
    gint64 asked;    /* open ones of this user */
} NetworkCounts;
bool client_network_counts(Client *client, NetworkCounts *out, GError **error);

typedef struct InvitationRow {
    Invitation invitation; /* strings as sent: clean them before drawing */
    bool open;             /* it can still be answered */
    bool pending;          /* something of it is in the outbox */
} InvitationRow;
void invitation_row_free(InvitationRow *row);

/* InvitationRow *: first those to answer, then what this user asked, both by age; then what is over, newest first. direction 0:
 * both. Free with g_ptr_array_unref. */
GPtrArray *client_invitations(Client *client, InvitationDirection direction, bool only_open,
                              GError **error);
/* NOT_FOUND. Caller frees. */
InvitationRow *client_invitation(Client *client, const Uuid *id, GError **error);
/* The one a person means: its id or the beginning of that, or words of the other's name or address, if that is one only. Caller
 * frees. */
InvitationRow *client_find_invitation(Client *client, const char *text, GError **error);

/* ---- actions; errors as of all in client.h */

/* name: what to call whom an account is meant by; may be NULL. VALIDATION also for one's own address, somebody who is a
 * partner, and whom this user has asked already. */
bool client_invite(Client *client, const NewInvitation *input, const char *name, Uuid *id,
                   GError **error);
/* accept, decline, withdraw */
bool client_answer(Client *client, const Uuid *invitation, InvitationEvent event, GError **error);
bool client_encourage(Client *client, const Uuid *partner, const Encouragement *input,
                      GError **error);
/* Each vanishes from the other's list, and nobody is told (R23, R24). */
bool client_part(Client *client, const Uuid *partner, GError **error);

/* ---- looking for members (R119, R120): asks the server */

typedef struct ProfileQuery { /* NULL, "" or 0: any */
    char *text, *business_type, *area, *speciality;
    gint64 price_level;
} ProfileQuery;
extern const FieldTable profile_query_fields;

/* PublicProfile *: those who fit; the caller's own account is not among them. */
ServerList *client_find_profiles(Client *client, const ProfileQuery *query, ServerListFunc told,
                                 gpointer data);
