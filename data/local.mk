# SPDX-License-Identifier: GPL-3.0-or-later

# The watcher as a service of the user's session.
systemduserunit_DATA = %D%/leadline-watch.service
EXTRA_DIST += %D%/leadline-watch.service.in
CLEANFILES += %D%/leadline-watch.service
%D%/leadline-watch.service: %D%/leadline-watch.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && sed 's,[@]bindir[@],$(bindir),' $(srcdir)/%D%/leadline-watch.service.in > $@

# What the system's own services need: units, and HAProxy's configuration as an example.
dist_doc_DATA = %D%/haproxy.cfg
dist_systemdsystemunit_DATA = %D%/systemd/leadlined.socket %D%/systemd/leadlined-backup.timer
nodist_systemdsystemunit_DATA = %D%/systemd/leadlined.service %D%/systemd/leadlined-backup.service
EXTRA_DIST += $(nodist_systemdsystemunit_DATA:=.in)
CLEANFILES += $(nodist_systemdsystemunit_DATA)
$(nodist_systemdsystemunit_DATA): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's,[@]bindir[@],$(bindir),g' $< > $@
