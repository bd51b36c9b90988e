/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is entered at meetings: checked by the model's rules on what is shown, then an outbox row. */
#include "client/meetings.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "client/client_private.h"

/* "Northgate, 26 Nov" */
static char *title_of(const MeetingBook *book)
{
    g_autoptr(GDateTime)
        at = g_date_time_new_from_unix_local(book->meeting.input.starts_at / MS_PER_SECOND);
    g_autofree char *day = at ? g_date_time_format(at, "%-d %b") : g_strdup("");
    return g_strjoin(", ", book->group.input.name ? book->group.input.name : "", day, NULL);
}

/* "Zoe Carter: P", for whoever looks at the outbox. */
static char *entry_title(const MeetingBook *book, const Uuid *account, const char *what)
{
    g_autofree char *meeting = title_of(book);
    const char *name = meeting_book_name(book, account);
    return g_strdup_printf("%s%s%s (%s)", *name ? name : "?", *what ? ": " : "", what, meeting);
}

/* ---- entries */

/* `path` is the part behind the meeting; title is taken over. */
static bool add_entry(Client *client, OutboxKind kind, const Uuid *meeting, const char *path,
                      const Uuid *last, const void *input, char *title, GError **error)
{
    char id[UUID_TEXT_SIZE], of[UUID_TEXT_SIZE];
    OutboxItem item = client_item(client, kind, meeting, "PUT",
                                  g_strdup_printf("/v1/meetings/%s/%s/%s", uuid_format(meeting, id),
                                                  path, uuid_format(last, of)),
                                  change_json(change_kind(kind)->input, input));
    item.title = title;
    return client_add_items(client, &item, 1, error);
}

/* When it was entered: after what is shown, which whoever enters it has seen, also where a clock is wrong. */
static gint64 time_after(gint64 given, gint64 shown)
{
    return given ? given : MAX(clock_now(), shown + 1);
}

static bool may_enter(const MeetingBook *book, EntryKind kind, const Uuid *whose, GError **error)
{
    return entry_may(book->meeting.state, kind, book->rights, uuid_equal(whose, &book->me), false,
                     error);
}

static bool is_there(const MeetingBook *book, const Uuid *account, GError **error)
{
    return meeting_book_member(book, account) ||
           problem_set(error, PROBLEM_NOT_FOUND, "%s", _("nobody of this group is meant"));
}

bool client_attend(Client *client, const Uuid *meeting, const Uuid *account,
                   const AttendanceInput *given, GError **error)
{
    AttendanceInput input = *given; /* borrowed */
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book || !is_there(book, account, error))
        return false;
    input.entered_at = time_after(input.entered_at,
                                  meeting_book_member(book, account)->attendance.entered_at);
    return change_check(OUTBOX_ATTEND, &input, error) &&
           may_enter(book, ENTRY_ATTENDANCE, account, error) &&
           add_entry(client, OUTBOX_ATTEND, meeting, "attendance", account, &input,
                     entry_title(book, account, enum_code(&attendance_codes, (int)input.code)),
                     error);
}

bool client_rsvp(Client *client, const Uuid *meeting, const Uuid *account, const RsvpInput *given,
                 GError **error)
{
    RsvpInput input = *given;
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book || !is_there(book, account, error))
        return false;
    input.entered_at = time_after(input.entered_at,
                                  meeting_book_member(book, account)->rsvp.entered_at);
    return change_check(OUTBOX_RSVP, &input, error) &&
           may_enter(book, ENTRY_RSVP, account, error) &&
           add_entry(client, OUTBOX_RSVP, meeting, "rsvp", account, &input,
                     entry_title(book, account, enum_label(&rsvp_answers, (int)input.answer)),
                     error);
}

/* The one of that id, NULL none: borrowed from the book. */
static const void *fact_before(const GPtrArray *facts, const FieldTable *table, const Uuid *id)
{
    const Field *field = field_find(table, "id");
    for (guint i = 0; i < facts->len; i++)
        if (uuid_equal(field_at(field, facts->pdata[i]), id))
            return facts->pdata[i];
    return NULL;
}

static void name_new(Uuid *id)
{
    if (uuid_is_nil(id))
        *id = uuid_new();
}

bool client_visitor(Client *client, const Uuid *meeting, Uuid *id, const VisitorInput *given,
                    GError **error)
{
    VisitorInput input = *given;
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book)
        return false;
    const Visitor *before = fact_before(book->visitors, &visitor_fields, id);
    input.entered_at = time_after(input.entered_at, before ? before->input.entered_at : 0);
    if (!change_check(OUTBOX_VISITOR, &input, error) ||
        !entry_may(book->meeting.state, ENTRY_VISITOR, book->rights, false,
                   before && visitor_is_follow_up(&before->input, &input), error))
        return false;
    name_new(id);
    g_autofree char *meeting_title = title_of(book);
    return add_entry(client, OUTBOX_VISITOR, meeting, "visitors", id, &input,
                     g_strdup_printf("%s (%s)", input.name, meeting_title), error);
}

