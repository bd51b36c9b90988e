/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters for /metrics: cheap to raise from any thread (atomics, no lock), printed as Prometheus text. */
#pragma once

#include "server/call.h"

typedef struct Metrics Metrics;

Metrics *metrics_new(void); /* after routes_init() */
void metrics_free(Metrics *metrics);

void metrics_request(Metrics *metrics, const Route *route, int status,
                     gint64 us); /* route NULL: none matched */
void metrics_group(Metrics *metrics, size_t jobs,
                   gint64 us); /* one transaction of the write lane */

void metrics_print(const Metrics *metrics, GString *out);
