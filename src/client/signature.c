/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signature block, a form's mail, or a few lines typed by somebody: read by rules that would rather find nothing. An e-mail
 * address or a phone number must be there, or a line that says what it is ("Name: ..."); names and companies only count in
 * the lines around those. The languages are English and German.
 */
#include "client/card.h"

#include <string.h>

#define LINES 60 /* of a signature; what comes after is a letter */
#define NAME_WORDS 4

typedef struct Text {
    GPtrArray *
        lines; /* char *, stripped, not empty; parts between bars and bullets are lines of their own */
    guint first_reach; /* index of the first line with an address or a number, lines->len none */
} Text;

static const GRegex *regex(const char *pattern)
{
    static GHashTable *made; /* of patterns that live for ever */
    if (!made)
        made = g_hash_table_new(g_str_hash, g_str_equal);
    GRegex *it = g_hash_table_lookup(made, pattern);
    if (!it) {
        it = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, NULL);
        g_assert(it);
        g_hash_table_insert(made, (gpointer)pattern, it);
    }
    return it;
}

/* The n-th group of the first match; NULL when there is none. Caller frees. */
static char *match(const char *pattern, const char *text, int group)
{
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(regex(pattern), text, 0, &info))
        return NULL;
    char *found = g_match_info_fetch(info, group);
    if (found && *found)
        return found;
    g_free(found);
    return NULL;
}

static bool matches(const char *pattern, const char *text)
{
    return g_regex_match(regex(pattern), text, 0, NULL);
}

/* ---- lines */

static void add_line(GPtrArray *lines, const char *text)
{
    g_autofree char *line = g_strstrip(g_strdup(text));
    if (*line && lines->len < LINES)
        g_ptr_array_add(lines, g_steal_pointer(&line));
}

/* Behind the last "-- ", where there is one: that is how mail marks a signature. */
static const char *signature_of(const char *text)
{
    const char *found = text;
    for (const char *p = text; (p = strstr(p, "\n-- \n")) != NULL; p++)
        found = p + 5;
    return found;
}

static GPtrArray *lines_of(const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *plain = g_strdup(text);
    g_strdelimit(plain, "\r", '\n');
    g_auto(GStrv) raw = g_strsplit(signature_of(plain), "\n", 4 * LINES);
    for (char **line = raw; *line && lines->len < LINES; line++) {
        g_auto(GStrv) parts = g_regex_split(regex("\\s+[|\u2022\u00b7]\\s+|\\t+"), *line, 0);
        for (char **at = parts; *at; at++)
            add_line(lines, *at);
    }
    return lines;
}

/* ---- what a line says of itself: "Tel.: ..." */

static const struct {
    const char *field, *pattern;
} labels[] = {
    { "first_name", "^(?i:first name|given name|vorname)\\s*:\\s*(\\S.*)$" },
    { "last_name", "^(?i:last name|surname|family name|nachname)\\s*:\\s*(\\S.*)$" },
    { "name", "^(?i:name|full name|contact|contact name|ansprechpartner)\\s*:\\s*(\\S.*)$" },
    { "company_name",
      "^(?i:company|organi[sz]ation|firm|business|firma|unternehmen)\\s*:\\s*(\\S.*)$" },
    { "city", "^(?i:town|city|ort|stadt)\\s*:\\s*(\\S.*)$" },
    { "postal_code",
      "^(?i:post ?code|postal code|zip|zip code|plz|postleitzahl)\\s*:\\s*(\\S.*)$" },
    { "country_code", "^(?i:country|land)\\s*:\\s*(\\S.*)$" },
};

static bool take_label(Contact *contact, const char *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        g_autofree char *value = match(labels[i].pattern, line, 1);
        if (!value)
            continue;
        if (strcmp(labels[i].field, "name") == 0)
            card_take_name(contact, value);
        else if (strcmp(labels[i].field, "country_code") == 0)
            card_take(contact, "country_code", card_country(value));
        else
            card_take(contact, labels[i].field, value);
        return true;
    }
    return false;
}

/* ---- addresses and numbers */

#define EMAIL "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+"

static bool take_email(Contact *contact, const char *line)
{
    g_autofree char *found = match(EMAIL, line, 0);
    if (!found)
        return false;
    /* "Priya Bright <priya@bright.example>": a mail's head */
    g_autofree char *name = match(
        "^(?i:from|von|to|an)?\\s*:?\\s*\"?([^\"<>:@]{3,60}?)\"?\\s*<[^<>@\\s]+@[^<>\\s]+>", line,
        1);
    if (name)
        card_take_name(contact, name);
    while (strchr(".'", found[0]))
        memmove(found, found + 1, strlen(found));
    card_take(contact, "email", found);
    return true;
}

/* Numbers that are no telephone's: of taxes, banks, registers, dates. */
static bool is_other_number(const char *line)
{
    return matches("(?i)\\b(?:vat|ust|ust-id|ustid|uid|steuer|tax|iban|bic|swift|sort "
                   "code|account|konto|"
                   "reg|reg\\.|registered|registration|company no|company "
                   "number|handelsregister|hrb|hra|"
                   "amtsgericht|invoice|rechnung|order|bestell\\w*|ref|fca|licen[cs]e|charity)\\b",
                   line) ||
           matches("^\\d{1,4}[./-]\\d{1,2}[./-]\\d{2,4}(?:\\D|$)", line);
}

