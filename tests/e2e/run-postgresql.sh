#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The core scripts on PostgreSQL, in a cluster of their own: TAP on standard output. Arguments: scripts, instead of $E2E_CORE.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
if [ -z "${LEADLINE_TEST_PG:-}" ]; then
    "$top_srcdir/tests/with-postgresql" "$0" "$@"
    status=$?
    [ $status != 77 ] || { echo '1..0 # SKIP no PostgreSQL here (package postgresql)'; exit 0; }
    exit $status
fi

psql -q -d postgres -c 'CREATE DATABASE demo' &&
    LEADLINE_NOW=2025-11-21T14:32:00Z LEADLINE_SEED=1 "$top_builddir/leadlined" load-demo --seed 1 --database postgresql:///demo \
        --argon2-memory 64 --argon2-passes 1 --log error || exit 1
if [ $# = 0 ]; then
    cd "$top_srcdir" || exit 1
    # shellcheck disable=SC2086
    set -- $E2E_CORE
fi
LEADLINE_TEST_DB=postgresql exec "$top_builddir/tests/screen/run_screens" "$@"
