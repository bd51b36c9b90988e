// SPDX-License-Identifier: GPL-3.0-or-later
// What leaders find out about members and applicants (R117), and concerns about members (R118): who may do and see what of it.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { Copy } = require('./copy.js');
const { ask, group, join, must, officersOf, people } = require('./groups.js');
const { collect, lead, literal, network, send, sql } = require('./network.js');

const DAY = 24 * 3600 * 1000;
const soon = (days = 30) => new Date(Date.now() + days * DAY).toISOString();

let net;
before(async () => { net = await network([], { strangers: ['root'] }); });
after(() => net.stop());

/** A group with a leader, a second one, a secretary, a treasurer and members; and somebody outside. */
async function circle(...names) {
    const [lea, ...others] = await people(net.api, 'lea', ...names);
    const one = await group(lea);
    for (const who of others) await join(one, lea, who);
    return [one, lea, ...others];
}
const role = (one, lea, who, name) => lea.get(`/v1/groups/${one.id}/members/${who.account}`)
    .then(({ body }) => must(lea.patch(`/v1/groups/${one.id}/members/${who.account}`, { role: name }, { rev: body.rev })));
const asked = (account, extra = {}) => ({ account, kind: 'reference', who: 'Mrs Bell', checked_on: '2026-01-15', result: 'ok', ...extra });
const check = (who, one, body, id = uuid()) => who.put(`/v1/groups/${one.id}/vetting/${id}`, body);
const raise = (who, one, about, text = 'Came late to three customers', id = uuid()) => who.put(`/v1/groups/${one.id}/concerns/${id}`, { about: about.account || about, text });
const act = (who, one, concern, verb, body) => who.post(`/v1/groups/${one.id}/concerns/${concern.id}/${verb}`, body);
const see = (who, one, concern) => who.get(`/v1/groups/${one.id}/concerns/${concern.id}`);

test('R117: references that were asked, reputation, complaints and licences, by leaders alone', async () => {
    const [one, lea, ben, sec, tre] = await circle('ben', 'sec', 'tre');
    await role(one, lea, sec, 'secretary');
    await role(one, lea, tre, 'treasurer');
    const [out] = await people(net.api, 'out');
    const id = uuid(), made = await check(lea, one, asked(ben.account, { note: 'Clean work' }), id);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.who, made.body.result, made.body.name.split('-')[0], made.body.by.account], ['Mrs Bell', 'ok', 'ben', lea.account]);
    assert.equal((await check(lea, one, asked(ben.account, { note: 'Clean work' }), id)).status, 200, 'the same again');
    await must(check(lea, one, { account: ben.account, kind: 'licence', checked_on: '2026-02-01', result: 'fail', evidence: 'https://register.example/1' }));
    assert.equal((await collect(lea, `/v1/groups/${one.id}/vetting`)).length, 2);
    assert.equal((await collect(lea, `/v1/groups/${one.id}/vetting?account=${sec.account}`)).length, 0);
    for (const who of [ben, sec, tre, out]) {
        assertProblem(await who.get(`/v1/groups/${one.id}/vetting`), 403, 'forbidden');
        assertProblem(await who.get(`/v1/groups/${one.id}/vetting/${id}`), 403, 'forbidden');
        assertProblem(await check(who, one, asked(lea.account)), 403, 'forbidden');
    }
    for (const [bad, pointer] of [[asked(ben.account, { who: undefined }), '#/who'], [asked(ben.account, { checked_on: '2026-02-30' }), '#/checked_on'],
        [asked(ben.account, { checked_on: '2999-01-01' }), '#/checked_on'], [asked(out.account), '#/account'], [asked(lea.account), '#/account']]) {
        const answer = await check(lea, one, bad);
        assertProblem(answer, 422, 'validation');
        assert.equal(answer.body.errors[0].pointer, pointer);
    }
    await must(check(lea, one, asked(ben.account, { removed: true }), id));
    assert.equal((await collect(lea, `/v1/groups/${one.id}/vetting`)).length, 1);
});

test('R117: whoever decides about a request is told how many references were fine', async () => {
    const [one, lea] = await circle(), [app] = await people(net.api, 'app');
    const request = await ask(one, app, { references: ['Mr Hill, 01632 960111', 'Mrs Bell'] });
    const officers = new Copy(lea, { scope: officersOf(one), types: 'membership_request' });
    await officers.sync();
    const mine = async () => (await must(lea.get(`/v1/groups/${one.id}/requests/${request.id}`)));
    assert.deepEqual([(await mine()).references_ok, (await mine()).references_bad], [0, 0]);
    await must(check(lea, one, asked(app.account)));
    const id = uuid();
    await must(check(lea, one, asked(app.account, { who: 'Mr Hill', result: 'concern' }), id));
    await must(check(lea, one, { account: app.account, kind: 'reputation', checked_on: '2026-01-15', result: 'fail' }));
    const now = await mine();
    assert.deepEqual([now.references_ok, now.references_bad], [1, 1]);
    assert.deepEqual((await officers.sync()).map((c) => [c.type, c.id]), [['membership_request', request.id]], 'the officers are told');
    await must(check(lea, one, asked(app.account, { who: 'Mr Hill', result: 'concern', removed: true }), id));
    assert.equal((await mine()).references_bad, 0);
});

