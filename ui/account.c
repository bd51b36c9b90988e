/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "account.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "find.h"
#include "model/business_type.h"
#include "page.h"

#define LABEL_WIDTH 24
#define STATE_WIDTH 9 /* of lists: "always", "this one" */

AccountView *account_view_of(App *app)
{
    return (AccountView *)app->views[VIEW_ACCOUNT];
}

/* Of these nothing is kept and sent later. */
char *account_words(const GError *error)
{
    bool away = problem_is(error, PROBLEM_SERVER_DOWN) || problem_is(error, PROBLEM_OFFLINE);
    return away ? g_strdup(_("The server does not answer.")) : problem_words(error);
}

static void redraw(App *app)
{
    if (account_view_of(app))
        page_view_changed(app->views[VIEW_ACCOUNT], CLIENT_STATUS);
}

/* ---- what the server says */

static GPtrArray *copy_list(const GPtrArray *list, const FieldTable *table)
{
    GPtrArray *copy = g_ptr_array_new();
    for (guint i = 0; list && i < list->len; i++) {
        gpointer object = g_malloc0(table->size);
        fields_copy(table, object, list->pdata[i]);
        g_ptr_array_add(copy, object);
    }
    return copy;
}

static void drop_list(GPtrArray **list, const FieldTable *table)
{
    for (guint i = 0; *list && i < (*list)->len; i++) {
        fields_clear(table, (*list)->pdata[i]);
        g_free((*list)->pdata[i]);
    }
    g_clear_pointer(list, g_ptr_array_unref);
}

static void keep_answer(AccountView *view, const AccountAnswer *answer)
{
    if (answer->sessions) {
        drop_list(&view->sessions, &session_fields);
        view->sessions = copy_list(answer->sessions, &session_fields);
    } else if (answer->settings) {
        drop_list(&view->settings, &mail_setting_fields);
        view->settings = copy_list(answer->settings, &mail_setting_fields);
    } else {
        view->knows_totp = true;
        view->totp = answer->totp;
    }
}

static void on_answer(const AccountAnswer *answer, gpointer data)
{
    App *app = data;
    AccountView *view = account_view_of(app);
    if (!view)
        return;
    view->asking -= view->asking > 0;
    if (answer->error) {
        g_free(view->trouble);
        view->trouble = account_words(answer->error);
    } else {
        keep_answer(view, answer);
    }
    redraw(app);
    app_dirty(app, DIRTY_STATUS);
}

void account_view_load(App *app)
{
    static const AccountAct acts[] = { ACCOUNT_TOTP, ACCOUNT_MAIL, ACCOUNT_SESSIONS };
    AccountView *view = account_view_of(app);
    if (!view || !app->client || view->asking > 0)
        return;
    g_clear_pointer(&view->trouble, g_free);
    view->asking = G_N_ELEMENTS(acts);
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        client_account_ask(app->client, acts[i], NULL, on_answer, app, NULL);
}

static void wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    g_clear_pointer(text, g_free);
}

void account_view_setup(App *app, const TotpSetup *setup)
{
    AccountView *view = account_view_of(app);
    if (!view)
        return;
    wipe(&view->secret);
    g_clear_pointer(&view->qr, qr_free);
    if (setup) {
        view->secret = g_strdup(setup->secret);
        view->qr = qr_new(setup->uri);
        view->page.top = 0;
    }
    redraw(app);
}

void account_view_codes(App *app, char *const *codes)
{
    AccountView *view = account_view_of(app);
    if (!view)
        return;
    for (char **code = view->codes; code && *code; code++)
        explicit_bzero(*code, strlen(*code));
    g_clear_pointer(&view->codes, g_strfreev);
    view->codes = codes ? g_strdupv((char **)codes) : NULL;
    view->page.top = codes ? 0 : view->page.top;
    redraw(app);
}

/* ---- the page */

static void put_pair(Page *page, const char *label, const char *value)
{
    page_pair(page, LABEL_WIDTH, label, ROLE_NORMAL, value);
}

static void put_head(Page *page, const char *title)
{
    page_blank(page);
    page_text(page, ROLE_HEADING, title);
}

static void put_codes(const AccountView *view, Page *page)
{
    page_text(page, ROLE_HEADING, _("Recovery codes"));
    page_text(page, ROLE_NORMAL,
              _("Each gets you in once, without the authenticator. They are shown only now: keep "
                "them where nobody else looks."));
    for (char **code = view->codes; *code; code++)
        page_format(page, ROLE_NORMAL, "  %s", *code);
    page_blank(page);
}

static void put_qr(const Qr *qr, Page *page)
{
    if (!qr || text_ascii() || qr_cols(qr, true) > page_width(page))
        return;
    for (int row = 0; row < qr_rows(qr, true); row++) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (int col = 0; col < qr_cols(qr, true); col++)
            g_string_append(line, qr_cell(qr, row, col));
        page_line(page);
        page_span(page, ROLE_QR, line->str);
    }
}

static void put_setup(const AccountView *view, Page *page)
{
    page_text(page, ROLE_HEADING, _("Setting up one-time codes"));
    page_text(page, ROLE_NORMAL,
              _("Let your authenticator read this, or type the secret into it. Then give the first "
                "code that it shows: the same key again."));
    put_pair(page, _("Secret"), view->secret);
    put_qr(view->qr, page);
    page_blank(page);
}

/* A number of 0 says nothing, nor does a no. */
static bool is_said(const Field *field, const MemberProfile *profile)
{
    const void *value = field_at(field, profile);
    return field->type == FIELD_BOOL  ? *(const bool *)value
           : field->type == FIELD_INT ? *(const gint64 *)value != 0
                                      : field_is_set(field, profile);
}

