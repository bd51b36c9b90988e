/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/device.h"

#include <string.h>

#include "base/text.h"
#include "model/account.h"
#include "server/audit.h"
#include "server/device_page.h"
#include "server/families.h"
#include "server/oauth.h"
#include "server/sessions.h"
#include "server/throttle.h"
#include "server/tokens.h"

/* RFC 8628 §6.1: no vowels, so no words. */
static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
#define N_LETTERS (sizeof letters - 1)

#define SLOWER_MS (5 * MS_PER_SECOND) /* §3.5 */
#define POLL_GRACE MS_PER_SECOND /* of the network: two polls may come nearer than they were sent */
#define TRIES 5

/* ---- the user code */

static void user_code_make(char out[static USER_CODE_SIZE])
{
    size_t n = 0;
    while (n < USER_CODE_LETTERS + 1) {
        guint8 byte;
        crypto_random(&byte, sizeof byte);
        if (n == USER_CODE_LETTERS / 2)
            out[n++] = '-';
        if (byte < 256 / N_LETTERS * N_LETTERS)
            out[n++] = letters[byte % N_LETTERS];
    }
    out[n] = '\0';
}

bool user_code_read(const char *text, char out[static USER_CODE_SIZE])
{
    size_t n = 0;
    for (; text && *text; text++) {
        char letter = g_ascii_toupper(*text);
        if (!g_ascii_isalnum(letter)) /* a hyphen may have become a dash on its way */
            continue;
        if (n == USER_CODE_LETTERS / 2)
            out[n++] = '-';
        if (!strchr(letters, letter) || n == USER_CODE_LETTERS + 1)
            return false;
        out[n++] = letter;
    }
    out[n] = '\0';
    return n == USER_CODE_LETTERS + 1;
}

static void user_code_hash(const char *code, CryptoHash *out)
{
    static const char kind[] = "user code";
    CryptoText pieces[] = { { kind, sizeof kind - 1 }, { code, strlen(code) } };
    crypto_digest(pieces, G_N_ELEMENTS(pieces), out);
}

static DbValue db_hash(const CryptoHash *hash)
{
    return db_bytes(hash->bytes, sizeof hash->bytes);
}

/* ---- POST /oauth/device_authorization */

typedef struct DeviceInput {
    char *client_id, *scope;
} DeviceInput;

#define AT(member) offsetof(DeviceInput, member)
static const Field device_rows[] = {
    { "client_id", FIELD_TEXT, AT(client_id), FIELD_REQUIRED, .max = 64 },
    { "scope", FIELD_TEXT, AT(scope) }, /* there is one: all that its user may do */
};
#undef AT
static const FieldTable device_fields = FIELD_TABLE("device_request", DeviceInput, device_rows);

static bool grant_insert(Call *call, const CryptoHash *device, const char *code, bool *inserted,
                         GError **error)
{
    const DeviceInput *input = call->body;
    CryptoHash user;
    gint64 n = 0;
    user_code_hash(code, &user);
    g_autofree char *client = session_client_name(call->user_agent);
    if (!db_exec_count(
            call->db, error, &n,
            "INSERT INTO device_grant (device_hash, user_hash, client_id, client, peer, "
            "created_at, "
            "expires_at, poll_ms, next_poll, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, 1) "
            "ON CONFLICT (user_hash) DO NOTHING",
            db_hash(device), db_hash(&user), db_text(input->client_id), db_text(client),
            db_text(call->local ? "" : call->peer), db_int(call->now),
            db_int(call->now + DEVICE_MINUTES * MS_PER_MINUTE),
            db_int(DEVICE_POLL_SECONDS * MS_PER_SECOND)))
        return false;
    *inserted = n == 1;
    return true;
}

