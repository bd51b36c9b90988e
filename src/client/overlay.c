/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/overlay.h"

#include <string.h>

#include "base/i18n.h"
#include "client/change.h"

static bool apply_pick_up(Referral *referral, const OutboxItem *item)
{
    referral_pick_up(referral, item->created_at);
    return true;
}

bool overlay_confirm_input(const OutboxItem *item, ConfirmInput *input)
{
    *input = (ConfirmInput){ 0 };
    return (item->kind == OUTBOX_CONFIRM || item->kind == OUTBOX_AMEND) && change_read(item, input);
}

bool overlay_outcome_input(const OutboxItem *item, OutcomeInput *input)
{
    *input = (OutcomeInput){ 0 };
    return item->kind == OUTBOX_OUTCOME && change_read(item, input);
}

const char *overlay_word(const OutboxItem *item)
{
    ConfirmInput confirm = { 0 };
    OutcomeInput outcome = { 0 };
    const char *word = enum_label(&outbox_kinds, item->kind);
    if (overlay_confirm_input(item, &confirm)) {
        bool is_lead = confirm.verdict == VERDICT_LEAD;
        word = item->kind == OUTBOX_AMEND
                   ? (is_lead ? _("changed: lead") : _("changed: not a lead"))
               : is_lead ? _("confirm")
                         : _("not a lead");
    } else if (overlay_outcome_input(item, &outcome)) {
        word = enum_label(&referral_outcomes, outcome.outcome);
    }
    fields_clear(&confirm_fields, &confirm);
    fields_clear(&outcome_fields, &outcome);
    return word;
}

static bool apply_confirm(Referral *referral, const OutboxItem *item)
{
    ConfirmInput input;
    bool ok = overlay_confirm_input(item, &input);
    if (ok)
        referral_confirm(referral, &input, item->created_at);
    fields_clear(&confirm_fields, &input);
    return ok;
}

static bool apply_outcome(Referral *referral, const OutboxItem *item)
{
    OutcomeInput input;
    bool ok = overlay_outcome_input(item, &input);
    if (ok)
        referral_set_outcome(referral, &input, item->created_at);
    fields_clear(&outcome_fields, &input);
    return ok;
}

static bool apply_withdraw(Referral *referral, const OutboxItem *item)
{
    referral_withdraw(referral, item->created_at);
    return true;
}

static bool apply_remind(Referral *referral, const OutboxItem *item)
{
    referral_remind(referral, item->created_at);
    return true;
}

static const struct {
    ReferralEvent event;
    bool (*apply)(Referral *referral, const OutboxItem *item);
} edits[] = {
    [OUTBOX_PICK_UP] = { EVENT_PICK_UP, apply_pick_up },
    [OUTBOX_CONFIRM] = { EVENT_CONFIRM, apply_confirm },
    [OUTBOX_AMEND] = { EVENT_CONFIRM, apply_confirm },
    [OUTBOX_OUTCOME] = { EVENT_OUTCOME, apply_outcome },
    [OUTBOX_WITHDRAW] = { EVENT_WITHDRAW, apply_withdraw },
    [OUTBOX_REMIND] = { EVENT_REMIND, apply_remind },
};

static bool apply_create(Referral *referral, const OutboxItem *item, const Party *from,
                         const Party *to)
{
    if (!uuid_is_nil(&referral->id))
        return false;
    NewReferral input = { 0 };
    bool ok = change_read(item, &input);
    if (ok)
        referral_init_new(referral, &item->object, &item->object, from, to, &input,
                          item->created_at);
    fields_clear(&new_referral_fields, &input);
    return ok;
}

bool overlay_apply(Referral *referral, const OutboxItem *item, const Party *from, const Party *to)
{
    if (outbox_is_stopped(item->state))
        return false;
    if (item->kind == OUTBOX_CREATE)
        return apply_create(referral, item, from, to);
    if (item->kind < 1 || item->kind >= G_N_ELEMENTS(edits) || !edits[item->kind].apply ||
        uuid_is_nil(&referral->id))
        return false;
    return referral_may(referral, edits[item->kind].event, item->created_at, NULL) &&
           edits[item->kind].apply(referral, item);
}

static bool apply_invite(Invitation *invitation, const OutboxItem *item, const Party *me)
{
    NewInvitation input = { 0 };
    bool ok = uuid_is_nil(&invitation->id) && change_read(item, &input);
    if (ok) {
        invitation_init_new(invitation, &item->object, me, &input, item->created_at);
        if (!uuid_is_nil(&input.account)) /* who that is, the item knows */
            invitation->to.name = g_strdup(item->title);
    }
    fields_clear(&new_invitation_fields, &input);
    return ok;
}

bool overlay_invitation(Invitation *invitation, const OutboxItem *item, const Party *me)
{
    static const struct {
        OutboxKind kind;
        InvitationEvent event;
    } answers[] = { { OUTBOX_ACCEPT, INVITATION_ACCEPT },
                    { OUTBOX_DECLINE, INVITATION_DECLINE },
                    { OUTBOX_UNINVITE, INVITATION_WITHDRAW } };
    if (outbox_is_stopped(item->state))
        return false;
    if (item->kind == OUTBOX_INVITE)
        return apply_invite(invitation, item, me);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (answers[i].kind != item->kind || uuid_is_nil(&invitation->id) ||
            !invitation_may(invitation, answers[i].event, item->created_at, NULL))
            continue;
        invitation_apply(invitation, answers[i].event, item->created_at);
        return true;
    }
    return false;
}

