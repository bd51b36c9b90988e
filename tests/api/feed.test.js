// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/changes: full sync, delta, paging, tombstones, 410, and that a client that follows it has what the server has.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { Copy, assertComplete, changes, sorted } = require('./copy.js');
const { act, literal, network, send, sql } = require('./network.js');

let net, ann, ben, cy;
const people = () => ({ ann, ben, cy } = net);
before(async () => {
    net = await network(['ann', 'ben', 'cy'], { strangers: ['eve'] });
    people();
});
after(() => net.stop());

test('without a state it tells everything that the caller may see, and nothing else', async () => {
    for (let i = 0; i < 7; i++) await send(ann, ben, { need: `Tap ${i}` });
    await send(ben, cy, { need: 'Secret of others' });
    const one = await send(cy, ann);
    await ann.put(`/v1/referrals/${one.id}/notes/${uuid()}`, { text: 'Mine' });
    await cy.put(`/v1/referrals/${one.id}/notes/${uuid()}`, { text: 'Hers' });
    const copy = new Copy(ann);
    const page = await copy.page();
    assert.equal(page.full, true);
    assert.equal(page.more, false);
    assert.equal(page.scope, ann.account);
    assert.equal(page.estimate, page.objects.length);
    assert.equal(page.objects.length, 7 + 1 + 1 + 2 + 1);
    assert.ok(page.objects.every((o) => o.op === 'upsert'));
    assert.match(page.state, /^[A-Za-z0-9.]{1,64}$/);
    assert.equal(page.state, (await ann.get('/v1/me')).body.scopes[0].state);
    const text = JSON.stringify(page);
    assert.ok(!text.includes('Secret') && !text.includes('Hers'));
    await assertComplete(copy);
    assert.deepEqual(await changes(ann, { scope: ann.account }), page);
});

test('nothing new is nothing, with the same state', async () => {
    const copy = new Copy(ann);
    await copy.sync();
    const page = await changes(ann, { since: copy.state });
    assert.deepEqual(page, { scope: ann.account, since: copy.state, state: copy.state, more: false, full: false, estimate: 0, objects: [] });
});

test('a delta tells each changed object once, as it is now, in the order of change', async () => {
    const copy = new Copy(ben);
    await copy.sync();
    const first = await send(ann, ben), second = await send(ann, ben);
    await act(ben, first, 'pick-up');
    await act(ben, first, 'confirm', { verdict: 'lead' });
    const done = await act(ben, first, 'outcome', { outcome: 'won' });
    const told = await copy.sync();
    assert.deepEqual(told.map((o) => [o.type, o.id, o.op, o.rev]), [['referral', second.id, 'upsert', 1], ['referral', first.id, 'upsert', 4]]);
    assert.deepEqual(told[1].data, done);
    await assertComplete(copy);
});

test('both parties are told of every event, each with their own side', async () => {
    const [copyOfAnn, copyOfBen, copyOfCy] = [new Copy(ann), new Copy(ben), new Copy(cy)];
    for (const copy of [copyOfAnn, copyOfBen, copyOfCy]) await copy.sync();
    const sent = await send(ann, ben);
    for (const [caller, verb, body] of [[null], [ben, 'pick-up'], [ben, 'confirm', { verdict: 'not_a_lead', message: 'No' }]]) {
        if (caller) await act(caller, sent, verb, body);
        const [a, b] = [await copyOfAnn.sync(), await copyOfBen.sync()];
        assert.deepEqual([a.length, b.length], [1, 1]);
        assert.deepEqual([a[0].data.box, b[0].data.box], ['sent', 'inbox']);
        assert.deepEqual({ ...a[0].data, box: '' }, { ...b[0].data, box: '' });
    }
    assert.deepEqual(await copyOfCy.sync(), []);
    await ben.put(`/v1/referrals/${sent.id}/notes/${uuid()}`, { text: 'x' });
    assert.deepEqual((await copyOfBen.sync()).map((o) => o.type), ['note']);
    assert.deepEqual(await copyOfAnn.sync(), []);
    const before = copyOfBen.state;
    await act(ben, sent, 'pick-up'); // no news
    assert.equal((await changes(ben, { since: before })).state, before);
});

