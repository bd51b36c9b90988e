// SPDX-License-Identifier: GPL-3.0-or-later
// `leadline report`: made from the cache, it says what the server says.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { Server, freshDatabase, leadlined, uuid } = require('../api/harness.js');
const { Home } = require('./home.js');

const MEMBER = 'member@demo.example', PASSWORD = 'leadline-demo', names = ['give-take', 'not-a-lead-reasons', 'speed'];
/* Leads of the demo are as old as this: nothing moves while the two are compared. */
const NOW = '2026-11-26T08:30:00.000Z';
let server, member, home, dir;

before(async () => {
    dir = fs.mkdtempSync('/tmp/leadline-report-');
    const database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database, '--leads', '400'], { env: { LEADLINE_NOW: NOW } });
    assert.equal(loaded.code, 0, loaded.stderr);
    server = await Server.start({ database, tcp: true, env: { LEADLINE_NOW: NOW } });
    member = await server.login(MEMBER, PASSWORD);
    for (const email of ['kim@shop.example', 'Kim@Shop.example']) {
        const sent = await member.put(`/v1/referrals/${uuid()}`, { to: { outside: { name: 'Kim', email } }, type: 'job', need: 'Roof', contact: { first_name: 'Ann', phone_1: '01632 960003' },
            known_and_spoken: true, permission: { given: true, method: 'spoken' } });
        assert.equal(sent.status, 201, sent.text);
    }
    home = new Home();
    home.env.LEADLINE_NOW = NOW;
    await home.login(`http://127.0.0.1:${server.port}`, MEMBER, PASSWORD);
    (await home.leadline(['sync'])).expect(0);
});
after(async () => {
    home.remove();
    await server.stop();
    fs.rmSync(dir, { recursive: true, force: true });
});

test('R26 R34: each report from the cache has the rows of the server\'s, in any time zone and period', async () => {
    for (const name of names)
        for (const [tz, args, query] of [['UTC', [], ''], ['Pacific/Auckland', [], ''], ['America/Los_Angeles', ['--from', '2026-01-01'], '&from=2026-01-01'],
            ['Europe/London', ['--from', '2025-06-30', '--to', '2026-06-30'], '&from=2025-06-30&to=2026-06-30']]) {
            const told = (await home.leadline(['report', name, '--json', ...args], { env: { TZ: tz } })).expect(0).json();
            const asked = (await member.get(`/v1/reports/${name}?tz=${tz}${query}`)).body;
            assert.ok(asked.rows.length > 0, name);
            for (const member of ['report', 'account', 'from', 'to', 'time_zone', 'generated_at', 'months', 'caution', 'rows', 'totals'])
                assert.deepEqual(told[member], asked[member], `${name} ${tz} ${args} ${member}`);
            assert.ok(told.synced_at);
        }
    const everything = (await home.leadline(['report', 'give-take', '--json', '--from', '2020-01-01'])).expect(0).json();
    for (const standing of ['partner', 'outside']) assert.ok(everything.rows.some((r) => r.standing === standing && r.gave > 0), standing);
    assert.deepEqual(everything.rows, (await member.get('/v1/reports/give-take?from=2020-01-01')).body.rows);
});

test('R64: reports of a group come from the server in each format; of one group only it need not be named', async () => {
    for (const name of ['Harbour Leads', 'Hill Leads']) {
        const id = uuid();
        assert.equal((await member.put(`/v1/groups/${id}`, { name, time_zone: 'Europe/London' })).status, 201);
        if (name === 'Hill Leads') break;
        assert.equal((await member.post(`/v1/groups/${id}/activate`)).status, 200);
        (await home.leadline(['sync'])).expect(0);
        for (const kind of ['group-activity', 'attendance', 'score-card', 'group-health'])
            for (const format of ['json', 'csv', 'text']) {
                const asked = (await member.get(`/v1/reports/${kind}?scope=${id}&format=${format}`)).text;
                assert.equal((await home.leadline(['report', kind, '--group', 'harbour', '--format', format])).expect(0).stdout.trimEnd(), asked.trimEnd(), `${kind} ${format}`);
            }
        const range = ['--from', '2026-01-01', '--to', '2026-06-30'];
        assert.deepEqual((await home.leadline(['report', 'group-health', '--json', '--group', id.slice(0, 13), ...range])).expect(0).json(), (await member.get(`/v1/reports/group-health?scope=${id}&from=2026-01-01&to=2026-06-30`)).body);
        assert.match((await home.leadline(['report', 'attendance', '--group', id, ...range])).expect(64).stderr, /begins where the group's rules say/);
    }
    (await home.leadline(['sync'])).expect(0);
    assert.match((await home.leadline(['report', 'group-activity'])).expect(64).stderr, /say which group by --group.*Harbour Leads/);
    assert.match((await home.leadline(['report', 'group-activity', '--group', 'nowhere'])).expect(64).stderr, /Hill Leads/);
});

test('as text and as CSV, also offline', async () => {
    const csv = {}, text = {};
    for (const name of names) {
        csv[name] = (await member.get(`/v1/reports/${name}?format=csv`)).text;
        text[name] = (await member.get(`/v1/reports/${name}?format=text`)).text;
    }
    server.child.kill('SIGTERM');
    await server.ended();
    for (const name of names) {
        assert.equal((await home.leadline(['report', name, '--format', 'csv'])).expect(0).stdout, csv[name]);
        const told = (await home.leadline(['report', name])).expect(0).stdout;
        assert.equal(told.replace(/^As of the last sync.*\n/m, ''), text[name]);
        assert.match(told, /^As of the last sync, \d{4}-/m);
        for (const line of told.split('\n')) assert.ok(!line.includes('\t') && !/[\x00-\x1f\x7f]/.test(line), line);
    }
    await server.launch();
});

test('what is asked wrongly is a fault of usage', async () => {
    assert.match((await home.leadline(['report', 'returns'])).expect(64).stderr, /there are: give-take, not-a-lead-reasons, speed/);
    assert.match((await home.leadline(['report', 'speed', '--from', 'soon'])).expect(64).stderr, /--from: a day/);
    assert.match((await home.leadline(['report', 'speed', '--from', '2026-02-02', '--to', '2026-02-01'])).expect(64).stderr, /--from: the period ends before/);
    (await home.leadline(['report', 'speed', '--format', 'pdf'])).expect(64);
    (await home.leadline(['report'])).expect(64);
});

test('a report of a group is not made offline, and says so', async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill('SIGTERM');
    await server.ended();
    assert.match((await home.leadline(['report', 'group-activity', '--group', 'harbour', '--timeout', '2'])).expect(69).stderr, /does not answer/);
    await server.launch();
});
