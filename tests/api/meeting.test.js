// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings of groups: those of the schedule and others, what becomes of them, what is entered there and who sees it.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { Copy } = require('./copy.js');
const { draft, activate, group, join, must, officersOf } = require('./groups.js');
const { act, at, enter, entries, meeting, meetings, pairId, thursdays } = require('./meetings.js');
const { network } = require('./network.js');

const everybody = ['ann', 'ben', 'cy', 'dan', 'eve'];
/* Five weeks before the clock goes forward in London. */
const env = { LEADLINE_NOW: '2026-02-23T10:00:00.000Z' };
let net, club;
before(async () => {
    net = await network([], { strangers: everybody, env });
    club = await group(net.ann, thursdays());
    for (const who of [net.ben, net.cy, net.dan]) await join(club, net.ann, who);
    const { rev } = await must(net.ann.get(`/v1/groups/${club.id}/members/${net.dan.account}`));
    await must(net.ann.patch(`/v1/groups/${club.id}/members/${net.dan.account}`, { role: 'secretary' }, { rev }));
});
after(() => net.stop());

async function patch(who, path, body) {
    const { rev } = await must(who.get(path));
    return who.patch(path, body, { rev });
}
const times = (list) => list.map((m) => m.starts_at);

/* ---- the schedule */

test('R56: the meetings of the next eight weeks are there, at seven by the clock on the wall, whatever it does', async () => {
    const list = await meetings(net.ben, club);
    assert.deepEqual(times(list), ['2026-02-26T07:00:00.000Z', '2026-03-05T07:00:00.000Z', '2026-03-12T07:00:00.000Z', '2026-03-19T07:00:00.000Z', '2026-03-26T07:00:00.000Z',
        '2026-04-02T06:00:00.000Z', '2026-04-09T06:00:00.000Z', '2026-04-16T06:00:00.000Z']);
    for (const m of list) assert.deepEqual([m.state, m.group, m.duration, m.place, m.time_zone, m.rev], ['scheduled', club.id, 90, 'The Mill', 'Europe/London', 1]);
    const again = await must(net.ann.get(at(list[0])));
    assert.deepEqual(again, list[0]);
});

test('R56: every cadence of a group makes its meetings; "other" makes none', async () => {
    const { eve } = net;
    const days = async (extra) => {
        const one = await group(eve, thursdays(extra)), got = (await meetings(eve, one)).map((m) => m.starts_at.slice(0, 10));
        await must(eve.post(`/v1/groups/${one.id}/close`, {}));
        return got;
    };
    assert.deepEqual(await days({ cadence: 'biweekly', first_on: '2026-02-26' }), ['2026-02-26', '2026-03-12', '2026-03-26', '2026-04-09']);
    assert.deepEqual(await days({ cadence: 'monthly', ordinal: 5 }), ['2026-02-26', '2026-03-26']);
    assert.deepEqual(await days({ cadence: 'monthly_by_date', month_day: 31 }), ['2026-02-28', '2026-03-31']);
    assert.deepEqual(await days({ cadence: 'other' }), []);
    assert.deepEqual(await days({ cadence: 'weekly', first_on: '2026-04-09' }), ['2026-04-09', '2026-04-16']);
});

test('R56: making them again makes nothing', async () => {
    const owner = (await net.api.user(`plan-${uuid()}@x.example`, {})), own = await group(owner, thursdays());
    const copy = new Copy(owner, { scope: own.id });
    await copy.sync();
    const first = await meetings(owner, own);
    const path = `/v1/groups/${own.id}`;
    await must(patch(owner, path, { home_text: 'Hello' }));
    assert.deepEqual(await meetings(owner, own), first);
    assert.deepEqual((await copy.sync()).map((o) => o.type), ['group']);
});

