// SPDX-License-Identifier: GPL-3.0-or-later
// A forgotten password, and whether an address is its account's own: mails, links, pages.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, Frozen, PASSWORD, assertProblem, uuid } = require('./harness.js');
const { mailsTo, rawDatabase } = require('./raw.js');
const { codeOf } = require('./totp.js');

const NEW = 'a brand new passphrase';
const MINUTE = 60000;
let api;
before(async () => { api = await Server.start({ args: ['--public-url', 'https://leads.example'] }); });
after(() => api.stop());

const ask = (server, email) => server.request('POST', '/v1/password-reset', { email });
const login = (server, email, password, more = {}) => server.request('POST', '/v1/login', { email, password, ...more });

/** The path of the newest link of that type that was mailed. */
async function linkTo(server, caller, type) {
    const mails = (await mailsTo(server, caller)).filter((mail) => mail.type === type);
    return mails.length ? mails.at(-1).link.replace(/^[a-z]+:\/\/[^/]+/, '') : null;
}

const tokenOf = (path) => new URL(path, 'http://x').searchParams.get('token');
const setNew = (server, path, password = NEW, again = password) => server.form('/reset', { token: tokenOf(path), password, again });

async function newcomer(server, email) {
    const made = await server.post('/v1/accounts', { email, password: PASSWORD, name: 'New Comer' });
    assert.equal(made.status, 201, made.text);
    return server.login(email);
}

// ---- a forgotten password

test('a mail with a link; the page sets a new password; all sessions end, and a mail tells of it', async () => {
    const ann = await api.user('ann@a.example');
    const asked = await ask(api, ' ANN@a.example');
    assert.equal(asked.status, 422); /* no address has blanks */
    const answer = await ask(api, 'ANN@a.example');
    assert.equal(answer.status, 204, answer.text);
    const [mail] = (await mailsTo(api, ann)).filter((one) => one.type === 'reset-password');
    assert.match(mail.link, /^https:\/\/leads\.example\/reset\?token=llm_[0-9A-Za-z]{49}$/);
    assert.equal(mail.hours, '1');
    const link = new URL(mail.link).pathname + new URL(mail.link).search;
    const page = await api.get(link);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.doesNotMatch(page.text, /<script|ann@a/i);
    assert.equal((await ann.get('/v1/me')).status, 200); /* looking changes nothing */
    const done = await setNew(api, link);
    assert.equal(done.status, 200, done.text);
    assert.match(done.text, /You have a new password/);
    assertProblem(await ann.get('/v1/me'), 401, 'unauthorized');
    assert.equal((await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: ann.refresh })).status, 400);
    assertProblem(await login(api, 'ann@a.example', PASSWORD), 401, 'bad-credentials');
    assert.equal((await login(api, 'ann@a.example', NEW)).status, 200);
    assert.deepEqual((await mailsTo(api, ann)).map((one) => one.type), ['reset-password', 'password-changed']);
});

test('a link is good once, and a newer one makes it void', async () => {
    const ben = await api.user('ben@a.example');
    await ask(api, 'ben@a.example');
    const first = await linkTo(api, ben, 'reset-password');
    await ask(api, 'ben@a.example');
    const second = await linkTo(api, ben, 'reset-password');
    assert.notEqual(first, second);
    assert.equal((await api.get(first)).status, 404);
    assert.equal((await setNew(api, first)).status, 404);
    assert.equal((await login(api, 'ben@a.example', PASSWORD)).status, 200);
    const twice = await Promise.all([setNew(api, second, 'the first passphrase'), setNew(api, second, 'the second passphrase')]);
    assert.deepEqual(twice.map((answer) => answer.status).sort(), [200, 404]);
    assert.equal((await setNew(api, second)).status, 404);
});

test('a link is good for an hour, and only for what it was made for', async () => {
    const frozen = await Frozen.start();
    const cat = await frozen.api.user('cat@a.example');
    await ask(frozen.api, 'cat@a.example');
    const link = await linkTo(frozen.api, cat, 'reset-password');
    await frozen.advance(59 * MINUTE);
    assert.equal((await frozen.api.get(link)).status, 200);
    assert.equal((await frozen.api.form('/verify', { token: tokenOf(link) })).status, 404);
    await frozen.advance(MINUTE);
    assert.equal((await frozen.api.get(link)).status, 404);
    assert.equal((await setNew(frozen.api, link)).status, 404);
    assert.equal((await login(frozen.api, 'cat@a.example', PASSWORD)).status, 200);
    const dora = await newcomer(frozen.api, 'dora@a.example');
    const verify = await linkTo(frozen.api, dora, 'verify-email');
    assert.equal((await setNew(frozen.api, verify)).status, 404);
    await frozen.api.stop();
});

