# SPDX-License-Identifier: GPL-3.0-or-later
# Every suite speaks TAP (cmocka does with CMOCKA_MESSAGE_OUTPUT=TAP); `make check` runs them all.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh --merge
JS_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh .js .script
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8 TZ=UTC \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
	LSAN_OPTIONS=suppressions="'$(abs_top_srcdir)/tests/lsan.supp'",print_suppressions=0; \
	export CMOCKA_MESSAGE_OUTPUT LC_ALL TZ top_srcdir top_builddir ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS;
EXTRA_DIST += tests/lsan.supp

dist_check_SCRIPTS += %D%/check-layers %D%/check-format
TESTS += %D%/check-layers %D%/check-format

if HAVE_CMOCKA
include tests/unit/base.mk
include tests/unit/model.mk
include tests/unit/wire.mk
include tests/unit/db.mk
include tests/unit/client.mk
include tests/unit/cli.mk
include tests/unit/server.mk
include tests/unit/ui.mk
endif
include tests/api/local.mk
include tests/client/local.mk
include tests/screen/local.mk
include tests/cli/local.mk
include tests/e2e/local.mk
include tests/doc/local.mk
include tests/sim/local.mk
include tests/fault/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
.PHONY: bench fuzz
