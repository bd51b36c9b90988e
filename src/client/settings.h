/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the client, and the reader of its config file. One table is the only list: name, type, default and
 * one-line effect; `:set`, its completion, help and the man page read it.
 *
 * The file XDG_CONFIG_HOME/leadline/config (or LEADLINE_CONFIG) has one thing a line:
 *
 *   # a comment
 *   set undo_hold=20
 *   bind list w next-waiting          (any other verb is the caller's: the screen takes bind and unbind)
 */
#pragma once

#include "base/field.h"
#include "base/problem.h"
#include "client/notify_policy.h"

typedef enum TimeStyle { TIME_RELATIVE = 1, TIME_ABSOLUTE = 2 } TimeStyle;
typedef enum Background {
    BACKGROUND_AUTO = 1,
    BACKGROUND_LIGHT = 2,
    BACKGROUND_DARK = 3
} Background;
typedef enum ThemeName {
    THEME_DEFAULT = 1,
    THEME_MONO = 2,
    THEME_HIGH_CONTRAST = 3,
    THEME_COLOUR_BLIND = 4,
} ThemeName;
typedef enum PreviewPlace {
    PREVIEW_AUTO = 1,
    PREVIEW_RIGHT = 2,
    PREVIEW_BELOW = 3,
    PREVIEW_OFF = 4,
} PreviewPlace;
typedef enum AsciiMode { ASCII_AUTO = 1, ASCII_ON = 2, ASCII_OFF = 3 } AsciiMode;

typedef enum ClipboardMode {
    CLIPBOARD_AUTO = 1,
    CLIPBOARD_NATIVE = 2,
    CLIPBOARD_OSC52 = 3,
    CLIPBOARD_OFF = 4,
} ClipboardMode;

/* When the bell rings for a notice; in this order each rings whenever the one before does. */
typedef enum NotifyBell {
    NOTIFY_BELL_OFF = 1,
    NOTIFY_BELL_AUTO = 2, /* where no notification can be shown */
    NOTIFY_BELL_ALWAYS = 3,
} NotifyBell;

/* LogLevel + 2: a value of a setting is never 0 */
typedef enum LogSetting {
    LOG_SETTING_OFF = 1,
    LOG_SETTING_ERROR,
    LOG_SETTING_WARNING,
    LOG_SETTING_INFO,
    LOG_SETTING_DEBUG,
} LogSetting;

typedef struct Settings {
    gint64 undo_hold; /* seconds, 0 none */
    TimeStyle time_style;
    Background background;
    ThemeName theme;
    PreviewPlace preview;
    gint64 preview_size; /* percent */
    AsciiMode ascii;
    bool notify;
    NotifyDetail notify_detail;
    gint64 notify_every; /* seconds at least */
    NotifyBell notify_bell;
    bool meeting_bell; /* when an item of an agenda is over */
    bool title;        /* of the terminal's window */
    LogSetting log;
    char *profile; /* the default profile; NULL none */
    ClipboardMode clipboard;
    char *opener,
        *dialer; /* command lines without a shell; NULL: that of the system; of the opener */
} Settings;

typedef struct Setting {
    Field field;         /* name, type, range, values */
    const char *initial; /* as typed */
    const char *effect;  /* N_(): one line */
} Setting;

extern const Setting settings_table[];
extern const size_t n_settings;

void settings_init(Settings *settings); /* the defaults */
void settings_clear(Settings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Settings, settings_clear)

const Setting *setting_find(const char *name);
/* BAD_CONFIG with what would be right; the setting unchanged. value NULL: back to the default. */
bool settings_set(Settings *settings, const char *name, const char *value, GError **error);
/* As typed; NULL for an unknown name. Caller frees. */
char *settings_get(const Settings *settings, const char *name);
/* "1 to 60", "auto, light or dark", "on or off": the values a setting takes. Caller frees. */
char *setting_values(const Setting *setting);

/* One line that is not `set`: verb and the rest (stripped, "" when none). False and *error refuses it. */
typedef bool (*ConfigLineFunc)(const char *verb, const char *rest, gpointer data, GError **error);

/* Reads a config file into settings, other verbs through func (NULL: they are skipped). A missing file is fine. All lines
 * that are right count; BAD_CONFIG with "FILE:LINE: ..." for the first one that is wrong, and how many more are. */
bool config_load(const char *path, Settings *settings, ConfigLineFunc func, gpointer data,
                 GError **error);

/* The lines of a text file (at most 256 KiB, UTF-8) that are neither empty nor a # comment, stripped and writable.
 * NOT_FOUND when there is none; BAD_CONFIG with "FILE:LINE: ..." when func refuses one, or FILE when it is no text. */
typedef bool (*ConfigTextFunc)(char *line, gpointer data, GError **error);
bool config_each_line(const char *path, ConfigTextFunc func, gpointer data, GError **error);

/* LEADLINE_CONFIG or the file in the config directory. Caller frees. */
char *config_path(void);