test('R56: with the schedule, meetings that nobody touched move or go; what somebody touched stays', async () => {
    const owner = await net.api.user(`move-${uuid()}@x.example`, {}), own = await group(owner, thursdays());
    const path = `/v1/groups/${own.id}`, [a, b, c, d] = await meetings(owner, own);
    const copy = new Copy(owner, { scope: own.id });
    await must(enter(owner, a, 'rsvp', owner.account, { answer: 'yes' }));
    await must(patch(owner, at(b), { topic: 'Heat pumps' }));
    await must(act(owner, c, 'holiday', { reason: 'Spring' }));
    await must(patch(owner, path, { start_minute: 480, place: 'Library' }));
    const moved = await meetings(owner, own);
    assert.deepEqual(times(moved).slice(0, 4), [a.starts_at, b.starts_at, c.starts_at, '2026-03-19T08:00:00.000Z']);
    assert.deepEqual(moved.slice(0, 4).map((m) => [m.place, m.state, m.sequence]), [['The Mill', 'scheduled', 0], ['The Mill', 'scheduled', 0], ['The Mill', 'holiday', 1], ['Library', 'scheduled', 1]]);
    assert.equal(moved[3].id, d.id);
    await copy.sync();
    await must(patch(owner, path, { weekday: 2 }));
    const other = await meetings(owner, own);
    assert.deepEqual(times(other).filter((t) => new Date(t).getUTCDay() === 4), [a.starts_at, b.starts_at, c.starts_at]);
    assert.deepEqual(times(other).filter((t) => new Date(t).getUTCDay() === 2)[0], '2026-02-24T08:00:00.000Z');
    await copy.sync();
    assert.deepEqual(copy.of('meeting').map((m) => m.id).sort(), other.map((m) => m.id).sort());
    await must(patch(owner, path, { weekday: 4 }));
    assert.equal((await meetings(owner, own)).length, 8);
});

test('a group that closes has no meetings ahead; a draft has none yet', async () => {
    const owner = await net.api.user(`close-${uuid()}@x.example`, {}), own = await draft(owner, thursdays());
    assert.deepEqual(await meetings(owner, own), []);
    await activate(owner, own);
    assert.equal((await meetings(owner, own)).length, 8);
    await must(owner.post(`/v1/groups/${own.id}/close`, {}));
    assert.deepEqual(await meetings(owner, own), []);
});

test('lists of meetings: between times, of a state, in pages', async () => {
    const { ben } = net, list = await meetings(ben, club);
    assert.deepEqual(await meetings(ben, club, '?from=2026-03-05T07:00:00Z&to=2026-03-19T07:00:00Z'), list.slice(1, 3));
    const first = await must(ben.get(`/v1/groups/${club.id}/meetings?limit=3`)), rest = await must(ben.get(`/v1/groups/${club.id}/meetings?limit=100&cursor=${first.next}`));
    assert.deepEqual([...first.items, ...rest.items], list);
    assert.deepEqual(await meetings(ben, club, '?state=completed'), []);
    assertProblem(await ben.get(`/v1/groups/${club.id}/meetings?from=then`), 422, 'validation');
    assertProblem(await ben.get(`/v1/groups/${club.id}/meetings?state=merry`), 422, 'validation');
});

/* ---- a meeting */

test('a meeting beside the schedule is made once, changed with If-Match, and has the group\'s place and zone where it says none', async () => {
    const { ann, ben } = net, id = uuid(), path = `/v1/groups/${club.id}/meetings/${id}`, body = { starts_at: '2026-05-01T17:00:00.000Z', topic: 'Summer party' };
    const made = await ann.put(path, body);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.place, made.body.time_zone, made.body.duration, made.body.sequence], ['The Mill', 'Europe/London', 90, 0]);
    assert.equal((await ann.put(path, body)).status, 200);
    assertProblem(await ann.put(path, { ...body, topic: 'Winter party' }), 412, 'precondition-failed');
    assertProblem(await ann.patch(path, { topic: 'Garden party' }, { rev: 7 }), 412, 'precondition-failed');
    const told = await must(ann.patch(path, { topic: 'Garden party' }, { rev: 1 }));
    assert.deepEqual([told.topic, told.sequence, told.rev], ['Garden party', 0, 2]);
    const moved = await must(ann.patch(path, { starts_at: '2026-05-02T17:00:00.000Z' }, { rev: 2 }));
    assert.deepEqual([moved.starts_at, moved.sequence], ['2026-05-02T17:00:00.000Z', 1]);
    assert.deepEqual((await ben.get(path)).body, moved);
    for (const bad of [{ time_zone: 'Mars/Base' }, { agenda: ['lunch'] }, { starts_at: null }, { duration: -5 }])
        assertProblem(await ann.put(`/v1/groups/${club.id}/meetings/${uuid()}`, { ...body, ...bad }), 422, 'validation');
    await must(act(ann, moved, 'cancel', { reason: 'Rain' }));
});

