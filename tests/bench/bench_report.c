/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures over many rows: the give-take report and the partners beside 1,000,000 referrals of one account, the search for
 * fit among 100,000 profiles, and the reports of a group of 2,000. On SQLite; the limit is what its own shell takes to count the same index once. */
#include "bench.h"

#include <signal.h>
#include <stdio.h>

#include "load.h"

#define TIMES 10 /* what load-demo makes is taken ten times: make-referrals */
#define PROFILES 100000
#define QUICK 10

typedef struct Asked {
    Figure figure;
    const char *path;
    bool limited; /* by the count */
} Asked;

/* One after the other, each in a connection of its own. */
static bool ask(World *world, const Asked *asked, double limit, int runs, GError **error)
{
    g_autoptr(GArray) series = series_new();
    for (int i = 0; i < runs; i++) {
        gint64 started = g_get_monotonic_time();
        g_autofree char *answer = load_get(bench_port(world), bench_token(world), asked->path,
                                           error);
        if (!answer) {
            g_prefix_error(error, "%s: ", asked->figure.name);
            return false;
        }
        series_add(series, (double)(g_get_monotonic_time() - started) / 1e3);
    }
    bench_figure(&asked->figure, series, asked->limited ? limit : 0);
    return true;
}

static bool ask_all(World *world, const Asked *asked, size_t n, double limit, int runs,
                    GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!ask(world, &asked[i], limit, runs, error))
            return false;
    return true;
}

/* Milliseconds of a statement in SQLite's shell: the second of two, so that the pages are there. */
static double shell_ms(World *world, const char *sql, GError **error)
{
    g_autofree char *command = g_strdup_printf("sqlite3 server.db \"%s\" >/dev/null", sql);
    double first = bench_time(world, command, error);
    double second = first < 0 ? -1 : bench_time(world, command, error);
    return second < 0 ? -1 : second * 1e3;
}

static bool reports(const BenchPlan *plan, GError **error)
{
    static const Asked asked[] = {
        { { "GET give-take, 12 months, of a count", "ms", 500, 0, 4, 0 },
          "/v1/reports/give-take",
          true },
        { { "GET give-take, 20 years, of a count", "ms", 1000, 0, 6, 0 },
          "/v1/reports/give-take?from=2010-01-01",
          true },
        { { "GET not-a-lead-reasons, 12 months, of a count", "ms", 500, 0, 4, 0 },
          "/v1/reports/not-a-lead-reasons",
          true },
        { { "GET speed, 12 months, of a count", "ms", 3000, 0, 12, 0 }, "/v1/reports/speed", true },
        { { "GET partners with their sums, of a count", "ms", 500, 0, 3, 0 },
          "/v1/partners?limit=500",
          true },
        /* a place for those of groups of 2000 */
    };
    int leads = plan->quick ? BENCH_SERVER_LEADS / QUICK : BENCH_SERVER_LEADS;
    g_autofree char *title = g_strdup_printf("Reports: %d referrals of one account", leads * TIMES);
    g_autoptr(World) world = bench_world(leads, error);
    if (!world ||
        bench_time(world, "$top_srcdir/tests/bench/make-referrals server.db " G_STRINGIFY(TIMES),
                   error) < 0)
        return false;
    bench_section(title);
    double limit = shell_ms(world,
                            "SELECT from_account, COUNT(*) FROM referral WHERE to_account ="
                            " (SELECT id FROM account WHERE email = 'member@demo.example')"
                            " AND state <> 8 AND +sent_at > 0 GROUP BY from_account",
                            error);
    if (limit < 0 || !world_server_start(world, "--log warning", error))
        return false;
    return ask_all(world, asked, G_N_ELEMENTS(asked), limit, plan->runs, error) &&
           world_server_stop(world, SIGTERM, NULL, error);
}

/* ---- profiles */

