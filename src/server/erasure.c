/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/erasure.h"

#include <string.h>

#include "base/log.h"
#include "model/account.h"
#include "server/accounts.h"
#include "server/audit.h"
#include "server/changes.h"
#include "server/concerns.h"
#include "server/crypto.h"
#include "server/families.h"
#include "server/members.h"
#include "server/password.h"
#include "server/referral_store.h"
#include "server/search.h"
#include "server/server_internal.h"
#include "server/sessions.h"
#include "server/throttle.h"
#include "server/totp.h"
#include "server/vetting.h"

#define SHORT_NAME 5 /* characters: what is shorter may be part of a word */

/* ---- the one table */

/* What of a group's is in the copies of its members, or of its officers. */
#define FOR_MEMBERS(table) " RETURNING " table ".id, " table ".group_id"
#define FOR_OFFICERS(table)                                                                        \
    " RETURNING " table ".id, (SELECT g.officers FROM leads_group g WHERE g.id = " table           \
    ".group_id)"

/* Leads that nobody is left of: the other side is outside, or gone too. */
#define ORPHANS                                                                                    \
    "(SELECT r.lead_id FROM referral r LEFT JOIN account o ON o.id = r.to_account"                 \
    " WHERE r.from_account = $1 AND (r.to_account IS NULL OR o.state = 3) UNION ALL"               \
    " SELECT r.lead_id FROM referral r JOIN account o ON o.id = r.from_account"                    \
    " WHERE r.to_account = $1 AND o.state = 3)"
#define CONTACT                                                                                    \
    "contact_first_name contact_last_name contact_company_name contact_email contact_phone_1 "     \
    "contact_phone_2 contact_city contact_postal_code contact_country_code phone_1_key "           \
    "phone_2_key email_key"
#define NO_CONTACT                                                                                 \
    "contact_first_name = NULL, contact_last_name = NULL, contact_company_name = NULL,"            \
    " contact_email = NULL, contact_phone_1 = NULL, contact_phone_2 = NULL, contact_city = NULL,"  \
    " contact_postal_code = NULL, contact_country_code = NULL, phone_1_key = NULL,"                \
    " phone_2_key = NULL, email_key = NULL"

