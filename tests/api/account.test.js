// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, Caller, PASSWORD, assertProblem, uuid } = require('./harness.js');

let api, ann;
before(async () => {
    api = await Server.start();
    ann = await api.user('ann@a.example', { name: 'Ann' });
});
after(() => api.stop());

const newcomer = (extra = {}) => ({ email: `${uuid()}@a.example`, password: PASSWORD, name: 'New Comer', ...extra });

test('sign up answers the account, which can then log in', async () => {
    const input = newcomer({ company_name: 'Comer & Co', business_type: 'plumber' });
    const made = await api.post('/v1/accounts', input);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers.etag, '"1"');
    assert.equal(made.body.name, 'New Comer');
    assert.equal(made.body.company_name, 'Comer & Co');
    assert.equal(made.body.admin, false);
    assert.ok(!made.text.includes(PASSWORD));
    const caller = await api.login(input.email.toUpperCase());
    assert.equal(caller.account, made.body.id);
});

test('R1: an account costs nothing: it is made and used with no word of money', async () => {
    const input = newcomer();
    assert.equal((await api.post('/v1/accounts', input)).status, 201);
    const caller = await api.login(input.email);
    for (const path of ['/v1/me', '/v1/partners', '/v1/invitations', '/v1/reports/give-take', '/v1/profiles']) {
        const answer = await caller.get(path);
        assert.equal(answer.status, 200, path);
        assert.doesNotMatch(answer.text, /"(price|cost|fee|balance|amount)"/, path);
    }
});

test('sign up with a taken address, in any case, is refused', async () => {
    assertProblem(await api.post('/v1/accounts', newcomer({ email: 'ANN@a.example' })), 409, 'already-exists');
});

test('sign up tells every field that is wrong at once', async () => {
    const answer = await api.post('/v1/accounts', { email: 'no address', password: 'short' });
    assertProblem(answer, 422, 'validation');
    assert.deepEqual(answer.body.errors.map((e) => e.pointer).sort(), ['#/email', '#/name', '#/password']);
});

test('sign up refuses members it does not know, by name', async () => {
    const answer = await api.post('/v1/accounts', newcomer({ admin: true }));
    assertProblem(answer, 422, 'unknown-field');
    assert.equal(answer.body.errors[0].pointer, '#/admin');
});

test('sign up with a replayed key makes one account', async () => {
    const key = uuid(), input = newcomer();
    const first = await api.post('/v1/accounts', input, { key });
    const again = await api.post('/v1/accounts', input, { key });
    assert.equal(again.status, 201);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.deepEqual(again.body, first.body);
    assertProblem(await api.post('/v1/accounts', newcomer(), { key }), 422, 'idempotency-key-reused');
});

test('sign up needs a key', async () => {
    assertProblem(await api.request('POST', '/v1/accounts', newcomer()), 400, 'idempotency-key-missing');
});

test('me shows account, scopes, limits and the events address', async () => {
    const me = await ann.get('/v1/me');
    assert.equal(me.status, 200);
    assert.equal(me.body.account.email, 'ann@a.example');
    assert.equal(me.headers.etag, `"${me.body.account.rev}"`);
    assert.equal(me.body.scopes.length, 1);
    assert.equal(me.body.scopes[0].id, ann.account);
    assert.equal(me.body.scopes[0].kind, 'account');
    assert.equal(me.body.scopes[0].role, 'owner');
    assert.match(me.body.scopes[0].state, /^[A-Za-z0-9.]{1,64}$/);
    assert.equal(me.body.events, '/v1/events');
    assert.equal(me.body.limits.batch_operations, 100);
    assert.ok(!me.text.includes('argon2'));
});

test('me without, with a wrong and with a broken token', async () => {
    assertProblem(await api.get('/v1/me'), 401, 'unauthorized');
    assert.equal((await api.get('/v1/me')).headers['www-authenticate'], 'Bearer');
    assertProblem(await api.get('/v1/me', { token: 'lla_junk' }), 401, 'unauthorized');
    const last = ann.token.slice(-1) === 'a' ? 'b' : 'a';
    assertProblem(await api.get('/v1/me', { token: ann.token.slice(0, -1) + last }), 401, 'unauthorized');
    assertProblem(await api.get('/v1/me', { token: ann.refresh }), 401, 'unauthorized');
});

test('me is changed with If-Match, and only then', async () => {
    const me = await ann.get('/v1/me');
    const rev = me.body.account.rev;
    const changed = await ann.patch('/v1/me', { name: 'Ann B', company_name: 'B Ltd' }, { rev });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.body.account.name, 'Ann B');
    assert.equal(changed.body.account.rev, rev + 1);
    assert.equal(changed.headers.etag, `"${rev + 1}"`);
    assert.notEqual(changed.body.scopes[0].state, me.body.scopes[0].state);
    assert.deepEqual((await ann.get('/v1/me')).body, changed.body);

    const stale = await ann.patch('/v1/me', { name: 'Other' }, { rev });
    assertProblem(stale, 412, 'precondition-failed');
    assert.equal(stale.body.current.name, 'Ann B');
    assertProblem(await ann.patch('/v1/me', { name: 'Other' }), 428, 'precondition-required');
    assertProblem(await ann.patch('/v1/me', { name: 'Other' }, { headers: { 'If-Match': 'W/"1"' } }), 400, 'malformed');
});