/* Trades, towns and skills by turns, so that every word is in a known part of all. */
static const char fill[] =
    "CREATE TEMP TABLE word (n INTEGER PRIMARY KEY, trade TEXT, town TEXT, skill TEXT);"
    "INSERT INTO word VALUES (0,'plumber','leeds','boilers'),(1,'lawyer','york','wills'),"
    "(2,'accountant','hull','payroll'),(3,'roofer','ripon','slate'),(4,'printer','selby','labels'),"
    "(5,'architect','skipton','lofts'),(6,'dentist','otley','implants'),"
    "(7,'florist','wetherby','weddings'),(8,'surveyor','malton','damp'),"
    "(9,'joiner','whitby','stairs');"
    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d)"
    "INSERT INTO account (id, rev, created_at, updated_at, email, name, company_name,"
    " business_type, state, admin, email_key, profile_headline, profile_specialities,"
    " profile_areas, profile_price_level, profile_public)"
    "SELECT randomblob(16), 1, 1, 1, 'p' || i.n || '@bench.example', 'Member ' || i.n,"
    " 'Company ' || i.n, t.trade, 1, 0, 'p' || i.n || '@bench.example', t.trade || ' in ' || "
    "o.town,"
    " s.skill, o.town, 1 + i.n %% 4, 1 FROM i JOIN word t ON t.n = i.n %% 10"
    " JOIN word o ON o.n = i.n / 10 %% 10 JOIN word s ON s.n = i.n / 100 %% 10;"
    "INSERT INTO profile_words (account, who, trade, fit, rest, markers)"
    "SELECT id, lower(name || ' ' || company_name || ' ' || profile_headline),"
    " business_type || ' ' || profile_specialities, profile_areas, '',"
    " '_u_' || lower(hex(id)) || ' _b_' || business_type || ' _a_' || profile_areas || ' _s_' ||"
    " profile_specialities || ' _p_' || profile_price_level FROM account"
    " WHERE email LIKE '%%@bench.example';";

