/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/label.h"

#include <string.h>

#define LABEL_CHARS 6
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

gint64 lead_label_number(const Uuid *id)
{
    const guint8 *tail = id->bytes + 12;
    guint32 word = (guint32)tail[0] << 24 | (guint32)tail[1] << 16 | (guint32)tail[2] << 8 |
                   tail[3];
    return word & ((1u << LABEL_BITS) - 1);
}

char *lead_label(const Uuid *id, char buffer[static LABEL_SIZE])
{
    gint64 number = lead_label_number(id);
    memcpy(buffer, "L-", 2);
    for (int i = LABEL_CHARS - 1; i >= 0; i--) {
        buffer[2 + i] = alphabet[number & 31];
        number >>= 5;
    }
    buffer[2 + LABEL_CHARS] = '\0';
    return buffer;
}

bool lead_label_parse(const char *text, gint64 *number)
{
    if ((text[0] == 'L' || text[0] == 'l') && text[1] == '-')
        text += 2;
    if (strlen(text) != LABEL_CHARS)
        return false;
    gint64 value = 0;
    for (int i = 0; i < LABEL_CHARS; i++) {
        char c = g_ascii_toupper(text[i]);
        if (c == 'O')
            c = '0';
        else if (c == 'I' || c == 'L')
            c = '1';
        const char *at = c ? strchr(alphabet, c) : NULL;
        if (!at)
            return false;
        value = value << 5 | (at - alphabet);
    }
    *number = value;
    return true;
}
