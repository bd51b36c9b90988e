/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the account itself. All of it is asked of the server at once: nothing of it waits in the outbox. */
#include "handlers.h"

#include <string.h>

#include "account.h"
#include "base/i18n.h"
#include "base/text.h"
#include "dialog.h"

/* ---- answers */

static void complain(App *app, const GError *error)
{
    g_autofree char *words = account_words(error);
    app_complain(app, "%s", words);
}

static void on_done(const AccountAnswer *answer, gpointer data)
{
    static const char *const words[ACCOUNT_ACTS] = {
        [ACCOUNT_END_SESSION] = N_("The session is ended."),
        [ACCOUNT_SET_MAIL] = N_("Changed."),
        [ACCOUNT_VERIFY] = N_("If your address is not verified yet, a mail with a link is on its "
                              "way to it."),
        [ACCOUNT_EMAIL] = N_(
            "A mail with a link is on its way to the new address: it counts once that is "
            "followed."),
        [ACCOUNT_PASSWORD] = N_("The password is changed. All other sessions are ended."),
        [ACCOUNT_TOTP_OFF] = N_("Log-ins want no one-time code any more."),
    };
    App *app = data;
    if (answer->error) {
        complain(app, answer->error);
        return;
    }
    if (words[answer->act])
        app_say(app, "%s", _(words[answer->act]));
    if (answer->act == ACCOUNT_TOTP_BEGIN)
        account_view_setup(app, &answer->setup);
    if (answer->codes.recovery_codes) {
        account_view_setup(app, NULL);
        account_view_codes(app, answer->codes.recovery_codes);
    }
    account_view_load(app);
}

static void ask_server(App *app, AccountAct act, const AccountInput *input)
{
    client_account_ask(app->client, act, input, on_done, app, NULL);
}

/* ---- a dialog with secrets: one struct for all of them */

typedef struct Secrets {
    char *confirm, *password, *fresh, *again, *code, *email;
    AccountAct act;
} Secrets;

#define AT(member) offsetof(Secrets, member)
static const Field secret_rows[] = {
    { "confirm", FIELD_TEXT, AT(confirm), FIELD_REQUIRED, .max = 254,
      .label = N_("Your e-mail address") },
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED, .label = N_("New e-mail address") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
    { "fresh", FIELD_TEXT, AT(fresh), FIELD_REQUIRED | FIELD_SECRET, .min = PASSWORD_MIN,
      .max = PASSWORD_MAX, .label = N_("New password") },
    { "again", FIELD_TEXT, AT(again), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Once more") },
    { "code", FIELD_TEXT, AT(code), 0, .max = ONE_TIME_CODE_MAX, .label = N_("One-time code") },
};
#undef AT
static const FieldTable secret_fields = FIELD_TABLE("secrets", Secrets, secret_rows);

static void secrets_free(gpointer data)
{
    fields_clear(&secret_fields, data);
    g_free(data);
}

static AccountInput input_of(const Secrets *secrets)
{
    return (AccountInput){ .confirm = secrets->confirm,
                           .password = secrets->password,
                           .fresh = secrets->fresh,
                           .email = secrets->email,
                           .code = secrets->code };
}

static void on_deleted(const AccountAnswer *answer, gpointer data);

/* Only the rows that this dialog has are looked at. */
static DialogAnswer secrets_done(App *app, Dialog *dialog)
{
    Secrets *secrets = dialog_data(dialog);
    if (!dialog_store(dialog, secrets))
        return DIALOG_KEEP;
    if (secrets->fresh && g_strcmp0(secrets->fresh, secrets->again) != 0) {
        dialog_complain(dialog, form_row_of(dialog_form(dialog), "again"),
                        _("The two are not the same."));
        return DIALOG_KEEP;
    }
    if (secrets->act == ACCOUNT_TOTP_CONFIRM && !secrets->code) {
        dialog_complain(dialog, 0, _("The code is missing."));
        return DIALOG_KEEP;
    }
    AccountInput input = input_of(secrets);
    client_account_ask(app->client, secrets->act, &input,
                       secrets->act == ACCOUNT_DELETE ? on_deleted : on_done, app, NULL);
    return DIALOG_CLOSE;
}

typedef struct Question {
    AccountAct act;
    const char *title, *yes;
    void (*text)(Dialog *dialog, Page *page);
    const char *const *names;
    bool start_at_no;
} Question;

static void ask_secrets(App *app, const Question *question)
{
    Secrets *secrets = g_new0(Secrets, 1);
    secrets->act = question->act;
    DialogSpec spec = {
        .title = question->title,
        .text = question->text,
        .form = form_new(&secret_fields, secrets, question->names),
        .yes = question->yes,
        .no = _("Cancel"),
        .start_at_form = true,
        .done = secrets_done,
        .data = secrets,
        .free_data = secrets_free,
    };
    app_ask(app, dialog_new(&spec));
}

static const char *const password_only[] = { "password", NULL };

/* ---- password */

static void password_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL, _("All other sessions end, on all machines."));
}

