// SPDX-License-Identifier: GPL-3.0-or-later
// Leads groups: starting one, its page, the directory, seats, who sees what of whom.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { Copy } = require('./copy.js');
const { activate, draft, group, join, must, officersOf } = require('./groups.js');
const { collect, ids, literal, network, sql } = require('./network.js');

const everybody = ['ann', 'ben', 'cy', 'dan', 'eve'];
let net;
before(async () => { net = await network([], { strangers: everybody }); });
after(() => net.stop());

test('R60 R61: anybody starts a group, which is a draft that only they see, and leads it', async () => {
    const { ann, ben } = net, id = uuid(), body = { name: 'Harbour Leads', area: 'Leeds', rules: 'Be there.' };
    const made = await ann.put(`/v1/groups/${id}`, body);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.body.state, made.body.role, made.body.members, made.body.rev, made.body.directory, made.body.cadence], ['draft', 'leader', 1, 1, 'public', 'other']);
    assert.deepEqual((await ann.get(`/v1/groups/${id}`)).body, made.body);
    assert.equal((await ann.put(`/v1/groups/${id}`, body)).status, 200, 'the same again');
    assertProblem(await ann.put(`/v1/groups/${id}`, { ...body, area: 'York' }), 412, 'precondition-failed');
    assertProblem(await ben.put(`/v1/groups/${uuid()}`, { name: ' harbour  LEADS ' }), 409, 'already-exists');
    assertProblem(await ben.get(`/v1/groups/${id}`), 404, 'not-found');
    assertProblem(await ben.get(`/v1/groups/${id}/members`), 404, 'not-found');
    assertProblem(await ben.get(`/v1/groups/${id}/seats`), 404, 'not-found');
    assert.deepEqual(await collect(ben, '/v1/groups'), []);
    assert.deepEqual(ids(await collect(ann, '/v1/groups?mine=true')), [id]);
    const [leader] = await collect(ann, `/v1/groups/${id}/members`);
    assert.deepEqual([leader.account, leader.name, leader.role, leader.email], [ann.account, 'ann', 'leader', 'ann@x.example']);
});

test('R55 R56 R52: rules, meetings and the fee are on the page, and what makes no sense is refused', async () => {
    const { ann } = net, put = (extra) => ann.put(`/v1/groups/${uuid()}`, { name: `G ${uuid()}`, ...extra });
    const page = await put({ home_text: 'We meet.', rules: 'No\nshow, no seat.', cadence: 'weekly', weekday: 4, start_minute: 420, duration: 90, time_zone: 'Europe/London',
        place: 'The Mill', in_person: true, fee: { amount: 2500, currency: 'GBP' }, fee_period: 'monthly', wanted: ['Plumber', 'Kite maker'] });
    assert.equal(page.status, 201, page.text);
    assert.deepEqual([page.body.rules, page.body.fee, page.body.fee_period, page.body.in_person, page.body.wanted], ['No\nshow, no seat.', { amount: 2500, currency: 'GBP' }, 'monthly', true, ['plumber', 'Kite maker']]);
    for (const bad of [{ name: '' }, { cadence: 'weekly' }, { cadence: 'biweekly', weekday: 1 }, { cadence: 'monthly', weekday: 1 }, { cadence: 'monthly_by_date' }, { time_zone: 'Mars/Base' }, { first_on: '2026-02-30' },
        { fee: { amount: -1, currency: 'GBP' } }, { fee: { amount: 100, currency: 'GBP' } }, { weekday: 8 }])
        assertProblem(await put(bad), 422, 'validation');
    assertProblem(await put({ state: 'active' }), 422, 'unknown-field');
});
