// SPDX-License-Identifier: GPL-3.0-or-later
// The outbox of mail: what is queued by which act, once; and which types somebody wants.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { uuid } = require('./harness.js');
const { act, literal, network, send, sql } = require('./network.js');

let net;
before(async () => { net = await network(['ann', 'ben', 'cy']); });
after(() => net.stop());

/** What is in the outbox for a type: the server rests meanwhile. */
async function queued(type, about = '') {
    await net.api.restart(() => { queued.rows = sql(net.api.database, `SELECT type, key, value_texts FROM mail WHERE type = '${type}' ORDER BY created_at, id;`); });
    return queued.rows.map(([, key, text]) => ({ key, values: JSON.parse(text) })).filter((row) => row.key.includes(about));
}

test('R38: the recipient of a lead is told by mail, once, and the mail names nobody to be contacted', async () => {
    const id = uuid(), key = uuid();
    const body = (await send(net.ann, net.ben, {}, id));
    assert.equal(body.id, id);
    for (let i = 0; i < 2; i++) await net.ann.put(`/v1/referrals/${id}`, { to: { account: net.ben.account } }, { key });
    const rows = await queued('lead-received', id);
    assert.equal(rows.length, 1);
    assert.deepEqual(rows[0].values, { from: 'ann', type: 'job', referral: id });
});

test('R41: the reason and message of a verdict go to the sender by mail, and so does its change', async () => {
    const lead = await send(net.ann, net.ben);
    await act(net.ben, lead, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need', message: 'They have one.' });
    await act(net.ben, lead, 'confirm', { verdict: 'lead', message: 'They called.' });
    const rows = await queued('verdict', lead.id);
    assert.deepEqual(rows.map((row) => [row.values.verdict, row.values.reason, row.values.message, row.values.amended]),
        [['not_a_lead', 'no_need', 'They have one.', undefined], ['lead', undefined, 'They called.', 'yes']]);
    assert.equal(rows[0].values.contact, 'Priya Bright');
    assert.equal((await queued('lead-received', lead.id)).length, 1);
});

test('another outcome is told, the same one again is not', async () => {
    const lead = await send(net.ann, net.ben);
    await act(net.ben, lead, 'confirm', { verdict: 'lead' });
    for (const outcome of ['working', 'working', 'won']) await act(net.ben, lead, 'outcome', { outcome });
    assert.deepEqual((await queued('outcome', lead.id)).map((row) => row.values.outcome), ['working', 'won']);
});

test('R4: each may switch types of mail off, and what is off is not queued', async () => {
    const { ann, ben } = net;
    const before = (await ann.get('/v1/me/email-settings')).body.settings;
    assert.ok(before.every((setting) => setting.on && setting.label && setting.type));
    const put = await ann.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: false }] }, { create: false });
    assert.equal(put.status, 200, put.text);
    const off = (list) => list.filter((setting) => !setting.on).map((setting) => setting.type);
    assert.deepEqual(off(put.body.settings), ['outcome']);
    assert.deepEqual(off((await ann.get('/v1/me/email-settings')).body.settings), ['outcome']);
    assert.deepEqual(off((await ben.get('/v1/me/email-settings')).body.settings), []);
    const lead = await send(ann, ben);
    await act(ben, lead, 'confirm', { verdict: 'lead' });
    await act(ben, lead, 'outcome', { outcome: 'won' });
    assert.deepEqual(await queued('outcome', lead.id), []);
    await ann.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: true }] }, { create: false });
    await act(ben, lead, 'outcome', { outcome: 'lost' });
    assert.equal((await queued('outcome', lead.id)).length, 1);
});

test('R5: mandatory types are marked, and cannot be switched off: 422 says which', async () => {
    const { ann } = net;
    const settings = (await ann.get('/v1/me/email-settings')).body.settings;
    const mandatory = settings.filter((setting) => setting.mandatory).map((setting) => setting.type);
    for (const type of ['invitation', 'lead-received', 'verdict', 'reset-password', 'password-changed']) assert.ok(mandatory.includes(type), type);
    for (const type of ['lead-outside', 'outside-reminder']) assert.ok(!settings.some((setting) => setting.type === type), type);
    const put = await ann.put('/v1/me/email-settings',
        { settings: [{ type: 'activity', on: false }, { type: 'verdict', on: false }, { type: 'x', on: true }, { type: 'outcome', on: 'no' }] }, { create: false });
    assert.equal(put.status, 422);
    assert.deepEqual(put.body.errors.map((error) => [error.pointer, error.code]),
        [['#/settings/1/on', 'mandatory'], ['#/settings/2/type', 'not-one-of'], ['#/settings/3/on', 'wrong-type']]);
    assert.match(put.body.errors[0].detail, /"verdict"/);
    assert.ok((await ann.get('/v1/me/email-settings')).body.settings.every((setting) => setting.on), 'nothing was changed');
    for (const body of [{}, { settings: 1 }, { settings: null }])
        assert.equal((await ann.put('/v1/me/email-settings', body, { create: false })).status, 422);
    assert.equal((await ann.put('/v1/me/email-settings', { settings: settings.map(({ type, on }) => ({ type, on })) }, { create: false })).status, 200);
    assert.equal((await net.api.get('/v1/me/email-settings')).status, 401);
});

test('a mandatory type is sent whatever the database says', async () => {
    await net.api.restart(() => sql(net.api.database, `INSERT INTO email_setting (account_id, type, is_on) VALUES (${literal(net.ben.account)}, 'lead-received', 0);`));
    const lead = await send(net.ann, net.ben);
    assert.equal((await queued('lead-received', lead.id)).length, 1);
    assert.ok((await net.ben.get('/v1/me/email-settings')).body.settings.find((setting) => setting.type === 'lead-received').on);
});
