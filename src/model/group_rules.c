/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/problem.h"
#include "model/group.h"

/* ---- what a leader writes */

void group_input_init(GroupInput *input)
{
    if (!input->directory)
        input->directory = DIRECTORY_PUBLIC;
    if (!input->cadence)
        input->cadence = CADENCE_OTHER;
    if (!input->absence_policy)
        input->absence_policy = ABSENCE_ROLLING;
}

static void G_GNUC_PRINTF(5, 6) refuse(FieldErrors *errors, const char *at, const char *field,
                                       const char *code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *detail = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *pointer = g_strconcat(at, "/", field, NULL);
    field_errors_add(errors, pointer, code, "%s", detail);
}

static int number_at(const char *text)
{
    return (int)g_ascii_strtoull(text, NULL, 10);
}

/* "2026-11-26" */
static bool is_date(const char *text)
{
    for (int i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : !g_ascii_isdigit(text[i]))
            return false;
    return !text[10] &&
           g_date_valid_dmy((GDateDay)number_at(text + 8), (GDateMonth)number_at(text + 5),
                            (GDateYear)number_at(text));
}

static bool is_time_zone(const char *name)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
    return zone != NULL;
}

/* Which day a cadence needs to be told. */
static void check_days(const GroupInput *input, const char *at, FieldErrors *errors)
{
    bool by_weekday = input->cadence == CADENCE_WEEKLY || input->cadence == CADENCE_BIWEEKLY ||
                      input->cadence == CADENCE_MONTHLY;
    if (by_weekday && !input->weekday)
        refuse(errors, at, "weekday", "required", "1 for Monday to 7 for Sunday is wanted");
    if (input->cadence == CADENCE_BIWEEKLY && !input->first_on)
        refuse(errors, at, "first_on", "required",
               "every second week is counted from the first meeting: its day is wanted");
    if (input->cadence == CADENCE_MONTHLY && !input->ordinal)
        refuse(errors, at, "ordinal", "required",
               "which one in the month is wanted: 1 to 4, 5 for the last");
    if (input->cadence == CADENCE_MONTHLY_BY_DATE && !input->month_day)
        refuse(errors, at, "month_day", "required", "a day of the month is wanted");
}

bool group_input_validate(const GroupInput *input, const char *pointer, FieldErrors *errors)
{
    guint before = errors->items->len;
    check_days(input, pointer, errors);
    if (input->first_on && !is_date(input->first_on))
        refuse(errors, pointer, "first_on", "invalid", "a day is wanted: 2026-11-26");
    if (input->time_zone && !is_time_zone(input->time_zone))
        refuse(errors, pointer, "time_zone", "invalid",
               "there is no time zone \"%s\": Europe/London is one", input->time_zone);
    if (input->fee.currency[0] && input->fee.amount < 0)
        refuse(errors, pointer, "fee", "invalid", "a fee is never negative");
    if (input->fee.currency[0] && input->fee.amount > 0 && !input->fee_period)
        refuse(errors, pointer, "fee_period", "required", "say whether it is monthly or annual");
    return errors->items->len == before;
}

/* ---- requests: all begin open */

static const struct {
    bool applicant; /* else somebody who admits */
    bool needs_message;
    RequestState becomes;
} transitions[] = {
    [REQUEST_APPROVE] = { false, false, REQUEST_APPROVED },
    [REQUEST_DECLINE] = { false, true, REQUEST_DECLINED },
    [REQUEST_ASK] = { false, true, REQUEST_ASKED },
    [REQUEST_REPLY] = { true, true, REQUEST_REQUESTED },
    [REQUEST_WITHDRAW] = { true, false, REQUEST_WITHDRAWN },
};

bool request_is_open(const MembershipRequest *request)
{
    return request->state == REQUEST_REQUESTED || request->state == REQUEST_ASKED;
}

bool request_may(const MembershipRequest *request, RequestEvent event, bool applicant,
                 unsigned rights, GError **error)
{
    g_assert((unsigned)event < G_N_ELEMENTS(transitions));
    if (transitions[event].applicant && !applicant)
        return problem_set(error, PROBLEM_FORBIDDEN, "Only who asked may do this");
    if (!transitions[event].applicant && !(rights & RIGHT_ADMIT))
        return problem_set(error, PROBLEM_FORBIDDEN, "Only a leader of the group may do this");
    if (event == REQUEST_REPLY && request->state == REQUEST_REQUESTED)
        return problem_set(error, PROBLEM_REQUEST_STATE, "Nothing was asked");
    if (!request_is_open(request)) {
        const char *code = enum_code(&request_states, (int)request->state);
        return problem_set(error, PROBLEM_REQUEST_STATE, "Not possible while it is \"%s\"",
                           code ? code : "unknown");
    }
    return true;
}

bool request_answer_validate(RequestEvent event, const RequestAnswer *answer, FieldErrors *errors)
{
    if (!transitions[event].needs_message || (answer->message && *answer->message))
        return true;
    field_errors_add(errors, "#/message", "required", "say in a few words %s",
                     event == REQUEST_DECLINE ? "why"
                     : event == REQUEST_ASK   ? "what you would like to know"
                                              : "what was asked for");
    return false;
}

static void replace(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

void request_apply(MembershipRequest *request, RequestEvent event, const RequestAnswer *answer,
                   gint64 now)
{
    request->state = transitions[event].becomes;
    request->updated_at = now;
    if (event == REQUEST_ASK)
        replace(&request->question, answer->message);
    if (event == REQUEST_REPLY)
        replace(&request->answer, answer->message);
    if (event == REQUEST_APPROVE || event == REQUEST_DECLINE) {
        replace(&request->reason, answer->message);
        request->decided_at = now;
    }
}

/* ---- exclusivity */

GroupConflict group_conflict(const HeldGroup *held, size_t n, const HeldGroup *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (held[i].exclusive && !held[i].leads)
            return CONFLICT_OTHER_EXCLUSIVE;
    return n && wanted->exclusive && !wanted->leads ? CONFLICT_THIS_EXCLUSIVE : CONFLICT_NONE;
}
