/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leads for other programs. JSON: the objects of the API, of many an array. Lines: one object a line, for a pipe. CSV (RFC 4180):
 * one column a field, named with dots; a text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
#pragma once

#include "model/report.h"

#include <glib.h>

typedef enum ExportFormat {
    EXPORT_JSON = 1,
    EXPORT_CSV = 2,
    EXPORT_LINES = 3,
} ExportFormat;

extern const EnumTable export_formats; /* those of files */

void export_begin(GString *out, ExportFormat format);
void export_lead(GString *out, ExportFormat format, const Referral *referral, bool first);
/* A report, whole. */
void export_report(GString *out, ReportOutput format, const Report *report);

void export_end(GString *out, ExportFormat format);
