/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/client_rooms.h"

#include <string.h>

#include "base/clock.h"
#include "client/cache_write.h"

const Uuid ann = { .bytes = { 1, 1 } }, zoe = { .bytes = { 1, 2 } }, bob = { .bytes = { 1, 3 } },
           gas = { .bytes = { 2, 1 } }, oak = { .bytes = { 2, 2 } }, elm = { .bytes = { 2, 3 } };

typedef struct Writing {
    char *text; /* a page; NULL: who the user is */
} Writing;

static bool write_one(CacheWriter *writer, gpointer data, GError **error)
{
    const Writing *writing = data;
    if (!writing->text) {
        Account account = {
            .id = ann, .rev = 1, .name = (char *)"Ann", .email = (char *)"ann@x.example"
        };
        return cache_write_account(writer, &account, error);
    }
    g_autoptr(JsonDoc) doc = json_parse(writing->text, strlen(writing->text), error);
    FeedPage page = { .start = false };
    bool ok = doc && feed_page_read(json_root(doc), &page, error) &&
              cache_write_page(writer, json_root(doc), &page, error);
    g_free(page.state);
    return ok;
}

static void write_text(Rooms *rooms, char *text)
{
    g_autofree char *cache = profile_path(rooms->profile->cache_dir, "cache.db");
    g_autofree char *store = profile_path(rooms->profile->data_dir, "leads.db");
    g_autoptr(GError) error = NULL;
    CacheWriter *writer = cache_writer_open(cache, store, &error);
    if (!writer || !cache_writer_tx(writer, write_one, &(Writing){ text }, &error))
        g_error("%s", error->message);
    cache_writer_close(writer);
    g_free(text);
}

void rooms_put(Rooms *rooms, const Uuid *scope, const PageObject *objects, size_t n)
{
    g_assert(!rooms->client);
    write_text(rooms, page_text(scope, "e1.1.5", false, false, objects, n));
}

static void put_scopes(Rooms *rooms)
{
    Scope scopes[5] = { { .id = gas, .kind = SCOPE_GROUP },
                        { .id = oak, .kind = SCOPE_GROUP },
                        { .id = elm, .kind = SCOPE_GROUP },
                        { .id = group_officers_scope(&gas), .kind = SCOPE_OFFICERS },
                        { .id = group_officers_scope(&oak), .kind = SCOPE_OFFICERS } };
    PageObject objects[G_N_ELEMENTS(scopes)];
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        objects[i] = (PageObject){ "scope", false, scopes[i].id, &scope_fields, &scopes[i] };
    rooms_put(rooms, &ann, objects, G_N_ELEMENTS(scopes));
}

static void put_group(Rooms *rooms, const Uuid *id, const char *name, GroupRole role)
{
    Group group = { .id = *id, .rev = 3, .state = GROUP_ACTIVE, .members = 3, .role = role };
    group_input_init(&group.input);
    group.input.name = (char *)name;
    PageObject object = { "group", false, *id, &group_fields, &group };
    rooms_put(rooms, id, &object, 1);
}

static void put_member(Rooms *rooms, const Uuid *group, const Uuid *account, const char *name,
                       GroupRole role)
{
    Member member = { .rev = 4,
                      .group = *group,
                      .account = *account,
                      .name = (char *)name,
                      .business_type = (char *)"plumber",
                      .role = role };
    member.id = uuid_derived(group, account->bytes, sizeof account->bytes);
    PageObject object = { "member", false, member.id, &member_fields, &member };
    rooms_put(rooms, group, &object, 1);
}

/* By hand: GLib remembers where the first home of the process was. */
static Profile *profile_in(const Home *home)
{
    Profile *profile = g_new0(Profile, 1);
    char **const dirs[] = { &profile->config_dir, &profile->data_dir, &profile->cache_dir,
                            &profile->state_dir, &profile->runtime_dir };
    profile->name = g_strdup("test");
    profile->kind = PROFILE_SERVER;
    profile->server = g_strdup("http://127.0.0.1:1");
    profile->insecure_storage = true;
    for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *name = g_strdup_printf("dir-%zu", i);
        *dirs[i] = home_path(home, name);
        g_assert(g_mkdir_with_parents(*dirs[i], 0700) == 0);
    }
    return profile;
}

int rooms_setup(void **state)
{
    Rooms *rooms = g_new0(Rooms, 1);
    clock_freeze(NOON);
    home_make(&rooms->home);
    rooms->profile = profile_in(&rooms->home);
    write_text(rooms, NULL);
    put_scopes(rooms);
    put_group(rooms, &gas, "Gas & Water", ROLE_LEADER);
    put_group(rooms, &oak, "Oak", ROLE_TREASURER);
    put_group(rooms, &elm, "elm", ROLE_MEMBER);
    put_member(rooms, &gas, &ann, "Ann", ROLE_LEADER);
    put_member(rooms, &gas, &zoe, "Zoe", ROLE_MEMBER);
    put_member(rooms, &gas, &bob, "Bob", ROLE_MEMBER);
    *state = rooms;
    return 0;
}

int rooms_teardown(void **state)
{
    Rooms *rooms = *state;
    client_free(rooms->client);
    profile_free(rooms->profile);
    home_remove(&rooms->home);
    g_free(rooms);
    clock_freeze(0);
    return 0;
}

Client *rooms_open(Rooms *rooms)
{
    g_autoptr(GError) error = NULL;
    rooms->client = client_open(rooms->profile, 0, &error);
    if (!rooms->client)
        g_error("%s", error->message);
    return rooms->client;
}

GPtrArray *rooms_items(Rooms *rooms)
{
    GPtrArray *items = client_items(rooms->client, NULL);
    g_assert(items);
    return items;
}

void rooms_refuse(Rooms *rooms, const Uuid *op)
{
    OutboxItem item = { 0 };
    g_assert(store_item(rooms->client->store, op, &item, NULL));
    item.state = OUTBOX_FAILED;
    g_assert(store_set_states(rooms->client->store, &item, 1, NULL));
    fields_clear(&outbox_fields, &item);
    client_forget_items(rooms->client);
}
