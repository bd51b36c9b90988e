# SPDX-License-Identifier: GPL-3.0-or-later
# The documents are held against the programs.
check_PROGRAMS += %D%/manual
%C%_manual_LDADD = ui/libui.a src/cli/libcli.a src/client/libclient.a src/server/libserver.a src/wire/libwire.a src/db/libdb.a
if HAVE_POSTGRESQL
%C%_manual_LDADD += src/db/libdbpg.a src/db/libdb.a
endif
%C%_manual_LDADD += src/model/libmodel.a src/base/libbase.a $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(SODIUM_LIBS) $(OATH_LIBS) $(ZIP_LIBS) $(NCURSES_LIBS) \
	$(READLINE_LIBS) $(CJSON_LIBS) $(SQLITE_LIBS) $(PQ_LIBS) $(GMODULE_LIBS) $(GLIB_LIBS)
dist_check_SCRIPTS += %D%/check-doc
TESTS += %D%/check-doc
