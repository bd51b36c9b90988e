/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/concerns.h"

#include "base/day.h"
#include "db/row.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/families.h"
#include "server/mail.h"
#include "server/members.h"
#include "server/vetting.h"

static void concern_clear(Concern *concern)
{
    fields_clear(&concern_fields, concern);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Concern, concern_clear)

/* ---- what who sees */

#define IS_ADMIN "EXISTS (SELECT 1 FROM account v WHERE v.id = $1 AND v.admin = 1)"
#define OVERSEES "(" VETTING_LEADS("k.group_id") " OR " IS_ADMIN ")"
/* Nobody learns who said something about them. */
#define TELLS_BY "k.about_account <> $1"
#define TELLS_ANSWER "(k.about_account = $1 OR " OVERSEES ")"

const char *concern_columns(void)
{
    return "k.id, k.rev, k.created_at, k.updated_at, k.group_id,"
           " k.about_account, a.name, a.company_name,"
           " CASE WHEN " TELLS_BY " THEN k.by_account END, CASE WHEN " TELLS_BY " THEN b.name END,"
           " CASE WHEN " TELLS_BY " THEN b.company_name END, k.text,"
           " CASE WHEN " TELLS_ANSWER " THEN k.answer END, k.state, k.effect, k.until,"
           " CASE WHEN " TELLS_ANSWER " THEN k.note END,"
           " k.decided_by_account, d.name, d.company_name, k.decided_at";
}

static bool load(Call *call, Concern *out, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        db_intern("SELECT %s FROM " CONCERN_FROM " WHERE k.id = $2 AND k.group_id = $3"
                  " AND " CONCERN_JOIN " AND (" CONCERN_VISIBLE " OR " IS_ADMIN ")",
                  concern_columns()),
        db_uuid(&call->principal.account), db_uuid(&call->sub), db_uuid(&call->id));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (*found)
        row_read(rows, 0, &concern_fields, out, ROW_COPY);
    return *found || db_rows_ok(rows);
}

static bool load_it(Call *call, Concern *out, GError **error)
{
    bool found = false;
    return load(call, out, &found, error) &&
           (found || problem_set(error, PROBLEM_NOT_FOUND, "There is no such concern"));
}

static bool reply(Call *call, int status, GError **error)
{
    g_auto(Concern) concern = { 0 };
    if (!load_it(call, &concern, error))
        return false;
    call->reply.status = status;
    call->reply.rev = concern.rev;
    json_put_object(call->reply.body, &concern_fields, &concern);
    return true;
}

static bool read_one(Call *call, GError **error)
{
    return reply(call, 200, error);
}

/* A list of nothing for a member, 404 for a stranger. */
static bool list(Call *call, GError **error)
{
    gint64 at = 0;
    Uuid id;
    int limit = 0;
    g_auto(Group) group = { 0 };
    if (!(call->principal.admin
              ? group_row_load(call->db, &call->id, &group, error)
              : group_load(call->db, &call->principal.account, &call->id, &group, error)) ||
        !call_limit(call, &limit, error) || !call_cursor_newest(call, &at, &id, error))
        return false;
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        db_intern("SELECT %s FROM " CONCERN_FROM " WHERE k.group_id = $2"
                                  " AND (k.created_at, k.id) < ($3, $4) AND " CONCERN_JOIN
                                  " AND (" CONCERN_VISIBLE " OR " IS_ADMIN ")"
                                  " ORDER BY k.created_at DESC, k.id DESC LIMIT $5",
                                  concern_columns()),
                        db_uuid(&call->principal.account), db_uuid(&call->id), db_int(at),
                        db_uuid(&id), db_int(limit + 1));
    return call_put_page(call, rows, limit, &concern_fields, "created_at", error);
}

/* ---- who is told */

static bool read_by(Call *call, Uuid *about, Uuid *by, GError **error)
{
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT about_account, by_account FROM concern WHERE id = $1",
                                      db_uuid(&call->sub));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows) && problem_set(error, PROBLEM_NOT_FOUND, "no concern");
    *about = db_get_uuid(rows, 0);
    *by = db_get_uuid(rows, 1);
    return true;
}

static void tell(Call *call, const Uuid *about, const Uuid *by, bool gone)
{
    const Uuid officers = group_officers_scope(&call->id);
    change_note(call, &officers, OBJECT_CONCERN, &call->sub, gone);
    change_note(call, about, OBJECT_CONCERN, &call->sub, gone);
    change_note(call, by, OBJECT_CONCERN, &call->sub, gone);
}

