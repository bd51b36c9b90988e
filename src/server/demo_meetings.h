/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last months of a group of the demo: a completed meeting on each day of its schedule, holidays at the end of the year, and what
 * was entered there, so that attendance, score card and health have something to show. Inside a transaction of load-demo.
 */
#pragma once

#include "server/groups.h"

typedef struct DemoSeat {
    Uuid account;
    GroupRole role;
    gint64 since;
} DemoSeat;

/* now: the time that everything is told from; dice: demo_below(). The seats are those of the group. */
bool demo_meetings_store(Call *call, const Group *group, const DemoSeat *seats, size_t n,
                         gint64 now, guint64 *dice, GError **error);
