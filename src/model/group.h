/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leads groups (domain.md §3.3, §3.4, §3.8; R52-R63): the group, who is in it, and how one gets in.
 *
 * A group is a scope of the change feed, and so is the circle of its officers: what all members may read (group, members,
 * meetings) is synced in the first, what only officers may (requests, vetting) in the second. Whoever gets or loses a role
 * joins or leaves a scope; nothing else decides who sees what. Partners by membership are derived from `member`, never
 * stored (R17, R18).
 *
 *   request: requested <-> asked; requested | asked -> approved | declined (by an officer) | withdrawn (by the applicant)
 *   membership: active -> left | removed | lapsed
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/money.h"
#include "base/uuid.h"
#include "model/account.h"
#include "model/profile.h"

typedef enum GroupState {
    GROUP_DRAFT = 1, /* being set up: nobody finds it */
    GROUP_ACTIVE = 2,
    GROUP_SUSPENDED = 3, /* has no leader (D12): nothing but finding one goes on */
    GROUP_CLOSED = 4,
} GroupState;

typedef enum GroupDirectory {
    DIRECTORY_PUBLIC = 1,
    DIRECTORY_MEMBERS = 2, /* R57: who is in it is told to members only */
} GroupDirectory;

typedef enum Cadence {
    CADENCE_WEEKLY = 1,
    CADENCE_BIWEEKLY = 2,
    CADENCE_MONTHLY = 3,         /* by weekday: the `ordinal`-th one */
    CADENCE_MONTHLY_BY_DATE = 4, /* on `month_day`; the last day where a month is shorter */
    CADENCE_OTHER = 5,           /* meetings are made by hand */
} Cadence;

typedef enum FeePeriod { FEE_MONTHLY = 1, FEE_ANNUAL = 2 } FeePeriod;

typedef enum AbsencePolicy {
    ABSENCE_ROLLING = 1,   /* within the last six months */
    ABSENCE_HALF_YEAR = 2, /* since the 1st of January or July */
} AbsencePolicy;

/* What of a group its leader writes. */
typedef struct GroupInput {
    char *name; /* unique, folded */
    char *area;
    char *home_text, *rules; /* R55 */
    bool exclusive;          /* R53 */
    bool open;               /* R59: to new members */
    GroupDirectory directory;
    bool seat_by_category; /* R123: one member for a business type */
    gint64 seats;          /* at most so many members; 0 any number */
    char **wanted;         /* business types that the group looks for */
    Cadence cadence;
    gint64 weekday;      /* 1 Monday ... 7 */
    gint64 ordinal;      /* 1..4, 5 the last */
    gint64 month_day;    /* 1..31 */
    char *first_on;      /* "2026-11-26": the first meeting; every second week is counted from it */
    gint64 start_minute; /* of the local day */
    gint64 duration;     /* minutes */
    char *time_zone;     /* IANA */
    char *place;
    bool in_person;
    Money fee;
    FeePeriod fee_period;    /* R52 */
    gint64 grace_days;       /* after which unpaid dues end a membership */
    gint64 absences_allowed; /* in six months */
    AbsencePolicy absence_policy;
    bool
        league_table; /* report members in order of what they gave; off unless the group turns it on (R122) */
} GroupInput;

typedef enum GroupRole {
    ROLE_MEMBER = 1,
    ROLE_LEADER = 2,
    ROLE_SECRETARY = 3,
    ROLE_TREASURER = 4,
} GroupRole;

typedef struct Group {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    GroupState state;
    GroupInput input;
    gint64 members; /* how many */
    GroupRole role; /* of whoever reads it; unset: no member. Not stored */
} Group;

/* The scope of a group's officers. */
Uuid group_officers_scope(const Uuid *group);

/* What a role lets one do in its group (§3.8). */
typedef enum GroupRight {
    RIGHT_EDIT = 1 << 0,     /* group page, rules, fee, roles */
    RIGHT_ADMIT = 1 << 1,    /* membership requests, removing members */
    RIGHT_MEETINGS = 1 << 2, /* meetings, attendance, visitors, slips of others */
    RIGHT_DUES = 1 << 3,
    RIGHT_VETTING = 1 << 4, /* vetting and concerns */
    RIGHT_OFFICER = 1 << 5, /* sees what officers see */
} GroupRight;
unsigned group_rights(GroupRole role);

typedef enum MembershipState {
    MEMBERSHIP_ACTIVE = 1,
    MEMBERSHIP_LEFT = 2,
    MEMBERSHIP_REMOVED = 3,
    MEMBERSHIP_LAPSED = 4, /* dues */
} MembershipState;

/* A member as the others see them: for each of them a partner by this group (R17). */
typedef struct Member {
    Uuid id; /* of the membership */
    gint64 rev;
    Uuid group, account;
    char *name, *company_name;
    char *business_type; /* whose seat it is; of the membership */
    char *email;
    GroupRole role;
    gint64 since;
    gint64 unreferrable_until; /* R118; 0: nothing stands against referring to them */
    MemberProfile profile;
} Member;

typedef enum RequestState {
    REQUEST_REQUESTED = 1,
    REQUEST_ASKED = 2, /* an officer wants to know more */
    REQUEST_APPROVED = 3,
    REQUEST_DECLINED = 4,
    REQUEST_WITHDRAWN = 5,
} RequestState;

