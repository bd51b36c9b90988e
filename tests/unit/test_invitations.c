/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's job that ends invitations, without a server around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/invitations.h"
#include "server/invitation_store.h"
#include "server/schema.h"
#include "server/accounts.h"
#include "server/server.h"

static const DbDriver *const drivers[] = { &db_sqlite, NULL };

typedef struct World {
    Db *db;
    Uuid ann, ben;
} World;

static void assert_no_error(const GError *error)
{
    if (error)
        fail_msg("%s", error->message);
}

static bool make_account(Call *call, GError **error)
{
    NewAccount *input = call->scratch;
    Account account = { 0 };
    bool ok = account_create(call, input, &account, error);
    input->id = account.id;
    fields_clear(&account_fields, &account);
    return ok;
}

static Uuid account(Db *db, const char *email)
{
    g_autoptr(GError) error = NULL;
    NewAccount input = { .email = email, .name = email, .verified = true };
    call_run(db, make_account, &input, &error);
    assert_no_error(error);
    return input.id;
}

static int setup(void **state)
{
    g_autoptr(GError) error = NULL;
    World *world = g_new0(World, 1);
    world->db = db_open(drivers, "sqlite::memory:", DB_WRITE, &error);
    assert_no_error(error);
    db_migrate(world->db, server_schema, &error);
    assert_no_error(error);
    db_exec(world->db, &error, "INSERT INTO meta (name, value) VALUES ('epoch', 1)");
    assert_no_error(error);
    world->ann = account(world->db, "ann@a.example");
    world->ben = account(world->db, "ben@b.example");
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    db_close(world->db);
    g_free(world);
    return 0;
}

static Uuid invite(World *world, gint64 expires_at, const char *email)
{
    g_autoptr(GError) error = NULL;
    Uuid id = uuid_new();
    Invitation invitation = { .id = id,
                              .rev = 1,
                              .created_at = 1,
                              .updated_at = 1,
                              .kind = INVITATION_INVITATION,
                              .from.account = world->ann,
                              .email = (char *)email,
                              .via = INVITED_BY_FORM,
                              .state = INVITATION_INVITED,
                              .expires_at = expires_at };
    invitation_insert(world->db, &invitation, email ? NULL : &world->ben, NULL, &error);
    assert_no_error(error);
    return id;
}

static gint64 number(World *world, const char *sql, const Uuid *id)
{
    g_autoptr(GError) error = NULL;
    gint64 n = -1;
    db_one_int(world->db, &error, &n, sql, (DbValue[]){ db_uuid(id) }, 1);
    assert_no_error(error);
    return n;
}

static void those_whose_time_is_over_end(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    gint64 now = clock_now();
    bool again = true;
    Uuid over = invite(world, now - 1, NULL),
         outside = invite(world, now - MS_PER_DAY, "c@c.example");
    Uuid waits = invite(world, now + MS_PER_DAY, "d@d.example");
    call_run(world->db, invitations_expire, &again, &error);
    assert_no_error(error);
    assert_false(again);
    static const char state_sql[] = "SELECT state FROM invitation WHERE id = $1";
    assert_int_equal(number(world, state_sql, &over), INVITATION_EXPIRED);
    assert_int_equal(number(world, state_sql, &outside), INVITATION_EXPIRED);
    assert_int_equal(number(world, state_sql, &waits), INVITATION_INVITED);
    static const char told_sql[] = "SELECT COUNT(*) FROM change_index WHERE object_id = $1";
    assert_int_equal(number(world, told_sql, &over), 2);
    assert_int_equal(number(world, told_sql, &outside), 1);
    assert_int_equal(number(world, told_sql, &waits), 0);
    /* A second run has nothing to do. */
    call_run(world->db, invitations_expire, &again, &error);
    assert_no_error(error);
    assert_int_equal(number(world, "SELECT rev FROM invitation WHERE id = $1", &over), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_whose_time_is_over_end, setup, teardown),
    };
    return cmocka_run_group_tests_name("invitations", tests, NULL, NULL);
}
