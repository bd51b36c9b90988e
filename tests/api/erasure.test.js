// SPDX-License-Identifier: GPL-3.0-or-later
// DELETE /v1/me (R2, R3, D5): a person with a name, a phone and an address that nothing else has uses everything, and is deleted; then
// the files of the database are searched for them, byte by byte.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, PASSWORD, assertProblem, uuid } = require('./harness.js');
const { Copy, assertComplete } = require('./copy.js');
const { group, join, must, officersOf, people } = require('./groups.js');
const { enter, meeting, metOn } = require('./meetings.js');
const { act, collect, network, send } = require('./network.js');
const { mailsTo, scrubbedDatabase } = require('./raw.js');
const { codeOf } = require('./totp.js');

const NAME = 'Zebulon Quartermaine';
const PHONE = '07700 900987';
const WORDS = ['zebulon', 'quartermaine', '900987'];
const EMAIL = 'zebulonq@x.example';

const remove = (caller, body, options) => caller.write('DELETE', '/v1/me', body, options);
const goodbye = (caller, more = {}) => remove(caller, { confirm: EMAIL, password: PASSWORD, ...more });

/** No file of the database, in whatever spelling, has any of these words. */
function assertGone(server, words = WORDS) {
    const text = scrubbedDatabase(server).toString('latin1').toLowerCase();
    for (const word of words) {
        const at = text.indexOf(word);
        assert.equal(at, -1, `${word} in ${JSON.stringify(text.slice(Math.max(0, at - 80), at + 80))}`);
    }
}

let net, zeb, ben, cy;
before(async () => {
    net = await network(['zebulonq', 'ben', 'cy'], { strangers: ['eve'] });
    ({ zebulonq: zeb, ben, cy } = net);
});
after(() => net.stop());

/** All that a member can leave behind; answers the leads. */
async function live() {
    const me = await zeb.get('/v1/me');
    const patched = await zeb.patch('/v1/me', { name: NAME, company_name: `${NAME} & Sons`, business_type: 'plumber',
        profile: { headline: `${NAME} mends it`, about: `Call ${PHONE}`, specialities: ['Quartermaine boilers'], areas: ['Quartermaineshire'] } }, { rev: me.body.account.rev });
    assert.equal(patched.status, 200, patched.text);
    const given = await send(zeb, ben, { comments: `Say hello from ${NAME}, ${PHONE}`, need: `A boiler, says ${NAME}` });
    const thanked = await send(zeb, ben, { need: 'Roof' });
    await act(ben, thanked, 'confirm', { verdict: 'lead', message: `Thank you ${NAME}!` });
    const received = await send(ben, zeb, { need: 'Tap', contact: { first_name: 'Tina', last_name: 'Tapper', phone_1: '01632 960111' } });
    await act(zeb, received, 'confirm', { verdict: 'not_a_lead', message: `No. ${NAME}, ${PHONE}` });
    await act(zeb, await send(cy, zeb, { need: 'Sink' }), 'confirm', { verdict: 'lead' });
    const about = await send(ben, cy, { need: 'Wants a roof', contact: { first_name: 'Zebulon', last_name: 'Quartermaine', email: EMAIL, phone_1: PHONE } });
    await zeb.put(`/v1/referrals/${given.id}/notes/${uuid()}`, { text: `note of ${NAME}` });
    const outside = await zeb.put(`/v1/referrals/${uuid()}`, { type: 'job', to: { outside: { name: 'Olga Outside', email: 'olga@outside.example' } }, contact: { first_name: 'Quentin', last_name: 'Quiet', phone_1: '01632 960122' },
        need: 'Secret garden', comments: `From ${NAME}`, known_and_spoken: true, permission: { given: true, method: 'spoken', channels: ['phone'] } });
    assert.equal(outside.status, 201, outside.text);
    const begun = await zeb.post('/v1/me/totp', { password: PASSWORD });
    const codes = await zeb.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret) });
    assert.equal((await zeb.get('/v1/me/export')).status, 200);
    await net.api.request('POST', '/v1/password-reset', { email: EMAIL });
    await zeb.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: false }] }, { create: false });
    const grant = (await net.api.form('/oauth/device_authorization', { client_id: 'leadline' })).body;
    await net.api.form('/device', { user_code: grant.user_code, email: EMAIL, password: PASSWORD, totp: codes.body.recovery_codes[0], decision: 'allow' });
    assertProblem(await zeb.patch('/v1/me', { name: 'X' }, { rev: 1 }), 412, 'precondition-failed'); /* kept with its key */
    return { given, thanked, received, about, outside: outside.body, recovery: codes.body.recovery_codes };
}

