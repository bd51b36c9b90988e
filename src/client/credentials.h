/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tokens of a profile, and where they are. One table of places, asked in this order; the first that has any wins:
 *
 *   environment   LEADLINE_TOKEN; never stored elsewhere
 *   command       `token_command` of the profile; run again when its token has expired
 *   keyring       the desktop's (client/keyring.h)
 *   file          0600 in the state directory, only when the profile says insecure_storage: then the keyring is not asked
 *   memory        else, until the end
 *
 * Nothing is ever stored in plain text unless that was asked for: what the keyring does not take stays in memory, and
 * `why` says so. Never in a log, an argument or a message.
 *
 * Legal order: credentials_open(); credentials_fetch() as often as one likes; credentials_keep(), credentials_renew() and
 * credentials_drop(), one at a time; credentials_close(). Calls with a callback never wait; it comes once, perhaps before
 * they return; never after credentials_close(), nor after credentials_keep() or credentials_drop() have made it void.
 */
#pragma once

#include "client/profile.h"
#include "model/account.h"

typedef enum TokenPlace {
    TOKENS_NONE,
    TOKENS_ENVIRONMENT,
    TOKENS_COMMAND,
    TOKENS_KEYRING,
    TOKENS_FILE,
    TOKENS_MEMORY,
} TokenPlace;

/* "keyring": for scripts, never translated. */
const char *token_place_code(TokenPlace place);

typedef void (*CredentialsFunc)(gpointer data);

typedef struct Credentials {
    char *access, *refresh; /* NULL none; refresh is NULL of the environment's and of a command's */
    TokenPlace place;
    char *why; /* what kept them from a safer place, or from being found; NULL nothing. Clean */
    bool keyring_asked, keyring_works; /* as far as is known */

    /* its own */
    Profile *profile;
    bool fetched;
    GArray *waiting; /* callbacks of the fetch that runs; NULL none runs */
    CredentialsFunc done;
    gpointer data;
    struct KeyringJob *job;
    struct TokenCommand *command;
} Credentials;

/* Takes what takes no time: the environment's, the file's. Nothing stored, or nothing that makes sense, is no error.
 * BAD_CONFIG when others may read the file. */
bool credentials_open(Credentials *credentials, const Profile *profile, GError **error);
/* Asks the places that take time, once; then access and why are as they are. */
void credentials_fetch(Credentials *credentials, CredentialsFunc done, gpointer data);
/* The same again: after the keyring was unlocked, say. */
void credentials_fetch_again(Credentials *credentials, CredentialsFunc done, gpointer data);
/* Takes a new pair; done is called when it is stored as safely as can be: place says where, why what was in the way. IO when
 * the file cannot be written: *error, and they are in memory. */
bool credentials_keep(Credentials *credentials, const Tokens *tokens, CredentialsFunc done,
                      gpointer data, GError **error);
/* Forgets them, in memory and in all places that hold them. */
void credentials_drop(Credentials *credentials, CredentialsFunc done, gpointer data);
/* Wipes them from memory; what is stored stays. */
void credentials_close(Credentials *credentials);

/* The same process may not be read by others of this user, nor dump its memory. */
void credentials_protect_process(void);
