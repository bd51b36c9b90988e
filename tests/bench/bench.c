/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make bench: measures Leadline and, in the same run, the limits it is judged by (tests/bench/bare.c), and prints one row a
 * figure: min, median and max over the runs, the limit, the ratio and the target. Absolute times move from machine to
 * machine; the ratios are what is promised.
 *
 *   bench [--quick] [--runs N] [--leads N,N,...] [--streams N] [--append FILE] [screen|sync|network|server|streams|postgresql ...]
 */
#include "bench.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/utsname.h>

static int compare_double(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

Series *series_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(double));
}

void series_add(Series *series, double value)
{
    g_array_append_val(series, value);
}

double series_rank(Series *series, double share)
{
    guint at;

    if (series->len == 0)
        return 0;
    g_array_sort(series, compare_double);
    at = (guint)(share * (double)(series->len - 1) + 0.5);
    return g_array_index(series, double, at);
}

/* ---- the table */

static GString *table;
static int targets, misses;

void bench_section(const char *title)
{
    g_autofree char *line = g_strdup_printf("\n%s\n\n%-46s %10s %10s %10s  %-6s %10s %7s  %s\n",
                                            title, "figure", "min", "median", "max", "unit",
                                            "limit", "ratio", "target");

    fputs(line, stdout);
    g_string_append(table, line);
    fflush(stdout);
}

/* The ratio decides where there is one: absolute figures are those of a quiet machine like that of the targets. */
static bool meets(const Figure *figure, double value, double ratio)
{
    if (ratio > 0 && figure->ratio_at_most > 0)
        return ratio <= figure->ratio_at_most;
    if (ratio > 0 && figure->ratio_at_least > 0)
        return ratio >= figure->ratio_at_least;
    if (figure->at_most > 0 && value > figure->at_most)
        return false;
    return !(figure->at_least > 0 && value < figure->at_least);
}

static void put_target(GString *line, const Figure *figure, double value, double ratio)
{
    bool any = figure->at_most > 0 || figure->at_least > 0 || figure->ratio_at_most > 0 ||
               figure->ratio_at_least > 0;

    if (figure->at_most > 0)
        g_string_append_printf(line, " <= %g %s", figure->at_most, figure->unit);
    if (figure->at_least > 0)
        g_string_append_printf(line, " >= %g %s", figure->at_least, figure->unit);
    if (figure->ratio_at_most > 0)
        g_string_append_printf(line, " ratio <= %g", figure->ratio_at_most);
    if (figure->ratio_at_least > 0)
        g_string_append_printf(line, " ratio >= %g", figure->ratio_at_least);
    if (!any)
        return;
    bool met = meets(figure, value, ratio);
    targets++;
    misses += !met;
    g_string_append(line, met ? "  ok" : "  MISSED");
}

void bench_figure(const Figure *figure, Series *series, double limit)
{
    double value = series_rank(series, 0.5), ratio = limit > 0 ? value / limit : 0;
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "%-46s %10.2f %10.2f %10.2f  %-6s", figure->name,
                           series_rank(series, 0), value, series_rank(series, 1), figure->unit);
    if (limit > 0)
        g_string_append_printf(line, " %10.2f %7.2f ", limit, ratio);
    else
        g_string_append_printf(line, " %10s %7s ", "", "");
    put_target(line, figure, value, ratio);
    g_string_append_c(line, '\n');
    fputs(line->str, stdout);
    g_string_append(table, line->str);
    fflush(stdout);
}

void bench_value(const Figure *figure, double value)
{
    g_autoptr(GArray) series = series_new();

    series_add(series, value);
    bench_figure(figure, series, 0);
}

void bench_note(const char *format, ...)
{
    va_list arguments;
    g_autofree char *text = NULL;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    printf("%s\n", text);
    g_string_append_printf(table, "%s\n", text);
    fflush(stdout);
}

/* ---- main */

