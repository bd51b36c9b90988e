/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A config file and a profile, as anybody may have written them: read, or refused with FILE:LINE and clean words. */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/text.h"
#include "client/profile.h"
#include "client/settings.h"

static char *folder, *config, *profile_file;

static void remove_files(void)
{
    g_unlink(config);
    g_unlink(profile_file);
    for (const char *const *part =
             (const char *const[]){ "leadline/profiles", "leadline", "", NULL };
         *part; part++) {
        g_autofree char *path = g_build_filename(folder, *part, NULL);
        g_rmdir(path);
    }
    g_free(folder);
    g_free(config);
    g_free(profile_file);
}

static void make_folder(void)
{
    static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
                                             "XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
    folder = g_dir_make_tmp("leadline-fuzz-XXXXXX", NULL);
    /* Nothing but the config is to be written: the others are below a file. */
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
        g_setenv(variables[i], i == 0 ? folder : "/dev/null", TRUE);
    config = g_build_filename(folder, "config", NULL);
    profile_file = g_build_filename(folder, "leadline/profiles/fuzz", NULL);
    g_autofree char *dir = g_path_get_dirname(profile_file);
    g_assert(g_mkdir_with_parents(dir, 0700) == 0);
    atexit(remove_files);
}

static void check_error(const GError *error, const char *path)
{
    g_assert(text_is_clean(error->message, TEXT_LINE));
    g_assert(g_str_has_prefix(error->message, path) || !problem_is(error, PROBLEM_BAD_CONFIG));
}

static bool any_line(const char *verb, const char *rest, gpointer data, GError **error)
{
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!folder)
        make_folder();
    g_autoptr(GError) error = NULL;
    g_auto(Settings) settings;
    settings_init(&settings);
    g_assert(g_file_set_contents_full(config, (const char *)data, (gssize)size,
                                      G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    if (!config_load(config, &settings, any_line, NULL, &error))
        check_error(error, config);
    g_clear_error(&error);
    g_assert(settings.undo_hold >= 0 && settings.undo_hold <= 60);
    g_assert(g_file_set_contents_full(profile_file, (const char *)data, (gssize)size,
                                      G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    g_autoptr(Profile) profile = profile_load("fuzz", &error);
    if (!profile)
        check_error(error, profile_file);
    return 0;
}
