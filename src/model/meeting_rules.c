/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/meeting.h"

#include <string.h>

#include "base/problem.h"

#define IN(state) (1u << (state))
#define LIVE (IN(MEETING_OPEN) | IN(MEETING_DRAFT) | IN(MEETING_REOPENED))
#define AHEAD_OF_UTC (14 * MS_PER_HOUR) /* of the first place on earth to have a new day */
#define AGENDA_MINUTES_MAX 600

/* ---- the states (domain.md §3.4) */

static const struct {
    const char *name;
    unsigned from; /* set of IN() */
    MeetingState to;
    unsigned rights; /* all of them are needed */
    bool told;       /* those who were invited are */
    bool why;        /* with a reason */
} transitions[] = {
    [MEETING_OPENS] = { "open", IN(MEETING_SCHEDULED), MEETING_OPEN, RIGHT_MEETINGS },
    [MEETING_CLOSES] = { "close", IN(MEETING_OPEN), MEETING_DRAFT, RIGHT_MEETINGS },
    [MEETING_COMPLETES] = { "complete", LIVE, MEETING_COMPLETED, RIGHT_MEETINGS },
    [MEETING_REOPENS] = { "reopen", IN(MEETING_COMPLETED), MEETING_REOPENED,
                          RIGHT_MEETINGS | RIGHT_EDIT, .why = true },
    [MEETING_CANCELS] = { "cancel", IN(MEETING_SCHEDULED), MEETING_CANCELLED, RIGHT_MEETINGS,
                          .told = true, .why = true },
    [MEETING_IS_HOLIDAY] = { "holiday", IN(MEETING_SCHEDULED), MEETING_HOLIDAY, RIGHT_MEETINGS,
                             .told = true },
    [MEETING_DISCARDS] = { "discard", IN(MEETING_OPEN) | IN(MEETING_DRAFT), MEETING_DISCARDED,
                           RIGHT_MEETINGS },
};

static const char *state_code(MeetingState state)
{
    const char *code = enum_code(&meeting_states, (int)state);
    return code ? code : "unknown";
}

bool meeting_may(MeetingState state, MeetingEvent event, unsigned rights, GError **error)
{
    g_assert((unsigned)event < G_N_ELEMENTS(transitions));
    if ((rights & transitions[event].rights) != transitions[event].rights)
        return problem_set(error, PROBLEM_FORBIDDEN, "Only %s of the group may do this",
                           transitions[event].rights & RIGHT_EDIT ? "a leader"
                                                                  : "a leader or secretary");
    return (transitions[event].from & IN(state)) ||
           problem_set(error, PROBLEM_MEETING_STATE, "A meeting that is \"%s\" cannot %s",
                       state_code(state), transitions[event].name);
}

void meeting_apply(Meeting *meeting, MeetingEvent event, const MeetingAct *act, gint64 now)
{
    const char *reason = act && act->reason && *act->reason ? act->reason : NULL;
    meeting->state = transitions[event].to;
    meeting->updated_at = now;
    meeting->completed_at = event == MEETING_COMPLETES ? now : 0;
    meeting->sequence += transitions[event].told;
    if (reason || event == MEETING_IS_HOLIDAY) {
        char *copy = g_strdup(reason);
        g_free(meeting->reason);
        meeting->reason = copy;
    }
}

bool meeting_act_validate(const MeetingAct *act, MeetingEvent event, FieldErrors *errors)
{
    if (!transitions[event].why || (act && act->reason && *act->reason))
        return true;
    field_errors_add(errors, "#/reason", "required", "reason: say why");
    return false;
}

bool meeting_counts(MeetingState state)
{
    return state == MEETING_COMPLETED;
}

bool meeting_is_pending(MeetingState state)
{
    return (IN(state) & (LIVE | IN(MEETING_SCHEDULED))) != 0;
}

/* ---- what is planned */