test('R2: deleting asks for the address, the password and, if wanted, a one-time code', async () => {
    const dora = await net.api.user('dora@x.example');
    assertProblem(await net.api.write('DELETE', '/v1/me', { confirm: 'dora@x.example', password: PASSWORD }), 401, 'unauthorized');
    const wrong = await remove(dora, { confirm: 'somebody@x.example', password: PASSWORD });
    assertProblem(wrong, 422, 'validation');
    assert.equal(wrong.body.errors[0].pointer, '#/confirm');
    assertProblem(await remove(dora, { password: PASSWORD }), 422, 'validation');
    assertProblem(await remove(dora, { confirm: 'dora@x.example', password: 'not the password' }), 403, 'wrong-password');
    const begun = await dora.post('/v1/me/totp', { password: PASSWORD });
    const { recovery_codes: codes } = (await dora.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret) })).body;
    assertProblem(await remove(dora, { confirm: 'dora@x.example', password: PASSWORD }), 401, 'totp-required');
    assertProblem(await remove(dora, { confirm: 'dora@x.example', password: PASSWORD, totp: 'aaaa-aaaa-aaaa-aaaa' }), 401, 'totp-wrong');
    assert.equal((await dora.get('/v1/me')).status, 200);
    const gone = await remove(dora, { confirm: ' Dora@X.example', password: PASSWORD, totp: codes[0] });
    assert.equal(gone.status, 204, gone.text);
    assertProblem(await dora.get('/v1/me'), 401, 'unauthorized');
});

test('R3: all that is personal is gone at once, from every table and file; figures stay under a pseudonym', async () => {
    const leads = await live();
    const copies = { ben: new Copy(ben), cy: new Copy(cy) };
    for (const copy of Object.values(copies)) await copy.sync();
    const report = async (caller) => (await caller.get('/v1/reports/give-take?from=2020-01-01&to=2099-01-01')).body;
    const figures = (body) => JSON.stringify(body.rows ?? body, (key, value) => (typeof value === 'string' ? undefined : value));
    const before = { ben: await report(ben), cy: await report(cy) };
    const stream = await zeb.events();
    await stream.next();

    const gone = await goodbye(zeb, { totp: leads.recovery[1] });
    assert.equal(gone.status, 204, gone.text);
    assert.equal(gone.text, '');
    assertGone(net.api);

    while (await stream.next()) assert.ok(true);
    assert.ok(stream.ended);
    assertProblem(await zeb.get('/v1/me'), 401, 'unauthorized');
    assert.equal((await net.api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: zeb.refresh })).status, 400);
    assertProblem(await net.api.request('POST', '/v1/login', { email: EMAIL, password: PASSWORD }), 401, 'bad-credentials');

    /* What was passed on stays with who got it, without the giver. */
    const kept = (await ben.get(`/v1/referrals/${leads.given.id}`)).body;
    assert.match(kept.from.name, /^Former member [0-9A-F]{4}$/);
    assert.equal(kept.from.company_name, undefined);
    assert.equal(kept.lead.contact.first_name, 'Priya');
    assert.equal(kept.lead.contact.phone_1, '01632 960123');
    assert.equal(kept.lead.need, `A boiler, says ${kept.from.name}`);
    assert.equal(kept.lead.comments, undefined);
    assert.equal((await ben.get(`/v1/referrals/${leads.thanked.id}`)).body.message, `Thank you ${kept.from.name}!`);
    /* What was given stays with who gave it; the words of who is gone do not. */
    const received = (await ben.get(`/v1/referrals/${leads.received.id}`)).body;
    assert.equal(received.to.name, kept.from.name);
    assert.equal(received.lead.contact.first_name, 'Tina');
    assert.equal(received.message, undefined);
    assert.equal(received.verdict, 'not_a_lead');
    assert.equal(received.reason_code, 'other');
    /* A lead about who is gone has no contact any more. */
    assert.equal((await cy.get(`/v1/referrals/${leads.about.id}`)).body.lead.contact?.first_name, undefined);
    assert.ok(!(await collect(ben, '/v1/partners')).some((partner) => partner.account === zeb.account));

    /* Clients drop it at their next sync. */
    for (const copy of Object.values(copies)) {
        const told = await copy.sync();
        assert.ok(told.some(({ type, id, op }) => type === 'partner' && id === zeb.account && op === 'delete'));
        const text = JSON.stringify([...copy.objects]).toLowerCase();
        for (const word of WORDS) assert.ok(!text.includes(word), word);
        await assertComplete(copy);
    }
    for (const [name, caller] of [['ben', ben], ['cy', cy]]) {
        const after = await report(caller);
        assert.equal(figures(after), figures(before[name]), name);
        assert.ok(!JSON.stringify(after).toLowerCase().includes('zebulon'));
    }
    assert.deepEqual((await ben.get('/v1/referrals?q=zebulon')).body.items, []);
    assert.ok((await ben.get('/v1/referrals?q=priya')).body.items.some((item) => item.id === leads.given.id));
    assert.ok(!JSON.stringify([await mailsTo(net.api, ben), await mailsTo(net.api, cy)]).toLowerCase().includes('zebulon'));
    assert.ok(!net.api.log.toLowerCase().includes('zebulon'));
    assertGone(net.api);
});

