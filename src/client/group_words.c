/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/group_words.h"

#include <inttypes.h>

#include "base/i18n.h"
#include "base/text.h"
#include "model/business_type.h"

static const char *const weekdays[] = {
    "",           N_("Monday"),   N_("Tuesday"), N_("Wednesday"), N_("Thursday"),
    N_("Friday"), N_("Saturday"), N_("Sunday")
};
static const char *const short_weekdays[] = { "",        N_("Mon"), N_("Tue"), N_("Wed"),
                                              N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun") };
static const char *const ordinals[] = { "",          N_("first"),  N_("second"),
                                        N_("third"), N_("fourth"), N_("last") };
static const char *const short_ordinals[] = { "",        N_("1st"), N_("2nd"),
                                              N_("3rd"), N_("4th"), N_("last") };

static const char *word(const char *const *words, size_t n, gint64 i)
{
    return i > 0 && (size_t)i < n ? _(words[i]) : "?";
}
#define WORD(words, i) word(words, G_N_ELEMENTS(words), i)

static char *days(const GroupInput *input)
{
    const char *day = WORD(weekdays, input->weekday);
    switch (input->cadence) {
    case CADENCE_WEEKLY:
        return g_strdup_printf(_("every %s"), day);
    case CADENCE_BIWEEKLY:
        return g_strdup_printf(_("every second %s"), day);
    case CADENCE_MONTHLY:
        return g_strdup_printf(_("the %s %s of the month"), WORD(ordinals, input->ordinal), day);
    case CADENCE_MONTHLY_BY_DATE:
        return g_strdup_printf(_("day %" PRId64 " of the month"), input->month_day);
    default:
        return g_strdup(_("as announced"));
    }
}

static bool has_time(const GroupInput *input)
{
    return input->cadence && input->cadence != CADENCE_OTHER;
}

char *group_meets(const GroupInput *input)
{
    if (!input->cadence)
        return g_strdup("");
    g_autofree char *when = days(input);
    GString *out = g_string_new(when);
    if (has_time(input))
        g_string_append_printf(out, ", %02d:%02d", (int)(input->start_minute / 60),
                               (int)(input->start_minute % 60));
    if (has_time(input) && input->duration > 0)
        g_string_append_printf(
            out,
            ngettext(" (%" PRId64 " minute)", " (%" PRId64 " minutes)", (gulong)input->duration),
            input->duration);
    if (has_time(input) && input->time_zone && *input->time_zone) {
        g_autofree char *zone = text_clean(input->time_zone, -1, TEXT_LINE);
        g_string_append_printf(out, ", %s", zone);
    }
    return g_string_free(out, FALSE);
}

char *group_meets_short(const GroupInput *input)
{
    const char *day = WORD(short_weekdays, input->weekday);
    g_autofree char *time = g_strdup_printf("%02d:%02d", (int)(input->start_minute / 60),
                                            (int)(input->start_minute % 60));
    switch (input->cadence) {
    case CADENCE_WEEKLY:
        return g_strdup_printf("%s %s", day, time);
    case CADENCE_BIWEEKLY:
        return g_strdup_printf(_("2nd week %s %s"), day, time);
    case CADENCE_MONTHLY:
        return g_strdup_printf("%s %s %s", WORD(short_ordinals, input->ordinal), day, time);
    case CADENCE_MONTHLY_BY_DATE:
        return g_strdup_printf(_("day %" PRId64 " %s"), input->month_day, time);
    default:
        return g_strdup("");
    }
}

char *group_fee(const GroupInput *input)
{
    if (!money_is_set(&input->fee) || input->fee.amount == 0)
        return g_strdup(_("nothing"));
    g_autofree char *fee = money_format(&input->fee);
    return g_strjoin(" ", fee, enum_label(&fee_periods, (int)input->fee_period), NULL);
}

char *group_seats(const Group *group)
{
    if (group->input.seats > 0)
        return g_strdup_printf(_("%" PRId64 " of %" PRId64 " seats"), group->members,
                               group->input.seats);
    return g_strdup_printf(
        ngettext("%" PRId64 " member", "%" PRId64 " members", (gulong)group->members),
        group->members);
}

char *group_kind(const GroupInput *input)
{
    GString *out = g_string_new(input->open ? _("takes new members") : _("takes no new members"));
    g_string_append_printf(out, ", %s",
                           input->exclusive ? _("exclusive: its members join no other group")
                                            : _("members may join other groups"));
    if (input->seat_by_category)
        g_string_append_printf(out, ", %s", _("one seat for a trade"));
    if (input->in_person)
        g_string_append_printf(out, ", %s", _("meets in person"));
    return g_string_free(out, FALSE);
}

char *group_wanted(char *const *trades)
{
    GString *out = g_string_new(NULL);
    for (char *const *type = trades; type && *type; type++) {
        g_autofree char *clean = text_clean(business_type_label(*type), -1, TEXT_LINE);
        g_string_append_printf(out, "%s%s", out->len ? ", " : "", clean);
    }
    return g_string_free(out, FALSE);
}