test('R118: any member raises a concern; whom it is about reads and answers it, and never learns from whom it is', async () => {
    const [one, lea, ben, cy, dan] = await circle('ben', 'cy', 'dan'), [out] = await people(net.api, 'out');
    const id = uuid(), made = await raise(cy, one, ben, 'Came late', id);
    assert.equal(made.status, 201, made.text);
    assert.equal((await raise(cy, one, ben, 'Came late', id)).status, 200, 'the same again');
    assertProblem(await raise(cy, one, ben, 'Another', id), 412, 'precondition-failed');
    assertProblem(await raise(cy, one, ben), 409, 'already-exists');
    assert.equal(made.body.by.account, cy.account);
    const about = await see(ben, one, made.body);
    assert.equal(about.status, 200);
    assert.deepEqual([about.body.text, about.body.by], ['Came late', undefined]);
    assert.doesNotMatch(about.text, new RegExp(cy.account));
    assert.equal((await see(lea, one, made.body)).body.by.account, cy.account);
    assertProblem(await see(dan, one, made.body), 404, 'not-found');
    assertProblem(await see(out, one, made.body), 404, 'not-found');
    assert.deepEqual(await collect(dan, `/v1/groups/${one.id}/concerns`), []);
    assertProblem(await raise(cy, one, cy), 422, 'validation');
    assertProblem(await raise(cy, one, out), 422, 'validation');
    assertProblem(await raise(out, one, ben), 403, 'forbidden');
    assertProblem(await act(cy, one, made.body, 'answer', { text: 'x' }), 403, 'forbidden');
    assertProblem(await act(dan, one, made.body, 'answer', { text: 'x' }), 404, 'not-found');
    const answered = await act(ben, one, made.body, 'answer', { text: 'The bridge was shut' });
    assert.deepEqual([answered.status, answered.body.state, answered.body.by], [200, 'answered', undefined]);
    assert.equal((await see(lea, one, made.body)).body.answer, 'The bridge was shut');
    assert.equal((await see(cy, one, made.body)).body.answer, undefined, 'the answer is for the leaders');
    assertProblem(await act(ben, one, made.body, 'answer', { text: 'and more' }), 409, 'concern-state');
});

test('R118: a leader decides, with or without effect; nobody about themselves, a secretary and a treasurer not at all', async () => {
    const [one, lea, ben, sec, two] = await circle('ben', 'sec', 'two');
    await role(one, lea, sec, 'secretary');
    const concern = await must(raise(sec, one, ben));
    for (const verb of ['uphold', 'dismiss', 'lift']) assertProblem(await act(ben, one, concern, verb, verb === 'lift' ? undefined : {}), 403, 'forbidden');
    assertProblem(await act(sec, one, concern, 'dismiss', {}), 403, 'forbidden');
    for (const bad of [{}, { effect: 'unreferrable' }, { effect: 'warn', until: soon() }, { effect: 'unreferrable', until: '2020-01-01T00:00:00Z' }, { effect: 'unreferrable', until: soon(900) }])
        assertProblem(await act(lea, one, concern, 'uphold', bad), 422, 'validation');
    assertProblem(await act(lea, one, concern, 'dismiss', { effect: 'warn' }), 422, 'validation');
    const done = await act(lea, one, concern, 'uphold', { effect: 'warn', note: 'Do call ahead' });
    assert.deepEqual([done.body.state, done.body.effect, done.body.note, done.body.decided_by.account], ['upheld', 'warn', 'Do call ahead', lea.account]);
    assert.equal((await see(ben, one, concern)).body.note, 'Do call ahead');
    assert.equal((await see(sec, one, concern)).body.note, undefined);
    assert.equal((await see(sec, one, concern)).body.state, 'upheld');
    assertProblem(await act(lea, one, concern, 'dismiss', {}), 409, 'concern-state');
    assertProblem(await act(lea, one, concern, 'lift'), 409, 'concern-state');

    const self = await must(raise(ben, one, lea));
    assert.equal((await see(lea, one, self)).body.by, undefined, 'a leader neither learns who said it about them');
    assertProblem(await act(lea, one, self, 'dismiss', {}), 403, 'forbidden');
    await role(one, lea, two, 'leader');
    assert.equal((await act(two, one, self, 'dismiss', {})).body.state, 'dismissed');
});

