/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo_network.h"

#include "db/row.h"
#include "server/demo_words.h"
#include "server/partners.h"

#define MEMBERS 44
#define YEARS_AGO (3 * 365 * MS_PER_DAY)

static void member_free(gpointer data)
{
    DemoMember *member = data;
    fields_clear(&account_fields, &member->account);
    g_array_unref(member->partners);
    g_free(member);
}

void demo_network_init(DemoNetwork *network, Db *db, gint64 now, guint64 seed)
{
    *network = (DemoNetwork){ .db = db, .now = now - now % MS_PER_MINUTE, .random = seed };
    network->members = g_ptr_array_new_with_free_func(member_free);
}

void demo_network_clear(DemoNetwork *network)
{
    g_ptr_array_unref(network->members);
}

/* ---- inventing */

static bool email_taken(const DemoNetwork *network, const char *email)
{
    for (guint i = 0; i < network->members->len; i++)
        if (g_str_equal(demo_member(network, (int)i)->account.email, email))
            return true;
    return false;
}

static void invent_person(DemoNetwork *network, Account *account)
{
    guint64 *random = &network->random;
    const char *first = demo_cell(DEMO_FIRST_NAMES, demo_below(random, demo_rows(DEMO_FIRST_NAMES)),
                                  0);
    const char *last = demo_cell(DEMO_LAST_NAMES, demo_below(random, demo_rows(DEMO_LAST_NAMES)),
                                 0);
    guint trade = demo_below(random, demo_rows(DEMO_TRADES));
    account->name = g_strdup_printf("%s %s", first, last);
    account->company_name = demo_fill(demo_cell(DEMO_TRADES, trade, 1), last, "");
    account->business_type = g_strdup(demo_cell(DEMO_TRADES, trade, 0));
    g_autofree char *name = demo_slug(first, "office");
    g_autofree char *domain = demo_slug(account->company_name, "company");
    account->email = g_strdup_printf("%s@%s.example", name, domain);
}

static void take_person(Account *account, guint row)
{
    account->email = g_strdup(demo_cell(DEMO_MEMBERS, row, 0));
    account->name = g_strdup(demo_cell(DEMO_MEMBERS, row, 1));
    account->company_name = g_strdup(demo_cell(DEMO_MEMBERS, row, 2));
    account->business_type = g_strdup(demo_cell(DEMO_MEMBERS, row, 3));
}

static void invent_member(DemoNetwork *network, guint i)
{
    DemoMember *member = g_new0(DemoMember, 1);
    gint64 joined = network->now - YEARS_AGO - (MEMBERS - i) * MS_PER_DAY;
    member->partners = g_array_new(FALSE, FALSE, sizeof(int));
    member->account = (Account){ .id = uuid_new_seeded(joined, &network->random),
                                 .rev = 1,
                                 .created_at = joined,
                                 .updated_at = joined,
                                 .state = ACCOUNT_ACTIVE,
                                 .admin = i == DEMO_ADMIN_AT };
    if (i < demo_rows(DEMO_MEMBERS))
        take_person(&member->account, i);
    else
        invent_person(network, &member->account);
    while (email_taken(network, member->account.email)) {
        char *other = g_strdup_printf("%u.%s", i, member->account.email);
        g_free(member->account.email);
        member->account.email = other;
    }
    g_ptr_array_add(network->members, member);
}

static void connect_members(DemoNetwork *network, int a, int b)
{
    g_array_append_val(demo_member(network, a)->partners, b);
    g_array_append_val(demo_member(network, b)->partners, a);
}

/* Member and leader are partners of each other and of about twenty more; agent and admin of nobody. The others form a
 * ring with chords. */
void demo_network_invent(DemoNetwork *network)
{
    for (guint i = 0; i < MEMBERS; i++)
        invent_member(network, i);
    int others = MEMBERS - DEMO_FIRST_OTHER;
    connect_members(network, DEMO_MEMBER_AT, DEMO_LEADER_AT);
    for (int i = 0; i < 19; i++)
        connect_members(network, DEMO_MEMBER_AT, DEMO_FIRST_OTHER + i);
    for (int i = 10; i < 30; i++)
        connect_members(network, DEMO_LEADER_AT, DEMO_FIRST_OTHER + i);
    for (int i = 0; i < others; i++)
        for (int step = 3; step <= 7; step += 4)
            connect_members(network, DEMO_FIRST_OTHER + i, DEMO_FIRST_OTHER + (i + step) % others);
}

/* ---- storing */

bool demo_index(DemoNetwork *network, DemoMember *member, ObjectType type, const Uuid *object,
                gint64 at, GError **error)
{
    member->seq++;
    return db_later(
        network->db, error,
        "INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, deleted,"
        " changed_at) VALUES ($1, $2, $3, $4, $4, 0, $5)",
        db_uuid(&member->account.id), db_int(type), db_uuid(object), db_int(member->seq),
        db_time(at));
}

bool demo_network_finish(DemoNetwork *network, GError **error)
{
    for (guint i = 0; i < network->members->len; i++) {
        const DemoMember *member = demo_member(network, (int)i);
        if (!db_exec(network->db, error, "UPDATE scope SET seq = $1 WHERE id = $2",
                     db_int(member->seq), db_uuid(&member->account.id)))
            return false;
    }
    return true;
}

static bool store_account(DemoNetwork *network, DemoMember *member, const char *password_hash,
                          GError **error)
{
    const Account *account = &member->account;
    g_autofree char *key = email_fold(account->email);
    return db_exec(
               network->db, error,
               "INSERT INTO account (id, rev, created_at, updated_at, email, name, company_name,"
               " business_type, state, admin, email_key, password, email_verified_at)"
               " VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $3)",
               db_uuid(&account->id), db_int(account->rev), db_time(account->created_at),
               db_text(account->email), db_text(account->name), db_text(account->company_name),
               db_text(account->business_type), db_int(account->state), db_int(account->admin),
               db_text(key), db_text(password_hash)) &&
           scope_create(network->db, &account->id, SCOPE_ACCOUNT, &account->id, error) &&
           demo_index(network, member, OBJECT_ACCOUNT, &account->id, account->created_at, error);
}

static bool store_connection(DemoNetwork *network, DemoMember *a, DemoMember *b, GError **error)
{
    if (uuid_compare(&a->account.id, &b->account.id) > 0)
        return store_connection(network, b, a, error);
    gint64 since = network->now - (gint64)(60 + demo_below(&network->random, 1000)) * MS_PER_DAY;
    return db_exec(network->db, error,
                   "INSERT INTO connection (account_a, account_b, state, rev, since)"
                   " VALUES ($1, $2, $3, 1, $4)",
                   db_uuid(&a->account.id), db_uuid(&b->account.id), db_int(CONNECTION_CONNECTED),
                   db_time(since)) &&
           demo_index(network, a, OBJECT_PARTNER, &b->account.id, since, error) &&
           demo_index(network, b, OBJECT_PARTNER, &a->account.id, since, error);
}

bool demo_network_store(DemoNetwork *network, const char *password_hash, GError **error)
{
    for (guint i = 0; i < network->members->len; i++)
        if (!store_account(network, demo_member(network, (int)i), password_hash, error))
            return false;
    for (int i = 0; i < (int)network->members->len; i++) {
        DemoMember *member = demo_member(network, i);
        for (guint k = 0; k < member->partners->len; k++) {
            int other = g_array_index(member->partners, int, k);
            if (other > i && !store_connection(network, member, demo_member(network, other), error))
                return false;
        }
    }
    return demo_network_finish(network, error);
}
