# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libclient.a
%C%_libclient_a_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS) $(NOTIFY_CFLAGS) $(SECRET_CFLAGS) $(QRENCODE_CFLAGS)
%C%_libclient_a_SOURCES = \
	%D%/cache.c %D%/cache.h \
	%D%/cache_count.c %D%/cache_file.c %D%/cache_file.h \
	%D%/cache_partners.c %D%/cache_partners.h %D%/cache_feed.c %D%/cache_list.c %D%/cache_plan.c %D%/cache_plan.h \
	%D%/cache_private.h %D%/cache_stage.c %D%/cache_stage.h %D%/cache_walk.c %D%/cache_walk.h \
	%D%/cache_answers.c %D%/cache_answers.h \
	%D%/cache_groups.c %D%/cache_groups.h \
	%D%/cache_report.c %D%/cache_report.h \
	%D%/cache_shared.c %D%/cache_shared.h \
	%D%/cache_meetings.c %D%/cache_meetings.h %D%/cache_write_entries.c %D%/meeting_book.c %D%/meeting_book.h \
	%D%/client_meetings.c %D%/client_meeting_acts.c %D%/meetings.h %D%/meeting_sheet.c %D%/meeting_sheet.h \
	%D%/cache_write.c %D%/cache_write.h %D%/cache_write_notes.c %D%/cache_writer.c %D%/cache_writer.h \
	%D%/cache_vetting.c %D%/cache_vetting.h %D%/client_vetting.c %D%/vetting.h \
	%D%/cache_row.c %D%/cache_row.h \
	%D%/card.c %D%/card.h %D%/signature.c %D%/vcard.c \
	%D%/change.c %D%/change.h \
	%D%/client.c %D%/client.h %D%/client_private.h \
	%D%/client_account.c %D%/client_actions.c %D%/client_device.c %D%/client_edit.c %D%/client_network.c %D%/client_profiles.c %D%/client_session.c %D%/client_sync.c \
	%D%/client_outbox.c %D%/client_outbox_answer.c %D%/client_outbox_prepare.c %D%/client_outbox_private.h \
	%D%/client_approvals.c %D%/client_groups.c %D%/client_group_acts.c %D%/client_tasks.c %D%/client_undo.c \
	%D%/credentials.c %D%/credentials.h \
	%D%/doctor.c %D%/doctor.h \
	%D%/editor.c %D%/editor.h \
	%D%/embedded.c %D%/embedded.h \
	%D%/fuzzy.c %D%/fuzzy.h \
	%D%/group_words.c %D%/group_words.h %D%/groups.h \
	%D%/herald.c %D%/herald.h \
	%D%/keyring.c %D%/keyring.h \
	%D%/export.c %D%/export.h \
	%D%/label.c %D%/label.h \
	%D%/limit.c %D%/limit.h %D%/limit_tree.h \
	%D%/link.c %D%/link.h \
	%D%/loan.c %D%/loan.h \
	%D%/log_file.c %D%/log_file.h \
	%D%/moment.c %D%/moment.h \
	%D%/account.h \
	%D%/network.h \
	%D%/net.c %D%/net.h %D%/net_watch.c %D%/net_watch.h \
	%D%/notify.c %D%/notify.h \
	%D%/notify_policy.c %D%/notify_policy.h \
	%D%/outbox_item.c %D%/outbox_item.h \
	%D%/overlay.c %D%/overlay.h \
	%D%/profile.c %D%/profile.h \
	%D%/schema.h \
	%D%/server_list.c %D%/server_list.h \
	%D%/qr.c %D%/qr.h \
	%D%/settings.c %D%/settings.h \
	%D%/slip.c %D%/slip.h \
	%D%/sse.c %D%/sse.h \
	%D%/store.c %D%/store.h %D%/store_private.h %D%/store_dropped.c %D%/store_drafts.c %D%/store_times.c \
	%D%/sync.c %D%/sync.h \
	%D%/token_command.c %D%/token_command.h \
	%D%/worker.c %D%/worker.h
nodist_%C%_libclient_a_SOURCES = %D%/schema_cache.c %D%/schema_store.c

schema_cache_files = data/schema/cache/0001-cache.sql data/schema/cache/0002-arrival.sql \
	data/schema/cache/0003-order.sql data/schema/cache/0004-outside.sql \
	data/schema/cache/0005-network.sql \
	data/schema/cache/0006-verified.sql \
	data/schema/cache/0007-account-settings.sql \
	data/schema/cache/0008-group.sql \
	data/schema/cache/0009-meeting.sql \
	data/schema/cache/0010-vetting.sql \
	data/schema/cache/0011-give-take.sql
schema_store_files = data/schema/store/0001-store.sql data/schema/store/0002-snooze.sql \
	data/schema/store/0003-conflict.sql
EXTRA_DIST += $(schema_cache_files) $(schema_store_files)
CLEANFILES += %D%/schema_cache.c %D%/schema_store.c
%D%/schema_cache.c: $(schema_cache_files) build-aux/embed-text
	$(EMBED) schema_cache `for f in $(schema_cache_files); do echo $(srcdir)/$$f; done` > $@
%D%/schema_store.c: $(schema_store_files) build-aux/embed-text
	$(EMBED) schema_store `for f in $(schema_store_files); do echo $(srcdir)/$$f; done` > $@
