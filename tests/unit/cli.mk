# SPDX-License-Identifier: GPL-3.0-or-later
cli_tests = tests/unit/test_cli_args tests/unit/test_limit
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)
tests_unit_test_cli_args_SOURCES = tests/unit/test_cli_args.c tests/unit/unit.h
tests_unit_test_cli_args_LDADD = src/cli/libcli.a $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
tests_unit_test_limit_SOURCES = tests/unit/test_limit.c tests/unit/unit.h $(client_fixture)
tests_unit_test_limit_LDADD = $(CLIENT_TEST_LIBS)
