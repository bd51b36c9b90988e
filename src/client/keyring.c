/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/keyring.h"

#include <gmodule.h>
#include <libsecret/secret.h>
#include <string.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"

/* ---- the library: one table of what is used, its own and what it brings along */

#define SECRET_SYMBOLS(X)                                                                          \
    X(secret_service_get_sync)                                                                     \
    X(secret_service_search_sync)                                                                  \
    X(secret_item_get_locked)                                                                      \
    X(secret_item_get_secret)                                                                      \
    X(secret_value_get_text)                                                                       \
    X(secret_value_unref)                                                                          \
    X(secret_password_storev_sync)                                                                 \
    X(secret_password_clearv_sync)                                                                 \
    X(g_cancellable_new)                                                                           \
    X(g_cancellable_cancel)                                                                        \
    X(g_object_unref)

static struct {
#define X(name) __typeof__(name) *name;
    SECRET_SYMBOLS(X)
#undef X
    bool loaded;
} secret;

static bool load(void)
{
    static const struct {
        const char *name;
        size_t offset;
    } symbols[] = {
#define X(name) { #name, offsetof(__typeof__(secret), name) },
        SECRET_SYMBOLS(X)
#undef X
    };
    if (secret.loaded)
        return true;
    GModule *module = g_module_open(SECRET_SONAME, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (!module)
        return false;
    g_module_make_resident(module); /* it has registered types: it cannot go again */
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++) {
        gpointer at = NULL;
        if (!g_module_symbol(module, symbols[i].name, &at) || !at)
            return false;
        memcpy((char *)&secret + symbols[i].offset, &at, sizeof at);
    }
    secret.loaded = true;
    return true;
}

/* Asked first, since without an address GLib may start a bus of its own. */
static bool has_bus(void)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    if (address && *address)
        return true;
    g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* ---- a job: of the main thread and of its own, which gives it back */

struct KeyringJob {
    gint owners; /* atomic */
    KeyringTask task;
    char *server, *profile, *secret, *found, *why;
    GCancellable *cancellable;
    KeyringDoneFunc done; /* main thread only; NULL: nobody waits any more */
    gpointer data;
    guint deadline;
};

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

static void job_unref(KeyringJob *job)
{
    if (!g_atomic_int_dec_and_test(&job->owners))
        return;
    wipe(job->secret);
    wipe(job->found);
    g_free(job->server);
    g_free(job->profile);
    g_free(job->why);
    if (job->cancellable)
        secret.g_object_unref(job->cancellable);
    g_free(job);
}

/* ---- in the thread */

static const SecretSchema schema = {
    "org.leadline.Tokens",
    SECRET_SCHEMA_NONE,
    { { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 } },
};

static GHashTable *attributes_of(const KeyringJob *job)
{
    GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(attributes, (gpointer) "server", job->server);
    g_hash_table_insert(attributes, (gpointer) "profile", job->profile);
    return attributes;
}

static void explain(KeyringJob *job, const GError *error)
{
    bool unknown = error && g_quark_from_string("g-dbus-error-quark") == error->domain &&
                   (error->code == G_DBUS_ERROR_SERVICE_UNKNOWN ||
                    error->code == G_DBUS_ERROR_NAME_HAS_NO_OWNER);
    if (unknown)
        job->why = g_strdup(_("no keyring runs on the session bus"));
    else if (error)
        job->why = text_clean(error->message, -1, TEXT_LINE);
    else
        job->why = g_strdup(_("the keyring is locked"));
}

static void take(KeyringJob *job, SecretItem *item)
{
    SecretValue *value = secret.secret_item_get_locked(item) ? NULL
                                                             : secret.secret_item_get_secret(item);
    const char *text = value ? secret.secret_value_get_text(value) : NULL;
    if (text)
        job->found = g_strdup(text);
    else
        job->why = g_strdup(_("the keyring is locked"));
    if (value)
        secret.secret_value_unref(value);
}

