/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/sched.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK_SIZE (512 * 1024)
#define NEVER G_MAXINT64
#define STEPS_MAX 5000000

/* ---- chance */

guint64 dice_next(Dice *dice)
{
    guint64 z = dice->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

Dice dice_new(guint64 seed, guint64 stream)
{
    Dice dice = { seed };
    dice.state = dice_next(&dice) ^ (stream * G_GUINT64_CONSTANT(0xd1342543de82ef95));
    dice_next(&dice);
    return dice;
}

guint dice_below(Dice *dice, guint n)
{
    return n ? (guint)(dice_next(dice) % n) : 0;
}

bool dice_chance(Dice *dice, guint percent)
{
    return dice_below(dice, 100) < percent;
}

gint64 dice_between(Dice *dice, gint64 least, gint64 most)
{
    return least + (gint64)(dice_next(dice) % (guint64)(most - least + 1));
}

gint64 dice_delay(Dice *dice, gint64 most)
{
    return dice_between(dice, 0, MAX(1, most >> (2 * dice_below(dice, 6))));
}

/* ---- threads */

typedef enum ThreadState { READY, WAITS, ENDED } ThreadState;

typedef struct Thread {
    ucontext_t context;
    void *stack;
    void *fake_stack; /* of the sanitizer */
    const char *name;
    GThreadFunc func;
    gpointer data, result;
    ThreadState state;
    gconstpointer waits_for; /* mutex, condition, thread; NULL: only for the time */
    gint64 until;            /* us, NEVER */
    bool timed_out;
} Thread;

#define THREADS_MAX 64

static struct {
    bool begun;
    gint64 now, wall, jumped; /* us */
    Dice order, noise;
    guint preemption;
    int in_once;
    guint64 steps;
    Thread main, *threads[THREADS_MAX];
    int n_threads;
    Thread *current;
    GPtrArray *stacks; /* of ended threads, to be used again */
    const void *main_bottom;
    size_t main_size;
    void (*stuck)(const char *why);
} sched = { .main = { .name = "main", .until = NEVER },
            .order = { 1 },
            .noise = { 2 },
            .current = &sched.main };

gint64 sched_now(void)
{
    return sched.now;
}

guint64 sched_steps(void)
{
    return sched.steps;
}

void sched_on_stuck(void (*stuck)(const char *why))
{
    sched.stuck = stuck;
}

void sched_set_preemption(guint percent)
{
    sched.preemption = percent;
}

void sched_jump_wall(gint64 ms)
{
    sched.jumped += ms * 1000;
}

gint64 sched_wall_jumped(void)
{
    return sched.jumped / 1000;
}

char *sched_describe(void)
{
    GString *out = g_string_new(NULL);
    for (int i = -1; i < sched.n_threads; i++) {
        const Thread *thread = i < 0 ? &sched.main : sched.threads[i];
        g_string_append_printf(out, "%s%s: %s", i < 0 ? "" : "; ", thread->name,
                               thread->state == READY ? "ready" : "waits");
        if (thread->state == WAITS && thread->until != NEVER)
            g_string_append_printf(out, " %" G_GINT64_FORMAT " ms",
                                   (thread->until - sched.now) / 1000);
    }
    return g_string_free(out, FALSE);
}

static void stuck(const char *why)
{
    if (sched.stuck)
        sched.stuck(why);
    g_error("%s", why);
}

/* The C library's own: the sanitizer's, which is found first, warns of what is told to it here. */
static void swap(ucontext_t *from, const ucontext_t *to)
{
    static int (*swap_context)(ucontext_t *, const ucontext_t *);
    if (!swap_context) {
        void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
        void *found = library ? dlsym(library, "swapcontext") : NULL;
        g_assert(found);
        memcpy(&swap_context, &found, sizeof found);
    }
    swap_context(from, to);
}

static void enter_fiber(Thread *thread)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&sched.main.fake_stack, thread->stack, STACK_SIZE);
#endif
    sched.current = thread;
    swap(&sched.main.context, &thread->context);
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(sched.main.fake_stack, NULL, NULL);
#endif
    sched.current = &sched.main;
}

static void leave_fiber(Thread *thread)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(thread->state == ENDED ? NULL : &thread->fake_stack,
                                   sched.main_bottom, sched.main_size);
#endif
    swap(&thread->context, &sched.main.context);
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(thread->fake_stack, &sched.main_bottom, &sched.main_size);
#endif
}

