/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tokens of a profile. They live in memory; on disk (0600, in the state directory) only when the profile says
 * insecure_storage; LEADLINE_TOKEN in the environment overrides both and is never stored. Never in a log or argv.
 */
#pragma once

#include "client/profile.h"
#include "model/account.h"

typedef struct Credentials {
    char *access, *refresh; /* NULL none; refresh is NULL with LEADLINE_TOKEN */
    bool from_environment;
} Credentials;

/* Nothing stored, or nothing that makes sense, is no error: both NULL. BAD_CONFIG when others may read the file. */
bool credentials_load(Credentials *credentials, const Profile *profile, GError **error);
/* Takes a new pair; written durably before it returns, when it is stored at all. */
bool credentials_set(Credentials *credentials, const Profile *profile, const Tokens *tokens,
                     GError **error);
/* Wipes them from memory; what is stored stays. */
void credentials_forget(Credentials *credentials);
/* Forgets them, in memory and on disk. */
void credentials_clear(Credentials *credentials, const Profile *profile);
/* The same process may not be read by others of this user, nor dump its memory. */
void credentials_protect_process(void);
