/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/text.h"
#include "client/settings.h"

#define NAME_MAX_LENGTH 32
#define SOCKET_PATH_MAX 107 /* sun_path without its NUL */

struct ProfileLock {
    int fd;
};

/* ---- places */

static char *profiles_dir(void)
{
    return g_build_filename(g_get_user_config_dir(), "leadline", "profiles", NULL);
}

static char *runtime_root(void)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime)
        return g_build_filename(runtime, "leadline", NULL);
    return g_build_filename(g_get_user_state_dir(), "leadline", "run", NULL);
}

char *profile_path(const char *dir, const char *name)
{
    return g_build_filename(dir, name, NULL);
}

static bool make_dir(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) == 0)
        return true;
    return problem_set(error, PROBLEM_CANNOT_CREATE, "cannot create %s: %s", path,
                       g_strerror(errno));
}

static bool name_ok(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= NAME_MAX_LENGTH &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length && name[0] != '-';
}

static bool check_name(const char *name, GError **error)
{
    if (name_ok(name))
        return true;
    g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_BAD_INPUT,
                       "a profile's name is 1 to 32 of a-z, 0-9 and -: not \"%s\"", shown);
}

/* ---- the server's address */

static bool is_loopback(const char *host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t n = strlen(names[i]);
        if (g_ascii_strncasecmp(host, names[i], n) == 0 && strchr(":/", host[n]))
            return true;
    }
    return false;
}

bool profile_check_server(const char *server, GError **error)
{
    if (!text_is_clean(server, TEXT_LINE) || strpbrk(server, " @?#\\\""))
        return problem_set(error, PROBLEM_BAD_INPUT,
                           "a server is https://HOST[:PORT], without user, ? or #");
    if (g_str_has_prefix(server, "unix:") && server[5] == '/' &&
        strlen(server + 5) <= SOCKET_PATH_MAX)
        return true;
    if (g_str_has_prefix(server, "https://") && strlen(server) > 8 && server[8] != '/')
        return true;
    if (g_str_has_prefix(server, "http://") && is_loopback(server + 7))
        return true;
    return problem_set(
        error, PROBLEM_BAD_INPUT,
        "a server is https://HOST[:PORT]; http:// only on this machine; or unix:/PATH");
}

/* ---- making */

static bool set_places(Profile *profile, GError **error)
{
    profile->config_dir = g_build_filename(g_get_user_config_dir(), "leadline", NULL);
    if (!profile->data_dir) {
        g_autofree char *runtime = runtime_root();
        profile->data_dir = g_build_filename(g_get_user_data_dir(), "leadline", profile->name,
                                             NULL);
        profile->cache_dir = g_build_filename(g_get_user_cache_dir(), "leadline", profile->name,
                                              NULL);
        profile->state_dir = g_build_filename(g_get_user_state_dir(), "leadline", profile->name,
                                              NULL);
        profile->runtime_dir = g_build_filename(runtime, profile->name, NULL);
    }
    return make_dir(profile->data_dir, error) && make_dir(profile->cache_dir, error) &&
           make_dir(profile->state_dir, error) && make_dir(profile->runtime_dir, error);
}

/* Depth is bounded: what a demo makes is flat. Symbolic links are removed, never followed. */
static void remove_tree(const char *path, int depth)
{
    GDir *dir = depth < 4 ? g_dir_open(path, 0, NULL) : NULL;
    if (dir) {
        const char *name;
        while ((name = g_dir_read_name(dir))) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            struct stat st;
            if (lstat(child, &st) == 0 && S_ISDIR(st.st_mode))
                remove_tree(child, depth + 1);
            else
                g_unlink(child);
        }
        g_dir_close(dir);
    }
    g_rmdir(path);
}

static ProfileLock *lock_file(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        problem_set(error, PROBLEM_CANNOT_CREATE, "cannot open %s: %s", path, g_strerror(errno));
        return NULL;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        problem_set(error, errno == EWOULDBLOCK ? PROBLEM_LOCKED : PROBLEM_IO,
                    "%s: the profile is in use by another leadline", path);
        close(fd);
        return NULL;
    }
    ProfileLock *lock = g_new0(ProfileLock, 1);
    lock->fd = fd;
    return lock;
}

