// SPDX-License-Identifier: GPL-3.0-or-later
// POST /v1/batch: many writes in one request, each with its own key, transaction and status.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { lead, network, send } = require('./network.js');

let net, ann, ben, eve;
before(async () => {
    net = await network(['ann', 'ben'], { strangers: ['eve'] });
    ({ ann, ben, eve } = net);
});
after(() => net.stop());

const run = (caller, operations, options) => caller.request('POST', '/v1/batch', { operations }, options);
const rename = (name, rev, extra = {}) => ({ key: uuid(), method: 'PATCH', path: '/v1/me', if_match: rev, body: { name }, ...extra });
const create = (id, to, extra = {}) => ({ key: uuid(), method: 'PUT', path: `/v1/referrals/${id}`, if_none_match: true, body: lead(to), ...extra });
const confirm = (id, extra = {}) => ({ key: uuid(), method: 'POST', path: `/v1/referrals/${id}/confirm`, body: { verdict: 'lead' }, ...extra });
const rev = async (caller) => (await caller.get('/v1/me')).body.account.rev;

test('operations run in order, each with the answer it would have had alone', async () => {
    const id = uuid(), at = await rev(ann);
    const operations = [rename('Ann One', at), rename('Ann Two', at + 1), create(id, ben)];
    const answer = await run(ann, operations);
    assert.equal(answer.status, 200, answer.text);
    const { results } = answer.body;
    assert.deepEqual(results.map((r) => r.key), operations.map((o) => o.key));
    assert.deepEqual(results.map((r) => r.status), [200, 200, 201]);
    assert.deepEqual(results.map((r) => r.rev), [at + 1, at + 2, 1]);
    assert.equal(results[0].body.account.name, 'Ann One');
    assert.equal(results[1].body.account.name, 'Ann Two');
    assert.deepEqual(results[2].body, (await ann.get(`/v1/referrals/${id}`)).body);
    assert.ok(results.every((r) => r.replayed === undefined && r.retry_after === undefined));
});

test('one that fails does not undo or stop the others', async () => {
    const id = uuid(), at = await rev(ann);
    const { results } = (await run(ann, [
        rename('Good', at), rename('Stale', at), rename('', at + 1), create(id, eve), { ...rename('No rev', 1), if_match: undefined }, rename('Last', at + 1),
        { key: uuid(), method: 'POST', path: `/v1/referrals/${uuid()}/confirm`, body: { verdict: 'lead' } }, { ...rename('x', 1), key: 'no uuid' },
    ].map((o) => JSON.parse(JSON.stringify(o))))).body;
    assert.deepEqual(results.map((r) => r.status), [200, 412, 422, 409, 428, 200, 404, 400]);
    assert.deepEqual(results.slice(1, 5).map((r) => r.body.code), ['precondition-failed', 'validation', 'not-partners', 'precondition-required']);
    assert.equal(results[1].body.current.name, 'Good');
    assert.equal(results[7].body.code, 'idempotency-key-missing');
    assert.equal((await ann.get('/v1/me')).body.account.name, 'Last');
    assertProblem(await ann.get(`/v1/referrals/${id}`), 404, 'not-found');
});

test('the whole batch again is replayed, operation by operation', async () => {
    const id = uuid(), at = await rev(ann);
    const operations = [create(id, ben), rename('Twice', at), rename('Stale', at)];
    const first = (await run(ann, operations)).body.results;
    const again = (await run(ann, operations)).body.results;
    assert.deepEqual(again.map((r) => r.status), [201, 200, 412]);
    assert.ok(again.every((r) => r.replayed));
    assert.deepEqual(again.map((r) => r.body.code), first.map((r) => r.body.code));
    assert.equal(await rev(ann), at + 1);
});

