/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who forgot their password asks for a mail with a link (POST /v1/password-reset {"email"}, or the page /reset) and sets a new one on
 * the page behind it. The answer and the work are the same whether anybody has that address; asking is throttled by
 * address and by peer. A link is good once, for an hour. A new password ends all sessions and log-ins that wait;
 * one-time codes stay on.
 */
#pragma once

#include "server/call.h"
