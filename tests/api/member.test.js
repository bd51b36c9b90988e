// SPDX-License-Identifier: GPL-3.0-or-later
// How one gets into a leads group and out of it: requests and what keeps somebody out, roles, leaving, removal, leaders of several groups.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid, PASSWORD } = require('./harness.js');
const { Copy } = require('./copy.js');
const { activate, ask, draft, group, join, must, officersOf, people } = require('./groups.js');
const { collect, ids, literal, network, sql } = require('./network.js');

const DAY = 24 * 3600 * 1000, START = Date.parse('2026-03-01T09:00:00.000Z');
const at = (ms) => new Date(START + ms).toISOString();
const env = { LEADLINE_NOW: at(0) };
let net, root;
before(async () => {
    net = await network([], { strangers: ['zoe'], env });
    root = await net.api.user('root@x.example', { admin: true });
});
after(() => net.stop());

const rows = (text) => sql(net.api.database, text);
const mails = (type, to) => rows(`SELECT value_texts FROM mail WHERE type = '${type}'${to ? ` AND account_id = ${literal(to.account)}` : ''} ORDER BY created_at, id;`).map(([t]) => t);
const names = async (one, caller) => (await collect(caller, `/v1/groups/${one.id}/members`)).map((m) => m.name).sort();
const act = (one, request, caller, verb, body = {}) => caller.post(`/v1/groups/${one.id}/requests/${request.id}/${verb}`, body);
const read = async (one, request, caller) => must(caller.get(`/v1/groups/${one.id}/requests/${request.id}`));
const role = async (one, leader, who, body) => {
    const { rev } = await must(leader.get(`/v1/groups/${one.id}/members/${who.account}`));
    return leader.patch(`/v1/groups/${one.id}/members/${who.account}`, body, { rev });
};
async function moveTo(ms) {
    env.LEADLINE_NOW = at(ms);
    await net.api.restart();
    await net.login();
    root = await net.api.login('root@x.example');
}
/** What an account has been told of a scope. */
async function scope(caller, id) {
    const copy = new Copy(caller, { scope: id });
    await copy.sync();
    return copy;
}

test('R61: a request is told to the leader, asked about, answered and approved: then they are in', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy');
    const one = await group(ann);
    const made = await ben.put(`/v1/groups/${one.id}/requests/${uuid()}`, { business_type: 'Plumber', message: 'May I?', references: ['Sue Smith, 01632 960001', 'Tom'] });
    assert.equal(made.status, 201, made.text);
    const request = made.body;
    assert.deepEqual([request.state, request.from.name, request.business_type, request.references, request.group_name, request.conflict, request.seat_taken_by],
        ['requested', 'ben', 'plumber', ['Sue Smith, 01632 960001', 'Tom'], one.name, undefined, undefined]);
    assert.equal(mails('request-received', ann).length, 1);
    assertProblem(await cy.get(`/v1/groups/${one.id}/requests/${request.id}`), 404, 'not-found');
    assertProblem(await act(one, request, cy, 'approve'), 404, 'not-found');
    assertProblem(await act(one, request, ben, 'approve'), 403, 'forbidden');
    assertProblem(await act(one, request, ann, 'withdraw'), 403, 'forbidden');
    assertProblem(await act(one, request, ann, 'ask', {}), 422, 'validation');
    assertProblem(await act(one, request, ben, 'reply', { message: 'What?' }), 409, 'request-state');
    assert.equal((await must(act(one, request, ann, 'ask', { message: 'Since when?' }))).state, 'asked');
    assert.match(mails('request-answered', ben)[0], /Since when/);
    const replied = await must(act(one, request, ben, 'reply', { message: '1999' }));
    assert.deepEqual([replied.state, replied.question, replied.answer], ['requested', 'Since when?', '1999']);
    assert.match(mails('request-answered', ann)[0], /1999/);
    assert.deepEqual(ids(await collect(ann, `/v1/groups/${one.id}/requests?state=open`)), [request.id]);
    assert.deepEqual(ids(await collect(ben, `/v1/groups/${one.id}/requests`)), [request.id], 'their own');
    assert.deepEqual(await collect(cy, `/v1/groups/${one.id}/requests`), []);
    assert.equal((await read(one, request, ann)).conflict, 'none');
    const approved = await must(act(one, request, ann, 'approve', { message: 'Welcome' }));
    assert.deepEqual([approved.state, approved.decided_by.name, approved.decided_at], ['approved', 'ann', at(0)]);
    assert.match(mails('request-approved', ben)[0], /Welcome/);
    assert.deepEqual(await names(one, ben), ['ann', 'ben']);
    const seen = (await ben.get(`/v1/groups/${one.id}`)).body;
    assert.deepEqual([seen.members, seen.role], [2, 'member']);
    assertProblem(await act(one, request, ann, 'decline', { message: 'No' }), 409, 'request-state');
    assertProblem(await ben.put(`/v1/groups/${one.id}/requests/${uuid()}`, {}), 409, 'already-exists');
    assert.deepEqual(ids(await collect(ann, `/v1/groups/${one.id}/requests?state=open`)), []);
});

