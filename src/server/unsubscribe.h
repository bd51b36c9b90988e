/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page /unsubscribe?token=... that mail links to. It needs no log-in. To look at it changes nothing (programs follow links);
 * its button, and the one click of a mail program (RFC 8058), is a POST that acts at once, as often as it comes: the type
 * is off for the account (R4), or no mail goes to an address without one any more.
 */
#pragma once

#include "server/call.h"

extern const Route unsubscribe_routes[];
