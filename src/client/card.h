/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person's card as others have it, read into a Contact: vCards of all dialects (2.1, 3.0, 4.0), and text as it is copied from
 * a mail, a signature above all. The text is anybody's. At most CARD_TEXT_MAX bytes of it are looked at; time and memory are
 * in proportion to that.
 *
 * What comes out has passed the rules of the contact's own fields, so that a form that takes it has no error by that: what
 * is too long is cut, an address or number that is none is left out. Text is read timidly: rather nothing than the wrong thing.
 */
#pragma once

#include "model/referral.h"

#include <glib.h>
#include <stdbool.h>

#define CARD_TEXT_MAX (256 * 1024)
#define CARDS_MAX 100 /* vCards of one text: more are left out */

/* Contact *, each with something in it, in the order of the text; free with g_ptr_array_unref. Every vCard there is, or
 * else one contact or none of the text. length -1: up to the NUL. */
GPtrArray *cards_read(const char *text, gssize length);

/* There is a vCard in it. */
bool card_is_vcard(const char *text, gssize length);

/* Takes from `from` what `into` does not have (a second phone only when it is another one than the first). Returns the names
 * of the fields that were filled, NULL-terminated, borrowed; free the array with g_free(). */
const char **card_fill(Contact *into, const Contact *from);

/* vcard.c and signature.c, for card.c only. */
void vcards_read(const char *text, gsize length, GPtrArray *out);
bool signature_read(const char *text, Contact *out);
/* Takes a field when it has none yet; false when the text is none of that field. Frees nothing. */
bool card_take(Contact *contact, const char *name, const char *text);
/* Takes as first or second phone, unless it is there already; false when it is no number. */
bool card_take_phone(Contact *contact, const char *text);
/* "Priya Bright", "Bright, Priya": first and last name. */
void card_take_name(Contact *contact, const char *name);
/* "Deutschland": DE; two letters stay. NULL: not known. */
const char *card_country(const char *text);
