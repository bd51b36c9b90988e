// SPDX-License-Identifier: GPL-3.0-or-later
// Change of password and one-time codes; those come from an independent generator (totp.js), which is compared with oathtool.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { spawnSync } = require('node:child_process');
const { Server, Frozen, PASSWORD, assertProblem, uuid } = require('./harness.js');
const { rawDatabase } = require('./raw.js');
const { codeOf } = require('./totp.js');

const NEW = 'a brand new passphrase';
const login = (api, email, more = {}) => api.request('POST', '/v1/login', { email, password: PASSWORD, ...more });
const remove = (caller, url, body) => caller.write('DELETE', url, body);

/** Switches codes on: { secret, recovery }. `at`: the server's time. */
async function switchOn(caller, at) {
    const begun = await caller.post('/v1/me/totp', { password: PASSWORD });
    assert.equal(begun.status, 201, begun.text);
    const confirmed = await caller.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret, at) });
    assert.equal(confirmed.status, 200, confirmed.text);
    return { secret: begun.body.secret, recovery: confirmed.body.recovery_codes };
}

let api;
before(async () => { api = await Server.start(); });
after(() => api.stop());

// ---- the password

test('a new password is good at once, the old one is not, and all other sessions end', async () => {
    const ann = await api.user('ann@a.example');
    const other = await api.login('ann@a.example');
    const stream = await other.events();
    await stream.next();
    const changed = await ann.post('/v1/me/password', { current: PASSWORD, new: NEW });
    assert.equal(changed.status, 204, changed.text);
    assert.equal(changed.text, '');
    assert.equal((await ann.get('/v1/me')).status, 200);
    assertProblem(await other.get('/v1/me'), 401, 'unauthorized');
    assert.equal((await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: other.refresh })).status, 400);
    while (await stream.next()) assert.ok(true);
    assert.ok(stream.ended);
    assert.deepEqual((await ann.get('/v1/sessions')).body.items.map((session) => session.current), [true]);
    assertProblem(await login(api, 'ann@a.example'), 401, 'bad-credentials');
    assert.equal((await login(api, 'ann@a.example', { password: NEW })).status, 200);
});

test('without the current password nothing changes, and guesses are counted as those of a log-in', async () => {
    const ben = await api.user('ben@a.example');
    const other = await api.login('ben@a.example');
    assertProblem(await ben.post('/v1/me/password', { current: 'not the password', new: NEW }), 403, 'wrong-password');
    assert.equal((await other.get('/v1/me')).status, 200);
    assert.equal((await login(api, 'ben@a.example')).status, 200);
    let answer;
    for (let i = 0; i < 8 && answer?.status !== 429; i++) answer = await ben.post('/v1/me/password', { current: 'guess number ' + i, new: NEW });
    assertProblem(answer, 429, 'throttled');
    assertProblem(await login(api, 'ben@a.example'), 429, 'throttled');
});

test('the new password has the length of any password; both are needed', async () => {
    const cat = await api.user('cat@a.example');
    const answer = await cat.post('/v1/me/password', { current: PASSWORD, new: 'short' });
    assertProblem(answer, 422, 'validation');
    assert.deepEqual(answer.body.errors.map((error) => [error.pointer, error.code]), [['#/new', 'too-short']]);
    assertProblem(await cat.post('/v1/me/password', { new: NEW }), 422, 'validation');
    assertProblem(await api.post('/v1/me/password', { current: PASSWORD, new: NEW }), 401, 'unauthorized');
    assert.equal((await login(api, 'cat@a.example')).status, 200);
});

test('a change of password whose answer was lost is answered again', async () => {
    const dan = await api.user('dan@a.example');
    const key = uuid();
    assert.equal((await dan.post('/v1/me/password', { current: PASSWORD, new: NEW }, { key })).status, 204);
    const again = await dan.post('/v1/me/password', { current: PASSWORD, new: NEW }, { key });
    assert.equal(again.status, 204);
    assert.equal(again.headers['idempotency-replayed'], 'true');
});

test('a log-in with the old password does not slip past a new one', async () => {
    const eve = await api.user('eve@a.example');
    const [changed, ...logins] = await Promise.all([eve.post('/v1/me/password', { current: PASSWORD, new: NEW }),
        ...Array.from({ length: 6 }, () => login(api, 'eve@a.example'))]);
    assert.equal(changed.status, 204, changed.text);
    for (const answer of logins)
        if (answer.status === 200) assertProblem(await api.get('/v1/me', { token: answer.body.access_token }), 401, 'unauthorized');
    assert.equal((await eve.get('/v1/sessions')).body.items.length, 1);
});

