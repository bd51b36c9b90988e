/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/invitations.h"

#include <string.h>

#include "db/row.h"
#include "model/referral.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/invitation_checks.h"
#include "server/invitation_store.h"
#include "server/mail.h"
#include "server/network.h"
#include "server/profile_store.h"
#include "server/server.h"
#include "server/tokens.h"
#include "server/verify.h"

#define ADDRESS_MAILS_A_WEEK 5
#define EXPIRE_AT_ONCE 200

static void invitation_clear(Invitation *invitation)
{
    fields_clear(&invitation_fields, invitation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Invitation, invitation_clear)

/* ---- answers */

static void reply_with(Call *call, const Invitation *invitation, int status)
{
    call->reply.status = status;
    call->reply.rev = invitation->rev;
    json_put_object(call->reply.body, &invitation_fields, invitation);
}

static bool read_one(Call *call, GError **error)
{
    g_auto(Invitation) invitation = { 0 };
    if (!invitation_load(call->db, &call->principal.account, &call->id, &invitation, error))
        return false;
    reply_with(call, &invitation, 200);
    return true;
}

static void tell_both(Call *call, const Invitation *invitation, const Uuid *to)
{
    change_note(call, &invitation->from.account, OBJECT_INVITATION, &invitation->id, false);
    if (!uuid_is_nil(to))
        change_note(call, to, OBJECT_INVITATION, &invitation->id, false);
}

#define EXPIRE                                                                                     \
    "UPDATE invitation SET rev = rev + 1, updated_at = $1, answered_at = expires_at, state = $2"
#define EXPIRED " RETURNING id, from_account, to_account"
static const char expire_sql[] = EXPIRE
    " WHERE state = 1 AND id IN (SELECT id FROM invitation WHERE state = 1"
    " AND expires_at <= $1 ORDER BY expires_at LIMIT $3)" EXPIRED;
static const char expire_own_sql[] = EXPIRE
    " WHERE state = 1 AND from_account = $3 AND expires_at <= $1" EXPIRED;
G_STATIC_ASSERT(INVITATION_INVITED == 1);

static bool tell_expired(Call *call, DbRows *rows, int *n, GError **error)
{
    for (*n = 0; db_next(rows, error); ++*n) {
        Invitation invitation = { .id = db_get_uuid(rows, 0),
                                  .from.account = db_get_uuid(rows, 1) };
        Uuid to = db_get_uuid(rows, 2);
        tell_both(call, &invitation, &to);
    }
    return db_rows_ok(rows);
}

/* What the job has not come to yet is not in the way of another one. */
static bool expire_own(Call *call, const Uuid *me, GError **error)
{
    int n;
    g_autoptr(DbRows) rows = db_query(call->db, error, expire_own_sql, db_int(call->now),
                                      db_int(INVITATION_EXPIRED), db_uuid(me));
    return rows && tell_expired(call, rows, &n, error);
}

/* ---- lists: both branches walk an index in the order of the list */

#define BRANCH(side)                                                                               \
    "SELECT %s FROM " INVITATION_FROM " WHERE i." side " = $1 AND (i.created_at, i.id) < ($2, $3)" \
    " AND ($5 = 0 OR i.state = $5) AND " INVITATION_JOIN

static const char *list_sql(InvitationDirection direction)
{
    const char *columns = invitation_columns();
    if (direction == DIRECTION_SENT)
        return db_intern(BRANCH("from_account") " ORDER BY i.created_at DESC, i.id DESC LIMIT $4",
                         columns);
    if (direction == DIRECTION_RECEIVED)
        return db_intern(BRANCH("to_account") " ORDER BY i.created_at DESC, i.id DESC LIMIT $4",
                         columns);
    return db_intern(BRANCH("from_account") " UNION ALL " BRANCH(
                         "to_account") " ORDER BY 3 DESC, 1 DESC LIMIT $4",
                     columns, columns);
}

static int read_choice(Call *call, const char *name, const EnumTable *table)
{
    const char *text = call_query(call, name);
    int value = text ? enum_value(table, text) : 0;
    if (text && !value) {
        g_autofree char *pointer = g_strconcat("#/", name, NULL);
        field_errors_add(&call->errors, pointer, "invalid", "%s: not one of its codes", name);
    }
    return value;
}

static bool list(Call *call, GError **error)
{
    gint64 at = 0;
    Uuid id;
    int limit = 0, direction = read_choice(call, "direction", &invitation_directions);
    int state = read_choice(call, "state", &invitation_states);
    if (!call_valid(call, error) || !call_limit(call, &limit, error) ||
        !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autoptr(DbRows) rows = db_query(call->db, error, list_sql((InvitationDirection)direction),
                                      db_uuid(&call->principal.account), db_int(at), db_uuid(&id),
                                      db_int(limit + 1), db_int(state));
    return call_put_page(call, rows, limit, &invitation_fields, "created_at", error);
}

/* ---- mail */

static bool address_is_tired(Call *call, const Asked *asked, bool *tired, GError **error)
{
    gint64 n = 0;
    if (asked->key &&
        !db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM invitation WHERE email_key = $1 AND created_at > $2",
                        db_text(asked->key), db_int(call->now - 7 * MS_PER_DAY)))
        return false;
    *tired = n > ADDRESS_MAILS_A_WEEK; /* this one is among them */
    return true;
}

static bool mail_asked(Call *call, const Invitation *invitation, const Asked *asked,
                       const Token *token, GError **error)
{
    bool tired = false, member = !uuid_is_nil(&asked->account);
    char key[UUID_TEXT_SIZE];
    if (!address_is_tired(call, asked, &tired, error) || tired)
        return tired; /* then nobody is told, and it waits in their list */
    g_autoptr(GString) link = g_string_new(NULL);
    server_link(call->server, link, "/invitation?token=");
    g_string_append(link, token->text);
    MailValue values[] = {
        { "from", invitation->from.name },   { "company", invitation->from.company_name },
        { "message", invitation->message },  { "link", link->str },
        { "member", member ? "yes" : NULL }, { 0 }
    };
    bool request = invitation->kind == INVITATION_REQUEST;
    if (request)
        values[4] = (MailValue){ 0 };
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = request ? MAIL_CONNECTION_REQUEST : MAIL_INVITATION,
                               .key = uuid_format(&invitation->id, key),
                               .account = member ? &asked->account : NULL,
                               .email = member ? NULL : invitation->email,
                               .tongue = &invitation->from.account,
                               .values = values },
                      error);
}

