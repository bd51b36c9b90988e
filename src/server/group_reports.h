/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /v1/reports/{group-activity|attendance|score-card|group-health}?scope=GROUP: the reports of a leads group (what they count:
 * model/group_report.h). Officers and administrators read all rows, members their own and the totals; for others the group
 * has none. Group activity and health are of any period; attendance and the score card of one that follows from the group's
 * rules, in the group's time zone, as of `to`.
 */
#pragma once

#include "server/call.h"

extern const Route group_report_routes[];
