/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/change.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "client/slip.h"
#include "model/account.h"
#include "model/dues.h"
#include "model/group.h"
#include "model/invitation.h"
#include "model/meeting.h"
#include "model/referral.h"
#include "model/vetting.h"
#include "wire/json.h"

/* ---- the table */

static char *local_day(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(clock_now() / MS_PER_SECOND);
    return g_date_time_format(now, "%Y-%m-%d");
}

static bool confirm_valid(const void *input, FieldErrors *errors)
{
    return confirm_validate(input, errors);
}

static bool outcome_valid(const void *input, FieldErrors *errors)
{
    return outcome_validate(input, errors);
}

static bool create_valid(const void *input, FieldErrors *errors)
{
    return new_referral_validate(input, errors);
}

static bool invite_valid(const void *input, FieldErrors *errors)
{
    return new_invitation_validate(input, errors);
}

static bool refuse_valid(const void *input, FieldErrors *errors)
{
    return request_answer_validate(REQUEST_DECLINE, input, errors);
}

static bool ask_valid(const void *input, FieldErrors *errors)
{
    return request_answer_validate(REQUEST_ASK, input, errors);
}

static bool reply_valid(const void *input, FieldErrors *errors)
{
    return request_answer_validate(REQUEST_REPLY, input, errors);
}

static bool group_valid(const void *input, FieldErrors *errors)
{
    return group_input_validate(&((const Group *)input)->input, "#", errors);
}

static bool attend_valid(const void *input, FieldErrors *errors)
{
    return attendance_validate(input, errors);
}

static bool slip_valid(const void *input, FieldErrors *errors)
{
    return slip_validate(input, errors);
}

static bool thanks_valid(const void *input, FieldErrors *errors)
{
    return thanks_validate(input, errors);
}

static bool met_valid(const void *input, FieldErrors *errors)
{
    return one_to_one_validate(&((const NewOneToOne *)input)->input, clock_now(), errors);
}

static bool meeting_valid(const void *input, FieldErrors *errors)
{
    return meeting_input_validate(&((const Meeting *)input)->input, errors);
}

static bool expel_valid(const void *input, FieldErrors *errors)
{
    const MembershipEnd *end = input;
    bool told = end->reason && *end->reason;
    if (!told)
        field_errors_add(errors, "#/reason", "required", "say why: they are told");
    return told;
}

static bool vetting_valid(const void *input, FieldErrors *errors)
{
    g_autofree char *today = local_day();
    return vetting_input_validate(input, today, errors);
}

static bool dues_valid(const void *input, FieldErrors *errors)
{
    g_autofree char *today = local_day();
    return dues_settlement_validate(input, today, errors);
}

static bool profile_valid(const void *input, FieldErrors *errors)
{
    return account_validate(input, errors);
}

static const char *const confirm_names[] = { "verdict", "reason_code", "message", "value", NULL };
static const char *const outcome_names[] = { "outcome", "value", NULL };
static const char *const note_names[] = { "text", NULL };
static const char *const profile_names[] = { "name",
                                             "company_name",
                                             "business_type",
                                             "profile/headline",
                                             "profile/about",
                                             "profile/specialities",
                                             "profile/industries",
                                             "profile/price_level",
                                             "profile/areas",
                                             "profile/qualifies",
                                             "profile/ideal_partner",
                                             "profile/website",
                                             "profile/exclusive",
                                             "profile/public",
                                             "profile/recommends",
                                             "language",
                                             "time_zone",
                                             NULL };
static const char *const create_names[] = {
    SLIP_LEAD_PATHS,
    NULL,
};

static const char *const invite_names[] = { "email", "message", NULL };
static const char *const encourage_names[] = { "message", NULL };

static const char *const join_names[] = { "business_type", "message", "references", NULL };
static const char *const answer_names[] = { "message", NULL };
static const char *const expel_names[] = { "reason", NULL };
static const char *const role_names[] = { "role", "business_type", NULL };
static const char *const group_names[] = { "name",
                                           "area",
                                           "home_text",
                                           "rules",
                                           "exclusive",
                                           "open",
                                           "directory",
                                           "seat_by_category",
                                           "seats",
                                           "wanted",
                                           "cadence",
                                           "weekday",
                                           "ordinal",
                                           "month_day",
                                           "first_on",
                                           "start_minute",
                                           "duration",
                                           "time_zone",
                                           "place",
                                           "in_person",
                                           "fee",
                                           "fee_period",
                                           "grace_days",
                                           "absences_allowed",
                                           "absence_policy",
                                           "league_table",
                                           NULL };
