/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person calls a lead: "L-7Q2M4K", six Crockford base-32 characters of the random tail of its id. (A
 * prefix of a UUIDv7 is its time, and thus the same for leads of one second.) Two of a million leads may share a
 * label: whoever resolves one says so and takes the whole id.
 */
#pragma once

#include "base/uuid.h"

#include <stdbool.h>

#define LABEL_SIZE 9 /* "L-", six characters, NUL */
#define LABEL_BITS 30

char *lead_label(const Uuid *id, char buffer[static LABEL_SIZE]);

/* The number in a label (what the cache indexes). */
gint64 lead_label_number(const Uuid *id);

/* "L-7Q2M4K", "l-7q2m4k" or "7q2m4k"; o reads as 0, i and l as 1. */
bool lead_label_parse(const char *text, gint64 *number);
