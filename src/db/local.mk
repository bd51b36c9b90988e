# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += %D%/libdb.a
%C%_libdb_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_libdb_a_SOURCES = \
	%D%/copy.c \
	%D%/db.c %D%/db.h %D%/driver.h \
	%D%/dialect.c %D%/dialect.h \
	%D%/migrate.c \
	%D%/row.c %D%/row.h \
	%D%/sqlite.c \
	%D%/statements.c
if HAVE_POSTGRESQL
noinst_LIBRARIES += %D%/libdbpg.a
%C%_libdbpg_a_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
%C%_libdbpg_a_SOURCES = %D%/postgres.c
endif