static bool fill_profiles(World *world, int n, GError **error)
{
    g_autofree char *path = g_build_filename(world_folder(world), "fill.sql", NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *text = g_strdup_printf(fill, n);
#pragma GCC diagnostic pop
    return g_file_set_contents(path, text, -1, error) &&
           bench_time(world, "sqlite3 -bail server.db <fill.sql", error) >= 0;
}

static bool profiles(const BenchPlan *plan, GError **error)
{
    static const Asked asked[] = {
        { { "search for fit, 1 word", "ms", 250 }, "/v1/profiles?q=boilers", false },
        { { "search for fit, 3 words", "ms", 50 },
          "/v1/profiles?q=plumber%20leeds%20wills",
          false },
        { { "search for fit, 1 word and 2 filters", "ms", 50 },
          "/v1/profiles?q=slate&business_type=roofer&area=leeds",
          false },
        { { "search for fit, filters alone", "ms", 100 },
          "/v1/profiles?area=york&speciality=wills&price_level=2",
          false },
        { { "search for fit, 2 letters", "ms", 500 }, "/v1/profiles?q=pl", false },
    };
    int n = plan->quick ? PROFILES / QUICK : PROFILES;
    g_autofree char *title = g_strdup_printf("Search for fit: %d profiles", n);
    g_autoptr(World) world = bench_world(1000, error);
    if (!world || !fill_profiles(world, n, error) ||
        !world_server_start(world, "--log warning", error))
        return false;
    bench_section(title);
    return ask_all(world, asked, G_N_ELEMENTS(asked), 0, plan->runs, error) &&
           world_server_stop(world, SIGTERM, NULL, error);
}

/* ---- a group: half a year of weekly meetings, at each of which everybody passes a slip */

#define MEMBERS 2000
#define GROUP "01890000000070008000000000000001"
#define OF_GROUP "?scope=01890000-0000-7000-8000-000000000001"

static const char fill_group[] =
    "CREATE TEMP TABLE span (now INTEGER); INSERT INTO span VALUES (1000 * strftime('%%s', 'now'));"
    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d)"
    "INSERT INTO account (id, rev, created_at, updated_at, email, name, state, admin, email_key)"
    "SELECT randomblob(16), 1, 1, 1, 'g' || n || '@group.example', 'Member ' || n, 1, 0,"
    " 'g' || n || '@group.example' FROM i;"
    "INSERT INTO leads_group (id, rev, created_at, updated_at, state, name, exclusive, open,"
    " directory, seat_by_category, seats, weekday, ordinal, month_day, start_minute, duration,"
    " time_zone, in_person, grace_days, absences_allowed, league_table, members, name_key, "
    "officers)"
    "VALUES (x'" GROUP "', 1, 1, 1, 2, 'Many', 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 'Europe/London', 0, 0,"
    " 3, 0, %d, 'many', randomblob(16));"
    "INSERT INTO membership (id, rev, created_at, updated_at, group_id, account, role, state, "
    "since)"
    "SELECT randomblob(16), 1, 1, 1, x'" GROUP "', id, CASE WHEN email = 'member@demo.example'"
    " THEN 2 ELSE 1 END, 1, 1 FROM account WHERE email LIKE '%%@group.example'"
    " OR email = 'member@demo.example';"
    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 26)"
    "INSERT INTO meeting (id, rev, created_at, updated_at, group_id, state, starts_at, duration,"
    " agenda, edition, completed_at) SELECT randomblob(16), 1, 1, 1, x'" GROUP "', 4, now - n * "
    "604800000, 90, CASE WHEN n %% 4 = 0 THEN '30 training' END, 0, now FROM i, span;"
    "INSERT INTO attendance (id, rev, meeting, group_id, account, code, left_early, entered_at)"
    "SELECT randomblob(16), 1, t.id, t.group_id, m.account, 1 + (m.rowid + t.rowid) %% 5, 0, 1"
    " FROM meeting t JOIN membership m ON m.group_id = t.group_id WHERE t.group_id = x'" GROUP "';"
    "INSERT INTO slip (id, rev, meeting, group_id, from_account, to_account, removed, entered_at,"
    " inside) SELECT randomblob(16), 1, t.id, t.group_id, m.account, (SELECT account FROM"
    " membership o WHERE o.rowid = 1 + (m.rowid * 7 + t.rowid) %% %d), 0, 1, 1 FROM meeting t"
    " JOIN membership m ON m.group_id = t.group_id WHERE t.group_id = x'" GROUP "';";

static bool make_group(World *world, int n, GError **error)
{
    g_autofree char *path = g_build_filename(world_folder(world), "fill.sql", NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *text = g_strdup_printf(fill_group, n, n, n);
#pragma GCC diagnostic pop
    return g_file_set_contents(path, text, -1, error) &&
           bench_time(world, "sqlite3 -bail server.db <fill.sql", error) >= 0;
}

static bool groups(const BenchPlan *plan, GError **error)
{
    static const Asked asked[] = {
        { { "GET group-activity", "ms", 500 }, "/v1/reports/group-activity" OF_GROUP, false },
        { { "GET attendance", "ms", 500 }, "/v1/reports/attendance" OF_GROUP, false },
        { { "GET score-card", "ms", 500 }, "/v1/reports/score-card" OF_GROUP, false },
        { { "GET group-health", "ms", 500 }, "/v1/reports/group-health" OF_GROUP, false },
    };
    int n = plan->quick ? MEMBERS / QUICK : MEMBERS;
    g_autofree char *title = g_strdup_printf("Reports of a group: %d members, 26 meetings", n);
    g_autoptr(World) world = bench_world(1000, error);
    if (!world || !make_group(world, n, error) ||
        !world_server_start(world, "--log warning", error))
        return false;
    bench_section(title);
    return ask_all(world, asked, G_N_ELEMENTS(asked), 0, plan->runs, error) &&
           world_server_stop(world, SIGTERM, NULL, error);
}

bool bench_report(const BenchPlan *plan, GError **error)
{
    return reports(plan, error) && profiles(plan, error) && groups(plan, error);
}
