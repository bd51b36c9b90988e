/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/loan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/clock.h"

#define NAME "watch"
#define ASK_MS 5000 /* the watcher has to end its requests first */

static bool address_of(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    return g_strlcpy(address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* ---- the borrower */

struct Loan {
    int fd;
};

/* The byte that says so; false when it does not come, or the watcher goes. */
static bool await_byte(int fd)
{
    gint64 deadline = clock_monotonic() + ASK_MS * 1000;
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    char byte;
    for (;;) {
        ssize_t n = read(fd, &byte, 1);
        gint64 left = (deadline - clock_monotonic()) / 1000;
        if (n >= 0 || (errno != EAGAIN && errno != EINTR) || left <= 0)
            return n == 1;
        poll(&poller, 1, (int)left);
    }
}

Loan *loan_ask(const Profile *profile)
{
    struct sockaddr_un address;
    g_autofree char *place = profile_path(profile->data_dir, NAME);
    g_autofree char *path = NULL;
    if (!g_file_get_contents(place, &path, NULL, NULL) || !address_of(path, &address))
        return NULL;
    int fd = new_socket();
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        !await_byte(fd)) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    Loan *loan = g_new0(Loan, 1);
    loan->fd = fd;
    return loan;
}

void loan_end(Loan *loan)
{
    if (!loan)
        return;
    close(loan->fd);
    g_free(loan);
}

/* ---- the watcher */

typedef struct Borrower {
    Lender *lender;
    int fd;
    guint source;
} Borrower;

struct Lender {
    ProfileLock *lock;
    char *path;
    int fd;
    guint source;
    GPtrArray *borrowers;
    LenderOps ops;
    gpointer data;
};

static void borrower_free(gpointer data)
{
    Borrower *borrower = data;
    g_source_remove(borrower->source);
    close(borrower->fd);
    g_free(borrower);
}

/* It has nothing to say: whatever comes, it has gone. */
static gboolean on_borrower(gint fd, GIOCondition condition, gpointer data)
{
    Borrower *borrower = data;
    Lender *lender = borrower->lender;
    g_ptr_array_remove_fast(lender->borrowers, borrower);
    if (lender->borrowers->len == 0)
        lender->ops.returned(lender->data);
    return G_SOURCE_CONTINUE; /* removed above */
}

static gboolean on_connection(gint fd, GIOCondition condition, gpointer data)
{
    Lender *lender = data;
    int borrower_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (borrower_fd < 0)
        return G_SOURCE_CONTINUE;
    Borrower *borrower = g_new0(Borrower, 1);
    borrower->lender = lender;
    borrower->fd = borrower_fd;
    borrower->source = g_unix_fd_add(borrower_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_borrower,
                                     borrower);
    g_ptr_array_add(lender->borrowers, borrower);
    lender->ops.lend(lender->data);
    ssize_t n = send(borrower_fd, "1", 1, MSG_NOSIGNAL);
    (void)n; /* it has gone: its source tells */
    return G_SOURCE_CONTINUE;
}

static bool listen_at(Lender *lender, GError **error)
{
    struct sockaddr_un address;
    if (!address_of(lender->path, &address))
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "%s is too long for a socket: set XDG_RUNTIME_DIR", lender->path);
    g_unlink(lender->path); /* of one that was killed: the lock says that nobody else is there */
    lender->fd = new_socket();
    if (lender->fd < 0 || bind(lender->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(lender->fd, 8) != 0)
        return problem_set(error, PROBLEM_CANNOT_CREATE, "cannot listen at %s: %s", lender->path,
                           g_strerror(errno));
    lender->source = g_unix_fd_add(lender->fd, G_IO_IN, on_connection, lender);
    return true;
}

Lender *lender_new(const Profile *profile, const LenderOps *ops, gpointer data, GError **error)
{
    g_autoptr(Lender) lender = g_new0(Lender, 1);
    lender->fd = -1;
    lender->ops = *ops;
    lender->data = data;
    lender->path = profile_path(profile->runtime_dir, NAME);
    lender->borrowers = g_ptr_array_new_with_free_func(borrower_free);
    lender->lock = profile_lock_file(profile, NAME, error);
    if (!lender->lock || !listen_at(lender, error) ||
        !profile_lock_write(lender->lock, lender->path, error))
        return NULL;
    return g_steal_pointer(&lender);
}

bool lender_lends(const Lender *lender)
{
    return lender->borrowers->len > 0;
}

void lender_free(Lender *lender)
{
    if (!lender)
        return;
    if (lender->source)
        g_source_remove(lender->source);
    if (lender->fd >= 0) {
        g_unlink(lender->path);
        close(lender->fd);
    }
    g_ptr_array_unref(lender->borrowers);
    profile_unlock(lender->lock);
    g_free(lender->path);
    g_free(lender);
}
