/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/meeting_book.h"

#include <string.h>

#include "base/text.h"
#include "client/cache_row.h"
#include "client/change.h"

/* ---- kinds of facts */

const FactType fact_types[] = {
    { OUTBOX_ATTEND, "attendance", &attendance_fields, &attendance_input_fields },
    { OUTBOX_RSVP, "rsvp", &rsvp_fields, &rsvp_input_fields },
    { OUTBOX_VISITOR, "visitor", &visitor_fields, &visitor_input_fields },
    { OUTBOX_SLIP, "slip", &meeting_slip_fields, &slip_input_fields },
    { OUTBOX_THANKS, "thanks", &thanks_fields, &thanks_input_fields },
    { 0 },
};

const FactType *fact_type(OutboxKind kind)
{
    for (const FactType *type = fact_types; type->kind; type++)
        if (type->kind == kind)
            return type;
    return NULL;
}

/* The last part of "/v1/meetings/{id}/attendance/{account}". */
static bool last_id(const OutboxItem *item, Uuid *id)
{
    const char *slash = item->path ? strrchr(item->path, '/') : NULL;
    return slash && uuid_parse(slash + 1, id);
}

static bool is_of_account(OutboxKind kind)
{
    return kind == OUTBOX_ATTEND || kind == OUTBOX_RSVP;
}

bool fact_id(const OutboxItem *item, Uuid *id)
{
    if (!fact_type(item->kind) || !last_id(item, id))
        return false;
    if (is_of_account(item->kind))
        *id = entry_id(&item->object, id);
    return true;
}

/* ---- the book */

static void member_free(gpointer data)
{
    MeetingMember *member = data;
    g_free(member->name);
    g_free(member->company);
    g_free(member->trade);
    fields_clear(&attendance_fields, &member->attendance);
    fields_clear(&rsvp_fields, &member->rsvp);
    g_free(member);
}

static void visitor_free(gpointer data)
{
    fields_clear(&visitor_fields, data);
    g_free(data);
}

static void slip_free(gpointer data)
{
    fields_clear(&meeting_slip_fields, data);
    g_free(data);
}

static void thanks_free(gpointer data)
{
    fields_clear(&thanks_fields, data);
    g_free(data);
}

MeetingBook *meeting_book_new(const Meeting *meeting, const Group *group, const Uuid *me,
                              GroupRole role)
{
    MeetingBook *book = g_new0(MeetingBook, 1);
    fields_copy(&meeting_fields, &book->meeting, meeting);
    fields_copy(&group_fields, &book->group, group);
    book->me = *me;
    book->rights = role ? group_rights(role) : 0;
    book->members = g_ptr_array_new_with_free_func(member_free);
    book->visitors = g_ptr_array_new_with_free_func(visitor_free);
    book->slips = g_ptr_array_new_with_free_func(slip_free);
    book->thanks = g_ptr_array_new_with_free_func(thanks_free);
    book->by_account = g_hash_table_new(uuid_hash, uuid_equal_func);
    book->pending = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    return book;
}

void meeting_book_free(MeetingBook *book)
{
    if (!book)
        return;
    fields_clear(&meeting_fields, &book->meeting);
    fields_clear(&group_fields, &book->group);
    g_hash_table_unref(book->by_account);
    g_hash_table_unref(book->pending);
    g_ptr_array_unref(book->members);
    g_ptr_array_unref(book->visitors);
    g_ptr_array_unref(book->slips);
    g_ptr_array_unref(book->thanks);
    g_free(book);
}

MeetingMember *meeting_book_member(const MeetingBook *book, const Uuid *account)
{
    return g_hash_table_lookup(book->by_account, account);
}

const char *meeting_book_name(const MeetingBook *book, const Uuid *account)
{
    const MeetingMember *member = meeting_book_member(book, account);
    return member && member->name ? member->name : "";
}

bool meeting_book_is_pending(const MeetingBook *book, const Uuid *fact)
{
    return g_hash_table_contains(book->pending, fact);
}