test('R17 R18: who joins reads the scope of the group, an officer also theirs; who leaves reads neither', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy');
    const one = await group(ann), officers = officersOf(one), request = await ask(one, ben, { message: 'Me' });
    const own = new Copy(ben), leader = await scope(ann, officers);
    await own.sync();
    assert.deepEqual(leader.of('membership_request').map((r) => [r.id, r.from.name, r.conflict]), [[request.id, 'ben', 'none']]);
    assert.deepEqual(own.of('membership_request').filter((r) => r.group === one.id).map((r) => [r.id, r.conflict]), [[request.id, undefined]]);
    assertProblem(await ben.get(`/v1/changes?scope=${one.id}`), 404, 'not-found');
    await must(act(one, request, ann, 'approve', {}));
    await own.sync();
    assert.ok(own.of('scope').some((s) => s.id === one.id && s.kind === 'group' && s.role === 'member'));
    const inside = await scope(ben, one.id);
    assert.deepEqual(inside.of('member').map((m) => [m.name, m.email, m.role]).sort(), [['ann', ann.email, 'leader'], ['ben', ben.email, 'member']]);
    assert.deepEqual(inside.of('group').map((g) => [g.id, g.members, g.role]), [[one.id, 2, 'member']]);
    assertProblem(await ben.get(`/v1/changes?scope=${officers}`), 404, 'not-found');
    await must(role(one, ann, ben, { role: 'secretary' }));
    const wide = await scope(ben, officers);
    assert.deepEqual(wide.of('membership_request').map((r) => r.id), [request.id]);
    await join(one, ann, cy);
    await inside.sync();
    assert.deepEqual(inside.of('member').map((m) => m.name).sort(), ['ann', 'ben', 'cy']);
    assert.equal((await cy.post(`/v1/groups/${one.id}/leave`, { reason: 'Moved' })).status, 204);
    await inside.sync();
    assert.deepEqual(inside.of('member').map((m) => m.name).sort(), ['ann', 'ben']);
    assertProblem(await cy.get(`/v1/changes?scope=${one.id}`), 404, 'not-found');
    assert.match(mails('membership-ended', ann)[0], /Moved/);
    await must(role(one, ann, ben, { role: 'member' }));
    assertProblem(await ben.get(`/v1/changes?scope=${officers}`), 404, 'not-found');
});

