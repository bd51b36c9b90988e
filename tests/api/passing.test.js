// SPDX-License-Identifier: GPL-3.0-or-later
// Passing a lead on: to somebody outside, what a permission says, what a sender is warned of, reminding.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, collect, lead, network, send, sql } = require('./network.js');
const { Copy } = require('./copy.js');

const DAY = 24 * 60 * 60 * 1000;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const at = (ms) => new Date(NOON + ms).toISOString();

let net, ann, ben, cy, eve, now;
before(async () => {
    net = await network(['ann', 'ben', 'cy', 'dan'], { strangers: ['eve'], env: { LEADLINE_NOW: at(0) } });
    now = 0;
    open();
});
after(() => net.stop());

function open() {
    ({ ann, ben, cy, eve } = net);
}

/** The server again, at another time. */
async function travel(ms) {
    now = ms;
    net.api.options.env.LEADLINE_NOW = at(ms);
    await net.api.restart();
    await net.login();
    open();
}

const ola = { outside: { name: 'Ola Nordmann', email: 'ola@elektro.example' } };
const errors = (answer) => answer.body.errors.map((e) => [e.pointer, e.code]);
let phones = 0;
/* A number that nothing else here has. */
const contact = () => ({ first_name: 'Priya', phone_1: `01632 ${960000 + ++phones}` });

/* ---- R116: outside the network */

test('R116: a lead goes to somebody outside, whose name and address only the sender sees', async () => {
    const sent = await send(ann, null, { to: ola });
    assert.deepEqual(sent.to, { name: 'Ola Nordmann' });
    assert.equal(sent.to_email, 'ola@elektro.example');
    assert.deepEqual([sent.box, sent.state, sent.competing], ['sent', 'sent', false]);
    assert.deepEqual((await ann.get(`/v1/referrals/${sent.id}`)).body, sent);
    assert.deepEqual((await collect(ann, '/v1/referrals?box=sent')).find((r) => r.id === sent.id), sent);
    assert.deepEqual((await collect(ann, '/v1/referrals?q=elektro')).map((r) => r.id), [sent.id]);
    for (const other of [ben, eve]) assertProblem(await other.get(`/v1/referrals/${sent.id}`), 404, 'not-found');
});

test('R116: the change feed tells the sender of it, and nobody else', async () => {
    const mine = new Copy(ann), theirs = new Copy(ben);
    await mine.sync();
    await theirs.sync();
    const sent = await send(ann, null, { to: ola });
    assert.deepEqual((await mine.sync()).map((o) => o.data), [sent]);
    assert.deepEqual(await theirs.sync(), []);
    await act(ann, sent, 'withdraw');
    assert.deepEqual((await mine.sync()).map((o) => o.data.state), ['withdrawn']);
});

test('R116: whoever has no partner can send outside', async () => {
    const sent = await send(eve, null, { to: ola });
    assert.equal(sent.to.name, 'Ola Nordmann');
});

test('R29 R116: a partner or somebody outside, never both, never neither', async () => {
    const refused = [
        [{ account: ben.account, outside: ola.outside }, [['#/to/outside', 'not-allowed']]],
        [{ outside: { name: 'Ola' } }, [['#/to/outside/email', 'required']]],
        [{ outside: { email: 'ola@elektro.example' } }, [['#/to/outside/name', 'required']]],
        [{ outside: { name: 'Ola', email: 'elektro.example' } }, [['#/to/outside/email', 'email.invalid']]],
        [{ outside: {} }, [['#/to/account', 'required']]],
        [{}, [['#/to/account', 'required']]],
    ];
    for (const [to, expected] of refused) {
        const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(null, { to }));
        assertProblem(answer, 422, 'validation');
        assert.deepEqual(errors(answer), expected, JSON.stringify(to));
    }
});

test('R116: the same request again is the same lead; another address is another lead', async () => {
    const id = uuid(), input = lead(null, { to: ola });
    assert.equal((await ann.put(`/v1/referrals/${id}`, input)).status, 201);
    assert.equal((await ann.put(`/v1/referrals/${id}`, input)).status, 200);
    const other = lead(null, { to: { outside: { ...ola.outside, email: 'ole@elektro.example' } } });
    assertProblem(await ann.put(`/v1/referrals/${id}`, other), 412, 'precondition-failed');
});

test('R26 R116: it is no partner\'s give and take', async () => {
    const before = (await ann.get('/v1/partners')).body;
    await send(ann, null, { to: ola });
    assert.deepEqual((await ann.get('/v1/partners')).body, before);
});

