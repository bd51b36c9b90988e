/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#define LINES_MAX (G_MAXINT / 4) /* twice that added to a line is a number still */

int move_lines(Move move, int height)
{
    int page = MAX(1, height - 1);
    const int lines[] = { [MOVE_UP] = -1,
                          [MOVE_DOWN] = 1,
                          [MOVE_HALF_UP] = -page / 2,
                          [MOVE_HALF_DOWN] = page / 2,
                          [MOVE_PAGE_UP] = -page,
                          [MOVE_PAGE_DOWN] = page,
                          [MOVE_TOP] = -LINES_MAX,
                          [MOVE_BOTTOM] = LINES_MAX };
    return lines[move];
}

struct List {
    const ListSource *source;
    gpointer data;
    GPtrArray *rows; /* the window: rows of the source without a gap */
    gint64 rank0;    /* of rows[0] */
    gint64 total;
    bool at_start, at_end; /* the source has nothing before, after the window */
    int top, cursor;       /* indexes into rows */
    int height;
    guint epoch;
};

List *list_new(const ListSource *source, gpointer data)
{
    List *list = g_new0(List, 1);
    list->source = source;
    list->data = data;
    list->rows = g_ptr_array_new();
    list->height = 1;
    list->at_start = list->at_end = true; /* nothing more to fetch until it is loaded */
    return list;
}

void list_free(List *list)
{
    if (list) {
        g_ptr_array_unref(list->rows);
        g_free(list);
    }
}

static int length(const List *list)
{
    return (int)list->rows->len;
}

/* Rows asked for at a time, and kept on either side. */
static unsigned page(const List *list)
{
    return (unsigned)list->height * 2 + 8;
}

static bool extend_end(List *list, GError **error)
{
    gpointer last = list->rows->len ? list->rows->pdata[list->rows->len - 1] : NULL;
    GPtrArray *more = list->source->fetch(list->data, last, true, page(list), error);
    if (!more)
        return false;
    list->at_end = more->len < page(list);
    g_ptr_array_extend_and_steal(list->rows, more);
    int spare = list->top - (int)page(list);
    if (spare > 0) {
        g_ptr_array_remove_range(list->rows, 0, (guint)spare);
        list->rank0 += spare;
        list->top -= spare;
        list->cursor -= spare;
        list->at_start = false;
    }
    return true;
}

/* Puts rows before the window; takes the array. */
static void prepend(List *list, GPtrArray *before)
{
    int n = (int)before->len;
    g_ptr_array_extend_and_steal(before, list->rows);
    list->rows = before;
    list->rank0 = MAX(0, list->rank0 - n);
    list->top += n;
    list->cursor += n;
}

static bool extend_start(List *list, GError **error)
{
    gpointer first = list->rows->len ? list->rows->pdata[0] : NULL;
    GPtrArray *before = list->source->fetch(list->data, first, false, page(list), error);
    if (!before)
        return false;
    list->at_start = before->len < page(list);
    prepend(list, before);
    if (list->at_start)
        list->rank0 = 0;
    guint keep = (guint)(list->top + list->height) + page(list);
    if (list->rows->len > keep) {
        g_ptr_array_remove_range(list->rows, keep, list->rows->len - keep);
        list->at_end = false;
    }
    return true;
}

/* Keeps the cursor in the rows and the window around the cursor. */
static void settle(List *list)
{
    int top = list->top;
    list->cursor = CLAMP(list->cursor, 0, MAX(0, length(list) - 1));
    int last_top = MAX(0, length(list) - list->height);
    if (list->at_end)
        list->top = MIN(list->top, last_top);
    list->top = CLAMP(list->top, list->cursor - list->height + 1, list->cursor);
    list->top = MAX(0, list->top);
    if (top != list->top)
        list->epoch++;
}

/* Enough rows for the lines below the top, and for those above. */
static bool fill(List *list, GError **error)
{
    while (!list->at_end && list->top + list->height > length(list))
        if (!extend_end(list, error))
            return false;
    while (!list->at_start && list->at_end && length(list) < list->height) {
        if (!extend_start(list, error))
            return false;
        list->top = MAX(0, length(list) - list->height);
    }
    settle(list);
    return true;
}

void list_set_height(List *list, int height)
{
    height = MAX(1, height);
    if (height != list->height) {
        list->height = height;
        list->epoch++;
        fill(list, NULL);
    }
}

static void replace_rows(List *list, GPtrArray *rows)
{
    g_ptr_array_unref(list->rows);
    list->rows = rows;
    list->epoch++;
}

bool list_load(List *list, GError **error)
{
    GPtrArray *rows = list->source->fetch(list->data, NULL, true, page(list), error);
    if (!rows)
        return false;
    replace_rows(list, rows);
    list->rank0 = 0;
    list->top = list->cursor = 0;
    list->at_start = true;
    list->at_end = rows->len < page(list);
    return list->source->count(list->data, &list->total, error);
}