const ErasureRow erasure_rows[] = {
    /* Mail to the account, or to its address before it was one; what it wrote to others and was not sent yet; its name in
     * what else waits. */
    { "mail", "*", ERASE_ROWS, "aek",
      "DELETE FROM mail WHERE account_id = $1 OR email = $2 OR LOWER(email) = $3" },
    { "mail", "value_texts", ERASE_ROWS, "q",
      "DELETE FROM mail WHERE state <> 2 AND type NOT IN ('lead-received', 'lead-waiting',"
      " 'reciprocate', 'activity')"
      " AND REPLACE(value_texts, $1, '') <> value_texts" },
    { "mail", "value_texts", ERASE_NAMES, "qp",
      "UPDATE mail SET value_texts = REPLACE(value_texts, $1, $2)"
      " WHERE value_texts IS NOT NULL AND REPLACE(value_texts, $1, '') <> value_texts",
      .long_names_only = true },
    { "email_setting", "*", ERASE_ROWS, "a", "DELETE FROM email_setting WHERE account_id = $1" },
    { "unsubscribe", "*", ERASE_ROWS, "a", "DELETE FROM unsubscribe WHERE account_id = $1" },
    { "mail_stop", "", ERASE_NOTHING, "ht",
      "INSERT INTO mail_stop (address_hash, created_at) VALUES ($1, $2)"
      " ON CONFLICT (address_hash) DO NOTHING" },
    { "mail_link", "*", ERASE_ROWS, "a", "DELETE FROM mail_link WHERE account_id = $1" },

    /* How it logs in. */
    { "recovery_code", "*", ERASE_ROWS, "a", "DELETE FROM recovery_code WHERE account_id = $1" },
    { "totp", "*", ERASE_ROWS, "a", "DELETE FROM totp WHERE account_id = $1" },
    { "device_grant", "*", ERASE_ROWS, "a", "DELETE FROM device_grant WHERE account_id = $1" },
    { "token", "*", ERASE_ROWS, "a",
      "DELETE FROM token WHERE session_id IN (SELECT id FROM session WHERE account_id = $1)" },
    { "session", "*", ERASE_ROWS, "a", "DELETE FROM session WHERE account_id = $1" },

    /* Answers that are kept with their keys: its own, that of its sign-up (whose key is nobody's), and problems that name it. */
    { "idem", "body", ERASE_ROWS, "a", "DELETE FROM idem WHERE principal_id = $1 AND status <> 0" },
    { "idem", "body", ERASE_TEXTS, "e",
      "UPDATE idem SET body = '' WHERE body IS NOT NULL AND REPLACE(body, $1, '') <> body" },
    { "idem", "body", ERASE_NAMES, "qp",
      "UPDATE idem SET body = REPLACE(body, $1, $2)"
      " WHERE body IS NOT NULL AND REPLACE(body, $1, '') <> body",
      .long_names_only = true },

    /* Partners. */
    { "connection", "*", ERASE_ROWS, "a",
      "DELETE FROM connection WHERE account_a = $1 OR account_b = $1" },
    { "invitation", "*", ERASE_ROWS, "ak",
      "DELETE FROM invitation WHERE from_account = $1 OR to_account = $1 OR email_key = $2" },
    { "encouragement", "*", ERASE_ROWS, "a",
      "DELETE FROM encouragement WHERE from_account = $1 OR to_account = $1" },
    { "profile_words", "*", ERASE_ROWS, "a", "DELETE FROM profile_words WHERE account = $1" },
    { "profile_words", "*", ERASE_ROWS, "",
      "INSERT INTO profile_words (profile_words) VALUES ('optimize')", .sqlite_only = true },

    /* Groups. What a leader wrote about a group is the group's, but for the name. */
    { "leads_group", "home_text rules", ERASE_NAMES, "anpe",
      "UPDATE leads_group SET home_text = REPLACE(REPLACE(home_text, $2, $3), $4, $3),"
      " rules = REPLACE(REPLACE(rules, $2, $3), $4, $3) WHERE id IN"
      " (SELECT group_id FROM membership WHERE account = $1)"
      " AND REPLACE(REPLACE(COALESCE(home_text, '') || COALESCE(rules, ''), $2, ''), $4, '') <>"
      " COALESCE(home_text, '') || COALESCE(rules, '') RETURNING id, id",
      .long_names_only = true, .object = OBJECT_GROUP, .scopes = 1 },
    { "leads_group", "name area wanted first_on time_zone place fee_currency name_key",
      ERASE_NOTHING, NULL, NULL },
    { "group_words", "*", ERASE_TEXTS, NULL, NULL }, /* group_words_again() */
    /* Checks and concerns about it; of what it raised itself the words. Figures of the ledger stay. */
    { "vetting", "*", ERASE_ROWS, "a", "DELETE FROM vetting WHERE account = $1" },
    { "vetting", "who note evidence", ERASE_NAMES, "npe",
      "UPDATE vetting SET rev = rev + 1, who = REPLACE(REPLACE(who, $1, $2), $3, $2),"
      " note = REPLACE(REPLACE(note, $1, $2), $3, $2),"
      " evidence = REPLACE(REPLACE(evidence, $1, $2), $3, $2)"
      " WHERE REPLACE(REPLACE(COALESCE(who, '') || COALESCE(note, '') || COALESCE(evidence, ''),"
      " $1, ''), $3, '') <> COALESCE(who, '') || COALESCE(note, '') || COALESCE(evidence, "
      "'')" FOR_OFFICERS("vetting"),
      .long_names_only = true, .object = OBJECT_VETTING, .scopes = 1 },
    { "vetting", "checked_on", ERASE_NOTHING, NULL, NULL },
    { "concern", "*", ERASE_ROWS, "a", "DELETE FROM concern WHERE about_account = $1" },
    { "concern", "text", ERASE_TEXTS, "a", "UPDATE concern SET text = NULL WHERE by_account = $1" },
    { "concern", "answer note", ERASE_NAMES, "npe",
      "UPDATE concern SET rev = rev + 1, answer = REPLACE(REPLACE(answer, $1, $2), $3, $2),"
      " note = REPLACE(REPLACE(note, $1, $2), $3, $2)"
      " WHERE REPLACE(REPLACE(COALESCE(answer, '') || COALESCE(note, ''), $1, ''), $3, '') <>"
      " COALESCE(answer, '') || COALESCE(note, '')" FOR_OFFICERS(
          "concern") ", about_account, by_account",
      .long_names_only = true, .object = OBJECT_CONCERN, .scopes = 3 },
    { "invoice", "note", ERASE_TEXTS, "a",
      "UPDATE invoice SET rev = rev + 1, note = NULL WHERE account = $1 AND note IS NOT "
      "NULL" FOR_OFFICERS("invoice"),
      .object = OBJECT_INVOICE, .scopes = 1 },
    { "invoice", "amount_currency from_on to_on due_on lapses_on settled_on", ERASE_NOTHING, NULL,
      NULL },
    { "dues_round", "since", ERASE_NOTHING, NULL, NULL },
    { "txn", "memo", ERASE_NAMES, "nped",
      "UPDATE txn SET memo = REPLACE(REPLACE(memo, $1, $2), $3, $2) WHERE id IN"
      " (SELECT p.txn FROM ledger_account l JOIN posting p ON p.account = l.id"
      " WHERE l.code LIKE 'member:' || $4 || ':%')"
      " AND REPLACE(REPLACE(memo, $1, ''), $3, '') <> memo",
      .long_names_only = true },
    { "txn", "key currency", ERASE_NOTHING, NULL, NULL },
    { "ledger_account", "code currency", ERASE_NOTHING, NULL, NULL },

    { "membership", "business_type seat reason", ERASE_TEXTS, "a",
      "UPDATE membership SET business_type = NULL, seat = NULL, reason = NULL WHERE account = $1" },
    { "membership_request", "business_type seat message refs question answer reason", ERASE_TEXTS,
      "a",
      "UPDATE membership_request SET business_type = NULL, seat = NULL, message = NULL,"
      " refs = NULL, question = NULL, answer = NULL, reason = NULL WHERE account = $1" },
    { "leader_approval", "note reason", ERASE_TEXTS, "a",
      "UPDATE leader_approval SET note = NULL, reason = NULL,"
      " state = CASE WHEN state = 1 THEN 3 ELSE state END WHERE account = $1" },

    /* Meetings. What was entered stays as a figure; visitors that it brought, or was itself, lose what is about them. */
    { "meeting", "topic speaker agenda minutes reason", ERASE_NAMES, "anp",
      "UPDATE meeting SET rev = rev + 1, topic = REPLACE(topic, $2, $3), speaker = "
      "REPLACE(speaker, $2, $3),"
      " agenda = REPLACE(agenda, $2, $3), minutes = REPLACE(minutes, $2, $3),"
      " reason = REPLACE(reason, $2, $3)"
      " WHERE group_id IN (SELECT group_id FROM membership WHERE account = $1)"
      " AND REPLACE(COALESCE(topic, '') || COALESCE(speaker, '') || COALESCE(agenda, '')"
      " || COALESCE(minutes, '') || COALESCE(reason, ''), $2, '') <> COALESCE(topic, '')"
      " || COALESCE(speaker, '') || COALESCE(agenda, '') || COALESCE(minutes, '')"
      " || COALESCE(reason, '')" FOR_MEMBERS("meeting"),
      .long_names_only = true, .object = OBJECT_MEETING, .scopes = 1 },
    { "meeting", "time_zone place", ERASE_NOTHING, NULL, NULL },
    { "meeting_plan", "made_on", ERASE_NOTHING, NULL, NULL },
    { "meeting_told", "", ERASE_ROWS, "a", "DELETE FROM meeting_told WHERE account = $1" },
    { "attendance", "substitute note", ERASE_TEXTS, "a",
      "UPDATE attendance SET rev = rev + 1, substitute = NULL, note = NULL WHERE account = $1"
      " AND COALESCE(substitute, note) IS NOT NULL" FOR_MEMBERS("attendance"),
      .object = OBJECT_ATTENDANCE, .scopes = 1 },
    { "attendance", "substitute note", ERASE_NAMES, "np",
      "UPDATE attendance SET rev = rev + 1, substitute = REPLACE(substitute, $1, $2),"
      " note = REPLACE(note, $1, $2)"
      " WHERE REPLACE(COALESCE(substitute, '') || COALESCE(note, ''), $1, '') <>"
      " COALESCE(substitute, '') || COALESCE(note, '')" FOR_MEMBERS("attendance"),
      .long_names_only = true, .object = OBJECT_ATTENDANCE, .scopes = 1 },
    { "rsvp", "substitute", ERASE_TEXTS, "a",
      "UPDATE rsvp SET rev = rev + 1, substitute = NULL WHERE account = $1"
      " AND substitute IS NOT NULL" FOR_MEMBERS("rsvp"),
      .object = OBJECT_RSVP, .scopes = 1 },
    { "rsvp", "substitute", ERASE_NAMES, "np",
      "UPDATE rsvp SET rev = rev + 1, substitute = REPLACE(substitute, $1, $2)"
      " WHERE REPLACE(substitute, $1, '') <> substitute" FOR_MEMBERS("rsvp"),
      .long_names_only = true, .object = OBJECT_RSVP, .scopes = 1 },
    { "visitor", "name company_name business_type email phone note", ERASE_TEXTS, "ak",
      "UPDATE visitor SET rev = rev + 1, name = '-', company_name = NULL, business_type = NULL, "
      "email = NULL,"
      " phone = NULL, note = NULL WHERE brought_by = $1 OR LOWER(email) = $2" FOR_OFFICERS(
          "visitor") ", brought_by",
      .object = OBJECT_VISITOR, .scopes = 2 },
    { "slip", "to_name need contact", ERASE_TEXTS, "a",
      "UPDATE slip SET rev = rev + 1, to_name = NULL, need = NULL, contact = NULL"
      " WHERE from_account = $1 AND COALESCE(to_name, need, contact) IS NOT NULL" FOR_MEMBERS(
          "slip"),
      .object = OBJECT_SLIP, .scopes = 1 },
    { "slip", "need contact", ERASE_NAMES, "anp",
      "UPDATE slip SET rev = rev + 1, need = REPLACE(need, $2, $3),"
      " contact = REPLACE(contact, $2, $3) WHERE to_account = $1"
      " AND REPLACE(COALESCE(need, '') || COALESCE(contact, ''), $2, '') <>"
      " COALESCE(need, '') || COALESCE(contact, '')" FOR_MEMBERS("slip"),
      .long_names_only = true, .object = OBJECT_SLIP, .scopes = 1 },
    { "thanks", "amount_currency", ERASE_NOTHING, NULL, NULL },
    { "one_to_one", "place note_a note_b", ERASE_TEXTS, "a",
      "UPDATE one_to_one SET rev = rev + 1, place = NULL, note_a = CASE WHEN account_a = $1 THEN "
      "NULL ELSE note_a"
      " END, note_b = CASE WHEN account_b = $1 THEN NULL ELSE note_b END"
      " WHERE (account_a = $1 OR account_b = $1) AND COALESCE(place, note_a, note_b) IS NOT NULL"
      " RETURNING id, account_a, account_b",
      .object = OBJECT_ONE_TO_ONE, .scopes = 2 },
    { "one_to_one", "note_a note_b", ERASE_NAMES, "anp",
      "UPDATE one_to_one SET rev = rev + 1, note_a = REPLACE(note_a, $2, $3),"
      " note_b = REPLACE(note_b, $2, $3) WHERE (account_a = $1 OR account_b = $1)"
      " AND REPLACE(COALESCE(note_a, '') || COALESCE(note_b, ''), $2, '') <>"
      " COALESCE(note_a, '') || COALESCE(note_b, '') RETURNING id, account_a, account_b",
      .long_names_only = true, .object = OBJECT_ONE_TO_ONE, .scopes = 2 },
    { "one_to_one", "met_on", ERASE_NOTHING, NULL, NULL },
    { "calendar_feed", "*", ERASE_ROWS, "a", "DELETE FROM calendar_feed WHERE account = $1" },

    /* Leads. */
    { "note", "*", ERASE_ROWS, "a", "DELETE FROM note WHERE account = $1" },
    { "lead_link", "*", ERASE_ROWS, "a",
      "DELETE FROM lead_link WHERE referral IN (SELECT id FROM referral WHERE from_account = $1)" },
    { "lead", CONTACT " need comments permission_wording", ERASE_TEXTS, "a",
      "UPDATE lead SET " NO_CONTACT ", need = NULL, comments = NULL, permission_wording = NULL"
      " WHERE id IN " ORPHANS },
    { "lead", CONTACT, ERASE_TEXTS, "k", "UPDATE lead SET " NO_CONTACT " WHERE email_key = $1" },
    { "lead", "comments", ERASE_TEXTS, "a",
      "UPDATE lead SET comments = NULL WHERE comments IS NOT NULL AND id IN"
      " (SELECT lead_id FROM referral WHERE from_account = $1)" },
    { "lead", "need", ERASE_NAMES, "anpe",
      "UPDATE lead SET need = REPLACE(REPLACE(need, $2, $3), $4, $3) WHERE id IN"
      " (SELECT lead_id FROM referral WHERE from_account = $1"
      " UNION SELECT lead_id FROM referral WHERE to_account = $1)"
      " AND REPLACE(REPLACE(need, $2, ''), $4, '') <> need",
      .long_names_only = true },
    { "lead", "value_currency", ERASE_NOTHING, NULL, NULL },
    { "referral", "message", ERASE_TEXTS, "a",
      "UPDATE referral SET message = NULL, reason_code = CASE WHEN verdict = 2 THEN"
      " COALESCE(reason_code, 8) ELSE reason_code END"
      " WHERE message IS NOT NULL AND to_account = $1" },
    { "referral", "to_name to_email to_key", ERASE_TEXTS, "ak",
      "UPDATE referral SET to_name = NULL, to_email = NULL, to_key = NULL"
      " WHERE to_account IS NULL AND (from_account = $1 OR to_key = $2)" },
    { "referral", "message", ERASE_NAMES, "anpe",
      "UPDATE referral SET message = REPLACE(REPLACE(message, $2, $3), $4, $3)"
      " WHERE from_account = $1 AND REPLACE(REPLACE(message, $2, ''), $4, '') <> message",
      .long_names_only = true },
    { "referral", "value_currency", ERASE_NOTHING, NULL, NULL },
    /* The words of its leads: referral_index_forget() and referral_index_again(). */
    { "referral_words", "*", ERASE_TEXTS, NULL, NULL },

    /* What its clients would be told. */
    { "change_index", "", ERASE_NOTHING, "a",
      "UPDATE change_index SET deleted = 1 WHERE scope_id = $1 AND type <> 1" },
    { "scope_member", "role", ERASE_NOTHING, NULL, NULL },
    { "audit", "action", ERASE_NOTHING, NULL, NULL },
    { "meta", "name", ERASE_NOTHING, NULL, NULL },
    { "mail_job", "job local_date", ERASE_NOTHING, NULL, NULL },
    { "migration", "name", ERASE_NOTHING, NULL, NULL },

    { "account",
      "email name company_name business_type email_key password time_zone profile_headline "
      "profile_about "
      "profile_specialities profile_industries profile_areas profile_qualifies "
      "profile_ideal_partner profile_website",
      ERASE_TEXTS, "apdt",
      "UPDATE account SET rev = rev + 1, updated_at = $4, state = 3, admin = 0, name = $2,"
      " email = '', email_key = $3, password = NULL, email_verified_at = NULL,"
      " language = NULL, time_zone = NULL,"
      " company_name = NULL, business_type = NULL, profile_headline = NULL, profile_about = NULL,"
      " profile_specialities = NULL, profile_industries = NULL, profile_price_level = 0,"
      " profile_areas = NULL, profile_qualifies = NULL, profile_ideal_partner = NULL,"
      " profile_website = NULL, profile_exclusive = 0, profile_public = 0, profile_recommends = 0"
      " WHERE id = $1" },
    { 0 },
};

