#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All API tests on PostgreSQL, in a cluster of their own: TAP on standard output.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
LEADLINE_TEST_DB=postgresql "$top_srcdir/tests/with-postgresql" "$top_srcdir/tests/api/run-sqlite.sh" "$@"
status=$?
[ $status != 77 ] || echo '1..0 # SKIP no PostgreSQL here (package postgresql)'
[ $status = 77 ] || exit $status