ProfileLock *profile_lock_file(const Profile *profile, const char *name, GError **error)
{
    /* Beside what it guards: two log-ins of one user may have different runtime directories. */
    g_autofree char *path = profile_path(profile->data_dir, name);
    return lock_file(path, error);
}

ProfileLock *profile_lock(const Profile *profile, GError **error)
{
    return profile_lock_file(profile, "lock", error);
}

bool profile_lock_write(ProfileLock *lock, const char *text, GError **error)
{
    ssize_t length = (ssize_t)strlen(text);
    return (ftruncate(lock->fd, 0) == 0 && pwrite(lock->fd, text, (size_t)length, 0) == length) ||
           problem_set(error, PROBLEM_IO, "cannot write a lock file: %s", g_strerror(errno));
}

void profile_unlock(ProfileLock *lock)
{
    if (!lock)
        return;
    close(lock->fd);
    g_free(lock);
}

/* A demo that was killed leaves its directory, but not its lock. One that is just being made has no lock file yet: leave
 * it alone for a minute. */
static void sweep_demos(const char *root)
{
    GDir *dir = g_dir_open(root, 0, NULL);
    if (!dir)
        return;
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        if (!g_str_has_prefix(name, "demo-"))
            continue;
        g_autofree char *path = g_build_filename(root, name, NULL);
        g_autofree char *lock_path = g_build_filename(path, "lock", NULL);
        struct stat st;
        if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid() ||
            st.st_mtime > g_get_real_time() / G_USEC_PER_SEC - 60)
            continue;
        g_autoptr(ProfileLock) lock = lock_file(lock_path, NULL);
        if (lock)
            remove_tree(path, 0);
    }
    g_dir_close(dir);
}

/* A folder in /tmp may be anybody's, who could then put another one in the place of ours. */
static bool check_mine(const char *path, GError **error)
{
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() &&
        (st.st_mode & 022) == 0)
        return true;
    return problem_set(error, PROBLEM_CANNOT_CREATE, "%s is not a folder of yours alone", path);
}

static bool demo_places(Profile *profile, GError **error)
{
    g_autofree char *root = runtime_root();
    if (strlen(root) + strlen("/demo-XXXXXX/sock") > SOCKET_PATH_MAX) {
        g_free(root);
        root = g_build_filename(g_get_tmp_dir(), "leadline", NULL);
        char *mine = g_strdup_printf("%s-%u", root, (unsigned)getuid());
        g_free(root);
        root = mine;
    }
    if (!make_dir(root, error) || !check_mine(root, error))
        return false;
    sweep_demos(root);
    g_autofree char *dir = g_build_filename(root, "demo-XXXXXX", NULL);
    if (!g_mkdtemp_full(dir, 0700))
        return problem_set(error, PROBLEM_CANNOT_CREATE, "cannot create %s: %s", dir,
                           g_strerror(errno));
    profile->data_dir = g_strdup(dir);
    profile->cache_dir = g_strdup(dir);
    profile->state_dir = g_strdup(dir);
    profile->runtime_dir = g_strdup(dir);
    return true;
}

Profile *profile_new(ProfileKind kind, const char *name, const char *server, GError **error)
{
    g_autoptr(Profile) profile = g_new0(Profile, 1);
    profile->kind = kind;
    profile->name = g_strdup(kind == PROFILE_DEMO    ? "demo"
                             : kind == PROFILE_LOCAL ? "local"
                                                     : name);
    if (!profile->name || !check_name(profile->name, error))
        return NULL;
    if (kind == PROFILE_SERVER && !profile_check_server(server, error))
        return NULL;
    if (kind == PROFILE_DEMO && !demo_places(profile, error))
        return NULL;
    if (!set_places(profile, error))
        return NULL;
    if (kind == PROFILE_SERVER) {
        const char *ca_file = g_getenv("CURL_CA_BUNDLE");
        profile->server = g_strdup(server);
        if (ca_file && g_path_is_absolute(ca_file) && text_is_clean(ca_file, TEXT_LINE))
            profile->ca_file = g_strdup(ca_file);
        while (g_str_has_suffix(profile->server, "/"))
            profile->server[strlen(profile->server) - 1] = '\0';
    } else {
        profile->server = g_strdup_printf("unix:%s/sock", profile->runtime_dir);
        if (strlen(profile->server + strlen("unix:")) > SOCKET_PATH_MAX) {
            problem_set(error, PROBLEM_BAD_CONFIG,
                        "%s is too long for a socket: set XDG_RUNTIME_DIR", profile->runtime_dir);
            return NULL;
        }
    }
    return g_steal_pointer(&profile);
}

