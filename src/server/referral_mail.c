/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_mail.h"

#include "server/lead_link.h"
#include "server/mail.h"

/* A party without an account is not a member: who passes them a lead writes to them by other types. */
bool referral_mail_received(Call *call, const Referral *referral, GError **error)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(&referral->id, id);
    if (uuid_is_nil(&referral->to.account))
        return true;
    MailValue values[] = {
        { "from", referral->from.name },
        { "company", referral->from.company_name },
        { "type", enum_code(&referral_types, referral->type) },
        { "competing", referral->competing ? "yes" : NULL },
        { "referral", id },
        { 0 },
    };
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = MAIL_LEAD_RECEIVED,
                               .key = id,
                               .account = &referral->to.account,
                               .values = values },
                      error);
}

static bool mail_sender(Call *call, const Referral *referral, MailType type,
                        const MailValue *values, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *key = g_strdup_printf("%s/%" G_GINT64_FORMAT, uuid_format(&referral->id, id),
                                           referral->rev);
    return mail_queue(
        call->db, call->now,
        &(Mail){ .type = type, .key = key, .account = &referral->from.account, .values = values },
        error);
}

static bool mail_verdict(Call *call, const Referral *referral, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *contact = contact_display_name(&referral->lead.contact);
    bool rejected = referral->verdict == VERDICT_NOT_A_LEAD;
    MailValue values[] = {
        { "from", referral->to.name },
        { "contact", contact },
        { "verdict", enum_code(&referral_verdicts, referral->verdict) },
        { "reason", rejected ? enum_code(&referral_reasons, referral->reason_code) : NULL },
        { "message", referral->message },
        { "amended", referral->amended ? "yes" : NULL },
        { "referral", uuid_format(&referral->id, id) },
        { 0 },
    };
    return mail_sender(call, referral, MAIL_VERDICT, values, error);
}

static bool mail_outcome(Call *call, const Referral *referral, GError **error)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *contact = contact_display_name(&referral->lead.contact);
    MailValue values[] = {
        { "from", referral->to.name },
        { "contact", contact },
        { "outcome", enum_code(&referral_outcomes, referral->state) },
        { "referral", uuid_format(&referral->id, id) },
        { 0 },
    };
    return mail_sender(call, referral, MAIL_OUTCOME, values, error);
}

/* A member is asked to look at it. */
static bool mail_reminder(Call *call, const Referral *referral, GError **error)
{
    char id[UUID_TEXT_SIZE];
    if (referral_is_outside(referral))
        return lead_link_mail(call, referral, true, error);
    g_autofree char *key = g_strdup_printf("%s/%" G_GINT64_FORMAT, uuid_format(&referral->id, id),
                                           referral->rev);
    MailValue values[] = {
        { "from", referral->from.name },
        { "company", referral->from.company_name },
        { "reminded", "yes" },
        { "referral", id },
        { 0 },
    };
    return mail_queue(call->db, call->now,
                      &(Mail){ .type = MAIL_LEAD_WAITING,
                               .key = key,
                               .account = &referral->to.account,
                               .values = values },
                      error);
}

bool referral_mail_event(Call *call, const Referral *referral, ReferralEvent event,
                         ReferralState before, GError **error)
{
    if (event == EVENT_CONFIRM)
        return mail_verdict(call, referral, error);
    if (event == EVENT_OUTCOME && referral->state != before)
        return mail_outcome(call, referral, error);
    if (event == EVENT_REMIND)
        return mail_reminder(call, referral, error);
    return true;
}
