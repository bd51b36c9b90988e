/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a group finds out about its members and those who would become one (R117), and concerns about them (R118).
 *
 *   concern: open -> answered (by whom it is about) -> upheld | dismissed (by a leader); open -> upheld | dismissed
 *
 * An upheld concern may warn, or make a member un-referrable until a day: then nobody of the group can pass a lead to them
 * by this group. Senders are told that this member cannot take leads now, and not why.
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

extern const EnumTable vetting_kinds, vetting_results, concern_states, concern_effects;
extern const FieldTable vetting_input_fields, vetting_fields, new_concern_fields,
    concern_answer_fields, concern_decision_fields, concern_fields;
