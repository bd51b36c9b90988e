/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/client_fixture.h"

#include <string.h>

#include <glib/gstdio.h>

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

void home_make(Home *home)
{
    static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
                                             "XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
    home->dir = g_dir_make_tmp("leadline-test-XXXXXX", NULL);
    g_assert(home->dir);
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
        g_autofree char *path = g_build_filename(home->dir, variables[i], NULL);
        g_setenv(variables[i], path, TRUE);
        g_assert(g_mkdir_with_parents(path, 0700) == 0);
    }
    g_unsetenv("LEADLINE_PROFILE");
    g_unsetenv("LEADLINE_CONFIG");
    g_unsetenv("LEADLINE_TOKEN");
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS"); /* no test touches the keyring of whoever runs it */
    g_reload_user_special_dirs_cache();
}

void home_remove(Home *home)
{
    remove_tree(home->dir);
    g_clear_pointer(&home->dir, g_free);
}

char *home_path(const Home *home, const char *name)
{
    return g_build_filename(home->dir, name, NULL);
}

static Uuid id_of(guint8 kind, guint32 n)
{
    Uuid id = { .bytes = { 1, 0x93, kind, 0, 0, 0, 0x70, 0, 0x80 } };
    for (int i = 0; i < 4; i++)
        id.bytes[12 + i] = (guint8)(n >> (24 - 8 * i));
    return id;
}

Referral sample_referral(guint32 n)
{
    static const char *const towns[] = { "Leeds", "York", "Málaga", "横浜" };
    return (Referral){
        .id = id_of(1, n),
        .rev = 1,
        .created_at = G_GINT64_CONSTANT(1700000000000) + n * 1000,
        .updated_at = G_GINT64_CONSTANT(1700000000000) + n * 1000,
        .box = n % 5 == 4 ? BOX_SENT : BOX_INBOX,
        .state = REFERRAL_SENT,
        .type = REFERRAL_JOB,
        .from = { id_of(2, n % 3), g_strdup_printf("Sender %u", n % 3), NULL },
        .to = { id_of(2, 9), g_strdup("Me Myself"), NULL },
        .lead = { .id = id_of(3, n),
                  .contact = { .first_name = g_strdup_printf("Anna%u", n),
                               .last_name = g_strdup("Bright"),
                               .phone_1 = g_strdup("01632 960001"),
                               .city = g_strdup(towns[n % 4]) },
                  .need = g_strdup_printf("Boiler number%u", n),
                  .permission = { .given = true, .method = PERMISSION_SPOKEN } },
        .sent_at = G_GINT64_CONSTANT(1700000000000) + n * 1000,
    };
}

char *page_text(const Uuid *scope, const char *state, bool more, bool full,
                const PageObject *objects, size_t n)
{
    GString *out = g_string_new("{\"scope\":");
    json_put_uuid(out, scope);
    g_string_append_printf(
        out, ",\"state\":\"%s\",\"more\":%s,\"full\":%s,\"estimate\":%zu,\"objects\":[", state,
        more ? "true" : "false", full ? "true" : "false", n);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(out, "%s{\"type\":\"%s\",\"id\":", i ? "," : "", objects[i].type);
        json_put_uuid(out, &objects[i].id);
        g_string_append_printf(out, ",\"op\":\"%s\",\"rev\":1",
                               objects[i].deleted ? "delete" : "upsert");
        if (!objects[i].deleted) {
            g_string_append(out, ",\"data\":");
            json_put_object(out, objects[i].table, objects[i].data);
        }
        g_string_append_c(out, '}');
    }
    g_string_append(out, "]}");
    return g_string_free(out, FALSE);
}

bool write_feed_page(CacheWriter *writer, gpointer data, GError **error)
{
    const PageJob *job = data;
    g_autoptr(JsonDoc) doc = json_parse(job->text, strlen(job->text), error);
    FeedPage page = { .start = job->start };
    bool ok = doc && feed_page_read(json_root(doc), &page, error) &&
              cache_write_page(writer, json_root(doc), &page, error);
    g_free(page.state);
    return ok;
}
