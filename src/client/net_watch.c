/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/net_watch.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct NetWatch {
    int fd;
    guint source;
    NetWatchFunc changed;
    gpointer data;
};

/* What exactly changed does not matter: whoever waits tries, and finds out. */
static gboolean on_notice(gint fd, GIOCondition condition, gpointer data)
{
    NetWatch *watch = data;
    char notice[8192];
    while (recv(fd, notice, sizeof notice, MSG_DONTWAIT) > 0)
        continue;
    watch->changed(watch->data);
    return G_SOURCE_CONTINUE;
}

NetWatch *net_watch_new(NetWatchFunc changed, gpointer data)
{
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
    };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0)
        return NULL;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return NULL;
    }
    NetWatch *watch = g_new0(NetWatch, 1);
    watch->fd = fd;
    watch->changed = changed;
    watch->data = data;
    watch->source = g_unix_fd_add(fd, G_IO_IN, on_notice, watch);
    return watch;
}

void net_watch_free(NetWatch *watch)
{
    if (!watch)
        return;
    g_source_remove(watch->source);
    close(watch->fd);
    g_free(watch);
}
