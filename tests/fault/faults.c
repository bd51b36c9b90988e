/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk that fails on purpose, for any program: preloaded (LD_PRELOAD), it stands between the program and the C library's
 * calls to files, so that what is tested is the real program with its real SQLite. Told by the environment:
 *
 *   FAULT_FILES=server.db:leads.db   files it is about: their path contains one of these words; "socket" is all sockets
 *   FAULT_CALLS=write:sync           which calls: read, write, sync, truncate, open; default write, sync and truncate
 *   FAULT_AT=17                      at the 17th such call ...
 *   FAULT_WHILE=PATH                 ... or at every one as long as this file exists; with FAULT_AT counting begins then
 *   FAULT_DO=WHAT                    kill         end the process (SIGKILL) before the call
 *                                    kill-after   ... after it
 *                                    torn         ... after half of what it writes
 *                                    power        ... and lose what was written since the last sync of each file: a random part
 *                                                 of it, by sectors, is on the disk (FAULT_SEED)
 *                                    full, io     the call fails with ENOSPC, EIO
 *                                    short        half is written, and the rest fails with ENOSPC
 *   FAULT_HIT=PATH                   this file is made when it happened
 *
 * Unsynced names of files (directories) are not lost. Not for programs that map their database for writing (ours do not).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#define FD_MAX 4096
#define SECTOR 512
#define SOCKET "socket"

typedef enum Call {
    CALL_READ = 1 << 0,
    CALL_WRITE = 1 << 1,
    CALL_SYNC = 1 << 2,
    CALL_TRUNCATE = 1 << 3,
    CALL_OPEN = 1 << 4
} Call;

typedef enum Deed {
    DO_NOTHING,
    DO_KILL,
    DO_KILL_AFTER,
    DO_TORN,
    DO_POWER,
    DO_FULL,
    DO_IO,
    DO_SHORT
} Deed;

static const struct {
    const char *name;
    int value;
} call_names[] = { { "read", CALL_READ },
                   { "write", CALL_WRITE },
                   { "sync", CALL_SYNC },
                   { "truncate", CALL_TRUNCATE },
                   { "open", CALL_OPEN } },
  deed_names[] = { { "kill", DO_KILL },  { "kill-after", DO_KILL_AFTER },
                   { "torn", DO_TORN },  { "power", DO_POWER },
                   { "full", DO_FULL },  { "io", DO_IO },
                   { "short", DO_SHORT } };

/* What a write or a truncation did to a file that has not been synced since. */
typedef struct Change Change;
struct Change {
    Change *older, *newer;
    dev_t device;
    ino_t inode;
    int fd; /* a duplicate of one's own: the program may close its */
    off_t at, size_before;
    size_t old_length, new_length; /* new_length 0: truncated to `at` */
    char *old_bytes, *new_bytes;
};

static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);

_Static_assert(sizeof(off_t) == 8, "the names of calls below are those of a 64-bit system");

/* A signal handler may write while a write is under way. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *files, *while_path, *hit_path;
static unsigned calls;
static Deed deed;
static gint64 at, counted;
static uint64_t random_state;
static pid_t owner;
static bool rest_fails; /* half was written: whoever asks for the other half learns why */
static bool watched[FD_MAX];
static Change *newest;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static bool has_word(const char *words, const char *name, size_t length)
{
    for (const char *word = words; word && *word; word += strcspn(word, ":"), word += *word == ':')
        if (strcspn(word, ":") == length && strncmp(word, name, length) == 0)
            return true;
    return false;
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = g_getenv(name);
    return value && *value ? value : otherwise;
}

static void start(void)
{
    owner = getpid();
    real_read = dlsym(RTLD_NEXT, "read");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_open = dlsym(RTLD_NEXT, "open64");
    real_close = dlsym(RTLD_NEXT, "close");
    const char *wanted = setting("FAULT_CALLS", "write:sync:truncate");
    for (size_t i = 0; i < G_N_ELEMENTS(call_names); i++)
        if (has_word(wanted, call_names[i].name, strlen(call_names[i].name)))
            calls |= (unsigned)call_names[i].value;
    const char *what = setting("FAULT_DO", "");
    for (size_t i = 0; i < G_N_ELEMENTS(deed_names); i++)
        if (strcmp(what, deed_names[i].name) == 0)
            deed = (Deed)deed_names[i].value;
    files = setting("FAULT_FILES", "");
    while_path = setting("FAULT_WHILE", NULL);
    hit_path = setting("FAULT_HIT", NULL);
    at = g_ascii_strtoll(setting("FAULT_AT", "0"), NULL, 10);
    random_state = g_ascii_strtoull(setting("FAULT_SEED", "1"), NULL, 10) * 0x9E3779B97F4A7C15u | 1;
}