static bool device_authorization(Call *call, GError **error)
{
    Token device;
    char code[USER_CODE_SIZE];
    bool inserted = false;
    g_autofree char *issuer = oauth_issuer(call, error);
    if (!issuer || !throttle_check(call, THROTTLE_DEVICE, NULL, error) ||
        !throttle_count(call, THROTTLE_DEVICE, NULL, error))
        return false;
    token_make(TOKEN_DEVICE, &device);
    for (int i = 0; i < TRIES && !inserted; i++) {
        user_code_make(code);
        if (!grant_insert(call, &device.hash, code, &inserted, error))
            return false;
    }
    if (!inserted)
        return problem_set(error, PROBLEM_OVERLOADED, "too many log-ins are waiting");
    g_autofree char *page = g_strconcat(issuer, "/device", NULL);
    g_autofree char *complete = g_strconcat(page, "?user_code=", code, NULL);
    DeviceCode reply = {
        device.text, code, page, complete, DEVICE_MINUTES * 60, DEVICE_POLL_SECONDS
    };
    json_put_object(call->reply.body, &device_code_fields, &reply);
    crypto_wipe(&device, sizeof device);
    return true;
}

/* ---- polls */

typedef struct Poll {
    CryptoHash hash;
    char *client_id;
    gint64 expires_at, exchanged_at;
    DeviceState state;
    Uuid account, session;
} Poll;

static void poll_clear(Poll *poll)
{
    g_free(poll->client_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Poll, poll_clear)

/* Takes the turn, and the row's lock with it. *found false: it is not known, or not yet its turn. */
static bool poll_take(Call *call, Poll *poll, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE device_grant SET next_poll = $2 + poll_ms - $3 WHERE device_hash = $1 AND "
        "next_poll "
        "<= $2 RETURNING client_id, expires_at, exchanged_at, state, account_id, session_id",
        db_hash(&poll->hash), db_int(call->now), db_int(POLL_GRACE));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    poll->client_id = g_strdup(db_get_text(rows, 0));
    poll->expires_at = db_get_int(rows, 1);
    poll->exchanged_at = db_get_int(rows, 2);
    poll->state = (DeviceState)db_get_int(rows, 3);
    poll->account = db_get_uuid(rows, 4);
    poll->session = db_get_uuid(rows, 5);
    return true;
}

/* Not its turn: this and all further ones come five seconds later (§3.5). */
static bool poll_refuse(Call *call, const Poll *poll, GError **error)
{
    gint64 n = 0;
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE device_grant SET poll_ms = poll_ms + $3, next_poll = $2 + poll_ms + "
                       "$3 - $4 WHERE device_hash = $1",
                       db_hash(&poll->hash), db_int(call->now), db_int(SLOWER_MS),
                       db_int(POLL_GRACE)))
        return false;
    if (n == 0)
        return call_refuse(call, PROBLEM_INVALID_GRANT, "this device code is not known");
    return call_refuse(call, PROBLEM_SLOW_DOWN, "wait 5 seconds longer between two polls");
}

static bool poll_answer(Call *call, const Poll *poll, GError **error)
{
    Tokens tokens = { 0 };
    Uuid session;
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM account WHERE id = $1 AND state = 1",
                        db_uuid(&poll->account)))
        return false;
    if (n == 0)
        return call_refuse(call, PROBLEM_INVALID_GRANT, "the account is closed");
    if (!session_create(call, &poll->account, call->user_agent, &tokens, &session, error) ||
        !db_exec(call->db, error,
                 "UPDATE device_grant SET state = 4, session_id = $2, exchanged_at = "
                 "COALESCE(exchanged_at, $3) WHERE device_hash = $1",
                 db_hash(&poll->hash), db_uuid(&session), db_int(call->now))) {
        tokens_wipe(&tokens);
        return false;
    }
    session_put_tokens(call, &tokens);
    return true;
}

/* Somebody who has the tokens has used or ended them: then their answer was not lost. */
static bool is_unused(Call *call, const Poll *poll, bool *unused, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(call->db, error, &n,
                        "SELECT COUNT(*) FROM session WHERE id = $1 AND revoked_at IS NULL AND "
                        "last_used_at = created_at",
                        db_uuid(&poll->session)))
        return false;
    *unused = n == 1 && call->now - poll->exchanged_at <= REFRESH_GRACE;
    return true;
}

