// SPDX-License-Identifier: GPL-3.0-or-later
// Sending a lead and reading it: PUT and GET /v1/referrals/{id}.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, collect, ids, lead, network, quiet, send } = require('./network.js');

let net, ann, ben, cy, eve;
before(async () => {
    net = await network(['ann', 'ben', 'cy', 'dan'], { strangers: ['eve'] });
    ({ ann, ben, cy, eve } = net);
});
after(() => net.stop());

const full = (to) => lead(to, {
    type: 'business_development',
    contact: { first_name: 'Priya', last_name: 'Bright', company_name: 'Bright & Co', email: 'priya@bright.example',
        phone_1: '+44 1632 960123', phone_2: '07700 900123', city: 'Leeds', postal_code: 'LS1 4AB', country_code: 'GB' },
    need: 'Meet about heating', comments: 'Ring in the morning.\nAsk for Priya.',
    permission: { given: true, method: 'written', at: '2026-01-02T03:04:05.678Z', channels: ['phone', 'email', 'sms', 'post'] },
    value: { amount: 1250, currency: 'GBP' },
});

/** The members of an input that must come back unchanged, under lead. */
function assertCarries(referral, input) {
    const { to, type, ...given } = input;
    assert.equal(referral.type, type);
    assert.equal(referral.to.account, to.account);
    for (const [name, value] of Object.entries(given)) assert.deepEqual(referral.lead[name], value, name);
}

test('R29 R35 R37 R45: a lead sent to a partner is there for both, whole, each seeing their own side', async () => {
    const id = uuid(), input = full(ben);
    const made = await ann.put(`/v1/referrals/${id}`, input);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers.etag, '"1"');
    assertCarries(made.body, input);
    assert.deepEqual([made.body.id, made.body.rev, made.body.box, made.body.state], [id, 1, 'sent', 'sent']);
    assert.deepEqual(made.body.from, { account: ann.account, name: 'ann' });
    assert.deepEqual(made.body.to, { account: ben.account, name: 'ben' });
    assert.equal(made.body.competing, false);
    assert.equal(made.body.amended, false);
    assert.equal(made.body.sent_at, made.body.created_at);
    assert.equal(made.body.sent_at, made.body.updated_at);
    for (const absent of ['verdict', 'picked_up_at', 'confirmed_at', 'outcome_at', 'withdrawn_at', 'copy_of', 'value'])
        assert.equal(made.body[absent], undefined, absent);
    const read = await ben.get(`/v1/referrals/${id}`);
    assert.equal(read.status, 200);
    assert.equal(read.headers.etag, '"1"');
    assert.deepEqual(read.body, { ...made.body, box: 'inbox' });
    assert.deepEqual((await ann.get(`/v1/referrals/${id}`)).body, made.body);
});

test('R35: both kinds of lead, and no other', async () => {
    for (const type of ['job', 'business_development']) assert.equal((await send(ann, ben, { type })).type, type);
    for (const type of ['desk', 'JOB', '', 1, null])
        assert.equal((await ann.put(`/v1/referrals/${uuid()}`, lead(ben, { type }))).status, 422, `type ${type}`);
});

test('R29: nobody can be sent a lead but a partner', async () => {
    const before = (await collect(ann, '/v1/referrals?box=sent')).length;
    assertProblem(await ann.put(`/v1/referrals/${uuid()}`, lead(eve)), 409, 'not-partners');
    assertProblem(await eve.put(`/v1/referrals/${uuid()}`, lead(ann)), 409, 'not-partners');
    assertProblem(await ann.put(`/v1/referrals/${uuid()}`, lead(uuid())), 409, 'not-partners');
    assert.equal((await collect(ann, '/v1/referrals?box=sent')).length, before);
    assert.equal((await collect(eve, '/v1/referrals')).length, 0);
});

test('R29: nobody sends a lead to themselves, or to several at once', async () => {
    const self = await ann.put(`/v1/referrals/${uuid()}`, lead(ann));
    assertProblem(self, 422, 'validation');
    assert.deepEqual(self.body.errors.map((e) => [e.pointer, e.code]), [['#/to/account', 'self']]);
    for (const to of [[{ account: ben.account }, { account: cy.account }], { account: [ben.account, cy.account] }, ben.account, null, {}])
        assert.equal((await ann.put(`/v1/referrals/${uuid()}`, lead(ben, { to }))).status, 422, JSON.stringify(to));
});