// ---- one-time codes

test('the codes of these tests are those of oathtool', (t) => {
    for (const at of [0, 59000, 1111111109000, 1764000000000, Date.now()]) {
        const now = new Date(at).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
        const done = spawnSync('oathtool', ['--totp', '--base32', '--now', now, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'], { encoding: 'utf8' });
        if (done.error) return t.skip('package oathtool is not there');
        assert.equal(done.stdout.trim(), codeOf('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', at), now);
    }
});

test('begun codes protect nothing; the first code switches them on; then a log-in wants one', async () => {
    const frozen = await Frozen.start();
    const fay = await frozen.api.user('fay@a.example');
    assert.deepEqual((await fay.get('/v1/me/totp')).body, { on: false, recovery_codes: 0 });
    const begun = await fay.post('/v1/me/totp', { password: PASSWORD });
    assert.equal(begun.status, 201, begun.text);
    assert.match(begun.body.secret, /^[A-Z2-7]{32}$/);
    assert.equal(begun.body.uri, `otpauth://totp/Leadline:fay@a.example?secret=${begun.body.secret}&issuer=Leadline`);
    assert.equal((await login(frozen.api, 'fay@a.example')).status, 200);

    assertProblem(await fay.post('/v1/me/totp/confirm', { code: '000000' === codeOf(begun.body.secret, frozen.now) ? '000001' : '000000' }), 403, 'wrong-password');
    assert.equal((await login(frozen.api, 'fay@a.example')).status, 200);
    const code = codeOf(begun.body.secret, frozen.now);
    const confirmed = await fay.post('/v1/me/totp/confirm', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    assert.equal(confirmed.status, 200, confirmed.text);
    assert.equal(confirmed.body.recovery_codes.length, 10);
    assert.equal(new Set(confirmed.body.recovery_codes).size, 10);
    for (const one of confirmed.body.recovery_codes) assert.match(one, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    assert.deepEqual((await fay.get('/v1/me/totp')).body, { on: true, since: new Date(frozen.now).toISOString(), recovery_codes: 10 });

    assertProblem(await login(frozen.api, 'fay@a.example'), 401, 'totp-required');
    assertProblem(await login(frozen.api, 'fay@a.example', { totp: '' }), 401, 'totp-required');
    assertProblem(await login(frozen.api, 'fay@a.example', { totp: code }), 401, 'totp-wrong'); /* it was used to confirm */
    assertProblem(await login(frozen.api, 'fay@a.example', { password: 'wrong password', totp: code }), 401, 'bad-credentials');
    assert.equal((await login(frozen.api, 'fay@a.example', { totp: codeOf(begun.body.secret, frozen.now + 30000) })).status, 200);
    assert.equal((await fay.get('/v1/me')).status, 200);
    await frozen.api.stop();
});

test('codes of the half minute before and after are good, older and later ones are not, and none is taken twice', async () => {
    const frozen = await Frozen.start();
    const gus = await frozen.api.user('gus@a.example');
    const { secret } = await switchOn(gus, frozen.now);
    const start = frozen.now;
    await frozen.advance(10 * 60000);
    for (const [seconds, status] of [[-60, 401], [60, 401], [-30, 200], [-30, 401], [0, 200], [0, 401], [-30, 401], [30, 200], [30, 401]]) {
        const answer = await login(frozen.api, 'gus@a.example', { totp: codeOf(secret, frozen.now + seconds * 1000) });
        assert.equal(answer.status, status, `${seconds} s: ${answer.text}`);
    }
    assertProblem(await login(frozen.api, 'gus@a.example', { totp: codeOf(secret, start) }), 401, 'totp-wrong');
    await frozen.api.stop();
});

test('one code at the same time lets in one', async () => {
    const hal = await api.user('hal@a.example');
    const { secret } = await switchOn(hal, Date.now() - 30000);
    const code = codeOf(secret, Date.now() + 30000);
    const answers = await Promise.all(Array.from({ length: 5 }, () => login(api, 'hal@a.example', { totp: code })));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1, answers.map((answer) => answer.text).join('\n'));
});

test('guesses of codes are throttled, also for who has the password', async () => {
    const ida = await api.user('ida@a.example');
    await switchOn(ida);
    let answer;
    for (let i = 0; i < 9 && answer?.status !== 429; i++) answer = await login(api, 'ida@a.example', { totp: '12345' + i });
    assertProblem(answer, 429, 'throttled');
    const ivo = await api.user('ivo@a.example');
    answer = await ivo.post('/v1/me/totp', { password: PASSWORD });
    assert.equal(answer.status, 201, answer.text);
    for (let i = 0; i < 9 && answer.status !== 429; i++) answer = await ivo.post('/v1/me/totp/confirm', { code: '54321' + i });
    assertProblem(answer, 429, 'throttled');
});

test('a recovery code gets in once, however it is typed; new ones make the old ones void', async () => {
    const jan = await api.user('jan@a.example');
    const { recovery } = await switchOn(jan);
    assert.equal((await login(api, 'jan@a.example', { totp: recovery[0] })).status, 200);
    assertProblem(await login(api, 'jan@a.example', { totp: recovery[0] }), 401, 'totp-wrong');
    assert.equal((await login(api, 'jan@a.example', { totp: ` ${recovery[1].replaceAll('-', '').toUpperCase()}` })).status, 200);
    assert.equal((await jan.get('/v1/me/totp')).body.recovery_codes, 8);
    const kim = await api.user('kim@a.example');
    await switchOn(kim);
    assertProblem(await login(api, 'kim@a.example', { totp: recovery[2] }), 401, 'totp-wrong'); /* of another account */

    assertProblem(await jan.post('/v1/me/totp/recovery-codes', { password: 'not the password' }), 403, 'wrong-password');
    const renewed = await jan.post('/v1/me/totp/recovery-codes', { password: PASSWORD });
    assert.equal(renewed.body.recovery_codes.length, 10);
    assertProblem(await login(api, 'jan@a.example', { totp: recovery[3] }), 401, 'totp-wrong');
    assert.equal((await login(api, 'jan@a.example', { totp: renewed.body.recovery_codes[3] })).status, 200);
});

test('the secret and the recovery codes are shown once, and kept nowhere as text', async () => {
    const leo = await api.user('leo@a.example');
    const key = uuid();
    const begun = await leo.post('/v1/me/totp', { password: PASSWORD }, { key });
    const again = await leo.post('/v1/me/totp', { password: PASSWORD }, { key });
    assert.ok(!again.text.includes(begun.body.secret));
    assert.equal(again.headers['idempotency-replayed'], 'true');
    const confirmed = await leo.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret) });
    const bytes = rawDatabase(api);
    for (const text of [begun.body.secret, ...confirmed.body.recovery_codes, ...confirmed.body.recovery_codes.map((code) => code.replaceAll('-', '').toUpperCase())])
        assert.ok(!bytes.includes(text), text);
    assert.ok(!api.log.includes(begun.body.secret));
});

