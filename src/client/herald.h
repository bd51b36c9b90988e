/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tells the user of new leads, of those that come back, and of who wants to be a partner, wherever they look: by a desktop notification, or by the bell
 * where there is none. It reads what there is to tell from the cache and the store, so that neither a crash nor passing the
 * profile on (client/loan.h) forgets or repeats any of it. All on the main loop; nothing waits.
 */
#pragma once

#include "client/client.h"
#include "client/notify.h"
#include "client/settings.h"
#include "model/group.h"
#include "model/invitation.h"

typedef struct Herald Herald;

typedef enum HeraldTone {
    HERALD_SAYS,
    HERALD_NOTES, /* good to know, but not at the cost of anything else */
    HERALD_HOLDS, /* an action that can be undone for a moment */
    HERALD_COMPLAINS,
} HeraldTone;

typedef struct HeraldOps { /* all but say may be NULL */
    /* What is new is before the user's eyes. */
    bool (*attended)(gpointer data);
    /* Show this lead, invitation or membership request (nil: all of them), in front. NULL: nothing can be opened. */
    void (*open)(const Uuid *object, gpointer data);
    void (*bell)(gpointer data);
    /* There is news, told or not: a new lead, or (due) one that came back. Once each. */
    void (*news)(const Referral *referral, bool due, gpointer data);
    /* The same of an invitation or a request. */
    void (*invited)(const Invitation *invitation, gpointer data);
    /* The same of somebody who wants to join a group that this user leads. */
    void (*applied)(const MembershipRequest *request, gpointer data);
    void (*say)(HeraldTone tone, const char *text, gpointer data);
} HeraldOps;

/* settings: borrowed, read whenever something is to be told. */
Herald *herald_new(const Settings *settings, const HeraldOps *ops, gpointer data);
void herald_free(Herald *herald);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Herald, herald_free)

/* Whose leads; NULL: another process has the profile and does the telling. Buttons of notices that are still on the desktop
 * work all the same. */
void herald_set_client(Herald *herald, Client *client);
/* ClientChange bits of the client; or ~0u after a change of settings, focus or time. */
void herald_changed(Herald *herald, unsigned what);

/* Not to be disturbed until then, 0: any time. Kept in the profile. */
bool herald_set_dnd(Herald *herald, gint64 until, GError **error);
gint64 herald_dnd(const Herald *herald); /* 0: none, or over */
/* A notice of no meaning, whatever the settings; what became of it is said. */
void herald_test(Herald *herald);
