/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One key press as a number: a Unicode character (control characters as such, ^A = 1), or a named key, with META
 * added when it came with Alt. Its name is what the key map files and the screen say: "j", "^D", "PgDn", "M-x".
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef guint32 Key;

#define KEY_IS_META 0x01000000u
#define KEY_CTRL(c) ((Key)((c)&0x1f))

typedef enum NamedKey {
    K_ENTER = '\r',
    K_TAB = '\t',
    K_ESC = 27,
    K_SPACE = ' ',
    K_UP = 0x110000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_CTRL_PGUP,
    K_CTRL_PGDN,
    K_INSERT,
    K_DELETE,
    K_BACKSPACE,
    K_BACKTAB,
    K_F1, /* K_F1 + n - 1 up to F12 */
    K_F12 = K_F1 + 11,
    K_PASTE_BEGIN, /* the terminal's brackets around pasted text */
    K_PASTE_END,
    K_REPLY,    /* no key: the terminal has told something about itself */
    K_FOCUS_IN, /* nor these: its window has the keyboard, or another one has */
    K_FOCUS_OUT,
} NamedKey;

#define KEY_NAME_SIZE 16
/* "^D", "PgDn", "ä". */
char *key_text(Key key, char buffer[static KEY_NAME_SIZE]);

/* Reads the keys of a sequence: "gg", "g^D", "Enter", "F5", "M-x", "<PgDn>x". Returns how many (at most max),
 * 0 when the text names no key. */
size_t key_parse(const char *text, Key *keys, size_t max);

/* A key that puts its own character into a text field. */
bool key_is_text(Key key);
