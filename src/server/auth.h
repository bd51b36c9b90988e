/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is calling: bearer tokens looked up in the database and remembered for AUTH_CACHE_MS. A log-out in this process is
 * felt at once, one in another process within that time.
 */
#pragma once

#include "server/call.h"
#include "server/tokens.h"

#define AUTH_CACHE_MS (30 * MS_PER_SECOND)

typedef struct AuthCache AuthCache;
AuthCache *auth_cache_new(void);
void auth_cache_free(AuthCache *cache);

/* Is this caller allowed the route? Fills call->principal. UNAUTHORIZED, TOKEN_EXPIRED, FORBIDDEN; NOT_FOUND for operation's
 * addresses from elsewhere. authorization: the header, may be NULL. */
bool auth_allow(Call *call, const char *authorization, GError **error);

/* Its tokens are no longer good; after the commit that said so. */
void auth_forget_session(Server *server, const Uuid *session);
