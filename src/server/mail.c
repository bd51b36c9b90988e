/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail.h"

#include <string.h>

#include "base/problem.h"
#include "model/account.h"
#include "server/crypto.h"
#include "wire/json.h"

static char *values_text(const MailTypeRow *row, const MailValue *values)
{
    g_autoptr(GString) out = g_string_new("{");
    bool first = true;
    for (; values && values->name; values++) {
        if (!mail_type_lists(row->values, values->name, strlen(values->name)))
            g_error("mail_types[]: %s has no value \"%s\"", row->code, values->name);
        if (!values->text || *values->text == '\0')
            continue;
        json_put_name(out, values->name, &first);
        json_put_text(out, values->text);
    }
    g_string_append_c(out, '}');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Does whoever it is for want it? */
static bool is_wanted(Db *db, const MailTypeRow *row, const Mail *mail, bool *wanted,
                      GError **error)
{
    gint64 n = 0;
    if (mail->account && !(row->flags & MAIL_MANDATORY)) {
        if (!db_get_one_int(db, error, &n,
                            "SELECT COUNT(*) FROM email_setting WHERE account_id = $1 AND type = "
                            "$2 AND is_on = 0",
                            db_uuid(mail->account), db_text(row->code)))
            return false;
    } else if (!mail->account && (row->flags & MAIL_OUTSIDE)) {
        g_autofree char *key = email_fold(mail->email);
        CryptoHash hash;
        crypto_digest_text(key, &hash);
        if (!db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM mail_stop WHERE address_hash = $1",
                            db_bytes(hash.bytes, sizeof hash.bytes)))
            return false;
    }
    *wanted = n == 0;
    return true;
}

static bool read_language(Db *db, const Uuid *account, const char **code, GError **error)
{
    gint64 language = 0;
    *code = enum_code(&languages, LANGUAGE_EN);
    if (!account)
        return true;
    if (!db_get_one_int(db, error, &language,
                        "SELECT COALESCE(language, 1) FROM account WHERE id = $1",
                        db_uuid(account)))
        return false;
    *code = enum_code(&languages, (int)language);
    return true;
}

bool mail_queue(Db *db, gint64 now, const Mail *mail, GError **error)
{
    const MailTypeRow *row = mail_type_row(mail->type);
    g_autofree char *values = values_text(row, mail->values);
    Uuid id = uuid_new();
    const char *language;
    bool wanted;
    g_assert(mail->key && (mail->account || mail->email));
    if (!is_wanted(db, row, mail, &wanted, error))
        return false;
    if (!wanted)
        return true;
    if (!read_language(db, mail->tongue, &language, error))
        return false;
    return db_later(db, error,
                    "INSERT INTO mail (id, type, key, account_id, email, name, language, "
                    "value_texts, state, attempts, created_at, next_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, $9, $9)"
                    " ON CONFLICT (type, key) DO NOTHING",
                    db_uuid(&id), db_text(row->code), db_text(mail->key),
                    mail->account ? db_uuid(mail->account) : db_null(), db_text(mail->email),
                    db_text(mail->name), db_text(language), db_text(values), db_int(now));
}
