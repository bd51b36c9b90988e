/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A statement as the API answers it: the members of its head, and "lines". */
#pragma once

#include "model/ledger.h"
#include "wire/json.h"

void ledger_statement_put_json(GString *out, const LedgerStatement *statement);
