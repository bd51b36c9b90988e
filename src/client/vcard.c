/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vCard 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350), as telephones, mail programs and address books write them: the dialect
 * matters less than who wrote it, so all are read by one set of rules. Everything that is no contact (photos, keys, birthdays)
 * is passed over.
 */
#include "client/card.h"

#include <string.h>

#define LINE_MAX_BYTES 8192 /* of a property that is wanted; a longer one is a photo */
#define LINES_MAX 20000
#define PLACES 64 /* numbers, addresses of one card */

typedef struct Reader {
    const char *p, *end;
    bool old; /* 2.1: a folded line keeps its blank */
} Reader;

/* One property: NAME, its parameters in upper case with ';' around each, and the raw value. */
typedef struct Property {
    char *group, *name, *params, *value;
} Property;

static void property_clear(Property *property)
{
    g_free(property->group);
    g_free(property->name);
    g_free(property->params);
    g_free(property->value);
    *property = (Property){ 0 };
}

/* What a card has several of, with how much each is wanted: the smallest first, then as they came. */
typedef struct Wanted {
    int rank, order;
    char *text;
} Wanted;

typedef struct Card {
    Contact contact;
    char *full_name;
    bool is_company, any_name;
    GArray *phones, *emails, *addresses; /* Wanted */
    GHashTable *countries;               /* group -> code, of the address with that group */
} Card;

/* ---- lines */

/* A physical line without its end. */
static bool raw_line(Reader *reader, const char **line, gsize *length)
{
    if (reader->p >= reader->end)
        return false;
    const char *stop = reader->p;
    while (stop < reader->end && *stop != '\n' && *stop != '\r')
        stop++;
    *line = reader->p;
    *length = (gsize)(stop - reader->p);
    if (stop < reader->end && *stop == '\r' && stop + 1 < reader->end && stop[1] == '\n')
        stop++;
    reader->p = stop < reader->end ? stop + 1 : stop;
    return true;
}

static bool goes_on(const Reader *reader)
{
    return reader->p < reader->end && (*reader->p == ' ' || *reader->p == '\t');
}

static void put(GString *line, const char *text, gsize length)
{
    if (line->len < LINE_MAX_BYTES)
        g_string_append_len(line, text, (gssize)MIN(length, LINE_MAX_BYTES - line->len));
}

static bool is_quoted_printable(const GString *line)
{
    const char *colon = strchr(line->str, ':');
    g_autofree char *head = g_ascii_strup(line->str,
                                          colon ? (gssize)(colon - line->str) : (gssize)line->len);
    return colon && strstr(head, "QUOTED-PRINTABLE");
}

/* A logical line: what was folded is one again, by blanks or, in quoted-printable, by '=' at its end. */
static bool next_line(Reader *reader, GString *line)
{
    const char *text;
    gsize length;
    g_string_truncate(line, 0);
    if (!raw_line(reader, &text, &length))
        return false;
    put(line, text, length);
    bool soft = is_quoted_printable(line);
    for (;;) {
        if (soft && line->len > 0 && line->str[line->len - 1] == '=' &&
            raw_line(reader, &text, &length)) {
            g_string_truncate(line, line->len - 1);
            put(line, text, length);
        } else if (goes_on(reader) && raw_line(reader, &text, &length)) {
            gsize skip = reader->old && !soft ? 0 : 1;
            put(line, text + skip, length - skip);
        } else {
            return true;
        }
    }
}

/* ---- a property */

/* The colon that ends the head: none within quotation marks. */
static const char *value_of(const char *line)
{
    bool quoted = false;
    for (const char *p = line; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == ':' && !quoted)
            return p + 1;
    }
    return strchr(line, ':') ? strchr(line, ':') + 1 : NULL;
}

