/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/device_page.h"

#include <string.h>

#include "base/text.h"
#include "model/account.h"
#include "server/device.h"
#include "server/page.h"
#include "server/password.h"
#include "server/throttle.h"

/* Nothing is required and little is checked here: what is missing is said in the form, beside what was typed. */
typedef struct DeviceForm {
    char *user_code, *email, *password, *totp, *decision;
} DeviceForm;

#define AT(member) offsetof(DeviceForm, member)
static const Field form_rows[] = {
    { "user_code", FIELD_TEXT, AT(user_code), .max = 64 },
    { "email", FIELD_TEXT, AT(email), FIELD_PERSONAL, .max = 254 },
    { "password", FIELD_TEXT, AT(password), FIELD_SECRET, .max = PASSWORD_MAX },
    { "totp", FIELD_TEXT, AT(totp), FIELD_SECRET, .max = ONE_TIME_CODE_MAX },
    { "decision", FIELD_TEXT, AT(decision), .max = 16 },
};
#undef AT
const FieldTable device_form_fields = FIELD_TABLE("device_form", DeviceForm, form_rows);

/* ---- pages */

static void put_problem(Call *call, Problem problem, const char *detail, const FieldErrors *errors)
{
    const FieldError *first = errors && field_errors_any(errors) ? errors->items->pdata[0] : NULL;
    page_begin(call, problem_row(problem)->title);
    page_error(call, first ? first->detail : detail);
    page_put(call, "<p><a href=\"device\">Start again with the code</a></p>\n");
    page_end(call);
}

const Wording page_wording = { "page", "text/html; charset=utf-8", put_problem };

/* complaint NULL: none. */
static void put_code_form(Call *call, const char *typed, const char *complaint)
{
    page_begin(call, "Sign in a program");
    if (complaint)
        page_error(call, complaint);
    page_put(call,
             "<p>Type the code that the program shows you.</p>\n"
             "<form method=\"get\" action=\"device\">\n"
             "<label for=\"code\">Code</label>\n"
             "<input class=\"code\" id=\"code\" name=\"user_code\" value=\"%s\" maxlength=\"64\" "
             "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" required "
             "autofocus aria-describedby=\"hint%s\">\n"
             "<small id=\"hint\">8 letters, like BCDF-GHJK</small>\n"
             "<div class=\"buttons\"><button class=\"main\">Continue</button></div>\n</form>\n",
             typed ? typed : "", complaint ? " error" : "");
    page_end(call);
}

static void put_when(Call *call, gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at / MS_PER_SECOND);
    g_autofree char *text = g_date_time_format(time, "%H:%M UTC, %-d %B %Y");
    gint64 minutes = MAX(0, call->now - at) / MS_PER_MINUTE;
    page_put(call, "<dt>Asked at</dt><dd>%s (", text);
    if (minutes == 0)
        page_put(call, "less than a minute ago)</dd>\n");
    else
        page_put(call, "%d minute%s ago)</dd>\n", (int)minutes, minutes == 1 ? "" : "s");
}

/* That both come from one place is what an honest log-in mostly looks like. */
static void put_where(Call *call, const char *peer)
{
    const char *here = call->local ? "" : call->peer;
    page_put(call, "<dt>Asked from</dt><dd>%s, %s</dd>\n",
             *peer ? peer : "the server's own machine",
             strcmp(peer, here) == 0 ? "as this browser" : "which is not where this browser is");
}

static void put_details(Call *call, const char *code, const DeviceGrant *grant)
{
    page_put(call, "<dl>\n<dt>Code</dt><dd class=\"code\">%s</dd>\n<dt>Program</dt><dd>%s", code,
             grant->client_id);
    if (grant->client)
        page_put(call, " (%s)", grant->client);
    page_put(call, "</dd>\n");
    put_where(call, grant->peer);
    put_when(call, grant->created_at);
    page_put(call, "</dl>\n");
}

static void put_login(Call *call, const char *code, const char *email, bool complained)
{
    const char *described = complained ? " aria-describedby=\"error\"" : "";
    page_put(call,
             "<form method=\"post\" action=\"device\">\n"
             "<input type=\"hidden\" name=\"user_code\" value=\"%s\">\n"
             "<label for=\"email\">E-mail</label>\n"
             "<input id=\"email\" name=\"email\" type=\"email\" value=\"%s\" maxlength=\"254\" "
             "autocomplete=\"username\" required",
             code, email ? email : "");
    g_string_append(call->reply.body, described);
    page_put(call, ">\n<label for=\"password\">Password</label>\n"
                   "<input id=\"password\" name=\"password\" type=\"password\" maxlength=\"256\" "
                   "autocomplete=\"current-password\" required");
    g_string_append(call->reply.body, described);
    page_put(call, ">\n<label for=\"totp\">One-time code</label>\n"
                   "<input id=\"totp\" name=\"totp\" maxlength=\"40\" "
                   "autocomplete=\"one-time-code\" autocapitalize=\"none\" "
                   "spellcheck=\"false\" aria-describedby=\"totp-hint\">\n"
                   "<small id=\"totp-hint\">Only if your account wants one: from your "
                   "authenticator, or a recovery code</small>\n<div class=\"buttons\">\n"
                   "<button class=\"main\" name=\"decision\" value=\"allow\">Allow</button>\n"
                   "<button name=\"decision\" value=\"deny\" formnovalidate>Deny</button>\n"
                   "</div>\n</form>\n");
}