void run_password(App *app, const char *args)
{
    static const char *const names[] = { "password", "fresh", "again", NULL };
    ask_secrets(app, &(Question){ .act = ACCOUNT_PASSWORD,
                                  .title = _("Change the password"),
                                  .yes = _("Change"),
                                  .text = password_text,
                                  .names = names });
}

/* ---- the address */

static void email_text(Dialog *dialog, Page *page)
{
    page_text(
        page, ROLE_NORMAL,
        _("It gets a mail with a link, and is your address once that is followed. The old one "
          "is told of it. Sessions stay."));
}

void run_email(App *app, const char *args)
{
    static const char *const names[] = { "email", "password", NULL };
    ask_secrets(app, &(Question){ .act = ACCOUNT_EMAIL,
                                  .title = _("Another e-mail address"),
                                  .yes = _("Send the mail"),
                                  .text = email_text,
                                  .names = names });
}

/* ---- one-time codes */

static void begin_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL,
              _("Log-ins will want a code of your authenticator beside the password."));
}

static void off_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL, _("The password alone will get somebody in."));
}

static void renew_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_NORMAL, _("The recovery codes that you have are worth nothing then."));
}

static void ask_totp(App *app, const char *args)
{
    const AccountView *view = account_view_of(app);
    static const char *const code_only[] = { "code", NULL };
    if (view && view->secret)
        ask_secrets(app, &(Question){ .act = ACCOUNT_TOTP_CONFIRM,
                                      .title = _("The first code"),
                                      .yes = _("Switch on"),
                                      .names = code_only });
    else if (strcmp(args, "off") == 0)
        ask_secrets(app, &(Question){ .act = ACCOUNT_TOTP_OFF,
                                      .title = _("No more one-time codes"),
                                      .yes = _("Switch off"),
                                      .text = off_text,
                                      .names = password_only });
    else if (strcmp(args, "new") == 0)
        ask_secrets(app, &(Question){ .act = ACCOUNT_TOTP_CODES,
                                      .title = _("New recovery codes"),
                                      .yes = _("Make them"),
                                      .text = renew_text,
                                      .names = password_only });
    else
        ask_secrets(app, &(Question){ .act = ACCOUNT_TOTP_BEGIN,
                                      .title = _("One-time codes"),
                                      .yes = _("Begin"),
                                      .text = begin_text,
                                      .names = password_only });
}

static const EnumValue code_values[] = {
    { 1, "new", N_("new recovery codes") },
    { 2, "off", N_("no more one-time codes") },
};
const EnumTable code_choices = ENUM_TABLE("codes", code_values);

void run_codes(App *app, const char *args)
{
    app_show(app, VIEW_ACCOUNT);
    const AccountView *view = account_view_of(app);
    bool on = view && view->knows_totp && view->totp.on;
    if (*args && !on) {
        app_complain(app, "%s", _("One-time codes are off, or that is not known yet."));
        return;
    }
    if (*args || !on) {
        ask_totp(app, args);
        return;
    }
    app_say(app, "%s",
            _("One-time codes are on. :codes new makes new recovery codes, :codes off "
              "switches them off."));
}

