/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include "base/text.h"

#include <stdarg.h>

typedef struct Span {
    int col;
    Role role;
    char *text;
} Span;

typedef struct PageLine {
    GArray *spans; /* Span; NULL: empty */
    int end;       /* column after the last span */
    bool rule;
} PageLine;

struct Page {
    int width;
    GArray *lines; /* PageLine */
};

static void span_clear(gpointer data)
{
    g_free(((Span *)data)->text);
}

static void line_clear(gpointer data)
{
    PageLine *line = data;
    if (line->spans)
        g_array_unref(line->spans);
}

Page *page_new(int width)
{
    Page *page = g_new0(Page, 1);
    page->width = MAX(1, width);
    page->lines = g_array_new(FALSE, TRUE, sizeof(PageLine));
    g_array_set_clear_func(page->lines, line_clear);
    return page;
}

void page_free(Page *page)
{
    if (page) {
        g_array_unref(page->lines);
        g_free(page);
    }
}

int page_width(const Page *page)
{
    return page->width;
}

int page_lines(const Page *page)
{
    return (int)page->lines->len;
}

void page_line(Page *page)
{
    PageLine line = { 0 };
    g_array_append_val(page->lines, line);
}

void page_blank(Page *page)
{
    page_line(page);
}

static PageLine *last_line(Page *page)
{
    if (page->lines->len == 0)
        page_line(page);
    return &g_array_index(page->lines, PageLine, page->lines->len - 1);
}

void page_rule(Page *page)
{
    page_line(page);
    last_line(page)->rule = true;
}

/* Takes clean text. */
static void add_span(Page *page, int col, Role role, char *text)
{
    PageLine *line = last_line(page);
    if (!line->spans) {
        line->spans = g_array_new(FALSE, FALSE, sizeof(Span));
        g_array_set_clear_func(line->spans, span_clear);
    }
    Span span = { col, role, text };
    g_array_append_val(line->spans, span);
    line->end = col + text_width(text);
}

void page_span(Page *page, Role role, const char *text)
{
    add_span(page, last_line(page)->end, role, text_clean(text, -1, TEXT_LINE));
}

void page_span_at(Page *page, int col, Role role, const char *text)
{
    char *clean = text_clean(text, -1, TEXT_LINE);
    int end = last_line(page)->end;
    if (col < 0) {
        col = page->width - text_width(clean);
        if (col < end + 1 && end > 0) {
            page_line(page); /* no room beside what is there */
            col = MAX(0, page->width - text_width(clean));
        }
    }
    add_span(page, MAX(col, last_line(page)->end), role, clean);
}

void page_text(Page *page, Role role, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_MULTILINE);
    g_auto(GStrv) lines = text_wrap(clean, page->width);
    for (int i = 0; lines[i]; i++) {
        page_line(page);
        add_span(page, 0, role, g_strdup(lines[i]));
    }
}

void page_format(Page *page, Role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    page_text(page, role, text);
}

void page_pair(Page *page, int label_width, const char *label, Role role, const char *value)
{
    if (!value || !*value)
        return;
    g_autofree char *clean = text_clean(value, -1, TEXT_MULTILINE);
    /* Too narrow for two columns: the value goes below its label. */
    bool below = page->width < label_width + 12;
    int indent = below ? 1 : label_width;
    g_auto(GStrv) lines = text_wrap(clean, MAX(1, page->width - indent));
    page_line(page);
    page_span(page, ROLE_LABEL, label);
    if (!below && last_line(page)->end >= label_width)
        page_span(page, ROLE_NORMAL, " ");
    for (int i = 0; lines[i]; i++) {
        if (i > 0 || below)
            page_line(page);
        add_span(page, MAX(indent, last_line(page)->end), role, g_strdup(lines[i]));
    }
}

static void copy_spans(Page *page, const Page *from, int line, int col)
{
    if (line >= page_lines(from))
        return;
    const PageLine *source = &g_array_index(from->lines, PageLine, line);
    for (guint i = 0; source->spans && i < source->spans->len; i++) {
        const Span *span = &g_array_index(source->spans, Span, i);
        add_span(page, col + span->col, span->role, g_strdup(span->text));
    }
}

void page_columns(Page *page, const Page *left, const Page *right, int gap)
{
    int n = MAX(page_lines(left), page_lines(right));
    for (int i = 0; i < n; i++) {
        page_line(page);
        copy_spans(page, left, i, 0);
        copy_spans(page, right, i, left->width + gap);
    }
}

static void draw_line(const PageLine *line, Rect rect, int row)
{
    if (line->rule) {
        draw_hline(rect_sub(rect, 0, row, rect.w, 1), 0, ROLE_BORDER);
        return;
    }
    int col = 0;
    for (guint i = 0; line->spans && i < line->spans->len; i++) {
        const Span *span = &g_array_index(line->spans, Span, i);
        if (span->col > col)
            draw_field(rect, row, col, span->col - col, ROLE_NORMAL, "");
        col = draw_text(rect, row, span->col, span->role, span->text);
    }
    draw_rest(rect, row, col, ROLE_NORMAL);
}

void page_draw(const Page *page, Rect rect, int top)
{
    for (int row = 0; row < rect.h; row++) {
        int i = top + row;
        if (i >= 0 && i < page_lines(page))
            draw_line(&g_array_index(page->lines, PageLine, i), rect, row);
        else
            draw_rest(rect, row, 0, ROLE_NORMAL);
    }
}

void page_draw_instead(const Page *page, Rect list)
{
    int top = list.h > 4 ? 1 : 0, h = MIN(page_lines(page), list.h - top);
    page_draw(page, rect_sub(list, 1, top, list.w - 2, h), 0);
}
