/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theme.h"

#include <glib.h>
#include <math.h>

#include "unit.h"

static const ThemeName themes[] = { THEME_DEFAULT, THEME_MONO, THEME_HIGH_CONTRAST,
                                    THEME_COLOUR_BLIND };

static int reset(void **state)
{
    g_unsetenv("NO_COLOR");
    g_setenv("TERM", "xterm-256color", TRUE);
    theme_set_background(-1);
    theme_select(THEME_DEFAULT, BACKGROUND_AUTO);
    theme_set_colours(256);
    return 0;
}

static bool is_coloured(void)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (theme_style((Role)role).colour != COLOUR_OWN) {
            return true;
        }
    }
    return false;
}

static void test_when_there_are_colours(void **state)
{
    assert_true(is_coloured());
    theme_set_colours(8);
    assert_true(is_coloured());
    theme_set_colours(2);
    assert_false(is_coloured());
    theme_set_colours(256);
    theme_select(THEME_MONO, BACKGROUND_AUTO);
    assert_false(is_coloured());
}

static void test_no_color(void **state)
{
    g_setenv("NO_COLOR", "", TRUE);
    theme_set_colours(256);
    assert_true(is_coloured()); /* set but empty: as if it were not */
    g_setenv("NO_COLOR", "1", TRUE);
    theme_set_colours(256);
    assert_false(is_coloured());
    g_unsetenv("NO_COLOR");
    g_setenv("TERM", "dumb", TRUE);
    theme_set_colours(256);
    assert_false(is_coloured());
}

/* Without colours everything can be told apart still: where two roles differ in colour only, a letter or word says it. */
static void test_the_cursor_shows_in_every_theme(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(themes); i++) {
        theme_select(themes[i], BACKGROUND_AUTO);
        assert_true(theme_style(ROLE_CURSOR).attrs & ATTR_REVERSE);
        assert_true(theme_style(ROLE_BUTTON_ON).attrs & ATTR_REVERSE);
        assert_false(theme_style(ROLE_NORMAL).attrs);
        assert_int_equal(theme_style(ROLE_NORMAL).colour, COLOUR_OWN);
    }
}

/* ---- contrast, as WCAG 2 counts it */

static double linear(int component)
{
    double c = component / 255.0;
    return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Of a colour of the 6x6x6 cube or the grey ramp of the palette, which is the same on all terminals. */
static double luminance(int colour)
{
    static const int steps[] = { 0, 95, 135, 175, 215, 255 };
    assert_in_range(colour, 16, 255);
    int r, g, b;
    if (colour >= 232) {
        r = g = b = 8 + 10 * (colour - 232);
    } else {
        r = steps[(colour - 16) / 36];
        g = steps[(colour - 16) / 6 % 6];
        b = steps[(colour - 16) % 6];
    }
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/* Of those that stand on the terminal's own background. */
static void test_contrast(void **state)
{
    for (int colour = COLOUR_OWN + 1; colour < COLOUR_PAPER; colour++) {
        theme_select(THEME_DEFAULT, BACKGROUND_LIGHT);
        double on_white = 1.05 / (luminance(theme_palette((ThemeColour)colour)) + 0.05);
        theme_select(THEME_DEFAULT, BACKGROUND_DARK);
        double on_black = (luminance(theme_palette((ThemeColour)colour)) + 0.05) / 0.05;
        if (on_white < 4.5 || on_black < 4.5) {
            fail_msg("colour %d: %.2f on white, %.2f on black", colour, on_white, on_black);
        }
    }
}

static void test_backgrounds(void **state)
{
    int unknown = theme_palette(COLOUR_CYAN);
    theme_set_background(100);
    int light = theme_palette(COLOUR_CYAN);
    theme_set_background(0);
    int dark = theme_palette(COLOUR_CYAN);
    assert_int_not_equal(light, dark);
    assert_int_equal(unknown, 6);
    theme_select(THEME_DEFAULT, BACKGROUND_LIGHT); /* the user knows better */
    assert_int_equal(theme_palette(COLOUR_CYAN), light);
    theme_set_colours(16);
    assert_int_equal(theme_palette(COLOUR_CYAN), 6);
    assert_int_equal(theme_palette(COLOUR_OWN), -1);
}

/* Yellow, white and bright black are invisible on somebody's background. */
static void test_sixteen_colours(void **state)
{
    theme_set_colours(16);
    for (int colour = COLOUR_OWN + 1; colour < COLOUR_PAPER; colour++) {
        int n = theme_palette((ThemeColour)colour);
        assert_int_equal(theme_paper((ThemeColour)colour), -1);
        assert_true(n == 1 || n == 2 || n == 4 || n == 5 || n == 6);
    }
}

/* A scanner must see black on white, whatever the theme and the terminal. */
static void test_paper(void **state)
{
    static const int counts[] = { 8, 16, 256 };
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        theme_set_colours(counts[i]);
        assert_int_equal(theme_palette(COLOUR_PAPER), counts[i] < 256 ? 0 : 16);
        assert_int_equal(theme_paper(COLOUR_PAPER), counts[i] < 256 ? 7 : 231);
    }
    assert_int_equal(theme_style(ROLE_QR).attrs, 0);
    assert_int_equal(theme_style(ROLE_QR_DARK).attrs, ATTR_REVERSE);
    theme_set_colours(0);
    assert_int_equal(theme_style(ROLE_QR).attrs, ATTR_REVERSE);
    assert_int_equal(theme_style(ROLE_QR_DARK).attrs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_when_there_are_colours, reset),
        cmocka_unit_test_setup(test_no_color, reset),
        cmocka_unit_test_setup(test_the_cursor_shows_in_every_theme, reset),
        cmocka_unit_test_setup(test_contrast, reset),
        cmocka_unit_test_setup(test_backgrounds, reset),
        cmocka_unit_test_setup(test_sixteen_colours, reset),
        cmocka_unit_test_setup(test_paper, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
