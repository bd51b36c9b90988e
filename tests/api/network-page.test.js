// SPDX-License-Identifier: GPL-3.0-or-later
// Pages that members link to: profile, referral program, recommended, and the one behind an invitation's link.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { PASSWORD, assertProblem, uuid } = require('./harness.js');
const { collect, network, sql } = require('./network.js');

const HOSTILE = '<script>alert(1)</script>"\'&\u202e\u001b';
let net;
before(async () => {
    net = await network(['ann', 'ben', 'cy'], { strangers: ['dan', 'eve', 'fay'] });
    await patch(net.ann, { business_type: 'plumber', company_name: 'Bright <Pipes>' , profile: { public: true, headline: 'Leaks & more', about: `One\nTwo ${HOSTILE.slice(0, 20)}`, specialities: ['leaks', '<b>'],
        qualifies: 'A leak and a key', ideal_partner: 'Kitchen fitters', website: 'https://bright.example/?a=1&b="2"'.replaceAll('"', ''), price_level: 2, exclusive: true } });
    await patch(net.ben, { profile: { public: true, headline: 'Ben is public' } });
});
after(() => net.stop());

async function patch(caller, body) {
    const { rev } = (await caller.get('/v1/me')).body.account, answer = await caller.patch('/v1/me', body, { rev });
    assert.equal(answer.status, 200, answer.text);
}

/** A page: well-formed, without script, of this policy. */
function assertPage(answer, status = 200) {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/);
    assert.match(answer.headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.doesNotMatch(answer.text, /<script|\son\w+=|javascript:/i);
    for (const tag of ['main', 'form', 'dl', 'dd', 'dt', 'h1', 'h2', 'p', 'a', 'bdi', 'html', 'body'])
        assert.equal(answer.text.split(new RegExp(`<${tag}[ >]`)).length, answer.text.split(`</${tag}>`).length, `${tag}: ${answer.text}`);
    return answer.text;
}

const page = (name, of) => net.api.get(`/${name}/${net[of].account}`);
const sql_ = (text) => sql(net.api.database, text);
function tokenOf(id) {
    const [[values]] = sql_(`SELECT value_texts FROM mail WHERE key = '${id}';`);
    return /token=([A-Za-z0-9_]+)/.exec(values)[1];
}
async function invite(from, email, extra = {}) {
    const id = uuid(), answer = await from.put(`/v1/invitations/${id}`, { email, ...extra });
    assert.equal(answer.status, 201, answer.text);
    return { id, token: tokenOf(id) };
}

test('R7: a public profile has a page that anybody can read, without an address; others have none', async () => {
    const text = assertPage(await page('profile', 'ann'));
    for (const part of ['ann', 'Bright &lt;Pipes&gt;', 'Plumber', 'Leaks &amp; more', 'leaks, &lt;b&gt;', '2 of 4', 'href="https://bright.example/?a=1&amp;b=2"', '<bdi>One</bdi>']) assert.ok(text.includes(part), part);
    assert.doesNotMatch(text, /@x\.example/);
    for (const name of ['profile', 'referral-program', 'recommended']) assertPage(await page(name, 'cy'), 404);
    assertPage(await net.api.get(`/profile/${uuid()}`), 404);
});

test('R7: the referral program tells what is a lead, and the profile links to it', async () => {
    const text = assertPage(await page('referral-program', 'ann'));
    for (const part of ['A leak and a key', 'Kitchen fitters', 'one partner for a business type', `../profile/${net.ann.account}`]) assert.ok(text.includes(part), part);
    assert.ok((await page('profile', 'ann')).text.includes(`../referral-program/${net.ann.account}`));
});

test('R7: recommended are public partners, of somebody who lets them be shown', async () => {
    assertPage(await page('recommended', 'ann'), 404);
    assert.doesNotMatch((await page('profile', 'ann')).text, /recommended/);
    await patch(net.ann, { profile: { recommends: true } });
    const text = assertPage(await page('recommended', 'ann'));
    assert.ok(text.includes('Ben is public') && text.includes(`../profile/${net.ben.account}`));
    assert.doesNotMatch(text, new RegExp(`${net.cy.account}|>cy<`), 'cy is not public');
});

test('R11: a visitor asks to connect with their own log-in', async () => {
    const url = `/profile/${net.ann.account}`, form = { email: 'dan@x.example', password: PASSWORD, message: 'I saw your page' };
    assertPage(await net.api.form(url, { ...form, password: 'wrong' }), 401);
    assertPage(await net.api.form(url, { email: 'dan@x.example' }), 422);
    assertPage(await net.api.form(`/profile/${net.cy.account}`, form), 404);
    assertPage(await net.api.form(url, { ...form, email: 'ann@x.example' }), 422);
    assert.match(assertPage(await net.api.form(url, form)), /Asked/);
    assertPage(await net.api.form(url, form), 409);
    const [received] = await collect(net.ann, '/v1/invitations?direction=received');
    assert.deepEqual([received.kind, received.via, received.from.name, received.message], ['request', 'profile', 'dan', 'I saw your page']);
});