void profile_discard(const Profile *profile)
{
    if (profile->kind == PROFILE_DEMO)
        remove_tree(profile->runtime_dir, 0);
}

Profile *profile_copy(const Profile *profile)
{
    Profile *copy = g_new0(Profile, 1);
    copy->kind = profile->kind;
    copy->insecure_storage = profile->insecure_storage;
    copy->name = g_strdup(profile->name);
    copy->server = g_strdup(profile->server);
    copy->email = g_strdup(profile->email);
    copy->token_command = g_strdup(profile->token_command);
    copy->ca_file = g_strdup(profile->ca_file);
    copy->config_dir = g_strdup(profile->config_dir);
    copy->data_dir = g_strdup(profile->data_dir);
    copy->cache_dir = g_strdup(profile->cache_dir);
    copy->state_dir = g_strdup(profile->state_dir);
    copy->runtime_dir = g_strdup(profile->runtime_dir);
    return copy;
}

void profile_free(Profile *profile)
{
    if (!profile)
        return;
    g_free(profile->name);
    g_free(profile->server);
    g_free(profile->email);
    g_free(profile->token_command);
    g_free(profile->ca_file);
    g_free(profile->config_dir);
    g_free(profile->data_dir);
    g_free(profile->cache_dir);
    g_free(profile->state_dir);
    g_free(profile->runtime_dir);
    g_free(profile);
}

/* ---- on disk */

static const char *const kind_names[] = { "server", "demo", "local" };

bool profile_save(const Profile *profile, GError **error)
{
    g_autofree char *dir = profiles_dir();
    if (!make_dir(dir, error))
        return false;
    g_autoptr(GString) text = g_string_new("# Made by leadline.\n");
    g_string_append_printf(text, "kind=%s\n", kind_names[profile->kind]);
    if (profile->kind == PROFILE_SERVER)
        g_string_append_printf(text, "server=%s\n", profile->server);
    if (profile->email && text_is_clean(profile->email, TEXT_LINE))
        g_string_append_printf(text, "email=%s\n", profile->email);
    if (profile->ca_file)
        g_string_append_printf(text, "ca_file=%s\n", profile->ca_file);
    if (profile->insecure_storage)
        g_string_append(text, "insecure_storage=on\n");
    if (profile->token_command)
        g_string_append_printf(text, "token_command=%s\n", profile->token_command);
    g_autofree char *path = g_build_filename(dir, profile->name, NULL);
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents_full(path, text->str, (gssize)text->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &why))
        return true;
    return problem_set(error, PROBLEM_CANNOT_CREATE, "%s", why->message);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **profile_names(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *path = profiles_dir();
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        if (name_ok(name))
            g_ptr_array_add(names, g_strdup(name));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}

bool profile_any(void)
{
    g_auto(GStrv) names = profile_names();
    return names[0] != NULL;
}

/* Which profile is meant when none is named. NULL and *error when that is not clear. */
static char *default_name(GError **error)
{
    const char *named = g_getenv("LEADLINE_PROFILE");
    if (named && *named)
        return g_strdup(named);
    g_autofree char *path = config_path();
    g_auto(Settings) settings;
    settings_init(&settings);
    g_autoptr(GError) wrong = NULL;
    config_load(path, &settings, NULL, NULL, &wrong);
    if (settings.profile)
        return g_strdup(settings.profile);
    g_auto(GStrv) names = profile_names();
    /* A wrong line matters only where the right one could have decided. */
    if (wrong && names[0] && names[1]) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return NULL;
    }
    if (!names[0]) {
        problem_set(error, PROBLEM_NOT_FOUND, "there is no profile yet");
        return NULL;
    }
    if (!names[1])
        return g_strdup(names[0]);
    g_autofree char *all = g_strjoinv(", ", names);
    problem_set(error, PROBLEM_USAGE, "which profile? --profile with one of: %s", all);
    return NULL;
}

/* What a profile's file may say; a line that says anything else is wrong, not skipped: a misspelt insecure_storage must not
 * go unnoticed. */