/* Whoever was there once has a line too. */
static MeetingMember *need_member(MeetingBook *book, const Uuid *account)
{
    MeetingMember *member = meeting_book_member(book, account);
    if (member)
        return member;
    member = g_new0(MeetingMember, 1);
    member->account = *account;
    g_ptr_array_add(book->members, member);
    g_hash_table_insert(book->by_account, &member->account, member);
    return member;
}

void meeting_book_add_member(MeetingBook *book, const Member *from)
{
    MeetingMember *member = need_member(book, &from->account);
    g_free(member->name);
    g_free(member->company);
    g_free(member->trade);
    member->name = g_strdup(from->name);
    member->company = g_strdup(from->company_name);
    member->trade = g_strdup(from->business_type);
    member->role = from->role;
    member->here = true;
}

/* ---- facts: that entered last wins */

/* What was typed, and by whom; borrowed from the fact. */
static void *input_of(OutboxKind kind, void *fact, AttendanceInput *attendance, RsvpInput *rsvp,
                      const Uuid **by)
{
    switch (kind) {
    case OUTBOX_ATTEND: {
        const Attendance *from = fact;
        *by = &from->entered_by;
        *attendance = (AttendanceInput){ from->code, from->substitute, from->left_early, from->note,
                                         from->entered_at };
        return attendance;
    }
    case OUTBOX_RSVP: {
        const Rsvp *from = fact;
        *by = &from->entered_by;
        *rsvp = (RsvpInput){ from->answer, from->substitute, from->entered_at };
        return rsvp;
    }
    case OUTBOX_VISITOR:
        *by = &((Visitor *)fact)->entered_by;
        return &((Visitor *)fact)->input;
    case OUTBOX_SLIP:
        *by = &((MeetingSlip *)fact)->entered_by;
        return &((MeetingSlip *)fact)->input;
    default:
        *by = &((Thanks *)fact)->entered_by;
        return &((Thanks *)fact)->input;
    }
}

static bool wins(const FactType *type, const void *old, const void *new)
{
    AttendanceInput attendance[2];
    RsvpInput rsvp[2];
    const Uuid *by[2];
    const void *was = input_of(type->kind, (void *)old, &attendance[0], &rsvp[0], &by[0]);
    const void *is = input_of(type->kind, (void *)new, &attendance[1], &rsvp[1], &by[1]);
    return entry_wins(type->input, is, by[1], was, by[0]);
}

static void take(const FactType *type, void *to, const void *from, bool there)
{
    if (there && !wins(type, to, from))
        return;
    fields_clear(type->fact, to);
    fields_copy(type->fact, to, from);
}

static void put_in(GPtrArray *facts, const FactType *type, const void *fact)
{
    const Field *id = field_find(type->fact, "id");
    for (guint i = 0; i < facts->len; i++) {
        if (!field_equal(id, facts->pdata[i], fact))
            continue;
        take(type, facts->pdata[i], fact, true);
        return;
    }
    void *new = g_malloc0(type->fact->size);
    fields_copy(type->fact, new, fact);
    g_ptr_array_add(facts, new);
}

void meeting_book_put(MeetingBook *book, OutboxKind kind, const void *fact)
{
    const FactType *type = fact_type(kind);
    if (kind == OUTBOX_ATTEND) {
        MeetingMember *member = need_member(book, &((const Attendance *)fact)->account);
        take(type, &member->attendance, fact, member->attendance.code != 0);
    } else if (kind == OUTBOX_RSVP) {
        MeetingMember *member = need_member(book, &((const Rsvp *)fact)->account);
        take(type, &member->rsvp, fact, member->rsvp.answer != 0);
    } else {
        put_in(kind == OUTBOX_VISITOR ? book->visitors
               : kind == OUTBOX_SLIP  ? book->slips
                                      : book->thanks,
               type, fact);
    }
}

/* ---- the outbox */

/* An input and the fact that it becomes. */
typedef union Input {
    AttendanceInput attendance;
    RsvpInput rsvp;
    VisitorInput visitor;
    SlipInput slip;
    ThanksInput thanks;
} Input;

