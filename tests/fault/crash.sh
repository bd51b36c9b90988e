#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The crash test, on SQLite; TAP on standard output. ROUNDS (200) and SEED (1) of the environment.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then
    echo '1..0 # SKIP node 18 or later is not there'
    exit 0
fi
exec node "$top_srcdir/tests/fault/crash-rounds.js" "${ROUNDS:-200}" "${SEED:-1}"
