#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What two clients enter at one meeting, once more with a server on PostgreSQL, in a cluster of its own: TAP on standard output.
# Arguments: the program's, a pattern of names.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
export top_srcdir top_builddir
LEADLINE_TEST_DB=postgresql "$top_srcdir/tests/with-postgresql" "$top_builddir/tests/client/test_meetings" "$@"
status=$?
[ $status != 77 ] || echo '1..0 # SKIP no PostgreSQL here (package postgresql)'
[ $status = 77 ] || exit $status
