# SPDX-License-Identifier: GPL-3.0-or-later
# make bench: Leadline against limits measured in the same run. BENCH="--quick server" chooses; --help says what.
if HAVE_VTERM
EXTRA_PROGRAMS += %D%/bench %D%/bare
%C%_bench_SOURCES = %D%/bench.c %D%/bench.h %D%/bench_client.c %D%/bench_client.h %D%/bench_groups.c \
	%D%/bench_network.c %D%/bench_postgresql.c %D%/bench_report.c %D%/bench_requests.c %D%/bench_requests.h %D%/bench_screen.c %D%/bench_server.c %D%/bench_streams.c \
	%D%/bench_sync.c %D%/bench_world.c %D%/load.c %D%/load.h \
	tests/screen/term.c tests/screen/term.h tests/screen/world.c tests/screen/world.h
EXTRA_DIST += %D%/make-groups %D%/make-referrals
%C%_bench_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
%C%_bench_LDADD = src/base/libbase.a $(VTERM_LIBS) $(GLIB_LIBS) -lutil -lm
%C%_bare_SOURCES = %D%/bare.c
%C%_bare_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(MICROHTTPD_CFLAGS) $(NCURSES_CFLAGS) $(PQ_CFLAGS)
%C%_bare_LDADD = $(SQLITE_LIBS) $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(NCURSES_LIBS) $(PQ_LIBS) $(GLIB_LIBS)

bench: all tests/screen/terminfo/x/xterm-without-rep %D%/bench$(EXEEXT) %D%/bare$(EXEEXT)
	@test -z '$(SANITIZE_FLAGS)' || { echo 'make bench: this build has sanitizers; use the one of ./bootstrap (build/)' >&2; exit 1; }
	@export top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' LEADLINE_TEST_PG_FSYNC=on; \
	with=$(top_srcdir)/tests/with-postgresql; $$with true 2>/dev/null || with=; \
	$$with $(top_builddir)/%D%/bench $(BENCH)
endif
