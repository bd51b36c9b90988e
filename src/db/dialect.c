/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/dialect.h"

#include <string.h>

static const char *const engine_names[] = {
    [DB_ENGINE_SQLITE] = "sqlite",
    [DB_ENGINE_POSTGRES] = "postgresql",
};

/* ---- blocks for one engine */

static char *keep_blocks(const char *sql, DbEngine engine)
{
    g_auto(GStrv) lines = g_strsplit(sql, "\n", -1);
    bool keep = true;
    for (char **line = lines; *line; line++) {
        g_autofree char *bare = g_strstrip(g_strdup(*line));
        bool marks = false;
        if (g_str_has_prefix(bare, "-- only ")) {
            keep = strcmp(bare + strlen("-- only "), engine_names[engine]) == 0;
            marks = true;
        } else if (strcmp(bare, "-- end only") == 0) {
            keep = marks = true;
        }
        if (marks || !keep)
            **line = '\0';
    }
    return g_strjoinv("\n", lines);
}

/* ---- PostgreSQL's words to SQLite's */

static const struct {
    const char *from, *to;
} types[] = {
    { "BIGINT", "INTEGER" },
    { "UUID", "BLOB" },
    { "BYTEA", "BLOB" },
};

/* Where in a CREATE TABLE statement the reader is. */
typedef struct Reader {
    GString *out;
    int words;      /* of this statement so far */
    bool creates;   /* CREATE ... */
    bool is_table;  /* CREATE [TEMP] TABLE */
    bool is_strict; /* says so itself */
    int depth;      /* of parentheses */
    bool has_body;  /* the list of columns was closed */
    bool has_tail;  /* something follows it: WITHOUT ROWID */
} Reader;

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static bool word_is(const char *word, size_t length, const char *expected)
{
    return strlen(expected) == length && g_ascii_strncasecmp(word, expected, length) == 0;
}

static void put_word(Reader *reader, const char *word, size_t length)
{
    reader->words++;
    if (reader->words == 1)
        reader->creates = word_is(word, length, "CREATE");
    if (reader->words == 2 && reader->creates)
        reader->is_table = word_is(word, length, "TABLE");
    if (reader->has_body && reader->depth == 0)
        reader->has_tail = true;
    reader->is_strict |= reader->has_body && word_is(word, length, "STRICT");
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (word_is(word, length, types[i].from)) {
            g_string_append(reader->out, types[i].to);
            return;
        }
    }
    g_string_append_len(reader->out, word, (gssize)length);
}

/* Length of what is copied as it is: a quoted text or name, or a comment; 0 when neither starts here. */
static size_t opaque_length(const char *sql)
{
    if (sql[0] == '-' && sql[1] == '-')
        return strcspn(sql, "\n");
    if (*sql != '\'' && *sql != '"')
        return 0;
    const char *end = strchr(sql + 1, *sql);
    return end ? (size_t)(end - sql) + 1 : strlen(sql);
}

static void end_statement(Reader *reader)
{
    if (reader->is_table && reader->has_body && !reader->is_strict)
        g_string_append(reader->out, reader->has_tail ? ", STRICT" : " STRICT");
    *reader = (Reader){ .out = reader->out };
}

static void put_mark(Reader *reader, char mark)
{
    if (mark == '(') {
        reader->depth++;
    } else if (mark == ')') {
        reader->depth--;
        reader->has_body |= reader->is_table && reader->depth == 0;
    } else if (mark == ';' && reader->depth == 0) {
        end_statement(reader);
    }
    g_string_append_c(reader->out, mark);
}

static char *to_sqlite(const char *sql)
{
    Reader reader = { .out = g_string_sized_new(strlen(sql) + 64) };
    while (*sql) {
        size_t length = opaque_length(sql);
        if (length > 0) {
            g_string_append_len(reader.out, sql, (gssize)length);
        } else if (is_word(*sql)) {
            for (length = 1; is_word(sql[length]); length++)
                continue;
            put_word(&reader, sql, length);
        } else {
            length = 1;
            put_mark(&reader, *sql);
        }
        sql += length;
    }
    end_statement(&reader);
    return g_string_free(reader.out, FALSE);
}

char *dialect_translate(const char *sql, DbEngine engine)
{
    g_autofree char *mine = keep_blocks(sql, engine);
    return engine == DB_ENGINE_SQLITE ? to_sqlite(mine) : g_steal_pointer(&mine);
}
