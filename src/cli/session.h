/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running command works with. Reading never waits for anybody: it opens the cache beside whoever writes it. Writing
 * is an outbox row first; then whoever owns the profile (this process, or a screen that is open) sends it, and the
 * command waits for the answer, for at most the timeout.
 */
#pragma once

#include "cli/args.h"
#include "cli/command.h"
#include "cli/output.h"
#include "client/client.h"
#include "client/doctor.h"

struct Cli {
    const CliArgs *args;
    const DoctorCheck *screen_checks; /* of `leadline doctor` */
    CliOutput out;
    Profile *profile; /* NULL until one is opened */
    Client *client;
    bool owner;   /* this process has the profile's lock */
    bool started; /* and its network runs */
};

/* The profile that the options, the environment or the configuration mean. UNAUTHORIZED with the cure when there is none yet. */
Profile *cli_profile(const CliArgs *args, GError **error);

/* Makes cli->profile that, unless it is there. */
bool cli_choose_profile(Cli *cli, GError **error);

/* For reading. What was never synced, and every demo, is synced first. */
bool cli_open(Cli *cli, GError **error);
/* For writing: the owner of the profile if it can be had. */
bool cli_open_to_write(Cli *cli, GError **error);
/* LOCKED when another process owns the profile and does not lend it. */
bool cli_open_owner(Cli *cli, GError **error);
void cli_close(Cli *cli);

/* Seconds of --timeout. USAGE. */
bool cli_timeout(const CliArgs *args, unsigned *ms, GError **error);

/* A lead by label, id or the beginning of one. */
bool cli_resolve(Cli *cli, const char *text, Uuid *id, GError **error);
/* All operands; n = operands->len. NULL and *error. Caller frees. */
Uuid *cli_resolve_all(Cli *cli, GError **error);

/* Items of the outbox that are about these leads, as they are now: to tell new ones from old ones. Free with g_array_unref. */
GArray *cli_outbox_of(Cli *cli, const Uuid *leads, size_t n, GError **error);
/* Waits until the server has taken what was added since `before`. OFFLINE: it is kept and sent later; UNAUTHORIZED: the same,
 * after a log-in; else the server refused it, and it stays in the outbox as failed. */
bool cli_deliver(Cli *cli, const Uuid *leads, size_t n, const GArray *before, GError **error);

/* Sends and fetches until all is up to date; shows how far on a terminal. */
bool cli_sync(Cli *cli, GError **error);

/* A line on standard error, for people; clean. */
void cli_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
