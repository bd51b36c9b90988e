#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line against a real server: TAP on standard output. Arguments: test files, instead of all.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then
    echo '1..0 # SKIP node 18 or later is not there'
    exit 0
fi
[ $# -gt 0 ] || set -- "$top_srcdir"/tests/cli/*.test.js
exec node --test --test-reporter=tap "$@"
