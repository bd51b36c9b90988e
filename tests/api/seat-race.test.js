// SPDX-License-Identifier: GPL-3.0-or-later
// R123: two leaders approve two requests for one seat at the same moment, and it is given once. On PostgreSQL they are served by two
// servers, whose only common ground is the database. LEADLINE_ROUNDS: how many times.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Server, postgresql, uuid } = require('./harness.js');
const { ask, group, join, must, people } = require('./groups.js');
const { collect, network } = require('./network.js');

const ROUNDS = Number(process.env.LEADLINE_ROUNDS || 500);
let net, second;
before(async () => {
    net = await network([], { strangers: ['zoe'] });
    if (postgresql) second = await Server.start({ database: net.api.database });
});
after(async () => {
    if (second) await second.stop();
    await net.stop();
});

test(`R123: of two approvals for one seat at one moment one wins, ${ROUNDS} times: never two members`, async () => {
    const [ann, ben, cy, dan] = await people(net.api, 'ann', 'ben', 'cy', 'dan');
    const one = await group(ann, { seat_by_category: true });
    await join(one, ann, ben, { business_type: 'baker' });
    const at = `/v1/groups/${one.id}/members/${ben.account}`;
    await must(ann.patch(at, { role: 'leader' }, { rev: (await ann.get(at)).body.rev }));
    const other = second ? await second.login(ben.email) : ben, won = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
        const requests = [await ask(one, cy, { business_type: 'plumber' }), await ask(one, dan, { business_type: 'Plumber' })];
        const approve = (caller, request) => caller.post(`/v1/groups/${one.id}/requests/${request.id}/approve`, {});
        const answers = await Promise.all(round % 2 ? [approve(ann, requests[0]), approve(other, requests[1])] : [approve(other, requests[0]), approve(ann, requests[1])]);
        assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409], `round ${round}: ${answers.map((a) => a.text)}`);
        const winner = answers[0].status === 200 ? 0 : 1;
        assert.equal(answers[1 - winner].body.code, 'seat-taken');
        const seats = (await must(ann.get(`/v1/groups/${one.id}/seats`))).items.filter((s) => s.business_type === 'plumber');
        assert.deepEqual(seats.map((s) => s.taken_by), [['cy', 'dan'][winner]], `round ${round}`);
        won[winner]++;
        await must([cy, dan][winner].post(`/v1/groups/${one.id}/leave`, {}));
        await must([cy, dan][1 - winner].post(`/v1/groups/${one.id}/requests/${requests[1 - winner].id}/withdraw`, {}));
    }
    assert.equal((await collect(ann, `/v1/groups/${one.id}/members`)).length, 2);
});

test('D12: of two leaders who leave at one moment one stays, every time', async () => {
    const [ann, ben] = await people(net.api, 'ann', 'ben'), one = await group(ann), other = second ? await second.login(ben.email) : ben;
    await join(one, ann, ben);
    let [stays, comes] = [ann, ben];
    const here = new Map([[ann.account, ann], [ben.account, other]]);
    for (let round = 0; round < ROUNDS / 10; round++) {
        const at = `/v1/groups/${one.id}/members/${comes.account}`;
        await must(stays.patch(at, { role: 'leader' }, { rev: (await stays.get(at)).body.rev }));
        const answers = await Promise.all([stays, comes].map((who) => here.get(who.account).post(`/v1/groups/${one.id}/leave`, {})));
        assert.deepEqual(answers.map((a) => a.status).sort(), [204, 409], `round ${round}`);
        if (answers[0].status === 204) [stays, comes] = [comes, stays];
        await join(one, stays, comes);
    }
});
