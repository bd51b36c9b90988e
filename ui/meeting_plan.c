/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Planning a meeting, and changing one: times as people write them, the agenda a line an item. */
#include "meeting.h"

#include "app.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "client/groups.h"

#include <stdio.h>
#include <string.h>

#define DURATION 90 /* minutes, of a meeting that nobody said more about */

/* What is typed of a MeetingInput. */
typedef struct Plan {
    char *begins; /* "2026-11-26 07:00", in the meeting's zone */
    gint64 duration;
    char *place, *topic, *speaker;
    char *agenda; /* a line an item */
    char *minutes;
} Plan;

#define AT(member) offsetof(Plan, member)
static const Field plan_rows[] = {
    { "begins", FIELD_TEXT, AT(begins), FIELD_REQUIRED, .max = 16, .label = N_("Begins") },
    { "duration", FIELD_INT, AT(duration), .min = 1, .max = 1440, .label = N_("Minutes") },
    { "place", FIELD_TEXT, AT(place), .label = N_("Place") },
    { "topic", FIELD_TEXT, AT(topic), .label = N_("Topic") },
    { "speaker", FIELD_TEXT, AT(speaker), .label = N_("Speaker") },
    { "agenda", FIELD_TEXT, AT(agenda), FIELD_MULTILINE, .max = 4000, .label = N_("Agenda") },
    { "minutes", FIELD_TEXT, AT(minutes), FIELD_MULTILINE, .max = 8000,
      .label = N_("Minutes of the meeting") },
};
#undef AT
static const FieldTable plan_fields = FIELD_TABLE("plan", Plan, plan_rows);
static const char *const plan_names[] = { "begins",  "duration", "place",   "topic",
                                          "speaker", "agenda",   "minutes", NULL };

/* ---- times */

static GTimeZone *zone_of(const char *name)
{
    GTimeZone *zone = name && *name ? g_time_zone_new_identifier(name) : NULL;
    return zone ? zone : g_time_zone_new_local();
}

static char *time_text(gint64 ms, const char *zone_name)
{
    g_autoptr(GTimeZone) zone = zone_of(zone_name);
    g_autoptr(GDateTime) utc = ms ? g_date_time_new_from_unix_utc(ms / MS_PER_SECOND) : NULL;
    g_autoptr(GDateTime) at = utc ? g_date_time_to_timezone(utc, zone) : NULL;
    return at ? g_date_time_format(at, "%F %H:%M") : NULL;
}

static bool time_of(const char *text, const char *zone_name, gint64 *ms)
{
    int year, month, day, hour, minute, end = 0;
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &year, &month, &day, &hour, &minute, &end) != 5 ||
        text[end])
        return false;
    g_autoptr(GTimeZone) zone = zone_of(zone_name);
    g_autoptr(GDateTime) at = g_date_time_new(zone, year, month, day, hour, minute, 0);
    if (at)
        *ms = g_date_time_to_unix(at) * MS_PER_SECOND;
    return at != NULL;
}

/* ---- between the two */

static Plan plan_of(const MeetingInput *input)
{
    return (Plan){ .begins = time_text(input->starts_at, input->time_zone),
                   .duration = input->duration,
                   .place = g_strdup(input->place),
                   .topic = g_strdup(input->topic),
                   .speaker = g_strdup(input->speaker),
                   .agenda = input->agenda ? g_strjoinv("\n", input->agenda) : NULL,
                   .minutes = g_strdup(input->minutes) };
}

/* Without lines that say nothing; NULL: no agenda. */
static char **agenda_of(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
    g_autoptr(GPtrArray) out = g_ptr_array_new();
    for (char **line = lines; *line; line++)
        if (*g_strstrip(*line))
            g_ptr_array_add(out, g_strdup(*line));
    if (out->len == 0)
        return NULL;
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_steal(out, NULL);
}

static char *words_of(const char *text)
{
    return text && *text ? g_strdup(text) : NULL;
}

static MeetingInput input_of(const Plan *plan, const char *zone, gint64 starts_at)
{
    return (MeetingInput){ .starts_at = starts_at,
                           .duration = plan->duration,
                           .time_zone = words_of(zone),
                           .place = words_of(plan->place),
                           .topic = words_of(plan->topic),
                           .speaker = words_of(plan->speaker),
                           .agenda = agenda_of(plan->agenda),
                           .minutes = words_of(plan->minutes) };
}

/* ---- the dialog */

typedef struct Planning {
    Uuid group, id;
    char *zone;
} Planning;

static void planning_free(gpointer data)
{
    Planning *planning = data;
    g_free(planning->zone);
    g_free(planning);
}

static void complain(Dialog *dialog, const char *name, const char *text)
{
    dialog_complain(dialog, name ? form_row_of(dialog_form(dialog), name) : -1, text);
}

static bool write_plan(App *app, Dialog *dialog, const Plan *plan)
{
    Planning *planning = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    gint64 starts_at;
    if (!time_of(plan->begins, planning->zone, &starts_at)) {
        complain(dialog, "begins", _("Write it so: 2026-11-26 07:00"));
        return false;
    }
    MeetingInput input = input_of(plan, planning->zone, starts_at);
    bool ok = client_write_meeting(app->client, &planning->group, &planning->id, &input, &error);
    fields_clear(&meeting_input_fields, &input);
    if (ok)
        return true;
    g_autofree char *words = problem_words(error);
    complain(dialog, strstr(error->message, "agenda") ? "agenda" : NULL, words);
    return false;
}

static DialogAnswer planned(App *app, Dialog *dialog)
{
    Plan plan = { 0 };
    bool ok = dialog_store(dialog, &plan) && write_plan(app, dialog, &plan);
    fields_clear(&plan_fields, &plan);
    return ok ? DIALOG_CLOSE : DIALOG_KEEP;
}

/* A new meeting is planned in the time zone of its group, wherever the planner is. */
static char *group_zone(App *app, const Uuid *id)
{
    GroupRow *row = client_group(app->client, id, NULL);
    char *zone = row ? g_strdup(row->group.input.time_zone) : NULL;
    group_row_free(row);
    return zone;
}

void meeting_edit(App *app, const Uuid *group, const Uuid *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MeetingBook) book = id ? client_meeting(app->client, id, &error) : NULL;
    if (error) {
        app_complain_error(app, error);
        return;
    }
    MeetingInput fresh = { .duration = DURATION };
    Plan plan = plan_of(book ? &book->meeting.input : &fresh);
    Planning *planning = g_new0(Planning, 1);
    planning->group = *group;
    planning->id = id ? *id : (Uuid){ 0 };
    planning->zone = book ? g_strdup(book->meeting.input.time_zone) : group_zone(app, group);
    DialogSpec spec = { .title = id ? _("Change the meeting") : _("Plan a meeting"),
                        .form = form_new(&plan_fields, &plan, plan_names),
                        .start_at_form = true,
                        .yes = id ? _("Change") : _("Plan"),
                        .no = _("Cancel"),
                        .note = _("Agenda: a line an item, \"10 presentation: heat pumps\""),
                        .done = planned,
                        .data = planning,
                        .free_data = planning_free };
    app_ask(app, dialog_new(&spec));
    fields_clear(&plan_fields, &plan);
}
