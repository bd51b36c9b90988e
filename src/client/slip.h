/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lead that is being written: all that was typed, right or wrong, and for whom it is. It is kept as a draft on every change and
 * becomes one NewReferral for each recipient when it is sent (R29). The fields are those of new_referral_fields, each as text
 * (field_to_text()); nothing here knows what they mean but their names in slip_paths[].
 */
#pragma once

#include "model/referral.h"

#include <glib.h>

#define SLIP_RECIPIENTS 2 /* "hand out two" (R121) */
#define SLIP_DRAFT "new:" /* how the keys of drafts of slips begin */

/* A partner, or somebody outside the network (nil account, name and e-mail); neither: nobody. */
typedef struct SlipTo {
    Uuid account;
    char *name;  /* as it was when it was chosen */
    char *email; /* outside only */
} SlipTo;

typedef struct Slip {
    Uuid id; /* names the draft */
    gint64 saved_at;
    bool open; /* somebody is writing it: after a crash it was left so */
    SlipTo to[SLIP_RECIPIENTS];
    Uuid copy_of;      /* the lead of this referral for one more (R30) */
    GHashTable *texts; /* path -> text, not empty */
} Slip;

/* Who the contact is, and what they need: what can be corrected while it waits to be sent, too. */
/* clang-format off */
#define SLIP_LEAD_PATHS                                                                            \
    "contact/first_name", "contact/last_name", "contact/company_name", "contact/phone_1",          \
    "contact/phone_2", "contact/email", "contact/city", "contact/postal_code",                     \
    "contact/country_code", "need", "comments", "value"
/* clang-format on */
/* What is asked, in the order of the form: paths of new_referral_fields. NULL-terminated; without those the table does not
 * have. */
const char *const *slip_paths(void);

Slip *slip_new(void);
Slip *slip_copy(const Slip *slip);
void slip_free(Slip *slip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slip, slip_free)

const char *slip_get(const Slip *slip, const char *path); /* "" when unset */
void slip_set(Slip *slip, const char *path, const char *text);
void slip_set_to(Slip *slip, int i, const Uuid *account, const char *name, const char *email);
bool slip_has_to(const Slip *slip, int i);

/* All of a lead there is, for one more partner: its text, and copy_of. */
void slip_take_referral(Slip *slip, const Referral *referral);
void slip_take_contact(Slip *slip, const Contact *contact);

/* Nothing was typed or chosen that would be missed. */
bool slip_is_empty(const Slip *slip);

/* Of drafts: text that slip_parse() reads again; NULL when it makes no sense. */
char *slip_print(const Slip *slip);
Slip *slip_parse(const char *text);
char *slip_key(const Slip *slip); /* "new:<uuid>"; caller frees */

/* What to call it: the contact, or the beginning of the need, "" when there is neither. Caller frees; not clean. */
char *slip_title(const Slip *slip);

/* As it would be sent to recipient i. Everything wrong with it is added to errors (may be NULL), by pointer. False when
 * something is. Caller clears. */
bool slip_input(const Slip *slip, int i, NewReferral *input, FieldErrors *errors);

/* How much of it is there. */
typedef enum SlipPart {
    SLIP_TO,
    SLIP_KIND,
    SLIP_NAME,
    SLIP_REACH, /* phone or e-mail (R46) */
    SLIP_NEED,
    SLIP_KNOWN,      /* R42 */
    SLIP_PERMISSION, /* R45 */
    SLIP_HOW,        /* they gave it */
    SLIP_PARTS,
} SlipPart;

bool slip_has(const Slip *slip, SlipPart part);
bool slip_needs(SlipPart part); /* without it nothing can be sent */
