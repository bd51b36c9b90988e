/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code, for an address that a phone opens. libqrencode is loaded when the first one is wanted. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Light modules around it: scanners need two or more, the standard has four. */
#define QR_QUIET 2

typedef struct Qr {
    int size; /* modules a side, without the quiet zone */
    guint8 *dark;
} Qr;

/* NULL: the library is not there, or the text is too long. */
Qr *qr_new(const char *text);
void qr_free(Qr *qr);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Qr, qr_free)

/* From -QR_QUIET to size + QR_QUIET - 1; outside of size it is light. */
bool qr_is_dark(const Qr *qr, int x, int y);

/* With the quiet zone, in cells of a terminal: two modules above each other in one cell, or one module in two. */
int qr_cols(const Qr *qr, bool halves);
int qr_rows(const Qr *qr, bool halves);
/* Of the cell of halves at a row and column: " ", "▀", "▄" or "█", where the character's colour is the dark one. */
const char *qr_cell(const Qr *qr, int row, int col);