static bool property_read(const char *line, Property *out)
{
    const char *value = value_of(line);
    if (!value)
        return false;
    g_autofree char *head = g_strndup(line, (gsize)(value - line) - 1);
    char *semicolon = strchr(head, ';');
    out->params = g_strdup_printf(";%s;", semicolon ? semicolon + 1 : "");
    for (char *p = out->params; *p; p++)
        *p = *p == '"' || *p == ',' || *p == ' ' ? ';' : g_ascii_toupper(*p);
    if (semicolon)
        *semicolon = '\0';
    char *dot = strrchr(head, '.');
    out->group = g_ascii_strdown(dot ? head : "", dot ? (gssize)(dot - head) : 0);
    out->name = g_strstrip(g_ascii_strup(dot ? dot + 1 : head, -1));
    out->value = g_strdup(value);
    return true;
}

/* "HOME" and "TYPE=HOME" alike. */
static bool has_param(const Property *property, const char *word)
{
    g_autofree char *bare = g_strconcat(";", word, ";", NULL);
    g_autofree char *typed = g_strconcat("=", word, ";", NULL);
    return strstr(property->params, bare) || strstr(property->params, typed);
}

/* "CHARSET=": what follows; caller frees, NULL none. */
static char *param_value(const Property *property, const char *name)
{
    g_autofree char *begin = g_strconcat(";", name, "=", NULL);
    const char *at = strstr(property->params, begin);
    if (!at)
        return NULL;
    at += strlen(begin);
    while (*at == ';')
        at++; /* a quotation mark was there */
    return g_strndup(at, strcspn(at, ";"));
}

/* ---- text */

static int hex(char c)
{
    return g_ascii_xdigit_value(c);
}