test('R125: an agenda has items of their kinds', async () => {
    const agenda = ['10 networking', '60 minute', '10 presentation: Zoe Carter, heat pumps', '15 training: asking for leads', '10 slips', '5 business: dues'];
    const one = await meeting(net.ann, club, { agenda, verbs: [] });
    assert.deepEqual(one.agenda, agenda);
    assertProblem(await patch(net.ann, at(one), { agenda: ['10 networking', 'presentation'] }), 422, 'validation');
    await must(act(net.ann, one, 'cancel', { reason: 'x' }));
});

test('R64: what becomes of a meeting, and that nobody but a leader takes one out of reports again', async () => {
    const { ann, dan, ben } = net, one = await meeting(dan, club, { verbs: [] });
    const state = async (who, verb, body) => { const got = await act(who, one, verb, body); return got.status === 200 ? got.body.state : got.body.code; };
    assert.equal(await state(ben, 'open'), 'forbidden');
    assert.equal(await state(dan, 'complete'), 'meeting-state');
    assert.equal(await state(dan, 'open'), 'open');
    assert.equal(await state(dan, 'cancel', { reason: 'x' }), 'meeting-state');
    assert.equal(await state(dan, 'close'), 'draft');
    assert.equal(await state(dan, 'complete'), 'completed');
    assert.equal(await state(dan, 'reopen', { reason: 'x' }), 'forbidden');
    assert.equal(await state(ann, 'reopen'), 'validation');
    assert.equal(await state(ann, 'reopen', { reason: 'Forgot Zoe' }), 'reopened');
    assert.equal(await state(dan, 'complete'), 'completed');
    assert.equal((await must(ann.get(at(one)))).reason, 'Forgot Zoe');
    assertProblem(await patch(ann, at(one), { place: 'Elsewhere' }), 409, 'meeting-state');
    assert.equal((await must(patch(ann, at(one), { minutes: 'We met.' }))).minutes, 'We met.');
    const other = await meeting(ann, club);
    assert.equal((await must(act(ann, other, 'discard'))).state, 'discarded');
    assertProblem(await patch(ann, at(other), { minutes: 'x' }), 409, 'meeting-state');
});

test('who is no member sees no meeting', async () => {
    const one = (await meetings(net.ben, club))[0], { eve } = net;
    for (const path of [at(one), `/v1/meetings/${one.id}/entries`]) assertProblem(await eve.get(path), 404, 'not-found');
    assertProblem(await eve.get(`/v1/groups/${club.id}/meetings`), 403, 'forbidden');
    assertProblem(await enter(eve, one, 'rsvp', eve.account, { answer: 'yes' }), 404, 'not-found');
    assertProblem(await act(eve, one, 'open'), 404, 'not-found');
});

/* ---- entries */

