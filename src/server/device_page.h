/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page /device (device.h): a plain form that works with a keyboard, a screen reader, 320 pixels and no script. */
#pragma once

#include "server/call.h"

extern const FieldTable device_form_fields;
extern const Wording page_wording; /* any problem as a page */

bool device_show(Call *call, GError **error);    /* GET: asks for the code, then shows what asks */
bool device_prepare(Call *call, GError **error); /* POST, in the crypto thread */
bool device_answer(Call *call, GError **error);
