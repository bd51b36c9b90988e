/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations in the database, as $1, the viewer, may see them (model/invitation.h says what that is). */
#pragma once

#include "db/db.h"
#include "model/invitation.h"

/* Of invitation_fields, over INVITATION_FROM. */
const char *invitation_columns(void);
#define INVITATION_FROM                                                                            \
    "invitation i CROSS JOIN account f LEFT JOIN account t ON t.id = i.to_account"
#define INVITATION_JOIN "f.id = i.from_account"
/* Who may see it at all. */
#define INVITATION_VISIBLE "(i.from_account = $1 OR i.to_account = $1)"

/* One that the viewer may see; NOT_FOUND. fields_clear() it. */
bool invitation_load(Db *db, const Uuid *viewer, const Uuid *id, Invitation *out, GError **error);

/* A new one. to: whose address it is, which out->to does not tell (nil: nobody's); token_hash: of the link, NULL for none. */
bool invitation_insert(Db *db, const Invitation *invitation, const Uuid *to, const void *token_hash,
                       GError **error);
