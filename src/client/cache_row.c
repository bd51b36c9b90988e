/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_row.h"

#include "client/schema.h"

gint64 order_of_time(gint64 ms)
{
    return CLAMP(ms, 0, ORDER_TIME_MAX) << ORDER_BITS;
}

gint64 order_of(gint64 sent_at, const Uuid *id, ReferralBox box)
{
    const guint8 *tail = id->bytes + 13;
    gint64 bits = (gint64)tail[0] << 16 | (gint64)tail[1] << 8 | tail[2];
    return order_of_time(sent_at) | (bits & ((1 << ORDER_BITS) - ORDER_STEP)) | (box == BOX_SENT);
}

const Party *lead_party(const Referral *referral)
{
    return referral->box == BOX_SENT ? &referral->to : &referral->from;
}

char *lead_words(const Referral *referral)
{
    const Contact *contact = &referral->lead.contact;
    const Party *party = lead_party(referral);
    const char *const parts[] = { contact->first_name, contact->last_name,  contact->company_name,
                                  contact->city,       referral->lead.need, party->name };
    GString *words = g_string_sized_new(160);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!parts[i])
            continue;
        g_string_append(words, parts[i]);
        g_string_append_c(words, ' ');
    }
    return g_string_free(words, FALSE);
}

/* The classes of the tokenizer in 0001-cache.sql: one word here is one token there. */
static bool in_word(gunichar c)
{
    return g_unichar_isalnum(c) || g_unichar_ismark(c) ||
           g_unichar_type(c) == G_UNICODE_PRIVATE_USE;
}

/* More than anybody types; a pasted page would be more than SQLite takes. */
#define MATCH_WORDS_MAX 32

char *lead_match(const char *text)
{
    GString *match = g_string_new(NULL);
    bool inside = false;
    int words = 0;
    for (const char *p = text; *p;) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2)
            break;
        bool word = in_word(c);
        if (word && !inside && ++words > MATCH_WORDS_MAX)
            break;
        if (word && !inside)
            g_string_append(match, match->len ? " AND \"" : "\"");
        if (word)
            g_string_append_unichar(match, c);
        else if (inside)
            g_string_append(match, "\"*");
        inside = word;
        p = g_utf8_next_char(p);
    }
    if (inside)
        g_string_append(match, "\"*");
    return g_string_free(match, match->len == 0);
}

Db *cache_connect(const char *path, bool write, GError **error)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autoptr(Db) db = db_open(drivers, url, write ? DB_WRITE | DB_NO_SYNC : DB_READ, error);
    if (!db || (write && !db_migrate(db, schema_cache, error))) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&db);
}
