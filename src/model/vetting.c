/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/vetting.h"

#include <string.h>

#include "base/day.h"
#include "base/i18n.h"
#include "base/problem.h"

#define TEXT_MAX 2000

static const EnumValue kind_values[] = {
    { VETTING_REFERENCE, "reference", N_("reference") },
    { VETTING_REPUTATION, "reputation", N_("reputation") },
    { VETTING_COMPLAINTS, "complaints", N_("complaints") },
    { VETTING_LICENCE, "licence", N_("licence") },
};
const EnumTable vetting_kinds = ENUM_TABLE("vetting_kind", kind_values);

static const EnumValue result_values[] = {
    { VETTING_OK, "ok", N_("in order") },
    { VETTING_CONCERN, "concern", N_("a concern") },
    { VETTING_FAIL, "fail", N_("failed") },
};
const EnumTable vetting_results = ENUM_TABLE("vetting_result", result_values);

static const EnumValue state_values[] = {
    { CONCERN_OPEN, "open", N_("open") },
    { CONCERN_ANSWERED, "answered", N_("answered") },
    { CONCERN_UPHELD, "upheld", N_("upheld") },
    { CONCERN_DISMISSED, "dismissed", N_("dismissed") },
};
const EnumTable concern_states = ENUM_TABLE("concern_state", state_values);

static const EnumValue effect_values[] = {
    { EFFECT_NONE, "none", N_("none") },
    { EFFECT_WARN, "warn", N_("a warning") },
    { EFFECT_UNREFERRABLE, "unreferrable", N_("no leads until") },
};
const EnumTable concern_effects = ENUM_TABLE("concern_effect", effect_values);

/* clang-format off */
#define VETTING_INPUT_ROWS(AT)                                                                 \
    { "account", FIELD_UUID, AT(account), FIELD_REQUIRED, .label = N_("About") },              \
    { "kind", FIELD_ENUM, AT(kind), FIELD_REQUIRED, .values = &vetting_kinds,                  \
      .label = N_("Kind") },                                                                   \
    { "who", FIELD_TEXT, AT(who), FIELD_PERSONAL, .max = 120, .label = N_("Whom you asked") }, \
    { "checked_on", FIELD_TEXT, AT(checked_on), FIELD_REQUIRED, .min = 10, .max = 10,          \
      .label = N_("Day") },                                                                    \
    { "result", FIELD_ENUM, AT(result), FIELD_REQUIRED, .values = &vetting_results,            \
      .label = N_("Result") },                                                                 \
    { "note", FIELD_TEXT, AT(note), FIELD_PERSONAL | FIELD_MULTILINE, .max = TEXT_MAX,         \
      .label = N_("Note") },                                                                   \
    { "evidence", FIELD_TEXT, AT(evidence), FIELD_PERSONAL,                                    \
      .label = N_("Where it can be read") },                                                   \
    { "removed", FIELD_BOOL, AT(removed) }
/* clang-format on */
#define AT(member) offsetof(VettingInput, member)
static const Field vetting_input_rows[] = { VETTING_INPUT_ROWS(AT) };
#undef AT
const FieldTable vetting_input_fields = FIELD_TABLE("vetting_input", VettingInput,
                                                    vetting_input_rows);

#define AT(member) offsetof(Vetting, member)
#define IN(member) offsetof(Vetting, input.member)
static const Field vetting_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    VETTING_INPUT_ROWS(IN),
    { "name", FIELD_TEXT, AT(name), FIELD_READONLY | FIELD_PERSONAL, .label = N_("About") },
    { "by", FIELD_OBJECT, AT(by), FIELD_READONLY, .object = &party_fields, .label = N_("By") },
};
#undef IN
#undef AT
const FieldTable vetting_fields = FIELD_TABLE("vetting", Vetting, vetting_rows);

static const Field new_concern_rows[] = {
    { "about", FIELD_UUID, offsetof(NewConcern, about), FIELD_REQUIRED, .label = N_("About") },
    { "text", FIELD_TEXT, offsetof(NewConcern, text),
      FIELD_REQUIRED | FIELD_PERSONAL | FIELD_MULTILINE, .max = TEXT_MAX, .label = N_("Concern") },
};
const FieldTable new_concern_fields = FIELD_TABLE("new_concern", NewConcern, new_concern_rows);

static const Field answer_rows[] = {
    { "text", FIELD_TEXT, offsetof(ConcernAnswer, text),
      FIELD_REQUIRED | FIELD_PERSONAL | FIELD_MULTILINE, .max = TEXT_MAX, .label = N_("Answer") },
};
const FieldTable concern_answer_fields = FIELD_TABLE("concern_answer", ConcernAnswer, answer_rows);

#define AT(member) offsetof(ConcernDecision, member)
static const Field decision_rows[] = {
    { "effect", FIELD_ENUM, AT(effect), .values = &concern_effects, .label = N_("Effect") },
    { "until", FIELD_TIME, AT(until), .label = N_("Until") },
    { "note", FIELD_TEXT, AT(note), FIELD_PERSONAL | FIELD_MULTILINE, .max = TEXT_MAX,
      .label = N_("Note") },
};
#undef AT
const FieldTable concern_decision_fields = FIELD_TABLE("concern_decision", ConcernDecision,
                                                       decision_rows);

