/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo.h"

#include <string.h>

#include "server/crypto.h"
#include "server/demo_groups.h"
#include "server/demo_network.h"
#include "server/demo_words.h"
#include "server/referral_store.h"

#define LEADS_DEFAULT 60
#define LEADS_MAX 1000000
#define TRAFFIC 260         /* referrals between all the others, and from the member */
#define A_TRANSACTION 10000 /* referrals */
#define YEARS_SPAN (3 * 365 * MS_PER_DAY)
#define SHORT_SPAN (90 * MS_PER_DAY)

/* What became of it. */
typedef enum Fate {
    FATE_SENT,
    FATE_PICKED_UP,
    FATE_LEAD,
    FATE_NOT_A_LEAD,
    FATE_WORKING,
    FATE_WON,
    FATE_LOST,
    FATE_DORMANT,
    FATE_WITHDRAWN,
    FATES,
} Fate;

/* Percentages by age: the newest wait, the oldest are settled, a few are forgotten. */
typedef struct Mood {
    gint64 max_age;
    guint percent[FATES];
} Mood;
static const Mood moods[] = {
    { 2 * MS_PER_DAY, { 74, 12, 8, 3, 1, 0, 0, 0, 2 } },
    { 14 * MS_PER_DAY, { 20, 18, 26, 12, 14, 4, 2, 1, 3 } },
    { 90 * MS_PER_DAY, { 4, 4, 22, 16, 20, 16, 9, 6, 3 } },
    { G_MAXINT64, { 1, 2, 24, 18, 3, 26, 14, 9, 3 } },
};

/* One referral to be made. */
typedef struct Plan {
    gint64 at;
    int from, to;
    int special; /* row of DEMO_SPECIAL, or -1 */
    Fate fate;
    bool twice; /* its sender gives the same lead to a second partner as well */
} Plan;

typedef struct Loader {
    DemoNetwork network;
    gint64 leads;    /* of the member's inbox */
    gint64 next;     /* 0 = oldest */
    GArray *traffic; /* Plan, oldest first */
    guint next_traffic;
} Loader;

static guint64 *dice(Loader *loader)
{
    return &loader->network.random;
}

/* ---- what happens to one referral */

static gint64 later(Loader *loader, gint64 from, gint64 most)
{
    gint64 room = MIN(loader->network.now - from, most);
    return from + (room > MS_PER_MINUTE ? (gint64)demo_below(dice(loader), 1000) * room / 1000 : 0);
}

static void give_verdict(Loader *loader, Referral *referral, bool is_lead, gint64 at)
{
    ConfirmInput input = { .verdict = is_lead ? VERDICT_LEAD : VERDICT_NOT_A_LEAD };
    DemoList list = is_lead ? DEMO_THANKS : DEMO_REFUSALS;
    guint row = demo_below(dice(loader), demo_rows(list));
    const char *message = demo_cell(list, row, is_lead ? 0 : 1);
    input.message = *message ? (char *)message : NULL;
    if (!is_lead)
        input.reason_code = (ReferralReason)enum_value(&referral_reasons, demo_cell(list, row, 0));
    else if (money_is_set(&referral->lead.value) && demo_below(dice(loader), 3) == 0)
        input.value = referral->lead.value;
    referral_confirm(referral, &input, at);
}

static void become(Loader *loader, Referral *referral, Fate fate)
{
    static const ReferralState outcomes[FATES] = {
        [FATE_WORKING] = REFERRAL_WORKING,
        [FATE_WON] = REFERRAL_WON,
        [FATE_LOST] = REFERRAL_LOST,
        [FATE_DORMANT] = REFERRAL_DORMANT,
    };
    gint64 at = later(loader, referral->sent_at, 2 * MS_PER_DAY);
    if (fate == FATE_SENT)
        return;
    referral->rev++;
    if (fate == FATE_WITHDRAWN) {
        referral_withdraw(referral, at);
        return;
    }
    referral_pick_up(referral, at);
    if (fate == FATE_PICKED_UP)
        return;
    referral->rev++;
    at = later(loader, at, 4 * MS_PER_DAY);
    give_verdict(loader, referral, fate != FATE_NOT_A_LEAD, at);
    if (!outcomes[fate])
        return;
    referral->rev++;
    OutcomeInput input = { .outcome = outcomes[fate] };
    if (fate == FATE_WON)
        input.value = referral->lead.value;
    referral_set_outcome(referral, &input, later(loader, at, 40 * MS_PER_DAY));
}

static bool store(Loader *loader, const Referral *referral, DemoMember *from, DemoMember *to,
                  GError **error)
{
    DemoNetwork *network = &loader->network;
    return referral_insert(network->db, referral, error) &&
           demo_index(network, from, OBJECT_REFERRAL, &referral->id, referral->updated_at, error) &&
           demo_index(network, to, OBJECT_REFERRAL, &referral->id, referral->updated_at, error);
}

