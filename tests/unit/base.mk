# SPDX-License-Identifier: GPL-3.0-or-later
# One program for each module; it links its own layer and those below, so that link order enforces the arrows.
BASE_TEST_LIBS = src/base/libbase.a $(GLIB_LIBS) $(CMOCKA_LIBS)
base_tests = %D%/test_clock %D%/test_day %D%/test_field %D%/test_money %D%/test_phone %D%/test_problem %D%/test_text \
	%D%/test_uuid
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
EXTRA_DIST += %D%/unit.h
%C%_test_clock_LDADD = $(BASE_TEST_LIBS)
%C%_test_day_LDADD = $(BASE_TEST_LIBS)
%C%_test_field_LDADD = $(BASE_TEST_LIBS)
%C%_test_money_LDADD = $(BASE_TEST_LIBS)
%C%_test_phone_LDADD = $(BASE_TEST_LIBS)
%C%_test_problem_LDADD = $(BASE_TEST_LIBS)
%C%_test_text_LDADD = $(BASE_TEST_LIBS)
%C%_test_uuid_LDADD = $(BASE_TEST_LIBS)