bool agenda_item_parse(const char *line, AgendaItem *item)
{
    char *end;
    gint64 minutes = g_ascii_strtoll(line, &end, 10);
    if (!g_ascii_isdigit(*line) || *end != ' ' || minutes > AGENDA_MINUTES_MAX)
        return false;
    const char *word = end + 1, *colon = strchr(word, ':');
    g_autofree char *kind = colon ? g_strndup(word, (size_t)(colon - word)) : g_strdup(word);
    int value = enum_value(&agenda_kinds, g_strstrip(kind));
    if (!value)
        return false;
    for (colon = colon ? colon + 1 : ""; *colon == ' '; colon++)
        ;
    *item = (AgendaItem){ minutes, (AgendaKind)value, colon };
    return true;
}

bool meeting_input_validate(const MeetingInput *input, FieldErrors *errors)
{
    AgendaItem item;
    bool ok = true;
    for (size_t i = 0; input->agenda && input->agenda[i]; i++) {
        if (agenda_item_parse(input->agenda[i], &item))
            continue;
        g_autofree char *pointer = g_strdup_printf("#/agenda/%zu", i);
        field_errors_add(errors, pointer, "invalid",
                         "agenda: minutes, a kind of item, and after a colon what it is about: "
                         "\"10 presentation: heat pumps\"");
        ok = false;
    }
    if (input->duration < 0) {
        field_errors_add(errors, "#/duration", "invalid", "duration: minutes");
        ok = false;
    }
    return ok;
}

bool meeting_is_moved(const MeetingInput *before, const MeetingInput *after)
{
    return before->starts_at != after->starts_at || before->duration != after->duration ||
           g_strcmp0(before->time_zone, after->time_zone) != 0 ||
           g_strcmp0(before->place, after->place) != 0;
}

bool meeting_may_change(MeetingState state, const MeetingInput *before, const MeetingInput *after,
                        GError **error)
{
    if (state == MEETING_SCHEDULED)
        return true;
    if (!(IN(state) & (LIVE | IN(MEETING_COMPLETED))))
        return problem_set(error, PROBLEM_MEETING_STATE, "It was called off");
    return !meeting_is_moved(before, after) ||
           problem_set(error, PROBLEM_MEETING_STATE,
                       "Time and place of a meeting that has begun stay as they are");
}

/* ---- what is entered */

static const struct {
    unsigned states; /* in which it may be entered */
    bool by_members; /* about themselves */
} entries[] = {
    [ENTRY_ATTENDANCE] = { LIVE, false },
    [ENTRY_RSVP] = { IN(MEETING_SCHEDULED) | IN(MEETING_OPEN), true },
    [ENTRY_VISITOR] = { LIVE | IN(MEETING_SCHEDULED), false },
    [ENTRY_SLIP] = { LIVE | IN(MEETING_SCHEDULED), true },
    [ENTRY_THANKS] = { LIVE | IN(MEETING_SCHEDULED), true },
};

bool entry_may(MeetingState state, EntryKind kind, unsigned rights, bool own, bool follow_up,
               GError **error)
{
    g_assert((unsigned)kind < G_N_ELEMENTS(entries));
    if (!(rights & RIGHT_MEETINGS) && !(own && entries[kind].by_members))
        return problem_set(error, PROBLEM_FORBIDDEN,
                           entries[kind].by_members
                               ? "Others' entries are made by a leader or secretary of the group"
                               : "This is entered by a leader or secretary of the group");
    if (entries[kind].states & IN(state))
        return true;
    if (state == MEETING_COMPLETED && kind == ENTRY_VISITOR && follow_up)
        return true;
    if (state == MEETING_COMPLETED && kind != ENTRY_RSVP)
        return problem_set(error, PROBLEM_MEETING_STATE,
                           "The meeting was completed meanwhile: a leader can reopen it");
    if (state == MEETING_SCHEDULED)
        return problem_set(error, PROBLEM_MEETING_STATE,
                           "The meeting is not open yet: a leader or secretary opens it");
    return problem_set(error, PROBLEM_MEETING_STATE,
                       "Nothing of this kind is entered for a meeting that is \"%s\"",
                       state_code(state));
}

