/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/outbox_item.h"

#include "base/i18n.h"

static const EnumValue state_values[] = {
    { OUTBOX_HELD, "held", N_("held") },
    { OUTBOX_WAITING, "waiting", N_("waiting") },
    { OUTBOX_SENDING, "sending", N_("sending") },
    { OUTBOX_FAILED, "failed", N_("failed") },
    { OUTBOX_CONFLICT, "conflict", N_("conflict") },
    { OUTBOX_PARKED, "parked", N_("parked") },
};
const EnumTable outbox_states = ENUM_TABLE("outbox_state", state_values);

static const EnumValue kind_values[] = {
    { OUTBOX_PICK_UP, "pick_up", N_("open") },
    { OUTBOX_CONFIRM, "confirm", N_("verdict") },
    { OUTBOX_OUTCOME, "outcome", N_("outcome") },
    { OUTBOX_WITHDRAW, "withdraw", N_("withdraw") },
    { OUTBOX_NOTE, "note", N_("note") },
    { OUTBOX_CREATE, "create", N_("send lead") },
    { OUTBOX_AMEND, "amend", N_("changed verdict") },
    { OUTBOX_PROFILE, "profile", N_("my profile") },
    { OUTBOX_INVITE, "invite", N_("invite") },
    { OUTBOX_ACCEPT, "accept", N_("accept") },
    { OUTBOX_DECLINE, "decline", N_("decline") },
    { OUTBOX_UNINVITE, "uninvite", N_("uninvite") },
    { OUTBOX_ENCOURAGE, "encourage", N_("encourage") },
    { OUTBOX_DROP_PARTNER, "drop_partner", N_("part") },
    { OUTBOX_REMIND, "remind", N_("remind") },
    { OUTBOX_JOIN, "join", N_("ask to join") },
    { OUTBOX_APPROVE, "approve", N_("approve") },
    { OUTBOX_REFUSE, "refuse", N_("decline to admit") },
    { OUTBOX_ASK, "ask", N_("ask for more") },
    { OUTBOX_REPLY, "reply", N_("reply") },
    { OUTBOX_UNJOIN, "unjoin", N_("ask no more to join") },
    { OUTBOX_LEAVE, "leave", N_("leave group") },
    { OUTBOX_EXPEL, "expel", N_("remove member") },
    { OUTBOX_ROLE, "role", N_("role") },
    { OUTBOX_GROUP, "group", N_("group") },
    { OUTBOX_LEADER_APPROVAL, "leader_approval", N_("ask to lead more") },
    { OUTBOX_VETTING, "vetting", N_("vetting") },
    { OUTBOX_CONCERN, "concern", N_("concern") },
    { OUTBOX_CONCERN_ANSWER, "concern_answer", N_("answer a concern") },
    { OUTBOX_CONCERN_DECIDE, "concern_decide", N_("decide a concern") },
    { OUTBOX_DUES, "dues", N_("dues") },
    { OUTBOX_GROUP_ACT, "group_act", N_("open or close group") },
    { OUTBOX_APPROVAL_DECIDE, "approval_decide", N_("may lead more, or not") },
    { OUTBOX_RSVP, "rsvp", N_("answer to a meeting") },
    { OUTBOX_ATTEND, "attend", N_("attendance") },
    { OUTBOX_VISITOR, "visitor", N_("visitor") },
    { OUTBOX_SLIP, "slip", N_("slip") },
    { OUTBOX_THANKS, "thanks", N_("thanks") },
    { OUTBOX_MET, "met", N_("one-to-one") },
    { OUTBOX_MEETING, "meeting", N_("meeting") },
    { OUTBOX_MEETING_ACT, "meeting_act", N_("state of a meeting") },
};
const EnumTable outbox_kinds = ENUM_TABLE("outbox_kind", kind_values);

#define AT(member) offsetof(OutboxItem, member)
static const Field outbox_rows[] = {
    { "op", FIELD_UUID, AT(op) },
    { "key", FIELD_UUID, AT(key) },
    { "n", FIELD_INT, AT(n) },
    { "unit", FIELD_UUID, AT(unit) },
    { "account", FIELD_UUID, AT(account) },
    { "kind", FIELD_ENUM, AT(kind), .values = &outbox_kinds, .label = N_("Action") },
    { "object", FIELD_UUID, AT(object) },
    { "method", FIELD_TEXT, AT(method) },
    { "path", FIELD_TEXT, AT(path) },
    { "body", FIELD_TEXT, AT(body), FIELD_PERSONAL },
    { "if_match", FIELD_INT, AT(if_match) },
    { "title", FIELD_TEXT, AT(title), FIELD_PERSONAL, .label = N_("Lead") },
    { "created_at", FIELD_TIME, AT(created_at), .label = N_("Made") },
    { "hold_until", FIELD_TIME, AT(hold_until) },
    { "next_at", FIELD_TIME, AT(next_at), .label = N_("Next try") },
    { "state", FIELD_ENUM, AT(state), .values = &outbox_states, .label = N_("State") },
    { "attempts", FIELD_INT, AT(attempts), .label = N_("Tries") },
    { "problem", FIELD_TEXT, AT(problem), .label = N_("Problem") },
    { "detail", FIELD_TEXT, AT(detail), .label = N_("Why") },
    { "base", FIELD_TEXT, AT(base), FIELD_PERSONAL },
    { "theirs", FIELD_TEXT, AT(theirs), FIELD_PERSONAL },
    { "theirs_rev", FIELD_INT, AT(theirs_rev) },
};
#undef AT
const FieldTable outbox_fields = FIELD_TABLE("outbox_item", OutboxItem, outbox_rows);

bool outbox_creates(const OutboxItem *item)
{
    switch (item->kind) {
    case OUTBOX_CREATE:
    case OUTBOX_INVITE:
    case OUTBOX_JOIN:
    case OUTBOX_LEADER_APPROVAL:
    case OUTBOX_CONCERN:
        return true;
    case OUTBOX_GROUP:
        return g_strcmp0(item->method, "PUT") == 0;
    default:
        return false;
    }
}

void outbox_item_free(OutboxItem *item)
{
    if (!item)
        return;
    fields_clear(&outbox_fields, item);
    g_free(item);
}
