/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS of libmicrohttpd, by GnuTLS: certificate and key can be changed while connections are open. */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/httpd_internal.h"

#define CHAIN_MAX 16
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A certificate with those that signed it, and its key. GnuTLS borrows them for as long as a handshake takes, which nobody tells
 * us: so the ones before are kept, some kilobytes for each renewal. */
typedef struct Identity {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned length;
    gnutls_privkey_t key;
} Identity;

static struct {
    GMutex lock;
    GPtrArray *all; /* Identity; the last one is in use */
} tls;

static void identity_free(gpointer data)
{
    Identity *identity = data;
    for (unsigned i = 0; i < identity->length; i++)
        gnutls_pcert_deinit(&identity->chain[i]);
    if (identity->key)
        gnutls_privkey_deinit(identity->key);
    g_free(identity);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identity, identity_free)

/* ---- reading */

static bool refuse(GError **error, const char *path, int code)
{
    return problem_set(error, PROBLEM_BAD_CONFIG, "%s: %s", path, gnutls_strerror(code));
}

/* Whoever can read the key is the server. Its group may, as Debian's ssl-cert does. */
static bool check_private(const char *path, GError **error)
{
    struct stat stat_;
    if (stat(path, &stat_) != 0)
        return problem_set(error, PROBLEM_BAD_CONFIG, "tls_key: %s: %s", path, g_strerror(errno));
    return (stat_.st_mode & 027) == 0 ||
           problem_set(error, PROBLEM_BAD_CONFIG,
                       "tls_key: %s can be read by everybody or written by others: chmod 0600 it",
                       path);
}

/* The library has this check only here. */
static bool check_match(const char *certificate, const char *key, GError **error)
{
    gnutls_certificate_credentials_t pair;
    int code = gnutls_certificate_allocate_credentials(&pair);
    if (code < 0)
        return refuse(error, certificate, code);
    code = gnutls_certificate_set_x509_key_file(pair, certificate, key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(pair);
    return code >= 0 || refuse(error, key, code);
}

static bool read_key(Identity *identity, const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    char *text;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, &local))
        return problem_set(error, PROBLEM_BAD_CONFIG, "tls_key: %s", local->message);
    gnutls_datum_t data = { (unsigned char *)text, (unsigned)length };
    int code = gnutls_privkey_init(&identity->key);
    if (code >= 0)
        code = gnutls_privkey_import_x509_raw(identity->key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_memset(text, 0, length);
    g_free(text);
    return code >= 0 || refuse(error, path, code);
}

static bool read_chain(Identity *identity, const char *path, GError **error)
{
    unsigned n = CHAIN_MAX;
    int code = gnutls_pcert_list_import_x509_file(identity->chain, &n, path, GNUTLS_X509_FMT_PEM,
                                                  NULL, NULL, 0);
    if (code < 0)
        return refuse(error, path, code);
    identity->length = n;
    return true;
}

bool http_tls_load(const char *certificate, const char *key, GError **error)
{
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "tls_certificate: libmicrohttpd was built without TLS");
    if (!key)
        return problem_set(error, PROBLEM_BAD_CONFIG, "tls_certificate needs tls_key");
    g_autoptr(Identity) identity = g_new0(Identity, 1);
    if (!check_private(key, error) || !check_match(certificate, key, error) ||
        !read_chain(identity, certificate, error) || !read_key(identity, key, error))
        return false;
    g_mutex_lock(&tls.lock);
    if (!tls.all)
        tls.all = g_ptr_array_new_with_free_func(identity_free);
    g_ptr_array_add(tls.all, g_steal_pointer(&identity));
    g_mutex_unlock(&tls.lock);
    return true;
}

void http_tls_unload(void)
{
    g_mutex_lock(&tls.lock);
    g_clear_pointer(&tls.all, g_ptr_array_unref);
    g_mutex_unlock(&tls.lock);
}

/* ---- handing out */

static int identify(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
                    const gnutls_pk_algorithm_t *algorithms, int n_algorithms,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_privkey_t *key)
{
    g_mutex_lock(&tls.lock);
    Identity *identity = tls.all->pdata[tls.all->len - 1];
    g_mutex_unlock(&tls.lock);
    *chain = identity->chain;
    *length = identity->length;
    *key = identity->key;
    return 0;
}

const struct MHD_OptionItem *http_tls_options(void)
{
    static const struct MHD_OptionItem options[] = {
        { MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)identify },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)PRIORITIES },
        { MHD_OPTION_END, 0, NULL },
    };
    return options;
}
