// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/events: what a stream tells, and when it ends.
'use strict';
const assert = require('node:assert/strict');
const http = require('node:http');
const { test, before, after } = require('node:test');
const { assertProblem, postgresql, waitFor } = require('./harness.js');
const { act, literal, network, send, sql } = require('./network.js');

let net, ann, ben;
before(async () => {
    net = await network(['ann', 'ben', 'cy'], { strangers: ['dan'] });
    ({ ann, ben } = net);
});
after(() => net.stop());

const stateOf = async (caller) => (await caller.get('/v1/me')).body.scopes[0].state;
const told = (event) => JSON.parse(event.data).changed;

/** An open stream behind its greeting. */
async function open(caller, headers = {}, options = {}) {
    const stream = await caller.events('/v1/events', headers, options);
    assert.equal(stream.status, 200);
    const retry = await stream.next();
    assert.ok(Number(retry.retry) >= 1000 && Number(retry.retry) <= 15000, retry.retry);
    return stream;
}

/** The next event that is no ping. */
async function nextState(stream, ms = 10000) {
    for (;;) {
        const event = await stream.next(ms);
        if (!event || event.event === 'state') return event;
        assert.deepEqual([event.event, event.data, event.id], ['ping', '{"interval":15}', undefined]);
    }
}

/** Reads on until the stream tells that state; the events it took. */
async function until(stream, account, state) {
    for (let n = 1; ; n++) if (told(await nextState(stream))[account] === state) return n;
}

test('a stream begins with the state of the caller\'s scope', async () => {
    const stream = await open(ann);
    assert.match(stream.headers['content-type'], /^text\/event-stream/);
    assert.equal(stream.headers['cache-control'], 'no-store');
    assert.equal(stream.headers['x-accel-buffering'], 'no');
    const first = await nextState(stream);
    assert.match(first.id, /^[0-9a-f]{16}$/);
    assert.deepEqual(told(first), { [ann.account]: await stateOf(ann) });
    stream.close();
});

test('what another account does is told at once, and only to the parties', async () => {
    const [a, b, c] = [await open(ann), await open(ben), await open(net.cy)];
    for (const stream of [a, b, c]) await nextState(stream);
    const started = Date.now(), sent = await send(ann, ben);
    const [toAnn, toBen] = [await nextState(a), await nextState(b)];
    assert.ok(Date.now() - started < 2000);
    assert.deepEqual(told(toAnn), { [ann.account]: await stateOf(ann) });
    assert.deepEqual(told(toBen), { [ben.account]: await stateOf(ben) });
    assert.ok(!toBen.data.includes('Priya') && !toBen.data.includes(sent.id));
    const { objects } = (await ben.get(`/v1/changes?since=${(await stateOf(ben)).replace(/\d+$/, (n) => n - 1)}`)).body;
    assert.deepEqual(objects.map((o) => o.id), [sent.id]);
    assert.equal(c.queue.length, 0);
    for (const stream of [a, b, c]) stream.close();
});

test('a burst is told in few events, of which the last is the newest state', async () => {
    const stream = await open(ben);
    await nextState(stream);
    await Promise.all(Array.from({ length: 60 }, () => send(ann, ben)));
    const events = await until(stream, ben.account, await stateOf(ben));
    assert.ok(events <= 20, `${events} events for 60 changes`);
    stream.close();
});

test('Last-Event-ID: who has seen the state is told nothing until the next; who has not, at once', async () => {
    const first = await open(ann), seen = await nextState(first);
    first.close();
    const same = await open(ann, { 'Last-Event-ID': seen.id });
    const sent = await send(ann, ben);
    const event = await nextState(same);
    assert.notEqual(event.id, seen.id);
    assert.deepEqual(told(event), { [ann.account]: await stateOf(ann) });
    same.close();
    await act(ben, sent, 'pick-up');
    for (const id of [seen.id, event.id, 'junk', '']) {
        const behind = await open(ann, { 'Last-Event-ID': id });
        assert.deepEqual(told(await nextState(behind)), { [ann.account]: await stateOf(ann) });
        behind.close();
    }
});

test('closeafter=state answers one event and ends', async () => {
    const now = await ann.events('/v1/events?closeafter=state');
    await now.next();
    const seen = await now.next();
    assert.equal(seen.event, 'state');
    assert.equal(await now.next(), null);
    const wait = await ann.events('/v1/events?closeafter=state', { 'Last-Event-ID': seen.id });
    await wait.next();
    await send(ann, ben);
    assert.equal(told(await wait.next())[ann.account], await stateOf(ann));
    assert.equal(await wait.next(), null);
    assertProblem(await ann.get('/v1/events?closeafter=ping'), 422, 'validation');
    assertProblem(await ann.get('/v1/events?types=*'), 422, 'unknown-field');
});

test('no stream without a token, or with a wrong one', async () => {
    assertProblem(await net.api.get('/v1/events'), 401, 'unauthorized');
    assertProblem(await net.api.get('/v1/events', { token: 'lla_junk' }), 401, 'unauthorized');
    assertProblem(await ann.post('/v1/events'), 405, 'method-not-allowed');
});

test('an account has at most 32 streams; a closed one makes room', async () => {
    const streams = [];
    for (let i = 0; i < 32; i++) streams.push(await open(net.dan));
    const refused = await net.dan.get('/v1/events');
    assertProblem(refused, 429, 'too-many-streams');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    const other = await open(ben);
    other.close();
    streams.pop().close();
    await waitFor(async () => {
        const again = await net.dan.events();
        const ok = again.status === 200;
        again.close();
        return ok;
    }, 5000, 'room for a stream');
    for (const stream of streams) stream.close();
});

