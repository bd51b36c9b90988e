// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/me/export, read by other programs: Python's zipfile, json and csv.
'use strict';
const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { PASSWORD, assertProblem, leadlined, uuid } = require('./harness.js');
const { act, collect, lead, network, send } = require('./network.js');

const skip = spawnSync('python3', ['--version']).status !== 0 && 'package python3 is not there';

function unpack(answer) {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['content-type'], 'application/zip');
    assert.match(answer.headers['content-disposition'], /^attachment; filename="[a-z-]+\.zip"$/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const done = spawnSync('python3', [path.join(__dirname, 'read-zip.py')], { input: answer.bytes, encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout);
}

let net, ann, ben;
before(async () => {
    net = await network(['ann', 'ben', 'cy'], { strangers: ['eve'] });
    ({ ann, ben } = net);
});
after(() => net.stop());

test('own data: what the API shows of an account is in the archive, as JSON and as CSV', { skip }, async () => {
    const given = await send(ann, ben, { need: 'Roof, "quick"; naïve 漢', comments: 'given\nby "Ann",\n' });
    const received = await send(ben, ann, { need: 'received from Ben' });
    await act(ann, received, 'confirm', { verdict: 'lead', message: 'Thanks' });
    await act(ben, given, 'pick-up');
    await ann.put(`/v1/referrals/${given.id}/notes/${uuid()}`, { text: 'a note of Ann' });
    await ben.put(`/v1/referrals/${given.id}/notes/${uuid()}`, { text: 'a note of Ben' });
    await ann.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: false }] }, { create: false });
    const files = unpack(await ann.get('/v1/me/export'));
    const sets = ['account', 'audit', 'email-settings', 'leads', 'mail', 'notes', 'partners', 'sessions'];
    assert.deepEqual(Object.keys(files).sort(), [...sets, 'groups', 'invitations', 'leader-approvals', 'membership-requests', 'memberships'].flatMap((name) => [`${name}.csv`, `${name}.json`]).sort());
    for (const name of sets) {
        assert.ok(files[`${name}.json`].length > 0, name);
        assert.equal(files[`${name}.csv`].length, files[`${name}.json`].length, name);
    }
    assert.deepEqual(files['account.json'], [(await ann.get('/v1/me')).body.account]);
    assert.deepEqual(files['account.csv'][0].email, 'ann@x.example');
    const leads = [...await collect(ann, '/v1/referrals?box=inbox'), ...await collect(ann, '/v1/referrals?box=sent')];
    assert.deepEqual(files['leads.json'].sort((a, b) => (a.id < b.id ? -1 : 1)), leads.sort((a, b) => (a.id < b.id ? -1 : 1)));
    const row = files['leads.csv'].find((one) => one.id === given.id);
    assert.equal(row['lead.need'], 'Roof, "quick"; naïve 漢');
    assert.equal(row['lead.comments'], 'given\nby "Ann",\n');
    assert.equal(row.box, 'sent');
    assert.deepEqual(files['notes.json'].map((note) => note.text), ['a note of Ann']);
    assert.deepEqual(files['partners.json'].map((partner) => partner.name).sort(), ['ben', 'cy']);
    assert.deepEqual(files['sessions.json'].map((session) => session.id), (await ann.get('/v1/sessions')).body.items.map((session) => session.id));
    assert.deepEqual(files['email-settings.json'], [{ type: 'outcome', on: false }]);
    assert.ok(files['mail.json'].every((mail) => mail.type && mail.created_at));
    assert.ok(files['audit.json'].some((entry) => entry.action === 'session.create'));
});

test('own data: nothing of others, and no secret', { skip }, async () => {
    await send(ben, net.cy, { need: 'between Ben and Cy' });
    await ann.post('/v1/me/totp', { password: PASSWORD });
    const text = JSON.stringify(unpack(await ann.get('/v1/me/export')));
    for (const other of ['between Ben and Cy', 'a note of Ben', 'eve@x.example', 'argon2', ann.token, ann.refresh]) assert.ok(!text.includes(other), other);
    assertProblem(await net.api.get('/v1/me/export'), 401, 'unauthorized');
});

test('own data: a cell is never a formula, in any column', { skip }, async () => {
    const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|\' /C calc\'!A0'];
    for (const text of evil) await send(net.cy, ann, { need: text, contact: { first_name: text, last_name: text, phone_1: '01632 960123' } });
    const files = unpack(await net.cy.get('/v1/me/export'));
    let guarded = 0;
    for (const [name, rows] of Object.entries(files).filter(([one]) => one.endsWith('.csv')))
        for (const cell of rows.flatMap((row) => Object.values(row))) {
            assert.doesNotMatch(cell, /^[=+\-@\t\r]/, name);
            guarded += /^'[=+\-@]/.test(cell);
        }
    assert.equal(guarded, 3 * evil.length);
});

test('own data: an archive of many pages has each lead once', { skip }, async () => {
    const operation = (from, to, n) => ({ key: uuid(), method: 'PUT', path: `/v1/referrals/${uuid()}`, if_none_match: true, body: lead(to, { need: `number ${n}`, contact: { first_name: `P${n}`, phone_1: `01632 96${String(n % 1000).padStart(4, '0')}` } }) });
    for (let i = 0; i < 1040; i += 80) {
        const [from, to] = i % 160 ? [ben, ann] : [ann, ben];
        const answer = await from.request('POST', '/v1/batch', { operations: Array.from({ length: 80 }, (_, k) => operation(from, to, i + k)) });
        assert.ok(answer.body.results.every((result) => result.status === 201), answer.text.slice(0, 500));
    }
    const files = unpack(await ben.get('/v1/me/export'));
    const numbers = files['leads.json'].map((one) => one.lead.need).filter((need) => /^number/.test(need));
    assert.equal(new Set(numbers).size, 1040);
    assert.equal(numbers.length, 1040);
    assert.equal(files['leads.csv'].length, files['leads.json'].length);
});

test('own data: the archive of an account without anything is whole, and many archives are throttled', { skip }, async () => {
    const files = unpack(await net.eve.get('/v1/me/export'));
    assert.deepEqual(files['leads.json'], []);
    assert.deepEqual(files['leads.csv'], []);
    let answer;
    for (let i = 0; i < 9 && answer?.status !== 429; i++) answer = await net.eve.get('/v1/me/export');
    assertProblem(answer, 429, 'throttled');
    assert.equal(leadlined(['openapi']).stdout.includes('/v1/me/export'), true);
});
