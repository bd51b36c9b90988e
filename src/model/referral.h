/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lead and its referral (domain.md §3.3, §3.4; R29-R51). A lead is the introduction itself: a person
 * to contact, their need, their permission. A referral is the act of passing it to exactly one
 * recipient (R29) and what becomes of it. A member's slip makes one of each; a desk's lead will have several
 * referrals.
 *
 *   sent -> picked_up -> confirmed(lead | not_a_lead) -> working -> won | lost | dormant     sent -> withdrawn
 *
 * The recipient is a partner, or somebody outside (R116): then there is no account on the other side, `to` has only a name, and
 * what they do arrives by the link that was mailed to them.
 *
 * The recipient alone decides (R40). Counting: *given* when sent, *qualified* at verdict lead; the
 * outcome never changes a count (R51). Anything the transition table does not list is refused.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/money.h"
#include "base/uuid.h"
#include "model/account.h"

typedef enum ReferralState {
    REFERRAL_SENT = 1,
    REFERRAL_PICKED_UP = 2,
    REFERRAL_CONFIRMED = 3,
    REFERRAL_WORKING = 4,
    REFERRAL_WON = 5,
    REFERRAL_LOST = 6,
    REFERRAL_DORMANT = 7,
    REFERRAL_WITHDRAWN = 8,
} ReferralState;

typedef enum ReferralVerdict {
    VERDICT_LEAD = 1,
    VERDICT_NOT_A_LEAD = 2,
} ReferralVerdict;

/* why not a lead; keys 1..8 of the reject dialog, in this order */
typedef enum ReferralReason {
    REASON_NO_PERMISSION = 1,
    REASON_NO_CONTACT_DETAILS = 2,
    REASON_UNKNOWN_TO_SENDER = 3,
    REASON_NOT_MY_TRADE = 4,
    REASON_NO_NEED = 5,
    REASON_DUPLICATE = 6,
    REASON_WRONG_AREA = 7,
    REASON_OTHER = 8,
} ReferralReason;

/* R35 */
typedef enum ReferralType {
    REFERRAL_JOB = 1,
    REFERRAL_BUSINESS_DEVELOPMENT = 2,
} ReferralType;

/* the viewer's side */
typedef enum ReferralBox {
    BOX_INBOX = 1,
    BOX_SENT = 2,
} ReferralBox;

typedef enum ContactChannel {
    CHANNEL_PHONE = 1,
    CHANNEL_EMAIL = 2,
    CHANNEL_SMS = 3,
    CHANNEL_POST = 4
} ContactChannel;
typedef enum PermissionMethod {
    PERMISSION_SPOKEN = 1,
    PERMISSION_FORM = 2,
    PERMISSION_WRITTEN = 3
} PermissionMethod;

typedef struct Contact {
    char *first_name, *last_name, *company_name;
    char *email, *phone_1, *phone_2;
    char *city, *postal_code, *country_code;
} Contact;

typedef struct Permission { /* R45: the prospect agreed to be contacted */
    bool given;
    PermissionMethod method;
    gint64 at;
    int channels;  /* set of ContactChannel */
    char *wording; /* what they were asked, or said, in words */
} Permission;

typedef struct Lead {
    Uuid id;
    Contact contact;
    char *need;
    char *comments;
    bool known_and_spoken; /* R42 */
    Permission permission;
    Money value; /* the giver's estimate */
} Lead;

/* As read by one of its two parties, and as cached. Notes are apart: they belong to one side. */
typedef struct Referral {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    ReferralBox box; /* of whoever reads it; not stored by the server */
    ReferralState state;
    ReferralVerdict verdict;
    ReferralType type;
    Party from, to; /* to: a nil account when it went outside */
    char *to_email; /* of somebody outside; only the sender sees it */
    Lead lead;
    Uuid copy_of;   /* the referral whose lead this one hands to a second partner */
    bool competing; /* R31: somebody else got the same lead */
    gint64 sent_at, picked_up_at, confirmed_at, outcome_at, withdrawn_at;
    gint64 reminded_at; /* last time that the sender asked for a verdict */
    ReferralReason reason_code;
    char *message; /* to the sender: thanks, or why not a lead (R41) */
    bool amended;  /* the one change of the verdict is used up (D6) */
    Money value;   /* what it was worth, by the recipient */
} Referral;

