/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/reset.h"

#include <string.h>

#include "model/account.h"
#include "server/audit.h"
#include "server/families.h"
#include "server/mail.h"
#include "server/mail_link.h"
#include "server/page_forms.h"
#include "server/password.h"
#include "server/security.h"
#include "server/throttle.h"
#include "server/verify.h"

/* ---- asking */

static bool send_link(Db *db, gpointer data, GError **error)
{
    Call *call = data;
    const Uuid *account = call->scratch;
    g_autoptr(GString) url = g_string_new(NULL);
    char key[UUID_TEXT_SIZE], hours[8];
    Uuid id = uuid_new();
    uuid_format(&id, key);
    g_snprintf(hours, sizeof hours, "%d", mail_link_hours(LINK_RESET));
    return mail_link_make(call, LINK_RESET, account, NULL, url, error) &&
           mail_queue(
               db, call->now,
               &(Mail){
                   .type = MAIL_RESET_PASSWORD,
                   .key = key,
                   .account = account,
                   .values = (MailValue[]){ { "link", url->str }, { "hours", hours }, { 0 } } },
               error) &&
           audit_put_of(call, account, "password.ask", account, error);
}

/* The same work, all of which is undone. */
static bool send_nothing(Db *db, gpointer data, GError **error)
{
    return send_link(db, data, error) && problem_set(error, PROBLEM_CANCELLED, "nobody's address");
}

static bool find(Call *call, const char *key, Uuid *account, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id, 0 AS other FROM account WHERE email_key = $1 AND state = 1 UNION ALL SELECT "
        "id, 1 FROM (SELECT id FROM account ORDER BY id LIMIT 1) a ORDER BY other",
        db_text(key));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    *account = db_get_uuid(rows, 0);
    *found = db_get_int(rows, 1) == 0;
    return true;
}

