/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --lively: while the server runs, somebody sends the demo's member a lead now and then, by the same write path as
 * everybody else's. lively_start/lively_stop are a ServerPart; without the flag they do nothing.
 */
#pragma once

#include "server/server.h"

#define LIVELY_FIRST_S 8
#define LIVELY_LEAST_S 20
#define LIVELY_MOST_S 60

bool lively_start(Server *server, GError **error);
void lively_stop(Server *server);
