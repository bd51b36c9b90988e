/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text files compiled into the programs by build-aux/embed-text: an array of rows, closed by NULLs. */
#pragma once

typedef struct EmbeddedText {
    const char *name; /* base name of the file */
    const char *text; /* NUL-terminated contents */
} EmbeddedText;