/* ---- mail */

typedef struct MailForm {
    GPtrArray *settings; /* MailSetting *, those that can be switched */
    Field *fields;
    bool *on;
    FieldTable table;
} MailForm;

static void mail_form_free(gpointer data)
{
    MailForm *form = data;
    for (guint i = 0; i < form->settings->len; i++) {
        fields_clear(&mail_setting_fields, form->settings->pdata[i]);
        g_free(form->settings->pdata[i]);
    }
    g_ptr_array_unref(form->settings);
    g_free(form->fields);
    g_free(form->on);
    g_free(form);
}

static MailForm *mail_form_new(const GPtrArray *settings)
{
    MailForm *form = g_new0(MailForm, 1);
    form->settings = g_ptr_array_new();
    for (guint i = 0; i < settings->len; i++) {
        const MailSetting *setting = settings->pdata[i];
        if (setting->mandatory)
            continue;
        MailSetting *copy = g_new0(MailSetting, 1);
        fields_copy(&mail_setting_fields, copy, setting);
        g_ptr_array_add(form->settings, copy);
    }
    guint n = form->settings->len;
    form->fields = g_new0(Field, n);
    form->on = g_new0(bool, MAX(n, 1));
    for (guint i = 0; i < n; i++) {
        const MailSetting *setting = form->settings->pdata[i];
        form->on[i] = setting->on;
        form->fields[i] = (Field){ .name = setting->type,
                                   .type = FIELD_BOOL,
                                   .offset = i * sizeof(bool),
                                   .label = setting->label ? setting->label : setting->type };
    }
    form->table = (FieldTable){ "mail", n * sizeof(bool), form->fields, n };
    return form;
}

static DialogAnswer mail_done(App *app, Dialog *dialog)
{
    MailForm *form = dialog_data(dialog);
    if (!dialog_store(dialog, form->on))
        return DIALOG_KEEP;
    for (guint i = 0; i < form->settings->len; i++)
        ((MailSetting *)form->settings->pdata[i])->on = form->on[i];
    ask_server(app, ACCOUNT_SET_MAIL, &(AccountInput){ .settings = form->settings });
    return DIALOG_CLOSE;
}

/* What the server said is needed: it is asked for when the page is shown. */
static AccountView *need(App *app, bool there)
{
    app_show(app, VIEW_ACCOUNT);
    AccountView *view = account_view_of(app);
    if (!there)
        app_complain(app, "%s",
                     view && view->trouble ? view->trouble
                                           : _("The server has not answered yet: try again."));
    return there ? view : NULL;
}