/* ---- PUT */

static bool load_sender(Call *call, const Uuid *me, Party *from, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT name, company_name FROM account WHERE id = $1", db_uuid(me));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "no such account")
                                        : false;
    *from = (Party){ *me, g_strdup(db_get_text(rows, 0)), g_strdup(db_get_text(rows, 1)) };
    return true;
}

static bool insert_new(Call *call, const Uuid *me, const Uuid *id, const NewInvitation *input,
                       const Asked *asked, GError **error)
{
    Party from = { 0 };
    g_auto(Invitation) invitation = { 0 };
    Token token;
    if (!load_sender(call, me, &from, error))
        return false;
    invitation_init_new(&invitation, id, &from, input, call->now);
    invitation.rev = 1;
    fields_clear(&party_fields, &from);
    token_make(TOKEN_LINK, &token);
    GError *problem = NULL;
    bool ok = invitation_insert(call->db, &invitation, &asked->account, token.hash.bytes, &problem);
    if (problem_is(problem, PROBLEM_DATABASE_UNIQUE)) {
        g_clear_error(&problem);
        problem_set(error, PROBLEM_PRECONDITION_FAILED,
                    "There is another invitation with this id: make a new id");
    } else if (!ok) {
        g_propagate_error(error, problem);
    }
    ok = ok && mail_asked(call, &invitation, asked, &token, error);
    crypto_wipe(&token, sizeof token);
    if (!ok)
        return false;
    change_note(call, me, OBJECT_INVITATION, id, false);
    if (!uuid_is_nil(&asked->account))
        change_note(call, &asked->account, OBJECT_INVITATION, id, false);
    return audit_put_of(call, me, "invitation.create", id, error);
}