test('attendance: P A L M S, a substitute has a name, entered by officers while the meeting is open', async () => {
    const { ann, ben, cy, dan } = net, one = await meeting(ann, club, { verbs: [] });
    assertProblem(await enter(dan, one, 'attendance', ben.account, { code: 'P' }), 409, 'meeting-state');
    await must(act(ann, one, 'open'));
    assertProblem(await enter(ben, one, 'attendance', ben.account, { code: 'P' }), 403, 'forbidden');
    assertProblem(await enter(dan, one, 'attendance', ben.account, { code: 'S' }), 422, 'validation');
    assertProblem(await enter(dan, one, 'attendance', ben.account, { code: 'X' }), 422, 'validation');
    assertProblem(await enter(dan, one, 'attendance', net.eve.account, { code: 'P' }), 422, 'validation');
    const first = await enter(dan, one, 'attendance', ben.account, { code: 'S', substitute: 'Bo Chen' });
    assert.equal(first.status, 201, first.text);
    for (const [who, code] of [[ann, 'P'], [cy, 'M'], [dan, 'L']]) await must(enter(dan, one, 'attendance', who.account, { code, entered_at: '2026-02-23T09:59:00.000Z' }));
    const second = await must(enter(ann, one, 'attendance', cy.account, { code: 'A', left_early: true }));
    assert.deepEqual([second.code, second.entered_by, second.rev, second.left_early], ['A', ann.account, 2, true]);
    const all = await entries(ben, one);
    assert.deepEqual(all.attendance.map((a) => `${a.account} ${a.code} ${a.substitute ?? ''}`).sort(),
        [`${ann.account} P `, `${ben.account} S Bo Chen`, `${cy.account} A `, `${dan.account} L `].sort());
    await must(act(ann, one, 'complete'));
    const late = await enter(dan, one, 'attendance', ben.account, { code: 'P' });
    assertProblem(late, 409, 'meeting-state');
    assert.match(late.body.detail, /a leader can reopen it/);
    await must(act(ann, one, 'reopen', { reason: 'Ben came' }));
    await must(enter(dan, one, 'attendance', ben.account, { code: 'P' }));
});

function* permutations(list) {
    if (list.length < 2) yield list;
    for (let i = 0; i < list.length; i++)
        for (const rest of permutations(list.filter((_, k) => k !== i))) yield [list[i], ...rest];
}

test('of two entries the later one stays, in whichever order they arrive: all orders of five end alike', async () => {
    const { ann, dan } = net, minute = (n) => new Date(Date.parse(env.LEADLINE_NOW) - n * 60000).toISOString();
    const facts = [[ann, { code: 'P', entered_at: minute(5) }], [dan, { code: 'L', entered_at: minute(3) }], [ann, { code: 'A', entered_at: minute(3) }],
        [dan, { code: 'M', entered_at: minute(4) }], [ann, { code: 'S', substitute: 'Bo', entered_at: minute(9) }]];
    const slip = (need, n, extra = {}) => ({ from: net.ben.account, to: net.cy.account, need, entered_at: minute(n), ...extra });
    const slips = [[ann, slip('one', 5)], [dan, slip('two', 2)], [ann, slip('two', 2, { removed: true })], [dan, slip('three', 7)], [ann, slip('one', 5)]];
    const ends = new Set();
    for (const order of permutations([0, 1, 2, 3, 4])) {
        const one = await meeting(ann, club), id = uuid();
        for (const i of order) {
            await must(enter(facts[i][0], one, 'attendance', net.ben.account, facts[i][1]));
            await must(enter(slips[i][0], one, 'slips', id, slips[i][1]));
        }
        const a = await must(ann.get(`/v1/meetings/${one.id}/attendance/${net.ben.account}`)), s = await must(ann.get(`/v1/meetings/${one.id}/slips/${id}`));
        ends.add(JSON.stringify([a.code, a.substitute, a.entered_by, a.entered_at, s.need, s.removed, s.entered_by, s.entered_at]));
        await must(act(ann, one, 'discard'));
    }
    assert.equal(ends.size, 1, [...ends].join('\n'));
});

test('nobody enters from the future', async () => {
    const { dan, ben, ann } = net, one = await meeting(ann, club);
    const early = await must(enter(dan, one, 'attendance', ben.account, { code: 'A', entered_at: '2031-01-01T00:00:00.000Z' }));
    assert.equal(early.entered_at, env.LEADLINE_NOW);
});

