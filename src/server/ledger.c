/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/ledger.h"

#include <string.h>

#include "base/problem.h"

static Uuid id_of(const char *kind, const char *name)
{
    static const Uuid ledger = { { 0 } };
    g_autofree char *text = g_strdup_printf("%s %s", kind, name);
    return uuid_derived(&ledger, text, strlen(text));
}

Uuid ledger_id(const char *key)
{
    return id_of("txn", key);
}

static Uuid account_id(const char *code, const char *currency)
{
    g_autofree char *name = g_strdup_printf("%s %s", code, currency);
    return id_of("account", name);
}

/* ---- posting */

static DbValue by(const Uuid *actor)
{
    return actor ? db_uuid(actor) : db_null();
}

/* One line of an entry, with its account found. */
typedef struct Part {
    Uuid account;
    const char *code; /* NULL: the account is there */
    gint64 amount;
} Part;

static int by_account(gconstpointer a, gconstpointer b)
{
    return uuid_compare(&((const Part *)a)->account, &((const Part *)b)->account);
}

/* In the order of accounts, so that two transactions never wait for each other in a circle. */
static size_t sort_lines(const LedgerEntry *entry, Part parts[static LEDGER_LINES])
{
    size_t n = 0;
    gint64 sum = 0;
    for (size_t i = 0; i < LEDGER_LINES && entry->lines[i].amount; i++) {
        const LedgerLine *line = &entry->lines[i];
        parts[n++] = (Part){ account_id(line->account, entry->currency), line->account,
                             line->amount };
        sum += line->amount;
    }
    g_assert(n >= 2 && sum == 0);
    qsort(parts, n, sizeof *parts, by_account);
    return n;
}

static bool open_account(Db *db, const Part *part, const char *currency, GError **error)
{
    return !part->code ||
           db_exec(db, error,
                   "INSERT INTO ledger_account (id, code, currency, balance, postings, last_at)"
                   " VALUES ($1, $2, $3, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
                   db_uuid(&part->account), db_text(part->code), db_text(currency));
}

/* Its row stays locked until the commit. *at: later than its latest posting. */
static bool lock_account(Db *db, const Part *part, gint64 *at, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error, "UPDATE ledger_account SET last_at = last_at WHERE id = $1 RETURNING last_at",
        db_uuid(&part->account));
    if (!rows || !db_next(rows, error))
        return rows && db_rows_ok(rows) &&
               problem_set(error, PROBLEM_INTERNAL, "an account of the ledger is missing");
    *at = MAX(*at, db_get_int(rows, 0) + 1);
    return true;
}

/* The one time of all lines of an entry, which is therefore known before any is written. */
static bool lock_accounts(Db *db, const Part *parts, size_t n, const char *currency, gint64 *at,
                          GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!open_account(db, &parts[i], currency, error) ||
            !lock_account(db, &parts[i], at, error))
            return false;
    return true;
}

static bool put_lines(Db *db, const Part *parts, size_t n, const Uuid *txn, gint64 at,
                      GError **error)
{
    for (size_t i = 0; i < n; i++)
        if (!db_exec(db, error,
                     "UPDATE ledger_account SET balance = balance + $2, postings = postings + 1,"
                     " last_at = $3 WHERE id = $1",
                     db_uuid(&parts[i].account), db_int(parts[i].amount), db_int(at)) ||
            !db_exec(db, error,
                     "INSERT INTO posting (account, at, txn, amount) VALUES ($1, $2, $3, $4)",
                     db_uuid(&parts[i].account), db_int(at), db_uuid(txn), db_int(parts[i].amount)))
            return false;
    return true;
}

static bool is_posted(Db *db, const Uuid *id, bool *posted, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM txn WHERE id = $1", db_uuid(id)))
        return false;
    *posted = n > 0;
    return true;
}

