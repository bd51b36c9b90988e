// SPDX-License-Identifier: GPL-3.0-or-later
// leadlined check: every invariant of its table (src/server/check.c) is broken by hand once, and must be found.
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { QUICK_HASH, freshDatabase, leadlined, postgresql, uuid } = require('./harness.js');
const { literal, sql } = require('./network.js');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-check-'));
let sound;
before(() => {
    sound = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', sound, ...QUICK_HASH]);
    assert.equal(loaded.code, 0, loaded.stderr);
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

function copy() {
    if (!postgresql) {
        const database = freshDatabase(fs.mkdtempSync(path.join(dir, 'copy-')));
        fs.copyFileSync(sound.replace('sqlite:', ''), database.replace('sqlite:', ''));
        return database;
    }
    const name = `leadline_${crypto.randomBytes(6).toString('hex')}`;
    sql('postgresql:///postgres', `CREATE DATABASE ${name} TEMPLATE ${sound.split('/').pop()};`);
    return `postgresql:///${name}`;
}

const check = (database) => leadlined(['check', '--database', database]);

/* A row of a table that a condition is true of, as a literal. */
const one = (table, where = '1 = 1', column = 'id') => `(SELECT ${column} FROM ${table} WHERE ${where} ORDER BY ${column} LIMIT 1)`;
const stranger = literal(uuid());
const account = (n) => `(SELECT id FROM account ORDER BY id LIMIT 1 OFFSET ${n})`;
const copied = one('referral', 'copy_of IS NOT NULL AND state <> 8');
/* A membership without an office, and a group that its member is not in. */
const plain = one('membership', 'state = 1 AND role = 1');
const other = `(SELECT id FROM leads_group WHERE id <> (SELECT group_id FROM membership WHERE id = ${plain}) ORDER BY id LIMIT 1)`;
const transfer = (first, second, at = 5) => `INSERT INTO ledger_account (id, code, currency, balance, postings, last_at) VALUES
        (${literal(ledger[0])}, 'a', 'GBP', -700, 1, 5), (${literal(ledger[1])}, 'b', 'GBP', 700, 1, 5);
    INSERT INTO txn (id, key, kind, at, currency) VALUES (${literal(ledger[2])}, 'k', 1, 5, 'GBP');
    INSERT INTO posting (account, at, txn, amount) VALUES (${literal(ledger[0])}, ${at}, ${literal(ledger[2])}, ${first}), (${literal(ledger[1])}, ${at}, ${literal(ledger[2])}, ${second});`;
const ledger = [uuid(), uuid(), uuid(), uuid()];
const rootOf = (member) => `(SELECT copy_of FROM referral WHERE id = ${member})`;

/* What the check says -> how to break it. */
const broken = {
    'the file is damaged': `CREATE TEMP TABLE root AS SELECT name, rootpage FROM sqlite_schema WHERE name IN ('referral_sent_state', 'referral_inbox_state');
        PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM root WHERE root.name <> sqlite_master.name) WHERE name IN (SELECT name FROM root);`,
    'a row refers to one that is not there': `DELETE FROM account WHERE id = ${account(0)};`,
    'an account has no scope of its own': `DELETE FROM scope_member WHERE account_id = ${account(0)};`,
    "a scope's oldest state is newer than its newest": `UPDATE scope SET min_seq = seq + 1 WHERE id = ${account(0)};`,
    'a scope has given out a number that no change has': `UPDATE scope SET seq = seq + 1 WHERE id = ${account(0)};`,
    'a change belongs to no scope': `UPDATE change_index SET scope_id = ${stranger} WHERE scope_id = ${account(0)};`,
    'a change has a number that its scope has not given out': `UPDATE scope SET seq = seq - 1 WHERE id = ${account(0)};`,
    'an account is missing from its own changes': `UPDATE change_index SET deleted = 1 WHERE type = 4 AND object_id = ${account(0)};`,
    "a referral is missing from its sender's changes": `DELETE FROM change_index WHERE object_id = ${one('referral')} AND scope_id = ${one('referral', '1 = 1', '(from_account)').replace('ORDER BY (from_account)', 'ORDER BY id')};`,
    "a referral is missing from its recipient's changes": `UPDATE change_index SET deleted = 1 WHERE object_id = ${one('referral')} AND scope_id = ${one('referral', '1 = 1', '(to_account)').replace('ORDER BY (to_account)', 'ORDER BY id')};`,
    "a note is missing from its writer's changes": `INSERT INTO note (id, rev, created_at, updated_at, referral, text, account) SELECT ${stranger}, 1, 1, 1, id, 'x', to_account FROM referral WHERE id = ${one('referral')};`,
    'an account is told of a partner that it has not': 'UPDATE connection SET state = 7;',
    'a partner is missing from the changes of the first of a pair': 'DELETE FROM change_index WHERE type = 3 AND scope_id < object_id;',
    'a partner is missing from the changes of the second of a pair': 'DELETE FROM change_index WHERE type = 3 AND scope_id > object_id;',
    'a referral is in the changes of somebody who is not a party to it': `UPDATE change_index SET object_id = ${stranger} WHERE type = 1 AND object_id = ${one('referral')};`,
    'a note is in the changes of somebody who did not write it': `INSERT INTO change_index (scope_id, type, object_id, seq, created_seq, deleted, changed_at) SELECT id, 2, ${stranger}, seq + 1, seq + 1, 0, 1 FROM scope WHERE id = ${account(0)};`,
    'a note is by somebody who is not a party to its referral': `INSERT INTO note (id, rev, created_at, updated_at, referral, text, account) SELECT ${stranger}, 1, 1, 1, r.id, 'x', a.id FROM referral r, account a
        WHERE r.id = ${one('referral')} AND a.id <> r.from_account AND a.id <> r.to_account ORDER BY a.id LIMIT 1;`,
    "an invitation is missing from its sender's changes": `DELETE FROM change_index WHERE type = 5 AND object_id = ${one('invitation')} AND scope_id = (SELECT from_account FROM invitation WHERE id = ${one('invitation')});`,
    "an invitation is missing from its recipient's changes": 'UPDATE change_index SET deleted = 1 WHERE type = 5 AND scope_id IN (SELECT to_account FROM invitation);',
    'an invitation is in the changes of somebody whom it is not for': 'UPDATE invitation SET to_account = from_account WHERE state = 3;',
    'somebody has more than a hundred partners': `INSERT INTO connection (account_a, account_b, state, rev, since) VALUES ${Array.from({ length: 101 }, (_, i) =>
        `(${literal('00000000-0000-7000-8000-000000000001')}, ${literal(`00000000-0000-7000-8000-${String(i + 100).padStart(12, '0')}`)}, 3, 1, 1)`).join(', ')};`,
    'a public profile cannot be found by words': 'DELETE FROM profile_words;',
    'a referral cannot be found by words': postgresql ? `DELETE FROM referral_words WHERE referral = ${one('referral')};` : `DELETE FROM referral_words WHERE rowid = ${one('referral', '1 = 1', 'n')};`,
    'words are kept of a referral that is not there': "INSERT INTO referral_words (rowid, words) VALUES (99999999, 'x');",
    'a referral was judged without a verdict': `UPDATE referral SET verdict = NULL WHERE id = ${one('referral', 'state = 3')};`,
    'a referral has a verdict that nobody gave': `UPDATE referral SET verdict = 1 WHERE id = ${one('referral', 'state = 1')};`,
    'a referral is not a lead and nobody said why': `UPDATE referral SET reason_code = NULL, message = NULL WHERE id = ${one('referral', 'verdict = 2')};`,
    'a referral has an outcome but is no lead': `UPDATE referral SET verdict = 2, reason_code = 1 WHERE id = ${one('referral', 'state = 5')};`,
    'a referral is in a state that it reached at no time': `UPDATE referral SET picked_up_at = NULL WHERE id = ${one('referral', 'state = 3')};`,
    'a referral has a partner and somebody outside for its recipient': `UPDATE referral SET to_name = 'Ola' WHERE id = ${one('referral', 'to_account IS NOT NULL')};`,
    'a lead was given to nobody': `UPDATE referral SET lead_id = ${one('lead', `id <> ${one('referral', '1 = 1', 'lead_id')}`)} WHERE lead_id = ${one('referral', '1 = 1', 'lead_id')};`,
    'a referral competes with nobody': `UPDATE referral SET competing = 1 WHERE id = ${one('referral', 'competing = 0')};`,
    'a referral competes and is not told so': `UPDATE referral SET competing = 0 WHERE id = ${copied};`,
    'one partner has the same lead twice': `UPDATE referral SET to_account = (SELECT to_account FROM referral WHERE id = ${rootOf(copied)}) WHERE id = ${copied};`,
    "a copy is not of the same sender's lead": `UPDATE referral SET from_account = ${one('account', `id NOT IN (SELECT from_account FROM referral WHERE copy_of IS NOT NULL) AND id NOT IN (SELECT to_account FROM referral WHERE copy_of IS NOT NULL)`)} WHERE id = ${copied};`,
};

Object.assign(broken, {
    'a group counts other members than it has': 'UPDATE leads_group SET members = members + 1;',
    'an active group has no leader': 'UPDATE membership SET role = 1;',
    'somebody in an exclusive group is in another one, and does not lead it': `UPDATE leads_group SET exclusive = 1;
        INSERT INTO membership (id, rev, created_at, updated_at, group_id, account, role, state, since)
        SELECT ${stranger}, 1, 1, 1, ${other}, account, 1, 1, 1 FROM membership WHERE id = ${plain};`,
    'a member does not read the scope of their group': 'DELETE FROM scope_member WHERE scope_id IN (SELECT id FROM leads_group);',
    'an officer does not read the scope of the officers': 'DELETE FROM scope_member WHERE scope_id IN (SELECT officers FROM leads_group);',
    'somebody who is no member reads the scope of a group': `UPDATE membership SET state = 2 WHERE id = ${plain};`,
    'a member is missing from the changes of their group': `UPDATE change_index SET deleted = 1 WHERE type = 8 AND object_id = ${plain};`,
    'who is no member is in the changes of a group': `UPDATE membership SET state = 2 WHERE id = ${plain};`,
    'a request is missing from the changes of the officers': `DELETE FROM change_index WHERE type = 9 AND object_id = ${one('membership_request')};`,
    'a request waits for an answer, and they are in the group': `UPDATE membership SET group_id = (SELECT group_id FROM membership_request WHERE id = ${one('membership_request', 'state = 1')}),
        account = (SELECT account FROM membership_request WHERE id = ${one('membership_request', 'state = 1')}) WHERE id = ${plain};`,
    'a group cannot be found by words': 'DELETE FROM group_words;',
    'a transaction of the ledger does not add up to nothing': transfer(-700, 800),
    'a transaction of the ledger has no lines': `INSERT INTO txn (id, key, kind, at, currency) VALUES (${literal(ledger[2])}, 'k', 1, 5, 'GBP');`,
    "a line of the ledger is not of its account's currency, or of its transaction's time": transfer(-700, 700, 4),
    'an account of the ledger does not have the balance of its lines': transfer(-800, 800),
    'a reversal is not the reverse': `${transfer(-700, 700)} INSERT INTO txn (id, key, kind, at, currency, reverses) VALUES (${literal(ledger[3])}, 'r', 1, 6, 'GBP', ${literal(ledger[2])});`,
    'an invoice is settled on no day, or open and settled': `INSERT INTO invoice (id, rev, created_at, updated_at, group_id, account, amount_amount, amount_currency, from_on, to_on, due_on, lapses_on, state, told)
        SELECT ${stranger}, 1, 1, 1, group_id, account, 1000, 'GBP', '2026-11-01', '2026-11-30', '2026-11-15', '2026-12-15', 2, 0 FROM membership WHERE id = ${plain};`,
    'a concern is decided at no time, or bars until none': `INSERT INTO concern (id, rev, created_at, updated_at, group_id, about_account, by_account, text, state, effect)
        SELECT ${stranger}, 1, 1, 1, group_id, account, account, 'x', 3, 3 FROM membership WHERE id = ${plain};`,
});

/* A meeting ahead, somebody in its group, and what is entered there by one row of columns that differ. */
const ahead = one('meeting', 'starts_at = (SELECT MAX(starts_at) FROM meeting)');
const its = (column) => `(SELECT ${column} FROM meeting WHERE id = ${ahead})`;
const member = (n = 0) => `(SELECT account FROM membership WHERE group_id = ${its('group_id')} AND state = 1 ORDER BY account LIMIT 1 OFFSET ${n})`;
const elsewhere = `(SELECT id FROM account WHERE id NOT IN (SELECT account FROM membership WHERE group_id = ${its('group_id')}) ORDER BY id LIMIT 1)`;
const entry = (table, columns) => {
    const row = { id: literal(uuid()), rev: 1, meeting: ahead, group_id: its('group_id'), entered_at: 50, ...columns };
    return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')});`;
};
const attendance = (columns = {}) => entry('attendance', { account: member(), code: 1, left_early: 0, ...columns });
const answer = (columns = {}) => entry('rsvp', { account: member(), answer: 1, ...columns });
const guest = (columns = {}) => entry('visitor', { name: "'Ola'", removed: 0, ...columns });
const slip = (columns = {}) => entry('slip', { from_account: member(), to_account: member(1), removed: 0, inside: 1, ...columns });
const thanks = (columns = {}) => entry('thanks', { from_account: member(), to_account: member(1), amount_amount: 100, amount_currency: "'GBP'", removed: 0, ...columns });
const pair = (columns = {}) => {
    const row = { id: literal(uuid()), rev: 1, group_id: its('group_id'), account_a: member(), account_b: member(1), met_on: "'2026-11-01'", said_a: 1, said_b: 0, reported_by: member(), ...columns };
    return `INSERT INTO one_to_one (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')});`;
};
const set = (what) => `UPDATE meeting SET ${what} WHERE id = ${ahead};`;

Object.assign(broken, {
    'a meeting is completed at no time, or was completed and is not': set('completed_at = 5'),
    'a meeting is cancelled and nobody said why': set('state = 7, reason = NULL'),
    'a meeting is in no state that there is': set('state = 9'),
    "a meeting that has begun is the schedule's to move": set('state = 2, planned = 1'),
    'a meeting has more editions than revisions': set('edition = rev'),
    'somebody was told of an edition of a meeting that there is not': `INSERT INTO meeting_told (meeting, account, edition) VALUES (${ahead}, ${member()}, ${its('edition')} + 1);`,
    'somebody was told of a meeting of a group that they were never in': `INSERT INTO meeting_told (meeting, account, edition) VALUES (${ahead}, ${elsewhere}, 0);`,
    'a meeting is missing from the changes of its group': `DELETE FROM change_index WHERE type = 10 AND object_id = ${ahead};`,
    'a group is told of a meeting that is not there': `UPDATE change_index SET object_id = ${stranger} WHERE type = 10 AND object_id = ${ahead};`,
    'what was entered at a meeting is of another group, or has no revision': slip({ group_id: `(SELECT id FROM leads_group WHERE id <> ${its('group_id')})` }),
    'what was entered at a meeting is about somebody who was never in the group': guest({ brought_by: elsewhere }),
    'somebody attended a meeting that has not begun, or did not take place': attendance(),
    'somebody attended one meeting twice': attendance() + attendance(),
    'somebody answered one invitation twice': answer() + answer(),
    'a substitute came for somebody who was there, or nobody did for who had one': attendance({ substitute: "'Ola'" }),
    'a slip is for a member and for somebody else, or for its giver': slip({ to_name: "'Ola'" }),
    'thanks are for nothing, or for oneself': thanks({ amount_amount: 0 }),
    'figures of a completed meeting were entered later': set('state = 4, completed_at = 50') + slip({ entered_at: 60051 }),
    'attendance is missing from the changes of its group': attendance(),
    'an answer to an invitation is missing from the changes of its group': answer(),
    'a visitor is missing from the changes of the officers': guest(),
    'a slip of a meeting is missing from the changes of its group': slip(),
    'thanks are missing from the changes of who gave or got them': thanks(),
    'a one-to-one is not of two, in their order': pair({ account_a: member(1), account_b: member() }),
    'two met twice on one day': pair() + pair(),
    'a one-to-one has a note of who does not say that they met': pair({ note_b: "'x'" }),
    'a one-to-one is of a group that one of the two was never in': pair({ account_b: elsewhere }),
    'a one-to-one is missing from the changes of one of the two': pair(),
});

/** The rows of the table for this engine. */
function invariants() {
    const source = fs.readFileSync(path.join(__dirname, '..', '..', 'src', 'server', 'check.c'), 'utf8');
    const rows = [...source.matchAll(/\{ "((?:[^"\\]|\\.)*)",\s*ON_(BOTH|SQLITE|POSTGRES)/g)];
    return [...new Set(rows.filter(([, , on]) => on === 'BOTH' || (on === 'POSTGRES') === postgresql).map(([, what]) => what))];
}

test('a sound database has no findings, and the numbers are told', () => {
    const done = check(sound);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^44 accounts, \d+ referrals, schema \d+: 0 findings\n$/);
});

test('every invariant has a way to be broken here', () => {
    assert.deepEqual(invariants().filter((what) => !broken[what]), []);
    assert.ok(invariants().length > 60);
});

for (const what of invariants())
    test(`found: ${what}`, () => {
        const database = copy();
        sql(database, `${postgresql ? 'SET session_replication_role = replica;' : ''} ${broken[what]}`);
        const done = check(database);
        assert.equal(done.code, 1, `${done.stdout}${done.stderr}`);
        const line = done.stdout.split('\n').find((text) => text.startsWith(`${what}: `));
        assert.ok(line, done.stdout);
        assert.match(line, / \(\d+\)$/);
        assert.match(done.stderr, /findings/);
    });

test('an empty database is no sound one', () => {
    const empty = check(freshDatabase(fs.mkdtempSync(path.join(dir, 'empty-'))));
    assert.notEqual(empty.code, 0);
});
