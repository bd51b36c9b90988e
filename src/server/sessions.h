/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions: a log-in and its rotating tokens (protocols.md §5). An access token lives an hour, a refresh token 30 days
 * unused and 180 days from the log-in. Each refresh token can be exchanged once; whoever shows a used one again
 * ends the session, except within a minute while its successor is unused: then the answer was lost, and a fresh successor
 * replaces the unused one.
 */
#pragma once

#include "model/account.h"
#include "server/call.h"

#define ACCESS_SECONDS 3600
#define REFRESH_GRACE (60 * MS_PER_SECOND)

/* Only in the crypto thread. Caller frees; NULL and *error. */
char *password_hash(Call *call, const char *password, GError **error);

/* A new session of the account; *tokens is filled (fields_clear() it). client: User-Agent or NULL. */
bool session_create(Call *call, const Uuid *account, const char *client, Tokens *tokens,
                    GError **error);
