// SPDX-License-Identifier: GPL-3.0-or-later
// Becoming partners: invitations and requests, their limits, exclusive networks, and leaving without a word.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, assertProblem, postgresql, uuid, waitFor } = require('./harness.js');
const { Copy } = require('./copy.js');
const { collect, ids, lead, literal, network, sql } = require('./network.js');

const DAY = 24 * 3600 * 1000, START = Date.parse('2026-03-01T09:00:00.000Z');
const at = (ms) => new Date(START + ms).toISOString();
const env = { LEADLINE_NOW: at(0) };
const everybody = ['ann', 'ben', 'cy', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy', 'jon', 'kim', 'liz'];
let net;
before(async () => { net = await network([], { strangers: everybody, env }); });
after(() => net.stop());

async function moveTo(ms, between) {
    env.LEADLINE_NOW = at(ms);
    await net.api.restart(between);
    await net.login();
}

/** Statements while nobody has the database. */
const change = (text) => net.api.restart(() => sql(net.api.database, text));
const rows = (text) => sql(net.api.database, text);

async function invite(from, to, extra = {}) {
    const answer = await from.put(`/v1/invitations/${uuid()}`, { ...(typeof to === 'string' ? { email: to } : { account: to.account }), ...extra });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
}

async function act(caller, invitation, verb, status = 200) {
    const answer = await caller.post(`/v1/invitations/${invitation.id}/${verb}`);
    assert.equal(answer.status, status, answer.text);
    return answer.body;
}

const partners = async (caller) => (await collect(caller, '/v1/partners')).map((p) => p.name).sort();
async function connected(a, b) {
    await act(b, await invite(a, b), 'accept');
}
const mails = (type) => rows(`SELECT COUNT(*) FROM mail${type ? ` WHERE type = '${type}'` : ''};`)[0][0];
const patch = async (caller, body) => {
    const { rev } = (await caller.get('/v1/me')).body.account, answer = await caller.patch('/v1/me', body, { rev });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.account;
};

test('R8 R9 R15: an invitation by account is told to both, accepted, and both are partners', async () => {
    const { ann, ben } = net, [a, b] = [new Copy(ann), new Copy(ben)];
    await a.sync();
    await b.sync();
    const sent = await invite(ann, ben, { message: 'Shall we?' });
    assert.deepEqual([sent.direction, sent.state, sent.kind, sent.via, sent.to.name, sent.from.name, sent.email], ['sent', 'invited', 'invitation', 'form', 'ben', 'ann', undefined]);
    assert.equal(sent.expires_at, at(30 * DAY));
    await a.sync();
    await b.sync();
    assert.deepEqual(a.of('invitation'), [sent]);
    const [received] = b.of('invitation');
    assert.deepEqual([received.direction, received.from.name, received.message, received.email], ['received', 'ann', 'Shall we?', undefined]);
    assert.deepEqual((await ben.get(`/v1/invitations/${sent.id}`)).body, received);
    assertProblem(await net.cy.get(`/v1/invitations/${sent.id}`), 404, 'not-found');
    assertProblem(await net.cy.post(`/v1/invitations/${sent.id}/accept`), 404, 'not-found');
    assertProblem(await ann.post(`/v1/invitations/${sent.id}/accept`), 403, 'forbidden');
    assertProblem(await ben.post(`/v1/invitations/${sent.id}/withdraw`), 403, 'forbidden');
    const accepted = await act(ben, sent, 'accept');
    assert.deepEqual([accepted.state, accepted.answered_at, accepted.rev], ['connected', at(0), 2]);
    assertProblem(await ben.post(`/v1/invitations/${sent.id}/accept`), 409, 'invitation-state');
    assertProblem(await ann.post(`/v1/invitations/${sent.id}/withdraw`), 409, 'invitation-state');
    await a.sync();
    await b.sync();
    assert.equal(a.of('invitation')[0].state, 'connected');
    assert.deepEqual([a.of('partner')[0].name, b.of('partner')[0].name], ['ben', 'ann']);
    assert.deepEqual([await partners(ann), await partners(ben)], [['ben'], ['ann']]);
    assert.equal((await ann.get('/v1/partners')).body.spaces_left, 99);
    assertProblem(await ann.put(`/v1/invitations/${uuid()}`, { account: ben.account }), 409, 'already-exists');
    assertProblem(await ann.put(`/v1/invitations/${uuid()}`, { email: 'Ben@X.example' }), 409, 'already-exists');
});

test('a repeated PUT is the same invitation, another one with its id is refused', async () => {
    const { ann, cy } = net, id = uuid(), body = { account: cy.account, message: 'Once' };
    assert.equal((await ann.put(`/v1/invitations/${id}`, body)).status, 201);
    assert.equal((await ann.put(`/v1/invitations/${id}`, body)).status, 200);
    assertProblem(await ann.put(`/v1/invitations/${id}`, { ...body, message: 'Twice' }), 412, 'precondition-failed');
    assertProblem(await net.ben.put(`/v1/invitations/${id}`, { account: net.dan.account }), 412, 'precondition-failed');
    assertProblem(await ann.put(`/v1/invitations/${uuid()}`, body), 409, 'already-exists');
    assertProblem(await cy.put(`/v1/invitations/${uuid()}`, { account: ann.account }), 409, 'already-exists');
    const key = uuid();
    const first = await cy.post(`/v1/invitations/${id}/decline`, undefined, { key }), again = await cy.post(`/v1/invitations/${id}/decline`, undefined, { key });
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.deepEqual(again.body, first.body);
    assert.equal((await ann.get(`/v1/invitations/${id}`)).body.state, 'declined');
    assertProblem(await ann.put(`/v1/invitations/${uuid()}`, body), 409, 'too-soon');
});

test('what is asked must make sense', async () => {
    const { ann } = net, put = (body) => ann.put(`/v1/invitations/${uuid()}`, body);
    for (const body of [{}, { account: net.dan.account, email: 'a@b.example' }, { email: 'nobody' }, { account: ann.account }, { email: 'ANN@x.example' }, { email: 'a@b.example', kind: 'request' },
        { account: net.dan.account, message: 'x'.repeat(1001) }])
        assertProblem(await put(body), 422, 'validation');
    assertProblem(await put({ account: uuid() }), 404, 'not-found');
    assertProblem(await put({ account: net.dan.account, state: 'connected' }), 422, 'unknown-field');
    assertProblem(await ann.get('/v1/invitations?state=open'), 422, 'validation');
});

test('R10: by address the answer, the lists and the changes are the same whether or not it has an account', async () => {
    const { cy } = net, known = await invite(cy, 'dan@x.example', { message: 'Hello' }), unknown = await invite(cy, 'nobody@y.example', { message: 'Hello' });
    const same = ({ id, email, ...rest }) => rest;
    assert.deepEqual(same(known), same(unknown));
    assert.deepEqual([known.email, known.to, known.business_type], ['dan@x.example', undefined, undefined]);
    const copy = new Copy(cy);
    await copy.sync();
    const told = copy.of('invitation').filter((i) => i.direction === 'sent');
    assert.deepEqual(told.map(same).slice(-2), [same(known), same(known)]);
    assert.equal(JSON.stringify(told).includes(net.dan.account), false);
    const before = copy.state;
    await patch(net.dan, { name: 'Dan Other', business_type: 'Plumber' });
    await copy.sync();
    assert.equal(copy.state, before, 'a new name of who has the address is told to partners only');
    assert.equal(mails('invitation') >= 2, true);
    const [received] = await collect(net.dan, '/v1/invitations?direction=received&state=invited');
    assert.deepEqual([received.id, received.email, received.from.name], [known.id, undefined, 'cy']);
    await act(net.dan, known, 'accept');
    const seen = (await cy.get(`/v1/invitations/${known.id}`)).body;
    assert.deepEqual([seen.to.name, seen.business_type], ['Dan Other', 'plumber'], 'partners know each other');
    assertProblem(await cy.put(`/v1/invitations/${uuid()}`, { email: 'NOBODY@y.example' }), 409, 'already-exists');
});

test('R10: who signs up with the link has the invitation, and the address is verified', async () => {
    const { fay } = net;
    const sent = await invite(fay, 'New@z.example', { message: 'Come' });
    const [[values]] = rows(`SELECT value_texts FROM mail WHERE key = '${sent.id}';`);
    const token = /token=([A-Za-z0-9_]+)/.exec(values)[1];
    const up = await net.api.post('/v1/accounts', { email: 'new@z.example', password: 'correct horse battery', name: 'New', invitation: token });
    assert.equal(up.status, 201, up.text);
    assert.equal(up.text.includes(token), false);
    const fresh = await net.api.login('new@z.example');
    const [received] = await collect(fresh, '/v1/invitations');
    assert.deepEqual([received.id, received.from.name, received.message], [sent.id, 'fay', 'Come']);
    assert.equal(rows("SELECT COUNT(*) FROM account WHERE email = 'new@z.example' AND email_verified_at IS NOT NULL;")[0][0], '1');
    await act(fresh, sent, 'accept');
    assert.deepEqual(await partners(fresh), ['fay']);
});

test('R10: the link is good for another address too, which then is not verified by it', async () => {
    const sent = await invite(net.fay, 'office@z.example');
    const [[values]] = rows(`SELECT value_texts FROM mail WHERE key = '${sent.id}';`);
    const token = /token=([A-Za-z0-9_]+)/.exec(values)[1];
    assert.equal((await net.api.post('/v1/accounts', { email: 'private@z.example', password: 'correct horse battery', name: 'Private', invitation: token })).status, 201);
    const fresh = await net.api.login('private@z.example');
    assert.deepEqual(ids(await collect(fresh, '/v1/invitations')), [sent.id]);
    assert.equal(rows("SELECT COUNT(*) FROM account WHERE email = 'private@z.example' AND email_verified_at IS NULL;")[0][0], '1');
    assertProblem(await fresh.put(`/v1/invitations/${uuid()}`, { email: 'somebody@z.example' }), 403, 'email-unverified');
    assert.equal((await net.api.post('/v1/accounts', { email: 'third@z.example', password: 'correct horse battery', name: 'Third', invitation: token })).status, 201);
    assert.deepEqual(await collect(await net.api.login('third@z.example'), '/v1/invitations'), [], 'it is taken');
});

test('R10: an account that only claims the address sees nothing of it until it is verified', async () => {
    assert.equal((await net.api.post('/v1/accounts', { email: 'claimed@z.example', password: 'correct horse battery', name: 'Claimer' })).status, 201);
    const claimer = await net.api.login('claimed@z.example'), sent = await invite(net.gus, 'claimed@z.example');
    assert.deepEqual(await collect(claimer, '/v1/invitations'), []);
    const [[values]] = rows("SELECT m.value_texts FROM mail m JOIN account a ON a.id = m.account_id WHERE a.email = 'claimed@z.example' AND m.type = 'verify-email';");
    const token = /token=([A-Za-z0-9_]+)/.exec(values)[1];
    assert.equal((await net.api.form('/verify', { token })).status, 200);
    assert.deepEqual(ids(await collect(claimer, '/v1/invitations')), [sent.id]);
});

test('R11: a request goes to a public profile only', async () => {
    const { gus, hal } = net;
    assertProblem(await gus.put(`/v1/invitations/${uuid()}`, { account: hal.account, kind: 'request' }), 404, 'not-found');
    await patch(hal, { profile: { public: true, headline: 'Halls' } });
    const sent = await invite(gus, hal, { kind: 'request', message: 'I saw your page' });
    assert.deepEqual([sent.kind, sent.via], ['request', 'profile']);
    assert.equal(mails('connection-request'), '1');
    await act(hal, sent, 'accept');
    assert.equal(mails('connection-accepted') >= 1, true);
    assert.deepEqual(await partners(gus), ['hal']);
});

test('lists: by direction and state, newest first, pages join to the whole', async () => {
    for (const query of ['', '&direction=sent', '&direction=received', '&state=invited', '&direction=sent&state=connected']) {
        for (const caller of [net.cy, net.ann, net.dan]) {
            const url = `/v1/invitations${query.replace('&', '?')}`, whole = await collect(caller, url, 500);
            for (const limit of [1, 2]) assert.deepEqual(await collect(caller, url, limit), whole);
            for (const item of whole) for (const [name, value] of new URLSearchParams(query)) assert.equal(item[name], value);
            const times = whole.map((i) => i.created_at);
            assert.deepEqual(times, [...times].sort().reverse());
        }
    }
});

test('it ends after thirty days, by itself', async () => {
    const { ivy, jon } = net, sent = await invite(ivy, jon);
    await moveTo(30 * DAY - 1);
    assert.equal((await net.jon.get(`/v1/invitations/${sent.id}`)).body.state, 'invited');
    await moveTo(30 * DAY);
    assertProblem(await net.jon.post(`/v1/invitations/${sent.id}/accept`), 409, 'invitation-state');
});

test('R20 R21 R22: an exclusive network has one partner for a business type, and wants it of the other side', async () => {
    const { ivy, jon, kim, liz, hal } = net;
    await patch(jon, { business_type: 'Plumber' });
    await patch(kim, { business_type: 'plumbing' });
    await patch(liz, { business_type: 'Electrician' });
    await connected(ivy, jon);
    const asked = await invite(ivy, kim);
    await patch(ivy, { profile: { exclusive: true } });
    const mine = await ivy.get('/v1/me');
    assert.equal(mine.body.account.profile.exclusive, true);
    const refused = await kim.post(`/v1/invitations/${asked.id}/accept`);
    assertProblem(refused, 409, 'exclusive');
    assert.match(refused.body.detail, /^ivy has a partner for the business "Plumber" already, and keeps one/);
    assert.doesNotMatch(refused.body.detail, /jon/, "whom others are connected with is theirs");
    const other = await invite(kim, liz);
    await act(ivy, asked, 'withdraw');
    const back = await invite(kim, ivy), told = await ivy.post(`/v1/invitations/${back.id}/accept`);
    assertProblem(told, 409, 'exclusive');
    assert.match(told.body.detail, /^jon is your partner for the business "Plumber" already, and you keep one/);
    assert.deepEqual(await partners(ivy), ['jon']);
    await act(liz, other, 'accept');
    await connected(liz, jon);
    assert.deepEqual(await partners(liz), ['jon', 'kim'], 'R21: two of one type where neither side is exclusive');
    assertProblem(await liz.patch('/v1/me', { profile: { exclusive: true } }, { rev: (await liz.get('/v1/me')).body.account.rev }), 409, 'exclusive');
    await patch(hal, { business_type: 'plumber' });
    const third = await invite(hal, liz);
    assert.equal((await act(liz, third, 'accept')).state, 'connected');
});

test('R20 R22: who takes up another business is refused where a network is exclusive, with the partner named', async () => {
    const world = await network([], { strangers: ['val', 'wes', 'xia', 'yan'] });
    const { val, wes, xia, yan } = world;
    const work = async (who, business_type) => who.patch('/v1/me', { business_type }, { rev: (await who.get('/v1/me')).body.account.rev });
    const join = async (a, b) => act(b, await invite(a, b), 'accept');
    for (const [who, type] of [[val, 'Lawyer'], [wes, 'Plumber'], [xia, 'Electrician'], [yan, 'Florist']]) assert.equal((await work(who, type)).status, 200);
    for (const who of [wes, xia, yan]) await join(val, who);
    await patch(val, { profile: { exclusive: true } });
    const refused = await work(xia, 'plumbing');
    assertProblem(refused, 409, 'exclusive');
    assert.match(refused.body.detail, /^val has a partner for the business "Plumber" already, and keeps one/);
    assert.doesNotMatch(refused.body.detail, /wes/, 'whom others are connected with is theirs');
    assert.equal((await xia.get('/v1/me')).body.account.business_type, 'electrician', 'nothing was changed');
    assert.equal((await work(xia, 'Roofer')).status, 200);
    assert.equal((await work(wes, 'Plumber')).status, 200, 'what it is already');
    const both = await Promise.all([work(xia, 'Baker'), work(yan, 'Baker')]);
    assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 409], 'of two at once one gets it');
    await patch(val, { profile: { exclusive: false } });
    assert.equal((await work(xia, 'Plumber')).status, 200, 'where nobody is exclusive both may do the same');
    await world.stop();
});

