/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /v1/me/export: everything that is kept about the caller, or that they wrote, as a zip archive: one file of JSON and one of
 * CSV (its texts guarded against spreadsheets that calculate) for each row of export_sets[]. Made in the crypto thread, from one
 * snapshot, page by page; secrets are in no file, and of other people only what the caller sees of them anyway.
 */
#pragma once

#include "base/field.h"
#include "server/call.h"

/* One file of each kind. Statements are made of the pieces: columns FROM from AND (time, id) after the last row of the page
 * before. $1 is the account. */
typedef struct ExportSet {
    const char *name; /* of the files, without .json or .csv */
    const FieldTable *fields;
    const char *(*columns)(void); /* as row_read() wants them */
    /* By turns FROM with its WHERE, and the columns of the key (time, id), which has an index; closed by NULL. */
    const char *const *parts;
} ExportSet;
extern const ExportSet export_sets[]; /* closed by a row without name */