void run_mail_settings(App *app, const char *args)
{
    AccountView *known = account_view_of(app);
    AccountView *view = need(app, known && known->settings);
    if (!view)
        return;
    MailForm *form = mail_form_new(view->settings);
    g_autofree const char **names = g_new0(const char *, form->table.n_fields + 1);
    for (size_t i = 0; i < form->table.n_fields; i++)
        names[i] = form->fields[i].name;
    DialogSpec spec = {
        .title = _("Which mail you want"),
        .form = form_new(&form->table, form->on, names),
        .yes = _("Change"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = mail_done,
        .data = form,
        .free_data = mail_form_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- sessions */

typedef struct SessionList {
    EnumTable table;
    EnumValue *values; /* value: 1 + place in ids */
    char **labels;
    Uuid *ids;
} SessionList;

static void session_list_free(gpointer data)
{
    SessionList *list = data;
    g_free(list->values);
    g_strfreev(list->labels);
    g_free(list->ids);
    g_free(list);
}

static SessionList *session_list_new(const GPtrArray *sessions)
{
    SessionList *list = g_new0(SessionList, 1);
    guint n = 0;
    list->values = g_new0(EnumValue, sessions->len + 1);
    list->labels = g_new0(char *, sessions->len + 1);
    list->ids = g_new0(Uuid, sessions->len + 1);
    for (guint i = 0; i < sessions->len; i++) {
        const Session *session = sessions->pdata[i];
        if (session->current)
            continue;
        g_autoptr(GDateTime)
            time = g_date_time_new_from_unix_local(session->last_used_at / MS_PER_SECOND);
        g_autofree char *when = time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("");
        g_autofree char *client = text_clean(session->client ? session->client : "", -1, TEXT_LINE);
        list->ids[n] = session->id;
        list->labels[n] = g_strdup_printf("%s  %s", when, client);
        list->values[n] = (EnumValue){ (int)n + 1, list->labels[n], list->labels[n] };
        n++;
    }
    list->table = (EnumTable){ "sessions", list->values, n };
    return list;
}

static DialogAnswer session_done(App *app, Dialog *dialog)
{
    const SessionList *list = dialog_data(dialog);
    int choice = dialog_choice(dialog);
    if (choice < 1)
        return DIALOG_KEEP;
    ask_server(app, ACCOUNT_END_SESSION, &(AccountInput){ .id = list->ids[choice - 1] });
    return DIALOG_CLOSE;
}

void run_sessions(App *app, const char *args)
{
    AccountView *known = account_view_of(app);
    AccountView *view = need(app, known && known->sessions);
    if (!view)
        return;
    SessionList *list = session_list_new(view->sessions);
    if (list->table.n_values == 0) {
        session_list_free(list);
        app_say(app, "%s", _("There is no other session than this one."));
        return;
    }
    DialogSpec spec = {
        .title = _("End a session"),
        .choices = &list->table,
        .choice = 1,
        .yes = _("End it"),
        .no = _("Cancel"),
        .done = session_done,
        .data = list,
        .free_data = session_list_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- the rest */

void run_verify(App *app, const char *args)
{
    ask_server(app, ACCOUNT_VERIFY, NULL);
}

typedef struct Exporting {
    App *app;
    char *path;
} Exporting;

static void exporting_free(gpointer data)
{
    Exporting *exporting = data;
    g_free(exporting->path);
    g_free(exporting);
}

static void on_exported(const AccountAnswer *answer, gpointer data)
{
    Exporting *exporting = data;
    if (answer->error)
        complain(exporting->app, answer->error);
    else
        app_say(exporting->app, _("All that the server keeps about you is in %s"), exporting->path);
    exporting_free(exporting);
}

void run_export_account(App *app, const char *args)
{
    Exporting *exporting = g_new0(Exporting, 1);
    exporting->app = app;
    exporting->path = *args ? g_strdup(args)
                            : g_build_filename(g_get_home_dir(), "leadline-export.zip", NULL);
    app_say(app, "%s", _("The server puts your data together ..."));
    client_account_ask(app->client, ACCOUNT_EXPORT, &(AccountInput){ .path = exporting->path },
                       on_exported, exporting, exporting_free);
}

static void on_gone(const GError *error, gpointer data)
{
    app_say(data, "%s",
            _("Your account is deleted. The copy on this machine goes when you leave."));
}

static void on_deleted(const AccountAnswer *answer, gpointer data)
{
    App *app = data;
    if (answer->error)
        complain(app, answer->error);
    else
        client_logout(app->client, true, on_gone, app);
}

static void delete_text(Dialog *dialog, Page *page)
{
    page_text(page, ROLE_ALERT, _("This cannot be undone."));
    page_text(page, ROLE_NORMAL,
              _("Your account and all that is personal about you go at once and for ever: profile, "
                "partners, notes, messages. The leads that you passed on stay with those who got "
                "them, without your name. :export-account saves a copy first."));
}

void run_delete_account(App *app, const char *args)
{
    static const char *const names[] = { "confirm", "password", "code", NULL };
    ask_secrets(app, &(Question){ .act = ACCOUNT_DELETE,
                                  .title = _("Delete the account"),
                                  .yes = _("Delete it"),
                                  .text = delete_text,
                                  .names = names });
}