test('switching codes on or off asks for the password', async () => {
    const mia = await api.user('mia@a.example');
    assertProblem(await mia.post('/v1/me/totp', { password: 'not the password' }), 403, 'wrong-password');
    assertProblem(await mia.post('/v1/me/totp', {}), 422, 'validation');
    assertProblem(await mia.post('/v1/me/totp/confirm', { code: '123456' }), 404, 'not-found');
    assertProblem(await mia.post('/v1/me/totp/recovery-codes', { password: PASSWORD }), 404, 'not-found');
    await switchOn(mia);
    assertProblem(await mia.post('/v1/me/totp', { password: PASSWORD }), 409, 'already-exists');
    assertProblem(await remove(mia, '/v1/me/totp', { password: 'not the password' }), 403, 'wrong-password');
    assertProblem(await login(api, 'mia@a.example'), 401, 'totp-required');
    assert.equal((await remove(mia, '/v1/me/totp', { password: PASSWORD })).status, 204);
    assert.equal((await login(api, 'mia@a.example')).status, 200);
    assert.deepEqual((await mia.get('/v1/me/totp')).body, { on: false, recovery_codes: 0 });
});

test('the page that allows a device wants the code too', async () => {
    const nia = await api.user('nia@a.example');
    const { recovery } = await switchOn(nia);
    const grant = (await api.form('/oauth/device_authorization', { client_id: 'leadline' })).body;
    const allow = (totp) => api.form('/device', { user_code: grant.user_code, email: 'nia@a.example', password: PASSWORD, decision: 'allow', totp });
    const missing = await allow('');
    assert.equal(missing.status, 401);
    assert.match(missing.text, /wants a one-time code too/);
    const wrong = await allow('aaaa-aaaa-aaaa-aaaa');
    assert.equal(wrong.status, 401);
    assert.match(wrong.text, /one-time code is wrong/);
    const right = await allow(recovery[0]);
    assert.equal(right.status, 200, right.text);
    assert.match(right.text, /Allowed/);
});
