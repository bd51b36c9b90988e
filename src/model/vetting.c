/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/vetting.h"

#include "base/i18n.h"

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
