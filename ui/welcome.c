/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first run, without any profile: what can be done, each in one line. */
#include "session.h"

#include "base/i18n.h"
#include "page.h"

typedef struct Choice {
    Key letter;
    const char *name;
    const char *effect;
    void (*run)(App *app);
} Choice;

static void choose_demo(App *app)
{
    session_start_private(app, PROFILE_DEMO);
}

static void choose_local(App *app)
{
    session_start_private(app, PROFILE_LOCAL);
}

static const Choice choices[] = {
    { 'd', N_("Demo"),
      N_("Look around in a network of invented people; all of it is gone at the end"),
      choose_demo },
    { 'i', N_("Sign in"), N_("You have an account on a server"), session_ask_sign_in },
    { 'b', N_("Browser"), N_("Sign in with a code in a browser, on this machine or on your phone"),
      session_ask_browser },
    { 'u', N_("Sign up"), N_("Make an account on a server"), session_ask_sign_up },
    { 'l', N_("Local"), N_("A server of your own on this machine only, for one group or desk"),
      choose_local },
};
#define BESIDE_FROM 50 /* columns: the effect stands beside its name */
#define N_CHOICES ((int)G_N_ELEMENTS(choices))

typedef struct WelcomeView {
    View view;
    int cursor;
} WelcomeView;

static View *create(App *app)
{
    WelcomeView *welcome = g_new0(WelcomeView, 1);
    welcome->view = (View){ .ops = &welcome_view, .app = app };
    return &welcome->view;
}

static void destroy(View *view)
{
    g_free(view);
}

static int draw_choice(WelcomeView *welcome, Rect r, int row, int i)
{
    bool on = i == welcome->cursor;
    int col = draw_format(r, row, 0, on ? ROLE_CURSOR : ROLE_KEY, "%s%d %c ", on ? ">" : " ", i + 1,
                          (char)choices[i].letter);
    col = draw_field(r, row, col, 10, on ? ROLE_CURSOR : ROLE_HEADING, _(choices[i].name));
    if (r.w >= BESIDE_FROM) {
        g_autoptr(Page) page = page_new(r.w - col - 1);
        page_text(page, ROLE_NORMAL, _(choices[i].effect));
        page_draw(page, rect_sub(r, col + 1, row, r.w - col - 1, page_lines(page)), 0);
        return page_lines(page);
    }
    return 1;
}

static void draw(View *view, bool all)
{
    WelcomeView *welcome = (WelcomeView *)view;
    draw_fill(view->body, ROLE_NORMAL);
    bool roomy = view->body.h > 12;
    Rect r = rect_sub(view->body, roomy ? 2 : 0, roomy ? 2 : 0,
                      MIN(view->body.w - (roomy ? 4 : 0), 92), view->body.h);
    g_autoptr(Page) page = page_new(r.w);
    if (r.h > 8) {
        page_text(page, ROLE_HEADING,
                  _("Leadline: the leads your partners pass you, sorted in the terminal."));
        page_blank(page);
    }
    if (r.h > N_CHOICES + 2) {
        page_text(page, ROLE_NORMAL, _("There is no profile yet. How do you want to start?"));
        page_blank(page);
    }
    page_draw(page, rect_sub(r, 0, 0, r.w, page_lines(page)), 0);
    int row = page_lines(page);
    /* Where not all choices fit, the one under the cursor does. */
    int first = CLAMP(welcome->cursor - (r.h - row) + 1, 0, N_CHOICES - 1);
    for (int i = first; i < N_CHOICES; i++)
        row += draw_choice(welcome, r, row, i) + (r.h >= 18);
    if (r.w < BESIDE_FROM && row + 3 < r.h) {
        g_autoptr(Page) effect = page_new(r.w);
        page_text(effect, ROLE_NORMAL, _(choices[welcome->cursor].effect));
        page_draw(effect, rect_sub(r, 0, row + 1, r.w, page_lines(effect)), 0);
    }
}

static void moved(View *view, Move move)
{
    WelcomeView *welcome = (WelcomeView *)view;
    bool up = move == MOVE_UP || move == MOVE_HALF_UP || move == MOVE_PAGE_UP;
    if (move == MOVE_TOP || move == MOVE_BOTTOM)
        welcome->cursor = move == MOVE_TOP ? 0 : N_CHOICES - 1;
    else
        welcome->cursor = (welcome->cursor + (up ? N_CHOICES - 1 : 1)) % N_CHOICES;
}

static void open_choice(View *view)
{
    choices[((WelcomeView *)view)->cursor].run(view->app);
}

static bool key(View *view, Key pressed)
{
    for (int i = 0; i < N_CHOICES; i++) {
        if (pressed == (Key)('1' + i) || pressed == choices[i].letter) {
            ((WelcomeView *)view)->cursor = i;
            app_dirty(view->app, DIRTY_BODY);
            choices[i].run(view->app);
            return true;
        }
    }
    return false;
}

static const char *const footer[] = { "open", "down", "up", "back", NULL };

const ViewOps welcome_view = {
    .title = N_("Welcome"),
    .footer = footer,
    .contexts = CTX_BIT(CTX_LIST),
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .moved = moved,
    .open = open_choice,
    .key = key,
};
