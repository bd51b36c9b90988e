# SPDX-License-Identifier: GPL-3.0-or-later
MODEL_TEST_LIBS = src/model/libmodel.a $(BASE_TEST_LIBS)
model_tests = \
	%D%/test_account \
	%D%/test_meeting \
	%D%/test_dues \
	%D%/test_group_report \
	%D%/test_membership \
	%D%/test_network \
	%D%/test_referral \
	%D%/test_report
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
%C%_test_account_LDADD = $(MODEL_TEST_LIBS)
%C%_test_meeting_LDADD = $(MODEL_TEST_LIBS)
%C%_test_dues_LDADD = $(MODEL_TEST_LIBS)
%C%_test_group_report_LDADD = $(MODEL_TEST_LIBS)
%C%_test_membership_LDADD = $(MODEL_TEST_LIBS)
%C%_test_network_LDADD = $(MODEL_TEST_LIBS)
%C%_test_referral_LDADD = $(MODEL_TEST_LIBS)
%C%_test_report_LDADD = $(MODEL_TEST_LIBS)
