/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "client/qr.h"
#include "clipboard.h"
#include "handlers.h"
#include "page.h"
#include "session.h"

#define LETTER_W 6 /* with the gap */
#define LETTER_H 3 /* two pixels a cell */
#define TEXT_MIN 22
#define GAP 2

typedef struct DeviceView {
    View view;
    const DevicePrompt *prompt; /* NULL: there is no code yet, or no more */
    char *complaint;            /* it is over */
    bool for_this;
    Qr *qr;
    guint second; /* timer of the countdown */
} DeviceView;

/* ---- large letters: those of user codes, and what is not among them makes no large code */

#define PIXELS 5

static const struct {
    char letter;
    const char *rows[PIXELS];
} font[] = {
    { 'B', { "####.", "#...#", "####.", "#...#", "####." } },
    { 'C', { ".####", "#....", "#....", "#....", ".####" } },
    { 'D', { "####.", "#...#", "#...#", "#...#", "####." } },
    { 'F', { "#####", "#....", "####.", "#....", "#...." } },
    { 'G', { ".####", "#....", "#..##", "#...#", ".####" } },
    { 'H', { "#...#", "#...#", "#####", "#...#", "#...#" } },
    { 'J', { "..###", "...#.", "...#.", "#..#.", ".##.." } },
    { 'K', { "#..#.", "#.#..", "##...", "#.#..", "#..#." } },
    { 'L', { "#....", "#....", "#....", "#....", "#####" } },
    { 'M', { "#...#", "##.##", "#.#.#", "#...#", "#...#" } },
    { 'N', { "#...#", "##..#", "#.#.#", "#..##", "#...#" } },
    { 'P', { "####.", "#...#", "####.", "#....", "#...." } },
    { 'Q', { ".###.", "#...#", "#.#.#", "#..#.", ".##.#" } },
    { 'R', { "####.", "#...#", "####.", "#..#.", "#...#" } },
    { 'S', { ".####", "#....", ".###.", "....#", "####." } },
    { 'T', { "#####", "..#..", "..#..", "..#..", "..#.." } },
    { 'V', { "#...#", "#...#", "#...#", ".#.#.", "..#.." } },
    { 'W', { "#...#", "#...#", "#.#.#", "##.##", "#...#" } },
    { 'X', { "#...#", ".#.#.", "..#..", ".#.#.", "#...#" } },
    { 'Z', { "#####", "...#.", "..#..", ".#...", "#####" } },
    { '-', { ".....", ".....", ".###.", ".....", "....." } },
};

static const char *const *glyph_of(char letter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(font); i++)
        if (font[i].letter == letter)
            return font[i].rows;
    return NULL;
}

static bool has_glyphs(const char *code)
{
    for (; *code; code++)
        if (!glyph_of(*code))
            return false;
    return true;
}

static bool is_on(const char *const *glyph, int x, int y)
{
    return y < PIXELS && glyph[y][x] == '#';
}

static void draw_letter(Rect r, int row, int col, const char *const *glyph)
{
    static const char *const cells[] = { " ", "▀", "▄", "█" };
    for (int y = 0; y < LETTER_H; y++)
        for (int x = 0; x < PIXELS; x++)
            draw_text(r, row + y, col + x, ROLE_HEADING,
                      cells[is_on(glyph, x, 2 * y) | is_on(glyph, x, 2 * y + 1) << 1]);
}

/* How it is broken: all in one line, at its hyphen, or (0) not large at all. Rows it takes. */
static int code_lines(const char *code, int width)
{
    size_t length = strlen(code), half = strcspn(code, "-") + 1;
    if (text_ascii() || !has_glyphs(code))
        return 0;
    if ((int)length * LETTER_W <= width)
        return 1;
    return (int)MAX(half, length - MIN(half, length)) * LETTER_W <= width ? 2 : 0;
}

static void draw_code(Rect r, int row, const char *code, int lines)
{
    int col = 0;
    for (const char *c = code; *c; c++) {
        draw_letter(r, row, col, glyph_of(*c));
        col += LETTER_W;
        if (*c == '-' && lines == 2) {
            row += LETTER_H + 1;
            col = 0;
        }
    }
}