/* ---- running it */

typedef struct Erasure {
    Call *call;
    Account account;
    char id[UUID_TEXT_SIZE];
    char *key;       /* the folded address */
    char *pseudonym; /* the name from now on */
    char *quoted;    /* the name, as it stands in JSON */
    CryptoHash hash; /* of the folded address */
    GArray *shown;   /* Uuid of the referrals that have it in them */
} Erasure;

static void erasure_clear(Erasure *erasure)
{
    fields_clear(&account_fields, &erasure->account);
    g_free(erasure->key);
    g_free(erasure->pseudonym);
    g_free(erasure->quoted);
    if (erasure->shown)
        g_array_unref(erasure->shown);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Erasure, erasure_clear)

static DbValue argument(const Erasure *erasure, char letter)
{
    switch (letter) {
    case 'a':
        return db_uuid(&erasure->account.id);
    case 'n':
        return db_text(erasure->account.name);
    case 'e':
        return db_text(erasure->account.email);
    case 'k':
        return db_text(erasure->key);
    case 'p':
        return db_text(erasure->pseudonym);
    case 'q':
        return db_text(erasure->quoted);
    case 't':
        return db_int(erasure->call->now);
    case 'h':
        return db_bytes(erasure->hash.bytes, sizeof erasure->hash.bytes);
    case 'd':
        return db_text(erasure->id);
    default:
        g_assert_not_reached();
    }
}

