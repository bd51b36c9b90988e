/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leads as a demo invents them, from the word lists of data/demo. Everything follows from the state of a small random
 * generator, so the same seed gives the same words on every machine.
 */
#pragma once

#include "model/referral.h"

guint64 demo_random(guint64 *state);
/* 0 .. n - 1 */
guint demo_below(guint64 *state, guint n);

typedef enum DemoList {
    DEMO_MEMBERS, /* e-mail, name, company, business */
    DEMO_TRADES,  /* business, pattern of the company's name */
    DEMO_FIRST_NAMES,
    DEMO_LAST_NAMES,
    DEMO_COMPANIES, /* pattern */
    DEMO_TOWNS,     /* name, start of a postcode */
    DEMO_NEEDS,     /* text, least and most value */
    DEMO_COMMENTS,
    DEMO_THANKS,
    DEMO_REFUSALS, /* reason code, message */
    DEMO_PROFILES, /* business, headline, specialities, industries, ideal partner */
    DEMO_SPECIAL,  /* first name, last name, company, need */
    DEMO_LISTS,
} DemoList;

/* Rows and cells of a list; the text lives for ever. */
guint demo_rows(DemoList list);
const char *demo_cell(DemoList list, guint row, guint column);

/* The pattern with %l and %t filled in. Caller frees. */
char *demo_fill(const char *pattern, const char *last_name, const char *town);

/* Lower-case letters and digits of a name for an e-mail address, or `otherwise`. Caller frees. */
char *demo_slug(const char *name, const char *otherwise);

/* A lead as somebody would type it, at time `at`; special >= 0: the contact of that row of DEMO_SPECIAL. To and copy_of
 * stay unset. fields_clear() it by new_referral_fields. */
void demo_lead(NewReferral *out, guint64 *random, int special, gint64 at);
