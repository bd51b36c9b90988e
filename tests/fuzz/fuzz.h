/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one function of a fuzz target: aborts when something does not hold, else returns 0. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
