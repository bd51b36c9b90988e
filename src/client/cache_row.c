/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/cache_row.h"

#include <string.h>

#include "client/cache_file.h"
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

/* Always the same for the same address; version 8, which no account has. */
static Uuid outside_id(const char *email, const char *name)
{
    Uuid id;
    gsize length = sizeof(guint8[32]);
    guint8 digest[32];
    g_autofree char *key = email_fold(email ? email : name);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)key, -1);
    g_checksum_get_digest(sum, digest, &length);
    memcpy(id.bytes, digest, sizeof id.bytes);
    id.bytes[6] = (id.bytes[6] & 0x0f) | 0x80;
    id.bytes[8] = (id.bytes[8] & 0x3f) | 0x80;
    return id;
}

Uuid lead_party_id(const Referral *referral)
{
    const Party *party = lead_party(referral);
    if (!uuid_is_nil(&party->account) || referral->box != BOX_SENT)
        return party->account;
    return outside_id(referral->to_email, party->name);
}

int standing_of(const Referral *referral)
{
    return STANDING((int)referral->state, (int)referral->verdict);
}

const Money *lead_value(const Referral *referral)
{
    return money_is_set(&referral->value) ? &referral->value : &referral->lead.value;
}

gint64 lead_worth(const Money *value)
{
    gint64 worth = value->amount;
    if (!money_is_set(value))
        return -1;
    for (int digits = MAX(0, money_exponent(value->currency)); digits < 3; digits++)
        worth *= 10;
    return worth;
}

void lead_words(const Referral *referral, LeadWords *words)
{
    const Contact *contact = &referral->lead.contact;
    const Party *party = lead_party(referral);
    const char *const parts[] = { contact->first_name, contact->last_name, contact->company_name,
                                  contact->city };
    GString *other = g_string_sized_new(100);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!parts[i])
            continue;
        g_string_append(other, parts[i]);
        g_string_append_c(other, ' ');
    }
    words->party = g_strdup(party->name ? party->name : "");
    words->need = g_strdup(referral->lead.need ? referral->lead.need : "");
    words->other = g_string_free(other, FALSE);
}

bool lead_words_lost(const LeadWords *a, const LeadWords *b)
{
    return !g_str_has_prefix(b->party, a->party) || !g_str_has_prefix(b->need, a->need) ||
           !g_str_has_prefix(b->other, a->other);
}

bool lead_words_equal(const LeadWords *a, const LeadWords *b)
{
    return strcmp(a->party, b->party) == 0 && strcmp(a->need, b->need) == 0 &&
           strcmp(a->other, b->other) == 0;
}

void lead_words_clear(LeadWords *words)
{
    g_free(words->party);
    g_free(words->need);
    g_free(words->other);
}

/* The classes of the tokenizer in 0003-order.sql: one word here is one token there. */
static bool in_word(gunichar c)
{
    return g_unichar_isalnum(c) || g_unichar_ismark(c) ||
           g_unichar_type(c) == G_UNICODE_PRIVATE_USE;
}

/* More than anybody types; a pasted page would be more than SQLite takes. */
#define MATCH_WORDS_MAX 32

/* "a"* AND "b"* */
static void put_words(GString *match, const char *text)
{
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
            g_string_append(match, words > 1 ? " AND \"" : "\"");
        if (word)
            g_string_append_unichar(match, c);
        else if (inside)
            g_string_append(match, "\"*");
        inside = word;
        p = g_utf8_next_char(p);
    }
    if (inside)
        g_string_append(match, "\"*");
}

char *lead_match(const char *text, WordColumns columns)
{
    GString *match = g_string_new(columns & WORDS_PARTY  ? "{party} : ("
                                  : columns & WORDS_NEED ? "{need} : ("
                                                         : "(");
    gsize begin = match->len;
    put_words(match, text);
    bool empty = match->len == begin;
    g_string_append_c(match, ')');
    return g_string_free(match, empty);
}

Db *cache_connect(const char *path, bool write, GError **error)
{
    static const DbDriver *const drivers[] = { &db_sqlite, NULL };
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autoptr(Db) db = db_open(drivers, url, write ? DB_WRITE | DB_NO_SYNC : DB_READ, error);
    if (db && write)
        cache_file_opened(path);
    if (db && (!write || db_migrate(db, schema_cache, error)))
        return g_steal_pointer(&db);
    g_prefix_error(error, "%s: ", path);
    g_clear_pointer(&db, db_close);
    if (write)
        cache_file_closed(path);
    return NULL;
}
