/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/config.h"

#include <string.h>

#include "base/problem.h"
#include <config.h>
#include "db/driver.h"
#include "server/crypto.h"
#include "server/listener.h"
#include "server/mail_message.h"
#include "base/log.h"

const DbDriver *const server_drivers[] = {
    &db_sqlite,
#ifdef HAVE_POSTGRESQL
    &db_postgres,
#endif
    NULL,
};

static bool check_database(const char *url)
{
    for (const DbDriver *const *driver = server_drivers; *driver; driver++)
        for (const char *const *scheme = (*driver)->schemes; *scheme; scheme++)
            if (g_str_has_prefix(url, *scheme) && url[strlen(*scheme)] != '\0')
                return true;
    return false;
}

static bool check_level(const char *name)
{
    return log_level_find(name, NULL);
}

static bool check_proxies(const char *list)
{
    g_auto(GStrv) all = g_strsplit(list, " ", -1);
    bool ok = true;
    for (char **one = all; *one; one++)
        ok = ok && g_hostname_is_ip_address(*one);
    return ok;
}

static bool check_public_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    return uri && !g_str_has_suffix(url, "/") && !g_uri_get_query(uri) &&
           !g_uri_get_fragment(uri) && !g_uri_get_userinfo(uri) && g_uri_get_host(uri) &&
           *g_uri_get_host(uri) &&
           (g_str_equal(g_uri_get_scheme(uri), "https") ||
            g_str_equal(g_uri_get_scheme(uri), "http"));
}

static bool check_smtp_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    return uri && g_uri_get_host(uri) && *g_uri_get_host(uri) && !g_uri_get_userinfo(uri) &&
           !g_uri_get_query(uri) && !g_uri_get_fragment(uri) && *g_uri_get_path(uri) == '\0' &&
           (g_str_equal(g_uri_get_scheme(uri), "smtp") ||
            g_str_equal(g_uri_get_scheme(uri), "smtps"));
}

static bool check_mail_from(const char *text)
{
    g_autofree char *name = NULL, *address = NULL;
    return mail_address_split(text, &name, &address);
}

static bool check_mail_reply(const char *text)
{
    g_autofree char *address = mail_address(text, NULL);
    return address != NULL;
}

