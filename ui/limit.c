/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limit.h"

#include "base/i18n.h"

static const EnumValue limit_values[] = {
    { 1, "all", N_("all leads") },           { 2, "waiting", N_("waiting for a verdict") },
    { 3, "new", N_("new, not opened yet") }, { 4, "opened", N_("opened, no verdict yet") },
    { 5, "confirmed", N_("confirmed") },     { 6, "rejected", N_("not a lead") },
};
const EnumTable limit_choices = ENUM_TABLE("limit", limit_values);

/* What each asks of the cache, in the same order. */
static const struct {
    unsigned states;
    ReferralVerdict verdict;
    bool waiting;
} limits[] = {
    { 0 },
    { .waiting = true },
    { .states = 1 << REFERRAL_SENT },
    { .states = 1 << REFERRAL_PICKED_UP },
    { .verdict = VERDICT_LEAD },
    { .verdict = VERDICT_NOT_A_LEAD },
};
G_STATIC_ASSERT(G_N_ELEMENTS(limits) == G_N_ELEMENTS(limit_values));

void limit_apply(int limit, LeadQuery *query)
{
    g_return_if_fail(limit >= 1 && (size_t)limit <= G_N_ELEMENTS(limits));
    query->states = limits[limit - 1].states;
    query->verdict = limits[limit - 1].verdict;
    query->waiting = limits[limit - 1].waiting;
}