test('R3: what was entered at meetings by, for and about who is gone goes from the copies of all others at their next sync', async () => {
    const [ann, joe, zoe] = await people(net.api, 'ann', 'joe', 'zoe'), GONE = 'Wilhelmina Featherstone', words = ['wilhelmina', 'featherstone', 'hatstand', 'umbrella'];
    const { rev } = (await zoe.get('/v1/me')).body.account;
    await must(zoe.patch('/v1/me', { name: GONE }, { rev }));
    const one = await group(ann, { home_text: `Begun by ${GONE}` });
    for (const who of [joe, zoe]) await join(one, ann, who);
    const held = await meeting(ann, one, { topic: `${GONE} on heat`, speaker: GONE }), ahead = await meeting(ann, one, { verbs: [] });
    const put = async (who, at, kind, id, body) => must(enter(who, at, kind, id, body));
    await put(ann, held, 'attendance', zoe.account, { code: 'S', substitute: 'Umbrella', note: 'hatstand' });
    await put(ann, held, 'attendance', joe.account, { code: 'P', note: `sat by ${GONE}` });
    await put(zoe, ahead, 'rsvp', zoe.account, { answer: 'no', substitute: 'Umbrella' });
    await put(joe, ahead, 'rsvp', joe.account, { answer: 'no', substitute: GONE });
    await put(zoe, held, 'slips', uuid(), { from: zoe.account, to: joe.account, need: 'hatstand', contact: 'Umbrella' });
    await put(joe, held, 'slips', uuid(), { from: joe.account, to: zoe.account, need: `for ${GONE}`, contact: 'Kim' });
    await put(ann, held, 'visitors', uuid(), { name: 'Umbrella', brought_by: zoe.account, email: 'umbrella@x.example' });
    await must(metOn(zoe, joe, one, '2026-01-05', { place: 'Umbrella Bar', note: 'hatstand' }));
    await must(metOn(joe, zoe, one, '2026-01-05', { note: `saw ${GONE}` }));
    const copies = [new Copy(ann), new Copy(ann, { scope: one.id }), new Copy(ann, { scope: officersOf(one) }), new Copy(joe), new Copy(joe, { scope: one.id })];
    for (const copy of copies) await copy.sync();
    const left = () => copies.map((copy) => [...copy.objects].filter(([, data]) => words.some((word) => JSON.stringify(data).toLowerCase().includes(word))).map(([key]) => key.split(' ')[0]).sort());
    assert.deepEqual(left().slice(1), [['attendance', 'attendance', 'group', 'meeting', 'member', 'rsvp', 'rsvp', 'slip', 'slip'], ['membership_request', 'visitor'],
        ['one_to_one'], ['attendance', 'attendance', 'group', 'meeting', 'member', 'rsvp', 'rsvp', 'slip', 'slip']]);
    const figures = () => copies.map((copy) => [...copy.objects.keys()].filter((key) => !/^(member|partner|scope) /.test(key)).sort()), before = figures();
    assert.equal((await remove(zoe, { confirm: zoe.email, password: PASSWORD })).status, 204);
    for (const copy of copies) await copy.sync();
    assert.deepEqual(left(), copies.map(() => []));
    assert.deepEqual(figures(), before, 'they are there, without what was personal');
});

test('R3: when both sides of a lead are gone, nobody is left whom its contact was given to', async () => {
    const lead = await send(ben, cy, { need: 'Unrepeatable pergola', contact: { first_name: 'Xenophon', last_name: 'Yarborough', email: 'xeno@y.example' } });
    for (const [caller, name] of [[ben, 'ben'], [cy, 'cy']]) {
        assert.equal((await remove(caller, { confirm: `${name}@x.example`, password: PASSWORD })).status, 204);
        if (name === 'ben') assert.equal((await cy.get(`/v1/referrals/${lead.id}`)).body.lead.contact.first_name, 'Xenophon');
    }
    assertGone(net.api, ['xenophon', 'yarborough', 'xeno@y', 'unrepeatable']);
});

test('R3: an address that is free again makes another account, which has nothing of the first', async () => {
    const api = await Server.start();
    const key = uuid(), input = { email: EMAIL, password: PASSWORD, name: NAME };
    assert.equal((await api.post('/v1/accounts', input, { key })).status, 201); /* the answer is kept with the key */
    assert.equal((await api.post('/v1/accounts', { ...input, name: `${NAME} again` })).status, 409);
    const first = await api.login(EMAIL);
    assert.equal((await goodbye(first)).status, 204);
    assertGone(api);
    assert.equal((await api.post('/v1/accounts', input)).status, 201);
    const second = await api.login(EMAIL);
    assert.notEqual(second.account, first.account);
    assert.deepEqual((await second.get('/v1/me/totp')).body, { on: false, recovery_codes: 0 });
    await api.stop();
});

test('R3: readers at work do not keep what was deleted in the WAL', async () => {
    const api = await Server.start();
    await api.post('/v1/accounts', { email: EMAIL, password: PASSWORD, name: NAME });
    const gone = await api.login(EMAIL), other = await api.user('other@x.example');
    let busy = true;
    const readers = Array.from({ length: 8 }, async () => { while (busy) await other.get('/v1/me'); });
    assert.equal((await goodbye(gone)).status, 204);
    assertGone(api);
    busy = false;
    await Promise.all(readers);
    await api.stop();
});
