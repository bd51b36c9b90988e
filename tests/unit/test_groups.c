/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scopes in the cache: what a page of which writes, what goes with a scope; groups, members and requests as they are read. */
#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "client/cache_groups.h"
#include "client/cache_partners.h"
#include "client/cache_shared.h"
#include "client/client.h"
#include "tests/unit/client_fixture.h"

typedef struct World {
    Home home;
    char *cache_path, *store_path;
    CacheWriter *writer;
    Cache *cache;
} World;

static const Uuid me = { .bytes = { 1, 1 } }, gas = { .bytes = { 2, 1 } },
                  oak = { .bytes = { 2, 2 } };

static bool write_me(CacheWriter *writer, gpointer data, GError **error)
{
    Account account = { .id = me, .rev = 1, .name = "Zoe", .email = "zoe@x.example" };
    return cache_write_account(writer, &account, error);
}

static int setup(void **state)
{
    World *world = g_new0(World, 1);
    home_make(&world->home);
    world->cache_path = home_path(&world->home, "cache.db");
    world->store_path = home_path(&world->home, "leads.db");
    world->writer = cache_writer_open(world->cache_path, world->store_path, NULL);
    world->cache = cache_open(world->cache_path, NULL);
    assert_non_null(world->writer);
    assert_non_null(world->cache);
    assert_true(cache_writer_tx(world->writer, write_me, NULL, NULL));
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    cache_close(world->cache);
    cache_writer_close(world->writer);
    home_remove(&world->home);
    g_free(world->cache_path);
    g_free(world->store_path);
    g_free(world);
    return 0;
}

/* ---- pages */

static void page_of(World *world, const Uuid *scope, bool start, const PageObject *objects,
                    size_t n)
{
    PageJob job = { page_text(scope, "e1.1.5", false, start, objects, n), start };
    g_autoptr(GError) error = NULL;
    if (!cache_writer_tx(world->writer, write_feed_page, &job, &error))
        fail_msg("%s", error->message);
    g_free(job.text);
}

static PageObject scope_object(Scope *scope, const Uuid *id, ScopeKind kind)
{
    *scope = (Scope){ .id = *id, .kind = kind, .role = "member" };
    return (PageObject){ "scope", false, *id, &scope_fields, scope };
}

static void join(World *world, const Uuid *group, bool start)
{
    Scope scope;
    PageObject object = scope_object(&scope, group, SCOPE_GROUP);
    page_of(world, &me, start, &object, 1);
}

static void leave(World *world, const Uuid *group)
{
    PageObject object = { "scope", true, *group, NULL, NULL };
    page_of(world, &me, false, &object, 1);
}

static Uuid nth(guint8 kind, guint n)
{
    return (Uuid){ .bytes = { kind, 0, 0, 0, 0, 0, 0x70, 0,
                              0x80, [14] = (guint8)(n >> 8), [15] = (guint8)n } };
}

/* Members n, n + 1, ...: their names are in another order than their ids. */
static void put_members(World *world, const Uuid *group, guint first, guint n, bool start)
{
    static const char *const trades[] = { "accountant", "plumber", "roofer" };
    g_autofree Member *members = g_new0(Member, n);
    g_autofree PageObject *objects = g_new0(PageObject, n + 1);
    Group of = { .id = *group, .rev = 1, .state = GROUP_ACTIVE, .members = n };
    of.input.name = uuid_equal(group, &gas) ? "Gas & Water" : "Oak";
    objects[0] = (PageObject){ "group", false, *group, &group_fields, &of };
    for (guint i = 0; i < n; i++) {
        guint k = first + i;
        members[i] = (Member){ .id = nth(7, k), .rev = 1, .group = *group, .account = nth(8, k) };
        members[i].name = g_strdup_printf("%c. Zuckmayer%03u", 'a' + (int)(k * 7 % 26), k);
        members[i].company_name = g_strdup_printf("Company%u", k);
        members[i].business_type = g_strdup(trades[k % 3]);
        members[i].role = ROLE_MEMBER;
        objects[i + 1] = (PageObject){ "member", false, members[i].id, &member_fields,
                                       &members[i] };
    }
    page_of(world, group, start, objects, n + 1);
    for (guint i = 0; i < n; i++)
        fields_clear(&member_fields, &members[i]);
}

