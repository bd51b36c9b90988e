// SPDX-License-Identifier: GPL-3.0-or-later
// Log in, throttling, refresh with rotation and reuse, the list of sessions, log out. Time is moved by starting the server
// again with another LEADLINE_NOW.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, Caller, Frozen, PASSWORD, assertOAuth, assertProblem, leadlined, uuid } = require('./harness.js');

let api, ann, ben;
before(async () => {
    api = await Server.start();
    ann = await api.user('ann@a.example');
    ben = await api.user('ben@a.example');
});
after(() => api.stop());

const refresh = (server, token) => server.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: token });
const login = (server, email, password = PASSWORD, options = {}) => server.request('POST', '/v1/login', { email, password }, options);

const assertGrantRefused = (answer) => assertOAuth(answer, 'invalid_grant');

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

// ---- log in

test('log in answers tokens of the published shape', async () => {
    const { body } = await login(api, 'ann@a.example');
    assert.match(body.access_token, /^lla_[0-9A-Za-z]{49}$/);
    assert.match(body.refresh_token, /^llr_[0-9A-Za-z]{49}$/);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3600);
    assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'refresh_token', 'token_type']);
});

test('the address is taken in any case and with blanks around it', async () => {
    assert.equal((await login(api, '  ANN@A.Example ')).status, 200);
});

test('a wrong password, an unknown address and an empty one are told alike', async () => {
    const answers = [await login(api, 'ann@a.example', 'wrong password'), await login(api, 'nobody@a.example'), await login(api, 'no address at all')];
    for (const answer of answers) {
        assertProblem(answer, 401, 'bad-credentials');
        assert.equal(answer.body.detail, answers[0].body.detail);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
});

test('log in wants both fields, of the right type, and no others', async () => {
    assertProblem(await api.request('POST', '/v1/login', {}), 422, 'validation');
    assertProblem(await api.request('POST', '/v1/login', { email: 'ann@a.example' }), 422, 'validation');
    assertProblem(await api.request('POST', '/v1/login', { email: 1, password: ['x'] }), 422, 'validation');
    assertProblem(await api.request('POST', '/v1/login', { email: 'ann@a.example', password: PASSWORD, admin: true }), 422, 'unknown-field');
    assertProblem(await login(api, 'ann@a.example', 'x'.repeat(257)), 422, 'validation');
    assert.equal((await api.request('POST', '/v1/login', { email: 'ann@a.example', password: PASSWORD, totp: null })).status, 200);
});

test('a password is the exact text, whatever its script', async () => {
    const password = 'pässwörd \u{1f511} 鍵鍵鍵 x';
    const made = await api.post('/v1/accounts', { email: 'script@a.example', password, name: 'S' });
    assert.equal(made.status, 201, made.text);
    assert.equal((await login(api, 'script@a.example', password)).status, 200);
    for (const other of [password + ' ', password.toUpperCase(), password.slice(0, -1), password.normalize('NFD')])
        assertProblem(await login(api, 'script@a.example', other), 401, 'bad-credentials');
});

// ---- throttling

test('guessing one password is slowed down, for longer each time, and only for that account', async () => {
    const frozen = await Frozen.start();
    await frozen.api.user('ann@a.example');
    await frozen.api.user('ben@a.example');
    for (let i = 0; i < 6; i++) assertProblem(await login(frozen.api, 'ann@a.example', 'wrong'), 401, 'bad-credentials');
    let blocked = await login(frozen.api, 'ann@a.example');
    assertProblem(blocked, 429, 'throttled');
    assert.equal(blocked.headers['retry-after'], '1');
    assertProblem(await login(frozen.api, ' ANN@A.example'), 429, 'throttled');
    assert.equal((await login(frozen.api, 'ben@a.example')).status, 200);

    await frozen.advance(SECOND);
    assertProblem(await login(frozen.api, 'ann@a.example', 'wrong'), 401, 'bad-credentials');
    blocked = await login(frozen.api, 'ann@a.example', 'wrong');
    assertProblem(blocked, 429, 'throttled');
    assert.equal(blocked.headers['retry-after'], '2');

    await frozen.advance(2 * SECOND);
    assert.equal((await login(frozen.api, 'ann@a.example')).status, 200);
    for (let i = 0; i < 5; i++) assertProblem(await login(frozen.api, 'ann@a.example', 'wrong'), 401, 'bad-credentials');
    await frozen.api.stop();
});

test('an account nobody has is slowed down like any other, and an hour forgets', async () => {
    const frozen = await Frozen.start();
    for (let i = 0; i < 6; i++) assertProblem(await login(frozen.api, 'nobody@a.example'), 401, 'bad-credentials');
    assertProblem(await login(frozen.api, 'nobody@a.example'), 429, 'throttled');
    await frozen.advance(HOUR + SECOND);
    for (let i = 0; i < 6; i++) assertProblem(await login(frozen.api, 'nobody@a.example'), 401, 'bad-credentials');
    assertProblem(await login(frozen.api, 'nobody@a.example'), 429, 'throttled');
    await frozen.api.stop();
});

test('guesses side by side do not slip through together', async () => {
    const frozen = await Frozen.start();
    await frozen.api.user('ann@a.example');
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(frozen.api, 'ann@a.example', 'wrong')));
    assert.equal(answers.filter((a) => a.status === 401).length, 6);
    assert.equal(answers.filter((a) => a.status === 429).length, 14);
    await frozen.api.stop();
});

