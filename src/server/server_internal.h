/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The insides of Server, for the files that make it up. */
#pragma once

#include "server/auth.h"
#include "server/frame.h"
#include "server/httpd.h"
#include "server/jobs.h"
#include "server/lanes.h"
#include "server/metrics.h"
#include "server/rate.h"
#include "server/server.h"

struct Server {
    const Config *config;
    int lock; /* of SQLite's file; -1 none */
    Db *db;   /* schema; then the SQLite writer's */
    Httpd *httpd;
    Lanes *lanes;
    Jobs *jobs;
    AuthCache *auth;
    Metrics *metrics;
    RateLimiter *rate;
    char *mail_secret;                                         /* NULL: nobody hands mail in */
    char *metrics_token;                                       /* NULL: local callers only */
    const ServerListener *listeners[SERVER_LISTENERS_MAX + 1]; /* closed by NULL */
    guint parts_started;
    bool started;
};

/* The hooks of httpd.h, in exchange.c. */
HttpdHooks exchange_hooks(Server *server);

/* Tells the world what a committed frame changed. */
void server_publish(Server *server, const Frame *frame);
