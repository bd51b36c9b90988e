// SPDX-License-Identifier: GPL-3.0-or-later
// leadlined load-demo: the demo network as the API document fixes it, and the leads that keep arriving in it.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { QUICK_HASH, Server, freshDatabase, leadlined, postgresql } = require('./harness.js');
const { must } = require('./groups.js');
const { collect, sql } = require('./network.js');

const NOW = '2026-03-01T09:00:00.000Z', DAY = 24 * 3600 * 1000;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-demo-'));

function load(args = [], env = { LEADLINE_NOW: NOW }) {
    const database = freshDatabase(fs.mkdtempSync(path.join(dir, 'db-')));
    const done = leadlined(['load-demo', '--database', database, ...QUICK_HASH, ...args], { env });
    assert.equal(done.code, 0, done.stderr);
    return database;
}

const tables = ['account', 'scope', 'connection', 'lead', 'referral', 'change_index', 'scope_member', 'note', 'referral_words', 'invitation', 'leads_group', 'membership', 'membership_request', 'meeting', 'attendance', 'visitor', 'slip', 'thanks', 'one_to_one'];
/** Everything in the database but what must differ: the salted hashes of the passwords and the epoch. */
function dump(database) {
    const columns = (table) => (postgresql ? sql(database, `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position;`)
        : sql(database, `SELECT name FROM pragma_table_info('${table}');`)).map(([name]) => name).filter((name) => !['password', 'epoch'].includes(name));
    const text = (name) => (postgresql ? `${name}::text` : `quote(${name})`);
    return Object.fromEntries(tables.map((table) => [table, sql(database, `SELECT ${columns(table).map(text).join(', ')} FROM ${table};`).map((row) => row.join('|')).sort()]));
}

let api, member;
before(async () => {
    api = await Server.start({ database: load(), env: { LEADLINE_NOW: NOW } });
    member = await api.login('member@demo.example', 'leadline-demo');
});
after(async () => {
    await api.stop();
    const check = leadlined(['check', '--database', api.database]);
    assert.equal(check.code, 0, check.stdout);
    fs.rmSync(dir, { recursive: true, force: true });
});

test('the accounts of the document can log in; one of them is an administrator', async () => {
    for (const [name, admin] of [['member', false], ['leader', false], ['agent', false], ['admin', true]]) {
        const caller = await api.login(`${name}@demo.example`, 'leadline-demo');
        assert.equal((await caller.get('/v1/me')).body.account.admin, admin, name);
    }
    const [[accounts]] = sql(api.database, 'SELECT COUNT(*) FROM account;');
    assert.ok(Number(accounts) >= 44, accounts);
});

test('two groups: the leader leads one, the member is in it; requests show a taken seat, an exclusivity, and nothing against it', async () => {
    const leader = await api.login('leader@demo.example', 'leadline-demo');
    const [one] = (await leader.get('/v1/groups?mine=true')).body.items, groups = (await leader.get('/v1/groups')).body.items;
    assert.deepEqual([groups.length, one.role, one.members, (await member.get(`/v1/groups/${one.id}`)).body.role], [2, 'leader', 10, 'member']);
    const waiting = (await leader.get(`/v1/groups/${one.id}/requests?state=open`)).body.items;
    assert.deepEqual(waiting.map((r) => [r.business_type, r.seat_taken_by, r.conflict]), [['plumber', undefined, 'none'], ['locksmith', undefined, 'other_exclusive'], ['florist', 'Bo', 'none']]);
    for (const [request, status] of waiting.map((r, i) => [r, [200, 409, 409][i]])) assert.equal((await leader.post(`/v1/groups/${one.id}/requests/${request.id}/approve`, {})).status, status);
    const other = groups.find((g) => g.id !== one.id);
    assert.deepEqual([other.directory, other.exclusive, other.role], ['members', true, undefined]);
    assert.deepEqual((await member.get(`/v1/groups/${other.id}/requests`)).body.items.map((r) => [r.state, r.conflict]), [['asked', undefined]]);
});