static void find(KeyringJob *job, SecretService *service, GHashTable *attributes, GError **error)
{
    GList *items = secret.secret_service_search_sync(
        service, &schema, attributes, SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS,
        job->cancellable, error);
    if (items)
        take(job, items->data);
    g_list_free_full(items, secret.g_object_unref);
}

static void put(KeyringJob *job, GHashTable *attributes, GError **error)
{
    g_autofree char *label = g_strdup_printf(_("Leadline: %s at %s"), job->profile, job->server);
    if (!secret.secret_password_storev_sync(&schema, attributes, SECRET_COLLECTION_DEFAULT, label,
                                            job->secret, job->cancellable, error) &&
        !*error)
        explain(job, NULL); /* its password was asked for and not given */
}

static gboolean give_back(gpointer data);

static gpointer run(gpointer data)
{
    KeyringJob *job = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) attributes = attributes_of(job);
    SecretService *service = secret.secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION,
                                                            job->cancellable, &error);
    if (service && job->task == KEYRING_FIND)
        find(job, service, attributes, &error);
    else if (service && job->task == KEYRING_PUT)
        put(job, attributes, &error);
    else if (service)
        secret.secret_password_clearv_sync(&schema, attributes, job->cancellable, &error);
    if (service)
        secret.g_object_unref(service);
    if (error)
        explain(job, error);
    g_idle_add_full(G_PRIORITY_DEFAULT, give_back, job, NULL);
    return NULL;
}

/* ---- in the main thread */

static void leave(KeyringJob *job)
{
    g_clear_handle_id(&job->deadline, g_source_remove);
    job->done = NULL;
    job_unref(job);
}

static gboolean give_back(gpointer data)
{
    KeyringJob *job = data;
    if (job->done) {
        KeyringDoneFunc done = job->done;
        job->done = NULL;
        done(job->found, job->why, job->data);
        leave(job);
    }
    job_unref(job);
    return G_SOURCE_REMOVE;
}

static gboolean on_deadline(gpointer data)
{
    KeyringJob *job = data;
    KeyringDoneFunc done = job->done;
    gpointer user = job->data;
    g_autofree char *why = g_strdup_printf(_("the keyring did not answer within %d seconds"),
                                           KEYRING_MS / 1000);
    job->deadline = 0;
    secret.g_cancellable_cancel(job->cancellable);
    leave(job);
    done(NULL, why, user);
    return G_SOURCE_REMOVE;
}

/* There is nobody to ask: from the main loop too, so that a caller is never called back from its own call. */
static gboolean on_nobody(gpointer data)
{
    KeyringJob *job = data;
    job->deadline = 0;
    KeyringDoneFunc done = job->done;
    job->done = NULL;
    done(NULL, job->why, job->data);
    leave(job);
    return G_SOURCE_REMOVE;
}

KeyringJob *keyring_start(KeyringTask task, const char *server, const char *profile,
                          const char *text, KeyringDoneFunc done, gpointer data)
{
    KeyringJob *job = g_new0(KeyringJob, 1);
    job->owners = 1;
    job->task = task;
    job->server = g_strdup(server);
    job->profile = g_strdup(profile);
    job->secret = g_strdup(text);
    job->done = done;
    job->data = data;
    if (!has_bus())
        job->why = g_strdup(_("there is no session bus"));
    else if (!load())
        job->why = g_strdup(_("libsecret is not installed"));
    if (job->why) {
        job->deadline = g_idle_add_full(G_PRIORITY_DEFAULT, on_nobody, job, NULL);
        return job;
    }
    job->cancellable = secret.g_cancellable_new();
    job->deadline = g_timeout_add(KEYRING_MS, on_deadline, job);
    job->owners = 2;
    g_thread_unref(g_thread_new("keyring", run, job));
    return job;
}

void keyring_cancel(KeyringJob *job)
{
    if (!job)
        return;
    if (job->cancellable)
        secret.g_cancellable_cancel(job->cancellable);
    leave(job);
}
