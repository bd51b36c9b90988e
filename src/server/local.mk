# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libserver.a
%C%_libserver_a_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS) $(SODIUM_CFLAGS) $(OATH_CFLAGS) $(ZIP_CFLAGS) $(CURL_CFLAGS) $(GMIME_CFLAGS) $(LIBICAL_CFLAGS)
%C%_libserver_a_SOURCES = \
	%D%/accounts.c %D%/accounts.h \
	%D%/address.c %D%/address.h \
	%D%/archive.c %D%/archive.h \
	%D%/audit.c %D%/audit.h \
	%D%/auth.c %D%/auth.h \
	%D%/backup.c %D%/backup.h \
	%D%/batch.c %D%/batch.h \
	%D%/call.c %D%/call.h \
	%D%/changes.c %D%/changes.h \
	%D%/check.c %D%/check.h \
	%D%/command.h \
	%D%/command_account.c %D%/command_account.h \
	%D%/concerns.c %D%/concerns.h \
	%D%/config.c %D%/config.h \
	%D%/crypto.c %D%/crypto.h \
	%D%/demo.c %D%/demo.h \
	%D%/demo_groups.c %D%/demo_groups.h %D%/demo_meetings.c %D%/demo_meetings.h \
	%D%/demo_network.c %D%/demo_network.h \
	%D%/demo_words.c %D%/demo_words.h \
	%D%/device.c %D%/device.h \
	%D%/device_page.c %D%/device_page.h \
	%D%/dues.c %D%/dues.h \
	%D%/dues_book.c %D%/dues_book.h \
	%D%/dues_job.c \
	%D%/email_settings.c %D%/email_settings.h \
	%D%/erasure.c %D%/erasure.h \
	%D%/events.c %D%/events.h %D%/events_private.h \
	%D%/events_database.c %D%/events_registry.c \
	%D%/exchange.c \
	%D%/families.h \
	%D%/export.c %D%/export.h \
	%D%/feed.c %D%/feed.h \
	%D%/form.c %D%/form.h \
	%D%/frame.c %D%/frame.h \
	%D%/group_mail.c %D%/group_mail.h \
	%D%/group_report_data.c %D%/group_report_data.h \
	%D%/group_reports.c %D%/group_reports.h \
	%D%/group_search.c %D%/group_search.h \
	%D%/group_store.c \
	%D%/groups.c %D%/groups.h \
	%D%/health.c \
	%D%/hints.c %D%/hints.h \
	%D%/httpd.c %D%/httpd.h %D%/httpd_internal.h \
	%D%/httpd_shape.c \
	%D%/httpd_stream.c %D%/httpd_stream.h \
	%D%/httpd_tls.c \
	%D%/idempotency.c %D%/idempotency.h \
	%D%/invitation_checks.c %D%/invitation_checks.h %D%/invitation_store.c %D%/invitation_store.h \
	%D%/invitations.c %D%/invitations.h \
	%D%/jobs.c %D%/jobs.h \
	%D%/lanes.c %D%/lanes.h \
	%D%/leader_approvals.c %D%/leader_approvals.h \
	%D%/ledger.c %D%/ledger.h \
	%D%/library.c %D%/library.h \
	%D%/link.c \
	%D%/lead_link.c %D%/lead_link.h \
	%D%/lead_page.c \
	%D%/listener.c %D%/listener.h \
	%D%/lively.c %D%/lively.h \
	%D%/mail.c %D%/mail.h \
	%D%/mail_admin.c %D%/mail_admin.h \
	%D%/mail_inbound.c %D%/mail_inbound.h \
	%D%/mail_jobs.c %D%/mail_jobs.h \
	%D%/mail_message.c %D%/mail_message.h \
	%D%/mail_read.c %D%/mail_read.h \
	%D%/mail_sender.c %D%/mail_sender.h \
	%D%/mail_store.c %D%/mail_store.h \
	%D%/mail_template.c %D%/mail_template.h \
	%D%/mail_link.c %D%/mail_link.h \
	%D%/members.c %D%/members.h \
	%D%/meeting_calendar.c %D%/meeting_calendar.h \
	%D%/meeting_entries.c %D%/meeting_entries.h \
	%D%/meeting_mail.c %D%/meeting_mail.h \
	%D%/meeting_plan.c %D%/meeting_plan.h \
	%D%/meetings.c %D%/meetings.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/network.c %D%/network.h \
	%D%/network_page.c %D%/network_page.h \
	%D%/notes.c %D%/notes.h \
	%D%/oauth.c %D%/oauth.h \
	%D%/one_to_ones.c %D%/one_to_ones.h \
	%D%/openapi_doc.c %D%/openapi_doc.h \
	%D%/page.c %D%/page.h \
	%D%/partners.c %D%/partners.h \
	%D%/page_forms.c %D%/page_forms.h \
	%D%/parts.c \
	%D%/password.c %D%/password.h \
	%D%/profile_search.c %D%/profile_search.h \
	%D%/profile_store.c %D%/profile_store.h \
	%D%/profiles.c %D%/profiles.h \
	%D%/rate.c %D%/rate.h \
	%D%/recurrence.c %D%/recurrence.h \
	%D%/referral_create.c %D%/referral_create.h \
	%D%/referral_duplicates.c %D%/referral_duplicates.h \
	%D%/referral_family.c %D%/referral_family.h \
	%D%/referral_list.c %D%/referral_list.h \
	%D%/referral_mail.c %D%/referral_mail.h \
	%D%/referral_store.c %D%/referral_store.h \
	%D%/referrals.c %D%/referrals.h \
	%D%/report_data.c %D%/report_data.h \
	%D%/reports.c %D%/reports.h \
	%D%/requests.c %D%/requests.h \
	%D%/reset.c %D%/reset.h \
	%D%/routes.c %D%/routes.h \
	%D%/schema.c %D%/schema.h \
	%D%/search.c %D%/search.h \
	%D%/security.c %D%/security.h \
	%D%/server.c %D%/server.h %D%/server_internal.h \
	%D%/sessions.c %D%/sessions.h \
	%D%/smtp.c %D%/smtp.h \
	%D%/slip_checks.c %D%/slip_checks.h \
	%D%/supervisor.c %D%/supervisor.h \
	%D%/throttle.c %D%/throttle.h \
	%D%/tokens.c %D%/tokens.h \
	%D%/totp.c %D%/totp.h \
	%D%/verify.c %D%/verify.h \
	%D%/vetting.c %D%/vetting.h \
	%D%/unsubscribe.c %D%/unsubscribe.h \
	%D%/watchdog.c \
	%D%/words.c %D%/words.h
