# SPDX-License-Identifier: GPL-3.0-or-later
SERVER_TEST_LIBS = src/server/libserver.a src/wire/libwire.a src/db/libdb.a
if HAVE_POSTGRESQL
SERVER_TEST_LIBS += src/db/libdbpg.a src/db/libdb.a
endif
SERVER_TEST_LIBS += src/model/libmodel.a src/base/libbase.a $(CMOCKA_LIBS) \
	$(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(SODIUM_LIBS) $(OATH_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(PQ_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test_search
TESTS += tests/unit/test_search
tests_unit_test_search_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_mail
TESTS += tests/unit/test_mail
tests_unit_test_mail_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_mail_message
TESTS += tests/unit/test_mail_message
tests_unit_test_mail_message_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_server_sql
TESTS += tests/unit/test_server_sql
tests_unit_test_server_sql_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_config
TESTS += tests/unit/test_config
tests_unit_test_config_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_server_parts
TESTS += tests/unit/test_server_parts
tests_unit_test_server_parts_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_invitations
TESTS += tests/unit/test_invitations
tests_unit_test_invitations_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_recurrence
TESTS += tests/unit/test_recurrence
tests_unit_test_recurrence_LDADD = $(SERVER_TEST_LIBS)

check_PROGRAMS += tests/unit/test_ledger
TESTS += tests/unit/test_ledger
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c tests/unit/test_database.c tests/unit/test_database.h
tests_unit_test_ledger_CPPFLAGS = $(AM_CPPFLAGS) $(DB_TEST_FLAGS)
tests_unit_test_ledger_LDADD = $(SERVER_TEST_LIBS)
