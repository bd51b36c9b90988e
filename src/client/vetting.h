/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vetting, concerns and dues of a group (R117, R118, R52), as of client/groups.h: the cache with the outbox done to it, and acts
 * that are outbox rows first. Of whom nothing may be seen, nothing is here.
 */
#pragma once

#include "client/client.h"
#include "model/dues.h"
#include "model/vetting.h"

typedef struct VettingRow {
    Vetting vetting; /* strings as sent */
    bool pending;
} VettingRow;
void vetting_row_free(VettingRow *row);

typedef struct ConcernRow {
    Concern concern; /* strings as sent */
    bool pending;
    bool about_me;
} ConcernRow;
void concern_row_free(ConcernRow *row);

typedef struct InvoiceRow {
    Invoice invoice; /* strings as sent */
    bool pending;
    bool overdue; /* today */
} InvoiceRow;
void invoice_row_free(InvoiceRow *row);

/* VettingRow *, ConcernRow *, InvoiceRow *, as cache_vetting() and the others order them, what is in the outbox first. Free
 * with g_ptr_array_unref. */
GPtrArray *client_vetting(Client *client, const Uuid *group, const Uuid *account, GError **error);
GPtrArray *client_concerns(Client *client, const Uuid *group, const Uuid *account, GError **error);
GPtrArray *client_invoices(Client *client, const Uuid *group, GError **error);

/* name: of whom it is about, for people. */
bool client_vet(Client *client, const Uuid *group, const VettingInput *input, const char *name,
                GError **error);
bool client_raise_concern(Client *client, const Uuid *group, const NewConcern *input,
                          const char *name, GError **error);
bool client_answer_concern(Client *client, const Concern *concern, const char *text,
                           GError **error);

/* uphold, dismiss, lift; decision NULL for the last. */
bool client_decide_concern(Client *client, const Concern *concern, ConcernEvent event,
                           const ConcernDecision *decision, GError **error);

typedef enum DuesAct { DUES_PAY = 1, DUES_WAIVE } DuesAct;
bool client_settle(Client *client, const Invoice *invoice, DuesAct act,
                   const DuesSettlement *settlement, GError **error);