static void wake_waiting(gconstpointer what, bool all);

static void fiber_main(void)
{
    Thread *self = sched.current;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(NULL, &sched.main_bottom, &sched.main_size);
#endif
    self->result = self->func(self->data);
    self->state = ENDED;
    wake_waiting(self, true);
    leave_fiber(self);
    g_assert_not_reached();
}

/* Runs one thread that can, drawn by lot; when none can, the one whose time comes first, if that is not after
 * `limit`. False: nothing was run. */
static bool run_one(gint64 limit)
{
    Thread *ready[THREADS_MAX], *first = NULL;
    guint n = 0;
    for (int i = 0; i < sched.n_threads; i++) {
        Thread *thread = sched.threads[i];
        if (thread->state == WAITS && thread->until <= sched.now) {
            thread->timed_out = true;
            thread->state = READY;
        }
        if (thread->state == READY)
            ready[n++] = thread;
        else if (thread->state == WAITS && (!first || thread->until < first->until))
            first = thread;
    }
    if (++sched.steps > STEPS_MAX)
        stuck("too many steps: it does not come to rest");
    if (n > 0) {
        enter_fiber(ready[dice_below(&sched.order, n)]);
        return true;
    }
    if (!first || first->until > limit || first->until == NEVER)
        return false;
    sched.now = first->until;
    first->timed_out = true;
    first->state = READY;
    enter_fiber(first);
    return true;
}

/* The current thread is no longer READY: others run until it is again. */
static void block(void)
{
    Thread *self = sched.current;
    if (self != &sched.main) {
        leave_fiber(self);
        return;
    }
    while (self->state != READY) {
        if (run_one(self->until))
            continue;
        if (self->until == NEVER) {
            g_autofree char *who = sched_describe();
            g_autofree char *why = g_strconcat("all threads wait for each other: ", who, NULL);
            stuck(why);
        }
        sched.now = MAX(sched.now, self->until);
        self->timed_out = true;
        self->state = READY;
    }
}

static bool wait_for(gconstpointer what, gint64 until)
{
    Thread *self = sched.current;
    self->state = WAITS;
    self->waits_for = what;
    self->until = until;
    self->timed_out = false;
    block();
    self->waits_for = NULL;
    self->until = NEVER;
    return !self->timed_out;
}

static void wake_waiting(gconstpointer what, bool all)
{
    for (int i = -1; i < sched.n_threads; i++) {
        Thread *thread = i < 0 ? &sched.main : sched.threads[i];
        if (thread->state != WAITS || thread->waits_for != what)
            continue;
        thread->state = READY;
        if (!all)
            return;
    }
}

/* Others may run now. */
static void preempt(void)
{
    if (!sched.begun || sched.preemption == 0 || sched.in_once > 0 || sched.n_threads == 0 ||
        !dice_chance(&sched.order, sched.preemption))
        return;
    if (sched.current == &sched.main)
        run_one(sched.now);
    else
        leave_fiber(sched.current); /* it stays READY */
}

bool sched_until(bool (*done)(gpointer data), gpointer data, gint64 until)
{
    while (!done(data))
        if (!run_one(until)) {
            if (until != NEVER)
                sched.now = MAX(sched.now, until);
            return done(data);
        }
    return true;
}

/* ---- GLib's threads */

static void *stack_new(void)
{
    if (sched.stacks && sched.stacks->len > 0)
        return g_ptr_array_steal_index_fast(sched.stacks, sched.stacks->len - 1);
    void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    g_assert(stack != MAP_FAILED);
    return stack;
}

GThread *g_thread_new(const gchar *name, GThreadFunc func, gpointer data)
{
    Thread *thread = g_new0(Thread, 1);
    g_assert(sched.begun && sched.n_threads < THREADS_MAX);
    thread->name = g_intern_string(name);
    thread->func = func;
    thread->data = data;
    thread->until = NEVER;
    thread->stack = stack_new();
    getcontext(&thread->context);
    thread->context.uc_stack.ss_sp = thread->stack;
    thread->context.uc_stack.ss_size = STACK_SIZE;
    makecontext(&thread->context, fiber_main, 0);
    sched.threads[sched.n_threads++] = thread;
    return (GThread *)(void *)thread;
}

GThread *g_thread_try_new(const gchar *name, GThreadFunc func, gpointer data, GError **error)
{
    return g_thread_new(name, func, data);
}

