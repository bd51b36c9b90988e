/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts.h"

#include "db/row.h"
#include "model/business_type.h"
#include "server/audit.h"
#include "server/batch.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/invitations.h"
#include "server/network.h"
#include "server/password.h"
#include "server/profile_store.h"
#include "server/server.h"
#include "server/throttle.h"
#include "server/verify.h"

bool account_read(Db *db, const Uuid *id, Account *account, GError **error)
{
    static const char *sql;
    if (g_once_init_enter(&sql))
        g_once_init_leave(&sql, db_intern("SELECT %s FROM account WHERE id = $1",
                                          row_columns(&account_fields, NULL)));
    g_autoptr(DbRows) rows = db_query(db, error, sql, db_uuid(id));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) ? problem_set(error, PROBLEM_NOT_FOUND, "no such account") : false;
    row_read(rows, 0, &account_fields, account, ROW_COPY);
    return true;
}

bool account_put(Call *call, const Uuid *scope, const Uuid *id, GString *out, gint64 *rev,
                 bool *visible, GError **error)
{
    *visible = uuid_equal(id, &call->principal.account);
    if (!*visible)
        return true;
    Account account = { 0 };
    if (!account_read(call->db, id, &account, error))
        return false;
    *rev = account.rev;
    json_put_object(out, &account_fields, &account);
    fields_clear(&account_fields, &account);
    return true;
}

/* ---- making one */

bool account_create(Call *call, const NewAccount *input, Account *account, GError **error)
{
    g_autofree char *key = email_fold(input->email);
    *account = (Account){
        .id = uuid_is_nil(&input->id) ? uuid_new() : input->id,
        .rev = 1,
        .created_at = call->now,
        .updated_at = call->now,
        .email = g_strstrip(g_strdup(input->email)),
        .name = g_strdup(input->name),
        .company_name = g_strdup(input->company_name),
        .business_type = business_type_store(input->business_type),
        .state = ACCOUNT_ACTIVE,
        .admin = input->admin,
        .email_verified_at = input->verified ? call->now : 0,
        .language = language_accepted(input->accept_language),
        .time_zone = g_strdup("UTC"),
    };
    gint64 inserted;
    if (!db_exec_count(
            call->db, error, &inserted,
            "INSERT INTO account (id, rev, created_at, updated_at, email, name, company_name, "
            "business_type, state, admin, email_key, password, email_verified_at, language, "
            "time_zone) VALUES ($1, 1, $2, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12) "
            "ON CONFLICT (email_key) DO NOTHING",
            db_uuid(&account->id), db_int(call->now), db_text(account->email),
            db_text(account->name), db_text(account->company_name), db_text(account->business_type),
            db_int(account->admin), db_text(key), db_text(input->password_hash),
            db_time(account->email_verified_at), db_int(account->language),
            db_text(account->time_zone)))
        return false;
    if (inserted == 0)
        return problem_set(error, PROBLEM_ALREADY_EXISTS,
                           "there is an account with this e-mail address");
    CryptoHash hash;
    crypto_digest_text(key, &hash);
    /* Who comes back wants to be written to again. */
    if (!db_exec(call->db, error, "DELETE FROM mail_stop WHERE address_hash = $1",
                 db_bytes(hash.bytes, sizeof hash.bytes)))
        return false;
    if (!scope_create(call->db, &account->id, SCOPE_ACCOUNT, &account->id, error))
        return false;
    change_note(call, &account->id, OBJECT_ACCOUNT, &account->id, false);
    return audit_put_of(call, &account->id, "account.create", &account->id, error) &&
           (!input->verified || invitations_claim(call, &account->id, error));
}

bool account_create_invited(Call *call, NewAccount *input, const char *token, Account *account,
                            GError **error)
{
    Invitation invitation = { 0 };
    g_autofree char *email_key = NULL, *key = email_fold(input->email);
    bool found = false, taken;
    if (!invitation_by_token(call, token, &invitation, &email_key, &found, error))
        return false;
    input->verified = found && g_strcmp0(email_key, key) == 0;
    bool ok = account_create(call, input, account, error) &&
              (!found || invitation_take(call, &invitation.id, &account->id, &taken, error));
    fields_clear(&invitation_fields, &invitation);
    return ok;
}

