/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of a partner: who it is, what they call a lead, whom they want
 * to meet, what went between the two. */
#include "partners_private.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "lead_page.h"
#include "model/business_type.h"
#include "when.h"

#include <inttypes.h>

#define LABEL_WIDTH 14
#define NEW_PARTNER (30 * MS_PER_DAY)
#define LAST_LEADS 2

const char *partner_standing_word(const PartnerRow *row, gint64 now)
{
    if (row->barred_until > now)
        return _("no leads");
    if (row->low_giver)
        return enum_label(&partner_standings, STANDING_LOW_GIVER);
    if (row->dormant)
        return enum_label(&partner_standings, STANDING_DORMANT);
    return row->partner.since > now - NEW_PARTNER ? _("new") : _("ok");
}

Role partner_standing_role(const PartnerRow *row)
{
    return row->low_giver || row->barred_until > clock_now() ? ROLE_ALERT
           : row->dormant                                    ? ROLE_OPENED
                                                             : ROLE_YES;
}

char *partner_count(gint64 n, gint64 confirmed)
{
    return n ? g_strdup_printf("%" PRId64 "/%" PRId64, n, confirmed) : g_strdup("0");
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static char *list_text(char *const *items)
{
    return items ? g_strjoinv(", ", (char **)items) : NULL;
}

static void put_head(Page *page, const Partner *partner, PartnerExtent extent)
{
    const char *between = partner->company_name && *partner->company_name ? " - " : "";
    g_autofree char *name = g_strconcat(or_empty(partner->name), between,
                                        or_empty(partner->company_name), NULL);
    g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
    g_autofree char *email = text_clean(partner->email, -1, TEXT_LINE);
    bool beside = text_width(clean) + 2 + text_width(email) <= page_width(page);
    g_autofree char *cut = text_cut(clean, page_width(page));
    page_line(page);
    page_span(page, ROLE_HEADING, cut);
    if (beside)
        page_span_at(page, -1, ROLE_NORMAL, email);
    else if (extent == PARTNER_WHOLE)
        page_pair(page, LABEL_WIDTH, _("E-mail"), ROLE_NORMAL, email);
}

static void put_give_take(Page *page, const PartnerRow *row, const char *period)
{
    const GiveTake *sum = &row->sum;
    gint64 balance = give_take_balance(sum);
    g_autofree char *bal = balance ? g_strdup_printf("%+" PRId64, balance) : g_strdup(_("even"));
    g_autofree char *roomy = g_strdup_printf(
        _("you gave %" PRId64 " (%" PRId64 " confirmed), took %" PRId64 " (%" PRId64
          " confirmed): balance %s"),
        sum->gave, sum->gave_confirmed, sum->took, sum->took_confirmed, bal);
    g_autofree char *brief = g_strdup_printf(
        _("gave %" PRId64 " (%" PRId64 " ok), took %" PRId64 " (%" PRId64 " ok): %s"), sum->gave,
        sum->gave_confirmed, sum->took, sum->took_confirmed, bal);
    bool fits = LABEL_WIDTH + text_width(roomy) <= page_width(page);
    const char *text = fits ? roomy : brief;
    g_autofree char *bar = give_take_bar(sum);
    page_pair(page, LABEL_WIDTH, period, ROLE_NORMAL, text);
    if (page_width(page) >= LABEL_WIDTH + text_width(text) + 2 + text_width(bar))
        page_span_at(page, -1, balance < 0 ? ROLE_TOOK : ROLE_GAVE, bar);
}

static void put_hint(Page *page, const PartnerRow *row)
{
    if (row->low_giver)
        page_text(page, ROLE_ALERT,
                  _("You gave leads and got none back: a word of encouragement (m) "
                    "may help."));
    else if (row->dormant)
        page_text(page, ROLE_ALERT,
                  row->via == VIA_GROUP
                      ? _("Nothing went between you for half a year: encourage (m).")
                      : _("Nothing went between you for half a year: encourage (m), or "
                          "make room (x)."));
}

static void put_profile(Page *page, const Partner *partner, PartnerExtent extent)
{
    const MemberProfile *profile = &partner->profile;
    g_autofree char *specialities = list_text(profile->specialities);
    g_autofree char *areas = list_text(profile->areas);
    g_autofree char *industries = list_text(profile->industries);
    page_pair(page, LABEL_WIDTH, _("Calls a lead"), ROLE_NORMAL, profile->qualifies);
    page_pair(page, LABEL_WIDTH, _("Wants to meet"), ROLE_NORMAL, profile->ideal_partner);
    page_pair(page, LABEL_WIDTH, _("Specialities"), ROLE_NORMAL, specialities);
    page_pair(page, LABEL_WIDTH, _("Areas"), ROLE_NORMAL, areas);
    if (extent == PARTNER_BRIEF)
        return;
    page_pair(page, LABEL_WIDTH, _("Industries"), ROLE_NORMAL, industries);
    page_pair(page, LABEL_WIDTH, _("About"), ROLE_NORMAL, profile->about);
    if (profile->exclusive)
        page_pair(page, LABEL_WIDTH, _("Network"), ROLE_NORMAL,
                  _("exclusive: one partner of a trade"));
}

static void put_since(Page *page, const PartnerRow *row)
{
    g_autofree char *since = when_long(row->partner.since, clock_now());
    page_pair(page, LABEL_WIDTH, row->via == VIA_GROUP ? _("Member since") : _("Partner since"),
              ROLE_NORMAL, since);
}

static void put_groups(Page *page, const PartnerRow *row)
{
    g_autofree char *groups = text_clean(row->groups, -1, TEXT_LINE);
    if (*groups)
        page_pair(page, LABEL_WIDTH, row->via == VIA_GROUP ? _("By group") : _("Also in"),
                  ROLE_NORMAL, groups);
}

/* R118: neither why nor until when. */
static void put_barred(Page *page, const PartnerRow *row)
{
    if (row->barred_until > clock_now())
        page_text(page, ROLE_ALERT, _("This member takes no leads now"));
}

/* D4: the group's seats decide, the exclusive member is only told. */
static void put_same_trade(App *app, Page *page, const PartnerRow *row)
{
    Account own = { 0 };
    Cache *cache = client_cache(app->client);
    bool exclusive = row->via == VIA_GROUP && cache_account(cache, &own, NULL) &&
                     own.profile.exclusive;
    fields_clear(&account_fields, &own);
    g_autofree char *name = exclusive ? cache_same_trade(cache, &row->partner, NULL) : NULL;
    g_autofree char *clean = text_clean(name, -1, TEXT_LINE);
    if (*clean)
        page_format(page, ROLE_ALERT,
                    _("Your network is exclusive, and %s has the same trade. Partners by a group "
                      "are not bound by that."),
                    clean);
}

static void put_last(Page *page, const PartnerRow *row)
{
    g_autofree char *gave = when_long(row->last_gave_at, clock_now());
    g_autofree char *took = when_long(row->last_took_at, clock_now());
    page_pair(page, LABEL_WIDTH, _("Last given"), ROLE_NORMAL, gave);
    page_pair(page, LABEL_WIDTH, _("Last taken"), ROLE_NORMAL, took);
}

/* The newest leads, a line each. */
static void put_leads(App *app, Page *page, const PartnerRow *row)
{
    LeadQuery query = { .partner = row->partner.account };
    g_autoptr(GPtrArray)
        leads = cache_leads(client_cache(app->client), &query, NULL, true, LAST_LEADS, NULL);
    for (guint i = 0; leads && i < leads->len; i++) {
        const LeadRow *lead = leads->pdata[i];
        g_autofree char *at = when_date(lead->sent_at, clock_now());
        const char *between = *lead->client && *lead->need ? " - " : "";
        g_autofree char *what = g_strdup_printf(
            "%s %s, %s: %s%s%s", lead->n & 1 ? _("gave") : _("took"), at,
            state_word(lead->state, lead->verdict), lead->client, between, lead->need);
        g_autofree char *cut = text_cut(what, MAX(1, page_width(page) - LABEL_WIDTH));
        page_pair(page, LABEL_WIDTH, i ? "" : _("Last leads"), ROLE_NORMAL, cut);
    }
}

Page *partner_page(App *app, const PartnerRow *row, const char *period, int width,
                   PartnerExtent extent)
{
    Page *page = page_new(width);
    const Partner *partner = &row->partner;
    put_head(page, partner, extent);
    if (extent == PARTNER_WHOLE) {
        page_pair(page, LABEL_WIDTH, _("Business"), ROLE_NORMAL,
                  business_type_label(partner->business_type));
        page_pair(page, LABEL_WIDTH, _("Headline"), ROLE_NORMAL, partner->profile.headline);
    }
    put_barred(page, row);
    put_give_take(page, row, period);
    if (extent == PARTNER_WHOLE) {
        put_last(page, row);
        put_since(page, row);
        put_groups(page, row);
        put_hint(page, row);
        put_same_trade(app, page, row);
    } else {
        put_groups(page, row);
        put_leads(app, page, row);
    }
    put_profile(page, partner, extent);
    return page;
}
