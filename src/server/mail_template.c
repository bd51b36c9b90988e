/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_template.h"

#include <string.h>

#include "base/embed.h"
#include "base/text.h"

#define PROSE_COLUMNS 72 /* leaves room for the marks of those who answer */
#define VERBATIM "    "
#define QUOTE "> "
#define SIGNATURE                                                                                  \
    "--" /* gets its blank (RFC 3676 §4.3) here: files have none at the end of a line */
#define SUBJECT "Subject: "
#define NESTED_MAX 8

extern const EmbeddedText mail_texts_en[], mail_texts_de[];

static const struct {
    const char *language;
    const EmbeddedText *texts;
} folders[] = {
    { "en", mail_texts_en },
    { "de", mail_texts_de },
};

void mail_text_clear(MailText *text)
{
    g_clear_pointer(&text->subject, g_free);
    g_clear_pointer(&text->body, g_free);
}

static const char *text_find(const EmbeddedText *texts, const char *name)
{
    size_t length = strlen(name);
    for (; texts->name; texts++)
        if (strncmp(texts->name, name, length) == 0 && strcmp(texts->name + length, ".txt") == 0)
            return texts->text;
    return NULL;
}

const char *mail_template_find(const char *name, const char *language)
{
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        if (g_strcmp0(folders[i].language, language) == 0) {
            const char *text = text_find(folders[i].texts, name);
            if (text)
                return text;
        }
    return text_find(mail_texts_en, name);
}

/* ---- conditions and values */

static const char *value_of(const MailValue *values, const char *name, size_t length)
{
    for (; values && values->name; values++)
        if (strlen(values->name) == length && memcmp(values->name, name, length) == 0)
            return values->text && *values->text ? values->text : NULL;
    return NULL;
}

/* mark: what stands between the braces, from ? or ! on. */
static bool holds(const char *mark, size_t length, const MailValue *values)
{
    const char *equals = memchr(mark, '=', length);
    size_t name = equals ? (size_t)(equals - mark) - 1 : length - 1;
    const char *value = value_of(values, mark + 1, name);
    bool yes = value != NULL;
    if (equals) {
        size_t n = length - name - 2;
        yes = value && strlen(value) == n && memcmp(value, equals + 1, n) == 0;
    }
    return yes == (*mark == '?');
}

/* Takes the conditions out of a line, with what they do not let in. False: nothing is left of a line that was not empty. */
static bool line_settle(const char *line, const MailValue *values, GString *out)
{
    bool in[NESTED_MAX + 1] = { true };
    int depth = 0;
    g_string_truncate(out, 0);
    for (const char *at = line; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end && (at[1] == '?' || at[1] == '!') && depth < NESTED_MAX) {
            in[depth + 1] = in[depth] && holds(at + 1, (size_t)(end - at - 1), values);
            depth++;
            at = end + 1;
        } else if (end && at[1] == '/' && depth > 0) {
            depth--;
            at = end + 1;
        } else {
            if (in[depth])
                g_string_append_c(out, *at);
            at++;
        }
    }
    return out->len > 0 || *line == '\0';
}

/* Puts the values in, each as one line, or with the lines it has. */
static char *fill_in(const char *line, const MailValue *values, TextFlags flags)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = line; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            g_string_append_c(out, *at++);
            continue;
        }
        g_autofree char *clean = text_clean(value_of(values, at + 1, (size_t)(end - at - 1)), -1,
                                            flags);
        g_string_append(out, clean);
        at = end + 1;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- lines */

static bool is_link(const char *word, size_t length)
{
    return (length > 8 && strncmp(word, "https://", 8) == 0) ||
           (length > 7 && strncmp(word, "http://", 7) == 0);
}

