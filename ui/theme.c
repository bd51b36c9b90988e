/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theme.h"

#include <glib.h>
#include <string.h>

enum { THEME_DEFAULT, THEME_MONO, THEME_HIGH_CONTRAST, THEME_COLOUR_BLIND, THEME_COUNT };

static const char *const names[] = { "default", "mono", "high-contrast", "colour-blind", NULL };

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
    [ROLE_PROGRESS] = { { COLOUR_CYAN, R }, { OWN, R }, { OWN, R }, { COLOUR_SKY, R } },
};

static const int palette8[COLOUR_COUNT] = {
    [COLOUR_OWN] = -1,    [COLOUR_RED] = 1,  [COLOUR_GREEN] = 2, [COLOUR_BLUE] = 4,
    [COLOUR_MAGENTA] = 5, [COLOUR_CYAN] = 6, [COLOUR_SKY] = 6,   [COLOUR_ORANGE] = 5,
};
static const int palette256[COLOUR_COUNT] = {
    [COLOUR_OWN] = -1,    [COLOUR_RED] = 1,  [COLOUR_GREEN] = 2, [COLOUR_BLUE] = 4,
    [COLOUR_MAGENTA] = 5, [COLOUR_CYAN] = 6, [COLOUR_SKY] = 32,  [COLOUR_ORANGE] = 166,
};

static int selected = THEME_DEFAULT;
static int colours;

const char *const *theme_names(void)
{
    return names;
}

bool theme_select(const char *name)
{
    for (int i = 0; i < THEME_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            selected = i;
            return true;
        }
    }
    return false;
}

const char *theme_name(void)
{
    return names[selected];
}

void theme_set_colours(int n)
{
    colours = theme_no_colour() ? 0 : n;
}

ThemeStyle theme_style(Role role)
{
    g_assert(role < ROLE_COUNT);
    return styles[role][colours < 8 ? THEME_MONO : selected];
}

int theme_palette(ThemeColour colour)
{
    g_assert(colour < COLOUR_COUNT);
    return colours >= 256 ? palette256[colour] : palette8[colour];
}

bool theme_no_colour(void)
{
    const char *value = g_getenv("NO_COLOR");
    return (value && *value) || g_strcmp0(g_getenv("TERM"), "dumb") == 0;
}
