/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/hints.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/events.h"
#include "base/log.h"
#include "server/server_internal.h"

#define RETRY_FIRST_US G_USEC_PER_SEC
#define RETRY_MOST_US (30 * G_USEC_PER_SEC)

typedef struct Hint {
    Uuid id; /* first: the key */
    bool ended, scopes;
    ChangeState state;
} Hint;

static struct {
    Server *server;
    Db *db; /* the thread's */
    GThread *thread;
    int wake;
    GMutex lock;         /* of what follows */
    GHashTable *waiting; /* set of Hint */
    bool everything;     /* too many: what waits is forgotten */
    gint64 since;        /* monotonic us of the oldest that waits, 0 none */
    bool running;
} hints;

/* ---- lines */

void hints_put(GString *out, const Uuid *id, const ChangeState *state, bool scopes)
{
    char text[UUID_TEXT_SIZE];
    g_autofree char *written = state ? change_state_format(state) : NULL;
    char word = !state ? 's' : scopes ? 'm' : 'c';
    g_string_append_printf(out, "%c %s%s%s\n", word, uuid_format(id, text), state ? " " : "",
                           state ? written : "");
}

static void line_read(char *line, const ServerListener *listener)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 4);
    guint n = g_strv_length(words);
    Uuid id;
    ChangeState state;
    if (n == 1 && g_str_equal(words[0], "*"))
        listener->missed();
    else if (n == 2 && g_str_equal(words[0], "s") && uuid_parse(words[1], &id))
        listener->ended(&id);
    else if (n == 3 && (g_str_equal(words[0], "c") || g_str_equal(words[0], "m")) &&
             uuid_parse(words[1], &id) && change_state_parse(words[2], &state) && !state.full)
        listener->changed(&id, &state, *words[0] == 'm');
}

void hints_read(const char *text, const ServerListener *listener)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        line_read(*line, listener);
}

/* ---- what was committed here */

static bool is_older(const ChangeState *state, const ChangeState *than)
{
    return state->epoch == than->epoch &&
           (state->acl < than->acl || (state->acl == than->acl && state->seq <= than->seq));
}

/* With the lock held. */
static void put_waiting(const Hint *hint)
{
    Hint *old = g_hash_table_lookup(hints.waiting, hint);
    if (old) {
        bool scopes = old->scopes || hint->scopes;
        if (!hint->ended && !is_older(&hint->state, &old->state))
            *old = *hint;
        old->scopes = scopes;
        return;
    }
    if (hint->ended || g_hash_table_size(hints.waiting) < HINTS_MAX)
        g_hash_table_add(hints.waiting, g_memdup2(hint, sizeof *hint));
    else
        hints.everything = true;
}

static void wait_with(const Hint *hint)
{
    g_mutex_lock(&hints.lock);
    if (hints.running) {
        put_waiting(hint);
        if (hints.since == 0) {
            hints.since = clock_monotonic();
            eventfd_write(hints.wake, 1);
        }
    }
    g_mutex_unlock(&hints.lock);
}

static void changed(const Uuid *scope, const ChangeState *state, bool scopes)
{
    wait_with(&(Hint){ .id = *scope, .state = *state, .scopes = scopes });
}

static void ended(const Uuid *session)
{
    wait_with(&(Hint){ .id = *session, .ended = true });
}

static void nothing(void)
{
}

static const ServerListener ours = { changed, ended, nothing };

/* ---- telling */

static bool notify(GString *text, GError **error)
{
    g_autoptr(DbRows) rows = db_query(hints.db, error, "SELECT pg_notify('" HINTS_CHANNEL "', $1)",
                                      db_text(text->str));
    g_string_truncate(text, 0);
    return rows != NULL;
}

/* What waits, when its time has come or no more will; its set is the caller's. */
static GHashTable *take_due(bool *everything)
{
    GHashTable *due = NULL;
    g_mutex_lock(&hints.lock);
    if (hints.since &&
        (!hints.running || clock_monotonic() >= hints.since + HINTS_BATCH_MS * 1000)) {
        due = hints.waiting;
        hints.waiting = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
        *everything = hints.everything;
        hints.everything = false;
        hints.since = 0;
    }
    g_mutex_unlock(&hints.lock);
    return due;
}

