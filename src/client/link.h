/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a lead can be opened by another program: numbers to dial, an address to write to, web addresses in its texts. All of it
 * was typed by somebody else, and ends as an argument of a program: a link is http, https, mailto or tel, of printable
 * ASCII without blanks, quotes and backslashes, and so never an option, never a local file, never two words.
 */
#pragma once

#include "model/referral.h"

#include <glib.h>

typedef enum LinkKind {
    LINK_TEL = 1,
    LINK_MAIL = 2,
    LINK_WEB = 3,
} LinkKind;

typedef struct Link {
    LinkKind kind;
    char *uri;
    char *text; /* as it stands in the lead, clean: "0113 496 0142" */
} Link;

/* NULL when it is none that may be opened. Caller frees. */
char *link_tel(const char *phone);
char *link_mail(const char *email);
/* A web address: no more than 2,048 characters, with a host, without a user name (that would hide the host). */
char *link_web(const char *url);

/* For those of something else than a lead: what cannot be opened is left out. Free with g_ptr_array_unref. */
GPtrArray *links_new(void);
void links_add(GPtrArray *links, LinkKind kind, const char *text);

/* Link *, each once: phones, e-mail, then the web addresses in the order of need, comments and message. */
GPtrArray *links_of(const Referral *referral);