/* Who has a copy of what was changed has an older one; its own clients are gone. */
static bool note_changed(const Erasure *erasure, const ErasureRow *row, const DbValue *values,
                         size_t n, GError **error)
{
    g_autoptr(DbRows) rows = db_query_values(erasure->call->db, error, row->sql, values, n);
    while (rows && db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0);
        for (int i = 1; i <= row->scopes; i++) {
            Uuid scope = db_get_uuid(rows, i);
            if (!uuid_is_nil(&scope) && !uuid_equal(&scope, &erasure->account.id))
                change_note(erasure->call, &scope, row->object, &id, false);
        }
    }
    return rows && db_rows_ok(rows);
}

static bool run_row(const Erasure *erasure, const ErasureRow *row, GError **error)
{
    DbValue values[8];
    size_t n = 0;
    if (!row->sql || (row->sqlite_only && db_engine(erasure->call->db) != DB_ENGINE_SQLITE) ||
        (row->long_names_only && g_utf8_strlen(erasure->account.name, -1) < SHORT_NAME))
        return true;
    for (const char *letter = row->arguments; *letter; letter++)
        values[n++] = argument(erasure, *letter);
    if (row->object)
        return note_changed(erasure, row, values, n, error);
    return db_exec_values(erasure->call->db, error, NULL, row->sql, values, n);
}

