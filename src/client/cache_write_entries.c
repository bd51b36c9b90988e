/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server answered to entries of meetings, into the scope by which this user reads such things. */
#include "client/cache_write.h"

#include "client/cache_writer.h"
#include "client/meeting_book.h"

typedef enum Reader { BY_MEMBERS, BY_OFFICERS, BY_ACCOUNT } Reader;

static const struct {
    OutboxKind kind;
    const char *wire;
    Reader reader;
} entries[] = {
    { OUTBOX_RSVP, "rsvp", BY_MEMBERS },       { OUTBOX_ATTEND, "attendance", BY_MEMBERS },
    { OUTBOX_SLIP, "slip", BY_MEMBERS },       { OUTBOX_VISITOR, "visitor", BY_OFFICERS },
    { OUTBOX_THANKS, "thanks", BY_ACCOUNT },   { OUTBOX_MET, "one_to_one", BY_ACCOUNT },
    { OUTBOX_MEETING, "meeting", BY_MEMBERS }, { OUTBOX_MEETING_ACT, "meeting", BY_MEMBERS },
};

static bool is_me(const CacheWriter *writer, const JsonNode *node, const char *name)
{
    const char *text = json_text(json_member(node, name));
    Uuid account;
    return text && uuid_parse(text, &account) && uuid_equal(&account, &writer->account);
}

/* Thanks are seen by the two that they are between (D7), whoever entered them. */
static bool is_seen(const CacheWriter *writer, OutboxKind kind, const JsonNode *node)
{
    return kind != OUTBOX_THANKS || is_me(writer, node, "from") || is_me(writer, node, "to");
}

static bool scope_of(const CacheWriter *writer, Reader reader, const JsonNode *node, Uuid *scope)
{
    const char *text = json_text(json_member(node, "group"));
    Uuid group;
    if (!text || !uuid_parse(text, &group))
        return false;
    *scope = reader == BY_MEMBERS    ? group
             : reader == BY_OFFICERS ? group_officers_scope(&group)
                                     : writer->account;
    return true;
}

bool cache_is_entry(OutboxKind kind)
{
    return kind >= OUTBOX_RSVP && kind <= OUTBOX_MEETING_ACT;
}

bool cache_write_entry(CacheWriter *writer, OutboxKind kind, const JsonNode *node, bool again,
                       GError **error)
{
    Uuid scope;
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        if (entries[i].kind == kind)
            return !is_seen(writer, kind, node) ||
                   !scope_of(writer, entries[i].reader, node, &scope) ||
                   cache_write_shared(writer, entries[i].wire, &scope, node, again, error);
    return true;
}