static bool contains_word(const char *path)
{
    for (const char *word = files; *word; word += strcspn(word, ":"), word += *word == ':') {
        char name[64] = "";
        size_t length = strcspn(word, ":");
        if (length > 0 && length < sizeof name && strstr(path, memcpy(name, word, length)))
            return true;
    }
    return false;
}

static bool is_shared_memory(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

/* A child that has not executed another program yet: its lock may be held by a thread that it does not have. */
static bool in_child(void)
{
    return getpid() != owner;
}

static bool concerns(int fd)
{
    if (deed == DO_NOTHING || fd < 0 || fd >= FD_MAX || in_child())
        return false;
    if (watched[fd])
        return true;
    struct stat st;
    return has_word(files, SOCKET, strlen(SOCKET)) && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* ---- what a loss of power loses */

static void forget_change(Change *change)
{
    if (change->newer)
        change->newer->older = change->older;
    else
        newest = change->older;
    if (change->older)
        change->older->newer = change->newer;
    real_close(change->fd);
    g_free(change->old_bytes);
    g_free(change->new_bytes);
    g_free(change);
}

static void remember(int fd, const void *bytes, size_t length, off_t offset)
{
    struct stat st;
    if (deed != DO_POWER || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    Change *change = g_new0(Change, 1);
    change->device = st.st_dev;
    change->inode = st.st_ino;
    change->fd = dup(fd);
    change->at = offset;
    change->size_before = st.st_size;
    size_t old = length;
    if (!bytes || offset + (off_t)length > st.st_size)
        old = offset < st.st_size ? (size_t)(st.st_size - offset) : 0;
    change->old_bytes = g_malloc(old + 1);
    change->old_length = old ? (size_t)real_pread(fd, change->old_bytes, old, offset) : 0;
    if (bytes) {
        change->new_bytes = g_malloc(length + 1);
        memcpy(change->new_bytes, bytes, length);
        change->new_length = length;
    }
    change->older = newest;
    if (newest)
        newest->newer = change;
    newest = change;
}

static void synced(int fd)
{
    struct stat st;
    if (!newest || fstat(fd, &st) != 0)
        return;
    for (Change *change = newest, *older; change; change = older) {
        older = change->older;
        if (change->device == st.st_dev && change->inode == st.st_ino)
            forget_change(change);
    }
}

/* A disk that writes sectors in its own order: any of them may have got there. */
static void write_some_sectors(const Change *change)
{
    for (size_t done = 0; done < change->new_length;) {
        size_t length = SECTOR - (size_t)((change->at + (off_t)done) % SECTOR);
        if (length > change->new_length - done)
            length = change->new_length - done;
        if (random_next() & 1)
            real_pwrite(change->fd, change->new_bytes + done, length, change->at + (off_t)done);
        done += length;
    }
}

static void lose_power(void)
{
    Change *oldest = NULL;
    for (Change *change = newest; change; change = change->older) {
        real_pwrite(change->fd, change->old_bytes, change->old_length, change->at);
        real_ftruncate(change->fd, change->size_before);
        oldest = change;
    }
    for (Change *change = oldest; change; change = change->newer) {
        if (change->new_bytes)
            write_some_sectors(change);
        else if (random_next() & 1)
            real_ftruncate(change->fd, change->at);
    }
}

/* ---- the call */

static void end_here(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void tell_hit(void)
{
    if (hit_path)
        real_close(real_open(hit_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

/* With the lock held: what happens to this call. */
static Deed happens(Call call, int fd)
{
    if (!(calls & call) || !concerns(fd) || (while_path && access(while_path, F_OK) != 0))
        return DO_NOTHING;
    if (rest_fails && call == CALL_WRITE) {
        rest_fails = false;
        return DO_FULL;
    }
    if (at > 0 ? ++counted != at : !while_path)
        return DO_NOTHING;
    rest_fails = deed == DO_SHORT;
    tell_hit();
    if (deed == DO_POWER)
        lose_power();
    if (deed == DO_POWER || deed == DO_KILL)
        end_here();
    return deed;
}

static bool fails(Deed what)
{
    if (what != DO_FULL && what != DO_IO && what != DO_SHORT)
        return false;
    errno = what == DO_IO ? EIO : ENOSPC;
    return true;
}

static void begin(void)
{
    pthread_once(&once, start);
    if (!in_child())
        pthread_mutex_lock(&lock);
}

static void finish(Deed what)
{
    if (what == DO_KILL_AFTER || what == DO_TORN)
        end_here();
    int error = errno;
    if (!in_child())
        pthread_mutex_unlock(&lock);
    errno = error;
}

/* offset -1: where the file is. */
static ssize_t do_write(int fd, const void *bytes, size_t length, off_t offset)
{
    begin();
    Deed what = happens(CALL_WRITE, fd);
    size_t part = what == DO_TORN || what == DO_SHORT ? length / 2 : length;
    ssize_t done = -1;
    if (!fails(what) || (what == DO_SHORT && part > 0)) {
        if (concerns(fd))
            remember(fd, bytes, part, offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset);
        done = offset < 0 ? real_write(fd, bytes, part) : real_pwrite(fd, bytes, part, offset);
    }
    finish(what);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    return do_write(fd, bytes, length, -1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset)
{
    return do_write(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    return do_write(fd, bytes, length, offset);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    begin();
    Deed what = happens(CALL_WRITE, fd);
    ssize_t done = fails(what) ? -1
                               : real_send(fd, bytes, what == DO_TORN ? length / 2 : length, flags);
    finish(what);
    return done;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    begin();
    Deed what = happens(CALL_WRITE, fd);
    ssize_t done = fails(what) ? -1 : real_sendmsg(fd, message, flags);
    finish(what);
    return done;
}

ssize_t read(int fd, void *bytes, size_t length)
{
    begin();
    Deed what = happens(CALL_READ, fd);
    finish(what);
    return fails(what) ? -1 : real_read(fd, bytes, length); /* may wait: not with the lock */
}

ssize_t pread64(int fd, void *bytes, size_t length, off_t offset)
{
    begin();
    Deed what = happens(CALL_READ, fd);
    finish(what);
    return fails(what) ? -1 : real_pread(fd, bytes, length, offset);
}

static int do_sync(int fd, int (*real)(int))
{
    begin();
    Deed what = happens(CALL_SYNC, fd);
    int result = fails(what) ? -1 : real(fd);
    if (result == 0)
        synced(fd);
    finish(what);
    return result;
}

int fsync(int fd)
{
    pthread_once(&once, start);
    return do_sync(fd, real_fsync);
}

int fdatasync(int fd)
{
    pthread_once(&once, start);
    return do_sync(fd, real_fdatasync);
}

int ftruncate64(int fd, off_t length)
{
    begin();
    Deed what = happens(CALL_TRUNCATE, fd);
    int result = -1;
    if (!fails(what)) {
        if (concerns(fd))
            remember(fd, NULL, 0, length);
        result = real_ftruncate(fd, length);
    }
    finish(what);
    return result;
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

static int do_open(const char *path, int flags, mode_t mode)
{
    begin();
    bool ours = contains_word(path) && !is_shared_memory(path);
    Deed what = DO_NOTHING;
    if (ours && calls & CALL_OPEN) { /* there is no descriptor yet that happens() could ask */
        watched[FD_MAX - 1] = true;
        what = happens(CALL_OPEN, FD_MAX - 1);
    }
    int fd = fails(what) ? -1 : real_open(path, flags, mode);
    if (fd >= 0 && fd < FD_MAX - 1)
        watched[fd] = ours;
    finish(what);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return do_open(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return do_open(path, flags, mode);
}

int close(int fd)
{
    begin();
    if (fd >= 0 && fd < FD_MAX - 1)
        watched[fd] = false;
    finish(DO_NOTHING);
    return real_close(fd);
}
