// SPDX-License-Identifier: GPL-3.0-or-later
// How much an account may ask in a minute: reads and writes apart, everybody for themselves, local callers without end.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, assertProblem, uuid } = require('./harness.js');

const READS = 40, WRITES = 100;
/** What the proxy in front of a server says of a caller from elsewhere. */
const far = { 'X-Forwarded-For': '192.0.2.7' };

let api;
before(async () => { api = await Server.start({ args: [`--rate-reads=${READS}`, `--rate-writes=${WRITES}`] }); });
after(async () => { await api.stop(); });

const get = (who) => who.get('/v1/sessions', { headers: far });
/** A write that changes nothing, whose refusal by its rules costs like any other. */
const write = (who, options = {}) => who.patch('/v1/me', { name: 'Same' }, { rev: 999, headers: far, ...options });
const operations = (n) => Array.from({ length: n }, () => ({ key: uuid(), method: 'PATCH', path: '/v1/me', if_match: 999, body: { name: 'Same' } }));
const batch = (who, n) => who.request('POST', '/v1/batch', { operations: operations(n) }, { headers: far });
const field = (answer, name) => Number(new RegExp(`;${name}=(\\d+)`).exec(answer.headers.ratelimit)[1]);

test('reads: all at once if one likes, then 429 with the time to wait; others are not meant', async () => {
    const ann = await api.user('ann@a.example'), ben = await api.user('ben@a.example');
    const first = await get(ann);
    assert.equal(first.status, 200);
    assert.equal(first.headers['ratelimit-policy'], `"read";q=${READS};w=60`);
    assert.match(first.headers.ratelimit, /^"read";r=\d+;t=\d+$/);
    assert.equal(field(first, 'r'), READS - 1);
    let answer, taken = 1;
    while ((answer = await get(ann)).status === 200) assert.ok(++taken <= 2 * READS);
    assert.ok(taken >= READS, `${taken}`);
    assertProblem(answer, 429, 'quota-exceeded');
    assert.match(answer.body.detail, /40 reads in a minute/);
    const wait = Number(answer.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60 / READS + 1, `one comes back every ${60 / READS} s, not ${wait}`);
    assert.equal(field(answer, 'r'), 0);
    assert.ok(field(answer, 't') <= 60 && field(answer, 't') > 30);
    assert.equal((await get(ben)).status, 200);
    assert.equal((await write(ann)).status, 412, 'writes are counted apart');
    assert.equal((await ann.get('/v1/sessions')).status, 200, 'a local caller has no limit');
    assert.equal((await ann.get('/v1/sessions')).headers.ratelimit, undefined);
});

test('writes: each operation of a batch is one, and a refusal stores nothing under the key', async () => {
    const cy = await api.user('cy@a.example');
    assert.equal((await batch(cy, WRITES - 10)).status, 200);
    assertProblem(await batch(cy, 50), 429, 'quota-exceeded');
    assert.equal((await write(cy)).headers['ratelimit-policy'], `"write";q=${WRITES};w=60`);
    const key = uuid();
    let answer;
    for (let i = 0; (answer = await write(cy, { key, rev: 999 - i })).status !== 429; i++) assert.ok(i < 60);
    assertProblem(answer, 429, 'quota-exceeded');
    const rev = (await cy.get('/v1/me')).body.account.rev, later = uuid();
    assertProblem(await cy.patch('/v1/me', { name: 'Cy' }, { rev, key: later, headers: far }), 429, 'quota-exceeded');
    assert.equal((await cy.patch('/v1/me', { name: 'Cy' }, { rev, key: later })).status, 200);
});

test('what has no account has no such limit: logging in has its own', async () => {
    for (let i = 0; i < READS + 5; i++) {
        const answer = await api.get('/healthz', { headers: far });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.ratelimit, undefined);
    }
});

test('0 is no limit', async () => {
    const open = await Server.start({ args: ['--rate-reads=0', '--rate-writes=0'] });
    const dan = await open.user('dan@a.example');
    for (let i = 0; i < READS + 5; i++) assert.equal((await get(dan)).status, 200);
    assert.equal((await get(dan)).headers.ratelimit, undefined);
    await open.stop();
});