/* POST /v1/accounts: the hash is made in the crypto thread. */
static bool sign_up_prepare(Call *call, GError **error)
{
    const SignUp *input = call->body;
    if (!server_config(call->server)->sign_up)
        return problem_set(error, PROBLEM_FORBIDDEN,
                           "this server makes accounts only by its administrator");
    if (!throttle_check(call, THROTTLE_SIGN_UP, NULL, error))
        return false;
    call->scratch = password_hash(call, input->password, error);
    call->scratch_free = g_free;
    return call->scratch != NULL;
}

static bool sign_up(Call *call, GError **error)
{
    const SignUp *input = call->body;
    NewAccount wanted = { .email = input->email,
                          .name = input->name,
                          .company_name = input->company_name,
                          .business_type = input->business_type,
                          .accept_language = call->accept_language,
                          .password_hash = call->scratch };
    Account account = { 0 };
    g_autoptr(GError) local = NULL;
    if (!throttle_count(call, THROTTLE_SIGN_UP, NULL, error))
        return false;
    bool ok = account_create_invited(call, &wanted, input->invitation, &account, &local);
    if (problem_is(local, PROBLEM_ALREADY_EXISTS)) {
        /* The count stays: or one could ask for all addresses in the world. */
        ok = call_refuse(call, PROBLEM_ALREADY_EXISTS, "%s", local->message);
    } else if (!ok) {
        g_propagate_error(error, g_steal_pointer(&local));
    } else {
        call->reply.status = 201;
        call->reply.rev = account.rev;
        json_put_object(call->reply.body, &account_fields, &account);
        ok = verify_send(call, &account.id, error);
    }
    fields_clear(&account_fields, &account);
    return ok;
}

/* ---- /v1/me */

#define OWN_SCOPES                                                                                 \
    "SELECT s.id, s.kind, m.role, s.epoch, s.acl, s.seq FROM scope_member m "                      \
    "JOIN scope s ON s.id = m.scope_id WHERE m.account_id = $1 AND m.scope_id "

static bool put_scopes_of(Call *call, const char *sql, GString *out, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error, sql, db_uuid(&call->principal.account));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        ChangeState state = { .epoch = db_get_int(rows, 3),
                              .acl = db_get_int(rows, 4),
                              .seq = db_get_int(rows, 5) };
        g_autofree char *text = change_state_format(&state);
        Scope scope = { .id = db_get_uuid(rows, 0),
                        .kind = (int)db_get_int(rows, 1),
                        .role = (char *)db_get_text(rows, 2),
                        .state = text };
        g_string_append(out, out->str[out->len - 1] == '[' ? "" : ",");
        json_put_object(out, &scope_fields, &scope);
    }
    return db_rows_ok(rows);
}

/* The account's own one first. */
static bool put_scopes(Call *call, GString *out, GError **error)
{
    return put_scopes_of(call, OWN_SCOPES "= $1", out, error) &&
           put_scopes_of(call, OWN_SCOPES "<> $1 ORDER BY m.scope_id", out, error);
}

static bool put_me(Call *call, GError **error)
{
    GString *out = call->reply.body;
    bool visible;
    g_string_append(out, "{\"account\":");
    if (!account_put(call, &call->principal.account, &call->principal.account, out,
                     &call->reply.rev, &visible, error))
        return false;
    g_string_append(out, ",\"scopes\":[");
    if (!put_scopes(call, out, error))
        return false;
    g_string_append_printf(out,
                           "],\"limits\":{\"body_bytes\":%d,\"page\":%d,\"batch_operations\":%d},"
                           "\"events\":\"/v1/events\"}",
                           JSON_MAX_BYTES, CALL_LIMIT_MAX, BATCH_MAX);
    return true;
}

static bool patch_refuse_stale(Call *call, const Account *account, GError **error)
{
    if (call_check_rev(call, account->rev, error))
        return true;
    json_put_object(call_put_current(call), &account_fields, account);
    return false;
}

