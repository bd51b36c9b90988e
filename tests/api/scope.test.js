// SPDX-License-Identifier: GPL-3.0-or-later
// Scopes of an account besides its own: a group's, its officers'. Which they are is told like any change, a stream that is open
// begins and ends to tell of them, at another server of the same database too, and nobody else reads them.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Caller, Server, assertProblem, postgresql } = require('./harness.js');
const { ask, group, join, must, officersOf, people } = require('./groups.js');
const { network } = require('./network.js');

let net;
before(async () => { net = await network([], { strangers: ['zoe'] }); });
after(() => net.stop());

const scopesOf = async (caller) => (await caller.get('/v1/me')).body.scopes;
const stateOf = async (caller, scope) => (await scopesOf(caller)).find((s) => s.id === scope)?.state;
const changes = (caller, scope, since = '') => caller.get(`/v1/changes?scope=${scope}${since && `&since=${since}`}`);
const scopesTold = async (caller, since) => (await must(changes(caller, caller.account, since))).objects.filter((o) => o.type === 'scope');

async function open(caller) {
    const stream = await caller.events();
    assert.ok((await stream.next()).retry);
    const first = await stream.next();
    assert.equal(first.event, 'state');
    return { stream, told: JSON.parse(first.data).changed };
}

/** Reads on until the stream tells that state; all that it told meanwhile. */
async function until(stream, scope, state) {
    for (const all = {}; ;) {
        const event = await stream.next();
        assert.ok(event, 'the stream ended');
        if (event.event !== 'state') continue;
        const { changed } = JSON.parse(event.data);
        Object.assign(all, changed);
        if (changed[scope] === state) return all;
    }
}

const leave = (one, who) => must(who.post(`/v1/groups/${one.id}/leave`, {}));

test('R17 R18: which scopes one has is told in one\'s own, and by GET /v1/me, one\'s own first', async () => {
    const [ann, ben] = await people(net.api, 'ann', 'ben'), before = await stateOf(ben, ben.account);
    const one = await group(ann), officers = officersOf(one);
    assert.deepEqual((await scopesOf(ann)).map((s) => [s.id, s.kind, s.role]).slice(0, 1), [[ann.account, 'account', 'owner']]);
    assert.deepEqual(new Set((await scopesOf(ann)).map((s) => `${s.id} ${s.kind} ${s.role}`)),
        new Set([`${ann.account} account owner`, `${one.id} group leader`, `${officers} officers leader`]));
    await join(one, ann, ben);
    assert.deepEqual((await scopesTold(ben, before)).map((o) => [o.op, o.id, o.data.kind, o.data.role, o.data.state]),
        [['upsert', one.id, 'group', 'member', undefined]]);
    assert.deepEqual((await scopesOf(ben)).map((s) => s.id), [ben.account, one.id]);
    const joined = await stateOf(ben, ben.account);
    await leave(one, ben);
    assert.deepEqual((await scopesTold(ben, joined)).map((o) => [o.op, o.id]), [['delete', one.id]]);
    assert.deepEqual(await scopesTold(ben), []); // a full sync has no trace of it
    assert.deepEqual((await scopesOf(ben)).map((s) => s.id), [ben.account]);
});

test('R18: a scope is read by those who are in it, and by no one else, from the moment they leave', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy'), one = await group(ann);
    await join(one, ann, ben);
    const page = (await changes(ben, one.id)).body;
    assert.deepEqual(new Set(page.objects.map((o) => o.type)), new Set(['group', 'member']));
    assertProblem(await changes(cy, one.id), 404, 'not-found');
    assertProblem(await changes(ben, officersOf(one)), 404, 'not-found');
    assert.equal((await changes(ann, officersOf(one))).status, 200);
    await leave(one, ben);
    assertProblem(await changes(ben, one.id, page.state), 404, 'not-found');
});

test('a new role among officers begins their scope again, and that alone', async () => {
    const [ann, ben] = await people(net.api, 'ann', 'ben'), one = await group(ann), officers = officersOf(one);
    await join(one, ann, ben);
    const before = await stateOf(ann, officers), mine = await stateOf(ann, ann.account), all = await stateOf(ann, one.id);
    const role = async (to) => {
        const { rev } = (await ann.get(`/v1/groups/${one.id}/members`)).body.items.find((m) => m.account === ben.account);
        return must(ann.patch(`/v1/groups/${one.id}/members/${ben.account}`, { role: to }, { rev }));
    };
    const stream = await open(ann);
    await role('secretary');
    assertProblem(await changes(ann, officers, before), 410, 'cannot-calculate-changes');
    assert.equal((await changes(ann, ann.account, mine)).status, 200);
    assert.equal((await changes(ann, one.id, all)).status, 200);
    await until(stream.stream, officers, await stateOf(ann, officers));
    stream.stream.close();
    const then = await stateOf(ben, officers);
    await role('treasurer');
    assertProblem(await changes(ben, officers, then), 410, 'cannot-calculate-changes');
    await role('member');
    assertProblem(await changes(ben, officers), 404, 'not-found');
});

test('R17 R18: a stream tells of a group from the join on, and of what happens there after the leave no more', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy'), one = await group(ann);
    const { stream, told } = await open(ben);
    assert.deepEqual(Object.keys(told), [ben.account]);
    await join(one, ann, ben);
    await until(stream, one.id, await stateOf(ben, one.id));
    await join(one, ann, cy);
    await until(stream, one.id, await stateOf(ben, one.id));
    const again = await open(ben);
    assert.deepEqual(again.told, Object.fromEntries((await scopesOf(ben)).map((s) => [s.id, s.state])));
    again.stream.close();
    await leave(one, ben);
    await until(stream, ben.account, await stateOf(ben, ben.account));
    await leave(one, cy);
    await ask(await group(cy), ben); // heard after whatever could be heard of the group
    const last = await until(stream, ben.account, await stateOf(ben, ben.account));
    assert.deepEqual(Object.keys(last), [ben.account]);
    stream.close();
});

test('another server of the same database follows too, by the hint, and by the poll alone', { skip: !postgresql }, async () => {
    for (const args of [['--poll-seconds', '3600'], ['--hints=no', '--poll-seconds', '1']]) {
        const [ann, ben] = await people(net.api, 'ann', 'ben'), one = await group(ann);
        const second = await Server.start({ database: net.api.database, args });
        const there = Object.assign(new Caller(second, ben.token), { account: ben.account });
        const { stream } = await open(there);
        await join(one, ann, ben);
        await until(stream, one.id, await stateOf(ben, one.id));
        await leave(one, ben);
        await until(stream, ben.account, await stateOf(ben, ben.account));
        stream.close();
        await second.stop();
    }
});
