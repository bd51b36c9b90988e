/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the reports: which one, of which period, in which order, and out of here. */
#include "handlers.h"
#include "program.h"
#include "reports.h"
#include "text_page.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool is_shown(App *app)
{
    if (!reports_kind(app))
        app_show(app, VIEW_REPORTS);
    return reports_kind(app) != 0;
}

/* ---- which one */

static DialogAnswer report_chosen(App *app, Dialog *dialog)
{
    if (dialog_choice(dialog))
        reports_show(app, (ReportKind)dialog_choice(dialog));
    return DIALOG_CLOSE;
}

static char *report_codes(void)
{
    GString *codes = g_string_new(NULL);
    for (const ReportType *type = report_types; type->kind; type++)
        g_string_append_printf(codes, "%s%s", codes->len ? ", " : "", type->code);
    return g_string_free(codes, FALSE);
}

void run_report_group(App *app, const char *args)
{
    reports_next_group(app);
}

void run_another_report(App *app, const char *args)
{
    int kind = enum_value(&report_kinds, args);
    if (kind) {
        reports_show(app, (ReportKind)kind);
    } else if (*args) {
        g_autofree char *codes = report_codes();
        app_complain(app, _("There are: %s."), codes);
    } else if (is_shown(app)) {
        DialogSpec spec = { .title = _("Which report?"),
                            .choices = &report_kinds,
                            .choice = (int)reports_kind(app),
                            .done = report_chosen };
        app_ask(app, dialog_new(&spec));
    }
}

/* ---- of which period */

typedef enum PeriodChoice {
    PERIOD_YEAR = 1,
    PERIOD_QUARTER,
    PERIOD_THIS_MONTH,
    PERIOD_LAST_MONTH,
    PERIOD_THIS_YEAR,
    PERIOD_LAST_YEAR,
    PERIOD_ALL,
} PeriodChoice;

static const EnumValue period_values[] = {
    { PERIOD_YEAR, "12-months", N_("12 months") },
    { PERIOD_QUARTER, "3-months", N_("3 months") },
    { PERIOD_THIS_MONTH, "this-month", N_("this month") },
    { PERIOD_LAST_MONTH, "last-month", N_("last month") },
    { PERIOD_THIS_YEAR, "this-year", N_("this year") },
    { PERIOD_LAST_YEAR, "last-year", N_("last year") },
    { PERIOD_ALL, "10-years", N_("10 years") },
};
const EnumTable report_periods = ENUM_TABLE("period", period_values);

static char *day_text(GDateTime *day)
{
    return g_date_time_format(day, "%F");
}

/* From the first to the last day of the month, or year, that `day` is in. */
static void whole_month(GDateTime *day, char **from, char **to)
{
    int year = g_date_time_get_year(day), month = g_date_time_get_month(day);
    *from = g_strdup_printf("%04d-%02d-01", year, month);
    *to = g_strdup_printf("%04d-%02d-%02d", year, month,
                          g_date_get_days_in_month((GDateMonth)month, (GDateYear)year));
}

static void whole_year(GDateTime *day, char **from, char **to)
{
    *from = g_strdup_printf("%04d-01-01", g_date_time_get_year(day));
    *to = g_strdup_printf("%04d-12-31", g_date_time_get_year(day));
}

static void period_days(PeriodChoice choice, char **from, char **to)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(clock_now() / MS_PER_SECOND);
    g_autoptr(GDateTime) now = g_date_time_to_local(utc);
    g_autoptr(GDateTime) then = choice == PERIOD_QUARTER      ? g_date_time_add_months(now, -3)
                                : choice == PERIOD_LAST_MONTH ? g_date_time_add_months(now, -1)
                                : choice == PERIOD_LAST_YEAR  ? g_date_time_add_years(now, -1)
                                : choice == PERIOD_ALL        ? g_date_time_add_years(now, -10)
                                                              : g_date_time_ref(now);
    if (choice == PERIOD_THIS_MONTH || choice == PERIOD_LAST_MONTH)
        whole_month(then, from, to);
    else if (choice == PERIOD_THIS_YEAR || choice == PERIOD_LAST_YEAR)
        whole_year(then, from, to);
    else if (choice != PERIOD_YEAR)
        *from = day_text(then);
}