gpointer g_thread_join(GThread *handle)
{
    Thread *thread = (Thread *)(void *)handle;
    while (thread->state != ENDED)
        wait_for(thread, NEVER);
    for (int i = 0; i < sched.n_threads; i++)
        if (sched.threads[i] == thread) {
            memmove(&sched.threads[i], &sched.threads[i + 1],
                    (size_t)(sched.n_threads - i - 1) * sizeof *sched.threads);
            sched.n_threads--;
            break;
        }
    if (!sched.stacks)
        sched.stacks = g_ptr_array_new();
    g_ptr_array_add(sched.stacks, thread->stack);
    gpointer result = thread->result;
    g_free(thread);
    return result;
}

/* A mutex holds its owner. */
void g_mutex_init(GMutex *mutex)
{
    mutex->p = NULL;
}

void g_mutex_clear(GMutex *mutex)
{
    g_assert(!mutex->p);
}

void g_mutex_lock(GMutex *mutex)
{
    g_assert(mutex->p != sched.current);
    while (mutex->p)
        wait_for(mutex, NEVER);
    mutex->p = sched.current;
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    if (mutex->p)
        return FALSE;
    mutex->p = sched.current;
    return TRUE;
}

static void let_go(GMutex *mutex)
{
    g_assert(mutex->p == sched.current);
    mutex->p = NULL;
    wake_waiting(mutex, true);
}

void g_mutex_unlock(GMutex *mutex)
{
    let_go(mutex);
    preempt();
}

void g_cond_init(GCond *cond)
{
}

void g_cond_clear(GCond *cond)
{
}

void g_cond_signal(GCond *cond)
{
    wake_waiting(cond, false);
}

void g_cond_broadcast(GCond *cond)
{
    wake_waiting(cond, true);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 until)
{
    let_go(mutex);
    bool woken = wait_for(cond, until);
    g_mutex_lock(mutex);
    return woken;
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    g_cond_wait_until(cond, mutex, NEVER);
}

#undef g_once_init_enter
#undef g_once_init_leave
/* Whoever is here must come to its end before anybody else is: a second one would wait inside GLib for ever. */
gboolean(g_once_init_enter)(volatile void *location)
{
    if (*(volatile gsize *)location)
        return FALSE;
    sched.in_once++;
    return TRUE;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    *(volatile gsize *)location = result;
    sched.in_once--;
}

/* ---- sleeping */

static void nap(gint64 us)
{
    if (sched.begun)
        wait_for(NULL, sched.now + MAX(us, 1));
}

void g_usleep(gulong us)
{
    nap((gint64)us);
}

/* SQLite's, while another connection has the lock */
int usleep(useconds_t us)
{
    nap(us);
    return 0;
}

/* ---- time and noise of the system */

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (!sched.begun || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
        return (int)syscall(SYS_clock_gettime, clock, out);
    bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    gint64 us = sched.now + (wall ? sched.wall + sched.jumped : 0);
    out->tv_sec = us / G_USEC_PER_SEC;
    out->tv_nsec = us % G_USEC_PER_SEC * 1000;
    return 0;
}

/* GLib's wall clock */
int gettimeofday(struct timeval *out, void *zone)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
    guint8 *bytes = buffer;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (guint8)dice_next(&sched.noise);
    return (ssize_t)length;
}

/* ---- the main loop */

/* Nothing here ever comes through a file descriptor. It returns after each turn of another thread, since that may have
 * made a source ready. */
static gint sched_poll(GPollFD *fds, guint n, gint timeout)
{
    for (guint i = 0; i < n; i++)
        fds[i].revents = 0;
    if (timeout == 0) {
        if (dice_chance(&sched.order, 50))
            run_one(sched.now);
        return 0;
    }
    gint64 until = timeout < 0 ? NEVER : sched.now + (gint64)timeout * 1000;
    if (run_one(until))
        return 0;
    if (until == NEVER)
        stuck("the main loop waits for ever");
    sched.now = until;
    return 0;
}

void sched_begin(guint64 seed, gint64 wall)
{
    sched.begun = true;
    sched.now = 1000 * G_USEC_PER_SEC;
    sched.wall = wall * 1000 - sched.now;
    sched.order = dice_new(seed, 1);
    sched.noise = dice_new(seed, 2);
    g_random_set_seed((guint32)dice_next(&sched.noise));
    g_main_context_set_poll_func(NULL, sched_poll);
}