test('answers are one\'s own, or entered by an officer, until the room is empty', async () => {
    const { ann, ben, cy } = net, one = await meeting(ann, club, { verbs: [] });
    const got = await must(enter(ben, one, 'rsvp', ben.account, { answer: 'no', substitute: 'Bo' }));
    assert.deepEqual([got.answer, got.substitute, got.entered_by, got.account], ['no', 'Bo', ben.account, ben.account]);
    assertProblem(await enter(ben, one, 'rsvp', cy.account, { answer: 'no' }), 403, 'forbidden');
    await must(enter(ann, one, 'rsvp', cy.account, { answer: 'maybe' }));
    await must(act(ann, one, 'open'));
    await must(enter(ben, one, 'rsvp', ben.account, { answer: 'yes' }));
    await must(act(ann, one, 'close'));
    assertProblem(await enter(ben, one, 'rsvp', ben.account, { answer: 'no' }), 409, 'meeting-state');
    assert.deepEqual((await entries(cy, one)).rsvps.map((r) => r.answer).sort(), ['maybe', 'yes']);
});

test('R124: visitors are seen by officers and by who brought them; what became of them is told afterwards too', async () => {
    const { ann, ben, cy, dan } = net, one = await meeting(ann, club), id = uuid();
    const ada = { name: 'Ada Lane', company_name: 'Lane Ltd', email: 'ada@lane.example', brought_by: ben.account, outcome: 'to_follow_up' };
    assertProblem(await enter(ben, one, 'visitors', id, ada), 403, 'forbidden');
    assertProblem(await enter(dan, one, 'visitors', id, { ...ada, brought_by: net.eve.account }), 422, 'validation');
    await must(enter(dan, one, 'visitors', id, ada));
    for (const who of [ann, dan, ben]) assert.deepEqual((await entries(who, one)).visitors.map((v) => v.name), ['Ada Lane']);
    assert.deepEqual((await entries(cy, one)).visitors, []);
    assertProblem(await cy.get(`/v1/meetings/${one.id}/visitors/${id}`), 404, 'not-found');
    const officers = new Copy(dan, { scope: officersOf(club) }), bens = new Copy(ben), cys = new Copy(cy);
    for (const copy of [officers, bens, cys]) await copy.sync();
    assert.deepEqual([officers, bens, cys].map((c) => c.of('visitor').some((v) => v.id === id)), [true, true, false]);
    await must(act(ann, one, 'complete'));
    assertProblem(await enter(dan, one, 'visitors', id, { ...ada, name: 'Ada Lake' }), 409, 'meeting-state');
    assertProblem(await enter(dan, one, 'visitors', uuid(), ada), 409, 'meeting-state');
    assert.equal((await must(enter(dan, one, 'visitors', id, { ...ada, outcome: 'joined', note: 'Seat 4' }))).outcome, 'joined');
    await must(act(ann, one, 'reopen', { reason: 'x' }));
    await must(enter(dan, one, 'visitors', id, { ...ada, brought_by: cy.account, removed: false }));
    for (const copy of [officers, bens, cys]) await copy.sync();
    assert.deepEqual([officers, bens, cys].map((c) => c.of('visitor').some((v) => v.id === id)), [true, false, true]);
    await must(enter(dan, one, 'visitors', id, { ...ada, brought_by: cy.account, removed: true, entered_at: env.LEADLINE_NOW }));
});

