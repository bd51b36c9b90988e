/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `leadlined user add` and `leadlined token create`: whoever can open the database owns it. */
#pragma once

#include "server/command.h"

extern const GOptionEntry user_add_options[], token_create_options[];
bool user_add(const Config *config, int argc, char **argv, GError **error);
bool token_create(const Config *config, int argc, char **argv, GError **error);