test('R61 R117 R124: with a request an officer reads how often they came as a visitor, and what references said; the applicant does not', async () => {
    const [ann, ben] = await people(net.api, 'ann', 'ben'), one = await group(ann), meeting = uuid(), officers = await scope(ann, officersOf(one));
    await must(ann.put(`/v1/groups/${one.id}/meetings/${meeting}`, { starts_at: at(0) }));
    await must(ann.post(`/v1/groups/${one.id}/meetings/${meeting}/open`, {}));
    const visitor = uuid(), visit = (extra = {}) => must(ann.put(`/v1/meetings/${meeting}/visitors/${visitor}`, { name: 'Ben', email: ben.email.toUpperCase(), ...extra }, { create: false }));
    await visit();
    const request = await ask(one, ben);
    assert.deepEqual([(await read(one, request, ann)).visits, (await read(one, request, ben)).visits], [1, 0]);
    await must(ann.put(`/v1/groups/${one.id}/vetting/${uuid()}`, { account: ben.account, kind: 'reference', who: 'Sue', checked_on: '2026-02-20', result: 'ok' }, { create: false }));
    const told = await read(one, request, ann);
    assert.deepEqual([told.references_ok, told.references_bad, (await read(one, request, ben)).references_ok], [1, 0, 0]);
    await officers.sync();
    assert.deepEqual(officers.of('membership_request').map((r) => [r.visits, r.references_ok]), [[1, 1]]);
    await visit({ removed: true });
    assert.equal((await read(one, request, ann)).visits, 0);
    const copied = async () => { await officers.sync(); return officers.of('membership_request').map((r) => r.visits); };
    assert.deepEqual(await copied(), [0], 'their copy is told');
    await visit({ removed: false });
    assert.deepEqual(await copied(), [1], 'a visit that is entered after the request');
    await visit({ email: 'somebody@else.example' });
    assert.deepEqual(await copied(), [0], 'it was somebody else');
});

test('R59 R123: closed doors, a full group and a taken seat keep out, when asking and when approving', async () => {
    const [ann, ben, cy, dan, eve] = await people(net.api, 'ann', 'ben', 'cy', 'dan', 'eve');
    const one = await group(ann, { seat_by_category: true, seats: 3 });
    const asks = (who, body) => who.put(`/v1/groups/${one.id}/requests/${uuid()}`, body);
    const [b, c] = [await ask(one, ben, { business_type: 'plumber' }), await ask(one, cy, { business_type: 'Plumber' })];
    const d = await ask(one, dan, { business_type: 'Dog walker' });
    await must(act(one, b, ann, 'approve', {}));
    const told = await read(one, c, ann);
    assert.deepEqual([told.seat_taken_by, told.conflict], ['ben', 'none']);
    assert.equal((await read(one, c, cy)).seat_taken_by, undefined, 'the applicant is not told who');
    assertProblem(await act(one, c, ann, 'approve', {}), 409, 'seat-taken');
    assertProblem(await asks(eve, { business_type: 'Plumbing' }), 409, 'seat-taken');
    assert.equal((await read(one, c, ann)).state, 'requested', 'it stays open');
    const seats = (await eve.get(`/v1/groups/${one.id}/seats`)).body;
    assert.deepEqual([seats.items.map((s) => [s.business_type, s.taken, s.taken_by]), seats.members, seats.free], [[['plumber', true, 'ben']], 2, 1]);
    await must(act(one, d, ann, 'approve', {}));
    assertProblem(await asks(eve, { business_type: 'Baker' }), 409, 'group-full');
    const e = (await must(ann.get(`/v1/groups/${one.id}`)));
    await must(ann.patch(`/v1/groups/${one.id}`, { seats: 9, open: false }, { rev: e.rev }));
    assertProblem(await asks(eve, { business_type: 'Baker' }), 409, 'group-not-open');
    assertProblem(await act(one, c, ann, 'approve', {}), 409, 'group-not-open');
    assert.equal((await ben.post(`/v1/groups/${one.id}/leave`, {})).status, 204);
    await must(ann.patch(`/v1/groups/${one.id}`, { open: true }, { rev: e.rev + 1 }));
    assert.equal((await read(one, c, ann)).seat_taken_by, undefined, 'the seat is free again');
    await must(act(one, c, ann, 'approve', {}));
    assert.deepEqual(await names(one, ann), ['ann', 'cy', 'dan']);
    assertProblem(await role(one, ann, dan, { business_type: 'plumber' }), 409, 'seat-taken');
});

