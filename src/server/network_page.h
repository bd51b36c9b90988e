/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of the network that anybody may link to (R7), without script, cookie or log-in:
 *
 *   /profile/{account}            a public profile; its form asks to connect (R11), with the visitor's own log-in
 *   /referral-program/{account}   how to refer business to them: what they call a lead, whom they look for
 *   /recommended/{account}        their partners with public profiles, if they let these be shown
 *   /invitation?token=            behind the link in an invitation's mail: accept with an account or with a new one, or decline
 *
 * Whoever is not public has none of them: 404. No form is answered but with a password or a mail's secret in it, so no other site
 * can send one in somebody's name.
 */
#pragma once

#include "server/call.h"

extern const Route network_page_routes[];
