/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/reports/{name}: the member's own figures as JSON, CSV or plain text. */
#pragma once

#include "model/report.h"
#include "server/call.h"

extern const Route report_routes[];

/* The query's format; JSON when there is none. */
bool report_read_format(Call *call, ReportOutput *format, GError **error);
void report_answer(Call *call, const Report *report, ReportOutput format);

/* Members of a 2xx answer for OpenAPI: the head, and rows of this schema. */
#define REPORT_TIME "{'type':'string','format':'date-time'}"
#define REPORT_ROWS(row) "{'type':'array','items':" row "}"
#define REPORT_SCHEMA(row, more)                                                                   \
    "{'type':'object','required':['report','account','from','to','time_zone','generated_at',"      \
    "'rows','totals'],'properties':{'report':{'type':'string'},'account':{'type':'object',"        \
    "'properties':{'account':{'type':'string','format':'uuid'},'name':{'type':'string'},"          \
    "'company_name':{'type':'string'}}}," more "'from':" REPORT_TIME ",'to':" REPORT_TIME          \
    ",'time_zone':{'type':'string'},'generated_at':" REPORT_TIME                                   \
    ",'months':{'type':'array','items':{'type':'string'}},'caution':{'type':'string'},'rows'"      \
    ":" REPORT_ROWS(row) ",'totals':" REPORT_ROWS(row) "}}"