test('R64: one\'s own slips are there at once, pending until the meeting is completed; the contact is for its sides', async () => {
    const { ann, ben, cy, dan } = net, one = await meeting(ann, club, { verbs: [] }), id = uuid(), secret = 'Kim Poe, 01632 960111';
    const slip = { from: ben.account, to: cy.account, need: 'A new boiler', contact: secret };
    assertProblem(await enter(cy, one, 'slips', id, slip), 403, 'forbidden');
    const made = await must(enter(ben, one, 'slips', id, slip));
    assert.deepEqual([made.inside, made.contact, made.entered_by], [true, secret, ben.account]);
    const outside = await must(enter(ben, one, 'slips', uuid(), { from: ben.account, to_name: 'Lee Outside', need: 'A roof' }));
    assert.equal(outside.inside, false);
    for (const bad of [{ to: ben.account }, { to: undefined }, { to_name: 'Both' }, { need: '' }, { to: net.eve.account }])
        assertProblem(await enter(ben, one, 'slips', uuid(), { ...slip, ...bad }), 422, 'validation');
    const seen = async (who) => (await entries(who, one)).slips.find((s) => s.id === id).contact;
    assert.deepEqual([await seen(ben), await seen(cy), await seen(dan), await seen(ann)], [secret, secret, undefined, undefined]);
    const copy = new Copy(dan, { scope: club.id });
    await copy.sync();
    assert.equal(copy.of('slip').find((s) => s.id === id).contact, undefined);
    await must(act(ann, one, 'open'));
    assertProblem(await enter(cy, one, 'slips', id, { ...slip, from: cy.account, to: ben.account }), 403, 'forbidden');
    assertProblem(await enter(ben, one, 'slips', id, { ...slip, from: cy.account, to: ben.account }), 403, 'forbidden');
    await must(enter(ben, one, 'slips', id, { ...slip, need: 'A new boiler, soon', removed: true, entered_at: env.LEADLINE_NOW }));
    await copy.sync();
    assert.equal(copy.of('slip').some((s) => s.id === id), false);
    assert.equal((await entries(ben, one)).slips.some((s) => s.id === id), false);
    await must(act(ann, one, 'complete'));
    assertProblem(await enter(ben, one, 'slips', uuid(), slip), 409, 'meeting-state');
});

test('D7: the amount of thanks is the giver\'s to see', async () => {
    const { ann, ben, cy, dan } = net, one = await meeting(ann, club), id = uuid(), amount = { amount: 125000, currency: 'GBP' };
    const thanks = { from: ben.account, to: cy.account, amount, kind: 'new', tier: 'inside' };
    assertProblem(await enter(cy, one, 'thanks', id, thanks), 403, 'forbidden');
    assertProblem(await enter(ben, one, 'thanks', id, { ...thanks, amount: undefined }), 422, 'validation');
    assert.deepEqual((await must(enter(ben, one, 'thanks', id, thanks))).amount, amount);
    const seen = async (who) => (await entries(who, one)).thanks.map((t) => t.amount ?? 'none');
    assert.deepEqual([await seen(ben), await seen(cy), await seen(ann), await seen(dan)], [[amount], ['none'], ['none'], ['none']]);
    const copies = [];
    for (const who of [ben, cy]) {
        const copy = new Copy(who);
        await copy.sync();
        copies.push(copy.of('thanks').find((t) => t.id === id).amount);
    }
    assert.deepEqual(copies, [amount, undefined]);
    const entered = await must(enter(dan, one, 'thanks', uuid(), { from: cy.account, to: ann.account, amount, kind: 'repeat', tier: 'outside' }));
    assert.equal(entered.amount, undefined, 'not even by who enters it for them');
    for (const scope of [club.id, officersOf(club)]) {
        const copy = new Copy(dan, { scope });
        await copy.sync();
        assert.deepEqual(copy.of('thanks'), []);
    }
});

test('an id that is taken elsewhere, and a key that comes again', async () => {
    const { ann, ben, cy } = net, one = await meeting(ann, club), other = await meeting(ann, club), id = uuid(), key = uuid();
    const slip = { from: ben.account, to: cy.account, need: 'Tiles' }, path = `/v1/meetings/${one.id}/slips/${id}`;
    const first = await ben.put(path, slip, { key, create: false }), again = await ben.put(path, slip, { key, create: false });
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.deepEqual(again.body, first.body);
    assertProblem(await enter(ben, other, 'slips', id, slip), 409, 'already-exists');
});

/* ---- one-to-ones */

