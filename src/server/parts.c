/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/events.h"
#include "server/hints.h"
#include "server/lively.h"
#include "server/mail_sender.h"
#include "server/server.h"
#include "server/supervisor.h"

const ServerPart server_parts[] = {
    { "events", events_start, events_stop },         { "hints", hints_start, hints_stop },
    { "watchdog", watchdog_start, watchdog_stop },   { "lively", lively_start, lively_stop },
    { "mail", mail_sender_start, mail_sender_stop }, { 0 },
};
