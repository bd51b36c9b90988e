/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_store.h"

#include <string.h>

#include "model/account.h"
#include "server/crypto.h"

static const gint64 schedule[MAIL_ATTEMPTS - 1] = {
    MS_PER_MINUTE,   5 * MS_PER_MINUTE, 30 * MS_PER_MINUTE,
    2 * MS_PER_HOUR, 6 * MS_PER_HOUR,   24 * MS_PER_HOUR,
};
#define UNSUBSCRIBE_KEPT (400 * MS_PER_DAY)

void mail_claim_clear(MailClaim *claim)
{
    g_clear_pointer(&claim->email, g_free);
    g_clear_pointer(&claim->name, g_free);
    g_clear_pointer(&claim->language, g_free);
    if (claim->values)
        explicit_bzero(claim->values,
                       strlen(claim->values)); /* there may be a secret's link in it */
    g_clear_pointer(&claim->values, g_free);
    g_clear_pointer(&claim->unsubscribe, g_free);
    *claim = (MailClaim){ .lease = claim->lease };
}

gint64 mail_retry_after(gint64 attempts)
{
    return attempts >= 1 && attempts < MAIL_ATTEMPTS ? schedule[attempts - 1] : -1;
}

bool mail_is_due(Db *db, gint64 now, bool *due, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(
            db, error, &n,
            "SELECT COUNT(*) FROM (SELECT id FROM mail WHERE next_at <= $1 LIMIT 1) AS one",
            db_int(now)))
        return false;
    *due = n > 0;
    return true;
}

/* Of two servers that choose the same row one waits for the other's commit, and then finds it is no longer due. */
static bool take(Call *call, MailClaim *claim, Uuid *account, char **before, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "UPDATE mail SET attempts = attempts + 1, next_at = $2 WHERE id ="
        " (SELECT id FROM mail WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1)"
        " AND next_at <= $1"
        " RETURNING id, type, account_id, email, name, language, value_texts, attempts, created_at,"
        " error",
        db_int(call->now), db_int(call->now + claim->lease));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    claim->found = true;
    claim->id = db_get_uuid(rows, 0);
    claim->type = mail_type_find(db_get_text(rows, 1));
    *account = db_get_uuid(rows, 2);
    claim->email = g_strdup(db_get_text(rows, 3));
    claim->name = g_strdup(db_get_text(rows, 4));
    claim->language = g_strdup(db_get_text(rows, 5));
    claim->values = g_strdup(db_get_text(rows, 6));
    claim->attempts = db_get_int(rows, 7);
    claim->created_at = db_get_int(rows, 8);
    *before = g_strdup(db_get_text(rows, 9));
    return true;
}

static bool drop(Call *call, MailClaim *claim, const char *why, GError **error)
{
    claim->dropped = true;
    return db_exec(call->db, error,
                   "UPDATE mail SET state = 4, next_at = NULL, error = $2 WHERE id = $1",
                   db_uuid(&claim->id), db_text(why));
}

/* What the account is now: its address may have changed since, and whoever is gone gets no mail. */
static bool read_recipient(Call *call, MailClaim *claim, const Uuid *account, GError **error)
{
    claim->member = !uuid_is_nil(account);
    if (!claim->member)
        return true;
    g_autoptr(DbRows) rows = db_query(call->db, error,
                                      "SELECT email, name, language FROM account WHERE id = $1 AND"
                                      " state <> $2",
                                      db_uuid(account), db_int(ACCOUNT_DELETED));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) && drop(call, claim, "the account is gone", error);
    if (!claim->email)
        claim->email = g_strdup(db_get_text(rows, 0));
    g_free(claim->name);
    claim->name = g_strdup(db_get_text(rows, 1));
    const char *language = enum_code(&languages, (int)db_get_int(rows, 2));
    if (language) {
        g_free(claim->language);
        claim->language = g_strdup(language);
    }
    return true;
}

static bool may_unsubscribe(const MailClaim *claim)
{
    return claim->member ? !(claim->type->flags & MAIL_MANDATORY)
                         : (claim->type->flags & MAIL_OUTSIDE) != 0;
}

/* Each mail has a secret of its own; the database knows its hash. */
static bool make_unsubscribe(Call *call, MailClaim *claim, const Uuid *account, GError **error)
{
    guint8 secret[32];
    CryptoHash hash, address;
    crypto_random(secret, sizeof secret);
    g_autofree char *text = g_base64_encode(secret, sizeof secret);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    crypto_digest_text(text, &hash);
    g_autofree char *folded = email_fold(claim->email);
    crypto_digest_text(folded, &address);
    claim->unsubscribe = g_steal_pointer(&text);
    return db_exec(call->db, error,
                   "INSERT INTO unsubscribe (hash, account_id, address_hash, type, created_at)"
                   " VALUES ($1, $2, $3, $4, $5)",
                   db_bytes(hash.bytes, sizeof hash.bytes), db_uuid(account),
                   claim->member ? db_null() : db_bytes(address.bytes, sizeof address.bytes),
                   db_text(claim->type->code), db_int(call->now));
}