test('R31: a copy tells the first recipient that they compete', async () => {
    const first = await send(ann, ben), copy = new Copy(ben);
    await copy.sync();
    const second = await send(ann, cy, { copy_of: first.id });
    assert.deepEqual((await copy.sync()).map((o) => [o.id, o.data.competing]), [[first.id, true]]);
    await act(ann, second, 'withdraw');
    assert.deepEqual((await copy.sync()).map((o) => [o.id, o.data.competing]), [[first.id, false]]);
});

test('a change of one\'s own account is told to oneself', async () => {
    const copy = new Copy(cy);
    await copy.sync();
    const rev = (await cy.get('/v1/me')).body.account.rev;
    await cy.patch('/v1/me', { company_name: 'Cy & Sons' }, { rev });
    const told = await copy.sync();
    assert.deepEqual(told.filter((o) => o.type === 'account').map((o) => o.data.company_name), ['Cy & Sons']);
});

for (const limit of ['1', '3', '500'])
    test(`pages of ${limit}: the whole, then a delta, with writes between the pages`, async () => {
        const copy = new Copy(ann, { limit });
        let pages = 0, more = true, last = null;
        while (more) {
            const page = await copy.page();
            assert.ok(page.objects.length <= Number(limit));
            assert.equal(page.full, true);
            assert.ok(last === null || page.estimate <= last + 30, 'the estimate does not run away');
            last = page.estimate;
            more = page.more;
            if (++pages < 12) {
                const sent = await send(pages % 2 ? ben : ann, pages % 2 ? ann : ben, { need: `Meanwhile ${pages}` });
                if (pages % 3 === 0) await act(pages % 2 ? ann : ben, sent, 'confirm', { verdict: 'lead' });
            }
        }
        await copy.sync();
        await assertComplete(copy);
        const again = new Copy(ann, { limit: '500' });
        await again.sync();
        assert.deepEqual(sorted(copy.of('referral')), sorted(again.of('referral')));
    });

test('types: only those, and a state that goes on from there', async () => {
    const copy = new Copy(ann, { types: 'partner,account' });
    const told = await copy.sync();
    assert.deepEqual([...new Set(told.map((o) => o.type))].sort(), ['account', 'partner']);
    await send(ann, ben);
    assert.deepEqual(await copy.sync(), []);
    const notes = new Copy(ann, { types: 'note', limit: '1' });
    await notes.sync();
    assert.equal(notes.of('note').length, notes.objects.size);
    for (const types of ['lead', 'note,', ',', '', 'referral;note']) assertProblem(await ann.get(`/v1/changes?types=${types}`), 422, 'validation');
});

test('a page ends at a megabyte, and what follows joins to it', async () => {
    const comments = '王'.repeat(4000);
    for (let i = 0; i < 110; i++) await send(cy, ben, { comments });
    const copy = new Copy(ben, { limit: '500' });
    const page = await copy.page();
    assert.equal(page.more, true);
    const bytes = Buffer.byteLength(JSON.stringify(page));
    assert.ok(bytes > 1024 * 1024 && bytes < 1.1 * 1024 * 1024, `${bytes}`);
    await copy.sync();
    await assertComplete(copy);
});

test('another\'s scope, and what is no scope', async () => {
    for (const scope of [ben.account, net.eve.account, uuid()]) assertProblem(await ann.get(`/v1/changes?scope=${scope}`), 404, 'not-found');
    assertProblem(await ann.get('/v1/changes?scope=me'), 422, 'validation');
    assertProblem(await ann.get('/v1/changes?limit=501'), 422, 'validation');
    assertProblem(await ann.get('/v1/changes?cursor=1'), 422, 'unknown-field');
});

test('410: states that are not of this scope\'s past', async () => {
    const { state } = await changes(ann);
    const [, epoch, acl, seq] = /^e(\d+)\.(\d+)\.(\d+)$/.exec(state);
    const unknown = [`e${BigInt(epoch) + 1n}.${acl}.${seq}`, `e${epoch}.${Number(acl) + 1}.${seq}`, `e${epoch}.${acl}.${Number(seq) + 1}`, `e${epoch}.${acl}.f0.${Number(seq) + 1}`,
        'e', 'x', '', `${state}x`, `e${epoch}.${acl}.-1`, `e${epoch}.${acl}.99999999999999999999`, 'e1.1.1; DROP TABLE scope', 'e..'];
    for (const since of unknown) assertProblem(await ann.get(`/v1/changes?${new URLSearchParams({ since })}`), 410, 'cannot-calculate-changes');
    assert.equal((await changes(ann, { since: `e${epoch}.${acl}.0` })).full, false);
});