/* Somebody without an account (R116). */
typedef struct Outside {
    char *name, *email;
} Outside;

/* Exactly one of the two (R29). */
typedef struct Recipient {
    Uuid account;
    Outside outside;
} Recipient;

/* Body of PUT /v1/referrals/{id}. */
typedef struct NewReferral {
    Recipient to;
    ReferralType type;
    Contact contact;
    char *need;
    char *comments;
    bool known_and_spoken;
    Permission permission;
    Money value;
    Uuid copy_of;
} NewReferral;

/* What a sender should know about a lead that is accepted nevertheless. */
typedef enum WarningCode {
    WARNING_DUPLICATE =
        1, /* the same recipient got the same phone or e-mail from this sender lately */
    WARNING_NOT_SPOKEN =
        2, /* the sender does not say that they know and spoke to the contact (R42) */
} WarningCode;

/* Member "warnings" of the answer to PUT /v1/referrals/{id}; items of GET /v1/referrals/duplicates. */
typedef struct Warning {
    WarningCode code;
    Uuid
        referral; /* DUPLICATE: the sender's own earlier one, when it was sent, and whom it was about */
    gint64 sent_at;
    char *contact;
} Warning;

#define DUPLICATE_WINDOW (90 * MS_PER_DAY)

typedef struct ConfirmInput { /* POST .../confirm */
    ReferralVerdict verdict;
    ReferralReason reason_code;
    char *message;
    Money value;
} ConfirmInput;

typedef struct OutcomeInput { /* POST .../outcome */
    ReferralState outcome;    /* WORKING, WON, LOST, DORMANT */
    Money value;
} OutcomeInput;

typedef struct Note { /* PUT .../notes/{id}: private to the writer's side */
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid referral;
    char *text;
} Note;

/* A partner as its counterpart sees it (GET /v1/partners). */
typedef struct Partner {
    Uuid account;
    gint64 rev;
    char *name, *company_name, *business_type, *email;
    gint64 since;
    MemberProfile profile;
} Partner;

#define PARTNERS_MAX 100 /* R13: individual partners */
#define OUTSIDE_A_DAY 30 /* R116: leads to people outside, in 24 hours: each is a mail */

typedef enum PartnerVia {
    VIA_INDIVIDUAL = 1,
    VIA_GROUP = 2, /* fellow members: never stored, they follow from the membership (R17, R18) */
} PartnerVia;

extern const EnumTable referral_states, referral_verdicts, referral_reasons, referral_types,
    referral_boxes, referral_outcomes, contact_channels, permission_methods, partner_vias,
    warning_codes;
extern const FieldTable contact_fields, permission_fields, lead_fields, referral_fields,
    outside_fields, recipient_fields, new_referral_fields, warning_fields, confirm_fields,
    outcome_fields, note_fields, partner_fields, listed_partner_fields;

#define AMEND_WINDOW (14 * MS_PER_DAY) /* D6 */
#define REMIND_PAUSE MS_PER_DAY        /* between two reminders */

/* What can happen to a referral. */
typedef enum ReferralEvent {
    EVENT_PICK_UP,
    EVENT_CONFIRM, /* verdict, or its one amendment (while confirmed or working) */
    EVENT_OUTCOME,
    EVENT_WITHDRAW,
    EVENT_REMIND, /* the sender asks for the verdict: a partner at most once a day, somebody outside once */
    EVENT_NOTE,
} ReferralEvent;

