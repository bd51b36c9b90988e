/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/throttle.h"

#include <arpa/inet.h>
#include <string.h>

#include "server/crypto.h"

#define FORGET_AFTER MS_PER_HOUR
#define DELAY_MAX (15 * MS_PER_MINUTE)

static const struct {
    const char *name;
    bool by_peer;
    gint64 free;
} kinds[] = {
    [THROTTLE_LOGIN_ACCOUNT] = { "login.account", false, 5 },
    [THROTTLE_LOGIN_PEER] = { "login.peer", true, 20 },
    [THROTTLE_SIGN_UP] = { "sign-up.peer", true, 10 },
    [THROTTLE_DEVICE] = { "device.peer", true, 20 },
    [THROTTLE_CODE] = { "code.peer", true, 10 },
    [THROTTLE_RESET_ACCOUNT] = { "reset.account", false, 3 },
    [THROTTLE_RESET_PEER] = { "reset.peer", true, 10 },
    [THROTTLE_LINK] = { "link.account", false, 3 },
    [THROTTLE_EXPORT] = { "export.account", false, 5 },
    [THROTTLE_TOTP] = { "totp.account", false, 5 },
};

gint64 throttle_delay(gint64 attempts, gint64 free)
{
    gint64 over = attempts - free;
    if (over <= 0)
        return 0;
    return over > 10 ? DELAY_MAX : MIN(DELAY_MAX, MS_PER_SECOND << (over - 1));
}

/* Who has one address of IPv6 has the /64 around it. */
void throttle_peer(const char *peer, char out[static INET6_ADDRSTRLEN])
{
    struct in6_addr address;
    g_strlcpy(out, peer, INET6_ADDRSTRLEN);
    if (inet_pton(AF_INET6, peer, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
        return;
    memset(address.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &address, out, INET6_ADDRSTRLEN);
}

static void subject_of(const Call *call, ThrottleKind kind, const char *text, CryptoHash *out)
{
    char network[INET6_ADDRSTRLEN];
    const char *who = text;
    if (kinds[kind].by_peer) {
        throttle_peer(call->peer, network);
        who = network;
    }
    CryptoText pieces[] = { { kinds[kind].name, strlen(kinds[kind].name) }, { who, strlen(who) } };
    crypto_digest(pieces, G_N_ELEMENTS(pieces), out);
}

static bool is_exempt(const Call *call, ThrottleKind kind)
{
    return kinds[kind].by_peer && call->local;
}

bool throttle_check(Call *call, ThrottleKind kind, const char *text, GError **error)
{
    if (is_exempt(call, kind))
        return true;
    CryptoHash subject;
    subject_of(call, kind, text, &subject);
    g_autoptr(DbRows)
        rows = db_query(call->db, error, "SELECT blocked_until FROM throttle WHERE subject = $1",
                        db_bytes(subject.bytes, sizeof subject.bytes));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    gint64 wait = db_get_int(rows, 0) - call->now;
    if (wait <= 0)
        return true;
    call->reply.retry_after = (int)((wait + MS_PER_SECOND - 1) / MS_PER_SECOND);
    return problem_set(error, PROBLEM_THROTTLED, "wait %d seconds", call->reply.retry_after);
}

/* The row stays locked until the commit, and a blocked one is not counted: so guesses that were hashed side by side do
 * not slip through together. */
bool throttle_count(Call *call, ThrottleKind kind, const char *text, GError **error)
{
    if (is_exempt(call, kind))
        return true;
    CryptoHash subject;
    subject_of(call, kind, text, &subject);
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "INSERT INTO throttle (subject, failures, blocked_until, updated_at) "
        "VALUES ($1, 1, 0, $2) ON CONFLICT (subject) DO UPDATE SET "
        "failures = CASE WHEN throttle.updated_at < $3 THEN 1 ELSE throttle.failures + 1 END, "
        "updated_at = $2 WHERE throttle.blocked_until <= $2 RETURNING failures",
        db_bytes(subject.bytes, sizeof subject.bytes), db_int(call->now),
        db_int(call->now - FORGET_AFTER));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) && throttle_check(call, kind, text, error);
    gint64 delay = throttle_delay(db_get_int(rows, 0), kinds[kind].free);
    g_clear_pointer(&rows, db_rows_free);
    return delay == 0 ||
           db_exec(call->db, error, "UPDATE throttle SET blocked_until = $2 WHERE subject = $1",
                   db_bytes(subject.bytes, sizeof subject.bytes), db_int(call->now + delay));
}

bool throttle_clear(Call *call, ThrottleKind kind, const char *text, GError **error)
{
    CryptoHash subject;
    subject_of(call, kind, text, &subject);
    return db_exec(call->db, error,
                   "DELETE FROM throttle WHERE subject = $1 AND blocked_until <= $2",
                   db_bytes(subject.bytes, sizeof subject.bytes), db_int(call->now)) &&
           throttle_check(call, kind, text, error);
}

bool throttle_forget(Call *call, ThrottleKind kind, const char *text, GError **error)
{
    CryptoHash subject;
    subject_of(call, kind, text, &subject);
    return db_exec(call->db, error, "DELETE FROM throttle WHERE subject = $1",
                   db_bytes(subject.bytes, sizeof subject.bytes));
}
