// SPDX-License-Identifier: GPL-3.0-or-later
// Partners and invitations from the shell: what is printed, what the server then holds, offline, and each exit code.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, describe, test } = require('node:test');
const { Server, freshDatabase, leadlined } = require('../api/harness.js');
const { Home } = require('./home.js');

const MEMBER = 'member@demo.example', PASSWORD = 'leadline-demo';
const MATS = 'mats@lindqvist-mortgages.example', STRANGER = 'niamh@vanderberghomes.example';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let server, url, member, stranger, mats, home, others;

before(async () => {
    const dir = fs.mkdtempSync('/tmp/leadline-network-db-');
    const database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database]);
    assert.equal(loaded.code, 0, loaded.stderr);
    server = await Server.start({ database, tcp: true });
    server.databaseDir = dir;
    url = `http://127.0.0.1:${server.port}`;
    member = await server.login(MEMBER, PASSWORD);
    stranger = await server.login(STRANGER, PASSWORD);
    mats = await server.login(MATS, PASSWORD);
    home = new Home();
    others = new Home();
    await home.login(url, MEMBER, PASSWORD);
    await others.login(url, STRANGER, PASSWORD);
    (await home.leadline(['sync'])).expect(0);
    (await others.leadline(['sync'])).expect(0);
});

after(async () => {
    home.remove();
    others.remove();
    await server.stop();
    fs.rmSync(server.databaseDir, { recursive: true, force: true });
});

const partners = async (...args) => (await home.leadline(['partners', ...args])).expect(0);
const requests = async (who, ...args) => (await who.leadline(['requests', ...args])).expect(0);
const sync = async (who) => (await who.leadline(['sync'])).expect(0);

describe('partners', () => {
    test('R26: --json is what the API says, and how many there may be (R15)', async () => {
        const answer = (await partners('--json')).json();
        const there = (await member.get('/v1/partners')).body;
        const byId = new Map(there.items.map((item) => [item.account, item]));
        assert.equal(answer.items.length, there.items.length);
        for (const item of answer.items) {
            const same = byId.get(item.account);
            for (const name of ['name', 'email', 'gave', 'gave_confirmed', 'took', 'took_confirmed', 'took_rejected', 'via']) {
                assert.deepEqual(item[name], same[name], `${item.name}: ${name}`);
            }
        }
        const individual = answer.items.filter((item) => item.via === 'individual').length;
        assert.equal(answer.partners, individual);
        assert.equal(answer.spaces, 100 - individual);
    });

    test('plain: a line each, in the order asked for, and only those that are', async () => {
        const rows = (await partners()).rows();
        assert.ok(rows.every((row) => row.length === 15 && UUID.test(row[0]) && /^(individual|group)$/.test(row[13])));
        const balances = (await partners('--sort', 'balance')).rows().map((row) => Number(row[9]));
        assert.deepEqual(balances, [...balances].sort((a, b) => b - a));
        const back = (await partners('--sort', 'balance-')).rows().map((row) => Number(row[9]));
        assert.deepEqual(back, [...balances].reverse());
        assert.deepEqual((await partners('mats')).rows().map((row) => row[1]), ['Mats Lindqvist']);
        assert.deepEqual((await partners('--trade', 'mortgage')).rows().map((row) => row[1]), ['Mats Lindqvist']);
        const states = ['active', 'dormant'].map(async (state) => (await partners('--standing', state)).rows().length);
        assert.equal((await states[0]) + (await states[1]), rows.length);
        for (const row of (await partners('--standing', 'low-giver')).rows()) {
            assert.ok(Number(row[5]) >= 2 && Number(row[7]) === 0, row.join(' '));
        }
        (await home.leadline(['partners', '--sort', 'size'])).expect(64);
        (await home.leadline(['partners', '--standing', 'lazy'])).expect(64);
    });
});

describe('invitations', () => {
    test('R9, R10: invite, requests, accept: both are partners', async () => {
        const sent = (await home.leadline(['invite', STRANGER, '-m', 'Shall we?', '--json'])).expect(0).json();
        assert.equal(sent.state, 'invited');
        assert.equal(sent.email, STRANGER);
        assert.equal(sent.to?.name, undefined);
        const there = (await stranger.get('/v1/invitations?direction=received&state=invited')).body.items;
        assert.deepEqual(there.map((item) => [item.id, item.message]), [[sent.id, 'Shall we?']]);
        await sync(others);
        const rows = (await requests(others)).rows();
        assert.deepEqual(rows.map((row) => [row[0], row[1], row[2], row[3], row[7]]), [[sent.id, 'invitation', 'invited', 'Jaya Patel', 'Shall we?']]);
        assert.ok((await requests(home, '--box', 'sent')).rows().some((row) => row[0] === sent.id));
        assert.match((await home.leadline(['accept', sent.id])).expect(77).stderr, /recipient/);
        assert.equal((await others.leadline(['accept', 'jaya', '--json'])).expect(0).json().state, 'connected');
        assert.deepEqual((await requests(others)).rows(), []);
        await sync(home);
        assert.deepEqual((await partners('niamh')).rows().map((row) => row[4]), [STRANGER]);
        assert.match((await others.leadline(['accept', sent.id])).expect(77).stderr, /connected/);
    });

    test('who is a partner, or has been asked, is not asked again', async () => {
        assert.match((await home.leadline(['invite', MATS.toUpperCase()])).expect(65).stderr, /partner already/);
        assert.match((await home.leadline(['invite', MEMBER])).expect(65).stderr, /that is you/);
        (await home.leadline(['invite', 'not an address'])).expect(65);
        (await home.leadline(['invite', 'new@friends.example'])).expect(0);
        assert.match((await home.leadline(['invite', 'New@Friends.example'])).expect(65).stderr, /asked new@friends.example already/);
    });

    test('decline takes back what one asked oneself, and declines what others ask', async () => {
        assert.equal((await home.leadline(['decline', 'new@friends', '--json'])).expect(0).json().state, 'withdrawn');
        const waiting = (await requests(home)).rows();
        assert.ok(waiting.length > 0);
        (await home.leadline(['decline', waiting[0][0]])).expect(0);
        assert.equal((await member.get(`/v1/invitations?direction=received&state=declined`)).body.items.some((item) => item.id === waiting[0][0]), true);
        assert.equal((await requests(home)).rows().length, waiting.length - 1);
        assert.match((await home.leadline(['decline', 'zzz'])).expect(65).stderr, /no invitation zzz/);
    });
});

describe('parting', () => {
    test('R25: a word of encouragement', async () => {
        (await home.leadline(['partner', 'encourage', 'mats', '-m', 'A coffee?'])).expect(0);
        (await home.leadline(['partner', 'encourage', 'mats'])).expect(64);
        (await home.leadline(['partner', 'encourage', 'nobody at all', '-m', 'x'])).expect(65);
        (await home.leadline(['partner'])).expect(64);
    });

    test('R23, R24: offline it is kept, hidden at once, and done when the server is back', async () => {
        const before = (await partners('--json')).json();
        await server.restart(async () => {
            (await home.leadline(['partner', 'drop', MATS, '--timeout', '1'])).expect(75);
            const kept = (await partners('--json')).json();
            assert.equal(kept.partners, before.partners - 1);
            /* A fellow member of a group is still a partner by that. */
            assert.deepEqual((await partners('mats')).rows().map((row) => row[13]), ['group']);
        });
        await sync(home);
        const there = await mats.get('/v1/partners');
        assert.equal(there.body.items.some((item) => item.email === MEMBER && item.via === 'individual'), false);
        assert.equal((await partners('--json')).json().partners, before.partners - 1);
    });
});