bool mail_claim(Call *call, GError **error)
{
    MailClaim *claim = call->scratch;
    g_autofree char *before = NULL;
    Uuid account = { 0 };
    mail_claim_clear(claim);
    if (!take(call, claim, &account, &before, error))
        return false;
    if (!claim->found)
        return true;
    if (!claim->type)
        return drop(call, claim, "of a type that this program does not know", error);
    if (!claim->values)
        return drop(call, claim, "its values are gone", error);
    if (claim->attempts == 1 && !before && claim->created_at < call->now - MAIL_STALE)
        return drop(call, claim, "too old when mail could be sent at last", error);
    if (!read_recipient(call, claim, &account, error))
        return false;
    return claim->dropped || !may_unsubscribe(claim) ||
           make_unsubscribe(call, claim, &account, error);
}

/* ---- afterwards */

static bool settle_sent(Call *call, const MailClaim *claim, GError **error)
{
    return db_exec(
        call->db, error,
        "UPDATE mail SET state = 2, sent_at = $2, next_at = NULL, value_texts = NULL, email = NULL,"
        " name = NULL, error = NULL WHERE id = $1",
        db_uuid(&claim->id), db_int(call->now));
}

/* Only when nobody else has taken it since. */
static bool settle_failed(Call *call, const MailClaim *claim, GError **error)
{
    gint64 pause = claim->outcome == SMTP_REFUSED ? -1 : mail_retry_after(claim->attempts);
    g_autoptr(GString) why = g_string_new(claim->why ? claim->why : "");
    if (claim->email)
        g_string_replace(why, claim->email, "RECIPIENT", 0);
    return db_exec(call->db, error,
                   "UPDATE mail SET state = $3, next_at = $4, error = $5"
                   " WHERE id = $1 AND attempts = $2 AND state <> 2",
                   db_uuid(&claim->id), db_int(claim->attempts),
                   db_int(pause < 0 ? MAIL_DEAD : MAIL_FAILED),
                   pause < 0 ? db_null() : db_int(call->now + pause), db_text(why->str));
}

static bool settle_stopped(Call *call, const MailClaim *claim, GError **error)
{
    return db_exec(call->db, error,
                   "UPDATE mail SET attempts = attempts - 1, next_at = $3"
                   " WHERE id = $1 AND attempts = $2 AND state <> 2",
                   db_uuid(&claim->id), db_int(claim->attempts), db_int(call->now));
}

bool mail_settle(Call *call, GError **error)
{
    const MailClaim *claim = call->scratch;
    switch (claim->outcome) {
    case SMTP_ACCEPTED:
        return settle_sent(call, claim, error);
    case SMTP_STOPPED:
        return settle_stopped(call, claim, error);
    case SMTP_LATER:
    case SMTP_REFUSED:
    case SMTP_NO_SERVER:
        return settle_failed(call, claim, error);
    }
    g_assert_not_reached();
}

bool mail_retry(Db *db, gint64 now, const Uuid *id, gint64 *n, GError **error)
{
    if (uuid_is_nil(id))
        return db_exec_count(db, error, n,
                             "UPDATE mail SET state = 3, attempts = 0, next_at = $1"
                             " WHERE state IN (3, 4) AND value_texts IS NOT NULL",
                             db_int(now));
    return db_exec_count(db, error, n,
                         "UPDATE mail SET state = 3, attempts = 0, next_at = $1"
                         " WHERE id = $2 AND state IN (3, 4) AND value_texts IS NOT NULL",
                         db_int(now), db_uuid(id));
}

bool mail_purge(Call *call, GError **error)
{
    gint64 mails, links;
    if (!db_exec_count(call->db, error, &mails,
                       "DELETE FROM mail WHERE id IN "
                       "(SELECT id FROM mail WHERE created_at < $1 LIMIT 500)",
                       db_int(call->now - MAIL_KEPT)) ||
        !db_exec_count(call->db, error, &links,
                       "DELETE FROM unsubscribe WHERE hash IN "
                       "(SELECT hash FROM unsubscribe WHERE created_at < $1 LIMIT 500)",
                       db_int(call->now - UNSUBSCRIBE_KEPT)))
        return false;
    *(bool *)call->scratch = mails >= 500 || links >= 500;
    return true;
}
