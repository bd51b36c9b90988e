/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/doctor.h"

#include <inttypes.h>
#include <langinfo.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <config.h>
#include <glib/gstdio.h>
#include <gmodule.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/log_file.h"
#include "client/settings.h"

#define ROOM_LITTLE (100 * 1024 * 1024ULL)
#define ROOM_NONE (10 * 1024 * 1024ULL)
#define SYNC_OLD (2 * MS_PER_DAY)

static const EnumValue grade_values[] = {
    { DOCTOR_WELL, "ok", N_("ok") },
    { DOCTOR_NOTE, "note", NC_("doctor", "note") },
    { DOCTOR_ILL, "wrong", N_("WRONG") },
};
const EnumTable doctor_grades = ENUM_TABLE("doctor_grade", grade_values);

#define AT(member) offsetof(DoctorFinding, member)
static const Field finding_fields[] = {
    { "check", FIELD_TEXT, AT(check) },
    { "grade", FIELD_ENUM, AT(grade), .values = &doctor_grades },
    { "finding", FIELD_TEXT, AT(finding) },
    { "cure", FIELD_TEXT, AT(cure) },
};
#undef AT
const FieldTable doctor_finding_fields = FIELD_TABLE("doctor_finding", DoctorFinding,
                                                     finding_fields);

/* ---- the machine */

static DoctorGrade look_at_locale(const Doctor *doctor, char **finding, char **cure)
{
    const char *charset = nl_langinfo(CODESET);
    *finding = g_strdup(charset);
    if (strcmp(charset, "UTF-8") == 0)
        return DOCTOR_WELL;
    *cure = g_strdup(
        _("set LC_ALL to a UTF-8 locale, such as C.UTF-8: names are shown with ? else"));
    return DOCTOR_NOTE;
}

static bool can_load(const char *library)
{
    GModule *module = g_module_open(library, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (module)
        g_module_close(module);
    return module != NULL;
}

static DoctorGrade look_at_network_library(const Doctor *doctor, char **finding, char **cure)
{
    *finding = g_strdup(CURL_SONAME);
    if (can_load(CURL_SONAME))
        return DOCTOR_WELL;
    *cure = g_strdup(_("install libcurl: nothing can be fetched or sent without it"));
    return DOCTOR_ILL;
}

static DoctorGrade look_at_notifications(const Doctor *doctor, char **finding, char **cure)
{
    const char *bus = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    bool library = can_load(NOTIFY_SONAME);
    if (library && bus && *bus) {
        *finding = g_strdup(_("on the desktop"));
        return DOCTOR_WELL;
    }
    *finding = g_strdup(_("by the bell and the terminal's title"));
    *cure = g_strdup(library ? _("there is no session bus here: that is usual on a remote machine")
                             : _("install libnotify to see them on the desktop"));
    return DOCTOR_NOTE;
}

/* ---- the files */

static DoctorGrade look_at_config(const Doctor *doctor, char **finding, char **cure)
{
    g_autoptr(GError) error = NULL;
    g_auto(Settings) settings;
    settings_init(&settings);
    g_autofree char *path = config_path();
    bool good = config_load(path, &settings, NULL, NULL, &error);
    if (good) {
        *finding = g_file_test(path, G_FILE_TEST_EXISTS)
                       ? text_clean(path, -1, TEXT_LINE)
                       : g_strdup(_("no file: everything is as it comes"));
        return DOCTOR_WELL;
    }
    *finding = text_clean(error->message, -1, TEXT_LINE);
    *cure = g_strdup(_("mend that line, or take it out: the others count"));
    return DOCTOR_ILL;
}

static DoctorGrade look_at_profile(const Doctor *doctor, char **finding, char **cure)
{
    if (doctor->profile) {
        g_autofree char *text = g_strdup_printf("%s: %s", doctor->profile->name,
                                                doctor->profile->server ? doctor->profile->server
                                                                        : "");
        *finding = text_clean(text, -1, TEXT_LINE);
        return DOCTOR_WELL;
    }
    *finding = text_clean(doctor->why ? doctor->why->message : _("none yet"), -1, TEXT_LINE);
    *cure = g_strdup(_("leadline auth login --server URL makes one, leadline --demo needs none"));
    return DOCTOR_ILL;
}

static DoctorGrade look_at_privacy(const Doctor *doctor, char **finding, char **cure)
{
    if (!doctor->profile)
        return 0;
    const char *folders[] = { doctor->profile->data_dir, doctor->profile->cache_dir,
                              doctor->profile->state_dir };
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        struct stat st;
        if (g_stat(folders[i], &st) != 0 || (st.st_mode & 077) == 0)
            continue;
        *finding = g_strdup_printf(_("others can look into %s"), folders[i]);
        *cure = g_strdup_printf("chmod 700 %s", folders[i]);
        return DOCTOR_ILL;
    }
    *finding = g_strdup(_("the files can be read by nobody else"));
    return DOCTOR_WELL;
}

static DoctorGrade look_at_room(const Doctor *doctor, char **finding, char **cure)
{
    struct statvfs st;
    if (!doctor->profile || statvfs(doctor->profile->data_dir, &st) != 0)
        return 0;
    guint64 room = (guint64)st.f_bavail * st.f_frsize;
    g_autofree char *size = g_format_size_full(room, G_FORMAT_SIZE_IEC_UNITS);
    *finding = g_strdup_printf(_("%s free on the disk of %s"), size, doctor->profile->data_dir);
    if (room >= ROOM_LITTLE)
        return DOCTOR_WELL;
    *cure = g_strdup(_("free some space: on a full disk nothing new can be kept"));
    return room >= ROOM_NONE ? DOCTOR_NOTE : DOCTOR_ILL;
}

