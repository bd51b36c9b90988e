# SPDX-License-Identifier: GPL-3.0-or-later
UI_TEST_LIBS = ui/libui.a src/client/libclient.a src/wire/libwire.a src/model/libmodel.a \
	src/db/libdb.a src/base/libbase.a $(CMOCKA_LIBS) $(GLIB_LIBS) $(GMODULE_LIBS) $(NCURSES_LIBS) \
	$(READLINE_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS)
ui_tests = tests/unit/test_decode tests/unit/test_keymap tests/unit/test_tags
check_PROGRAMS += $(ui_tests)
TESTS += $(ui_tests)
tests_unit_test_decode_LDADD = $(UI_TEST_LIBS)
tests_unit_test_keymap_LDADD = $(UI_TEST_LIBS)
tests_unit_test_tags_LDADD = $(UI_TEST_LIBS)
