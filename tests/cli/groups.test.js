// SPDX-License-Identifier: GPL-3.0-or-later
// Leads groups from the shell: what is printed, what the server then holds, offline, and each exit code.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, describe, test } = require('node:test');
const { Server, freshDatabase, leadlined } = require('../api/harness.js');
const { Home } = require('./home.js');

const LEADER = 'leader@demo.example', APPLICANT = 'margaret@munozcleaning.example', PASSWORD = 'leadline-demo';
const GROUP = 'Northgate Breakfast Leads';
let server, url, leader, applicant, home, hers, group;

before(async () => {
    const dir = fs.mkdtempSync('/tmp/leadline-groups-db-');
    const database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database]);
    assert.equal(loaded.code, 0, loaded.stderr);
    server = await Server.start({ database, tcp: true });
    server.databaseDir = dir;
    url = `http://127.0.0.1:${server.port}`;
    leader = await server.login(LEADER, PASSWORD);
    applicant = await server.login(APPLICANT, PASSWORD);
    home = new Home();
    hers = new Home();
    await home.login(url, LEADER, PASSWORD);
    await hers.login(url, APPLICANT, PASSWORD);
    (await home.leadline(['sync'])).expect(0);
    (await hers.leadline(['sync'])).expect(0);
    group = (await leader.get('/v1/groups?mine=true')).body.items.find((item) => item.name === GROUP);
    assert.ok(group);
});

after(async () => {
    home.remove();
    hers.remove();
    await server.stop();
    fs.rmSync(server.databaseDir, { recursive: true, force: true });
});

const run = async (who, ...args) => who.leadline(args);
const sync = async (who) => (await who.leadline(['sync'])).expect(0);
const request = async (id) => (await leader.get(`/v1/groups/${group.id}/requests/${id}`)).body;

describe('groups', () => {
    test('R55, R56: --json is what the API says of each', async () => {
        const answer = (await run(home, '--json', 'groups')).expect(0).json();
        assert.deepEqual(answer.items, [(await leader.get(`/v1/groups/${group.id}`)).body]);
        const rows = (await run(home, 'groups')).expect(0).rows();
        assert.equal(rows.length, 1);
        assert.equal(rows[0][0], group.id);
        assert.equal(rows[0][1], GROUP);
        assert.equal(rows[0][3], 'leader');
        assert.equal(Number(rows[0][4]), group.members);
    });

    test('R17: group prints its members, by words of its name or its id', async () => {
        const there = (await leader.get(`/v1/groups/${group.id}/members?limit=100`)).body.items;
        for (const name of ['breakfast', group.id, group.id.slice(0, 13)]) {
            const rows = (await run(home, 'group', name)).expect(0).rows();
            assert.deepEqual(rows.map((row) => row[0]).sort(), there.map((member) => member.account).sort());
        }
        (await run(home, 'group', 'nowhere')).expect(65);
    });

    test('R12: the directory, asked of the server; a seat for a trade', async () => {
        const all = (await run(hers, 'groups', 'find')).expect(0).rows().map((row) => row[1]);
        assert.ok(all.includes(GROUP) && all.includes('Harbour Circle'));
        const found = (await run(hers, 'groups', 'find', 'harbour')).expect(0).rows().map((row) => row[1]);
        assert.deepEqual(found, ['Harbour Circle']);
        const florist = (await run(hers, 'groups', 'find', '--trade', 'florist')).expect(0).rows();
        assert.ok(!florist.some((row) => row[1] === GROUP), 'the seat is taken');
        assert.equal((await run(hers, 'groups')).expect(0).stdout, '');
    });
});

describe('joining', () => {
    let id;
    test('join asks with a message and references', async () => {
        const answer = (await run(hers, '--json', 'join', 'breakfast', '-m', 'I clean offices.', '--references',
                                  'Ann Lee, Tom Fox')).expect(0).json();
        id = answer.id;
        const there = await request(id);
        assert.equal(there.state, 'requested');
        assert.equal(there.message, 'I clean offices.');
        assert.deepEqual(there.references, ['Ann Lee', 'Tom Fox']);
        (await run(hers, 'join', 'no such group')).expect(65);
    });

    test('requests lists it, as one of membership, on both sides', async () => {
        await sync(home);
        await sync(hers);
        const mine = (await run(hers, 'requests', '--box', 'sent')).expect(0).rows().find((row) => row[0] === id);
        assert.deepEqual(mine.slice(1, 4), ['membership', 'requested', GROUP]);
        const row = (await run(home, 'requests')).expect(0).rows().find((one) => one[0] === id);
        assert.deepEqual(row.slice(1, 4), ['membership', 'requested', 'Margaret Muñoz']);
        const json = (await run(home, '--json', 'requests')).expect(0).json();
        assert.deepEqual(json.membership_requests.find((one) => one.id === id), await request(id));
    });

    test('ask, and the answer; then approve: a member, and every partner at once (R17)', async () => {
        (await run(home, 'ask', 'Margaret', '-m', 'How many are you?')).expect(0);
        assert.equal((await request(id)).question, 'How many are you?');
        await sync(hers);
        (await run(hers, 'ask', id, '-m', 'Nine.')).expect(0);
        assert.equal((await request(id)).answer, 'Nine.');
        await sync(home);
        (await run(home, 'approve', id)).expect(0);
        assert.equal((await request(id)).state, 'approved');
        await sync(hers);
        assert.deepEqual((await run(hers, 'groups')).expect(0).rows().map((row) => row[1]), [GROUP]);
        (await run(home, 'approve', id)).expect(77);
    });

    test('decline needs a reason, which they are told', async () => {
        const open = (await run(home, 'requests')).expect(0).rows().filter((row) => row[1] === 'membership');
        assert.ok(open.length > 0);
        const other = open[0][0];
        assert.notEqual((await run(home, 'decline', other)).code, 0);
        assert.equal((await request(other)).state, 'requested');
        (await run(home, 'decline', other, '-m', 'The seat is taken.')).expect(0);
        assert.equal((await request(other)).reason, 'The seat is taken.');
    });

    test('R18: leave wants the whole name, and takes all of it along', async () => {
        (await run(hers, 'leave', 'breakfast')).expect(64);
        (await run(hers, 'leave', GROUP)).expect(0);
        assert.equal((await applicant.get('/v1/groups?mine=true')).body.items.length, 0);
        await sync(hers);
        assert.equal((await run(hers, 'groups')).expect(0).stdout, '');
    });

    test('D12: the last leader cannot leave', async () => {
        const answer = await run(home, 'leave', GROUP);
        answer.expect(77);
        assert.match(answer.stderr, /leader/);
    });
});
