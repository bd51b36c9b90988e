/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Desktop notifications. libnotify is loaded by the first notifier_show() and used on one small thread of its own, since its
 * calls of the D-Bus wait for whoever answers, or does not. Nothing here waits for that thread: the newest notice replaces one
 * that has not gone out yet, and one that is not out within NOTIFIER_PATIENCE_MS has failed. Callbacks run from the main loop.
 */
#pragma once

#include "client/notify_policy.h"

#define NOTIFIER_PATIENCE_MS 3000

typedef struct Notifier Notifier;

typedef struct NotifierOps {
    /* The user pressed a button of a notice (object nil: of one about several). */
    void (*acted)(NotifyAction action, const Uuid *object, gpointer data);
    /* What became of a notice; why NULL: it is on the desktop. */
    void (*shown)(const char *why, gpointer data);
} NotifierOps;

Notifier *notifier_new(const NotifierOps *ops, gpointer data);
/* Never waits longer than a moment: a thread that hangs in a call is left alone, and ends with it. */
void notifier_free(Notifier *notifier);

/* Takes it over. Of its actions those are offered that the service can, with markup escaped when it reads markup. */
void notifier_show(Notifier *notifier, Notice *notice);
