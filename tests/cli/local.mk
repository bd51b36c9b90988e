# SPDX-License-Identifier: GPL-3.0-or-later
EXTRA_DIST += %D%/home.js %D%/cli.test.js %D%/watch.test.js %D%/keyring.js %D%/report.test.js %D%/secret.test.js
dist_check_SCRIPTS += %D%/run.sh
TESTS += %D%/run.sh
