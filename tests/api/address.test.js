// SPDX-License-Identifier: GPL-3.0-or-later
// Another e-mail address: who may ask, what is mailed to whom, when it counts, and what others who want it get.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, Frozen, PASSWORD, assertProblem } = require('./harness.js');
const { literal, sql } = require('./network.js');
const { mailsTo } = require('./raw.js');

const MINUTE = 60000, HOUR = 60 * MINUTE;
let api;
before(async () => { api = await Server.start({ args: ['--public-url', 'https://leads.example'] }); });
after(() => api.stop());

const ask = (caller, email, password = PASSWORD, options = {}) => caller.post('/v1/me/email', { email, password }, options);
const tokenOf = (link) => new URL(link).searchParams.get('token');
const pathOf = (link) => new URL(link).pathname + new URL(link).search;
const follow = (server, link) => server.form('/email', { token: tokenOf(link) });
const login = (server, email, password = PASSWORD) => server.request('POST', '/v1/login', { email, password });
const addressOf = async (caller) => (await caller.get('/v1/me')).body.account.email;

/** The mails that wait for an account: [{ type, to, link, ... }]; to is null where it is the account's own address. */
async function mails(server, caller) {
    let rows;
    await server.restart(() => {
        rows = sql(server.database, `SELECT type, COALESCE(email, ''), value_texts FROM mail WHERE account_id = ${literal(caller.account)} AND value_texts IS NOT NULL ORDER BY created_at, id;`);
    });
    return rows.map(([type, to, values]) => ({ type, to: to || null, ...JSON.parse(values) }));
}
const linkOf = async (server, caller) => (await mails(server, caller)).filter((mail) => mail.type === 'new-address').at(-1).link;

test('a mail with a link goes to the new address, a notice to the old one; the change is made when it is followed', async () => {
    const ann = await api.user('ann@a.example'), other = await api.login('ann@a.example'), before = (await ann.get('/v1/me')).body.account;
    const asked = await ask(ann, 'Ann@New.example');
    assert.equal(asked.status, 204, asked.text);
    const [fresh, notice] = await mails(api, ann);
    assert.deepEqual([fresh.type, fresh.to, fresh.hours], ['new-address', 'Ann@New.example', '48']);
    assert.deepEqual([notice.type, notice.to, notice.address], ['address-asked', 'ann@a.example', 'Ann@New.example']);
    assert.match(notice.link, /\/reset$/);
    assert.equal(await addressOf(ann), 'ann@a.example', 'nothing is changed yet');
    assert.equal((await login(api, 'ann@new.example')).status, 401);

    const page = await api.get(pathOf(fresh.link));
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /<script|ann@/i);
    assert.equal(await addressOf(ann), 'ann@a.example', 'looking changes nothing');
    const done = await follow(api, fresh.link);
    assert.equal(done.status, 200, done.text);

    const after = (await ann.get('/v1/me')).body.account;
    assert.equal(after.email, 'Ann@New.example');
    assert.ok(after.rev > before.rev, 'her clients learn it');
    assert.equal(typeof after.email_verified_at, 'string');
    assert.equal((await other.get('/v1/me')).status, 200, 'other sessions stay');
    assert.equal((await login(api, 'ANN@new.example')).status, 200);
    assertProblem(await login(api, 'ann@a.example'), 401, 'bad-credentials');
    const last = (await mails(api, ann)).at(-1);
    assert.deepEqual([last.type, last.to, last.address], ['address-changed', 'ann@a.example', 'Ann@New.example']);
    assert.equal((await follow(api, fresh.link)).status, 404, 'a link is good once');
    const heir = await api.post('/v1/accounts', { email: 'ann@a.example', password: PASSWORD, name: 'Heir' });
    assert.equal(heir.status, 201, 'the old address is free');
});

test('only who is logged in and knows the password may ask', async () => {
    const ben = await api.user('ben@a.example');
    assertProblem(await api.post('/v1/me/email', { email: 'x@b.example', password: PASSWORD }), 401, 'unauthorized');
    assertProblem(await ask(ben, 'x@b.example', 'not the password'), 403, 'wrong-password');
    for (const email of ['', 'x', 'x@y', 'x@b.example\r\nBcc: y@b.example', ' x@b.example', `${'x'.repeat(250)}@b.example`])
        assertProblem(await ask(ben, email), 422, 'validation');
    const same = await ask(ben, 'BEN@a.example');
    assertProblem(same, 422, 'validation');
    assert.deepEqual(same.body.errors.map((error) => [error.pointer, error.code]), [['#/email', 'same']]);
    assertProblem(await ask(ben, 'Ann@New.example'), 409, 'already-exists');
    assert.deepEqual(await mails(api, ben), []);
});

