/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/link.h"

#include <string.h>

#include "base/text.h"

#define URL_MAX 2048
#define TEL_MIN 3 /* digits: 112 */
#define TEL_MAX 15
#define WEB_PER_LEAD 20

char *link_tel(const char *phone)
{
    /* What follows a word is an extension: nobody's phone dials that. */
    g_autofree char *number = g_strndup(phone ? phone : "",
                                        phone ? strspn(phone, "+0123456789 ()./-") : 0);
    g_autofree char *key = phone_key(number);
    size_t digits = strlen(key) - (*key == '+');
    return digits >= TEL_MIN && digits <= TEL_MAX ? g_strconcat("tel:", key, NULL) : NULL;
}

static bool is_local_part(char c)
{
    return g_ascii_isalnum(c) || strchr(".!#$%&'*+/=?^_`{|}~-", c);
}

static bool is_host(const char *host)
{
    return *host && *host != '-' && *host != '.' &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
               strlen(host);
}

/* "?" would begin headers of the message (and attachments, for some programs): all but the plainest is escaped. */
char *link_mail(const char *email)
{
    const char *at = email ? strchr(email, '@') : NULL;
    if (!at || at == email || strlen(email) > URL_MAX || !is_host(at + 1))
        return NULL;
    for (const char *p = email; p < at; p++)
        if (!is_local_part(*p))
            return NULL;
    g_autofree char *local = g_strndup(email, (gsize)(at - email));
    g_autofree char *escaped = g_uri_escape_string(local, "+", FALSE);
    return g_strconcat("mailto:", escaped, at, NULL);
}

static bool is_plain(const char *url)
{
    for (const char *p = url; *p; p++)
        if (*p <= ' ' || *p > '~' || strchr("\"'<>\\^`{|}", *p))
            return false;
    return true;
}

char *link_web(const char *url)
{
    g_autoptr(GUri) uri = NULL;
    if (!url || strlen(url) > URL_MAX || !is_plain(url))
        return NULL;
    uri = g_uri_parse(url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    if ((strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) || !host ||
        g_uri_get_userinfo(uri))
        return NULL;
    /* An IPv6 address comes without its brackets. */
    return is_host(host) || strchr(host, ':') ? g_strdup(url) : NULL;
}

/* ---- those of a lead */

static void link_free(gpointer data)
{
    Link *link = data;
    g_free(link->uri);
    g_free(link->text);
    g_free(link);
}

/* Takes uri over. */
static void add(GPtrArray *links, LinkKind kind, char *uri, const char *text)
{
    for (guint i = 0; uri && i < links->len; i++) {
        if (strcmp(((const Link *)links->pdata[i])->uri, uri) == 0)
            g_clear_pointer(&uri, g_free);
    }
    if (uri) {
        Link *link = g_new0(Link, 1);
        *link = (Link){ kind, uri, text_clean(text, -1, TEXT_LINE) };
        g_ptr_array_add(links, link);
    }
}

static gsize count(const char *text, gsize length, char c)
{
    gsize n = 0;
    for (gsize i = 0; i < length; i++)
        n += text[i] == c;
    return n;
}

/* What ends a sentence, or closes a bracket that was opened before the address, is not part of it. */
static gsize url_length(const char *url)
{
    gsize length = strcspn(url, " \t\r\n\"<>|");
    for (; length > 0 && strchr(".,;:!?)]}'*", url[length - 1]); length--) {
        if (url[length - 1] == ')' && count(url, length, ')') <= count(url, length, '('))
            break;
    }
    return length;
}

static void add_web(GPtrArray *links, const char *text)
{
    while (text && links->len < WEB_PER_LEAD) {
        const char *plain = strstr(text, "http://"), *safe = strstr(text, "https://");
        const char *url = !plain || (safe && safe < plain) ? safe : plain;
        if (!url)
            return;
        gsize length = url_length(url);
        g_autofree char *found = g_strndup(url, length);
        add(links, LINK_WEB, link_web(found), found);
        text = url + MAX(length, 1);
    }
}

GPtrArray *links_new(void)
{
    return g_ptr_array_new_with_free_func(link_free);
}

void links_add(GPtrArray *links, LinkKind kind, const char *text)
{
    add(links, kind,
        kind == LINK_TEL    ? link_tel(text)
        : kind == LINK_MAIL ? link_mail(text)
                            : link_web(text),
        text);
}

GPtrArray *links_of(const Referral *referral)
{
    const Contact *contact = &referral->lead.contact;
    GPtrArray *links = links_new();
    add(links, LINK_TEL, link_tel(contact->phone_1), contact->phone_1);
    add(links, LINK_TEL, link_tel(contact->phone_2), contact->phone_2);
    add(links, LINK_MAIL, link_mail(contact->email), contact->email);
    add_web(links, referral->lead.need);
    add_web(links, referral->lead.comments);
    add_web(links, referral->message);
    return links;
}
