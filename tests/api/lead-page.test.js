// SPDX-License-Identifier: GPL-3.0-or-later
// The page behind the link that somebody outside was mailed: what it shows, what its buttons do, when it ends.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem } = require('./harness.js');
const { act, network, send, sql } = require('./network.js');
const { Copy } = require('./copy.js');

const DAY = 24 * 60 * 60 * 1000;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const ola = { outside: { name: 'Ola <b>Nordmann</b>', email: 'ola@elektro.example' } };
const hostile = { first_name: '<script>alert(1)</script>', phone_1: '+44 1632 960123', email: 'p@bright.example' };

let net, ann;
before(async () => {
    net = await network(['ann', 'ben', 'cy'], { env: {} });
    await travel(0);
});
after(() => net.stop());

/** The server again, at another time; what is in the outbox meanwhile. */
async function travel(ms, type = 'lead-outside') {
    let rows;
    net.api.options.env.LEADLINE_NOW = new Date(NOON + ms).toISOString();
    await net.api.restart(() => { rows = sql(net.api.database, `SELECT key, value_texts, email FROM mail WHERE type = '${type}' ORDER BY created_at, key;`); });
    await net.login();
    ({ ann } = net);
    return rows.map(([key, texts, email]) => ({ key, email, values: JSON.parse(texts) }));
}

/** The token of the newest link to a referral that was mailed. */
async function mailed(referral, ms = 0, type = 'lead-outside') {
    const mail = (await travel(ms, type)).filter((row) => row.key.startsWith(referral.id)).pop();
    assert.match(mail.values.link, /^http:\/\/[^/]+\/lead\?token=llm_[0-9A-Za-z]{49}$/);
    return mail.values.link.split('=')[1];
}

const show = (token) => net.api.request('GET', `/lead?token=${token}`);
const press = (token, page, verb, more = {}) =>
    net.api.form('/lead', { token, act: verb, rev: (/name="rev" value="(\d+)"/.exec(page.text) || [])[1], ...more });
const complaint = (page) => (/class="error"[^>]*>([^<]*)</.exec(page.text) || [])[1];
const state = async (referral) => (await ann.get(`/v1/referrals/${referral.id}`)).body;

test('R116: reading the page tells who passes it and changes nothing; the contact is behind a button', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), token = await mailed(sent);
    for (let i = 0; i < 2; i++) {
        const page = await show(token);
        assert.equal(page.status, 200);
        assert.match(page.text, /<strong>ann<\/strong>/);
        assert.match(page.text, /Show me who it is/);
        assert.doesNotMatch(page.text, /960123|bright|Boiler|script/);
    }
    assert.deepEqual(await state(sent), sent);
});

test('R116 R38: the button picks it up, and the sender is told', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile, permission: { given: true, method: 'spoken', channels: ['phone'], wording: 'Ring me <after> six' } });
    const token = await mailed(sent), copy = new Copy(ann);
    await copy.sync();
    const page = await press(token, await show(token), 'open');
    assert.equal(page.status, 200);
    for (const part of ['&lt;script&gt;alert(1)&lt;/script&gt;', '+44 1632 960123', 'p@bright.example', 'Boiler replacement', 'spoken, phone', 'Ring me &lt;after&gt; six'])
        assert.ok(page.text.includes(part), `${part} is not in ${page.text}`);
    assert.doesNotMatch(page.text, /<script/);
    assert.deepEqual((await copy.sync()).map((o) => [o.data.state, o.data.rev]), [['picked_up', 2]]);
    assert.match((await show(token)).text, /960123/);
    assertProblem(await ann.post(`/v1/referrals/${sent.id}/withdraw`), 409, 'referral-state');
});

test('R39 R40 R41 R116: the verdict is theirs; not a lead needs a reason, which the sender reads', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), token = await mailed(sent);
    const open = await press(token, await show(token), 'open');
    const refused = await press(token, open, 'not_a_lead');
    assert.equal(refused.status, 422);
    assert.match(complaint(refused), /Say why/);
    assert.equal((await state(sent)).state, 'picked_up');
    const typed = await press(token, open, 'not_a_lead', { reason_code: 'other', message: ' ' });
    assert.equal(typed.status, 422);
    assert.match(typed.text, /<option value="other" selected>/);
    const done = await press(token, open, 'not_a_lead', { reason_code: 'wrong_area', message: 'Too far.\r\nSorry.' });
    assert.equal(done.status, 200, done.text);
    assert.match(done.text, /You said: <strong>not a lead<\/strong>/);
    const now = await state(sent);
    assert.deepEqual([now.state, now.verdict, now.reason_code, now.message, now.box], ['confirmed', 'not_a_lead', 'wrong_area', 'Too far.\nSorry.', 'sent']);
    assertProblem(await ann.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'lead' }), 403, 'forbidden');
    const [mail] = (await travel(0, 'verdict')).filter((row) => row.key.startsWith(sent.id));
    assert.deepEqual([mail.values.verdict, mail.values.reason, mail.values.from], ['not_a_lead', 'wrong_area', ola.outside.name]);
});

