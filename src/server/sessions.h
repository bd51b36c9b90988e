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

/* A new session of the account; *tokens is filled (fields_clear() it). client: User-Agent or NULL; id: NULL or which one. */
bool session_create(Call *call, const Uuid *account, const char *client, Tokens *tokens, Uuid *id,
                    GError **error);
/* Answers with them, and clears them. */
void session_put_tokens(Call *call, Tokens *tokens);
bool session_revoke(Call *call, const Uuid *session, GError **error);
/* All of an account but this one (NULL: none is kept). */
bool session_revoke_others(Call *call, const Uuid *account, const Uuid *kept, GError **error);

/* What a client calls itself, fit to be shown in a list; NULL when it does not. Caller frees. */
char *session_client_name(const char *user_agent);

/* What POST /oauth/token and /oauth/revoke do with a token: fill the answer. */
bool session_refresh(Call *call, const char *token, GError **error);
bool session_revoke_token(Call *call, const char *token, GError **error);
