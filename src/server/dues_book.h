/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invoices and the ledger: what server/dues.h says, as single steps of a transaction. Shared by the endpoints and the job. */
#pragma once

#include "model/dues.h"
#include "server/call.h"

/* "member:ACCOUNT:GROUP": what a member has with a group. Caller frees. */
char *dues_member_code(const Uuid *group, const Uuid *account);

/* Writes it, books it and tells those who see it, unless it is there already: *fresh. */
bool dues_charge(Call *call, const Invoice *invoice, bool *fresh, GError **error);

/* INVOICE_STATE when it is not open (any more). state: paid or waived. */
bool dues_settle(Call *call, const Invoice *invoice, InvoiceState state, const char *on,
                 const char *note, GError **error);