static gint64 n_members(World *world, const Uuid *group)
{
    gint64 n = -1;
    assert_true(cache_member_count(world->cache, group, NULL, &n, NULL));
    return n;
}

/* ---- scopes */

static void a_page_of_a_scope_is_taken_while_the_account_has_it(void **state)
{
    World *world = *state;
    put_members(world, &gas, 0, 3, true);
    assert_int_equal(n_members(world, &gas), 0);
    join(world, &gas, true);
    put_members(world, &gas, 0, 3, true);
    assert_int_equal(n_members(world, &gas), 3);
    leave(world, &gas);
    put_members(world, &gas, 0, 3, false); /* was under way */
    assert_int_equal(n_members(world, &gas), 0);
    g_autoptr(GPtrArray) groups = cache_groups(world->cache, NULL);
    assert_int_equal(groups->len, 0);
}

static bool holds(const char *path, const char *text)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    return g_file_get_contents(path, &bytes, &length, NULL) &&
           memmem(bytes, length, text, strlen(text)) != NULL;
}

static void r18_no_byte_of_a_group_stays_when_it_is_left(void **state)
{
    World *world = *state;
    g_autofree char *log = g_strconcat(world->cache_path, "-wal", NULL);
    join(world, &gas, true);
    put_members(world, &gas, 0, 200, true);
    for (guint i = 0; i < 200; i += 3) /* rows move about */
        put_members(world, &gas, i, 1, false);
    assert_true(holds(world->cache_path, "Zuckmayer") || holds(log, "Zuckmayer"));
    assert_true(holds(world->cache_path, "Gas & Water") || holds(log, "Gas & Water"));
    leave(world, &gas);
    static const char *const traces[] = { "Zuckmayer", "zuckmayer", "Company7", "Gas & Water" };
    for (size_t i = 0; i < G_N_ELEMENTS(traces); i++) {
        assert_false(holds(world->cache_path, traces[i]));
        assert_false(holds(log, traces[i]));
    }
}

static void a_scope_goes_with_its_rows_and_no_other(void **state)
{
    World *world = *state;
    Scope scopes[2];
    PageObject objects[] = { scope_object(&scopes[0], &gas, SCOPE_GROUP),
                             scope_object(&scopes[1], &oak, SCOPE_GROUP) };
    page_of(world, &me, true, objects, 2);
    put_members(world, &gas, 0, 5, true);
    put_members(world, &oak, 3, 4, true); /* the same people among them */
    assert_int_equal(n_members(world, &gas), 5);
    assert_int_equal(n_members(world, &oak), 4);
    put_members(world, &oak, 3, 2, true); /* a full sync of one sweeps there alone */
    assert_int_equal(n_members(world, &gas), 5);
    assert_int_equal(n_members(world, &oak), 2);
    page_of(world, &me, true, objects + 1, 1); /* and one of the account finds a scope gone */
    assert_int_equal(n_members(world, &gas), 0);
    assert_int_equal(n_members(world, &oak), 2);
    g_autoptr(GArray) left = cache_read_scopes(world->writer, NULL);
    assert_int_equal(left->len, 2);
    assert_true(uuid_equal(&g_array_index(left, ScopeFeed, 0).scope, &me));
    assert_true(uuid_equal(&g_array_index(left, ScopeFeed, 1).scope, &oak));
}

/* A table that a scope has rows in is forgotten with it: all such are in feed_types[], and their columns are right. */
static bool look_at_tables(CacheWriter *writer, gpointer data, GError **error)
{
    guint *n = data;
    for (const FeedType *type = feed_types; type->name; type++, ++*n)
        if (type->table && !shared_forget(writer, NULL, error))
            return false;
    g_autoptr(DbRows) rows = db_query(
        writer->db, error,
        "SELECT t.name FROM sqlite_master t WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM"
        " pragma_table_info(t.name) c WHERE c.name = 'scope') AND t.name <> 'feed'");
    while (rows && db_next(rows, error)) {
        const FeedType *type = feed_types;
        while (type->name && g_strcmp0(type->table, db_get_text(rows, 0)) != 0)
            type++;
        if (!type->name)
            fail_msg("rows of %s stay when their scope goes", db_get_text(rows, 0));
    }
    return rows && db_rows_ok(rows);
}

