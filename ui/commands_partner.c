/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with partners, and to become some: invite, answer, encourage, part. And the order of their list. */
#include "clipboard.h"
#include "draft.h"
#include "find.h"
#include "handlers.h"
#include "invitations.h"
#include "new_lead.h"
#include "partners.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/link.h"
#include "client/network.h"

#include <inttypes.h>
#include <string.h>

static char *partner_name(App *app, const Uuid *id)
{
    Partner partner = { 0 };
    char *name = cache_partner(client_cache(app->client), id, &partner, NULL)
                     ? text_clean(partner.name, -1, TEXT_LINE)
                     : g_strdup("");
    fields_clear(&partner_fields, &partner);
    return name;
}

/* ---- the list */

static DialogAnswer sort_chosen(App *app, Dialog *dialog)
{
    if (dialog_choice(dialog))
        partners_set_sort(app, (PartnerSort)(dialog_choice(dialog) - 1), false);
    return DIALOG_CLOSE;
}

void run_order(App *app, const char *args)
{
    g_autoptr(GError) error = NULL;
    PartnerSort sort;
    bool reverse;
    if (!*args) {
        DialogSpec spec = {
            .title = _("In which order?"),
            .choices = &partner_sorts,
            .choice = 1 + (int)partners_sort(app),
            .done = sort_chosen,
        };
        app_ask(app, dialog_new(&spec));
    } else if (partner_sort_parse(args, &sort, &reverse, &error)) {
        app_show(app, VIEW_PARTNERS);
        partners_set_sort(app, sort, reverse);
    } else {
        app_complain_error(app, error);
    }
}

void run_turn(App *app, const char *args)
{
    partners_turn(app);
}

static const PromptSpec limit_prompt = {
    .kind = PROMPT_SEARCH,
    .mark = "\\",
    .enter = N_("Keep"),
    .leave = N_("As before"),
    .typed = partners_set_limit,
    .left = partners_set_limit,
};

void run_filter(App *app, const char *args)
{
    if (app->view != VIEW_PARTNERS)
        app_show(app, VIEW_PARTNERS);
    if (*args)
        partners_set_limit(app, args);
    else
        app_prompt(app, &limit_prompt, partners_limit(app), partners_limit(app));
}

void run_period(App *app, const char *args)
{
    if (app->view != VIEW_PARTNERS)
        app_show(app, VIEW_PARTNERS);
    if (!partners_set_period(app, args))
        app_complain(app, "%s", _("Say which: :period 12m, 6m, 90d, 30d or all."));
}

/* ---- a lead for a partner */

void run_refer(App *app, const char *args)
{
    Uuid id = app_target(app).partner;
    app_new_lead(app, &id);
}

/* ---- inviting */

typedef struct Inviting {
    NewInvitation input;
    char *name; /* whom an account is; NULL: by address */
} Inviting;

static void inviting_free(gpointer data)
{
    Inviting *inviting = data;
    fields_clear(&new_invitation_fields, &inviting->input);
    g_free(inviting->name);
    g_free(inviting);
}

static void invite_text(Dialog *dialog, Page *page)
{
    const Inviting *inviting = dialog_data(dialog);
    if (inviting->name)
        page_format(page, ROLE_HEADING, "%s", inviting->name);
    page_text(
        page, ROLE_NORMAL,
        inviting->name
            ? _("They learn that you would like to pass each other leads, and who you are.")
            : _("They get a mail with a link; an account is not needed for that. You learn of "
                "their answer here, within 30 days."));
}

static DialogAnswer invite_done(App *app, Dialog *dialog)
{
    Inviting *inviting = dialog_data(dialog);
    Uuid id;
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &inviting->input))
        return DIALOG_KEEP;
    if (!client_invite(app->client, &inviting->input, inviting->name, &id, &error))
        return dialog_refuse(dialog, error);
    g_autofree char *who = text_clean(inviting->name ? inviting->name : inviting->input.email, -1,
                                      TEXT_LINE);
    app_hold(app, g_strdup_printf(_("%s invited"), who));
    return DIALOG_CLOSE;
}

/* What hinders it, that is known here: told before somebody writes a letter. */
static const char *spaces_note(App *app)
{
    NetworkCounts counts;
    if (client_network_counts(app->client, &counts, NULL) && counts.partners >= PARTNERS_MAX)
        return _("You have 100 partners: nobody can accept until there is room.");
    return NULL;
}

