/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Partners with what was given and taken, from the counters of the cache and a covering index: it costs what partners there
 * are, not leads. All of them fit into memory (PARTNERS_MAX, and those of groups), so a list of them is one answer.
 *
 * Partners are individual ones and fellow members of a group (R16). The latter follow from the members in the cache (R17, R18);
 * who is both is told once, as an individual one, with the group. Of a group of thousands the members cost one walk of an
 * index; figures are asked for only of those whom a lead went to or came from.
 */
#pragma once

#include "client/cache.h"

/* Individual ones first, then those of groups; within the same, by name. */
typedef enum PartnerSort {
    PARTNERS_BY_NAME,
    PARTNERS_BY_TRADE,
    PARTNERS_BY_BALANCE, /* who owes this user most first */
    PARTNERS_BY_ACTIVITY /* the last lead between the two, newest first; none last */
} PartnerSort;
extern const EnumTable partner_sorts; /* values are 1 + PartnerSort */
bool partner_sort_parse(const char *text, PartnerSort *sort, bool *reverse, GError **error);
/* Caller frees. */
char *partner_sort_format(PartnerSort sort, bool reverse);

/* How it goes with a partner. */
typedef enum PartnerStanding {
    STANDING_ACTIVE =
        1, /* a lead between the two, or the connection itself, within PARTNER_DORMANT */
    STANDING_DORMANT = 2,   /* none of that */
    STANDING_LOW_GIVER = 3, /* gave them LOW_GIVER or more in the period, and got none (R26) */
} PartnerStanding;
extern const EnumTable partner_standings;
#define PARTNER_DORMANT (182 * MS_PER_DAY)
#define LOW_GIVER 2

typedef struct PartnerQuery {
    gint64 now, since; /* leads count from then on */
    const char *
        text; /* words, each the beginning of a word of name, company, trade or profile; NULL all */
    const char *trade;        /* the same of the trade only; NULL any */
    PartnerStanding standing; /* 0 any; one who gives little may be dormant too */
    PartnerSort sort;
    bool reverse;
    GHashTable *parted; /* Uuid *: individual partners that will be none (borrowed); NULL nobody */
} PartnerQuery;

/* A partner of a list. Strings are as sent: clean them before drawing. */
typedef struct PartnerRow {
    Partner partner;
    PartnerVia via;
    char *groups; /* names of those that both are in; NULL none */
    GiveTake sum;
    gint64 last_gave_at, last_took_at; /* of leads not withdrawn, whenever; 0 none */
    bool dormant, low_giver;
    /* R118: no group that both are in lets them have leads until then; 0: one does, or individual */
    gint64 barred_until;
} PartnerRow;
void partner_row_free(PartnerRow *row);

static inline gint64 partner_last_at(const PartnerRow *row)
{
    return MAX(row->last_gave_at, row->last_took_at);
}

/* What this user gave and had confirmed beyond what they took so. */
static inline gint64 give_take_balance(const GiveTake *sum)
{
    return sum->gave_confirmed - sum->took_confirmed;
}

/* PartnerRow *; free with g_ptr_array_unref. */
GPtrArray *cache_partner_rows(Cache *cache, const PartnerQuery *query, GError **error);
/* One of them; false when it is not there (NOT_FOUND). Caller frees. */
PartnerRow *cache_partner_row(Cache *cache, const Uuid *account, const PartnerQuery *query,
                              GError **error);
/* Do these rows fit the query's words, trade and standing? For rows made elsewhere. */
bool partner_row_fits(const PartnerRow *row, const PartnerQuery *query);

/* Another individual partner of this trade; NULL none. An exclusive member is warned of fellow members alike, no more (D4).
 * Caller frees. */
char *cache_same_trade(Cache *cache, const Partner *partner, GError **error);

/* Individual partners, as the server knows them (R13). */
bool cache_partner_count(Cache *cache, gint64 *n, GError **error);
