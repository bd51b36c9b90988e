/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application/x-www-form-urlencoded as OAuth's endpoints are asked: turned into a flat JSON object of texts. CR LF
 * becomes LF. */
#pragma once

#include <glib.h>

/* NULL and MALFORMED: not UTF-8 or a NUL. A name that comes twice is json_parse()'s to refuse. Caller frees; no other copy stays. */
char *form_to_json(const char *body, size_t length, GError **error);
