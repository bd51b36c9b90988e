/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/invitation.h"

#include "base/i18n.h"
#include "base/problem.h"

static const EnumValue direction_values[] = {
    { DIRECTION_RECEIVED, "received", N_("received") },
    { DIRECTION_SENT, "sent", N_("sent") },
};
const EnumTable invitation_directions = ENUM_TABLE("direction", direction_values);

static const EnumValue kind_values[] = {
    { INVITATION_INVITATION, "invitation", N_("invitation") },
    { INVITATION_REQUEST, "request", N_("request") },
};
const EnumTable invitation_kinds = ENUM_TABLE("invitation_kind", kind_values);

static const EnumValue via_values[] = {
    { INVITED_BY_LINK, "link", N_("link") },
    { INVITED_BY_FORM, "form", N_("form") },
    { INVITED_BY_PROFILE, "profile", N_("profile") },
};
const EnumTable invitation_vias = ENUM_TABLE("invitation_via", via_values);

static const EnumValue state_values[] = {
    { INVITATION_INVITED, "invited", N_("invited") },
    { INVITATION_CONNECTED, "connected", N_("connected") },
    { INVITATION_DECLINED, "declined", N_("declined") },
    { INVITATION_EXPIRED, "expired", N_("expired") },
    { INVITATION_WITHDRAWN, "withdrawn", N_("withdrawn") },
};
const EnumTable invitation_states = ENUM_TABLE("invitation_state", state_values);

#define MESSAGE_MAX 1000

#define AT(member) offsetof(Invitation, member)
static const Field invitation_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY, .label = N_("Asked") },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "direction", FIELD_ENUM, AT(direction), FIELD_READONLY, .values = &invitation_directions,
      .label = N_("Direction") },
    { "kind", FIELD_ENUM, AT(kind), FIELD_READONLY, .values = &invitation_kinds,
      .label = N_("Kind") },
    { "from", FIELD_OBJECT, AT(from), FIELD_READONLY, .object = &party_fields,
      .label = N_("From") },
    { "to", FIELD_OBJECT, AT(to), FIELD_READONLY, .object = &party_fields, .label = N_("To") },
    { "business_type", FIELD_TEXT, AT(business_type), FIELD_READONLY, .label = N_("Business") },
    { "email", FIELD_EMAIL, AT(email), FIELD_READONLY | FIELD_PERSONAL, .label = N_("E-mail") },
    { "message", FIELD_TEXT, AT(message), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = MESSAGE_MAX, .label = N_("Message") },
    { "via", FIELD_ENUM, AT(via), FIELD_READONLY, .values = &invitation_vias },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &invitation_states,
      .label = N_("State") },
    { "expires_at", FIELD_TIME, AT(expires_at), FIELD_READONLY, .label = N_("Ends") },
    { "answered_at", FIELD_TIME, AT(answered_at), FIELD_READONLY, .label = N_("Answered") },
};
#undef AT
const FieldTable invitation_fields = FIELD_TABLE("invitation", Invitation, invitation_rows);

#define AT(member) offsetof(NewInvitation, member)
static const Field new_invitation_rows[] = {
    { "account", FIELD_UUID, AT(account), .label = N_("Account") },
    { "email", FIELD_EMAIL, AT(email), FIELD_PERSONAL, .label = N_("E-mail") },
    { "message", FIELD_TEXT, AT(message), FIELD_PERSONAL | FIELD_MULTILINE, .max = MESSAGE_MAX,
      .label = N_("Message") },
    { "kind", FIELD_ENUM, AT(kind), .values = &invitation_kinds },
};
#undef AT
const FieldTable new_invitation_fields = FIELD_TABLE("new_invitation", NewInvitation,
                                                     new_invitation_rows);