static void all_tables_with_a_scope_are_known(void **state)
{
    World *world = *state;
    guint n = 0;
    assert_true(cache_writer_tx(world->writer, look_at_tables, &n, NULL));
    assert_true(n > 6);
    join(world, &gas, true);
    for (const FeedType *type = feed_types; type->name; type++) {
        if (!type->table)
            continue;
        g_autofree void *object = g_malloc0(type->fields->size);
        *(Uuid *)field_at(field_find(type->fields, "id"), object) = nth(5, 1);
        PageObject one = { type->name, false, nth(5, 1), type->fields, object };
        page_of(world, &gas, false, &one, 1);
    }
}

/* ---- members */

static void members_are_walked_by_windows(void **state)
{
    World *world = *state;
    join(world, &gas, true);
    put_members(world, &gas, 0, 100, true);
    g_autoptr(GPtrArray) all = cache_members(world->cache, &gas, NULL, NULL, true, 1000, NULL);
    assert_int_equal(all->len, 100);
    for (guint i = 1; i < all->len; i++)
        assert_true(strcmp(((Member *)all->pdata[i - 1])->name, ((Member *)all->pdata[i])->name) <
                    0);
    const Member *at = NULL;
    for (guint i = 0; i < all->len; i += 7) {
        g_autoptr(GPtrArray) some = cache_members(world->cache, &gas, NULL, at, true, 7, NULL);
        for (guint k = 0; k < some->len; k++)
            assert_string_equal(((Member *)some->pdata[k])->name,
                                ((Member *)all->pdata[i + k])->name);
        gint64 rank = -1;
        at = all->pdata[MIN(i + 6, all->len - 1)];
        assert_true(cache_member_rank(world->cache, &gas, NULL, at, &rank, NULL));
        assert_int_equal(rank, MIN(i + 6, all->len - 1));
    }
    g_autoptr(GPtrArray)
        before = cache_members(world->cache, &gas, NULL, all->pdata[50], false, 3, NULL);
    g_autoptr(GPtrArray) last = cache_members(world->cache, &gas, NULL, NULL, false, 3, NULL);
    for (guint k = 0; k < 3; k++) {
        assert_string_equal(((Member *)before->pdata[k])->name,
                            ((Member *)all->pdata[47 + k])->name);
        assert_string_equal(((Member *)last->pdata[k])->name, ((Member *)all->pdata[97 + k])->name);
    }
    gint64 n = 0;
    assert_true(cache_member_count(world->cache, &gas, "plumb zuck", &n, NULL));
    assert_int_equal(n, 33);
    g_autoptr(GPtrArray)
        one = cache_members(world->cache, &gas, "zuckmayer042", NULL, true, 9, NULL);
    assert_int_equal(one->len, 1);
    Member member = { 0 };
    Uuid account = nth(8, 42);
    assert_true(cache_member(world->cache, &gas, &account, &member, NULL));
    assert_string_equal(member.company_name, "Company42");
    fields_clear(&member_fields, &member);
    g_autoptr(GPtrArray) roles = cache_memberships(world->cache, &account, NULL);
    assert_int_equal(roles->len, 1);
}

/* A window of a group of 2,000 costs what one of a group of 20 does. */
static void a_window_costs_what_it_shows(void **state)
{
    World *world = *state;
    gint64 work[2];
    for (int i = 0; i < 2; i++) {
        join(world, &gas, true);
        put_members(world, &gas, 0, i ? 2000 : 20, true);
        gint64 before = cache_work(world->cache);
        g_autoptr(GPtrArray) some = cache_members(world->cache, &gas, NULL, NULL, true, 10, NULL);
        assert_int_equal(some->len, 10);
        work[i] = cache_work(world->cache) - before;
    }
    assert_true(work[1] <= work[0] + work[0] / 4);
}

