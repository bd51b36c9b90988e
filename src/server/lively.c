/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/lively.h"

#include "base/clock.h"
#include "server/demo.h"
#include "server/demo_words.h"
#include "server/partners.h"
#include "server/referral_create.h"

static struct {
    GMutex lock;
    GCond wake;
    bool running;
    GThread *thread;
    Server *server;
    guint64 random;
} lively;

/* Who sends what to whom: found and made in one transaction. */
typedef struct Gift {
    NewReferral input;
} Gift;

/* The member, and one of its partners; false without error when there are none. */
static bool find_pair(Call *call, Uuid *from, Uuid *to, bool *found, GError **error)
{
    g_autoptr(DbRows) rows = db_query(
        call->db, error,
        "SELECT m.id, CASE WHEN c.account_a = m.id THEN c.account_b ELSE c.account_a END"
        " FROM account m JOIN connection c ON c.account_a = m.id OR c.account_b = m.id"
        " WHERE m.email_key = $1 AND c.state = $2",
        db_text(DEMO_MEMBER), db_int(CONNECTION_CONNECTED));
    if (!rows)
        return false;
    for (guint n = 1; db_next(rows, error); n++) {
        *to = db_get_uuid(rows, 0);
        if (demo_below(&lively.random, n) == 0) /* each with the same chance */
            *from = db_get_uuid(rows, 1);
        *found = true;
    }
    return db_rows_ok(rows);
}

static bool give(Call *call, GError **error)
{
    Gift *gift = call->scratch;
    bool found = false;
    if (!find_pair(call, &call->principal.account, &gift->input.to.account, &found, error) ||
        !found)
        return found;
    call->id = uuid_new();
    call->body = &gift->input;
    bool ok = referral_create(call, error);
    call->body = NULL; /* ours, not the frame's */
    return ok;
}

static void give_one(void)
{
    g_autoptr(GError) error = NULL;
    Gift gift = { 0 };
    demo_lead(&gift.input, &lively.random, -1, clock_now());
    if (!server_run(lively.server, NULL, give, &gift, &error) && error)
        g_warning("lively: %s", error->message);
    fields_clear(&new_referral_fields, &gift.input);
}

static gpointer lively_main(gpointer data)
{
    gint64 due = clock_monotonic() + LIVELY_FIRST_S * G_USEC_PER_SEC;
    g_mutex_lock(&lively.lock);
    while (lively.running) {
        if (g_cond_wait_until(&lively.wake, &lively.lock, due))
            continue;
        g_mutex_unlock(&lively.lock);
        give_one();
        guint pause = LIVELY_LEAST_S +
                      demo_below(&lively.random, LIVELY_MOST_S - LIVELY_LEAST_S + 1);
        due = clock_monotonic() + pause * G_USEC_PER_SEC;
        g_mutex_lock(&lively.lock);
    }
    g_mutex_unlock(&lively.lock);
    return NULL;
}

bool lively_start(Server *server, GError **error)
{
    if (!server_config(server)->lively)
        return true;
    lively.server = server;
    lively.random = (guint64)clock_now();
    lively.running = true;
    lively.thread = g_thread_new("lively", lively_main, NULL);
    return true;
}

void lively_stop(Server *server)
{
    if (!lively.thread)
        return;
    g_mutex_lock(&lively.lock);
    lively.running = false;
    g_cond_signal(&lively.wake);
    g_mutex_unlock(&lively.lock);
    g_thread_join(lively.thread);
    lively.thread = NULL;
}
