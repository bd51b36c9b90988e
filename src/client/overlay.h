/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local edits: what a row of the outbox makes of its object (a referral, an invitation, a request, a group) until the server has
 * said so. Rule of the whole client: what is shown = the server's object with the live (not stopped) items of the outbox applied
 * in order, by the model's functions. Nothing else edits one. Meetings have theirs in client/meeting_book.h.
 */
#pragma once

#include "client/store.h"
#include "model/group.h"
#include "model/invitation.h"
#include "model/referral.h"

/* Applies one item. An item the rules no longer allow (the sender withdrew meanwhile) and a stopped one change nothing:
 * false. CREATE fills a zeroed referral; from and to are then how the two parties appear. */
bool overlay_apply(Referral *referral, const OutboxItem *item, const Party *from, const Party *to);

/* The same of an invitation; an INVITE fills a zeroed one of me. */
bool overlay_invitation(Invitation *invitation, const OutboxItem *item, const Party *me);

/* The same of a membership request; a JOIN fills a zeroed one of me. */
bool overlay_request(MembershipRequest *request, const OutboxItem *item, const Party *me);
/* The event of an item that is about a request; false: it is about something else, or makes one. */
bool overlay_request_event(OutboxKind kind, RequestEvent *event);
OutboxKind overlay_request_kind(RequestEvent event);

/* The same of a group: what was changed of it; one that is started fills a zeroed one, which this user leads. */
bool overlay_group(Group *group, const OutboxItem *item);

/* Is this item the action of that account? Of another one nothing is shown or sent here. */
bool overlay_is_of(const OutboxItem *item, const Uuid *account);

/* Who a CREATE is for; false when its body makes no sense. */
bool overlay_recipient(const OutboxItem *item, Uuid *account);
/* A CREATE that hands the lead of another referral on: that one. It cannot go before it. */
bool overlay_is_copy(const OutboxItem *item, Uuid *original);
bool overlay_is_copy_of(const OutboxItem *item, const Uuid *original);

/* What the user said in a CONFIRM (or AMEND) or an OUTCOME item. False when it is another kind, or its body makes no sense. Caller
 * clears. */
bool overlay_confirm_input(const OutboxItem *item, ConfirmInput *input);
bool overlay_outcome_input(const OutboxItem *item, OutcomeInput *input);

/* What an item does, in a word or two for people: "confirm", "not a lead", "won", "note". */
const char *overlay_word(const OutboxItem *item);

/* The note of a NOTE item, as it will appear. False when its body or path make no sense. Caller clears. */
bool overlay_note(const OutboxItem *item, Note *note);
