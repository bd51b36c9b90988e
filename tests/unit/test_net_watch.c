/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a network of its own, whose only interface comes up. */
#include <config.h>

#include "tests/unit/unit.h"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/net_watch.h"

#define LIMIT_US (30 * G_USEC_PER_SEC)

static void loopback(bool up)
{
    struct ifreq request = { .ifr_flags = 0 };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_strlcpy(request.ifr_name, "lo", sizeof request.ifr_name);
    request.ifr_flags = up ? IFF_UP : 0;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}

static void count(gpointer data)
{
    ++*(int *)data;
}

static gboolean wake(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void wait_for(const int *told, int n)
{
    gint64 end = clock_monotonic() + LIMIT_US;
    guint source = g_timeout_add(20, wake, NULL);
    while (*told < n && clock_monotonic() < end)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(source);
    assert_true(*told >= n);
}

static void a_change_is_told(void **state)
{
    int told = 0;
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        skip();
    NetWatch *watch = net_watch_new(count, &told);
    assert_non_null(watch);
    loopback(true);
    wait_for(&told, 1);
    int before = told;
    loopback(false);
    wait_for(&told, before + 1);
    net_watch_free(watch);
    /* Nobody is told any more. */
    before = told;
    loopback(true);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    assert_int_equal(told, before);
}

static void sleep_is_counted(void **state)
{
    gint64 asleep = clock_asleep();
    assert_true(asleep >= 0);
    assert_true(clock_asleep() - asleep <= MS_PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_told),
        cmocka_unit_test(sleep_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
