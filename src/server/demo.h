/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * leadlined load-demo: fills an empty database with the demo network (api.md): members, their partnerships, referrals
 * in every state. The same seed at the same time gives the same rows. All of them were made by the model's own functions, so
 * they are what real use would have left behind.
 */
#pragma once

#include "server/command.h"

#define DEMO_PASSWORD "leadline-demo"
#define DEMO_MEMBER "member@demo.example" /* whose inbox is filled */

extern const GOptionEntry demo_options[];
bool demo_command(const Config *config, int argc, char **argv, GError **error);

/* leads: referrals in the member's inbox. ALREADY_EXISTS when the database has accounts. */
bool demo_load(Db *db, const Config *config, gint64 leads, guint64 seed, GError **error);
