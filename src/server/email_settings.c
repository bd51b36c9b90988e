/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/email_settings.h"

#include "base/i18n.h"
#include "model/mail_type.h"
#include "server/audit.h"
#include "server/families.h"

/* Which types the account has switched off: a set of 1 << MailType. */
static bool read_off(Call *call, guint64 *off, GError **error)
{
    *off = 0;
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT type FROM email_setting WHERE account_id = $1 AND is_on = 0",
        db_uuid(&call->principal.account));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        const MailTypeRow *row = mail_type_find(db_get_text(rows, 0));
        if (row && !(row->flags & MAIL_MANDATORY))
            *off |= G_GUINT64_CONSTANT(1) << row->type;
    }
    return db_rows_ok(rows);
}

static bool put_settings(Call *call, GError **error)
{
    guint64 off;
    bool first = true;
    if (!read_off(call, &off, error))
        return false;
    g_string_append(call->reply.body, "{\"settings\":[");
    for (size_t i = 0; i < G_N_ELEMENTS(mail_types); i++) {
        const MailTypeRow *row = &mail_types[i];
        if (row->flags & MAIL_NO_SETTING)
            continue;
        MailSetting setting = { .type = (char *)row->code,
                                .label = (char *)_(row->label),
                                .mandatory = (row->flags & MAIL_MANDATORY) != 0,
                                .on = !(off >> row->type & 1) };
        g_string_append(call->reply.body, first ? "" : ",");
        json_put_object(call->reply.body, &mail_setting_fields, &setting);
        first = false;
    }
    g_string_append(call->reply.body, "]}");
    return true;
}

bool email_setting_put(Db *db, const Uuid *account, const char *type, bool on, GError **error)
{
    return db_exec(db, error,
                   "INSERT INTO email_setting (account_id, type, is_on) VALUES ($1, $2, $3)"
                   " ON CONFLICT (account_id, type) DO UPDATE SET is_on = excluded.is_on",
                   db_uuid(account), db_text(type), db_int(on));
}

/* What is wrong with one line goes to call->errors; NULL then. */
static const MailTypeRow *read_setting(Call *call, const JsonNode *node, int i, bool *on)
{
    g_autofree char *pointer = g_strdup_printf("#/settings/%d", i);
    g_autofree char *type = g_strconcat(pointer, "/type", NULL);
    g_autofree char *switched = g_strconcat(pointer, "/on", NULL);
    const MailTypeRow *row = mail_type_find(json_text(json_member(node, "type")));
    if (!row || row->flags & MAIL_NO_SETTING) {
        field_errors_add(&call->errors, type, "not-one-of",
                         "must be one of the types that GET answers");
        return NULL;
    }
    if (!json_bool(json_member(node, "on"), on)) {
        field_errors_add(&call->errors, switched, "wrong-type", "must be true or false");
        return NULL;
    }
    if (!*on && row->flags & MAIL_MANDATORY) {
        field_errors_add(&call->errors, switched, "mandatory",
                         "mail of type \"%s\" (%s) is always sent: it cannot be switched off",
                         row->code, row->label);
        return NULL;
    }
    return row;
}

/* First all lines are read, then all are written. */
static bool change_settings(Call *call, GError **error)
{
    const JsonNode *list = json_member(call->json, "settings");
    const MailTypeRow *rows[MAIL_TYPES] = { 0 };
    bool on[MAIL_TYPES] = { 0 };
    int i = 0;
    if (!list || !json_is_array(list))
        field_errors_add(&call->errors, "#/settings", list ? "wrong-type" : "required",
                         "must be an array of {\"type\", \"on\"}");
    else if (json_length(list) > 4 * MAIL_TYPES)
        field_errors_add(&call->errors, "#/settings", "too-long", "at most %d items",
                         4 * MAIL_TYPES);
    else
        for (const JsonNode *node = json_first(list); node; node = json_next(node), i++) {
            bool wanted = false;
            const MailTypeRow *row = read_setting(call, node, i, &wanted);
            if (row) {
                rows[row->type] = row;
                on[row->type] = wanted;
            }
        }
    if (!call_valid(call, error))
        return false;
    for (i = 0; i < MAIL_TYPES; i++)
        if (rows[i] && !(rows[i]->flags & MAIL_MANDATORY) &&
            !email_setting_put(call->db, &call->principal.account, rows[i]->code, on[i], error))
            return false;
    return audit_put(call, "email-settings.change", &call->principal.account, error) &&
           put_settings(call, error);
}

#define SETTINGS_SCHEMA                                                                            \
    "{'type':'object','required':['settings'],'properties':{'settings':{'type':'array',"           \
    "'items':" SCHEMA_REF("mail_setting") "}}}"
#define INPUT_SCHEMA                                                                               \
    "{'type':'object','required':['settings'],'properties':{'settings':{'type':'array','items':"   \
    "{'type':'object','required':['type','on'],'properties':{'type':{'type':'string'},"            \
    "'on':{'type':'boolean'}}}}}}"

const Route email_setting_routes[] = {
    { .method = "GET",
      .path = "/v1/me/email-settings",
      .access = ACCESS_USER,
      .lane = LANE_READ,
      .handler = put_settings,
      .summary = "Which types of mail the caller gets",
      .reply_schema = SETTINGS_SCHEMA },
    { .method = "PUT",
      .path = "/v1/me/email-settings",
      .access = ACCESS_USER,
      .lane = LANE_WRITE,
      .flags = ROUTE_JSON,
      .handler = change_settings,
      .summary = "Switch types of mail on and off, but for mandatory ones",
      .body_schema = INPUT_SCHEMA,
      .reply_schema = SETTINGS_SCHEMA },
    { 0 },
};