/* ---- groups */

static const OutboxKind request_kinds[] = {
    [REQUEST_APPROVE] = OUTBOX_APPROVE, [REQUEST_DECLINE] = OUTBOX_REFUSE,
    [REQUEST_ASK] = OUTBOX_ASK,         [REQUEST_REPLY] = OUTBOX_REPLY,
    [REQUEST_WITHDRAW] = OUTBOX_UNJOIN,
};

OutboxKind overlay_request_kind(RequestEvent event)
{
    return request_kinds[event];
}

bool overlay_request_event(OutboxKind kind, RequestEvent *event)
{
    for (size_t i = REQUEST_APPROVE; i < G_N_ELEMENTS(request_kinds); i++) {
        if (request_kinds[i] == kind) {
            *event = (RequestEvent)i;
            return true;
        }
    }
    return false;
}

/* "/v1/groups/ID/...": which one. */
static bool group_of_path(const OutboxItem *item, Uuid *group)
{
    static const char prefix[] = "/v1/groups/";
    if (!item->path || !g_str_has_prefix(item->path, prefix))
        return false;
    g_autofree char *id = g_strndup(item->path + strlen(prefix), UUID_TEXT_SIZE - 1);
    return uuid_parse(id, group);
}

static bool apply_join(MembershipRequest *request, const OutboxItem *item, const Party *me)
{
    NewMembershipRequest input = { 0 };
    Uuid group;
    bool ok = uuid_is_nil(&request->id) && group_of_path(item, &group) && change_read(item, &input);
    if (ok) {
        *request = (MembershipRequest){
            .id = item->object,
            .created_at = item->created_at,
            .updated_at = item->created_at,
            .group = group,
            .group_name = g_strdup(item->title),
            .state = REQUEST_REQUESTED,
            .business_type = g_strdup(input.business_type),
            .message = g_strdup(input.message),
            .references = g_strdupv(input.references),
        };
        fields_copy(&party_fields, &request->from, me);
    }
    fields_clear(&new_membership_request_fields, &input);
    return ok;
}

bool overlay_request(MembershipRequest *request, const OutboxItem *item, const Party *me)
{
    RequestEvent event;
    RequestAnswer answer = { 0 };
    if (outbox_is_stopped(item->state))
        return false;
    if (item->kind == OUTBOX_JOIN)
        return apply_join(request, item, me);
    if (!overlay_request_event(item->kind, &event) || uuid_is_nil(&request->id) ||
        !request_is_open(request))
        return false;
    /* A withdrawal says nothing. */
    bool ok = !item->body || !change_kind(item->kind)->input || change_read(item, &answer);
    if (ok)
        request_apply(request, event, &answer, item->created_at);
    fields_clear(&request_answer_fields, &answer);
    return ok;
}

bool overlay_group(Group *group, const OutboxItem *item)
{
    Group then = { 0 };
    if (outbox_is_stopped(item->state))
        return false;
    if (item->kind == OUTBOX_GROUP_ACT && group->state == GROUP_DRAFT) {
        group->state = GROUP_ACTIVE;
        return true;
    }
    bool fresh = uuid_is_nil(&group->id);
    if (item->kind != OUTBOX_GROUP || fresh != outbox_creates(item) || !change_read(item, &then)) {
        fields_clear(&group_fields, &then);
        return false;
    }
    then.id = item->object;
    then.rev = group->rev;
    then.state = fresh ? GROUP_DRAFT : group->state;
    then.members = fresh ? 1 : group->members;
    then.role = fresh ? ROLE_LEADER : group->role;
    then.created_at = fresh ? item->created_at : group->created_at;
    then.updated_at = item->created_at;
    fields_clear(&group_fields, group);
    *group = then;
    return true;
}

bool overlay_is_of(const OutboxItem *item, const Uuid *account)
{
    return uuid_is_nil(&item->account) || uuid_equal(&item->account, account);
}

bool overlay_recipient(const OutboxItem *item, Uuid *account)
{
    NewReferral input = { 0 };
    bool ok = item->kind == OUTBOX_CREATE && change_read(item, &input);
    *account = input.to.account;
    fields_clear(&new_referral_fields, &input);
    return ok;
}

bool overlay_is_copy(const OutboxItem *item, Uuid *original)
{
    *original = (Uuid){ 0 };
    if (item->kind != OUTBOX_CREATE || !item->body || !strstr(item->body, "copy_of"))
        return false;
    NewReferral input = { 0 };
    if (change_read(item, &input))
        *original = input.copy_of;
    fields_clear(&new_referral_fields, &input);
    return !uuid_is_nil(original);
}

bool overlay_is_copy_of(const OutboxItem *item, const Uuid *original)
{
    Uuid copied;
    return overlay_is_copy(item, &copied) && uuid_equal(&copied, original);
}

bool overlay_note(const OutboxItem *item, Note *note)
{
    *note = (Note){ 0 };
    const char *slash = item->path ? strrchr(item->path, '/') : NULL;
    Uuid id;
    if (item->kind != OUTBOX_NOTE || !slash || !uuid_parse(slash + 1, &id))
        return false;
    if (!change_read(item, note)) {
        fields_clear(&note_fields, note);
        return false;
    }
    note->id = id;
    note->referral = item->object;
    note->created_at = note->updated_at = item->created_at;
    return true;
}