test('what nobody made is no link', async () => {
    for (const token of ['', 'x', `llm_${'0'.repeat(49)}`, `lla_${'0'.repeat(49)}`, '%00', "'--"]) {
        const answer = await api.get(`/reset?token=${encodeURIComponent(token)}`);
        assert.ok([400, 404].includes(answer.status), `${token}: ${answer.status}`);
        assert.equal((await api.form('/reset', { token: token || 'y', password: NEW, again: NEW })).status, 404);
    }
});

test('the same answer, and the same work, whether anybody has the address', async () => {
    const known = [], unknown = [];
    for (let i = 0; i < 24; i++) await api.user(`known${i}@a.example`);
    const timed = async (email) => {
        const begin = process.hrtime.bigint();
        const answer = await ask(api, email);
        assert.equal(answer.status, 204);
        assert.equal(answer.text, '');
        return Number(process.hrtime.bigint() - begin) / 1e6;
    };
    const headers = async (email) => Object.keys((await ask(api, email)).headers).sort();
    assert.deepEqual(await headers('known0@a.example'), await headers('nobody0@a.example'));
    for (let i = 0; i < 48; i++) {
        known.push(await timed(`known${i % 24}@a.example`));
        unknown.push(await timed(`nobody${i % 24}@a.example`));
    }
    const median = (list) => list.sort((a, b) => a - b)[list.length / 2];
    const ratio = median(known) / median(unknown);
    assert.ok(ratio > 0.5 && ratio < 2, `${median(known)} ms and ${median(unknown)} ms`);
    for (let i = 0; i < 2; i++) assert.equal((await ask(api, 'known0@a.example')).status, (await ask(api, 'nobody0@a.example')).status);
});

test('asking again and again for one address is throttled, whoever has it', async () => {
    for (const email of ['ben@a.example', 'no.such.person@a.example']) {
        let answer;
        for (let i = 0; i < 8 && answer?.status !== 429; i++) answer = await ask(api, email);
        assertProblem(answer, 429, 'throttled');
    }
});

test('nobody is written to whose address was not asked for', async () => {
    const eve = await api.user('eve@a.example');
    await ask(api, 'stranger@a.example');
    await ask(api, 'eve@a.example.org');
    assert.deepEqual(await mailsTo(api, eve), []);
    assert.ok(!rawDatabase(api).includes('stranger@a.example'));
});

test('a weak or mistyped password is told in the form, and the link stays good', async () => {
    const fay = await api.user('fay@a.example');
    await ask(api, 'fay@a.example');
    const link = await linkTo(api, fay, 'reset-password');
    for (const [password, again, says] of [['short', 'short', /too short/], ['p'.repeat(257), 'p'.repeat(257), /too long/], [NEW, `${NEW}!`, /not the same/], ['', '', /too short/]]) {
        const answer = await setNew(api, link, password, again);
        assert.equal(answer.status, 422, answer.text);
        assert.match(answer.text, says);
        assert.match(answer.text, /role="alert"/);
    }
    assert.equal((await setNew(api, link)).status, 200);
});

test('the page asks for the mail too, without a program', async () => {
    const gus = await api.user('gus@a.example');
    const page = await api.get('/reset');
    assert.equal(page.status, 200);
    assert.match(page.text, /name="email"/);
    const sent = await api.form('/reset', { email: 'gus@a.example' });
    assert.equal(sent.status, 200);
    assert.equal(sent.text, (await api.form('/reset', { email: 'nobody.here@a.example' })).text);
    assert.ok(await linkTo(api, gus, 'reset-password'));
    assert.equal((await api.form('/reset', { email: '' })).status, 422);
    const marked = await api.form('/reset', { email: '<b>"x' });
    assert.equal(marked.status, 422);
    assert.ok(!marked.text.includes('<b>'));
});

test('a new password forgets wrong guesses, voids what was allowed but not fetched, and keeps one-time codes', async () => {
    const hal = await api.user('hal@a.example');
    const begun = await hal.post('/v1/me/totp', { password: PASSWORD });
    const confirmed = await hal.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret) });
    const grant = (await api.form('/oauth/device_authorization', { client_id: 'leadline' })).body;
    const allowed = await api.form('/device', { user_code: grant.user_code, email: 'hal@a.example', password: PASSWORD, totp: confirmed.body.recovery_codes[0], decision: 'allow' });
    assert.match(allowed.text, /Allowed/);
    await ask(api, 'hal@a.example');
    const link = await linkTo(api, hal, 'reset-password');
    let guess;
    for (let i = 0; i < 9 && guess?.status !== 429; i++) guess = await login(api, 'hal@a.example', `guess number ${i}`);
    assert.equal(guess.status, 429);
    assert.equal((await setNew(api, link)).status, 200);
    assertProblem(await login(api, 'hal@a.example', NEW), 401, 'totp-required');
    assert.equal((await login(api, 'hal@a.example', NEW, { totp: confirmed.body.recovery_codes[1] })).status, 200);
    const fetched = await api.form('/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: grant.device_code, client_id: 'leadline' });
    assert.equal(fetched.status, 400, fetched.text);
});

