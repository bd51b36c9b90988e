/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that are full or fail: what SQLite writes is refused for the files named. Reads go on, and so does what is written
 * otherwise. These functions, too, are found here before they are found in the C library.
 */
#pragma once

#include <stdbool.h>

typedef enum DiskFault { DISK_WELL, DISK_FULL, DISK_FAILS, N_DISK_FAULTS } DiskFault;

#define DISKS 4 /* the clients', and the server's */

/* Files whose path contains `part` (borrowed) are on this disk. */
void disk_name(int disk, const char *part);
void disk_set(int disk, DiskFault fault);
bool disk_is_well(int disk);