bool visitor_is_follow_up(const VisitorInput *before, const VisitorInput *after)
{
    VisitorInput merged = *before;
    merged.outcome = after->outcome;
    merged.note = after->note;
    merged.entered_at = after->entered_at;
    return fields_equal(&visitor_input_fields, &merged, after);
}

gint64 entry_time(gint64 entered_at, gint64 now)
{
    return entered_at > 0 ? MIN(entered_at, now) : now;
}

bool entry_wins(const FieldTable *inputs, const void *entry, const Uuid *by, const void *before,
                const Uuid *before_by)
{
    const Field *field = field_find(inputs, "entered_at");
    gint64 at = *(const gint64 *)field_at(field, entry);
    gint64 before_at = *(const gint64 *)field_at(field, before);
    int order = (at > before_at) - (at < before_at);
    if (order == 0)
        order = uuid_compare(by, before_by);
    return order > 0 || (order == 0 && !fields_equal(inputs, entry, before));
}

static bool is_blank(const char *text)
{
    return !text || *text == '\0';
}

bool attendance_validate(const AttendanceInput *input, FieldErrors *errors)
{
    bool wanted = input->code == ATTENDANCE_SUBSTITUTE;
    if (wanted == !is_blank(input->substitute))
        return true;
    field_errors_add(errors, "#/substitute", wanted ? "required" : "not-allowed", "%s",
                     wanted ? "substitute: who came instead"
                            : "substitute: only with S (somebody came instead)");
    return false;
}

bool slip_validate(const SlipInput *input, FieldErrors *errors)
{
    bool member = !uuid_is_nil(&input->to), named = !is_blank(input->to_name);
    if (member == named)
        field_errors_add(errors, "#/to", member ? "not-allowed" : "required", "%s",
                         member ? "to, or to_name: not both" : "to: a member, or to_name");
    else if (member && uuid_equal(&input->to, &input->from))
        field_errors_add(errors, "#/to", "self", "to: somebody else");
    else
        return true;
    return false;
}

bool thanks_validate(const ThanksInput *input, FieldErrors *errors)
{
    if (uuid_equal(&input->to, &input->from))
        field_errors_add(errors, "#/to", "self", "to: somebody else");
    else if (input->amount.amount <= 0)
        field_errors_add(errors, "#/amount", "required", "amount: what the business was worth");
    else
        return true;
    return false;
}

/* "2026-11-26", and there is such a day. */
static bool is_day(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    if (!text || strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; text[i]; i++)
        if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != shape[i])
            return false;
    return g_date_valid_dmy((GDateDay)g_ascii_strtoull(text + 8, NULL, 10),
                            (GDateMonth)g_ascii_strtoull(text + 5, NULL, 10),
                            (GDateYear)g_ascii_strtoull(text, NULL, 10));
}

bool one_to_one_validate(const OneToOneInput *input, gint64 now, FieldErrors *errors)
{
    g_autoptr(GDateTime)
        latest = g_date_time_new_from_unix_utc((now + AHEAD_OF_UTC) / MS_PER_SECOND);
    g_autofree char *last = g_date_time_format(latest, "%F");
    if (is_day(input->met_on) && strcmp(input->met_on, last) <= 0)
        return true;
    field_errors_add(errors, "#/met_on", "invalid", "met_on: a day that has come (2026-11-26)");
    return false;
}

/* ---- ids */

Uuid meeting_day_id(const Uuid *group, const char *day)
{
    return uuid_derived(group, day, strlen(day));
}

Uuid entry_id(const Uuid *meeting, const Uuid *account)
{
    return uuid_derived(meeting, account->bytes, sizeof account->bytes);
}

Uuid one_to_one_id(const Uuid *a, const Uuid *b, const char *met_on)
{
    bool ordered = uuid_compare(a, b) < 0;
    const Uuid *low = ordered ? a : b, *high = ordered ? b : a;
    g_autoptr(GByteArray) name = g_byte_array_new();
    g_byte_array_append(name, high->bytes, sizeof high->bytes);
    g_byte_array_append(name, (const guint8 *)met_on, (guint)strlen(met_on));
    return uuid_derived(low, name->data, name->len);
}
