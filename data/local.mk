# SPDX-License-Identifier: GPL-3.0-or-later

# The watcher as a service of the user's session.
systemduserunit_DATA = %D%/leadline-watch.service
EXTRA_DIST += %D%/leadline-watch.service.in
CLEANFILES += %D%/leadline-watch.service
%D%/leadline-watch.service: %D%/leadline-watch.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && sed 's,[@]bindir[@],$(bindir),' $(srcdir)/%D%/leadline-watch.service.in > $@