/* Of two at once, the second waits for the accounts and then finds the first one's row. */
bool ledger_post(Db *db, gint64 now, const LedgerEntry *entry, bool *fresh, GError **error)
{
    Part parts[LEDGER_LINES];
    const Uuid id = ledger_id(entry->key);
    size_t n = sort_lines(entry, parts);
    gint64 at = now, made = 0;
    bool posted = false;
    if (!is_posted(db, &id, &posted, error) ||
        (!posted && !lock_accounts(db, parts, n, entry->currency, &at, error)) ||
        (!posted &&
         !db_exec_count(db, error, &made,
                        "INSERT INTO txn (id, key, kind, at, currency, memo, actor)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                        db_uuid(&id), db_text(entry->key), db_int(entry->kind), db_int(at),
                        db_text(entry->currency), db_text(entry->memo), by(entry->actor))))
        return false;
    if (fresh)
        *fresh = made > 0;
    return made == 0 || put_lines(db, parts, n, &id, at, error);
}

/* ---- reversing */

static bool read_txn(Db *db, const Uuid *txn, char currency[static 4], GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, "SELECT currency, reverses FROM txn WHERE id = $1",
                                      db_uuid(txn));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows) &&
               problem_set(error, PROBLEM_NOT_FOUND, "There is no such transaction");
    g_strlcpy(currency, db_get_text(rows, 0), 4);
    return db_get_is_null(rows, 1) ||
           problem_set(error, PROBLEM_ALREADY_EXISTS, "A reversal is not reversed: book it anew");
}

/* With all signs turned. */
static bool read_lines(Db *db, const Uuid *txn, Part parts[static LEDGER_LINES], size_t *n,
                       GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        db, error, "SELECT account, amount FROM posting WHERE txn = $1 ORDER BY account",
        db_uuid(txn));
    *n = 0;
    while (rows && db_next(rows, error)) {
        g_assert(*n < LEDGER_LINES);
        parts[(*n)++] = (Part){ .account = db_get_uuid(rows, 0), .amount = -db_get_int(rows, 1) };
    }
    return rows && db_rows_ok(rows);
}

bool ledger_reverse(Db *db, gint64 now, const Uuid *txn, const char *memo, const Uuid *actor,
                    GError **error)
{
    char currency[4], text[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("reverse/%s", uuid_format(txn, text));
    const Uuid id = ledger_id(key);
    Part parts[LEDGER_LINES];
    size_t n;
    gint64 at = now, made = 0;
    if (!read_txn(db, txn, currency, error) || !read_lines(db, txn, parts, &n, error) ||
        !lock_accounts(db, parts, n, currency, &at, error) ||
        !db_exec_count(db, error, &made,
                       "INSERT INTO txn (id, key, kind, at, currency, reverses, memo, actor)"
                       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (reverses) DO NOTHING",
                       db_uuid(&id), db_text(key), db_int(LEDGER_REVERSAL), db_int(at),
                       db_text(currency), db_uuid(txn), db_text(memo), by(actor)))
        return false;
    return made > 0 ? put_lines(db, parts, n, &id, at, error)
                    : problem_set(error, PROBLEM_ALREADY_EXISTS, "This was reversed already");
}

/* ---- reading */

bool ledger_balance(Db *db, const char *account, const char *currency, gint64 *balance,
                    GError **error)
{
    const Uuid id = account_id(account, currency);
    return db_get_one_int(db, error, balance,
                          "SELECT COALESCE(SUM(balance), 0) FROM ledger_account WHERE id = $1",
                          db_uuid(&id));
}

bool ledger_statement(Db *db, const char *account, const char *currency, gint64 from, gint64 to,
                      LedgerStatement *statement, GError **error)
{
    const Uuid id = account_id(account, currency);
    gint64 opening = 0;
    if (!db_get_one_int(
            db, error, &opening,
            "SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account = $1 AND at < $2",
            db_uuid(&id), db_int(from)))
        return false;
    ledger_statement_init(statement, currency, opening);
    g_autoptr(DbRows) rows = db_query(
        db, error,
        "SELECT p.at, t.kind, t.memo, p.amount FROM posting p CROSS JOIN txn t"
        " WHERE p.account = $1 AND p.at >= $2 AND p.at <= $3 AND t.id = p.txn ORDER BY p.at",
        db_uuid(&id), db_int(from), db_int(to));
    while (rows && db_next(rows, error))
        ledger_statement_add(statement, db_get_int(rows, 0), (LedgerKind)db_get_int(rows, 1),
                             db_get_text(rows, 2), db_get_int(rows, 3));
    return rows && db_rows_ok(rows);
}
