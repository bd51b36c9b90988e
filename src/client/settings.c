/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/settings.h"

#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define CONFIG_MAX_BYTES (256 * 1024)

static const EnumValue time_style_values[] = {
    { TIME_RELATIVE, "relative", N_("relative") },
    { TIME_ABSOLUTE, "absolute", N_("absolute") },
};
static const EnumTable time_styles = ENUM_TABLE("time_style", time_style_values);

static const EnumValue background_values[] = {
    { BACKGROUND_AUTO, "auto", N_("auto") },
    { BACKGROUND_LIGHT, "light", N_("light") },
    { BACKGROUND_DARK, "dark", N_("dark") },
};
static const EnumTable backgrounds = ENUM_TABLE("background", background_values);

static const EnumValue theme_values[] = {
    { THEME_DEFAULT, "default", N_("default") },
    { THEME_MONO, "mono", N_("mono") },
    { THEME_HIGH_CONTRAST, "high-contrast", N_("high contrast") },
    { THEME_COLOUR_BLIND, "colour-blind", N_("colour blind") },
};
static const EnumTable theme_names = ENUM_TABLE("theme", theme_values);

static const EnumValue preview_values[] = {
    { PREVIEW_AUTO, "auto", N_("auto") },
    { PREVIEW_RIGHT, "right", N_("right") },
    { PREVIEW_BELOW, "below", N_("below") },
    { PREVIEW_OFF, "off", N_("off") },
};
static const EnumTable preview_places = ENUM_TABLE("preview", preview_values);

static const EnumValue ascii_values[] = {
    { ASCII_AUTO, "auto", N_("auto") },
    { ASCII_ON, "on", N_("on") },
    { ASCII_OFF, "off", N_("off") },
};
static const EnumTable ascii_modes = ENUM_TABLE("ascii", ascii_values);

static const EnumValue clipboard_values[] = {
    { CLIPBOARD_AUTO, "auto", N_("by itself") },
    { CLIPBOARD_NATIVE, "native", N_("by a program: wl-copy, xclip, xsel or pbcopy") },
    { CLIPBOARD_OSC52, "osc52", N_("by the terminal (OSC 52)") },
    { CLIPBOARD_OFF, "off", N_("off") },
};
static const EnumTable clipboard_modes = ENUM_TABLE("clipboard", clipboard_values);

static const EnumValue detail_values[] = {
    { NOTIFY_FULL, "full", N_("sender, contact and need") },
    { NOTIFY_NAME, "name", N_("the sender only") },
    { NOTIFY_COUNT, "count", N_("how many leads") },
};
static const EnumTable notify_details = ENUM_TABLE("notify_detail", detail_values);

static const EnumValue bell_values[] = {
    { NOTIFY_BELL_AUTO, "auto", N_("where no notification can be shown") },
    { NOTIFY_BELL_ALWAYS, "always", N_("always") },
    { NOTIFY_BELL_OFF, "off", N_("off") },
};
static const EnumTable notify_bells = ENUM_TABLE("notify_bell", bell_values);

static const EnumValue log_values[] = {
    { LOG_SETTING_OFF, "off", N_("off") },
    { LOG_SETTING_ERROR, "error", N_("error") },
    { LOG_SETTING_WARNING, "warning", N_("warning") },
    { LOG_SETTING_INFO, "info", N_("info") },
    { LOG_SETTING_DEBUG, "debug", N_("debug") },
};
static const EnumTable log_levels = ENUM_TABLE("log", log_values);

