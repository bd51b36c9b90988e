/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referrals.h"

#include "server/changes.h"
#include "server/partners.h"
#include "server/referral_list.h"
#include "server/referral_store.h"

static void party_clear(Party *party)
{
    fields_clear(&party_fields, party);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Party, party_clear)

#define RACES 5 /* how often a write is tried again because another was faster */

/* ---- answers */

static void reply_referral(Call *call, const Referral *referral, int status)
{
    call->reply.status = status;
    call->reply.rev = referral->rev;
    json_put_object(call->reply.body, &referral_fields, referral);
}

static void note_both(Call *call, const Referral *referral)
{
    change_note(call, &referral->from.account, OBJECT_REFERRAL, &referral->id, false);
    change_note(call, &referral->to.account, OBJECT_REFERRAL, &referral->id, false);
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    if (!referral_load(call->db, &call->principal.account, &call->id, &referral, error))
        return false;
    reply_referral(call, &referral, 200);
    return true;
}

/* ---- sending */

/* The names of both parties; *to is left without a name when there is no such active account. */
static bool load_parties(Db *db, Party *from, Party *to, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error, "SELECT id, name, company_name FROM account WHERE id IN ($1, $2) AND state = $3",
        db_uuid(&from->account), db_uuid(&to->account), db_int(ACCOUNT_ACTIVE));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        Party *party = uuid_equal(&id, &from->account) ? from : to;
        party->name = g_strdup(db_get_text(rows, 1));
        party->company_name = g_strdup(db_get_text(rows, 2));
    }
    return db_rows_ok(rows);
}

/* Same content as when it was first sent: then a repeated PUT is no news. */
static bool same_input(const Referral *old, const NewReferral *input, const Uuid *copy_of)
{
    return uuid_equal(&old->to.account, &input->to.account) && old->type == input->type &&
           uuid_equal(&old->copy_of, copy_of) &&
           old->lead.known_and_spoken == input->known_and_spoken &&
           money_equal(&old->lead.value, &input->value) &&
           g_strcmp0(old->lead.need, input->need) == 0 &&
           g_strcmp0(old->lead.comments, input->comments) == 0 &&
           fields_equal(&contact_fields, &old->lead.contact, &input->contact) &&
           fields_equal(&permission_fields, &old->lead.permission, &input->permission);
}

/*
 * A lead and its copies are a family one level deep: a copy of a copy is a copy of the first, the root. Who looks at a
 * family to change it holds the root's row until the commit, so that two who do so at one moment see each other. *root
 * is nil when the caller has not sent this one.
 */
static bool lock_family(Call *call, const Uuid *member, Uuid *root, GError **error)
{
    *root = (Uuid){ 0 };
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE referral SET copy_of = copy_of WHERE id = (SELECT COALESCE(copy_of, id)"
        " FROM referral WHERE id = $1 AND from_account = $2) RETURNING id",
        db_uuid(member), db_uuid(&call->principal.account));
    if (!rows)
        return false;
    if (db_next(rows, error))
        *root = db_get_uuid(rows, 0);
    return !uuid_is_nil(root) || db_rows_ok(rows);
}

static bool resolve_copy(Call *call, const NewReferral *input, Uuid *root, GError **error)
{
    *root = (Uuid){ 0 };
    if (uuid_is_nil(&input->copy_of))
        return true;
    if (!lock_family(call, &input->copy_of, root, error))
        return false;
    if (uuid_is_nil(root))
        field_errors_add(&call->errors, "#/copy_of", "not-found",
                         "copy_of must be a referral that you sent yourself");
    return true;
}

/* The same lead goes to one partner once (R29, R30), unless it was withdrawn from them. */
static bool check_not_twice(Call *call, const NewReferral *input, const Uuid *root, GError **error)
{
    if (uuid_is_nil(root))
        return true;
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM referral WHERE (id = $1 OR copy_of = $1)"
                        " AND to_account = $2 AND state <> $3 AND id <> $4",
                        db_uuid(root), db_uuid(&input->to.account), db_int(REFERRAL_WITHDRAWN),
                        db_uuid(&call->id)))
        return false;
    if (n)
        field_errors_add(&call->errors, "#/to/account", "duplicate",
                         "this partner has the lead already: choose another");
    return true;
}

/* Sets or takes back "competing" on the live members of a family that have it otherwise. */
static bool mark_family(Call *call, const Uuid *root, const Uuid *except, bool competing,
                        GError **error)
{
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "UPDATE referral SET competing = $1, rev = rev + 1, updated_at = $2"
                        " WHERE (id = $3 OR copy_of = $3) AND id <> $4 AND competing <> $1"
                        " AND state <> $5 RETURNING id, from_account, to_account",
                        db_int(competing), db_time(call->now), db_uuid(root), db_uuid(except),
                        db_int(REFERRAL_WITHDRAWN));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Referral referral = { .id = db_get_uuid(rows, 0),
                              .from.account = db_get_uuid(rows, 1),
                              .to.account = db_get_uuid(rows, 2) };
        note_both(call, &referral);
    }
    return db_rows_ok(rows);
}

