// SPDX-License-Identifier: GPL-3.0-or-later
// Meetings in calendars, read by a program that knows nothing of us (ical.js of npm); invitations by mail, and the answers that come back.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { assertProblem, leadlined, uuid } = require('./harness.js');
const { Copy } = require('./copy.js');
const { group, join, must } = require('./groups.js');
const { independent } = require('./independent.js');
const { Mta, skip } = require('./mta.js');
const { act, at, enter, entries, meeting, meetings, thursdays } = require('./meetings.js');
const { literal, network, sql } = require('./network.js');

const env = { LEADLINE_NOW: '2026-02-23T10:00:00.000Z' }, SECRET = 'inbound-secret-7Q2M4K';
let net, club, secretFile;
before(async () => {
    const dir = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'leadline-'));
    secretFile = path.join(dir, 'secret');
    fs.writeFileSync(secretFile, `${SECRET}\n`);
    net = await network([], { strangers: ['ann', 'ben', 'cy', 'eve'], env, args: ['--mail-inbound-secret-file', secretFile, '--public-url', 'https://leadline.example'] });
    club = await group(net.ann, thursdays({ name: 'Harbour; Leads, the "first"' }));
    for (const who of [net.ben, net.cy]) await join(club, net.ann, who);
});
after(async () => { await net.stop(); fs.rmSync(path.dirname(secretFile), { recursive: true }); });

async function patch(who, path, body) {
    const { rev } = await must(who.get(path));
    return must(who.patch(path, body, { rev }));
}
const job = (name, now = env.LEADLINE_NOW) => {
    const done = leadlined(['job', 'run', name, '--database', net.api.database], { env: { LEADLINE_NOW: now } });
    assert.equal(done.code, 0, done.stderr);
};
/** What waits for somebody, of the types about meetings: [{ type, ... }]. */
async function mails(who) {
    let rows;
    await net.api.restart(() => {
        rows = sql(net.api.database, `SELECT m.type, m.key, m.value_texts FROM mail m WHERE m.account_id = ${literal(who.account)} AND m.value_texts IS NOT NULL AND (m.type LIKE 'meeting-%' OR m.type = 'enter-slips') ORDER BY m.created_at, m.type, m.key;`);
    });
    return rows.map(([type, key, values]) => ({ type, key, ...JSON.parse(values) }));
}

/* ---- calendars */

/** All events of a calendar, as ical.js reads them: zones of the calendar itself. */
function read(ICAL, text) {
    for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.ok(text.endsWith('END:VCALENDAR\r\n'));
    ICAL.TimezoneService.reset();
    const calendar = new ICAL.Component(ICAL.parse(text));
    for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
    const events = calendar.getAllSubcomponents('vevent').map((e) => new ICAL.Event(e));
    return { method: calendar.getFirstPropertyValue('method'), events };
}

test('R64: the calendar of a member has the meetings of all their groups, at seven by the clock on the wall before and after it changes', async (t) => {
    const ical = await independent(t, 'ical.js');
    if (!ical) return;
    const ICAL = ical.default, { ben } = net, { url } = await must(ben.post('/v1/me/calendar'));
    assert.match(url, /^https:\/\/leadline\.example\/v1\/calendar\?token=llm_[0-9A-Za-z]{49}$/);
    const feed = await net.api.get(url.replace('https://leadline.example', ''));
    assert.equal(feed.headers['content-type'], 'text/calendar; charset=utf-8');
    const { method, events } = read(ICAL, feed.text), list = await meetings(ben, club);
    assert.equal(method, 'PUBLISH');
    assert.deepEqual(events.map((e) => e.startDate.toJSDate().toISOString()), list.map((m) => m.starts_at));
    assert.deepEqual(new Set(events.map((e) => `${e.startDate.hour}:${e.startDate.minute} ${e.startDate.zone.tzid}`)), new Set(['7:0 Europe/London']));
    assert.deepEqual(events.map((e) => e.endDate.toJSDate() - e.startDate.toJSDate()), list.map(() => 90 * 60000));
    assert.equal(new Set(events.map((e) => e.startDate.utcOffset())).size, 2, 'the clock changes between them');
    assert.deepEqual(new Set(events.map((e) => `${e.summary} @ ${e.location}`)), new Set(['Harbour; Leads, the "first" @ The Mill']));
    assert.equal(new Set(events.map((e) => e.uid)).size, list.length);
    const one = read(ICAL, (await ben.get(`${at(list[5])}/ics`)).text).events[0];
    assert.equal(one.uid, events[5].uid);
    assert.equal(one.startDate.toJSDate().toISOString(), '2026-04-02T06:00:00.000Z');
    assert.notEqual(read(ICAL, (await net.cy.get(`${at(list[5])}/ics`)).text).events[0].uid, one.uid, 'of each member another one');
});

