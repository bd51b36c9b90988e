#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Disks that fail under the real programs; TAP on standard output.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then
    echo '1..0 # SKIP node 18 or later is not there'
    exit 0
fi
exec node --test --test-reporter=tap "$top_srcdir/tests/fault/failing-disk.js"
