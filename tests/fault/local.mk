# SPDX-License-Identifier: GPL-3.0-or-later
# Programs that are killed, disks that fail. faults.so is preloaded into the real programs: it is no part of them, and built
# without their sanitizers.
check_DATA += %D%/faults.so
CLEANFILES += %D%/faults.so
%D%/faults.so: %D%/faults.c
	@$(MKDIR_P) %D%
	$(AM_V_CC)$(CC) $(CPPFLAGS) -D_GNU_SOURCE $(GLIB_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ '$(srcdir)/%D%/faults.c' $(GLIB_LIBS) -ldl

check_PROGRAMS += %D%/member
%C%_member_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
EXTRA_DIST += %D%/faults.c %D%/crash-rounds.js %D%/failing-disk.js
dist_check_SCRIPTS += %D%/crash.sh %D%/crash-postgresql.sh %D%/disk.sh
TESTS += %D%/crash.sh %D%/disk.sh
if HAVE_POSTGRESQL
TESTS += %D%/crash-postgresql.sh
endif

ROUNDS = 10000
crash-test: leadline leadlined $(check_DATA) %D%/member
	@$(AM_TESTS_ENVIRONMENT) ROUNDS=$(ROUNDS) SEED=$(SEED) '$(srcdir)/%D%/crash.sh'
.PHONY: crash-test
