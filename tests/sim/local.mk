# SPDX-License-Identifier: GPL-3.0-or-later
# Client, network and server in one simulated world: sim.c. `make sim SEEDS=100000` for more worlds than `make check` has time for.
check_PROGRAMS += %D%/sim
TESTS += %D%/sim
%C%_sim_SOURCES = %D%/sim.c %D%/history.h \
	%D%/disk.c %D%/disk.h \
	%D%/group.c %D%/group.h \
	%D%/oracle.c %D%/oracle.h \
	%D%/play.c %D%/play.h %D%/play_private.h %D%/play_groups.c %D%/play_others.c %D%/play_rooms.c \
	%D%/post.c \
	%D%/sched.c %D%/sched.h \
	%D%/verify.c %D%/verify.h %D%/verify_private.h %D%/verify_groups.c %D%/verify_value.c \
	%D%/wire.c %D%/wire.h \
	%D%/world.c %D%/world.h
%C%_sim_LDADD = src/client/libclient.a src/server/libserver.a src/wire/libwire.a src/db/libdb.a
if HAVE_POSTGRESQL
%C%_sim_LDADD += src/db/libdbpg.a src/db/libdb.a
endif
%C%_sim_LDADD += src/model/libmodel.a src/base/libbase.a $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(SODIUM_LIBS) $(OATH_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) \
	$(SQLITE_LIBS) $(PQ_LIBS) $(GLIB_LIBS)
SEEDS = 20000
sim: %D%/sim
	SIM_SEEDS=$(SEEDS) ./%D%/sim
.PHONY: sim
