/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor: what keeps Leadline from working well here, and the cure. */
#include "cli/run.h"

#include "base/i18n.h"
#include "client/doctor.h"
#include "wire/json.h"

static char *grade_text(const void *data, CliMode mode)
{
    const DoctorFinding *finding = data;
    return g_strdup(mode == MODE_PEOPLE ? enum_label(&doctor_grades, finding->grade)
                                        : enum_code(&doctor_grades, finding->grade));
}

static const char *grade_colour(const void *data)
{
    DoctorGrade grade = ((const DoctorFinding *)data)->grade;
    return grade == DOCTOR_ILL ? "31" : grade == DOCTOR_NOTE ? "35" : "32";
}

static char *check_text(const void *data, CliMode mode)
{
    return g_strdup(((const DoctorFinding *)data)->check);
}

static char *finding_text(const void *data, CliMode mode)
{
    return g_strdup(((const DoctorFinding *)data)->finding);
}

static char *cure_text(const void *data, CliMode mode)
{
    const char *cure = ((const DoctorFinding *)data)->cure;
    return g_strdup(cure ? cure : "");
}

/* The plain columns are for ever, in this order. */
static const CliColumn columns[] = {
    { "", COLUMN_ANY, 0, grade_text, grade_colour },
    { N_("CHECK"), COLUMN_ANY, 0, check_text },
    { N_("FINDING"), COLUMN_ANY, 0, finding_text },
    { N_("CURE"), COLUMN_ANY, 0, cure_text },
};

static void put_findings(CliOutput *out, GPtrArray *findings)
{
    if (out->mode == MODE_JSON) {
        cli_put(out, "{\"items\":[");
        for (guint i = 0; i < findings->len; i++) {
            cli_put(out, i ? "," : "");
            json_put_object(cli_buffer(out), &doctor_finding_fields, findings->pdata[i]);
        }
        cli_put(out, "]}\n");
        return;
    }
    CliTable *table = cli_table_new(out, columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < findings->len; i++)
        cli_table_row(table, findings->pdata[i]);
    cli_table_end(table);
}

static bool is_placed(Client *client, gpointer data)
{
    ClientPhase phase = client_status(client)->phase;
    return phase != PHASE_CONNECTING && phase != PHASE_SYNCING;
}

/* As the owner it asks the server; beside a screen that is open it only reads. What cannot be opened is a finding. */
static void open_client(Cli *cli, unsigned ms, GError **why)
{
    g_autoptr(GError) locked = NULL;
    if (!cli_choose_profile(cli, why))
        return;
    if (cli_open_owner(cli, &locked))
        client_wait(cli->client, is_placed, NULL, ms);
    else if (problem_is(locked, PROBLEM_LOCKED))
        cli->client = client_open(cli->profile, CLIENT_READ_ONLY, why);
    else
        g_propagate_error(why, g_steal_pointer(&locked));
}

bool cli_run_doctor(Cli *cli, GError **error)
{
    unsigned ms;
    g_autoptr(GError) why = NULL;
    if (!cli_timeout(cli->args, &ms, error))
        return false;
    open_client(cli, ms, &why);
    Doctor doctor = { cli->profile, cli->client, why };
    g_autoptr(GPtrArray) findings = doctor_look(&doctor, doctor_checks);
    g_autoptr(GPtrArray) more = doctor_look(&doctor, cli->screen_checks);
    g_ptr_array_extend_and_steal(findings, g_steal_pointer(&more));
    put_findings(&cli->out, findings);
    guint ill = 0;
    for (guint i = 0; i < findings->len; i++)
        ill += ((const DoctorFinding *)findings->pdata[i])->grade == DOCTOR_ILL;
    return ill == 0 || problem_set(error, PROBLEM_FAILED,
                                   ngettext("%u thing is wrong", "%u things are wrong", ill), ill);
}