/* Partners lose a partner: told before the rows are gone. */
static bool note_partners(const Erasure *erasure, GError **error)
{
    const Uuid *account = &erasure->account.id;
    g_autoptr(DbRows)
        rows = db_query(erasure->call->db, error,
                        "SELECT account_b FROM connection WHERE account_a = $1 AND state = 3 UNION "
                        "ALL SELECT account_a FROM connection WHERE account_b = $1 AND state = 3",
                        db_uuid(account));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid other = db_get_uuid(rows, 0);
        change_note(erasure->call, &other, OBJECT_PARTNER, account, true);
    }
    return db_rows_ok(rows);
}

/* Whoever invited it, or was invited by it, loses the invitation. */
static bool note_invitations(const Erasure *erasure, GError **error)
{
    const Uuid *account = &erasure->account.id;
    g_autoptr(DbRows)
        rows = db_query(erasure->call->db, error,
                        "SELECT id, from_account, to_account FROM invitation WHERE from_account = "
                        "$1 OR to_account = $1 OR email_key = $2",
                        db_uuid(account), db_text(erasure->key));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), from = db_get_uuid(rows, 1), to = db_get_uuid(rows, 2);
        const Uuid *other = uuid_equal(&from, account) ? &to : &from;
        if (!uuid_is_nil(other))
            change_note(erasure->call, other, OBJECT_INVITATION, &id, true);
    }
    return db_rows_ok(rows);
}

