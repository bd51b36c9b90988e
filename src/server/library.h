/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Libraries that only some servers need are loaded when they are, so that the others start without them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Fills a table of function pointers, in the order of the names (closed by NULL), and keeps the library for good. FAILED. */
bool library_load(const char *soname, const char *const *names, gpointer *table, GError **error);
