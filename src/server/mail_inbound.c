/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_inbound.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/command.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/mail_read.h"
#include "server/meeting_calendar.h"
#include "server/meeting_entries.h"
#include "server/meetings.h"
#include "server/server_internal.h"

/* ---- one mail */

/* What stands against an answer is nobody's business but the log's. */
static bool is_refusal(const GError *error)
{
    return problem_is(error, PROBLEM_NOT_FOUND) || problem_is(error, PROBLEM_FORBIDDEN) ||
           problem_is(error, PROBLEM_MEETING_STATE) || problem_is(error, PROBLEM_VALIDATION);
}

static bool enter(Call *call, const Uuid *id, const Uuid *account, const CalendarReply *reply,
                  bool *taken, GError **error)
{
    g_auto(Meeting) meeting = { 0 };
    if (!meeting_row_load(call->db, id, &meeting, error))
        return false;
    if (reply->sequence < meeting.sequence) /* they said so of another time or place */
        return true;
    *taken = rsvp_by_mail(call, id, account,
                          &(RsvpInput){ .answer = reply->answer, .entered_at = reply->stamp },
                          error);
    return *taken;
}

bool mail_inbound_take(Call *call, const char *message, size_t length, bool *taken, GError **error)
{
    CalendarReply reply;
    CalendarKey key;
    Uuid meeting, account;
    GError *problem = NULL;
    *taken = false;
    g_autofree char *text = mail_read_calendar(message, length, &problem);
    bool ok = text && calendar_read_reply(text, strlen(text), &reply, &problem) &&
              calendar_key_load(call->db, &key, &problem);
    if (ok && calendar_uid_read(&key, reply.uid, &meeting, &account))
        ok = enter(call, &meeting, &account, &reply, taken, &problem);
    bool passed_over = problem_is(problem, PROBLEM_BAD_INPUT) || is_refusal(problem);
    log_write(LOG_INFO, "mail-inbound", "taken", *taken ? "yes" : "no", NULL);
    if (!problem || passed_over) {
        g_clear_error(&problem);
        return true;
    }
    g_propagate_error(error, problem);
    return false;
}

/* ---- POST /v1/mail/inbound */

typedef struct InboundMail {
    char *secret;
    char *message; /* as it came, in base64 */
} InboundMail;

static const Field inbound_rows[] = {
    { "secret", FIELD_TEXT, offsetof(InboundMail, secret), FIELD_REQUIRED | FIELD_SECRET,
      .max = 200 },
    { "message", FIELD_TEXT, offsetof(InboundMail, message), FIELD_REQUIRED | FIELD_PERSONAL,
      .max = MAIL_READ_MAX / 3 * 4 + 4 },
};
static const FieldTable inbound_mail_fields = FIELD_TABLE("inbound_mail", InboundMail,
                                                          inbound_rows);

static bool post(Call *call, GError **error)
{
    const InboundMail *mail = call->body;
    const char *wanted = call->server ? call->server->mail_secret : NULL;
    gsize length = 0;
    bool taken = false;
    if (!wanted || strlen(mail->secret) != strlen(wanted) ||
        !crypto_equal(mail->secret, wanted, strlen(wanted)))
        return problem_set(error, PROBLEM_NOT_FOUND, "there is nothing at this address");
    g_autofree guchar *message = g_base64_decode(mail->message, &length);
    call->reply.status = 204;
    return mail_inbound_take(call, (const char *)message, length, &taken, error);
}

const Route mail_inbound_routes[] = {
    { .method = "POST",
      .path = "/v1/mail/inbound",
      .access = ACCESS_OPEN,
      .lane = LANE_WRITE,
      .flags = ROUTE_NO_KEY | ROUTE_NO_BATCH,
      .body = &inbound_mail_fields,
      .handler = post,
      .summary = "A mail that came for the address of mail_reply, in base64, with the secret of "
                 "mail_inbound_secret_file: answers to invitations are taken out of it" },
    { 0 },
};

/* ---- leadlined mail receive */

static bool take(Call *call, GError **error)
{
    const GString *message = call->scratch;
    bool taken;
    return mail_inbound_take(call, message->str, message->len, &taken, error);
}

bool mail_receive_command(const Config *config, int argc, char **argv, GError **error)
{
    char block[4096];
    g_autoptr(GString) message = g_string_new(NULL);
    size_t n;
    if (argc != 0)
        return problem_set(error, PROBLEM_USAGE, "mail receive takes a message on standard input");
    while ((n = fread(block, 1, sizeof block, stdin)) > 0)
        if (message->len <= MAIL_READ_MAX) /* the rest is read, so that whoever writes it goes on */
            g_string_append_len(message, block, (gssize)n);
    g_autoptr(Db) db = command_open_database(config, error);
    return db && call_run(db, take, message, error);
}
