# SPDX-License-Identifier: GPL-3.0-or-later
# A fuzz target is a file tests/fuzz/fuzz_NAME.c with the one function of fuzz.h, a small corpus in
# tests/fuzz/corpus/NAME/, and two lines here:
#
#	fuzz_targets += %D%/fuzz_NAME
#	%C%_fuzz_NAME_LDADD = $(FUZZ_LIBS) src/LAYER/libLAYER.a ... $(GLIB_LIBS)
#
# With `configure --enable-fuzzing CC=clang` it is built with libFuzzer: run it by hand, as in
# `tests/fuzz/fuzz_NAME -max_total_time=60 DIR ../tests/fuzz/corpus/NAME`. In every other build
# driver.c is its main(), and `make check` feeds it the corpus and all small changes of it.
fuzz_targets = %D%/fuzz_text
%C%_fuzz_text_LDADD = $(FUZZ_LIBS) src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_text_SOURCES = %D%/fuzz_text.c %D%/text_properties.h

fuzz_targets += %D%/fuzz_decode %D%/fuzz_keymap
%C%_fuzz_decode_LDADD = $(FUZZ_LIBS) ui/libui.a src/base/libbase.a $(GLIB_LIBS)
%C%_fuzz_keymap_LDADD = $(FUZZ_LIBS) $(UI_TEST_LIBS)

if FUZZING
FUZZ_LIBS = $(LIBFUZZER)
noinst_PROGRAMS += $(fuzz_targets)
else
FUZZ_LIBS = %D%/libfuzzdriver.a
check_LIBRARIES += %D%/libfuzzdriver.a
%C%_libfuzzdriver_a_SOURCES = %D%/driver.c %D%/fuzz.h
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
endif
EXTRA_DIST += %D%/corpus