static bool count_live(Call *call, const Uuid *root, const Uuid *except, gint64 *n, GError **error)
{
    return db_get_one_int(call->db, error, n,
                          "SELECT COUNT(*) FROM referral WHERE (id = $1 OR copy_of = $1)"
                          " AND id <> $2 AND state <> $3",
                          db_uuid(root), db_uuid(except), db_int(REFERRAL_WITHDRAWN));
}

/* The id is taken: by the same creator with the same content it is the same request again. */
static bool answer_existing(Call *call, const NewReferral *input, const Uuid *root, bool *found,
                            GError **error)
{
    g_auto(Referral) old = { 0 };
    GError *problem = NULL;
    *found = referral_load(call->db, &call->principal.account, &call->id, &old, &problem);
    if (*found) {
        if (old.box == BOX_SENT && same_input(&old, input, root)) {
            reply_referral(call, &old, 200);
            return true;
        }
        json_put_object(call_put_current(call), &referral_fields, &old);
        return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                           "There is another referral with this id: make a new id");
    }
    if (!problem_is(problem, PROBLEM_NOT_FOUND)) {
        g_propagate_error(error, problem);
        return false;
    }
    g_clear_error(&problem);
    return true;
}

static bool insert_new(Call *call, const NewReferral *input, const Uuid *root, GError **error)
{
    g_auto(Party) from = { .account = call->principal.account };
    g_auto(Party) to = { .account = input->to.account };
    bool partners = false;
    gint64 live = 0;
    if (!partners_are(call->db, &from.account, &to.account, &partners, error) ||
        !load_parties(call->db, &from, &to, error))
        return false;
    if (!partners || !to.name)
        return problem_set(error, PROBLEM_NOT_PARTNERS,
                           "Leads go to partners only: connect with this account first");
    if (!uuid_is_nil(root) && !count_live(call, root, &call->id, &live, error))
        return false;

    g_auto(Referral) referral = { 0 };
    Uuid lead = uuid_new();
    referral_init_new(&referral, &call->id, &lead, &from, input, call->now);
    g_free(referral.to.name);
    g_free(referral.to.company_name);
    referral.to.name = g_strdup(to.name);
    referral.to.company_name = g_strdup(to.company_name);
    referral.copy_of = *root;
    referral.competing = live > 0; /* R31 */
    referral.rev = 1;

    GError *problem = NULL;
    if (!referral_insert(call->db, &referral, &problem)) {
        if (!problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
            g_propagate_error(error, problem);
            return false;
        }
        g_clear_error(&problem);
        return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                           "There is another referral with this id: make a new id");
    }
    if (live && !mark_family(call, root, &call->id, true, error))
        return false;
    note_both(call, &referral);
    reply_referral(call, &referral, 201);
    return true;
}

bool referral_create(Call *call, GError **error)
{
    const NewReferral *input = call->body;
    Uuid root;
    bool found = false;
    new_referral_validate(input, &call->errors);
    if (uuid_equal(&input->to.account, &call->principal.account))
        field_errors_add(&call->errors, "#/to/account", "self",
                         "a lead goes to somebody else: choose a partner");
    if (!resolve_copy(call, input, &root, error) || !call_valid(call, error) ||
        !answer_existing(call, input, &root, &found, error))
        return false;
    if (found)
        return true;
    if (!check_not_twice(call, input, &root, error) || !call_valid(call, error))
        return false;
    return insert_new(call, input, &root, error);
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
        act->apply(call, referral);
        referral->rev = rev + 1;
        if (!referral_update(call->db, referral, rev, done, error))
            return false;
        if (*done)
            note_both(call, referral);
    }
    if (*done)
        reply_referral(call, referral, 200);
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

/* When only one recipient is left, nobody competes any more. */
static bool withdraw(Call *call, GError **error)
{
    g_auto(Referral) referral = { 0 };
    Uuid root;
    gint64 live = 0;
    return lock_family(call, &call->id, &root, error) &&
           run_act(call, &(Act){ EVENT_WITHDRAW, apply_withdraw }, &referral, error) &&
           count_live(call, &root, &referral.id, &live, error) &&
           (live != 1 || mark_family(call, &root, &referral.id, false, error));
}

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
      .summary = "Send a lead to one partner" },
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
    { 0 },
};
