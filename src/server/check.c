/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/check.h"

#include <stdio.h>
#include <string.h>

#include "base/problem.h"

#define EXAMPLES 5

typedef enum CheckEngine { ON_BOTH, ON_SQLITE, ON_POSTGRES } CheckEngine;

/* One invariant: its SQL gives a row for each thing that breaks it, the thing itself first. */
typedef struct Check {
    const char *what; /* is wrong */
    CheckEngine on;
    bool text; /* the first column is text, else a UUID */
    const char *sql;
} Check;

/* The live ones of a lead and its copies, and the roots of which there are several. */
#define FAMILY                                                                                     \
    "(SELECT copy_of AS root, id, to_account, competing FROM referral WHERE copy_of IS NOT NULL"   \
    " AND state <> 8 UNION SELECT o.id, o.id, o.to_account, o.competing FROM referral o"           \
    " JOIN referral c ON c.copy_of = o.id WHERE o.state <> 8)"
#define SEVERAL "SELECT s.root FROM " FAMILY " s GROUP BY s.root HAVING COUNT(*) > 1"

/* Whatever is entered at meetings, and about which accounts it is. */
#define EACH_ENTRY                                                                                 \
    "(SELECT id, rev, meeting, group_id, account, entered_at FROM attendance"                      \
    " UNION ALL SELECT id, rev, meeting, group_id, account, entered_at FROM rsvp"                  \
    " UNION ALL SELECT id, rev, meeting, group_id, brought_by, entered_at FROM visitor"            \
    " UNION ALL SELECT id, rev, meeting, group_id, from_account, entered_at FROM slip"             \
    " UNION ALL SELECT id, rev, meeting, group_id, to_account, entered_at FROM slip"               \
    " UNION ALL SELECT id, rev, meeting, group_id, from_account, entered_at FROM thanks"           \
    " UNION ALL SELECT id, rev, meeting, group_id, to_account, entered_at FROM thanks)"
/* What is to be in a scope's changes, and what is there. */
#define NOT_TOLD(scope, type, id)                                                                  \
    "NOT EXISTS (SELECT 1 FROM change_index c WHERE c.scope_id = " scope " AND c.type = " type     \
    " AND c.object_id = " id " AND c.deleted = 0)"
#define NO_MEMBER(group, account)                                                                  \
    "NOT EXISTS (SELECT 1 FROM membership v WHERE v.group_id = " group " AND v.account = " account \
    ")"

/* Types of the change index: 1 referral, 2 note, 3 partner, 4 account, 5 invitation, 8 member, 9 request,
 * 10 meeting, 11 attendance, 12 answer, 13 visitor, 14 slip, 15 thanks, 16 one-to-one (ObjectType). States of meetings: 1
 * scheduled, 2 open, 3 draft, 4 completed, 5 reopened, 6 holiday, 7 cancelled, 8 discarded (MeetingState). */