test('R30 R31 R116: a partner and somebody outside compete, and each gets a lead once', async () => {
    const first = await send(ann, ben, { contact: contact() });
    const second = await send(ann, null, { to: ola, copy_of: first.id });
    assert.equal(second.competing, true);
    assert.equal((await ben.get(`/v1/referrals/${first.id}`)).body.competing, true);
    const twice = await ann.put(`/v1/referrals/${uuid()}`, lead(null, { to: { outside: { name: 'O', email: 'OLA@elektro.example' } }, copy_of: first.id }));
    assertProblem(twice, 422, 'validation');
    assert.deepEqual(errors(twice), [['#/to/outside/email', 'duplicate']]);
    await act(ann, second, 'withdraw');
    assert.equal((await ben.get(`/v1/referrals/${first.id}`)).body.competing, false);
});

/* ---- R45: the permission */

test('R45: how, when, by which ways and in which words they agreed is kept, and the recipient reads it', async () => {
    const permission = { given: true, method: 'written', at: '2026-03-01T09:30:00.000Z', channels: ['phone', 'sms'],
        wording: 'Yes, he may ring me after six.\nNot on Sundays.' };
    const sent = await send(ann, ben, { permission, contact: contact() });
    assert.deepEqual((await ben.get(`/v1/referrals/${sent.id}`)).body.lead.permission, permission);
    const long = await ann.put(`/v1/referrals/${uuid()}`, lead(ben, { permission: { given: true, wording: 'x'.repeat(1001) } }));
    assertProblem(long, 422, 'validation');
    assert.deepEqual(errors(long), [['#/permission/wording', 'too-long']]);
});

/* ---- warnings */

test('R36 R42: that the sender did not speak to them is a warning, not a refusal, and the recipient sees it', async () => {
    const sent = await send(ann, ben, { known_and_spoken: false, contact: contact() });
    assert.deepEqual(sent.warnings, [{ code: 'not_spoken' }]);
    const seen = (await ben.get(`/v1/referrals/${sent.id}`)).body;
    assert.equal(seen.lead.known_and_spoken, false);
    assert.equal(seen.warnings, undefined);
    assert.equal((await send(ann, ben, { contact: contact() })).warnings, undefined);
});

const spellings = [
    [{ phone_1: '+44 1632 960500' }, { phone_1: '+44-(1632)-960500' }, 'a number in another spelling'],
    [{ phone_1: '+44 1632 960501' }, { phone_2: '+441632960501' }, 'a number in the other place'],
    [{ phone_1: '01632 960502' }, { phone_1: '+44 1632 960502' }, 'a number with the code of its country'],
    [{ phone_1: '020 7946 0018' }, { phone_2: '+44 (0)20 7946 0018', country_code: 'US' }, 'a number that is not of fiction'],
    [{ email: 'Priya@Bright.example' }, { email: 'priya@bright.EXAMPLE' }, 'an address in other letters'],
];
for (const [first, second, what] of spellings)
    test(`a duplicate is told to the sender, linked, and sent: ${what}`, async () => {
        const earlier = await send(ann, ben, { contact: { first_name: 'Priya', last_name: 'Bright', ...first } });
        const again = await send(ann, ben, { contact: second });
        assert.deepEqual(again.warnings, [{ code: 'duplicate', referral: earlier.id, sent_at: earlier.sent_at, contact: 'Priya Bright' }]);
        assert.equal((await ben.get(`/v1/referrals/${again.id}`)).status, 200);
    });

test('a duplicate is of one recipient, one sender, and not of what was withdrawn', async () => {
    const same = contact(), earlier = await send(ann, ben, { contact: same });
    assert.equal((await send(ann, cy, { contact: same })).warnings, undefined);
    assert.equal((await send(cy, ben, { contact: same })).warnings, undefined);
    assert.deepEqual((await send(ann, ben, { contact: same })).warnings.map((w) => w.referral), [earlier.id]);
    const taken = await send(ann, net.dan, { contact: same });
    await act(ann, taken, 'withdraw');
    assert.equal((await send(ann, net.dan, { contact: same })).warnings, undefined);
});

test('R116: a duplicate outside is known by the address it went to', async () => {
    const same = contact(), earlier = await send(ann, null, { to: ola, contact: same });
    const again = await send(ann, null, { to: { outside: { name: 'Ola N.', email: 'OLA@Elektro.example' } }, contact: same });
    assert.deepEqual(again.warnings.map((w) => w.referral), [earlier.id]);
});