static void make(Loader *loader, Referral *out, NewReferral *input, const DemoMember *from,
                 const DemoMember *to, gint64 at)
{
    Uuid id = uuid_new_seeded(at, dice(loader)), lead = uuid_new_seeded(at, dice(loader));
    Party sender = { from->account.id, from->account.name, from->account.company_name };
    Party recipient = { to->account.id, to->account.name, to->account.company_name };
    input->to = (Recipient){ .account = to->account.id };
    referral_init_new(out, &id, &lead, &sender, &recipient, input, at);
    out->rev = 1;
}

/* The same lead to another partner of the sender's, a little earlier. */
static bool store_twin(Loader *loader, const Plan *plan, NewReferral *input, Uuid *id,
                       GError **error)
{
    DemoMember *from = demo_member(&loader->network, plan->from);
    int other = plan->to;
    for (guint i = 0; i < from->partners->len && other == plan->to; i++)
        other = g_array_index(from->partners, int, i);
    g_auto(Referral) twin = { 0 };
    DemoMember *to = demo_member(&loader->network, other);
    make(loader, &twin, input, from, to, plan->at);
    twin.competing = true;
    *id = twin.id;
    return store(loader, &twin, from, to, error);
}

static bool store_plan(Loader *loader, const Plan *plan, GError **error)
{
    DemoMember *from = demo_member(&loader->network, plan->from);
    DemoMember *to = demo_member(&loader->network, plan->to);
    g_auto(Referral) referral = { 0 };
    NewReferral input;
    Uuid twin = { 0 };
    demo_lead(&input, dice(loader), plan->special, plan->at);
    bool ok = !plan->twice || store_twin(loader, plan, &input, &twin, error);
    if (ok) {
        make(loader, &referral, &input, from, to, plan->at);
        referral.copy_of = twin;
        referral.competing = plan->twice;
        become(loader, &referral, plan->fate);
        ok = store(loader, &referral, from, to, error);
    }
    fields_clear(&new_referral_fields, &input);
    return ok;
}

/* ---- planning */

static Fate fate_by_age(Loader *loader, gint64 age)
{
    const Mood *mood = moods;
    while (age > mood->max_age)
        mood++;
    guint left = demo_below(dice(loader), 100);
    for (int fate = 0; fate < FATES; fate++) {
        if (left < mood->percent[fate])
            return (Fate)fate;
        left -= mood->percent[fate];
    }
    return FATE_SENT;
}

/* The k-th newest: crowded near now, thin long ago. Strictly older as k grows. */
static gint64 age_of(Loader *loader, gint64 k)
{
    double span = loader->leads > 500 ? YEARS_SPAN : SHORT_SPAN;
    double at = ((double)k + demo_below(dice(loader), 1000) / 1000.0) / (double)loader->leads;
    return 3 * MS_PER_MINUTE + (gint64)(at * (0.02 + 0.98 * at) * span);
}

/* A few partners send most. */
static int pick_partner(Loader *loader, int member)
{
    const GArray *partners = demo_member(&loader->network, member)->partners;
    guint a = demo_below(dice(loader), partners->len), b = demo_below(dice(loader), partners->len);
    return g_array_index(partners, int, MIN(a, b));
}

/* The newest ones are fixed, so that every demo has every state and every hard name on its first screens. */
static Plan plan_inbox(Loader *loader, gint64 k)
{
    static const Fate first[] = {
        FATE_SENT,      FATE_SENT,      FATE_SENT, FATE_SENT,       FATE_PICKED_UP,
        FATE_SENT,      FATE_LEAD,      FATE_SENT, FATE_SENT,       FATE_NOT_A_LEAD,
        FATE_SENT,      FATE_WORKING,   FATE_SENT, FATE_SENT,       FATE_WON,
        FATE_LEAD,      FATE_WITHDRAWN, FATE_LOST, FATE_NOT_A_LEAD, FATE_DORMANT,
        FATE_PICKED_UP,
    };
    gint64 age = age_of(loader, k);
    Plan plan = { .at = loader->network.now - age,
                  .from = pick_partner(loader, DEMO_MEMBER_AT),
                  .to = DEMO_MEMBER_AT,
                  .special = -1,
                  .fate = fate_by_age(loader, age) };
    if (k < (gint64)G_N_ELEMENTS(first))
        plan.fate = first[k];
    if (k % 2 == 0 && k / 2 < demo_rows(DEMO_SPECIAL))
        plan.special = (int)k / 2;
    if (k == 5 || k == 15) {
        plan.from = DEMO_LEADER_AT;
        plan.twice = true;
    }
    return plan;
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const Plan *left = a, *right = b;
    return left->at < right->at ? -1 : left->at > right->at;
}

