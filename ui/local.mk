# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libui.a
%C%_libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(READLINE_CFLAGS)
%C%_libui_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/app.c %D%/app.h \
	%D%/app_draw.c \
	%D%/app_input.c \
	%D%/app_loop.c \
	%D%/app_messages.c \
	%D%/clipboard.c %D%/clipboard.h \
	%D%/command.c %D%/command.h \
	%D%/commands_account.c \
	%D%/commands_go.c \
	%D%/commands_group.c \
	%D%/commands_lead.c \
	%D%/commands_list.c \
	%D%/commands_out.c \
	%D%/commands_outbox.c \
	%D%/commands_partner.c \
	%D%/commands_pipe.c \
	%D%/commands_setup.c \
	%D%/commands_verdict.c \
	%D%/complete.c %D%/complete.h \
	%D%/decode.c %D%/decode.h \
	%D%/device.c %D%/device.h \
	%D%/dialog.c %D%/dialog.h \
	%D%/doctor.c %D%/doctor.h \
	%D%/draft.c %D%/draft.h \
	%D%/draw.c %D%/draw.h \
	%D%/dues.c %D%/dues.h \
	%D%/edit.c %D%/edit.h \
	%D%/editor.c %D%/editor.h \
	%D%/find.c %D%/find.h \
	%D%/form.c %D%/form.h \
	%D%/directory.c %D%/directory.h \
	%D%/group.c %D%/group.h \
	%D%/group_meetings.c %D%/group_meetings.h \
	%D%/group_form.c \
	%D%/group_page.c %D%/group_page.h \
	%D%/groups.c %D%/groups.h \
	%D%/guard.c %D%/guard.h \
	%D%/handlers.h \
	%D%/help.c \
	%D%/invitations.c %D%/invitations.h \
	%D%/jobs.c \
	%D%/key.c %D%/key.h \
	%D%/keymap.c %D%/keymap.h \
	%D%/lead.c \
	%D%/lead_list.c %D%/lead_list.h \
	%D%/lead_page.c %D%/lead_page.h \
	%D%/leads.c %D%/leads.h \
	%D%/leads_draw.c \
	%D%/leads_preview.c \
	%D%/leads_private.h \
	%D%/leads_tags.c \
	%D%/limit.c %D%/limit.h \
	%D%/list.c %D%/list.h \
	%D%/entry.c %D%/entry.h \
	%D%/meeting.c %D%/meeting.h %D%/meeting_private.h \
	%D%/meeting_agenda.c %D%/meeting_draw.c %D%/meeting_entries.c \
	%D%/meeting_list.c %D%/meeting_list.h \
	%D%/meeting_plan.c %D%/meetings.c %D%/commands_meeting.c \
	%D%/messages.c \
	%D%/new_lead.c %D%/new_lead.h %D%/new_lead_private.h \
	%D%/new_lead_draw.c %D%/new_lead_drafts.c %D%/new_lead_fill.c %D%/new_lead_pick.c %D%/new_lead_send.c \
	%D%/picker.c %D%/picker.h \
	%D%/notify.c %D%/notify.h %D%/notify_choices.h \
	%D%/outbox.c %D%/outbox.h \
	%D%/page.c %D%/page.h \
	%D%/page_view.c %D%/page_view.h \
	%D%/partner_page.c \
	%D%/partners.c %D%/partners.h %D%/partners_private.h \
	%D%/partners_draw.c \
	%D%/program.c %D%/program.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/prompt_history.c %D%/prompt_history.h \
	%D%/reports.c %D%/reports.h %D%/reports_private.h \
	%D%/reports_draw.c \
	%D%/commands_report.c \
	%D%/approvals.c %D%/approvals.h \
	%D%/bars.c %D%/bars.h \
	%D%/request_page.c %D%/request_page.h \
	%D%/rows.c %D%/rows.h \
	%D%/screen.c %D%/screen.h %D%/screen_private.h \
	%D%/search_view.c %D%/search_view.h \
	%D%/session.c %D%/session.h \
	%D%/snooze.c %D%/snooze.h \
	%D%/tags.c %D%/tags.h \
	%D%/text_page.c %D%/text_page.h \
	%D%/theme.c %D%/theme.h \
	%D%/vetting.c %D%/vetting.h \
	%D%/view.h \
	%D%/welcome.c \
	%D%/when.c %D%/when.h
nodist_%C%_libui_a_SOURCES = %D%/default_keys.c
EXTRA_DIST += data/keys
BUILT_SOURCES += %D%/default_keys.c
CLEANFILES += %D%/default_keys.c
%D%/default_keys.c: $(top_srcdir)/data/keys
	$(EMBED) default_keys $(top_srcdir)/data/keys > $@

bin_PROGRAMS += leadline
leadline_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(READLINE_CFLAGS)
leadline_SOURCES = %D%/leadline.c
leadline_LDADD = %D%/libui.a src/cli/libcli.a src/client/libclient.a src/wire/libwire.a \
	src/model/libmodel.a \
	src/db/libdb.a src/base/libbase.a \
	$(GLIB_LIBS) $(GMODULE_LIBS) $(NCURSES_LIBS) $(READLINE_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS)
