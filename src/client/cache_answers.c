/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_answers.h"

#include "client/cache_shared.h"
#include "model/group.h"
#include "wire/json.h"

/* By which scope this user sees what was answered. */
typedef enum Side {
    SIDE_OWN,      /* the account */
    SIDE_MEMBERS,  /* the group: `group` of the object */
    SIDE_OFFICERS, /* of that */
    SIDE_GROUP,    /* the object is the group */
    SIDE_NONE,     /* nothing is answered */
} Side;

static const struct {
    const char *type; /* of the feed */
    Side side;
} acts[] = {
    [OUTBOX_JOIN] = { "membership_request", SIDE_OWN },
    [OUTBOX_APPROVE] = { "membership_request", SIDE_OFFICERS },
    [OUTBOX_REFUSE] = { "membership_request", SIDE_OFFICERS },
    [OUTBOX_ASK] = { "membership_request", SIDE_OFFICERS },
    [OUTBOX_REPLY] = { "membership_request", SIDE_OWN },
    [OUTBOX_UNJOIN] = { "membership_request", SIDE_OWN },
    [OUTBOX_LEAVE] = { "group", SIDE_NONE },
    [OUTBOX_EXPEL] = { "member", SIDE_NONE },
    [OUTBOX_ROLE] = { "member", SIDE_MEMBERS },
    [OUTBOX_GROUP] = { "group", SIDE_GROUP },
    [OUTBOX_GROUP_ACT] = { "group", SIDE_GROUP },
    [OUTBOX_LEADER_APPROVAL] = { "leader_approval", SIDE_OWN },
    [OUTBOX_VETTING] = { "vetting", SIDE_OFFICERS },
    [OUTBOX_CONCERN] = { "concern", SIDE_OWN },
    [OUTBOX_CONCERN_ANSWER] = { "concern", SIDE_OWN },
    [OUTBOX_CONCERN_DECIDE] = { "concern", SIDE_OFFICERS },
    [OUTBOX_DUES] = { "invoice", SIDE_OFFICERS },
    [OUTBOX_APPROVAL_DECIDE] = { "leader_approval", SIDE_NONE },
};

bool cache_is_group_act(OutboxKind kind)
{
    return (size_t)kind < G_N_ELEMENTS(acts) && acts[kind].type;
}

static bool read_scope(const CacheWriter *writer, Side side, const JsonNode *node, Uuid *scope)
{
    const char *text = json_text(json_member(node, side == SIDE_GROUP ? "id" : "group"));
    if (side == SIDE_OWN) {
        *scope = writer->account;
        return true;
    }
    if (!text || !uuid_parse(text, scope))
        return false;
    if (side == SIDE_OFFICERS)
        *scope = group_officers_scope(scope);
    return true;
}

/* R18: with the group all of it goes at once. */
static bool left(CacheWriter *writer, const Uuid *group, GError **error)
{
    Uuid officers = group_officers_scope(group);
    return cache_drop_scope(writer, group, error) && cache_drop_scope(writer, &officers, error);
}

static bool expelled(CacheWriter *writer, const Uuid *membership, GError **error)
{
    writer->changed |= feed_type("member")->changed;
    return db_exec(writer->db, error, "DELETE FROM member WHERE id = $1", db_uuid(membership));
}

bool cache_write_group_answer(CacheWriter *writer, OutboxKind kind, const Uuid *object,
                              const JsonNode *node, bool again, GError **error)
{
    Uuid scope;
    if (kind == OUTBOX_LEAVE) /* the feed has told it, or will */
        return again || g_hash_table_contains(writer->gone, object) || left(writer, object, error);
    if (kind == OUTBOX_EXPEL)
        return expelled(writer, object, error);
    if (acts[kind].side == SIDE_NONE || !node || !json_is_object(node) ||
        !read_scope(writer, acts[kind].side, node, &scope))
        return true; /* the feed brings it */
    return cache_write_shared(writer, acts[kind].type, &scope, node, again, error);
}
