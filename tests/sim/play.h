/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens in a world: what the people at the three screens do, what other members and operators do, and what breaks. */
#pragma once

#include "tests/sim/world.h"

/* Draws the weather and the people's habits. */
void play_begin(guint64 seed);
int play_length(void);
/* The i-th thing. Drawn for by seed and i alone: leaving one out changes none of the others' intentions. */
void play_step(guint64 seed, int i);
/* Everything works again, everybody is there, and waits until nothing happens any more. */
void play_to_rest(void);

/* How often each kind of thing was done, over all worlds of this process. */
extern guint64 *play_counts; /* where to count; may be shared */
int play_kinds(void);
const char *play_kind_name(int kind);
