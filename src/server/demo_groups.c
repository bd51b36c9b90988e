/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/demo_groups.h"

#include <string.h>

#include "server/demo_meetings.h"
#include "server/groups.h"
#include "server/meeting_plan.h"
#include "server/members.h"
#include "server/requests.h"

#define OTHER(n) (DEMO_FIRST_OTHER + (n))
#define YEARS(n) ((n)*365)

enum { BREAKFAST, HARBOUR, GROUPS };

/* As somebody would send them to PUT /v1/groups/{id}, with ' for ". */
static const char *const inputs[GROUPS] = {
    [BREAKFAST] = "{'name':'Northgate Breakfast Leads','area':'Northgate, Leeds',"
                  "'home_text':'Twenty-four seats, one for each business. We meet early, are done "
                  "by half past eight, and bring each other work.',"
                  "'rules':'Come every week, or send somebody in your place.\\n"
                  "Speak to the contact before you pass on a lead.\\n"
                  "Look after what you were given within two days.',"
                  "'open':true,'directory':'public','seat_by_category':true,'seats':24,"
                  "'wanted':['plumber','solicitor','photographer'],'cadence':'weekly',"
                  "'weekday':4,'first_on':'2020-01-02','start_minute':420,'duration':90,"
                  "'time_zone':'Europe/London','place':'The Mill, Northgate','in_person':true,"
                  "'fee':{'amount':2500,'currency':'GBP'},'fee_period':'monthly','grace_days':30,"
                  "'absences_allowed':3,'absence_policy':'rolling'}",
    [HARBOUR] = "{'name':'Harbour Circle','area':'Bristol',"
                "'home_text':'A small circle that refers to nobody else.',"
                "'rules':'Members join no other group.','exclusive':true,'open':true,"
                "'directory':'members','cadence':'monthly','weekday':2,'ordinal':1,"
                "'start_minute':1110,'duration':120,'time_zone':'Europe/London',"
                "'place':'Harbour House','in_person':true,"
                "'fee':{'amount':24000,'currency':'GBP'},'fee_period':'annual','grace_days':60,"
                "'absences_allowed':2,'absence_policy':'half_year'}",
};

static void read_input(const char *text, GroupInput *out)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(JsonDoc) doc = json_parse(json, strlen(json), NULL);
    FieldErrors errors;
    field_errors_init(&errors);
    bool ok = doc &&
              json_decode(json_root(doc), &group_input_fields, out, JSON_INPUT, "#", &errors);
    g_assert(ok);
    field_errors_clear(&errors);
}

/* A group's first member starts it. The last but one of the first group took a seat that somebody had asked for, the last
 * of the second came after they had asked to join the first. */
static const struct {
    int group, member;
    GroupRole role;
    int days_ago;
} seats[] = {
    { BREAKFAST, DEMO_LEADER_AT, ROLE_LEADER, YEARS(2) },
    { BREAKFAST, DEMO_MEMBER_AT, ROLE_MEMBER, YEARS(2) - 20 },
    { BREAKFAST, OTHER(0), ROLE_MEMBER, 600 },
    { BREAKFAST, OTHER(1), ROLE_TREASURER, 580 },
    { BREAKFAST, OTHER(2), ROLE_MEMBER, 400 },
    { BREAKFAST, OTHER(3), ROLE_MEMBER, 390 },
    { BREAKFAST, OTHER(4), ROLE_MEMBER, 220 },
    { BREAKFAST, OTHER(6), ROLE_SECRETARY, 200 },
    { BREAKFAST, OTHER(7), ROLE_MEMBER, 90 },
    { BREAKFAST, OTHER(5), ROLE_MEMBER, 10 },
    { HARBOUR, OTHER(30), ROLE_LEADER, 500 },
    { HARBOUR, OTHER(31), ROLE_MEMBER, 480 },
    { HARBOUR, OTHER(32), ROLE_SECRETARY, 300 },
    { HARBOUR, OTHER(34), ROLE_MEMBER, 120 },
    { HARBOUR, OTHER(33), ROLE_MEMBER, 5 },
};

static const struct {
    int group, member;
    int days_ago;
    const char *business_type; /* NULL: the member's */
    const char *message, *references;
    RequestState state;
    const char *question, *reason;
    int decided_by;
} requests[] = {
    { BREAKFAST, OTHER(21), 20, "florist",
      "I sell flowers on the market and at weddings, and would bring you whoever gets married.",
      "Sue Hartley, Market Traders, 01632 960117", REQUEST_REQUESTED, NULL, NULL, 0 },
    { BREAKFAST, OTHER(33), 12, "locksmith",
      "I open doors at night; my customers need glaziers and insurers in the morning.", NULL,
      REQUEST_REQUESTED, NULL, NULL, 0 },
    { BREAKFAST, OTHER(23), 3, "plumber",
      "Amara says that you look for a plumber. I have been one for twenty years.",
      "Amara Okafor, Okafor Electrical\nTom Reid, Reid Bathrooms, 07700 900318", REQUEST_REQUESTED,
      NULL, NULL, 0 },
    { BREAKFAST, OTHER(36), 45, "solicitor", NULL, NULL, REQUEST_DECLINED, NULL,
      "You told us that you cannot come before nine. Do ask again when that changes.",
      DEMO_LEADER_AT },
    { HARBOUR, DEMO_MEMBER_AT, 6, NULL, "Half of my customers live around the harbour.", NULL,
      REQUEST_ASKED, "Would you leave your breakfast group for ours?", NULL, 0 },
    { HARBOUR, OTHER(37), 2, NULL, "We met at the regatta.", NULL, REQUEST_REQUESTED, NULL, NULL,
      0 },
};

