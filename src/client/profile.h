/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A profile is one account on one server, with files of its own (screens.md §3):
 *
 *   XDG_CONFIG_HOME/leadline/            config, keys, inputrc          (shared by all profiles)
 *   XDG_DATA_HOME/leadline/NAME/         leads.db (the store), lock, server.db with --local
 *   XDG_CACHE_HOME/leadline/NAME/        cache.db
 *   XDG_STATE_HOME/leadline/NAME/        tokens (only --insecure-storage), log, history
 *   XDG_RUNTIME_DIR/leadline/NAME/       sock                           (or the state directory)
 *
 * The demo's four are one temporary directory, removed when its client ends (what a crash left behind goes at the next
 * start): its profile is never on disk. Directories 0700, files 0600.
 */
#pragma once

#include <stdbool.h>

#include "base/problem.h"

typedef enum ProfileKind {
    PROFILE_SERVER, /* a server by URL */
    PROFILE_DEMO,   /* private leadlined, demo network, thrown away at the end */
    PROFILE_LOCAL,  /* private leadlined, permanent file */
} ProfileKind;

typedef struct Profile {
    char *name; /* [a-z0-9-]{1,32}; "demo", "local" are their kinds' */
    ProfileKind kind;
    char *server; /* URL: https://..., http://127.0.0.1:..., or unix:PATH */
    char *email;  /* last log-in, may be NULL */
    bool insecure_storage;
    char *token_command; /* gives the token (client/token_command.h); NULL none */
    /* Certificates (PEM) that the server's must be signed by; NULL: those of the system. CURL_CA_BUNDLE of the environment when
     * the profile was made. */
    char *ca_file;
    /* the last four are the profile's own */
    char *config_dir, *data_dir, *cache_dir, *state_dir, *runtime_dir;
} Profile;

/* Reads XDG_CONFIG_HOME/leadline/profiles/NAME, lines of NAME=VALUE; NOT_FOUND when there is none, BAD_CONFIG with
 * "FILE:LINE: ..." when one is wrong. name NULL: LEADLINE_PROFILE, else the
 * default profile of the config, else the only one there is. */
Profile *profile_load(const char *name, GError **error);
/* A profile that is not (yet) on disk; makes the directories. */
Profile *profile_new(ProfileKind kind, const char *name, const char *server, GError **error);
bool profile_save(const Profile *profile, GError **error);
/* Path of a file of the profile: profile_path(p->cache_dir, "cache.db"). Caller frees. */
char *profile_path(const char *dir, const char *name);

/* The profile's lock: held by the one process that writes its cache and sends its outbox, and gone with it. LOCKED when
 * another has it. */
typedef struct ProfileLock ProfileLock;
ProfileLock *profile_lock(const Profile *profile, GError **error);
void profile_unlock(ProfileLock *lock);
/* Another lock of the profile by name, and what its file says. */
ProfileLock *profile_lock_file(const Profile *profile, const char *name, GError **error);
bool profile_lock_write(ProfileLock *lock, const char *text, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileLock, profile_unlock)

/* Removes all files of a demo profile; nothing for the others. */
void profile_discard(const Profile *profile);
/* https anywhere, http only on this machine, unix:PATH. BAD_INPUT says which. */
bool profile_check_server(const char *server, GError **error);
bool profile_any(void); /* is there one at all: else first run */
char **profile_names(void);
Profile *profile_copy(const Profile *profile);
void profile_free(Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)
