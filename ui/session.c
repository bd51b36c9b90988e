/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include "base/i18n.h"
#include "base/text.h"
#include "device.h"
#include "handlers.h"
#include "model/account.h"

#include <string.h>

/* All that is asked for to get in; each dialog shows a part of it. */
typedef struct Entry {
    char *server, *email, *password, *code, *name, *company_name, *business_type;
    bool keep;
    bool sign_up, browser;
    bool opened; /* the profile at hand was made for this, and is nothing until it succeeds */
    bool second; /* the password was right, and a one-time code is wanted too */
} Entry;

#define AT(member) offsetof(Entry, member)
static const Field entry_rows[] = {
    { "server", FIELD_TEXT, AT(server), FIELD_REQUIRED, .label = N_("Server") },
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED, .label = N_("E-mail") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
    { "code", FIELD_TEXT, AT(code), FIELD_REQUIRED, .max = ONE_TIME_CODE_MAX,
      .label = N_("One-time code") },
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED, .max = 120, .label = N_("Your name") },
    { "company_name", FIELD_TEXT, AT(company_name), 0, .max = 120, .label = N_("Company") },
    { "business_type", FIELD_TEXT, AT(business_type), 0, .max = 120, .label = N_("Business") },
    { "keep", FIELD_BOOL, AT(keep), .label = N_("Keep in a file") },
};
#undef AT
static const FieldTable entry_fields = FIELD_TABLE("entry", Entry, entry_rows);

static void entry_free(gpointer data)
{
    Entry *entry = data;
    if (entry->password)
        explicit_bzero(entry->password, strlen(entry->password));
    fields_clear(&entry_fields, entry);
    g_free(entry);
}

/* ---- private servers */

void session_start_private(App *app, ProfileKind kind)
{
    g_autoptr(GError) error = NULL;
    Profile *profile = profile_new(kind, kind == PROFILE_DEMO ? "demo" : "local", NULL, &error);
    if (!profile || !app_open_profile(app, profile, &error)) {
        app_complain_error(app, error);
        return;
    }
    if (kind == PROFILE_LOCAL && !profile_save(app->profile, &error))
        app_complain_error(app, error);
    client_start(app->client);
}

/* ---- a server by address */

/* A name that no profile has yet. */
static char *free_name(void)
{
    g_auto(GStrv) names = profile_names();
    char *name = g_strdup("main");
    for (int i = 2; g_strv_contains((const char *const *)names, name); i++) {
        g_free(name);
        name = g_strdup_printf("main-%d", i);
    }
    return name;
}

/* A profile for this server, opened and started; the one at hand when no server was asked for. */
static bool open_server(App *app, Entry *entry, GError **error)
{
    if (entry->opened) {
        app_close_profile(app); /* another try, perhaps with another server, address or wish */
        entry->opened = false;
    }
    if (app->profile)
        return true;
    if (!strstr(entry->server, "://") && !g_str_has_prefix(entry->server, "unix:")) {
        char *https = g_strconcat("https://", entry->server, NULL);
        g_free(entry->server);
        entry->server = https;
    }
    if (!profile_check_server(entry->server, error))
        return false;
    g_autofree char *name = free_name();
    Profile *profile = profile_new(PROFILE_SERVER, name, entry->server, error);
    if (!profile)
        return false;
    profile->insecure_storage = entry->keep || app->insecure_storage;
    profile->email = g_strdup(entry->email);
    if (!app_open_profile(app, profile, error))
        return false;
    entry->opened = true;
    app_show(app, VIEW_WELCOME); /* the inbox is for who is in */
    client_start(app->client);
    return true;
}

static void entry_left(App *app, Dialog *dialog)
{
    Entry *entry = dialog_data(dialog);
    if (entry->opened)
        app_close_profile(app);
}

/* What hinders somebody who wants to get in. */
char *session_words(const App *app, const GError *error)
{
    if (problem_is(error, PROBLEM_SERVER_DOWN) || problem_is(error, PROBLEM_OFFLINE)) {
        return g_strdup_printf(_("No answer from %s. Check the address, and try again."),
                               app->profile->server);
    }
    if (problem_is(error, PROBLEM_BAD_INPUT) && !app->profile) {
        return g_strdup(_("A server is https:// and its name; http:// and unix: only on this "
                          "machine."));
    }
    return problem_words(error);
}

/* Where the session is kept; and why not, when it is not. */
static char *signed_in_words(const App *app)
{
    const char *why = client_token_why(app->client);
    switch (client_token_place(app->client)) {
    case TOKENS_KEYRING:
        return g_strdup(_("Signed in. The keyring keeps the session."));
    case TOKENS_FILE:
        return g_strdup(_("Signed in. A file that only you can read keeps the session."));
    default:
        return app->profile->kind != PROFILE_SERVER
                   ? g_strdup(_("Signed in."))
                   : g_strdup_printf(_("Signed in until you quit: %s."),
                                     why ? why : _("the token is not stored"));
    }
}

void session_signed_in(App *app)
{
    if (app->view == VIEW_WELCOME || app->view == VIEW_DEVICE)
        app_show(app, VIEW_INBOX);
    g_autoptr(GError) trouble = NULL;
    if (app->profile->kind == PROFILE_SERVER && !profile_save(app->profile, &trouble)) {
        app_complain_error(app, trouble);
        return;
    }
    g_autofree char *words = signed_in_words(app);
    app_say(app, "%s", words);
}

static void ask_code(App *app, const Entry *first);

