# SPDX-License-Identifier: GPL-3.0-or-later
# Each *.test.js runs twice: on SQLite, and on PostgreSQL in a cluster of its own.
API_TESTS = \
	%D%/account.test.js \
	%D%/address.test.js \
	%D%/away.test.js \
	%D%/backup.test.js \
	%D%/batch.test.js \
	%D%/calendar.test.js \
	%D%/check.test.js \
	%D%/crowd.test.js \
	%D%/demo.test.js \
	%D%/device.test.js \
	%D%/device-page.test.js \
	%D%/dues.test.js \
	%D%/durable.test.js \
	%D%/erasure.test.js \
	%D%/event.test.js \
	%D%/export.test.js \
	%D%/feed.test.js \
	%D%/group.test.js \
	%D%/group-partner.test.js \
	%D%/scope.test.js \
	%D%/group-report.test.js \
	%D%/http.test.js \
	%D%/instance.test.js \
	%D%/invitation.test.js \
	%D%/lead-page.test.js \
	%D%/list.test.js \
	%D%/mail-jobs.test.js \
	%D%/mail.test.js \
	%D%/network-page.test.js \
	%D%/meeting.test.js \
	%D%/member.test.js \
	%D%/note.test.js \
	%D%/oauth-client.test.js \
	%D%/openapi.test.js \
	%D%/operate.test.js \
	%D%/partner.test.js \
	%D%/partner-limit.test.js \
	%D%/passing.test.js \
	%D%/permission.test.js \
	%D%/plan.test.js \
	%D%/problem.test.js \
	%D%/profile.test.js \
	%D%/rate.test.js \
	%D%/referral.test.js \
	%D%/rename.test.js \
	%D%/report.test.js \
	%D%/reset.test.js \
	%D%/search.test.js \
	%D%/seat-race.test.js \
	%D%/season.test.js \
	%D%/security.test.js \
	%D%/session.test.js \
	%D%/smtp.test.js \
	%D%/supervise.test.js \
	%D%/tls.test.js \
	%D%/transition.test.js \
	%D%/verdict.test.js \
	%D%/vetting.test.js \
	%D%/year.test.js
EXTRA_DIST += %D%/copy.js %D%/groups.js %D%/meetings.js %D%/independent.js %D%/npm/package.json %D%/npm/package-lock.json %D%/read-zip.py %D%/harness.js %D%/network.js %D%/raw.js %D%/totp.js $(API_TESTS)
EXTRA_DIST += %D%/mta.js %D%/parse-mail.py
EXTRA_DIST += %D%/season-reports.txt %D%/year-reports.txt
dist_check_SCRIPTS += %D%/run-sqlite.sh %D%/run-postgresql.sh
TESTS += %D%/run-sqlite.sh
if HAVE_POSTGRESQL
TESTS += %D%/run-postgresql.sh
endif
check_PROGRAMS += %D%/supervisor
%C%_supervisor_LDADD = $(GLIB_LIBS)