test('R20: the rule of the other side holds as well', async () => {
    const { ben, eve, kim } = net;
    await patch(eve, { business_type: 'Florist' });
    await patch(net.ann, { business_type: 'Florist' });
    await patch(eve, { profile: { exclusive: true } });
    const asked = await invite(eve, ben), refused = await ben.post(`/v1/invitations/${asked.id}/accept`);
    assertProblem(refused, 409, 'exclusive');
    assert.match(refused.body.detail, /^ann is your partner for the business "Florist" already, and the other side wants one/);
    await connected(eve, kim);
});

test('R23 R24: leaving is mutual and silent: no mail, and not a word on the event stream of the other', async () => {
    const { ann, ben } = net, copies = [new Copy(ann), new Copy(ben)];
    for (const copy of copies) await copy.sync();
    const mine = await ann.events(), theirs = await ben.events();
    for (const stream of [mine, theirs]) {
        await stream.next();
        assert.equal((await stream.next()).event, 'state');
    }
    const before = mails();
    assertProblem(await net.cy.delete(`/v1/partners/${ben.account}`), 404, 'not-found');
    assert.equal((await ann.delete(`/v1/partners/${ben.account}`)).status, 204);
    assert.equal((await mine.next()).event, 'state', 'my other devices are told');
    assertProblem(await ann.delete(`/v1/partners/${ben.account}`), 404, 'not-found');
    assert.deepEqual([(await partners(ann)).includes('ben'), (await partners(ben)).includes('ann')], [false, false]);
    /* Whatever Ben hears next is about what came later. */
    const later = await invite(net.kim, ben);
    const heard = await theirs.next();
    assert.equal(heard.event, 'state');
    const state = (await ben.get('/v1/me')).body.scopes[0].state;
    assert.equal(JSON.parse(heard.data).changed[ben.account], state);
    assert.equal(theirs.queue.length, 0, 'one event, for the invitation');
    const told = await copies[1].sync();
    assert.deepEqual(told.map((o) => [o.type, o.op, o.id]), [['partner', 'delete', ann.account], ['invitation', 'upsert', later.id]]);
    assert.equal(mails(), String(Number(before) + 1), 'the mail of the invitation');
    assertProblem(await ben.put(`/v1/referrals/${uuid()}`, lead(ann)), 409, 'not-partners');
    mine.close();
    theirs.close();
    await act(net.kim, later, 'withdraw');
});

