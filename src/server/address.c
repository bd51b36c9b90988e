/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/address.h"

#include <string.h>

#include "model/account.h"
#include "server/accounts.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/invitations.h"
#include "server/mail.h"
#include "server/mail_link.h"
#include "server/page_forms.h"
#include "server/password.h"
#include "server/server.h"
#include "server/throttle.h"

/* ---- mail */

/* To an address that is the account's no longer, or not yet. */
static bool tell(Call *call, MailType type, const Account *account, const char *email,
                 const MailValue *values, GError **error)
{
    char key[UUID_TEXT_SIZE];
    Uuid id = uuid_new();
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = type,
                               .key = uuid_format(&id, key),
                               .account = &account->id,
                               .email = email,
                               .values = values },
                      error);
}

/* Only who has shown that the old address is theirs learns the new one there. */
static const char *told_address(const Account *account, const char *fresh)
{
    return account->email_verified_at ? fresh : NULL;
}

static bool send_link(Call *call, const Account *account, const char *fresh, GError **error)
{
    g_autoptr(GString) link = g_string_new(NULL);
    char hours[8];
    g_snprintf(hours, sizeof hours, "%d", mail_link_hours(LINK_EMAIL));
    if (!mail_link_make(call, LINK_EMAIL, &account->id, fresh, link, error))
        return false;
    bool ok = tell(call, MAIL_NEW_ADDRESS, account, fresh,
                   (MailValue[]){ { "link", link->str }, { "hours", hours }, { 0 } }, error);
    crypto_wipe(link->str, link->len);
    return ok;
}

/* Whose mailbox it is can set a new password from there. */
static bool send_notice(Call *call, const Account *account, const char *fresh, GError **error)
{
    g_autoptr(GString) reset = g_string_new(NULL);
    server_link(call->server, reset, "/reset");
    return tell(
        call, MAIL_ADDRESS_ASKED, account, account->email,
        (MailValue[]){ { "address", told_address(account, fresh) }, { "link", reset->str }, { 0 } },
        error);
}

/* ---- POST /v1/me/email */

static bool is_taken(Call *call, const char *key, bool *taken, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n, "SELECT COUNT(*) FROM account WHERE email_key = $1",
                        db_text(key)))
        return false;
    *taken = n > 0;
    return true;
}

static bool refuse_taken(Call *call)
{
    return call_refuse(call, PROBLEM_ALREADY_EXISTS,
                       "there is an account with this e-mail address");
}

static bool begin(Call *call, const Account *account, const char *fresh, GError **error)
{
    char subject[UUID_TEXT_SIZE];
    g_autofree char *key = email_fold(fresh), *old = email_fold(account->email);
    bool taken;
    uuid_format(&account->id, subject);
    if (strcmp(key, old) == 0)
        field_errors_add(&call->errors, "#/email", "same", "is the address of the account already");
    if (!call_valid(call, error) || !throttle_check(call, THROTTLE_LINK, subject, error) ||
        !throttle_count(call, THROTTLE_LINK, subject, error) || !is_taken(call, key, &taken, error))
        return false;
    if (taken) /* the count stays: or one could ask for all addresses in the world */
        return refuse_taken(call);
    call->reply.status = 204;
    return send_link(call, account, fresh, error) && send_notice(call, account, fresh, error) &&
           audit_put_of(call, &account->id, "account.email.ask", &account->id, error);
}

static bool ask_prepare(Call *call, GError **error)
{
    const EmailChange *input = call->body;
    return password_prepare_own(call, input->password, error);
}

static bool ask(Call *call, GError **error)
{
    const EmailChange *input = call->body;
    PasswordResult result;
    Account account = { 0 };
    if (!password_settle_own(call, &result, error))
        return false;
    if (result != PASSWORD_RIGHT)
        return password_refuse(call, result);
    bool ok = account_read(call->db, &call->principal.account, &account, error) &&
              begin(call, &account, input->email, error);
    fields_clear(&account_fields, &account);
    return ok;
}

/* ---- the change itself */

typedef struct Moving {
    Call *call;
    Account account; /* as it was */
    char *email, *key;
    bool taken;
} Moving;

static void moving_clear(Moving *moving)
{
    fields_clear(&account_fields, &moving->account);
    g_free(moving->email);
    g_free(moving->key);
}

static bool store(Db *db, gpointer data, GError **error)
{
    const Moving *moving = data;
    return db_exec(db, error,
                   "UPDATE account SET email = $2, email_key = $3, email_verified_at = $4,"
                   " rev = rev + 1, updated_at = $4 WHERE id = $1",
                   db_uuid(&moving->account.id), db_text(moving->email), db_text(moving->key),
                   db_int(moving->call->now));
}