test('the form asks before it sends: only what the asker sent is ever told', async () => {
    const same = { phone_1: '+44 1632 960777', email: 'q@bright.example' };
    const ask = async (who, query) => (await who.get(`/v1/referrals/duplicates?${query}`)).body.items;
    const earlier = await send(ann, ben, { contact: same });
    const found = [{ code: 'duplicate', referral: earlier.id, sent_at: earlier.sent_at, contact: 'q@bright.example' }];
    assert.deepEqual(await ask(ann, `to=${ben.account}&phone=%2B441632960777`), found);
    assert.deepEqual(await ask(ann, `to=${ben.account}&phone_2=%2B44+1632+960777`), found);
    assert.deepEqual(await ask(ann, `to=${ben.account}&email=Q@bright.example`), found);
    for (const [who, query] of [[cy, `to=${ben.account}&email=q@bright.example`], [ben, `to=${ben.account}&email=q@bright.example`],
        [eve, `to=${ben.account}&phone=%2B441632960777`], [ann, `to=${cy.account}&email=q@bright.example`],
        [ann, `to=${ben.account}`], [ann, `to=${ben.account}&email=&phone=`], [ann, 'to=ben@x.example&email=q@bright.example']])
        assert.deepEqual(await ask(who, query), [], query);
    const nobody = await ann.get('/v1/referrals/duplicates?email=q@bright.example');
    assertProblem(nobody, 422, 'validation');
    assert.deepEqual(errors(nobody), [['#/to', 'required']]);
});

test('a repeated request is told no warning: it is the one before', async () => {
    const same = contact(), id = uuid(), key = uuid();
    await send(ann, ben, { contact: same });
    const first = await ann.put(`/v1/referrals/${id}`, lead(ben, { contact: same }), { key });
    assert.equal(first.body.warnings.length, 1);
    const again = await ann.put(`/v1/referrals/${id}`, lead(ben, { contact: same }), { key });
    const { warnings, ...rest } = first.body;
    assert.deepEqual(again.body, rest);
});

/* ---- time: reminders, and when a duplicate is none */

test('a sender reminds once a day, the recipient sees it, and nobody else can', async () => {
    const sent = await send(ann, ben, { contact: contact() }), url = `/v1/referrals/${sent.id}/remind`;
    assertProblem(await ben.post(url), 403, 'forbidden');
    assertProblem(await eve.post(url), 404, 'not-found');
    const reminded = await act(ann, sent, 'remind');
    assert.deepEqual([reminded.reminded_at, reminded.rev, reminded.state], [at(now), 2, 'sent']);
    assert.equal((await ben.get(`/v1/referrals/${sent.id}`)).body.reminded_at, at(now));
    assertProblem(await ann.post(url), 409, 'referral-state');
    await travel(DAY - 1);
    assertProblem(await ann.post(url), 409, 'referral-state');
    await travel(DAY);
    assert.equal((await act(ann, sent, 'remind')).reminded_at, at(DAY));
    await act(ben, sent, 'confirm', { verdict: 'lead' });
    await travel(3 * DAY);
    assertProblem(await ann.post(url), 409, 'referral-state');
});

test('after 90 days the same contact is news again', async () => {
    const same = contact(), earlier = await send(ann, ben, { contact: same }), sent = now;
    await travel(sent + 90 * DAY);
    assert.deepEqual((await send(ann, ben, { contact: same })).warnings.map((w) => w.referral), [earlier.id]);
    await travel(sent + 180 * DAY + 1);
    assert.equal((await send(ann, ben, { contact: same })).warnings, undefined);
});

/* ---- the checks of a slip: every one of them, whatever the others say */

test('R29 R45 R46: all that keeps a lead back is told at once: recipient, contact, permission, copy', async () => {
    const theirs = await send(ben, cy, { contact: contact() });
    const answer = await ann.put(`/v1/referrals/${uuid()}`, lead(eve, { contact: { phone_1: '06911 123456', phone_2: '960123' }, permission: { given: false }, copy_of: theirs.id }));
    assertProblem(answer, 422, 'validation');
    assert.deepEqual(errors(answer).sort(), [['#/contact/phone_1', 'phone.invalid'], ['#/contact/phone_2', 'phone.invalid'], ['#/copy_of', 'not-found'],
        ['#/permission/given', 'required'], ['#/to/account', 'not-partners']]);
    for (const error of answer.body.errors) assert.ok(error.detail.length > 10, JSON.stringify(error));
});

