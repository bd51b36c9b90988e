# SPDX-License-Identifier: GPL-3.0-or-later
UI_TEST_LIBS = ui/libui.a src/client/libclient.a src/wire/libwire.a src/model/libmodel.a \
	src/db/libdb.a src/base/libbase.a $(CMOCKA_LIBS) $(GLIB_LIBS) $(GMODULE_LIBS) $(NCURSES_LIBS) \
	$(READLINE_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS)
ui_tests = tests/unit/test_complete tests/unit/test_decode tests/unit/test_edit tests/unit/test_history tests/unit/test_keymap \
	tests/unit/test_list tests/unit/test_theme tests/unit/test_when
check_PROGRAMS += $(ui_tests)
TESTS += $(ui_tests)
tests_unit_test_complete_LDADD = $(UI_TEST_LIBS)
tests_unit_test_decode_LDADD = $(UI_TEST_LIBS)
tests_unit_test_edit_LDADD = $(UI_TEST_LIBS)
tests_unit_test_history_LDADD = $(UI_TEST_LIBS)
tests_unit_test_keymap_LDADD = $(UI_TEST_LIBS)
tests_unit_test_list_LDADD = $(UI_TEST_LIBS)
tests_unit_test_theme_LDADD = $(UI_TEST_LIBS) -lm
tests_unit_test_when_LDADD = $(UI_TEST_LIBS)
