/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes by mail, of which one thing is looked at: the first text/calendar in it, decoded. The message may be from anybody and
 * about anything.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MAIL_READ_MAX (256 * 1024)

/* Caller frees; NULL without an error: none is in it. BAD_INPUT: longer than MAIL_READ_MAX, or no mail; FAILED: no library. */
char *mail_read_calendar(const char *message, size_t length, GError **error);