typedef struct Written {
    ProfileKind kind;
    bool has_kind, insecure_storage;
    char *server, *email, *ca_file, *token_command;
} Written;

static void written_clear(Written *written)
{
    g_free(written->server);
    g_free(written->email);
    g_free(written->token_command);
    g_free(written->ca_file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Written, written_clear)

static bool read_kind(Written *written, const char *value)
{
    written->kind = g_str_equal(value, kind_names[PROFILE_LOCAL]) ? PROFILE_LOCAL : PROFILE_SERVER;
    written->has_kind = true;
    return g_str_equal(value, kind_names[written->kind]);
}

static bool read_server(Written *written, const char *value)
{
    g_free(written->server);
    written->server = g_strdup(value);
    return profile_check_server(value, NULL);
}

static bool read_email(Written *written, const char *value)
{
    g_free(written->email);
    written->email = g_strdup(value);
    return *value && text_is_clean(value, TEXT_LINE);
}

static bool read_ca_file(Written *written, const char *value)
{
    g_free(written->ca_file);
    written->ca_file = g_strdup(value);
    return g_path_is_absolute(value) && text_is_clean(value, TEXT_LINE);
}

static bool read_insecure_storage(Written *written, const char *value)
{
    static const char *const on[] = { "on", "true", "yes", NULL };
    static const char *const off[] = { "off", "false", "no", NULL };
    written->insecure_storage = g_strv_contains(on, value);
    return written->insecure_storage || g_strv_contains(off, value);
}

static bool read_token_command(Written *written, const char *value)
{
    g_free(written->token_command);
    written->token_command = g_strdup(value);
    return *value != '\0';
}

static const struct {
    const char *name;
    bool (*read)(Written *written, const char *value);
    const char *values;
} profile_keys[] = {
    { "kind", read_kind, "server or local" },
    { "server", read_server, "https://HOST[:PORT]; http:// on this machine only; unix:/PATH" },
    { "email", read_email, "an e-mail address" },
    { "ca_file", read_ca_file, "the whole path of a file" },
    { "insecure_storage", read_insecure_storage, "on or off" },
    { "token_command", read_token_command, "a command of the shell that prints the token" },
};

static bool profile_line(char *line, gpointer data, GError **error)
{
    char *value = strchr(line, '=');
    if (!value)
        return problem_set(error, PROBLEM_BAD_CONFIG, "a line of a profile is NAME=VALUE");
    *value++ = '\0';
    g_strchomp(line);
    g_strchug(value);
    for (size_t i = 0; i < G_N_ELEMENTS(profile_keys); i++) {
        if (!g_str_equal(profile_keys[i].name, line))
            continue;
        return profile_keys[i].read(data, value) ||
               problem_set(error, PROBLEM_BAD_CONFIG, "%s must be %s", line,
                           profile_keys[i].values);
    }
    g_autofree char *shown = text_clean(line, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_BAD_CONFIG, "there is no %s in a profile", shown);
}

Profile *profile_load(const char *name, GError **error)
{
    g_autofree char *chosen = name ? g_strdup(name) : default_name(error);
    if (!chosen || !check_name(chosen, error))
        return NULL;
    g_autofree char *dir = profiles_dir();
    g_autofree char *path = g_build_filename(dir, chosen, NULL);
    g_auto(Written) written = { 0 };
    g_autoptr(GError) why = NULL;
    if (!config_each_line(path, profile_line, &written, &why)) {
        if (problem_is(why, PROBLEM_NOT_FOUND))
            problem_set(error, PROBLEM_NOT_FOUND, "there is no profile %s", chosen);
        else
            g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (!written.has_kind || (written.kind == PROFILE_SERVER && !written.server)) {
        problem_set(error, PROBLEM_BAD_CONFIG, "%s: a profile needs kind, and server unless local",
                    path);
        return NULL;
    }
    Profile *profile = profile_new(written.kind, chosen, written.server, error);
    if (!profile) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    profile->email = g_steal_pointer(&written.email);
    if (written.ca_file) {
        g_free(profile->ca_file);
        profile->ca_file = g_steal_pointer(&written.ca_file);
    }
    profile->insecure_storage = written.insecure_storage;
    profile->token_command = g_steal_pointer(&written.token_command);
    return profile;
}
