/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/invitation_checks.h"

#include "server/network.h"
#include "server/partners.h"

#define REST_AFTER_REFUSAL (30 * MS_PER_DAY)

void asked_clear(Asked *asked)
{
    g_free(asked->key);
}

static bool find_account(Call *call, const NewInvitation *input, Asked *asked, GError **error)
{
    g_autoptr(DbRows) rows =
        asked->key
            ? db_query(call->db, error,
                       "SELECT id, profile_public FROM account WHERE email_key = $1 AND state = $2"
                       " AND email_verified_at IS NOT NULL",
                       db_text(asked->key), db_int(ACCOUNT_ACTIVE))
            : db_query(call->db, error,
                       "SELECT id, profile_public FROM account WHERE id = $1 AND state = $2",
                       db_uuid(&input->account), db_int(ACCOUNT_ACTIVE));
    if (!rows)
        return false;
    if (db_next(rows, error)) {
        asked->account = db_get_uuid(rows, 0);
        asked->is_public = db_get_int(rows, 1) != 0;
    } else if (!db_rows_ok(rows)) {
        return false;
    }
    bool known = asked->key || !uuid_is_nil(&asked->account);
    return (known && (input->kind != INVITATION_REQUEST || asked->is_public)) ||
           problem_set(error, PROBLEM_NOT_FOUND, "There is no such account, or no public profile");
}

bool invitation_find_asked(Call *call, const Uuid *me, const NewInvitation *input, Asked *asked,
                           GError **error)
{
    gint64 own = 0;
    asked->key = input->email && *input->email ? email_fold(input->email) : NULL;
    if (asked->key &&
        !db_get_one_int(call->db, error, &own,
                        "SELECT COUNT(*) FROM account WHERE id = $1 AND email_key = $2",
                        db_uuid(me), db_text(asked->key)))
        return false;
    if (own || uuid_equal(me, &input->account))
        field_errors_add(&call->errors, own ? "#/email" : "#/account", "self",
                         "that is you: choose somebody else");
    if (asked->key && input->kind == INVITATION_REQUEST)
        field_errors_add(&call->errors, "#/kind", "not-allowed",
                         "a request goes to an account with a public profile");
    return call_valid(call, error) && find_account(call, input, asked, error);
}

/* Whether they are partners is no secret between partners, who know each other's address. */
static bool check_not_partners(Call *call, const Uuid *me, const Asked *asked, GError **error)
{
    bool partners = false;
    if (!uuid_is_nil(&asked->account) &&
        !partners_are(call->db, me, &asked->account, &partners, error))
        return false;
    return !partners || problem_set(error, PROBLEM_ALREADY_EXISTS, "You are partners already");
}

/* What went between the two, as far as the sender can see it: by account, or by this very address. */
static bool check_history(Call *call, const Uuid *me, const Asked *asked, GError **error)
{
    g_autoptr(DbRows)
        rows = asked->key
                   ? db_query(call->db, error,
                              "SELECT state, expires_at, answered_at FROM invitation"
                              " WHERE email_key = $2 AND from_account = $1",
                              db_uuid(me), db_text(asked->key))
                   : db_query(call->db, error,
                              "SELECT state, expires_at, answered_at FROM invitation"
                              " WHERE to_account = $2 AND from_account = $1 AND email_key IS NULL",
                              db_uuid(me), db_uuid(&asked->account));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        gint64 state = db_get_int(rows, 0), answered = db_get_int(rows, 2);
        if (state == INVITATION_INVITED)
            return problem_set(error, PROBLEM_ALREADY_EXISTS,
                               "You have asked already, and there is no answer yet");
        if (state == INVITATION_DECLINED && call->now < answered + REST_AFTER_REFUSAL)
            return problem_set(error, PROBLEM_TOO_SOON, "It was declined: ask again after 30 days");
    }
    return db_rows_ok(rows);
}

static bool check_not_asked_by_them(Call *call, const Uuid *me, const Asked *asked, GError **error)
{
    gint64 n = 0;
    if (asked->key)
        return true;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM invitation WHERE from_account = $1 AND to_account ="
                        " $2 AND state = $3 AND expires_at > $4",
                        db_uuid(&asked->account), db_uuid(me), db_int(INVITATION_INVITED),
                        db_int(call->now)))
        return false;
    return n == 0 ||
           problem_set(error, PROBLEM_ALREADY_EXISTS, "They have asked you already: accept that");
}

static bool check_limits(Call *call, const Uuid *me, GError **error)
{
    gint64 open = 0, today = 0, partners = 0;
    if (!db_get_one_int(call->db, error, &open,
                        "SELECT COUNT(*) FROM invitation WHERE from_account = $1 AND state = $2",
                        db_uuid(me), db_int(INVITATION_INVITED)) ||
        !db_get_one_int(call->db, error, &today,
                        "SELECT COUNT(*) FROM invitation WHERE from_account = $1"
                        " AND created_at > $2",
                        db_uuid(me), db_int(call->now - MS_PER_DAY)) ||
        !network_count(call->db, me, &partners, error))
        return false;
    if (partners >= PARTNERS_MAX)
        return problem_set(error, PROBLEM_PARTNER_LIMIT,
                           "You have %d partners, which is the most that anybody can have",
                           PARTNERS_MAX);
    if (open >= INVITATIONS_OPEN_MAX)
        return problem_set(error, PROBLEM_INVITATION_LIMIT,
                           "%d of your invitations wait for an answer, which is the most: "
                           "withdraw some",
                           INVITATIONS_OPEN_MAX);
    return today < INVITATIONS_A_DAY ||
           problem_set(error, PROBLEM_INVITATION_LIMIT,
                       "You have sent %d invitations within 24 hours, which is the most",
                       INVITATIONS_A_DAY);
}

/* Who makes this server write to any address must have shown that their own is theirs. */
static bool check_verified(Call *call, const Uuid *me, const Asked *asked, GError **error)
{
    gint64 n = 0;
    if (!asked->key)
        return true;
    return db_get_one_int(call->db, error, &n,
                          "SELECT COUNT(*) FROM account WHERE id = $1"
                          " AND email_verified_at IS NOT NULL",
                          db_uuid(me)) &&
           (n > 0 || problem_set(error, PROBLEM_FORBIDDEN,
                                 "Verify your own e-mail address first: then you can invite others "
                                 "by theirs"));
}

bool invitation_check(Call *call, const Uuid *me, const Asked *asked, GError **error)
{
    return check_not_partners(call, me, asked, error) &&
           check_not_asked_by_them(call, me, asked, error) &&
           check_history(call, me, asked, error) && check_verified(call, me, asked, error) &&
           check_limits(call, me, error);
}
