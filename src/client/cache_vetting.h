/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache knows of vetting, concerns and dues, as the server has them; strings as sent. Free lists with g_ptr_array_unref. */
#pragma once

#include "client/cache.h"
#include "model/dues.h"
#include "model/vetting.h"

/* Vetting *, the newest first; account NULL: of everybody in the group. Those that were taken back are none. */
GPtrArray *cache_vetting(Cache *cache, const Uuid *group, const Uuid *account, GError **error);
/* Concern *, each once, open ones first, then the newest first; account NULL: about everybody. */
GPtrArray *cache_concerns(Cache *cache, const Uuid *group, const Uuid *account, GError **error);
/* NOT_FOUND. Caller clears. */
bool cache_concern(Cache *cache, const Uuid *id, Concern *out, GError **error);
/* Invoice *, open ones first, by when they are due. */
GPtrArray *cache_invoices(Cache *cache, const Uuid *group, GError **error);