static gint64 at_or(gint64 entered_at, const OutboxItem *item)
{
    return entered_at ? entered_at : item->created_at;
}

static void put_attendance(MeetingBook *book, const OutboxItem *item, const Uuid *account,
                           const AttendanceInput *input)
{
    Attendance fact = {
        .id = entry_id(&item->object, account),
        .meeting = item->object,
        .group = book->group.id,
        .account = *account,
        .code = input->code,
        .substitute = input->substitute, /* borrowed, as all of input */
        .left_early = input->left_early,
        .note = input->note,
        .entered_at = at_or(input->entered_at, item),
        .entered_by = book->me,
    };
    meeting_book_put(book, item->kind, &fact);
    meeting_book_member(book, account)->pending = true;
}

static void put_rsvp(MeetingBook *book, const OutboxItem *item, const Uuid *account,
                     const RsvpInput *input)
{
    Rsvp fact = {
        .id = entry_id(&item->object, account),
        .meeting = item->object,
        .group = book->group.id,
        .account = *account,
        .answer = input->answer,
        .substitute = input->substitute,
        .entered_at = at_or(input->entered_at, item),
        .entered_by = book->me,
    };
    meeting_book_put(book, item->kind, &fact);
    meeting_book_member(book, account)->pending = true;
}

static void put_other(MeetingBook *book, const OutboxItem *item, const Uuid *id, const Input *input)
{
    Visitor visitor = {
        .id = *id, .meeting = item->object, .group = book->group.id, .entered_by = book->me
    };
    MeetingSlip slip = {
        .id = *id, .meeting = item->object, .group = book->group.id, .entered_by = book->me
    };
    Thanks thanks = {
        .id = *id, .meeting = item->object, .group = book->group.id, .entered_by = book->me
    };
    const void *fact = NULL;
    if (item->kind == OUTBOX_VISITOR) {
        visitor.input = input->visitor;
        visitor.input.entered_at = at_or(visitor.input.entered_at, item);
        fact = &visitor;
    } else if (item->kind == OUTBOX_SLIP) {
        const MeetingMember *to = meeting_book_member(book, &input->slip.to);
        slip.input = input->slip;
        slip.input.entered_at = at_or(slip.input.entered_at, item);
        slip.inside = to && to->here;
        fact = &slip;
    } else {
        thanks.input = input->thanks;
        thanks.input.entered_at = at_or(thanks.input.entered_at, item);
        fact = &thanks;
    }
    meeting_book_put(book, item->kind, fact);
}

static bool apply_fact(MeetingBook *book, const OutboxItem *item)
{
    const FactType *type = fact_type(item->kind);
    Input input = { 0 };
    Uuid last, id;
    bool ok = last_id(item, &last) && fact_id(item, &id) && change_read(item, &input);
    if (ok && item->kind == OUTBOX_ATTEND)
        put_attendance(book, item, &last, &input.attendance);
    else if (ok && item->kind == OUTBOX_RSVP)
        put_rsvp(book, item, &last, &input.rsvp);
    else if (ok)
        put_other(book, item, &last, &input);
    if (ok)
        g_hash_table_add(book->pending, g_memdup2(&id, sizeof id));
    fields_clear(type->input, &input);
    return ok;
}

bool meeting_overlay(Meeting *meeting, const OutboxItem *item, unsigned rights)
{
    if (outbox_is_stopped(item->state) || !uuid_equal(&item->object, &meeting->id))
        return false;
    if (item->kind == OUTBOX_MEETING) {
        Meeting changed = { 0 };
        bool ok = change_read(item, &changed);
        if (ok) {
            fields_clear(&meeting_input_fields, &meeting->input);
            fields_copy(&meeting_input_fields, &meeting->input, &changed.input);
        }
        fields_clear(&meeting_fields, &changed);
        return ok;
    }
    MeetingAct act = { 0 };
    MeetingEvent event;
    bool ok = meeting_event_of(item, &event) && change_read(item, &act) &&
              meeting_may(meeting->state, event, rights, NULL);
    if (ok)
        meeting_apply(meeting, event, &act, item->created_at);
    fields_clear(&meeting_act_fields, &act);
    return ok;
}

