/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/page.h"

#include <stdarg.h>

#include "base/text.h"

/* Both colour schemes have a contrast of 7:1 or more for text, 4.5:1 for buttons and 3:1 for borders (WCAG 2.2 AA). */
static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--soft:#454c55;--line:#6b7480;"
    "--act:#0b57c2;--on-act:#fff;--bad:#a30d12}"
    "@media(prefers-color-scheme:dark){:root{--back:#14171c;--text:#eceff3;--soft:#bcc4ce;"
    "--line:#8b95a1;--act:#8ab8ff;--on-act:#0a1526;--bad:#ff9a97}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--back);color:var(--text);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "main{max-width:32rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}"
    "h2{font-size:1.15rem;line-height:1.3;margin:2rem 0 .5rem}a{color:var(--act)}"
    "dl{margin:1rem 0;display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem}"
    "dt{color:var(--soft)}dd{margin:0}"
    ".code{font:700 1.6rem/1.2 ui-monospace,monospace;letter-spacing:.06em}"
    ".error{border:2px solid var(--bad);border-radius:.4rem;padding:.6rem .8rem;color:var(--bad);"
    "font-weight:600}"
    ".text{white-space:pre-line}"
    "label{display:block;font-weight:600;margin:1rem 0 .25rem}"
    "small{display:block;color:var(--soft);font-size:.9rem}"
    "input,select,textarea{width:100%;min-height:2.75rem;padding:.5rem "
    ".6rem;font:inherit;color:inherit;"
    "background:var(--back);border:1px solid var(--line);border-radius:.4rem}"
    "input.code{text-transform:uppercase}"
    ".buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}"
    "button{flex:1 1 8rem;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;"
    "border:2px solid var(--act);border-radius:.4rem;background:var(--back);color:var(--act);"
    "cursor:pointer}"
    "button.main{background:var(--act);color:var(--on-act)}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:3px}"
    "@media(max-width:24rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}";

/* The style's hash is all that the policy lets in; forms go back here only, and nobody may frame the page. */
static const char *policy(void)
{
    static const char *text;
    if (g_once_init_enter(&text)) {
        guint8 digest[32];
        gsize length = sizeof digest;
        GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_checksum_update(sum, (const guchar *)style, -1);
        g_checksum_get_digest(sum, digest, &length);
        g_checksum_free(sum);
        g_autofree char *hash = g_base64_encode(digest, length);
        g_once_init_leave(&text,
                          g_strdup_printf("default-src 'none'; style-src 'sha256-%s'; form-action "
                                          "'self'; base-uri 'none'; frame-ancestors 'none'",
                                          hash));
    }
    return text;
}

static const char *const *headers(void)
{
    static const char *all[] = {
        "Content-Security-Policy",
        NULL,
        "X-Content-Type-Options",
        "nosniff",
        "X-Frame-Options",
        "DENY",
        "Referrer-Policy",
        "no-referrer", /* the address has the code in it */
        "Cross-Origin-Opener-Policy",
        "same-origin",
        "Cross-Origin-Resource-Policy",
        "same-origin",
        NULL,
    };
    static gsize once;
    if (g_once_init_enter(&once)) {
        all[1] = policy();
        g_once_init_leave(&once, 1);
    }
    return all;
}

void page_put(Call *call, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, list);
    va_end(list);
    g_string_append(call->reply.body, text);
}

void page_begin(Call *call, const char *title)
{
    call->reply.type = "text/html; charset=utf-8";
    call->reply.headers = headers();
    page_put(call,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"robots\" content=\"noindex\">\n<title>%s - Leadline</title>\n<style>",
             title);
    g_string_append(call->reply.body, style);
    page_put(call, "</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", title);
}

void page_end(Call *call)
{
    g_string_append(call->reply.body, "</main>\n</body>\n</html>\n");
}

void page_error(Call *call, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    page_put(call, "<p class=\"error\" role=\"alert\" id=\"error\">%s</p>\n", clean);
}