/* In the order of the field table, but for what stands above it. */
static void put_profile(const Account *account, Page *page)
{
    put_head(page, _("Profile"));
    bool any = false;
    for (size_t i = 0; i < profile_fields.n_fields; i++) {
        const Field *field = &profile_fields.fields[i];
        if (!field->label || !is_said(field, &account->profile))
            continue;
        g_autofree char *text = g_str_equal(field->name, "price_level")
                                    ? find_price(account->profile.price_level)
                                    : field_to_text(field, &account->profile);
        put_pair(page, _(field->label), text);
        any = true;
    }
    if (!any)
        page_text(page, ROLE_LABEL,
                  _("Nothing yet: what it says helps partners to pass you leads."));
}

static void put_trouble(const AccountView *view, Page *page)
{
    if (view->trouble) {
        page_blank(page);
        page_text(page, ROLE_ALERT, view->trouble);
        page_text(page, ROLE_LABEL,
                  _("Mail, sessions and codes are the server's: nothing of them works offline."));
    } else if (view->asking > 0 && !view->settings) {
        page_blank(page);
        page_text(page, ROLE_LABEL, _("The server is asked ..."));
    }
}

static void put_who(App *app, const AccountView *view, Page *page)
{
    Account account = { 0 };
    if (!client_read_profile(app->client, &account, NULL)) {
        page_text(page, ROLE_LABEL, _("Not known yet: this is shown after the first sync."));
        put_trouble(view, page);
        return;
    }
    page_text(page, ROLE_HEADING, _("Who"));
    put_pair(page, _("Name"), account.name);
    put_pair(page, _("Company"), account.company_name);
    put_pair(page, _("Business"), business_type_label(account.business_type));
    put_pair(page, _("E-mail"), account.email);
    if (account.email_verified_at == 0)
        page_pair(page, LABEL_WIDTH, "", ROLE_ALERT, _("not verified: open the link in the mail"));
    put_pair(page, _("Language of mail"), enum_label(&languages, account.language));
    put_pair(page, _("Time zone"), account.time_zone);
    put_trouble(view, page);
    put_profile(&account, page);
    fields_clear(&account_fields, &account);
}

static void put_mail(const AccountView *view, Page *page)
{
    put_head(page, _("Mail"));
    for (guint i = 0; i < view->settings->len; i++) {
        const MailSetting *setting = view->settings->pdata[i];
        page_pair(page, STATE_WIDTH,
                  setting->mandatory ? _("always")
                  : setting->on      ? _("on")
                                     : _("off"),
                  ROLE_NORMAL, setting->label ? setting->label : setting->type);
    }
}

static void put_session(const Session *session, Page *page)
{
    g_autoptr(GDateTime)
        time = g_date_time_new_from_unix_local(session->last_used_at / MS_PER_SECOND);
    g_autofree char *when = time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("");
    g_autofree char *text = g_strdup_printf("%s  %s", when, session->client ? session->client : "");
    page_pair(page, STATE_WIDTH, session->current ? _("this one") : "-", ROLE_NORMAL, text);
}

static void put_server(const AccountView *view, Page *page)
{
    if (view->knows_totp) {
        put_head(page, _("One-time codes"));
        if (view->totp.on)
            page_format(page, ROLE_NORMAL,
                        ngettext("On. %d recovery code is left.", "On. %d recovery codes are left.",
                                 (gulong)view->totp.recovery_codes),
                        (int)view->totp.recovery_codes);
        else
            page_text(page, ROLE_NORMAL, _("Off: the password alone gets somebody in."));
    }
    if (view->sessions) {
        put_head(page, _("Sessions"));
        for (guint i = 0; i < view->sessions->len; i++)
            put_session(view->sessions->pdata[i], page);
    }
    if (view->settings)
        put_mail(view, page);
}

static void fill(View *self, Page *page)
{
    AccountView *view = (AccountView *)self;
    if (view->codes)
        put_codes(view, page);
    if (view->secret)
        put_setup(view, page);
    put_who(self->app, view, page);
    put_server(view, page);
}

/* ---- the view */

static void show(View *self)
{
    account_view_load(self->app);
    page_view_show(self);
}

/* What was shown once is not shown again. */
static bool back(View *self)
{
    AccountView *view = (AccountView *)self;
    bool open = view->codes || view->secret;
    account_view_codes(self->app, NULL);
    account_view_setup(self->app, NULL);
    return open;
}

static void destroy(View *self)
{
    AccountView *view = (AccountView *)self;
    drop_list(&view->sessions, &session_fields);
    drop_list(&view->settings, &mail_setting_fields);
    wipe(&view->secret);
    g_clear_pointer(&view->qr, qr_free);
    for (char **code = view->codes; code && *code; code++)
        explicit_bzero(*code, strlen(*code));
    g_strfreev(view->codes);
    g_free(view->trouble);
    page_free(view->page.page);
    g_free(view);
}

static void status(View *view, GString *out)
{
    bool asking = ((AccountView *)view)->asking > 0;
    g_string_append(out, asking ? _("Account, asking the server") : _("Account"));
}

static View *create(App *app)
{
    AccountView *view = g_new0(AccountView, 1);
    view->page.view = (View){ .ops = &account_view, .app = app };
    return &view->page.view;
}

static const char *const footer[] = {
    "profile", "mail-settings",  "sessions",       "email", "password",
    "codes",   "export-account", "delete-account", "back",  NULL
};

const ViewOps account_view = {
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_ACCOUNT),
    .show = show,
    .draw = page_view_draw,
    .moved = page_view_moved,
    .destroy = destroy,
    .title = N_("Account"),
    .footer = footer,
    .create = create,
    .fill = fill,
    .changed = page_view_changed,
    .back = back,
    .status = status,
};
