/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything a user can do, in one table: keys and the command line run commands by name; help, footer, legend and
 * completion are printed from it. Preconditions stand in the row, so handlers start clean.
 */
#pragma once

#include "keymap.h"

#include "base/field.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct App App;

typedef enum CommandNeeds {
    NEED_LEAD = 1 << 0,     /* a lead is selected or shown */
    NEED_RECEIVED = 1 << 1, /* and it was sent to this user */
    NEED_SENT = 1 << 2,     /* and it was sent by this user */
    NEED_ITEM = 1 << 3,     /* an item of the outbox, or one that was dropped, is selected */
    NEED_CLIENT = 1 << 4,   /* a profile is open */
    NEED_ROW = 1 << 5,      /* something is under the cursor, in a view that has targets */
    NEED_WRITE = 1 << 6,    /* not with --read-only */
    NEED_UNSENT = 1 << 7,   /* the item is in the outbox */
    NEED_CONFLICT = 1 << 8, /* and in conflict */
    NEED_PARTNER = 1 << 9,  /* a partner is selected or shown */
    NEED_INVITATION = 1 << 10,
    NEED_CONTACT = 1 << 11, /* a lead or a partner */
    NEED_GROUP = 1 << 12,   /* a group of this user's is selected or shown */
    NEED_REQUEST = 1 << 13, /* a membership request is selected */
    NEED_CONCERN = 1 << 14,
    NEED_INVOICE = 1 << 15,
    NEED_MEETING = 1 << 16, /* one is selected or shown */
    NEED_APPROVAL = 1 << 17,
    NEED_ADMIN = 1 << 18,       /* the user is an administrator of the server */
    NEED_OTHER_GROUP = 1 << 19, /* the report of a group is shown, of one of several */
    NEED_KEEPER = 1 << 20,      /* of the meeting that is open: a leader or secretary */
} CommandNeeds;

typedef enum CommandFlags {
    COMMAND_UNDOABLE = 1 << 0,   /* u takes it back */
    COMMAND_NO_HISTORY = 1 << 1, /* not kept by the command line */
    COMMAND_NO_KEY = 1 << 2,     /* for the command line; no default key */
    COMMAND_INTERNAL = 1 << 3,   /* only meaningful by its key (dialogs, fields) */
    COMMAND_OPENS_TEXT = 1 << 4, /* after its key letters are text */
    COMMAND_TAKES_SETTING = 1 << 5,
    COMMAND_TAKES_LIMIT = 1 << 6,
} CommandFlags;

typedef struct Command {
    const char *name;
    unsigned contexts; /* CTX_BITs where help lists it */
    unsigned needs;
    unsigned flags;
    const char *word;   /* N_(): at most 12 cells for the footer */
    const char *effect; /* N_(): one line for help */
    const char *args;   /* N_(): what may follow the name, NULL nothing */
    void (*run)(App *app, const char *args);
    const EnumTable *values; /* what may follow, when that is one of a list; NULL when not */
    const char *setting;     /* or it is a value of this one */
} Command;

extern const Command commands[]; /* closed by a NULL name */
size_t command_count(void);

const Command *command_find(const char *name);

/* Its needs are met now. */
bool command_is_possible(App *app, const Command *command);

/* Checks the needs and runs; says what is missing otherwise. */
void command_run(App *app, const Command *command, const char *args);

/* A whole line, "confirm --value 10"; unknown names are complained about with the nearest one. */
void command_run_line(App *app, const char *line);
