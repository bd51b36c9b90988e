/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "request_page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/business_type.h"
#include "text_page.h"
#include "when.h"

#include <inttypes.h>

#define LABEL_WIDTH 11

char *request_who(const MembershipRequest *request)
{
    const char *company = request->from.company_name && *request->from.company_name
                              ? request->from.company_name
                              : NULL;
    const char *trade = business_type_label(request->business_type);
    g_autofree char *who = g_strjoin(", ", request->from.name ? request->from.name : "?", company,
                                     NULL);
    g_autofree char *all = *trade ? g_strdup_printf("%s (%s)", who, trade) : g_strdup(who);
    return text_clean(all, -1, TEXT_LINE);
}

static char *seat_words(const MembershipRequest *request)
{
    if (!request->seat_taken_by || !*request->seat_taken_by)
        return NULL;
    return g_strdup_printf(_("taken by %s"), request->seat_taken_by);
}

/* "2 in favour, 1 against, of 3 named" */
static char *reference_words(const MembershipRequest *request)
{
    guint named = request->references ? g_strv_length(request->references) : 0;
    gint64 good = request->references_ok, bad = request->references_bad;
    if (!named && !good && !bad)
        return g_strdup(_("none named"));
    return g_strdup_printf(_("%" PRId64 " in favour, %" PRId64 " against, of %u named"), good, bad,
                           named);
}

static char *visit_words(const MembershipRequest *request)
{
    if (!request->visits)
        return g_strdup(_("none yet"));
    return g_strdup_printf(ngettext("%" PRId64 " meeting of this group",
                                    "%" PRId64 " meetings of this group", (gulong)request->visits),
                           request->visits);
}

/* What counts before one decides: all of it is always there, so that nothing is taken for good because it is not said. */
static void put_checks(Page *page, const MembershipRequest *request)
{
    g_autofree char *seat = seat_words(request), *references = reference_words(request),
                    *visits = visit_words(request);
    bool conflict = request->conflict > CONFLICT_NONE;
    page_pair(page, LABEL_WIDTH, _("Seat"), seat ? ROLE_ALERT : ROLE_YES, seat ? seat : _("free"));
    page_pair(page, LABEL_WIDTH, _("Exclusive"), conflict ? ROLE_ALERT : ROLE_YES,
              conflict ? enum_label(&group_conflicts, (int)request->conflict)
                       : _("nothing in the way"));
    page_pair(page, LABEL_WIDTH, _("References"),
              request->references_bad ? ROLE_ALERT : ROLE_NORMAL, references);
    page_pair(page, LABEL_WIDTH, _("Visits"), ROLE_NORMAL, visits);
}

static void put_words(Page *page, const MembershipRequest *request)
{
    page_pair(page, LABEL_WIDTH, _("Message"), ROLE_NORMAL, request->message);
    page_pair(page, LABEL_WIDTH, _("You asked"), ROLE_NORMAL, request->question);
    page_pair(page, LABEL_WIDTH, _("Answer"), ROLE_NORMAL, request->answer);
    for (char **line = request->references; line && *line; line++)
        page_pair(page, LABEL_WIDTH, line == request->references ? _("Named") : "", ROLE_NORMAL,
                  *line);
}

void request_page_put(Page *page, App *app, const RequestRow *row)
{
    const MembershipRequest *request = &row->request;
    g_autofree char *who = request_who(request);
    g_autofree char *asked = when_long(request->created_at, clock_now());
    g_autofree char *yes = app_key_of(app, "approve"), *no = app_key_of(app, "refuse"),
                    *ask = app_key_of(app, "ask");
    page_text(page, ROLE_HEADING, who);
    put_checks(page, request);
    if (row->pending)
        page_text(page, ROLE_PENDING, _("Your answer is in the outbox."));
    else
        page_format(page, ROLE_KEY, _("%s Approve   %s Decline (asks why)   %s Ask for more"), yes,
                    no, ask);
    page_pair(page, LABEL_WIDTH, _("Asked"), ROLE_NORMAL, asked);
    put_words(page, request);
}

static void put_line(GString *out, const char *label, const char *value)
{
    if (value && *value)
        g_string_append_printf(out, "%s: %s\n", label, value);
}

void request_text_show(App *app, const RequestRow *row)
{
    const MembershipRequest *request = &row->request;
    g_autofree char *who = request_who(request), *seat = seat_words(request),
                    *references = reference_words(request), *visits = visit_words(request),
                    *named = request->references ? g_strjoinv("\n  ", request->references) : NULL;
    g_autofree char *asked = when_long(request->created_at, clock_now());
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n\n", who);
    put_line(text, _("Group"), request->group_name);
    put_line(text, _("Asked"), asked);
    put_line(text, _("State"), enum_label(&request_states, (int)request->state));
    put_line(text, _("Seat"), seat ? seat : _("free"));
    put_line(text, _("Exclusive"),
             request->conflict > CONFLICT_NONE
                 ? enum_label(&group_conflicts, (int)request->conflict)
                 : _("nothing in the way"));
    put_line(text, _("References"), references);
    put_line(text, _("Named"), named);
    put_line(text, _("Visits"), visits);
    put_line(text, _("Message"), request->message);
    put_line(text, _("You asked"), request->question);
    put_line(text, _("Answer"), request->answer);
    text_page_show(app, _("Membership request"), text->str);
}
