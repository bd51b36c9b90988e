# SPDX-License-Identifier: GPL-3.0-or-later
EXTRA_DIST += \
	%D%/account.test.js \
	%D%/forget.test.js \
	%D%/cli.test.js \
	%D%/groups.test.js \
	%D%/home.js \
	%D%/keyring.js \
	%D%/meetings.test.js \
	%D%/network.test.js \
	%D%/report.test.js \
	%D%/secret.test.js \
	%D%/watch.test.js
dist_check_SCRIPTS += %D%/run.sh
TESTS += %D%/run.sh
