/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the server can be told: by a file of "key = value" lines with # comments, and by flags of the same names (dashes
 * for underscores), which win. One table of keys (config_keys) is all there is: parser, limits, --help and the example
 * file come from it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "db/db.h"

#define SQLITE_SCHEME "sqlite:"

typedef struct Config {
    char *database;   /* sqlite:PATH or postgresql://... */
    char *listen;     /* HOST:PORT, [V6]:PORT or unix:PATH */
    char *log;        /* error, warning, info, debug */
    char *public_url; /* how clients reach it; NULL: as each request says */
    char *proxies;    /* addresses whose X-Forwarded-For is believed; NULL: local ones only */
    gint64 threads;   /* HTTP threads; 0 = 2 with SQLite, 4 with PostgreSQL */
    gint64 workers;   /* PostgreSQL: write connections */
    gint64 max_connections, max_streams;
    gint64 hints;         /* bool; PostgreSQL: tell other servers at once */
    gint64 poll_seconds;  /* PostgreSQL: look for what other servers wrote */
    gint64 argon2_memory; /* KiB */
    gint64 argon2_passes;
    gint64 header_seconds, body_seconds;
    gint64 body_memory;              /* MiB */
    gint64 rate_reads, rate_writes;  /* a minute and account; 0 = no limit */
    char *tls_certificate, *tls_key; /* NULL: plain HTTP */
    gint64 sign_up;                  /* bool: POST /v1/accounts is open */
    char *
        /* a bearer token for /metrics and /readyz from elsewhere; NULL = loopback only */
        metrics_token_file;
    /* mail; smtp_url NULL: none is sent */
    char *smtp_url, *smtp_user, *smtp_password_file, *smtp_ca_file, *mail_from;
    char *mail_reply, *mail_inbound_secret_file; /* answers to invitations; NULL: mail_from; none */
    gint64 smtp_tls;                             /* bool */
    gint64 smtp_seconds;
    gint64 ready_fd;                 /* -1 none */
    gint64 exit_with_parent, lively; /* bool */
} Config;

typedef enum ConfigType { CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL } ConfigType;

typedef struct ConfigKey {
    const char *name; /* in the file; flag: the same with dashes */
    ConfigType type;
    size_t offset;
    gint64 min, max;
    const char *initial; /* default, as in the file; NULL none */
    bool flag_only;      /* makes no sense in a file */
    const char *value;   /* what the value is called in --help; NULL for a bool */
    const char *help;
    bool (*check)(const char *text); /* may be NULL; false: it is not as `help` says */
} ConfigKey;
extern const ConfigKey config_keys[]; /* closed by a row without name */

void config_init(Config *config);
void config_clear(Config *config);

/* BAD_CONFIG with "FILE:LINE: what is wrong and what would be right". */
bool config_read_file(Config *config, const char *path, GError **error);
/* The same from memory; name: what it is called in the message. */
bool config_read_text(Config *config, const char *name, const char *text, size_t length,
                      GError **error);

/* Takes its flags (and --config FILE, read first) out of argv; what is left stays in order. USAGE or BAD_CONFIG. */
bool config_read_flags(Config *config, int *argc, char **argv, GError **error);

/* Prints the table: for --help, or as an example file. */
void config_print_help(GString *out);
void config_print_example(GString *out);

/* The drivers this program was built with. */
extern const DbDriver *const server_drivers[];