/* ---- the QR code: dark on light whatever the terminal's colours are, or scanners may not see it */

static void draw_qr(Rect r, const Qr *qr)
{
    bool halves = !text_ascii();
    bool swapped = theme_is_mono() && theme_is_light(); /* reverse would make it light on dark */
    Role light = swapped ? ROLE_QR_DARK : ROLE_QR, dark = swapped ? ROLE_QR : ROLE_QR_DARK;
    for (int row = 0; row < qr_rows(qr, halves); row++)
        for (int col = 0; col < qr_cols(qr, true); col++) {
            if (halves)
                draw_text(r, row, col, light, qr_cell(qr, row, col));
            else
                draw_text(r, row, 2 * col,
                          qr_is_dark(qr, col - QR_QUIET, row - QR_QUIET) ? dark : light, "  ");
        }
}

/* Beside the text, or below it; neither when there is no room. */
static Rect qr_place(const DeviceView *device, Rect r, int text_lines, bool beside)
{
    if (!device->qr)
        return (Rect){ 0 };
    int w = qr_cols(device->qr, !text_ascii()), h = qr_rows(device->qr, !text_ascii());
    if (beside)
        return w + GAP + TEXT_MIN <= r.w && h <= r.h ? rect_sub(r, r.w - w, 0, w, h) : (Rect){ 0 };
    return w <= r.w && text_lines + h <= r.h ? rect_sub(r, 0, text_lines, w, h) : (Rect){ 0 };
}

/* ---- drawing */

static void put_state(const DeviceView *device, Page *page)
{
    if (device->complaint) {
        page_text(page, ROLE_ERROR, device->complaint);
        page_text(page, ROLE_NORMAL, _("Enter asks for a new code, Esc gives up."));
        return;
    }
    if (!device->prompt) {
        page_text(page, ROLE_NORMAL, _("Asking the server for a code..."));
        return;
    }
    gint64 left = MAX(0, device->prompt->expires - clock_now()) / MS_PER_SECOND;
    page_format(page, ROLE_NORMAL, _("It can be allowed for %d:%02d more."), (int)(left / 60),
                (int)(left % 60));
    if (device->prompt->unreachable)
        page_text(page, ROLE_ALERT, _("The server does not answer; it is asked again."));
    page_text(page, ROLE_NORMAL, _("y copies the code, o opens the address here, Esc gives up."));
}

static void put_prompt(const DeviceView *device, Page *page)
{
    const DevicePrompt *prompt = device->prompt;
    page_text(page, ROLE_HEADING, _("Sign in with a browser"));
    page_blank(page);
    if (!prompt)
        return;
    page_text(page, ROLE_NORMAL, _("Open this address, here or on a phone:"));
    page_text(page, ROLE_KEY, prompt->url);
    page_blank(page);
    page_text(page, ROLE_NORMAL, _("Type this code there:"));
    page_text(page, ROLE_HEADING, prompt->code);
}

static Rect roomy(Rect body)
{
    bool tall = body.h > 20, wide = body.w > 80;
    return rect_sub(body, wide ? 2 : 1, tall ? 1 : 0, body.w - (wide ? 4 : 2),
                    body.h - (tall ? 1 : 0));
}

static int draw_page(const Page *page, Rect r, int row)
{
    page_draw(page, rect_sub(r, 0, row, r.w, page_lines(page)), 0);
    return row + page_lines(page);
}