bool invitation_create(Call *call, const Uuid *me, const Uuid *id, const NewInvitation *input,
                       GError **error)
{
    g_auto(Asked) asked = { 0 };
    new_invitation_validate(input, &call->errors);
    return call_valid(call, error) && invitation_find_asked(call, me, input, &asked, error) &&
           accounts_lock(call->db, me, asked.key ? NULL : &asked.account, error) &&
           expire_own(call, me, error) && invitation_check(call, me, &asked, error) &&
           insert_new(call, me, id, input, &asked, error);
}

/* The id is taken: by the same sender with the same content it is the same request again. */
static bool answer_existing(Call *call, const NewInvitation *input, bool *found, GError **error)
{
    g_auto(Invitation) old = { 0 };
    GError *problem = NULL;
    *found = invitation_load(call->db, &call->principal.account, &call->id, &old, &problem);
    if (!*found) {
        bool none = problem_is(problem, PROBLEM_NOT_FOUND);
        if (!none)
            g_propagate_error(error, g_steal_pointer(&problem));
        g_clear_error(&problem);
        return none;
    }
    bool by_address = input->email && *input->email;
    if (old.direction == DIRECTION_SENT && g_strcmp0(old.message, input->message) == 0 &&
        (by_address ? g_strcmp0(old.email, input->email) == 0
                    : uuid_equal(&old.to.account, &input->account))) {
        reply_with(call, &old, 200);
        return true;
    }
    json_put_object(call_put_current(call), &invitation_fields, &old);
    return problem_set(error, PROBLEM_PRECONDITION_FAILED,
                       "There is another invitation with this id: make a new id");
}

static bool create(Call *call, GError **error)
{
    const NewInvitation *input = call->body;
    g_auto(Invitation) made = { 0 };
    bool found = false;
    if (!answer_existing(call, input, &found, error))
        return false;
    if (found)
        return true;
    if ((input->email && *input->email && !verify_required(call, error)) ||
        !invitation_create(call, &call->principal.account, &call->id, input, error) ||
        !invitation_load(call->db, &call->principal.account, &call->id, &made, error))
        return false;
    reply_with(call, &made, 201);
    return true;
}

/* ---- acts */

static bool store_state(Call *call, const Invitation *invitation, GError **error)
{
    return db_exec(call->db, error,
                   "UPDATE invitation SET rev = rev + 1, updated_at = $2, state = $3,"
                   " answered_at = $4 WHERE id = $1",
                   db_uuid(&invitation->id), db_int(invitation->updated_at),
                   db_int(invitation->state), db_time(invitation->answered_at));
}

/* All that waits between two who are partners now is answered. */
static bool settle_others(Call *call, const Uuid *a, const Uuid *b, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE invitation SET rev = rev + 1, updated_at = $3, answered_at = $3, state = $4"
        " WHERE state = $5 AND ((from_account = $1 AND to_account = $2) OR (from_account = $2"
        " AND to_account = $1)) RETURNING id",
        db_uuid(a), db_uuid(b), db_int(call->now), db_int(INVITATION_CONNECTED),
        db_int(INVITATION_INVITED));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        change_note(call, a, OBJECT_INVITATION, &id, false);
        change_note(call, b, OBJECT_INVITATION, &id, false);
    }
    return db_rows_ok(rows);
}

static bool mail_accepted(Call *call, const Invitation *invitation, const Uuid *me, GError **error)
{
    Party party = { 0 };
    char key[UUID_TEXT_SIZE];
    if (!load_sender(call, me, &party, error))
        return false;
    MailValue values[] = { { "from", party.name }, { "company", party.company_name }, { 0 } };
    bool ok = mail_queue(call->db, call->now,
                         &(Mail){ .type = MAIL_CONNECTION_ACCEPTED,
                                  .key = uuid_format(&invitation->id, key),
                                  .account = &invitation->from.account,
                                  .values = values },
                         error);
    fields_clear(&party_fields, &party);
    return ok;
}

