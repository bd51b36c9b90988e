/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/network_page.h"

#include <string.h>

#include "base/text.h"
#include "model/business_type.h"
#include "model/referral.h"
#include "db/row.h"
#include "server/accounts.h"
#include "server/families.h"
#include "server/invitations.h"
#include "server/page_forms.h"
#include "server/password.h"
#include "server/profile_store.h"
#include "server/profiles.h"
#include "server/server.h"
#include "server/throttle.h"
#include "server/verify.h"

#define MESSAGE_MAX 1000

static void invitation_clear(Invitation *invitation)
{
    fields_clear(&invitation_fields, invitation);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Invitation, invitation_clear)

static void public_profile_clear(PublicProfile *profile)
{
    fields_clear(&public_profile_fields, profile);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PublicProfile, public_profile_clear)

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " ")] == '\0';
}

/* ---- what members wrote: cleaned, escaped, and apart from the direction of the page */

static void put_text(Call *call, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    page_put(call, "<bdi>%s</bdi>", clean);
}

static void put_row(Call *call, const char *label, const char *text)
{
    if (is_blank(text))
        return;
    page_put(call, "<dt>%s</dt><dd>", label);
    put_text(call, text);
    page_put(call, "</dd>\n");
}

static void put_list(Call *call, const char *label, char **list)
{
    g_autofree char *joined = list ? g_strjoinv(", ", list) : NULL;
    put_row(call, label, joined);
}

static void put_lines(Call *call, const char *title, const char *text)
{
    if (is_blank(text))
        return;
    if (title)
        page_put(call, "<h2>%s</h2>\n", title);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (is_blank(*line))
            continue;
        page_put(call, "<p>");
        put_text(call, *line);
        page_put(call, "</p>\n");
    }
}

static void begin(Call *call, const char *format, const char *name)
{
    g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
    g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
    g_autofree char *title = g_strconcat(parts[0], clean, parts[1] ? parts[1] : "", NULL);
    page_begin(call, title);
}

/* ---- signing in within a form */