const long = (n) => 'x'.repeat(n);
const contact = (extra) => ({ contact: { phone_1: '01632 960123', ...extra } });
const permission = (extra) => ({ permission: { given: true, ...extra } });
const refusals = [
    ['#/to', 'required', { to: undefined }],
    ['#/type', 'required', { type: undefined }],
    ['#/type', 'not-one-of', { type: 'desk' }],
    ['#/need', 'required', { need: undefined }],
    ['#/need', 'required', { need: '' }],
    ['#/need', 'required', { need: '   ' }],
    ['#/need', 'too-long', { need: long(2001) }],
    ['#/need', 'text.invalid', { need: 'tap\nsink' }],
    ['#/need', 'text.invalid', { need: 'tap \u001b[31mred' }],
    ['#/comments', 'too-long', { comments: long(4001) }],
    ['#/comments', 'text.invalid', { comments: 'bell \u0007' }],
    ['#/contact', 'required', { contact: undefined }],
    ['#/contact/phone_1', 'required', { contact: { first_name: 'Priya' } }],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: '12345' })],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: 'call me' })],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: '01632+960123' })],
    ['#/contact/phone_2', 'phone.invalid', contact({ phone_2: '1' })],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: '06911 123456' })],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: '960123' })],
    ['#/contact/phone_1', 'phone.invalid', contact({ phone_1: '01632 9601234' })],
    ['#/contact/phone_2', 'phone.invalid', contact({ phone_2: '+999 123456789' })],
    ['#/contact/phone_2', 'phone.invalid', contact({ phone_2: '020 7946 0018', country_code: 'US' })],
    ['#/contact/email', 'email.invalid', contact({ email: 'nobody' })],
    ['#/contact/email', 'email.invalid', contact({ email: 'a@b.c' })],
    ['#/contact/email', 'email.invalid', contact({ email: `a@${long(64)}.example` })],
    ['#/contact/email', 'email.invalid', contact({ email: 'a@b' })],
    ['#/contact/email', 'text.invalid', contact({ email: 'a@b.example\r\nRCPT TO:<x@y.example>' })],
    ['#/contact/first_name', 'too-long', contact({ first_name: long(61) })],
    ['#/contact/last_name', 'too-long', contact({ last_name: long(61) })],
    ['#/contact/company_name', 'too-long', contact({ company_name: long(121) })],
    ['#/contact/city', 'too-long', contact({ city: long(81) })],
    ['#/contact/postal_code', 'too-long', contact({ postal_code: long(17) })],
    ['#/contact/country_code', 'too-long', contact({ country_code: 'GBR' })],
    ['#/contact/country_code', 'too-short', contact({ country_code: 'G' })],
    ['#/permission/given', 'required', { permission: undefined }],
    ['#/permission/given', 'required', permission({ given: false })],
    ['#/permission/method', 'not-one-of', permission({ method: 'guessed' })],
    ['#/permission/channels', 'not-one-of', permission({ channels: ['fax'] })],
    ['#/permission/at', null, permission({ at: 'yesterday' })],
    ['#/value', 'out-of-range', { value: { amount: -1, currency: 'GBP' } }],
    ['#/value', null, { value: { amount: 1.5, currency: 'GBP' } }],
    ['#/value', null, { value: { amount: 1, currency: 'pounds' } }],
    ['#/value', null, { value: 12 }],
    ['#/copy_of', 'not-found', { copy_of: uuid() }],
    ['#/copy_of', null, { copy_of: 'x' }],
    ['#/to/account', null, { to: { account: 'ben' } }],
    ['#/known_and_spoken', null, { known_and_spoken: 'yes' }],
];

for (const [pointer, code, extra] of refusals)
    test(`R42 R45 R46: refused, with ${pointer} named: ${JSON.stringify(extra).slice(0, 70)}`, async () => {
        const id = uuid();
        const answer = await ann.put(`/v1/referrals/${id}`, lead(ben, extra));
        assertProblem(answer, 422, 'validation');
        const found = answer.body.errors.find((e) => e.pointer.startsWith(pointer) && (!code || e.code === code));
        assert.ok(found, answer.text);
        assert.ok(found.detail, answer.text);
        assertProblem(await ann.get(`/v1/referrals/${id}`), 404, 'not-found');
    });

test('R46: a phone or an e-mail address is enough', async () => {
    for (const one of [{ phone_1: '01632 960123' }, { phone_2: '+44 (7700) 900-123' }, { phone_1: '020 7946 0018' }, { phone_1: '030 23125 123', country_code: 'DE' }, { email: 'p@bright.example' }])
        assert.deepEqual((await send(ann, ben, { contact: one })).lead.contact, one);
});