static bool accept_it(Call *call, const Invitation *invitation, const Uuid *me, GError **error)
{
    const Uuid *from = &invitation->from.account;
    return network_connect(call, me, from, error) && settle_others(call, me, from, error) &&
           mail_accepted(call, invitation, me, error);
}

static const char *const audit_names[] = {
    [INVITATION_ACCEPT] = "invitation.accept",
    [INVITATION_DECLINE] = "invitation.decline",
    [INVITATION_WITHDRAW] = "invitation.withdraw",
    [INVITATION_EXPIRE] = "invitation.expire",
};

/* Whose it is, which an invitation by address does not tell its sender. */
static bool read_to(Call *call, const Uuid *id, Uuid *to, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT to_account FROM invitation WHERE id = $1", db_uuid(id));
    if (!rows)
        return false;
    *to = db_next(rows, error) ? db_get_uuid(rows, 0) : (Uuid){ 0 };
    return *error == NULL;
}

/* Both accounts are locked before it is read: of two acts at once the second sees what the first did. */
static bool load_locked(Call *call, const Uuid *me, const Uuid *id, Invitation *out, Uuid *to,
                        GError **error)
{
    g_auto(Invitation) before = { 0 };
    if (!invitation_load(call->db, me, id, &before, error) || !read_to(call, id, to, error) ||
        !accounts_lock(call->db, &before.from.account, uuid_is_nil(to) ? NULL : to, error))
        return false;
    invitation_clear(out);
    *out = (Invitation){ 0 };
    return invitation_load(call->db, me, id, out, error);
}

bool invitation_act(Call *call, const Uuid *me, const Uuid *id, InvitationEvent event,
                    Invitation *out, GError **error)
{
    Uuid to;
    if (!load_locked(call, me, id, out, &to, error) ||
        !invitation_may(out, event, call->now, error))
        return false;
    invitation_apply(out, event, call->now);
    if (!store_state(call, out, error))
        return false;
    tell_both(call, out, &to);
    if (event == INVITATION_ACCEPT && !accept_it(call, out, me, error))
        return false;
    invitation_clear(out);
    *out = (Invitation){ 0 };
    return audit_put_of(call, me, audit_names[event], id, error) &&
           invitation_load(call->db, me, id, out, error);
}

static bool act(Call *call, InvitationEvent event, GError **error)
{
    g_auto(Invitation) invitation = { 0 };
    if (!invitation_act(call, &call->principal.account, &call->id, event, &invitation, error))
        return false;
    reply_with(call, &invitation, 200);
    return true;
}

static bool accept(Call *call, GError **error)
{
    return act(call, INVITATION_ACCEPT, error);
}

static bool decline(Call *call, GError **error)
{
    return act(call, INVITATION_DECLINE, error);
}

static bool withdraw(Call *call, GError **error)
{
    return act(call, INVITATION_WITHDRAW, error);
}

/* ---- by link */

bool invitation_by_token(Call *call, const char *token, Invitation *out, char **email_key,
                         bool *found, GError **error)
{
    CryptoHash hash;
    *found = false;
    *email_key = NULL;
    if (!token || !token_check(TOKEN_LINK, token, &hash))
        return true;
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT i.id, i.kind, i.from_account, f.name, f.company_name, f.business_type,"
        " i.to_account, i.email_key, i.message, i.state, i.expires_at FROM invitation i"
        " JOIN account f ON f.id = i.from_account WHERE i.token_hash = $1 AND f.state = $2",
        db_bytes(hash.bytes, sizeof hash.bytes), db_int(ACCOUNT_ACTIVE));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    *found = true;
    *email_key = g_strdup(db_get_text(rows, 7));
    *out = (Invitation){ .id = db_get_uuid(rows, 0),
                         .direction = DIRECTION_RECEIVED,
                         .kind = (InvitationKind)db_get_int(rows, 1),
                         .from = { db_get_uuid(rows, 2), g_strdup(db_get_text(rows, 3)),
                                   g_strdup(db_get_text(rows, 4)) },
                         .business_type = g_strdup(db_get_text(rows, 5)),
                         .to.account = db_get_uuid(rows, 6),
                         .message = g_strdup(db_get_text(rows, 8)),
                         .state = (InvitationState)db_get_int(rows, 9),
                         .expires_at = db_get_int(rows, 10) };
    return true;
}

