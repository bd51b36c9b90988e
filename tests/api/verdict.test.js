// SPDX-License-Identifier: GPL-3.0-or-later
// What a recipient does with a lead, and a sender with one that nobody opened: pick-up, confirm, amend, outcome, withdraw.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, network, send } = require('./network.js');

const DAY = 24 * 3600 * 1000, START = Date.parse('2026-03-01T09:00:00.000Z');
const at = (ms) => new Date(START + ms).toISOString();
const env = {};

let net, ann, ben;
before(async () => {
    env.LEADLINE_NOW = at(0);
    net = await network(['ann', 'ben', 'cy'], { env });
    ({ ann, ben } = net);
});
after(() => net.stop());

/** Stops the clock at another time. */
async function moveTo(ms) {
    env.LEADLINE_NOW = at(ms);
    await net.api.restart();
    await net.login();
    ({ ann, ben } = net);
}

const reasons = ['no_permission', 'no_contact_details', 'unknown_to_sender', 'not_my_trade', 'no_need', 'duplicate', 'wrong_area'];
const read = async (referral, caller = ann) => (await caller.get(`/v1/referrals/${referral.id}`)).body;

test('R38: picked up once, told to the sender; again is harmless and no news', async () => {
    const sent = await send(ann, ben);
    const picked = await ben.post(`/v1/referrals/${sent.id}/pick-up`);
    assert.equal(picked.status, 200, picked.text);
    assert.equal(picked.headers.etag, '"2"');
    assert.deepEqual([picked.body.state, picked.body.rev, picked.body.picked_up_at], ['picked_up', 2, at(0)]);
    assert.deepEqual(await read(sent), { ...picked.body, box: 'sent' });
    assert.deepEqual(await act(ben, sent, 'pick-up'), picked.body);
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    assert.equal((await act(ben, sent, 'pick-up')).state, 'confirmed');
});

test('R39: confirmed as a lead, with thanks and a value; on a new one that is the pick-up too', async () => {
    const sent = await send(ann, ben);
    const done = await act(ben, sent, 'confirm', { verdict: 'lead', message: 'Thank you!\nRang them.', value: { amount: 250000, currency: 'EUR' } });
    assert.equal(done.state, 'confirmed');
    assert.equal(done.verdict, 'lead');
    assert.deepEqual([done.picked_up_at, done.confirmed_at, done.updated_at], [at(0), at(0), at(0)]);
    assert.equal(done.message, 'Thank you!\nRang them.');
    assert.deepEqual(done.value, { amount: 250000, currency: 'EUR' });
    assert.equal(done.amended, false);
    assert.equal(done.rev, 2);
    assert.deepEqual(await read(sent), { ...done, box: 'sent' });
});

for (const reason of reasons)
    test(`R41: not a lead because ${reason}, which the sender reads`, async () => {
        const sent = await send(ann, ben);
        await act(ben, sent, 'confirm', { verdict: 'not_a_lead', reason_code: reason });
        const seen = await read(sent);
        assert.deepEqual([seen.state, seen.verdict, seen.reason_code, seen.message], ['confirmed', 'not_a_lead', reason, undefined]);
    });

test('R41: a message alone is a reason; "other" needs one; neither is refused', async () => {
    const sent = await send(ann, ben);
    const refusals = [[{ verdict: 'not_a_lead' }, '#/reason_code', 'required'], [{ verdict: 'not_a_lead', message: '  \n ' }, '#/reason_code', 'required'],
        [{ verdict: 'not_a_lead', reason_code: 'other' }, '#/message', 'required'], [{ verdict: 'not_a_lead', reason_code: 'nonsense' }, '#/reason_code', 'not-one-of'],
        [{ verdict: 'maybe' }, '#/verdict', 'not-one-of'], [{}, '#/verdict', 'required'], [{ verdict: 'lead', value: { amount: -5, currency: 'GBP' } }, '#/value', 'out-of-range'],
        [{ verdict: 'not_a_lead', reason_code: 'no_need', value: { amount: 5, currency: 'GBP' } }, '#/value', 'not-allowed'],
        [{ verdict: 'lead', message: 'x'.repeat(2001) }, '#/message', 'too-long'], [{ verdict: 'lead', message: 'a\u0007' }, '#/message', 'text.invalid']];
    for (const [body, pointer, code] of refusals) {
        const answer = await ben.post(`/v1/referrals/${sent.id}/confirm`, body);
        assertProblem(answer, 422, 'validation');
        assert.ok(answer.body.errors.some((e) => e.pointer === pointer && e.code === code), answer.text);
    }
    assertProblem(await ben.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'lead', state: 'won' }), 422, 'unknown-field');
    assert.equal((await read(sent)).rev, 1);
    assert.equal((await act(ben, sent, 'confirm', { verdict: 'not_a_lead', message: 'Wrong number' })).message, 'Wrong number');
    const other = await send(ann, ben);
    assert.equal((await act(ben, other, 'confirm', { verdict: 'not_a_lead', reason_code: 'other', message: 'Moved away' })).reason_code, 'other');
});

