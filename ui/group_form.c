/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting a group, and changing one (R60): four short forms, one after the other, each with what its fields mean above it. What
 * was typed is kept as a draft until the group is there; when a group is changed, one of the four is chosen.
 */
#include "group.h"
#include "groups.h"
#include "handlers.h"
#include "draft.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/change.h"
#include "client/groups.h"

#include <stdio.h>
#include <string.h>

/* ---- what of a group is typed in another way than it is kept */

static const EnumValue weekday_values[] = {
    { 1, "monday", N_("Monday") },       { 2, "tuesday", N_("Tuesday") },
    { 3, "wednesday", N_("Wednesday") }, { 4, "thursday", N_("Thursday") },
    { 5, "friday", N_("Friday") },       { 6, "saturday", N_("Saturday") },
    { 7, "sunday", N_("Sunday") },
};
static const EnumTable weekday_table = ENUM_TABLE("weekday", weekday_values);

static const EnumValue ordinal_values[] = {
    { 1, "first", N_("first") },   { 2, "second", N_("second") }, { 3, "third", N_("third") },
    { 4, "fourth", N_("fourth") }, { 5, "last", N_("last") },
};
static const EnumTable ordinal_table = ENUM_TABLE("ordinal", ordinal_values);

typedef struct GroupForm {
    GroupInput input; /* but for what follows */
    int weekday, ordinal;
    char *begins; /* "07:00" */
} GroupForm;

#define IN(member) offsetof(GroupForm, input.member)
#define AT(member) offsetof(GroupForm, member)
static const Field form_rows_[] = {
    { "name", FIELD_TEXT, IN(name), FIELD_REQUIRED, .max = 80, .label = N_("Name") },
    { "area", FIELD_TEXT, IN(area), .max = 80, .label = N_("Area") },
    { "home_text", FIELD_TEXT, IN(home_text), FIELD_MULTILINE, .max = 4000,
      .label = N_("About the group") },
    { "rules", FIELD_TEXT, IN(rules), FIELD_MULTILINE, .max = 4000, .label = N_("Rules") },
    { "cadence", FIELD_ENUM, IN(cadence), .values = &cadences, .label = N_("Meets") },
    { "weekday", FIELD_ENUM, AT(weekday), .values = &weekday_table, .label = N_("Weekday") },
    { "ordinal", FIELD_ENUM, AT(ordinal), .values = &ordinal_table,
      .label = N_("Which in the month") },
    { "month_day", FIELD_INT, IN(month_day), .max = 31, .label = N_("Day of the month") },
    { "first_on", FIELD_TEXT, IN(first_on), .max = 10, .label = N_("First meeting") },
    { "begins", FIELD_TEXT, AT(begins), .max = 5, .label = N_("Begins") },
    { "duration", FIELD_INT, IN(duration), .max = 1440, .label = N_("Minutes") },
    { "time_zone", FIELD_TEXT, IN(time_zone), .max = 60, .label = N_("Time zone") },
    { "place", FIELD_TEXT, IN(place), .label = N_("Place") },
    { "in_person", FIELD_BOOL, IN(in_person), .label = N_("In person") },
    { "open", FIELD_BOOL, IN(open), .label = N_("Open to new members") },
    { "exclusive", FIELD_BOOL, IN(exclusive), .label = N_("Members join no other group") },
    { "directory", FIELD_ENUM, IN(directory), .values = &group_directories,
      .label = N_("Who sees the members") },
    { "seat_by_category", FIELD_BOOL, IN(seat_by_category),
      .label = N_("One seat for each business type") },
    { "seats", FIELD_INT, IN(seats), .max = 5000, .label = N_("Seats") },
    { "wanted", FIELD_LIST, IN(wanted), .max = 40, .label = N_("Wanted") },
    { "fee", FIELD_MONEY, IN(fee), .label = N_("Fee") },
    { "fee_period", FIELD_ENUM, IN(fee_period), .values = &fee_periods, .label = N_("Paid") },
    { "grace_days", FIELD_INT, IN(grace_days), .max = 365, .label = N_("Days of grace") },
    { "absences_allowed", FIELD_INT, IN(absences_allowed), .max = 100,
      .label = N_("Absences allowed") },
    { "absence_policy", FIELD_ENUM, IN(absence_policy), .values = &absence_policies,
      .label = N_("Counted over") },
    { "league_table", FIELD_BOOL, IN(league_table), .label = N_("Reports order members") },
};
#undef IN
#undef AT
static const FieldTable group_form_fields = FIELD_TABLE("group_form", GroupForm, form_rows_);

