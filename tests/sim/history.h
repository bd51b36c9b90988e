/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened in a simulated world, a line each, and how it ended. */
#pragma once

#include <glib.h>

#include "base/uuid.h"

extern GString *history; /* since the beginning */

/* "   12.345 A  pick-up 3f2a": virtual seconds, who, what. */
void tell(const char *who, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The last digits of an id, enough to follow it by eye; one of a few static buffers. */
const char *brief(const Uuid *id);

/* The world is not as it must be: ends the process. */
void fail(const char *format, ...) G_GNUC_PRINTF(1, 2) G_GNUC_NORETURN;
