/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/calendar.h"

#include <string.h>

#include "base/problem.h"
#include "unit.h"

#define WINTER G_GINT64_CONSTANT(1774508400000)        /* 2026-03-26 07:00 UTC, 07:00 in London */
#define SUMMER (WINTER + 7 * MS_PER_DAY - MS_PER_HOUR) /* 07:00 in London */

static char *text_of(const CalendarEvent *events, size_t n, CalendarMethod method)
{
    GString *out = g_string_new(NULL);
    calendar_put(out, &(Calendar){ .method = method, .events = events, .n = n });
    return g_string_free(out, FALSE);
}

static void test_an_invitation(void **state)
{
    const CalendarEvent event = { .uid = "u1",
                                  .sequence = 2,
                                  .stamp = WINTER,
                                  .starts_at = SUMMER,
                                  .duration = 90,
                                  .time_zone = "Europe/London",
                                  .summary = "Leads; group, \\ A",
                                  .description = "One\nTwo\r\x07",
                                  .organizer = { "The \"Group\"", "post@l.example" },
                                  .attendee = { "Ann\r\nX-EVIL: 1", "ann@x.example" } };
    g_autofree char *text = text_of(&event, 1, CALENDAR_REQUEST);
    g_autofree char *lines = g_strdup(strstr(text, "BEGIN:VEVENT"));
    assert_string_equal(lines,
                        "BEGIN:VEVENT\r\nUID:u1\r\nSEQUENCE:2\r\nDTSTAMP:20260326T070000Z\r\n"
                        "DTSTART;TZID=Europe/London:20260402T070000\r\n"
                        "DTEND;TZID=Europe/London:20260402T083000\r\n"
                        "SUMMARY:Leads\\; group\\, \\\\ A\r\n"
                        "DESCRIPTION:One\\nTwo\r\n"
                        "STATUS:CONFIRMED\r\n"
                        "ORGANIZER;CN=\"The Group\":mailto:post@l.example\r\n"
                        "ATTENDEE;CN=\"AnnX-EVIL: 1\";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-AC"
                        "TION;RSVP=\r\n TRUE:mailto:ann@x.example\r\n"
                        "END:VEVENT\r\nEND:VCALENDAR\r\n");
    assert_non_null(strstr(text, "METHOD:REQUEST\r\n"));
}

static void test_a_zone_has_the_changes_around_its_events(void **state)
{
    const CalendarEvent events[] = {
        { .uid = "a", .starts_at = WINTER, .time_zone = "Europe/London" },
        { .uid = "b", .starts_at = SUMMER, .time_zone = "Europe/London" },
        { .uid = "c", .starts_at = SUMMER, .time_zone = "Mars/Base" },
        { .uid = "d", .starts_at = SUMMER },
    };
    g_autofree char *text = text_of(events, G_N_ELEMENTS(events), CALENDAR_PUBLISH);
    assert_non_null(strstr(text, "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"
                                 "BEGIN:STANDARD\r\nDTSTART:20260325T070000\r\n"
                                 "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nTZNAME:GMT\r\n"
                                 "END:STANDARD\r\n"
                                 "BEGIN:DAYLIGHT\r\nDTSTART:20260329T010000\r\n"
                                 "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nTZNAME:BST\r\n"
                                 "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"));
    char *first = strstr(text, "BEGIN:VTIMEZONE");
    assert_null(strstr(first + 1, "BEGIN:VTIMEZONE"));
    assert_non_null(strstr(text, "DTSTART;TZID=Europe/London:20260326T070000\r\n"));
    assert_non_null(strstr(text, "UID:c\r\nSEQUENCE:0\r\nDTSTAMP:19700101T000000Z\r\n"
                                 "DTSTART:20260402T060000Z\r\n"));
    assert_non_null(strstr(text, "UID:d\r\nSEQUENCE:0\r\nDTSTAMP:19700101T000000Z\r\n"
                                 "DTSTART:20260402T060000Z\r\n"));
}

/* What the clock showed before is what it comes from. */
static void test_offsets_follow_each_other(void **state)
{
    const CalendarEvent events[] = {
        { .uid = "a", .starts_at = WINTER, .time_zone = "Europe/Berlin" },
        { .uid = "b", .starts_at = SUMMER + 210 * MS_PER_DAY, .time_zone = "Europe/Berlin" },
    };
    g_autofree char *text = text_of(events, G_N_ELEMENTS(events), CALENDAR_PUBLISH);
    assert_non_null(strstr(text, "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\n"
                                 "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
                                 "END:DAYLIGHT\r\n"
                                 "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n"
                                 "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
                                 "END:STANDARD\r\nEND:VTIMEZONE\r\n"));
}

