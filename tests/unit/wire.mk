# SPDX-License-Identifier: GPL-3.0-or-later
wire_tests = tests/unit/test_calendar tests/unit/test_json_write tests/unit/test_merge
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)
WIRE_TEST_LIBS = src/wire/libwire.a src/model/libmodel.a src/base/libbase.a $(CMOCKA_LIBS) $(CJSON_LIBS) \
	$(GLIB_LIBS)
tests_unit_test_json_write_SOURCES = tests/unit/test_json_write.c tests/unit/random_object.c \
	tests/unit/random_object.h tests/unit/tables.h
tests_unit_test_json_write_LDADD = $(WIRE_TEST_LIBS)
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c tests/unit/random_object.c \
	tests/unit/random_object.h tests/unit/tables.h
tests_unit_test_merge_LDADD = $(WIRE_TEST_LIBS)
tests_unit_test_calendar_LDADD = $(WIRE_TEST_LIBS)