/* All that shows it reads otherwise now, and is told to whoever sees it. */
static bool note_shown(const Erasure *erasure, GError **error)
{
    unsigned types = 0;
    for (const ObjectRow *row = object_rows; row->type; row++)
        if (row->shows)
            types |= 1u << row->type;
    return change_note_shown(erasure->call, &erasure->account.id, types, error);
}

/* Two of them should not look like one: the last digits of the id are random. */
static char *make_pseudonym(const char *id)
{
    g_autofree char *digits = g_ascii_strup(id + UUID_TEXT_SIZE - 1 - 4, 4);
    return g_strdup_printf("Former member %s", digits);
}

static bool prepare(Erasure *erasure, const Uuid *account, GError **error)
{
    g_autoptr(GString) quoted = g_string_new(NULL);
    if (!account_read(erasure->call->db, account, &erasure->account, error))
        return false;
    if (erasure->account.state == ACCOUNT_DELETED)
        return problem_set(error, PROBLEM_NOT_FOUND, "no such account");
    uuid_format(account, erasure->id);
    erasure->key = email_fold(erasure->account.email);
    erasure->pseudonym = make_pseudonym(erasure->id);
    json_put_text(quoted, erasure->account.name);
    erasure->quoted = g_strndup(quoted->str + 1, quoted->len - 2);
    crypto_digest_text(erasure->key, &erasure->hash);
    return true;
}