/* ---- what needs a hand in the database; the server is stopped for it */

async function mend(statements) {
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    sql(net.api.database, `BEGIN; ${statements} COMMIT;`);
    await net.api.launch();
    await net.login();
    people();
}

function endPartnership(a, b) {
    const pair = [a.account, b.account].sort();
    const tell = (scope, partner) => `UPDATE scope SET seq = seq + 1 WHERE id = ${literal(scope)};
        UPDATE change_index SET deleted = 1, changed_at = 1, seq = (SELECT seq FROM scope WHERE id = ${literal(scope)})
        WHERE scope_id = ${literal(scope)} AND type = 3 AND object_id = ${literal(partner)};`;
    return `UPDATE connection SET state = 7 WHERE account_a = ${literal(pair[0])} AND account_b = ${literal(pair[1])};
        ${tell(...pair)} ${tell(...pair.reverse())}`;
}

test('a tombstone is told to who was there before it, and not to who begins after it', async () => {
    const copy = new Copy(ann), slow = new Copy(ann, { limit: '1' });
    await copy.sync();
    for (let i = 0; i < 3; i++) await slow.page();
    await mend(endPartnership(ann, cy));
    copy.caller = slow.caller = ann;
    assert.deepEqual(await copy.sync(), [{ type: 'partner', id: cy.account, op: 'delete' }]);
    assert.equal(copy.of('partner').length, 1);
    assert.ok((await slow.sync()).some((o) => o.op === 'delete' && o.id === cy.account));
    await assertComplete(slow);
    const late = new Copy(ann);
    assert.ok((await late.sync()).every((o) => o.op === 'upsert'));
    await assertComplete(late);
});

test('what the index has but the caller may not see is told as deleted', async () => {
    const copy = new Copy(cy);
    await copy.sync();
    const foreign = await send(ann, ben);
    await mend(`UPDATE scope SET seq = seq + 1 WHERE id = ${literal(cy.account)};
        INSERT INTO change_index SELECT id, 1, ${literal(foreign.id)}, seq, seq, 0, 0 FROM scope WHERE id = ${literal(cy.account)};`);
    copy.caller = cy;
    assert.deepEqual(await copy.sync(), [{ type: 'referral', id: foreign.id, op: 'delete' }]);
    const late = new Copy(cy);
    assert.ok((await late.sync()).every((o) => o.id !== foreign.id));
    await mend(`DELETE FROM change_index WHERE scope_id = ${literal(cy.account)} AND object_id = ${literal(foreign.id)};
        UPDATE scope SET min_seq = seq WHERE id = ${literal(cy.account)};`);
});

test('410 when the tombstones between are gone, when roles changed and after a restore; a full sync under way goes on', async () => {
    const old = new Copy(ann), under = new Copy(ann, { limit: '2' });
    await old.sync();
    await under.page();
    await send(ann, ben);
    await mend(`UPDATE scope SET min_seq = seq WHERE id = ${literal(ann.account)};`);
    assertProblem(await ann.get(`/v1/changes?since=${old.state}`), 410, 'cannot-calculate-changes');
    assertProblem(await ann.get(`/v1/changes?since=${under.state}`), 410, 'cannot-calculate-changes');
    under.caller = ann;
    under.state = null;
    await under.page();
    await under.sync();
    await assertComplete(under);
    for (const column of ['acl', 'epoch']) {
        const { state } = await changes(ann);
        await mend(`UPDATE scope SET ${column} = ${column} + 1 WHERE id = ${literal(ann.account)};`);
        assertProblem(await ann.get(`/v1/changes?since=${state}`), 410, 'cannot-calculate-changes');
        const copy = new Copy(ann);
        await copy.sync();
        assert.notEqual(copy.state, state);
        await assertComplete(copy);
    }
});
