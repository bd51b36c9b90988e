/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/credentials.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "wire/json.h"

static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    g_clear_pointer(secret, g_free);
}

static char *token_file(const Profile *profile)
{
    return profile_path(profile->state_dir, "tokens");
}

static bool check_private(const char *path, GError **error)
{
    struct stat st;
    if (g_stat(path, &st) == 0 && (st.st_mode & 077) == 0)
        return true;
    return problem_set(error, PROBLEM_BAD_CONFIG,
                       "%s holds a secret but others may read it: chmod 600 it, and log in again",
                       path);
}

static void take(Credentials *credentials, const Tokens *tokens)
{
    forget(&credentials->access);
    forget(&credentials->refresh);
    credentials->access = g_strdup(tokens->access_token);
    credentials->refresh = g_strdup(tokens->refresh_token);
}

/* A file that makes no sense is as none: the next log-in writes a new one. */
static void read_file(Credentials *credentials, const char *text, size_t length)
{
    g_autoptr(JsonDoc) doc = json_parse(text, length, NULL);
    Tokens tokens = { 0 };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    if (doc && json_decode(json_root(doc), &tokens_fields, &tokens, JSON_REPLY, "#", &errors) &&
        tokens.access_token)
        take(credentials, &tokens);
    fields_clear(&tokens_fields, &tokens);
}

bool credentials_load(Credentials *credentials, const Profile *profile, GError **error)
{
    *credentials = (Credentials){ 0 };
    const char *given = g_getenv("LEADLINE_TOKEN");
    if (given && *given) {
        credentials->access = g_strdup(given);
        credentials->from_environment = true;
        return true;
    }
    if (!profile->insecure_storage)
        return true;
    g_autofree char *path = token_file(profile);
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL))
        return true;
    bool ok = check_private(path, error);
    if (ok)
        read_file(credentials, text, length);
    explicit_bzero(text, length);
    return ok;
}

bool credentials_set(Credentials *credentials, const Profile *profile, const Tokens *tokens,
                     GError **error)
{
    take(credentials, tokens);
    credentials->from_environment = false;
    if (!profile->insecure_storage)
        return true;
    g_autofree char *path = token_file(profile);
    GString *text = g_string_new(NULL);
    json_put_object(text, &tokens_fields, tokens);
    g_autoptr(GError) why = NULL;
    bool ok = g_file_set_contents_full(path, text->str, (gssize)text->len,
                                       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                       0600, &why);
    explicit_bzero(text->str, text->len);
    g_string_free(text, TRUE);
    return ok || problem_set(error, PROBLEM_IO, "%s", why->message);
}

void credentials_forget(Credentials *credentials)
{
    forget(&credentials->access);
    forget(&credentials->refresh);
}

void credentials_clear(Credentials *credentials, const Profile *profile)
{
    credentials_forget(credentials);
    g_autofree char *path = token_file(profile);
    g_unlink(path);
}

void credentials_protect_process(void)
{
#ifndef __SANITIZE_ADDRESS__ /* the leak checker attaches to its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}