/* An address that nobody has costs what one costs that somebody has: a link and a mail to whoever is first, undone. */
static bool ask(Call *call, const char *email, GError **error)
{
    g_autofree char *key = email_fold(email);
    Uuid account = { 0 };
    bool found = false;
    if (!throttle_check(call, THROTTLE_RESET_PEER, NULL, error) ||
        !throttle_check(call, THROTTLE_RESET_ACCOUNT, key, error) ||
        !throttle_count(call, THROTTLE_RESET_PEER, NULL, error) ||
        !throttle_count(call, THROTTLE_RESET_ACCOUNT, key, error) ||
        !find(call, key, &account, &found, error))
        return false;
    if (uuid_is_nil(&account))
        return true;
    gpointer scratch = call->scratch;
    g_autoptr(GError) local = NULL;
    call->scratch = &account;
    bool ok = db_nested(call->db, found ? send_link : send_nothing, call, &local);
    call->scratch = scratch;
    if (ok || problem_is(local, PROBLEM_CANCELLED))
        return true;
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

typedef struct ResetInput {
    char *email;
} ResetInput;

static const Field input_rows[] = {
    { "email", FIELD_EMAIL, offsetof(ResetInput, email), FIELD_REQUIRED | FIELD_PERSONAL },
};
static const FieldTable input_fields = FIELD_TABLE("password_reset", ResetInput, input_rows);

static bool ask_by_api(Call *call, GError **error)
{
    const ResetInput *input = call->body;
    call->reply.status = 204;
    return ask(call, input->email, error);
}

/* ---- the page */

typedef struct ResetForm {
    char *email, *token, *password, *again;
} ResetForm;

#define AT(member) offsetof(ResetForm, member)
static const Field form_rows[] = {
    { "email", FIELD_TEXT, AT(email), FIELD_PERSONAL, .max = 254 },
    { "token", FIELD_TEXT, AT(token), FIELD_SECRET, .max = 200 },
    { "password", FIELD_TEXT, AT(password), FIELD_SECRET, .max = 4 * PASSWORD_MAX },
    { "again", FIELD_TEXT, AT(again), FIELD_SECRET, .max = 4 * PASSWORD_MAX },
};
#undef AT
static const FieldTable form_fields = FIELD_TABLE("reset_form", ResetForm, form_rows);

static bool put_ask(Call *call, const char *email, const char *complaint)
{
    page_begin(call, "A new password");
    if (complaint)
        page_error(call, complaint);
    page_put(
        call,
        "<p>Type your address, and you get a mail with a link.</p>\n"
        "<form method=\"post\" action=\"reset\">\n"
        "<label for=\"email\">E-mail</label>\n"
        "<input id=\"email\" name=\"email\" type=\"email\" value=\"%s\" maxlength=\"254\" "
        "autocomplete=\"username\" required autofocus>\n"
        "<div class=\"buttons\"><button class=\"main\">Send the mail</button></div>\n</form>\n",
        email ? email : "");
    page_end(call);
    return true;
}

static bool put_new(Call *call, const char *token, const char *complaint)
{
    const char *described = complaint ? " error" : "";
    page_begin(call, "A new password");
    if (complaint)
        page_error(call, complaint);
    page_put(call,
             "<form method=\"post\" action=\"reset\">\n"
             "<input type=\"hidden\" name=\"token\" value=\"%s\">\n"
             "<label for=\"password\">New password</label>\n"
             "<input id=\"password\" name=\"password\" type=\"password\" "
             "autocomplete=\"new-password\" required autofocus aria-describedby=\"hint%s\">\n"
             "<small id=\"hint\">At least %d characters; several words are easy to remember"
             "</small>\n"
             "<label for=\"again\">Once more</label>\n"
             "<input id=\"again\" name=\"again\" type=\"password\" autocomplete=\"new-password\" "
             "required>\n"
             "<p>All programs that are logged in to your account are logged out.</p>\n"
             "<div class=\"buttons\"><button class=\"main\">Set the password</button></div>\n"
             "</form>\n",
             token, described, PASSWORD_MIN);
    page_end(call);
    return true;
}

static bool put_void(Call *call)
{
    call->reply.status = 404;
    return put_ask(call, NULL,
                   "This link is not good any more: it was used, a newer one was sent, or it is "
                   "older than an hour.");
}

static bool show(Call *call, GError **error)
{
    const char *token = call_query(call, "token");
    Uuid account;
    bool found;
    if (!token)
        return put_ask(call, NULL, NULL);
    if (!mail_link_find(call, LINK_RESET, token, &account, &found, error))
        return false;
    return found ? put_new(call, token, NULL) : put_void(call);
}

static bool is_blank(const char *text)
{
    return !text || *text == '\0';
}

/* What is wrong with the new password; NULL nothing. */
static const char *complaint_about(const ResetForm *form)
{
    glong length = form->password ? g_utf8_strlen(form->password, -1) : 0;
    if (length < PASSWORD_MIN)
        return "The password is too short.";
    if (length > PASSWORD_MAX)
        return "The password is too long.";
    return g_strcmp0(form->password, form->again) == 0 ? NULL : "The two are not the same.";
}

/* Only a good link is worth the work of a hash. */
static bool prepare(Call *call, GError **error)
{
    const ResetForm *form = call->body;
    Uuid account;
    bool found;
    if (is_blank(form->token) || complaint_about(form))
        return true;
    if (!mail_link_find(call, LINK_RESET, form->token, &account, &found, error))
        return false;
    call->scratch = found ? password_hash(call, form->password, error) : NULL;
    call->scratch_free = g_free;
    return !found || call->scratch;
}

static bool set_password(Call *call, const Uuid *account, GError **error)
{
    page_end_with(call, "Done",
                  "You have a new password, and all programs were logged out. You can close this "
                  "page and log in.");
    return security_set_password(call, account, call->scratch, NULL, error) &&
           verify_set(call, account, error);
}

static bool answer(Call *call, GError **error)
{
    const ResetForm *form = call->body;
    Uuid account;
    bool found;
    if (is_blank(form->token)) {
        if (is_blank(form->email) || !strchr(form->email, '@')) {
            call->reply.status = 422;
            return put_ask(call, form->email, "Your e-mail address is missing.");
        }
        page_end_with(call, "Look into your mail",
                      "If there is an account with this address, a mail with a link is on its way "
                      "to it.");
        return ask(call, form->email, error);
    }
    const char *complaint = complaint_about(form);
    if (complaint) {
        if (!mail_link_find(call, LINK_RESET, form->token, &account, &found, error))
            return false;
        call->reply.status = 422;
        return found ? put_new(call, form->token, complaint) : put_void(call);
    }
    if (!call->scratch)
        return put_void(call);
    if (!mail_link_use(call, LINK_RESET, form->token, &account, &found, error))
        return false;
    return found ? set_password(call, &account, error) : put_void(call);
}

const Route reset_routes[] = {
    { "POST", "/v1/password-reset", ACCESS_OPEN, LANE_WRITE, ROUTE_NO_KEY | ROUTE_NO_BATCH,
      &input_fields, .handler = ask_by_api,
      .summary = "Mail a link that sets a new password, if anybody has this address" },
    { "GET", "/reset", ACCESS_OPEN, LANE_READ, 0, .handler = show, .query = "token",
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "The page where a mail is asked for, and where its link leads" },
    { "POST", "/reset", ACCESS_OPEN, LANE_CRYPTO,
      ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT, &form_fields, .handler = answer,
      .prepare = prepare, .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "What the page's forms do" },
    { 0 },
};
