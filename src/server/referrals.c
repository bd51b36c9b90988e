/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referrals.h"

#include "server/referral_create.h"
#include "server/referral_duplicates.h"
#include "server/referral_family.h"
#include "server/referral_list.h"
#include "server/referral_mail.h"
#include "server/referral_store.h"

#define RACES 5 /* how often a write is tried again because another was faster */

/* ---- answers */

void referral_reply(Call *call, const Referral *referral, int status)
{
    call->reply.status = status;
    call->reply.rev = referral->rev;
    json_put_object(call->reply.body, &referral_fields, referral);
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    if (!referral_load(call->db, &call->principal.account, &call->id, &referral, error))
        return false;
    referral_reply(call, &referral, 200);
    return true;
}

/* ---- events */

static void apply_pick_up(Call *call, Referral *referral)
{
    referral_pick_up(referral, call->now);
}

static void apply_confirm(Call *call, Referral *referral)
{
    referral_confirm(referral, call->body, call->now);
}

static void apply_outcome(Call *call, Referral *referral)
{
    referral_set_outcome(referral, call->body, call->now);
}

static void apply_withdraw(Call *call, Referral *referral)
{
    referral_withdraw(referral, call->now);
    referral->competing = false;
}

static void apply_remind(Call *call, Referral *referral)
{
    referral_remind(referral, call->now);
}

typedef struct Act {
    ReferralEvent event;
    void (*apply)(Call *call, Referral *referral);
} Act;

/* One try; *done false when another writer changed the row between our read and our write. */
static bool try_act(Call *call, const Act *act, Referral *referral, bool *done, GError **error)
{
    *done = true;
    if (!referral_load(call->db, &call->principal.account, &call->id, referral, error))
        return false;
    if (call->if_match && !call_check_rev(call, referral->rev, error)) {
        json_put_object(call_put_current(call), &referral_fields, referral);
        return false;
    }
    if (!referral_may(referral, act->event, call->now, error))
        return false;
    bool news = act->event != EVENT_PICK_UP || referral->state == REFERRAL_SENT;
    if (news) {
        gint64 rev = referral->rev;
        ReferralState before = referral->state;
        act->apply(call, referral);
        referral->rev = rev + 1;
        if (!referral_update(call->db, referral, rev, done, error))
            return false;
        if (*done)
            referral_changed(call, referral);
        if (*done && !referral_mail_event(call, referral, act->event, before, error))
            return false;
    }
    if (*done)
        referral_reply(call, referral, 200);
    return true;
}

static bool run_act(Call *call, const Act *act, Referral *referral, GError **error)
{
    for (int i = 0; i < RACES; i++) {
        bool done = false;
        referral_clear(referral);
        if (!try_act(call, act, referral, &done, error))
            return false;
        if (done)
            return true;
    }
    return problem_set(error, PROBLEM_OVERLOADED, "Others keep changing this referral: try again");
}

static bool pick_up(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    return run_act(call, &(Act){ EVENT_PICK_UP, apply_pick_up }, &referral, error);
}

static bool confirm(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    confirm_validate(call->body, &call->errors);
    return call_valid(call, error) &&
           run_act(call, &(Act){ EVENT_CONFIRM, apply_confirm }, &referral, error);
}

static bool set_outcome(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    outcome_validate(call->body, &call->errors);
    return call_valid(call, error) &&
           run_act(call, &(Act){ EVENT_OUTCOME, apply_outcome }, &referral, error);
}

static bool remind(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    return run_act(call, &(Act){ EVENT_REMIND, apply_remind }, &referral, error);
}

/* When only one recipient is left, nobody competes any more. */
static bool withdraw(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    Uuid root;
    gint64 live = 0;
    return family_lock(call, &call->id, &root, error) &&
           run_act(call, &(Act){ EVENT_WITHDRAW, apply_withdraw }, &referral, error) &&
           family_count(call, &root, &referral.id, &live, error) &&
           (live != 1 || family_mark(call, &root, &referral.id, false, error));
}

#define CREATED_SCHEMA                                                                             \
    "{'allOf':[" SCHEMA_REF("referral") ",{'type':'object','properties':{'warnings':"              \
                                        "{'type':'array','items':" SCHEMA_REF("warning") "}}}]}"
#define DUPLICATES_SCHEMA                                                                          \
    "{'type':'object','required':['items'],'properties':{'items':{'type':'array','items'"          \
    ":" SCHEMA_REF("warning") "}}}"

const Route referral_routes[] = {
    { .method = "GET",
      .path = "/v1/referrals",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &referral_fields,
      .handler = referral_list,
      .query = "box state verdict type from to since q limit cursor",
      .summary = "Referrals sent to me or by me, newest first" },
    { .method = "PUT",
      .path = "/v1/referrals/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &new_referral_fields,
      .reply = &referral_fields,
      .handler = referral_create,
      .reply_schema = CREATED_SCHEMA,
      .summary = "Send a lead to one partner, or to somebody outside by e-mail; warnings, when "
                 "there are some, are told once: a repeated request has none" },
    { .method = "GET",
      .path = "/v1/referrals/duplicates",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &warning_fields,
      .handler = duplicates_list,
      .query = "to phone phone_2 email country",
      .reply_schema = DUPLICATES_SCHEMA,
      .summary = "Did I send this recipient (an account, or an address) the same phone or e-mail "
                 "in the last 90 days? Only what I sent" },
    { .method = "GET",
      .path = "/v1/referrals/{id}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &referral_fields,
      .handler = read_one,
      .summary = "One referral as I see it" },
    { .method = "POST",
      .path = "/v1/referrals/{id}/pick-up",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .reply = &referral_fields,
      .handler = pick_up,
      .summary = "The recipient has opened it" },
    { .method = "POST",
      .path = "/v1/referrals/{id}/confirm",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &confirm_fields,
      .reply = &referral_fields,
      .handler = confirm,
      .summary = "The recipient's verdict: a lead, or not a lead and why; may be amended once "
                 "within 14 days" },
    { .method = "POST",
      .path = "/v1/referrals/{id}/outcome",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &outcome_fields,
      .reply = &referral_fields,
      .handler = set_outcome,
      .summary = "What became of a confirmed lead; changes no count" },
    { .method = "POST",
      .path = "/v1/referrals/{id}/withdraw",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .reply = &referral_fields,
      .handler = withdraw,
      .summary = "The sender takes it back before it was picked up" },
    { .method = "POST",
      .path = "/v1/referrals/{id}/remind",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .reply = &referral_fields,
      .handler = remind,
      .summary = "The sender asks the recipient for a verdict; at most once a day" },
    { 0 },
};