/* Referrals of it; and those of others that are about it, or went to its address, which their parties see change. */
static bool find_shown(Erasure *erasure, GError **error)
{
    erasure->shown = g_array_new(FALSE, FALSE, sizeof(Uuid));
    g_autoptr(DbRows)
        rows = db_query(erasure->call->db, error,
                        "SELECT id, from_account, to_account FROM referral WHERE to_account = $1 "
                        "UNION SELECT id, from_account, to_account FROM referral WHERE "
                        "from_account = $1 UNION SELECT r.id, r.from_account, r.to_account FROM "
                        "lead l CROSS JOIN referral r WHERE l.email_key = $2 AND r.lead_id = l.id "
                        "UNION SELECT id, from_account, to_account FROM referral WHERE to_key = $2",
                        db_uuid(&erasure->account.id), db_text(erasure->key));
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        Uuid id = db_get_uuid(rows, 0), from = db_get_uuid(rows, 1), to = db_get_uuid(rows, 2);
        g_array_append_val(erasure->shown, id);
        if (uuid_equal(&from, &erasure->account.id) || uuid_equal(&to, &erasure->account.id))
            continue; /* note_shown() */
        change_note(erasure->call, &from, OBJECT_REFERRAL, &id, false);
        if (!uuid_is_nil(&to))
            change_note(erasure->call, &to, OBJECT_REFERRAL, &id, false);
    }
    return db_rows_ok(rows);
}

