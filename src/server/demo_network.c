/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo_network.h"

#include "db/row.h"
#include "model/business_type.h"
#include "model/invitation.h"
#include "server/demo_words.h"
#include "server/invitation_store.h"
#include "server/partners.h"
#include "server/profile_store.h"

#define MEMBERS 44
#define YEARS_AGO (3 * 365 * MS_PER_DAY)
#define OTHER_DICE                                                                                 \
    G_GUINT64_CONSTANT(0x70726f66696c6573) /* for what is told of the members later */

static void member_free(gpointer data)
{
    DemoMember *member = data;
    fields_clear(&account_fields, &member->account);
    g_array_unref(member->partners);
    g_free(member);
}

void demo_network_init(DemoNetwork *network, Db *db, gint64 now, guint64 seed)
{
    *network = (DemoNetwork){
        .db = db, .now = now - now % MS_PER_MINUTE, .random = seed, .words = seed ^ OTHER_DICE
    };
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
                                 .language = LANGUAGE_EN,
                                 .time_zone = g_strdup("UTC"),
                                 .admin = i == DEMO_ADMIN_AT };
    if (i < demo_rows(DEMO_MEMBERS))
        take_person(&member->account, i);
    else
        invent_person(network, &member->account);
    char *trade = member->account.business_type;
    member->account.business_type = business_type_store(trade);
    g_free(trade);
    while (email_taken(network, member->account.email)) {
        char *other = g_strdup_printf("%u.%s", i, member->account.email);
        g_free(member->account.email);
        member->account.email = other;
    }
    g_ptr_array_add(network->members, member);
}

/* ---- profiles */

static guint profile_row(const Account *account)
{
    guint row = 0, n = demo_rows(DEMO_PROFILES);
    while (row < n &&
           !business_type_competes(demo_cell(DEMO_PROFILES, row, 0), account->business_type))
        row++;
    return row;
}

static char **towns(guint64 *random)
{
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();
    guint n = 1 + demo_below(random, 3), row = demo_below(random, demo_rows(DEMO_TOWNS));
    for (guint i = 0; i < n; i++)
        g_strv_builder_add(list, demo_cell(DEMO_TOWNS, (row + i) % demo_rows(DEMO_TOWNS), 0));
    return g_strv_builder_end(list);
}

