// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings from the shell: what is printed, what the server then holds, offline, and each exit code.
'use strict';
const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const { PASSWORD, Server, uuid } = require('../api/harness.js');
const { Home } = require('./home.js');

const LEADER = 'zoe@x.example', MATS = 'mats@x.example';
const DAY = 86400000;
let server, url, leader, mats, home, others, group, meeting, next;

/** Succeeds, and gives what came back. */
async function must(answer) {
    const got = await answer;
    assert.ok(got.status >= 200 && got.status < 300, `${got.status} ${got.text}`);
    return got.body;
}

async function plan(id, at, extra) {
    return must(leader.put(`/v1/groups/${group}/meetings/${id}`, { starts_at: new Date(at).toISOString(), duration: 60, time_zone: 'UTC', place: 'Queens Hotel', ...extra }));
}

before(async () => {
    server = await Server.start({ tcp: true });
    url = `http://127.0.0.1:${server.port}`;
    leader = await server.user(LEADER, { name: 'Zoe Carter' });
    mats = await server.user(MATS, { name: 'Mats Lindqvist' });
    [group, meeting, next] = [uuid(), uuid(), uuid()];
    await must(leader.put(`/v1/groups/${group}`, { name: 'Harbour Leads', area: 'Leeds', open: true }));
    await must(leader.post(`/v1/groups/${group}/activate`));
    const request = uuid();
    await must(mats.put(`/v1/groups/${group}/requests/${request}`, { message: 'May I?' }));
    await must(leader.post(`/v1/groups/${group}/requests/${request}/approve`, {}));
    await plan(meeting, Date.now() - 600000, { topic: 'Heat', agenda: ['10 networking', '15 presentation: Mats, mortgages'] });
    await plan(next, Date.now() + 5 * DAY);
    home = new Home();
    others = new Home();
    await home.login(url, LEADER, PASSWORD);
    await others.login(url, MATS, PASSWORD);
    (await home.leadline(['sync'])).expect(0);
    (await others.leadline(['sync'])).expect(0);
});

after(async () => {
    home.remove();
    others.remove();
    await server.stop();
});

const entries = async () => must(leader.get(`/v1/meetings/${meeting}/entries`));
const state = async () => (await must(leader.get(`/v1/groups/${group}/meetings/${meeting}`))).state;

describe('meetings', () => {
    test('R56: the next ones, in columns that stay', async () => {
        const rows = (await home.leadline(['meetings', '--plain'])).expect(0).rows();
        assert.deepEqual(rows.map((row) => row[0]), [meeting, next]);
        assert.deepEqual(rows[0].slice(2), ['scheduled', 'Harbour Leads', 'Queens Hotel', 'Heat', '0', '0', '0', '']);
        const items = (await home.leadline(['meetings', '--json'])).expect(0).json().items;
        assert.deepEqual(items.map((item) => item.id), [meeting, next]);
        assert.equal((await home.leadline(['meetings', '--plain', '--from', new Date(Date.now() + DAY).toISOString().slice(0, 10)])).expect(0).rows().length, 1);
    });

    test('R56: an answer is on the server, and in the list of others', async () => {
        (await others.leadline(['rsvp', next.slice(0, 23), 'maybe'])).expect(0);
        (await others.leadline(['rsvp', next, 'yes'])).expect(0);
        assert.deepEqual((await must(leader.get(`/v1/meetings/${next}/entries`))).rsvps.map((one) => [one.account, one.answer]), [[mats.account, 'yes']]);
        (await home.leadline(['sync'])).expect(0);
        const rows = (await home.leadline(['meetings', '--plain'])).expect(0).rows();
        assert.deepEqual(rows[1].slice(6), ['1', '0', '0', '']);
        assert.match((await others.leadline(['rsvp', next, 'perhaps'])).expect(64).stderr, /yes, no or maybe/);
        (await others.leadline(['rsvp', 'ffffffff', 'yes'])).expect(65);
    });
});