static const struct {
    const char *name;
    bool (*run)(const BenchPlan *plan, GError **error);
} parts[] = {
    { "screen", bench_screen }, { "sync", bench_sync },       { "network", bench_network },
    { "server", bench_server }, { "streams", bench_streams }, { "postgresql", bench_postgresql },
    { "report", bench_report },
};

static bool wanted(char **names, const char *name)
{
    return !names || !*names || g_strv_contains((const char *const *)names, name);
}

static void append_table(const char *path, char **argv)
{
    g_autofree char *command = g_strjoinv(" ", argv + 1);
    g_autofree char *old = NULL;
    g_autofree char *all = NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *day = g_date_time_format(now, "%Y-%m-%d %H:%M UTC");
    g_autoptr(GError) error = NULL;
    struct utsname machine;

    uname(&machine);
    g_file_get_contents(path, &old, NULL, NULL);
    all = g_strdup_printf(
        "%s\n## %s, %s %s, %u processors\n\n`make bench BENCH=\"%s\"`\n\n```%s```\n",
        old ? old : "", day, machine.sysname, machine.machine, g_get_num_processors(), command,
        table->str);
    if (!g_file_set_contents(path, all, -1, &error))
        fprintf(stderr, "bench: %s\n", error->message);
}

static void read_sizes(BenchPlan *plan, const char *leads)
{
    g_auto(GStrv) sizes = g_strsplit(leads, ",", BENCH_SIZES);

    for (char **size = sizes; *size && plan->n_leads < BENCH_SIZES; size++)
        plan->leads[plan->n_leads++] = (int)g_ascii_strtoll(*size, NULL, 10);
}

/* All parts, even when one of them cannot be measured. */
static int run_parts(const BenchPlan *plan, char **names)
{
    int status = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(GError) error = NULL;

        if (wanted(names, parts[i].name) && !parts[i].run(plan, &error)) {
            fprintf(stderr, "bench: %s: %s\n", parts[i].name, error ? error->message : "failed");
            status = 1;
        }
    }
    bench_worlds_free();
    return status;
}

int main(int argc, char **argv)
{
    BenchPlan plan = { 0 };
    gboolean quick = FALSE;
    int status;
    g_autofree char *leads = NULL;
    g_autofree char *file = NULL;
    g_auto(GStrv) names = NULL;
    g_auto(GStrv) command = g_strdupv(argv);
    g_autoptr(GError) error = NULL;
    gint64 started = g_get_monotonic_time();
    const GOptionEntry entries[] = {
        { "runs", 0, 0, G_OPTION_ARG_INT, &plan.runs, "Runs of each figure (5; quick: 2)", "N" },
        { "leads", 0, 0, G_OPTION_ARG_STRING, &leads,
          "Sizes of the inbox (1000,10000,100000; quick: 10000)", "N,N" },
        { "streams", 0, 0, G_OPTION_ARG_INT, &plan.streams,
          "Idle event streams (10000; quick: 1000)", "N" },
        { "quick", 0, 0, G_OPTION_ARG_NONE, &quick, "Fewer and smaller", NULL },
        { "append", 0, 0, G_OPTION_ARG_FILENAME, &file, "Add the table to a document", "FILE" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL,
          "[screen|sync|network|server|streams|postgresql|report...]" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "bench: %s\n", error->message);
        return 64;
    }
    table = g_string_new(NULL);
    plan.quick = quick;
    plan.runs = plan.runs > 0 ? plan.runs : quick ? 2 : 5;
    plan.streams = plan.streams > 0 ? plan.streams : quick ? 1000 : 10000;
    read_sizes(&plan, leads ? leads : quick ? "10000" : "1000,10000,100000");
    status = run_parts(&plan, names);
    bench_note("\n%d of %d figures with a target miss it; %.0f s in all", misses, targets,
               (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC);
    if (file && status == 0)
        append_table(file, command);
    g_string_free(table, TRUE);
    return status;
}
