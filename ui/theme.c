/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theme.h"

#include <glib.h>
#include <string.h>

#define THEME_COUNT THEME_COLOUR_BLIND /* they count from 1 */

#define B ATTR_BOLD
#define R ATTR_REVERSE
#define U ATTR_UNDERLINE
#define OWN COLOUR_OWN

/* Yellow, white, bright black and dim never appear: each is invisible on somebody's background. */
static const ThemeStyle styles[ROLE_COUNT][THEME_COUNT] = {
    /*                   default                mono         high-contrast         colour-blind */
    [ROLE_NORMAL] = { { OWN, 0 }, { OWN, 0 }, { OWN, 0 }, { OWN, 0 } },
    [ROLE_TITLE] = { { OWN, R }, { OWN, R }, { OWN, R | B }, { OWN, R } },
    [ROLE_TAB] = { { OWN, R | B | U }, { OWN, R | B | U }, { OWN, R | B | U }, { OWN, R | B | U } },
    [ROLE_STATUS] = { { OWN, 0 }, { OWN, 0 }, { OWN, B }, { OWN, 0 } },
    [ROLE_ALERT] = { { COLOUR_RED, B }, { OWN, B }, { OWN, R | B }, { COLOUR_ORANGE, B } },
    [ROLE_BORDER] = { { OWN, 0 }, { OWN, 0 }, { OWN, B }, { OWN, 0 } },
    [ROLE_HEADING] = { { OWN, B }, { OWN, B }, { OWN, B | U }, { OWN, B } },
    [ROLE_LABEL] = { { COLOUR_CYAN, 0 }, { OWN, 0 }, { OWN, 0 }, { COLOUR_SKY, 0 } },
    [ROLE_CURSOR] = { { OWN, R }, { OWN, R }, { OWN, R | B }, { OWN, R } },
    [ROLE_NEW] = { { OWN, B }, { OWN, B }, { OWN, B }, { OWN, B } },
    [ROLE_OPENED] = { { OWN, 0 }, { OWN, 0 }, { OWN, 0 }, { OWN, 0 } },
    [ROLE_YES] = { { COLOUR_GREEN, 0 }, { OWN, 0 }, { OWN, B }, { COLOUR_SKY, 0 } },
    [ROLE_NO] = { { COLOUR_RED, 0 }, { OWN, 0 }, { OWN, 0 }, { COLOUR_ORANGE, 0 } },
    [ROLE_PENDING] = { { COLOUR_MAGENTA, 0 }, { OWN, B }, { OWN, B }, { COLOUR_MAGENTA, 0 } },
    [ROLE_GAVE] = { { COLOUR_GREEN, 0 }, { OWN, 0 }, { OWN, B }, { COLOUR_SKY, 0 } },
    [ROLE_TOOK] = { { COLOUR_MAGENTA, 0 }, { OWN, 0 }, { OWN, B }, { COLOUR_ORANGE, 0 } },
    [ROLE_KEY] = { { COLOUR_CYAN, B }, { OWN, B }, { OWN, B }, { COLOUR_SKY, B } },
    [ROLE_FOOTER] = { { OWN, 0 }, { OWN, 0 }, { OWN, 0 }, { OWN, 0 } },
    [ROLE_MESSAGE] = { { OWN, 0 }, { OWN, 0 }, { OWN, B }, { OWN, 0 } },
    [ROLE_ERROR] = { { COLOUR_RED, B }, { OWN, B }, { OWN, R | B }, { COLOUR_ORANGE, B } },
    [ROLE_FIELD] = { { OWN, U }, { OWN, U }, { OWN, U }, { OWN, U } },
    [ROLE_FIELD_ON] = { { OWN, U | B }, { OWN, U | B }, { OWN, U | B }, { OWN, U | B } },
    [ROLE_BUTTON] = { { OWN, 0 }, { OWN, 0 }, { OWN, 0 }, { OWN, 0 } },
    [ROLE_BUTTON_ON] = { { OWN, R }, { OWN, R }, { OWN, R | B }, { OWN, R } },
    [ROLE_QR] = { { COLOUR_PAPER, 0 }, { OWN, R }, { COLOUR_PAPER, 0 }, { COLOUR_PAPER, 0 } },
    [ROLE_QR_DARK] = { { COLOUR_PAPER, R }, { OWN, 0 }, { COLOUR_PAPER, R }, { COLOUR_PAPER, R } },
    [ROLE_PROGRESS] = { { COLOUR_CYAN, R }, { OWN, R }, { OWN, R }, { COLOUR_SKY, R } },
};