bool client_slip(Client *client, const Uuid *meeting, Uuid *id, const SlipInput *given,
                 GError **error)
{
    SlipInput input = *given;
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book)
        return false;
    const MeetingSlip *before = fact_before(book->slips, &meeting_slip_fields, id);
    input.entered_at = time_after(input.entered_at, before ? before->input.entered_at : 0);
    if (!is_there(book, &input.from, error) || !change_check(OUTBOX_SLIP, &input, error) ||
        !may_enter(book, ENTRY_SLIP, &input.from, error))
        return false;
    name_new(id);
    return add_entry(client, OUTBOX_SLIP, meeting, "slips", id, &input,
                     entry_title(book, &input.from, input.need), error);
}

bool client_thanks(Client *client, const Uuid *meeting, Uuid *id, const ThanksInput *given,
                   GError **error)
{
    ThanksInput input = *given;
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book)
        return false;
    const Thanks *before = fact_before(book->thanks, &thanks_fields, id);
    input.entered_at = time_after(input.entered_at, before ? before->input.entered_at : 0);
    if (!is_there(book, &input.from, error) || !change_check(OUTBOX_THANKS, &input, error) ||
        !may_enter(book, ENTRY_THANKS, &input.from, error))
        return false;
    name_new(id);
    return add_entry(client, OUTBOX_THANKS, meeting, "thanks", id, &input,
                     entry_title(book, &input.from, meeting_book_name(book, &input.to)), error);
}

bool client_met(Client *client, const NewOneToOne *input, GError **error)
{
    char text[UUID_TEXT_SIZE];
    const Uuid *me = &client_status(client)->account;
    if (!change_check(OUTBOX_MET, input, error))
        return false;
    if (uuid_equal(&input->with, me))
        return problem_set(error, PROBLEM_VALIDATION, "%s", _("that is you"));
    Uuid id = one_to_one_id(me, &input->with, input->input.met_on);
    OutboxItem item = client_item(client, OUTBOX_MET, &id, "PUT",
                                  g_strdup_printf("/v1/one-to-ones/%s", uuid_format(&id, text)),
                                  change_json(&new_one_to_one_fields, input));
    item.title = g_strdup(input->input.met_on);
    return client_add_items(client, &item, 1, error);
}

/* ---- the meeting itself */

static char *meeting_path(const Uuid *group, const Uuid *meeting, const char *act)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    return g_strdup_printf("/v1/groups/%s/meetings/%s%s%s", uuid_format(group, one),
                           uuid_format(meeting, other), *act ? "/" : "", act);
}

static bool act_check(const MeetingAct *act, MeetingEvent event, GError **error)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (!change_check(OUTBOX_MEETING_ACT, act, error))
        return false;
    return meeting_act_validate(act, event, &errors) ||
           problem_set(error, PROBLEM_VALIDATION, "#/reason: %s", _("say why"));
}

bool client_meeting_act(Client *client, const Uuid *meeting, MeetingEvent event, const char *reason,
                        GError **error)
{
    MeetingAct act = { .reason = (char *)reason };
    g_autoptr(MeetingBook) book = client_meeting(client, meeting, error);
    if (!book || !act_check(&act, event, error) ||
        !meeting_may(book->meeting.state, event, book->rights, error))
        return false;
    OutboxItem item = client_item(client, OUTBOX_MEETING_ACT, meeting, "POST",
                                  meeting_path(&book->group.id, meeting, meeting_event_word(event)),
                                  change_json(&meeting_act_fields, &act));
    item.title = title_of(book);
    return client_add_items(client, &item, 1, error);
}

bool client_write_meeting(Client *client, const Uuid *group, Uuid *id, const MeetingInput *input,
                          GError **error)
{
    Meeting wanted = { .input = *input }, server = { 0 }, base = { 0 }; /* input: borrowed */
    bool new = uuid_is_nil(id);
    g_autoptr(MeetingBook) book = new ? NULL : client_meeting(client, id, error);
    if (!change_check(OUTBOX_MEETING, &wanted, error) || (!new && !book) ||
        (book && !meeting_may_change(book->meeting.state, &book->meeting.input, input, error)))
        return false;
    if (new)
        *id = uuid_new();
    OutboxItem item = client_item(client, OUTBOX_MEETING, id, new ? "PUT" : "PATCH",
                                  meeting_path(group, id, ""), NULL);
    item.title = g_strdup(input->topic && *input->topic ? input->topic : input->place);
    if (!item.title)
        item.title = g_strdup("");
    if (!new)
        cache_meeting(client_cache(client), id, &server, NULL);
    bool found = !new &&client_read_base(client, &item, &server, server.rev, &base);
    item.body = change_body(&item, found ? &base : NULL, &wanted);
    bool same = found && strcmp(item.body, "{}") == 0;
    fields_clear(&meeting_fields, &server);
    fields_clear(&meeting_fields, &base);
    if (!same)
        return client_add_items(client, &item, 1, error);
    fields_clear(&outbox_fields, &item);
    return true;
}

/* ---- again */

bool client_meeting_may_again(Client *client, const OutboxItem *item, GError **error)
{
    MeetingEvent event;
    if (!meeting_event_of(item, &event))
        return true;
    g_autoptr(MeetingBook) book = client_meeting(client, &item->object, error);
    return book && meeting_may(book->meeting.state, event, book->rights, error);
}
