/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "client/sync.h"

#define N_STATES (SYNC_DISABLED + 1)
#define NOW 1000000

static const SyncInput input = { .now = NOW, .random = 0.5 };

/* ---- every state x every event */

/* A machine that has got to this state in the usual way. */
static Sync usual(SyncState state)
{
    Sync sync = { .state = state };
    sync.have_token = state != SYNC_STOPPED && state != SYNC_CONNECTING && state != SYNC_LOGIN;
    sync.identified = sync.have_token && state != SYNC_IDENTIFYING;
    sync.stream = state == SYNC_LIVE;
    sync.refreshed = state == SYNC_REFRESHING;
    return sync;
}

typedef struct Row {
    SyncState from;
    SyncEvent event;
    SyncState to;
    unsigned actions;
} Row;

#define LOST(from)                                                                                 \
    {                                                                                              \
        from, EVENT_FAILED, SYNC_OFFLINE, DO_CANCEL | DO_WAIT                                      \
    }
#define EMPTIED(from)                                                                              \
    {                                                                                              \
        from, EVENT_LOST, SYNC_OFFLINE, DO_CANCEL | DO_WAIT                                        \
    }
#define EXPIRED(from)                                                                              \
    {                                                                                              \
        from, EVENT_UNAUTHORIZED, SYNC_REFRESHING, DO_CANCEL | DO_REFRESH                          \
    }
#define WOKEN(from)                                                                                \
    {                                                                                              \
        from, EVENT_WOKE, SYNC_FLUSHING, DO_CANCEL | DO_FLUSH                                      \
    }
#define OFF(from)                                                                                  \
    {                                                                                              \
        from, EVENT_DISABLE, SYNC_DISABLED, DO_CANCEL                                              \
    }
#define BYE(from)                                                                                  \
    {                                                                                              \
        from, EVENT_LOGOUT, SYNC_LOGIN, DO_CANCEL | DO_ASK_LOGIN                                   \
    }
#define ANOTHER(from)                                                                              \
    {                                                                                              \
        from, EVENT_TOKEN, SYNC_IDENTIFYING, DO_CANCEL | DO_IDENTIFY                               \
    }

/* All that ever happens; what is not here must change nothing. */
static const Row rows[] = {
    { SYNC_STOPPED, EVENT_START, SYNC_CONNECTING, DO_CONNECT },
    OFF(SYNC_STOPPED),
    BYE(SYNC_STOPPED),

    ANOTHER(SYNC_CONNECTING),
    { SYNC_CONNECTING, EVENT_NO_TOKEN, SYNC_LOGIN, DO_CANCEL | DO_ASK_LOGIN },
    LOST(SYNC_CONNECTING),
    EMPTIED(SYNC_CONNECTING),
    OFF(SYNC_CONNECTING),
    BYE(SYNC_CONNECTING),

    { SYNC_IDENTIFYING, EVENT_IDENTIFIED, SYNC_FLUSHING, DO_FLUSH },
    ANOTHER(SYNC_IDENTIFYING),
    LOST(SYNC_IDENTIFYING),
    EMPTIED(SYNC_IDENTIFYING),
    EXPIRED(SYNC_IDENTIFYING),
    { SYNC_IDENTIFYING, EVENT_WOKE, SYNC_IDENTIFYING, DO_CANCEL | DO_IDENTIFY },
    OFF(SYNC_IDENTIFYING),
    BYE(SYNC_IDENTIFYING),

    { SYNC_FLUSHING, EVENT_FLUSHED, SYNC_PULLING, DO_PULL },
    ANOTHER(SYNC_FLUSHING),
    LOST(SYNC_FLUSHING),
    EMPTIED(SYNC_FLUSHING),
    EXPIRED(SYNC_FLUSHING),
    WOKEN(SYNC_FLUSHING),
    OFF(SYNC_FLUSHING),
    BYE(SYNC_FLUSHING),

    { SYNC_PULLING, EVENT_PULLED, SYNC_LIVE, DO_STREAM },
    { SYNC_PULLING, EVENT_GONE, SYNC_PULLING, DO_PULL_ALL },
    { SYNC_PULLING, EVENT_PUSHED, SYNC_PULLING, 0 },
    { SYNC_PULLING, EVENT_HEARD, SYNC_PULLING, 0 },
    { SYNC_PULLING, EVENT_STREAM_ENDED, SYNC_OFFLINE, DO_CANCEL | DO_WAIT },
    ANOTHER(SYNC_PULLING),
    LOST(SYNC_PULLING),
    EMPTIED(SYNC_PULLING),
    EXPIRED(SYNC_PULLING),
    WOKEN(SYNC_PULLING),
    OFF(SYNC_PULLING),
    BYE(SYNC_PULLING),

    { SYNC_LIVE, EVENT_PUSHED, SYNC_PULLING, DO_PULL },
    { SYNC_LIVE, EVENT_NOW, SYNC_PULLING, DO_PULL },
    { SYNC_LIVE, EVENT_HEARD, SYNC_LIVE, 0 },
    { SYNC_LIVE, EVENT_STREAM_ENDED, SYNC_OFFLINE, DO_CANCEL | DO_WAIT },
    ANOTHER(SYNC_LIVE),
    LOST(SYNC_LIVE),
    EMPTIED(SYNC_LIVE),
    EXPIRED(SYNC_LIVE),
    WOKEN(SYNC_LIVE),
    OFF(SYNC_LIVE),
    BYE(SYNC_LIVE),

    { SYNC_REFRESHING, EVENT_REFRESHED, SYNC_FLUSHING, DO_FLUSH },
    { SYNC_REFRESHING, EVENT_REFUSED, SYNC_LOGIN, DO_CANCEL | DO_ASK_LOGIN },
    ANOTHER(SYNC_REFRESHING),
    LOST(SYNC_REFRESHING),
    EMPTIED(SYNC_REFRESHING),
    OFF(SYNC_REFRESHING),
    BYE(SYNC_REFRESHING),

    ANOTHER(SYNC_LOGIN),
    OFF(SYNC_LOGIN),
    BYE(SYNC_LOGIN),

    { SYNC_OFFLINE, EVENT_TICK, SYNC_FLUSHING, DO_FLUSH },
    { SYNC_OFFLINE, EVENT_NOW, SYNC_FLUSHING, DO_FLUSH },
    WOKEN(SYNC_OFFLINE),
    { SYNC_OFFLINE, EVENT_LOST, SYNC_OFFLINE, 0 },
    ANOTHER(SYNC_OFFLINE),
    OFF(SYNC_OFFLINE),
    BYE(SYNC_OFFLINE),

    { SYNC_DISABLED, EVENT_LOST, SYNC_DISABLED, 0 },
    { SYNC_DISABLED, EVENT_ENABLE, SYNC_FLUSHING, DO_FLUSH },
    { SYNC_DISABLED, EVENT_TOKEN, SYNC_DISABLED, 0 }, /* for later */
    OFF(SYNC_DISABLED),
    BYE(SYNC_DISABLED),
};

