/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/search.h"

#include <string.h>

#define WORD_BYTES 60 /* longer ones are cut, in the index and in the query alike */
#define QUERY_WORDS 12
#define DOCUMENT_WORDS 2000

/* The two dialects, side by side: nothing else knows of them. */
typedef struct SearchDialect {
    SearchSql sql;
    const char *insert;
    const char *remove;
    const char *scrub;  /* NULL: nothing to do */
    const char *word;   /* one asked word, a prefix */
    const char *either; /* both markers */
    const char *marker;
    const char *and;
} SearchDialect;

static const SearchDialect dialects[] = {
    [DB_ENGINE_SQLITE] = {
        .sql = {
            .from = "referral_words w CROSS JOIN referral n CROSS JOIN referral_full r",
            .where = "w.referral_words MATCH $%d AND n.n = w.rowid AND r.id = n.id",
            .position = "w.rowid",
            .after = "w.rowid < $%d AND $%d IS NOT NULL",
            .order = "w.rowid DESC",
        },
        /* Not INSERT ... SELECT: before such a statement SQLite has FTS5 write all that it holds in memory. */
        .insert = "INSERT INTO referral_words (rowid, words)"
                  " VALUES ((SELECT n FROM referral WHERE id = $1), $2)",
        .remove = "DELETE FROM referral_words WHERE rowid = (SELECT n FROM referral WHERE id = $1)",
        .scrub = "INSERT INTO referral_words (referral_words) VALUES ('optimize')",
        .word = "\"%s\"*",
        .marker = "\"%c_%s\"",
        .either = "(\"i_%s\" OR \"s_%s\")",
        .and = " AND ",
    },
    [DB_ENGINE_POSTGRES] = {
        .sql = {
            .first_ids = true,
            .from = "referral_words w CROSS JOIN referral r",
            .where = "w.words @@ CAST($%d AS tsquery) AND r.id = w.referral",
            .position = "r.sent_at",
            .after = "(r.sent_at, r.id) < ($%d, $%d)",
            .order = "r.sent_at DESC, r.id DESC",
        },
        .insert = "INSERT INTO referral_words (referral, words) VALUES ($1, CAST($2 AS tsvector))",
        .remove = "DELETE FROM referral_words WHERE referral = $1",
        .word = "'%s':*",
        .marker = "'%c_%s'",
        .either = "('i_%s' | 's_%s')",
        .and = " & ",
    },
};

static const SearchDialect *dialect(const Db *db)
{
    return &dialects[db_engine(db)];
}

const SearchSql *search_sql(const Db *db)
{
    return &dialect(db)->sql;
}

/* ---- words */

/* Scripts without blanks between words. */
static bool stands_alone(gunichar c)
{
    GUnicodeScript script = g_unichar_get_script(c);
    return script == G_UNICODE_SCRIPT_HAN || script == G_UNICODE_SCRIPT_HIRAGANA ||
           script == G_UNICODE_SCRIPT_KATAKANA || c == 0x30fc /* long vowel */;
}

static bool is_word_char(gunichar c)
{
    return g_unichar_isalnum(c) || g_unichar_type(c) == G_UNICODE_SPACING_MARK;
}

/* Decomposed, folded, decomposed again, since folding can make new accents; NULL when it is not UTF-8. */
static char *fold(const char *text)
{
    if (g_str_is_ascii(text))
        return g_ascii_strdown(text, -1);
    g_autofree char *wide = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = wide ? g_utf8_casefold(wide, -1) : NULL;
    return folded ? g_utf8_normalize(folded, -1, G_NORMALIZE_ALL) : NULL;
}

int search_cut(GString *out, const char *text, int max)
{
    if (!text || !*text || max <= 0)
        return 0;
    g_autofree char *plain = fold(text);
    if (!plain)
        return 0;
    int n = 0;
    size_t length = 0; /* of the word being written */
    for (const char *p = plain; *p && n < max; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        size_t bytes = (size_t)(g_utf8_next_char(p) - p);
        bool alone = stands_alone(c), inside = is_word_char(c);
        if (g_unichar_type(c) == G_UNICODE_NON_SPACING_MARK)
            continue;
        if (length && (!inside || alone)) {
            g_string_append_c(out, ' ');
            length = 0;
            n++;
        }
        if (!inside || n >= max || length + bytes > WORD_BYTES)
            continue;
        g_string_append_len(out, p, (gssize)bytes);
        length += bytes;
        if (alone) {
            g_string_append_c(out, ' ');
            length = 0;
            n++;
        }
    }
    if (length) {
        g_string_append_c(out, ' ');
        n++;
    }
    return n;
}

/* ---- documents and queries */

#define HEX_SIZE 33

static const char *account_hex(const Uuid *id, char out[static HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    out[HEX_SIZE - 1] = '\0';
    return out;
}

/* A number is found as typed, bit by bit, and as one run of digits. */
static void add_phone(GString *out, const char *phone)
{
    search_cut(out, phone, 8);
    g_autofree char *key = phone ? phone_key(phone) : NULL;
    if (key)
        search_cut(out, key, 1);
}

bool search_add(Db *db, const Referral *referral, GError **error)
{
    char from[HEX_SIZE], to[HEX_SIZE];
    const Lead *lead = &referral->lead;
    const char *const texts[] = {
        lead->contact.first_name,
        lead->contact.last_name,
        lead->contact.company_name,
        lead->contact.email,
        lead->contact.city,
        lead->contact.postal_code,
        referral->from.name,
        referral->to.name,
        referral->from.company_name,
        referral->to.company_name,
        referral->to_email,
        lead->need,
        lead->comments,
    };
    g_autoptr(GString) words = g_string_sized_new(512);
    g_string_append_printf(words, "i_%s s_%s ", account_hex(&referral->to.account, to),
                           account_hex(&referral->from.account, from));
    add_phone(words, lead->contact.phone_1);
    add_phone(words, lead->contact.phone_2);
    int room = DOCUMENT_WORDS;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        room -= search_cut(words, texts[i], room);
    return db_later(db, error, dialect(db)->insert, db_uuid(&referral->id), db_text(words->str));
}

bool search_remove(Db *db, const Uuid *referral, GError **error)
{
    return db_later(db, error, dialect(db)->remove, db_uuid(referral));
}

bool search_scrub(Db *db, GError **error)
{
    return !dialect(db)->scrub || db_exec(db, error, dialect(db)->scrub);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
char *search_query(const Db *db, const char *typed, const Uuid *viewer, ReferralBox box)
{
    const SearchDialect *d = dialect(db);
    g_autoptr(GString) cut = g_string_new(NULL);
    if (!search_cut(cut, typed, QUERY_WORDS))
        return NULL;
    char hex[HEX_SIZE];
    account_hex(viewer, hex);
    GString *query = g_string_new(NULL);
    if (box)
        g_string_append_printf(query, d->marker, box == BOX_INBOX ? 'i' : 's', hex);
    else
        g_string_append_printf(query, d->either, hex, hex);
    g_strchomp(cut->str);
    g_auto(GStrv) words = g_strsplit(cut->str, " ", -1);
    for (char **word = words; *word; word++) {
        g_string_append(query, d->and);
        g_string_append_printf(query, d->word, *word);
    }
    return g_string_free(query, FALSE);
}
#pragma GCC diagnostic pop
