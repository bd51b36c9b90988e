/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/group_mail.h"

#include "server/mail.h"

/* One mail for each occasion and recipient. */
static char *key_of(const Call *call, const Uuid *id, const Uuid *to)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    return g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, uuid_format(id, one), uuid_format(to, other),
                           call->now);
}

#define VALUES_MAX 6

/* Without those that have no text: not every type knows all of them. */
static bool queue(Call *call, MailType type, const Uuid *id, const Uuid *to, const MailValue *given,
                  GError **error)
{
    MailValue values[VALUES_MAX] = { 0 };
    for (int n = 0; given->name; given++)
        if (given->text)
            values[n++] = *given;
    g_autofree char *key = key_of(call, id, to);
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = type, .key = key, .account = to, .values = values }, error);
}

static GArray *leaders_of(Call *call, const Uuid *group, GError **error)
{
    g_autoptr(GArray) leaders = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows)
        rows = db_query(call->db, error,
                        "SELECT account FROM membership WHERE group_id = $1 AND state = 1"
                        " AND role = 2 AND account <> $2",
                        db_uuid(group), db_uuid(&call->principal.account));
    while (rows && db_next(rows, error)) {
        Uuid account = db_get_uuid(rows, 0);
        g_array_append_val(leaders, account);
    }
    return rows && db_rows_ok(rows) ? g_steal_pointer(&leaders) : NULL;
}
G_STATIC_ASSERT(ROLE_LEADER == 2 && MEMBERSHIP_ACTIVE == 1);

bool group_mail_about(Call *call, const Group *group, MailType type, const Uuid *id, const Uuid *to,
                      const Uuid *about, const char *message, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT name, company_name FROM account WHERE id = $1", db_uuid(about));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows);
    g_autofree char *from = g_strdup(db_get_text(rows, 0));
    g_autofree char *company = g_strdup(db_get_text(rows, 1));
    g_clear_pointer(&rows, db_rows_free);
    MailValue values[] = { { "group", group->input.name },
                           { "from", from },
                           { "company", company },
                           { "message", message },
                           { 0 } };
    return queue(call, type, id, to, values, error);
}

bool group_mail_leaders(Call *call, const Group *group, MailType type, const Uuid *id,
                        const Uuid *about, const char *message, GError **error)
{
    g_autoptr(GArray) leaders = leaders_of(call, &group->id, error);
    bool ok = leaders != NULL;
    for (guint i = 0; ok && i < leaders->len; i++)
        ok = group_mail_about(call, group, type, id, &g_array_index(leaders, Uuid, i), about,
                              message, error);
    return ok;
}

bool group_mail_state(Call *call, const Group *group, MailType type, const Uuid *id,
                      const Uuid *account, const char *state, const char *message, GError **error)
{
    MailValue values[] = {
        { "group", group->input.name }, { "message", message }, { "state", state }, { 0 }
    };
    return queue(call, type, id, account, values, error);
}

bool group_mail_member(Call *call, const Group *group, MailType type, const Uuid *id,
                       const Uuid *account, const char *message, GError **error)
{
    return group_mail_state(call, group, type, id, account, NULL, message, error);
}
