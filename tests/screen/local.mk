# SPDX-License-Identifier: GPL-3.0-or-later
# Screens: scripts of keys, played against the program in a real terminal (libvterm). One suite a script.
if HAVE_VTERM
check_PROGRAMS += %D%/run_screens
%C%_run_screens_SOURCES = %D%/run_screens.c %D%/term.c %D%/term.h %D%/world.c %D%/world.h
%C%_run_screens_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
%C%_run_screens_LDADD = $(VTERM_LIBS) $(GLIB_LIBS) -lutil
endif
SCRIPT_LOG_DRIVER = $(LOG_DRIVER)
SCRIPT_LOG_COMPILER = $(top_builddir)/tests/screen/run_screens

# The network that every world begins with: the same at every run.
%D%/demo.db: leadlined$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D% && rm -f $@ $@-wal $@-shm && LEADLINE_NOW=2025-11-21T14:32:00Z LEADLINE_SEED=1 \
	  ./leadlined$(EXEEXT) load-demo --seed 1 --argon2-memory 64 --argon2-passes 1 --log error \
	  --database sqlite:$@ >$@.log 2>&1
check_DATA += %D%/demo.db
CLEANFILES += %D%/demo.db %D%/demo.db-wal %D%/demo.db-shm %D%/demo.db.log

# What the terminal of the tests can do: see the source.
%D%/terminfo/x/xterm-without-rep: %D%/terminfo.src
	$(AM_V_GEN)rm -rf %D%/terminfo && $(MKDIR_P) %D%/terminfo && TERMINFO= tic -x -o %D%/terminfo $(srcdir)/%D%/terminfo.src
check_DATA += %D%/terminfo/x/xterm-without-rep
EXTRA_DIST += %D%/terminfo.src
clean-local: clean-terminfo
.PHONY: clean-terminfo
clean-terminfo:
	rm -rf %D%/terminfo

screen_plays = \
	%D%/account.script \
	%D%/approvals.script \
	%D%/barred.script \
	%D%/conflict.script \
	%D%/device.script \
	%D%/driver.script \
	%D%/empty.script \
	%D%/group.script \
	%D%/groups.script \
	%D%/help.script \
	%D%/inbox.script \
	%D%/jobs.script \
	%D%/lead.script \
	%D%/meeting.script %D%/meeting-alone.script %D%/meeting-big.script %D%/meeting-sixty.script \
	%D%/looks.script \
	%D%/many.script \
	%D%/new.script \
	%D%/new-two.script \
	%D%/outbox.script \
	%D%/partners.script \
	%D%/programs.script \
	%D%/prompt.script \
	%D%/refused-partner.script \
	%D%/group-reports.script \
	%D%/reports.script \
	%D%/sent.script \
	%D%/sign-in-code.script \
	%D%/snooze.script \
	%D%/terminal.script \
	%D%/verdict.script \
	%D%/welcome.script
EXTRA_DIST += $(screen_plays) %D%/sign-in %D%/other-program %D%/golden %D%/device-server.js %D%/make-group %D%/make-partners %D%/qr.js
if HAVE_VTERM
TESTS += $(screen_plays)
endif
