/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes on a referral, private to the side that wrote them: every statement has the writer in its condition, and only
 * the writer's scope learns of them. */
#pragma once

#include "model/referral.h"
#include "server/call.h"

extern const Route note_routes[];
