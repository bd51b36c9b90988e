// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that nobody's act causes: each job is run at times of the test's choice, again and again, and by several at once.
'use strict';
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { test } = require('node:test');
const { leadlined, postgresql, program } = require('./harness.js');
const { act, network, send, sql } = require('./network.js');

const at = (time) => ({ LEADLINE_NOW: time });

/** A network whose clock stands at a time, and goes to another by go(). */
async function world(t, time, names = ['ann', 'ben', 'cy']) {
    const net = await network(names, { env: at(time) });
    t.after(() => net.stop());
    net.go = async (to) => {
        net.api.options.env = at(to);
        await net.api.restart();
        await net.login();
    };
    net.run = (job, to) => {
        const done = leadlined(['job', 'run', job, '--database', net.api.database], { env: at(to) });
        assert.equal(done.code, 0, done.stderr);
    };
    /** The mails of a type: [[recipient, values]]. */
    net.mails = async (type) => {
        let rows;
        await net.api.restart(() => { rows = sql(net.api.database, `SELECT a.name, m.value_texts FROM mail m JOIN account a ON a.id = m.account_id WHERE m.type = '${type}' ORDER BY m.created_at, m.id;`); });
        return rows.map(([name, text]) => [name, JSON.parse(text)]);
    };
    return net;
}

test('a lead that is not picked up is reminded of after 24 and 72 hours, once each, and no more when it is', async (t) => {
    const net = await world(t, '2026-11-02T10:00:00Z');
    const waits = await send(net.ann, net.ben), opened = await send(net.ann, net.cy), taken = await send(net.cy, net.ben);
    await send(net.ann, net.ben, { to: { outside: { name: 'Ola', email: 'ola@els.example' } } });
    await act(net.cy, taken, 'withdraw');
    const told = async () => (await net.mails('lead-waiting')).map(([name, values]) => [name, values.referral, values.days]);
    net.run('mail-waiting', '2026-11-03T09:59:59Z');
    assert.deepEqual(await told(), []);
    for (let i = 0; i < 3; i++) net.run('mail-waiting', '2026-11-03T10:00:00Z');
    const first = await told();
    assert.deepEqual(first, [['ben', waits.id, '1'], ['cy', opened.id, '1']]);
    await act(net.cy, opened, 'pick-up');
    net.run('mail-waiting', '2026-11-04T10:00:00Z');
    assert.deepEqual(await told(), first);
    net.run('mail-waiting', '2026-11-05T10:00:00Z');
    net.run('mail-waiting', '2026-11-05T11:00:00Z');
    net.run('mail-waiting', '2026-11-20T10:00:00Z');
    assert.deepEqual(await told(), [...first, ['ben', waits.id, '3']]);
});

test('after a long rest nobody is reminded of what is long past', async (t) => {
    const net = await world(t, '2026-11-02T10:00:00Z');
    await send(net.ann, net.ben);
    net.run('mail-waiting', '2026-11-02T10:00:00Z');
    net.run('mail-waiting', '2026-11-30T10:00:00Z');
    assert.deepEqual(await net.mails('lead-waiting'), []);
});