test('R53 R54 D8 R63: exclusivity keeps out of a second group, either way, except who leads the exclusive one', async () => {
    const [eve, fay, gus, hal, ivy] = await people(net.api, 'eve', 'fay', 'gus', 'hal', 'ivy');
    const exclusive = await group(eve, { exclusive: true }), plain = await group(fay);
    await join(exclusive, eve, gus);
    assertProblem(await gus.put(`/v1/groups/${plain.id}/requests/${uuid()}`, {}), 409, 'group-exclusive');
    await join(plain, fay, hal);
    assertProblem(await hal.put(`/v1/groups/${exclusive.id}/requests/${uuid()}`, {}), 409, 'group-exclusive');
    const request = await ask(plain, eve, { message: 'I lead another' });
    assert.equal((await read(plain, request, fay)).conflict, 'none', 'an approved leader of the exclusive group');
    await must(act(plain, request, fay, 'approve', {}));

    const first = await ask(exclusive, ivy), second = await ask(plain, ivy); // both asked in time
    await must(act(plain, second, fay, 'approve', {}));
    assert.equal((await read(exclusive, first, eve)).conflict, 'this_exclusive');
    assertProblem(await act(exclusive, first, eve, 'approve', {}), 409, 'group-exclusive');
    await must(ivy.post(`/v1/groups/${plain.id}/leave`, {}));
    assert.equal((await read(exclusive, first, eve)).conflict, 'none');
    const third = await ask(plain, ivy);
    await must(act(exclusive, first, eve, 'approve', {}));
    assert.equal((await read(plain, third, fay)).conflict, 'other_exclusive');
    assertProblem(await act(plain, third, fay, 'approve', {}), 409, 'group-exclusive');

    const page = await must(fay.get(`/v1/groups/${plain.id}`)); // a group becomes exclusive: nobody may be left in two as a plain member
    assertProblem(await fay.patch(`/v1/groups/${plain.id}`, { exclusive: true }, { rev: page.rev }), 409, 'group-exclusive');
    await must(eve.post(`/v1/groups/${plain.id}/leave`, {}));
    assert.equal((await must(fay.patch(`/v1/groups/${plain.id}`, { exclusive: true }, { rev: page.rev }))).exclusive, true);
});

test('R62 R63 D13: a second group as leader waits for an administrator, and several exclusive ones are for their leaders only', async () => {
    const [jon, kim, liz] = await people(net.api, 'jon', 'kim', 'liz');
    const one = await group(jon, { exclusive: true }), two = await draft(jon, { exclusive: true });
    assertProblem(await jon.post(`/v1/groups/${two.id}/activate`), 409, 'approval-needed');
    assertProblem(await kim.put(`/v1/leader-approvals/${uuid()}`, { group: two.id }), 404, 'not-found');
    const id = uuid(), asked = await jon.put(`/v1/leader-approvals/${id}`, { group: two.id, note: 'Both are mine' });
    assert.equal(asked.status, 201, asked.text);
    assert.deepEqual([asked.body.kind, asked.body.state, asked.body.account.name, asked.body.group_name], ['exclusive_exception', 'requested', 'jon', two.name]);
    assert.equal((await jon.put(`/v1/leader-approvals/${id}`, { group: two.id, note: 'Both are mine' })).status, 200);
    assertProblem(await jon.put(`/v1/leader-approvals/${uuid()}`, { group: two.id }), 409, 'already-exists');
    assertProblem(await jon.post(`/v1/leader-approvals/${id}/approve`, {}), 403, 'forbidden');
    assertProblem(await kim.get(`/v1/leader-approvals/${id}`), 404, 'not-found');
    assert.match(mails('leader-approval', root)[0], /Both are mine/);
    assert.deepEqual(ids(await collect(root, '/v1/leader-approvals?state=requested')), [id]);
    assert.deepEqual(await collect(kim, '/v1/leader-approvals'), []);
    assert.equal((await must(root.post(`/v1/leader-approvals/${id}/approve`, { message: 'Fine' }))).state, 'approved');
    assertProblem(await root.post(`/v1/leader-approvals/${id}/decline`, {}), 409, 'request-state');
    assert.match(mails('leader-approval', jon)[0], /Fine/);
    const copy = new Copy(jon);
    await copy.sync();
    assert.deepEqual(copy.of('leader_approval').map((a) => [a.id, a.state]), [[id, 'approved']]);
    assert.equal((await activate(jon, two)).state, 'active');

    await join(two, jon, kim); // who hands one of two exclusive groups over would be a plain member of it
    assertProblem(await role(two, jon, jon, { role: 'member' }), 409, 'last-leader');
    await must(role(two, jon, kim, { role: 'leader' }));
    assertProblem(await role(two, jon, jon, { role: 'member' }), 409, 'group-exclusive');
    await must(jon.post(`/v1/groups/${two.id}/leave`, {}));
    assert.deepEqual(await names(two, kim), ['kim']);

    const three = await draft(kim); // plain, and not a leader's
    assertProblem(await kim.post(`/v1/groups/${three.id}/activate`), 409, 'approval-needed');
    await join(one, jon, liz);
    const four = await draft(liz);
    assertProblem(await liz.post(`/v1/groups/${four.id}/activate`), 409, 'group-exclusive');
    const refused = uuid();
    await must(kim.put(`/v1/leader-approvals/${refused}`, { group: three.id }));
    assert.equal((await must(root.post(`/v1/leader-approvals/${refused}/decline`, { message: 'One is enough' }))).state, 'declined');
    assertProblem(await kim.post(`/v1/groups/${three.id}/activate`), 409, 'approval-needed');
});

