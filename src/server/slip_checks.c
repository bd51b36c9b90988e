/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/slip_checks.h"

#include "server/concerns.h"
#include "server/partners.h"
#include "server/referral_family.h"

void slip_checks_clear(SlipChecks *checks)
{
    fields_clear(&party_fields, &checks->from);
    fields_clear(&party_fields, &checks->to);
}

static bool is_outside(const NewReferral *input)
{
    return uuid_is_nil(&input->to.account);
}

static const char *recipient_pointer(const NewReferral *input)
{
    return is_outside(input) ? "#/to/outside/email" : "#/to/account";
}

/* One error for each place. */
static void add(Call *call, const char *pointer, const char *code, const char *detail)
{
    if (!field_errors_find(&call->errors, pointer))
        field_errors_add(&call->errors, pointer, code, "%s", detail);
}

/* *withdrawn: what would be copied was taken back. */
static bool check_copy(Call *call, const NewReferral *input, Uuid *root, bool *withdrawn,
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

bool slip_check_input(Call *call, const NewReferral *input, SlipChecks *checks, GError **error)
{
    new_referral_validate(input, &call->errors);
    if (uuid_equal(&input->to.account, &call->principal.account))
        add(call, "#/to/account", "self", "a lead goes to somebody else: choose a partner");
    return check_copy(call, input, &checks->root, &checks->withdrawn, error);
}

/* ---- just now */

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
        add(call, recipient_pointer(input), "duplicate",
            "this recipient has the lead already: choose another");
    return true;
}

/* The address of an account is told only to itself and to its partners, who know it. */
static bool check_outside(Call *call, const NewReferral *input, GError **error)
{
    g_autofree char *key = email_fold(input->to.outside.email);
    bool partners = false;
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT id FROM account WHERE email_key = $1", db_text(key));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    Uuid account = db_get_uuid(rows, 0);
    g_clear_pointer(&rows, db_rows_free);
    if (uuid_equal(&account, &call->principal.account))
        add(call, "#/to/outside/email", "self", "a lead goes to somebody else");
    else if (!partners_may_refer(call->db, &call->principal.account, &account, &partners, error))
        return false;
    if (partners)
        add(call, "#/to/outside/email", "partner",
            "this is the address of a partner: send it to their account");
    return true;
}

/* *connected: to a live account, or to somebody outside. */
static bool check_recipient(Call *call, const NewReferral *input, SlipChecks *checks,
                            bool *connected, GError **error)
{
    checks->from.account = call->principal.account;
    checks->to.account = input->to.account;
    *connected = is_outside(input);
    if (is_outside(input) ? !check_outside(call, input, error)
                          : !partners_may_refer(call->db, &checks->from.account,
                                                &checks->to.account, connected, error))
        return false;
    if (!load_parties(call->db, &checks->from, &checks->to, error))
        return false;
    *connected = *connected && (is_outside(input) || checks->to.name);
    return true;
}

/* By a group, and none of those that they share lets them have leads now. */
static bool check_barred(Call *call, const NewReferral *input, bool *barred, GError **error)
{
    bool partners = false;
    *barred = false;
    if (is_outside(input))
        return true;
    return partners_are(call->db, &call->principal.account, &input->to.account, &partners, error) &&
           (partners || concern_bar(call->db, &call->principal.account, &input->to.account,
                                    call->now, barred, error));
}

/* What is a problem of its own where nothing else is wrong. */
typedef struct Refusal {
    Problem problem;
    const char *detail;
} Refusal;

static Refusal find_refusal(bool connected, bool barred)
{
    if (!connected)
        return (Refusal){ PROBLEM_NOT_PARTNERS,
                          "Leads go to partners only: connect with this account first" };
    if (barred)
        return (Refusal){ PROBLEM_UNREFERRABLE, "This member takes no leads just now" };
    return (Refusal){ 0 };
}

bool slip_check_now(Call *call, const NewReferral *input, SlipChecks *checks, GError **error)
{
    bool connected, barred;
    if (checks->withdrawn)
        add(call, "#/copy_of", "withdrawn",
            "it was withdrawn: send the lead anew, without copy_of");
    if (!check_not_twice(call, input, &checks->root, error) ||
        !check_recipient(call, input, checks, &connected, error) ||
        !check_barred(call, input, &barred, error))
        return false;
    Refusal refusal = find_refusal(connected, barred);
    if (!refusal.detail)
        return call_valid(call, error);
    if (!field_errors_any(&call->errors))
        return problem_set(error, refusal.problem, "%s", refusal.detail);
    add(call, "#/to/account", problem_row(refusal.problem)->code, refusal.detail);
    return call_valid(call, error);
}
