/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for a group to join: words and filters, what the server found, and what the group says of itself (R12, R59). */
#include "directory.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/group_words.h"
#include "client/groups.h"
#include "group_page.h"
#include "handlers.h"
#include "model/business_type.h"
#include "search_view.h"
#include "text_page.h"

static ServerList *find(Client *client, const void *query, ServerListFunc told, gpointer data)
{
    return client_find_groups(client, query, told, data);
}

static const Uuid *id_of(gconstpointer row)
{
    return &((const Group *)row)->id;
}

/* What most people look for: a group that takes somebody of their trade. */
static void begin_with_mine(App *app, void *data)
{
    GroupQuery *query = data;
    Account account = { 0 };
    if (cache_account(client_cache(app->client), &account, NULL))
        query->trade = g_strdup(account.business_type);
    query->open = true;
    fields_clear(&account_fields, &account);
}

/* ---- rows */

enum { AT_NAME, AT_AREA, AT_MEETS, AT_SEATS, AT_FEE };

static void widths(int w, int *out)
{
    out[AT_AREA] = w >= 50 ? CLAMP(w / 6, 10, 24) : 0;
    out[AT_MEETS] = w >= 70 ? 16 : 0;
    out[AT_SEATS] = 14;
    out[AT_FEE] = w >= 86 ? 18 : 0;
    int left = w - 2;
    for (int i = AT_AREA; i <= AT_FEE; i++)
        left -= out[i] ? out[i] + 1 : 0;
    out[AT_NAME] = MAX(4, left);
}

static void texts(gconstpointer row, char **out)
{
    const Group *group = row;
    out[AT_NAME] = text_clean(group->input.name, -1, TEXT_LINE);
    out[AT_AREA] = text_clean(group->input.area, -1, TEXT_LINE);
    out[AT_MEETS] = group_meets_short(&group->input);
    out[AT_SEATS] = group_seats(group);
    out[AT_FEE] = group_fee(&group->input);
}

static void put_nothing(App *app, Page *page)
{
    g_autofree char *search = app_key_of(app, "search"),
                    *filter = app_key_of(app, "group-criteria"),
                    *start = app_key_of(app, "start-group");
    page_format(page, ROLE_NORMAL,
                _("No group fits. %s takes other words, %s another area or trade, Esc shows "
                  "all. %s starts a group of your own."),
                search, filter, start);
}

/* ---- what it says of itself */

/* What stands between this user and the group already. */
static const char *standing_of(App *app, const Group *group)
{
    g_autoptr(GPtrArray) requests = client_requests(app->client, &group->id, true, NULL);
    if (group->role)
        return _("you are in it");
    for (guint i = 0; requests && i < requests->len; i++)
        if (((RequestRow *)requests->pdata[i])->mine)
            return _("you asked already");
    return NULL;
}

static void put_detail(App *app, Page *page, gconstpointer row)
{
    const Group *group = row;
    const char *standing = standing_of(app, group);
    g_autofree char *join = app_key_of(app, "join");
    g_autofree char *wanted = group_page_wanted(app->client, group);
    page_line(page);
    page_span(page, ROLE_HEADING, group->input.name);
    if (standing)
        page_span_at(page, -1, ROLE_OPENED, standing);
    if (group->state == GROUP_SUSPENDED)
        page_text(page, ROLE_ALERT, _("It has no leader: until there is one, nothing goes on."));
    group_page_facts(page, group, wanted);
    group_page_texts(page, group);
    if (!standing && group->input.open)
        page_format(page, ROLE_NORMAL, _("%s asks to join."), join);
}

static void put_status(GString *out, const void *data)
{
    const GroupQuery *query = data;
    search_put_filter(out, _("a seat for: "),
                      query->trade ? business_type_label(query->trade) : NULL);
    search_put_filter(out, _("area: "), query->area);
    if (query->suspended)
        g_string_append(out, _("   without a leader"));
    else if (query->open)
        g_string_append(out, _("   open"));
}

static const char *const criteria[] = { "text", "area", "trade", "open", NULL };
static const char *const admin_criteria[] = { "suspended", "text", "area", "trade", "open", NULL };

static const SearchKind kind = {
    .ops = &directory_view,
    .view = VIEW_DIRECTORY,
    .crumb = N_("Groups > Find   "),
    .query = &group_query_fields,
    .find = find,
    .id = id_of,
    .begin = begin_with_mine,
    .changes = CLIENT_GROUPS | CLIENT_OUTBOX,
    .question = N_("Which group do you look for?"),
    .criteria = criteria,
    .admin_criteria = admin_criteria,
    .heads = { N_("Group"), N_("Area"), N_("Meets"), N_("Members"), N_("Fee") },
    .widths = widths,
    .texts = texts,
    .detail = put_detail,
    .offline = N_("Offline: looking for groups needs the server. It is asked again by itself."),
    .nothing = put_nothing,
    .status = put_status,
};

/* ---- the view */

static View *create(App *app)
{
    return search_view_new(app, &kind);
}

/* All of it, when it says more than there is place for below the list. */
static void open_row(View *view)
{
    const Group *group = search_view_row(view);
    if (!group)
        return;
    const GroupInput *input = &group->input;
    g_autofree char *meets = group_meets(input), *fee = group_fee(input), *sort = group_kind(input);
    g_autofree char *text = g_strdup_printf(
        "%s\n%s\n\n%s\n%s\n%s\n\n%s\n\n%s", input->name, input->area ? input->area : "", meets, fee,
        sort, input->home_text ? input->home_text : "", input->rules ? input->rules : "");
    text_page_show(view->app, _("Group"), text);
}

static void target(View *view, Target *out)
{
    const Group *group = search_view_row(view);
    if (group) {
        out->has_group = true;
        out->group = group->id;
    }
}

static const char *const footer[] = { "join",   "open", "search",  "group-criteria", "start-group",
                                      "groups", "undo", "command", "back",           NULL };

const ViewOps directory_view = {
    .title = N_("Find a group"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUPS),
    .create = create,
    .open = open_row,
    .target = target,
    SEARCH_VIEW,
};

/* ---- for the commands */

const Group *directory_current(App *app)
{
    return search_view_current(app, &kind);
}

void run_directory(App *app, const char *args)
{
    search_view_open(app, &kind, args);
}

void run_group_criteria(App *app, const char *args)
{
    search_view_ask(app, &kind);
}