/* The types of objects in which one account reads otherwise than the other (set of 1 << ObjectType). */
static unsigned types_that_tell(const Account *before, const Account *after)
{
    unsigned types = 0;
    for (const ObjectRow *row = object_rows; row->type; row++)
        for (size_t i = 0; row->shows && i < row->shows->n_fields; i++) {
            const Field *field = field_find(&account_fields, row->shows->fields[i].name);
            if (field && !field_equal(field, before, after))
                types |= 1u << row->type;
        }
    return types;
}

static bool patch_store(Call *call, const Account *before, Account *account, GError **error)
{
    account->rev++;
    account->updated_at = call->now;
    if (!account_update(call->db, account, error))
        return false;
    change_note(call, &account->id, OBJECT_ACCOUNT, &account->id, false);
    return change_note_shown(call, &account->id, types_that_tell(before, account), error) &&
           audit_put(call, "account.change", &account->id, error) && changes_write(call, error);
}

/* What was taken back is as at the beginning. */
static void account_settle(Account *account)
{
    account->language = account->language ? account->language : LANGUAGE_EN;
    if (!account->time_zone || !*account->time_zone) {
        g_free(account->time_zone);
        account->time_zone = g_strdup("UTC");
    }
}

static bool patch_apply(Call *call, const Account *before, Account *account, GError **error)
{
    json_decode(call->json, &account_fields, account, JSON_PATCH, "#", &call->errors);
    if (!field_errors_any(&call->errors))
        fields_validate(&account_fields, account, "#", &call->errors);
    account_validate(account, &call->errors);
    char *typed = account->business_type;
    account->business_type = business_type_store(typed);
    g_free(typed);
    account_settle(account);
    bool becomes_exclusive = account->profile.exclusive && !before->profile.exclusive;
    bool does_other = g_strcmp0(account->business_type, before->business_type) != 0;
    return call_valid(call, error) &&
           (!becomes_exclusive || network_may_be_exclusive(call, &account->id, error)) &&
           (!does_other || network_may_do(call, account, error)) &&
           (fields_equal(&account_fields, before, account) ||
            patch_store(call, before, account, error)) &&
           put_me(call, error);
}

static bool patch_me(Call *call, GError **error)
{
    Account before = { 0 }, account = { 0 };
    if (!accounts_lock(call->db, &call->principal.account, NULL, error) ||
        !account_read(call->db, &call->principal.account, &before, error))
        return false;
    fields_copy(&account_fields, &account, &before);
    bool ok = patch_refuse_stale(call, &before, error) &&
              patch_apply(call, &before, &account, error);
    fields_clear(&account_fields, &before);
    fields_clear(&account_fields, &account);
    return ok;
}

#define ME_SCHEMA                                                                                  \
    "{'type':'object','required':['account','scopes','limits','events'],"                          \
    "'properties':{'account':" SCHEMA_REF("account") ",'scopes':{'type':'array',"                  \
                                                     "'items':" SCHEMA_REF(                        \
                                                         "scope") "},'limits':{'type':"            \
                                                                  "'object',"                      \
                                                                  "'additionalProperties':{"       \
                                                                  "'type':"                        \
                                                                  "'integer'}},'events':{"         \
                                                                  "'type':'string'}}}"

const Route account_routes[] = {
    { "POST", "/v1/accounts", ACCESS_OPEN, LANE_CRYPTO, ROUTE_REPLAY_STORED | ROUTE_NO_BATCH,
      &sign_up_fields, &account_fields, sign_up, sign_up_prepare, .summary = "Sign up" },
    { "GET", "/v1/me", ACCESS_USER, LANE_READ, ROUTE_SNAPSHOT, .handler = put_me,
      .summary = "The caller's account, scopes (its own first), limits, events address",
      .reply_schema = ME_SCHEMA },
    { "PATCH", "/v1/me", ACCESS_USER, LANE_WRITE, ROUTE_IF_MATCH, &account_fields,
      .handler = patch_me,
      .summary = "Change name, company, business, profile, or the language and time zone of mail",
      .reply_schema = ME_SCHEMA },
    { 0 },
};
