/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desktop's keyring (the Secret Service of freedesktop.org), through libsecret. One item a profile, found by its
 * attributes "server" and "profile"; replacing it is one call, so a pair of tokens is never half there.
 *
 * libsecret and D-Bus are loaded when they are first needed, never before the first screen, and are only called from a
 * thread: a keyring that hangs, or asks for its password, delays nobody. Whoever waits is told after the deadline at
 * the latest; a late answer is dropped. Main thread only, but for that.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct KeyringJob KeyringJob;

typedef enum KeyringTask { KEYRING_FIND, KEYRING_PUT, KEYRING_DROP } KeyringTask;

#define KEYRING_MS 5000

/* why: NULL, or why there is no keyring to be had, in words (clean). secret: what was found, NULL nothing; borrowed. */
typedef void (*KeyringDoneFunc)(const char *secret, const char *why, gpointer data);

/* Texts are copied; secret is for KEYRING_PUT. From the main loop, done is called once, unless keyring_cancel() was. */
KeyringJob *keyring_start(KeyringTask task, const char *server, const char *profile,
                          const char *secret, KeyringDoneFunc done, gpointer data);
void keyring_cancel(KeyringJob *job);
