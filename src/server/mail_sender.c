/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_sender.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "server/mail_message.h"
#include "server/mail_store.h"
#include "server/mail_template.h"
#include "server/meeting_mail.h"

#define LOOK_MS 500
#define AWAY_FIRST_MS 1000 /* the mail server does not answer: doubled each time */
#define AWAY_MS MS_PER_MINUTE
#define VALUES_MAX 32
#define MARGIN_MS MS_PER_MINUTE /* of a claim, beyond the time that sending may take */

static struct {
    Server *server;
    GThread *thread;
    GMutex lock;
    GCond wake;
    gint stop; /* atomic */
    char *from_name, *from_email, *reply_email, *host;
} sender;

/* ---- the message */

/* The values of a row, and those that every template has. The texts live as long as the document. */
static void read_values(const MailClaim *claim, const JsonDoc *doc, const char *unsubscribe,
                        MailValue values[static VALUES_MAX])
{
    int n = 0;
    for (const JsonNode *node = json_first(json_root(doc)); node && n < VALUES_MAX - 5;
         node = json_next(node))
        values[n++] = (MailValue){ json_name(node), json_text(node) };
    values[n++] = (MailValue){ "name", claim->name };
    values[n++] = (MailValue){ "host", sender.host };
    values[n++] = (MailValue){ "unsubscribe", unsubscribe };
    values[n++] = (MailValue){ "member", claim->member ? "yes" : NULL };
    values[n] = (MailValue){ 0 };
}

static const char *value_of(const MailValue *values, const char *name)
{
    for (; values->name; values++)
        if (strcmp(values->name, name) == 0)
            return values->text;
    return NULL;
}

static char *unsubscribe_link(const MailClaim *claim)
{
    if (!claim->unsubscribe)
        return NULL;
    GString *link = g_string_new(NULL);
    g_autofree char *path = g_strconcat("/unsubscribe?token=", claim->unsubscribe, NULL);
    server_link(sender.server, link, path);
    return g_string_free(link, FALSE);
}

static char *build(const MailClaim *claim, GError **error)
{
    g_autofree char *link = unsubscribe_link(claim);
    g_autofree char *name = text_clean(claim->name, -1, TEXT_LINE);
    g_autoptr(JsonDoc) doc = json_parse(claim->values, strlen(claim->values), error);
    g_auto(MailText) text = { 0 };
    MailValue values[VALUES_MAX];
    if (!doc)
        return NULL;
    read_values(claim, doc, link, values);
    bool filled = mail_template_fill(mail_template_find(claim->type->code, claim->language),
                                     mail_template_find("footer", claim->language), values, &text);
    const char *method = NULL;
    g_autofree char *calendar = meeting_mail_calendar(
        values, &(CalendarPerson){ value_of(values, "group"), sender.reply_email },
        &(CalendarPerson){ name, claim->email }, claim->created_at, &method);
    json_doc_wipe(doc);
    if (!filled) {
        problem_set(error, PROBLEM_BAD_INPUT, "its template gives no subject");
        return NULL;
    }
    MailMessage message = {
        .id = claim->id,
        .date = claim->created_at,
        .from_name = sender.from_name,
        .from_email = sender.from_email,
        .to_name = *name ? name : NULL,
        .to_email = claim->email,
        .subject = text.subject,
        .body = text.body,
        .calendar = calendar,
        .calendar_method = method,
        .unsubscribe = link,
    };
    return mail_message_build(&message, error);
}

/* ---- one after the other */

static void tell(const MailClaim *claim, int code)
{
    static const char *const words[] = { "sent", "later", "refused", "no-server", "stopped" };
    char id[UUID_TEXT_SIZE];
    bool dead = claim->outcome == SMTP_REFUSED ||
                (claim->outcome != SMTP_ACCEPTED && claim->outcome != SMTP_STOPPED &&
                 mail_retry_after(claim->attempts) < 0);
    g_autofree char *attempt = g_strdup_printf("%" G_GINT64_FORMAT, claim->attempts);
    g_autofree char *reply = g_strdup_printf("%d", code);
    log_write(claim->outcome == SMTP_ACCEPTED ? LOG_INFO : LOG_WARNING, "mail", "id",
              uuid_format(&claim->id, id), "type", claim->type->code, "outcome",
              words[claim->outcome], "attempt", attempt, "code", reply, "dead", dead ? "yes" : "no",
              NULL);
}

/* False: no further mail now. */
static bool send_one(Smtp *smtp, MailClaim *claim, bool *away)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    int code = 0;
    if (!server_run(sender.server, NULL, mail_claim, claim, &error)) {
        log_write(LOG_WARNING, "mail", "detail", error->message, NULL);
        *away = true;
        return false;
    }
    if (!claim->found || claim->dropped)
        return claim->found;
    g_autofree char *to = mail_address(claim->email, &error);
    g_autofree char *message = to ? build(claim, &error) : NULL;
    if (message)
        claim->outcome = smtp_send(smtp, sender.from_email, to, message, &why, &code);
    else
        claim->outcome = SMTP_REFUSED;
    claim->why = error ? error->message : why;
    tell(claim, code);
    g_autoptr(GError) late = NULL;
    if (!server_run(sender.server, NULL, mail_settle, claim, &late))
        log_write(LOG_WARNING, "mail", "detail", late->message, NULL);
    if (claim->outcome == SMTP_NO_SERVER)
        *away = true;
    return claim->outcome != SMTP_NO_SERVER && claim->outcome != SMTP_STOPPED && !late;
}

