#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The database suites once more, on a PostgreSQL of their own that ends with them.
set -u

suites='test_db'

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
    # User, password, host and port come in the environment from pg_virtualenv.
    LEADLINE_TEST_PG=postgresql:///postgres
    export LEADLINE_TEST_PG
    run_all
    exit
fi
if ! command -v pg_virtualenv >/dev/null; then
    echo '1..0 # SKIP pg_virtualenv is not there (package postgresql-common)'
    exit
fi
exec pg_virtualenv "$0" inside