test('other zones, and what is off', async (t) => {
    const ical = await independent(t, 'ical.js');
    if (!ical) return;
    const { ann, ben } = net, body = (time_zone, starts_at) => ann.put(`/v1/groups/${club.id}/meetings/${uuid()}`, { starts_at, time_zone, topic: 'Ümläute, 日本' });
    for (const [zone, start, hour] of [['America/New_York', '2026-03-08T11:00:00.000Z', 7], ['Asia/Kolkata', '2026-03-09T01:30:00.000Z', 7], ['Australia/Lord_Howe', '2026-04-05T20:30:00.000Z', 7], ['UTC', '2026-04-05T07:00:00.000Z', 7], ['Europe/London', '2026-03-29T06:00:00.000Z', 7]]) {
        const one = await must(body(zone, start)), [event] = read(ical.default, (await ben.get(`${at(one)}/ics`)).text).events;
        assert.deepEqual([event.startDate.toJSDate().toISOString(), event.startDate.hour, event.summary], [start, hour, `${club.name}: Ümläute, 日本`], zone);
        await must(act(ann, one, 'cancel', { reason: 'Snow' }));
        const off = read(ical.default, (await ben.get(`${at(one)}/ics`)).text).events[0];
        assert.deepEqual([off.component.getFirstPropertyValue('status'), off.sequence, off.description], ['CANCELLED', 1, 'Snow']);
    }
});

test('a calendar\'s address is secret: a new one makes the former void, and there may be none', async () => {
    const { cy, api } = net, make = async () => (await must(cy.post('/v1/me/calendar'))).url.replace('https://leadline.example', '');
    const first = await make();
    assert.equal((await api.get(first)).status, 200);
    const second = await make();
    assertProblem(await api.get(first), 404, 'not-found');
    assert.equal((await api.get(second)).status, 200);
    assert.doesNotMatch(api.log, /llm_/);
    await must(cy.post(`/v1/groups/${club.id}/leave`, {}));
    assert.doesNotMatch((await api.get(second)).text, /VEVENT/);
    await join(club, net.ann, cy);
    assert.equal((await cy.delete('/v1/me/calendar')).status, 204);
    for (const path of [second, '/v1/calendar', '/v1/calendar?token=x']) assertProblem(await api.get(path), 404, 'not-found');
    assertProblem(await net.eve.get(`${at((await meetings(net.ann, club))[0])}/ics`), 404, 'not-found');
});

/* ---- invitations */

