/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
    const char *part;
    DiskFault fault;
} disks[DISKS];
static int ill; /* of them */

void disk_name(int disk, const char *part)
{
    disks[disk].part = part;
}

void disk_set(int disk, DiskFault fault)
{
    ill += (fault != DISK_WELL) - (disks[disk].fault != DISK_WELL);
    disks[disk].fault = fault;
}

bool disk_is_well(int disk)
{
    return disks[disk].fault == DISK_WELL;
}

/* Of the disk that this file is on. */
static DiskFault fault_of(int fd)
{
    char link[32], path[4096];
    if (ill == 0)
        return DISK_WELL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < DISKS; i++)
        if (disks[i].fault != DISK_WELL && disks[i].part && strstr(path, disks[i].part))
            return disks[i].fault;
    return DISK_WELL;
}

/* ---- found before the C library's */

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at);
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at)
{
    DiskFault fault = fault_of(fd);
    if (fault == DISK_WELL)
        return syscall(SYS_pwrite64, fd, bytes, length, at);
    /* A disk that is full may still take the beginning. */
    if (fault == DISK_FULL && length > 1 && at % 3 == 0)
        return syscall(SYS_pwrite64, fd, bytes, length / 2, at);
    errno = fault == DISK_FULL ? ENOSPC : EIO;
    return -1;
}

int ftruncate64(int fd, off_t length);
int ftruncate64(int fd, off_t length)
{
    if (fault_of(fd) != DISK_FAILS)
        return (int)syscall(SYS_ftruncate, fd, length);
    errno = EIO;
    return -1;
}

int fdatasync(int fd)
{
    if (fault_of(fd) != DISK_FAILS)
        return (int)syscall(SYS_fdatasync, fd);
    errno = EIO;
    return -1;
}
