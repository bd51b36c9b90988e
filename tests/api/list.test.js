// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/referrals: every filter and every combination of them, paging, words.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, collect, ids, network, send } = require('./network.js');

let net, ann, ben, cy, dan, mine; // mine: all that ann may see, newest first
before(async () => {
    net = await network(['ann', 'ben', 'cy', 'dan'], { strangers: ['eve'] });
    ({ ann, ben, cy, dan } = net);
    await fill();
});
after(() => net.stop());

const fates = [
    [], [['to', 'pick-up']], [['to', 'confirm', { verdict: 'lead' }]], [['to', 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' }]],
    ...['working', 'won', 'lost', 'dormant'].map((outcome) => [['to', 'confirm', { verdict: 'lead' }], ['to', 'outcome', { outcome }]]),
    [['from', 'withdraw']],
];
const newestFirst = (a, b) => (a.sent_at === b.sent_at ? (a.id < b.id ? 1 : -1) : a.sent_at < b.sent_at ? 1 : -1);

async function fill() {
    const pairs = [[ben, ann], [cy, ann], [ann, ben], [ann, cy], [dan, ann], [ben, cy], [cy, dan]];
    for (let i = 0; i < 63; i++) {
        const [from, to] = pairs[i % pairs.length];
        const referral = await send(from, to, { type: i % 3 ? 'job' : 'business_development', need: i % 2 ? `Tap ${i}` : `Boiler ${i}` });
        for (const [who, verb, body] of fates[Math.floor(i / pairs.length)]) await act(who === 'to' ? to : from, referral, verb, body);
    }
    mine = (await collect(ann, '/v1/referrals', 500));
    assert.equal(mine.length, 45);
}

test('both boxes, newest first, each referral as when it is read alone', async () => {
    assert.deepEqual(ids(mine), ids([...mine].sort(newestFirst)));
    for (const item of mine) assert.deepEqual((await ann.get(`/v1/referrals/${item.id}`)).body, item);
    assert.equal(mine.filter((r) => r.box === 'inbox').length, 27);
});

/* Value of a parameter -> which of mine it leaves. */
const filters = () => ({
    box: { inbox: (r) => r.box === 'inbox', sent: (r) => r.box === 'sent' },
    state: { sent: (r) => r.state === 'sent', 'won,lost': (r) => ['won', 'lost'].includes(r.state), 'lost,won,lost': (r) => ['won', 'lost'].includes(r.state),
        'sent,picked_up,confirmed,working,won,lost,dormant,withdrawn': () => true },
    verdict: { lead: (r) => r.verdict === 'lead', not_a_lead: (r) => r.verdict === 'not_a_lead' },
    type: { job: (r) => r.type === 'job', business_development: (r) => r.type === 'business_development' },
    from: { [ben.account]: (r) => r.from.account === ben.account, [ann.account]: (r) => r.from.account === ann.account },
    to: { [ann.account]: (r) => r.to.account === ann.account, [cy.account]: (r) => r.to.account === cy.account },
    since: { [mine[20].sent_at]: (r) => r.sent_at >= mine[20].sent_at },
    q: { tap: (r) => /^Tap/.test(r.lead.need) },
});

function* combinations(table) {
    const names = Object.keys(table);
    const choices = names.map((name) => [null, ...Object.keys(table[name])]);
    for (let n = choices.reduce((product, c) => product * c.length, 1); n-- > 0;) {
        let rest = n;
        yield names.flatMap((name, i) => {
            const value = choices[i][rest % choices[i].length];
            rest = Math.floor(rest / choices[i].length);
            return value === null ? [] : [[name, value]];
        });
    }
}

test('every combination of filters gives just what it says, in order', async () => {
    const table = filters();
    let n = 0;
    const one = async (chosen) => {
        const wanted = mine.filter((r) => chosen.every(([name, value]) => table[name][value](r)));
        const url = `/v1/referrals?${new URLSearchParams([...chosen, ['limit', '500']])}`;
        const answer = await ann.get(url);
        assert.equal(answer.status, 200, `${url}: ${answer.text}`);
        assert.deepEqual(ids(answer.body.items), ids(wanted), url);
        assert.equal(answer.body.next, null);
        n++;
    };
    const all = [...combinations(table)];
    await Promise.all(Array.from({ length: 8 }, async () => { while (all.length) await one(all.pop()); }));
    assert.equal(n, 3 * 5 * 3 * 3 * 3 * 3 * 2 * 2);
});

test('pages of every size join to the whole, under any filter', async () => {
    for (const limit of [1, 2, 7, 44, 45, 46, 500])
        assert.deepEqual(ids(await collect(ann, '/v1/referrals', limit)), ids(mine), `limit ${limit}`);
    for (const query of ['box=inbox', 'box=sent', 'state=won,lost,sent', 'box=inbox&state=sent,working', 'q=tap', 'q=tap&box=sent', 'q=boiler&state=won,sent', `from=${ben.account}`]) {
        const whole = ids(await collect(ann, `/v1/referrals?${query}`, 500));
        assert.ok(whole.length > 0, query);
        assert.deepEqual(ids(await collect(ann, `/v1/referrals?${query}`, 3)), whole, query);
    }
});

test('nobody sees others\' referrals in any list, whatever they ask for', async () => {
    for (const query of ['limit=500', `from=${ben.account}`, `to=${ann.account}`, `from=${ben.account}&to=${ann.account}`, 'q=tap', 'q=boiler&box=inbox', `q=ann&from=${ben.account}`]) {
        for (const who of [net.eve, dan]) {
            const items = (await who.get(`/v1/referrals?${query}`)).body.items;
            assert.ok(items.every((r) => [r.from.account, r.to.account].includes(who.account)), query);
            if (who === net.eve) assert.equal(items.length, 0, query);
        }
    }
});

test('since is a time in any zone, inclusive', async () => {
    const since = mine[10].sent_at, wanted = ids(mine.filter((r) => r.sent_at >= since));
    assert.deepEqual(ids(await collect(ann, `/v1/referrals?since=${since}`)), wanted);
    const zoned = new Date(Date.parse(since) + 3600000).toISOString().replace('Z', '%2B01:00');
    assert.deepEqual(ids(await collect(ann, `/v1/referrals?since=${zoned}`)), wanted);
    assert.deepEqual(await collect(ann, '/v1/referrals?since=2100-01-01T00:00:00Z'), []);
});

test('what is no filter is refused by name', async () => {
    const wrong = { box: ['all', '', 'INBOX'], state: ['open', 'won,', ',', 'won;lost', 'won,won,won,won,won,won,won,won,won,nonsense'], verdict: ['yes'], type: ['desk'],
        from: ['ben', '1'], to: ['x'], since: ['yesterday', '1', ''], limit: ['0', '501', '-1', '1.5', 'x', '', '99999999999999999999'], q: ['x'.repeat(201)] };
    for (const [name, values] of Object.entries(wrong))
        for (const value of values) {
            const answer = await ann.get(`/v1/referrals?${new URLSearchParams([[name, value]])}`);
            assertProblem(answer, 422, 'validation');
            assert.deepEqual(answer.body.errors.map((e) => e.pointer), [`#/${name}`], `${name}=${value}`);
        }
    assertProblem(await ann.get('/v1/referrals?page=2'), 422, 'unknown-field');
    assertProblem(await ann.get('/v1/referrals?box=inbox&box=sent'), 400, 'malformed');
    assertProblem(await ann.get('/v1/referrals?q=%ff'), 400, 'malformed');
    for (const cursor of ['x', 'zz'.repeat(24), 'ab', 'ab'.repeat(25), '']) assertProblem(await ann.get(`/v1/referrals?cursor=${cursor}`), 400, 'bad-cursor');
});

test('a page has fifty unless asked, and next only when there is more', async () => {
    const first = await ann.get('/v1/referrals');
    assert.equal(first.body.items.length, 45);
    assert.equal(first.body.next, null);
    const page = await ann.get('/v1/referrals?limit=44');
    assert.match(page.body.next, /^[0-9a-f]+$/);
    assert.equal((await ann.get(`/v1/referrals?limit=44&cursor=${page.body.next}`)).body.next, null);
});

test('pages do not move while others write: nothing is told twice, nothing that was there is missed', async () => {
    for (const query of ['', '?box=inbox', '?q=tap', '?state=sent,won,working']) {
        const url = `/v1/referrals${query}`, there = ids(await collect(ann, url, 500)), seen = [];
        for (let cursor = ''; cursor !== null;) {
            const page = (await ann.get(`${url}${query ? '&' : '?'}limit=4${cursor && `&cursor=${cursor}`}`)).body;
            seen.push(...ids(page.items));
            cursor = page.next;
            await send(ben, ann, { need: 'Tap meanwhile' });
            await send(ann, ben, { need: 'Tap too' });
        }
        assert.equal(new Set(seen).size, seen.length, query);
        assert.deepEqual(seen.filter((id) => there.includes(id)), there, query);
    }
});

test('referrals of one instant are told apart by their ids', async () => {
    const frozen = await network(['ann', 'ben'], { env: { LEADLINE_NOW: '2026-03-01T09:00:00Z' } });
    for (let i = 0; i < 20; i++) await send(frozen.ben, frozen.ann, { need: `Tap ${i}` });
    const all = await collect(frozen.ann, '/v1/referrals?box=inbox', 3);
    assert.equal(all.length, 20);
    assert.deepEqual(ids(all), ids(all).sort().reverse());
    assert.equal(new Set(ids(await collect(frozen.ann, '/v1/referrals', 3))).size, 20);
    assert.equal(new Set(ids(await collect(frozen.ann, '/v1/referrals?q=tap', 3))).size, 20);
    await frozen.stop();
});