/* Four of five have one; every third of these is for partners only, every eighth network is exclusive. */
static void invent_profile(DemoNetwork *network, guint i)
{
    static const char *const criteria[] = {
        "Somebody who expects my call and has a date in mind.",
        "A decision within three months, by whoever decides.",
        "They asked for me by name, or you did.",
        "A budget, a place and a telephone number.",
    };
    Account *account = &demo_member(network, (int)i)->account;
    guint row = profile_row(account);
    guint64 *random = &network->words;
    if (row == demo_rows(DEMO_PROFILES) || (i > DEMO_LEADER_AT && i % 5 == 4))
        return;
    account->profile = (MemberProfile){
        .headline = g_strdup(demo_cell(DEMO_PROFILES, row, 1)),
        .about = g_strdup_printf("%s has been looking after customers for %u years.",
                                 account->company_name, 2 + demo_below(random, 30)),
        .specialities = g_strsplit(demo_cell(DEMO_PROFILES, row, 2), ", ", -1),
        .industries = g_strsplit(demo_cell(DEMO_PROFILES, row, 3), ", ", -1),
        .price_level = 1 + demo_below(random, PRICE_LEVEL_MAX),
        .areas = towns(random),
        .qualifies = g_strdup(criteria[demo_below(random, G_N_ELEMENTS(criteria))]),
        .ideal_partner = g_strdup(demo_cell(DEMO_PROFILES, row, 4)),
        .exclusive = i % 8 == 7,
        .is_public = i % 3 != 2,
    };
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
    for (guint i = 0; i < MEMBERS; i++)
        invent_profile(network, i);
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
           account_update(network->db, account, error) &&
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

/* ---- invitations, of the member and between others */

/* to DEMO_NOBODY: somebody without an account. */
#define DEMO_NOBODY (-1)
typedef struct Asking {
    int from, to;
    const char *email; /* NULL: it was asked by account */
    InvitationKind kind;
    int days_ago;
    InvitationState state;
    const char *message;
} Asking;

static const Asking askings[] = {
    { DEMO_MEMBER_AT, DEMO_FIRST_OTHER + 20, NULL, INVITATION_INVITATION, 3, INVITATION_INVITED,
      "I would like to send you my customers who move house." },
    { DEMO_MEMBER_AT, DEMO_NOBODY, "nadia@amari-joinery.example", INVITATION_INVITATION, 12,
      INVITATION_INVITED, "We met at the breakfast: shall we pass each other work?" },
    { DEMO_MEMBER_AT, DEMO_FIRST_OTHER + 24, NULL, INVITATION_REQUEST, 75, INVITATION_DECLINED,
      NULL },
    { DEMO_MEMBER_AT, DEMO_NOBODY, "tom@tanner-floors.example", INVITATION_INVITATION, 64,
      INVITATION_EXPIRED, "Your floors and my heating belong together." },
    { DEMO_MEMBER_AT, DEMO_NOBODY, "sue@quick-lets.example", INVITATION_INVITATION, 40,
      INVITATION_WITHDRAWN, NULL },
    { DEMO_FIRST_OTHER + 22, DEMO_MEMBER_AT, NULL, INVITATION_INVITATION, 1, INVITATION_INVITED,
      "Amara speaks well of you. Shall we be partners?" },
    { DEMO_FIRST_OTHER + 26, DEMO_MEMBER_AT, NULL, INVITATION_REQUEST, 5, INVITATION_INVITED,
      "Half of my tenants ask me for a heating engineer." },
    { DEMO_FIRST_OTHER + 31, DEMO_MEMBER_AT, NULL, INVITATION_REQUEST, 28, INVITATION_INVITED,
      NULL },
    { DEMO_FIRST_OTHER + 29, DEMO_MEMBER_AT, NULL, INVITATION_INVITATION, 58, INVITATION_EXPIRED,
      NULL },
    { DEMO_FIRST_OTHER + 35, DEMO_LEADER_AT, NULL, INVITATION_INVITATION, 2, INVITATION_INVITED,
      "Your customers need my certificates." },
};

static InvitationEvent event_of(InvitationState state)
{
    return state == INVITATION_DECLINED  ? INVITATION_DECLINE
           : state == INVITATION_EXPIRED ? INVITATION_EXPIRE
                                         : INVITATION_WITHDRAW;
}

static bool store_asking(DemoNetwork *network, const Asking *asking, GError **error)
{
    gint64 at = network->now - asking->days_ago * MS_PER_DAY +
                (gint64)demo_below(&network->words, 480) * MS_PER_MINUTE;
    Uuid id = uuid_new_seeded(at, &network->words);
    DemoMember *from = demo_member(network, asking->from);
    DemoMember *to = asking->to == DEMO_NOBODY ? NULL : demo_member(network, asking->to);
    NewInvitation input = { .email = (char *)asking->email,
                            .message = (char *)asking->message,
                            .kind = asking->kind };
    Party sender = { from->account.id, from->account.name, from->account.company_name };
    Invitation invitation;
    if (to)
        input.account = to->account.id;
    invitation_init_new(&invitation, &id, &sender, &input, at);
    invitation.rev = 1;
    if (asking->state != INVITATION_INVITED) {
        gint64 days = asking->state == INVITATION_EXPIRED ? 30 : 6;
        invitation_apply(&invitation, event_of(asking->state), at + days * MS_PER_DAY);
        invitation.rev = 2;
    }
    bool ok = invitation_insert(network->db, &invitation, to ? &to->account.id : NULL, NULL,
                                error) &&
              demo_index(network, from, OBJECT_INVITATION, &id, invitation.updated_at, error) &&
              (!to ||
               demo_index(network, to, OBJECT_INVITATION, &id, invitation.updated_at, error));
    fields_clear(&invitation_fields, &invitation);
    return ok;
}

static bool store_askings(DemoNetwork *network, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(askings); i++)
        if (!store_asking(network, &askings[i], error))
            return false;
    return true;
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
    return store_askings(network, error) && demo_network_finish(network, error);
}