static void form_of(GroupForm *form, const GroupInput *input)
{
    fields_copy(&group_input_fields, &form->input, input);
    form->weekday = (int)input->weekday;
    form->ordinal = (int)input->ordinal;
    form->begins = g_strdup_printf("%02d:%02d", (int)(input->start_minute / 60),
                                   (int)(input->start_minute % 60));
}

/* Back; false: the time is none. */
static bool form_to(GroupForm *form)
{
    int hour, minute, n = 0;
    form->input.weekday = form->weekday;
    form->input.ordinal = form->ordinal;
    if (!form->begins || !*form->begins) {
        form->input.start_minute = 0;
        return true;
    }
    if (sscanf(form->begins, "%2d:%2d%n", &hour, &minute, &n) != 2 || form->begins[n] || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59)
        return false;
    form->input.start_minute = hour * 60 + minute;
    return true;
}

/* ---- the steps */

typedef enum Step { STEP_WHAT = 1, STEP_WHEN, STEP_WHO, STEP_COST, STEPS = STEP_COST } Step;

static const EnumValue step_values[] = {
    { STEP_WHAT, "what", N_("Name, area, what it says of itself, rules") },
    { STEP_WHEN, "when", N_("When and where it meets") },
    { STEP_WHO, "who", N_("Who may be in it, seats") },
    { STEP_COST, "cost", N_("Fee, absences") },
};
static const EnumTable step_table = ENUM_TABLE("group_step", step_values);

static const char *const what_names[] = { "name", "area", "home_text", "rules", NULL };
static const char *const when_names[] = { "cadence",  "weekday",   "ordinal",  "month_day",
                                          "first_on", "begins",    "duration", "time_zone",
                                          "place",    "in_person", NULL };
static const char *const who_names[] = { "open",  "exclusive", "directory", "seat_by_category",
                                         "seats", "wanted",    NULL };
static const char *const cost_names[] = {
    "fee", "fee_period", "grace_days", "absences_allowed", "absence_policy", "league_table", NULL
};

static const struct {
    const char *title, *help;
    const char *const *names;
} steps[] = {
    [STEP_WHAT] = { N_("A group: what it is"),
                    N_("The name is the only one of its kind. Area is where its members work: "
                       "people look for it. Rules are what is asked of a member; who wants to join "
                       "reads them first."),
                    what_names },
    [STEP_WHEN] = { N_("A group: when it meets"),
                    N_("Monthly meetings are of a weekday (the second Thursday) or of a date. "
                       "Every "
                       "second week is counted from the first meeting, 2026-11-26. Times are those "
                       "of the zone, Europe/London, all year round."),
                    when_names },
    [STEP_WHO] = { N_("A group: who is in it"),
                   N_("With one seat for each business type, no two members compete. Seats 0 is "
                      "any "
                      "number. Wanted are trades that you look for, a comma between two. Who sees "
                      "the members: everybody, or members only."),
                   who_names },
    [STEP_COST] = { N_("A group: what it costs"),
                    N_("The fee is the group's own; an account costs nothing. After the days of "
                       "grace unpaid dues end a membership. Absences are those within six months."),
                    cost_names },
};

typedef struct Writing {
    GroupForm form;
    Uuid id; /* of the group that is changed; nil: it is started */
    Step step;
} Writing;

static void writing_free(gpointer data)
{
    Writing *writing = data;
    fields_clear(&group_form_fields, &writing->form);
    g_free(writing);
}

static void ask_step(App *app, Writing *writing);

static bool is_new(const Writing *writing)
{
    return uuid_is_nil(&writing->id);
}

static Writing *writing_copy(const Writing *from, Step step)
{
    Writing *writing = g_new0(Writing, 1);
    fields_copy(&group_form_fields, &writing->form, &from->form);
    writing->id = from->id;
    writing->step = step;
    return writing;
}

/* ---- its draft */

#define GROUP_DRAFT_NAME "group"
static const Uuid no_group;

