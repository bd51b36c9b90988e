/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/security.h"

#include <string.h>

#include "model/account.h"
#include "server/accounts.h"
#include "server/audit.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/mail.h"
#include "server/mail_link.h"
#include "server/password.h"
#include "server/server.h"
#include "server/sessions.h"
#include "server/throttle.h"
#include "server/totp.h"

/* ---- the password */

static bool tell(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(GString) url = g_string_new(NULL);
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();
    uuid_format(&id, key);
    server_link(call->server, url, "/reset");
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = MAIL_PASSWORD_CHANGED,
                               .key = key,
                               .account = account,
                               .values = (MailValue[]){ { "link", url->str }, { 0 } } },
                      error);
}

bool security_set_password(Call *call, const Uuid *account, const char *hash, const Uuid *kept,
                           GError **error)
{
    return db_exec(call->db, error, "UPDATE account SET password = $2 WHERE id = $1",
                   db_uuid(account), db_text(hash)) &&
           session_revoke_others(call, account, kept, error) &&
           db_exec(call->db, error,
                   "DELETE FROM device_grant WHERE account_id = $1 AND exchanged_at IS NULL",
                   db_uuid(account)) &&
           mail_link_forget(call, LINK_RESET, account, error) &&
           mail_link_forget(call, LINK_EMAIL, account, error) &&
           password_forgive(call, account, error) && tell(call, account, error) &&
           audit_put_of(call, account, "account.password", account, error);
}

static bool change_prepare(Call *call, GError **error)
{
    const PasswordChange *input = call->body;
    return password_prepare_own(call, input->current, error) &&
           password_prepare_new(call, input->fresh, error);
}

static bool change(Call *call, GError **error)
{
    const Uuid *account = &call->principal.account;
    PasswordResult result;
    if (!password_settle_own(call, &result, error))
        return false;
    if (result != PASSWORD_RIGHT)
        return password_refuse(call, result);
    call->reply.status = 204;
    return security_set_password(call, account, password_new_hash(call), &call->principal.session,
                                 error);
}

/* ---- one-time codes */

static bool proof_prepare(Call *call, GError **error)
{
    const PasswordProof *input = call->body;
    return password_prepare_own(call, input->password, error);
}

/* *proven false: the answer is there already. */
static bool proven(Call *call, bool *is, GError **error)
{
    PasswordResult result;
    if (!password_settle_own(call, &result, error))
        return false;
    *is = result == PASSWORD_RIGHT;
    return *is || password_refuse(call, result);
}

/* What authenticators read: https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
static char *setup_uri(const char *email, const char *secret)
{
    g_autofree char *label = g_uri_escape_string(email, "@", FALSE);
    return g_strdup_printf("otpauth://totp/Leadline:%s?secret=%s&issuer=Leadline", label, secret);
}

static bool begin(Call *call, GError **error)
{
    bool is;
    if (!proven(call, &is, error) || !is)
        return !(error && *error);
    char secret[TOTP_SECRET_TEXT];
    Account account = { 0 };
    if (!totp_begin(call, &call->principal.account, secret, error) ||
        !account_read(call->db, &call->principal.account, &account, error))
        return false;
    TotpSetup setup = { secret, setup_uri(account.email, secret) };
    fields_clear(&account_fields, &account);
    call->reply.status = 201;
    json_put_object(call->reply.body, &totp_setup_fields, &setup);
    crypto_wipe(setup.uri, strlen(setup.uri));
    g_free(setup.uri);
    crypto_wipe(secret, sizeof secret);
    return true;
}

static bool put_recovery(Call *call, GError **error)
{
    char codes[RECOVERY_CODES][RECOVERY_CODE_SIZE];
    char *list[RECOVERY_CODES + 1] = { 0 };
    if (!totp_recovery(call, &call->principal.account, codes, error))
        return false;
    for (int i = 0; i < RECOVERY_CODES; i++)
        list[i] = codes[i];
    json_put_object(call->reply.body, &recovery_codes_fields, &(RecoveryCodes){ list });
    crypto_wipe(codes, sizeof codes);
    return true;
}

static bool confirm(Call *call, GError **error)
{
    const TotpCode *input = call->body;
    char subject[UUID_TEXT_SIZE];
    bool right;
    uuid_format(&call->principal.account, subject);
    if (!throttle_check(call, THROTTLE_TOTP, subject, error) ||
        !totp_confirm(call, &call->principal.account, input->code, &right, error))
        return false;
    if (!right)
        return throttle_count(call, THROTTLE_TOTP, subject, error) &&
               call_refuse(call, PROBLEM_WRONG_PASSWORD,
                           "the code is wrong or too old: does the clock of the authenticator run "
                           "right?");
    return throttle_clear(call, THROTTLE_TOTP, subject, error) && put_recovery(call, error);
}

static bool renew(Call *call, GError **error)
{
    bool is;
    if (!proven(call, &is, error) || !is)
        return !(error && *error);
    return put_recovery(call, error);
}

static bool switch_off(Call *call, GError **error)
{
    bool is;
    if (!proven(call, &is, error) || !is)
        return !(error && *error);
    call->reply.status = 204;
    return totp_remove(call, &call->principal.account, error);
}

static bool show(Call *call, GError **error)
{
    TotpState state;
    if (!totp_state(call, &call->principal.account, &state, error))
        return false;
    TotpStatus status = { state.on, state.since, state.recovery_codes };
    json_put_object(call->reply.body, &totp_status_fields, &status);
    return true;
}

const Route security_routes[] = {
    { "POST", "/v1/me/password", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH, &password_change_fields,
      .handler = change, .prepare = change_prepare,
      .summary = "Change the password; all other sessions end" },
    { "GET", "/v1/me/totp", ACCESS_USER, LANE_READ, 0, .reply = &totp_status_fields,
      .handler = show, .summary = "Are one-time codes wanted at log-ins?" },
    { "POST", "/v1/me/totp", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH, &password_proof_fields,
      &totp_setup_fields, begin, proof_prepare,
      .summary = "Begin one-time codes: the secret, shown once (a replay does not have it)" },
    { "DELETE", "/v1/me/totp", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH, &password_proof_fields,
      .handler = switch_off, .prepare = proof_prepare, .summary = "No more one-time codes" },
    { "POST", "/v1/me/totp/confirm", ACCESS_USER, LANE_WRITE, ROUTE_NO_BATCH, &totp_code_fields,
      &recovery_codes_fields, confirm,
      .summary = "A first code: from now on log-ins want one. Recovery codes, shown once" },
    { "POST", "/v1/me/totp/recovery-codes", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH,
      &password_proof_fields, &recovery_codes_fields, renew, proof_prepare,
      .summary = "New recovery codes instead of the old ones, shown once" },
    { 0 },
};
