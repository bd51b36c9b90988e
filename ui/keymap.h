/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which key runs which command. The default map is the text file data/keys, compiled in; the user's file
 * XDG_CONFIG_HOME/leadline/keys is read after it and wins. One line binds one key:
 *
 *   CONTEXT KEY COMMAND [ARGUMENTS]        list ^D half-down       global gi inbox       lead x none
 *
 * "none" frees a key. A line is refused, and all others still count, when it names nothing known, binds what the same
 * file has bound already, or would hide a longer sequence (or be hidden by a shorter one) of a context that is active at
 * the same time. The complaint names both places and the cure.
 */
#pragma once

#include "key.h"

#include <glib.h>
#include <stdbool.h>

/* of those active at a time the later one is asked first */
typedef enum KeyContext {
    CTX_GLOBAL,
    CTX_LIST, /* a list or a page to move in */
    CTX_LEAD, /* a lead is selected or shown */
    CTX_PARTNER,
    CTX_INVITATION,
    CTX_MEMBER,   /* of those that were found */
    CTX_GROUPS,   /* a group is selected, or could be */
    CTX_GROUP,    /* one is shown */
    CTX_REQUEST,  /* for membership */
    CTX_MEETINGS, /* the list of them */
    CTX_MEETING,
    CTX_VETTING,
    CTX_DUES,
    CTX_APPROVALS, /* to lead one more group */
    CTX_REPORT,
    CTX_ACCOUNT,
    CTX_OUTBOX,
    CTX_HELP,
    CTX_FORM,   /* a form that fills the screen */
    CTX_DIALOG, /* buttons and choices; nothing below is asked */
    CTX_TEXT,   /* a text field or the command line; nothing below is asked */
    CTX_COUNT
} KeyContext;

#define CTX_BIT(context) (1u << (context))

extern const char *const key_context_names[CTX_COUNT]; /* as in the file */

#define KEY_SEQUENCE_MAX 4

typedef struct Binding {
    KeyContext context;
    Key keys[KEY_SEQUENCE_MAX];
    size_t n_keys;
    char *command; /* a name of the command table */
    char *args;    /* "" when there are none */
    char *origin;  /* file:line */
} Binding;

typedef struct KeyMap KeyMap;

/* With the default map; complains about nothing (a test sees to that). */
KeyMap *keymap_new(void);
void keymap_free(KeyMap *keymap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyMap, keymap_free)

/* One line, "CONTEXT KEY COMMAND [ARGUMENTS]", over what is there. Returns what is wrong with it (caller frees), or NULL.
 * origin: where it comes from, for later complaints. */
char *keymap_bind(KeyMap *keymap, const char *origin, const char *line);

/* Reads lines over what is there. Complaints (char *, for people) are added to `complaints`. */
void keymap_read(KeyMap *keymap, const char *file, const char *text, GPtrArray *complaints);
/* The user's file; one that does not exist is fine. */
void keymap_read_file(KeyMap *keymap, const char *path, GPtrArray *complaints);

typedef enum KeyMatch {
    KEY_UNBOUND,
    KEY_PREFIX, /* the beginning of longer sequences */
    KEY_BOUND,
} KeyMatch;

/* contexts: a set of CTX_BITs. */
KeyMatch keymap_find(const KeyMap *keymap, unsigned contexts, const Key *keys, size_t n,
                     const Binding **binding);

/* All bindings of these contexts that go on from these keys (n 0: all that are not hidden), in file order.
 * Free with g_ptr_array_unref; the bindings are borrowed. */
GPtrArray *keymap_list(const KeyMap *keymap, unsigned contexts, const Key *keys, size_t n);

/* The first key of a command in these contexts ("^D", "gg"), or "" when it has none. Caller frees. */
char *keymap_key_of(const KeyMap *keymap, unsigned contexts, const char *command, const char *args);
/* All of them, with blanks between. */
char *keymap_keys_of(const KeyMap *keymap, unsigned contexts, const char *command,
                     const char *args);

char *binding_keys(const Binding *binding); /* "gg"; caller frees */
