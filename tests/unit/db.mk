# SPDX-License-Identifier: GPL-3.0-or-later
# The suites that hold on both engines run on SQLite here, and once more on PostgreSQL by test_db_pg.sh.
DB_TESTS = tests/unit/test_db tests/unit/test_db_sqlite tests/unit/test_migrate tests/unit/test_row
check_PROGRAMS += $(DB_TESTS)
TESTS += $(DB_TESTS)

DB_TEST_SOURCES = tests/unit/test_database.c tests/unit/test_database.h
DB_TEST_LIBS = src/db/libdb.a src/model/libmodel.a src/base/libbase.a $(CMOCKA_LIBS) $(SQLITE_LIBS) $(GLIB_LIBS)
if HAVE_POSTGRESQL
DB_TEST_FLAGS = -DWITH_POSTGRESQL
DB_TEST_PG_LIBS = src/db/libdbpg.a
DB_TEST_PQ_LIBS = $(PQ_LIBS)
endif

tests_unit_test_db_SOURCES = tests/unit/test_db.c $(DB_TEST_SOURCES)
tests_unit_test_db_CPPFLAGS = $(AM_CPPFLAGS) $(DB_TEST_FLAGS)
tests_unit_test_db_LDADD = $(DB_TEST_PG_LIBS) $(DB_TEST_LIBS) $(DB_TEST_PQ_LIBS)

tests_unit_test_migrate_SOURCES = tests/unit/test_migrate.c $(DB_TEST_SOURCES)
tests_unit_test_migrate_CPPFLAGS = $(AM_CPPFLAGS) $(DB_TEST_FLAGS)
tests_unit_test_migrate_LDADD = $(DB_TEST_PG_LIBS) $(DB_TEST_LIBS) $(DB_TEST_PQ_LIBS)

tests_unit_test_row_SOURCES = tests/unit/test_row.c tests/unit/random_object.c tests/unit/random_object.h \
	tests/unit/tables.h $(DB_TEST_SOURCES)
tests_unit_test_row_CPPFLAGS = $(AM_CPPFLAGS) $(DB_TEST_FLAGS)
tests_unit_test_row_LDADD = $(DB_TEST_PG_LIBS) $(DB_TEST_LIBS) $(DB_TEST_PQ_LIBS)

tests_unit_test_db_sqlite_SOURCES = tests/unit/test_db_sqlite.c $(DB_TEST_SOURCES)
tests_unit_test_db_sqlite_LDADD = $(DB_TEST_LIBS)

if HAVE_POSTGRESQL
check_PROGRAMS += tests/unit/test_db_postgres
tests_unit_test_db_postgres_SOURCES = tests/unit/test_db_postgres.c $(DB_TEST_SOURCES)
tests_unit_test_db_postgres_CPPFLAGS = $(AM_CPPFLAGS) $(DB_TEST_FLAGS)
tests_unit_test_db_postgres_LDADD = $(DB_TEST_PG_LIBS) $(DB_TEST_LIBS) $(DB_TEST_PQ_LIBS)

dist_check_SCRIPTS += tests/unit/test_db_pg.sh tests/with-postgresql
TESTS += tests/unit/test_db_pg.sh
endif