nodist_%C%_libserver_a_SOURCES = %D%/server_schema.c %D%/demo_texts.c %D%/mail_texts.c

server_schema_files = \
	data/schema/server/0001-core.sql \
	data/schema/server/0002-referral.sql \
	data/schema/server/0003-device.sql \
	data/schema/server/0004-search.sql \
	data/schema/server/0005-account.sql \
	data/schema/server/0006-mail.sql \
	data/schema/server/0007-passing.sql \
	data/schema/server/0008-network.sql \
	data/schema/server/0009-own-data.sql \
	data/schema/server/0010-report.sql \
	data/schema/server/0011-mail-jobs.sql \
	data/schema/server/0012-account-settings.sql \
	data/schema/server/0013-group.sql \
	data/schema/server/0014-meeting.sql \
	data/schema/server/0015-dues.sql \
	data/schema/server/0016-vetting.sql \
	data/schema/server/0017-invitations.sql
EXTRA_DIST += $(server_schema_files)
CLEANFILES += %D%/server_schema.c
%D%/server_schema.c: $(server_schema_files) $(top_srcdir)/build-aux/embed-text
	$(EMBED) server_schema $(server_schema_files:%=$(srcdir)/%) > $@

demo_files = \
	data/demo/comments.txt data/demo/companies.txt data/demo/first-names.txt data/demo/last-names.txt \
	data/demo/members.txt data/demo/needs.txt data/demo/not-a-lead.txt data/demo/profiles.txt \
	data/demo/special.txt \
	data/demo/thanks.txt data/demo/towns.txt data/demo/trades.txt
EXTRA_DIST += $(demo_files)
CLEANFILES += %D%/demo_texts.c
%D%/demo_texts.c: $(demo_files) $(top_srcdir)/build-aux/embed-text
	$(EMBED) demo_texts $(demo_files:%=$(srcdir)/%) > $@

# The texts of mail, by their names in each language's folder.
mail_names = \
	absence-warning \
	account-deleted \
	activity \
	address-asked \
	address-changed \
	concern-decided \
	concern-raised \
	connection-accepted \
	connection-request \
	dues-due \
	encouragement \
	enter-slips \
	footer \
	invitation \
	lead-outside \
	lead-received \
	lead-waiting \
	leader-approval \
	meeting-cancelled \
	meeting-changed \
	meeting-invitation \
	meeting-reminder \
	membership-ended \
	new-address \
	outcome \
	outside-reminder \
	password-changed \
	reciprocate \
	request-answered \
	request-approved \
	request-declined \
	request-received \
	reset-password \
	role-changed \
	verdict \
	verify-email
mail_en_files = $(mail_names:%=data/mail/en/%.txt)
mail_de_files = $(mail_names:%=data/mail/de/%.txt)
EXTRA_DIST += $(mail_en_files) $(mail_de_files)
CLEANFILES += %D%/mail_texts.c
%D%/mail_texts.c: $(mail_en_files) $(mail_de_files) $(top_srcdir)/build-aux/embed-text
	$(EMBED) mail_texts_en $(mail_en_files:%=$(srcdir)/%) > $@
	$(EMBED) mail_texts_de $(mail_de_files:%=$(srcdir)/%) >> $@

bin_PROGRAMS += leadlined
leadlined_SOURCES = src/leadlined.c
leadlined_CPPFLAGS = $(AM_CPPFLAGS)
leadlined_LDADD = %D%/libserver.a src/wire/libwire.a src/db/libdb.a
if HAVE_POSTGRESQL
leadlined_LDADD += src/db/libdbpg.a src/db/libdb.a
endif
leadlined_LDADD += src/model/libmodel.a src/base/libbase.a \
	$(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(SODIUM_LIBS) $(OATH_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(PQ_LIBS) $(GLIB_LIBS)
