# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libwire.a
%C%_libwire_a_CPPFLAGS = $(AM_CPPFLAGS) $(CJSON_CFLAGS)
%C%_libwire_a_SOURCES = \
	%D%/calendar.c %D%/calendar.h \
	%D%/json.h \
	%D%/json_decode.c \
	%D%/json_read.c \
	%D%/json_scan.c %D%/json_scan.h \
	%D%/json_write.c \
	%D%/openapi.c %D%/openapi.h \
	%D%/problem_json.c %D%/problem_json.h \
	%D%/report_json.c %D%/report_json.h \
	%D%/statement_json.c %D%/statement_json.h
