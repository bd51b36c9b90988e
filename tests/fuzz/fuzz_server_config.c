/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file: read, or refused with its line; what was read is within the table's limits. */
#include <glib.h>
#include <string.h>

#include "base/problem.h"
#include "fuzz.h"
#include "server/config.h"

static void check_limits(const Config *config)
{
    for (const ConfigKey *key = config_keys; key->name; key++) {
        const void *at = (const char *)config + key->offset;
        if (key->type == CONFIG_TEXT) {
            const char *text = *(char *const *)at;
            g_assert_true(text ? *text != '\0' && g_utf8_validate(text, -1, NULL) : !key->initial);
            g_assert_true(!text || !key->check || key->check(text));
        } else if (key->type == CONFIG_INT) {
            g_assert_true(*(const gint64 *)at >= key->min && *(const gint64 *)at <= key->max);
        } else {
            g_assert_true(*(const gint64 *)at == 0 || *(const gint64 *)at == 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Config config;
    g_autoptr(GError) error = NULL;
    config_init(&config);
    bool ok = config_read_text(&config, "file", (const char *)data, size, &error);
    g_assert_true(ok == !error);
    if (error) {
        g_assert_true(problem_is(error, PROBLEM_BAD_CONFIG));
        g_assert_true(g_str_has_prefix(error->message, "file:"));
        g_assert_true(g_ascii_isdigit(error->message[strlen("file:")]));
    }
    check_limits(&config);
    config_clear(&config);
    return 0;
}