#define AT(member) offsetof(Concern, member)
static const Field concern_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY, .label = N_("Raised") },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "group", FIELD_UUID, AT(group), FIELD_READONLY, .column = "group_id" },
    { "about", FIELD_OBJECT, AT(about), FIELD_READONLY, .object = &party_fields,
      .label = N_("About") },
    { "by", FIELD_OBJECT, AT(by), FIELD_READONLY, .object = &party_fields, .label = N_("By") },
    { "text", FIELD_TEXT, AT(text), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = TEXT_MAX, .label = N_("Concern") },
    { "answer", FIELD_TEXT, AT(answer), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = TEXT_MAX, .label = N_("Answer") },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &concern_states,
      .label = N_("State") },
    { "effect", FIELD_ENUM, AT(effect), FIELD_READONLY, .values = &concern_effects,
      .label = N_("Effect") },
    { "until", FIELD_TIME, AT(until), FIELD_READONLY, .label = N_("Until") },
    { "note", FIELD_TEXT, AT(note), FIELD_READONLY | FIELD_PERSONAL | FIELD_MULTILINE,
      .max = TEXT_MAX, .label = N_("Decision") },
    { "decided_by", FIELD_OBJECT, AT(decided_by), FIELD_READONLY, .object = &party_fields },
    { "decided_at", FIELD_TIME, AT(decided_at), FIELD_READONLY, .label = N_("Decided") },
};
#undef AT
const FieldTable concern_fields = FIELD_TABLE("concern", Concern, concern_rows);

/* ---- rules */

static const unsigned states_of[] = {
    [CONCERN_ANSWER] = 1 << CONCERN_OPEN,
    [CONCERN_UPHOLD] = 1 << CONCERN_OPEN | 1 << CONCERN_ANSWERED,
    [CONCERN_DISMISS] = 1 << CONCERN_OPEN | 1 << CONCERN_ANSWERED,
    [CONCERN_LIFT] = 1 << CONCERN_UPHELD,
};

bool concern_bars(const Concern *concern, gint64 now)
{
    return concern->state == CONCERN_UPHELD && concern->effect == EFFECT_UNREFERRABLE &&
           concern->until > now;
}

bool concern_may(const Concern *concern, ConcernEvent event, gint64 now, GError **error)
{
    if (!(states_of[event] & 1u << concern->state))
        return problem_set(error, PROBLEM_CONCERN_STATE, "The concern is %s",
                           enum_code(&concern_states, (int)concern->state));
    return event != CONCERN_LIFT || concern_bars(concern, now) ||
           problem_set(error, PROBLEM_CONCERN_STATE,
                       "Nothing of it is in force that could be lifted");
}

static void require(FieldErrors *errors, const char *pointer, bool set, bool wanted)
{
    if (wanted && !set)
        field_errors_add(errors, pointer, "required", "must be given with this decision");
    else if (set && !wanted)
        field_errors_add(errors, pointer, "not-allowed", "does not belong to this decision");
}

bool concern_decision_validate(const ConcernDecision *decision, ConcernEvent event, gint64 now,
                               FieldErrors *errors)
{
    bool uphold = event == CONCERN_UPHOLD;
    require(errors, "#/effect", decision->effect != 0, uphold);
    require(errors, "#/until", decision->until != 0,
            uphold && decision->effect == EFFECT_UNREFERRABLE);
    if (decision->until &&
        (decision->until <= now || decision->until > now + CONCERN_YEARS * 366 * MS_PER_DAY))
        field_errors_add(errors, "#/until", "out-of-range",
                         "a time to come is wanted, at most %d years from now", CONCERN_YEARS);
    return !field_errors_any(errors);
}

static void replace_text(char **text, const char *with)
{
    g_free(*text);
    *text = g_strdup(with);
}

void concern_apply(Concern *concern, ConcernEvent event, const ConcernDecision *decision,
                   const char *answer, gint64 now)
{
    concern->rev++;
    concern->updated_at = now;
    switch (event) {
    case CONCERN_ANSWER:
        concern->state = CONCERN_ANSWERED;
        replace_text(&concern->answer, answer);
        return;
    case CONCERN_LIFT:
        concern->until = now;
        return;
    case CONCERN_UPHOLD:
    case CONCERN_DISMISS:
        break;
    }
    concern->state = event == CONCERN_UPHOLD ? CONCERN_UPHELD : CONCERN_DISMISSED;
    concern->effect = decision->effect;
    concern->until = decision->until;
    concern->decided_at = now;
    replace_text(&concern->note, decision->note);
}

bool vetting_input_validate(const VettingInput *input, const char *today, FieldErrors *errors)
{
    if (input->checked_on && !day_valid(input->checked_on))
        field_errors_add(errors, "#/checked_on", "time.invalid", "a day is wanted, as 2026-02-28");
    else if (input->checked_on && strcmp(input->checked_on, today) > 0)
        field_errors_add(errors, "#/checked_on", "out-of-range", "the day is still to come");
    require(errors, "#/who", input->who && *input->who, input->kind == VETTING_REFERENCE);
    return !field_errors_any(errors);
}