test('every one of many streams is told', async () => {
    const streams = await Promise.all(Array.from({ length: 30 }, (_, i) => [ann, ben, net.cy][i % 3]).map((caller) => open(caller)));
    await Promise.all(streams.map((stream) => nextState(stream)));
    await send(ann, ben);
    await send(ben, net.cy);
    const accounts = [ann, ben, net.cy], states = await Promise.all(accounts.map(stateOf));
    await Promise.all(streams.map((stream, i) => until(stream, accounts[i % 3].account, states[i % 3])));
    for (const stream of streams) stream.close();
});

test('a stream on a connection that was used for requests before is served too', async () => {
    const http = require('node:http');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    await ann.get('/v1/me', { agent });
    const stream = await open(ann, {}, { agent });
    assert.equal(told(await nextState(stream))[ann.account], await stateOf(ann));
    stream.close();
    agent.destroy();
});

test('a stream ends with its session, and no other does', async () => {
    const again = await net.api.login(ben.email);
    const [mine, other] = [await open(ben), await open(again)];
    await nextState(mine);
    await nextState(other);
    const sessions = (await again.get('/v1/sessions')).body.items;
    const current = sessions.find((s) => s.current);
    assert.equal((await ben.delete(`/v1/sessions/${current.id}`)).status, 204);
    assert.equal(await nextState(other, 2000), null);
    assertProblem(await again.get('/v1/events'), 401, 'unauthorized');
    await send(ann, ben);
    assert.equal(told(await nextState(mine))[ben.account], await stateOf(ben));
    mine.close();
});

test('a quiet stream pings every 15 s; one whose session was ended by another process has ended by then', async () => {
    const quiet = await open(net.cy), doomed = await open(await net.api.login('cy@x.example'));
    await nextState(quiet);
    await nextState(doomed);
    const ended = postgresql && sql(net.api.database, `UPDATE session SET revoked_at = 1 WHERE id = (SELECT id FROM session WHERE account_id = ${literal(net.cy.account)}
        ORDER BY created_at DESC, id DESC LIMIT 1);`);
    const event = await quiet.next(17000);
    assert.deepEqual([event.event, event.data, event.id], ['ping', '{"interval":15}', undefined]);
    if (ended) assert.equal(await nextState(doomed, 17000), null);
    quiet.close();
    doomed.close();
});

test('the server tells of what another process wrote into its database', { skip: !postgresql }, async () => {
    const stream = await open(ann);
    await nextState(stream);
    sql(net.api.database, `UPDATE scope SET seq = seq + 1, loud_seq = seq + 1 WHERE id = ${literal(ann.account)};
        UPDATE change_index SET seq = (SELECT seq FROM scope WHERE id = ${literal(ann.account)}) WHERE scope_id = ${literal(ann.account)} AND type = 4;`);
    assert.equal(told(await nextState(stream, 5000))[ann.account], await stateOf(ann));
    stream.close();
});

test('a stream may have headers of 2 KiB, not of 9', async () => {
    const stream = await open(net.cy, { 'X-Forwarded-For': '10.0.0.1, '.repeat(200) });
    stream.close();
    const refused = await net.cy.events('/v1/events', { 'X-Forwarded-For': '10.0.0.1, '.repeat(900) });
    assert.equal(refused.status, 431);
    refused.close();
});

test('128 and 256 streams that are ready at one moment are all told, as many requests all answered', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const big = await network(names);
    const everybody = names.map((name) => big[name]), streams = [];
    for (const n of [128, 256]) {
        const more = Array.from({ length: n - streams.length }, (_, i) => everybody[(streams.length + i) >> 5]);
        streams.push(...await Promise.all(more.map(async (person) => {
            const stream = await open(person);
            assert.equal((await nextState(stream)).event, 'state');
            return { stream, person };
        })));
        const told_to = everybody.slice(0, n / 32);
        await Promise.all(told_to.filter((_, i) => i % 2).map((person, i) => send(told_to[2 * i], person)));
        const states = new Map(await Promise.all(told_to.map(async (person) => [person.account, await stateOf(person)])));
        await Promise.all(streams.map(async ({ stream, person }) => {
            for (let event; (event = await nextState(stream)) && told(event)[person.account] !== states.get(person.account);)
                assert.ok(event, 'the stream ended');
        }));
        const agent = new http.Agent({ keepAlive: true, maxSockets: n });
        for (let round = 0; round < 3; round++) {
            const answers = await Promise.all(Array.from({ length: n }, (_, i) => everybody[i % 8].get('/v1/me', { agent })));
            assert.ok(answers.every((answer) => answer.status === 200));
        }
        agent.destroy();
    }
    for (const { stream } of streams) stream.close();
    await big.stop();
});

test('streams are limited for the whole server', async () => {
    const small = await network(['ann', 'ben'], { args: ['--max-streams', '8'] });
    const streams = [];
    while (streams.length < 8) streams.push(await open(small.ann));
    assertProblem(await small.ben.get('/v1/events'), 429, 'too-many-streams');
    for (const stream of streams) stream.close();
    await small.stop();
});

test('SIGTERM ends every stream, and the server with them', async () => {
    const other = await network(['ann', 'ben']);
    const streams = await Promise.all(Array.from({ length: 20 }, (_, i) => open(i % 2 ? other.ann : other.ben)));
    await Promise.all(streams.map((stream) => nextState(stream)));
    const started = Date.now();
    await other.stop();
    assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms`);
    for (const stream of streams) assert.equal(await nextState(stream), null);
});
