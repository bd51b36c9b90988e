/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext: _("text") translates now, N_("text") marks text in a table for later. */
#pragma once

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)