const from = (address) => ({ headers: { 'X-Forwarded-For': `203.0.113.9, ${address}` } });

test('one peer is slowed down over all accounts, others are not; a proxy tells who it is', async () => {
    const frozen = await Frozen.start();
    await frozen.api.user('ann@a.example');
    for (let i = 0; i < 21; i++) assertProblem(await login(frozen.api, `x${i}@a.example`, 'wrong', from('192.0.2.1')), 401, 'bad-credentials');
    assertProblem(await login(frozen.api, 'ann@a.example', PASSWORD, from('192.0.2.1')), 429, 'throttled');
    assert.equal((await login(frozen.api, 'ann@a.example', PASSWORD, from('192.0.2.2'))).status, 200);
    for (let i = 0; i < 21; i++) await login(frozen.api, `y${i}@a.example`, 'wrong', from(`2001:db8:1:2::${i}`));
    assertProblem(await login(frozen.api, 'ann@a.example', PASSWORD, from('2001:db8:1:2:ffff::1')), 429, 'throttled');
    assert.equal((await login(frozen.api, 'ann@a.example', PASSWORD, from('2001:db8:1:3::1'))).status, 200);
    await frozen.api.stop();
});

test('making accounts, and asking whether there is one, is slowed down by peer', async () => {
    const frozen = await Frozen.start();
    const signUp = (email, peer) => frozen.api.post('/v1/accounts', { email, password: PASSWORD, name: 'N' }, from(peer));
    assert.equal((await signUp('taken@a.example', '192.0.2.9')).status, 201);
    for (let i = 0; i < 11; i++) assertProblem(await signUp('taken@a.example', '192.0.2.1'), 409, 'already-exists');
    assertProblem(await signUp('new@a.example', '192.0.2.1'), 429, 'throttled');
    assert.equal((await signUp('new@a.example', '192.0.2.2')).status, 201);
    await frozen.api.stop();
});

// ---- refresh

test('a refresh token is exchanged for a new pair, as a form or as JSON', async () => {
    const first = await login(api, 'ann@a.example');
    const second = await refresh(api, first.body.refresh_token);
    assert.equal(second.status, 200, second.text);
    assert.notEqual(second.body.refresh_token, first.body.refresh_token);
    assert.equal((await api.get('/v1/me', { token: second.body.access_token })).status, 200);
    assert.equal((await api.get('/v1/me', { token: first.body.access_token })).status, 200);
    const third = await api.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: second.body.refresh_token, client_id: 'c' });
    assert.equal(third.status, 200, third.text);
});

test('a refresh token is no access token, and the other way round', async () => {
    const { body } = await login(api, 'ann@a.example');
    assertProblem(await api.get('/v1/me', { token: body.refresh_token }), 401, 'unauthorized');
    assertGrantRefused(await refresh(api, body.access_token));
    assertGrantRefused(await refresh(api, 'junk'));
    assertGrantRefused(await refresh(api, body.refresh_token.slice(0, -1) + (body.refresh_token.endsWith('a') ? 'b' : 'a')));
});

test('what OAuth does not have here is refused by name, and what it does not know is ignored', async () => {
    assertOAuth(await api.form('/oauth/token', { grant_type: 'password', refresh_token: 'x' }), 'unsupported_grant_type');
    for (const grant of ['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'])
        assertOAuth(await api.form('/oauth/token', { grant_type: grant }), 'invalid_request');
    const nothing = await api.form('/oauth/token', { refresh_token: 'x' });
    assertOAuth(nothing, 'invalid_request');
    assert.match(nothing.body.error_description, /grant_type/);
    for (const body of ['grant_type=refresh_token&grant_type=refresh_token&refresh_token=x', 'grant_type=%zz', 'a=%00', 'a=%ff', ''])
        assertOAuth(await api.form('/oauth/token', body), 'invalid_request');
    assertOAuth(await api.request('POST', '/oauth/token', 'grant_type=refresh_token', { headers: { 'Content-Type': 'text/plain' } }), 'invalid_request');
    const { body } = await login(api, 'ann@a.example');
    assert.equal((await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: body.refresh_token, scope: 'all', future: '"\\' })).status, 200);
});