static void send_all(Smtp *smtp, Db *db, gint64 lease, bool *away)
{
    MailClaim claim = { .lease = lease };
    g_autoptr(GError) error = NULL;
    bool due = false;
    if (!mail_is_due(db, clock_now(), &due, &error)) {
        log_write(LOG_WARNING, "mail", "detail", error->message, NULL);
        *away = true;
        return;
    }
    while (due && !g_atomic_int_get(&sender.stop) && send_one(smtp, &claim, away))
        ;
    mail_claim_clear(&claim);
}

static Smtp *connect_to(const Config *config, GError **error)
{
    return smtp_new(&(SmtpOptions){ .url = config->smtp_url,
                                    .user = config->smtp_user,
                                    .password_file = config->smtp_password_file,
                                    .ca_file = config->smtp_ca_file,
                                    .helo = strrchr(sender.from_email, '@') + 1,
                                    .plain = !config->smtp_tls,
                                    .seconds = config->smtp_seconds,
                                    .stop = &sender.stop },
                    error);
}

static gpointer run(gpointer data)
{
    const Config *config = server_config(sender.server);
    g_autoptr(GError) error = NULL;
    g_autoptr(Smtp) smtp = connect_to(config, &error);
    g_autoptr(Db) db = smtp ? server_open_reader(sender.server, &error) : NULL;
    if (!db) {
        log_write(LOG_ERROR, "mail", "detail", error->message, NULL);
        return NULL;
    }
    gint64 lease = config->smtp_seconds * MS_PER_SECOND + MARGIN_MS, pause = LOOK_MS;
    g_mutex_lock(&sender.lock);
    while (!g_atomic_int_get(&sender.stop)) {
        bool away = false;
        g_mutex_unlock(&sender.lock);
        send_all(smtp, db, lease, &away);
        g_mutex_lock(&sender.lock);
        pause = !away ? LOOK_MS : CLAMP(2 * pause, AWAY_FIRST_MS, AWAY_MS);
        gint64 next = clock_monotonic() + pause * (G_USEC_PER_SEC / 1000);
        while (!g_atomic_int_get(&sender.stop) &&
               g_cond_wait_until(&sender.wake, &sender.lock, next))
            ;
    }
    g_mutex_unlock(&sender.lock);
    return NULL;
}

/* ---- the part */

bool mail_config_ok(const Config *config, GError **error)
{
    if (!config->smtp_url)
        return true;
    if (!config->mail_from)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "smtp_url needs mail_from: whom mail comes from");
    if (!config->public_url)
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "smtp_url needs public_url: there are links in mail");
    if (config->smtp_password_file && !config->smtp_user)
        return problem_set(error, PROBLEM_BAD_CONFIG, "smtp_password_file needs smtp_user");
    if (config->smtp_user && !config->smtp_tls && g_str_has_prefix(config->smtp_url, "smtp://"))
        return problem_set(error, PROBLEM_BAD_CONFIG,
                           "smtp_user needs smtp_tls: the password would be sent in the clear");
    return true;
}

bool mail_sender_start(Server *server, GError **error)
{
    const Config *config = server_config(server);
    if (!config->smtp_url) {
        log_write(LOG_INFO, "mail", "detail", "no smtp_url: mail waits and is not sent", NULL);
        return true;
    }
    if (!mail_message_init(error) ||
        !mail_address_split(config->mail_from, &sender.from_name, &sender.from_email))
        return false;
    g_autoptr(GUri) uri = g_uri_parse(config->public_url, G_URI_FLAGS_NONE, NULL);
    sender.host = g_strdup(g_uri_get_host(uri));
    sender.reply_email = config->mail_reply ? mail_address(config->mail_reply, error)
                                            : g_strdup(sender.from_email);
    if (!sender.reply_email)
        return false;
    sender.server = server;
    g_atomic_int_set(&sender.stop, 0);
    sender.thread = g_thread_try_new("mail", run, NULL, error);
    return sender.thread != NULL;
}

void mail_sender_stop(Server *server)
{
    if (sender.thread) {
        g_mutex_lock(&sender.lock);
        g_atomic_int_set(&sender.stop, 1);
        g_cond_signal(&sender.wake);
        g_mutex_unlock(&sender.lock);
        g_thread_join(g_steal_pointer(&sender.thread));
    }
    g_clear_pointer(&sender.from_name, g_free);
    g_clear_pointer(&sender.from_email, g_free);
    g_clear_pointer(&sender.reply_email, g_free);
    g_clear_pointer(&sender.host, g_free);
}
