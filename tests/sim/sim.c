/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deterministic simulation of client, network and server (world.h): a seed makes a history, at whose end everything must be
 * right (verify.h). Each world is a process of its own, so the history of a seed is the same alone and among thousands.
 *
 *   sim                      SIM_SEEDS worlds from SIM_FIRST on, as TAP
 *   sim --replay SEED        one world, its history to standard output
 *   sim --replay SEED --only 3,5,9     the same with these steps only
 *   sim --shrink SEED        drops steps as long as it goes wrong, then the history of what is left
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/sim/history.h"
#include "tests/sim/oracle.h"
#include "tests/sim/play.h"
#include "tests/sim/verify.h"

#define SEEDS 2000
#define JOBS 2
#define STEPS_MAX 512

/* Written by the worlds, read by whoever started them. */
typedef struct Shared {
    guint64 fates[N_FATES], kinds[96];
    guint64 virtual_ms, steps, batches;
    struct {
        guint64 seed, hash;
        char why[1024];
    } slots[JOBS];
} Shared;

#ifdef __SANITIZE_ADDRESS__
/* Thousands of short lives: what costs most there finds least here. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "max_malloc_fill_size=0:malloc_context_size=6:quarantine_size_mb=4:"
           "thread_local_quarantine_size_kb=64";
}
#endif

static Shared *shared;
static int slot;
static char *root;
static bool loud; /* the history goes to standard output as it happens */

GString *history;

/* ---- telling */

static void put_line(const char *line)
{
    g_string_append(history, line);
    if (loud) {
        fputs(line, stdout);
        fflush(stdout);
    }
}

void tell(const char *who, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    gint64 ms = sched_now() / 1000 - 1000 * 1000;
    g_autofree char *line = g_strdup_printf("%6d.%03d %-8s %s\n", (int)(ms / 1000),
                                            (int)(ms % 1000), who, text);
    put_line(line);
}

const char *brief(const Uuid *id)
{
    static char texts[4][UUID_TEXT_SIZE];
    static int next;
    next = (next + 1) % 4;
    return uuid_format(id, texts[next]) + UUID_TEXT_SIZE - 1 - 6;
}

void fail(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    tell("world", "WRONG: %s", text);
    g_strlcpy(shared->slots[slot].why, text, sizeof shared->slots[slot].why);
    _exit(1);
}

static void stuck(const char *why)
{
    fail("%s", why);
}

/* ---- one world, in a process of its own */

typedef struct Plan {
    guint64 seed;
    bool skip[STEPS_MAX];
} Plan;

static char *world_dir(int number)
{
    return g_strdup_printf("%s/world-%d", root, number);
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void live(const Plan *plan)
{
    history = g_string_new(NULL);
    g_autofree char *dir = world_dir(slot);
    sched_on_stuck(stuck);
    world_begin(dir, plan->seed);
    play_counts = shared->kinds;
    play_begin(plan->seed);
    for (int i = 0; i < play_length(); i++)
        if (!plan->skip[i])
            play_step(plan->seed, i);
    play_to_rest();
    verify_world(plan->seed);
    for (int i = 0; i < N_FATES; i++)
        shared->fates[i] += fates_met[i];
    shared->virtual_ms += (guint64)sched_now() / 1000;
    shared->steps += sched_steps();
    shared->batches += oracle_batches;
    shared->slots[slot].hash = g_str_hash(history->str) ^ (guint64)history->len << 32;
}

/* Ends it in order too, so that the sanitizer can look for what was left behind. */
static G_GNUC_NORETURN void live_and_die(const Plan *plan, bool tidy)
{
    live(plan);
    if (!tidy)
        _exit(0);
    verify_end();
    world_end();
    g_string_free(history, TRUE);
    exit(0);
}

static pid_t start(const Plan *plan, int in_slot, bool tidy)
{
    g_autofree char *dir = world_dir(in_slot);
    remove_tree(dir);
    g_mkdir(dir, 0700);
    shared->slots[in_slot].seed = plan->seed;
    shared->slots[in_slot].why[0] = '\0';
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        slot = in_slot;
        live_and_die(plan, tidy);
    }
    g_assert(pid > 0);
    return pid;
}

