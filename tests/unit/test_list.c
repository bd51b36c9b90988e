/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of a list against a source that is an array: whatever moves, and whatever the source does meanwhile. */
#include "list.h"

#include <string.h>

#include "unit.h"

#define ROWS_MAX 400
#define HEIGHT_MAX 30

/* Rows in the order of their number; the id is made from it. */
typedef struct Row {
    Uuid id;
    int number;
} Row;

typedef struct World {
    bool has[ROWS_MAX];
    bool fails;
    unsigned asked; /* the most rows asked for at once */
} World;

static Row row_of(int number)
{
    Row row = { .number = number };
    memcpy(row.id.bytes, &number, sizeof number);
    return row;
}

static const Uuid *id(gpointer row)
{
    return &((Row *)row)->id;
}

static bool refuse(World *world, GError **error)
{
    if (world->fails) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_IO, "broken");
    }
    return world->fails;
}

static GPtrArray *fetch(gpointer data, gpointer from, bool forward, unsigned limit, GError **error)
{
    World *world = data;
    if (refuse(world, error)) {
        return NULL;
    }
    world->asked = MAX(world->asked, limit);
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    int step = forward ? 1 : -1;
    int at = from ? ((Row *)from)->number + step : forward ? 0 : ROWS_MAX - 1;
    for (; at >= 0 && at < ROWS_MAX && out->len < limit; at += step) {
        if (world->has[at]) {
            Row row = row_of(at);
            g_ptr_array_insert(out, forward ? -1 : 0, g_memdup2(&row, sizeof row));
        }
    }
    return out;
}

static int count_before(const World *world, int number)
{
    int n = 0;
    for (int i = 0; i < number; i++) {
        n += world->has[i];
    }
    return n;
}

static bool count(gpointer data, gint64 *n, GError **error)
{
    *n = count_before(data, ROWS_MAX);
    return !refuse(data, error);
}

static bool rank(gpointer data, gpointer row, gint64 *n, GError **error)
{
    *n = count_before(data, ((Row *)row)->number);
    return !refuse(data, error);
}

static const ListSource source = { .id = id, .fetch = fetch, .count = count, .rank = rank };

static int cursor(const List *list)
{
    Row *row = list_row(list);
    return row ? row->number : -1;
}

static void fill(World *world, int from, int to, int step)
{
    for (int i = from; i < to; i += step) {
        world->has[i] = true;
    }
}

/* What holds whenever the list has just been told of all changes. */
static void check(const List *list, const World *world, int height)
{
    int total = count_before(world, ROWS_MAX);
    assert_int_equal(list_total(list), total);
    if (total == 0) {
        assert_null(list_row(list));
        assert_null(list_line(list, 0));
        return;
    }
    int line = list_cursor_line(list);
    assert_true(cursor(list) >= 0);
    assert_in_range(line, 0, height - 1);
    assert_ptr_equal(list_line(list, line), list_row(list));
    assert_int_equal(list_rank(list), count_before(world, cursor(list)));
    assert_int_equal(list_top_rank(list), list_rank(list) - line);
    /* The lines are rows of the source without a gap, and none is empty that need not be. */
    int shown = 0;
    int before = -1;
    for (int i = 0; i < height; i++) {
        Row *row = list_line(list, i);
        if (!row) {
            break;
        }
        assert_true(world->has[row->number]);
        if (before >= 0) {
            assert_int_equal(count_before(world, row->number), count_before(world, before) + 1);
        }
        before = row->number;
        shown++;
    }
    assert_int_equal(shown, MIN(height, total));
    assert_true(list_buffered(list) <= HEIGHT_MAX * 12 + 64);
}

