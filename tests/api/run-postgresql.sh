#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All API tests on PostgreSQL, in a cluster of their own: TAP on standard output.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
if ! command -v pg_virtualenv >/dev/null; then
    echo '1..0 # SKIP pg_virtualenv is not there (package postgresql-common)'
    exit 0
fi
# The notices of pg_virtualenv are no TAP: they go to standard error, the tests to descriptor 3.
exec 3>&1
LEADLINE_TEST_DB=postgresql exec pg_virtualenv sh -c '"$0" "$@" >&3' "$top_srcdir/tests/api/run-sqlite.sh" "$@" 1>&2