static void put_sign_in(Call *call, const char *email, bool complained)
{
    const char *described = complained ? "error" : "sign-in-hint";
    page_put(call,
             "<label for=\"email\">E-mail</label>\n"
             "<input id=\"email\" name=\"email\" type=\"email\" value=\"%s\" maxlength=\"254\" "
             "autocomplete=\"username\" required aria-describedby=\"%s\">\n"
             "<label for=\"password\">Password</label>\n"
             "<input id=\"password\" name=\"password\" type=\"password\" "
             "autocomplete=\"current-password\" required aria-describedby=\"%s\">\n"
             "<label for=\"totp\">One-time code</label>\n"
             "<input id=\"totp\" name=\"totp\" maxlength=\"40\" autocomplete=\"one-time-code\" "
             "autocapitalize=\"none\" spellcheck=\"false\">\n"
             "<small id=\"sign-in-hint\">The code only if your account wants one</small>\n",
             email ? email : "", described, described);
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

/* ---- /profile */

static bool load_public(Call *call, PublicProfile *profile, GError **error)
{
    bool found = false;
    return public_profile_load(call->db, &(Uuid){ 0 }, &call->id, profile, &found, error) &&
           (found ||
            problem_set(error, PROBLEM_NOT_FOUND, "There is no such page, or it is not public."));
}

static void put_facts(Call *call, const PublicProfile *who)
{
    const MemberProfile *profile = &who->profile;
    char level[16] = "";
    if (profile->price_level)
        g_snprintf(level, sizeof level, "%d of %d", (int)profile->price_level, PRICE_LEVEL_MAX);
    if (!is_blank(profile->headline))
        put_lines(call, NULL, profile->headline);
    page_put(call, "<dl>\n");
    put_row(call, "Company", who->company_name);
    put_row(call, "Business", business_type_label(who->business_type));
    put_list(call, "Specialities", profile->specialities);
    put_list(call, "Industries", profile->industries);
    put_list(call, "Areas", profile->areas);
    put_row(call, "Price level", level);
    if (profile->website && profile_is_link(profile->website)) {
        page_put(call, "<dt>Website</dt><dd><a rel=\"nofollow noopener\" href=\"%s\">",
                 profile->website);
        put_text(call, profile->website);
        page_put(call, "</a></dd>\n");
    }
    page_put(call, "</dl>\n");
}

static void put_connect_form(Call *call, const char *email, const char *message,
                             const char *complaint)
{
    char id[UUID_TEXT_SIZE];
    page_put(call,
             "<h2>Ask to connect</h2>\n"
             "<p>Partners pass each other leads: introductions to people who want what they do. "
             "Sign in with your own account to ask.</p>\n"
             "<form method=\"post\" action=\"%s\">\n"
             "<label for=\"message\">Message</label>\n"
             "<input id=\"message\" name=\"message\" value=\"%s\" maxlength=\"%d\">\n",
             uuid_format(&call->id, id), message ? message : "", MESSAGE_MAX);
    put_sign_in(call, email, complaint != NULL);
    page_put(call, "<div class=\"buttons\"><button class=\"main\">Ask to connect</button></div>\n"
                   "</form>\n");
}

static bool put_profile(Call *call, const char *email, const char *message, const char *complaint,
                        GError **error)
{
    g_auto(PublicProfile) who = { 0 };
    char id[UUID_TEXT_SIZE];
    if (!load_public(call, &who, error))
        return false;
    begin(call, "%s", who.name);
    if (complaint)
        page_error(call, complaint);
    put_facts(call, &who);
    put_lines(call, "About", who.profile.about);
    uuid_format(&call->id, id);
    page_put(call, "<p><a href=\"../referral-program/%s\">How to refer business to me</a></p>\n",
             id);
    if (who.profile.recommends)
        page_put(call, "<p><a href=\"../recommended/%s\">Whom I recommend</a></p>\n", id);
    put_connect_form(call, email, message, complaint);
    page_end(call);
    return true;
}

static bool show_profile(Call *call, GError **error)
{
    return put_profile(call, NULL, NULL, NULL, error);
}

typedef struct ConnectForm {
    char *message, *email, *password, *totp;
} ConnectForm;

#define SIGN_IN_FIELDS(AT)                                                                         \
    { "email", FIELD_TEXT, AT(email), FIELD_PERSONAL, .max = 254 },                                \
        { "password", FIELD_TEXT, AT(password), FIELD_SECRET, .max = 4 * PASSWORD_MAX },           \
    {                                                                                              \
        "totp", FIELD_TEXT, AT(totp), FIELD_SECRET, .max = ONE_TIME_CODE_MAX                       \
    }

#define AT(member) offsetof(ConnectForm, member)
static const Field connect_rows[] = {
    { "message", FIELD_TEXT, AT(message), FIELD_PERSONAL, .max = MESSAGE_MAX },
    SIGN_IN_FIELDS(AT),
};
#undef AT
static const FieldTable connect_fields = FIELD_TABLE("connect_form", ConnectForm, connect_rows);

/* Only a page that is there is worth the work of a hash. */
static bool prepare_connect(Call *call, GError **error)
{
    const ConnectForm *form = call->body;
    g_auto(PublicProfile) who = { 0 };
    return load_public(call, &who, error) &&
           (is_blank(form->email) || is_blank(form->password) ||
            password_prepare(call, form->email, form->password, error));
}

static bool connect_with(Call *call, const Uuid *me, GError **error)
{
    const ConnectForm *form = call->body;
    Uuid id = uuid_new();
    NewInvitation input = { .account = call->id,
                            .message = is_blank(form->message) ? NULL : form->message,
                            .kind = INVITATION_REQUEST };
    if (!invitation_create(call, me, &id, &input, error))
        return false;
    page_end_with(call, "Asked",
                  "They were told. When they accept, you are partners, and you get a mail.");
    return true;
}

static bool answer_connect(Call *call, GError **error)
{
    const ConnectForm *form = call->body;
    PasswordResult result;
    Uuid me;
    if (is_blank(form->email) || is_blank(form->password)) {
        call->reply.status = 422;
        return put_profile(call, form->email, form->message,
                           "Your e-mail address or your password is missing.", error);
    }
    if (!call->scratch)
        return problem_set(error, PROBLEM_OVERLOADED, "Try again.");
    if (!password_settle(call, form->totp, &me, &result, error))
        return false;
    if (result == PASSWORD_RIGHT)
        return connect_with(call, &me, error);
    call->reply.status = problem_row(PROBLEM_BAD_CREDENTIALS)->status;
    return put_profile(call, form->email, form->message, wrong(result), error);
}

/* ---- /referral-program */

static bool show_program(Call *call, GError **error)
{
    g_auto(PublicProfile) who = { 0 };
    char id[UUID_TEXT_SIZE];
    if (!load_public(call, &who, error))
        return false;
    begin(call, "Referring business to %s", who.name);
    page_put(call, "<p>A lead is an introduction to somebody who wants the work, whom you know and "
                   "have spoken to, and who has agreed to be contacted.</p>\n");
    put_lines(call, "What I call a lead", who.profile.qualifies);
    put_lines(call, "Whom I would like to meet", who.profile.ideal_partner);
    if (who.profile.exclusive)
        page_put(call, "<p>I keep one partner for a business type.</p>\n");
    page_put(call,
             "<p><a href=\"../profile/%s\">My profile, where you can ask to connect</a></p>\n",
             uuid_format(&call->id, id));
    page_end(call);
    return true;
}

/* ---- /recommended: partners that are public themselves, of somebody who lets them be shown */

#define RECOMMENDED(me, other)                                                                     \
    "SELECT a.id, a.name, a.company_name, a.business_type, a.profile_headline"                     \
    " FROM connection c CROSS JOIN account a WHERE c." me                                          \
    " = $1 AND c.state = 3 AND a.id = c." other " AND a.profile_public = 1 AND a.state = 1"
static const char recommended_sql[] = RECOMMENDED(
    "account_a", "account_b") " UNION ALL " RECOMMENDED("account_b", "account_a") " ORDER BY 2, 1";

static bool put_recommended(Call *call, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autoptr(DbRows) rows = db_query(call->db, error, recommended_sql, db_uuid(&call->id));
    if (!rows)
        return false;
    int n = 0;
    for (; db_next(rows, error); n++) {
        Uuid account = db_get_uuid(rows, 0);
        page_put(call, "<h2><a href=\"../profile/%s\">", uuid_format(&account, id));
        put_text(call, db_get_text(rows, 1));
        page_put(call, "</a></h2>\n<dl>\n");
        put_row(call, "Company", db_get_text(rows, 2));
        put_row(call, "Business", business_type_label(db_get_text(rows, 3)));
        put_row(call, "In one line", db_get_text(rows, 4));
        page_put(call, "</dl>\n");
    }
    if (n == 0)
        page_put(call, "<p>Nobody yet.</p>\n");
    return db_rows_ok(rows);
}

static bool show_recommended(Call *call, GError **error)
{
    g_auto(PublicProfile) who = { 0 };
    if (!load_public(call, &who, error))
        return false;
    if (!who.profile.recommends)
        return problem_set(error, PROBLEM_NOT_FOUND, "There is no such page, or it is not public.");
    begin(call, "Whom %s recommends", who.name);
    if (!put_recommended(call, error))
        return false;
    page_end(call);
    return true;
}

/* ---- /invitation */

typedef struct InvitationForm {
    char *token, *decision, *email, *password, *totp;
    char *name, *company_name, *business_type;
} InvitationForm;

#define AT(member) offsetof(InvitationForm, member)
static const Field invitation_form_rows[] = {
    { "token", FIELD_TEXT, AT(token), FIELD_SECRET, .max = 200 },
    { "decision", FIELD_TEXT, AT(decision), .max = 16 },
    SIGN_IN_FIELDS(AT),
    { "name", FIELD_TEXT, AT(name), FIELD_PERSONAL, .max = 120 },
    { "company_name", FIELD_TEXT, AT(company_name), .max = 120 },
    { "business_type", FIELD_TEXT, AT(business_type), .max = 80 },
};
#undef AT
static const FieldTable invitation_form_fields = FIELD_TABLE("invitation_form", InvitationForm,
                                                             invitation_form_rows);

/* What is behind the link of a form or an address. */
typedef struct Linked {
    Invitation invitation;
    char *email_key;
    bool found;
} Linked;

static void linked_clear(Linked *linked)
{
    invitation_clear(&linked->invitation);
    g_free(linked->email_key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Linked, linked_clear)

static bool linked_load(Call *call, const char *token, Linked *linked, GError **error)
{
    return invitation_by_token(call, token, &linked->invitation, &linked->email_key, &linked->found,
                               error);
}

static bool put_closed(Call *call, const Linked *linked)
{
    call->reply.status = linked->found ? 409 : 404;
    page_begin(call, linked->found ? "Too late" : "There is no such invitation");
    page_error(call, linked->found ? "It was answered or withdrawn, or its thirty days are over."
                                   : "The link is not whole, or is none of ours.");
    page_end(call);
    return true;
}

static void put_token(Call *call, const char *token, const char *title)
{
    page_put(call,
             "<h2>%s</h2>\n<form method=\"post\" action=\"invitation\">\n"
             "<input type=\"hidden\" name=\"token\" value=\"%s\">\n",
             title, token);
}

static void put_new_account(Call *call, const char *token, const InvitationForm *form,
                            const char *email)
{
    put_token(call, token, "I am new here");
    page_put(call,
             "<label for=\"name\">Name</label>\n"
             "<input id=\"name\" name=\"name\" value=\"%s\" maxlength=\"120\" "
             "autocomplete=\"name\" required>\n"
             "<label for=\"company\">Company</label>\n"
             "<input id=\"company\" name=\"company_name\" value=\"%s\" maxlength=\"120\" "
             "autocomplete=\"organization\">\n"
             "<label for=\"business\">Business</label>\n"
             "<input id=\"business\" name=\"business_type\" value=\"%s\" maxlength=\"80\">\n",
             form && form->name ? form->name : "",
             form && form->company_name ? form->company_name : "",
             form && form->business_type ? form->business_type : "");
    page_put(call,
             "<label for=\"new-email\">E-mail</label>\n"
             "<input id=\"new-email\" name=\"email\" type=\"email\" value=\"%s\" maxlength=\"254\" "
             "autocomplete=\"username\" required>\n"
             "<label for=\"new-password\">Password</label>\n"
             "<input id=\"new-password\" name=\"password\" type=\"password\" "
             "autocomplete=\"new-password\" required aria-describedby=\"new-hint\">\n"
             "<small id=\"new-hint\">At least %d characters; several words are easy to remember"
             "</small>\n<div class=\"buttons\"><button class=\"main\" name=\"decision\" "
             "value=\"join\">Create an account and accept</button></div>\n</form>\n",
             email ? email : "", PASSWORD_MIN);
}

static bool put_question(Call *call, const Linked *linked, const char *token,
                         const InvitationForm *form, const char *complaint)
{
    const Invitation *invitation = &linked->invitation;
    bool joins = form && g_strcmp0(form->decision, "join") == 0;
    const char *email = form && form->email ? form->email : linked->email_key;
    begin(call,
          invitation->kind == INVITATION_REQUEST ? "%s asks to become your partner"
                                                 : "%s invites you to become partners",
          invitation->from.name);
    if (complaint)
        page_error(call, complaint);
    page_put(call, "<dl>\n");
    put_row(call, "Company", invitation->from.company_name);
    put_row(call, "Business", business_type_label(invitation->business_type));
    page_put(call, "</dl>\n<p>Partners pass each other leads: introductions to people who want "
                   "what they do, and have agreed to be contacted. It costs nothing.</p>\n");
    put_lines(call, "Message", invitation->message);
    put_token(call, token, "I have an account");
    put_sign_in(call, joins ? linked->email_key : email, complaint && !joins);
    page_put(call, "<div class=\"buttons\"><button class=\"main\" name=\"decision\" "
                   "value=\"accept\">Accept</button></div>\n</form>\n");
    if (uuid_is_nil(&invitation->to.account) && server_config(call->server)->sign_up)
        put_new_account(call, token, joins ? form : NULL, joins ? email : linked->email_key);
    put_token(call, token, "No, thank you");
    page_put(call, "<div class=\"buttons\"><button name=\"decision\" value=\"decline\">Decline"
                   "</button></div>\n</form>\n");
    page_end(call);
    return true;
}

static bool show_invitation(Call *call, GError **error)
{
    const char *token = call_query(call, "token");
    g_auto(Linked) linked = { 0 };
    if (!linked_load(call, token, &linked, error))
        return false;
    if (!linked.found || !invitation_is_open(&linked.invitation, call->now))
        return put_closed(call, &linked);
    return put_question(call, &linked, token, NULL, NULL);
}

static bool says(const InvitationForm *form, const char *decision)
{
    return g_strcmp0(form->decision, decision) == 0;
}

/* What is wrong with a new account's form; NULL nothing. */
static const char *complaint_about(const InvitationForm *form)
{
    glong length = form->password ? g_utf8_strlen(form->password, -1) : 0;
    SignUp input = { form->email,        form->password,      form->name,
                     form->company_name, form->business_type, NULL };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (is_blank(form->name))
        return "Your name is missing.";
    if (is_blank(form->email))
        return "Your e-mail address is missing.";
    if (length < PASSWORD_MIN)
        return "The password is too short.";
    if (length > PASSWORD_MAX)
        return "The password is too long.";
    if (!fields_validate(&sign_up_fields, &input, "#", &errors))
        return field_errors_find(&errors, "#/email") ? "This is no e-mail address."
                                                     : "Something in the form cannot be right.";
    return NULL;
}

/* Only an invitation that waits is worth the work of a hash. */
static bool prepare_invitation(Call *call, GError **error)
{
    const InvitationForm *form = call->body;
    g_auto(Linked) linked = { 0 };
    if (!linked_load(call, form->token, &linked, error))
        return false;
    if (!linked.found || !invitation_is_open(&linked.invitation, call->now))
        return true;
    if (says(form, "accept"))
        return is_blank(form->email) || is_blank(form->password) ||
               password_prepare(call, form->email, form->password, error);
    if (!says(form, "join") || complaint_about(form) || !server_config(call->server)->sign_up)
        return true;
    if (!throttle_check(call, THROTTLE_SIGN_UP, NULL, error))
        return false;
    call->scratch = password_hash(call, form->password, error);
    call->scratch_free = g_free;
    return call->scratch != NULL;
}

static bool accept_as(Call *call, const Linked *linked, const Uuid *me, GError **error)
{
    g_auto(Invitation) done = { 0 };
    bool taken;
    if (!invitation_take(call, &linked->invitation.id, me, &taken, error))
        return false;
    if (!taken)
        return problem_set(error, PROBLEM_FORBIDDEN, "This invitation is for another account.");
    if (!invitation_act(call, me, &linked->invitation.id, INVITATION_ACCEPT, &done, error))
        return false;
    page_end_with(call, "You are partners",
                  "You can pass each other leads now. You find your partners in Leadline.");
    return true;
}

static bool sign_in(Call *call, const Linked *linked, const InvitationForm *form, GError **error)
{
    PasswordResult result;
    Uuid me;
    if (is_blank(form->email) || is_blank(form->password)) {
        call->reply.status = 422;
        return put_question(call, linked, form->token, form,
                            "Your e-mail address or your password is missing.");
    }
    if (!call->scratch)
        return problem_set(error, PROBLEM_OVERLOADED, "Try again.");
    if (!password_settle(call, form->totp, &me, &result, error))
        return false;
    if (result == PASSWORD_RIGHT)
        return accept_as(call, linked, &me, error);
    call->reply.status = problem_row(PROBLEM_BAD_CREDENTIALS)->status;
    return put_question(call, linked, form->token, form, wrong(result));
}

static bool join(Call *call, const Linked *linked, const InvitationForm *form, GError **error)
{
    const char *complaint = complaint_about(form);
    if (complaint) {
        call->reply.status = 422;
        return put_question(call, linked, form->token, form, complaint);
    }
    if (!server_config(call->server)->sign_up)
        return problem_set(error, PROBLEM_FORBIDDEN,
                           "This server makes accounts only by its administrator.");
    if (!call->scratch)
        return problem_set(error, PROBLEM_OVERLOADED, "Try again.");
    if (!throttle_count(call, THROTTLE_SIGN_UP, NULL, error))
        return false;
    NewAccount wanted = { .email = form->email,
                          .name = form->name,
                          .company_name = form->company_name,
                          .business_type = form->business_type,
                          .accept_language = call->accept_language,
                          .password_hash = call->scratch };
    Account account = { 0 };
    g_autoptr(GError) local = NULL;
    bool ok = account_create_invited(call, &wanted, form->token, &account, &local);
    Uuid me = account.id;
    fields_clear(&account_fields, &account);
    if (problem_is(local, PROBLEM_ALREADY_EXISTS)) {
        call->reply.status = 409;
        return put_question(call, linked, form->token, form,
                            "There is an account with this address: sign in to it above.");
    }
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    return verify_send(call, &me, error) && accept_as(call, linked, &me, error);
}

static bool decline(Call *call, const Linked *linked, GError **error)
{
    if (!invitation_decline_unseen(call, &linked->invitation.id, error))
        return false;
    page_end_with(call, "Declined", "You can close this page.");
    return true;
}

static bool answer_invitation(Call *call, GError **error)
{
    const InvitationForm *form = call->body;
    g_auto(Linked) linked = { 0 };
    if (!linked_load(call, form->token, &linked, error))
        return false;
    if (!linked.found || !invitation_is_open(&linked.invitation, call->now))
        return put_closed(call, &linked);
    if (says(form, "decline"))
        return decline(call, &linked, error);
    if (says(form, "accept"))
        return sign_in(call, &linked, form, error);
    if (says(form, "join"))
        return join(call, &linked, form, error);
    call->reply.status = 422;
    return put_question(call, &linked, form->token, form, "Choose one of the buttons.");
}

#define PAGE_FORM (ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT)
const Route network_page_routes[] = {
    { "GET", "/profile/{account}", ACCESS_OPEN, LANE_READ, 0, .handler = show_profile,
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "A member's public profile, as a page" },
    { "POST", "/profile/{account}", ACCESS_OPEN, LANE_CRYPTO, PAGE_FORM, &connect_fields,
      .handler = answer_connect, .prepare = prepare_connect, .wording = &account_page_wording,
      .reply_type = "text/html", .summary = "What its form does: ask to connect" },
    { "GET", "/referral-program/{account}", ACCESS_OPEN, LANE_READ, 0, .handler = show_program,
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "How to refer business to a member" },
    { "GET", "/recommended/{account}", ACCESS_OPEN, LANE_READ, 0, .handler = show_recommended,
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "Whom a member recommends" },
    { "GET", "/invitation", ACCESS_OPEN, LANE_READ, 0, .handler = show_invitation, .query = "token",
      .wording = &account_page_wording, .reply_type = "text/html",
      .summary = "The page behind the link in an invitation's mail" },
    { "POST", "/invitation", ACCESS_OPEN, LANE_CRYPTO, PAGE_FORM, &invitation_form_fields,
      .handler = answer_invitation, .prepare = prepare_invitation, .wording = &account_page_wording,
      .reply_type = "text/html", .summary = "Its answer: accept, join, or decline" },
    { 0 },
};