/* A colour is the same on every background where terminals have but 8 or 16, which their users choose themselves. */
static const int palette8[COLOUR_COUNT] = {
    [COLOUR_OWN] = -1, [COLOUR_RED] = 1,     [COLOUR_GREEN] = 2,
    [COLOUR_BLUE] = 4, [COLOUR_MAGENTA] = 5, [COLOUR_CYAN] = 6,
    [COLOUR_SKY] = 6,  [COLOUR_ORANGE] = 5,  [COLOUR_PAPER] = 0,
};
static const int palette256[] = {
    [COLOUR_OWN] = -1, [COLOUR_RED] = 1,      [COLOUR_GREEN] = 2,
    [COLOUR_BLUE] = 4, [COLOUR_MAGENTA] = 5,  [COLOUR_CYAN] = 6,
    [COLOUR_SKY] = 32, [COLOUR_ORANGE] = 166, [COLOUR_PAPER] = 16,
};
/* With a contrast of at least 4.5 to white, and to black. */
static const int palette_light[] = {
    [COLOUR_OWN] = -1,  [COLOUR_RED] = 124,     [COLOUR_GREEN] = 22,
    [COLOUR_BLUE] = 19, [COLOUR_MAGENTA] = 126, [COLOUR_CYAN] = 24,
    [COLOUR_SKY] = 25,  [COLOUR_ORANGE] = 130,  [COLOUR_PAPER] = 16,
};
static const int palette_dark[] = {
    [COLOUR_OWN] = -1,  [COLOUR_RED] = 203,     [COLOUR_GREEN] = 77,
    [COLOUR_BLUE] = 75, [COLOUR_MAGENTA] = 176, [COLOUR_CYAN] = 80,
    [COLOUR_SKY] = 75,  [COLOUR_ORANGE] = 208,  [COLOUR_PAPER] = 16,
};
G_STATIC_ASSERT(G_N_ELEMENTS(palette_light) == COLOUR_COUNT);
G_STATIC_ASSERT(G_N_ELEMENTS(palette_dark) == COLOUR_COUNT);

static ThemeName selected = THEME_DEFAULT;
static Background chosen = BACKGROUND_AUTO;
static int colours;
static int brightness = -1;

void theme_select(ThemeName theme, Background background)
{
    selected = theme;
    chosen = background;
}

void theme_set_colours(int n)
{
    colours = theme_no_colour() ? 0 : n;
}

void theme_set_background(int told)
{
    brightness = told;
}

ThemeStyle theme_style(Role role)
{
    g_assert(role < ROLE_COUNT);
    return styles[role][(colours < 8 ? THEME_MONO : selected) - 1];
}

static Background background(void)
{
    if (chosen != BACKGROUND_AUTO || brightness < 0)
        return chosen;
    return brightness >= 50 ? BACKGROUND_LIGHT : BACKGROUND_DARK;
}

int theme_palette(ThemeColour colour)
{
    g_assert(colour < COLOUR_COUNT);
    if (colours < 256)
        return palette8[colour];
    switch (background()) {
    case BACKGROUND_LIGHT:
        return palette_light[colour];
    case BACKGROUND_DARK:
        return palette_dark[colour];
    case BACKGROUND_AUTO:
        break;
    }
    return palette256[colour];
}

int theme_paper(ThemeColour colour)
{
    if (colour != COLOUR_PAPER)
        return -1;
    return colours < 256 ? 7 : 231;
}

bool theme_is_mono(void)
{
    return colours < 8 || selected == THEME_MONO;
}

bool theme_is_light(void)
{
    return background() == BACKGROUND_LIGHT;
}

bool theme_no_colour(void)
{
    const char *value = g_getenv("NO_COLOR");
    return (value && *value) || g_strcmp0(g_getenv("TERM"), "dumb") == 0;
}
