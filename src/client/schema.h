/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The migrations of the client's two databases, compiled in from data/schema/. */
#pragma once

#include "base/embed.h"

extern const EmbeddedText schema_store[];
extern const EmbeddedText schema_cache[];