/* ---- requests */

static PageObject request_object(MembershipRequest *request, guint n, RequestState state,
                                 gint64 rev)
{
    *request = (MembershipRequest){ .id = nth(6, n),
                                    .rev = rev,
                                    .created_at = 1000 + n,
                                    .group = gas,
                                    .state = state,
                                    .from = { nth(8, n), "Kim", NULL } };
    return (PageObject){ "membership_request", false, request->id, &membership_request_fields,
                         request };
}

static void a_request_reads_as_its_scope_may(void **state)
{
    World *world = *state;
    Scope scope;
    MembershipRequest theirs[2], mine;
    Uuid officers = group_officers_scope(&gas);
    PageObject own[] = { scope_object(&scope, &officers, SCOPE_OFFICERS),
                         request_object(&mine, 1, REQUEST_REQUESTED, 1) };
    page_of(world, &me, true, own, 2);
    PageObject of_officers[] = { request_object(&theirs[0], 1, REQUEST_REQUESTED, 1),
                                 request_object(&theirs[1], 2, REQUEST_DECLINED, 1) };
    theirs[0].seat_taken_by = "Ann";
    page_of(world, &officers, true, of_officers, 2);

    g_autoptr(GPtrArray) ours = cache_requests(world->cache, NULL, false, NULL);
    g_autoptr(GPtrArray) all = cache_requests(world->cache, &gas, false, NULL);
    g_autoptr(GPtrArray) open = cache_requests(world->cache, &gas, true, NULL);
    assert_int_equal(ours->len, 1);
    assert_int_equal(all->len, 2);
    assert_int_equal(open->len, 1);
    assert_null(((MembershipRequest *)ours->pdata[0])->seat_taken_by);
    assert_string_equal(((MembershipRequest *)open->pdata[0])->seat_taken_by, "Ann");
    MembershipRequest one = { 0 };
    Uuid id = nth(6, 1);
    assert_true(cache_request(world->cache, &id, &one, NULL));
    assert_string_equal(one.seat_taken_by, "Ann");
    fields_clear(&membership_request_fields, &one);

    /* The officers' circle is left: one's own request stays. */
    PageObject gone = { "scope", true, officers, NULL, NULL };
    page_of(world, &me, false, &gone, 1);
    assert_true(cache_request(world->cache, &id, &one, NULL));
    assert_null(one.seat_taken_by);
    fields_clear(&membership_request_fields, &one);
}

static void a_request_that_comes_is_news_to_an_officer_alone(void **state)
{
    World *world = *state;
    Scope scope;
    MembershipRequest requests[2];
    Uuid officers = group_officers_scope(&gas);
    PageObject own = scope_object(&scope, &officers, SCOPE_OFFICERS);
    page_of(world, &me, true, &own, 1);
    PageObject first = request_object(&requests[0], 1, REQUEST_REQUESTED, 1);
    page_of(world, &officers, true, &first, 1); /* was there before */
    PageObject more[] = { request_object(&requests[0], 1, REQUEST_REQUESTED, 2),
                          request_object(&requests[1], 2, REQUEST_REQUESTED, 1) };
    page_of(world, &officers, false, more, 2);
    PageObject my_own = request_object(&requests[0], 3, REQUEST_REQUESTED, 1);
    page_of(world, &me, false, &my_own, 1);
    g_autoptr(GArray) ids = cache_requested(world->cache, NULL);
    Uuid second = nth(6, 2);
    assert_int_equal(ids->len, 1);
    assert_true(uuid_equal(&g_array_index(ids, Uuid, 0), &second));
}

