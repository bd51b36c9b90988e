/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reports of the member whose cache this is, made from the cache: they are there offline, and have what the outbox holds. Give
 * and take and reasons are read from indexes; speed reads the leads of the period themselves.
 */
#pragma once

#include "client/cache.h"
#include "model/report.h"

/* The name of this machine's time zone ("Europe/London"; "UTC" when it has none). Caller frees. */
char *report_local_zone(void);

/* partner: NULL everybody. The report is to be cleared in any case; the period is taken over. */
bool cache_report(Cache *cache, ReportKind kind, ReportPeriod *period, gint64 now,
                  const Uuid *partner, Report *report, GError **error);