test('an operation sent alone with its key is the same request, and the other way round', async () => {
    const id = uuid(), operation = create(id, ben);
    assert.equal((await run(ann, [operation])).body.results[0].status, 201);
    const alone = await ann.put(operation.path, operation.body, { key: operation.key });
    assert.equal(alone.status, 201, alone.text);
    assert.equal(alone.headers['idempotency-replayed'], 'true');
    const key = uuid(), at = await rev(ann);
    assert.equal((await ann.patch('/v1/me', { name: 'Alone' }, { key, rev: at })).status, 200);
    const [result] = (await run(ann, [rename('Alone', at, { key })])).body.results;
    assert.equal(result.status, 200);
    assert.equal(result.replayed, true);
});

test('a key twice in one batch has one effect; for another request it is refused', async () => {
    const key = uuid(), at = await rev(ann);
    const { results } = (await run(ann, [rename('Same', at, { key }), rename('Same', at, { key }), rename('Other', at, { key })])).body;
    assert.deepEqual(results.map((r) => r.status), [200, 200, 422]);
    assert.equal(results[1].replayed, true);
    assert.equal(results[2].body.code, 'idempotency-key-reused');
    assert.equal(await rev(ann), at + 1);
});

test('an operation after one that failed is not run, and can be sent again', async () => {
    const id = uuid(), at = await rev(ann);
    const bad = rename('Stale', at + 7), next = rename('Next', at, { after: bad.key }), last = create(id, ben, { after: next.key });
    const { results } = (await run(ann, [bad, next, last])).body;
    assert.deepEqual(results.map((r) => r.status), [412, 424, 424]);
    assert.deepEqual([results[1].status, results[1].body.code], [424, 'dependency-failed']);
    assert.equal(await rev(ann), at);
    delete next.after;
    const again = (await run(ann, [next, last])).body.results;
    assert.deepEqual(again.map((r) => r.status), [200, 201]);
});

test('after names an operation before it', async () => {
    const at = await rev(ann), first = rename('First', at), second = rename('Second', at + 1);
    const { results } = (await run(ann, [{ ...first, after: second.key }, { ...second, if_match: at, after: uuid() }, { ...rename('x', at), after: 'x' }])).body;
    assert.deepEqual(results.map((r) => r.status), [424, 424, 424]);
    assert.equal(await rev(ann), at);
});

test('only writes of the API are operations: no batch in a batch, no reading, no log in', async () => {
    const operation = (method, path, body) => ({ key: uuid(), method, path, ...(body ? { body } : {}) });
    const { results } = (await run(ann, [
        operation('POST', '/v1/batch', { operations: [rename('x', 1)] }), operation('GET', '/v1/me'), operation('POST', '/v1/login', { email: 'a', password: 'b' }),
        operation('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' }), operation('POST', '/v1/accounts', { email: 'x@a.example', password: 'long enough for one', name: 'x' }),
        operation('GET', '/v1/events'), operation('GET', '/metrics'), operation('POST', '/nothing', {}), operation('DELETE', '/v1/me', { confirm: 'ann@a.example', password: 'x' }), operation('PATCH', '/v1%2fme', {}),
    ])).body;
    assert.deepEqual(results.map((r) => r.status), [405, 405, 405, 405, 405, 405, 405, 404, 405, 404]);
    const pages = (await run(ann, [operation('POST', '/device', { decision: 'deny' }), operation('POST', '/device', { email: 1 }), operation('POST', '/oauth/token', {})])).body.results;
    assert.deepEqual(pages.map((r) => [r.status, r.body.code]), [[405, 'method-not-allowed'], [422, 'validation'], [422, 'validation']]);
});

test('somebody else\'s objects are not there in a batch either', async () => {
    const referral = await send(ann, ben), session = (await ann.get('/v1/sessions')).body.items[0];
    const { results } = (await run(eve, [confirm(referral.id), { key: uuid(), method: 'DELETE', path: `/v1/sessions/${session.id}` }])).body;
    assert.deepEqual(results.map((r) => r.status), [404, 404]);
    assert.equal((await ann.get('/v1/me')).status, 200);
});