static bool queue(Call *call, MailType type, const Uuid *to, const char *what,
                  const MailValue *values, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("%s/%s", uuid_format(&call->sub, id), what);
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = type, .key = key, .account = to, .values = values }, error);
}

static GArray *leaders_but(Call *call, const Uuid *except, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT account FROM membership WHERE group_id = $1 AND state = 1 AND role = $2"
        " AND account <> $3 ORDER BY account",
        db_uuid(&call->id), db_int(ROLE_LEADER), db_uuid(except));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        g_array_append_val(ids, id);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&ids) : NULL;
}

/* The leaders, and whom it is about. What it says is read by those who are logged in. */
static bool mail_raised(Call *call, const Group *group, const Uuid *about, GError **error)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(&call->id, id);
    MailValue own[] = { { "group", group->input.name }, { "own", "yes" }, { "id", id }, { 0 } };
    MailValue lead[] = { { "group", group->input.name }, { "own", NULL }, { "id", id }, { 0 } };
    g_autoptr(GArray) leaders = leaders_but(call, about, error);
    if (!leaders || !queue(call, MAIL_CONCERN_RAISED, about, "about", own, error))
        return false;
    for (guint i = 0; i < leaders->len; i++) {
        const Uuid *leader = &g_array_index(leaders, Uuid, i);
        char to[UUID_TEXT_SIZE];
        if (!queue(call, MAIL_CONCERN_RAISED, leader, uuid_format(leader, to), lead, error))
            return false;
    }
    return true;
}

static bool mail_decided(Call *call, const Group *group, const Concern *concern, const Uuid *by,
                         GError **error)
{
    Day until;
    day_of(concern->until, group->input.time_zone, until);
    bool barred = concern->effect == EFFECT_UNREFERRABLE && concern->until > call->now;
    const char *result = concern->state == CONCERN_UPHELD ? "upheld" : "dismissed";
    MailValue own[] = { { "group", group->input.name },
                        { "own", "yes" },
                        { "result", result },
                        { "warning", concern->effect == EFFECT_WARN ? "yes" : NULL },
                        { "until", barred ? until : NULL },
                        { "note", concern->note },
                        { 0 } };
    MailValue other[] = {
        { "group", group->input.name }, { "own", NULL }, { "result", result }, { 0 }
    };
    g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT, concern->rev);
    g_autofree char *by_key = g_strdup_printf("%s/by", key);
    return queue(call, MAIL_CONCERN_DECIDED, &concern->about.account, key, own, error) &&
           queue(call, MAIL_CONCERN_DECIDED, by, by_key, other, error);
}

/* ---- raising one */

static bool check_new(Call *call, const NewConcern *input, GError **error)
{
    GroupRole role = 0;
    gint64 open = 0;
    if (uuid_equal(&input->about, &call->principal.account))
        field_errors_add(&call->errors, "#/about", "self", "a concern is about somebody else");
    else if (!group_role(call->db, &call->id, &input->about, &role, error))
        return false;
    else if (!role)
        field_errors_add(&call->errors, "#/about", "not-a-member", "must be a member of the group");
    if (!call_valid(call, error) ||
        !db_get_one_int(call->db, error, &open,
                        "SELECT COUNT(*) FROM concern WHERE by_account = $1 AND group_id = $2"
                        " AND about_account = $3 AND state IN (1, 2)",
                        db_uuid(&call->principal.account), db_uuid(&call->id),
                        db_uuid(&input->about)))
        return false;
    return open == 0 || problem_set(error, PROBLEM_ALREADY_EXISTS,
                                    "You raised one about this member that is not decided yet");
}

static bool insert(Call *call, const NewConcern *input, GError **error)
{
    return db_exec(call->db, error,
                   "INSERT INTO concern (id, rev, created_at, updated_at, group_id, about_account,"
                   " by_account, text, state) VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7)",
                   db_uuid(&call->sub), db_int(call->now), db_uuid(&call->id),
                   db_uuid(&input->about), db_uuid(&call->principal.account), db_text(input->text),
                   db_int(CONCERN_OPEN)) &&
           audit_put(call, "concern.raise", &call->sub, error);
}

