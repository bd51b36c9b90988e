/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keymap.h"

#include "base/embed.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command.h"

#include <string.h>

extern const EmbeddedText default_keys[];

const char *const key_context_names[CTX_COUNT] = {
    [CTX_GLOBAL] = "global",
    [CTX_LIST] = "list",
    [CTX_LEAD] = "lead",
    [CTX_PARTNER] = "partner",
    [CTX_INVITATION] = "invitation",
    [CTX_MEMBER] = "member",
    [CTX_GROUPS] = "groups",
    [CTX_GROUP] = "group",
    [CTX_REQUEST] = "request",
    [CTX_MEETINGS] = "meetings",
    [CTX_MEETING] = "meeting",
    [CTX_VETTING] = "vetting",
    [CTX_DUES] = "dues",
    [CTX_APPROVALS] = "approvals",
    [CTX_REPORT] = "report",
    [CTX_ACCOUNT] = "account",
    [CTX_OUTBOX] = "outbox",
    [CTX_HELP] = "help",
    [CTX_FORM] = "form",
    [CTX_DIALOG] = "dialog",
    [CTX_TEXT] = "text",
};

/* What is active together; only there can one binding hide another. */
static const unsigned stacks[] = {
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_LEAD),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_PARTNER),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_INVITATION),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEMBER),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUPS) | CTX_BIT(CTX_REQUEST),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_GROUP) | CTX_BIT(CTX_REQUEST),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEETINGS),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_MEETING),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_VETTING),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_DUES),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_APPROVALS),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_REPORT),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_ACCOUNT),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_OUTBOX),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_LIST) | CTX_BIT(CTX_HELP),
    CTX_BIT(CTX_GLOBAL) | CTX_BIT(CTX_FORM),
    CTX_BIT(CTX_DIALOG),
    CTX_BIT(CTX_TEXT),
};

struct KeyMap {
    GPtrArray *bindings; /* Binding *, in the order of the files */
};

static void binding_free(gpointer data)
{
    Binding *binding = data;
    g_free(binding->command);
    g_free(binding->args);
    g_free(binding->origin);
    g_free(binding);
}

KeyMap *keymap_new(void)
{
    KeyMap *keymap = g_new0(KeyMap, 1);
    keymap->bindings = g_ptr_array_new_with_free_func(binding_free);
    g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
    for (const EmbeddedText *file = default_keys; file->name; file++)
        keymap_read(keymap, "default keys", file->text, complaints);
    for (guint i = 0; i < complaints->len; i++)
        g_warning("%s", (const char *)complaints->pdata[i]);
    return keymap;
}

void keymap_free(KeyMap *keymap)
{
    if (keymap) {
        g_ptr_array_unref(keymap->bindings);
        g_free(keymap);
    }
}

char *binding_keys(const Binding *binding)
{
    g_autoptr(GString) out = g_string_new(NULL);
    char name[KEY_NAME_SIZE];
    for (size_t i = 0; i < binding->n_keys; i++)
        g_string_append(out, key_text(binding->keys[i], name));
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- reading */

static bool active_together(KeyContext a, KeyContext b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++)
        if (stacks[i] & CTX_BIT(a) && stacks[i] & CTX_BIT(b))
            return true;
    return false;
}

static bool starts_with(const Binding *binding, const Key *keys, size_t n)
{
    return n == 0 || (binding->n_keys >= n && memcmp(binding->keys, keys, n * sizeof *keys) == 0);
}

static bool same_keys(const Binding *a, const Binding *b)
{
    return a->n_keys == b->n_keys && starts_with(a, b->keys, b->n_keys);
}

/* One would hide the other: the shorter sequence ends where the longer goes on. */
static bool hides(const Binding *a, const Binding *b)
{
    return a->n_keys != b->n_keys && active_together(a->context, b->context) &&
           starts_with(a->n_keys > b->n_keys ? a : b, a->n_keys > b->n_keys ? b->keys : a->keys,
                       MIN(a->n_keys, b->n_keys));
}

/* Two lines of one file; what was typed, or stands in no file, has no line number. */
static bool same_file(const Binding *a, const Binding *b)
{
    const char *colon = strrchr(a->origin, ':');
    return colon && g_ascii_isdigit(colon[1]) &&
           strncmp(a->origin, b->origin, (size_t)(colon - a->origin) + 1) == 0;
}

/* The line of this file that binds the same, or NULL. */
static const Binding *twin_of(const KeyMap *keymap, const Binding *new)
{
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *old = keymap->bindings->pdata[i];
        if (old->context == new->context && same_keys(old, new) && same_file(old, new))
            return old;
    }
    return NULL;
}

/* Why the new binding cannot be, or NULL. */
static char *conflict_of(const KeyMap *keymap, const Binding *new)
{
    g_autofree char *keys = binding_keys(new);
    const Binding *twin = twin_of(keymap, new);
    if (twin) {
        return g_strdup_printf(
            _("\"%s\" in %s is bound to %s already (%s). Remove one of the two lines."), keys,
            key_context_names[new->context], twin->command, twin->origin);
    }
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *old = keymap->bindings->pdata[i];
        if (!hides(old, new))
            continue;
        g_autofree char *old_keys = binding_keys(old);
        bool shorter = new->n_keys < old->n_keys;
        return g_strdup_printf(shorter ? _("\"%s\" would hide \"%s\" (%s). To free it, put before "
                                           "this line: %s %s none")
                                       : _("\"%s\" would be hidden by \"%s\" (%s). To free it, put "
                                           "before this line: %s %s none"),
                               keys, old_keys, old->origin, key_context_names[old->context],
                               old_keys);
    }
    return NULL;
}