test('R62: a member who leads another group becomes leader of this one only when that is approved', async () => {
    const [ann, dan] = await people(net.api, 'ann', 'dan');
    const own = await group(dan), one = await group(ann);
    await join(one, ann, dan);
    assertProblem(await role(one, ann, dan, { role: 'leader' }), 409, 'approval-needed');
    const id = uuid();
    assert.equal((await must(dan.put(`/v1/leader-approvals/${id}`, { group: one.id }))).kind, 'second_group');
    await must(root.post(`/v1/leader-approvals/${id}/approve`, {}));
    assert.equal((await must(role(one, ann, dan, { role: 'leader' }))).role, 'leader');
    assert.match(mails('role-changed', dan)[0], /leader/);
    assert.equal((await dan.post(`/v1/groups/${own.id}/close`)).status, 200);
});

test('D12: the last leader cannot leave or step down; hand over first, or close; a deleted one suspends the group', async () => {
    const [ann, ben, cy, eve, fay] = await people(net.api, 'ann', 'ben', 'cy', 'eve', 'fay');
    const lea = await net.api.user('lea@x.example'), one = await group(lea);
    await join(one, lea, ben);
    await join(one, lea, cy);
    const pending = await ask(one, eve, { message: 'Wait' });
    assertProblem(await lea.post(`/v1/groups/${one.id}/leave`, {}), 409, 'last-leader');
    assertProblem(await role(one, lea, lea, { role: 'member' }), 409, 'last-leader');
    assertProblem(await role(one, ben, cy, { role: 'leader' }), 403, 'forbidden');
    assertProblem(await ben.write('DELETE', `/v1/groups/${one.id}/members/${cy.account}`, { reason: 'x' }), 403, 'forbidden');
    await must(lea.write('DELETE', '/v1/me', { confirm: 'lea@x.example', password: PASSWORD }));
    assert.deepEqual((await ben.get(`/v1/groups/${one.id}`)).body.state, 'suspended');
    assertProblem(await ann.get(`/v1/groups/${one.id}`), 404, 'not-found');
    assert.deepEqual(ids(await collect(ann, '/v1/groups')).includes(one.id), false);
    assert.deepEqual(ids(await collect(root, '/v1/groups')).includes(one.id), false);
    assert.deepEqual(ids(await collect(root, '/v1/groups?suspended=true')), [one.id], 'an administrator sees which wait');
    assertProblem(await ben.get('/v1/groups?suspended=true'), 403, 'forbidden');
    assertProblem(await root.get('/v1/groups?suspended=true&q=x'), 422, 'validation');
    assertProblem(await fay.put(`/v1/groups/${one.id}/requests/${uuid()}`, {}), 404, 'not-found');
    assert.deepEqual(await names(one, root), ['ben', 'cy'], 'an administrator finds somebody');
    assertProblem(await role(one, root, ben, { role: 'king' }), 422, 'validation');
    assert.equal((await must(role(one, root, ben, { role: 'leader' }))).role, 'leader');
    assert.equal((await ben.get(`/v1/groups/${one.id}`)).body.state, 'active');
    assert.deepEqual(await collect(root, '/v1/groups?suspended=true'), []);
    assertProblem(await root.patch(`/v1/groups/${one.id}/members/${cy.account}`, { role: 'leader' }, { rev: 2 }), 403, 'forbidden');
    assert.equal((await read(one, pending, ben)).state, 'requested');
    await must(role(one, ben, cy, { role: 'leader' }));
    await must(role(one, cy, ben, { role: 'member' })); // the hand-over
    assert.equal((await ben.post(`/v1/groups/${one.id}/leave`, {})).status, 204);
});