#define AT(member) offsetof(Config, member)
const ConfigKey config_keys[] = {
    { "database", CONFIG_TEXT, AT(database), .initial = "sqlite:leadline.db", .value = "URL",
      .help = "sqlite:PATH or postgresql://USER@HOST/NAME", .check = check_database },
    { "listen", CONFIG_TEXT, AT(listen), .initial = "127.0.0.1:7411", .value = "ADDRESS",
      .help = "HOST:PORT, [IPV6]:PORT or unix:PATH (mode 0600)", .check = listener_address_ok },
    { "public_url", CONFIG_TEXT, AT(public_url), .value = "URL",
      .help = "https://HOST as people reach it, for the address shown by a log-in in the browser; "
              "without it, what the client calls the server",
      .check = check_public_url },
    { "log", CONFIG_TEXT, AT(log), .initial = "info", .value = "LEVEL",
      .help = "error, warning, info (every request) or debug; to stderr", .check = check_level },
    { "threads", CONFIG_INT, AT(threads), 0, 64, "0", .value = "N",
      .help = "HTTP threads; 0 = 2 with SQLite, 4 with PostgreSQL" },
    { "workers", CONFIG_INT, AT(workers), 1, 64, "8", .value = "N",
      .help = "PostgreSQL only: connections that write" },
    { "max_connections", CONFIG_INT, AT(max_connections), 8, 100000, "2000", .value = "N",
      .help = "open connections of the API; more are closed at once" },
    { "max_streams", CONFIG_INT, AT(max_streams), 8, 100000, "10000", .value = "N",
      .help = "open event streams" },
    { "hints", CONFIG_BOOL, AT(hints), .initial = "yes",
      .help = "PostgreSQL only: servers tell each other at once what changed (LISTEN, NOTIFY)" },
    { "poll_seconds", CONFIG_INT, AT(poll_seconds), 1, 3600, "2", .value = "N",
      .help = "PostgreSQL only: how often streams look for what other servers wrote" },
    { "header_seconds", CONFIG_INT, AT(header_seconds), 1, 300, "10", .value = "N",
      .help = "time for the headers of a request" },
    { "body_seconds", CONFIG_INT, AT(body_seconds), 1, 3600, "30", .value = "N",
      .help = "time for the body of a request" },
    { "body_memory", CONFIG_INT, AT(body_memory), 1, 65536, "64", .value = "MIB",
      .help = "memory for the bodies of all requests" },
    { "rate_reads", CONFIG_INT, AT(rate_reads), 0, 1000000, "6000", .value = "N",
      .help = "reads of an account in a minute; 0 = any number; local callers have no limit" },
    { "rate_writes", CONFIG_INT, AT(rate_writes), 0, 1000000, "6000", .value = "N",
      .help = "writes likewise; each operation of a batch is one" },
    { "tls_certificate", CONFIG_TEXT, AT(tls_certificate), .value = "FILE",
      .help = "serve TLS with this certificate and those that signed it (PEM); SIGHUP reads it "
              "again" },
    { "tls_key", CONFIG_TEXT, AT(tls_key), .value = "FILE",
      .help = "the certificate's private key (PEM), which nobody else may read" },
    { "argon2_memory", CONFIG_INT, AT(argon2_memory), CRYPTO_MEMORY_MIN_KIB, 1048576, "65536",
      .value = "KIB", .help = "memory of one password hash (below 19456: for tests only)" },
    { "argon2_passes", CONFIG_INT, AT(argon2_passes), 1, 16, "3", .value = "N",
      .help = "passes of one password hash" },
    { "sign_up", CONFIG_BOOL, AT(sign_up), .initial = "yes",
      .help = "anybody who reaches the server may make an account" },
    { "metrics_token_file", CONFIG_TEXT, AT(metrics_token_file), .value = "FILE",
      .help = "its first line is a bearer token for /metrics and /readyz; without it, only local "
              "callers" },
    { "proxies", CONFIG_TEXT, AT(proxies), .value = "ADDRESSES",
      .help = "proxies, blank-separated, whose X-Forwarded-For is believed; local ones always are",
      .check = check_proxies },
    { "smtp_url", CONFIG_TEXT, AT(smtp_url), .value = "URL",
      .help = "smtp://HOST:PORT or smtps://HOST:PORT of the server that takes mail; without it, "
              "mail waits",
      .check = check_smtp_url },
    { "smtp_tls", CONFIG_BOOL, AT(smtp_tls), .initial = "yes",
      .help = "with smtp://, no mail without STARTTLS; no: for a server on this machine" },
    { "smtp_user", CONFIG_TEXT, AT(smtp_user), .value = "NAME",
      .help = "log in to the mail server as NAME" },
    { "smtp_password_file", CONFIG_TEXT, AT(smtp_password_file), .value = "FILE",
      .help = "its first line is the password; read again for each mail" },
    { "smtp_ca_file", CONFIG_TEXT, AT(smtp_ca_file), .value = "FILE",
      .help = "trust these certificates (PEM) for mail, instead of the system's" },
    { "smtp_seconds", CONFIG_INT, AT(smtp_seconds), 1, 600, "60", .value = "N",
      .help = "time for one mail to be taken" },
    { "mail_from", CONFIG_TEXT, AT(mail_from), .value = "ADDRESS",
      .help = "whom mail comes from: ADDRESS or NAME <ADDRESS>; answers should reach somebody",
      .check = check_mail_from },
    { "mail_reply", CONFIG_TEXT, AT(mail_reply), .value = "ADDRESS",
      .help =
          "where answers to invitations to meetings go: its mail is to be piped into \"leadlined "
          "mail receive\"; without it, mail_from",
      .check = check_mail_reply },
    { "mail_inbound_secret_file", CONFIG_TEXT, AT(mail_inbound_secret_file), .value = "FILE",
      .help = "its first line is the secret of POST /v1/mail/inbound; without it, there is none" },
    { "ready_fd", CONFIG_INT, AT(ready_fd), -1, 1023, "-1", true, "FD",
      "write \"ready\" to this file descriptor once the server listens" },
    { "exit_with_parent", CONFIG_BOOL, AT(exit_with_parent), .initial = "no", .flag_only = true,
      .help = "stop when standard input ends" },
    { "lively", CONFIG_BOOL, AT(lively), .initial = "no", .flag_only = true,
      .help = "new leads for member@demo.example keep arriving" },
    { 0 },
};
#undef AT