/*
 * May the viewer's side do this now? False with REFERRAL_STATE, AMEND_CLOSED or FORBIDDEN (the wrong side: only the
 * recipient picks up, confirms, sets an outcome; only the sender withdraws and reminds). Reads box, state, verdict,
 * amended, confirmed_at, reminded_at. The only place that knows the table of transitions.
 */
bool referral_may(const Referral *referral, ReferralEvent event, gint64 now, GError **error);

/* Until when a verdict that is there may be changed: 0 when there is none, or it stands for good. */
gint64 referral_amend_until(const Referral *referral);

/*
 * Apply an event that referral_may() allowed: both the server's write and the client's local edit, so the two
 * cannot differ. Inputs are copied. They set state, times, updated_at; rev is the server's business.
 * Confirm implies pick-up. A repeated pick-up changes nothing. An amendment keeps confirmed_at; to not_a_lead it also
 * takes back an outcome and the value. A value that an input leaves out stays.
 */
void referral_pick_up(Referral *referral, gint64 now);
void referral_confirm(Referral *referral, const ConfirmInput *input, gint64 now);
void referral_set_outcome(Referral *referral, const OutcomeInput *input, gint64 now);
void referral_withdraw(Referral *referral, gint64 now);
void referral_remind(Referral *referral, gint64 now);
/* When the sender may remind again; 0: now, or never (referral_may() says which). */
gint64 referral_remind_from(const Referral *referral, gint64 now);
/* It went to somebody without an account. */
bool referral_is_outside(const Referral *referral);
/* A fresh referral of the sender (box SENT, state SENT) from an input. `to`: the partner's names, copied; not read for somebody
 * outside, whose name and address are in the input. */
void referral_init_new(Referral *referral, const Uuid *id, const Uuid *lead, const Party *from,
                       const Party *to, const NewReferral *input, gint64 now);

/* Rules between fields, beyond fields_validate() (call that first: a place that has its error already gets no second
 * one): one recipient (R29), viable contact (R46), need and permission (R45), reason or message with not_a_lead (R41; the reason "other"
 * needs a message), no value with not_a_lead (code "not-allowed"), no negative value. False when a rule is broken. */
bool new_referral_validate(const NewReferral *input, FieldErrors *errors);
bool confirm_validate(const ConfirmInput *input, FieldErrors *errors);
bool outcome_validate(const OutcomeInput *input, FieldErrors *errors);

/* Still waits for the recipient's verdict. */
bool referral_is_waiting(const Referral *referral);

/* "Priya Bright", or the company, or the e-mail: what to call the contact. Borrowed parts joined; caller frees. */
char *contact_display_name(const Contact *contact);

/* Digits only with a leading + kept: the key under which two spellings of a number are the same. Caller frees. */
char *phone_key(const char *phone);

/* What two contacts who can be reached the same way have in common; NULL what they do not give. */
typedef struct ContactKeys {
    char *phone_1, *phone_2, *email;
} ContactKeys;
void contact_keys(const Contact *contact, ContactKeys *out);
void contact_keys_clear(ContactKeys *keys);

/* Give and take between two accounts over a period (R26, R49): always counts and confirmed together. */
typedef struct GiveTake {
    gint64 gave, gave_confirmed, gave_rejected;
    gint64 took, took_confirmed, took_rejected;
} GiveTake;
/* Adds one referral as seen by its viewer (withdrawn ones do not count). */
void give_take_add(GiveTake *sum, ReferralBox box, ReferralState state, ReferralVerdict verdict,
                   gint64 n);

#define GIVE_TAKE_PERIOD (365 * MS_PER_DAY) /* R26: 12 months */

/* An item of GET /v1/partners: the partner, and who gave what in GIVE_TAKE_PERIOD. */
typedef struct ListedPartner {
    Partner partner;
    PartnerVia via;
    char *group; /* of VIA_GROUP: one that both are in */
    GiveTake sum;
} ListedPartner;