/* Why exclusivity stands against it (R53, R54, R62, R63). */
typedef enum GroupConflict {
    CONFLICT_NONE = 1,
    CONFLICT_OTHER_EXCLUSIVE = 2, /* is in a group that allows no other */
    CONFLICT_THIS_EXCLUSIVE = 3,  /* is in another group, and this one allows none */
} GroupConflict;

typedef struct MembershipRequest {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    char *group_name;
    Party from;
    char *business_type;
    char *message;
    char **references; /* people to ask about them: a line each */
    RequestState state;
    char *question, *answer; /* of an officer; of the applicant */
    char *reason;            /* of a declined one */
    Party decided_by;
    gint64 decided_at;
    /* What an officer has to know before deciding; unset for the applicant. */
    char *seat_taken_by;
    GroupConflict conflict;
    gint64 references_ok, references_bad; /* of those that were asked (model/vetting.h) */
    gint64 visits;                        /* meetings of this group that they came to */
} MembershipRequest;

typedef struct NewMembershipRequest { /* PUT /v1/groups/{id}/requests/{uuid} */
    char *business_type;              /* unset: the account's */
    char *message;
    char **references;
} NewMembershipRequest;

typedef struct RequestAnswer { /* of approve, decline, ask, reply, withdraw */
    char *message;
} RequestAnswer;

typedef struct MembershipEnd { /* POST .../leave, DELETE .../members/{account} */
    char *reason;              /* of a removal: what the removed one is told */
} MembershipEnd;

/* What a business type's seat is, in GET /v1/groups/{id}/seats (R123). */
typedef struct Seat {
    char *business_type;
    bool taken;
    char *taken_by; /* for who may read the members */
    bool wanted;    /* the group looks for one */
} Seat;

typedef struct RoleChange { /* PATCH /v1/groups/{id}/members/{account} */
    GroupRole role;
    char *business_type;
} RoleChange;

/* D13, R62: acting for more than one group wants an administrator's approval. */
typedef enum LeaderApprovalKind {
    APPROVAL_SECOND_GROUP = 1,
    APPROVAL_EXCLUSIVE = 2, /* more than one exclusive group */
} LeaderApprovalKind;

typedef enum LeaderApprovalState {
    APPROVAL_REQUESTED = 1,
    APPROVAL_APPROVED = 2,
    APPROVAL_DECLINED = 3,
} LeaderApprovalState;

typedef struct LeaderApproval {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    Uuid group;
    char *group_name;
    Party account;
    LeaderApprovalKind kind;
    LeaderApprovalState state;
    char *note, *reason;
    gint64 decided_at;
} LeaderApproval;

typedef struct NewLeaderApproval { /* PUT /v1/leader-approvals/{uuid} */
    Uuid group;
    char *note;
} NewLeaderApproval;

/* ---- rules (group_rules.c) */

/* What was not said gets what is usual: a public directory, meetings made by hand, absences of the last six months. */
void group_input_init(GroupInput *input);

/* Beyond fields_validate(): what belongs together, and a time zone that there is. `pointer` is where the input stands. False
 * when a rule is broken. */
bool group_input_validate(const GroupInput *input, const char *pointer, FieldErrors *errors);

/* What can happen to a request. */
typedef enum RequestEvent {
    REQUEST_APPROVE = 1,
    REQUEST_DECLINE,
    REQUEST_ASK,   /* for more: the message is the question */
    REQUEST_REPLY, /* the message is the answer */
    REQUEST_WITHDRAW,
} RequestEvent;

/* Who does it: the applicant, or somebody with these rights in the group. FORBIDDEN, or REQUEST_STATE with a detail that says
 * why not. */
bool request_may(const MembershipRequest *request, RequestEvent event, bool applicant,
                 unsigned rights, GError **error);
/* All events but approve and withdraw say something: a message that is missing is an error of `message`. */
bool request_answer_validate(RequestEvent event, const RequestAnswer *answer, FieldErrors *errors);
/* Does it: state, texts and times, but for who decided. */
void request_apply(MembershipRequest *request, RequestEvent event, const RequestAnswer *answer,
                   gint64 now);
bool request_is_open(const MembershipRequest *request);

/* A group that somebody is in, or would be in. */
typedef struct HeldGroup {
    bool exclusive;
    bool
        leads; /* as an approved leader: who acts for one group only is one, for more an administrator has to say so */
} HeldGroup;

/*
 * R53, R62, R63, D13: who is in an exclusive group is in no other one, unless they lead each exclusive group that they
 * would be in.
 */
GroupConflict group_conflict(const HeldGroup *held, size_t n, const HeldGroup *wanted);

extern const EnumTable group_states, group_directories, cadences, fee_periods, absence_policies,
    group_roles, membership_states, request_states, group_conflicts, leader_approval_kinds,
    leader_approval_states;
extern const FieldTable group_input_fields, group_fields, member_fields, membership_request_fields,
    new_membership_request_fields, request_answer_fields, role_change_fields, membership_end_fields,
    seat_fields, leader_approval_fields, new_leader_approval_fields;