static const Check checks[] = {
    { "the file is damaged", ON_SQLITE, true,
      "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'" },
    { "a row refers to one that is not there", ON_SQLITE, true,
      "SELECT \"table\" || ' ' || \"parent\" FROM pragma_foreign_key_check" },

    { "an account has no scope of its own", ON_BOTH, false,
      "SELECT a.id FROM account a WHERE NOT EXISTS (SELECT 1 FROM scope_member m"
      " WHERE m.scope_id = a.id AND m.account_id = a.id)" },
    { "a scope's oldest state is newer than its newest", ON_BOTH, false,
      "SELECT id FROM scope WHERE min_seq > seq OR seq < 0" },
    { "a scope has given out a number that no change has", ON_BOTH, false,
      "SELECT s.id FROM scope s WHERE s.seq > s.min_seq AND NOT EXISTS"
      " (SELECT 1 FROM change_index c WHERE c.scope_id = s.id AND c.seq = s.seq)" },
    { "a change belongs to no scope", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE NOT EXISTS"
      " (SELECT 1 FROM scope s WHERE s.id = c.scope_id)" },
    { "a change has a number that its scope has not given out", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c JOIN scope s ON s.id = c.scope_id"
      " WHERE c.seq > s.seq OR c.seq < 1 OR c.created_seq > c.seq OR c.created_seq < 1" },

    { "an account is missing from its own changes", ON_BOTH, false,
      "SELECT a.id FROM account a WHERE a.state <> 3 AND NOT EXISTS (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = a.id AND c.type = 4 AND c.object_id = a.id AND c.deleted = 0)" },
    { "a referral is missing from its sender's changes", ON_BOTH, false,
      "SELECT r.id FROM referral r WHERE NOT EXISTS (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = r.from_account AND c.type = 1 AND c.object_id = r.id AND c.deleted = "
      "0)" },
    { "a referral is missing from its recipient's changes", ON_BOTH, false,
      "SELECT r.id FROM referral r WHERE r.to_account IS NOT NULL AND NOT EXISTS"
      " (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = r.to_account AND c.type = 1 AND c.object_id = r.id AND c.deleted = 0)" },
    { "a note is missing from its writer's changes", ON_BOTH, false,
      "SELECT n.id FROM note n WHERE NOT EXISTS (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = n.account AND c.type = 2 AND c.object_id = n.id AND c.deleted = 0)" },
    { "an account is told of a partner that it has not", ON_BOTH, false,
      "SELECT c.scope_id FROM change_index c WHERE c.type = 3 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM connection k WHERE k.state = 3 AND ((k.account_a = c.scope_id"
      " AND k.account_b = c.object_id) OR (k.account_b = c.scope_id"
      " AND k.account_a = c.object_id)))" },
    { "a partner is missing from the changes of the first of a pair", ON_BOTH, false,
      "SELECT k.account_a FROM connection k WHERE k.state = 3 AND NOT EXISTS (SELECT 1"
      " FROM change_index c WHERE c.scope_id = k.account_a AND c.type = 3"
      " AND c.object_id = k.account_b AND c.deleted = 0)" },
    { "a partner is missing from the changes of the second of a pair", ON_BOTH, false,
      "SELECT k.account_b FROM connection k WHERE k.state = 3 AND NOT EXISTS (SELECT 1"
      " FROM change_index c WHERE c.scope_id = k.account_b AND c.type = 3"
      " AND c.object_id = k.account_a AND c.deleted = 0)" },

    { "a referral is in the changes of somebody who is not a party to it", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE c.type = 1 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM referral r WHERE r.id = c.object_id"
      " AND (r.from_account = c.scope_id OR r.to_account = c.scope_id))" },
    { "a note is in the changes of somebody who did not write it", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE c.type = 2 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM note n WHERE n.id = c.object_id AND n.account = c.scope_id)" },
    { "a note is by somebody who is not a party to its referral", ON_BOTH, false,
      "SELECT n.id FROM note n JOIN referral r ON r.id = n.referral"
      " WHERE n.account <> r.from_account"
      " AND (r.to_account IS NULL OR n.account <> r.to_account)" },

    { "an invitation is missing from its sender's changes", ON_BOTH, false,
      "SELECT i.id FROM invitation i WHERE NOT EXISTS (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = i.from_account AND c.type = 5 AND c.object_id = i.id AND c.deleted = "
      "0)" },
    { "an invitation is missing from its recipient's changes", ON_BOTH, false,
      "SELECT i.id FROM invitation i WHERE i.to_account IS NOT NULL AND NOT EXISTS (SELECT 1"
      " FROM change_index c WHERE c.scope_id = i.to_account AND c.type = 5 AND c.object_id = i.id"
      " AND c.deleted = 0)" },
    { "an invitation is in the changes of somebody whom it is not for", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE c.type = 5 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM invitation i WHERE i.id = c.object_id"
      " AND (i.from_account = c.scope_id OR i.to_account = c.scope_id))" },
    { "somebody has more than a hundred partners", ON_BOTH, false,
      "SELECT p.id FROM (SELECT account_a AS id FROM connection WHERE state = 3 UNION ALL"
      " SELECT account_b FROM connection WHERE state = 3) p GROUP BY p.id"
      " HAVING COUNT(*) > 100" },
    { "a public profile cannot be found by words", ON_BOTH, false,
      "SELECT a.id FROM account a WHERE a.profile_public = 1 AND a.state = 1"
      " AND a.id NOT IN (SELECT account FROM profile_words)" },

    { "a group counts other members than it has", ON_BOTH, false,
      "SELECT g.id FROM leads_group g WHERE g.members <> (SELECT COUNT(*) FROM membership m"
      " WHERE m.group_id = g.id AND m.state = 1)" },
    { "an active group has no leader", ON_BOTH, false,
      "SELECT g.id FROM leads_group g WHERE g.state = 2 AND NOT EXISTS (SELECT 1 FROM membership m"
      " WHERE m.group_id = g.id AND m.state = 1 AND m.role = 2)" },
    { "somebody in an exclusive group is in another one, and does not lead it", ON_BOTH, false,
      "SELECT m.id FROM membership m JOIN leads_group g ON g.id = m.group_id WHERE m.state = 1"
      " AND m.role <> 2 AND g.exclusive = 1 AND g.state IN (2, 3) AND EXISTS (SELECT 1"
      " FROM membership o JOIN leads_group x ON x.id = o.group_id WHERE o.account = m.account"
      " AND o.state = 1 AND o.id <> m.id AND x.state IN (2, 3))" },
    { "a member does not read the scope of their group", ON_BOTH, false,
      "SELECT m.id FROM membership m WHERE m.state = 1 AND NOT EXISTS (SELECT 1 FROM scope_member s"
      " WHERE s.scope_id = m.group_id AND s.account_id = m.account)" },
    { "an officer does not read the scope of the officers", ON_BOTH, false,
      "SELECT m.id FROM membership m JOIN leads_group g ON g.id = m.group_id WHERE m.state = 1"
      " AND m.role > 1 AND NOT EXISTS (SELECT 1 FROM scope_member s WHERE s.scope_id = g.officers"
      " AND s.account_id = m.account)" },
    { "somebody who is no member reads the scope of a group", ON_BOTH, false,
      "SELECT s.account_id FROM scope_member s JOIN leads_group g ON s.scope_id IN (g.id, "
      "g.officers)"
      " WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.group_id = g.id AND m.state = 1"
      " AND m.account = s.account_id AND (s.scope_id = g.id OR m.role > 1))" },
    { "a member is missing from the changes of their group", ON_BOTH, false,
      "SELECT m.id FROM membership m WHERE m.state = 1 AND NOT EXISTS (SELECT 1 FROM change_index c"
      " WHERE c.scope_id = m.group_id AND c.type = 8 AND c.object_id = m.id AND c.deleted = 0)" },
    { "who is no member is in the changes of a group", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE c.type = 8 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM membership m WHERE m.id = c.object_id AND m.group_id = c.scope_id"
      " AND m.state = 1)" },
    { "a request is missing from the changes of the officers", ON_BOTH, false,
      "SELECT q.id FROM membership_request q JOIN leads_group g ON g.id = q.group_id WHERE NOT "
      "EXISTS"
      " (SELECT 1 FROM change_index c WHERE c.scope_id = g.officers AND c.type = 9"
      " AND c.object_id = q.id AND c.deleted = 0)" },
    { "a request waits for an answer, and they are in the group", ON_BOTH, false,
      "SELECT q.id FROM membership_request q JOIN membership m ON m.group_id = q.group_id"
      " AND m.account = q.account AND m.state = 1 WHERE q.state IN (1, 2)" },
    { "a group cannot be found by words", ON_BOTH, false,
      "SELECT g.id FROM leads_group g WHERE g.state = 2"
      " AND g.id NOT IN (SELECT group_id FROM group_words)" },

    { "a referral cannot be found by words", ON_SQLITE, false,
      "SELECT r.id FROM referral r WHERE NOT EXISTS"
      " (SELECT 1 FROM referral_words w WHERE w.rowid = r.n)" },
    { "a referral cannot be found by words", ON_POSTGRES, false,
      "SELECT r.id FROM referral r WHERE NOT EXISTS"
      " (SELECT 1 FROM referral_words w WHERE w.referral = r.id)" },
    { "words are kept of a referral that is not there", ON_SQLITE, true,
      "SELECT CAST(w.rowid AS TEXT) FROM referral_words w WHERE NOT EXISTS"
      " (SELECT 1 FROM referral r WHERE r.n = w.rowid)" },

    { "a referral was judged without a verdict", ON_BOTH, false,
      "SELECT id FROM referral WHERE state BETWEEN 3 AND 7 AND (verdict IS NULL OR confirmed_at IS "
      "NULL)" },
    { "a referral has a verdict that nobody gave", ON_BOTH, false,
      "SELECT id FROM referral WHERE state NOT BETWEEN 3 AND 7 AND verdict IS NOT NULL" },
    { "a referral is not a lead and nobody said why", ON_BOTH, false,
      "SELECT id FROM referral WHERE verdict = 2 AND reason_code IS NULL AND message IS NULL" },
    { "a referral has an outcome but is no lead", ON_BOTH, false,
      "SELECT id FROM referral WHERE state BETWEEN 4 AND 7 AND verdict = 2" },
    { "a referral is in a state that it reached at no time", ON_BOTH, false,
      "SELECT id FROM referral WHERE (state BETWEEN 2 AND 7 AND picked_up_at IS NULL)"
      " OR (state BETWEEN 4 AND 7 AND outcome_at IS NULL) OR (state = 8 AND withdrawn_at IS "
      "NULL)" },
    { "a referral has a partner and somebody outside for its recipient", ON_BOTH, false,
      "SELECT id FROM referral WHERE to_account IS NOT NULL"
      " AND (to_name IS NOT NULL OR to_email IS NOT NULL OR to_key IS NOT NULL)" },
    { "a lead was given to nobody", ON_BOTH, false,
      "SELECT l.id FROM lead l WHERE NOT EXISTS (SELECT 1 FROM referral r WHERE r.lead_id = "
      "l.id)" },
    { "a referral competes with nobody", ON_BOTH, false,
      "SELECT id FROM referral WHERE competing = 1 AND id NOT IN"
      " (SELECT f.id FROM " FAMILY " f WHERE f.root IN (" SEVERAL "))" },
    { "a referral competes and is not told so", ON_BOTH, false,
      "SELECT f.id FROM " FAMILY " f WHERE f.competing = 0 AND f.root IN (" SEVERAL ")" },
    { "one partner has the same lead twice", ON_BOTH, false,
      "SELECT f.id FROM " FAMILY " f JOIN " FAMILY " g ON g.root = f.root"
      " AND g.to_account = f.to_account AND g.id <> f.id" },
    { "a copy is not of the same sender's lead", ON_BOTH, false,
      "SELECT r.id FROM referral r JOIN referral o ON o.id = r.copy_of"
      " WHERE o.from_account <> r.from_account OR o.copy_of IS NOT NULL" },

    { "a transaction of the ledger does not add up to nothing", ON_BOTH, false,
      "SELECT txn FROM posting GROUP BY txn HAVING SUM(amount) <> 0 OR COUNT(*) < 2" },
    { "a transaction of the ledger has no lines", ON_BOTH, false,
      "SELECT t.id FROM txn t WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.txn = t.id)" },
    { "a line of the ledger is not of its account's currency, or of its transaction's time",
      ON_BOTH, false,
      "SELECT p.txn FROM posting p JOIN txn t ON t.id = p.txn JOIN ledger_account a ON a.id = "
      "p.account WHERE a.currency <> t.currency OR p.at <> t.at OR p.at > a.last_at" },
    { "an account of the ledger does not have the balance of its lines", ON_BOTH, false,
      "SELECT a.id FROM ledger_account a WHERE balance <> (SELECT COALESCE(SUM(amount), 0) FROM "
      "posting p WHERE p.account = a.id) OR postings <> (SELECT COUNT(*) FROM posting p WHERE "
      "p.account = a.id)" },
    { "a reversal is not the reverse", ON_BOTH, false,
      "SELECT r.id FROM txn r JOIN txn t ON t.id = r.reverses WHERE t.reverses IS NOT NULL OR"
      " r.currency <> t.currency OR EXISTS (SELECT 1 FROM posting p WHERE p.txn = t.id AND NOT"
      " EXISTS (SELECT 1 FROM posting q WHERE q.txn = r.id AND q.account = p.account AND q.amount"
      " = -p.amount))" },
    { "an invoice is settled on no day, or open and settled", ON_BOTH, false,
      "SELECT id FROM invoice WHERE (state = 1) <> (settled_on IS NULL)" },
    { "a concern is decided at no time, or bars until none", ON_BOTH, false,
      "SELECT id FROM concern WHERE (state IN (3, 4)) <> (decided_at IS NOT NULL) OR (until IS NOT"
      " NULL) <> (state = 3 AND effect = 3)" },

    { "a meeting is completed at no time, or was completed and is not", ON_BOTH, false,
      "SELECT id FROM meeting WHERE (state = 4) <> (completed_at IS NOT NULL)" },
    { "a meeting is cancelled and nobody said why", ON_BOTH, false,
      "SELECT id FROM meeting WHERE state = 7 AND reason IS NULL" },
    { "a meeting is in no state that there is", ON_BOTH, false,
      "SELECT id FROM meeting WHERE state NOT BETWEEN 1 AND 8 OR duration < 0" },
    { "a meeting that has begun is the schedule's to move", ON_BOTH, false,
      "SELECT id FROM meeting WHERE planned = 1 AND state NOT IN (1, 7)" },
    { "a meeting has more editions than revisions", ON_BOTH, false,
      "SELECT id FROM meeting WHERE rev < 1 OR edition < 0 OR edition >= rev" },
    { "somebody was told of an edition of a meeting that there is not", ON_BOTH, false,
      "SELECT m.id FROM meeting m WHERE m.told_edition > m.edition OR EXISTS (SELECT 1"
      " FROM meeting_told t WHERE t.meeting = m.id AND t.edition > m.edition)" },
    { "somebody was told of a meeting of a group that they were never in", ON_BOTH, false,
      "SELECT m.id FROM meeting_told t JOIN meeting m ON m.id = t.meeting WHERE " NO_MEMBER(
          "m.group_id", "t.account") },
    { "a meeting is missing from the changes of its group", ON_BOTH, false,
      "SELECT m.id FROM meeting m WHERE " NOT_TOLD("m.group_id", "10", "m.id") },
    { "a group is told of a meeting that is not there", ON_BOTH, false,
      "SELECT c.object_id FROM change_index c WHERE c.type = 10 AND c.deleted = 0 AND NOT EXISTS"
      " (SELECT 1 FROM meeting m WHERE m.id = c.object_id AND m.group_id = c.scope_id)" },

    { "what was entered at a meeting is of another group, or has no revision", ON_BOTH, false,
      "SELECT e.id FROM " EACH_ENTRY " e JOIN meeting m ON m.id = e.meeting"
      " WHERE e.group_id <> m.group_id OR e.rev < 1" },
    { "what was entered at a meeting is about somebody who was never in the group", ON_BOTH, false,
      "SELECT e.id FROM " EACH_ENTRY
      " e WHERE e.account IS NOT NULL AND " NO_MEMBER("e.group_id", "e.account") },
    { "somebody attended a meeting that has not begun, or did not take place", ON_BOTH, false,
      "SELECT a.id FROM attendance a JOIN meeting m ON m.id = a.meeting WHERE m.state IN (1, 6, "
      "7)" },
    { "somebody attended one meeting twice", ON_BOTH, false,
      "SELECT a.id FROM attendance a JOIN attendance b ON b.meeting = a.meeting"
      " AND b.account = a.account AND b.id <> a.id" },
    { "somebody answered one invitation twice", ON_BOTH, false,
      "SELECT a.id FROM rsvp a JOIN rsvp b ON b.meeting = a.meeting AND b.account = a.account"
      " AND b.id <> a.id" },
    { "a substitute came for somebody who was there, or nobody did for who had one", ON_BOTH, false,
      "SELECT e.id FROM attendance e JOIN account a ON a.id = e.account WHERE a.state <> 3"
      " AND (e.code = 5) <> (COALESCE(e.substitute, '') <> '')" },
    { "a slip is for a member and for somebody else, or for its giver", ON_BOTH, false,
      "SELECT id FROM slip WHERE (to_account IS NOT NULL AND to_name IS NOT NULL)"
      " OR to_account = from_account OR (inside = 1 AND to_account IS NULL)" },
    { "thanks are for nothing, or for oneself", ON_BOTH, false,
      "SELECT id FROM thanks WHERE amount_amount IS NULL OR amount_amount <= 0"
      " OR amount_currency IS NULL OR to_account = from_account" },
    { "figures of a completed meeting were entered later", ON_BOTH, false,
      "SELECT m.id FROM meeting m JOIN (SELECT meeting, entered_at FROM attendance UNION ALL"
      " SELECT meeting, entered_at FROM slip UNION ALL SELECT meeting, entered_at FROM thanks) e"
      " ON e.meeting = m.id WHERE m.state = 4 AND e.entered_at > m.completed_at + 60000" },
    { "attendance is missing from the changes of its group", ON_BOTH, false,
      "SELECT e.id FROM attendance e WHERE " NOT_TOLD("e.group_id", "11", "e.id") },
    { "an answer to an invitation is missing from the changes of its group", ON_BOTH, false,
      "SELECT e.id FROM rsvp e WHERE " NOT_TOLD("e.group_id", "12", "e.id") },
    { "a visitor is missing from the changes of the officers", ON_BOTH, false,
      "SELECT e.id FROM visitor e JOIN leads_group g ON g.id = e.group_id WHERE e.removed = 0"
      " AND " NOT_TOLD("g.officers", "13", "e.id") },
    { "a slip of a meeting is missing from the changes of its group", ON_BOTH, false,
      "SELECT e.id FROM slip e WHERE e.removed = 0 AND " NOT_TOLD("e.group_id", "14", "e.id") },
    { "thanks are missing from the changes of who gave or got them", ON_BOTH, false,
      "SELECT e.id FROM thanks e JOIN account a ON a.id IN (e.from_account, e.to_account)"
      " WHERE e.removed = 0 AND a.state <> 3 AND " NOT_TOLD("a.id", "15", "e.id") },

    { "a one-to-one is not of two, in their order", ON_BOTH, false,
      "SELECT id FROM one_to_one WHERE account_a >= account_b OR reported_by NOT IN (account_a,"
      " account_b) OR said_a NOT IN (0, 1) OR said_b NOT IN (0, 1) OR met_on NOT LIKE"
      " '____-__-__'" },
    { "two met twice on one day", ON_BOTH, false,
      "SELECT o.id FROM one_to_one o JOIN one_to_one x ON x.account_a = o.account_a AND x.account_b"
      " = o.account_b AND x.met_on = o.met_on AND x.id <> o.id" },
    { "a one-to-one has a note of who does not say that they met", ON_BOTH, false,
      "SELECT id FROM one_to_one WHERE (said_a = 0 AND note_a IS NOT NULL)"
      " OR (said_b = 0 AND note_b IS NOT NULL)" },
    { "a one-to-one is of a group that one of the two was never in", ON_BOTH, false,
      "SELECT o.id FROM one_to_one o WHERE " NO_MEMBER(
          "o.group_id", "o.account_a") " OR " NO_MEMBER("o.group_id", "o.account_b") },
    { "a one-to-one is missing from the changes of one of the two", ON_BOTH, false,
      "SELECT o.id FROM one_to_one o JOIN account a ON a.id IN (o.account_a, o.account_b)"
      " WHERE o.said_a + o.said_b > 0 AND a.state <> 3 AND " NOT_TOLD("a.id", "16", "o.id") },
};

