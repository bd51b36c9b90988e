/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typing one thing after the other while people talk: fields in one place, the next with Tab or Enter. A member is found by a
 * few letters of name, company or trade, and taken without being spelt out; what is entered leaves the fields empty for the
 * next one. Knows members and words, not what they are entered for.
 */
#pragma once

#include "client/meeting_book.h"
#include "draw.h"
#include "key.h"

typedef enum EntryPart {
    ENTRY_MEMBER,         /* one of the roster */
    ENTRY_MEMBER_OR_NAME, /* or somebody else, as typed */
    ENTRY_WORDS,
} EntryPart;

typedef struct EntryField {
    const char *label; /* N_() */
    EntryPart part;
    bool optional;
    gint64 max; /* code points, 0: as a field of a form */
} EntryField;

#define ENTRY_FIELDS 4
#define ENTRY_LINES 4 /* that it takes at most, with its rule */

typedef struct EntrySpec {
    const char *title; /* N_() */
    EntryField fields[ENTRY_FIELDS];
    int n_fields;
} EntrySpec;

typedef struct Entry Entry;

/* The book's roster, as it is now: the entry keeps a copy of what it needs. */
Entry *entry_new(const EntrySpec *spec, const MeetingBook *book);
void entry_free(Entry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entry, entry_free)

const EntrySpec *entry_spec(const Entry *entry);

typedef enum EntryStep {
    ENTRY_GOES_ON,
    ENTRY_IS_DONE, /* all there is to say was said: read it, then entry_again() */
    ENTRY_IS_LEFT,
} EntryStep;
/* Every key means something here. */
EntryStep entry_key(Entry *entry, Key key);
void entry_paste(Entry *entry, const char *text);

/* Who stands in a field of members; nil: nobody of the roster. */
Uuid entry_account(const Entry *entry, int field);
/* What stands in any field, "" nothing; of a member that is taken, the name. Clean. */
const char *entry_text(const Entry *entry, int field);
/* Another text, or a member, in a field; account NULL: none. */
void entry_set(Entry *entry, int field, const char *text, const Uuid *account);

/* Empty, at the first field. */
void entry_again(Entry *entry);
/* Shown until the next key. */
void entry_complain(Entry *entry, int field, const char *text);

void entry_draw(Entry *entry, Rect rect);