test('what an error says has only the characters that OAuth allows', async () => {
    const answer = await api.form('/oauth/token', { grant_type: 'x'.repeat(500) });
    assertOAuth(answer, 'invalid_request');
    assert.match(answer.body.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
});

test('a token shown again after its successor was used ends the session', async () => {
    const first = await login(api, 'ann@a.example');
    const other = await login(api, 'ann@a.example');
    const second = await refresh(api, first.body.refresh_token);
    const third = await refresh(api, second.body.refresh_token);
    assert.equal(third.status, 200);
    assertGrantRefused(await refresh(api, first.body.refresh_token));
    for (const token of [first.body.access_token, second.body.access_token, third.body.access_token])
        assertProblem(await api.get('/v1/me', { token }), 401, 'unauthorized');
    assertGrantRefused(await refresh(api, third.body.refresh_token));
    assert.equal((await api.get('/v1/me', { token: other.body.access_token })).status, 200, 'the other session lives');
});

test('when the answer was lost, the same token gives a fresh pair and the lost one is dead', async () => {
    const first = await login(api, 'ann@a.example');
    const lost = await refresh(api, first.body.refresh_token);
    const again = await refresh(api, first.body.refresh_token);
    assert.equal(again.status, 200, again.text);
    assertProblem(await api.get('/v1/me', { token: lost.body.access_token }), 401, 'unauthorized');
    assert.equal((await api.get('/v1/me', { token: again.body.access_token })).status, 200);
    const once = await refresh(api, first.body.refresh_token);
    assert.equal(once.status, 200);
    assert.equal((await refresh(api, once.body.refresh_token)).status, 200);
    assertGrantRefused(await refresh(api, lost.body.refresh_token));
});

test('the same refresh token many times at once leaves one live pair', async () => {
    const first = await login(api, 'ann@a.example');
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(api, first.body.refresh_token)));
    assert.ok(answers.every((a) => a.status === 200));
    const alive = [];
    for (const answer of answers)
        if ((await api.get('/v1/me', { token: answer.body.access_token })).status === 200) alive.push(answer);
    assert.equal(alive.length, 1);
});

test('tokens and sessions end in time', async () => {
    const frozen = await Frozen.start();
    const dan = await frozen.api.user('dan@a.example');
    await frozen.advance(HOUR - SECOND);
    assert.equal((await dan.get('/v1/me')).status, 200);
    await frozen.advance(SECOND);
    assertProblem(await dan.get('/v1/me'), 401, 'token-expired');
    let token = (await refresh(frozen.api, dan.refresh)).body.refresh_token;

    await frozen.advance(MINUTE + SECOND);
    assertGrantRefused(await refresh(frozen.api, dan.refresh)); /* beyond the minute of lost answers */
    assertGrantRefused(await refresh(frozen.api, token));

    token = (await login(frozen.api, 'dan@a.example')).body.refresh_token;
    const idle = (await login(frozen.api, 'dan@a.example')).body.refresh_token;
    for (let days = 29; days < 180; days += 29) {
        await frozen.advance(29 * DAY);
        const next = await refresh(frozen.api, token);
        assert.equal(next.status, 200, next.text);
        token = next.body.refresh_token;
        if (days > 29) assertGrantRefused(await refresh(frozen.api, idle)); /* 30 days unused */
    }
    await frozen.advance(7 * DAY);
    assertGrantRefused(await refresh(frozen.api, token)); /* 180 days since the log-in */
    await frozen.api.stop();
});

// ---- the list, log out

test('sessions are listed newest first, with the caller\'s marked', async () => {
    const cat = await api.user('cat@a.example');
    const phone = await login(api, 'cat@a.example', PASSWORD, { headers: { 'User-Agent': 'phone ' + 'x'.repeat(300) } });
    const { body } = await cat.get('/v1/sessions');
    assert.equal(body.items.length, 2);
    assert.equal(body.next, null);
    assert.deepEqual(body.items.map((s) => s.current), [false, true]);
    assert.match(body.items[0].client, /^phone /);
    assert.ok(body.items[0].client.length <= 120);
    assert.ok(body.items[0].created_at >= body.items[1].created_at);
    assert.deepEqual(Object.keys(body.items[1]).sort(), ['created_at', 'current', 'id', 'last_used_at']);
    assert.ok(!JSON.stringify(body).includes(phone.body.access_token));
});