test('R118: an un-referrable member gets no leads from co-members by this group; partners of their own are not affected; it ends by itself, or is lifted', async () => {
    const [one, lea, ben, cy] = await circle('ben', 'cy');
    const roof = { need: 'Roof' };
    await must(cy.put(`/v1/referrals/${uuid()}`, lead(ben, roof)));
    const concern = await must(raise(cy, one, ben));
    await must(act(lea, one, concern, 'uphold', { effect: 'unreferrable', until: soon(), note: 'Three complaints' }));
    const member = async (who) => (await must(who.get(`/v1/groups/${one.id}/members/${ben.account}`)));
    assert.ok(Date.parse((await member(cy)).unreferrable_until) > Date.now());
    const refused = await cy.put(`/v1/referrals/${uuid()}`, lead(ben, roof));
    assertProblem(refused, 409, 'unreferrable');
    assert.doesNotMatch(refused.text, /concern|complaint|until|20\d\d-/i, 'neither why nor until when');
    assert.equal((await ben.get('/v1/referrals?box=inbox')).body.items.length, 1, 'what was passed stays');
    const sent = await ben.put(`/v1/referrals/${uuid()}`, lead(cy, roof));
    assert.equal(sent.status, 201, 'they still pass leads themselves');

    const invitation = await must(lea.put(`/v1/invitations/${uuid()}`, { email: ben.email }));
    await must(ben.post(`/v1/invitations/${invitation.id}/accept`));
    await send(lea, ben);

    const [other, tia] = await circle();
    await join(other, tia, ben);
    await join(other, tia, cy);
    await send(cy, ben); // by the other group, which has nothing against it
    await must(tia.write('DELETE', `/v1/groups/${other.id}/members/${ben.account}`, { reason: 'moved away' }));
    assertProblem(await cy.put(`/v1/referrals/${uuid()}`, lead(ben, roof)), 409, 'unreferrable');

    const lifted = await act(lea, one, concern, 'lift');
    assert.equal(lifted.body.state, 'upheld');
    assert.ok(Date.parse(lifted.body.until) <= Date.now());
    await send(cy, ben);
    assertProblem(await act(lea, one, concern, 'lift'), 409, 'concern-state');
});

test('R118: mails to the leaders and to whom it is about say nothing of what it says, and not who raised it', async () => {
    const [one, lea, ben, cy] = await circle('ben', 'cy');
    const concern = await must(raise(cy, one, ben, 'Zweifelhaft'));
    await must(act(lea, one, concern, 'uphold', { effect: 'unreferrable', until: soon() }));
    let rows;
    await net.api.restart(() => { rows = sql(net.api.database, `SELECT m.type, a.email, m.value_texts FROM mail m JOIN account a ON a.id = m.account_id WHERE m.type LIKE 'concern%' AND m.key LIKE '${concern.id}/%' ORDER BY m.type, a.email;`); });
    const brief = rows.map(([type, email, text]) => [type, email.split('-')[0], JSON.parse(text)]);
    assert.deepEqual(brief.map(([type, who]) => [type, who]), [['concern-decided', 'ben'], ['concern-decided', 'cy'], ['concern-raised', 'ben'], ['concern-raised', 'lea']]);
    assert.deepEqual([brief[0][2].own, brief[1][2].own, brief[1][2].until, brief[2][2].own, brief[3][2].own], ['yes', undefined, undefined, 'yes', undefined]);
    for (const [, , values] of brief) assert.doesNotMatch(JSON.stringify(values), /Zweifelhaft|cy-/);
});

test('R118: all of it is synced: to leaders, to whom it is about and to whom it is from; and every step is in the audit', async () => {
    const [one, lea, ben, cy, sec] = await circle('ben', 'cy', 'sec');
    await role(one, lea, sec, 'secretary');
    const concern = await must(raise(cy, one, ben));
    await must(act(ben, one, concern, 'answer', { text: 'No' }));
    const checked = uuid();
    await must(check(lea, one, asked(ben.account), checked));
    const feed = async (who, scope) => {
        const copy = new Copy(who, { types: 'concern,vetting', ...(scope && { scope }) });
        return (await copy.sync()).filter((c) => c.op === 'upsert' && [concern.id, checked].includes(c.id)).map((c) => [c.type, c.data.by && c.data.by.account, c.data.answer]);
    };
    assert.deepEqual(await feed(lea, officersOf(one)), [['concern', cy.account, 'No'], ['vetting', lea.account, undefined]]);
    assert.deepEqual(await feed(sec, officersOf(one)), []);
    assert.deepEqual(await feed(ben), [['concern', undefined, 'No']]);
    assert.deepEqual(await feed(cy), [['concern', cy.account, undefined]]);
    let rows;
    await net.api.restart(() => { rows = sql(net.api.database, `SELECT action FROM audit WHERE object_id IN (${literal(concern.id)}, ${literal(checked)}) ORDER BY id;`); });
    assert.deepEqual(rows.map(([action]) => action).sort(), ['concern.answer', 'concern.raise', 'vetting.add']);
});

test('R2: who deletes their account is in no check and no concern any more, and what they raised has lost its words', async () => {
    const [one, lea, ben, cy] = await circle('ben', 'cy');
    const about = await must(raise(cy, one, ben)), from = await must(raise(ben, one, cy));
    await must(check(lea, one, asked(ben.account)));
    const me = (await must(ben.get('/v1/me'))).account;
    const gone = await ben.write('DELETE', '/v1/me', { confirm: me.email, password: require('./harness.js').PASSWORD });
    assert.equal(gone.status, 204, gone.text);
    assert.deepEqual(await collect(lea, `/v1/groups/${one.id}/vetting`), []);
    assertProblem(await see(lea, one, about), 404, 'not-found');
    assert.equal((await see(lea, one, from)).body.text, undefined);
});
