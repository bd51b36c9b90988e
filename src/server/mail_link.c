/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_link.h"

#include "server/server.h"
#include "server/tokens.h"

static const struct {
    const char *path;
    int hours;
} purposes[] = {
    [LINK_VERIFY] = { "/verify?token=", 48 },
    [LINK_RESET] = { "/reset?token=", 1 },
    [LINK_EMAIL] = { "/email?token=", 48 },
};

int mail_link_hours(LinkPurpose purpose)
{
    return purposes[purpose].hours;
}

bool mail_link_forget(Call *call, LinkPurpose purpose, const Uuid *account, GError **error)
{
    return db_exec(call->db, error, "DELETE FROM mail_link WHERE account_id = $1 AND purpose = $2",
                   db_uuid(account), db_int(purpose));
}

bool mail_link_make(Call *call, LinkPurpose purpose, const Uuid *account, const char *email,
                    GString *url, GError **error)
{
    Token token;
    token_make(TOKEN_LINK, &token);
    server_link(call->server, url, purposes[purpose].path);
    g_string_append(url, token.text);
    bool ok = mail_link_forget(call, purpose, account, error) &&
              db_exec(call->db, error,
                      "INSERT INTO mail_link (hash, purpose, account_id, created_at, expires_at, "
                      "email) VALUES ($1, $2, $3, $4, $5, $6)",
                      db_bytes(token.hash.bytes, sizeof token.hash.bytes), db_int(purpose),
                      db_uuid(account), db_int(call->now),
                      db_int(call->now + purposes[purpose].hours * MS_PER_HOUR), db_text(email));
    crypto_wipe(&token, sizeof token);
    return ok;
}

bool mail_link_email(Call *call, LinkPurpose purpose, const Uuid *account, char **email,
                     GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT email FROM mail_link WHERE account_id = $1 AND purpose = $2",
        db_uuid(account), db_int(purpose));
    *email = NULL;
    if (!rows)
        return false;
    if (db_next(rows, error))
        *email = g_strdup(db_get_text(rows, 0));
    return db_rows_ok(rows);
}

static bool take(Call *call, const char *sql, LinkPurpose purpose, const char *token, Uuid *account,
                 bool *found, GError **error)
{
    CryptoHash hash;
    *found = false;
    if (!token_check(TOKEN_LINK, token, &hash))
        return true;
    g_autoptr(DbRows) rows = db_query(call->db, error, sql, db_bytes(hash.bytes, sizeof hash.bytes),
                                      db_int(purpose), db_int(call->now));
    if (!rows)
        return false;
    *found = db_next(rows, error);
    if (*found)
        *account = db_get_uuid(rows, 0);
    return *found || db_rows_ok(rows);
}

bool mail_link_find(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                    GError **error)
{
    return take(call,
                "SELECT l.account_id FROM mail_link l JOIN account a ON a.id = l.account_id "
                "WHERE l.hash = $1 AND l.purpose = $2 AND l.expires_at > $3 AND a.state = 1",
                purpose, token, account, found, error);
}

bool mail_link_use(Call *call, LinkPurpose purpose, const char *token, Uuid *account, bool *found,
                   GError **error)
{
    return take(call,
                "DELETE FROM mail_link WHERE hash = $1 AND purpose = $2 AND expires_at > $3 AND "
                "EXISTS (SELECT 1 FROM account a WHERE a.id = mail_link.account_id AND a.state = "
                "1) RETURNING account_id",
                purpose, token, account, found, error) &&
           (!*found || mail_link_forget(call, purpose, account, error));
}
