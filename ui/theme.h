/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colours: one table, roles x themes. Text stands on the terminal's own background in its own colour unless its role
 * says otherwise, and only in colours that can be read on light and dark ones. A colour never says anything that a letter
 * or a word does not say too.
 */
#pragma once

#include "client/settings.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum Role {
    ROLE_NORMAL,
    ROLE_TITLE, /* first line of the screen */
    ROLE_TAB,   /* the view that is shown, in the title */
    ROLE_STATUS,
    ROLE_ALERT, /* offline, failed items */
    ROLE_BORDER,
    ROLE_HEADING, /* column heads, section heads */
    ROLE_LABEL,   /* "Phone" before its value */
    ROLE_CURSOR,
    ROLE_NEW, /* states */
    ROLE_OPENED,
    ROLE_YES,
    ROLE_NO,
    ROLE_PENDING, /* still in the outbox */
    ROLE_GAVE,    /* the two sides of the give-and-take bar */
    ROLE_TOOK,
    ROLE_KEY, /* a key, in footer and help */
    ROLE_FOOTER,
    ROLE_MESSAGE,
    ROLE_ERROR,
    ROLE_FIELD,    /* text being typed */
    ROLE_FIELD_ON, /* the same, with the focus */
    ROLE_BUTTON,
    ROLE_BUTTON_ON,
    ROLE_PROGRESS,
    ROLE_QR, /* dark on light, and the other way round, whatever the terminal's own are */
    ROLE_QR_DARK,
    ROLE_COUNT
} Role;

typedef enum ThemeColour {
    COLOUR_OWN = 0, /* the terminal's */
    COLOUR_RED,
    COLOUR_GREEN,
    COLOUR_BLUE,
    COLOUR_MAGENTA,
    COLOUR_CYAN,
    COLOUR_SKY, /* with 256 colours: a blue and an orange that the colour-blind tell apart */
    COLOUR_ORANGE,
    COLOUR_PAPER, /* black on white */
    COLOUR_COUNT
} ThemeColour;

typedef enum ThemeAttr {
    ATTR_BOLD = 1 << 0,
    ATTR_REVERSE = 1 << 1,
    ATTR_UNDERLINE = 1 << 2,
} ThemeAttr;

typedef struct ThemeStyle {
    ThemeColour colour;
    unsigned attrs;
} ThemeStyle;

/* The settings of the user. BACKGROUND_AUTO: what is known of the background counts. */
void theme_select(ThemeName theme, Background background);

/* What the terminal can do; with fewer than 8 colours, or NO_COLOR, every theme is mono. */
void theme_set_colours(int colours);

/* How bright the terminal's background is, 0 (black) to 100; -1 when nothing is known of it. */
void theme_set_background(int brightness);

ThemeStyle theme_style(Role role);

/* The number of a colour in the terminal's palette, -1 for its own. */
int theme_palette(ThemeColour colour);
/* That of what is behind it; -1 the terminal's own. */
int theme_paper(ThemeColour colour);

/* No colours are used; the background is known to be light. */
bool theme_is_mono(void);
bool theme_is_light(void);

/* NO_COLOR is set and not empty, or the terminal is dumb. */
bool theme_no_colour(void);
