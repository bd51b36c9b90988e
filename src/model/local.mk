# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libmodel.a
%C%_libmodel_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/business_type.c %D%/business_type.h \
	%D%/dues.c %D%/dues.h \
	%D%/group.c %D%/group.h \
	%D%/group_book.c %D%/group_tally.h \
	%D%/group_rules.c \
	%D%/group_report.c %D%/group_report.h \
	%D%/group_report_tables.c \
	%D%/group_score.c \
	%D%/invitation.c %D%/invitation.h \
	%D%/ledger.c %D%/ledger.h \
	%D%/mail_type.c %D%/mail_type.h \
	%D%/meeting.c %D%/meeting.h \
	%D%/meeting_rules.c \
	%D%/profile.c %D%/profile.h \
	%D%/referral.c %D%/referral.h \
	%D%/referral_rules.c \
	%D%/report.c %D%/report.h \
	%D%/report_period.c \
	%D%/report_print.c \
	%D%/report_tables.c \
	%D%/vetting.c %D%/vetting.h
nodist_%C%_libmodel_a_SOURCES = %D%/business_texts.c

EXTRA_DIST += data/business-types.txt
CLEANFILES += %D%/business_texts.c
%D%/business_texts.c: data/business-types.txt $(top_srcdir)/build-aux/embed-text
	$(EMBED) business_texts $(srcdir)/data/business-types.txt > $@