static void *key_at(Config *config, const ConfigKey *key)
{
    return (char *)config + key->offset;
}

/* Sets a key from text; *error says what would be right. */
static bool key_set(Config *config, const ConfigKey *key, const char *text, GError **error)
{
    switch (key->type) {
    case CONFIG_TEXT: {
        char **slot = key_at(config, key);
        if (*text == '\0')
            return problem_set(error, PROBLEM_BAD_CONFIG, "%s: a value is missing (%s)", key->name,
                               key->help);
        if (key->check && !key->check(text))
            return problem_set(error, PROBLEM_BAD_CONFIG, "%s: must be %s", key->name, key->help);
        g_free(*slot);
        *slot = g_strdup(text);
        return true;
    }
    case CONFIG_INT: {
        gint64 number;
        if (!g_ascii_string_to_signed(text, 10, key->min, key->max, &number, NULL))
            return problem_set(error, PROBLEM_BAD_CONFIG,
                               "%s: must be a number from %" G_GINT64_FORMAT
                               " to %" G_GINT64_FORMAT,
                               key->name, key->min, key->max);
        *(gint64 *)key_at(config, key) = number;
        return true;
    }
    case CONFIG_BOOL:
        if (g_str_equal(text, "yes") || g_str_equal(text, "no")) {
            *(gint64 *)key_at(config, key) = text[0] == 'y';
            return true;
        }
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s: must be yes or no", key->name);
    }
    g_assert_not_reached();
}

void config_init(Config *config)
{
    *config = (Config){ 0 };
    for (const ConfigKey *key = config_keys; key->name; key++)
        if (key->initial)
            g_assert(key_set(config, key, key->initial, NULL));
}

void config_clear(Config *config)
{
    for (const ConfigKey *key = config_keys; key->name; key++)
        if (key->type == CONFIG_TEXT)
            g_free(*(char **)key_at(config, key));
    *config = (Config){ 0 };
}

static const ConfigKey *key_find(const char *name, size_t length, char dash)
{
    for (const ConfigKey *key = config_keys; key->name; key++) {
        size_t i = 0;
        while (i < length && key->name[i] && (key->name[i] == '_' ? dash : key->name[i]) == name[i])
            i++;
        if (i == length && key->name[i] == '\0')
            return key;
    }
    return NULL;
}

static bool line_read(Config *config, char *line, GHashTable *seen, GError **error)
{
    char *hash = strchr(line, '#');
    if (hash && (hash == line || g_ascii_isspace(hash[-1])))
        *hash = '\0';
    g_strstrip(line);
    if (*line == '\0')
        return true;
    char *equals = strchr(line, '=');
    if (!equals)
        return problem_set(error, PROBLEM_BAD_CONFIG, "must be \"key = value\"");
    *equals = '\0';
    g_strchomp(line);
    const ConfigKey *key = key_find(line, strlen(line), '_');
    if (!key || key->flag_only)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "unknown key \"%s\" (leadlined --help lists them)", line);
    if (!g_hash_table_add(seen, (gpointer)key->name))
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s is given twice", key->name);
    return key_set(config, key, g_strstrip(equals + 1), error);
}

static int line_of(const char *text, const char *place)
{
    int line = 1;
    for (; text < place; text++)
        line += *text == '\n';
    return line;
}

bool config_read_text(Config *config, const char *name, const char *text, size_t length,
                      GError **error)
{
    g_autoptr(GError) local = NULL;
    const char *end;
    if (!g_utf8_validate_len(text, length, &end))
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s:%d: must be UTF-8 text", name,
                           line_of(text, end));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    for (int i = 0; lines[i]; i++)
        if (!line_read(config, lines[i], seen, &local))
            return problem_set(error, PROBLEM_BAD_CONFIG, "%s:%d: %s", name, i + 1, local->message);
    return true;
}