test('R32: who gave nothing back is told so once a month at most, until they do', async (t) => {
    const net = await world(t, '2026-09-20T10:00:00Z', ['ann', 'ben', 'cy', 'dee']);
    await send(net.ann, net.ben);
    await send(net.ann, net.ben);
    const rejected = await send(net.cy, net.ben);
    await act(net.ben, rejected, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    const told = async () => (await net.mails('reciprocate')).map(([name, values]) => [name, values.partners]);
    for (const day of ['2026-10-01', '2026-10-14', '2026-10-26']) net.run('mail-reciprocate', `${day}T12:00:00Z`);
    assert.deepEqual(await told(), [], 'not in these days');
    for (const time of ['2026-10-15T00:00:00Z', '2026-10-15T00:00:00Z', '2026-10-16T00:00:00Z', '2026-10-25T23:00:00Z']) net.run('mail-reciprocate', time);
    assert.deepEqual(await told(), [['ben', '   2  ann\n']], 'ann is named; cy, whose lead was none, is not');
    net.run('mail-reciprocate', '2026-11-17T00:00:00Z');
    assert.equal((await told()).length, 2, 'again in the next month');
    await net.go('2026-11-20T10:00:00Z');
    await send(net.ben, net.ann);
    for (const month of ['2026-12', '2027-01', '2027-06']) net.run('mail-reciprocate', `${month}-15T06:00:00Z`);
    assert.equal((await told()).length, 2, 'no more, now that there was one back');
});

test('R32: whoever switched it off is not told', async (t) => {
    const net = await world(t, '2026-09-20T10:00:00Z');
    await send(net.ann, net.ben);
    await net.ben.put('/v1/me/email-settings', { settings: [{ type: 'reciprocate', on: false }] }, { create: false });
    net.run('mail-reciprocate', '2026-10-15T00:00:00Z');
    assert.deepEqual(await net.mails('reciprocate'), []);
});

test('R27: once a month each is told what was passed on in the month before', async (t) => {
    const net = await world(t, '2026-09-30T23:59:59Z', ['ann', 'ben', 'cy', 'dee']);
    await send(net.ann, net.cy); // of September: not in the report
    await net.go('2026-10-10T10:00:00Z');
    const good = await send(net.ann, net.ben), bad = await send(net.ann, net.ben);
    await send(net.cy, net.ann);
    await act(net.ben, good, 'confirm', { verdict: 'lead' });
    await act(net.ben, bad, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    await net.go('2026-11-01T00:00:00Z');
    await send(net.ann, net.ben); // of November
    for (const day of ['01', '01', '02', '10', '11']) net.run('mail-activity', `2026-11-${day}T05:00:00Z`);
    const told = await net.mails('activity');
    assert.deepEqual(told.map(([name]) => name).sort(), ['ann', 'ben', 'cy'], 'dee has nothing to be told');
    const of = Object.fromEntries(told);
    assert.deepEqual(of.ann, { month: '10', year: '2026', gave: '2', gave_confirmed: '1', took: '1', took_confirmed: '0', waiting: '1', partners: '   2    0  ben\n   0    1  cy\n' });
    assert.deepEqual(of.ben, { month: '10', year: '2026', gave: '0', gave_confirmed: '0', took: '2', took_confirmed: '1', partners: '   0    2  ann\n' });
    net.run('mail-activity', '2026-12-03T05:00:00Z');
    assert.deepEqual((await net.mails('activity')).length, 5, 'November: ann and ben');
});

test('R27, R32: months and days are those of the account\'s time zone, and who moves is told of a month once', async (t) => {
    const net = await world(t, '2026-10-10T10:00:00Z', ['ann', 'ben', 'cy']);
    const move = async (who, zone) => {
        const { rev } = (await net[who].get('/v1/me')).body.account;
        assert.equal((await net[who].patch('/v1/me', { time_zone: zone }, { rev })).status, 200);
    };
    await move('ann', 'Pacific/Kiritimati'); // UTC+14
    await move('cy', 'Pacific/Pago_Pago'); // UTC-11
    await send(net.ann, net.ben);
    await send(net.cy, net.ben);
    await net.go('2026-11-01T05:00:00Z');
    await send(net.ann, net.cy); // November for Ann, October for Cy
    const told = async (type) => (await net.mails(type)).map(([name]) => name);
    net.run('mail-activity', '2026-10-31T09:59:59Z');
    assert.deepEqual(await told('activity'), []);
    net.run('mail-activity', '2026-10-31T10:00:00Z');
    assert.deepEqual(await told('activity'), ['ann'], 'November begins on Kiritimati');
    net.run('mail-activity', '2026-11-01T00:00:00Z');
    assert.deepEqual(await told('activity'), ['ann', 'ben']);
    net.run('mail-activity', '2026-11-01T10:59:59Z');
    assert.deepEqual(await told('activity'), ['ann', 'ben']);
    net.run('mail-activity', '2026-11-01T11:00:00Z');
    assert.deepEqual(await told('activity'), ['ann', 'ben', 'cy']);
    const of = Object.fromEntries(await net.mails('activity'));
    assert.equal(of.ann.gave, '1', 'what she sent in November is not of October');
    assert.equal(of.cy.took, '1', 'but he got it in October');
    await net.go('2026-11-02T00:00:00Z');
    await move('ann', 'Asia/Tokyo');
    net.run('mail-activity', '2026-11-02T00:00:00Z');
    assert.deepEqual(await told('activity'), ['ann', 'ben', 'cy'], 'she has it already');
    net.run('mail-reciprocate', '2026-11-14T15:00:00Z'); // the 15th in Tokyo
    assert.deepEqual(await told('reciprocate'), []);
    net.run('mail-reciprocate', '2026-11-15T00:00:00Z');
    assert.deepEqual(await told('reciprocate'), ['ben']);
    net.run('mail-reciprocate', '2026-11-16T00:00:00Z');
    assert.deepEqual(await told('reciprocate'), ['ben', 'cy']);
});

test('a month that is over for more than ten days is not told any more', async (t) => {
    const net = await world(t, '2026-10-10T10:00:00Z');
    await send(net.ann, net.ben);
    net.run('mail-activity', '2026-11-11T00:00:00Z');
    assert.deepEqual(await net.mails('activity'), []);
});

test('several servers that run a job at once send nothing twice', { skip: !postgresql && 'one server serves a file' }, async (t) => {
    const names = Array.from({ length: 8 }, (_, i) => `m${i}`), net = await world(t, '2026-10-10T10:00:00Z', names);
    for (const from of names) for (const to of names.slice(0, 4)) if (from !== to) await send(net[from], net[to]);
    const run = (job, time) => new Promise((resolve) => spawn(program, ['job', 'run', job, '--database', net.api.database], { env: { ...process.env, ...at(time) } }).on('close', resolve));
    for (const [job, time] of [['mail-activity', '2026-11-01T01:00:00Z'], ['mail-reciprocate', '2026-10-15T01:00:00Z'], ['mail-waiting', '2026-10-11T10:00:00Z']])
        assert.deepEqual(await Promise.all(Array.from({ length: 4 }, () => run(job, time))), [0, 0, 0, 0]);
    assert.equal((await net.mails('activity')).length, 8);
    assert.equal((await net.mails('reciprocate')).length, 4 - 4, 'these four gave to each other');
    assert.equal((await net.mails('lead-waiting')).length, 28);
});

test('job run takes the name of a job', () => {
    for (const args of [[], ['x'], ['mail-waiting', 'y']]) {
        const done = leadlined(['job', 'run', '--database', 'sqlite::memory:', ...args]);
        assert.equal(done.code, 64);
        assert.match(done.stderr, /mail-reciprocate/);
    }
});
