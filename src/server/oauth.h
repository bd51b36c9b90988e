/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OAuth 2.0 for public clients: POST /oauth/token (RFC 6749), /oauth/revoke (RFC 7009), their metadata (RFC 8414). The
 * device grant (RFC 8628) is in device.h. Here errors are {"error", "error_description"} with status 400, unknown
 * parameters are ignored, and nothing needs an Idempotency-Key; else these are endpoints like all others.
 */
#pragma once

#include "server/call.h"

#define OAUTH_FLAGS (ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT)

extern const Wording oauth_wording;

/* Where clients reach this server: public_url of the configuration, else as this one called it. No slash at the end. Caller
 * frees; NULL and MALFORMED when its Host makes no sense. */
char *oauth_issuer(Call *call, GError **error);
