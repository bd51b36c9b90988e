# SPDX-License-Identifier: GPL-3.0-or-later
client_tests = tests/unit/test_cache tests/unit/test_change tests/unit/test_lists tests/unit/test_net_watch tests/unit/test_export tests/unit/test_link tests/unit/test_sync tests/unit/test_sse \
	tests/unit/test_store tests/unit/test_settings tests/unit/test_moment tests/unit/test_notify_policy \
	tests/unit/test_credentials tests/unit/test_partners
check_PROGRAMS += $(client_tests)
TESTS += $(client_tests)
CLIENT_TEST_LIBS = src/client/libclient.a src/wire/libwire.a src/db/libdb.a src/model/libmodel.a \
	src/base/libbase.a $(CMOCKA_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(GLIB_LIBS)
client_fixture = tests/unit/client_fixture.c tests/unit/client_fixture.h
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c $(client_fixture)
tests_unit_test_lists_SOURCES = tests/unit/test_lists.c tests/unit/unit.h $(client_fixture)
tests_unit_test_lists_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_cache_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_export_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_net_watch_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_link_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_sync_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_sse_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(client_fixture)
tests_unit_test_store_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c $(client_fixture)
tests_unit_test_settings_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_moment_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_notify_policy_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_partners_SOURCES = tests/unit/test_partners.c $(client_fixture)
tests_unit_test_partners_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_credentials_SOURCES = tests/unit/test_credentials.c $(client_fixture)
tests_unit_test_credentials_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_change_SOURCES = tests/unit/test_change.c tests/unit/random_object.c \
	tests/unit/random_object.h
tests_unit_test_change_LDADD = $(CLIENT_TEST_LIBS)
client_tests += tests/unit/test_card tests/unit/test_fuzzy tests/unit/test_slip
tests_unit_test_card_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_fuzzy_LDADD = $(CLIENT_TEST_LIBS)
tests_unit_test_slip_LDADD = $(CLIENT_TEST_LIBS)
client_tests += tests/unit/test_meetings
tests_unit_test_meetings_SOURCES = tests/unit/test_meetings.c tests/unit/unit.h $(client_fixture)
tests_unit_test_meetings_LDADD = $(CLIENT_TEST_LIBS)
client_tests += tests/unit/test_groups
tests_unit_test_groups_SOURCES = tests/unit/test_groups.c $(client_fixture)
tests_unit_test_groups_LDADD = $(CLIENT_TEST_LIBS)
client_tests += tests/unit/test_answers
tests_unit_test_answers_SOURCES = tests/unit/test_answers.c $(client_fixture)
tests_unit_test_answers_LDADD = $(CLIENT_TEST_LIBS)
client_rooms = tests/unit/client_rooms.c tests/unit/client_rooms.h $(client_fixture)
client_tests += tests/unit/test_client_groups
tests_unit_test_client_groups_SOURCES = tests/unit/test_client_groups.c $(client_rooms)
tests_unit_test_client_groups_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
client_tests += tests/unit/test_client_vetting
tests_unit_test_client_vetting_SOURCES = tests/unit/test_client_vetting.c $(client_rooms)
tests_unit_test_client_vetting_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
client_tests += tests/unit/test_server_list
tests_unit_test_server_list_SOURCES = tests/unit/test_server_list.c $(client_rooms)
tests_unit_test_server_list_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
