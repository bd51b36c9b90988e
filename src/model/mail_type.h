/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one table of the mail that Leadline sends (domain.md §3.9): what each type is called, whether its recipient may switch
 * it off (R4, R5), and the values that its template may use. Each has a template data/mail/LANGUAGE/CODE.txt in every language of
 * model/account.h, with the same values; a new type is a row here, a file in each of those folders, and its name in mail_names of
 * src/server/local.mk. Nobody is told by mail that a partner is gone (R23): there is no such type.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/field.h"

typedef enum MailType {
    MAIL_INVITATION = 1,
    MAIL_CONNECTION_REQUEST,
    MAIL_CONNECTION_ACCEPTED,
    MAIL_LEAD_RECEIVED, /* R38 */
    MAIL_LEAD_WAITING,
    MAIL_VERDICT, /* R41 */
    MAIL_OUTCOME,
    MAIL_RECIPROCATE, /* R32 */
    MAIL_ACTIVITY,    /* R27 */
    MAIL_ENCOURAGEMENT,
    MAIL_LEAD_OUTSIDE,
    MAIL_OUTSIDE_REMINDER,
    MAIL_VERIFY_EMAIL,
    MAIL_RESET_PASSWORD,
    MAIL_PASSWORD_CHANGED,
    MAIL_NEW_ADDRESS,
    MAIL_ADDRESS_ASKED,
    MAIL_ADDRESS_CHANGED,
    MAIL_ACCOUNT_DELETED,
    MAIL_REQUEST_RECEIVED, /* R61 */
    MAIL_REQUEST_ANSWERED,
    MAIL_REQUEST_APPROVED,
    MAIL_REQUEST_DECLINED,
    MAIL_MEMBERSHIP_ENDED,
    MAIL_ROLE_CHANGED,
    MAIL_LEADER_APPROVAL, /* R62 */
    MAIL_DUES_DUE,
    MAIL_ABSENCE_WARNING,
    MAIL_CONCERN_RAISED,
    MAIL_CONCERN_DECIDED,
    MAIL_MEETING_INVITATION, /* R64 */
    MAIL_MEETING_CHANGED,
    MAIL_MEETING_CANCELLED,
    MAIL_MEETING_REMINDER,
    MAIL_ENTER_SLIPS,
    MAIL_TYPES, /* one more than the last */
} MailType;

typedef enum MailTypeFlags {
    MAIL_MANDATORY = 1 << 0, /* an account cannot switch it off */
    MAIL_DIGEST = 1 << 1,    /* regular, not caused by somebody's act */
    /* Goes to people without an account, who did not ask for it: each can stop all such mail to their address. */
    MAIL_OUTSIDE = 1 << 2,
    /* Not a line of an account's settings: no account gets it. */
    MAIL_NO_SETTING = 1 << 3,
} MailTypeFlags;

typedef struct MailTypeRow {
    MailType type;
    const char *code;  /* on the wire, in the database, and its template's name */
    const char *label; /* N_(): a line of the settings */
    unsigned flags;
    const char *
        values; /* names of what the template may use beside `name`, `host` and `member` (has an account), blank-separated */
    const char
        *subject; /* those of them that may be in the subject: never a lead's personal data */
} MailTypeRow;

/* One row for each type, in their order. */
extern const MailTypeRow mail_types[MAIL_TYPES - 1];

const MailTypeRow *mail_type_row(MailType type);
/* NULL: there is none. */
const MailTypeRow *mail_type_find(const char *code);

/* `name` is one of the blank-separated names. */
bool mail_type_lists(const char *names, const char *name, size_t length);

/* One line of GET /v1/me/email-settings. */
typedef struct MailSetting {
    char *type, *label;
    bool mandatory, on;
} MailSetting;
extern const FieldTable mail_setting_fields;
