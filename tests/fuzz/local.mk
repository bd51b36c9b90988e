# SPDX-License-Identifier: GPL-3.0-or-later
# A fuzz target is a file tests/fuzz/fuzz_NAME.c with the one function of fuzz.h, a small corpus in
# tests/fuzz/corpus/NAME/, and two lines here:
#
#	fuzz_targets += %D%/fuzz_NAME
#	%C%_fuzz_NAME_LDADD = $(FUZZ_LIBS) src/LAYER/libLAYER.a ... $(GLIB_LIBS)
#
# With `configure --enable-fuzzing CC=clang` it is built with libFuzzer, and `make fuzz` runs every target for SECONDS
# from its corpus; what it finds is kept in tests/fuzz/found/NAME of the build. In every other build driver.c is its main(),
# and `make check` feeds it the corpus and all small changes of it.
fuzz_targets = %D%/fuzz_text %D%/fuzz_json %D%/fuzz_sse %D%/fuzz_field %D%/fuzz_search
%C%_fuzz_text_LDADD = $(FUZZ_LIBS) src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_text_SOURCES = %D%/fuzz_text.c %D%/text_properties.h
%C%_fuzz_json_LDADD = $(FUZZ_LIBS) src/wire/libwire.a src/model/libmodel.a src/base/libbase.a $(CJSON_LIBS) $(GLIB_LIBS)
%C%_fuzz_sse_LDADD = $(FUZZ_LIBS) src/client/libclient.a src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_field_LDADD = $(FUZZ_LIBS) src/model/libmodel.a src/base/libbase.a $(GLIB_LIBS)
FUZZ_SERVER_LIBS = src/server/libserver.a src/wire/libwire.a src/db/libdb.a
if HAVE_POSTGRESQL
FUZZ_SERVER_LIBS += src/db/libdbpg.a src/db/libdb.a
endif
FUZZ_SERVER_LIBS += src/model/libmodel.a src/base/libbase.a $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(SODIUM_LIBS) $(OATH_LIBS) $(ZIP_LIBS) $(CJSON_LIBS) \
	$(SQLITE_LIBS) $(PQ_LIBS) $(GLIB_LIBS)
%C%_fuzz_search_LDADD = $(FUZZ_LIBS) $(FUZZ_SERVER_LIBS)

fuzz_targets += %D%/fuzz_server_config %D%/fuzz_frame
%C%_fuzz_server_config_LDADD = $(FUZZ_LIBS) $(FUZZ_SERVER_LIBS)
%C%_fuzz_frame_LDADD = $(FUZZ_LIBS) $(FUZZ_SERVER_LIBS)

fuzz_targets += %D%/fuzz_mail %D%/fuzz_mail_reply
%C%_fuzz_mail_reply_LDADD = $(FUZZ_LIBS) $(FUZZ_SERVER_LIBS)
%C%_fuzz_mail_LDADD = $(FUZZ_LIBS) $(FUZZ_SERVER_LIBS)

fuzz_targets += %D%/fuzz_decode %D%/fuzz_keymap
%C%_fuzz_decode_LDADD = $(FUZZ_LIBS) ui/libui.a src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_keymap_LDADD = $(FUZZ_LIBS) $(UI_TEST_LIBS)

fuzz_targets += %D%/fuzz_feed %D%/fuzz_query %D%/fuzz_limit %D%/fuzz_config
CLIENT_FUZZ_LIBS = $(FUZZ_LIBS) src/client/libclient.a src/wire/libwire.a src/db/libdb.a src/model/libmodel.a \
	src/base/libbase.a $(CJSON_LIBS) $(SQLITE_LIBS) $(GLIB_LIBS)
%C%_fuzz_feed_SOURCES = %D%/fuzz_feed.c %D%/cache_world.c %D%/cache_world.h
%C%_fuzz_feed_LDADD = $(CLIENT_FUZZ_LIBS)
%C%_fuzz_query_SOURCES = %D%/fuzz_query.c %D%/cache_world.c %D%/cache_world.h
%C%_fuzz_query_LDADD = $(CLIENT_FUZZ_LIBS)
%C%_fuzz_limit_SOURCES = %D%/fuzz_limit.c %D%/cache_world.c %D%/cache_world.h
%C%_fuzz_limit_LDADD = $(CLIENT_FUZZ_LIBS)
%C%_fuzz_config_LDADD = $(CLIENT_FUZZ_LIBS)
fuzz_targets += %D%/fuzz_card %D%/fuzz_agenda
%C%_fuzz_agenda_LDADD = $(FUZZ_LIBS) src/model/libmodel.a src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_card_LDADD = $(FUZZ_LIBS) src/client/libclient.a src/model/libmodel.a src/base/libbase.a $(GLIB_LIBS)

if FUZZING
FUZZ_LIBS = $(LIBFUZZER)
noinst_PROGRAMS += $(fuzz_targets)
SECONDS = 30
fuzz: $(fuzz_targets)
	@for target in $(fuzz_targets); do \
	  name=$${target##*/fuzz_}; found=tests/fuzz/found/$$name; $(MKDIR_P) $$found; \
	  echo "fuzz_$$name for $(SECONDS) s"; \
	  ./$$target -max_total_time=$(SECONDS) -max_len=4096 -artifact_prefix=$$found/ $$found \
	    '$(srcdir)/tests/fuzz/corpus/'$$name >$$found.log 2>&1 || { tail -n 40 $$found.log; exit 1; }; \
	  tail -n 1 $$found.log; \
	done
else
fuzz:
	@echo 'This build has no libFuzzer: ../configure --enable-fuzzing CC=clang in a folder of its own' >&2; exit 1
FUZZ_LIBS = %D%/libfuzzdriver.a
check_LIBRARIES += %D%/libfuzzdriver.a
%C%_libfuzzdriver_a_SOURCES = %D%/driver.c %D%/fuzz.h
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
endif
EXTRA_DIST += %D%/corpus
