/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a group finds out about its members and those who would become one (R117), and concerns about them (R118).
 *
 *   concern: open -> answered (by whom it is about) -> upheld | dismissed (by a leader); open -> upheld | dismissed
 *   an upheld one that makes somebody un-referrable may be lifted before its time
 *
 * Any member raises one about another. Nobody decides about themselves: another leader does, or an administrator. Whom it is
 * about reads it, answers once, and is not told who raised it; who raised it is told how it ended, not what was answered.
 *
 * An upheld concern may warn, or make a member un-referrable until a day, by itself over then: meanwhile nobody of the group
 * can pass a lead to them by this group. Senders are told that this member takes no leads now, and neither why nor until
 * when. Leads that were passed stay; and so do partnerships of their own, which a group has no say in.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/uuid.h"
#include "model/account.h"

typedef enum VettingKind {
    VETTING_REFERENCE = 1,  /* somebody was asked */
    VETTING_REPUTATION = 2, /* what is said in public */
    VETTING_COMPLAINTS = 3, /* at a bureau, a guild, a court */
    VETTING_LICENCE = 4,
} VettingKind;

typedef enum VettingResult { VETTING_OK = 1, VETTING_CONCERN = 2, VETTING_FAIL = 3 } VettingResult;

typedef struct VettingInput {
    Uuid account; /* a member, or somebody whose request is open */
    VettingKind kind;
    char *who;        /* of a reference: whom one spoke to */
    char *checked_on; /* "2026-11-26" */
    VettingResult result;
    char *note;
    char *evidence; /* where it can be read again */
    bool removed;
} VettingInput;

typedef struct Vetting {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    VettingInput input;
    char *name; /* of the account */
    Party by;
} Vetting;

typedef enum ConcernState {
    CONCERN_OPEN = 1,
    CONCERN_ANSWERED = 2,
    CONCERN_UPHELD = 3,
    CONCERN_DISMISSED = 4,
} ConcernState;

typedef enum ConcernEffect {
    EFFECT_NONE = 1,
    EFFECT_WARN = 2,
    EFFECT_UNREFERRABLE = 3, /* until */
} ConcernEffect;

typedef struct NewConcern { /* PUT /v1/groups/{id}/concerns/{uuid} */
    Uuid about;
    char *text;
} NewConcern;

typedef struct ConcernAnswer { /* POST .../answer, by whom it is about */
    char *text;
} ConcernAnswer;

typedef struct ConcernDecision { /* POST .../uphold, .../dismiss */
    ConcernEffect effect;
    gint64 until;
    char *note;
} ConcernDecision;

typedef struct Concern {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    Party about;
    Party by; /* for officers and the writer; unset for whom it is about */
    char *text, *answer;
    ConcernState state;
    ConcernEffect effect;
    gint64 until;
    char *note; /* of the decision */
    Party decided_by;
    gint64 decided_at;
} Concern;

typedef enum ConcernEvent {
    CONCERN_ANSWER,
    CONCERN_UPHOLD,
    CONCERN_DISMISS,
    CONCERN_LIFT,
} ConcernEvent;

/* Is that possible in its state? CONCERN_STATE says what stands against it. Who may do it is for the caller to know. */
bool concern_may(const Concern *concern, ConcernEvent event, gint64 now, GError **error);
/* A decision to uphold or dismiss: what belongs together. Nobody is barred for more than CONCERN_YEARS. */
#define CONCERN_YEARS 2
bool concern_decision_validate(const ConcernDecision *decision, ConcernEvent event, gint64 now,
                               FieldErrors *errors);
/* After concern_may(); decision for the two that have one, else NULL. Of an answer: its text. */
void concern_apply(Concern *concern, ConcernEvent event, const ConcernDecision *decision,
                   const char *answer, gint64 now);

/* Nobody passes a lead to them by the group just now. */
bool concern_bars(const Concern *concern, gint64 now);

bool vetting_input_validate(const VettingInput *input, const char *today, FieldErrors *errors);

extern const EnumTable vetting_kinds, vetting_results, concern_states, concern_effects;
extern const FieldTable vetting_input_fields, vetting_fields, new_concern_fields,
    concern_answer_fields, concern_decision_fields, concern_fields;