static bool applies(const Check *check, const Db *db)
{
    return check->on == ON_BOTH || (check->on == ON_SQLITE) == (db_engine(db) == DB_ENGINE_SQLITE);
}

static void put_example(GString *out, const Check *check, const DbRows *rows)
{
    char id[UUID_TEXT_SIZE];
    Uuid uuid;
    if (check->text) {
        const char *text = db_get_text(rows, 0);
        g_string_append_printf(out, " %s", text ? text : "?");
        return;
    }
    uuid = db_get_uuid(rows, 0);
    g_string_append_printf(out, " %s", uuid_format(&uuid, id));
}

static bool run_check(Db *db, const Check *check, GString *out, gint64 *findings, GError **error)
{
    g_autoptr(DbRows) rows = db_query(db, error, check->sql);
    gint64 n = 0;
    if (!rows)
        return false;
    while (db_next(rows, error)) {
        if (n == 0)
            g_string_append_printf(out, "%s:", check->what);
        if (n++ < EXAMPLES)
            put_example(out, check, rows);
    }
    if (!db_rows_ok(rows))
        return false;
    if (n)
        g_string_append_printf(out, " (%" G_GINT64_FORMAT ")\n", n);
    *findings += n;
    return true;
}

typedef struct Run {
    GString *out;
    gint64 *findings;
} Run;