static const Row *find(SyncState from, SyncEvent event)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].from == from && rows[i].event == event)
            return &rows[i];
    return NULL;
}

static bool same(const Sync *a, const Sync *b)
{
    return a->state == b->state && a->have_token == b->have_token &&
           a->identified == b->identified && a->stream == b->stream && a->again == b->again &&
           a->restarted == b->restarted && a->refreshed == b->refreshed &&
           a->must_refresh == b->must_refresh && a->spoken == b->spoken && a->hasty == b->hasty &&
           a->failures == b->failures && a->next_try == b->next_try;
}

static void every_state_and_event(void **state)
{
    for (int from = 0; from < N_STATES; from++) {
        for (int event = 0; event < N_SYNC_EVENTS; event++) {
            const Row *row = find((SyncState)from, (SyncEvent)event);
            Sync before = usual((SyncState)from), sync = before;
            unsigned actions = sync_step(&sync, (SyncEvent)event, &input);
            unsigned expected = row ? row->actions : 0;
            SyncState to = row ? row->to : (SyncState)from;
            if (actions != expected || sync.state != to)
                fail_msg("state %d event %d: got state %d actions %#x, expected %d %#x", from,
                         event, sync.state, actions, to, expected);
            if (!row && !same(&before, &sync))
                fail_msg("state %d event %d means nothing, but changed something", from, event);
        }
    }
}

/* ---- histories */

static unsigned step(Sync *sync, SyncEvent event)
{
    return sync_step(sync, event, &input);
}

static void a_push_while_pulling_pulls_again(void **state)
{
    Sync sync = usual(SYNC_PULLING);
    sync.stream = true;
    step(&sync, EVENT_PUSHED);
    assert_int_equal(step(&sync, EVENT_PULLED), DO_PULL);
    assert_int_equal(sync.state, SYNC_PULLING);
    assert_int_equal(step(&sync, EVENT_PULLED), 0); /* the stream is open already */
    assert_int_equal(sync.state, SYNC_LIVE);
}

static void a_second_401_asks_to_log_in(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    assert_int_equal(step(&sync, EVENT_UNAUTHORIZED), DO_CANCEL | DO_REFRESH);
    assert_int_equal(step(&sync, EVENT_REFRESHED), DO_FLUSH);
    assert_int_equal(step(&sync, EVENT_UNAUTHORIZED), DO_CANCEL | DO_ASK_LOGIN);
    assert_false(sync.have_token);
}

