# SPDX-License-Identifier: GPL-3.0-or-later
# End to end: the client in a terminal against a real server, which an independent client of the API is asked. One suite a script
# on SQLite; the core ones once more on PostgreSQL.
e2e_core = \
	%D%/crash-sending.script \
	%D%/crash.script \
	%D%/network.script \
	%D%/new-lead.script \
	%D%/offline.script \
	%D%/outage.script \
	%D%/push.script \
	%D%/restore.script \
	%D%/undo.script \
	%D%/verdicts.script
e2e_plays = $(e2e_core) \
	%D%/accounts.script \
	%D%/browser.script \
	%D%/demo.script \
	%D%/disk.script \
	%D%/editor.script \
	%D%/first-sync.script \
	%D%/group-officers.script \
	%D%/group-partners.script \
	%D%/groups.script \
	%D%/local.script \
	%D%/partners.script \
	%D%/restarts.script \
	%D%/resync.script \
	%D%/terminal.script \
	%D%/two-clients.script
EXTRA_DIST += $(e2e_plays) %D%/pass-lead %D%/group-with %D%/api.js %D%/fake-editor %D%/proxy.js %D%/allow.js
dist_check_SCRIPTS += %D%/run-postgresql.sh
AM_TESTS_ENVIRONMENT += E2E_CORE='$(e2e_core)'; export E2E_CORE;
# On a private session bus, with a notification service that remembers.
desktop_plays = \
	%D%/call-back.script \
	%D%/notify-service.script \
	%D%/notify-groups.script \
	%D%/notify-partners.script \
	%D%/notify.script \
	%D%/watch.script
EXTRA_DIST += $(desktop_plays)
if HAVE_GIO
check_PROGRAMS += %D%/notify-desk
%C%_notify_desk_CPPFLAGS = $(AM_CPPFLAGS) $(GIO_CFLAGS)
%C%_notify_desk_LDADD = $(GIO_LIBS)
if HAVE_VTERM
TESTS += $(desktop_plays)
endif
endif
if HAVE_VTERM
TESTS += $(e2e_plays)
if HAVE_POSTGRESQL
TESTS += %D%/run-postgresql.sh
endif
endif
