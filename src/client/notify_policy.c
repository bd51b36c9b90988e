/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/notify_policy.h"

#include "base/i18n.h"

#define NAMES_MAX 3 /* more are counted */
#define LINES_MAX 3 /* leads of a full notice that are told one by one */

struct NotifyPolicy {
    GArray *news;   /* NotifyNews that wait, oldest first */
    gint64 last_at; /* uptime of the last notice */
    bool has_told;
};

static void news_clear(gpointer data)
{
    NotifyNews *news = data;
    g_free(news->party);
    g_free(news->client);
    g_free(news->need);
}

void notice_free(Notice *notice)
{
    if (!notice)
        return;
    g_free(notice->summary);
    g_free(notice->body);
    g_free(notice);
}

NotifyPolicy *notify_policy_new(void)
{
    NotifyPolicy *policy = g_new0(NotifyPolicy, 1);
    policy->news = g_array_new(FALSE, FALSE, sizeof(NotifyNews));
    g_array_set_clear_func(policy->news, news_clear);
    return policy;
}

void notify_policy_free(NotifyPolicy *policy)
{
    if (!policy)
        return;
    g_array_unref(policy->news);
    g_free(policy);
}

static const NotifyNews *news_at(const NotifyPolicy *policy, guint i)
{
    return &g_array_index(policy->news, NotifyNews, i);
}

void notify_policy_add(NotifyPolicy *policy, const NotifyNews *news)
{
    g_array_append_val(policy->news, *news);
}

void notify_policy_forget(NotifyPolicy *policy, const Uuid *object)
{
    for (guint i = policy->news->len; i-- > 0;)
        if (uuid_equal(&news_at(policy, i)->object, object))
            g_array_remove_index(policy->news, i);
}

void notify_policy_clear(NotifyPolicy *policy)
{
    g_array_set_size(policy->news, 0);
}

bool notify_policy_is_empty(const NotifyPolicy *policy)
{
    return policy->news->len == 0;
}

/* ---- words */

static bool is_asking(const NotifyNews *news)
{
    return news->kind == NEWS_INVITATION || news->kind == NEWS_REQUEST ||
           news->kind == NEWS_APPLICANT;
}

/* "2 new leads, 1 invitation" */
static char *sum_words(const NotifyPolicy *policy)
{
    guint n[NEWS_KINDS] = { 0 };
    for (guint i = 0; i < policy->news->len; i++)
        n[news_at(policy, i)->kind]++;
    guint asking = n[NEWS_INVITATION] + n[NEWS_REQUEST];
    g_autoptr(GString) words = g_string_new(NULL);
    if (n[NEWS_LEAD])
        g_string_append_printf(words, ngettext("%u new lead", "%u new leads", n[NEWS_LEAD]),
                               n[NEWS_LEAD]);
    g_string_append(words, words->len && n[NEWS_DUE] ? ", " : "");
    if (n[NEWS_DUE])
        g_string_append_printf(
            words, ngettext("%u lead to call back", "%u leads to call back", n[NEWS_DUE]),
            n[NEWS_DUE]);
    g_string_append(words, words->len && asking ? ", " : "");
    if (asking)
        g_string_append_printf(words, ngettext("%u invitation", "%u invitations", asking), asking);
    g_string_append(words, words->len && n[NEWS_APPLICANT] ? ", " : "");
    if (n[NEWS_APPLICANT])
        g_string_append_printf(
            words, ngettext("%u membership request", "%u membership requests", n[NEWS_APPLICANT]),
            n[NEWS_APPLICANT]);
    return g_string_free(g_steal_pointer(&words), FALSE);
}

/* Each party once, in the order of their first lead. */
static GPtrArray *parties(const NotifyPolicy *policy)
{
    GPtrArray *names = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < policy->news->len; i++)
        if (g_hash_table_add(seen, news_at(policy, i)->party))
            g_ptr_array_add(names, news_at(policy, i)->party);
    return names;
}