/* True: all was well. */
static bool end(int status, int in_slot)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    char *why = shared->slots[in_slot].why;
    if (!*why)
        g_snprintf(why, sizeof shared->slots[0].why, "the process %s %d",
                   WIFSIGNALED(status) ? "died of signal" : "ended with",
                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

static bool run_one(const Plan *plan, bool tidy)
{
    int status = 0;
    pid_t pid = start(plan, 0, tidy);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return end(status, 0);
}

/* ---- many */

typedef struct Tally {
    guint64 first, next, end, done, failed;
    GString *report;
} Tally;

static void report(Tally *tally, guint64 seed, const char *why)
{
    tally->failed++;
    g_string_append_printf(tally->report,
                           "# seed %" G_GUINT64_FORMAT ": %s\n"
                           "#   again, with its history: tests/sim/sim --shrink %" G_GUINT64_FORMAT
                           "\n",
                           seed, why, seed);
    fprintf(stderr, "# seed %" G_GUINT64_FORMAT ": %s\n", seed, why);
}

static void run_many(Tally *tally)
{
    pid_t pids[JOBS] = { 0 };
    int running = 0;
    while (tally->next < tally->end || running > 0) {
        for (int i = 0; i < JOBS; i++)
            if (pids[i] == 0 && tally->next < tally->end && tally->failed < 20) {
                Plan plan = { .seed = tally->next++ };
                pids[i] = start(&plan, i, false);
                running++;
            }
        if (running == 0)
            return;
        int status = 0;
        pid_t pid = wait(&status);
        for (int i = 0; i < JOBS; i++)
            if (pids[i] == pid) {
                pids[i] = 0;
                running--;
                tally->done++;
                if (!end(status, i))
                    report(tally, shared->slots[i].seed, shared->slots[i].why);
            }
    }
}

/* ---- one that goes wrong */

/* What went wrong, without the names and numbers of it. */
static char *kind_of_wrong(void)
{
    const char *why = shared->slots[0].why, *start = strstr(why, ": ");
    GString *out = g_string_new(NULL);
    for (const char *at = start && start - why < 8 ? start + 2 : why; *at && out->len < 40; at++)
        if (!g_ascii_isxdigit(*at) && *at != '-')
            g_string_append_c(out, *at);
    return g_string_free(out, FALSE);
}

static bool goes_wrong(const Plan *plan, const char *how)
{
    if (run_one(plan, false))
        return false;
    g_autofree char *kind = kind_of_wrong();
    return !how || strcmp(kind, how) == 0;
}

/* Without ever smaller runs of steps, as long as it still goes wrong in the same way. */
static void shrink(Plan *plan)
{
    g_autofree char *how = kind_of_wrong();
    for (int size = 32; size >= 1; size /= 2)
        for (int from = 0; from < STEPS_MAX / 4; from += size) {
            Plan less = *plan;
            bool any = false;
            for (int i = from; i < from + size; i++) {
                any |= !less.skip[i];
                less.skip[i] = true;
            }
            if (any && goes_wrong(&less, how))
                *plan = less;
        }
}

static int replay(Plan *plan, bool smaller)
{
    if (smaller && goes_wrong(plan, NULL)) {
        shrink(plan);
        printf("tests/sim/sim --replay %" G_GUINT64_FORMAT " --only ", plan->seed);
        for (int i = 0, n = 0; i < STEPS_MAX / 4; i++)
            if (!plan->skip[i])
                printf("%s%d", n++ ? "," : "", i);
        printf("\n");
    }
    loud = true;
    bool well = run_one(plan, false);
    if (!well)
        printf("WRONG: %s\n", shared->slots[0].why);
    return well ? 0 : 1;
}

static void only(Plan *plan, const char *list)
{
    memset(plan->skip, true, sizeof plan->skip);
    g_auto(GStrv) numbers = g_strsplit(list, ",", -1);
    for (char **number = numbers; *number; number++)
        if (**number)
            plan->skip[g_ascii_strtoull(*number, NULL, 10) % STEPS_MAX] = false;
}

/* ---- as a test */

static void check(int *number, bool ok, const char *what)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++*number, what);
    fflush(stdout);
}

static bool same_twice(guint64 seed)
{
    Plan plan = { .seed = seed };
    bool well = run_one(&plan, false);
    guint64 hash = shared->slots[0].hash;
    shared->slots[0].hash = 0;
    return run_one(&plan, false) == well && shared->slots[0].hash == hash;
}

static guint64 number_from(const char *name, guint64 otherwise)
{
    const char *text = g_getenv(name);
    return text && *text ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static bool all_met(void)
{
    bool all = shared->batches > 0;
    if (!all)
        printf("# no batch was ever answered\n");
    for (int i = 0; i < N_FATES; i++)
        if (shared->fates[i] == 0) {
            printf("# no message was ever: %s\n", fate_names[i]);
            all = false;
        }
    for (int i = 0; i < play_kinds(); i++)
        if (shared->kinds[i] == 0) {
            printf("# never happened: %s\n", play_kind_name(i));
            all = false;
        }
    return all;
}

static int test(void)
{
    guint64 seeds = number_from("SIM_SEEDS", SEEDS);
    Tally tally = { .first = number_from("SIM_FIRST", 1), .report = g_string_new(NULL) };
    int number = 0;
    printf("1..4\n");
    tally.next = tally.first;
    tally.end = tally.first + seeds;
    bool same = true;
    for (guint64 i = 0; i < 5; i++)
        same &= same_twice(tally.first + i);
    check(&number, same, "a seed has one history, byte for byte");
    Plan plan = { .seed = tally.first };
    check(&number, run_one(&plan, true), "a world leaves nothing behind");
    run_many(&tally);
    g_autofree char *what = g_strdup_printf(
        "%" G_GUINT64_FORMAT " worlds come to rest, and everything is right", tally.done);
    check(&number, tally.failed == 0, what);
    fputs(tally.report->str, stdout);
    printf("# %" G_GUINT64_FORMAT " hours of their time, %" G_GUINT64_FORMAT
           " turns, %" G_GUINT64_FORMAT " batches\n",
           shared->virtual_ms / 3600000, shared->steps, shared->batches);
    check(&number, seeds < 200 || all_met(), "everything that can happen did");
    g_string_free(tally.report, TRUE);
    return 0;
}

static void make_root(void)
{
    const char *base = g_access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
    root = g_build_filename(base, "leadline-sim-XXXXXX", NULL);
    g_assert(g_mkdtemp(root));
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert(shared != MAP_FAILED);
}

int main(int argc, char **argv)
{
    Plan plan = { 0 };
    bool one = argc >= 3, smaller = one && strcmp(argv[1], "--shrink") == 0;
    if (argc != 1 && !(one && (smaller || strcmp(argv[1], "--replay") == 0))) {
        fprintf(stderr, "usage: sim [--replay SEED [--only STEP,...] | --shrink SEED]\n");
        return 64;
    }
    make_root();
    world_template(root);
    if (one)
        plan.seed = g_ascii_strtoull(argv[2], NULL, 10);
    if (argc == 5 && strcmp(argv[3], "--only") == 0)
        only(&plan, argv[4]);
    int status = one ? replay(&plan, smaller) : test();
    remove_tree(root);
    g_free(root);
    return status;
}