test('limits are in characters: what just fits is taken', async () => {
    const input = { need: '漢'.repeat(2000), comments: '🎈'.repeat(4000), contact: { phone_1: '01632 960123', first_name: 'é'.repeat(60),
        last_name: '王'.repeat(60), company_name: 'ü'.repeat(120), city: 'ß'.repeat(80), postal_code: 'X'.repeat(16), country_code: 'GB' } };
    const sent = await send(ann, ben, input);
    assert.deepEqual({ need: sent.lead.need, comments: sent.lead.comments, contact: sent.lead.contact }, input);
});

test('all that is wrong is told at once', async () => {
    const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(ben, { need: '', contact: { email: 'x' }, permission: { given: false } }));
    assertProblem(answer, 422, 'validation');
    const pointers = answer.body.errors.map((e) => e.pointer);
    assert.ok(pointers.includes('#/contact/email') && pointers.includes('#/need'), answer.text);
});

test('members that it does not know or that are not its own are refused by name', async () => {
    const unknown = [['#/state', { state: 'won' }], ['#/id', { id: uuid() }], ['#/from', { from: { account: ben.account } }],
        ['#/contact/nickname', contact({ nickname: 'P' })], ['#/verdict', { verdict: 'lead' }], ['#/competing', { competing: true }],
        ['#/permission/by', permission({ by: 'x' })]];
    for (const [pointer, extra] of unknown) {
        const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(ben, extra));
        assertProblem(answer, 422, 'unknown-field');
        assert.deepEqual(answer.body.errors.map((e) => e.pointer), [pointer]);
    }
});

test('the recipient is told by account alone: a name there is refused', async () => {
    const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(ben, { to: { account: ben.account, name: 'Somebody else' } }));
    assert.equal(answer.status, 422, answer.text);
});

test('create says so by If-None-Match, needs a key, a JSON body, and a body at all', async () => {
    const url = `/v1/referrals/${uuid()}`;
    assertProblem(await ann.put(url, lead(ben), { create: false }), 428, 'precondition-required');
    assertProblem(await ann.put(url, lead(ben), { headers: { 'If-None-Match': '"1"' }, create: false }), 400, 'malformed');
    assertProblem(await ann.request('PUT', url, lead(ben), { create: true }), 400, 'idempotency-key-missing');
    assertProblem(await ann.put(url, '{"to":', {}), 400, 'malformed-json');
    assertProblem(await ann.put(url, JSON.stringify(lead(ben)), { headers: { 'Content-Type': 'text/plain' } }), 415, 'unsupported-type');
    assert.equal((await ann.put(url, null)).status, 400);
    assert.equal((await ann.put(url, '[]')).status, 422);
    assertProblem(await ann.get(url), 404, 'not-found');
});

test('a create replayed with its key, or sent again with another, makes one referral', async () => {
    const id = uuid(), key = uuid(), input = full(ben);
    const first = await ann.put(`/v1/referrals/${id}`, input, { key });
    const replay = await ann.put(`/v1/referrals/${id}`, input, { key });
    assert.equal(replay.status, 201);
    assert.equal(replay.headers['idempotency-replayed'], 'true');
    assert.equal(replay.headers.etag, first.headers.etag);
    assert.deepEqual(replay.body, quiet(first.body));
    const again = await ann.put(`/v1/referrals/${id}`, input);
    assert.equal(again.status, 200, again.text);
    assert.equal(again.headers['idempotency-replayed'], undefined);
    assert.deepEqual(again.body, first.body);
    assertProblem(await ann.put(`/v1/referrals/${id}`, lead(ben), { key }), 422, 'idempotency-key-reused');
    assert.equal((await collect(ben, '/v1/referrals?box=inbox')).filter((r) => r.id === id).length, 1);
});

test('an id that is taken is refused, with the object when it is the caller\'s', async () => {
    const sent = await send(ann, ben);
    const other = await ann.put(`/v1/referrals/${sent.id}`, lead(ben, { need: 'Something else' }));
    assertProblem(other, 412, 'precondition-failed');
    assert.deepEqual(other.body.current, sent);
    const recipient = await ben.put(`/v1/referrals/${sent.id}`, lead(ann));
    assertProblem(recipient, 412, 'precondition-failed');
    assert.equal(recipient.body.current.box, 'inbox');
    const third = await cy.put(`/v1/referrals/${sent.id}`, lead(ben));
    assertProblem(third, 412, 'precondition-failed');
    assert.equal(third.body.current, undefined);
    assert.ok(!third.text.includes('Priya'));
    assert.deepEqual((await ann.get(`/v1/referrals/${sent.id}`)).body, sent);
});

