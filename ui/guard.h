/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever happens while the screen is up, the terminal is given back. A crash (SIGSEGV, SIGABRT and their like, also with the
 * stack used up) restores it in the signal handler, says so, and leaves a backtrace; then the signal takes its course. What
 * libraries and failed assertions write to standard error is kept aside meanwhile, where it does not spoil the screen; it goes
 * to XDG_STATE_HOME/leadline/screen.log.
 */
#pragma once

#include <termios.h>

/* goodbye: the bytes that put the terminal right (copied). found: its modes as they were; borrowed until guard_end(). */
void guard_begin(const char *goodbye, const struct termios *found);
/* Says where the file is when something was written to it. */
void guard_end(void);