static bool forget_attempts(const Erasure *erasure, GError **error)
{
    Call *call = erasure->call;
    return throttle_forget(call, THROTTLE_LOGIN_ACCOUNT, erasure->key, error) &&
           throttle_forget(call, THROTTLE_RESET_ACCOUNT, erasure->key, error) &&
           throttle_forget(call, THROTTLE_EXPORT, erasure->id, error) &&
           throttle_forget(call, THROTTLE_LINK, erasure->id, error) &&
           throttle_forget(call, THROTTLE_TOTP, erasure->id, error);
}

static bool run_rows(const Erasure *erasure, GError **error)
{
    for (const ErasureRow *row = erasure_rows; row->table; row++)
        if (!run_row(erasure, row, error)) {
            g_prefix_error(error, "%s: ", row->table);
            return false;
        }
    return true;
}

bool erasure_run(Call *call, const Uuid *account, GError **error)
{
    g_auto(Erasure) erasure = { .call = call };
    return prepare(&erasure, account, error) && session_revoke_others(call, account, NULL, error) &&
           memberships_erase(call, account, error) && vetting_erase(call, account, error) &&
           concern_erase(call, account, error) && note_partners(&erasure, error) &&
           note_invitations(&erasure, error) && forget_attempts(&erasure, error) &&
           find_shown(&erasure, error) && referral_index_forget(call->db, erasure.shown, error) &&
           run_rows(&erasure, error) && referral_index_again(call->db, erasure.shown, error) &&
           note_shown(&erasure, error) &&
           audit_put_of(call, account, "account.delete", account, error);
}

/* ---- DELETE /v1/me */

static bool delete_prepare(Call *call, GError **error)
{
    const AccountDeletion *input = call->body;
    return password_prepare_own(call, input->password, error);
}

static bool check_confirmed(Call *call, GError **error)
{
    const AccountDeletion *input = call->body;
    Account account = { 0 };
    if (!account_read(call->db, &call->principal.account, &account, error))
        return false;
    g_autofree char *typed = email_fold(input->confirm), *own = email_fold(account.email);
    fields_clear(&account_fields, &account);
    if (strcmp(typed, own) != 0)
        field_errors_add(&call->errors, "#/confirm", "not-confirmed",
                         "must be the account's e-mail address");
    return call_valid(call, error);
}

static bool delete_me(Call *call, GError **error)
{
    const AccountDeletion *input = call->body;
    const Uuid account = call->principal.account;
    PasswordResult result;
    TotpResult code = TOTP_RIGHT;
    if (!check_confirmed(call, error) || !password_settle_own(call, &result, error))
        return false;
    if (result != PASSWORD_RIGHT)
        return password_refuse(call, result);
    char subject[UUID_TEXT_SIZE];
    uuid_format(&account, subject);
    if (!throttle_check(call, THROTTLE_TOTP, subject, error) ||
        !totp_check(call, &account, input->totp, &code, error))
        return false;
    if (code == TOTP_MISSING)
        return password_refuse(call, PASSWORD_CODE_MISSING);
    if (code == TOTP_WRONG)
        return throttle_count(call, THROTTLE_TOTP, subject, error) &&
               password_refuse(call, PASSWORD_CODE_WRONG);
    call->reply.status = 204;
    if (!erasure_run(call, &account, error))
        return false;
    if (call->server)
        lanes_scrub(call->server->lanes);
    return true;
}

const Route erasure_routes[] = {
    { "DELETE", "/v1/me", ACCESS_USER, LANE_CRYPTO, ROUTE_NO_BATCH, &account_deletion_fields,
      .handler = delete_me, .prepare = delete_prepare,
      .summary = "Delete the account and all that is personal about it, at once and for ever" },
    { 0 },
};
