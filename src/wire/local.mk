# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libwire.a
%C%_libwire_a_CPPFLAGS = $(AM_CPPFLAGS) $(CJSON_CFLAGS)
%C%_libwire_a_SOURCES = \
	%D%/json_read.c %D%/json_write.c %D%/json.h \
	%D%/openapi.c %D%/openapi.h \
	%D%/problem_json.c %D%/problem_json.h