test('a repeated create is the same after the recipient has acted', async () => {
    const sent = await send(ann, ben);
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    const again = await ann.put(`/v1/referrals/${sent.id}`, lead(ben));
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.state, 'confirmed');
    assert.equal(again.headers.etag, `"${again.body.rev}"`);
});

test('another user\'s referral is not there, for every method and verb', async () => {
    const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}`;
    for (const stranger of [cy, eve]) {
        const answers = [await stranger.get(url), await stranger.post(`${url}/pick-up`), await stranger.post(`${url}/confirm`, { verdict: 'lead' }),
            await stranger.post(`${url}/outcome`, { outcome: 'won' }), await stranger.post(`${url}/withdraw`), await stranger.get(`${url}/notes`),
            await stranger.put(`${url}/notes/${uuid()}`, { text: 'mine' }), await stranger.get(`${url}/notes/${uuid()}`),
            await stranger.post(`${url}/pick-up`, null, { rev: 1 })];
        for (const answer of answers) {
            assertProblem(answer, 404, 'not-found');
            assert.ok(!answer.text.includes('Priya') && !answer.text.includes('ben'), answer.text);
        }
    }
    assert.deepEqual((await ann.get(url)).body, sent);
});

test('without a token nothing is there to be learned', async () => {
    const sent = await send(ann, ben);
    for (const url of ['/v1/referrals', `/v1/referrals/${sent.id}`, `/v1/referrals/${uuid()}`, `/v1/referrals/${sent.id}/notes`, '/v1/partners', '/v1/changes'])
        assertProblem(await net.api.get(url), 401, 'unauthorized');
    assertProblem(await net.api.put(`/v1/referrals/${uuid()}`, lead(ben)), 401, 'unauthorized');
});

test('addresses that are no addresses', async () => {
    for (const url of ['/v1/referrals/1', `/v1/referrals/${uuid()}x`, `/v1/referrals/${uuid()}/confirmed`, '/v1/referrals/'])
        assertProblem(await ann.get(url), 404, 'not-found');
    for (const [method, url] of [['DELETE', `/v1/referrals/${uuid()}`], ['PATCH', `/v1/referrals/${uuid()}`], ['POST', '/v1/referrals'], ['GET', `/v1/referrals/${uuid()}/confirm`]])
        assertProblem(await ann.request(method, url), 405, 'method-not-allowed');
});

test('hostile text comes back as it was sent', async () => {
    const hostile = ['\u202edtL knaB\u202c', '"; DROP TABLE lead; --', '<script>alert(1)</script>', '%s%n%x', '\\u0000 \\n', '=cmd()|\'/C calc\'!A0',
        'e\u0301\u0301\u0301', '👩‍👩‍👧‍👦', '\ufeffBOM', 'שלום', '{"a":1}', '\u200b zero', '\u{e0041}tag', '/etc/passwd', '$1 $2', '\u2028'];
    for (const text of hostile) {
        const input = { contact: { first_name: text, phone_1: '01632 960123' }, need: `need ${text}`, comments: `${text}\n${text}` };
        const sent = await send(ann, ben, input);
        const read = (await ben.get(`/v1/referrals/${sent.id}`)).body;
        assert.deepEqual({ contact: read.lead.contact, need: read.lead.need, comments: read.lead.comments }, input);
    }
    for (const raw of ['"need":"a\\u0000b"', '"need":"\\ud800"'])
        assert.equal((await ann.put(`/v1/referrals/${uuid()}`, JSON.stringify(lead(ben)).replace(/"need":"[^"]*"/, raw))).status, 400);
});

/* ---- the same lead to a second partner */

test('R30 R31: the same lead goes to a second partner by a second submission, and both are told that they compete', async () => {
    const first = await send(ann, ben);
    assert.equal(first.competing, false);
    const second = await send(ann, cy, { copy_of: first.id });
    assert.equal(second.competing, true);
    assert.equal(second.copy_of, first.id);
    const original = (await ben.get(`/v1/referrals/${first.id}`)).body;
    assert.equal(original.competing, true);
    assert.equal(original.rev, 2);
    assert.equal(original.copy_of, undefined);
    assert.equal((await cy.get(`/v1/referrals/${second.id}`)).body.competing, true);
    assertProblem(await ben.get(`/v1/referrals/${second.id}`), 404, 'not-found');
});

test('R30: a copy of a copy belongs to the first', async () => {
    const first = await send(ann, ben), second = await send(ann, cy, { copy_of: first.id });
    const third = await send(ann, net.dan, { copy_of: second.id });
    assert.equal(third.copy_of, first.id);
    const again = await ann.put(`/v1/referrals/${third.id}`, lead(net.dan, { copy_of: second.id }));
    assert.equal(again.status, 200, again.text);
    assert.equal((await cy.get(`/v1/referrals/${second.id}`)).body.rev, 1);
});

test('R29 R30: one partner gets the same lead once', async () => {
    const first = await send(ann, ben), second = await send(ann, cy, { copy_of: first.id });
    for (const [to, of] of [[ben, first], [cy, first], [cy, second]]) {
        const twice = await ann.put(`/v1/referrals/${uuid()}`, lead(to, { copy_of: of.id }));
        assertProblem(twice, 422, 'validation');
        assert.deepEqual(twice.body.errors.map((e) => [e.pointer, e.code]), [['#/to/account', 'duplicate']]);
    }
});

test('R30: a copy is of one\'s own lead, not of one that was received or is foreign', async () => {
    const received = await send(ben, ann), foreign = await send(ben, cy);
    for (const of of [received, foreign]) {
        const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(net.dan, { copy_of: of.id }));
        assertProblem(answer, 422, 'validation');
        assert.equal(answer.body.errors[0].pointer, '#/copy_of');
    }
});

test('R31: when only one recipient is left nobody competes any more, and the partner may get it again', async () => {
    const first = await send(ann, ben), second = await send(ann, cy, { copy_of: first.id });
    assert.equal((await act(ann, second, 'withdraw')).competing, false);
    assert.equal((await ben.get(`/v1/referrals/${first.id}`)).body.competing, false);
    const again = await send(ann, cy, { copy_of: first.id });
    assert.equal(again.competing, true);
    assert.equal((await ben.get(`/v1/referrals/${first.id}`)).body.competing, true);
    await act(ann, first, 'withdraw');
    assert.equal((await cy.get(`/v1/referrals/${again.id}`)).body.competing, false);
    const third = await send(ann, net.dan, { copy_of: again.id });
    assert.deepEqual([third.competing, third.copy_of], [true, first.id]);
});

test('R30: what was withdrawn is not copied, and by nobody', async () => {
    const first = await send(ann, ben);
    await act(ann, first, 'withdraw');
    const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(cy, { copy_of: first.id }));
    assertProblem(answer, 422, 'validation');
    assert.deepEqual(answer.body.errors.map((e) => [e.pointer, e.code]), [['#/copy_of', 'withdrawn']]);
});

test('R31: of many copies sent at one moment every one knows, and no partner has two', async () => {
    const first = await send(ann, ben);
    const tries = [ben, ben, cy, cy, net.dan, net.dan].map((to) => ann.put(`/v1/referrals/${uuid()}`, lead(to, { copy_of: first.id })));
    const answers = await Promise.all(tries);
    const made = answers.filter((a) => a.status === 201);
    assert.equal(made.length, 2, answers.map((a) => a.text).join('\n'));
    for (const { id } of [first, ...made.map((answer) => answer.body)]) assert.equal((await ann.get(`/v1/referrals/${id}`)).body.competing, true);
});

test('R31: of two withdrawn at one moment the third knows that it is alone', async () => {
    for (let round = 0; round < 5; round++) {
        const first = await send(ann, ben), second = await send(ann, cy, { copy_of: first.id });
        const third = await send(ann, net.dan, { copy_of: first.id });
        await Promise.all([act(ann, first, 'withdraw'), act(ann, second, 'withdraw')]);
        assert.equal((await net.dan.get(`/v1/referrals/${third.id}`)).body.competing, false);
    }
});

test('one id sent at one moment with many keys is one referral', async () => {
    const id = uuid();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ann.put(`/v1/referrals/${id}`, lead(ben))));
    assert.equal(answers.filter((a) => a.status === 201).length, 1);
    for (const answer of answers) assert.ok([200, 201, 412].includes(answer.status), answer.text);
    assert.equal(ids(await collect(ben, '/v1/referrals?box=inbox')).filter((found) => found === id).length, 1);
});