bool invitation_take(Call *call, const Uuid *id, const Uuid *account, bool *taken, GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE invitation SET to_account = $2 WHERE id = $1 AND to_account IS NULL"
                       " AND from_account <> $2 AND state = $3",
                       db_uuid(id), db_uuid(account), db_int(INVITATION_INVITED)))
        return false;
    if (n)
        change_note(call, account, OBJECT_INVITATION, id, false);
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM invitation WHERE id = $1 AND to_account = $2",
                        db_uuid(id), db_uuid(account)))
        return false;
    *taken = n > 0;
    return true;
}

bool invitation_decline_unseen(Call *call, const Uuid *id, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE invitation SET rev = rev + 1, updated_at = $2, answered_at = $2, state = $3"
        " WHERE id = $1 AND state = $4 RETURNING from_account, to_account",
        db_uuid(id), db_int(call->now), db_int(INVITATION_DECLINED), db_int(INVITATION_INVITED));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_INVITATION_STATE,
                                              "It was answered already, or is over")
                                : false;
    Invitation invitation = { .id = *id, .from.account = db_get_uuid(rows, 0) };
    Uuid to = db_get_uuid(rows, 1);
    tell_both(call, &invitation, &to);
    return true;
}

bool invitations_claim(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE invitation SET to_account = $1 WHERE to_account IS NULL AND state = $2"
        " AND from_account <> $1 AND email_key = (SELECT email_key FROM account WHERE id = $1)"
        " RETURNING id",
        db_uuid(account), db_int(INVITATION_INVITED));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        change_note(call, account, OBJECT_INVITATION, &id, false);
    }
    return db_rows_ok(rows);
}

/* ---- the end of their time */

bool invitations_expire(Call *call, GError **error)
{
    int n = 0;
    g_autoptr(DbRows) rows = db_query(call->db, error, expire_sql, db_int(call->now),
                                      db_int(INVITATION_EXPIRED), db_int(EXPIRE_AT_ONCE));
    if (!rows || !tell_expired(call, rows, &n, error))
        return false;
    *(bool *)call->scratch = n == EXPIRE_AT_ONCE;
    return true;
}

const char *invitation_hot_sql(int i)
{
    switch (i) {
    case 0:
        return list_sql(DIRECTION_SENT);
    case 1:
        return list_sql(DIRECTION_RECEIVED);
    case 2:
        return list_sql(0);
    default:
        return NULL;
    }
}

const Route invitation_routes[] = {
    { .method = "GET",
      .path = "/v1/invitations",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST,
      .reply = &invitation_fields,
      .handler = list,
      .query = "direction state limit cursor",
      .summary = "Invitations and requests to me and by me, newest first" },
    { .method = "PUT",
      .path = "/v1/invitations/{id}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_IF_NONE_MATCH,
      .body = &new_invitation_fields,
      .reply = &invitation_fields,
      .handler = create,
      .summary = "Ask somebody to be partners, by account or by e-mail address; the answer does "
                 "not tell whether an address has an account" },
    { .method = "GET",
      .path = "/v1/invitations/{id}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .reply = &invitation_fields,
      .handler = read_one,
      .summary = "An invitation to me or by me" },
    { "POST", "/v1/invitations/{id}/accept", ACCESS_USER, LANE_WRITE, 0,
      .reply = &invitation_fields, .handler = accept,
      .summary = "Become partners: both sides must have room, and no exclusive rule against it" },
    { "POST", "/v1/invitations/{id}/decline", ACCESS_USER, LANE_WRITE, 0,
      .reply = &invitation_fields, .handler = decline,
      .summary = "Decline; the sender sees it and gets no mail" },
    { "POST", "/v1/invitations/{id}/withdraw", ACCESS_USER, LANE_WRITE, 0,
      .reply = &invitation_fields, .handler = withdraw,
      .summary = "Take back what was not answered" },
    { 0 },
};
