/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /v1/groups/{id}/dues and .../statement: what a group's members owe it (R52; periods and days are in model/dues.h), booked
 * in the ledger:
 *
 *   invoice   member:ACCOUNT:GROUP -D, group:GROUP:dues +D        paid    group:GROUP:cash -D, member +D
 *                                                                 waived  group:GROUP:waived -D, member +D
 *
 * Invoices are made by a job, one round a group and local day: the periods that have begun, reminders, and the end of
 * memberships that stay unpaid beyond the group's grace. A round walks the members in steps whose place commits with them,
 * so it may stop anywhere. A group that begins to charge charges periods that begin from then on; for days on which no
 * server ran it makes up.
 *
 * Members read their own; leaders and treasurers (RIGHT_DUES) all of their group, and settle them.
 */
#pragma once

#include "model/dues.h"
#include "server/call.h"

extern const Route dues_routes[];

/* Steps of job_rows[] (jobs.h). */
bool dues_job(Call *call, GError **error);

/* For the change feed: columns of invoice_fields over invoice_full i, and what $1 may see of them. */
const char *invoice_columns(void);
#define INVOICE_VISIBLE                                                                            \
    "(i.member_account = $1 OR EXISTS (SELECT 1 FROM membership l WHERE l.group_id = i.group_id"   \
    " AND l.account = $1 AND l.state = 1 AND l.role IN (2, 4)))"
