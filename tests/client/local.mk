# SPDX-License-Identifier: GPL-3.0-or-later
# The client's library against a real leadlined, through a network that fails on purpose.
if HAVE_CMOCKA
client_world = %D%/world.c %D%/world.h %D%/peer.c %D%/peer.h %D%/faults.c %D%/faults.h
client_suites = %D%/test_client %D%/test_meetings %D%/test_outbox %D%/test_scopes %D%/test_network %D%/test_embedded %D%/test_net
check_PROGRAMS += $(client_suites)
TESTS += $(client_suites)
dist_check_SCRIPTS += %D%/run-postgresql.sh
if HAVE_POSTGRESQL
TESTS += %D%/run-postgresql.sh
endif
%C%_test_client_SOURCES = %D%/test_client.c $(client_world) $(client_fixture)
%C%_test_client_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_outbox_SOURCES = %D%/test_outbox.c $(client_world) $(client_fixture)
%C%_test_outbox_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_scopes_SOURCES = %D%/test_scopes.c $(client_world) $(client_fixture)
%C%_test_scopes_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_network_SOURCES = %D%/test_network.c $(client_world) $(client_fixture)
%C%_test_network_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_meetings_SOURCES = %D%/test_meetings.c $(client_world) $(client_fixture)
%C%_test_meetings_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_embedded_SOURCES = %D%/test_embedded.c $(client_fixture)
%C%_test_embedded_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
%C%_test_net_SOURCES = %D%/test_net.c %D%/peer.c %D%/peer.h $(client_fixture)
%C%_test_net_LDADD = $(CLIENT_TEST_LIBS) $(GMODULE_LIBS)
endif
