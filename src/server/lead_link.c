/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/lead_link.h"

#include "server/mail.h"
#include "server/referral_store.h"
#include "server/server.h"
#include "server/tokens.h"

static bool link_store(Call *call, const Uuid *referral, const Token *token, GError **error)
{
    return db_exec(call->db, error,
                   "INSERT INTO lead_link (hash, referral, created_at, expires_at)"
                   " VALUES ($1, $2, $3, $4)",
                   db_bytes(token->hash.bytes, sizeof token->hash.bytes), db_uuid(referral),
                   db_time(call->now), db_time(call->now + LEAD_LINK_DAYS * MS_PER_DAY));
}

static bool link_queue(Call *call, const Referral *referral, bool reminder, const char *address,
                       GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("%s/%" G_GINT64_FORMAT, uuid_format(&referral->id, id),
                                           referral->rev);
    const MailValue values[] = {
        { "from", referral->from.name },
        { "company", referral->from.company_name },
        { "link", address },
        { 0 },
    };
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = reminder ? MAIL_OUTSIDE_REMINDER : MAIL_LEAD_OUTSIDE,
                               .key = key,
                               .email = referral->to_email,
                               .name = referral->to.name,
                               .tongue = &referral->from.account,
                               .values = values },
                      error);
}

bool lead_link_mail(Call *call, const Referral *referral, bool reminder, GError **error)
{
    Token token;
    token_make(TOKEN_LINK, &token);
    g_autoptr(GString) address = g_string_new(NULL);
    server_link(call->server, address, "/lead?token=");
    g_string_append(address, token.text);
    bool ok = link_store(call, &referral->id, &token, error) &&
              link_queue(call, referral, reminder, address->str, error);
    crypto_wipe(address->str, address->len);
    crypto_wipe(&token, sizeof token);
    return ok;
}

bool lead_link_load(Call *call, const char *token, Referral *out, bool *found, GError **error)
{
    CryptoHash hash;
    *found = false;
    if (!token_check(TOKEN_LINK, token, &hash))
        return true;
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT r.id, r.from_account FROM lead_link k CROSS JOIN referral r"
        " WHERE k.hash = $1 AND k.expires_at > $2 AND r.id = k.referral AND r.to_account IS NULL",
        db_bytes(hash.bytes, sizeof hash.bytes), db_int(call->now));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    Uuid id = db_get_uuid(rows, 0), sender = db_get_uuid(rows, 1);
    g_clear_pointer(&rows, db_rows_free);
    *found = referral_load(call->db, &sender, &id, out, error);
    out->box = BOX_INBOX;
    return *found;
}

bool lead_link_purge(Db *db, gint64 now, gint64 *n, GError **error)
{
    return db_exec_count(db, error, n,
                         "DELETE FROM lead_link WHERE hash IN (SELECT hash FROM lead_link"
                         " WHERE expires_at < $1 LIMIT 500)",
                         db_int(now));
}