test('a request with the same key is one request; a newer one makes the link before it void', async () => {
    const cat = await api.user('cat@a.example'), key = crypto.randomUUID();
    for (let i = 0; i < 2; i++) assert.equal((await ask(cat, 'one@c.example', PASSWORD, { key })).status, 204);
    assert.equal((await mails(api, cat)).filter((mail) => mail.type === 'new-address').length, 1);
    const first = await linkOf(api, cat);
    assert.equal((await ask(cat, 'two@c.example')).status, 204);
    assert.equal((await api.get(pathOf(first))).status, 404);
    assert.equal((await follow(api, first)).status, 404);
    const second = await linkOf(api, cat);
    assert.equal((await api.form('/verify', { token: tokenOf(second) })).status, 404, 'a link is good for what it was made for');
    const twice = await Promise.all([follow(api, second), follow(api, second)]);
    assert.deepEqual(twice.map((answer) => answer.status).sort(), [200, 404]);
    assert.equal(await addressOf(cat), 'two@c.example');
});

test('of two who want an address the first gets it, and so does who signs up with it', async () => {
    const [dan, eve, flo] = [await api.user('dan@a.example'), await api.user('eve@a.example'), await api.user('flo@a.example')];
    for (const one of [dan, eve]) assert.equal((await ask(one, 'both@d.example')).status, 204);
    const links = [await linkOf(api, dan), await linkOf(api, eve)];
    const both = await Promise.all(links.map((link) => follow(api, link)));
    assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 409]);
    const got = [await addressOf(dan), await addressOf(eve)].sort();
    assert.equal(got.filter((email) => email === 'both@d.example').length, 1, got.join());
    assert.equal((await ask(flo, 'signup@d.example')).status, 204);
    const link = await linkOf(api, flo);
    const [moved, made] = await Promise.all([follow(api, link), api.post('/v1/accounts', { email: 'signup@d.example', password: PASSWORD, name: 'Sig' })]);
    assert.ok((moved.status === 200 && made.status === 409) || (moved.status === 409 && made.status === 201), `${moved.status} ${made.status}`);
    assert.equal((await follow(api, link)).status, 404, 'used up either way');
    assert.equal((await login(api, 'signup@d.example')).status, 200);
});

test('a new password stops a change that somebody else asked for', async () => {
    const gil = await api.user('gil@a.example');
    assert.equal((await ask(gil, 'thief@t.example')).status, 204);
    const link = await linkOf(api, gil);
    assert.equal((await gil.post('/v1/me/password', { current: PASSWORD, new: 'another passphrase' })).status, 204);
    assert.equal((await follow(api, link)).status, 404);
    assert.equal(await addressOf(gil), 'gil@a.example');
});

test('links that went to the old address are void with the change; an unverified old address is not told the new one', async () => {
    assert.equal((await api.post('/v1/accounts', { email: 'typo@h.example', password: PASSWORD, name: 'Hal' })).status, 201);
    const hal = await api.login('typo@h.example');
    const verify = (await mailsTo(api, hal)).find((mail) => mail.type === 'verify-email').link;
    assert.equal((await api.request('POST', '/v1/password-reset', { email: 'typo@h.example' })).status, 204);
    const reset = (await mailsTo(api, hal)).find((mail) => mail.type === 'reset-password').link;
    assert.equal((await ask(hal, 'hal@h.example')).status, 204);
    assert.equal((await follow(api, await linkOf(api, hal))).status, 200);
    for (const link of [verify, reset]) assert.equal((await api.get(pathOf(link))).status, 404);
    for (const mail of await mails(api, hal)) if (mail.to === 'typo@h.example') assert.equal(mail.address, undefined, mail.type);
    assert.equal(typeof (await hal.get('/v1/me')).body.account.email_verified_at, 'string');
});

test('an invitation that waits for the new address is the account\'s then', async () => {
    const [ida, jo] = [await api.user('ida@a.example'), await api.user('jo@a.example')];
    const id = crypto.randomUUID().replace(/^(.{14})4/, '$17');
    const invited = await ida.put(`/v1/invitations/${id}`, { email: 'jo@new.example' });
    assert.equal(invited.status, 201, invited.text);
    assert.equal((await ask(jo, 'jo@new.example')).status, 204);
    assert.equal((await follow(api, await linkOf(api, jo))).status, 200);
    assert.deepEqual((await jo.get('/v1/invitations')).body.items.map((one) => one.id), [id]);
});

test('a link is good for two days; asking again and again is throttled', async () => {
    const frozen = await Frozen.start(['--public-url', 'https://leads.example']);
    const kim = await frozen.api.user('kim@a.example');
    assert.equal((await ask(kim, 'kim@k.example')).status, 204);
    const link = await linkOf(frozen.api, kim);
    await frozen.advance(48 * HOUR - MINUTE);
    assert.equal((await frozen.api.get(pathOf(link))).status, 200);
    await frozen.advance(MINUTE);
    assert.equal((await frozen.api.get(pathOf(link))).status, 404);
    assert.equal((await follow(frozen.api, link)).status, 404);
    const again = await frozen.api.login('kim@a.example');
    let answer;
    for (let i = 0; i < 12 && answer?.status !== 429; i++) answer = await ask(again, `kim${i}@k.example`);
    assertProblem(answer, 429, 'throttled');
    await frozen.api.stop();
});

test('what nobody made is no link', async () => {
    for (const token of ['', 'x', `llm_${'0'.repeat(49)}`, "'--"]) {
        assert.ok([400, 404].includes((await api.get(`/email?token=${encodeURIComponent(token)}`)).status), token);
        assert.equal((await api.form('/email', { token: token || 'y' })).status, 404);
    }
});