static bool load_bottom(List *list, GError **error)
{
    GPtrArray *rows = list->source->fetch(list->data, NULL, false, page(list), error);
    if (!rows || !list->source->count(list->data, &list->total, error)) {
        if (rows)
            g_ptr_array_unref(rows);
        return false;
    }
    replace_rows(list, rows);
    list->at_end = true;
    list->at_start = rows->len < page(list);
    list->rank0 = list->at_start ? 0 : MAX(0, list->total - rows->len);
    list->cursor = MAX(0, length(list) - 1);
    list->top = MAX(0, length(list) - list->height);
    return true;
}

/* The rows around a place anew, the cursor on it, in this line of the screen. */
static bool load_around(List *list, gpointer place, int line, GError **error)
{
    const ListSource *source = list->source;
    GPtrArray *rows = source->fetch(list->data, place, false, page(list), error);
    if (!rows)
        return false;
    /* After the row before the place comes the row at the place, if it is still there, or else the next one. */
    gpointer last = rows->len ? rows->pdata[rows->len - 1] : NULL;
    GPtrArray *after = source->fetch(list->data, last, true, page(list), error);
    if (!after) {
        g_ptr_array_unref(rows);
        return false;
    }
    int n_before = (int)rows->len;
    bool at_start = rows->len < page(list);
    bool at_end = after->len < page(list);
    g_ptr_array_extend_and_steal(rows, after);
    gint64 rank = 0;
    if (!source->count(list->data, &list->total, error) ||
        (!at_start && rows->len && !source->rank(list->data, rows->pdata[0], &rank, error))) {
        g_ptr_array_unref(rows);
        return false;
    }
    replace_rows(list, rows);
    list->rank0 = rank;
    list->at_start = at_start;
    list->at_end = at_end;
    list->cursor = MIN(n_before, MAX(0, length(list) - 1));
    list->top = MAX(0, list->cursor - line);
    return fill(list, error);
}

bool list_reload(List *list, GError **error)
{
    gpointer row = list_row(list);
    if (!row)
        return list_load(list, error);
    bool was_at_top = list_top_rank(list) == 0;
    if (!load_around(list, row, list->cursor - list->top, error))
        return false;
    /* Who looks at the newest row wants to see what comes in above it. */
    if (was_at_top && list->at_start && list->cursor < list->height) {
        list->top = 0;
        return fill(list, error);
    }
    return true;
}

bool list_place(List *list, int line, GError **error)
{
    while (!list->at_start && list->cursor < line)
        if (!extend_start(list, error))
            return false;
    list->top = MAX(0, list->cursor - line);
    list->epoch++;
    return fill(list, error);
}

bool list_goto(List *list, gpointer place, GError **error)
{
    const Uuid *id = list->source->id(place);
    for (int i = 0; i < length(list); i++) {
        if (uuid_equal(list->source->id(list->rows->pdata[i]), id)) {
            list->cursor = i;
            settle(list);
            return fill(list, error);
        }
    }
    return load_around(list, place, list->height / 2, error);
}

/* Moves the cursor by n rows, and the window too when scroll is given. */
static bool move_by(List *list, int n, bool scroll, GError **error)
{
    while (!list->at_end && list->cursor + n + list->height > length(list))
        if (!extend_end(list, error))
            return false;
    while (!list->at_start && list->cursor + n - list->height < 0)
        if (!extend_start(list, error))
            return false;
    int line = list->cursor - list->top;
    int to = CLAMP(list->cursor + n, 0, MAX(0, length(list) - 1));
    list->cursor = to;
    if (scroll) {
        int top = list->top;
        list->top = CLAMP(to - line, 0, MAX(0, length(list) - list->height));
        list->epoch += top != list->top;
    }
    settle(list);
    return true;
}

bool list_move(List *list, Move move, GError **error)
{
    switch (move) {
    case MOVE_UP:
        return move_by(list, -1, false, error);
    case MOVE_DOWN:
        return move_by(list, 1, false, error);
    case MOVE_HALF_UP:
        return move_by(list, -MAX(1, list->height / 2), true, error);
    case MOVE_HALF_DOWN:
        return move_by(list, MAX(1, list->height / 2), true, error);
    case MOVE_PAGE_UP:
        return move_by(list, -list->height, true, error);
    case MOVE_PAGE_DOWN:
        return move_by(list, list->height, true, error);
    case MOVE_TOP:
        return list_load(list, error);
    case MOVE_BOTTOM:
        return load_bottom(list, error);
    }
    g_assert_not_reached();
}

gpointer list_row(const List *list)
{
    return length(list) > 0 ? list->rows->pdata[list->cursor] : NULL;
}

gpointer list_line(const List *list, int line)
{
    int i = list->top + line;
    return line >= 0 && line < list->height && i < length(list) ? list->rows->pdata[i] : NULL;
}

int list_cursor_line(const List *list)
{
    return list->cursor - list->top;
}

gint64 list_rank(const List *list)
{
    return list->rank0 + list->cursor;
}

gint64 list_top_rank(const List *list)
{
    return list->rank0 + list->top;
}

gint64 list_total(const List *list)
{
    return list->total;
}

guint list_buffered(const List *list)
{
    return list->rows->len;
}

guint list_epoch(const List *list)
{
    return list->epoch;
}
