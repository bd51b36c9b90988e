/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a group is, in words for people: the same in the screen and on the command line. Texts of the group in them are clean. Caller
 * frees all.
 */
#pragma once

#include "model/group.h"

/* R56: "every second Thursday, 07:00 (90 minutes), Europe/London"; "" when nothing is said. */
char *group_meets(const GroupInput *input);
/* Shorter: "2nd Thu 07:00" */
char *group_meets_short(const GroupInput *input);
/* R52: "GBP 25.00 monthly"; "nothing" where it costs nothing. */
char *group_fee(const GroupInput *input);
/* "13 of 25 seats", "13 members" where any number may be in it. */
char *group_seats(const Group *group);
/* "exclusive, open, in person": what else counts before one asks to join. */
char *group_kind(const GroupInput *input);
/* Business types by their labels, ", " between. */
char *group_wanted(char *const *trades);