test('a member is removed with a reason that they are told, and the seat is free', async () => {
    const [ann, fay, gus] = await people(net.api, 'ann', 'fay', 'gus');
    const one = await group(ann, { seat_by_category: true }), two = await net.api.user('two@x.example');
    await join(one, ann, two, { business_type: 'baker' });
    const waiting = await ask(one, await net.api.user('three@x.example'), { business_type: 'florist' });
    assertProblem(await ann.write('DELETE', `/v1/groups/${one.id}/members/${two.account}`, {}), 422, 'validation');
    assertProblem(await ann.write('DELETE', `/v1/groups/${one.id}/members/${fay.account}`, { reason: 'x' }), 404, 'not-found');
    assertProblem(await ann.write('DELETE', `/v1/groups/${one.id}/members/${ann.account}`, { reason: 'x' }), 403, 'forbidden');
    assertProblem(await gus.write('DELETE', `/v1/groups/${one.id}/members/${two.account}`, { reason: 'x' }), 403, 'forbidden');
    assert.equal((await ann.write('DELETE', `/v1/groups/${one.id}/members/${two.account}`, { reason: 'Never came' })).status, 204);
    assert.match(mails('membership-ended', two)[0], /Never came/);
    assert.deepEqual(await names(one, ann), ['ann']);
    assertProblem(await two.post(`/v1/groups/${one.id}/leave`, {}), 403, 'forbidden');
    await join(one, ann, await net.api.user('four@x.example'), { business_type: 'baker' });
    assert.equal((await must(act(one, waiting, ann, 'decline', { message: 'Not now' }))).reason, 'Not now');
});

test('a request is withdrawn; a declined one rests for thirty days; the same request again is one', async () => {
    let [ann, hal, liz] = await people(net.api, 'ann', 'hal', 'liz');
    const one = await group(ann), id = uuid(), body = { message: 'Once' };
    await ask(one, hal, body, id);
    assert.equal((await hal.put(`/v1/groups/${one.id}/requests/${id}`, body)).status, 200);
    assertProblem(await hal.put(`/v1/groups/${one.id}/requests/${id}`, { message: 'Twice' }), 412, 'precondition-failed');
    assertProblem(await hal.put(`/v1/groups/${one.id}/requests/${uuid()}`, body), 409, 'already-exists');
    assert.equal((await must(act(one, { id }, hal, 'withdraw', {}))).state, 'withdrawn');
    const again = await ask(one, hal, body), key = uuid();
    assertProblem(await act(one, again, ann, 'decline', {}), 422, 'validation');
    const first = await ann.post(`/v1/groups/${one.id}/requests/${again.id}/decline`, { message: 'No' }, { key });
    const replay = await ann.post(`/v1/groups/${one.id}/requests/${again.id}/decline`, { message: 'No' }, { key });
    assert.equal(replay.headers['idempotency-replayed'], 'true');
    assert.deepEqual(replay.body, first.body);
    assert.match(mails('request-declined', hal)[0], /No/);
    assertProblem(await hal.put(`/v1/groups/${one.id}/requests/${uuid()}`, body), 409, 'too-soon');
    await moveTo(31 * DAY);
    [ann, hal, liz] = await Promise.all([ann, hal, liz].map(({ email }) => net.api.login(email)));
    await ask(one, hal, body);
    assert.equal((await ann.post(`/v1/groups/${one.id}/close`)).body.state, 'closed');
    assertProblem(await liz.get(`/v1/groups/${one.id}`), 404, 'not-found');
    assert.equal((await ann.get(`/v1/groups/${one.id}`)).body.state, 'closed', 'its leader can read it still');
    assert.match(mails('request-declined', hal)[1], /closed/);
    assertProblem(await ann.post(`/v1/groups/${one.id}/close`), 409, 'group-state');
});