test('R64: members are invited by mail, told of changes and of what is off, once, with a UID that stays and a SEQUENCE that rises', async () => {
    const { ann, ben } = net, [first, second, third] = await meetings(ann, club, '?from=2026-02-24T00:00:00Z&state=scheduled');
    job('meeting-mail');
    job('meeting-mail');
    const known = new Set(), starts = (m) => Number(m.event_starts);
    const news = async (who = ben) => { const all = (await mails(who)).filter((m) => !known.has(m.key + m.type)).sort((a, b) => starts(a) - starts(b)); all.forEach((m) => known.add(m.key + m.type)); return all; };
    const invited = await news();
    assert.deepEqual(invited.map((m) => [m.type, starts(m)]), [first, second].map((m) => ['meeting-invitation', Date.parse(m.starts_at)]), 'of two weeks');
    assert.equal(invited[0].when, '2026-02-26, 07:00 (Europe/London)');
    await patch(ann, at(first), { topic: 'Heat pumps' });
    job('meeting-mail');
    assert.deepEqual(await news(), [], 'a topic is no news');
    await patch(ann, at(first), { place: 'Library' });
    await must(act(ann, second, 'cancel', { reason: 'Snow' }));
    job('meeting-mail');
    const told = await news();
    assert.deepEqual(told.map((m) => [m.type, m.event_edition, m.place, m.reason, m.event_off]), [['meeting-changed', '1', 'Library', undefined, undefined], ['meeting-cancelled', '1', 'The Mill', 'Snow', 'yes']]);
    assert.deepEqual(told.map((m) => m.event_uid), invited.map((m) => m.event_uid));
    job('meeting-mail', '2026-03-01T10:00:00.000Z');
    assert.deepEqual((await news()).map(starts), [Date.parse(third.starts_at)], 'a week later, one more');
    const late = net.eve;
    await join(club, ann, late);
    job('meeting-mail');
    assert.deepEqual((await mails(late)).map((m) => m.type), ['meeting-invitation'], 'what is ahead for a new member');
    assert.deepEqual(await news(), []);
});

test('the day before there is a reminder, and afterwards a word about slips, once', async () => {
    const { ann, ben, cy } = net, one = await must(ann.put(`/v1/groups/${club.id}/meetings/${uuid()}`, { starts_at: '2026-05-07T06:00:00.000Z' }));
    await must(enter(cy, one, 'rsvp', cy.account, { answer: 'no' }));
    job('meeting-reminders', '2026-05-06T05:59:00.000Z');
    const kinds = async (who, type) => (await mails(who)).filter((m) => m.type === type && m.key.includes('2026-05-07')).length;
    assert.equal(await kinds(ben, 'meeting-reminder'), 0, 'more than a day');
    for (let i = 0; i < 2; i++) job('meeting-reminders', '2026-05-06T06:01:00.000Z');
    assert.deepEqual([await kinds(ann, 'meeting-reminder'), await kinds(ben, 'meeting-reminder'), await kinds(cy, 'meeting-reminder')], [1, 1, 0]);
    await must(act(ann, one, 'open'));
    await must(enter(ben, one, 'slips', uuid(), { from: ben.account, to: cy.account, need: 'x' }));
    job('meeting-slips', '2026-05-07T07:29:00.000Z');
    assert.equal(await kinds(ann, 'enter-slips'), 0, 'it is not over');
    for (let i = 0; i < 2; i++) job('meeting-slips', '2026-05-07T07:31:00.000Z');
    assert.deepEqual([await kinds(ann, 'enter-slips'), await kinds(ben, 'enter-slips'), await kinds(cy, 'enter-slips')], [1, 0, 1]);
});

/* ---- answers */