typedef struct Storing {
    DemoNetwork *network;
    Call call;
    Group groups[GROUPS];
} Storing;

static const Account *account_at(const Storing *storing, int i)
{
    return &demo_member(storing->network, i)->account;
}

static gint64 days_ago(const Storing *storing, int days)
{
    return storing->network->now - days * MS_PER_DAY;
}

static bool store_group(Storing *storing, int i, int days, GError **error)
{
    Call *call = &storing->call;
    Group *group = &storing->groups[i];
    call->now = days_ago(storing, days);
    *group = (Group){ .id = uuid_new_seeded(call->now, &storing->network->words),
                      .rev = 1,
                      .created_at = call->now,
                      .updated_at = call->now,
                      .state = GROUP_ACTIVE };
    read_input(inputs[i], &group->input);
    Uuid officers = group_officers_scope(&group->id);
    return group_store(call, group, error) &&
           scope_create(call->db, &group->id, SCOPE_GROUP, NULL, error) &&
           scope_create(call->db, &officers, SCOPE_OFFICERS, NULL, error);
}

static bool store_seats(Storing *storing, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(seats); i++) {
        int group = seats[i].group;
        bool first = i == 0 || seats[i - 1].group != group;
        const Account *account = account_at(storing, seats[i].member);
        if (first && !store_group(storing, group, seats[i].days_ago, error))
            return false;
        storing->call.now = days_ago(storing, seats[i].days_ago);
        Uuid id = uuid_new_seeded(storing->call.now, &storing->network->words);
        if (!membership_begin(&storing->call, &storing->groups[group], &account->id, seats[i].role,
                              account->business_type, &id, error))
            return false;
        storing->groups[group].members++;
    }
    return true;
}

static bool store_request(Storing *storing, size_t i, GError **error)
{
    Call *call = &storing->call;
    const Group *group = &storing->groups[requests[i].group];
    const Account *account = account_at(storing, requests[i].member);
    bool decided = requests[i].state == REQUEST_DECLINED;
    call->now = days_ago(storing, requests[i].days_ago);
    Uuid id = uuid_new_seeded(call->now, &storing->network->words);
    const char *business = requests[i].business_type ? requests[i].business_type
                                                     : account->business_type;
    g_auto(GStrv) references = requests[i].references ? g_strsplit(requests[i].references, "\n", -1)
                                                      : NULL;
    MembershipRequest request = { .id = id,
                                  .rev = 1 + (requests[i].state != REQUEST_REQUESTED),
                                  .created_at = call->now,
                                  .updated_at = call->now,
                                  .group = group->id,
                                  .from.account = account->id,
                                  .business_type = (char *)business,
                                  .message = (char *)requests[i].message,
                                  .references = references,
                                  .state = requests[i].state,
                                  .question = (char *)requests[i].question,
                                  .reason = (char *)requests[i].reason,
                                  .decided_at = decided ? call->now + MS_PER_DAY : 0 };
    if (decided)
        request.decided_by.account = account_at(storing, requests[i].decided_by)->id;
    return request_insert(call, &request, error);
}

static bool store_past(Storing *storing, int group, GError **error)
{
    DemoSeat its[G_N_ELEMENTS(seats)];
    size_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(seats); i++)
        if (seats[i].group == group)
            its[n++] = (DemoSeat){ account_at(storing, seats[i].member)->id, seats[i].role,
                                   days_ago(storing, seats[i].days_ago) };
    return demo_meetings_store(&storing->call, &storing->groups[group], its, n,
                               storing->network->now, &storing->network->words, error);
}

/* Those that were, and those ahead, as the job would make them a little later. */
static bool store_meetings(Storing *storing, GError **error)
{
    for (int i = 0; i < GROUPS; i++)
        if (!store_past(storing, i, error))
            return false;
    storing->call.now = storing->network->now;
    for (int i = 0; i < GROUPS; i++)
        if (!meeting_plan(&storing->call, &storing->groups[i], error))
            return false;
    return true;
}

static bool store_all(Storing *storing, GError **error)
{
    bool ok = store_seats(storing, error);
    for (size_t i = 0; ok && i < G_N_ELEMENTS(requests); i++)
        ok = store_request(storing, i, error);
    return ok && store_meetings(storing, error) && changes_write(&storing->call, error);
}

bool demo_groups_store(Db *db, gpointer network, GError **error)
{
    Storing storing = { .network = network };
    storing.call.db = db;
    storing.call.changes = g_array_new(FALSE, FALSE, sizeof(Change));
    bool ok = store_all(&storing, error);
    g_array_unref(storing.call.changes);
    for (int i = 0; i < GROUPS; i++)
        group_clear(&storing.groups[i]);
    return ok;
}