test('both groups have met for half a year and more: attendance, score card and health of the last six months show something', async () => {
    const leader = await api.login('leader@demo.example', 'leadline-demo'), [one] = (await leader.get('/v1/groups?mine=true')).body.items;
    const held = await collect(leader, `/v1/groups/${one.id}/meetings?to=${NOW}`, 100), states = held.map((m) => m.state);
    assert.ok(states.filter((s) => s === 'completed').length >= 26, states.join());
    assert.deepEqual([...new Set(states)].sort(), ['completed', 'holiday'], 'none around the turn of the year');
    const report = async (name) => (await must(leader.get(`/v1/reports/${name}?scope=${one.id}`)));
    const attended = (await report('attendance')).rows, scores = (await report('score-card')).rows, health = await report('group-health'), activity = await report('group-activity');
    const sum = (rows, key) => rows.reduce((n, row) => n + (row[key] ?? 0), 0), measure = (name) => health.rows.find((row) => row.measure === name);
    assert.ok(attended.length >= 10 && sum(attended, 'absent') > 0 && sum(attended, 'present') > 100, JSON.stringify(attended));
    assert.ok(scores.filter((row) => row.component === 'total' && row.points > 0).length >= 8 && new Set(scores.map((row) => row.band)).size > 10, JSON.stringify(scores));
    assert.ok(measure('meetings').n >= 26 && measure('visitors').n > 0 && measure('one-to-ones').n > 0 && measure('thanks').n > 0, JSON.stringify(health.rows));
    assert.ok(sum(activity.rows, 'given_inside') > 50 && sum(activity.rows, 'training') > 20, JSON.stringify(activity.rows));
    const { attendance, slips } = (await member.get(`/v1/meetings/${held.filter((m) => m.state === 'completed').at(-1).id}/entries`)).body;
    assert.ok(attendance.length === 10 && slips.length > 0, `${attendance.length} ${slips.length}`);
});

test('member and leader are partners of each other, agent and admin of neither', async () => {
    const partners = (await collect(member, '/v1/partners')).map((p) => p.email);
    assert.ok(partners.includes('leader@demo.example'));
    assert.ok(partners.length >= 20 && partners.length <= 40, 'R14');
    for (const name of ['agent', 'admin']) {
        assert.ok(!partners.includes(`${name}@demo.example`));
        const caller = await api.login(`${name}@demo.example`, 'leadline-demo');
        assert.deepEqual((await caller.get('/v1/partners')).body.items, []);
    }
});

test('the inbox has at least thirty referrals, in every state and with every verdict', async () => {
    const inbox = await collect(member, '/v1/referrals?box=inbox', 500);
    assert.ok(inbox.length >= 30);
    assert.deepEqual([...new Set(inbox.map((r) => r.state))].sort(), ['confirmed', 'dormant', 'lost', 'picked_up', 'sent', 'withdrawn', 'won', 'working']);
    assert.deepEqual([...new Set(inbox.map((r) => r.verdict))].sort(), ['lead', 'not_a_lead', undefined]);
    assert.ok(inbox.some((r) => r.competing) && inbox.some((r) => r.message) && inbox.some((r) => r.value));
    assert.ok(new Set(inbox.map((r) => r.from.account)).size > 5);
    assert.ok((await collect(member, '/v1/referrals?box=sent')).length > 5);
});

