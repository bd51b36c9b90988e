/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/verify.h"

#include "server/audit.h"
#include "server/changes.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/invitations.h"
#include "server/mail.h"
#include "server/mail_link.h"
#include "server/page_forms.h"
#include "server/throttle.h"

static bool is_verified(Call *call, const Uuid *account, bool *verified, GError **error)
{
    gint64 n = 0;
    bool ok = db_get_one_int(
        call->db, error, &n,
        "SELECT COUNT(*) FROM account WHERE id = $1 AND email_verified_at IS NOT NULL",
        db_uuid(account));
    *verified = n == 1;
    return ok;
}

bool verify_required(Call *call, GError **error)
{
    bool verified;
    return is_verified(call, &call->principal.account, &verified, error) &&
           (verified || problem_set(error, PROBLEM_EMAIL_UNVERIFIED,
                                    "first open the link in the mail that was sent to your own "
                                    "address; POST /v1/me/verify-email sends another one"));
}

bool verify_send(Call *call, const Uuid *account, GError **error)
{
    bool verified;
    if (!is_verified(call, account, &verified, error))
        return false;
    if (verified)
        return true;
    g_autoptr(GString) url = g_string_new(NULL);
    char key[UUID_TEXT_SIZE], hours[8];
    Uuid id = uuid_new();
    uuid_format(&id, key);
    g_snprintf(hours, sizeof hours, "%d", mail_link_hours(LINK_VERIFY));
    return mail_link_make(call, LINK_VERIFY, account, NULL, url, error) &&
           mail_queue(
               call->db, call->now,
               &(Mail){
                   .type = MAIL_VERIFY_EMAIL,
                   .key = key,
                   .account = account,
                   .values = (MailValue[]){ { "link", url->str }, { "hours", hours }, { 0 } } },
               error);
}

bool verify_set(Call *call, const Uuid *account, GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE account SET email_verified_at = $2, rev = rev + 1, updated_at = $2 "
                       "WHERE id = $1 AND email_verified_at IS NULL",
                       db_uuid(account), db_int(call->now)))
        return false;
    if (n == 0)
        return true;
    change_note(call, account, OBJECT_ACCOUNT, account, false);
    if (!invitations_claim(call, account, error))
        return false;
    return audit_put_of(call, account, "account.verify", account, error);
}

/* ---- POST /v1/me/verify-email */

static bool again(Call *call, GError **error)
{
    char subject[UUID_TEXT_SIZE];
    uuid_format(&call->principal.account, subject);
    call->reply.status = 204;
    return throttle_check(call, THROTTLE_LINK, subject, error) &&
           throttle_count(call, THROTTLE_LINK, subject, error) &&
           verify_send(call, &call->principal.account, error);
}

/* ---- the page */

typedef struct VerifyForm {
    char *token;
} VerifyForm;

static const Field form_rows[] = {
    { "token", FIELD_TEXT, offsetof(VerifyForm, token), FIELD_SECRET, .max = 200 },
};
static const FieldTable form_fields = FIELD_TABLE("verify_form", VerifyForm, form_rows);

static bool put_void(Call *call)
{
    call->reply.status = 404;
    page_begin(call, "This link is not good any more");
    page_error(call, "It was used already, a newer one was sent, or it is older than two days.");
    page_put(call, "<p>If your address is not verified yet, let Leadline send you another "
                   "mail.</p>\n");
    page_end(call);
    return true;
}

static bool show(Call *call, GError **error)
{
    const char *token = call_query(call, "token");
    Uuid account;
    bool found;
    if (!mail_link_find(call, LINK_VERIFY, token, &account, &found, error))
        return false;
    if (!found)
        return put_void(call);
    page_begin(call, "Is this your address?");
    page_put(
        call,
        "<p>Say so, and Leadline may write to others for you.</p>\n"
        "<form method=\"post\" action=\"verify\">\n"
        "<input type=\"hidden\" name=\"token\" value=\"%s\">\n"
        "<div class=\"buttons\"><button class=\"main\" autofocus>Yes, it is mine</button></div>"
        "\n</form>\n",
        token);
    page_end(call);
    return true;
}

static bool answer(Call *call, GError **error)
{
    const VerifyForm *form = call->body;
    Uuid account;
    bool found;
    if (!mail_link_use(call, LINK_VERIFY, form->token, &account, &found, error))
        return false;
    if (!found)
        return put_void(call);
    page_end_with(call, "Thank you", "Your address is verified. You can close this page.");
    return verify_set(call, &account, error);
}

const Route verify_routes[] = {
    { "POST", "/v1/me/verify-email", ACCESS_USER, LANE_WRITE, ROUTE_NO_BATCH, .handler = again,
      .summary = "Send the mail that verifies the caller's address again" },
    { "GET", "/verify", ACCESS_OPEN, LANE_READ, 0, .handler = show, .query = "token",
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "The page behind the link in that mail" },
    { "POST", "/verify", ACCESS_OPEN, LANE_WRITE,
      ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT, &form_fields, .handler = answer,
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "What the page's button does" },
    { 0 },
};