static void keep(App *app, const Writing *writing)
{
    g_autofree char *text = change_json(&group_form_fields, &writing->form);
    g_autofree char *key = draft_key(GROUP_DRAFT_NAME, &no_group);
    if (is_new(writing))
        draft_save(app, key, text);
}

static void begin(App *app, GroupForm *form)
{
    g_autofree char *text = draft_of(app, GROUP_DRAFT_NAME, &no_group);
    if (text && change_read_json(text, &group_form_fields, form))
        return;
    fields_clear(&group_form_fields, form);
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    GroupInput usual = { .open = true,
                         .directory = DIRECTORY_PUBLIC,
                         .seat_by_category = true,
                         .cadence = CADENCE_WEEKLY,
                         .weekday = 4,
                         .start_minute = 7 * 60,
                         .duration = 90,
                         .in_person = true,
                         .time_zone = (char *)g_time_zone_get_identifier(here),
                         .absences_allowed = 3,
                         .absence_policy = ABSENCE_ROLLING };
    form_of(form, &usual);
}

/* ---- one of them */

/* A rule between fields that is broken in this step, at the row of its field. */
static bool follows_rules(Dialog *dialog, const Writing *writing)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    group_input_validate(&writing->form.input, "#", &errors);
    for (guint i = 0; i < errors.items->len; i++) {
        const FieldError *error = errors.items->pdata[i];
        int row = form_row_of(dialog_form(dialog), error->pointer + strlen("#/"));
        if (row < 0)
            continue;
        g_autofree char *words = form_words(dialog_form(dialog), row, error->code, error->detail);
        dialog_complain(dialog, row, words);
        return false;
    }
    return true;
}

static bool take(Dialog *dialog)
{
    Writing *writing = dialog_data(dialog);
    if (!dialog_store(dialog, &writing->form))
        return false;
    if (!form_to(&writing->form)) {
        dialog_complain(dialog, form_row_of(dialog_form(dialog), "begins"),
                        _("Write the time as 07:00."));
        return false;
    }
    return follows_rules(dialog, writing);
}

static bool finish(App *app, Writing *writing, GError **error)
{
    const GroupInput *input = &writing->form.input;
    g_autofree char *name = text_clean(input->name, -1, TEXT_LINE);
    if (!is_new(writing)) {
        bool ok = client_change_group(app->client, &writing->id, input, error);
        if (ok)
            app_hold(app, g_strdup_printf(_("%s changed"), name));
        return ok;
    }
    Uuid id;
    if (!client_start_group(app->client, input, true, &id, error))
        return false;
    draft_done(app, GROUP_DRAFT_NAME, &no_group);
    app_hold(app, g_strdup_printf(_("%s started"), name));
    groups_show(app, &id);
    return true;
}

static DialogAnswer step_done(App *app, Dialog *dialog)
{
    Writing *writing = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    if (!take(dialog))
        return DIALOG_KEEP;
    if (is_new(writing) && writing->step < STEPS) {
        keep(app, writing);
        ask_step(app, writing_copy(writing, writing->step + 1)); /* in place of this one */
        return DIALOG_KEEP;
    }
    if (finish(app, writing, &error))
        return DIALOG_CLOSE;
    return dialog_refuse(dialog, error);
}

/* What was typed so far, as far as it can be read. */
static void step_left(App *app, Dialog *dialog)
{
    Writing *writing = dialog_data(dialog);
    int row;
    g_autofree char *complaint = NULL;
    form_store(dialog_form(dialog), &writing->form, &row, &complaint);
    form_to(&writing->form);
    keep(app, writing);
    if (is_new(writing))
        app_say(app, "%s", _("What you wrote is kept: it is there when you start a group again."));
}

static void step_text(Dialog *dialog, Page *page)
{
    const Writing *writing = dialog_data(dialog);
    if (is_new(writing))
        page_format(page, ROLE_LABEL, _("Step %d of %d"), (int)writing->step, STEPS);
    page_text(page, ROLE_NORMAL, _(steps[writing->step].help));
}