static const Field encouragement_rows[] = {
    { "message", FIELD_TEXT, offsetof(Encouragement, message),
      FIELD_REQUIRED | FIELD_PERSONAL | FIELD_MULTILINE, .max = MESSAGE_MAX,
      .label = N_("Message") },
};
const FieldTable encouragement_fields = FIELD_TABLE("encouragement", Encouragement,
                                                    encouragement_rows);

/* ---- transitions: all begin at "invited" */

#define SIDE(direction) (1u << (direction))

static const struct {
    unsigned sides;
    InvitationState becomes;
} transitions[] = {
    [INVITATION_ACCEPT] = { SIDE(DIRECTION_RECEIVED), INVITATION_CONNECTED },
    [INVITATION_DECLINE] = { SIDE(DIRECTION_RECEIVED), INVITATION_DECLINED },
    [INVITATION_WITHDRAW] = { SIDE(DIRECTION_SENT), INVITATION_WITHDRAWN },
    [INVITATION_EXPIRE] = { SIDE(DIRECTION_RECEIVED) | SIDE(DIRECTION_SENT), INVITATION_EXPIRED },
};

bool invitation_is_open(const Invitation *invitation, gint64 now)
{
    return invitation->state == INVITATION_INVITED && now < invitation->expires_at;
}

bool invitation_may(const Invitation *invitation, InvitationEvent event, gint64 now, GError **error)
{
    g_assert((unsigned)event < G_N_ELEMENTS(transitions));
    if (!(transitions[event].sides & SIDE(invitation->direction)))
        return problem_set(error, PROBLEM_FORBIDDEN,
                           event == INVITATION_WITHDRAW ? "Only the sender may do this"
                                                        : "Only the recipient may do this");
    if (invitation->state != INVITATION_INVITED) {
        const char *code = enum_code(&invitation_states, (int)invitation->state);
        return problem_set(error, PROBLEM_INVITATION_STATE, "Not possible while it is \"%s\"",
                           code ? code : "unknown");
    }
    if (event == INVITATION_EXPIRE && now < invitation->expires_at)
        return problem_set(error, PROBLEM_INVITATION_STATE, "Its time is not over");
    if (event != INVITATION_EXPIRE && now >= invitation->expires_at)
        return problem_set(error, PROBLEM_INVITATION_STATE, "Its thirty days are over: ask again");
    return true;
}

void invitation_apply(Invitation *invitation, InvitationEvent event, gint64 now)
{
    invitation->state = transitions[event].becomes;
    invitation->answered_at = now;
    invitation->updated_at = now;
}

void invitation_init_new(Invitation *invitation, const Uuid *id, const Party *from,
                         const NewInvitation *input, gint64 now)
{
    bool request = input->kind == INVITATION_REQUEST;
    *invitation = (Invitation){ .id = *id,
                                .created_at = now,
                                .updated_at = now,
                                .direction = DIRECTION_SENT,
                                .kind = request ? INVITATION_REQUEST : INVITATION_INVITATION,
                                .email = g_strdup(input->email),
                                .message = g_strdup(input->message),
                                .via = request ? INVITED_BY_PROFILE : INVITED_BY_FORM,
                                .state = INVITATION_INVITED,
                                .expires_at = now + INVITATION_LIFE };
    fields_copy(&party_fields, &invitation->from, from);
    invitation->to.account = input->account;
}

bool new_invitation_validate(const NewInvitation *input, FieldErrors *errors)
{
    bool account = !uuid_is_nil(&input->account), email = input->email && *input->email;
    if (account != email)
        return true;
    if (!field_errors_find(errors, "#/email"))
        field_errors_add(errors, "#/email", account ? "not-allowed" : "required", "%s",
                         account ? "give an account or an address, not both"
                                 : "give the account or the e-mail address of whom to invite");
    return false;
}

const char *invitation_other(const Invitation *invitation)
{
    const Party *other = invitation->direction == DIRECTION_SENT ? &invitation->to
                                                                 : &invitation->from;
    if (other->name)
        return other->name;
    return invitation->email ? invitation->email : "";
}
