/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for members who fit: words and filters, what the server found, and what they say of themselves. */
#include "find.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/network.h"
#include "handlers.h"
#include "model/business_type.h"
#include "search_view.h"

#define LABEL_WIDTH 14

static ServerList *find(Client *client, const void *query, ServerListFunc told, gpointer data)
{
    return client_find_profiles(client, query, told, data);
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const PublicProfile *)row)->account;
}

/* ---- rows */

enum { AT_NAME, AT_TRADE, AT_HEADLINE, AT_AREAS };

static void widths(int w, int *out)
{
    out[AT_TRADE] = w >= 44 ? CLAMP(w / 5, 12, 24) : 0;
    out[AT_AREAS] = w >= 76 ? CLAMP(w / 6, 12, 24) : 0;
    int left = w - 2 - (out[AT_TRADE] ? out[AT_TRADE] + 1 : 0) -
               (out[AT_AREAS] ? out[AT_AREAS] + 1 : 0);
    out[AT_HEADLINE] = w >= 60 ? left * 3 / 5 : 0;
    out[AT_NAME] = MAX(4, left - out[AT_HEADLINE] - (out[AT_HEADLINE] ? 1 : 0));
}

static char *list_text(char *const *items)
{
    g_autofree char *joined = items ? g_strjoinv(", ", (char **)items) : g_strdup("");
    return text_clean(joined, -1, TEXT_LINE);
}

static void texts(gconstpointer row, char **out)
{
    const PublicProfile *member = row;
    out[AT_NAME] = text_clean(member->name, -1, TEXT_LINE);
    out[AT_TRADE] = text_clean(business_type_label(member->business_type), -1, TEXT_LINE);
    out[AT_HEADLINE] = text_clean(member->profile.headline, -1, TEXT_LINE);
    out[AT_AREAS] = list_text(member->profile.areas);
}

static void put_nothing(App *app, Page *page)
{
    g_autofree char *search = app_key_of(app, "search"), *filter = app_key_of(app, "criteria");
    page_format(page, ROLE_NORMAL,
                _("Nobody fits. %s takes other words, %s another trade, area or price."), search,
                filter);
}

/* ---- what they say of themselves */

/* What stands between the two already. */
static const char *standing_of(App *app, const PublicProfile *member)
{
    bool is_partner = false;
    cache_is_connected(client_cache(app->client), &member->account, &is_partner, NULL);
    if (is_partner)
        return _("your partner");
    g_autoptr(GPtrArray) open = client_invitations(app->client, 0, true, NULL);
    for (guint i = 0; open && i < open->len; i++) {
        const Invitation *one = &((InvitationRow *)open->pdata[i])->invitation;
        if (uuid_equal(&one->to.account, &member->account))
            return _("you asked already");
        if (uuid_equal(&one->from.account, &member->account))
            return _("waits for your answer");
    }
    return NULL;
}

char *find_price(gint64 level)
{
    return g_strnfill((gsize)CLAMP(level, 0, PRICE_LEVEL_MAX), '$');
}

static void put_detail(App *app, Page *page, gconstpointer row)
{
    const PublicProfile *member = row;
    const MemberProfile *profile = &member->profile;
    g_autofree char *specialities = list_text(profile->specialities);
    g_autofree char *industries = list_text(profile->industries);
    g_autofree char *areas = list_text(profile->areas);
    const char *company = member->company_name && *member->company_name ? member->company_name
                                                                        : NULL;
    g_autofree char *who = g_strjoin(", ", member->name ? member->name : "", company, NULL);
    g_autofree char *invite = app_key_of(app, "invite");
    const char *standing = standing_of(app, member);
    page_line(page);
    page_span(page, ROLE_HEADING, who);
    if (standing)
        page_span_at(page, -1, ROLE_OPENED, standing);
    page_pair(page, LABEL_WIDTH, _("Headline"), ROLE_NORMAL, profile->headline);
    page_pair(page, LABEL_WIDTH, _("Calls a lead"), ROLE_NORMAL, profile->qualifies);
    page_pair(page, LABEL_WIDTH, _("Wants to meet"), ROLE_NORMAL, profile->ideal_partner);
    page_pair(page, LABEL_WIDTH, _("Specialities"), ROLE_NORMAL, specialities);
    page_pair(page, LABEL_WIDTH, _("Industries"), ROLE_NORMAL, industries);
    page_pair(page, LABEL_WIDTH, _("Areas"), ROLE_NORMAL, areas);
    if (profile->price_level > 0) {
        g_autofree char *price = find_price(profile->price_level);
        page_pair(page, LABEL_WIDTH, _("Price"), ROLE_NORMAL, price);
    }
    if (profile->exclusive)
        page_pair(page, LABEL_WIDTH, _("Network"), ROLE_NORMAL,
                  _("exclusive: one partner of a trade"));
    page_pair(page, LABEL_WIDTH, _("About"), ROLE_NORMAL, profile->about);
    if (!standing)
        page_format(page, ROLE_NORMAL, _("%s asks to be partners."), invite);
}

static void put_status(GString *out, const void *data)
{
    const ProfileQuery *query = data;
    search_put_filter(out, "", query->business_type);
    search_put_filter(out, "", query->area);
    search_put_filter(out, "", query->speciality);
    if (query->price_level > 0) {
        g_autofree char *price = find_price(query->price_level);
        g_string_append_printf(out, _("   price %s"), price);
    }
}

static const char *const criteria[] = { "text",       "business_type", "area",
                                        "speciality", "price_level",   NULL };

static const SearchKind kind = {
    .ops = &find_view,
    .view = VIEW_FIND,
    .crumb = N_("Partners > Find   "),
    .query = &profile_query_fields,
    .find = find,
    .id = id_of,
    .changes = CLIENT_PARTNERS | CLIENT_OUTBOX | CLIENT_INVITATIONS,
    .question = N_("Whom do you look for?"),
    .criteria = criteria,
    .heads = { N_("Member"), N_("Trade"), N_("Headline"), N_("Areas") },
    .widths = widths,
    .texts = texts,
    .detail = put_detail,
    .offline = N_("Offline: looking for members needs the server. It is asked again by itself."),
    .nothing = put_nothing,
    .status = put_status,
};

/* ---- the view */

static View *create(App *app)
{
    return search_view_new(app, &kind);
}

static void open_row(View *view)
{
    run_invite(view->app, "");
}

static void target(View *view, Target *out)
{
    const PublicProfile *member = search_view_row(view);
    if (member) {
        out->has_member = true;
        out->member = member->account;
    }
}

static const char *const footer[] = { "invite", "search",  "criteria", "partners", "invitations",
                                      "undo",   "command", "back",     NULL };

const ViewOps find_view = {
    .title = N_("Find"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEMBER),
    .create = create,
    .open = open_row,
    .target = target,
    SEARCH_VIEW,
};

/* ---- for the commands */

const PublicProfile *find_current(App *app)
{
    return search_view_current(app, &kind);
}

void run_find(App *app, const char *args)
{
    search_view_open(app, &kind, args);
}

void run_criteria(App *app, const char *args)
{
    search_view_ask(app, &kind);
}
