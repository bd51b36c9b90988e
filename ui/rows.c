/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

gpointer rows_current(const Rows *rows, const GPtrArray *all)
{
    return rows->cursor < all->len ? all->pdata[rows->cursor] : NULL;
}

static void remember(Rows *rows, const GPtrArray *all)
{
    gconstpointer row = rows_current(rows, all);
    rows->at = row ? *rows->id(row) : (Uuid){ 0 };
}

void rows_goto(Rows *rows, const GPtrArray *all, const Uuid *id)
{
    for (guint i = 0; i < all->len; i++)
        if (uuid_equal(rows->id(all->pdata[i]), id))
            rows->cursor = i;
    remember(rows, all);
}

void rows_read(Rows *rows, const GPtrArray *all)
{
    Uuid at = rows->at;
    rows->cursor = MIN(rows->cursor, all->len ? all->len - 1 : 0);
    rows_goto(rows, all, &at);
}

void rows_move(Rows *rows, const GPtrArray *all, Move move, int height)
{
    int last = MAX(0, (int)all->len - 1);
    rows->cursor = (guint)CLAMP((int)rows->cursor + move_lines(move, MAX(1, height)), 0, last);
    remember(rows, all);
}

guint rows_top(Rows *rows, guint n, int height)
{
    guint h = (guint)MAX(1, height);
    guint most = n > h ? n - h : 0;
    rows->top = MIN(MIN(rows->top, rows->cursor), most);
    if (rows->cursor >= rows->top + h)
        rows->top = rows->cursor - h + 1;
    return rows->top;
}

void draw_cells(Rect r, int line, Role role, const Cell *cells, size_t n)
{
    int col = 0;
    for (size_t i = 0; i < n && col < r.w; i++) {
        bool own = cells[i].role != ROLE_NORMAL && role != ROLE_CURSOR;
        if (cells[i].width <= 0)
            continue;
        if (col > 0)
            col = draw_field(r, line, col, 1, role, "");
        col = draw_field(r, line, col, cells[i].width, own ? cells[i].role : role,
                         cells[i].text ? cells[i].text : "");
    }
    draw_rest(r, line, col, role);
}