#define PHONE "(?:\\+|\\(\\+?|\\b)\\d(?:[\\d\\s().\\/\u00a0\u2010-\u2013-]{4,24})\\d"
#define PHONE_LABEL                                                                                \
    "(?i)(?:^|[^\\pL])(?:tel|telefon|telephone|phone|ph|fon|mobil|mobile|mob|handy|cell|office|"   \
    "direct|"                                                                                      \
    "direkt|durchwahl|b\u00fcro|landline|call|t|m|p|o|d|h)[.:)]*\\s*:?\\s*$"
#define FAX_LABEL "(?i)(?:^|[^\\pL])(?:fax|telefax|f)[.:)]*\\s*:?\\s*$"

static int digits_in(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += g_ascii_isdigit(*text) != 0;
    return n;
}

/* A number without a word before it must look like nothing else: it begins with + or 0, and stands alone. */
static bool is_phone(const char *before, const char *number, const char *after)
{
    int n = digits_in(number);
    if (n < 6 || n > 15 || matches(FAX_LABEL, before))
        return false;
    if (matches(PHONE_LABEL, before))
        return true;
    bool alone = !matches("\\pL", before) && !matches("^\\s*\\pL", after);
    return alone && n >= 8 && strchr("+0(", number[0]);
}

static bool take_phones(Contact *contact, const char *line)
{
    g_autoptr(GMatchInfo) info = NULL;
    bool any = false;
    if (is_other_number(line) || matches("(?i)https?://|www\\.", line))
        return false;
    g_regex_match(regex(PHONE), line, 0, &info);
    for (int n = 0; n < 4 && g_match_info_matches(info); n++, g_match_info_next(info, NULL)) {
        int from = 0, to = 0;
        if (!g_match_info_fetch_pos(info, 0, &from, &to))
            break;
        g_autofree char *before = g_strndup(line, (gsize)from);
        g_autofree char *number = g_strndup(line + from, (gsize)(to - from));
        const char *word = before + strlen(before);
        while (word > before && !g_ascii_isdigit(word[-1]) && !strchr(",;", word[-1]))
            word--; /* from the number before it on */
        if (is_phone(word, number, line + to))
            any |= card_take_phone(contact, number);
    }
    return any;
}

/* ---- places */

/* Postcodes whose shape is theirs alone: British ones, American ones after a state, and those of five digits (German) or
 * four (Austrian, Swiss) before a town that is the whole line or follows a comma. */
static bool take_place(Contact *contact, const char *line)
{
    static const char british[] = "(?:^|[,\\s])([A-Z]{1,2}\\d[A-Z\\d]?\\s\\d[A-Z]{2})(?:[,.\\s]|$)";
    static const char american[] =
        "(?:^|,\\s*)(\\p{Lu}[\\pL .'-]{1,40}),\\s*[A-Z]{2}\\s+(\\d{5}(?:-\\d{4})?)(?:[,\\s]|$)";
    static const char continental[] =
        "(?:^|,\\s*)(?:([A-Z]{1,2})-)?(\\d{4,5})\\s+(\\p{Lu}[\\pL .()/'-]{1,40})(?:,.*)?$";
    g_autofree char *code = match(british, line, 1);
    if (code) {
        g_autofree char *town = match(
            "(?:^|,\\s*)(\\p{Lu}[\\pL .'-]{1,40}?),?\\s+[A-Z]{1,2}\\d[A-Z\\d]?\\s\\d[A-Z]{2}", line,
            1);
        if (card_take(contact, "postal_code", code))
            card_take(contact, "city", town);
        return true;
    }
    code = match(american, line, 2);
    if (code) {
        g_autofree char *town = match(american, line, 1);
        if (card_take(contact, "postal_code", code))
            card_take(contact, "city", town);
        return true;
    }
    code = match(continental, line, 2);
    if (!code)
        return false;
    g_autofree char *country = match(continental, line, 1);
    g_autofree char *town = match(continental, line, 3);
    if (card_take(contact, "postal_code", code)) {
        card_take(contact, "city", town);
        if (country)
            card_take(contact, "country_code",
                      strcmp(country, "D") == 0   ? "DE"
                      : strcmp(country, "A") == 0 ? "AT"
                                                  : card_country(country));
    }
    return true;
}

/* ---- companies and names */

static bool is_company(const char *line)
{
    return g_utf8_strlen(line, -1) <= 120 && !strchr(line, '@') && !strchr(line, ':') &&
           matches("^[\\p{Lu}\\d]", line) &&
           matches(
               "(?:^|[\\s,])(?:GmbH|mbH|AG|KG|OHG|GbR|UG|e\\.\\s?K\\.|e\\.\\s?V\\.|eG|SE|Ltd\\.?|"
               "Limited|LLP|"
               "LLC|L\\.L\\.C\\.|Inc\\.?|plc|PLC|Corp\\.?|S\\.?A\\.?|SARL|S\\.r\\.l\\.|B\\.?V\\.?|"
               "N\\.?V\\.?|"
               "Pty|ApS|A/S|AB|Oy|& Co\\.?|& Sons|& Partners?|& Söhne|Group|Solicitors|Accountants)"
               "(?:$|[\\s,.)])",
               line);
}

