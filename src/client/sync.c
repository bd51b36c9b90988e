/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sync.h"

gint64 sync_backoff(int failures, gint64 retry_after_ms, double random)
{
    gint64 most = failures > 8
                      ? SYNC_BACKOFF_MAX_MS
                      : MIN(SYNC_BACKOFF_MAX_MS, (gint64)SYNC_BACKOFF_FIRST_MS << failures);
    return MAX(retry_after_ms, (gint64)((double)most * random));
}

bool sync_may_send(const Sync *sync)
{
    return sync->identified && (sync->state == SYNC_FLUSHING || sync->state == SYNC_PULLING ||
                                sync->state == SYNC_LIVE);
}

/* ---- entering states */

static unsigned connect_(Sync *sync)
{
    sync->state = SYNC_CONNECTING;
    return DO_CONNECT;
}

static unsigned identify(Sync *sync)
{
    sync->state = SYNC_IDENTIFYING;
    return DO_IDENTIFY;
}

static unsigned flush(Sync *sync)
{
    sync->state = SYNC_FLUSHING;
    return DO_FLUSH;
}

static unsigned pull(Sync *sync)
{
    sync->state = SYNC_PULLING;
    sync->again = false;
    return DO_PULL;
}

static unsigned renew_token(Sync *sync)
{
    sync->state = SYNC_REFRESHING;
    sync->stream = false;
    sync->refreshed = true;
    sync->must_refresh = false;
    return DO_CANCEL | DO_REFRESH;
}

static unsigned ask_login(Sync *sync)
{
    *sync = (Sync){ .state = SYNC_LOGIN };
    return DO_CANCEL | DO_ASK_LOGIN;
}

/* The first thing that is missing. */
static unsigned resume(Sync *sync)
{
    if (!sync->have_token)
        return connect_(sync);
    if (sync->must_refresh)
        return renew_token(sync);
    return sync->identified ? flush(sync) : identify(sync);
}

/* Nothing of what was asked for with the old token counts. */
static unsigned take_token(Sync *sync)
{
    *sync = (Sync){ .state = sync->state, .have_token = true };
    return sync->state == SYNC_DISABLED ? 0 : DO_CANCEL | resume(sync);
}

static unsigned fail(Sync *sync, const SyncInput *input)
{
    sync->must_refresh |= sync->state == SYNC_REFRESHING;
    sync->state = SYNC_OFFLINE;
    sync->stream = sync->again = sync->restarted = sync->refreshed = sync->hasty = false;
    sync->next_try = input->now +
                     sync_backoff(sync->failures, input->retry_after_ms, input->random);
    sync->failures++;
    return DO_CANCEL | DO_WAIT;
}

static unsigned lost(Sync *sync, const SyncInput *input)
{
    sync->identified = false;
    return sync_is_trying(sync) ? fail(sync, input) : 0;
}

static unsigned pulled(Sync *sync)
{
    sync->refreshed = sync->restarted = false;
    if (sync->again)
        return pull(sync);
    sync->state = SYNC_LIVE;
    if (sync->stream)
        return 0;
    sync->stream = true;
    sync->spoken = false;
    return DO_STREAM;
}

/* With nothing of what was open before. */
static unsigned open_again(Sync *sync)
{
    sync->stream = sync->again = sync->restarted = false;
    return DO_CANCEL | resume(sync);
}

static unsigned stream_ended(Sync *sync, const SyncInput *input)
{
    bool steady = sync->spoken && input->now - sync->spoke_at >= SYNC_STEADY_MS;
    if (!sync->spoken || (sync->hasty && !steady))
        return fail(sync, input);
    sync->hasty = true;
    return open_again(sync);
}

static unsigned heard(Sync *sync, const SyncInput *input)
{
    if (!sync->spoken)
        sync->spoke_at = input->now;
    sync->spoken = true;
    sync->failures = 0;
    return 0;
}

/* ---- the table of what matters where */

#define IN(state) (1u << (state))
#define ONLINE (IN(SYNC_IDENTIFYING) | IN(SYNC_FLUSHING) | IN(SYNC_PULLING) | IN(SYNC_LIVE))
#define TRYING (ONLINE | IN(SYNC_CONNECTING) | IN(SYNC_REFRESHING))
#define ANY (~0u)

