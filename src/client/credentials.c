/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/credentials.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/i18n.h"
#include "client/keyring.h"
#include "client/token_command.h"
#include "wire/json.h"

static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    g_clear_pointer(secret, g_free);
}

static void take(Credentials *credentials, TokenPlace place, const char *access,
                 const char *refresh)
{
    char *new_access = g_strdup(access), *new_refresh = g_strdup(refresh); /* may be its own */
    forget(&credentials->access);
    forget(&credentials->refresh);
    credentials->access = new_access;
    credentials->refresh = new_refresh;
    credentials->place = place;
}

static void set_why(Credentials *credentials, const char *why)
{
    char *copy = g_strdup(why);
    g_free(credentials->why);
    credentials->why = copy;
}

/* ---- a pair as text, for the keyring and the file */

static bool take_text(Credentials *credentials, TokenPlace place, const char *text, size_t length)
{
    g_autoptr(JsonDoc) doc = json_parse(text, length, NULL);
    Tokens tokens = { 0 };
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    bool ok = doc &&
              json_decode(json_root(doc), &tokens_fields, &tokens, JSON_REPLY, "#", &errors) &&
              tokens.access_token;
    if (ok)
        take(credentials, place, tokens.access_token, tokens.refresh_token);
    if (doc)
        json_doc_wipe(doc);
    tokens_wipe(&tokens);
    return ok;
}

static GString *to_text(const Credentials *credentials)
{
    GString *text = g_string_sized_new(1024); /* it does not move while it grows */
    Tokens tokens = { .access_token = credentials->access, .refresh_token = credentials->refresh };
    json_put_object(text, &tokens_fields, &tokens);
    return text;
}

static void text_free(GString *text)
{
    explicit_bzero(text->str, text->allocated_len);
    g_string_free(text, TRUE);
}

/* ---- the environment */

static bool environment_is_for(const Credentials *credentials)
{
    const char *given = g_getenv("LEADLINE_TOKEN");
    return given && *given;
}

static bool environment_read(Credentials *credentials, GError **error)
{
    take(credentials, TOKENS_ENVIRONMENT, g_getenv("LEADLINE_TOKEN"), NULL);
    return true;
}

/* ---- the command */

static void fetch_next(Credentials *credentials);

static bool command_is_for(const Credentials *credentials)
{
    return credentials->profile->token_command != NULL;
}

static void on_command(const char *token, const char *why, gpointer data)
{
    Credentials *credentials = data;
    credentials->command = NULL;
    set_why(credentials, why);
    if (token)
        take(credentials, TOKENS_COMMAND, token, NULL);
    fetch_next(credentials);
}

static void command_fetch(Credentials *credentials)
{
    credentials->command = token_command_start(credentials->profile->token_command, on_command,
                                               credentials);
}

/* ---- the keyring */

static bool keyring_is_for(const Credentials *credentials)
{
    const Profile *profile = credentials->profile;
    return profile->kind == PROFILE_SERVER && !profile->insecure_storage && !profile->token_command;
}

static void start_keyring(Credentials *credentials, KeyringTask task, const char *text,
                          KeyringDoneFunc done)
{
    credentials->job = keyring_start(task, credentials->profile->server, credentials->profile->name,
                                     text, done, credentials);
}

static void keyring_told(Credentials *credentials, const char *why)
{
    credentials->job = NULL;
    credentials->keyring_asked = true;
    credentials->keyring_works = why == NULL;
    set_why(credentials, why);
}

static void on_found(const char *secret, const char *why, gpointer data)
{
    Credentials *credentials = data;
    keyring_told(credentials, why);
    if (secret)
        take_text(credentials, TOKENS_KEYRING, secret, strlen(secret));
    fetch_next(credentials);
}

static void keyring_fetch(Credentials *credentials)
{
    start_keyring(credentials, KEYRING_FIND, NULL, on_found);
}

static void finish(Credentials *credentials)
{
    CredentialsFunc done = credentials->done;
    credentials->done = NULL;
    if (done)
        done(credentials->data);
}

static void on_put(const char *secret, const char *why, gpointer data)
{
    Credentials *credentials = data;
    keyring_told(credentials, why);
    credentials->place = why ? TOKENS_MEMORY : TOKENS_KEYRING;
    finish(credentials);
}

static bool keyring_keep(Credentials *credentials, GError **error)
{
    GString *text = to_text(credentials);
    start_keyring(credentials, KEYRING_PUT, text->str, on_put);
    text_free(text);
    return true;
}

static void on_dropped(const char *secret, const char *why, gpointer data)
{
    Credentials *credentials = data;
    keyring_told(credentials, why);
    finish(credentials);
}

/* ---- the file */

static char *token_file(const Profile *profile)
{
    return profile_path(profile->state_dir, "tokens");
}

static bool file_is_for(const Credentials *credentials)
{
    return credentials->profile->insecure_storage;
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

/* A file that makes no sense is as none: the next log-in writes a new one. */
static bool file_read(Credentials *credentials, GError **error)
{
    g_autofree char *path = token_file(credentials->profile);
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL))
        return true;
    bool ok = check_private(path, error);
    if (ok)
        take_text(credentials, TOKENS_FILE, text, length);
    explicit_bzero(text, length);
    return ok;
}

static bool file_keep(Credentials *credentials, GError **error)
{
    g_autofree char *path = token_file(credentials->profile);
    g_autoptr(GError) why = NULL;
    GString *text = to_text(credentials);
    bool ok = g_file_set_contents_full(path, text->str, (gssize)text->len,
                                       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                       0600, &why);
    text_free(text);
    credentials->place = ok ? TOKENS_FILE : TOKENS_MEMORY;
    if (!ok)
        return problem_set(error, PROBLEM_IO, "%s", why->message);
    finish(credentials);
    return true;
}