/* Others may want it in this moment: the database decides. */
static bool store_first(Moving *moving, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!is_taken(moving->call, moving->key, &moving->taken, error))
        return false;
    if (moving->taken || db_nested(moving->call->db, store, moving, &local))
        return true;
    moving->taken = problem_is(local, PROBLEM_DATABASE_UNIQUE);
    if (!moving->taken)
        g_propagate_error(error, g_steal_pointer(&local));
    return moving->taken;
}

/* Links in mails to the old address; and who comes to a new one wants to be written to there. */
static bool forget_old(Moving *moving, GError **error)
{
    CryptoHash hash;
    crypto_digest_text(moving->key, &hash);
    return mail_link_forget(moving->call, LINK_VERIFY, &moving->account.id, error) &&
           mail_link_forget(moving->call, LINK_RESET, &moving->account.id, error) &&
           db_exec(moving->call->db, error, "DELETE FROM mail_stop WHERE address_hash = $1",
                   db_bytes(hash.bytes, sizeof hash.bytes));
}

static bool move(Moving *moving, GError **error)
{
    Call *call = moving->call;
    const Account *account = &moving->account;
    if (!store_first(moving, error) || moving->taken)
        return moving->taken;
    change_note(call, &account->id, OBJECT_ACCOUNT, &account->id, false);
    return forget_old(moving, error) && invitations_claim(call, &account->id, error) &&
           tell(call, MAIL_ADDRESS_CHANGED, account, account->email,
                (MailValue[]){ { "address", told_address(account, moving->email) }, { 0 } },
                error) &&
           audit_put_of(call, &account->id, "account.email", &account->id, error);
}

/* ---- the page */

typedef struct AddressForm {
    char *token;
} AddressForm;

static const Field form_rows[] = {
    { "token", FIELD_TEXT, offsetof(AddressForm, token), FIELD_SECRET, .max = 200 },
};
static const FieldTable form_fields = FIELD_TABLE("email_form", AddressForm, form_rows);

static bool put_void(Call *call)
{
    call->reply.status = 404;
    page_begin(call, "This link is not good any more");
    page_error(call,
               "It was used already, a newer one was sent, the password was changed since, or "
               "it is older than two days.");
    page_put(call, "<p>Your account has the address that it had. Ask Leadline again if you want "
                   "another one.</p>\n");
    page_end(call);
    return true;
}

static bool put_taken(Call *call)
{
    call->reply.status = 409;
    page_begin(call, "Somebody has this address");
    page_error(call, "Meanwhile there is another account with this address.");
    page_put(call, "<p>Your account has the address that it had.</p>\n");
    page_end(call);
    return true;
}

static bool show(Call *call, GError **error)
{
    const char *token = call_query(call, "token");
    Uuid account;
    bool found;
    if (!mail_link_find(call, LINK_EMAIL, token, &account, &found, error))
        return false;
    if (!found)
        return put_void(call);
    page_begin(call, "Is this your new address?");
    page_put(
        call,
        "<p>Say so, and it is the address of your account from now on: for mail, and to log in."
        "</p>\n"
        "<form method=\"post\" action=\"email\">\n"
        "<input type=\"hidden\" name=\"token\" value=\"%s\">\n"
        "<div class=\"buttons\"><button class=\"main\" autofocus>Yes, use it</button></div>"
        "\n</form>\n",
        token);
    page_end(call);
    return true;
}

/* *found false: the link is not good. It is used up either way. */
static bool use_link(Call *call, const char *token, Moving *moving, bool *found, GError **error)
{
    Uuid account;
    if (!mail_link_find(call, LINK_EMAIL, token, &account, found, error))
        return false;
    if (!*found)
        return true;
    if (!mail_link_email(call, LINK_EMAIL, &account, &moving->email, error) ||
        !mail_link_use(call, LINK_EMAIL, token, &account, found, error) || !*found)
        return !(error && *error);
    moving->key = email_fold(moving->email);
    return account_read(call->db, &account, &moving->account, error);
}

static bool answer(Call *call, GError **error)
{
    const AddressForm *form = call->body;
    Moving moving = { .call = call };
    bool found, ok = use_link(call, form->token, &moving, &found, error);
    if (ok && !found)
        ok = put_void(call);
    else if (ok && (ok = move(&moving, error)) && moving.taken)
        ok = put_taken(call);
    else if (ok)
        page_end_with(call, "Thank you",
                      "Your account has this address now. You can close this page.");
    moving_clear(&moving);
    return ok;
}

const Route address_routes[] = {
    { "POST", "/v1/me/email", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH, &email_change_fields,
      .handler = ask, .prepare = ask_prepare,
      .summary = "Another e-mail address: mails a link there; it counts once that was followed" },
    { "GET", "/email", ACCESS_OPEN, LANE_READ, 0, .handler = show, .query = "token",
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "The page behind the link in that mail" },
    { "POST", "/email", ACCESS_OPEN, LANE_WRITE,
      ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT, &form_fields, .handler = answer,
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "What the page's button does" },
    { 0 },
};