static void ask_step(App *app, Writing *writing)
{
    bool last = !is_new(writing) || writing->step == STEPS;
    DialogSpec spec = {
        .title = _(steps[writing->step].title),
        .text = step_text,
        .form = form_new(&group_form_fields, &writing->form, steps[writing->step].names),
        .yes = !last             ? _("Next")
               : is_new(writing) ? _("Start it")
                                 : _("Save"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = is_new(writing) && last
                    ? _("It is found by others at once. A second group needs an approval first.")
                    : NULL,
        .done = step_done,
        .left = step_left,
        .data = writing,
        .free_data = writing_free,
    };
    app_ask(app, dialog_new(&spec));
}

/* ---- the commands */

void run_start_group(App *app, const char *args)
{
    Writing *writing = g_new0(Writing, 1);
    writing->step = STEP_WHAT;
    begin(app, &writing->form);
    if (*args) {
        g_free(writing->form.input.name);
        writing->form.input.name = g_strdup(args);
    }
    ask_step(app, writing);
}

static DialogAnswer part_chosen(App *app, Dialog *dialog)
{
    const Writing *writing = dialog_data(dialog);
    if (!dialog_choice(dialog))
        return DIALOG_CLOSE;
    ask_step(app, writing_copy(writing, (Step)dialog_choice(dialog)));
    return DIALOG_KEEP;
}

void run_edit_group(App *app, const char *args)
{
    Uuid id = app_target(app).group;
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_group(app->client, &id, &error);
    if (!row || !(group_rights(row->group.role) & RIGHT_EDIT)) {
        if (row)
            app_complain(app, "%s", _("Only a leader of the group changes it."));
        else
            app_complain_error(app, error);
        group_row_free(row);
        return;
    }
    Writing *writing = g_new0(Writing, 1);
    writing->id = id;
    form_of(&writing->form, &row->group.input);
    group_row_free(row);
    DialogSpec spec = {
        .title = _("Change what of the group?"),
        .choices = &step_table,
        .done = part_chosen,
        .data = writing,
        .free_data = writing_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_open_group(App *app, const char *args)
{
    Uuid id = app_target(app).group;
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_group(app->client, &id, &error);
    if (row && row->group.state != GROUP_DRAFT)
        app_complain(app, "%s", _("It is open already."));
    else if (row && client_open_group(app->client, &id, &error))
        app_hold(app, g_strdup(_("Opened: people find it now")));
    else
        app_complain_error(app, error);
    group_row_free(row);
}

/* ---- acting for more than one group (R62) */

typedef struct Approval {
    Group group;
    NewLeaderApproval input;
} Approval;

static void approval_free(gpointer data)
{
    Approval *approval = data;
    fields_clear(&group_fields, &approval->group);
    fields_clear(&new_leader_approval_fields, &approval->input);
    g_free(approval);
}

static void approval_text(Dialog *dialog, Page *page)
{
    const Approval *approval = dialog_data(dialog);
    page_text(page, ROLE_HEADING, approval->group.input.name);
    page_text(page, ROLE_NORMAL,
              _("Whoever leads more than one group needs an administrator's approval for each "
                "further one. Say what they should know."));
}

static DialogAnswer approval_done(App *app, Dialog *dialog)
{
    Approval *approval = dialog_data(dialog);
    g_autoptr(GError) error = NULL;
    Uuid id;
    if (!dialog_store(dialog, &approval->input))
        return DIALOG_KEEP;
    if (!client_ask_to_lead(app->client, &approval->group, approval->input.note, &id, &error)) {
        app_complain_error(app, error);
        return DIALOG_CLOSE;
    }
    app_hold(app, g_strdup(_("Approval asked for")));
    return DIALOG_CLOSE;
}

void run_ask_to_lead(App *app, const char *args)
{
    static const char *const names[] = { "note", NULL };
    Uuid id = app_target(app).group;
    g_autoptr(GError) error = NULL;
    GroupRow *row = client_group(app->client, &id, &error);
    if (!row) {
        app_complain_error(app, error);
        return;
    }
    Approval *approval = g_new0(Approval, 1);
    fields_copy(&group_fields, &approval->group, &row->group);
    approval->input.note = *args ? g_strdup(args) : NULL;
    group_row_free(row);
    DialogSpec spec = {
        .title = _("Ask to lead one more group"),
        .text = approval_text,
        .form = form_new(&new_leader_approval_fields, &approval->input, names),
        .yes = _("Ask"),
        .no = _("Cancel"),
        .start_at_form = true,
        .done = approval_done,
        .data = approval,
        .free_data = approval_free,
    };
    app_ask(app, dialog_new(&spec));
}
