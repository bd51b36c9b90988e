/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"
#include "text_properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    text_properties_check((const char *)data, size);
    return 0;
}