static void a_401_after_an_outage_refreshes_again(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    step(&sync, EVENT_UNAUTHORIZED);
    step(&sync, EVENT_REFRESHED);
    step(&sync, EVENT_FAILED); /* the machine sleeps until the new token has expired too */
    step(&sync, EVENT_TICK);
    assert_int_equal(step(&sync, EVENT_UNAUTHORIZED), DO_CANCEL | DO_REFRESH);
}

static void a_refresh_that_was_cut_off_is_made_up_for(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    step(&sync, EVENT_UNAUTHORIZED);
    step(&sync, EVENT_FAILED);
    assert_int_equal(step(&sync, EVENT_TICK), DO_CANCEL | DO_REFRESH);
    assert_int_equal(step(&sync, EVENT_REFRESHED), DO_FLUSH);
}

static void a_second_410_in_one_pull_waits(void **state)
{
    Sync sync = usual(SYNC_PULLING);
    assert_int_equal(step(&sync, EVENT_GONE), DO_PULL_ALL);
    assert_int_equal(step(&sync, EVENT_GONE), DO_CANCEL | DO_WAIT);
    step(&sync, EVENT_TICK);
    step(&sync, EVENT_FLUSHED);
    assert_int_equal(step(&sync, EVENT_GONE), DO_PULL_ALL);
    step(&sync, EVENT_PULLED);
    step(&sync, EVENT_PUSHED);
    assert_int_equal(step(&sync, EVENT_GONE), DO_PULL_ALL); /* in another pull */
}

/* A stream that opens and ends at once is not tried at full speed for ever. */
static void only_a_stream_that_speaks_ends_the_back_off(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    for (int i = 1; i <= 12; i++) {
        step(&sync, EVENT_STREAM_ENDED);
        assert_int_equal(sync.failures, i);
        assert_int_equal(sync.next_try, NOW + MIN(SYNC_BACKOFF_MAX_MS, 1000 << (i - 1)) / 2);
        step(&sync, EVENT_TICK);
        step(&sync, EVENT_FLUSHED);
        assert_int_equal(step(&sync, EVENT_PULLED), DO_STREAM);
    }
    step(&sync, EVENT_HEARD);
    assert_int_equal(sync.failures, 0);
}

/* LIVE again, by the usual way, on a stream that speaks. */
static void live_again(Sync *sync, gint64 now)
{
    SyncInput then = { .now = now, .random = 0.5 };
    sync_step(sync, EVENT_FLUSHED, &then);
    assert_int_equal(sync_step(sync, EVENT_PULLED, &then), DO_STREAM);
    sync_step(sync, EVENT_HEARD, &then);
    assert_int_equal(sync->state, SYNC_LIVE);
}

/* Nobody sees that a stream came to its end; but a server that ends each at once is not asked at full speed. */
static void a_stream_that_ends_is_opened_again_once(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    step(&sync, EVENT_HEARD);
    assert_int_equal(step(&sync, EVENT_STREAM_ENDED), DO_CANCEL | DO_FLUSH);
    assert_int_equal(sync.state, SYNC_FLUSHING);
    live_again(&sync, NOW);
    assert_int_equal(step(&sync, EVENT_STREAM_ENDED), DO_CANCEL | DO_WAIT);
    assert_int_equal(sync.state, SYNC_OFFLINE);
    /* After that it is a first time again. */
    step(&sync, EVENT_TICK);
    live_again(&sync, NOW);
    assert_int_equal(step(&sync, EVENT_STREAM_ENDED), DO_CANCEL | DO_FLUSH);
    /* And so it is after one that lived. */
    live_again(&sync, NOW);
    SyncInput later = { .now = NOW + SYNC_STEADY_MS };
    assert_int_equal(sync_step(&sync, EVENT_STREAM_ENDED, &later), DO_CANCEL | DO_FLUSH);
}

static void after_a_sleep_all_is_opened_anew(void **state)
{
    Sync sync = usual(SYNC_OFFLINE);
    sync.failures = 9;
    assert_int_equal(step(&sync, EVENT_WOKE), DO_CANCEL | DO_FLUSH);
    assert_int_equal(sync.failures, 0);
    live_again(&sync, NOW);
    assert_int_equal(step(&sync, EVENT_WOKE), DO_CANCEL | DO_FLUSH);
    step(&sync, EVENT_FLUSHED);
    assert_int_equal(step(&sync, EVENT_PULLED), DO_STREAM);
}

static void retry_after_is_honoured(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    sync_step(&sync, EVENT_FAILED, &(SyncInput){ NOW, 42000, 0.0 });
    assert_int_equal(sync.next_try, NOW + 42000);
    for (int failures = 0; failures < 100; failures++) {
        assert_true(sync_backoff(failures, 0, 0.999999) <= SYNC_BACKOFF_MAX_MS);
        assert_int_equal(sync_backoff(failures, 0, 0.0), 0);
        assert_int_equal(sync_backoff(failures, 999999, 0.0), 999999);
    }
    assert_true(sync_backoff(0, 0, 0.999) < SYNC_BACKOFF_FIRST_MS);
}

