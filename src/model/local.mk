# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libmodel.a
%C%_libmodel_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/mail_type.c %D%/mail_type.h \
	%D%/referral.c %D%/referral.h \
	%D%/referral_rules.c \
	%D%/report.c %D%/report.h \
	%D%/report_period.c \
	%D%/report_print.c
