/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of mail, for the administrator: GET /v1/admin/mail?state=dead, POST /v1/admin/mail/{id}/retry, and the commands
 * `mail list` and `mail retry`. Values are never shown: links in them are secrets.
 */
#pragma once

#include "server/call.h"
#include "server/command.h"

extern const Route mail_admin_routes[];

extern const GOptionEntry mail_list_options[];
bool mail_list_command(const Config *config, int argc, char **argv, GError **error);
bool mail_retry_command(const Config *config, int argc, char **argv, GError **error);