test('D6: a form sent again does nothing; the verdict may be changed once', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), token = await mailed(sent);
    const open = await press(token, await show(token), 'open');
    const said = await press(token, open, 'lead');
    assert.match(said.text, /You said: <strong>it is a lead<\/strong>/);
    const before = await state(sent);
    for (const verb of ['lead', 'not_a_lead', 'open'])
        assert.equal((await press(token, open, verb, { reason_code: 'no_need' })).status, 200, 'an old page');
    assert.deepEqual(await state(sent), before);
    const changed = await press(token, said, 'not_a_lead', { reason_code: 'no_need' });
    assert.equal(changed.status, 200);
    assert.deepEqual([(await state(sent)).amended, (await state(sent)).verdict], [true, 'not_a_lead']);
    assert.doesNotMatch(changed.text, /<form/);
    const third = await net.api.form('/lead', { token, act: 'lead', rev: String((await state(sent)).rev) });
    assert.equal(third.status, 409);
    assert.equal((await state(sent)).verdict, 'not_a_lead');
});

test('R31 R42: the page says that others compete, and that the sender does not know them', async () => {
    const first = await send(ann, net.ben, { contact: hostile });
    const sent = await send(ann, null, { to: ola, contact: hostile, copy_of: first.id, known_and_spoken: false });
    const page = await show(await mailed(sent));
    assert.match(page.text, /went to somebody else as well/);
    assert.match(page.text, /do not say that they know/);
});

test('no page without the whole token, none of what was taken back, none after 60 days', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), token = await mailed(sent);
    for (const wrong of ['', 'x', token.slice(0, -1), token.toLowerCase(), `${token}0`, 'llm_' + '0'.repeat(49)]) {
        assert.equal((await show(wrong)).status, 404, wrong);
        assert.equal((await net.api.form('/lead', { token: wrong, act: 'open', rev: '1' })).status, 404, wrong);
    }
    assert.equal((await net.api.request('GET', '/lead')).status, 404);
    await travel(60 * DAY - 1);
    assert.equal((await show(token)).status, 200);
    await travel(60 * DAY);
    assert.equal((await show(token)).status, 404);
    await travel(0);
    await act(ann, sent, 'withdraw');
    const page = await show(token);
    assert.equal(page.status, 410);
    assert.doesNotMatch(page.text, /960123/);
    assert.equal((await net.api.form('/lead', { token, act: 'open', rev: '2' })).status, 410);
});

test('the mail has a link and names nobody; a reminder has another link, and comes once', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), first = await mailed(sent);
    const [mail] = (await travel(0)).filter((row) => row.key.startsWith(sent.id));
    assert.deepEqual(Object.keys(mail.values).sort(), ['from', 'link']);
    assert.equal(mail.email, 'ola@elektro.example');
    await act(ann, sent, 'remind');
    const second = await mailed(sent, 2 * DAY, 'outside-reminder');
    assert.notEqual(first, second);
    for (const token of [first, second]) assert.equal((await show(token)).status, 200);
    assertProblem(await ann.post(`/v1/referrals/${sent.id}/remind`), 409, 'referral-state');
});

test('only the hash of a link is kept, and the page is for no script, frame, cookie or cache', async () => {
    const sent = await send(ann, null, { to: ola, contact: hostile }), token = await mailed(sent);
    const page = await show(token);
    assert.match(page.headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-/);
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['set-cookie'], undefined);
    assert.match(page.headers['cache-control'] || '', /no-store/);
    let kept;
    await net.api.restart(() => { kept = sql(net.api.database, 'SELECT hash FROM lead_link;').flat().join(); });
    assert.ok(kept.length > 0 && !kept.includes(token));
    assert.ok(!net.api.log.includes(token), 'a link is in the log');
});
