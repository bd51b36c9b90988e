/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans for the evil network of a test: what happens to the first requests of a kind. */
#pragma once

#include "base/problem.h"
#include "tests/client/world.h"

/* The fault for the first `times` requests whose "METHOD path" begins with and ends with these; no other plan then. */
void fail_first(World *world, const char *start, const char *end, Fault fault, int times);
/* The same, answered by a problem of the catalogue, with the detail "as planned". */
void refuse_first(World *world, const char *start, const char *end, Problem problem, int times);
/* From the beginning once more. */
void fail_again(void);