test('names are as real ones are: accents, other scripts, an emoji, right to left, very long, hostile', async () => {
    const text = (await member.get('/v1/referrals?box=inbox&limit=500')).body.items.map((r) => `${JSON.stringify(r.lead.contact)} ${r.lead.need}`).join('\n');
    for (const [what, pattern] of [['accent', /Françoise/], ['Han', /[\u4e00-\u9fff]/], ['kana', /[\u3040-\u30ff]/], ['Hangul', /[\uac00-\ud7af]/], ['Arabic', /[\u0600-\u06ff]/],
        ['emoji', /🎈/], ['long', /[^"]{100,}/], ['bidi control', /\u202e/], ['escape', /\u001b\[/], ['escape in JSON', /\\u001b\[/], ['quotes', /\\"Jack/]])
        assert.match(text, pattern, what);
});

test('phones and addresses are of the ranges reserved for fiction', async () => {
    for (const { lead } of await collect(member, '/v1/referrals', 500)) {
        for (const phone of [lead.contact.phone_1, lead.contact.phone_2]) if (phone) assert.match(phone, /^(01632 960\d{3}|07700 900\d{3})$/);
        if (lead.contact.email) assert.match(lead.contact.email, /\.example$/);
        assert.ok(lead.contact.phone_1 || lead.contact.email, 'R46');
        assert.equal(lead.permission.given, true, 'R45');
    }
    for (const [email] of sql(api.database, 'SELECT email FROM account;')) assert.match(email, /\.example$/);
});

test('nothing in the demo lies in the future, and each referral\'s story is in order', async () => {
    for (const r of await collect(member, '/v1/referrals', 500)) {
        const times = [r.lead.permission.at, r.sent_at, r.picked_up_at, r.confirmed_at, r.outcome_at].filter((t) => t);
        assert.deepEqual(times, [...times].sort(), r.id);
        assert.ok(r.updated_at <= NOW && r.sent_at < NOW);
    }
});

for (const n of [0, 1, 700])
    test(`--leads ${n} gives an inbox of ${n}`, async () => {
        const many = await Server.start({ database: load(['--leads', String(n)]), env: { LEADLINE_NOW: NOW } });
        const caller = await many.login('member@demo.example', 'leadline-demo');
        const inbox = await collect(caller, '/v1/referrals?box=inbox', 500);
        assert.equal(inbox.length, n);
        if (n === 700) {
            const oldest = Date.parse(NOW) - Date.parse(inbox.at(-1).sent_at);
            assert.ok(oldest > 2.5 * 365 * DAY && oldest <= 3 * 365 * DAY, 'three years');
            assert.ok(new Set(inbox.map((r) => r.lead.contact.city)).size > 10);
            assert.ok(new Set(inbox.map((r) => r.from.account)).size > 10);
        }
        await many.stop();
        assert.equal(leadlined(['check', '--database', many.database]).code, 0);
    });

test('a database that has accounts is left alone', () => {
    const again = leadlined(['load-demo', '--database', api.database, ...QUICK_HASH]);
    assert.notEqual(again.code, 0);
    assert.match(again.stderr, /empty/);
    for (const args of [['--leads', '-1'], ['--leads', '1000001'], ['--leads', 'x'], ['--seed', 'x']])
        assert.equal(leadlined(['load-demo', '--database', freshDatabase(fs.mkdtempSync(path.join(dir, 'db-'))), ...QUICK_HASH, ...args]).code, 64, args.join(' '));
});

test('in a lively demo a lead arrives by itself, from a partner, and is told', async () => {
    const lively = await Server.start({ database: load([], {}), args: ['--lively'] });
    const caller = await lively.login('member@demo.example', 'leadline-demo');
    const before = (await caller.get('/v1/changes?limit=500')).body.state;
    const stream = await caller.events();
    const { state } = (await caller.get('/v1/me')).body.scopes[0];
    for (let seen = state; seen === state;) {
        const event = await stream.next(20000);
        if (event.event === 'state') seen = Object.values(JSON.parse(event.data).changed)[0];
    }
    const { objects } = (await caller.get(`/v1/changes?since=${before}`)).body;
    assert.ok(objects.length >= 1);
    for (const { type, data } of objects) {
        assert.deepEqual([type, data.box, data.state], ['referral', 'inbox', 'sent']);
        assert.ok((await collect(caller, '/v1/partners')).some((p) => p.account === data.from.account));
    }
    stream.close();
    await lively.stop();
    assert.equal(leadlined(['check', '--database', lively.database]).code, 0);
});

// last: it blocks for so long that a server may close idle connections meanwhile
test('the same seed gives the same network, another seed another', () => {
    const [one, same, other] = [['--seed', '7'], ['--seed', '7'], ['--seed', '8']].map((args) => dump(load(args)));
    for (const table of tables) {
        assert.deepEqual(one[table], same[table], table);
        assert.ok(table === 'note' || one[table].length > 0, table);
    }
    assert.notDeepEqual(one.lead, other.lead);
    assert.notDeepEqual(one.referral, other.referral);
    assert.notDeepEqual(dump(load()), dump(load([], { LEADLINE_NOW: '2026-03-02T09:00:00.000Z' })));
});
