/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in with a browser: the address, the code (large) and a QR code of both, until somebody has allowed it there. */
#pragma once

#include "app.h"

/* Starts it and shows it. for_this: the profile at hand was opened for it, and goes when it is given up. */
void device_begin(App *app, bool for_this);