static bool run_all(Db *db, gpointer data, GError **error)
{
    Run *run = data;
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        if (applies(&checks[i], db) && !run_check(db, &checks[i], run->out, run->findings, error))
            return false;
    return true;
}

bool check_database(Db *db, GString *out, gint64 *findings, GError **error)
{
    *findings = 0;
    return db_read_tx(db, run_all, &(Run){ out, findings }, error);
}

/* Not a finding: this command need not be told of the mail server. */
static bool tell_waiting_mail(Db *db, GError **error)
{
    gint64 n = 0;
    if (!db_get_one_int(db, error, &n, "SELECT COUNT(*) FROM mail WHERE next_at IS NOT NULL"))
        return false;
    if (n)
        printf("%" G_GINT64_FORMAT " mail%s: there is no smtp_url here\n", n,
               n == 1 ? " waits" : "s wait");
    return true;
}

bool check_command(const Config *config, int argc, char **argv, GError **error)
{
    gint64 version = 0, findings = 0, accounts = 0, referrals = 0;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(Db) db = db_open(server_drivers, config->database, DB_READ, error);
    if (!db || !db_version(db, &version, error))
        return false;
    if (version == 0)
        return problem_set(error, PROBLEM_BAD_CONFIG, "The database is empty: nothing to check");
    if (!check_database(db, out, &findings, error) ||
        !db_get_one_int(db, error, &accounts, "SELECT COUNT(*) FROM account") ||
        !db_get_one_int(db, error, &referrals, "SELECT COUNT(*) FROM referral"))
        return false;
    fputs(out->str, stdout);
    if (!config->smtp_url && !tell_waiting_mail(db, error))
        return false;
    printf("%" G_GINT64_FORMAT " accounts, %" G_GINT64_FORMAT " referrals, schema %" G_GINT64_FORMAT
           ": %" G_GINT64_FORMAT " findings\n",
           accounts, referrals, version, findings);
    return findings == 0 ||
           problem_set(error, PROBLEM_FAILED, "%" G_GINT64_FORMAT " findings", findings);
}