test('a changed password is told by mail, and voids links for another', async () => {
    const ida = await api.user('ida@a.example');
    await ask(api, 'ida@a.example');
    const link = await linkTo(api, ida, 'reset-password');
    assert.equal((await ida.post('/v1/me/password', { current: PASSWORD, new: NEW })).status, 204);
    assert.equal((await setNew(api, link, 'yet another passphrase')).status, 404);
    const mail = (await mailsTo(api, ida)).at(-1);
    assert.equal(mail.type, 'password-changed');
    assert.equal(mail.link, 'https://leads.example/reset');
});

test('the secret of a link is not in the database once its mail was sent, nor in the log', async () => {
    const jan = await api.user('jan@a.example');
    await ask(api, 'jan@a.example');
    const token = tokenOf(await linkTo(api, jan, 'reset-password'));
    assert.equal((await api.get(`/reset?token=${token}`)).status, 200);
    assert.ok(!api.log.includes(token), 'in the log');
});

// ---- verification

test('who signs up gets a mail; the button of its page verifies the address, once', async () => {
    const kim = await newcomer(api, 'kim@a.example');
    const mail = (await mailsTo(api, kim)).at(-1);
    assert.equal(mail.type, 'verify-email');
    assert.equal(mail.hours, '48');
    const link = await linkTo(api, kim, 'verify-email');
    const page = await api.get(link);
    assert.equal(page.status, 200);
    assert.match(page.text, /<button/);
    const { rev, email_verified_at: before } = (await kim.get('/v1/me')).body.account;
    assert.equal(before, undefined);
    assert.equal((await api.get(link)).status, 200); /* as a scanner of mails would */
    assert.equal((await kim.get('/v1/me')).body.account.rev, rev);
    assert.equal((await api.form('/verify', { token: tokenOf(link) })).status, 200);
    const account = (await kim.get('/v1/me')).body.account;
    assert.equal(account.rev, rev + 1);
    assert.equal(typeof account.email_verified_at, 'string');
    assert.equal((await api.form('/verify', { token: tokenOf(link) })).status, 404);
    assert.equal((await kim.post('/v1/me/verify-email')).status, 204);
    assert.equal((await mailsTo(api, kim)).filter((one) => one.type === 'verify-email').length, 1); /* it is verified: no other mail */
});

test('the mail can be sent again, not often; a new link makes the old one void', async () => {
    const leo = await newcomer(api, 'leo@a.example');
    const first = await linkTo(api, leo, 'verify-email');
    assert.equal((await leo.post('/v1/me/verify-email')).status, 204);
    const second = await linkTo(api, leo, 'verify-email');
    assert.notEqual(first, second);
    assert.equal((await api.form('/verify', { token: tokenOf(first) })).status, 404);
    let answer;
    for (let i = 0; i < 8 && answer?.status !== 429; i++) answer = await leo.post('/v1/me/verify-email');
    assertProblem(answer, 429, 'throttled');
    assertProblem(await api.post('/v1/me/verify-email'), 401, 'unauthorized');
});

test('until the address is verified, mail goes to nobody else for it; all else works', async () => {
    const nia = await newcomer(api, 'nia@a.example'), ola = await api.user('ola@a.example');
    assertProblem(await nia.put(`/v1/invitations/${uuid()}`, { email: 'friend@elsewhere.example' }), 403, 'email-unverified');
    const lead = { type: 'job', contact: { first_name: 'P', phone_1: '01632 960123' }, need: 'Roof', known_and_spoken: true, permission: { given: true, method: 'spoken', channels: ['phone'] } };
    assertProblem(await nia.put(`/v1/referrals/${uuid()}`, { ...lead, to: { outside: { name: 'Ole', email: 'ole@elsewhere.example' } } }), 403, 'email-unverified');
    assert.equal((await nia.put(`/v1/invitations/${uuid()}`, { account: ola.account })).status, 201);
    assert.equal((await api.form('/verify', { token: tokenOf(await linkTo(api, nia, 'verify-email')) })).status, 200);
    const invited = await nia.put(`/v1/invitations/${uuid()}`, { email: 'friend@elsewhere.example' });
    assert.equal(invited.status, 201, invited.text);
});

test('a new password by mail verifies the address as well', async () => {
    const mia = await newcomer(api, 'mia@a.example');
    await ask(api, 'mia@a.example');
    await setNew(api, await linkTo(api, mia, 'reset-password'));
    const again = await api.login('mia@a.example', NEW);
    await again.post('/v1/me/verify-email', undefined, { key: uuid() });
    assert.equal((await mailsTo(api, again)).filter((one) => one.type === 'verify-email').length, 1); /* that of the sign-up */
});
