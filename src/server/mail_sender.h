/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread that sends what is in the outbox (mail.h), one mail after the other, while the server runs. Without smtp_url
 * there is none, and mail waits; what waited for longer than MAIL_STALE then is not sent any more.
 *
 * A mail that is refused for good is dead: `leadlined mail list` shows it. One that is not taken now is tried again
 * (MAIL_ATTEMPTS). When the mail server itself does not answer, nothing else is tried for a minute.
 */
#pragma once

#include "server/server.h"

/* A part of the server. */
bool mail_sender_start(Server *server, GError **error);
void mail_sender_stop(Server *server);

/* Is the configuration of mail whole? True without any. To be asked before the part starts. */
bool mail_config_ok(const Config *config, GError **error);
