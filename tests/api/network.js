// SPDX-License-Identifier: GPL-3.0-or-later
// A server whose accounts are partners of each other, and leads to send between them.
//
//   const net = await network(['ann', 'ben', 'cy'], { strangers: ['eve'] });    { api, ann, ben, cy, eve, stop() }
//   const sent = await send(net.ann, net.ben, { need: 'Tap' });                 the referral as Ann sees it
//
// Partnerships are written into the database before the server runs: inviting has no endpoint yet.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Server, PASSWORD, QUICK_HASH, freshDatabase, leadlined, postgresql, uuid } = require('./harness.js');

/** Runs statements with the engine's own shell (on SQLite only while no server has the file): the rows, as text. */
function sql(database, text) {
    const command = postgresql ? ['psql', '-qAt', '-F', '|', '-v', 'ON_ERROR_STOP=1', '-d', database]
                               : ['sqlite3', '-bail', database.replace(/^sqlite:/, '')];
    const done = spawnSync(command[0], command.slice(1), { input: text, encoding: 'utf8' });
    assert.equal(done.status, 0, `${done.error || ''}${done.stderr}`);
    return done.stdout.split('\n').filter((line) => line).map((line) => line.split('|'));
}

const plain = (id) => id.replaceAll('-', '').toLowerCase();
/** A UUID as a literal of the engine's SQL. */
const literal = (id) => (postgresql ? `'${id}'::uuid` : `x'${plain(id)}'`);

function dashed(hex) {
    return plain(hex).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function addUser(database, name, env) {
    const added = leadlined(['user', 'add', '--database', database, '--email', `${name}@x.example`, '--name', name, ...QUICK_HASH],
        { input: `${PASSWORD}\n`, env });
    assert.equal(added.code, 0, added.stderr);
}

function accountIds(database) {
    const column = postgresql ? 'id' : 'hex(id)';
    return new Map(sql(database, `SELECT ${column}, email FROM account;`).map(([id, email]) => [email.split('@')[0], dashed(id)]));
}

function seePartner(scope, partner) {
    return `UPDATE scope SET seq = seq + 1 WHERE id = ${literal(scope)};
        INSERT INTO change_index SELECT id, 3, ${literal(partner)}, seq, seq, 0, 0 FROM scope WHERE id = ${literal(scope)};`;
}

function connect(a, b, since) {
    const [first, second] = [a, b].sort();
    return `INSERT INTO connection (account_a, account_b, state, rev, since) VALUES (${literal(first)}, ${literal(second)}, 3, 1, ${since});
        ${seePartner(a, b)} ${seePartner(b, a)}`;
}

/** An empty database with these accounts, the first `friends` of which are partners of each other. */
function makeDatabase(dir, friends, strangers, env) {
    const database = freshDatabase(dir);
    for (const name of [...friends, ...strangers]) addUser(database, name, env);
    const ids = accountIds(database), pairs = [];
    for (let i = 0; i < friends.length; i++)
        for (let k = 0; k < i; k++) pairs.push(connect(ids.get(friends[i]), ids.get(friends[k]), 1700000000000 + i * 1000 + k));
    sql(database, `BEGIN; ${pairs.join('\n')} COMMIT;`);
    return database;
}

async function network(friends, { strangers = [], ...options } = {}) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-net-'));
    const api = await Server.start({ ...options, database: makeDatabase(dir, friends, strangers, options.env) });
    const net = { api };
    net.login = async () => { for (const name of [...friends, ...strangers]) net[name] = await api.login(`${name}@x.example`); };
    net.stop = async () => {
        await api.stop();
        const check = leadlined(['check', '--database', api.database]);
        assert.equal(check.code, 0, check.stdout + check.stderr);
        fs.rmSync(dir, { recursive: true, force: true });
    };
    await net.login();
    return net;
}

/** A valid body of PUT /v1/referrals/{id}. */
function lead(to, extra = {}) {
    return {
        to: { account: to && (to.account || to) },
        type: 'job',
        contact: { first_name: 'Priya', last_name: 'Bright', phone_1: '01632 960123' },
        need: 'Boiler replacement, 2 sites',
        known_and_spoken: true,
        permission: { given: true, method: 'spoken', channels: ['phone'] },
        ...extra,
    };
}

async function send(from, to, extra = {}, id = uuid()) {
    const answer = await from.put(`/v1/referrals/${id}`, lead(to, extra));
    assert.equal(answer.status, 201, answer.text);
    return quiet(answer.body);
}

/** Its warnings are there to be read, but are no part of the referral when it is compared. */
function quiet(referral) {
    return Object.defineProperty(referral, 'warnings', { enumerable: false, value: referral.warnings });
}

async function act(caller, referral, verb, body) {
    const answer = await caller.post(`/v1/referrals/${referral.id}/${verb}`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}

/** All items of a list, page by page; each page is checked to be no longer than asked for. */
async function collect(caller, url, limit = 50) {
    const items = [], seen = new Set();
    for (let cursor = ''; cursor !== null;) {
        const page = await caller.get(`${url}${url.includes('?') ? '&' : '?'}limit=${limit}${cursor && `&cursor=${cursor}`}`);
        assert.equal(page.status, 200, page.text);
        assert.ok(page.body.items.length <= limit);
        items.push(...page.body.items);
        cursor = page.body.next;
        assert.ok(!seen.has(cursor), `the cursor ${cursor} comes again`);
        seen.add(cursor);
    }
    return items;
}

const ids = (items) => items.map((item) => item.id);

module.exports = { act, collect, ids, lead, literal, network, quiet, send, sql };
