/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells when this machine's network changes: an address comes or goes, by the kernel's own notice (netlink). No bus, no
 * service, no library: GNetworkMonitor would ask D-Bus for NetworkManager, and wait for it.
 */
#pragma once

#include <glib.h>

typedef struct NetWatch NetWatch;
typedef void (*NetWatchFunc)(gpointer data);

/* From the main loop, once for each swarm of notices that is there. NULL when the kernel does not tell: then nobody is told. */
NetWatch *net_watch_new(NetWatchFunc changed, gpointer data);
void net_watch_free(NetWatch *watch);
