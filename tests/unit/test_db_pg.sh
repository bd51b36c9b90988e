#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The database suites once more, on a PostgreSQL of their own that ends with them.
set -u

suites='test_db test_db_postgres test_migrate test_row test_ledger'

# One TAP stream out of several: test points are counted through, plans are dropped.
run_all() {
    for suite in $suites; do
        "$top_builddir/tests/unit/$suite" 2>&1 || echo "not ok - $suite ended with status $?"
    done | awk '
        /^1\.\.[0-9]+/ { next }
        /^ok/ { sub(/^ok( [0-9]+)?( - )?/, ""); print "ok " ++n " - " $0; next }
        /^not ok/ { sub(/^not ok( [0-9]+)?( - )?/, ""); print "not ok " ++n " - " $0; next }
        { print }
        END { print "1.." n + 0 }'
}

if [ "${1-}" = inside ]; then
    run_all
    exit
fi
"$top_srcdir/tests/with-postgresql" "$0" inside
status=$?
[ $status != 77 ] || echo '1..0 # SKIP no PostgreSQL server is installed'
[ $status = 77 ] || exit $status