test('a one-to-one that both report is one; each takes back only what they said, and sees only their note', async () => {
    const { ben, cy, ann, eve } = net, day = '2026-02-20', id = pairId(ben.account, cy.account, day), path = `/v1/one-to-ones/${id}`;
    const put = (who, other, extra = {}, at = path) => who.put(at, { group: club.id, with: other.account, met_on: day, ...extra }, { create: false });
    const made = await put(ben, cy, { place: 'Café', note: 'Likes sailing' });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.a, made.body.b].sort(), [ben.account, cy.account].sort());
    const both = await must(put(cy, ben, { note: 'Wants roofs' }));
    assert.deepEqual([both.place, both.note, both.reported_by], ['Café', 'Wants roofs', ben.account]);
    assert.equal((await must(ben.get(path))).note, 'Likes sailing');
    assertProblem(await ann.get(path), 404, 'not-found');
    const list = async (who) => (await must(who.get('/v1/one-to-ones'))).items.map((o) => o.id);
    assert.deepEqual([await list(ben), await list(cy)], [[id], [id]]);
    const copies = [new Copy(ben), new Copy(cy)];
    for (const copy of copies) await copy.sync();
    assert.deepEqual(copies.map((c) => c.of('one_to_one').map((o) => o.note)), [['Likes sailing'], ['Wants roofs']]);
    await must(put(ben, cy, { removed: true }));
    assert.deepEqual(await list(cy), [id], 'she still says so');
    await must(put(cy, ben, { removed: true }));
    assert.deepEqual([await list(ben), await list(cy)], [[], []]);
    for (const copy of copies) await copy.sync();
    assert.deepEqual(copies.flatMap((c) => c.of('one_to_one')), []);
    await must(put(ben, cy));
    assert.deepEqual(await list(cy), [id]);
    assertProblem(await put(ben, cy, { met_on: '2026-02-21' }), 422, 'validation');
    assertProblem(await put(ben, ben), 422, 'validation');
    assertProblem(await put(ben, eve, {}, `/v1/one-to-ones/${pairId(ben.account, eve.account, day)}`), 422, 'validation');
    assertProblem(await put(eve, ben, {}, `/v1/one-to-ones/${pairId(ben.account, eve.account, day)}`), 403, 'forbidden');
    assertProblem(await put(ben, eve, { removed: true }, `/v1/one-to-ones/${pairId(ben.account, eve.account, day)}`), 404, 'not-found');
    assertProblem(await ben.put(`/v1/one-to-ones/${pairId(ben.account, ann.account, '2027-01-01')}`, { group: club.id, with: ann.account, met_on: '2027-01-01' }, { create: false }), 422, 'validation');
});

/* ---- the feed */

test('a group\'s scope has its meetings and what members see of them; who leaves loses it', async () => {
    const { ann, cy } = net, one = await meeting(ann, club);
    await must(enter(ann, one, 'attendance', cy.account, { code: 'P' }));
    const copy = new Copy(cy, { scope: club.id });
    await copy.sync();
    const told = copy.of('meeting').find((m) => m.id === one.id);
    assert.deepEqual(told, await must(cy.get(at(one))));
    const all = await entries(cy, one);
    assert.deepEqual(copy.of('attendance').filter((a) => a.meeting === one.id), all.attendance);
    await must(act(ann, one, 'complete'));
    await copy.sync();
    assert.equal(copy.of('meeting').find((m) => m.id === one.id).state, 'completed');
    await must(cy.post(`/v1/groups/${club.id}/leave`, {}));
    assertProblem(await cy.get(`/v1/changes?scope=${club.id}`), 404, 'not-found');
    assertProblem(await cy.get(`/v1/meetings/${one.id}/entries`), 404, 'not-found');
    await join(club, ann, cy);
});

/* ---- two at once */

test('of a completion and entries at the same moment, each entry is in or refused', async () => {
    const { ann, dan, ben } = net;
    for (let round = 0; round < 10; round++) {
        const one = await meeting(ann, club), ids = [1, 2, 3, 4, 5, 6].map(() => uuid());
        const answers = await Promise.all([...ids.map((id) => enter(ben, one, 'slips', id, { from: ben.account, to: dan.account, need: 'x' })), act(ann, one, 'complete')]);
        assert.equal(answers.at(-1).status, 200);
        const kept = answers.slice(0, -1).filter((a) => a.status === 201).length;
        for (const a of answers.slice(0, -1)) assert.ok([201, 409].includes(a.status), a.text);
        assert.equal((await entries(ben, one)).slips.length, kept);
    }
});
