/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_create.h"

#include "server/lead_link.h"
#include "server/partners.h"
#include "server/referral_duplicates.h"
#include "server/referral_family.h"
#include "server/referral_mail.h"
#include "server/referral_store.h"
#include "server/referrals.h"

static void party_clear(Party *party)
{
    fields_clear(&party_fields, party);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Party, party_clear)

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

/* *withdrawn: what would be copied was taken back. */
static bool resolve_copy(Call *call, const NewReferral *input, Uuid *root, bool *withdrawn,
                         GError **error)
{
    *root = (Uuid){ 0 };
    *withdrawn = false;
    if (uuid_is_nil(&input->copy_of))
        return true;
    if (!family_lock(call, &input->copy_of, root, error))
        return false;
    if (uuid_is_nil(root)) {
        field_errors_add(&call->errors, "#/copy_of", "not-found",
                         "copy_of must be a referral that you sent yourself");
        return true;
    }
    gint64 state = 0;
    if (!db_get_one_int(call->db, error, &state, "SELECT state FROM referral WHERE id = $1",
                        db_uuid(&input->copy_of)))
        return false;
    *withdrawn = state == REFERRAL_WITHDRAWN;
    return true;
}

/* The same lead goes to one recipient once (R29, R30), unless it was withdrawn from them. */
static bool check_not_twice(Call *call, const NewReferral *input, const Uuid *root, GError **error)
{
    if (uuid_is_nil(root))
        return true;
    bool outside = uuid_is_nil(&input->to.account);
    g_autofree char *key = outside ? email_fold(input->to.outside.email) : NULL;
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM referral WHERE (id = $1 OR copy_of = $1)"
                        " AND (to_account = $2 OR to_key = $3) AND state <> $4 AND id <> $5",
                        db_uuid(root), db_uuid(&input->to.account), db_text(key),
                        db_int(REFERRAL_WITHDRAWN), db_uuid(&call->id)))
        return false;
    if (n)
        field_errors_add(&call->errors, outside ? "#/to/outside/email" : "#/to/account",
                         "duplicate", "this recipient has the lead already: choose another");
    return true;
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

/* To somebody outside a lead may always go (R116); else to live partners only. */
static bool check_recipient(Call *call, Party *from, Party *to, GError **error)
{
    bool outside = uuid_is_nil(&to->account), partners = outside;
    if ((!outside && !partners_are(call->db, &from->account, &to->account, &partners, error)) ||
        !load_parties(call->db, from, to, error))
        return false;
    return (partners && (outside || to->name)) ||
           problem_set(error, PROBLEM_NOT_PARTNERS,
                       "Leads go to partners only: connect with this account first");
}

static bool insert_new(Call *call, const NewReferral *input, const Uuid *root, GError **error)
{
    g_auto(Party) from = { .account = call->principal.account };
    g_auto(Party) to = { .account = input->to.account };
    gint64 live = 0;
    if (!check_recipient(call, &from, &to, error))
        return false;
    if (!uuid_is_nil(root) && !family_count(call, root, &call->id, &live, error))
        return false;

    g_auto(Referral) referral = { 0 };
    Uuid lead = uuid_new();
    referral_init_new(&referral, &call->id, &lead, &from, &to, input, call->now);
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

bool referral_create(Call *call, GError **error)
{
    const NewReferral *input = call->body;
    Uuid root;
    bool found = false, withdrawn;
    new_referral_validate(input, &call->errors);
    if (uuid_equal(&input->to.account, &call->principal.account))
        field_errors_add(&call->errors, "#/to/account", "self",
                         "a lead goes to somebody else: choose a partner");
    if (!resolve_copy(call, input, &root, &withdrawn, error) || !call_valid(call, error) ||
        !answer_existing(call, input, &root, &found, error))
        return false;
    if (found)
        return true;
    if (withdrawn)
        field_errors_add(&call->errors, "#/copy_of", "withdrawn",
                         "it was withdrawn: send the lead anew, without copy_of");
    if (!check_not_twice(call, input, &root, error) || !call_valid(call, error))
        return false;
    return insert_new(call, input, &root, error);
}