static const unsigned accepted[N_SYNC_EVENTS] = {
    [EVENT_START] = IN(SYNC_STOPPED),
    [EVENT_TOKEN] = TRYING | IN(SYNC_LOGIN) | IN(SYNC_OFFLINE) | IN(SYNC_DISABLED),
    [EVENT_NO_TOKEN] = IN(SYNC_CONNECTING),
    [EVENT_IDENTIFIED] = IN(SYNC_IDENTIFYING),
    [EVENT_FLUSHED] = IN(SYNC_FLUSHING),
    [EVENT_NEXT] = IN(SYNC_PULLING),
    [EVENT_PULLED] = IN(SYNC_PULLING),
    [EVENT_GONE] = IN(SYNC_PULLING),
    [EVENT_PUSHED] = IN(SYNC_PULLING) | IN(SYNC_LIVE),
    [EVENT_HEARD] = IN(SYNC_PULLING) | IN(SYNC_LIVE),
    [EVENT_STREAM_ENDED] = IN(SYNC_PULLING) | IN(SYNC_LIVE),
    [EVENT_WOKE] = ONLINE | IN(SYNC_OFFLINE),
    [EVENT_LOST] = ANY,
    [EVENT_FAILED] = TRYING,
    [EVENT_UNAUTHORIZED] = ONLINE,
    [EVENT_REFRESHED] = IN(SYNC_REFRESHING),
    [EVENT_REFUSED] = IN(SYNC_REFRESHING),
    [EVENT_TICK] = IN(SYNC_OFFLINE),
    [EVENT_NOW] = IN(SYNC_OFFLINE) | IN(SYNC_LIVE),
    [EVENT_DISABLE] = ANY,
    [EVENT_ENABLE] = IN(SYNC_DISABLED),
    [EVENT_LOGOUT] = ANY,
};

bool sync_is_trying(const Sync *sync)
{
    return TRYING & IN(sync->state);
}

unsigned sync_step(Sync *sync, SyncEvent event, const SyncInput *input)
{
    if (!(accepted[event] & IN(sync->state)))
        return 0;
    switch (event) {
    case EVENT_START:
    case EVENT_TICK:
        return resume(sync);
    case EVENT_ENABLE:
        sync->failures = 0;
        return resume(sync);
    case EVENT_TOKEN:
        return take_token(sync);
    case EVENT_NO_TOKEN:
    case EVENT_REFUSED:
    case EVENT_LOGOUT:
        return ask_login(sync);
    case EVENT_IDENTIFIED:
        sync->identified = true;
        return flush(sync);
    case EVENT_FLUSHED:
        return pull(sync);
    case EVENT_NEXT:
        sync->restarted = false;
        return 0;
    case EVENT_PULLED:
        return pulled(sync);
    case EVENT_GONE:
        if (sync->restarted)
            return fail(sync, input);
        sync->restarted = true;
        return DO_PULL_ALL;
    case EVENT_PUSHED:
        if (sync->state == SYNC_LIVE)
            return pull(sync);
        sync->again = true;
        return 0;
    case EVENT_HEARD:
        return heard(sync, input);
    case EVENT_STREAM_ENDED:
        return stream_ended(sync, input);
    case EVENT_WOKE:
        sync->failures = 0;
        return open_again(sync);
    case EVENT_LOST:
        return lost(sync, input);
    case EVENT_FAILED:
        return fail(sync, input);
    case EVENT_UNAUTHORIZED:
        return sync->refreshed ? ask_login(sync) : renew_token(sync);
    case EVENT_REFRESHED:
        return resume(sync);
    case EVENT_NOW:
        sync->failures = 0;
        return sync->state == SYNC_LIVE ? pull(sync) : resume(sync);
    case EVENT_DISABLE:
        sync->state = SYNC_DISABLED;
        sync->stream = false;
        return DO_CANCEL;
    case N_SYNC_EVENTS:
        break;
    }
    g_assert_not_reached();
}