test('a merge patch unsets with null, but not what is required', async () => {
    let rev = (await ann.get('/v1/me')).body.account.rev;
    const unset = await ann.patch('/v1/me', { company_name: null }, { rev });
    assert.equal(unset.status, 200, unset.text);
    assert.equal(unset.body.account.company_name, undefined);
    rev = unset.body.account.rev;
    assertProblem(await ann.patch('/v1/me', { name: null }, { rev }), 422, 'validation');
    for (const body of [{ email: 'x@a.example' }, { admin: true }, { id: uuid() }, { rev: 9 }, { nonsense: 1 }])
        assert.equal((await ann.patch('/v1/me', body, { rev })).status, 422, JSON.stringify(body));
    assert.equal((await ann.get('/v1/me')).body.account.rev, rev);
});

test('sign up takes the language from Accept-Language; it and the time zone are changed as all else', async () => {
    const sign = async (n, headers) => (await api.post('/v1/accounts', { email: `lang${n}@a.example`, password: PASSWORD, name: 'L' }, { headers })).body;
    assert.equal((await sign(1, {})).language, 'en');
    assert.equal((await sign(2, { 'Accept-Language': 'fr-FR, de-AT;q=0.8, en;q=0.5' })).language, 'de');
    const both = await sign(3, { 'Accept-Language': ['de', 'en'] });
    assert.equal(both.language, 'de', 'a header that is a list may come twice');
    assert.equal(both.time_zone, 'UTC');
    const kim = await api.login('lang2@a.example');
    let { rev } = (await kim.get('/v1/me')).body.account;
    const changed = await kim.patch('/v1/me', { language: 'en', time_zone: 'Europe/Berlin' }, { rev });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual([changed.body.account.language, changed.body.account.time_zone], ['en', 'Europe/Berlin']);
    rev = changed.body.account.rev;
    for (const zone of ['Europe/Atlantis', 'leapseconds', '../../etc/passwd', '/etc/localtime', 'posix/Europe/Berlin']) {
        const refused = await kim.patch('/v1/me', { time_zone: zone }, { rev });
        assertProblem(refused, 422, 'validation');
        assert.deepEqual(refused.body.errors.map((error) => error.pointer), ['#/time_zone']);
    }
    assertProblem(await kim.patch('/v1/me', { language: 'tlh' }, { rev }), 422, 'validation');
    const unset = (await kim.patch('/v1/me', { language: null, time_zone: null }, { rev })).body.account;
    assert.deepEqual([unset.language, unset.time_zone], ['en', 'UTC'], 'as at the beginning');
});

test('a refused change is replayed as the same refusal, and undone', async () => {
    const rev = (await ann.get('/v1/me')).body.account.rev, key = uuid();
    const first = await ann.patch('/v1/me', { name: '' }, { rev: rev + 5, key });
    const again = await ann.patch('/v1/me', { name: '' }, { rev: rev + 5, key });
    assert.equal(first.status, again.status);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(again.body.code, first.body.code);
    assertProblem(await ann.patch('/v1/me', { name: '' }, { rev, key }), 422, 'idempotency-key-reused');
});

test('one key belongs to one account', async () => {
    const ben = await api.user('ben@a.example');
    const key = uuid(), rev = (await ann.get('/v1/me')).body.account.rev;
    assert.equal((await ann.patch('/v1/me', { name: 'Ann C' }, { rev, key })).status, 200);
    const other = await ben.patch('/v1/me', { name: 'Ben C' }, { rev: 1, key });
    assert.equal(other.status, 200, other.text);
    assert.equal(other.headers['idempotency-replayed'], undefined);
    assert.equal(other.body.account.name, 'Ben C');
});

test('the same key at the same time has one effect', async () => {
    const rev = (await ann.get('/v1/me')).body.account.rev, key = uuid();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ann.patch('/v1/me', { name: 'Once' }, { rev, key })));
    for (const answer of answers) {
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.body.account.rev, rev + 1);
    }
    assert.equal(answers.filter((a) => a.headers['idempotency-replayed'] !== 'true').length, 1);
});

test('keys must be UUIDs', async () => {
    for (const key of ['x', '1', uuid() + '0'])
        assertProblem(await ann.patch('/v1/me', { name: 'A' }, { rev: 1, key }), 400, 'idempotency-key-missing');
});

test('sign up can be closed', async () => {
    const closed = await Server.start({ args: ['--sign-up=no'] });
    assertProblem(await closed.post('/v1/accounts', newcomer()), 403, 'forbidden');
    await closed.stop();
});