/* ---- memory */

static bool memory_is_for(const Credentials *credentials)
{
    return true;
}

static bool memory_keep(Credentials *credentials, GError **error)
{
    credentials->place = TOKENS_MEMORY;
    finish(credentials);
    return true;
}

/* ---- the table */

typedef struct TokenStore {
    TokenPlace place;
    const char *code;
    bool (*is_for)(const Credentials *credentials);         /* of this profile, just now */
    bool (*read)(Credentials *credentials, GError **error); /* at once */
    void (*fetch)(Credentials *credentials);                /* ends with fetch_next() */
    /* ends with finish(), perhaps later; NULL: it takes none */
    bool (*keep)(Credentials *credentials, GError **error);
} TokenStore;

static const TokenStore stores[] = {
    { TOKENS_ENVIRONMENT, "environment", environment_is_for, environment_read, NULL, NULL },
    { TOKENS_COMMAND, "command", command_is_for, NULL, command_fetch, NULL },
    { TOKENS_KEYRING, "keyring", keyring_is_for, NULL, keyring_fetch, keyring_keep },
    { TOKENS_FILE, "file", file_is_for, file_read, NULL, file_keep },
    { TOKENS_MEMORY, "memory", memory_is_for, NULL, NULL, memory_keep },
};

const char *token_place_code(TokenPlace place)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stores); i++)
        if (stores[i].place == place)
            return stores[i].code;
    return "none";
}

/* The first that is for this profile and comes after `after`; NULL none. */
static const TokenStore *store_after(const Credentials *credentials, TokenPlace after)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stores); i++)
        if (stores[i].place > after && stores[i].is_for(credentials))
            return &stores[i];
    return NULL;
}

bool credentials_open(Credentials *credentials, const Profile *profile, GError **error)
{
    *credentials = (Credentials){ .profile = profile_copy(profile) };
    const TokenStore *store = store_after(credentials, TOKENS_NONE);
    if (store->read && !store->read(credentials, error)) {
        credentials_close(credentials);
        return false;
    }
    return true;
}

/* ---- fetching */

typedef struct Waiting {
    CredentialsFunc done;
    gpointer data;
} Waiting;

static void fetch_end(Credentials *credentials)
{
    GArray *waiting = g_steal_pointer(&credentials->waiting);
    credentials->fetched = true;
    for (guint i = 0; waiting && i < waiting->len; i++) {
        const Waiting *one = &g_array_index(waiting, Waiting, i);
        one->done(one->data);
    }
    if (waiting)
        g_array_unref(waiting);
}

/* A profile has one place that takes time: after it, all is known. */
static void fetch_next(Credentials *credentials)
{
    fetch_end(credentials);
}

void credentials_fetch(Credentials *credentials, CredentialsFunc done, gpointer data)
{
    Waiting one = { done, data };
    const TokenStore *store = store_after(credentials, TOKENS_NONE);
    if (credentials->access || credentials->fetched || !store->fetch) {
        done(data);
        return;
    }
    bool runs = credentials->waiting != NULL;
    if (!runs)
        credentials->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    g_array_append_val(credentials->waiting, one);
    if (!runs)
        store->fetch(credentials);
}

void credentials_fetch_again(Credentials *credentials, CredentialsFunc done, gpointer data)
{
    if (!credentials->waiting && store_after(credentials, TOKENS_NONE)->fetch) {
        forget(&credentials->access);
        forget(&credentials->refresh);
        credentials->place = TOKENS_NONE;
        credentials->fetched = false;
    }
    credentials_fetch(credentials, done, data);
}

/* What is new makes void what somebody waits for. */
static void stop(Credentials *credentials)
{
    g_clear_pointer(&credentials->waiting, g_array_unref);
    keyring_cancel(g_steal_pointer(&credentials->job));
    token_command_cancel(g_steal_pointer(&credentials->command));
    credentials->done = NULL;
}

/* ---- keeping */

bool credentials_keep(Credentials *credentials, const Tokens *tokens, CredentialsFunc done,
                      gpointer data, GError **error)
{
    const TokenStore *store = stores;
    stop(credentials);
    take(credentials, TOKENS_MEMORY, tokens->access_token, tokens->refresh_token);
    set_why(credentials, NULL);
    credentials->fetched = true;
    credentials->done = done;
    credentials->data = data;
    while (!store->keep || !store->is_for(credentials))
        store++;
    if (store->keep(credentials, error))
        return true;
    credentials->done = NULL;
    return false;
}

void credentials_drop(Credentials *credentials, CredentialsFunc done, gpointer data)
{
    g_autofree char *path = token_file(credentials->profile);
    stop(credentials);
    forget(&credentials->access);
    forget(&credentials->refresh);
    credentials->place = TOKENS_NONE;
    set_why(credentials, NULL);
    g_unlink(path);
    credentials->fetched = true;
    credentials->done = done;
    credentials->data = data;
    /* Also when they came from elsewhere this time: an older log-in may be in it. */
    if (credentials->profile->kind == PROFILE_SERVER)
        start_keyring(credentials, KEYRING_DROP, NULL, on_dropped);
    else
        finish(credentials);
}

void credentials_close(Credentials *credentials)
{
    stop(credentials);
    forget(&credentials->access);
    forget(&credentials->refresh);
    credentials->place = TOKENS_NONE;
    g_clear_pointer(&credentials->why, g_free);
    g_clear_pointer(&credentials->profile, profile_free);
}

void credentials_protect_process(void)
{
#ifndef __SANITIZE_ADDRESS__ /* the leak checker attaches to its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}