test('R41: a reason given with verdict lead is no reason', async () => {
    const sent = await send(ann, ben);
    assert.equal((await act(ben, sent, 'confirm', { verdict: 'lead', reason_code: 'no_need' })).reason_code, undefined);
});

test('R47 R48 R51: outcomes follow each other, with a value, and change no verdict', async () => {
    const sent = await send(ann, ben);
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    let rev = 2;
    for (const outcome of ['working', 'won', 'lost', 'dormant', 'working', 'lost']) {
        const done = await act(ben, sent, 'outcome', { outcome });
        assert.deepEqual([done.state, done.verdict, done.outcome_at, done.rev], [outcome, 'lead', at(0), ++rev]);
    }
    const won = await act(ben, sent, 'outcome', { outcome: 'won', value: { amount: 99, currency: 'GBP' } });
    assert.deepEqual(won.value, { amount: 99, currency: 'GBP' });
    assert.deepEqual((await act(ben, sent, 'outcome', { outcome: 'dormant' })).value, { amount: 99, currency: 'GBP' });
    for (const body of [{}, { outcome: 'sent' }, { outcome: 'confirmed' }, { outcome: 'won', value: { amount: -1, currency: 'GBP' } }, { outcome: 'won', verdict: 'lead' }])
        assert.equal((await ben.post(`/v1/referrals/${sent.id}/outcome`, body)).status, 422, JSON.stringify(body));
});

test('withdrawn before it is opened, and then it is over for both', async () => {
    const sent = await send(ann, ben);
    const done = await act(ann, sent, 'withdraw');
    assert.deepEqual([done.state, done.withdrawn_at, done.rev, done.verdict], ['withdrawn', at(0), 2, undefined]);
    assert.equal((await read(sent, ben)).state, 'withdrawn');
});

test('If-Match on an act: honoured when given, stale answers with the object, star is no revision', async () => {
    const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}`;
    await act(ben, sent, 'pick-up');
    for (const [verb, body, caller] of [['confirm', { verdict: 'lead' }, ben], ['pick-up', null, ben], ['withdraw', null, ann]]) {
        const stale = await caller.post(`${url}/${verb}`, body, { rev: 1 });
        assertProblem(stale, 412, 'precondition-failed');
        assert.equal(stale.body.current.rev, 2);
        assert.equal(stale.body.current.box, caller === ben ? 'inbox' : 'sent');
        assertProblem(await caller.post(`${url}/${verb}`, body, { headers: { 'If-Match': '*' } }), 400, 'malformed');
        assertProblem(await caller.post(`${url}/${verb}`, body, { headers: { 'If-Match': '"1", "2"' } }), 400, 'malformed');
    }
    const done = await ben.post(`${url}/confirm`, { verdict: 'lead' }, { rev: 2 });
    assert.equal(done.status, 200, done.text);
    assertProblem(await ben.post(`${url}/outcome`, { outcome: 'won' }, { rev: 2 }), 412, 'precondition-failed');
    assert.equal((await ben.post(`${url}/outcome`, { outcome: 'won' }, { rev: 3 })).body.rev, 4);
});

const acts = [['ben', 'pick-up', null], ['ben', 'confirm', { verdict: 'lead' }], ['ben', 'confirm', { verdict: 'not_a_lead', message: 'no' }], ['ann', 'withdraw', null]];
for (const [who, verb, body] of acts)
    test(`${verb} replayed with its key is done once and answered alike: ${JSON.stringify(body)}`, async () => {
        const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}/${verb}`, key = uuid();
        const answers = await Promise.all(Array.from({ length: 6 }, () => net[who].post(url, body, { key })));
        for (const answer of answers) {
            assert.equal(answer.status, 200, answer.text);
            assert.equal(answer.headers.etag, '"2"');
            assert.deepEqual(answer.body, answers[0].body);
        }
        assert.equal(answers.filter((a) => a.headers['idempotency-replayed'] === 'true').length, 5);
        assert.equal((await read(sent)).rev, 2);
        assertProblem(await net[who].post(`/v1/referrals/${sent.id}/outcome`, { outcome: 'won' }, { key }), 422, 'idempotency-key-reused');
        assertProblem(await net[who].request('POST', url, body), 400, 'idempotency-key-missing');
    });