const answerTo = (mail, partstat, { stamp = '20260223T095000Z', method = 'REPLY', sequence = mail.event_edition, uid = mail.event_uid } = {}) =>
    ['BEGIN:VCALENDAR', 'PRODID:-//Else//EN', 'VERSION:2.0', `METHOD:${method}`, 'BEGIN:VEVENT', `ATTENDEE;PARTSTAT=${partstat}:mailto:somebody@else.example`, `DTSTAMP:${stamp}`,
        `UID:${uid.slice(0, 60)}`, ` ${uid.slice(60)}`, `SEQUENCE:${sequence}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
const message = (calendar, encoding = 'base64') => [
    'From: Somebody <somebody@else.example>', 'To: post@leadline.example', 'Subject: Accepted: x', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: text/plain', '', 'I come.', '--b',
    'Content-Type: multipart/alternative; boundary=c', '', '--c', 'Content-Type: text/calendar; charset=utf-8; method=REPLY', `Content-Transfer-Encoding: ${encoding}`, '',
    encoding === 'base64' ? Buffer.from(calendar).toString('base64').replace(/(.{76})/g, '$1\r\n') : calendar, '--c--', '--b--', ''].join('\r\n');
const receive = (text) => leadlined(['mail', 'receive', '--database', net.api.database], { input: text, env });
const inbound = (text, secret = SECRET) => net.api.request('POST', '/v1/mail/inbound', { secret, message: Buffer.from(text).toString('base64') });

test('R64: an answer from a calendar is the member\'s answer, by pipe and by hook; nothing else of the mail counts', async () => {
    const { ben, ann } = net, mail = (await mails(ben)).find((m) => m.type === 'meeting-changed'), [first] = await meetings(ann, club, '?from=2026-02-24T00:00:00Z');
    const answer = async (who = ben) => (await entries(ann, first)).rsvps.find((r) => r.account === who.account);
    assert.equal(receive(message(answerTo(mail, 'ACCEPTED'))).code, 0);
    let got = await answer();
    assert.deepEqual([got.answer, got.entered_by, got.entered_at], ['yes', undefined, '2026-02-23T09:50:00.000Z']);
    const posted = await inbound(message(answerTo(mail, 'DECLINED', { stamp: '20260223T095500Z' }), '7bit'));
    assert.equal(posted.status, 204, posted.text);
    assert.equal((await answer()).answer, 'no');
    const same = async (text, why) => {
        assert.equal((await inbound(text)).status, 204, why);
        assert.equal((await answer()).answer, 'no', why);
    };
    await same(message(answerTo(mail, 'ACCEPTED')), 'an older one that comes later');
    const late = { stamp: '20260223T095900Z' };
    await same(message(answerTo(mail, 'ACCEPTED', { ...late, sequence: 0 })), 'to an invitation that was replaced');
    await same(message(answerTo(mail, 'ACCEPTED', { ...late, method: 'REQUEST' })), 'no answer');
    const uid = mail.event_uid;
    await same(message(answerTo(mail, 'ACCEPTED', { ...late, uid: uid.replace(/.@/, (c) => (c[0] === '0' ? '1@' : '0@')) })), 'a code that is not ours');
    await same(message(answerTo(mail, 'ACCEPTED', { ...late, uid: uid.replace(ben.account, ann.account) })), 'for somebody else');
    assert.equal(await answer(ann), undefined);
    await same('\r\n', 'nothing at all');
    await same('Subject: Buy\r\n\r\nnow', 'no calendar');
    await same(message('BEGIN:VCALENDAR'), 'half a calendar');
    await same(`X: ${'x'.repeat(300000)}\r\n\r\n`.slice(0, 200000), 'a long one');
    assert.equal(receive('x'.repeat(1 << 20)).code, 0);
    await same(message(answerTo(mail, 'TENTATIVE', { stamp: '20250101T000000Z' })), 'an old one');
    assert.equal((await inbound(message(answerTo(mail, 'TENTATIVE', { stamp: 'now' })))).status, 204);
    got = await answer();
    assert.deepEqual([got.answer, got.entered_at], ['maybe', env.LEADLINE_NOW]);
    await must(act(ann, first, 'open'));
    await must(act(ann, first, 'close'));
    assert.equal((await inbound(message(answerTo(mail, 'ACCEPTED', { stamp: '20260223T100000Z' })))).status, 204);
    assert.equal((await answer()).answer, 'maybe', 'the room is empty');
});

test('a year after a meeting nobody is told any more how to reach its visitors and the contacts of its slips', async () => {
    const { ann, ben, cy } = net, one = await must(ann.put(`/v1/groups/${club.id}/meetings/${uuid()}`, { starts_at: '2026-02-20T07:00:00.000Z' })), copy = new Copy(ben, { scope: club.id });
    await must(act(ann, one, 'open'));
    await must(enter(ann, one, 'visitors', uuid(), { name: 'Ada', company_name: 'Lane', email: 'ada@lane.example', phone: '01632 960111', note: 'x', brought_by: ben.account }));
    await must(enter(ben, one, 'slips', uuid(), { from: ben.account, to: cy.account, need: 'Roof', contact: 'Kim' }));
    await copy.sync();
    const seen = async () => { const { visitors: [v], slips: [s] } = await entries(ben, one); return [v.name, v.company_name, v.email, v.phone, v.note, s.need, s.contact]; };
    job('purge-meetings', '2027-02-20T06:59:00.000Z');
    assert.deepEqual(await seen(), ['Ada', 'Lane', 'ada@lane.example', '01632 960111', 'x', 'Roof', 'Kim']);
    job('purge-meetings', '2027-02-20T07:01:00.000Z');
    assert.deepEqual(await seen(), ['Ada', 'Lane', undefined, undefined, undefined, 'Roof', undefined]);
    await copy.sync();
    assert.equal(copy.of('slip').find((s) => s.meeting === one.id).contact, undefined);
});

test('the hook wants its secret', async () => {
    assertProblem(await inbound('x', 'wrong'), 404, 'not-found');
    assertProblem(await inbound('x', `${SECRET}x`), 404, 'not-found');
    assertProblem(await inbound('x', ''), 422, 'validation');
    assert.doesNotMatch(net.api.log, new RegExp(SECRET));
});

test('through a real mail server: the invitation is plain text, and a calendar\'s REQUEST', { skip }, async (t) => {
    const ical = await independent(t, 'ical.js');
    if (!ical) return;
    const mta = await Mta.start();
    const own = await network([], { strangers: ['zoe'], env, args: ['--public-url', 'https://leadline.example', '--smtp-url', `smtp://127.0.0.1:${mta.port}`, '--mail-from', 'Leadline <post@leadline.example>', '--smtp-tls=no',
        '--mail-reply', 'rsvp@leadline.example'] });
    t.after(async () => { await own.stop(); await mta.stop(); });
    const harbour = await group(own.zoe, thursdays({ name: 'Häfen' })), done = leadlined(['job', 'run', 'meeting-mail', '--database', own.api.database], { env });
    assert.equal(done.code, 0, done.stderr);
    const mail = (await mta.mails(2, (m) => m.calendar)).find((m) => m.body.includes('2026-02-26, 07:00 (Europe/London)'));
    assert.ok(mail);
    assert.deepEqual([mail.type, mail.method, mail.defects], ['multipart/alternative', 'REQUEST', []]);
    const { method, events: [event] } = read(ical.default, mail.calendar.replace(/\r?\n/g, '\r\n')), property = (name) => event.component.getFirstProperty(name);
    assert.equal(method, 'REQUEST');
    assert.deepEqual([event.summary, event.startDate.toJSDate().toISOString(), event.sequence], ['Häfen', (await meetings(own.zoe, harbour))[0].starts_at, 0]);
    assert.deepEqual([property('organizer').getFirstValue(), property('organizer').getParameter('cn')], ['mailto:rsvp@leadline.example', 'Häfen']);
    assert.deepEqual([property('attendee').getFirstValue(), property('attendee').getParameter('partstat'), property('attendee').getParameter('rsvp')], ['mailto:zoe@x.example', 'NEEDS-ACTION', 'TRUE']);
    assert.deepEqual(mail.headers.filter(([name]) => name === 'List-Unsubscribe').length, 1, 'it may be switched off');
    assert.ok(await meeting(own.zoe, harbour));
});