static void put_question(Call *call, const char *code, const DeviceGrant *grant, const char *email,
                         const char *complaint)
{
    page_begin(call, "Sign in this program?");
    if (complaint)
        page_error(call, complaint);
    put_details(call, code, grant);
    page_put(
        call,
        "<p><strong>Does the program in front of you show this very code?</strong> Then sign in "
        "to allow it all that you may do yourself. If somebody sent you the code or the address "
        "of this page, deny.</p>\n");
    put_login(call, code, email, complaint != NULL);
    page_end(call);
}

static void put_end(Call *call, const char *title, const char *text)
{
    page_begin(call, title);
    page_put(call, "<p role=\"status\">%s</p>\n", text);
    page_end(call);
}

/* ---- finding what asks */

/* Sets *open, or has answered why not. A code that nobody was given counts as a guess. */
static bool find(Call *call, const char *typed, char code[static USER_CODE_SIZE],
                 DeviceGrant *grant, bool *open, GError **error)
{
    bool found = false;
    *open = false;
    if (!throttle_check(call, THROTTLE_CODE, NULL, error))
        return false;
    if (user_code_read(typed, code) && !device_find(call, code, grant, &found, error))
        return false;
    *open = found && grant->open;
    if (*open)
        return true;
    call->reply.status = 404;
    if (found)
        put_code_form(
            call, NULL,
            "This code was used already, or has expired. Let the program make a new one.");
    else
        put_code_form(call, typed,
                      "There is no such code. Look at it again: it has 8 letters, no vowels and no "
                      "digits.");
    return found || throttle_count(call, THROTTLE_CODE, NULL, error);
}

bool device_show(Call *call, GError **error)
{
    const char *typed = call_query(call, "user_code");
    char code[USER_CODE_SIZE];
    g_auto(DeviceGrant) grant = { 0 };
    bool open;
    if (!typed) {
        put_code_form(call, NULL, NULL);
        return true;
    }
    if (!find(call, typed, code, &grant, &open, error))
        return false;
    if (open)
        put_question(call, code, &grant, NULL, NULL);
    return true;
}

/* ---- the decision */

static bool is_allow(const DeviceForm *form)
{
    return g_strcmp0(form->decision, "allow") == 0;
}

static bool is_blank(const char *text)
{
    return !text || *text == '\0';
}

/* Only a code that waits is worth the work of a password's hash. */
bool device_prepare(Call *call, GError **error)
{
    const DeviceForm *form = call->body;
    char code[USER_CODE_SIZE];
    g_auto(DeviceGrant) grant = { 0 };
    bool found = false;
    if (!is_allow(form) || is_blank(form->email) || is_blank(form->password) ||
        !user_code_read(form->user_code, code))
        return true;
    if (!device_find(call, code, &grant, &found, error))
        return false;
    return !found || !grant.open || password_prepare(call, form->email, form->password, error);
}

/* What keeps this form from being an answer; NULL nothing. */
static const char *missing(const Call *call)
{
    const DeviceForm *form = call->body;
    if (!form->decision || (!is_allow(form) && strcmp(form->decision, "deny") != 0))
        return "Choose Allow or Deny.";
    if (is_allow(form) && is_blank(form->email))
        return "Your e-mail address is missing.";
    if (is_allow(form) && is_blank(form->password))
        return "Your password is missing.";
    return NULL;
}

static bool decide(Call *call, const char *code, const Uuid *account, GError **error)
{
    bool done;
    if (!device_decide(call, code, account, &done, error))
        return false;
    if (!done) {
        call->reply.status = 409;
        put_end(call, "Too late", "This code was decided already, or has expired.");
    } else if (!uuid_is_nil(account)) {
        put_end(call, "Allowed",
                "The program is signed in within a few seconds. You can close this "
                "page and go back to it.");
    } else {
        put_end(call, "Denied", "The program was not signed in. You can close this page.");
    }
    return true;
}

static const char *wrong(PasswordResult result)
{
    switch (result) {
    case PASSWORD_CODE_MISSING:
        return "Your account wants a one-time code too. Type the password again, and the code.";
    case PASSWORD_CODE_WRONG:
        return "The one-time code is wrong, too old, or was used before.";
    default:
        return "The e-mail address or the password is wrong.";
    }
}

bool device_answer(Call *call, GError **error)
{
    const DeviceForm *form = call->body;
    char code[USER_CODE_SIZE];
    g_auto(DeviceGrant) grant = { 0 };
    bool open;
    PasswordResult result;
    Uuid account;
    if (!find(call, form->user_code, code, &grant, &open, error))
        return false;
    if (!open)
        return true;
    const char *complaint = missing(call);
    if (complaint) {
        call->reply.status = 422;
        put_question(call, code, &grant, form->email, complaint);
        return true;
    }
    if (!is_allow(form))
        return decide(call, code, &(Uuid){ 0 }, error);
    if (!call->scratch) /* the code came to life after the password was due to be looked at */
        return problem_set(error, PROBLEM_OVERLOADED, "Try again.");
    if (!password_settle(call, form->totp, &account, &result, error))
        return false;
    if (result == PASSWORD_RIGHT)
        return decide(call, code, &account, error);
    call->reply.status = problem_row(PROBLEM_BAD_CREDENTIALS)->status;
    put_question(call, code, &grant, form->email, wrong(result));
    return true;
}
