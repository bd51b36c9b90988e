/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /v1/reports/{name}: the member's own figures as JSON, CSV or plain text. */
#pragma once

#include "server/call.h"

extern const Route report_routes[];