static char *without_title(const char *line)
{
    g_autofree char *rest = match(
        "^(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Sir|Dipl\\.?-\\S+|Mag|Ing|h\\. ?c)\\.?\\s+)+(.*)$",
        line, 1);
    char *bare = g_strdup(rest ? rest : line);
    char *comma = strstr(bare, ", "); /* "Jane Doe, MBA" */
    if (comma)
        *comma = '\0';
    return g_strstrip(bare);
}

/* Two to four words that begin with capitals and are no job, greeting or street. */
static bool is_name(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", NAME_WORDS + 2);
    guint n = g_strv_length(words);
    if (n < 2 || n > NAME_WORDS || is_company(line))
        return false;
    if (!matches(
            "^\\p{Lu}[\\pL'\u2019.-]*(?: (?:(?:van|von|de|der|den|zu|la|le|di|da|al|bin|ter|del) "
            ")*\\p{Lu}[\\pL'\u2019.-]*)+$",
            line))
        return false;
    return !matches(
        "(?i)\\b(?:director|manager|head|chief|officer|president|founder|owner|partner|sales|"
        "marketing|engineer|consultant|assistant|advis[eo]r|lead|team|department|support|office|"
        "accountant|solicitor|surveyor|designer|developer|technician|administrator|"
        "gesch\u00e4ftsf\u00fchrer\\w*|leiter\\w*|inhaber\\w*|vorstand|vertrieb\\w*|berater\\w*|"
        "assistent\\w*|abteilung|meister\\w*|regards|wishes|thanks|thank|cheers|sincerely|"
        "gr\u00fc\u00dfe\\w*|gru\u00df|dear|hello|hi|hallo|sehr|sent|iphone|street|road|lane|"
        "avenue|"
        "house|park|court|stra\u00dfe|weg|platz|gasse|allee|tel|fax|united|kingdom|opening|hours)"
        "\\b",
        line);
}

/* The address says the last name: "p.bright@...". */
static bool is_in_email(const char *name, const char *email)
{
    g_auto(GStrv) words = g_strsplit(name, " ", -1);
    guint n = g_strv_length(words);
    g_autofree char *local = g_ascii_strdown(email ? email : "", -1);
    if (strchr(local, '@'))
        *strchr(local, '@') = '\0';
    for (guint i = 0; i < n; i++) {
        g_autofree char *word = g_utf8_strdown(words[i], -1);
        if (strlen(word) >= 3 && strstr(local, word))
            return true;
    }
    return false;
}

/* The line whose words the address has; else the first above the first number or address that can be a name. */
static void find_name(const Text *text, Contact *contact)
{
    g_autofree char *best = NULL;
    bool sure = false;
    if (contact->first_name || contact->last_name)
        return;
    for (guint i = 0; i < text->lines->len && !sure; i++) {
        g_autofree char *name = without_title(text->lines->pdata[i]);
        if (!is_name(name))
            continue;
        sure = is_in_email(name, contact->email);
        if (sure || (!best && i < text->first_reach)) {
            g_free(best);
            best = g_steal_pointer(&name);
        }
    }
    if (best)
        card_take_name(contact, best);
}

static void find_company(const Text *text, Contact *contact)
{
    for (guint i = 0; i < text->lines->len && !contact->company_name; i++)
        if (is_company(text->lines->pdata[i]) && !is_other_number(text->lines->pdata[i]))
            card_take(contact, "company_name", text->lines->pdata[i]);
}

/* A letter is not a signature: names are looked for only where lines are short. */
static bool is_prose(const Text *text)
{
    guint n = 0;
    for (guint i = 0; i < text->lines->len; i++)
        n += g_utf8_strlen(text->lines->pdata[i], -1) > 70;
    return 2 * n > text->lines->len;
}

bool signature_read(const char *text, Contact *out)
{
    g_autoptr(GPtrArray) lines = lines_of(text);
    Text all = { .lines = lines, .first_reach = lines->len };
    bool labelled = false;
    for (guint i = 0; i < lines->len; i++) {
        const char *line = lines->pdata[i];
        if (strlen(line) > 1000)
            continue;
        bool reach = take_email(out, line);
        reach |= take_phones(out, line);
        if (reach && all.first_reach == lines->len)
            all.first_reach = i;
        if (take_label(out, line))
            labelled = true;
        else if (!reach || matches(",", line))
            take_place(out, line);
    }
    bool reachable = out->email || out->phone_1;
    if (!reachable && !labelled) {
        fields_clear(&contact_fields, out);
        return false;
    }
    if (!is_prose(&all)) {
        find_name(&all, out);
        find_company(&all, out);
    }
    Contact none = { 0 };
    return !fields_equal(&contact_fields, out, &none);
}
