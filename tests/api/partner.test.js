// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/partners: who they are, and who gave what in the last 12 months.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, collect, lead, literal, network, send, sql } = require('./network.js');

const DAY = 24 * 3600 * 1000, START = Date.parse('2026-03-01T09:00:00.000Z');
const at = (ms) => new Date(START + ms).toISOString();
const env = { LEADLINE_NOW: at(0) };
const friends = ['ann', 'ben', 'cy', 'dan', 'fay'];

let net;
before(async () => { net = await network(friends, { strangers: ['eve'], env }); });
after(() => net.stop());

async function moveTo(ms) {
    env.LEADLINE_NOW = at(ms);
    await net.api.restart();
    await net.login();
}

const counts = (p) => [p.gave, p.gave_confirmed, p.gave_rejected, p.took, p.took_confirmed, p.took_rejected];
const ofAnn = async (name) => (await collect(net.ann, '/v1/partners')).find((p) => p.account === net[name].account);

test('R8 R15 R24: everybody sees their partners, newest first, and the spaces that are left', async () => {
    for (const name of friends) {
        const answer = await net[name].get('/v1/partners');
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.body.spaces_left, 96);
        assert.equal(answer.body.next, null);
        assert.deepEqual(answer.body.items.map((p) => p.name).sort(), friends.filter((f) => f !== name).sort());
        const since = answer.body.items.map((p) => p.since);
        assert.deepEqual(since, [...since].sort().reverse());
        for (const partner of answer.body.items) {
            assert.equal(partner.via, 'individual');
            assert.equal(partner.email, `${partner.name}@x.example`);
            assert.equal(partner.account, net[partner.name].account);
            assert.deepEqual(counts(partner), [0, 0, 0, 0, 0, 0]);
        }
    }
    const none = await net.eve.get('/v1/partners');
    assert.deepEqual(none.body, { spaces_left: 100, items: [], next: null });
});

test('pages of partners join to the whole', async () => {
    const whole = await collect(net.ann, '/v1/partners', 500);
    for (const limit of [1, 2, 3, 4]) assert.deepEqual(await collect(net.ann, '/v1/partners', limit), whole);
    assertProblem(await net.ann.get('/v1/partners?limit=501'), 422, 'validation');
    assertProblem(await net.ann.get('/v1/partners?cursor=00'), 400, 'bad-cursor');
    assertProblem(await net.ann.get('/v1/partners?account=1'), 422, 'unknown-field');
});

test('R26 R33 R49 R51: given and received, with what was confirmed beside them; withdrawn and outcomes do not count', async () => {
    const { ann, ben, cy } = net;
    const given = [];
    for (let i = 0; i < 5; i++) given.push(await send(ann, ben));
    await act(ben, given[0], 'confirm', { verdict: 'lead' });
    await act(ben, given[1], 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    await act(ann, given[2], 'withdraw');
    assert.deepEqual(counts(await ofAnn('ben')), [4, 1, 1, 0, 0, 0]);
    await act(ben, given[0], 'outcome', { outcome: 'lost' });
    assert.deepEqual(counts(await ofAnn('ben')), [4, 1, 1, 0, 0, 0]);
    const received = await send(ben, ann);
    await act(ann, received, 'confirm', { verdict: 'lead' });
    await send(cy, ann);
    await send(ben, cy);
    assert.deepEqual(counts(await ofAnn('ben')), [4, 1, 1, 1, 1, 0]);
    assert.deepEqual(counts(await ofAnn('cy')), [0, 0, 0, 1, 0, 0]);
    assert.deepEqual(counts(await ofAnn('dan')), [0, 0, 0, 0, 0, 0]);
    const seen = (await collect(ben, '/v1/partners')).find((p) => p.account === ann.account);
    assert.deepEqual(counts(seen), [1, 1, 0, 4, 1, 1]);
});

test('R26: what is older than 12 months no longer counts', async () => {
    await moveTo(365 * DAY);
    assert.deepEqual(counts(await ofAnn('ben')), [4, 1, 1, 1, 1, 0]);
    await moveTo(365 * DAY + 1);
    assert.deepEqual(counts(await ofAnn('ben')), [0, 0, 0, 0, 0, 0]);
});

test('R24: a partnership that ended is not there for either, and no lead goes that way', async () => {
    const pair = [net.dan.account, net.fay.account].sort();
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    sql(net.api.database, `UPDATE connection SET state = 7 WHERE account_a = ${literal(pair[0])} AND account_b = ${literal(pair[1])};
        UPDATE change_index SET deleted = 1 WHERE type = 3 AND scope_id IN (${pair.map(literal)}) AND object_id IN (${pair.map(literal)});`);
    await net.api.launch();
    await net.login();
    for (const name of ['dan', 'fay']) {
        const answer = await net[name].get('/v1/partners');
        assert.equal(answer.body.items.length, 3);
        assert.equal(answer.body.spaces_left, 97);
    }
    assertProblem(await net.dan.put(`/v1/referrals/${uuid()}`, lead(net.fay)), 409, 'not-partners');
});