static void put_line(GString *out, const char *prefix, const char *text, size_t length)
{
    g_string_append(out, prefix);
    g_string_append_len(out, text, (gssize)length);
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

/* Bytes of text that make the next line: up to a blank, within columns, or a whole link; *skip are the blanks behind. */
static size_t line_take(const char *text, int columns, size_t *skip)
{
    size_t fits = text_fit(text, columns, NULL), n = fits;
    *skip = 0;
    if (text[fits] != '\0' && text[fits] != ' ') {
        while (n > 0 && text[n - 1] != ' ')
            n--;
        size_t word = strcspn(text + n, " ");
        if (n == 0 && is_link(text, word))
            n = word;
        else if (n == 0)
            n = fits > 0 ? fits : word;
    }
    *skip = strspn(text + n, " ");
    return n;
}

static void put_wrapped(GString *out, const char *prefix, const char *text, int columns)
{
    if (*text == '\0')
        put_line(out, prefix, "", 0);
    while (*text) {
        size_t skip, n = line_take(text, columns - (int)strlen(prefix), &skip);
        put_line(out, prefix, text, n);
        text += n + skip;
    }
}

/* All lines of a value behind the mark that its line of the template begins with. */
static void put_marked(GString *out, const char *prefix, const char *line, const MailValue *values)
{
    g_autofree char *text = fill_in(line + strlen(prefix), values, TEXT_MULTILINE);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    bool quote = strcmp(prefix, QUOTE) == 0;
    for (char **each = lines; *each; each++)
        put_wrapped(out, prefix, *each, quote ? PROSE_COLUMNS : MAIL_COLUMNS);
}

static void paragraph_end(GString *out, GString *paragraph, const MailValue *values)
{
    if (paragraph->len == 0)
        return;
    g_autofree char *text = fill_in(paragraph->str, values, TEXT_LINE);
    put_wrapped(out, "", g_strstrip(text), PROSE_COLUMNS);
    g_string_truncate(paragraph, 0);
}

/* One empty line between two blocks, none at the beginning. */
static void block_end(GString *out)
{
    if (out->len > 1 && !g_str_has_suffix(out->str, "\n\n"))
        g_string_append_c(out, '\n');
}

static void put_body(GString *out, char **lines, const MailValue *values)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(GString) paragraph = g_string_new(NULL);
    for (; *lines; lines++) {
        if (!line_settle(*lines, values, line))
            continue;
        bool verbatim = g_str_has_prefix(line->str, VERBATIM);
        bool quote = g_str_has_prefix(line->str, QUOTE);
        if (!verbatim && !quote && line->len > 0 && strcmp(line->str, SIGNATURE) != 0) {
            g_string_append(paragraph, paragraph->len ? " " : "");
            g_string_append(paragraph, line->str);
            continue;
        }
        paragraph_end(out, paragraph, values);
        if (line->len == 0)
            block_end(out);
        else if (verbatim || quote)
            put_marked(out, verbatim ? VERBATIM : QUOTE, line->str, values);
        else
            g_string_append(out, SIGNATURE " \n");
    }
    paragraph_end(out, paragraph, values);
}

/* The first subject that is left; *lines is moved to the body. */
static char *take_subject(char ***lines, const MailValue *values)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char *subject = NULL;
    for (; **lines && ***lines; (*lines)++)
        if (!subject && line_settle(**lines, values, line) && g_str_has_prefix(line->str, SUBJECT))
            subject = g_strstrip(fill_in(line->str + strlen(SUBJECT), values, TEXT_LINE));
    return subject;
}

bool mail_template_fill(const char *text, const char *footer, const MailValue *values,
                        MailText *out)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    char **lines = all;
    *out = (MailText){ .subject = take_subject(&lines, values) };
    put_body(body, lines, values);
    if (footer) {
        g_auto(GStrv) last = g_strsplit(footer, "\n", -1);
        block_end(body);
        put_body(body, last, values);
    }
    while (g_str_has_suffix(body->str, "\n\n"))
        g_string_truncate(body, body->len - 1);
    out->body = g_string_free(g_steal_pointer(&body), FALSE);
    return out->subject && *out->subject;
}
