/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/referral_duplicates.h"

#define MOST 10

/* The leads of a key, whoever sent them, are few; then one look at each says whether it is the asker's. */
static const char sql[] =
    "SELECT r.id, r.sent_at, l.contact_first_name, l.contact_last_name, l.contact_company_name,"
    " l.contact_email, l.contact_phone_1, l.contact_phone_2 FROM"
    " (SELECT id FROM lead WHERE phone_1_key = $6 UNION SELECT id FROM lead WHERE phone_2_key = $6"
    " UNION SELECT id FROM lead WHERE phone_1_key = $7 UNION SELECT id FROM lead WHERE"
    " phone_2_key = $7 UNION SELECT id FROM lead WHERE email_key = $8) k"
    " CROSS JOIN referral r CROSS JOIN lead l WHERE r.lead_id = k.id AND l.id = k.id"
    " AND r.from_account = $1 AND (r.to_account = $2 OR r.to_key = $3) AND r.sent_at >= $4"
    " AND r.id <> $5 AND r.state <> $9 ORDER BY r.sent_at DESC, r.id DESC LIMIT $10";

static void put_row(GString *out, const DbRows *rows)
{
    const Contact contact = {
        .first_name = (char *)db_get_text(rows, 2),
        .last_name = (char *)db_get_text(rows, 3),
        .company_name = (char *)db_get_text(rows, 4),
        .email = (char *)db_get_text(rows, 5),
        .phone_1 = (char *)db_get_text(rows, 6),
        .phone_2 = (char *)db_get_text(rows, 7),
    };
    g_autofree char *name = contact_display_name(&contact);
    json_put_object(out, &warning_fields,
                    &(Warning){ .code = WARNING_DUPLICATE,
                                .referral = db_get_uuid(rows, 0),
                                .sent_at = db_get_int(rows, 1),
                                .contact = name });
}

static bool put_found(Call *call, const Duplicates *of, const ContactKeys *keys, GError **error)
{
    static const Uuid nobody = { { 0xff } };
    bool outside = uuid_is_nil(&of->to->account);
    g_autofree char *to_key = outside ? email_fold(of->to->outside.email) : NULL;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, sql, db_uuid(&call->principal.account), db_uuid(&of->to->account),
        db_text(to_key), db_int(call->now - DUPLICATE_WINDOW),
        db_uuid(of->but && !uuid_is_nil(of->but) ? of->but : &nobody), db_text(keys->phone_1),
        db_text(keys->phone_2), db_text(keys->email), db_int(REFERRAL_WITHDRAWN), db_int(MOST));
    if (!rows)
        return false;
    for (int n = 0; db_next(rows, error); n++) {
        if (n)
            g_string_append_c(call->reply.body, ',');
        put_row(call->reply.body, rows);
    }
    return db_rows_ok(rows);
}

bool duplicates_put(Call *call, const Duplicates *of, GError **error)
{
    ContactKeys keys;
    contact_keys(of->contact, &keys);
    bool ok = (!keys.phone_1 && !keys.phone_2 && !keys.email) || put_found(call, of, &keys, error);
    contact_keys_clear(&keys);
    return ok;
}

/* to: an account's id, or the address of somebody outside. */
bool duplicates_list(Call *call, GError **error)
{
    const char *to = call_query(call, "to");
    Recipient recipient = { 0 };
    const Contact contact = { .phone_1 = (char *)call_query(call, "phone"),
                              .phone_2 = (char *)call_query(call, "phone_2"),
                              .email = (char *)call_query(call, "email"),
                              .country_code = (char *)call_query(call, "country") };
    if (!to || !*to)
        field_errors_add(&call->errors, "#/to", "required",
                         "to: the id of a partner, or the e-mail address of somebody outside");
    else if (!uuid_parse(to, &recipient.account))
        recipient.outside.email = (char *)to;
    if (!call_valid(call, error))
        return false;
    g_string_append(call->reply.body, "{\"items\":[");
    if (!duplicates_put(call, &(Duplicates){ .to = &recipient, .contact = &contact }, error))
        return false;
    g_string_append(call->reply.body, "]}");
    return true;
}