static const char *const approval_names[] = { "note", NULL };
static const char *const vetting_names[] = { "kind", "who",      "checked_on", "result",
                                             "note", "evidence", NULL };
static const char *const settle_names[] = { "on", "note", NULL };
static const char *const concern_names[] = { "text", NULL };
static const char *const decision_names[] = { "effect", "until", "note", NULL };
static const char *const rsvp_names[] = { "answer", "substitute", NULL };
static const char *const attend_names[] = { "code", "substitute", "left_early", "note", NULL };
static const char *const visitor_names[] = { "name",  "company_name", "business_type", "email",
                                             "phone", "outcome",      "note",          NULL };
static const char *const slip_names[] = { "to_name", "need", "contact", NULL };
static const char *const thanks_names[] = { "amount", "kind", "tier", NULL };
static const char *const met_names[] = { "met_on", "place", "note", NULL };
static const char *const meeting_names[] = { "starts_at", "duration", "time_zone", "place", "topic",
                                             "speaker",   "agenda",   "minutes",   NULL };
static const char *const act_names[] = { "reason", NULL };

/* input, rules between its fields, merges, answers, names */
static const ChangeKind kinds[] = {
    [OUTBOX_PICK_UP] = { NULL, NULL, false, true },
    [OUTBOX_CONFIRM] = { &confirm_fields, confirm_valid, false, true, confirm_names },
    [OUTBOX_AMEND] = { &confirm_fields, confirm_valid, false, true, confirm_names },
    [OUTBOX_OUTCOME] = { &outcome_fields, outcome_valid, false, true, outcome_names },
    [OUTBOX_WITHDRAW] = { NULL, NULL, false, true },
    [OUTBOX_NOTE] = { &note_fields, NULL, true, true, note_names },
    [OUTBOX_CREATE] = { &new_referral_fields, create_valid, false, true, create_names },
    [OUTBOX_PROFILE] = { &account_fields, profile_valid, true, true, profile_names },
    [OUTBOX_INVITE] = { &new_invitation_fields, invite_valid, false, true, invite_names },
    [OUTBOX_ACCEPT] = { NULL, NULL, false, true },
    [OUTBOX_DECLINE] = { NULL, NULL, false, true },
    [OUTBOX_UNINVITE] = { NULL, NULL, false, true },
    [OUTBOX_ENCOURAGE] = { &encouragement_fields, NULL, false, false, encourage_names },
    [OUTBOX_DROP_PARTNER] = { NULL },
    [OUTBOX_REMIND] = { NULL, NULL, false, true },
    [OUTBOX_JOIN] = { &new_membership_request_fields, NULL, false, true, join_names },
    [OUTBOX_APPROVE] = { &request_answer_fields, NULL, false, true, answer_names },
    [OUTBOX_REFUSE] = { &request_answer_fields, refuse_valid, false, true, answer_names },
    [OUTBOX_ASK] = { &request_answer_fields, ask_valid, false, true, answer_names },
    [OUTBOX_REPLY] = { &request_answer_fields, reply_valid, false, true, answer_names },
    [OUTBOX_UNJOIN] = { NULL, NULL, false, true },
    [OUTBOX_LEAVE] = { NULL },
    [OUTBOX_EXPEL] = { &membership_end_fields, expel_valid, false, false, expel_names },
    [OUTBOX_ROLE] = { &role_change_fields, NULL, false, true, role_names },
    [OUTBOX_GROUP] = { &group_fields, group_valid, true, true, group_names },
    [OUTBOX_GROUP_ACT] = { NULL, NULL, false, true },
    [OUTBOX_LEADER_APPROVAL] = { &new_leader_approval_fields, NULL, false, true, approval_names },
    [OUTBOX_APPROVAL_DECIDE] = { &request_answer_fields, NULL, false, true, answer_names },
    [OUTBOX_VETTING] = { &vetting_input_fields, vetting_valid, false, true, vetting_names },
    [OUTBOX_DUES] = { &dues_settlement_fields, dues_valid, false, true, settle_names },
    [OUTBOX_CONCERN] = { &new_concern_fields, NULL, false, true, concern_names },
    [OUTBOX_CONCERN_ANSWER] = { &concern_answer_fields, NULL, false, true, concern_names },
    [OUTBOX_CONCERN_DECIDE] = { &concern_decision_fields, NULL, false, true, decision_names },
    [OUTBOX_RSVP] = { &rsvp_input_fields, NULL, false, true, rsvp_names },
    [OUTBOX_ATTEND] = { &attendance_input_fields, attend_valid, false, true, attend_names },
    [OUTBOX_VISITOR] = { &visitor_input_fields, NULL, false, true, visitor_names },
    [OUTBOX_SLIP] = { &slip_input_fields, slip_valid, false, true, slip_names },
    [OUTBOX_THANKS] = { &thanks_input_fields, thanks_valid, false, true, thanks_names },
    [OUTBOX_MET] = { &new_one_to_one_fields, met_valid, false, true, met_names },
    [OUTBOX_MEETING] = { &meeting_fields, meeting_valid, true, true, meeting_names },
    [OUTBOX_MEETING_ACT] = { &meeting_act_fields, NULL, false, true, act_names },
};