static void draw(View *view, bool all)
{
    DeviceView *device = (DeviceView *)view;
    Rect r = roomy(view->body), text = r;
    draw_fill(view->body, ROLE_NORMAL);
    Rect qr = qr_place(device, r, 0, true);
    if (qr.w)
        text = rect_sub(r, 0, 0, r.w - qr.w - GAP, r.h);
    g_autoptr(Page) prompt = page_new(text.w), state = page_new(text.w);
    put_prompt(device, prompt);
    put_state(device, state);
    int row = draw_page(prompt, text, 0) + 1;
    int lines = device->prompt ? code_lines(device->prompt->code, text.w) : 0;
    int high = lines * LETTER_H + MAX(0, lines - 1);
    if (lines && row + high + 1 + page_lines(state) <= text.h) {
        draw_code(text, row, device->prompt->code, lines);
        row += high + 1;
    }
    row = draw_page(state, text, row) + 1;
    if (!qr.w)
        qr = qr_place(device, r, row, false);
    if (qr.w)
        draw_qr(qr, device->qr);
}

static gboolean on_second(gpointer data)
{
    DeviceView *device = data;
    if (app_view(device->view.app) == &device->view)
        app_dirty(device->view.app, DIRTY_BODY);
    return G_SOURCE_CONTINUE;
}

/* ---- what happens */

static DeviceView *view_of(App *app)
{
    return (DeviceView *)app->views[VIEW_DEVICE];
}

static void forget_code(DeviceView *device)
{
    device->prompt = NULL;
    g_clear_pointer(&device->qr, qr_free);
    g_clear_pointer(&device->complaint, g_free);
    g_clear_handle_id(&device->second, g_source_remove);
}

static void on_prompt(const DevicePrompt *prompt, gpointer data)
{
    DeviceView *device = view_of(data);
    if (!device->prompt) {
        device->qr = prompt->complete ? qr_new(prompt->complete) : NULL;
        device->second = g_timeout_add_seconds(1, on_second, device);
    }
    device->prompt = prompt;
    app_dirty(data, DIRTY_BODY);
}

static char *words_of(App *app, const GError *error)
{
    if (problem_is(error, PROBLEM_EXPIRED_TOKEN))
        return g_strdup(_("The code has expired."));
    if (problem_is(error, PROBLEM_ACCESS_DENIED))
        return g_strdup(_("It was denied in the browser."));
    if (problem_is(error, PROBLEM_NOT_FOUND))
        return g_strdup(_("This server has no sign-in with a browser."));
    return session_words(app, error);
}

static void on_done(const GError *error, gpointer data)
{
    App *app = data;
    DeviceView *device = view_of(app);
    forget_code(device);
    if (error)
        device->complaint = words_of(app, error);
    else
        session_signed_in(app);
    app_dirty(app, DIRTY_ALL);
}

static void begin(App *app)
{
    forget_code(view_of(app));
    client_device_login(app->client, on_prompt, on_done, app);
    app_dirty(app, DIRTY_BODY);
}

void device_begin(App *app, bool for_this)
{
    app_show(app, VIEW_DEVICE);
    view_of(app)->for_this = for_this;
    begin(app);
}

static void give_up(App *app)
{
    DeviceView *device = view_of(app);
    client_device_cancel(app->client);
    forget_code(device);
    if (device->for_this)
        app_close_profile(app);
    else
        app_show(app, VIEW_INBOX);
}

/* ---- the view */

static View *create(App *app)
{
    DeviceView *device = g_new0(DeviceView, 1);
    device->view = (View){ .ops = &device_view, .app = app };
    return &device->view;
}

static void destroy(View *view)
{
    if (view->app->client)
        client_device_cancel(view->app->client);
    forget_code((DeviceView *)view);
    g_free(view);
}

static bool key(View *view, Key pressed)
{
    DeviceView *device = (DeviceView *)view;
    const DevicePrompt *prompt = device->prompt;
    if (pressed == K_ENTER && device->complaint)
        begin(view->app);
    else if (pressed == 'y' && prompt)
        clipboard_copy(view->app, prompt->code, prompt->code);
    else if (pressed == 'o' && prompt)
        open_address(view->app, prompt->complete ? prompt->complete : prompt->url);
    else
        return false;
    return true;
}

static bool back(View *view)
{
    give_up(view->app);
    return true;
}

static const char *const footer[] = { "back", NULL };

const ViewOps device_view = {
    .title = N_("Sign in"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST),
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .back = back,
    .abort = back,
};
