// SPDX-License-Identifier: GPL-3.0-or-later
// What was acknowledged is there, whatever ends the server; what is asked again with its key is done once.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { uuid } = require('./harness.js');
const { collect, lead, network } = require('./network.js');

const WRITERS = 8;
let net;
before(async () => { net = await network(['ann', 'ben']); });
after(() => net.stop());

/** Writers that send leads one after the other until the connection breaks or `until()` says so. Each keeps what it asked and
 *  what was acknowledged. */
function writers(until) {
    const asked = new Map(), acknowledged = new Set();
    const one = async () => {
        while (!until(acknowledged)) {
            const id = uuid(), request = { key: uuid(), body: lead(net.ben, { need: `Need ${id}` }) };
            asked.set(id, request);
            try {
                const answer = await net.ann.put(`/v1/referrals/${id}`, request.body, { key: request.key });
                if (answer.status === 503) return;
                assert.equal(answer.status, 201, answer.text);
                acknowledged.add(id);
            } catch (error) {
                if (!error.code) throw error;
                return; /* the server is gone, or this answer is */
            }
        }
    };
    return { asked, acknowledged, done: Promise.all(Array.from({ length: WRITERS }, one)) };
}

const acknowledgedBy = (run, n) => new Promise((resolve) => {
    const look = () => (run.acknowledged.size >= n ? resolve() : setImmediate(look));
    look();
});

/** Everything acknowledged is stored; asked again with its key, everything is there exactly once. */
async function nothingLostNothingDoubled(run) {
    const stored = new Map((await collect(net.ben, '/v1/referrals?box=inbox', 100)).map((item) => [item.id, item.lead.need]));
    for (const id of run.acknowledged) assert.equal(stored.get(id), `Need ${id}`);
    for (const [id, { key, body }] of run.asked) {
        const again = await net.ann.put(`/v1/referrals/${id}`, body, { key });
        assert.equal(again.status, 201, again.text);
        assert.equal(again.headers['idempotency-replayed'] === 'true', stored.has(id), `replay of ${id}`);
    }
    const now = (await collect(net.ben, '/v1/referrals?box=inbox', 100)).map((item) => item.lead.need);
    for (const id of run.asked.keys()) assert.equal(now.filter((need) => need === `Need ${id}`).length, 1);
}

for (const round of [1, 2, 3])
    test(`kill -9 while ${WRITERS} write: what was acknowledged is there, what is asked again is done once (${round})`, async () => {
        const run = writers(() => false);
        await acknowledgedBy(run, 20 * round);
        await net.api.kill();
        await run.done;
        assert.ok(run.asked.size > run.acknowledged.size, 'nothing was under way');
        await net.api.launch();
        await nothingLostNothingDoubled(run);
    });

test('SIGTERM while many write: what is under way is answered, and nothing is lost', async () => {
    const run = writers(() => net.api.child.killed);
    const stream = await net.ben.events();
    await acknowledgedBy(run, 30);
    net.api.child.kill('SIGTERM');
    await Promise.all([run.done, net.api.ended()]);
    assert.deepEqual(net.api.exit, { code: 0, signal: null });
    while (await stream.next()) continue; /* ends, instead of waiting for ever */
    await net.api.launch();
    await nothingLostNothingDoubled(run);
});
