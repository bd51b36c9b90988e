// SPDX-License-Identifier: GPL-3.0-or-later
// Notes: private to the side that wrote them.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, collect, ids, network, send } = require('./network.js');

let net, ann, ben, cy, referral, notes;
before(async () => {
    net = await network(['ann', 'ben', 'cy']);
    ({ ann, ben, cy } = net);
});
after(() => net.stop());
const fresh = async () => { referral = await send(ann, ben); notes = `/v1/referrals/${referral.id}/notes`; };

test('a note is written, read and listed by its writer, on either side, and by nobody else', async () => {
    await fresh();
    for (const [writer, other] of [[ben, ann], [ann, ben]]) {
        const id = uuid(), text = `Rang twice.\n${writer.email}`;
        const made = await writer.put(`${notes}/${id}`, { text });
        assert.equal(made.status, 201, made.text);
        assert.equal(made.headers.etag, '"1"');
        assert.deepEqual([made.body.id, made.body.rev, made.body.referral, made.body.text], [id, 1, referral.id, text]);
        assert.deepEqual((await writer.get(`${notes}/${id}`)).body, made.body);
        assert.deepEqual(await collect(writer, notes), [made.body]);
        assert.ok(!ids(await collect(other, notes)).includes(id));
        for (const stranger of [other, cy]) {
            assertProblem(await stranger.get(`${notes}/${id}`), 404, 'not-found');
            const theirs = await stranger.put(`${notes}/${id}`, { text: 'mine now' }, { create: false, rev: 1 });
            assert.ok([404, 412].includes(theirs.status), theirs.text);
            assert.ok(!theirs.text.includes('Rang'), theirs.text);
        }
        assert.deepEqual((await writer.get(`${notes}/${id}`)).body, made.body);
    }
    assertProblem(await cy.get(notes), 404, 'not-found');
    assertProblem(await cy.put(`${notes}/${uuid()}`, { text: 'x' }), 404, 'not-found');
});

test('a note never shows in what the other side can read: referral, changes, lists, search', async () => {
    await fresh();
    await ben.put(`${notes}/${uuid()}`, { text: 'Zanzibar margin 40%' });
    for (const url of [`/v1/referrals/${referral.id}`, '/v1/referrals', '/v1/referrals?q=zanzibar', '/v1/changes?limit=500', notes, '/v1/partners'])
        assert.ok(!(await ann.get(url)).text.includes('Zanzibar'), url);
    assert.ok((await ben.get('/v1/changes?limit=500')).text.includes('Zanzibar'));
    assert.equal((await ann.get(`/v1/referrals/${referral.id}`)).body.rev, 1);
});

test('a note is changed with If-Match, and only then', async () => {
    await fresh();
    const url = `${notes}/${uuid()}`;
    await ben.put(url, { text: 'one' });
    const changed = await ben.put(url, { text: 'two' }, { create: false, rev: 1 });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual([changed.body.text, changed.body.rev, changed.headers.etag], ['two', 2, '"2"']);
    const stale = await ben.put(url, { text: 'three' }, { create: false, rev: 1 });
    assertProblem(stale, 412, 'precondition-failed');
    assert.equal(stale.body.current.text, 'two');
    assertProblem(await ben.put(url, { text: 'three' }, { create: false }), 428, 'precondition-required');
    const again = await ben.put(url, { text: 'three' });
    assertProblem(again, 412, 'precondition-failed');
    assert.equal(again.body.current.text, 'two');
    assert.equal((await ben.put(url, { text: 'two' })).status, 200);
    assertProblem(await ben.put(`${notes}/${uuid()}`, { text: 'x' }, { create: false, rev: 1 }), 412, 'precondition-failed');
    assertProblem(await ben.put(url, { text: 'x' }, { create: false, headers: { 'If-Match': '*' } }), 400, 'malformed');
    assert.deepEqual((await ben.get(url)).body, changed.body);
});

test('a replayed key writes once', async () => {
    await fresh();
    const url = `${notes}/${uuid()}`, key = uuid();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await ben.put(url, { text: 'once' }, { key }));
    for (const answer of answers) {
        assert.equal(answer.status, 201, answer.text);
        assert.deepEqual(answer.body, answers[0].body);
    }
    assert.equal(answers[2].headers['idempotency-replayed'], 'true');
    assertProblem(await ben.put(url, { text: 'twice' }, { key }), 422, 'idempotency-key-reused');
    assertProblem(await ben.request('PUT', url, { text: 'x' }), 400, 'idempotency-key-missing');
    assert.equal((await collect(ben, notes)).length, 1);
});

test('one id is one note, on one referral', async () => {
    await fresh();
    const id = uuid();
    await ben.put(`${notes}/${id}`, { text: 'here' });
    const other = await send(ann, ben);
    assertProblem(await ben.get(`/v1/referrals/${other.id}/notes/${id}`), 404, 'not-found');
    assertProblem(await ben.put(`/v1/referrals/${other.id}/notes/${id}`, { text: 'there' }), 412, 'precondition-failed');
    assert.deepEqual(await collect(ben, `/v1/referrals/${other.id}/notes`), []);
});

test('text is checked, kept as it is, and may be long', async () => {
    await fresh();
    for (const [body, code] of [[{}, 'required'], [{ text: '' }, 'required'], [{ text: 'x'.repeat(4001) }, 'too-long'], [{ text: 'a\u001bb' }, 'text.invalid']]) {
        const answer = await ben.put(`${notes}/${uuid()}`, body);
        assertProblem(answer, 422, 'validation');
        assert.deepEqual(answer.body.errors.map((e) => [e.pointer, e.code]), [['#/text', code]]);
    }
    for (const body of [{ text: 'x', referral: uuid() }, { text: 'x', id: uuid() }, { text: 'x', private: false }])
        assert.equal((await ben.put(`${notes}/${uuid()}`, body)).status, 422);
    for (const text of ['\u202eevil', '王'.repeat(4000), '{"a":"b"}', '\n\n- a\n- b'])
        assert.equal((await ben.put(`${notes}/${uuid()}`, { text })).body.text, text);
});

test('notes are listed oldest first, in pages', async () => {
    await fresh();
    for (let i = 0; i < 12; i++) await ben.put(`${notes}/${uuid()}`, { text: `note ${i}` });
    for (const limit of [1, 5, 12, 500])
        assert.deepEqual((await collect(ben, notes, limit)).map((n) => n.text), Array.from({ length: 12 }, (_, i) => `note ${i}`));
    assertProblem(await ben.get(`${notes}?limit=0`), 422, 'validation');
    assertProblem(await ben.get(`${notes}?cursor=x`), 400, 'bad-cursor');
    assertProblem(await ben.get(`${notes}?q=x`), 422, 'unknown-field');
});

test('notes stay when the lead is decided or withdrawn, and may still be written', async () => {
    await fresh();
    await ann.put(`${notes}/${uuid()}`, { text: 'before' });
    await act(ann, referral, 'withdraw');
    assert.equal((await ann.put(`${notes}/${uuid()}`, { text: 'after' })).status, 201);
    assert.equal((await collect(ann, notes)).length, 2);
});