static void unquote(char *text, char mark)
{
    char *to = text;
    for (const char *p = text; *p; p++) {
        if (*p == mark && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
            char c = (char)(hex(p[1]) * 16 + hex(p[2]));
            *to++ = (char)(c ? c : ' ');
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
}

/* No other converter is loaded because a text asks for it. */
static bool is_charset(const char *name)
{
    static const char *const known[] = { "ISO-8859-", "WINDOWS-125", "CP125",  "KOI8-",
                                         "SHIFT_JIS", "EUC-JP",      "EUC-KR", "GB2312",
                                         "GB18030",   "BIG5" };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_prefix(name, known[i]) && strlen(name) < 20)
            return true;
    return false;
}

static char *to_utf8(const char *text, const char *charset)
{
    if (!(charset && is_charset(charset)) && g_utf8_validate(text, -1, NULL))
        return g_strdup(text);
    const char *from = charset && is_charset(charset) ? charset : "WINDOWS-1252";
    char *converted = g_convert(text, -1, "UTF-8", from, NULL, NULL, NULL);
    return converted ? converted : g_utf8_make_valid(text, -1);
}

static char *unescape(const char *text, bool old)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p; p++) {
        if (*p == '\\' && p[1] && strchr(",;:\\", p[1]))
            g_string_append_c(out, *++p);
        else if (*p == '\\' && (p[1] == 'n' || p[1] == 'N') && !old && p++)
            g_string_append_c(out, ' ');
        else if (*p == ',' && !old)
            g_string_append(out, p[1] == ' ' ? "," : ", "); /* of several */
        else
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

/* The n-th part between semicolons, as text. Caller frees; "" when there is none. */
static char *part(const Property *property, int n, bool old)
{
    const char *p = property->value;
    for (; n > 0; n--) {
        for (; *p && *p != ';'; p++)
            if (*p == '\\' && p[1])
                p++;
        if (!*p)
            return g_strdup("");
        p++;
    }
    const char *stop = p;
    for (; *stop && *stop != ';'; stop++)
        if (*stop == '\\' && stop[1])
            stop++;
    g_autofree char *raw = g_strndup(p, (gsize)(stop - p));
    g_autofree char *plain = unescape(raw, old);
    g_autofree char *charset = param_value(property, "CHARSET");
    if (has_param(property, "QUOTED-PRINTABLE"))
        unquote(plain, '=');
    char *text = to_utf8(plain, charset);
    return g_strstrip(text);
}

/* The value as one text, its semicolons too. */
static char *whole(const Property *property, bool old)
{
    g_autofree char *raw = g_strdup(property->value);
    Property copy = *property;
    for (char *p = raw; *p; p++)
        *p = *p == ';' && (p == raw || p[-1] != '\\') ? '\x1f' : *p;
    copy.value = raw;
    char *text = part(&copy, 0, old);
    return g_strdelimit(text, "\x1f", ';');
}

/* "tel:+49-711-1234;ext=5", "mailto:a@b.example": what is meant. */
static char *without_scheme(char *text, const char *scheme)
{
    gsize n = strlen(scheme);
    if (g_ascii_strncasecmp(text, scheme, n) != 0)
        return text;
    char *rest = g_strndup(text + n, strcspn(text + n, ";?"));
    unquote(rest, '%');
    g_free(text);
    char *valid = g_utf8_make_valid(rest, -1);
    g_free(rest);
    return valid;
}

/* ---- a card */

/* 4.0 numbers them from 1, the older dialects have a mark. */
static int rank_of(const Property *property)
{
    g_autofree char *pref = param_value(property, "PREF");
    gint64 rank = 50;
    if (pref && *pref && g_ascii_string_to_signed(pref, 10, 1, 100, &rank, NULL))
        return (int)rank;
    return has_param(property, "PREF") ? 1 : 101;
}

static void want(GArray *list, const Property *property, char *text)
{
    Wanted wanted = { rank_of(property), (int)list->len, text };
    if (list->len < PLACES)
        g_array_append_val(list, wanted);
    else
        g_free(text);
}

static gint by_rank(gconstpointer a, gconstpointer b)
{
    const Wanted *x = a, *y = b;
    return x->rank != y->rank ? x->rank - y->rank : x->order - y->order;
}

static void wanted_clear(gpointer data)
{
    g_free(((Wanted *)data)->text);
}

static void take_name(Card *card, const Property *property, bool old)
{
    g_autofree char *last = part(property, 0, old);
    g_autofree char *first = part(property, 1, old);
    if (card->any_name)
        return;
    card->any_name |= card_take(&card->contact, "last_name", last);
    card->any_name |= card_take(&card->contact, "first_name", first);
}

/* "postcode;town;country", for when it turns out to be the one that counts. */
static void take_address(Card *card, const Property *property, bool old)
{
    g_autofree char *town = part(property, 3, old);
    g_autofree char *code = part(property, 5, old);
    g_autofree char *country = part(property, 6, old);
    g_autofree char *cc = param_value(property, "CC");
    if (*town || *code)
        want(card->addresses, property,
             g_strjoin("\x1f", code, town, cc && *cc ? cc : country, property->group, NULL));
}

static void take_phone(Card *card, const Property *property, bool old)
{
    static const char *const no_voice[] = { "FAX", "PAGER", "MODEM", "BBS", "TEXTPHONE" };
    for (size_t i = 0; i < G_N_ELEMENTS(no_voice); i++)
        if (has_param(property, no_voice[i]))
            return;
    want(card->phones, property, without_scheme(whole(property, old), "tel:"));
}

static void take_property(Card *card, const Property *property, bool old)
{
    const char *name = property->name;
    bool binary = has_param(property, "BASE64") || strstr(property->params, ";ENCODING=B;");
    if (binary)
        return;
    if (strcmp(name, "N") == 0) {
        take_name(card, property, old);
    } else if (strcmp(name, "FN") == 0 && !card->full_name) {
        card->full_name = whole(property, old);
    } else if (strcmp(name, "ORG") == 0) {
        g_autofree char *company = part(property, 0, old);
        card_take(&card->contact, "company_name", company);
    } else if (strcmp(name, "TEL") == 0) {
        take_phone(card, property, old);
    } else if (strcmp(name, "EMAIL") == 0) {
        want(card->emails, property, without_scheme(whole(property, old), "mailto:"));
    } else if (strcmp(name, "ADR") == 0) {
        take_address(card, property, old);
    } else if (strcmp(name, "X-ABADR") == 0) {
        g_hash_table_replace(card->countries, g_strdup(property->group),
                             g_strstrip(g_ascii_strup(property->value, -1)));
    } else if (strcmp(name, "KIND") == 0 || strcmp(name, "X-ABSHOWAS") == 0) {
        card->is_company |= g_ascii_strncasecmp(property->value, "org", 3) == 0 ||
                            g_ascii_strncasecmp(property->value, "company", 7) == 0;
    }
}

static void take_places(Card *card)
{
    Contact *contact = &card->contact;
    g_array_sort(card->phones, by_rank);
    g_array_sort(card->emails, by_rank);
    g_array_sort(card->addresses, by_rank);
    for (guint i = 0; i < card->phones->len; i++)
        card_take_phone(contact, g_array_index(card->phones, Wanted, i).text);
    for (guint i = 0; i < card->emails->len; i++)
        card_take(contact, "email", g_array_index(card->emails, Wanted, i).text);
    if (card->addresses->len == 0)
        return;
    g_auto(GStrv) fields = g_strsplit(g_array_index(card->addresses, Wanted, 0).text, "\x1f", 4);
    const char *code = g_strv_length(fields) == 4 ? g_hash_table_lookup(card->countries, fields[3])
                                                  : NULL;
    card_take(contact, "postal_code", fields[0]);
    card_take(contact, "city", fields[1]);
    card_take(contact, "country_code", card_country(code ? code : fields[2]));
}

static void take_full_name(Card *card)
{
    if (card->any_name || !card->full_name)
        return;
    bool same = g_strcmp0(card->full_name, card->contact.company_name) == 0;
    if (card->is_company)
        card_take(&card->contact, "company_name", card->full_name);
    else if (!same)
        card_take_name(&card->contact, card->full_name);
}

static void card_init(Card *card)
{
    *card = (Card){ 0 };
    GArray **lists[] = { &card->phones, &card->emails, &card->addresses };
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        *lists[i] = g_array_new(FALSE, FALSE, sizeof(Wanted));
        g_array_set_clear_func(*lists[i], wanted_clear);
    }
    card->countries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* Its contact goes into the list, when there is anything in it. */
static void card_finish(Card *card, GPtrArray *out)
{
    take_places(card);
    take_full_name(card);
    Contact none = { 0 };
    if (!fields_equal(&contact_fields, &card->contact, &none) && out->len < CARDS_MAX)
        g_ptr_array_add(out, g_memdup2(&card->contact, sizeof(card->contact)));
    else
        fields_clear(&contact_fields, &card->contact);
    g_free(card->full_name);
    g_array_unref(card->phones);
    g_array_unref(card->emails);
    g_array_unref(card->addresses);
    g_hash_table_unref(card->countries);
}

/* The whole line, whatever its case. */
static bool is(const Property *property, const char *line)
{
    g_autofree char *value = g_strstrip(g_strdup(property->value));
    g_autofree char *text = g_strconcat(property->name, ":", value, NULL);
    return g_ascii_strcasecmp(text, line) == 0;
}

void vcards_read(const char *text, gsize length, GPtrArray *out)
{
    Reader reader = { .p = text, .end = text + length };
    g_autoptr(GString) line = g_string_new(NULL);
    Card card;
    int depth = 0; /* a card within a card is somebody else (AGENT) */
    if (g_str_has_prefix(text, "\xef\xbb\xbf"))
        reader.p += 3;
    for (int n = 0; n < LINES_MAX && next_line(&reader, line); n++) {
        Property property = { 0 };
        if (!property_read(line->str, &property))
            continue;
        if (is(&property, "BEGIN:VCARD")) {
            if (depth++ == 0)
                card_init(&card);
        } else if (is(&property, "END:VCARD")) {
            if (depth > 0 && --depth == 0)
                card_finish(&card, out);
            reader.old = reader.old && depth > 0;
        } else if (depth == 1) {
            if (strcmp(property.name, "VERSION") == 0)
                reader.old = is(&property, "VERSION:2.1");
            take_property(&card, &property, reader.old);
        }
        property_clear(&property);
    }
    if (depth > 0)
        card_finish(&card, out);
}
