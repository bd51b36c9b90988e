/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the address of an account its own? At sign-up a mail with a link goes to it; the page behind it, /verify, has one
 * button (so that programs that follow links in mails verify nothing). Until then an account may do all but make this server
 * write to other people's addresses: verify_required().
 */
#pragma once

#include "server/call.h"

/* The mail with the link; nothing when the address is verified already. */
bool verify_send(Call *call, const Uuid *account, GError **error);

/* Whoever had a mail knows the address: now it is verified. Tells the account's clients. */
bool verify_set(Call *call, const Uuid *account, GError **error);

/* For what sends mail to an address that the caller typed: EMAIL_UNVERIFIED. */
bool verify_required(Call *call, GError **error);
