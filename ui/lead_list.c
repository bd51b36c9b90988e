/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lead_list.h"

static const Uuid *row_id(gpointer row)
{
    return &((LeadRow *)row)->id;
}

static Cache *cache_of(const LeadSource *source)
{
    return client_cache(source->app->client);
}

static GPtrArray *fetch(gpointer data, gpointer from, bool forward, unsigned limit, GError **error)
{
    const LeadSource *source = data;
    LeadPos pos;
    if (from)
        pos = lead_pos(from);
    return cache_leads(cache_of(source), source->query, from ? &pos : NULL, forward, limit, error);
}

static bool count(gpointer data, gint64 *n, GError **error)
{
    const LeadSource *source = data;
    return cache_count(cache_of(source), source->query, n, error);
}

static bool rank(gpointer data, gpointer row, gint64 *n, GError **error)
{
    const LeadSource *source = data;
    LeadPos pos = lead_pos(row);
    return cache_rank(cache_of(source), source->query, &pos, n, error);
}

static const ListSource functions = { .id = row_id, .fetch = fetch, .count = count, .rank = rank };

List *lead_list_new(const LeadSource *source)
{
    return list_new(&functions, (gpointer)source);
}