/* The answer, for the dialog that waits for it if it is still there. */
static void on_signed_in(const GError *error, gpointer data)
{
    App *app = data;
    bool waits = app->dialog && dialog_is_busy(app->dialog);
    if (waits) {
        dialog_finish(app->dialog);
        app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
    }
    if (waits && problem_is(error, PROBLEM_TOTP_REQUIRED)) {
        ask_code(app, dialog_data(app->dialog));
        return;
    }
    if (error) {
        g_autofree char *words = session_words(app, error);
        if (waits)
            dialog_complain(app->dialog, form_row_of(dialog_form(app->dialog), "code"), words);
        else
            app_complain(app, "%s", words);
        return;
    }
    if (waits)
        app_close_dialog(app); /* and the profile is one from now on */
    session_signed_in(app);
}

static DialogAnswer entry_done(App *app, Dialog *dialog)
{
    Entry *entry = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, entry))
        return DIALOG_KEEP;
    if (entry->sign_up && g_utf8_strlen(entry->password, -1) < PASSWORD_MIN) {
        g_autofree char *words = g_strdup_printf(_("The password needs at least %d characters."),
                                                 PASSWORD_MIN);
        dialog_complain(dialog, form_row_of(dialog_form(dialog), "password"), words);
        return DIALOG_KEEP;
    }
    if (!entry->second && !open_server(app, entry, &error)) {
        g_autofree char *words = session_words(app, error);
        dialog_complain(dialog, 0, words);
        return DIALOG_KEEP;
    }
    if (entry->browser) {
        entry->opened = false; /* the view has it from here on */
        device_begin(app, true);
        return DIALOG_CLOSE;
    }
    if (entry->sign_up) {
        SignUp input = { entry->email, entry->password, entry->name, entry->company_name,
                         entry->business_type };
        client_sign_up(app->client, &input, on_signed_in, app);
    } else {
        Login login = { entry->email, entry->password, entry->code };
        client_login_with(app->client, &login, on_signed_in, app);
    }
    return DIALOG_BUSY;
}

static void entry_text(Dialog *dialog, Page *page)
{
    const Entry *entry = dialog_data(dialog);
    if (entry->second)
        page_text(page, ROLE_NORMAL,
                  _("The password is right. Now the code that your authenticator shows, or a "
                    "recovery code."));
    else if (entry->server)
        page_text(page, ROLE_NORMAL, _("Server: an address like https://leads.example.com"));
}

static void ask(App *app, Entry *entry, const char *title, const char *yes,
                const char *const *names)
{
    bool asks_keep = g_strv_contains(names, "keep");
    DialogSpec spec = {
        .title = title,
        .text = entry_text,
        .form = form_new(&entry_fields, entry, names),
        .yes = yes,
        .no = _("Cancel"),
        .start_at_form = true,
        .note = asks_keep ? _("The keyring keeps the session, where there is one. A file keeps it "
                              "unencrypted, readable by you only (0600).")
                          : NULL,
        .done = entry_done,
        .left = entry_left,
        .data = entry,
        .free_data = entry_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* What was typed goes on, into a dialog that takes this one's place; so does the profile that was made for it. */
static void ask_code(App *app, const Entry *first)
{
    static const char *const names[] = { "code", NULL };
    Entry *entry = g_new0(Entry, 1);
    fields_copy(&entry_fields, entry, first);
    entry->opened = first->opened;
    entry->second = true;
    ask(app, entry, _("Sign in"), _("Sign in"), names);
}

static Entry *entry_new(App *app)
{
    Entry *entry = g_new0(Entry, 1);
    entry->keep = app->insecure_storage;
    if (app->profile)
        entry->email = g_strdup(app->profile->email);
    else
        entry->server = g_strdup("https://");
    return entry;
}

void session_ask_sign_in(App *app)
{
    static const char *const first[] = { "server", "email", "password", "keep", NULL };
    static const char *const again[] = { "email", "password", NULL };
    ask(app, entry_new(app), _("Sign in"), _("Sign in"), app->profile ? again : first);
}

void session_ask_sign_up(App *app)
{
    static const char *const first[] = { "server", "name",     "company_name", "business_type",
                                         "email",  "password", "keep",         NULL };
    Entry *entry = entry_new(app);
    entry->sign_up = true;
    ask(app, entry, _("Sign up"), _("Sign up"), app->profile ? first + 1 : first);
}

void session_ask_browser(App *app)
{
    static const char *const first[] = { "server", "keep", NULL };
    if (app->profile) {
        device_begin(app, false);
        return;
    }
    Entry *entry = entry_new(app);
    entry->browser = true;
    ask(app, entry, _("Sign in with a browser"), _("Go on"), first);
}

/* ---- commands */

static const EnumValue login_values[] = { { 1, "browser", N_("with a browser") } };
const EnumTable login_choices = ENUM_TABLE("login", login_values);

void run_login(App *app, const char *args)
{
    if (app->profile->kind != PROFILE_SERVER) {
        app_say(app, "%s", _("This profile has a server of its own and needs no signing in."));
        return;
    }
    if (!*args)
        session_ask_sign_in(app);
    else if (enum_value(&login_choices, args))
        session_ask_browser(app);
    else
        app_complain(app, "%s", _("Type :login, or :login browser"));
}

static void on_signed_out(const GError *error, gpointer data)
{
    App *app = data;
    if (error)
        app_complain_error(app, error);
    else
        app_say(app, "%s", _("Signed out. What is in the outbox is kept."));
}

void run_logout(App *app, const char *args)
{
    client_logout(app->client, false, on_signed_out, app);
}
