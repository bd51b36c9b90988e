/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/smtp.h"

#include <config.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <string.h>

#include "base/problem.h"
#include "base/text.h"
#include "server/library.h"

#define CONNECT_SECONDS 15L
#define REPLY_MAX 300

#define CURL_SYMBOLS(X)                                                                            \
    X(curl_global_init)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_reset)                                                                             \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_perform)                                                                           \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_strerror)                                                                          \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)

static struct {
#define X(name) __typeof__(name) *name;
    CURL_SYMBOLS(X)
#undef X
} curl;

static bool load(GError **error)
{
    static const char *const names[] = {
#define X(name) #name,
        CURL_SYMBOLS(X)
#undef X
            NULL,
    };
    if (curl.curl_slist_free_all)
        return true;
    if (!library_load(CURL_SONAME, names, (gpointer *)&curl, error))
        return false;
    return curl.curl_global_init(CURL_GLOBAL_DEFAULT) == 0 ||
           problem_set(error, PROBLEM_FAILED, "libcurl cannot start");
}

/* How far a mail came: a refusal before its recipient was named is about us, not about it. */
typedef enum Stage { STAGE_GREETING, STAGE_RECIPIENT, STAGE_TEXT } Stage;

struct Smtp {
    CURL *easy;
    char *url, *user, *password_file, *ca_file;
    bool plain;
    gint64 seconds;
    const gint *stop;
    const char *text; /* what is still to be sent */
    size_t left;
    Stage stage;
    bool parting; /* what is said to QUIT is not about the mail */
    int code;
    GString *reply; /* the last one */
};

Smtp *smtp_new(const SmtpOptions *options, GError **error)
{
    if (!load(error))
        return NULL;
    Smtp *smtp = g_new0(Smtp, 1);
    smtp->easy = curl.curl_easy_init();
    smtp->url = g_strdup_printf("%s/%s", options->url, options->helo);
    smtp->user = g_strdup(options->user);
    smtp->password_file = g_strdup(options->password_file);
    smtp->ca_file = g_strdup(options->ca_file);
    smtp->plain = options->plain;
    smtp->seconds = options->seconds;
    smtp->stop = options->stop;
    smtp->reply = g_string_new(NULL);
    return smtp;
}

void smtp_free(Smtp *smtp)
{
    if (!smtp)
        return;
    curl.curl_easy_cleanup(smtp->easy);
    g_free(smtp->url);
    g_free(smtp->user);
    g_free(smtp->password_file);
    g_free(smtp->ca_file);
    g_string_free(smtp->reply, TRUE);
    g_free(smtp);
}

static size_t give_text(char *buffer, size_t size, size_t n, void *data)
{
    Smtp *smtp = data;
    size_t length = MIN(size * n, smtp->left);
    memcpy(buffer, smtp->text, length);
    smtp->text += length;
    smtp->left -= length;
    return length;
}

static int is_stopped(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    Smtp *smtp = data;
    return smtp->stop && g_atomic_int_get(smtp->stop);
}

static void note_reply(Smtp *smtp, const char *line, size_t length)
{
    if (length < 4 || !g_ascii_isdigit(line[0]) || !g_ascii_isdigit(line[1]) ||
        !g_ascii_isdigit(line[2]))
        return;
    smtp->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    g_string_truncate(smtp->reply, 0);
    g_string_append_len(smtp->reply, line, (gssize)MIN(length, REPLY_MAX));
}

/* libcurl tells the lines of the dialogue here. Of ours only the kind is looked at: one holds the password. */
static int hear(CURL *easy, curl_infotype type, char *data, size_t length, void *user)
{
    Smtp *smtp = user;
    if (type == CURLINFO_HEADER_IN && !smtp->parting)
        note_reply(smtp, data, length);
    if (type == CURLINFO_HEADER_OUT && length >= 4 && g_ascii_strncasecmp(data, "RCPT", 4) == 0)
        smtp->stage = STAGE_RECIPIENT;
    if (type == CURLINFO_HEADER_OUT && length >= 4 && g_ascii_strncasecmp(data, "DATA", 4) == 0)
        smtp->stage = STAGE_TEXT;
    if (type == CURLINFO_HEADER_OUT && length >= 4 && g_ascii_strncasecmp(data, "QUIT", 4) == 0)
        smtp->parting = true;
    return 0;
}