static void test_lines_are_folded_between_characters(void **state)
{
    for (int shift = 0; shift < 6; shift++) {
        g_autoptr(GString) long_text = g_string_new(NULL);
        for (int i = 0; i < shift; i++)
            g_string_append_c(long_text, 'x');
        for (int i = 0; i < 60; i++)
            g_string_append(long_text, i % 3 == 0   ? "\u00e9"
                                       : i % 3 == 1 ? "\u20ac"
                                                    : "\U0001f600");
        const CalendarEvent event = { .uid = "u", .starts_at = WINTER, .summary = long_text->str };
        g_autofree char *text = text_of(&event, 1, CALENDAR_PUBLISH);
        g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
        g_autoptr(GString) whole = g_string_new(NULL);
        for (char **line = lines; *line; line++) {
            assert_true(strlen(*line) <= 75);
            assert_true(g_utf8_validate(*line, -1, NULL));
            if (**line == ' ' || g_str_has_prefix(*line, "SUMMARY:"))
                g_string_append(whole, **line == ' ' ? *line + 1 : *line + 8);
        }
        assert_string_equal(whole->str, long_text->str);
    }
}

/* ---- answers */

#define REPLY                                                                                      \
    "BEGIN:VCALENDAR\r\nPRODID:-//X//Y//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\n"                     \
    "BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"                               \
    "ATTENDEE;CN=\"a:b;PARTSTAT=DECLINED\";PARTSTAT=ACCEPTED:mailto:ann@x.\r\n example\r\n"        \
    "UID:the-\r\n uid\r\nSEQUENCE:4\r\nDTSTAMP:20260326T070000Z\r\n"                               \
    "BEGIN:VALARM\r\nUID:other\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

static void test_an_answer(void **state)
{
    CalendarReply reply;
    g_autoptr(GError) error = NULL;
    assert_true(calendar_read_reply(REPLY, strlen(REPLY), &reply, &error));
    assert_string_equal(reply.uid, "the-uid");
    assert_int_equal(reply.answer, RSVP_YES);
    assert_int_equal(reply.sequence, 4);
    assert_int_equal(reply.stamp, WINTER);
}

static bool reads(const char *from, const char *to, CalendarReply *reply)
{
    g_auto(GStrv) parts = g_strsplit(REPLY, from, -1);
    g_autofree char *text = g_strjoinv(to, parts);
    return calendar_read_reply(text, strlen(text), reply, NULL);
}

static void test_what_answers_are_taken(void **state)
{
    CalendarReply reply;
    assert_true(reads("=ACCEPTED", "=tentative", &reply));
    assert_int_equal(reply.answer, RSVP_MAYBE);
    assert_true(reads("=ACCEPTED", "=DECLINED", &reply));
    assert_int_equal(reply.answer, RSVP_NO);
    assert_true(reads("\r\n", "\n", &reply));
    assert_string_equal(reply.uid, "the-uid");
    assert_true(reads("20260326T070000Z", "yesterday", &reply));
    assert_int_equal(reply.stamp, 0);
    assert_true(reads("SEQUENCE:4", "SEQUENCE:99999999999999999999", &reply));
    assert_int_equal(reply.sequence, G_MAXINT32);
    assert_false(reads("=ACCEPTED", "=NEEDS-ACTION", &reply));
    assert_false(reads("=ACCEPTED", "=ACCEPTEDX", &reply));
    assert_false(reads("METHOD:REPLY", "METHOD:REQUEST", &reply));
    assert_false(reads("METHOD:REPLY", "X:Y", &reply));
    assert_false(reads("UID:the", "X:the", &reply));
    assert_false(reads("UID:the-", "UID:one\r\nUID:the-", &reply));
    assert_false(reads("ATTENDEE", "ATTENDEE:mailto:ben@x.example\r\nATTENDEE", &reply));
    assert_false(reads("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT", &reply));
    assert_false(reads("END:VCALENDAR", "", &reply));
    assert_false(reads("BEGIN:VCALENDAR", "END:VCALENDAR", &reply));
    g_autofree char *uid = g_strnfill(CALENDAR_UID_MAX + 1, 'u');
    assert_false(reads("the-", uid, &reply));
    g_autofree char *much = g_strnfill(CALENDAR_REPLY_MAX + 1, '\n');
    assert_false(calendar_read_reply(much, strlen(much), &reply, NULL));
    assert_false(calendar_read_reply("", 0, &reply, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_invitation),
        cmocka_unit_test(test_a_zone_has_the_changes_around_its_events),
        cmocka_unit_test(test_offsets_follow_each_other),
        cmocka_unit_test(test_lines_are_folded_between_characters),
        cmocka_unit_test(test_an_answer),
        cmocka_unit_test(test_what_answers_are_taken),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
