/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_create.h"

#include "server/lead_link.h"
#include "server/referral_duplicates.h"
#include "server/referral_family.h"
#include "server/referral_mail.h"
#include "server/referral_store.h"
#include "server/referrals.h"
#include "server/slip_checks.h"
#include "server/verify.h"

static bool same_recipient(const Referral *old, const Recipient *to)
{
    return uuid_equal(&old->to.account, &to->account) &&
           (!referral_is_outside(old) || (g_strcmp0(old->to.name, to->outside.name) == 0 &&
                                          g_strcmp0(old->to_email, to->outside.email) == 0));
}

/* Same content as when it was first sent: then a repeated PUT is no news. */
static bool same_input(const Referral *old, const NewReferral *input, const Uuid *copy_of)
{
    return same_recipient(old, &input->to) && old->type == input->type &&
           uuid_equal(&old->copy_of, copy_of) &&
           old->lead.known_and_spoken == input->known_and_spoken &&
           money_equal(&old->lead.value, &input->value) &&
           g_strcmp0(old->lead.need, input->need) == 0 &&
           g_strcmp0(old->lead.comments, input->comments) == 0 &&
           fields_equal(&contact_fields, &old->lead.contact, &input->contact) &&
           fields_equal(&permission_fields, &old->lead.permission, &input->permission);
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
            referral_reply(call, &old, 200);
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

/* Makes the member "warnings" of the answer that is written: only when there are some. */
static bool put_warnings(Call *call, const Referral *referral, const NewReferral *input,
                         GError **error)
{
    GString *body = call->reply.body;
    const Duplicates of = { .to = &input->to, .contact = &input->contact, .but = &referral->id };
    gsize length = body->len;
    g_string_truncate(body, length - 1);
    g_string_append(body, ",\"warnings\":[");
    gsize begin = body->len;
    if (!duplicates_put(call, &of, error))
        return false;
    if (!input->known_and_spoken) {
        g_string_append(body, body->len > begin ? "," : "");
        json_put_object(body, &warning_fields, &(Warning){ .code = WARNING_NOT_SPOKEN });
    }
    if (body->len > begin) {
        g_string_append(body, "]}");
        return true;
    }
    g_string_truncate(body, length - 1);
    g_string_append_c(body, '}');
    return true;
}

static bool insert_new(Call *call, const NewReferral *input, const SlipChecks *checks,
                       GError **error)
{
    const Uuid *root = &checks->root;
    gint64 live = 0;
    if (!uuid_is_nil(root) && !family_count(call, root, &call->id, &live, error))
        return false;

    g_auto(Referral) referral = { 0 };
    Uuid lead = uuid_new();
    referral_init_new(&referral, &call->id, &lead, &checks->from, &checks->to, input, call->now);
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
    if (live && !family_mark(call, root, &call->id, true, error))
        return false;
    referral_changed(call, &referral);
    referral_reply(call, &referral, 201);
    return put_warnings(call, &referral, input, error) &&
           (referral_is_outside(&referral) ? lead_link_mail(call, &referral, false, error)
                                           : referral_mail_received(call, &referral, error));
}

static bool are_few(Call *call, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM referral WHERE from_account = $1 AND sent_at > $2"
                        " AND to_account IS NULL",
                        db_uuid(&call->principal.account), db_int(call->now - MS_PER_DAY)))
        return false;
    return n < OUTSIDE_A_DAY ||
           problem_set(error, PROBLEM_TOO_SOON,
                       "%d leads went to people outside the network within 24 hours: send more "
                       "tomorrow",
                       OUTSIDE_A_DAY);
}

/* Mail to an address that somebody typed: only for who has shown their own, and not for many a day. */
static bool may_mail(Call *call, const NewReferral *input, GError **error)
{
    return !input->to.outside.email || field_errors_any(&call->errors) ||
           (verify_required(call, error) && are_few(call, error));
}

bool referral_create(Call *call, GError **error)
{
    const NewReferral *input = call->body;
    g_auto(SlipChecks) checks = { 0 };
    bool found = false;
    if (!slip_check_input(call, input, &checks, error) ||
        (!field_errors_any(&call->errors) &&
         !answer_existing(call, input, &checks.root, &found, error)))
        return false;
    return found || (may_mail(call, input, error) && slip_check_now(call, input, &checks, error) &&
                     insert_new(call, input, &checks, error));
}