test('100 operations are taken, 101 and none are not', async () => {
    const at = await rev(ann);
    const full = await run(ann, Array.from({ length: 100 }, (_, i) => rename(`Name ${i}`, at + i)));
    assert.deepEqual([...new Set(full.body.results.map((r) => r.status))], [200]);
    assert.equal(await rev(ann), at + 100);
    assertProblem(await run(ann, Array.from({ length: 101 }, () => rename('x', 1))), 422, 'validation');
    assertProblem(await run(ann, []), 422, 'validation');
    assert.equal(await rev(ann), at + 100);
});

test('a batch that is not of the right shape is refused as a whole, and says where', async () => {
    const at = await rev(ann), good = rename('Good', at);
    const shapes = [[{ ...good, key: undefined }, '#/operations/1'], [{ ...good, method: 1 }, '#/operations/1/method'], [{ ...good, if_match: '3' }, '#/operations/1/if_match'],
        [{ ...good, if_match: 0 }, '#/operations/1/if_match'], [{ ...good, if_none_match: 'yes' }, '#/operations/1/if_none_match'], [{ ...good, surprise: 1 }, '#/operations/1/surprise'],
        ['x', '#/operations/1'], [null, '#/operations/1'], [[], '#/operations/1']];
    for (const [shape, pointer] of shapes) {
        const answer = await run(ann, [good, shape]);
        assert.equal(answer.status, 422, answer.text);
        assert.equal(answer.body.errors[0].pointer, pointer, answer.text);
    }
    for (const body of [{}, { operations: {} }, { operations: [good], more: 1 }, { operations: null }])
        assert.equal((await ann.request('POST', '/v1/batch', body)).status, 422);
    assertProblem(await ann.request('POST', '/v1/batch', '[]'), 422, 'validation');
    assertProblem(await ann.request('POST', '/v1/batch', '{'), 400, 'malformed-json');
    assert.equal(await rev(ann), at);
});

test('a batch needs a session, and no key of its own', async () => {
    assertProblem(await run(net.api, [rename('x', 1)]), 401, 'unauthorized');
    assert.equal((await run(ann, [rename('Key', await rev(ann))], { key: uuid() })).status, 200);
    assertProblem(await ann.request('GET', '/v1/batch'), 405, 'method-not-allowed');
});

test('a body is checked as that of the request alone', async () => {
    const { results } = (await run(ann, [
        { key: uuid(), method: 'PUT', path: `/v1/referrals/${uuid()}`, if_none_match: true }, { key: uuid(), method: 'PUT', path: `/v1/referrals/${uuid()}`, if_none_match: true, body: [] },
        create(uuid(), ben, { body: { ...lead(ben), surprise: 1 } }), { ...create(uuid(), ben), if_none_match: false },
        { key: uuid(), method: 'DELETE', path: `/v1/sessions/${uuid()}`, body: { a: 1 } }, { key: uuid(), method: 'DELETE', path: `/v1/sessions/${uuid()}`, body: {} },
    ])).body;
    assert.deepEqual(results.map((r) => [r.status, r.body.code]), [[400, 'malformed-json'], [422, 'validation'], [422, 'unknown-field'], [428, 'precondition-required'],
        [422, 'unknown-field'], [404, 'not-found']]);
});

test('batches side by side with the same keys have each effect once', async () => {
    const ids = Array.from({ length: 10 }, uuid), operations = ids.map((id) => create(id, ben));
    const answers = await Promise.all(Array.from({ length: 6 }, () => run(ann, operations)));
    for (const answer of answers) assert.deepEqual([...new Set(answer.body.results.map((r) => r.status))], [201], answer.text);
    const firsts = answers.flatMap((a) => a.body.results).filter((r) => !r.replayed);
    assert.equal(firsts.length, 10);
});

test('an operation can end the session that sent it', async () => {
    const own = await net.api.login('eve@x.example');
    const session = (await own.get('/v1/sessions')).body.items.find((s) => s.current);
    const { results } = (await run(own, [{ key: uuid(), method: 'DELETE', path: `/v1/sessions/${session.id}` }])).body;
    assert.deepEqual(results.map((r) => [r.status, r.body]), [[204, undefined]]);
    assertProblem(await own.get('/v1/me'), 401, 'unauthorized');
});
