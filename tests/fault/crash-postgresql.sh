#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The crash test on PostgreSQL, in a cluster of its own; TAP on standard output. ROUNDS (20) and SEED (1) of the environment.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
if [ -z "${LEADLINE_TEST_PG:-}" ]; then
    "$top_srcdir/tests/with-postgresql" "$0" "$@"
    status=$?
    [ $status != 77 ] || { echo '1..0 # SKIP no PostgreSQL here (package postgresql)'; exit 0; }
    exit $status
fi
LEADLINE_TEST_DB=postgresql ROUNDS="${ROUNDS:-20}" exec "$top_srcdir/tests/fault/crash.sh"