static bool read_password(const Smtp *smtp, char **password, char **why)
{
    g_autoptr(GError) error = NULL;
    *password = NULL;
    if (!smtp->user || !smtp->password_file)
        return true;
    if (!g_file_get_contents(smtp->password_file, password, NULL, &error)) {
        *why = g_strdup_printf("smtp_password_file: %s", error->message);
        return false;
    }
    (*password)[strcspn(*password, "\r\n")] = '\0';
    return true;
}

#define SET(option, value) curl.curl_easy_setopt(smtp->easy, CURLOPT_##option, value)

static void set_up(Smtp *smtp, const char *password)
{
    curl.curl_easy_reset(smtp->easy); /* the connection stays */
    SET(URL, smtp->url);
    SET(PROTOCOLS_STR, "smtp,smtps");
    SET(PROXY, "");
    SET(NOSIGNAL, 1L);
    SET(USE_SSL, smtp->plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (smtp->ca_file) {
        SET(CAINFO, smtp->ca_file);
        SET(CAPATH, NULL);
    }
    SET(CONNECTTIMEOUT, MIN(CONNECT_SECONDS, (long)smtp->seconds));
    SET(TIMEOUT, (long)smtp->seconds);
    if (smtp->user) {
        SET(USERNAME, smtp->user);
        SET(PASSWORD, password ? password : "");
    }
    SET(UPLOAD, 1L);
    SET(READFUNCTION, give_text);
    SET(READDATA, smtp);
    SET(XFERINFOFUNCTION, is_stopped);
    SET(XFERINFODATA, smtp);
    SET(NOPROGRESS, 0L);
    SET(DEBUGFUNCTION, hear);
    SET(DEBUGDATA, smtp);
    SET(VERBOSE, 1L);
}

static SmtpOutcome judge(const Smtp *smtp, CURLcode result)
{
    if (result == CURLE_OK)
        return SMTP_ACCEPTED;
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return SMTP_STOPPED;
    if (smtp->code == 421 || smtp->stage == STAGE_GREETING)
        return SMTP_NO_SERVER;
    if (smtp->code >= 500 && result != CURLE_OPERATION_TIMEDOUT)
        return SMTP_REFUSED;
    if (smtp->code >= 400)
        return SMTP_LATER;
    return SMTP_NO_SERVER; /* it went away in the middle */
}

static char *explain(const Smtp *smtp, CURLcode result)
{
    bool said = smtp->code >= 400;
    return text_clean(said ? smtp->reply->str : curl.curl_easy_strerror(result), -1, TEXT_LINE);
}

SmtpOutcome smtp_send(Smtp *smtp, const char *from, const char *to, const char *message, char **why,
                      int *code)
{
    g_autofree char *password = NULL;
    g_autofree char *sender = g_strdup_printf("<%s>", from);
    g_autofree char *recipient = g_strdup_printf("<%s>", to);
    *why = NULL;
    *code = 0;
    if (!read_password(smtp, &password, why))
        return SMTP_NO_SERVER;
    set_up(smtp, password);
    if (password)
        explicit_bzero(password, strlen(password)); /* libcurl has its own */
    struct curl_slist *recipients = curl.curl_slist_append(NULL, recipient);
    SET(MAIL_FROM, sender);
    SET(MAIL_RCPT, recipients);
    smtp->text = message;
    smtp->left = strlen(message);
    smtp->stage = STAGE_GREETING;
    smtp->parting = false;
    smtp->code = 0;
    CURLcode result = curl.curl_easy_perform(smtp->easy);
    SmtpOutcome outcome = judge(smtp, result);
    curl.curl_slist_free_all(recipients);
    *code = smtp->code;
    if (outcome != SMTP_ACCEPTED)
        *why = g_strchomp(explain(smtp, result));
    return outcome;
}
