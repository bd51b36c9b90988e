/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What members do for a living (R22): a tree of business types, from data/business-types.txt. An account stores the code of
 * one when it is known, else the words as they were typed, so nobody is kept out because a trade is missing. Two businesses
 * are in competition when they are the same leaf, or the same words (R20).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct BusinessType {
    const char *code, *label;          /* label: for gettext, in English */
    const struct BusinessType *parent; /* NULL at the top */
    int depth;                         /* 0 at the top */
    bool leaf;
    char **words; /* code, label and other names, folded */
} BusinessType;

/* All of them, each after its parent: *n rows that live for ever. */
const BusinessType *business_types(size_t *n);

/* By code, label or another of its names, in any case; NULL when it is not known. */
const BusinessType *business_type_find(const char *text);

/* Is it the branch, or somewhere below it? */
bool business_type_is_in(const BusinessType *type, const BusinessType *branch);

/* What to store for what was typed: the code when it is known, else the words; NULL for nothing. Caller frees. */
char *business_type_store(const char *text);

/* What to show for what is stored: the label of a code in the user's language (a server has none, and says it in English), else the words; ""
 * for nothing. Borrowed: static, or `stored`. */
const char *business_type_label(const char *stored);

/* The label as it stands in the middle of a sentence: "electrician", but "IT support". Caller frees. */
char *business_type_inline(const char *stored);

/* Would one exclusive network have room for one of them only? Branches and nothing never compete: they say too little. */
bool business_type_competes(const char *stored, const char *other);

/* What two businesses that compete have in common, and no others: to look for under an index. NULL for one that competes with
 * none. Caller frees. */
char *business_type_seat(const char *stored);