const checks = [
    ['self', () => lead(ann), [['#/to/account', 'self']]],
    ['contact', () => lead(ben, { contact: { first_name: 'Priya' } }), [['#/contact/phone_1', 'required']]],
    ['permission', () => lead(ben, { permission: { given: false } }), [['#/permission/given', 'required']]],
    ['R43 need', () => lead(ben, { need: '' }), [['#/need', 'required']]],
];
for (const [name, body, expected] of checks)
    test(`a slip is kept back by one check alone: ${name}`, async () => {
        const answer = await ann.put(`/v1/referrals/${uuid()}`, body());
        assertProblem(answer, 422, 'validation');
        assert.deepEqual(errors(answer), expected);
    });

test('a slip is kept back by one check alone: connected, and live', async () => {
    assertProblem(await ann.put(`/v1/referrals/${uuid()}`, lead(eve)), 409, 'not-partners');
    await net.api.restart(() => sql(net.api.database, "UPDATE account SET state = 2 WHERE name = 'dan';"));
    assertProblem(await ann.put(`/v1/referrals/${uuid()}`, lead(net.dan)), 409, 'not-partners');
    await net.api.restart(() => sql(net.api.database, "UPDATE account SET state = 1 WHERE name = 'dan';"));
    await send(ann, net.dan, { contact: contact() });
});

test('R116: the address of a partner, or one\'s own, is no recipient outside; whose account another one is stays unknown', async () => {
    const to = (email) => ann.put(`/v1/referrals/${uuid()}`, lead(null, { to: { outside: { name: 'X', email } }, contact: contact() }));
    for (const [email, code] of [['BEN@x.example', 'partner'], ['ann@x.example', 'self']]) {
        const answer = await to(email);
        assertProblem(answer, 422, 'validation');
        assert.deepEqual(errors(answer), [['#/to/outside/email', code]]);
    }
    const [known, unknown] = [await to('eve@x.example'), await to('nobody@x.example')];
    assert.deepEqual([known.status, unknown.status], [201, 201]);
    assert.deepEqual(Object.keys(known.body).sort(), Object.keys(unknown.body).sort());
});

/* ---- two recipients */

test('R121 R31: a lead handed to two is two leads that compete, both given, each with its own verdict', async () => {
    const gave = async () => (await ann.get('/v1/partners')).body.items.reduce((n, p) => n + p.gave, 0);
    const before = await gave(), same = contact();
    const first = await send(ann, ben, { contact: same }), second = await send(ann, cy, { contact: same, copy_of: first.id });
    assert.equal(await gave(), before + 2);
    await act(ben, first, 'confirm', { verdict: 'lead' });
    await act(cy, second, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    const seen = await Promise.all([first, second].map(async (r) => (await ann.get(`/v1/referrals/${r.id}`)).body));
    assert.deepEqual(seen.map((r) => [r.verdict, r.competing]), [['lead', true], ['not_a_lead', true]]);
    for (const [who, r] of [[ben, second], [cy, first]]) assertProblem(await who.get(`/v1/referrals/${r.id}`), 404, 'not-found');
});

/* ---- what a lead is, to whoever gets it */

test('R44 R50: what a member calls a lead, and whom they would like to meet, is read by their partners before they send', async () => {
    const rev = (await ben.get('/v1/me')).body.account.rev;
    const profile = { qualifies: 'Houses, not flats; this year', ideal_partner: 'Estate agents in York' };
    const changed = await ben.patch('/v1/me', { profile }, { rev });
    assert.equal(changed.status, 200, changed.text);
    const read = (await ann.get('/v1/partners')).body.items.find((p) => p.account === ben.account).profile;
    assert.deepEqual([read.qualifies, read.ideal_partner], [profile.qualifies, profile.ideal_partner]);
    const sent = await send(ann, ben, { type: 'business_development', need: 'An estate agent who would like to meet you', contact: contact() });
    assert.equal((await act(ben, sent, 'confirm', { verdict: 'lead' })).verdict, 'lead');
});

test('R36 R48: there is no ground for "not a lead" in that they chose somebody else', async () => {
    const sent = await send(ann, ben, { contact: contact() });
    for (const reason_code of ['chose_other', 'lost', 'too_late'])
        assertProblem(await ben.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'not_a_lead', reason_code }), 422, 'validation');
});

test('R116: 30 leads a day go outside, and as many the next day', async () => {
    for (let i = 0; i < 30; i++) await send(cy, null, { to: ola });
    assertProblem(await cy.put(`/v1/referrals/${uuid()}`, lead(null, { to: ola })), 409, 'too-soon');
    await travel(now + DAY + 1000);
    await send(cy, null, { to: ola });
});