describe('a meeting', () => {
    test('R64: opened, entered, completed with one command, reopened with a reason', async () => {
        assert.match((await home.leadline(['attend', meeting, 'Mats', 'P'])).expect(77).stderr, /open/i);
        (await home.leadline(['meeting', 'open', meeting])).expect(0);
        assert.equal(await state(), 'open');
        (await home.leadline(['attend', meeting, 'Mats', 's', 'Sam Stand-In'])).expect(0);
        const [one] = (await entries()).attendance;
        assert.deepEqual([one.account, one.code, one.substitute], [mats.account, 'S', 'Sam Stand-In']);
        (await home.leadline(['attend', meeting, 'Mats', 'P'])).expect(0);
        assert.deepEqual((await entries()).attendance.map((fact) => fact.code), ['P']);
        assert.match((await home.leadline(['attend', meeting, 'Mats', 'X'])).expect(64).stderr, /P \(present\)/);
        assert.match((await home.leadline(['attend', meeting, 'Nobody', 'P'])).expect(65).stderr, /nobody of this group/);
        (await home.leadline(['meeting', 'complete', meeting])).expect(0);
        assert.equal(await state(), 'completed');
        (await home.leadline(['attend', meeting, 'Mats', 'A'])).expect(77);
        (await home.leadline(['meeting', 'reopen', meeting])).expect(65);
        (await home.leadline(['meeting', 'reopen', meeting, '-m', 'Mats was late'])).expect(0);
        assert.equal(await state(), 'reopened');
    });

    test('R64: a member may not enter it', async () => {
        (await others.leadline(['sync'])).expect(0);
        (await others.leadline(['attend', meeting, 'Mats', 'A'])).expect(77);
        (await others.leadline(['meeting', 'complete', meeting])).expect(77);
    });

    test('R64: --json is what the API says', async () => {
        const shown = (await home.leadline(['meeting', meeting, '--json'])).expect(0).json(), there = await entries();
        for (const name of ['attendance', 'rsvps', 'visitors', 'slips', 'thanks']) assert.deepEqual(shown[name], there[name], name);
        assert.equal(shown.meeting.id, meeting);
        const rows = (await home.leadline(['meeting', meeting, '--plain'])).expect(0).rows();
        assert.equal(rows.length, 2);
        assert.deepEqual(rows.find((row) => row[0] === mats.account).slice(1, 2), ['P']);
    });

    test('R64: what is entered offline is kept, and sent later', async () => {
        await server.restart(async () => {
            (await home.leadline(['attend', meeting, 'Mats', 'L', '--timeout', '1'])).expect(75);
            const rows = (await home.leadline(['meeting', meeting, '--plain'])).expect(0).rows();
            assert.equal(rows.find((row) => row[0] === mats.account)[1], 'L');
        });
        (await home.leadline(['sync'])).expect(0);
        assert.deepEqual((await entries()).attendance.map((fact) => fact.code), ['L']);
    });
});

describe('on paper', () => {
    test('R64: sheets are ASCII of 78 columns', async () => {
        for (const what of ['roster', 'slips', 'agenda']) {
            const sheet = (await home.leadline(['meetings', 'print', what, meeting])).expect(0).stdout;
            assert.match(sheet, /Harbour Leads/);
            assert.match(sheet, /^[\n\f\x20-\x7e]*$/);
            for (const line of sheet.split(/[\n\f]/)) assert.ok(line.length <= 78, line);
        }
        assert.match((await home.leadline(['meetings', 'print', 'everything'])).expect(64).stderr, /roster, slips, agenda/);
    });

    test('R56: a calendar file', async () => {
        const ics = (await home.leadline(['meetings', 'calendar', next])).expect(0).stdout;
        assert.match(ics, /^BEGIN:VCALENDAR\r\n/);
        assert.match(ics, new RegExp(`\r\nUID:${next}\r\n`));
    });
});
