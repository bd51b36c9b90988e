/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects filled at random by their field table, for properties that must hold for every object. */
#pragma once

#include "base/field.h"

/* Fills a zeroed object; every field is unset one time in four. Texts hold quotes, backslashes, control
 * characters, line feeds and characters of one to four bytes. The caller clears it with fields_clear(). */
void random_object(GRand *random, const FieldTable *table, void *object);
char *random_text(GRand *random, bool multiline);