static void test_moves(void **state)
{
    World world = { 0 };
    fill(&world, 0, 100, 1);
    g_autoptr(List) list = list_new(&source, &world);
    list_set_height(list, 10);
    assert_true(list_load(list, NULL));
    static const struct {
        Move move;
        int cursor, line;
    } rows[] = {
        { MOVE_UP, 0, 0 },         { MOVE_DOWN, 1, 1 },       { MOVE_HALF_DOWN, 6, 1 },
        { MOVE_PAGE_DOWN, 16, 1 }, { MOVE_HALF_UP, 11, 1 },   { MOVE_BOTTOM, 99, 9 },
        { MOVE_DOWN, 99, 9 },      { MOVE_PAGE_DOWN, 99, 9 }, { MOVE_PAGE_UP, 89, 9 },
        { MOVE_UP, 88, 8 },        { MOVE_TOP, 0, 0 },        { MOVE_PAGE_UP, 0, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_true(list_move(list, rows[i].move, NULL));
        assert_int_equal(cursor(list), rows[i].cursor);
        assert_int_equal(list_cursor_line(list), rows[i].line);
        check(list, &world, 10);
    }
}

/* The cursor is on a row, not on a line. */
static void test_the_cursor_stays_on_its_row(void **state)
{
    World world = { 0 };
    fill(&world, 100, 200, 1);
    g_autoptr(List) list = list_new(&source, &world);
    list_set_height(list, 10);
    assert_true(list_load(list, NULL));
    for (int i = 0; i < 15; i++) {
        assert_true(list_move(list, MOVE_DOWN, NULL));
    }
    int line = list_cursor_line(list);
    fill(&world, 0, 50, 1);
    assert_true(list_reload(list, NULL));
    assert_int_equal(cursor(list), 115);
    assert_int_equal(list_cursor_line(list), line);
    assert_int_equal(list_rank(list), 65);
    check(list, &world, 10);
    /* It goes: the next one takes its place, or at the end the one before. */
    world.has[115] = false;
    assert_true(list_reload(list, NULL));
    assert_int_equal(cursor(list), 116);
    memset(world.has + 116, 0, ROWS_MAX - 116);
    assert_true(list_reload(list, NULL));
    assert_int_equal(cursor(list), 114);
    check(list, &world, 10);
    memset(world.has, 0, sizeof world.has);
    assert_true(list_reload(list, NULL));
    check(list, &world, 10);
    fill(&world, 7, 9, 1);
    assert_true(list_reload(list, NULL));
    assert_int_equal(cursor(list), 7);
    check(list, &world, 10);
}

/* Who is at the top sees what comes in above. */
static void test_new_rows_show_at_the_top(void **state)
{
    World world = { 0 };
    fill(&world, 100, 200, 1);
    g_autoptr(List) list = list_new(&source, &world);
    list_set_height(list, 10);
    assert_true(list_load(list, NULL));
    fill(&world, 98, 100, 1);
    assert_true(list_reload(list, NULL));
    assert_int_equal(cursor(list), 100);
    assert_int_equal(list_cursor_line(list), 2);
    assert_int_equal(list_top_rank(list), 0);
}

static void test_goto(void **state)
{
    World world = { 0 };
    fill(&world, 0, 300, 2);
    g_autoptr(List) list = list_new(&source, &world);
    list_set_height(list, 10);
    assert_true(list_load(list, NULL));
    Row there = row_of(200), gone = row_of(101), near = row_of(104);
    assert_true(list_goto(list, &there, NULL));
    assert_int_equal(cursor(list), 200);
    check(list, &world, 10);
    assert_true(list_goto(list, &gone, NULL));
    assert_int_equal(cursor(list), 102);
    guint epoch = list_epoch(list);
    assert_true(list_goto(list, &near, NULL));
    assert_int_equal(cursor(list), 104);
    assert_int_equal(list_epoch(list), epoch); /* it was in sight */
    check(list, &world, 10);
}

/* The source fails: the list says so and shows what it had. */
static void test_failures(void **state)
{
    World world = { 0 };
    fill(&world, 0, 100, 1);
    g_autoptr(List) list = list_new(&source, &world);
    list_set_height(list, 10);
    assert_true(list_load(list, NULL));
    assert_true(list_move(list, MOVE_PAGE_DOWN, NULL));
    int before = cursor(list);
    world.fails = true;
    g_autoptr(GError) error = NULL;
    assert_false(list_reload(list, &error));
    assert_non_null(error);
    assert_int_equal(cursor(list), before);
    assert_false(list_move(list, MOVE_BOTTOM, NULL));
    assert_false(list_move(list, MOVE_TOP, NULL));
    assert_int_equal(cursor(list), before);
    world.fails = false;
    assert_true(list_reload(list, NULL));
    check(list, &world, 10);
}

static void change(World *world, uint64_t *seed)
{
    int n = (int)random_below(seed, 30);
    for (int i = 0; i < n; i++) {
        world->has[random_below(seed, ROWS_MAX)] ^= true;
    }
    if (random_below(seed, 20) == 0) {
        int from = (int)random_below(seed, ROWS_MAX);
        memset(world->has + from, 0, (size_t)(ROWS_MAX - from));
    }
}

/* An epoch that did not change is a promise: the same rows in the same lines. */
static void note_lines(const List *list, int *lines, int height)
{
    for (int i = 0; i < height; i++) {
        Row *row = list_line(list, i);
        lines[i] = row ? row->number : -1;
    }
}

static void test_random_histories(void **state)
{
    for (uint64_t round = 1; round <= 300; round++) {
        uint64_t seed = round;
        World world = { 0 };
        fill(&world, 0, ROWS_MAX, 1 + (int)random_below(&seed, 40));
        g_autoptr(List) list = list_new(&source, &world);
        int height = 1 + (int)random_below(&seed, HEIGHT_MAX);
        list_set_height(list, height);
        assert_true(list_load(list, NULL));
        for (int i = 0; i < 60; i++) {
            int lines[64], after[64];
            int was = cursor(list);
            guint epoch = list_epoch(list);
            note_lines(list, lines, height);
            unsigned what = random_below(&seed, 12);
            if (what <= MOVE_BOTTOM) {
                assert_true(list_move(list, (Move)what, NULL));
            } else if (what == 8) {
                Row row = row_of((int)random_below(&seed, ROWS_MAX));
                assert_true(list_goto(list, &row, NULL));
                if (world.has[row.number]) {
                    assert_int_equal(cursor(list), row.number);
                }
            } else if (what == 9) {
                height = 1 + (int)random_below(&seed, HEIGHT_MAX);
                list_set_height(list, height);
                assert_int_equal(cursor(list), was);
            } else {
                change(&world, &seed);
                assert_true(list_reload(list, NULL));
                if (was >= 0 && world.has[was]) {
                    assert_int_equal(cursor(list), was);
                }
            }
            check(list, &world, height);
            if (list_epoch(list) == epoch) {
                note_lines(list, after, height);
                assert_memory_equal(lines, after, (size_t)height * sizeof *lines);
            }
        }
        assert_true(world.asked <= 2 * HEIGHT_MAX + 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_the_cursor_stays_on_its_row),
        cmocka_unit_test(test_new_rows_show_at_the_top),
        cmocka_unit_test(test_goto),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_random_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