test('R64: who leaves a group, or is put out, is told by a calendar\'s CANCEL that the invitations are void; who comes back is invited anew', { skip }, async (t) => {
    const ical = await independent(t, 'ical.js');
    if (!ical) return;
    const mta = await Mta.start();
    const own = await network([], { strangers: ['zoe', 'max', 'kim', 'lou'], env, args: ['--public-url', 'https://leadline.example', '--smtp-url', `smtp://127.0.0.1:${mta.port}`, '--mail-from', 'Leadline <post@leadline.example>', '--smtp-tls=no'] });
    t.after(async () => { await own.stop(); await mta.stop(); });
    const { zoe, max, kim, lou } = own, harbour = await group(zoe, thursdays({ name: 'Harbour' }));
    for (const who of [max, kim, lou]) await join(harbour, zoe, who);
    const run = () => { const done = leadlined(['job', 'run', 'meeting-mail', '--database', own.api.database], { env }); assert.equal(done.code, 0, done.stderr); };
    /** The events that somebody was sent, the first first, when there are so many: [method, UID, SEQUENCE, STATUS, text]. */
    const events = async (who, n) => (await mta.mails(n, (mail) => mail.calendar && mail.to[0][1] === `${who}@x.example`)).map((mail) => {
        const { method, events: [event] } = read(ical.default, mail.calendar.replace(/\r?\n/g, '\r\n'));
        assert.equal(mail.method, method);
        assert.equal(event.component.getFirstPropertyValue('attendee'), `mailto:${who}@x.example`);
        return { method, uid: event.uid, sequence: event.sequence, status: event.component.getFirstPropertyValue('status'), starts: event.startDate.toJSDate().toISOString(), body: mail.body };
    }).sort((a, b) => a.sequence - b.sequence || (a.starts < b.starts ? -1 : 1));
    run();
    const invited = await events('max', 2), starts = invited.map((e) => e.starts);
    assert.deepEqual(invited.map((e) => [e.method, e.sequence, e.status]), [['REQUEST', 0, 'CONFIRMED'], ['REQUEST', 0, 'CONFIRMED']]);
    await must(max.post(`/v1/groups/${harbour.id}/leave`, {}));
    await must(zoe.write('DELETE', `/v1/groups/${harbour.id}/members/${kim.account}`, { reason: 'Never came' }));
    await must(lou.post(`/v1/groups/${harbour.id}/leave`, {}));
    await join(harbour, zoe, lou); // before anything was sent
    run();
    run();
    for (const who of ['max', 'kim']) {
        const all = await events(who, 4), off = all.slice(2);
        assert.deepEqual(off.map((e) => [e.method, e.sequence, e.status, e.starts]), starts.map((at) => ['CANCEL', 1, 'CANCELLED', at]), who);
        assert.deepEqual(off.map((e) => e.uid), all.slice(0, 2).map((e) => e.uid), 'of the same events');
        assert.match(off[0].body, /no longer in Harbour/);
        assert.doesNotMatch(off[0].body, /does not take place/);
    }
    await join(harbour, zoe, max);
    run();
    const again = (await events('max', 6)).slice(4);
    assert.deepEqual(again.map((e) => [e.method, e.sequence, e.uid]), invited.map((e) => ['REQUEST', 2, e.uid]), 'later than what called them back');
    await must(act(zoe, (await meetings(zoe, harbour))[0], 'cancel', { reason: 'Snow' }));
    run();
    const [snow] = (await events('max', 7)).slice(6);
    assert.deepEqual([snow.method, snow.sequence, snow.uid], ['CANCEL', 3, invited[0].uid]);
    assert.match(snow.body, /does not take place/);
    assert.deepEqual((await events('zoe', 3)).map((e) => e.sequence), [0, 0, 1], 'nobody else is told');
    assert.deepEqual((await events('lou', 3)).map((e) => e.sequence), [0, 0, 1], 'nor who was back at once');
    assert.equal((await events('kim', 4)).length, 4);
});