static bool tell(GError **error)
{
    bool everything = false;
    g_autoptr(GHashTable) due = take_due(&everything);
    if (!due)
        return true;
    g_autoptr(GString) text = g_string_new(everything ? "*\n" : "");
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const Hint *hint = key;
        if (!hint->ended && everything)
            continue;
        if (text->len > HINTS_TEXT_MAX - 200 && !notify(text, error))
            return false;
        hints_put(text, &hint->id, hint->ended ? NULL : &hint->state, hint->scopes);
    }
    return notify(text, error);
}

/* ---- hearing */

static void heard_ended(const Uuid *session)
{
    auth_forget_session(hints.server, session);
    events_listener.ended(session);
}

static void hear(const char *text)
{
    const ServerListener to = { events_listener.changed, heard_ended, events_listener.missed };
    hints_read(text, &to);
}

/* ---- the thread */

/* Until when there is nothing to tell; at once when the server stops. */
static gint64 due_at(void)
{
    g_mutex_lock(&hints.lock);
    gint64 at = !hints.running ? 0
                : hints.since  ? hints.since + HINTS_BATCH_MS * 1000
                               : clock_monotonic() + RETRY_MOST_US;
    g_mutex_unlock(&hints.lock);
    return at;
}

static bool is_running(void)
{
    g_mutex_lock(&hints.lock);
    bool running = hints.running;
    g_mutex_unlock(&hints.lock);
    return running;
}

static void clear_wake(void)
{
    eventfd_t value;
    eventfd_read(hints.wake, &value);
}

/* Tells and hears until the connection is lost (*error), or the server stops and the last was told. */
static void work(GError **error)
{
    for (bool more = true; more;) {
        more = is_running();
        g_autofree char *text = db_hear(hints.db, hints.wake, due_at(), error);
        clear_wake();
        if (text)
            hear(text);
        if (*error || !tell(error))
            return;
    }
}

/* Until then, or until the server stops. */
static void rest(gint64 us)
{
    for (gint64 end = clock_monotonic() + us; is_running() && clock_monotonic() < end;) {
        GPollFD wake = { .fd = hints.wake, .events = G_IO_IN };
        g_poll(&wake, 1, (gint)((end - clock_monotonic()) / 1000 + 1));
        clear_wake();
    }
}

static gpointer hints_main(gpointer data)
{
    gint64 retry = RETRY_FIRST_US;
    while (is_running()) {
        g_autoptr(GError) error = NULL;
        if (!hints.db)
            hints.db = db_open(server_drivers, server_config(hints.server)->database, DB_READ,
                               &error);
        if (hints.db && db_exec(hints.db, &error, "LISTEN " HINTS_CHANNEL)) {
            events_listener.missed(); /* whatever was told while we did not listen */
            log_write(LOG_DEBUG, "hints", "detail", "listening", NULL);
            retry = RETRY_FIRST_US;
            work(&error);
        }
        if (!error)
            continue;
        log_write(LOG_WARNING, "hints", "detail", error->message, NULL);
        rest(retry);
        retry = MIN(2 * retry, RETRY_MOST_US);
    }
    return NULL;
}

bool hints_start(Server *server, GError **error)
{
    if (db_engine(server->db) != DB_ENGINE_POSTGRES || !server_config(server)->hints)
        return true;
    hints.server = server;
    hints.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    hints.waiting = g_hash_table_new_full(uuid_hash, uuid_equal_func, g_free, NULL);
    hints.running = true;
    hints.thread = g_thread_try_new("hints", hints_main, NULL, error);
    if (hints.thread)
        server_listen(server, &ours);
    return hints.thread != NULL;
}

/* The lanes may still commit: what they say from now on is not told any more, others poll. */
void hints_stop(Server *server)
{
    if (!hints.thread)
        return;
    g_mutex_lock(&hints.lock);
    hints.running = false;
    eventfd_write(hints.wake, 1);
    g_mutex_unlock(&hints.lock);
    g_thread_join(g_steal_pointer(&hints.thread));
    db_close(g_steal_pointer(&hints.db));
    g_clear_pointer(&hints.waiting, g_hash_table_unref);
    close(hints.wake);
}
