/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to tell the user, and in how many words. Pure: clock, focus and settings are handed in.
 *
 *   the first news goes out at once; what comes within `spacing` after a notice adds up to one more
 *   nothing of leads while the user looks at them (attended), nothing at all when it is switched off: it counts as told
 *   do not disturb: it waits, and adds up to one notice at the end
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/uuid.h"

/* How much of a lead may be read over somebody's shoulder. */
typedef enum NotifyDetail {
    NOTIFY_FULL = 1,  /* who passed it, the contact, the need */
    NOTIFY_NAME = 2,  /* who passed it */
    NOTIFY_COUNT = 3, /* how many */
} NotifyDetail;

typedef enum NotifyKind {
    NEWS_LEAD,       /* a new one */
    NEWS_DUE,        /* one that comes back */
    NEWS_INVITATION, /* somebody wants to be a partner */
    NEWS_REQUEST,    /* the same, by the public profile */
    NEWS_APPLICANT,  /* somebody wants to join a group that the user leads */
    NEWS_KINDS
} NotifyKind;

/* One thing to tell. Texts are clean. */
typedef struct NotifyNews {
    Uuid object; /* the lead, the invitation, the membership request */
    NotifyKind kind;
    char *party;         /* who passed it, or asks */
    char *client, *need; /* may be ""; of an invitation client is its message, of an applicant
                          * client the group and need what speaks against it */
} NotifyNews;

typedef struct NotifyState {
    gint64 now;       /* ms, wall clock */
    gint64 uptime;    /* ms, monotonic */
    gint64 dnd_until; /* wall clock; 0 or over: may be disturbed */
    gint64 spacing;   /* ms, between two notices at least */
    bool on, attended;
    NotifyDetail detail;
} NotifyState;

/* What can be done about a notice. */
typedef enum NotifyAction {
    NOTIFY_OPEN = 1 << 0,
    NOTIFY_CONFIRM = 1 << 1,
    NOTIFY_SNOOZE = 1 << 2,
    NOTIFY_UNDO = 1 << 3,
    NOTIFY_ACCEPT = 1 << 4,
    NOTIFY_DECLINE = 1 << 5,
    NOTIFY_APPROVE = 1 << 6,
    NOTIFY_REFUSE = 1 << 7,
} NotifyAction;

/* One notice as it is shown: clean text without markup. */
typedef struct Notice {
    char *summary, *body; /* body may be "" */
    Uuid object;          /* nil: it is about several */
    unsigned actions;     /* NotifyAction bits that make sense */
} Notice;
void notice_free(Notice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notice, notice_free)

typedef struct NotifyPolicy NotifyPolicy;
NotifyPolicy *notify_policy_new(void);
void notify_policy_free(NotifyPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NotifyPolicy, notify_policy_free)

/* Takes the texts over. */
void notify_policy_add(NotifyPolicy *policy, const NotifyNews *news);
/* The user has seen this lead, or invitation, meanwhile. */
void notify_policy_forget(NotifyPolicy *policy, const Uuid *object);
void notify_policy_clear(NotifyPolicy *policy); /* nothing waits; the spacing stays */
bool notify_policy_is_empty(const NotifyPolicy *policy);
/* The notice that is to go out now; NULL: none. */
Notice *notify_policy_next(NotifyPolicy *policy, const NotifyState *state);
/* Milliseconds until it is worth asking again, when nothing else happens; -1: never. */
gint64 notify_policy_wait(const NotifyPolicy *policy, const NotifyState *state);
