// SPDX-License-Identifier: GPL-3.0-or-later
// R13, D3: a hundred individual partners, looked at for both sides in the transaction that connects them, whoever else is at it.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Caller, Server, assertProblem, postgresql, uuid } = require('./harness.js');
const { collect, literal, network, sql } = require('./network.js');

const MAX = 100, ROUNDS = 8;
let net, second;
const pair = (a, b) => [a, b].sort().map(literal);

/** An account that nobody logs in to, and a partnership, as rows. */
function filler(id, n) {
    return `INSERT INTO account (id, rev, created_at, updated_at, email, name, state, admin, email_key) VALUES (${literal(id)}, 1, 1, 1, 'f${n}@f.example', 'Filler ${n}', 1, 0, 'f${n}@f.example');
        INSERT INTO scope (id, kind, epoch, acl, seq, min_seq) SELECT ${literal(id)}, 1, value, 1, 1, 0 FROM meta WHERE name = 'epoch';
        INSERT INTO scope_member (scope_id, account_id, role) VALUES (${literal(id)}, ${literal(id)}, 'owner');
        INSERT INTO change_index VALUES (${literal(id)}, 4, ${literal(id)}, 1, 1, 0, 0);`;
}

const see = (scope, partner) => `UPDATE scope SET seq = seq + 1 WHERE id = ${literal(scope)};
    INSERT INTO change_index SELECT id, 3, ${literal(partner)}, seq, seq, 0, 0 FROM scope WHERE id = ${literal(scope)};`;
const connect = (a, b) => `INSERT INTO connection (account_a, account_b, state, rev, since) VALUES (${pair(a, b).join(', ')}, 3, 1, 1); ${see(a, b)} ${see(b, a)}`;

before(async () => {
    net = await network([], { strangers: ['ann', 'ben', 'cy', 'dan'] });
    const fillers = Array.from({ length: MAX }, uuid);
    await net.api.restart(() => sql(net.api.database, `BEGIN; ${fillers.map(filler).join('')}
        ${fillers.slice(1).map((id) => connect(net.ann.account, id)).join('')} ${fillers.map((id) => connect(net.dan.account, id)).join('')} COMMIT;`));
    if (postgresql) second = await Server.start({ database: net.api.database });
});
after(async () => {
    if (second) await second.stop();
    await net.stop();
});

async function invite(from, to) {
    const answer = await from.put(`/v1/invitations/${uuid()}`, { account: to.account });
    assert.equal(answer.status, 201, answer.text);
    return `/v1/invitations/${answer.body.id}`;
}
const spaces = async (caller) => (await caller.get('/v1/partners')).body.spaces_left;
/** The same person at the other server, where there is one. */
const elsewhere = (person) => (second ? Object.assign(new Caller(second, person.token), { account: person.account }) : person);

test('R13 D3: two accepts at ninety-nine at the same time give one partner, the other is refused naming the limit', async () => {
    const { ann, ben, cy } = net;
    assert.equal(await spaces(ann), 1);
    for (let round = 0; round < ROUNDS; round++) {
        const [one, other] = [await invite(ann, ben), await invite(ann, cy)];
        const answers = await Promise.all([ben.post(`${one}/accept`), elsewhere(cy).post(`${other}/accept`)]);
        assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409], answers.map((a) => a.text).join('\n'));
        const [won, lost] = answers[0].status === 200 ? [ben, cy] : [cy, ben];
        assertProblem(answers.find((a) => a.status === 409), 409, 'partner-limit');
        assert.match(answers.find((a) => a.status === 409).body.detail, /^ann has 100 partners/);
        assert.equal(await spaces(ann), 0);
        assert.equal((await collect(ann, '/v1/partners', 500)).length, MAX);
        assert.deepEqual([await spaces(won), await spaces(lost)], [99, 100]);
        const [refused] = (await lost.get('/v1/invitations?direction=received&state=invited')).body.items;
        assert.equal((await ann.delete(`/v1/partners/${won.account}`)).status, 204);
        assert.equal((await lost.post(`/v1/invitations/${refused.id}/decline`)).status, 200);
        /* A refusal gives thirty days of rest, which is not what this is about. */
        await forget(ann);
    }
});

/** Answered invitations, out of the way. */
async function forget(person) {
    const text = `UPDATE invitation SET answered_at = 1 WHERE from_account = ${literal(person.account)} AND state = 3;`;
    if (postgresql) sql(net.api.database, text);
    else await net.api.restart(() => sql(net.api.database, text));
}

test('R13: the hundred-and-first is refused to whoever has a hundred, when asking and when accepting', async () => {
    const { ben, dan } = net;
    assert.equal(await spaces(dan), 0);
    const asked = await dan.put(`/v1/invitations/${uuid()}`, { account: ben.account });
    assertProblem(asked, 409, 'partner-limit');
    assert.match(asked.body.detail, /^You have 100 partners/);
    const url = await invite(ben, dan), refused = await dan.post(`${url}/accept`);
    assertProblem(refused, 409, 'partner-limit');
    assert.match(refused.body.detail, /^You have 100 partners/);
    assert.equal((await dan.get(url)).body.state, 'invited', 'it waits until there is room');
    const [one] = (await dan.get('/v1/partners?limit=1')).body.items;
    assert.equal((await dan.delete(`/v1/partners/${one.account}`)).status, 204);
    assert.equal((await dan.post(`${url}/accept`)).status, 200);
    assert.equal(await spaces(dan), 0);
});

test('D3: invitations that wait do not count', async () => {
    const { ann, ben, cy } = net;
    await invite(ann, ben);
    await invite(ann, cy);
    assert.equal(await spaces(ann), 1);
    await invite(ann, net.dan);
    assert.equal(await spaces(ann), 1);
});