#define AT(member) offsetof(Settings, member)
const Setting settings_table[] = {
    { { "undo_hold", FIELD_INT, AT(undo_hold), .min = 0, .max = 60 },
      "10",
      N_("Seconds an action can be taken back before it is sent (0 = none)") },
    { { "time_style", FIELD_ENUM, AT(time_style), .values = &time_styles },
      "relative",
      N_("Times in lists as age or as date and time") },
    { { "background", FIELD_ENUM, AT(background), .values = &backgrounds },
      "auto",
      N_("Background of the terminal, when it does not tell") },
    { { "theme", FIELD_ENUM, AT(theme), .values = &theme_names },
      "default",
      N_("Colours of the screen") },
    { { "preview", FIELD_ENUM, AT(preview), .values = &preview_places },
      "auto",
      N_("Where the selected lead is shown beside the list") },
    { { "preview_size", FIELD_INT, AT(preview_size), .min = 20, .max = 80 },
      "50",
      N_("Percent of the screen that the preview takes") },
    { { "ascii", FIELD_ENUM, AT(ascii), .values = &ascii_modes },
      "auto",
      N_("Draw lines and marks with ASCII only") },
    { { "notify", FIELD_BOOL, AT(notify) },
      "on",
      N_("Tell of new leads by desktop notifications and bell") },
    { { "notify_detail", FIELD_ENUM, AT(notify_detail), .values = &notify_details },
      "full",
      N_("How much of a new lead a notification shows") },
    { { "notify_every", FIELD_INT, AT(notify_every), .min = 0, .max = 3600 },
      "30",
      N_("Seconds from one notification to the next at least; leads add up meanwhile") },
    { { "notify_bell", FIELD_ENUM, AT(notify_bell), .values = &notify_bells },
      "auto",
      N_("Ring the terminal's bell for new leads") },
    { { "meeting_bell", FIELD_BOOL, AT(meeting_bell) },
      "off",
      N_("Ring the terminal's bell when an item of a meeting's agenda is over") },
    { { "title", FIELD_BOOL, AT(title) },
      "on",
      N_("Name the terminal's window, with the number of leads that wait") },
    { { "log", FIELD_ENUM, AT(log), .values = &log_levels },
      "info",
      N_("What the log file tells: requests and their outcome, never what they hold") },
    { { "profile", FIELD_TEXT, AT(profile), .max = 32 },
      "",
      N_("Profile to use when none is named") },
    { { "clipboard", FIELD_ENUM, AT(clipboard), .values = &clipboard_modes },
      "auto",
      N_("How text gets into the clipboard") },
    { { "opener", FIELD_TEXT, AT(opener), .max = 200 },
      "",
      N_("Program that opens links and e-mail (empty = the system's)") },
    { { "dialer", FIELD_TEXT, AT(dialer), .max = 200 },
      "",
      N_("Program that dials tel: links (empty = the opener)") },
};
#undef AT
const size_t n_settings = G_N_ELEMENTS(settings_table);

const Setting *setting_find(const char *name)
{
    for (size_t i = 0; i < n_settings; i++)
        if (strcmp(settings_table[i].field.name, name) == 0)
            return &settings_table[i];
    return NULL;
}

char *setting_values(const Setting *setting)
{
    const Field *field = &setting->field;
    switch (field->type) {
    case FIELD_INT:
        return g_strdup_printf(_("%" PRId64 " to %" PRId64), field->min, field->max);
    case FIELD_BOOL:
        return g_strdup(_("on or off"));
    case FIELD_ENUM: {
        GString *text = g_string_new(NULL);
        for (size_t i = 0; i < field->values->n_values; i++) {
            if (i > 0)
                g_string_append(text, i + 1 == field->values->n_values ? _(" or ") : ", ");
            g_string_append(text, field->values->values[i].code);
        }
        return g_string_free(text, FALSE);
    }
    default:
        return g_strdup(_("text"));
    }
}

static bool refuse(const Setting *setting, const char *value, GError **error)
{
    g_autofree char *values = setting_values(setting);
    g_autofree char *shown = text_clean(value, -1, TEXT_LINE);
    return problem_set(error, PROBLEM_BAD_CONFIG, "%s is not a value of %s: it takes %s", shown,
                       setting->field.name, values);
}

static bool parse_int(const char *text, const Field *field, gint64 *out)
{
    char *end = NULL;
    gint64 value = g_ascii_strtoll(text, &end, 10);
    if (end == text || *end || value < field->min || value > field->max)
        return false;
    *out = value;
    return true;
}

static bool parse_bool(const char *text, bool *out)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = { { "on", true },   { "yes", true }, { "true", true },
                  { "off", false }, { "no", false }, { "false", false } };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(text, words[i].text) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

static bool set_value(Settings *settings, const Setting *setting, const char *value, GError **error)
{
    const Field *field = &setting->field;
    void *at = field_at(field, settings);
    switch (field->type) {
    case FIELD_INT:
        return parse_int(value, field, at) || refuse(setting, value, error);
    case FIELD_BOOL:
        return parse_bool(value, at) || refuse(setting, value, error);
    case FIELD_ENUM: {
        int number = enum_value(field->values, value);
        if (number == 0)
            return refuse(setting, value, error);
        *(int *)at = number;
        return true;
    }
    default:
        if (g_utf8_strlen(value, -1) > field->max)
            return refuse(setting, value, error);
        g_free(*(char **)at);
        *(char **)at = *value ? g_strdup(value) : NULL;
        return true;
    }
}