bool config_read_file(Config *config, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) local = NULL;
    if (!g_file_get_contents(path, &text, &length, &local))
        return problem_set(error, PROBLEM_BAD_CONFIG, "%s: %s", path, local->message);
    return config_read_text(config, path, text, length, error);
}

/* The value of the flag argv[i]: after "=", or the next argument. NULL when it is missing. */
static const char *flag_value(int argc, char **argv, int i, const char *equals, int *used)
{
    *used = 1;
    if (equals)
        return equals + 1;
    if (i + 1 >= argc)
        return NULL;
    *used = 2;
    return argv[i + 1];
}

/* One flag; *used = arguments it took, 0 when it is not one of ours. */
static bool flag_read(Config *config, int argc, char **argv, int i, int *used, GError **error)
{
    *used = 0;
    if (!g_str_has_prefix(argv[i], "--"))
        return true;
    const char *name = argv[i] + 2, *equals = strchr(name, '=');
    const ConfigKey *key = key_find(name, equals ? (size_t)(equals - name) : strlen(name), '-');
    if (!key)
        return true;
    if (key->type == CONFIG_BOOL && !equals) {
        *used = 1;
        return key_set(config, key, "yes", error);
    }
    const char *value = flag_value(argc, argv, i, equals, used);
    if (!value)
        return problem_set(error, PROBLEM_USAGE, "%s needs a value: %s", argv[i], key->value);
    g_autoptr(GError) local = NULL;
    if (key_set(config, key, value, &local))
        return true;
    return problem_set(error, PROBLEM_USAGE, "--%.*s: %s", (int)strcspn(name, "="), name,
                       strchr(local->message, ':') + 2);
}

/* --config FILE anywhere: read before the flags, so that they win. */
static bool config_file_flag(Config *config, int *argc, char **argv, GError **error)
{
    for (int i = 1; i < *argc && !g_str_equal(argv[i], "--"); i++) {
        if (!g_str_equal(argv[i], "--config") && !g_str_has_prefix(argv[i], "--config="))
            continue;
        int used;
        const char *path = flag_value(*argc, argv, i, strchr(argv[i], '='), &used);
        if (!path)
            return problem_set(error, PROBLEM_USAGE, "--config needs a value: FILE");
        if (!config_read_file(config, path, error))
            return false;
        memmove(argv + i, argv + i + used, (size_t)(*argc - i - used + 1) * sizeof *argv);
        *argc -= used;
        i--;
    }
    return true;
}

bool config_read_flags(Config *config, int *argc, char **argv, GError **error)
{
    if (!config_file_flag(config, argc, argv, error))
        return false;
    int left = 1, used;
    for (int i = 1; i < *argc; i += MAX(used, 1)) {
        if (!flag_read(config, *argc, argv, i, &used, error))
            return false;
        if (used == 0)
            argv[left++] = argv[i];
    }
    argv[left] = NULL;
    *argc = left;
    return true;
}

void config_print_help(GString *out)
{
    g_string_append_printf(out, "  %-30s %s\n", "--config FILE",
                           "read \"key = value\" lines first");
    for (const ConfigKey *key = config_keys; key->name; key++) {
        g_autofree char *name = g_strdelimit(g_strdup(key->name), "_", '-');
        g_autofree char *flag = g_strdup_printf("--%s%s%s", name, key->value ? " " : "",
                                                key->value ? key->value : "");
        g_string_append_printf(out, "  %-30s %s", flag, key->help);
        if (key->initial && key->value && !key->flag_only)
            g_string_append_printf(out, " [%s]", key->initial);
        g_string_append_c(out, '\n');
    }
}

void config_print_example(GString *out)
{
    g_string_append(out, "# leadlined --config FILE: every key with its default.\n");
    for (const ConfigKey *key = config_keys; key->name; key++)
        if (!key->flag_only)
            g_string_append_printf(out, "\n# %s\n%s%s = %s\n", key->help, key->initial ? "" : "# ",
                                   key->name, key->initial ? key->initial : "/path");
}
