/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/rate.h"

#define WINDOW ((gint64)RATE_WINDOW_S * G_USEC_PER_SEC)
#define SWEEP_FROM 4096 /* accounts; those that have all back are forgotten then */

/* When all that was taken will be back: the theoretical arrival time of GCRA. */
typedef struct Account {
    Uuid id;
    gint64 full_at[RATE_KINDS];
} Account;

struct RateLimiter {
    gint64 quotas[RATE_KINDS];
    GMutex lock;
    GHashTable *accounts; /* Account *, its own key */
    guint sweep_at;
};

static const char *const names[] = { "read", "write" };

RateLimiter *rate_new(gint64 reads, gint64 writes)
{
    RateLimiter *rate = g_new0(RateLimiter, 1);
    rate->quotas[RATE_READ] = reads;
    rate->quotas[RATE_WRITE] = writes;
    g_mutex_init(&rate->lock);
    rate->accounts = g_hash_table_new_full(uuid_hash, uuid_equal_func, NULL, g_free);
    rate->sweep_at = SWEEP_FROM;
    return rate;
}

void rate_free(RateLimiter *rate)
{
    if (!rate)
        return;
    g_hash_table_unref(rate->accounts);
    g_mutex_clear(&rate->lock);
    g_free(rate);
}

static gboolean has_all_back(gpointer key, gpointer value, gpointer now)
{
    const Account *account = value;
    for (int kind = 0; kind < RATE_KINDS; kind++)
        if (account->full_at[kind] > *(const gint64 *)now)
            return FALSE;
    return TRUE;
}

static Account *account_of(RateLimiter *rate, const Uuid *id, gint64 now)
{
    Account *account = g_hash_table_lookup(rate->accounts, id);
    if (account)
        return account;
    if (g_hash_table_size(rate->accounts) >= rate->sweep_at) {
        g_hash_table_foreach_remove(rate->accounts, has_all_back, &now);
        rate->sweep_at = MAX(SWEEP_FROM, 2 * g_hash_table_size(rate->accounts));
    }
    account = g_new0(Account, 1);
    account->id = *id;
    g_hash_table_insert(rate->accounts, &account->id, account);
    return account;
}

/* Up to the next second: who waits for it never comes too early. */
static int seconds(gint64 us)
{
    return (int)((us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

bool rate_take(RateLimiter *rate, RateKind kind, const Uuid *id, gint64 cost, gint64 now,
               RateState *out)
{
    gint64 quota = rate->quotas[kind];
    *out = (RateState){ .name = quota > 0 ? names[kind] : NULL, .quota = quota };
    if (quota <= 0)
        return true;
    g_mutex_lock(&rate->lock);
    gint64 *full_at = &account_of(rate, id, now)->full_at[kind];
    gint64 before = MAX(*full_at - now, 0);
    gint64 after = before + MIN(cost, quota) * WINDOW / quota;
    bool room = after <= WINDOW;
    if (room)
        *full_at = now + after;
    g_mutex_unlock(&rate->lock);
    gint64 taken = room ? after : before;
    out->left = (WINDOW - taken) * quota / WINDOW;
    out->reset = seconds(taken);
    out->retry_after = room ? 0 : MAX(1, seconds(after - WINDOW));
    return room;
}