static void set_period(App *app, const char *from, const char *to, const char *name)
{
    g_autoptr(GError) error = NULL;
    if (!reports_set_period(app, from, to, name, &error))
        app_complain_error(app, error);
}

static void choose_period(App *app, PeriodChoice choice)
{
    g_autofree char *from = NULL, *to = NULL;
    period_days(choice, &from, &to);
    set_period(app, from, to, choice == PERIOD_YEAR ? NULL : enum_label(&report_periods, choice));
}

static DialogAnswer period_chosen(App *app, Dialog *dialog)
{
    if (dialog_choice(dialog))
        choose_period(app, (PeriodChoice)dialog_choice(dialog));
    return DIALOG_CLOSE;
}

void run_report_period(App *app, const char *args)
{
    g_auto(GStrv) words = g_strsplit_set(args, " ", -1);
    int choice = enum_value(&report_periods, args);
    if (!is_shown(app))
        return;
    if (choice) {
        choose_period(app, (PeriodChoice)choice);
    } else if (*args) {
        set_period(app, words[0], words[1], NULL);
    } else {
        DialogSpec spec = { .title = _("Which period?"),
                            .choices = &report_periods,
                            .choice = PERIOD_YEAR,
                            .note = _("Or type :report-period 2026-01-01 2026-06-30"),
                            .done = period_chosen };
        app_ask(app, dialog_new(&spec));
    }
}

/* ---- in which order, and which figure */

void run_sort_report(App *app, const char *args)
{
    int sort = enum_value(&report_sorts, args);
    if (!is_shown(app))
        return;
    for (int i = 1; !*args && i <= REPORTS_BY_FIGURE && !sort; i++) { /* the next one it has */
        int next = ((int)reports_sort(app) - 1 + i) % REPORTS_BY_FIGURE + 1;
        sort = reports_sort_fits(app, (ReportSort)next) ? next : 0;
    }
    if (!sort || !reports_set_sort(app, (ReportSort)sort))
        app_complain(app, "%s", _("This report has no such order."));
    else
        app_say(app, _("Order: %s"), enum_label(&report_sorts, sort));
}

void run_other_figure(App *app, const char *args)
{
    reports_other_figure(app);
}

/* ---- out of here */

static void on_piped(int status, const char *output, gpointer data)
{
    App *app = data;
    g_autofree char *failure = program_failure(status);
    if (*output)
        text_page_show(app, _("Report"), output);
    if (failure)
        app_complain(app, "%s", failure);
}

void run_pipe_report(App *app, const char *args)
{
    const Report *report = reports_current(app);
    const char *argv[] = { "/bin/sh", "-c", args, NULL };
    g_autoptr(GString) input = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    if (!*args) {
        run_command_line(app, "pipe-report ");
    } else if (report) {
        export_report(input, REPORT_JSON, report);
        if (!program_start(argv, input->str, true, on_piped, app, &error))
            app_complain_error(app, error);
    }
}

static bool write_all(int fd, const char *text)
{
    for (gsize done = 0, length = strlen(text); done < length;) {
        ssize_t n = write(fd, text + done, length - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (gsize)n : 0;
    }
    return true;
}

void write_new_file(App *app, const char *path, const char *text, const char *said)
{
    g_autofree char *real = program_path(path);
    g_autofree char *clean = text_clean(path, -1, TEXT_LINE);
    int fd = open(real, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        app_complain(app, _("%s is there already: choose another name."), clean);
    else if (fd < 0 || !write_all(fd, text))
        app_complain(app, "%s: %s", clean, g_strerror(errno));
    else
        app_say(app, "%s %s", _(said), clean);
    if (fd >= 0)
        close(fd);
}

void run_export_report(App *app, const char *args)
{
    const Report *report = reports_current(app);
    g_auto(GStrv) words = g_strsplit(args, " ", 2);
    int format = words[0] ? enum_value(&report_outputs, words[0]) : 0;
    if (!format || !words[1] || !*g_strstrip(words[1])) {
        app_complain(app, "%s",
                     _("Say what and where: :export-report csv FILE, or json, or text."));
    } else if (report) {
        g_autoptr(GString) text = g_string_new(NULL);
        export_report(text, (ReportOutput)format, report);
        write_new_file(app, words[1], text->str, N_("The report was written to"));
    } else {
        app_complain(app, "%s", _("There is no report on the screen."));
    }
}