static void an_older_object_is_passed_over(void **state)
{
    World *world = *state;
    MembershipRequest request;
    PageObject newer = request_object(&request, 1, REQUEST_APPROVED, 5);
    page_of(world, &me, true, &newer, 1);
    PageObject older = request_object(&request, 1, REQUEST_REQUESTED, 4);
    page_of(world, &me, false, &older, 1);
    MembershipRequest one = { 0 };
    Uuid id = nth(6, 1);
    assert_true(cache_request(world->cache, &id, &one, NULL));
    assert_int_equal(one.state, REQUEST_APPROVED);
    fields_clear(&membership_request_fields, &one);
    page_of(world, &me, true, &older, 1); /* but of a server that was restored */
    assert_true(cache_request(world->cache, &id, &one, NULL));
    assert_int_equal(one.state, REQUEST_REQUESTED);
    fields_clear(&membership_request_fields, &one);
}

/* ---- partners by a group */

/* Individual partners: accounts of members n, n + 1, ... of put_members(). */
static void put_partners(World *world, guint first, guint n)
{
    g_autofree Partner *partners = g_new0(Partner, n);
    g_autofree PageObject *objects = g_new0(PageObject, n);
    for (guint i = 0; i < n; i++) {
        partners[i] = (Partner){ .account = nth(8, first + i), .rev = 1, .since = 5000 };
        partners[i].name = g_strdup_printf("P. Individual%02u", first + i);
        partners[i].business_type = g_strdup("accountant");
        objects[i] = (PageObject){ "partner", false, partners[i].account, &partner_fields,
                                   &partners[i] };
    }
    page_of(world, &me, false, objects, n);
    for (guint i = 0; i < n; i++)
        fields_clear(&partner_fields, &partners[i]);
}

static void put_lead(World *world, guint n, const Uuid *to)
{
    Referral lead = sample_referral(n);
    lead.box = BOX_SENT;
    lead.to.account = *to;
    lead.sent_at = 3000 + n;
    PageObject object = { "referral", false, lead.id, &referral_fields, &lead };
    page_of(world, &me, false, &object, 1);
    fields_clear(&referral_fields, &lead);
}

static const PartnerRow *row_of(const GPtrArray *rows, const Uuid *account)
{
    for (guint i = 0; i < rows->len; i++)
        if (uuid_equal(&((PartnerRow *)rows->pdata[i])->partner.account, account))
            return rows->pdata[i];
    return NULL;
}

static const PartnerQuery all_time = { .now = 10000 };

static void r16_partners_of_groups_stand_behind_the_individual_ones(void **state)
{
    World *world = *state;
    join(world, &gas, true);
    put_partners(world, 18, 4); /* 18, 19 are members too; 20, 21 are not */
    put_members(world, &gas, 0, 20, true);
    for (int sort = PARTNERS_BY_NAME; sort <= PARTNERS_BY_ACTIVITY; sort++)
        for (int turned = 0; turned < 2; turned++) {
            PartnerQuery query = { .now = 10000, .sort = (PartnerSort)sort, .reverse = turned };
            g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &query, NULL);
            assert_int_equal(rows->len, 4 + 18);
            for (guint i = 0; i < rows->len; i++)
                assert_int_equal(((PartnerRow *)rows->pdata[i])->via,
                                 i < 4 ? VIA_INDIVIDUAL : VIA_GROUP);
        }
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    Uuid both = nth(8, 18), alone = nth(8, 20), fellow = nth(8, 3);
    assert_string_equal(row_of(rows, &both)->groups, "Gas & Water");
    assert_null(row_of(rows, &alone)->groups);
    assert_string_equal(row_of(rows, &fellow)->groups, "Gas & Water");
    gint64 n = 0;
    assert_true(cache_partner_count(world->cache, &n, NULL));
    assert_int_equal(n, 4); /* R13 counts these */
    g_autoptr(GPtrArray) brief = cache_partners(world->cache, NULL, 1000, NULL);
    assert_int_equal(brief->len, 22);
    g_autoptr(GPtrArray) found = cache_partners(world->cache, "gas", 1000, NULL);
    assert_int_equal(found->len, 20);
}

