/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is connected with whom. A pair has one row, the smaller id first; leads go to connected accounts only. */
#pragma once

#include "model/referral.h"
#include "server/call.h"

/* domain.md §3.4; stored: never renumber */
typedef enum ConnectionState {
    CONNECTION_INVITED = 1,
    CONNECTION_REQUESTED = 2,
    CONNECTION_CONNECTED = 3,
    CONNECTION_DECLINED = 4,
    CONNECTION_EXPIRED = 5,
    CONNECTION_WITHDRAWN = 6,
    CONNECTION_ENDED = 7,
} ConnectionState;

extern const Route partner_routes[];

bool partners_are(Db *db, const Uuid *a, const Uuid *b, bool *connected, GError **error);