const ChangeKind *change_kind(OutboxKind kind)
{
    static const ChangeKind unknown = { NULL };
    return kind > 0 && kind < G_N_ELEMENTS(kinds) ? &kinds[kind] : &unknown;
}

bool change_field(OutboxKind kind, const char *name, Field *out)
{
    const FieldTable *table = change_kind(kind)->input;
    return table && field_find_path(table, name, out);
}

bool change_check(OutboxKind kind, const void *input, GError **error)
{
    const ChangeKind *row = change_kind(kind);
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    fields_validate(row->input, input, "#", &errors);
    if (row->validate)
        row->validate(input, &errors);
    if (!field_errors_any(&errors))
        return true;
    const FieldError *first = g_ptr_array_index(errors.items, 0);
    return problem_set(error, PROBLEM_VALIDATION, "%s: %s", first->pointer, first->detail);
}

/* ---- bodies */

static bool decode(const char *text, const FieldTable *table, void *object, unsigned flags)
{
    g_autoptr(JsonDoc) doc = text ? json_parse(text, strlen(text), NULL) : NULL;
    if (!doc)
        return false;
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    return json_decode(json_root(doc), table, object, flags, "#", &errors);
}

static bool is_patch(const OutboxItem *item)
{
    return g_strcmp0(item->method, "PATCH") == 0;
}

bool change_read(const OutboxItem *item, void *object)
{
    const FieldTable *table = change_kind(item->kind)->input;
    if (!table)
        return false;
    if (!is_patch(item))
        return decode(item->body, table, object, JSON_REPLY);
    return decode(item->base, table, object, JSON_REPLY) &&
           decode(item->body, table, object, JSON_PATCH);
}

bool change_read_json(const char *text, const FieldTable *table, void *object)
{
    return decode(text, table, object, JSON_REPLY);
}

char *change_json(const FieldTable *table, const void *object)
{
    GString *out = g_string_new(NULL);
    json_put_input(out, table, object);
    return g_string_free(out, FALSE);
}

char *change_body(const OutboxItem *item, const void *from, const void *to)
{
    const FieldTable *table = change_kind(item->kind)->input;
    if (!is_patch(item) || !from)
        return change_json(table, to);
    GString *out = g_string_new(NULL);
    json_put_patch(out, table, from, to);
    return g_string_free(out, FALSE);
}

/* ---- merging: the three objects of an item */

typedef struct Three {
    const FieldTable *table;
    void *base, *mine, *theirs, *out;
    bool has_base;
} Three;

static void three_clear(Three *three)
{
    void *const all[] = { three->base, three->mine, three->theirs, three->out };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (all[i])
            fields_clear(three->table, all[i]);
        g_free(all[i]);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Three, three_clear)

static bool three_read(Three *three, const OutboxItem *item, const char *theirs)
{
    const ChangeKind *kind = change_kind(item->kind);
    if (!kind->merges)
        return false;
    three->table = kind->input;
    three->base = g_malloc0(three->table->size);
    three->mine = g_malloc0(three->table->size);
    three->theirs = g_malloc0(three->table->size);
    three->out = g_malloc0(three->table->size);
    three->has_base = item->base && decode(item->base, three->table, three->base, JSON_REPLY);
    return change_read(item, three->mine) &&
           (!theirs || decode(theirs, three->table, three->theirs, JSON_REPLY));
}

static GArray *three_merge(Three *three)
{
    fields_clear(three->table, three->out);
    return fields_merge(three->table, three->has_base ? three->base : NULL, three->mine,
                        three->theirs, three->out);
}

/* Content alone: what the server made of it does not count. */
static bool same_content(const Three *three)
{
    g_autofree char *a = change_json(three->table, three->out);
    g_autofree char *b = change_json(three->table, three->theirs);
    return strcmp(a, b) == 0;
}