static void r17_all_members_are_there_at_once_each_but_once(void **state)
{
    World *world = *state;
    Scope scopes[2];
    PageObject objects[] = { scope_object(&scopes[0], &gas, SCOPE_GROUP),
                             scope_object(&scopes[1], &oak, SCOPE_GROUP) };
    page_of(world, &me, true, objects, 2);
    put_members(world, &gas, 0, 9, true);
    put_members(world, &oak, 5, 9, true); /* 5..8 are in both */
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    assert_int_equal(rows->len, 14);
    Uuid both = nth(8, 6);
    const PartnerRow *row = row_of(rows, &both);
    assert_non_null(strstr(row->groups, "Gas & Water"));
    assert_non_null(strstr(row->groups, "Oak"));
    PartnerRow *alone = cache_partner_row(world->cache, &both, &all_time, NULL);
    assert_int_equal(alone->via, VIA_GROUP);
    assert_string_equal(alone->groups, "Gas & Water, Oak");
    partner_row_free(alone);

    /* Oneself is no partner. */
    Member myself = { .id = nth(7, 99), .rev = 1, .group = gas, .account = me, .name = "Zoe" };
    PageObject object = { "member", false, myself.id, &member_fields, &myself };
    page_of(world, &gas, false, &object, 1);
    g_autoptr(GPtrArray) again = cache_partner_rows(world->cache, &all_time, NULL);
    assert_int_equal(again->len, 14);
    Partner none = { 0 };
    assert_false(cache_partner(world->cache, &me, &none, NULL));
}

static void put_barred(World *world, const Uuid *group, guint n, guint who, gint64 until)
{
    Member one = { .id = nth(7, n), .rev = 1, .group = *group, .account = nth(8, who) };
    one.name = "Ann";
    one.unreferrable_until = until;
    PageObject object = { "member", false, one.id, &member_fields, &one };
    page_of(world, group, false, &object, 1);
}

static void assert_barred(World *world, guint who, gint64 until)
{
    Uuid account = nth(8, who);
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    g_autoptr(GPtrArray) brief = cache_partners(world->cache, NULL, 1000, NULL);
    PartnerRow *alone = cache_partner_row(world->cache, &account, &all_time, NULL);
    assert_int_equal(row_of(rows, &account)->barred_until, until);
    assert_int_equal(row_of(brief, &account)->barred_until, until);
    assert_int_equal(alone->barred_until, until);
    partner_row_free(alone);
}

static void r118_who_takes_no_leads_is_known_unless_a_group_or_a_partner_lets_them(void **state)
{
    World *world = *state;
    Scope scopes[2];
    PageObject objects[] = { scope_object(&scopes[0], &gas, SCOPE_GROUP),
                             scope_object(&scopes[1], &oak, SCOPE_GROUP) };
    page_of(world, &me, true, objects, 2);
    put_members(world, &gas, 0, 1, true);
    put_members(world, &oak, 1, 1, true);
    put_partners(world, 52, 1);
    put_barred(world, &gas, 60, 50, 20000); /* barred in the only group */
    put_barred(world, &gas, 61, 51, 20000); /* another one lets them */
    put_barred(world, &oak, 62, 51, 0);
    put_barred(world, &gas, 63, 52, 20000); /* an individual partner too */
    put_barred(world, &gas, 64, 53, 20000); /* barred in both: until the first ends */
    put_barred(world, &oak, 65, 53, 15000);
    assert_barred(world, 50, 20000);
    assert_barred(world, 51, 0);
    assert_barred(world, 52, 0);
    assert_barred(world, 53, 15000);
}

static void r18_r19_partners_of_a_group_go_with_it_and_may_be_asked_then(void **state)
{
    World *world = *state;
    join(world, &gas, true);
    put_partners(world, 18, 4);
    put_members(world, &gas, 0, 20, true);
    leave(world, &gas);
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    assert_int_equal(rows->len, 4);
    Uuid both = nth(8, 18), fellow = nth(8, 3);
    assert_int_equal(row_of(rows, &both)->via, VIA_INDIVIDUAL);
    assert_null(row_of(rows, &both)->groups);
    bool connected = true;
    assert_true(cache_is_connected(world->cache, &fellow, &connected, NULL));
    assert_false(connected);
    Partner gone = { 0 };
    assert_false(cache_partner(world->cache, &fellow, &gone, NULL));
    put_partners(world, 3, 1); /* an ordinary invitation was accepted */
    g_autoptr(GPtrArray) after = cache_partner_rows(world->cache, &all_time, NULL);
    assert_int_equal(row_of(after, &fellow)->via, VIA_INDIVIDUAL);
}