test('a refusal replayed with its key stays that refusal, though it would succeed now', async () => {
    const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}/outcome`, key = uuid();
    const first = await ben.post(url, { outcome: 'won' }, { key });
    assertProblem(first, 409, 'referral-state');
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    const again = await ben.post(url, { outcome: 'won' }, { key });
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal((await ben.post(url, { outcome: 'won' })).status, 200);
});

test('an act takes no body where it has none, and an empty object', async () => {
    const sent = await send(ann, ben);
    assert.equal((await ben.post(`/v1/referrals/${sent.id}/pick-up`, { state: 'won' })).status, 422);
    assert.equal((await ben.post(`/v1/referrals/${sent.id}/pick-up`, {})).status, 200);
    assert.equal((await ben.post(`/v1/referrals/${sent.id}/confirm`)).status, 400);
});

test('R40: of confirm and withdraw at one moment just one happens', async () => {
    for (let round = 0; round < 10; round++) {
        const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}`;
        const [confirmed, withdrawn] = await Promise.all([ben.post(`${url}/confirm`, { verdict: 'lead' }), ann.post(`${url}/withdraw`)]);
        assert.deepEqual([confirmed.status, withdrawn.status].sort(), [200, 409]);
        assert.equal((await read(sent)).state, confirmed.status === 200 ? 'confirmed' : 'withdrawn');
        assert.equal((await read(sent)).rev, 2);
    }
});

test('many acts at one moment: every one that succeeded has its own revision', async () => {
    const sent = await send(ann, ben);
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    const codes = ['working', 'won', 'lost', 'dormant'];
    const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => ben.post(`/v1/referrals/${sent.id}/outcome`, { outcome: codes[i % 4] })));
    const done = answers.filter((a) => a.status === 200);
    for (const answer of answers) assert.ok([200, 503].includes(answer.status), answer.text);
    assert.equal(new Set(done.map((a) => a.body.rev)).size, done.length);
    assert.equal((await read(sent)).rev, 2 + done.length);
});

/* ---- amending (D6); these move the clock */

test('R40 D6: a verdict is amended once, within 14 days, keeping its day; then it stands', async () => {
    const [early, late, tooLate, back] = [await send(ann, ben), await send(ann, ben), await send(ann, ben), await send(ann, ben)];
    for (const one of [early, late, tooLate]) await act(ben, one, 'confirm', { verdict: 'lead', value: { amount: 500, currency: 'GBP' }, message: 'Thanks' });
    await act(ben, back, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need', message: 'Hm' });
    await act(ben, early, 'outcome', { outcome: 'working' });

    await moveTo(DAY);
    const amended = await act(ben, early, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_permission' });
    assert.deepEqual([amended.state, amended.verdict, amended.amended, amended.reason_code], ['confirmed', 'not_a_lead', true, 'no_permission']);
    assert.deepEqual([amended.confirmed_at, amended.updated_at], [at(0), at(DAY)]);
    for (const gone of ['value', 'message', 'outcome_at']) assert.equal(amended[gone], undefined, gone);
    assert.deepEqual(await read(early), { ...amended, box: 'sent' });
    assertProblem(await ben.post(`/v1/referrals/${early.id}/confirm`, { verdict: 'lead' }), 409, 'amend-closed');
    const forth = await act(ben, back, 'confirm', { verdict: 'lead' });
    assert.deepEqual([forth.verdict, forth.reason_code, forth.message, forth.amended], ['lead', undefined, undefined, true]);

    await moveTo(14 * DAY);
    assert.equal((await act(ben, late, 'confirm', { verdict: 'not_a_lead', message: 'No' })).amended, true);
    await moveTo(14 * DAY + 1);
    assertProblem(await ben.post(`/v1/referrals/${tooLate.id}/confirm`, { verdict: 'not_a_lead', message: 'No' }), 409, 'amend-closed');
    assert.equal((await act(ben, tooLate, 'outcome', { outcome: 'won' })).state, 'won');
});
