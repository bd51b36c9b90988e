/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/dues_book.h"

#include "server/changes.h"
#include "server/ledger.h"

char *dues_member_code(const Uuid *group, const Uuid *account)
{
    char whose[UUID_TEXT_SIZE], of[UUID_TEXT_SIZE];
    return g_strdup_printf("member:%s:%s", uuid_format(account, whose), uuid_format(group, of));
}

static char *group_code(const Uuid *group, const char *what)
{
    char of[UUID_TEXT_SIZE];
    return g_strdup_printf("group:%s:%s", uuid_format(group, of), what);
}

static char *key_of(const Invoice *invoice, const char *what)
{
    char id[UUID_TEXT_SIZE];
    return g_strdup_printf("dues/%s/%s", uuid_format(&invoice->id, id), what);
}

static void tell(Call *call, const Invoice *invoice)
{
    const Uuid officers = group_officers_scope(&invoice->group);
    change_note(call, &officers, OBJECT_INVOICE, &invoice->id, false);
    change_note(call, &invoice->member.account, OBJECT_INVOICE, &invoice->id, false);
}

/* amount: what the member gets; the other account the same with the other sign. */
static bool book(Call *call, const Invoice *invoice, LedgerKind kind, const char *what,
                 const char *other, gint64 amount, const char *memo, GError **error)
{
    g_autofree char *member = dues_member_code(&invoice->group, &invoice->member.account);
    g_autofree char *counter = group_code(&invoice->group, other);
    g_autofree char *key = key_of(invoice, what);
    return ledger_post(call->db, call->now,
                       &(LedgerEntry){ .kind = kind,
                                       .key = key,
                                       .currency = invoice->amount.currency,
                                       .memo = memo,
                                       .actor = uuid_is_nil(&call->principal.account)
                                                    ? NULL
                                                    : &call->principal.account,
                                       .lines = { { member, amount }, { counter, -amount } } },
                       NULL, error);
}

bool dues_charge(Call *call, const Invoice *invoice, bool *fresh, GError **error)
{
    gint64 made = 0;
    g_autofree char *memo = g_strdup_printf("%s to %s", invoice->from_on, invoice->to_on);
    if (!db_exec_count(
            call->db, error, &made,
            "INSERT INTO invoice (id, rev, created_at, updated_at, group_id, account,"
            " amount_amount, amount_currency, from_on, to_on, due_on, lapses_on, state, told)"
            " VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)"
            " ON CONFLICT (id) DO NOTHING",
            db_uuid(&invoice->id), db_int(call->now), db_uuid(&invoice->group),
            db_uuid(&invoice->member.account), db_int(invoice->amount.amount),
            db_text(invoice->amount.currency), db_text(invoice->from_on), db_text(invoice->to_on),
            db_text(invoice->due_on), db_text(invoice->lapses_on), db_int(INVOICE_OPEN)))
        return false;
    *fresh = made > 0;
    if (!*fresh)
        return true;
    tell(call, invoice);
    return book(call, invoice, LEDGER_DUES, "owed", "dues", -invoice->amount.amount, memo, error);
}

static char *memo_of(const Invoice *invoice, const char *on, const char *note)
{
    return note && *note ? g_strdup_printf("%s, %s", on, note)
                         : g_strdup_printf("%s, for %s", on, invoice->from_on);
}

/* The one condition decides between two at once. */
bool dues_settle(Call *call, const Invoice *invoice, InvoiceState state, const char *on,
                 const char *note, GError **error)
{
    gint64 n = 0;
    bool paid = state == INVOICE_PAID;
    g_autofree char *memo = memo_of(invoice, on, note);
    if (!db_exec_count(call->db, error, &n,
                       "UPDATE invoice SET rev = rev + 1, updated_at = $2, state = $3,"
                       " settled_on = $4, note = $5 WHERE id = $1 AND state = $6",
                       db_uuid(&invoice->id), db_int(call->now), db_int(state), db_text(on),
                       db_text(note), db_int(INVOICE_OPEN)))
        return false;
    if (n == 0)
        return problem_set(error, PROBLEM_INVOICE_STATE, "The invoice is settled already");
    tell(call, invoice);
    return book(call, invoice, paid ? LEDGER_PAYMENT : LEDGER_WAIVER, "settled",
                paid ? "cash" : "waived", invoice->amount.amount, memo, error);
}
