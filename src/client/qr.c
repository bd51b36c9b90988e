/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <config.h>

#include "client/qr.h"

#include <gmodule.h>
#include <qrencode.h>
#include <string.h>

typedef struct Library {
    __typeof__(QRcode_encodeString) *encode;
    __typeof__(QRcode_free) *release;
} Library;

static bool symbol(GModule *module, const char *name, gpointer out)
{
    gpointer at = NULL;
    bool ok = g_module_symbol(module, name, &at) && at;
    memcpy(out, &at, sizeof at);
    return ok;
}

static const Library *load(void)
{
    static Library library;
    static bool loaded;
    if (loaded)
        return &library;
    GModule *module = g_module_open(QRENCODE_SONAME, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
    if (!module)
        return NULL;
    loaded = symbol(module, "QRcode_encodeString", &library.encode) &&
             symbol(module, "QRcode_free", &library.release);
    if (!loaded) {
        g_module_close(module);
        return NULL;
    }
    g_module_make_resident(module);
    return &library;
}

Qr *qr_new(const char *text)
{
    const Library *library = load();
    QRcode *code = library ? library->encode(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1) : NULL;
    if (!code)
        return NULL;
    Qr *qr = g_new(Qr, 1);
    size_t n = (size_t)code->width * (size_t)code->width;
    *qr = (Qr){ code->width, g_new(guint8, n) };
    for (size_t i = 0; i < n; i++)
        qr->dark[i] = code->data[i] & 1;
    library->release(code);
    return qr;
}

void qr_free(Qr *qr)
{
    if (!qr)
        return;
    g_free(qr->dark);
    g_free(qr);
}

bool qr_is_dark(const Qr *qr, int x, int y)
{
    return x >= 0 && y >= 0 && x < qr->size && y < qr->size && qr->dark[y * qr->size + x];
}

int qr_cols(const Qr *qr, bool halves)
{
    return (qr->size + 2 * QR_QUIET) * (halves ? 1 : 2);
}

int qr_rows(const Qr *qr, bool halves)
{
    int modules = qr->size + 2 * QR_QUIET;
    return halves ? (modules + 1) / 2 : modules;
}

const char *qr_cell(const Qr *qr, int row, int col)
{
    static const char *const cells[] = { " ", "▀", "▄", "█" };
    int x = col - QR_QUIET, y = 2 * row - QR_QUIET;
    return cells[qr_is_dark(qr, x, y) | qr_is_dark(qr, x, y + 1) << 1];
}
