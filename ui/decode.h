/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a terminal sends, turned into keys. Pure: no terminal, no clock, so that every byte string can be tried.
 *
 * Known are the sequences of ECMA-48 terminals (xterm and all that follow it, rxvt, the Linux console, VT100 with its
 * keypad) and those that were taught from terminfo. A whole sequence that has no name here is swallowed, and so is every
 * answer of the terminal: nothing of either becomes a key press. Inside the brackets of a paste nothing is a sequence but
 * the closing bracket. Bytes that are no text in the encoding are swallowed too.
 */
#pragma once

#include "key.h"

typedef struct Decoder Decoder;

/* utf8 false: characters are read in the encoding of the locale. */
Decoder *decoder_new(bool utf8);
void decoder_free(Decoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoder, decoder_free)

/* A sequence of this type of terminal; it goes before the common ones. Ignored when it does not begin with Esc. */
void decoder_teach(Decoder *decoder, const char *sequence, Key key);

void decoder_feed(Decoder *decoder, const char *bytes, gsize n);

/* The next key that has come completely; false when there is none. */
bool decoder_next(Decoder *decoder, Key *key);

/*
 * Milliseconds until decoder_give_up() when nothing more comes, given the time to tell Esc from a function key; 0: nothing
 * is unfinished. What is unfinished then stands for itself: Esc, Alt with [ or O.
 */
unsigned decoder_patience(const Decoder *decoder, unsigned escape_ms);
void decoder_give_up(Decoder *decoder);

/* The terminal's answer to the question for its background, which comes as K_REPLY: 0 (black) to 100. */
int decoder_background(const Decoder *decoder);
/* It puts brackets around what is pasted: it has said so, also as K_REPLY, or done it. */
bool decoder_brackets(const Decoder *decoder);
