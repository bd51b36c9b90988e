/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of sending the outbox: client_outbox.c says what goes when, and sends it; client_outbox_prepare.c makes what waits
 * fit for that; client_outbox_answer.c reads what became of it.
 */
#pragma once

#include "client/client_private.h"

/* of an item that broke the connection so often: it may be what breaks it, and from then on goes alone */
#define BLAMELESS_TRIES 2
#define STORE_RETRY_MS (10 * MS_PER_SECOND)

/* One request, with one item or a batch of them. */
struct Sending {
    Client *client;
    GList *link;         /* in client->sendings */
    NetRequest *request; /* NULL once answered */
    OutboxItem *items;
    size_t n;
};

/* Takes it off the list of those on the way, and its items with it. */
void sending_free(Sending *sending);
void sending_set_busy(Sending *sending, const OutboxItem *item);

/* Of the item here; written by client_outbox_save_states(). why: NULL nothing went wrong. */
void client_outbox_set_state(OutboxItem *item, OutboxState state, gint64 next_at,
                             const GError *why);
/* These are tried again later when the store cannot now, and say so. */
void client_outbox_save_states(Client *client, const OutboxItem *items, size_t n);
void client_outbox_rewrite(Client *client, const OutboxItem *item, OutboxState was);
void client_outbox_store_failed(Client *client, const GError *error);
/* Nothing is sent for so long. */
void client_outbox_hold_back(Client *client, gint64 ms);

/* client_outbox_prepare.c */
/* Makes a change to what the server has now. False: it is not to be sent now, as it is in conflict, or done. */
bool client_outbox_prepare(Client *client, OutboxItem *item);
/* Drops entries that a later one of the same fact takes the place of, once neither can be undone: one row is left. */
void client_outbox_fold(Client *client);

/* client_outbox_answer.c: a NetReplyFunc, of a Sending */
void client_outbox_answered(NetReply *reply, gpointer sending);