static void another_log_in_forgets_the_old_one(void **state)
{
    Sync sync = usual(SYNC_LIVE);
    sync.refreshed = true;
    sync.failures = 5;
    assert_int_equal(step(&sync, EVENT_TOKEN), DO_CANCEL | DO_IDENTIFY);
    assert_false(sync.identified || sync.stream || sync.refreshed);
    assert_int_equal(sync.failures, 0);
    /* While offline was asked for it is kept for later. */
    Sync off = { .state = SYNC_LOGIN };
    step(&off, EVENT_DISABLE);
    assert_int_equal(step(&off, EVENT_TOKEN), 0);
    assert_int_equal(step(&off, EVENT_ENABLE), DO_IDENTIFY);
}

/* The next try comes when it was going to, and begins with who we are. */
static void a_cache_lost_while_waiting_is_filled_at_the_next_try(void **state)
{
    Sync sync = usual(SYNC_PULLING);
    step(&sync, EVENT_FAILED);
    gint64 next_try = sync.next_try;
    assert_int_equal(step(&sync, EVENT_LOST), 0); /* above all not DO_CANCEL: the timer runs on */
    assert_int_equal(sync.next_try, next_try);
    assert_int_equal(step(&sync, EVENT_TICK), DO_IDENTIFY);
    sync = usual(SYNC_DISABLED);
    step(&sync, EVENT_LOST);
    assert_int_equal(step(&sync, EVENT_ENABLE), DO_IDENTIFY);
}

/* ---- any history: what always holds, and that a good network always ends it LIVE */

static void check(const Sync *sync)
{
    if (sync->state == SYNC_LOGIN)
        assert_false(sync->have_token || sync->identified);
    if (sync->stream)
        assert_true(sync->state == SYNC_PULLING || sync->state == SYNC_LIVE);
    if (sync->state == SYNC_LIVE)
        assert_true(sync->have_token && sync->identified && sync->stream);
    if (sync_may_send(sync))
        assert_true(sync->have_token && sync->identified && sync_is_trying(sync));
}

/* What a server does that always answers well. */
static SyncEvent answer_to(unsigned actions)
{
    if (actions & DO_CONNECT)
        return EVENT_TOKEN;
    if (actions & DO_IDENTIFY)
        return EVENT_IDENTIFIED;
    if (actions & DO_FLUSH)
        return EVENT_FLUSHED;
    if (actions & (DO_PULL | DO_PULL_ALL))
        return EVENT_PULLED;
    if (actions & DO_REFRESH)
        return EVENT_REFRESHED;
    return EVENT_START; /* nothing is on the way */
}

static void random_histories_end_live(void **state)
{
    uint64_t seed = 20261125;
    for (int history = 0; history < 2000; history++) {
        Sync sync = { 0 };
        unsigned last = 0;
        int n = (int)random_below(&seed, 60);
        for (int i = 0; i < n; i++) {
            unsigned actions = step(&sync, (SyncEvent)random_below(&seed, N_SYNC_EVENTS));
            check(&sync);
            if (actions)
                last = actions;
        }
        for (int i = 0; sync.state != SYNC_LIVE; i++) {
            if (i == 20)
                fail_msg("history %d is stuck in state %d", history, sync.state);
            SyncEvent event = sync.state == SYNC_DISABLED  ? EVENT_ENABLE
                              : sync.state == SYNC_LOGIN   ? EVENT_TOKEN
                              : sync.state == SYNC_OFFLINE ? EVENT_TICK
                                                           : answer_to(last);
            last = step(&sync, event);
            check(&sync);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_and_event),
        cmocka_unit_test(a_push_while_pulling_pulls_again),
        cmocka_unit_test(a_second_401_asks_to_log_in),
        cmocka_unit_test(a_401_after_an_outage_refreshes_again),
        cmocka_unit_test(a_refresh_that_was_cut_off_is_made_up_for),
        cmocka_unit_test(a_second_410_in_one_pull_waits),
        cmocka_unit_test(only_a_stream_that_speaks_ends_the_back_off),
        cmocka_unit_test(a_stream_that_ends_is_opened_again_once),
        cmocka_unit_test(after_a_sleep_all_is_opened_anew),
        cmocka_unit_test(retry_after_is_honoured),
        cmocka_unit_test(another_log_in_forgets_the_old_one),
        cmocka_unit_test(a_cache_lost_while_waiting_is_filled_at_the_next_try),
        cmocka_unit_test(random_histories_end_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
