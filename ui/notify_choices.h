/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What :notify takes, for the table of commands. */
#pragma once

#include "base/field.h"

extern const EnumTable notify_choices;