static bool is_same(const Call *call, const Concern *old, const NewConcern *input)
{
    return uuid_equal(&old->about.account, &input->about) &&
           uuid_equal(&old->by.account, &call->principal.account) &&
           g_strcmp0(old->text, input->text) == 0;
}

static bool put(Call *call, GError **error)
{
    const NewConcern *input = call->body;
    g_auto(Concern) old = { 0 };
    g_auto(Group) group = { 0 };
    bool found = false;
    if (!group_need(call, &call->id, 0, error) || !load(call, &old, &found, error))
        return false;
    if (found)
        return is_same(call, &old, input)
                   ? reply(call, 200, error)
                   : problem_set(error, PROBLEM_PRECONDITION_FAILED,
                                 "There is another concern with this id: make a new id");
    if (!group_lock(call->db, &call->id, &group, error) || !group_need_active(&group, error) ||
        !check_new(call, input, error) || !insert(call, input, error))
        return false;
    tell(call, &input->about, &call->principal.account, false);
    return mail_raised(call, &group, &input->about, error) && reply(call, 201, error);
}

/* ---- what becomes of it */

static bool store(Call *call, const Concern *concern, GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(
            call->db, error, &n,
            "UPDATE concern SET rev = $2, updated_at = $3, answer = COALESCE($4, answer),"
            " state = $5, effect = $6, until = $7, note = COALESCE($8, note),"
            " decided_by_account = COALESCE($9, decided_by_account), decided_at = $10"
            " WHERE id = $1 AND rev = $2 - 1",
            db_uuid(&concern->id), db_int(concern->rev), db_int(concern->updated_at),
            db_text(concern->answer), db_int(concern->state), db_time(concern->effect),
            db_time(concern->until), db_text(concern->note), db_uuid(&concern->decided_by.account),
            db_time(concern->decided_at)))
        return false;
    return n > 0 || problem_set(error, PROBLEM_CONCERN_STATE, "Somebody decided it just now");
}

static bool answer(Call *call, GError **error)
{
    const ConcernAnswer *input = call->body;
    g_auto(Concern) concern = { 0 };
    Uuid about, by;
    if (!load_it(call, &concern, error))
        return false;
    if (!uuid_equal(&concern.about.account, &call->principal.account))
        return problem_set(error, PROBLEM_FORBIDDEN, "Only whom it is about answers it");
    if (!concern_may(&concern, CONCERN_ANSWER, call->now, error))
        return false;
    concern_apply(&concern, CONCERN_ANSWER, NULL, input->text, call->now);
    if (!store(call, &concern, error) || !read_by(call, &about, &by, error))
        return false;
    tell(call, &about, &by, false);
    return audit_put(call, "concern.answer", &call->sub, error) && reply(call, 200, error);
}

/* Until when a member is barred is part of what the group sees of them. */
static bool touch_member(Call *call, const Uuid *about, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE membership SET rev = rev + 1, updated_at = $3 WHERE group_id = $1 AND account = $2"
        " AND state = 1 RETURNING id",
        db_uuid(&call->id), db_uuid(about), db_int(call->now));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        change_note(call, &call->id, OBJECT_MEMBER, &id, false);
    }
    return rows && db_rows_ok(rows);
}

/* Nobody decides about themselves. */
static bool need_decider(Call *call, const Concern *concern, GError **error)
{
    if (!vetting_need(call, error))
        return false;
    return !uuid_equal(&concern->about.account, &call->principal.account) ||
           problem_set(error, PROBLEM_FORBIDDEN,
                       "It is about you: another leader decides, or an administrator");
}

static bool decide(Call *call, ConcernEvent event, const char *action, GError **error)
{
    const ConcernDecision *decision = call->body;
    g_auto(Concern) concern = { 0 };
    g_auto(Group) group = { 0 };
    Uuid about, by;
    if (!load_it(call, &concern, error) || !need_decider(call, &concern, error) ||
        !concern_may(&concern, event, call->now, error))
        return false;
    if (event != CONCERN_LIFT)
        concern_decision_validate(decision, event, call->now, &call->errors);
    if (!call_valid(call, error) || !group_row_load(call->db, &call->id, &group, error))
        return false;
    bool touches = event == CONCERN_LIFT || decision->effect == EFFECT_UNREFERRABLE;
    concern_apply(&concern, event, decision, NULL, call->now);
    concern.decided_by.account = call->principal.account;
    if (!store(call, &concern, error) || !read_by(call, &about, &by, error) ||
        (touches && !touch_member(call, &about, error)))
        return false;
    tell(call, &about, &by, false);
    return mail_decided(call, &group, &concern, &by, error) &&
           audit_put(call, action, &call->sub, error) && reply(call, 200, error);
}

