/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application/problem+json (RFC 9457), both ways. */
#pragma once

#include "base/field.h"
#include "base/problem.h"
#include "wire/json.h"

#define PROBLEM_TYPE_BASE "https://leadline.example/problems/"

/* {"type","title","status","detail","code","request_id","errors":[...]}; request_id and errors may be NULL. */
void problem_write(GString *out, Problem problem, const char *detail, const char *request_id,
                   const FieldErrors *errors);

/* Reads an answer of status >= 400: *error gets the problem (an unknown code maps to the catalogue row of the same
 * status, else BAD_REPLY) with the server's detail; errors (may be NULL) gets the field errors. */
void problem_read(int status, const char *body, size_t length, GError **error, FieldErrors *errors);