static void drop_same(KeyMap *keymap, const Binding *new)
{
    for (guint i = keymap->bindings->len; i-- > 0;) {
        const Binding *old = keymap->bindings->pdata[i];
        if (old->context == new->context && same_keys(old, new))
            g_ptr_array_remove_index(keymap->bindings, i);
    }
}

static int context_by_name(const char *name)
{
    for (int i = 0; i < CTX_COUNT; i++)
        if (strcmp(key_context_names[i], name) == 0)
            return i;
    return -1;
}

static char *known_contexts(void)
{
    g_autoptr(GString) out = g_string_new(key_context_names[0]);
    for (int i = 1; i < CTX_COUNT; i++)
        g_string_append_printf(out, " %s", key_context_names[i]);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Splits off the first word; moves *rest behind it and the blanks after it. */
static char *take_word(const char **rest)
{
    const char *start = *rest + strspn(*rest, " \t");
    size_t length = strcspn(start, " \t");
    *rest = start + length + strspn(start + length, " \t");
    return g_strndup(start, length);
}

char *keymap_bind(KeyMap *keymap, const char *origin, const char *line)
{
    const char *rest = line;
    g_autofree char *context = take_word(&rest);
    g_autofree char *keys = take_word(&rest);
    g_autofree char *command = take_word(&rest);
    if (!*command)
        return g_strdup(_("a line is CONTEXT KEY COMMAND, for example: list j down"));
    int ctx = context_by_name(context);
    if (ctx < 0) {
        g_autofree char *known = known_contexts();
        return g_strdup_printf(_("there is no context \"%s\". There are: %s"), context, known);
    }
    Binding *new = g_new0(Binding, 1);
    new->context = (KeyContext)ctx;
    new->n_keys = key_parse(keys, new->keys, KEY_SEQUENCE_MAX);
    new->command = g_steal_pointer(&command);
    new->args = g_strchomp(g_strdup(rest));
    new->origin = g_strdup(origin);
    char *complaint = NULL;
    if (new->n_keys == 0) {
        complaint = g_strdup_printf(_("\"%s\" is no key. Keys look like: j ^D F5 PgDn Enter gg"),
                                    keys);
    } else if (strcmp(new->command, "none") == 0) {
        drop_same(keymap, new);
    } else if (!command_find(new->command)) {
        complaint = g_strdup_printf(_("there is no command \"%s\". ? lists them"), new->command);
    } else {
        complaint = conflict_of(keymap, new);
        if (!complaint) {
            drop_same(keymap, new);
            g_ptr_array_add(keymap->bindings, new);
            return NULL;
        }
    }
    binding_free(new);
    return complaint;
}

void keymap_read(KeyMap *keymap, const char *file, const char *text, GPtrArray *complaints)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_MULTILINE);
    g_auto(GStrv) lines = g_strsplit(clean, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);
        if (*line == '\0' || *line == '#')
            continue;
        g_autofree char *origin = g_strdup_printf("%s:%d", file, i + 1);
        g_autofree char *complaint = keymap_bind(keymap, origin, line);
        if (complaint)
            g_ptr_array_add(complaints, g_strdup_printf("%s: %s", origin, complaint));
    }
}

void keymap_read_file(KeyMap *keymap, const char *path, GPtrArray *complaints)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (g_file_get_contents(path, &text, NULL, &error)) {
        g_autofree char *name = g_path_get_basename(
            path); /* the place for the whole path is scarce */
        keymap_read(keymap, name, text, complaints);
    } else if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_ptr_array_add(complaints, text_clean(error->message, -1, TEXT_LINE));
    }
}

/* ---- asking */

KeyMatch keymap_find(const KeyMap *keymap, unsigned contexts, const Key *keys, size_t n,
                     const Binding **binding)
{
    KeyMatch match = KEY_UNBOUND;
    *binding = NULL;
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *row = keymap->bindings->pdata[i];
        if (!(contexts & CTX_BIT(row->context)) || !starts_with(row, keys, n))
            continue;
        if (row->n_keys > n) {
            match = match == KEY_UNBOUND ? KEY_PREFIX : match;
        } else if (!*binding || row->context > (*binding)->context) {
            *binding = row;
            match = KEY_BOUND;
        }
    }
    return match;
}

static bool is_hidden(const KeyMap *keymap, unsigned contexts, const Binding *row)
{
    const Binding *found;
    return keymap_find(keymap, contexts, row->keys, row->n_keys, &found) == KEY_BOUND &&
           found != row;
}

GPtrArray *keymap_list(const KeyMap *keymap, unsigned contexts, const Key *keys, size_t n)
{
    GPtrArray *out = g_ptr_array_new();
    for (guint i = 0; i < keymap->bindings->len; i++) {
        Binding *row = keymap->bindings->pdata[i];
        if (contexts & CTX_BIT(row->context) && starts_with(row, keys, n) &&
            !is_hidden(keymap, contexts, row))
            g_ptr_array_add(out, row);
    }
    return out;
}

static char *keys_of(const KeyMap *keymap, unsigned contexts, const char *command, const char *args,
                     bool all)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; i < keymap->bindings->len; i++) {
        const Binding *row = keymap->bindings->pdata[i];
        if (!(contexts & CTX_BIT(row->context)) || strcmp(row->command, command) != 0 ||
            (args && strcmp(row->args, args) != 0) || is_hidden(keymap, contexts, row))
            continue;
        g_autofree char *keys = binding_keys(row);
        g_string_append_printf(out, "%s%s", out->len ? " " : "", keys);
        if (!all)
            break;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *keymap_key_of(const KeyMap *keymap, unsigned contexts, const char *command, const char *args)
{
    return keys_of(keymap, contexts, command, args, false);
}

char *keymap_keys_of(const KeyMap *keymap, unsigned contexts, const char *command, const char *args)
{
    return keys_of(keymap, contexts, command, args, true);
}