test('what was typed comes back escaped', async () => {
    const answer = await net.api.form(`/profile/${net.ann.account}`, { email: '"><b>', password: 'x', message: '"><i>' });
    assert.ok(!assertPage(answer, 401).includes('><b>') && !answer.text.includes('><i>'));
});

test('R9 R10: behind the link: who asks, and three answers; a hostile message stays text', async () => {
    const { token } = await invite(net.cy, 'new@n.example', { message: '<script>alert(1)</script>\n"bye"' });
    const text = assertPage(await net.api.get(`/invitation?token=${token}`));
    for (const part of ['cy invites you to become partners', '&lt;script&gt;alert(1)&lt;/script&gt;', 'value="new@n.example"', 'value="accept"', 'value="join"', 'value="decline"']) assert.ok(text.includes(part), part);
    for (const bad of ['', '?token=', '?token=llm_x', `?token=${token.slice(0, -1)}x`]) assertPage(await net.api.get(`/invitation${bad}`), 404);
    assertPage(await net.api.form('/invitation', { token, decision: 'perhaps' }), 422);
});

test('R10: somebody new joins there: account, verified address and partnership in one step', async () => {
    const { id, token } = await invite(net.ben, 'joiner@n.example'), form = { token, decision: 'join', name: 'Joiner', company_name: 'J & Sons', business_type: 'Roofer', email: 'joiner@n.example', password: PASSWORD };
    for (const [bad, status] of [[{ password: 'short' }, 422], [{ name: '' }, 422], [{ email: 'none' }, 422], [{ email: 'ben@x.example' }, 409]]) {
        const text = assertPage(await net.api.form('/invitation', { ...form, ...bad }), status);
        assert.ok(text.includes('role="alert"') && text.includes('J &amp; Sons'), 'what was typed stays');
        assert.ok(!text.includes(PASSWORD));
    }
    assert.match(assertPage(await net.api.form('/invitation', form)), /You are partners/);
    const joiner = await net.api.login('joiner@n.example');
    assert.deepEqual((await collect(joiner, '/v1/partners')).map((p) => p.name), ['ben']);
    assert.equal((await joiner.get('/v1/me')).body.account.business_type, 'roofer');
    assert.equal((await net.ben.get(`/v1/invitations/${id}`)).body.state, 'connected');
    assert.equal(sql_("SELECT COUNT(*) FROM account WHERE email = 'joiner@n.example' AND email_verified_at IS NOT NULL;")[0][0], '1');
    assertPage(await net.api.form('/invitation', form), 409);
    assertPage(await net.api.get(`/invitation?token=${token}`), 409);
});

test('R10: who has an account signs in; a link that belongs to one is no use to another', async () => {
    const { token } = await invite(net.cy, 'elsewhere@n.example');
    assertPage(await net.api.form('/invitation', { token, decision: 'accept', email: 'eve@x.example', password: 'wrong' }), 401);
    assertPage(await net.api.form('/invitation', { token, decision: 'accept' }), 422);
    assertPage(await net.api.form('/invitation', { token, decision: 'accept', email: 'eve@x.example', password: PASSWORD }));
    assert.deepEqual((await collect(net.eve, '/v1/partners')).map((p) => p.name), ['cy']);
    const mine = await invite(net.eve, 'fay@x.example');
    assertPage(await net.api.form('/invitation', { token: mine.token, decision: 'accept', email: 'dan@x.example', password: PASSWORD }), 403);
    assertPage(await net.api.form('/invitation', { token: mine.token, decision: 'accept', email: 'eve@x.example', password: PASSWORD }), 403);
    assert.doesNotMatch((await net.api.get(`/invitation?token=${mine.token}`)).text, /value="join"/, 'it is for an account that is there');
    assertPage(await net.api.form('/invitation', { token: mine.token, decision: 'accept', email: 'fay@x.example', password: PASSWORD }));
    assert.deepEqual((await collect(net.fay, '/v1/partners')).map((p) => p.name), ['eve']);
});

test('R10: declining needs no account, and the sender sees it', async () => {
    const { id, token } = await invite(net.fay, 'nothanks@n.example');
    assertPage(await net.api.form('/invitation', { token, decision: 'decline' }));
    assertPage(await net.api.form('/invitation', { token, decision: 'decline' }), 409);
    assert.equal((await net.fay.get(`/v1/invitations/${id}`)).body.state, 'declined');
    assertProblem(await net.fay.put(`/v1/invitations/${uuid()}`, { email: 'nothanks@n.example' }), 409, 'too-soon');
});