static void what_was_given_counts_for_both_kinds(void **state)
{
    World *world = *state;
    join(world, &gas, true);
    put_partners(world, 18, 1);
    put_members(world, &gas, 0, 20, true);
    Uuid both = nth(8, 18), fellow = nth(8, 3);
    for (guint i = 0; i < 3; i++)
        put_lead(world, i, &fellow);
    put_lead(world, 3, &both);
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    assert_int_equal(row_of(rows, &fellow)->sum.gave, 3);
    assert_int_equal(row_of(rows, &fellow)->last_gave_at, 3002);
    assert_true(row_of(rows, &fellow)->low_giver);
    assert_int_equal(row_of(rows, &both)->sum.gave, 1);

    /* One that parts is a fellow member still. */
    g_autoptr(GHashTable) parted = g_hash_table_new(uuid_hash, uuid_equal_func);
    g_hash_table_add(parted, &both);
    PartnerQuery query = { .now = 10000, .parted = parted };
    g_autoptr(GPtrArray) left = cache_partner_rows(world->cache, &query, NULL);
    assert_int_equal(row_of(left, &both)->via, VIA_GROUP);
    assert_int_equal(row_of(left, &both)->sum.gave, 1);
}

static void d4_a_fellow_member_of_the_same_trade_is_only_pointed_out(void **state)
{
    World *world = *state;
    join(world, &gas, true);
    put_partners(world, 18, 1);
    put_members(world, &gas, 0, 20, true);
    Partner accountant = { .account = nth(8, 0), .business_type = "accountant" };
    Partner roofer = { .account = nth(8, 2), .business_type = "roofer" };
    g_autofree char *name = cache_same_trade(world->cache, &accountant, NULL);
    assert_string_equal(name, "P. Individual18");
    assert_null(cache_same_trade(world->cache, &roofer, NULL));
    g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
    assert_non_null(row_of(rows, &accountant.account));
}

/* With a group of 2,000 a member costs a row of the walk, and no question of its own. */
static void a_large_group_costs_a_walk(void **state)
{
    World *world = *state;
    gint64 work[2];
    put_partners(world, 3000, 100);
    for (int i = 0; i < 2; i++) {
        join(world, &gas, true);
        put_partners(world, 3000, 100);
        put_members(world, &gas, 0, i ? 2000 : 200, true);
        gint64 before = cache_work(world->cache);
        g_autoptr(GPtrArray) rows = cache_partner_rows(world->cache, &all_time, NULL);
        assert_int_equal(rows->len, i ? 2100 : 300);
        work[i] = cache_work(world->cache) - before;
    }
    assert_true((work[1] - work[0]) / 1800 < 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_page_of_a_scope_is_taken_while_the_account_has_it),
        TEST(r18_no_byte_of_a_group_stays_when_it_is_left),
        TEST(a_scope_goes_with_its_rows_and_no_other),
        TEST(all_tables_with_a_scope_are_known),
        TEST(members_are_walked_by_windows),
        TEST(a_window_costs_what_it_shows),
        TEST(a_request_reads_as_its_scope_may),
        TEST(a_request_that_comes_is_news_to_an_officer_alone),
        TEST(an_older_object_is_passed_over),
        TEST(r16_partners_of_groups_stand_behind_the_individual_ones),
        TEST(r17_all_members_are_there_at_once_each_but_once),
        TEST(r118_who_takes_no_leads_is_known_unless_a_group_or_a_partner_lets_them),
        TEST(r18_r19_partners_of_a_group_go_with_it_and_may_be_asked_then),
        TEST(what_was_given_counts_for_both_kinds),
        TEST(d4_a_fellow_member_of_the_same_trade_is_only_pointed_out),
        TEST(a_large_group_costs_a_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