/* What the member has sent (every twelfth), and what goes on between the others. */
static void plan_traffic(Loader *loader)
{
    loader->traffic = g_array_new(FALSE, FALSE, sizeof(Plan));
    for (int i = 0; i < TRAFFIC; i++) {
        gint64 age = 20 * MS_PER_MINUTE +
                     (gint64)demo_below(dice(loader), 100000) * (YEARS_SPAN / 3) / 100000;
        int others = (int)loader->network.members->len - DEMO_FIRST_OTHER;
        int from = i % 12 == 0   ? DEMO_MEMBER_AT
                   : i % 12 == 1 ? DEMO_LEADER_AT
                                 : DEMO_FIRST_OTHER + (int)demo_below(dice(loader), (guint)others);
        Plan plan = { .at = loader->network.now - age,
                      .from = from,
                      .to = pick_partner(loader, from),
                      .special = -1,
                      .fate = i < 12 ? (Fate)(i % FATES) : fate_by_age(loader, age) };
        if (plan.to == DEMO_MEMBER_AT)
            plan.to = DEMO_LEADER_AT; /* the inbox has exactly as many as were asked for */
        if (plan.to != plan.from && demo_member(&loader->network, plan.from)->partners->len)
            g_array_append_val(loader->traffic, plan);
    }
    g_array_sort(loader->traffic, by_time);
}

/* ---- loading */

static bool check_empty(Db *db, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM account"))
        return false;
    return n == 0 || problem_set(error, PROBLEM_ALREADY_EXISTS,
                                 "The database has accounts already: the demo needs an empty one");
}

typedef struct Start {
    Loader *loader;
    const char *password_hash;
} Start;

static bool store_network(Db *db, gpointer data, GError **error)
{
    const Start *start = data;
    return check_empty(db, error) &&
           demo_network_store(&start->loader->network, start->password_hash, error);
}

static bool store_some(Db *db, gpointer data, GError **error)
{
    Loader *loader = data;
    for (int n = 0; n < A_TRANSACTION && loader->next < loader->leads; n++, loader->next++) {
        Plan plan = plan_inbox(loader, loader->leads - 1 - loader->next);
        while (loader->next_traffic < loader->traffic->len) {
            const Plan *other = &g_array_index(loader->traffic, Plan, loader->next_traffic);
            if (other->at > plan.at)
                break;
            if (!store_plan(loader, other, error))
                return false;
            loader->next_traffic++;
        }
        if (!store_plan(loader, &plan, error))
            return false;
    }
    for (; loader->next == loader->leads && loader->next_traffic < loader->traffic->len;
         loader->next_traffic++)
        if (!store_plan(loader, &g_array_index(loader->traffic, Plan, loader->next_traffic), error))
            return false;
    return demo_network_finish(&loader->network, error);
}

static bool load(Loader *loader, Db *db, const char *password_hash, GError **error)
{
    demo_network_invent(&loader->network);
    plan_traffic(loader);
    if (!db_tx(db, store_network, &(Start){ loader, password_hash }, error))
        return false;
    do {
        if (!db_tx(db, store_some, loader, error))
            return false;
        if (db_wal_pages(db) > 4000 && !db_checkpoint(db, false, error))
            return false;
    } while (loader->next < loader->leads);
    if (!db_tx(db, demo_groups_store, &loader->network, error))
        return false;
    /* PostgreSQL plans by what it knows of its tables, and by itself it looks at them only a minute later. */
    if (db_engine(db) == DB_ENGINE_POSTGRES && !db_script(db, error, "ANALYZE"))
        return false;
    return db_checkpoint(db, true, error);
}

bool demo_load(Db *db, const Config *config, gint64 leads, guint64 seed, GError **error)
{
    char hash[CRYPTO_PASSWORD_HASH_SIZE];
    if (!crypto_password_hash(DEMO_PASSWORD, config->argon2_passes, config->argon2_memory, hash,
                              error))
        return false;
    Loader loader = { .leads = leads };
    demo_network_init(&loader.network, db, clock_now(), seed);
    bool ok = load(&loader, db, hash, error);
    if (loader.traffic)
        g_array_unref(loader.traffic);
    demo_network_clear(&loader.network);
    return ok;
}

/* ---- the sub-command */

static gint64 option_leads = LEADS_DEFAULT, option_seed = 1;

const GOptionEntry demo_options[] = {
    { "leads", 0, 0, G_OPTION_ARG_INT64, &option_leads,
      "Referrals in the inbox of " DEMO_MEMBER " (0 to 1000000; 60 unless given)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &option_seed, "The same seed gives the same network", "S" },
    { NULL },
};

bool demo_command(const Config *config, int argc, char **argv, GError **error)
{
    if (option_leads < 0 || option_leads > LEADS_MAX)
        return problem_set(error, PROBLEM_USAGE, "--leads: 0 to %d", LEADS_MAX);
    g_autoptr(Db) db = command_open_database(config, error);
    if (!db || !check_empty(db, error) ||
        !demo_load(db, config, option_leads, (guint64)option_seed, error))
        return false;
    g_print("The demo network is loaded: log in as " DEMO_MEMBER " with password " DEMO_PASSWORD
            "\n");
    return true;
}