test('the list comes in pages', async () => {
    const pam = await api.user('pam@a.example');
    for (let i = 0; i < 6; i++) await login(api, 'pam@a.example');
    const all = (await pam.get('/v1/sessions')).body.items.map((s) => s.id);
    assert.equal(all.length, 7);
    const seen = [];
    for (let url = '/v1/sessions?limit=3', pages = 0; url; pages++) {
        assert.ok(pages < 4);
        const { body } = await pam.get(url);
        seen.push(...body.items.map((s) => s.id));
        url = body.next && `/v1/sessions?limit=3&cursor=${body.next}`;
    }
    assert.deepEqual(seen, all);
    assert.equal((await pam.get('/v1/sessions?limit=7')).body.next, null);
    assert.equal((await pam.get('/v1/sessions?limit=500')).status, 200);
    for (const limit of ['0', '501', '-1', 'x', '', '1.5', '+1', ' 1', '99999999999999999999'])
        assertProblem(await pam.get(`/v1/sessions?limit=${encodeURIComponent(limit)}`), 422, 'validation');
    for (const cursor of ['', 'x', 'g'.repeat(48), '0'.repeat(47), '0'.repeat(50), 'é'.repeat(24)])
        assertProblem(await pam.get(`/v1/sessions?cursor=${encodeURIComponent(cursor)}`), 400, 'bad-cursor');
});

test('a session can be ended from another one, at once', async () => {
    const two = new Caller(api, (await login(api, 'ben@a.example')).body.access_token);
    assert.equal((await two.get('/v1/me')).status, 200);
    const session = (await two.get('/v1/sessions')).body.items.find((s) => s.current);
    const key = uuid();
    const ended = await ben.delete(`/v1/sessions/${session.id}`, { key });
    assert.equal(ended.status, 204);
    assert.equal(ended.text, '');
    assertProblem(await two.get('/v1/me'), 401, 'unauthorized');
    const again = await ben.delete(`/v1/sessions/${session.id}`, { key });
    assert.equal(again.status, 204);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assertProblem(await ben.delete(`/v1/sessions/${session.id}`), 404, 'not-found');
    assert.ok(!(await ben.get('/v1/sessions')).body.items.some((s) => s.id === session.id));
});

test('somebody else\'s session is not there', async () => {
    const session = (await ann.get('/v1/sessions')).body.items.find((s) => s.current);
    assertProblem(await ben.delete(`/v1/sessions/${session.id}`), 404, 'not-found');
    assertProblem(await ben.delete(`/v1/sessions/${uuid()}`), 404, 'not-found');
    assertProblem(await api.delete(`/v1/sessions/${session.id}`), 401, 'unauthorized');
    assertProblem(await ben.request('DELETE', `/v1/sessions/${session.id}`), 400, 'idempotency-key-missing');
    assert.equal((await ann.get('/v1/me')).status, 200);
});

test('log out: whoever holds either token can end its session', async () => {
    for (const which of ['access_token', 'refresh_token']) {
        const { body } = await login(api, 'ann@a.example');
        assert.equal((await api.get('/v1/me', { token: body.access_token })).status, 200);
        const revoked = await api.form('/oauth/revoke', { token: body[which], token_type_hint: which });
        assert.equal(revoked.status, 200, revoked.text);
        assertProblem(await api.get('/v1/me', { token: body.access_token }), 401, 'unauthorized');
        assertGrantRefused(await refresh(api, body.refresh_token));
        assert.equal((await api.form('/oauth/revoke', { token: body[which] })).status, 200);
    }
    assert.equal((await api.form('/oauth/revoke', { token: 'junk' })).status, 200);
    assertOAuth(await api.form('/oauth/revoke', ''), 'invalid_request');
    assertOAuth(await api.form('/oauth/revoke', 'a=b'), 'invalid_request');
});

test('an ended session ends its event stream', async () => {
    const caller = await api.user('stream@a.example');
    const stream = await caller.events();
    await stream.next();
    await api.form('/oauth/revoke', { token: caller.token });
    for (let event; (event = await stream.next(40000));) assert.ok(event);
    assert.ok(stream.ended);
});

test('the scheme of Authorization is Bearer, in any case', async () => {
    for (const [value, status] of [[`Bearer ${ann.token}`, 200], [`bearer ${ann.token}`, 200], [`Basic ${ann.token}`, 401], [ann.token, 401], ['Bearer', 401], ['', 401],
        [`Bearer  ${ann.token}`, 401], [`Bearer ${ann.token}, Bearer ${ben.token}`, 401]])
        assert.equal((await api.get('/v1/me', { headers: { Authorization: value } })).status, status, value);
});

test('the address never carries a token', async () => {
    assertProblem(await api.get(`/v1/me?access_token=${ann.token}`), 401, 'unauthorized');
});