static char *names_words(const GPtrArray *names)
{
    const char *const *name = (const char *const *)names->pdata;
    switch (names->len) {
    case 1:
        return g_strdup_printf(_("from %s"), name[0]);
    case 2:
        return g_strdup_printf(_("from %s and %s"), name[0], name[1]);
    case NAMES_MAX:
        return g_strdup_printf(_("from %s, %s and %s"), name[0], name[1], name[2]);
    default:
        return g_strdup_printf(
            ngettext("from %s, %s and %u more", "from %s, %s and %u more", names->len - 2), name[0],
            name[1], names->len - 2);
    }
}

static char *lead_words(const NotifyNews *news)
{
    const char *between = *news->client && *news->need ? " - " : "";
    return g_strconcat(news->client, between, news->need, NULL);
}

/* One of them, by how much may be told of it. */
static void say_one(const NotifyNews *news, NotifyDetail detail, Notice *notice)
{
    notice->summary = g_strdup_printf(
        news->kind == NEWS_DUE          ? _("Call back: lead from %s")
        : news->kind == NEWS_INVITATION ? _("%s invites you to be partners")
        : news->kind == NEWS_REQUEST    ? _("%s asks to be your partner")
        : news->kind == NEWS_APPLICANT  ? _("%s asks to join your group")
                                        : _("New lead from %s"),
        news->party);
    if (detail == NOTIFY_FULL)
        notice->body = lead_words(news);
}

static void say_many(const NotifyPolicy *policy, NotifyDetail detail, Notice *notice)
{
    g_autoptr(GPtrArray) names = parties(policy);
    g_autofree char *from = names_words(names);
    GString *body = g_string_new(from);
    notice->summary = sum_words(policy);
    for (guint i = 0; detail == NOTIFY_FULL && i < MIN(policy->news->len, LINES_MAX); i++) {
        g_autofree char *line = lead_words(news_at(policy, policy->news->len - 1 - i));
        g_string_append_printf(body, "\n%s", line);
    }
    notice->body = g_string_free(body, FALSE);
}

static Notice *digest(const NotifyPolicy *policy, NotifyDetail detail)
{
    Notice *notice = g_new0(Notice, 1);
    const NotifyNews *first = news_at(policy, 0);
    bool single = policy->news->len == 1;
    if (detail == NOTIFY_COUNT)
        notice->summary = sum_words(policy);
    else if (single)
        say_one(first, detail, notice);
    else
        say_many(policy, detail, notice);
    if (!notice->body)
        notice->body = g_strdup("");
    notice->actions = NOTIFY_OPEN;
    if (single) {
        notice->object = first->object;
        notice->actions |= first->kind == NEWS_APPLICANT ? NOTIFY_APPROVE | NOTIFY_REFUSE
                           : is_asking(first)            ? NOTIFY_ACCEPT | NOTIFY_DECLINE
                           : first->kind == NEWS_DUE     ? NOTIFY_SNOOZE
                                                         : NOTIFY_SNOOZE | NOTIFY_CONFIRM;
    }
    return notice;
}

/* ---- when */

static gint64 spacing_left(const NotifyPolicy *policy, const NotifyState *state)
{
    gint64 since = state->uptime - policy->last_at;
    return policy->has_told ? MAX(0, state->spacing - since) : 0;
}

static gint64 dnd_left(const NotifyState *state)
{
    return MAX(0, state->dnd_until - state->now);
}

Notice *notify_policy_next(NotifyPolicy *policy, const NotifyState *state)
{
    if (!state->on)
        notify_policy_clear(policy);
    for (guint i = state->attended ? policy->news->len : 0; i-- > 0;)
        if (!is_asking(news_at(policy, i)))
            g_array_remove_index(policy->news, i);
    if (policy->news->len == 0 || dnd_left(state) > 0 || spacing_left(policy, state) > 0)
        return NULL;
    Notice *notice = digest(policy, state->detail);
    g_array_set_size(policy->news, 0);
    policy->last_at = state->uptime;
    policy->has_told = true;
    return notice;
}

gint64 notify_policy_wait(const NotifyPolicy *policy, const NotifyState *state)
{
    if (policy->news->len == 0)
        return -1;
    return MAX(dnd_left(state), spacing_left(policy, state));
}