static DoctorGrade look_at_store(const Doctor *doctor, char **finding, char **cure)
{
    g_autoptr(GError) error = NULL;
    OutboxCounts counts;
    if (!doctor->profile)
        return 0;
    if (!doctor->client) {
        *finding = text_clean(doctor->why ? doctor->why->message : "", -1, TEXT_LINE);
        *cure = g_strdup(_("see what it says; nothing of the outbox is thrown away"));
        return DOCTOR_ILL;
    }
    if (!store_check(client_store(doctor->client), &error) ||
        !store_counts(client_store(doctor->client), &counts, NULL, &error)) {
        *finding = text_clean(error->message, -1, TEXT_LINE);
        *cure = g_strdup(
            _("keep a copy of the file, then take it away: what is not sent is in it"));
        return DOCTOR_ILL;
    }
    *finding = g_strdup_printf(_("sound; to be sent %" PRId64 ", refused %" PRId64),
                               counts.held + counts.waiting, counts.failed);
    if (counts.failed == 0)
        return DOCTOR_WELL;
    *cure = g_strdup(_("leadline outbox says why, and what can be done"));
    return DOCTOR_NOTE;
}

static DoctorGrade look_at_cache(const Doctor *doctor, char **finding, char **cure)
{
    g_autoptr(GError) error = NULL;
    if (!doctor->client)
        return 0;
    if (!cache_check(client_cache(doctor->client), &error)) {
        *finding = text_clean(error->message, -1, TEXT_LINE);
        *cure = g_strdup(_("it is fetched again by itself; or take the file away"));
        return DOCTOR_ILL;
    }
    gint64 synced = cache_synced_at(client_cache(doctor->client));
    if (synced > 0 && clock_now() - synced < SYNC_OLD) {
        *finding = g_strdup(_("sound, and fresh"));
        return DOCTOR_WELL;
    }
    *finding = g_strdup(synced > 0 ? _("sound, but older than two days")
                                   : _("nothing was synced yet"));
    *cure = g_strdup(_("leadline sync"));
    return DOCTOR_NOTE;
}

static DoctorGrade look_at_log(const Doctor *doctor, char **finding, char **cure)
{
    if (!doctor->profile)
        return 0;
    *finding = log_file_path(doctor->profile);
    return DOCTOR_WELL;
}

/* ---- the server */

static DoctorGrade look_at_session(const Doctor *doctor, char **finding, char **cure)
{
    if (!doctor->client)
        return 0;
    if (client_token_place(doctor->client) != TOKENS_NONE) {
        *finding = g_strdup(_("logged in; leadline auth status says where the tokens are"));
        return DOCTOR_WELL;
    }
    *finding = g_strdup(_("not logged in"));
    *cure = g_strdup(_("leadline auth login"));
    return DOCTOR_ILL;
}

static DoctorGrade look_at_server(const Doctor *doctor, char **finding, char **cure)
{
    if (!doctor->client)
        return 0;
    const ClientStatus *status = client_status(doctor->client);
    switch (status->phase) {
    case PHASE_STOPPED: /* another leadline has the profile, and the network */
        *finding = g_strdup(_("not asked: another leadline is at work on this profile"));
        return DOCTOR_WELL;
    case PHASE_LIVE:
    case PHASE_SYNCING:
        *finding = g_strdup(_("it answers"));
        return DOCTOR_WELL;
    case PHASE_LOGIN:
        *finding = g_strdup(_("not asked without a log-in"));
        return DOCTOR_NOTE;
    case PHASE_DISABLED:
        *finding = g_strdup(_("not asked: offline by choice"));
        *cure = g_strdup(":online");
        return DOCTOR_NOTE;
    default:
        *finding = *status->detail ? g_strdup(status->detail) : g_strdup(_("no answer"));
        *cure = g_strdup(_("look at the network; what you do meanwhile is kept, and sent later"));
        return DOCTOR_ILL;
    }
}

const DoctorCheck doctor_checks[] = {
    { "locale", look_at_locale },
    { "config", look_at_config },
    { "profile", look_at_profile },
    { "privacy", look_at_privacy },
    { "disk", look_at_room },
    { "outbox", look_at_store },
    { "cache", look_at_cache },
    { "network", look_at_network_library },
    { "session", look_at_session },
    { "server", look_at_server },
    { "notify", look_at_notifications },
    { "log", look_at_log },
    { NULL },
};

static void finding_free(gpointer data)
{
    fields_clear(&doctor_finding_fields, data);
    g_free(data);
}

GPtrArray *doctor_look(const Doctor *doctor, const DoctorCheck *checks)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func(finding_free);
    for (const DoctorCheck *check = checks; check->name; check++) {
        DoctorFinding *one = g_new0(DoctorFinding, 1);
        one->grade = check->look(doctor, &one->finding, &one->cure);
        one->check = g_strdup(check->name);
        if (one->grade) /* 0: there is nothing to look at */
            g_ptr_array_add(findings, one);
        else
            finding_free(one);
    }
    return findings;
}