static bool uphold(Call *call, GError **error)
{
    return decide(call, CONCERN_UPHOLD, "concern.uphold", error);
}

static bool dismiss(Call *call, GError **error)
{
    return decide(call, CONCERN_DISMISS, "concern.dismiss", error);
}

static bool lift(Call *call, GError **error)
{
    return decide(call, CONCERN_LIFT, "concern.lift", error);
}

/* ---- leads */

bool concern_bar(Db *db, const Uuid *from, const Uuid *to, gint64 now, bool *barred, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM concern k WHERE k.group_id ="
        " m.group_id AND k.about_account = $2 AND k.state = 3 AND k.effect = 3 AND k.until > $3)"
        " THEN 1 END) FROM membership m CROSS JOIN membership o CROSS JOIN leads_group g"
        " WHERE m.account = $1 AND m.state = 1 AND o.group_id = m.group_id AND o.account = $2"
        " AND o.state = 1 AND g.id = m.group_id AND g.state = 2",
        db_uuid(from), db_uuid(to), db_int(now));
    if (!rows || !db_next(rows, error))
        return false;
    gint64 shared = db_get_int(rows, 0), bars = db_get_int(rows, 1);
    *barred = shared > 0 && bars == shared;
    return true;
}
G_STATIC_ASSERT(CONCERN_UPHELD == 3 && EFFECT_UNREFERRABLE == 3 && GROUP_ACTIVE == 2);

/* ---- deletion of an account */

bool concern_erase(Call *call, const Uuid *account, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT id, group_id, about_account, by_account FROM concern WHERE about_account = $1"
        " UNION ALL SELECT id, group_id, about_account, by_account FROM concern WHERE by_account ="
        " $1",
        db_uuid(account));
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), group = db_get_uuid(rows, 1), about = db_get_uuid(rows, 2),
             by = db_get_uuid(rows, 3);
        const Uuid officers = group_officers_scope(&group);
        bool gone = uuid_equal(&about, account);
        change_note(call, &officers, OBJECT_CONCERN, &id, gone);
        change_note(call, gone ? &by : &about, OBJECT_CONCERN, &id, gone);
    }
    return rows && db_rows_ok(rows);
}

const Route concern_routes[] = {
    { .method = "GET",
      .path = "/v1/groups/{id}/concerns",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_LIST | ROUTE_SNAPSHOT,
      .reply = &concern_fields,
      .handler = list,
      .query = "limit cursor",
      .summary = "Concerns that I may see, the newest first: about me, of mine, as a leader all" },
    { .method = "GET",
      .path = "/v1/groups/{id}/concerns/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .flags = ROUTE_SNAPSHOT,
      .reply = &concern_fields,
      .handler = read_one,
      .summary = "One concern" },
    { .method = "PUT",
      .path = "/v1/groups/{id}/concerns/{sub}",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &new_concern_fields,
      .reply = &concern_fields,
      .handler = put,
      .summary = "Raise a concern about another member; the leaders and the member are told" },
    { .method = "POST",
      .path = "/v1/groups/{id}/concerns/{sub}/answer",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &concern_answer_fields,
      .reply = &concern_fields,
      .handler = answer,
      .summary = "Answer a concern about me, once" },
    { .method = "POST",
      .path = "/v1/groups/{id}/concerns/{sub}/uphold",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &concern_decision_fields,
      .reply = &concern_fields,
      .handler = uphold,
      .summary = "As a leader: it is right; without effect, a warning, or no leads until a day" },
    { .method = "POST",
      .path = "/v1/groups/{id}/concerns/{sub}/dismiss",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .body = &concern_decision_fields,
      .reply = &concern_fields,
      .handler = dismiss,
      .summary = "As a leader: there is nothing to it" },
    { .method = "POST",
      .path = "/v1/groups/{id}/concerns/{sub}/lift",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .reply = &concern_fields,
      .handler = lift,
      .summary = "As a leader: leads may be passed to the member again, before the time is over" },
    { 0 },
};
