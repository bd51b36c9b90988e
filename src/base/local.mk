# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_SOURCES = \
	%D%/clock.c %D%/clock.h \
	%D%/csv.c %D%/csv.h \
	%D%/day.c %D%/day.h \
	%D%/embed.h \
	%D%/field.c %D%/field.h \
	%D%/field_check.c \
	%D%/field_text.c \
	%D%/i18n.h \
	%D%/log.c %D%/log.h \
	%D%/memo.h \
	%D%/merge.c %D%/merge.h \
	%D%/money.c %D%/money.h \
	%D%/phone.c %D%/phone.h \
	%D%/problem.c %D%/problem.h \
	%D%/text.c %D%/text.h \
	%D%/text_clean.c \
	%D%/text_tables.h \
	%D%/text_unicode.c %D%/text_unicode.h \
	%D%/uuid.c %D%/uuid.h
%C%_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) -DMODULEDIR='"$(moduledir)"'
EXTRA_DIST += build-aux/unicode-tables

module_PROGRAMS += leadline-phone.so
leadline_phone_so_SOURCES = %D%/phone_library.cc
leadline_phone_so_CXXFLAGS = $(AM_CXXFLAGS) -fPIC -fvisibility=hidden
leadline_phone_so_LDFLAGS = $(AM_LDFLAGS) -shared
leadline_phone_so_LDADD = -lphonenumber