static void ask_invite(App *app, Inviting *inviting)
{
    static const char *const names[] = { "email", "message", NULL };
    DialogSpec spec = {
        .title = inviting->name ? _("Ask to be partners") : _("Invite somebody"),
        .text = invite_text,
        .form = form_new(&new_invitation_fields, &inviting->input,
                         inviting->name ? names + 1 : names),
        .yes = inviting->name ? _("Ask") : _("Invite"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = spaces_note(app),
        .done = invite_done,
        .data = inviting,
        .free_data = inviting_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_invite(App *app, const char *args)
{
    Inviting *inviting = g_new0(Inviting, 1);
    const PublicProfile *member = find_current(app);
    if (*args) {
        inviting->input.email = g_strdup(args);
    } else if (member) {
        inviting->input.account = member->account;
        inviting->input.kind = INVITATION_REQUEST;
        inviting->name = g_strdup(member->name ? member->name : "?");
    }
    ask_invite(app, inviting);
}

/* ---- answering */

static void answer(App *app, InvitationEvent event, const char *held)
{
    Uuid id = app_target(app).invitation;
    g_autoptr(GError) error = NULL;
    InvitationRow *row = client_invitation(app->client, &id, &error);
    g_autofree char *name = row ? text_clean(invitation_other(&row->invitation), -1, TEXT_LINE)
                                : NULL;
    invitation_row_free(row);
    if (!name || !client_answer(app->client, &id, event, &error))
        app_complain_error(app, error);
    else
        app_hold(app, g_strdup_printf(held, name));
}

void run_accept(App *app, const char *args)
{
    if (app_target(app).received_invitation)
        answer(app, INVITATION_ACCEPT, _("%s accepted"));
    else
        app_complain(app, "%s", _("It is for the other one to accept this."));
}

void run_decline(App *app, const char *args)
{
    if (app_target(app).received_invitation)
        answer(app, INVITATION_DECLINE, _("%s declined"));
    else
        answer(app, INVITATION_WITHDRAW, _("Invitation of %s taken back"));
}

/* ---- encouraging */

#define ENCOURAGE_DRAFT "encourage"

typedef struct Encouraging {
    Uuid partner;
    Encouragement input;
    char *name;
} Encouraging;

static void encouraging_free(gpointer data)
{
    Encouraging *encouraging = data;
    fields_clear(&encouragement_fields, &encouraging->input);
    g_free(encouraging->name);
    g_free(encouraging);
}

static void encourage_text(Dialog *dialog, Page *page)
{
    const Encouraging *encouraging = dialog_data(dialog);
    page_format(page, ROLE_NORMAL, _("A few words for %s, by mail."), encouraging->name);
}

static DialogAnswer encourage_done(App *app, Dialog *dialog)
{
    Encouraging *encouraging = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!dialog_store(dialog, &encouraging->input))
        return DIALOG_KEEP;
    if (!client_encourage(app->client, &encouraging->partner, &encouraging->input, &error)) {
        app_complain_error(app, error);
        return DIALOG_CLOSE;
    }
    draft_done(app, ENCOURAGE_DRAFT, &encouraging->partner);
    app_hold(app, g_strdup_printf(_("%s encouraged"), encouraging->name));
    return DIALOG_CLOSE;
}

static void encourage_left(App *app, Dialog *dialog)
{
    const Encouraging *encouraging = dialog_data(dialog);
    draft_keep(app, ENCOURAGE_DRAFT, &encouraging->partner, form_text(dialog_form(dialog), 0));
}

static void ask_encourage(App *app, const Uuid *partner)
{
    static const char *const names[] = { "message", NULL };
    Encouraging *encouraging = g_new0(Encouraging, 1);
    encouraging->partner = *partner;
    encouraging->name = partner_name(app, partner);
    encouraging->input.message = draft_of(app, ENCOURAGE_DRAFT, partner);
    g_autofree char *key = draft_key(ENCOURAGE_DRAFT, partner);
    DialogSpec spec = {
        .title = _("Encourage a partner"),
        .text = encourage_text,
        .form = form_new(&encouragement_fields, &encouraging->input, names),
        .yes = _("Send"),
        .no = _("Cancel"),
        .start_at_form = true,
        .draft = key,
        .done = encourage_done,
        .left = encourage_left,
        .data = encouraging,
        .free_data = encouraging_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_encourage(App *app, const char *args)
{
    Uuid partner = app_target(app).partner;
    ask_encourage(app, &partner);
}

/* ---- parting */

typedef struct Parting {
    Uuid partner;
    char *name;
} Parting;

static void parting_free(gpointer data)
{
    g_free(((Parting *)data)->name);
    g_free(data);
}

typedef enum PartingChoice { PARTING_ENCOURAGE = 1, PARTING_PART } PartingChoice;

static const EnumValue parting_values[] = {
    { PARTING_ENCOURAGE, "encourage", N_("Not yet: send a few words of encouragement first") },
    { PARTING_PART, "part", N_("Part: you are no partners any more") },
};
static const EnumTable parting_choices = ENUM_TABLE("parting", parting_values);

static void parting_text(Dialog *dialog, Page *page)
{
    const Parting *parting = dialog_data(dialog);
    page_format(page, ROLE_HEADING, "%s", parting->name);
    page_text(page, ROLE_NORMAL,
              _("Each of you disappears from the other's partners. Nobody is told: no mail, no "
                "message, now or later. The leads between you stay."));
}

static DialogAnswer parting_done(App *app, Dialog *dialog)
{
    const Parting *parting = dialog_data(dialog);
    Uuid partner = parting->partner;
    g_autofree char *name = g_strdup(parting->name);
    g_autoptr(GError) error = NULL;
    switch (dialog_choice(dialog)) {
    case PARTING_ENCOURAGE:
        ask_encourage(app, &partner); /* in place of this dialog */
        return DIALOG_KEEP;
    case PARTING_PART:
        if (client_part(app->client, &partner, &error))
            app_hold(app, g_strdup_printf(_("%s is no partner any more"), name));
        else
            app_complain_error(app, error);
        return DIALOG_CLOSE;
    default:
        dialog_complain(dialog, -1, _("Choose one of the two, or press Esc."));
        return DIALOG_KEEP;
    }
}

void run_drop_partner(App *app, const char *args)
{
    Parting *parting = g_new0(Parting, 1);
    parting->partner = app_target(app).partner;
    parting->name = partner_name(app, &parting->partner);
    DialogSpec spec = {
        .title = _("Part with a partner?"),
        .text = parting_text,
        .choices = &parting_choices,
        .yes = _("Do it"),
        .no = _("Cancel"),
        .done = parting_done,
        .data = parting,
        .free_data = parting_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- what leaves for other programs */

typedef enum CopyPartner { COPY_EMAIL = 1, COPY_NAME, COPY_ID } CopyPartner;

static const EnumValue copy_values[] = {
    { COPY_EMAIL, "email", N_("the e-mail address") },
    { COPY_NAME, "name", N_("the name and company") },
    { COPY_ID, "id", N_("the id, as the command line takes it") },
};
static const EnumTable partner_copy_choices = ENUM_TABLE("partner_copy", copy_values);

static char *part_of(const Partner *partner, CopyPartner what)
{
    char id[UUID_TEXT_SIZE];
    const char *company = partner->company_name && *partner->company_name ? partner->company_name
                                                                          : NULL;
    g_autofree char *name = g_strjoin(", ", partner->name ? partner->name : "", company, NULL);
    switch (what) {
    case COPY_NAME:
        return text_clean(name, -1, TEXT_LINE);
    case COPY_ID:
        return g_strdup(uuid_format(&partner->account, id));
    default:
        return text_clean(partner->email, -1, TEXT_LINE);
    }
}

void partner_copy(App *app, const char *args)
{
    Partner partner = { 0 };
    Uuid id = app_target(app).partner;
    g_autoptr(GError) error = NULL;
    CopyPartner what = *args ? (CopyPartner)enum_value(&partner_copy_choices, args) : COPY_EMAIL;
    if (!what) {
        app_complain(app, "%s", _("Say what: :copy email, name or id."));
        return;
    }
    if (!cache_partner(client_cache(app->client), &id, &partner, &error)) {
        app_complain_error(app, error);
        return;
    }
    g_autofree char *text = part_of(&partner, what);
    fields_clear(&partner_fields, &partner);
    if (*text)
        clipboard_copy(app, text, text);
    else
        app_say(app, "%s", _("This partner has nothing of that kind."));
}

void partner_open_link(App *app, const char *args)
{
    Partner partner = { 0 };
    Uuid id = app_target(app).partner;
    g_autoptr(GError) error = NULL;
    if (!cache_partner(client_cache(app->client), &id, &partner, &error)) {
        app_complain_error(app, error);
        return;
    }
    GPtrArray *links = links_new();
    links_add(links, LINK_MAIL, partner.email);
    links_add(links, LINK_WEB, partner.profile.website);
    fields_clear(&partner_fields, &partner);
    open_links(app, links, args, _("This partner has no address that can be opened."));
}
