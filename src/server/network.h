/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who becomes whose partner, and who no longer is. Connecting looks at both sides in the transaction that does it, with
 * both accounts locked (R13, D3): no more than PARTNERS_MAX partners each, and, where one of the two keeps an exclusive
 * network, one partner for a business type on either side (R20-R22). Of a conflict in one's own network the partner is named;
 * of one in the other's network only the business type is: with whom others are connected is theirs.
 *
 * DELETE /v1/partners/{account} is mutual and silent (R23, R24): no mail, and nothing on the other's event streams. Their
 * clients learn of it when they pull the next time.
 */
#pragma once

#include "model/account.h"
#include "server/call.h"

extern const Route network_routes[];

/* Makes them partners. PARTNER_LIMIT, EXCLUSIVE, NOT_FOUND when the other is gone; what is so already stays as it is. */
bool network_connect(Call *call, const Uuid *me, const Uuid *other, GError **error);

/* How many partners an account has. */
bool network_count(Db *db, const Uuid *account, gint64 *n, GError **error);

/* An account that makes its network exclusive must not have two partners of one business type: EXCLUSIVE names them. */
bool network_may_be_exclusive(Call *call, const Uuid *account, GError **error);

/* An account whose business becomes another must still be the only one of it where a network is exclusive, its own or a partner's:
 * EXCLUSIVE names that partner. */
bool network_may_do(Call *call, const Account *account, GError **error);

/* Statements for EXPLAIN; NULL past the last. */
const char *network_hot_sql(int i);
