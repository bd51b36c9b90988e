/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of mail: data/mail/LANGUAGE/CODE.txt, compiled in. First the subject, "Subject: ...", then an empty line, then
 * paragraphs of any line lengths between empty lines, which are wrapped. Lines that begin with four blanks stay
 * as they are (links, commands, tables); what follows "> " is wrapped behind that mark, line by line of the value.
 *
 *   {name}                  a value; nothing when there is none
 *   {?name} ... {/}         only when there is such a value; {!name}: only when there is none; {?name=text}: when it is that
 *                           text. Without {/} to the end of the line. A line of which nothing is left is not there.
 *
 * Values are the world's: they pass text_clean(), are never read as a template, and the subject is one line whatever they
 * hold. No line of the result is longer than MAIL_COLUMNS, but for a word that is a link.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "server/mail.h"

#define MAIL_COLUMNS 78

typedef struct MailText {
    char *subject, *body; /* body: lines that end in \n */
} MailText;
void mail_text_clear(MailText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailText, mail_text_clear)

/* The text of a template, in English where the language has none. */
const char *mail_template_find(const char *name, const char *language);

/* Fills in a template; footer NULL: none. values closed by {0}. False: the template gives no subject. */
bool mail_template_fill(const char *text, const char *footer, const MailValue *values,
                        MailText *out);