test('R19: after that they can be partners again', async () => {
    const { ann, ben } = net, copy = new Copy(ben);
    await copy.sync();
    await connected(ben, ann);
    await copy.sync();
    assert.ok(copy.of('partner').some((p) => p.account === ann.account));
    assert.ok((await partners(ann)).includes('ben'));
});

test('R25: a word of encouragement goes by mail, to partners, once a day', async () => {
    const { ann, ben } = net, url = `/v1/partners/${ben.account}/encourage`;
    assertProblem(await ann.post(url, {}), 422, 'validation');
    assertProblem(await ann.post(`/v1/partners/${net.gus.account}/encourage`, { message: 'Hello' }), 409, 'not-partners');
    assert.equal((await ann.post(url, { message: 'Send me one\nwhen you can' })).status, 204);
    assert.equal(mails('encouragement'), '1');
    assertProblem(await ann.post(url, { message: 'And now?' }), 409, 'too-soon');
    assert.equal((await ben.post(`/v1/partners/${ann.account}/encourage`, { message: 'You too' })).status, 204);
});

test('limits: so many unanswered ones, and so many in a day', async () => {
    const { liz } = net, put = (n) => liz.put(`/v1/invitations/${uuid()}`, { email: `p${n}@many.example` });
    let n = 0;
    for (; n < 40; n++) {
        const answer = await put(n);
        if (answer.status !== 201) {
            assertProblem(answer, 409, 'invitation-limit');
            assert.match(answer.body.detail, /30 invitations within 24 hours/);
            break;
        }
    }
    assert.ok(n <= 30 && n >= 28, n);
    await moveTo(32 * DAY);
    for (; n < 80; n++) {
        const answer = await net.liz.put(`/v1/invitations/${uuid()}`, { email: `p${n}@many.example` });
        if (answer.status !== 201) {
            assertProblem(answer, 409, 'invitation-limit');
            assert.match(answer.body.detail, /50 of your invitations wait/);
            break;
        }
    }
    const open = await collect(net.liz, '/v1/invitations?direction=sent&state=invited', 500);
    assert.equal(open.length, 50);
    await act(net.liz, open[0], 'withdraw');
    await invite(net.liz, 'last@many.example');
});

test('an address gets so many mails a week, whoever sends them', async () => {
    for (const name of everybody.slice(0, 8)) await invite(net[name], 'popular@many.example');
    assert.equal(rows("SELECT COUNT(*) FROM mail WHERE email = 'popular@many.example';")[0][0], '5');
});