static void set_text(char **at, char *text)
{
    g_free(*at);
    *at = text;
}

static void begin_again(OutboxItem *item, const Three *three, gint64 rev)
{
    set_text(&item->body, change_body(item, three->theirs, three->out));
    set_text(&item->base, change_json(three->table, three->theirs));
    set_text(&item->theirs, NULL);
    set_text(&item->problem, NULL);
    set_text(&item->detail, NULL);
    item->if_match = rev;
    item->theirs_rev = 0;
    item->attempts = 0;
    item->next_at = 0;
    if (item->state != OUTBOX_HELD)
        item->state = OUTBOX_WAITING;
}

static void stop_in_conflict(OutboxItem *item, const Three *three, gint64 rev)
{
    set_text(&item->theirs, change_json(three->table, three->theirs));
    set_text(&item->problem, g_strdup(problem_row(PROBLEM_PRECONDITION_FAILED)->code));
    set_text(&item->detail, NULL);
    item->theirs_rev = rev;
    item->next_at = 0;
    item->state = OUTBOX_CONFLICT;
}

static ChangeOutcome merge(OutboxItem *item, Three *three, gint64 rev)
{
    g_autoptr(GArray) conflicts = three_merge(three);
    if (conflicts->len > 0) {
        stop_in_conflict(item, three, rev);
        return CHANGE_CONFLICT;
    }
    if (same_content(three))
        return CHANGE_DONE;
    begin_again(item, three, rev);
    return CHANGE_REBASED;
}

ChangeOutcome change_merge(OutboxItem *item, const void *theirs, gint64 rev)
{
    g_auto(Three) three = { 0 };
    if (!three_read(&three, item, NULL))
        return CHANGE_NONSENSE;
    fields_copy(three.table, three.theirs, theirs);
    return merge(item, &three, rev);
}

ChangeOutcome change_merge_json(OutboxItem *item, const char *theirs)
{
    g_auto(Three) three = { 0 };
    if (!three_read(&three, item, theirs))
        return CHANGE_NONSENSE;
    const Field *rev = field_find(three.table, "rev");
    gint64 number = rev ? *(gint64 *)field_at(rev, three.theirs) : 0;
    return number > 0 ? merge(item, &three, number) : CHANGE_NONSENSE;
}

/* ---- deciding */

static void conflict_free(gpointer data)
{
    ChangeConflict *conflict = data;
    g_free(conflict->path);
    g_free(conflict->mine);
    g_free(conflict->theirs);
    g_free(conflict);
}

static char *text_of(const MergeConflict *conflict, const void *object)
{
    return field_to_text(conflict->field, (const char *)object + conflict->base);
}

GPtrArray *change_conflicts(const OutboxItem *item)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(conflict_free);
    g_auto(Three) three = { 0 };
    if (item->state != OUTBOX_CONFLICT || !three_read(&three, item, item->theirs))
        return out;
    g_autoptr(GArray) conflicts = three_merge(&three);
    for (guint i = 0; i < conflicts->len; i++) {
        const MergeConflict *from = &g_array_index(conflicts, MergeConflict, i);
        ChangeConflict *to = g_new0(ChangeConflict, 1);
        to->path = g_strdup(from->path);
        to->label = from->field->label ? _(from->field->label) : from->field->name;
        to->mine = text_of(from, three.mine);
        to->theirs = text_of(from, three.theirs);
        g_ptr_array_add(out, to);
    }
    return out;
}

ChangeOutcome change_keep(OutboxItem *item, const char *path, ChangeSide side)
{
    g_auto(Three) three = { 0 };
    if (item->state != OUTBOX_CONFLICT || !three_read(&three, item, item->theirs))
        return CHANGE_NONSENSE;
    g_autoptr(GArray) conflicts = three_merge(&three);
    if (!three.has_base) { /* nobody knows which field is whose: all of them are decided */
        path = NULL;
        fields_copy(three.table, three.base, side == KEEP_MINE ? three.theirs : three.mine);
        three.has_base = true;
    }
    for (guint i = 0; i < conflicts->len; i++) {
        const MergeConflict *conflict = &g_array_index(conflicts, MergeConflict, i);
        if (path && strcmp(path, conflict->path) != 0)
            continue;
        merge_copy(conflict, side == KEEP_MINE ? three.base : three.mine, three.theirs);
    }
    set_text(&item->base, change_json(three.table, three.base));
    set_text(&item->body, change_body(item, three.base, three.mine));
    return merge(item, &three, item->theirs_rev);
}
