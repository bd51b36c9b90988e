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

screen_plays = %D%/driver.script
EXTRA_DIST += $(screen_plays)
if HAVE_VTERM
TESTS += $(screen_plays)
endif
