/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Another e-mail address for an account. Who is logged in and knows the password names it, POST /v1/me/email: a mail with a link goes
 * there, and a notice to the address that it has. The page behind the link, /email, has one button, which makes the change; the old
 * address is told once more. Sessions stay, since nothing that logs in has changed but the name.
 *
 * Until then the old address is the account's, and whoever reads that mailbox can stop it: a new password makes the link void, as
 * another request does. The change makes links void that went to the old address. Whose an address is, is decided when the button
 * is pressed: of two who want one, or of one and somebody who signs up with it, the first gets it.
 */
#pragma once