static bool poll_again(Call *call, const Poll *poll, GError **error)
{
    bool unused;
    if (!is_unused(call, poll, &unused, error) || !session_revoke(call, &poll->session, error))
        return false;
    if (unused)
        return poll_answer(call, poll, error);
    return audit_put(call, "session.reuse", &poll->session, error) &&
           call_refuse(call, PROBLEM_INVALID_GRANT,
                       "this device code was used before: the session is ended, log in again");
}

bool device_exchange(Call *call, const char *device_code, const char *client_id, GError **error)
{
    g_auto(Poll) poll = { 0 };
    bool found;
    if (!token_check(TOKEN_DEVICE, device_code, &poll.hash))
        return call_refuse(call, PROBLEM_INVALID_GRANT, "this is not a device code");
    if (!poll_take(call, &poll, &found, error))
        return false;
    if (!found)
        return poll_refuse(call, &poll, error);
    if (g_strcmp0(poll.client_id, client_id) != 0)
        return call_refuse(call, PROBLEM_INVALID_GRANT, "client_id is not the one that asked");
    if (poll.state == DEVICE_EXCHANGED)
        return poll_again(call, &poll, error);
    if (poll.expires_at <= call->now)
        return call_refuse(call, PROBLEM_EXPIRED_TOKEN, "start again: the code has expired");
    if (poll.state == DEVICE_DENIED)
        return call_refuse(call, PROBLEM_ACCESS_DENIED, "the log-in was denied in the browser");
    if (poll.state == DEVICE_ASKED)
        return call_refuse(call, PROBLEM_AUTHORIZATION_PENDING, "nobody has allowed it yet");
    return poll_answer(call, &poll, error);
}

/* ---- what the page asks and does */

void device_grant_clear(DeviceGrant *grant)
{
    g_free(grant->client_id);
    g_free(grant->client);
    g_free(grant->peer);
}

bool device_find(Call *call, const char *code, DeviceGrant *grant, bool *found, GError **error)
{
    CryptoHash user;
    user_code_hash(code, &user);
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT client_id, client, peer, created_at, state, expires_at FROM device_grant WHERE "
        "user_hash = $1",
        db_hash(&user));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (!*found)
        return db_rows_ok(rows);
    grant->client_id = text_clean(db_get_text(rows, 0), -1, TEXT_LINE);
    grant->client = g_strdup(db_get_text(rows, 1));
    grant->peer = g_strdup(db_get_text(rows, 2));
    grant->created_at = db_get_int(rows, 3);
    grant->open = db_get_int(rows, 4) == DEVICE_ASKED && db_get_int(rows, 5) > call->now;
    return true;
}

bool device_decide(Call *call, const char *code, const Uuid *account, bool *done, GError **error)
{
    CryptoHash user;
    gint64 n = 0;
    bool allowed = !uuid_is_nil(account);
    user_code_hash(code, &user);
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE device_grant SET state = $2, account_id = $3 WHERE user_hash = $1 "
                       "AND state = 1 AND expires_at > $4",
                       db_hash(&user), db_int(allowed ? DEVICE_ALLOWED : DEVICE_DENIED),
                       db_uuid(account), db_int(call->now)))
        return false;
    *done = n == 1;
    return !*done || audit_put(call, allowed ? "device.allow" : "device.deny", account, error);
}

const Route device_routes[] = {
    { "POST", "/oauth/device_authorization", ACCESS_OPEN, LANE_WRITE, OAUTH_FLAGS, &device_fields,
      &device_code_fields, device_authorization, .wording = &oauth_wording,
      .summary = "Begin a log-in that is allowed in a browser (RFC 8628)" },
    { "GET", "/device", ACCESS_OPEN, LANE_WRITE, ROUTE_NO_KEY | ROUTE_NO_BATCH,
      .handler = device_show, .query = "user_code", .wording = &page_wording,
      .reply_type = "text/html", .summary = "The page where a person allows it" },
    { "POST", "/device", ACCESS_OPEN, LANE_CRYPTO,
      ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_FORM | ROUTE_LENIENT, &device_form_fields,
      .handler = device_answer, .prepare = device_prepare, .wording = &page_wording,
      .reply_type = "text/html", .summary = "What the page's form does" },
    { 0 },
};