bool settings_set(Settings *settings, const char *name, const char *value, GError **error)
{
    const Setting *setting = setting_find(name);
    if (!setting) {
        g_autofree char *shown = text_clean(name, -1, TEXT_LINE);
        return problem_set(error, PROBLEM_BAD_CONFIG, "there is no setting %s", shown);
    }
    return set_value(settings, setting, value ? value : setting->initial, error);
}

char *settings_get(const Settings *settings, const char *name)
{
    const Setting *setting = setting_find(name);
    if (!setting)
        return NULL;
    const void *at = field_at(&setting->field, settings);
    switch (setting->field.type) {
    case FIELD_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)at);
    case FIELD_BOOL:
        return g_strdup(*(const bool *)at ? "on" : "off");
    case FIELD_ENUM:
        return g_strdup(enum_code(setting->field.values, *(const int *)at));
    default: {
        const char *text = *(char *const *)at;
        return g_strdup(text ? text : "");
    }
    }
}

void settings_init(Settings *settings)
{
    *settings = (Settings){ 0 };
    for (size_t i = 0; i < n_settings; i++) {
        bool ok = set_value(settings, &settings_table[i], settings_table[i].initial, NULL);
        g_assert(ok);
    }
}

void settings_clear(Settings *settings)
{
    for (size_t i = 0; i < n_settings; i++)
        if (settings_table[i].field.type == FIELD_TEXT)
            g_clear_pointer((char **)field_at(&settings_table[i].field, settings), g_free);
}

/* ---- the file */

/* "NAME=VALUE", blanks around the = allowed. */
static bool config_set(Settings *settings, char *rest, GError **error)
{
    char *equals = strchr(rest, '=');
    if (!equals)
        return problem_set(error, PROBLEM_BAD_CONFIG, "set needs NAME=VALUE");
    *equals = '\0';
    return settings_set(settings, g_strstrip(rest), g_strstrip(equals + 1), error);
}

typedef struct Loading {
    Settings *settings;
    ConfigLineFunc func;
    gpointer data;
} Loading;

static bool config_line(char *line, gpointer data, GError **error)
{
    Loading *loading = data;
    char *rest = line + strcspn(line, " \t");
    if (*rest)
        *rest++ = '\0';
    g_strstrip(rest);
    if (strcmp(line, "set") == 0)
        return config_set(loading->settings, rest, error);
    return !loading->func || loading->func(line, rest, loading->data, error);
}

/* What an editor of another system may put in front. */
static const char *after_bom(const char *text)
{
    return g_str_has_prefix(text, "\xEF\xBB\xBF") ? text + 3 : text;
}

bool config_each_line(const char *path, ConfigTextFunc func, gpointer data, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) why = NULL;
    if (!g_file_get_contents(path, &text, &length, &why))
        return problem_set(error,
                           g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                               ? PROBLEM_NOT_FOUND
                               : PROBLEM_BAD_CONFIG,
                           "%s", why->message);
    if (length > CONFIG_MAX_BYTES || memchr(text, 0, length) || !g_utf8_validate(text, -1, NULL))
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s: not a text file of at most 256 KiB",
                           path);
    g_auto(GStrv) lines = g_strsplit(after_bom(text), "\n", -1);
    int wrong = 0;
    for (int i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        if (*line && *line != '#' && !func(line, data, wrong ? NULL : error)) {
            if (!wrong++)
                g_prefix_error(error, "%s:%d: ", path, i + 1);
        }
    }
    if (wrong > 1 && error) {
        g_autofree char *first = (*error)->message;
        (*error)->message = g_strdup_printf(ngettext("%s (and %d more line is wrong)",
                                                     "%s (and %d more lines are wrong)", wrong - 1),
                                            first, wrong - 1);
    }
    return wrong == 0;
}

bool config_load(const char *path, Settings *settings, ConfigLineFunc func, gpointer data,
                 GError **error)
{
    Loading loading = { settings, func, data };
    g_autoptr(GError) why = NULL;
    if (config_each_line(path, config_line, &loading, &why) || problem_is(why, PROBLEM_NOT_FOUND))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

char *config_path(void)
{
    const char *named = g_getenv("LEADLINE_CONFIG");
    if (named && *named)
        return g_strdup(named);
    return g_build_filename(g_get_user_config_dir(), "leadline", "config", NULL);
}
