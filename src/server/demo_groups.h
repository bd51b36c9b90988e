/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two groups of the demo (api.md). The leader leads the first, the member is in it, all of whose members are the member's partners
 * anyhow; requests to it show a seat that is taken, an exclusivity that stands against it, and nothing at all. The second is
 * exclusive and for its members' eyes only, and has asked the member, who would like to join, a question.
 *
 * Loaded last, with dice of its own, so that it changes no lead. Inside a transaction of load-demo.
 */
#pragma once

#include "server/demo_network.h"

/* network: a DemoNetwork that is stored. A DbTxFunc. */
bool demo_groups_store(Db *db, gpointer network, GError **error);