static const char *const event_words[] = {
    [MEETING_OPENS] = "open",       [MEETING_CLOSES] = "close",   [MEETING_COMPLETES] = "complete",
    [MEETING_REOPENS] = "reopen",   [MEETING_CANCELS] = "cancel", [MEETING_IS_HOLIDAY] = "holiday",
    [MEETING_DISCARDS] = "discard",
};

const char *meeting_event_word(MeetingEvent event)
{
    return event_words[event];
}

bool meeting_event_of(const OutboxItem *item, MeetingEvent *event)
{
    const char *slash = item->path ? strrchr(item->path, '/') : NULL;
    for (size_t i = 0; slash && i < G_N_ELEMENTS(event_words); i++) {
        if (strcmp(event_words[i], slash + 1) != 0)
            continue;
        *event = (MeetingEvent)i;
        return item->kind == OUTBOX_MEETING_ACT;
    }
    return false;
}

bool meeting_book_apply(MeetingBook *book, const OutboxItem *item)
{
    if (outbox_is_stopped(item->state) || !uuid_equal(&item->object, &book->meeting.id))
        return false;
    if (fact_type(item->kind))
        return apply_fact(book, item);
    bool done = meeting_overlay(&book->meeting, item, book->rights);
    book->act_pending = book->act_pending || done;
    return done;
}

/* ---- in order */

static gint by_name(gconstpointer left, gconstpointer right)
{
    const MeetingMember *a = *(MeetingMember *const *)left, *b = *(MeetingMember *const *)right;
    g_autofree char *one = text_name_key(a->name ? a->name : "");
    g_autofree char *other = text_name_key(b->name ? b->name : "");
    if (a->here != b->here)
        return a->here ? -1 : 1;
    int by = strcmp(one, other);
    return by ? by : uuid_compare(&a->account, &b->account);
}

typedef struct FactOrder {
    const Field *at, *id, *removed;
} FactOrder;

static gint by_entry(gconstpointer left, gconstpointer right, gpointer data)
{
    const FactOrder *order = data;
    const void *a = *(void *const *)left, *b = *(void *const *)right;
    gint64 one = *(const gint64 *)field_at(order->at, a);
    gint64 other = *(const gint64 *)field_at(order->at, b);
    if (one != other)
        return one < other ? -1 : 1;
    return uuid_compare(field_at(order->id, a), field_at(order->id, b));
}

static void finish_facts(GPtrArray *facts, const FieldTable *table)
{
    FactOrder order = { field_find(table, "entered_at"), field_find(table, "id"),
                        field_find(table, "removed") };
    for (guint i = facts->len; i-- > 0;)
        if (*(const bool *)field_at(order.removed, facts->pdata[i]))
            g_ptr_array_remove_index(facts, i);
    g_ptr_array_sort_with_data(facts, by_entry, &order);
}

void meeting_book_finish(MeetingBook *book)
{
    g_ptr_array_sort(book->members, by_name);
    finish_facts(book->visitors, &visitor_fields);
    finish_facts(book->slips, &meeting_slip_fields);
    finish_facts(book->thanks, &thanks_fields);
}

MeetingCounts meeting_book_count(const MeetingBook *book)
{
    MeetingCounts counts = { .visitors = book->visitors->len,
                             .slips = book->slips->len,
                             .thanks = book->thanks->len };
    for (guint i = 0; i < book->members->len; i++) {
        const MeetingMember *member = book->members->pdata[i];
        counts.members += member->here;
        if (member->here || member->attendance.code)
            counts.codes[member->attendance.code]++;
        if (member->here || member->rsvp.answer)
            counts.answers[member->rsvp.answer]++;
    }
    for (guint i = 0; i < book->slips->len; i++)
        counts.inside += ((const MeetingSlip *)book->slips->pdata[i])->inside;
    return counts;
}
