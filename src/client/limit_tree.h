/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a limit, for limit.c, which reads it, and cache_plan.c, which asks the cache for it. */
#pragma once

#include "client/limit.h"

typedef enum LimitKind {
    LIMIT_ANY,
    LIMIT_STANDING, /* of these */
    LIMIT_UNSENT,
    LIMIT_TAGGED,
    LIMIT_TEXT,  /* a full-text expression; of received leads only: from */
    LIMIT_VALUE, /* more or less than this, in this currency or (none) in any */
    LIMIT_AGE,   /* sent before this moment (more), or then and later */
    LIMIT_NOT,   /* of left */
    LIMIT_AND,
    LIMIT_OR,
} LimitKind;

typedef struct LimitNode LimitNode;
struct LimitNode {
    LimitKind kind;
    guint64 standings; /* bit set of standing_of() */
    char *match;
    bool received; /* TEXT */
    bool more;     /* > instead of < */
    gint64 number; /* VALUE: as lead_worth(); AGE: the moment */
    char currency[4];
    LimitNode *left, *right;
};

struct Limit {
    LimitNode *root;
    bool tagged;
};
