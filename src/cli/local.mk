# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libcli.a
%C%_libcli_a_SOURCES = \
	%D%/account.c \
	%D%/act.c %D%/act.h \
	%D%/args.c %D%/args.h \
	%D%/ask.c %D%/ask.h \
	%D%/auth.c \
	%D%/change.c \
	%D%/cli.c %D%/cli.h \
	%D%/command.c %D%/command.h \
	%D%/complete.c \
	%D%/doctor.c \
	%D%/groups.c \
	%D%/help.c \
	%D%/leads.c \
	%D%/meetings.c \
	%D%/network.c \
	%D%/new.c \
	%D%/outbox.c \
	%D%/output.c %D%/output.h \
	%D%/report.c \
	%D%/result.c %D%/result.h \
	%D%/run.h \
	%D%/session.c %D%/session.h \
	%D%/verdict.c \
	%D%/watch.c
