// SPDX-License-Identifier: GPL-3.0-or-later
// Half a year of three groups with sixty people, in London, Berlin and New York, while the clocks go forward: people join and leave, two want one
// seat, officers enter the same thing twice, substitutes come, there are holidays, and meetings that nobody completes. Every figure of the groups'
// reports equals one that this test makes from its own log, and the reports are the same on both engines: those in season-reports.txt
// (UPDATE=1 writes it; read the diff).
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { leadlined, uuid } = require('./harness.js');
const { ask, group, join, must } = require('./groups.js');
const { act, enter, meetings, metOn } = require('./meetings.js');
const { network } = require('./network.js');

const DAY = 24 * 3600 * 1000, WEEKS = 26, BEGIN = Date.parse('2026-01-10T18:00:00.000Z'); // a Saturday
const env = { LEADLINE_NOW: new Date(BEGIN).toISOString() };
const golden = path.join(__dirname, 'season-reports.txt');
const clubs = [
    { name: 'Thames', zone: 'Europe/London', hour: 7, schedule: { cadence: 'weekly', weekday: 4, start_minute: 420 }, seats: true },
    { name: 'Spree', zone: 'Europe/Berlin', hour: 12, schedule: { cadence: 'biweekly', weekday: 2, start_minute: 720, first_on: '2026-01-13' } },
    { name: 'Hudson', zone: 'America/New_York', hour: 18, schedule: { cadence: 'monthly', weekday: 3, ordinal: 5, start_minute: 1080 } },
];
const trades = ['plumber', 'baker'];

/** mulberry32: the same half-year at every run. */
let state = 20260110;
function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const now = () => Date.parse(env.LEADLINE_NOW);

/* ---- what was done, as this test remembers it */

const people = []; // { name, club, since, ended, caller, seen: the week of its token }
const log = { meetings: [], attendance: new Map(), slips: [], visitors: [], thanks: [], met: [], refused: 0 };
const inAt = (person, time) => person.since !== undefined && person.since <= time && !(person.ended <= time);
const membersAt = (club, time) => people.filter((person) => person.club === club && inAt(person, time));

let net, week = 0;
/** The caller of somebody, logged in as of this week. */
async function as(person) {
    if (person.seen !== week) {
        person.caller = await net.api.login(person.email);
        person.seen = week;
    }
    return person.caller;
}

before(async () => {
    net = await network([], { strangers: ['root'], env, args: ['--rate-reads=0', '--rate-writes=0'] });
    for (let i = 0; i < 60; i++) {
        const name = `${['Ada', 'Ben', 'Cleo', 'Dov', 'Ewa', 'Finn'][i % 6]} ${String.fromCharCode(65 + Math.floor(i / 6))}${i}`, email = `p${i}@x.example`;
        const caller = await net.api.user(email, { name });
        people.push({ name, email, club: clubs[i % 3], caller, account: caller.account, seen: 0 });
    }
    for (const club of clubs) {
        const [leader, secretary, ...others] = people.filter((person) => person.club === club);
        Object.assign(club, { leader, secretary, waiting: others.slice(10) });
        club.group = await group(leader.caller, { name: club.name, time_zone: club.zone, duration: 90, place: `${club.name} House`, absences_allowed: 2, seat_by_category: club.seats, ...club.schedule });
        leader.since = now();
        for (const person of [secretary, ...others.slice(0, 10)]) {
            await join(club.group, leader.caller, person.caller);
            person.since = now();
        }
        const at = `/v1/groups/${club.group.id}/members/${secretary.account}`, { rev } = await must(leader.caller.get(at));
        await must(leader.caller.patch(at, { role: 'secretary' }, { rev }));
    }
});
after(() => net.stop());

/* ---- one week */

const moment = (minutes) => new Date(now() - minutes * 60000).toISOString();

/** Whether somebody came: by the secretary, now and then by the leader as well, and what was entered last may arrive first. */
async function enterAttendance(club, one, person) {
    const code = pick('PPPPPPLAMS'.split('')), body = (c, minutes) => ({ code: c, ...(c === 'S' && { substitute: `Sub of ${person.name}` }), entered_at: moment(minutes) });
    const entries = [[club.secretary, body(code, 30)]];
    if (random() < 0.15) entries.push([club.leader, body(pick(['P', 'L', 'A']), pick([10, 50]))]);
    if (random() < 0.5) entries.reverse();
    for (const [by, entry] of entries) await must(enter(await as(by), one, 'attendance', person.account, entry));
    const last = entries.map(([, entry]) => entry).sort((a, b) => (a.entered_at < b.entered_at ? 1 : -1))[0];
    log.attendance.set(`${one.id} ${person.name}`, { one, person, code: last.code });
}

async function enterRest(club, one, room) {
    for (let i = 2 + below(6); i > 0; i--) {
        const from = pick(room), to = random() < 0.75 ? pick(room.filter((other) => other !== from)) : null, id = uuid();
        const slip = { from: from.account, ...(to ? { to: to.account } : { to_name: 'Somebody Else' }), need: 'Work' }, removed = random() < 0.1;
        await must(enter(await as(random() < 0.2 ? from : club.secretary), one, 'slips', id, { ...slip, entered_at: moment(20) }));
        if (removed) await must(enter(await as(club.secretary), one, 'slips', id, { ...slip, removed: true, entered_at: moment(10) }));
        else log.slips.push({ one, from, to });
    }
    if (random() < 0.4) {
        const by = pick(room), outcome = pick(['joined', 'not_now', 'to_follow_up']);
        await must(enter(await as(club.leader), one, 'visitors', uuid(), { name: 'A Visitor', brought_by: by.account, outcome }));
        log.visitors.push({ one, by, outcome });
    }
    if (random() < 0.5) {
        const from = pick(room), to = pick(room.filter((other) => other !== from)), amount = { amount: 100 * (1 + below(5000)), currency: 'GBP' };
        await must(enter(await as(club.secretary), one, 'thanks', uuid(), { from: from.account, to: to.account, amount, kind: 'new', tier: 'inside' }));
        log.thanks.push({ one, from, amount: amount.amount });
    }
}

async function hold(club, one) {
    const entry = { ...one, starts: Date.parse(one.starts_at), club }, fate = random(), secretary = await as(club.secretary);
    log.meetings.push(entry);
    if (fate < 0.08) {
        entry.state = (await must(act(secretary, one, pick(['holiday', 'cancel']), { reason: 'Spring' }))).state;
        return;
    }
    const room = membersAt(club, entry.starts);
    entry.training = log.meetings.filter((other) => other.club === club).length % 3 === 0;
    if (entry.training) await must(secretary.patch(`/v1/groups/${club.group.id}/meetings/${one.id}`, { agenda: ['10 networking', '20 training: asking for it'] }, { rev: one.rev }));
    await must(act(secretary, one, 'open'));
    for (const person of room) if (random() < 0.95) await enterAttendance(club, entry, person);
    await enterRest(club, entry, room);
    entry.state = 'open';
    if (fate > 0.9) return; // nobody completes it
    entry.state = (await must(act(secretary, one, 'complete'))).state;
    assert.equal((await enter(secretary, one, 'attendance', room[0].account, { code: 'A' })).status, 409);
    if (random() < 0.15) {
        await must(act(await as(club.leader), one, 'reopen', { reason: 'One was forgotten' }));
        await must(enter(secretary, one, 'attendance', room[0].account, { code: 'P' }));
        log.attendance.set(`${one.id} ${room[0].name}`, { one: entry, person: room[0], code: 'P' });
        await must(act(secretary, one, 'complete'));
    }
}

async function comeAndGo(club) {
    const leader = await as(club.leader);
    if (club.waiting.length && random() < 0.6) {
        const person = club.waiting.shift(), trade = club.seats && random() < 0.9 ? pick(trades) : undefined;
        const request = await ask(club.group, await as(person), trade ? { business_type: trade } : {}).catch(() => null);
        const answer = request && await leader.post(`/v1/groups/${club.group.id}/requests/${request.id}/approve`, {});
        if (answer?.status === 200) {
            person.since = now();
            person.trade = trade;
        } else {
            log.refused++;
            assert.ok(people.some((other) => other.club === club && other.trade === trade && inAt(other, now())), 'only who has the seat keeps somebody out');
        }
    }
    const plain = membersAt(club, now()).filter((person) => person !== club.leader && person !== club.secretary && person.since < now());
    if (random() < 0.2 && plain.length > 6) {
        const person = pick(plain), caller = random() < 0.5 ? await as(person) : null;
        await must(caller ? caller.post(`/v1/groups/${club.group.id}/leave`, {}) : leader.write('DELETE', `/v1/groups/${club.group.id}/members/${person.account}`, { reason: 'x' }));
        person.ended = now();
    }
}

async function meetByThemselves(club) {
    const [a, b] = [pick(membersAt(club, now())), pick(membersAt(club, now()))];
    if (a === b || a.since === now() || b.since === now()) return;
    const day = new Date(now() - 3 * DAY).toISOString().slice(0, 10);
    for (const [who, other] of random() < 0.5 ? [[a, b]] : [[a, b], [b, a]]) await must(metOn(await as(who), other, club.group, day));
    log.met.push({ club, a, b });
}

async function step() {
    const since = now();
    env.LEADLINE_NOW = new Date(now() + 7 * DAY).toISOString();
    week++;
    await net.api.restart();
    const done = leadlined(['job', 'run', 'meeting-plan', '--database', net.api.database], { env });
    assert.equal(done.code, 0, done.stderr);
    for (const club of clubs) {
        for (const one of await meetings(await as(club.leader), club.group, `?from=${new Date(since).toISOString()}&to=${env.LEADLINE_NOW}`)) await hold(club, one);
        await comeAndGo(club);
        await meetByThemselves(club);
    }
}

test('half a year goes by', async () => {
    for (let i = 0; i < WEEKS; i++) await step();
    const count = (what) => log.meetings.filter((one) => one.state === what).length;
    assert.deepEqual(clubs.map((club) => log.meetings.filter((one) => one.club === club).length), [26, 13, 6]);
    assert.ok(count('completed') > 25 && count('open') > 0 && count('holiday') + count('cancelled') > 0, JSON.stringify(log.meetings.map((one) => one.state)));
    const joined = people.filter((person) => person.since > BEGIN).length, left = people.filter((person) => person.ended).length;
    assert.ok(log.refused >= 2 && left >= 5 && joined >= 10, `${log.refused} refused, ${joined} joined, ${left} left`);
    assert.ok([...log.attendance.values()].some((a) => a.code === 'S') && log.met.length > 10);
});

test('R56: each meeting was at its hour by the clock on the wall, before and after it went forward', () => {
    for (const club of clubs) {
        const format = new Intl.DateTimeFormat('en-GB', { timeZone: club.zone, hour: 'numeric', minute: '2-digit', weekday: 'long', hourCycle: 'h23' });
        const own = log.meetings.filter((one) => one.club === club), clocks = new Set(own.map((one) => format.format(one.starts)));
        assert.deepEqual([...clocks], [`${['Thursday', 'Tuesday', 'Wednesday'][clubs.indexOf(club)]} ${String(club.hour).padStart(2, '0')}:00`]);
        assert.equal(new Set(own.map((one) => one.starts % DAY)).size, 2, 'which is another one in UTC');
    }
});

/* ---- the same figures, counted from the log */

const period = { from: '2026-01-01', to: '2026-07-31' };
const query = (club) => `?scope=${club.group.id}&from=${period.from}&to=${period.to}`;

function expected(club, person) {
    const completed = log.meetings.filter((one) => one.club === club && one.state === 'completed'), done = (fact) => completed.includes(fact.one);
    const mine = completed.filter((one) => inAt(person, one.starts)), came = [...log.attendance.values()].filter((a) => a.person === person && done(a)), of = (code) => came.filter((a) => a.code === code).length;
    const given = log.slips.filter((slip) => slip.from === person && done(slip));
    return {
        meetings: mine.length, present: of('P'), absent: of('A'), late: of('L'), medical: of('M'), substitute: of('S'), unmarked: mine.length - came.length,
        given_inside: given.filter((slip) => slip.to).length, given_outside: given.filter((slip) => !slip.to).length, received_inside: log.slips.filter((slip) => slip.to === person && done(slip)).length,
        pending: log.slips.filter((slip) => slip.from === person && slip.one.state === 'open').length, visitors: log.visitors.filter((visitor) => visitor.by === person && done(visitor)).length,
        thanks: log.thanks.filter((thanks) => thanks.from === person && done(thanks)).length, one_to_ones: log.met.filter((pair) => pair.a === person || pair.b === person).length,
    };
}
const only = (row, like) => Object.fromEntries(Object.keys(like).map((key) => [key, row[key]]));
const wereIn = (club) => people.filter((person) => person.club === club && person.since !== undefined);

test('R64: what every member did is what was entered at completed meetings, for each group', async () => {
    for (const club of clubs) {
        const body = await must((await as(club.secretary)).get(`/v1/reports/group-activity${query(club)}`));
        assert.deepEqual(body.rows.map((row) => row.party.name).sort(), wereIn(club).map((person) => person.name).sort());
        for (const person of wereIn(club)) {
            const want = expected(club, person), row = body.rows.find((one) => one.party.name === person.name);
            assert.deepEqual(only(row, want), want, `${club.name}: ${person.name}`);
            assert.equal(row.state, person.ended ? row.state : 'active');
            assert.notEqual(person.ended ? row.state : '', 'active');
        }
        const own = log.meetings.filter((one) => one.club === club), count = (...states) => own.filter((one) => states.includes(one.state)).length;
        assert.deepEqual([body.group.meetings, body.group.pending, body.group.holidays], [count('completed'), count('open'), count('holiday')]);
        const sums = body.totals[0], all = wereIn(club).map((person) => expected(club, person));
        for (const key of ['present', 'absent', 'late', 'medical', 'substitute', 'given_inside', 'given_outside', 'received_inside', 'visitors', 'thanks']) assert.equal(sums[key], all.reduce((n, one) => n + one[key], 0), `${club.name} ${key}`);
        const worth = log.thanks.filter((thanks) => thanks.one.club === club && thanks.one.state === 'completed').reduce((n, thanks) => n + thanks.amount, 0);
        assert.equal(sums.thanks_amount, `GBP ${(worth / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`);
    }
});

test('R64: absences against what the group allows, over its last six months', async () => {
    for (const club of clubs) {
        const body = await must((await as(club.secretary)).get(`/v1/reports/attendance?scope=${club.group.id}`)), from = Date.parse(body.from), to = Date.parse(body.to);
        for (const row of body.rows) {
            const absent = [...log.attendance.values()].filter((a) => a.person.name === row.party.name && a.code === 'A' && a.one.state === 'completed' && a.one.starts >= from && a.one.starts <= to).length;
            assert.deepEqual([row.absent, row.allowed, row.left, row.over], [absent, 2, Math.max(0, 2 - absent), absent > 2], `${club.name}: ${row.party.name}`);
        }
        assert.ok(body.rows.length >= 6);
    }
});

/* The score card of domain.md (report 4), by its words: thresholds as they stand there, nothing of the server's tables. */
const rate = (...limits) => (n, weeks) => limits.filter((limit) => n / weeks >= limit).length * 5;
const components = {
    absences: { points: (n) => [15, 10, 5, 0][Math.min(n, 3)], fewer: true, most: 15, labels: { 15: '0', 10: '1', 5: '2', 0: '3+' } },
    slips: { points: rate(0.5, 0.75, 1, 1.2), weekly: true, most: 20, labels: { 0: '0..0.5', 5: '0.5..0.75', 10: '0.75..1', 15: '1..1.2', 20: '1.2+' } },
    thanks: { points: (n) => [100000, 250000, 500000].filter((limit) => n >= limit).length * 5, money: true, most: 15, labels: { 0: '0..1000', 5: '1000..2500', 10: '2500..5000', 15: '5000+' } },
    visitors: { points: rate(0.083, 0.167, 0.25, 0.5), weekly: true, most: 20, labels: { 0: '0..0.083', 5: '0.083..0.167', 10: '0.167..0.25', 15: '0.25..0.5', 20: '0.5+' } },
    punctual: { points: (n) => (n === 0 ? 5 : 0), fewer: true, most: 5, labels: { 5: '0', 0: '1+' } },
    training: { points: (n) => Math.min(n, 3) * 5, most: 15, labels: { 0: '0', 5: '1', 10: '2', 15: '3+' } },
};
const pounds = (minor) => `GBP ${(minor / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`;

/** One line of somebody's, of n in so many meetings: the next band is looked for one by one. */
function scoreLine(component, n, weeks, own) {
    const { points, fewer, weekly, money, most, labels } = components[component], now = points(n, weeks), told = own || !money, text = (m) => (money ? pounds(m) : String(m));
    let k = 1;
    while (now < most && points(fewer ? n - k : n + k, weeks) <= now) k++;
    const hundredths = Math.floor((200 * n + weeks) / (2 * weeks));
    return { component, value: !told ? undefined : weekly ? (hundredths / 100).toFixed(2) : text(n), points: now, most, band: labels[now],
        next: now < most ? points(fewer ? n - k : n + k, weeks) : 0, needed: told && now < most ? text(k) : undefined };
}

/** All lines of somebody who was at so many of these meetings, counted from the log. */
function scoreOf(person, completed, own) {
    const mine = completed.filter((one) => inAt(person, one.starts)), done = (fact) => completed.includes(fact.one), came = [...log.attendance.values()].filter((a) => a.person === person && done(a));
    const counts = {
        absences: came.filter((a) => a.code === 'A').length, slips: log.slips.filter((slip) => slip.from === person && done(slip)).length,
        thanks: log.thanks.filter((thanks) => thanks.from === person && done(thanks)).reduce((sum, thanks) => sum + thanks.amount, 0), visitors: log.visitors.filter((visitor) => visitor.by === person && done(visitor)).length,
        punctual: came.filter((a) => a.code === 'L').length, training: came.filter((a) => a.one.training && 'PL'.includes(a.code)).length,
    };
    return mine.length && Object.keys(components).map((component) => scoreLine(component, counts[component], mine.length, own));
}

test('R64: the score card: every value, its points and band, and what is missing to the next one, of everybody', async () => {
    const seen = new Set();
    for (const club of clubs) {
        const body = await must((await as(club.secretary)).get(`/v1/reports/score-card?scope=${club.group.id}`)), from = Date.parse(body.from), to = Date.parse(body.to);
        const zone = new Intl.DateTimeFormat('sv-SE', { timeZone: club.zone });
        assert.deepEqual([zone.format(from), zone.format(to)], ['2026-01-01', '2026-06-30'], 'the last six whole months');
        const completed = log.meetings.filter((one) => one.club === club && one.state === 'completed' && one.starts >= from && one.starts <= to), sums = [];
        for (const person of wereIn(club)) {
            const want = person.ended ? 0 : scoreOf(person, completed, person === club.secretary), rows = body.rows.filter((row) => row.party.account === person.account);
            assert.equal(rows.length, want ? 7 : 0, person.name);
            if (!want) continue;
            want.forEach((line) => {
                const row = rows.find((one) => one.component === line.component);
                assert.deepEqual({ ...only(row, line), next: row.next ?? 0, points: row.points ?? 0 }, line, `${club.name}: ${person.name}`);
                seen.add(`${line.component} ${line.band}`);
            });
            sums.push(want.reduce((sum, line) => sum + line.points, 0));
            const total = rows.find((row) => row.component === 'total');
            assert.deepEqual([total.points ?? 0, total.most], [sums.at(-1), 90], person.name);
        }
        assert.equal(body.totals[0].points ?? 0, Math.floor((2 * sums.reduce((a, b) => a + b, 0) + sums.length) / (2 * sums.length)));
    }
    assert.ok(seen.size >= 18, [...seen].sort().join());
});

test('R65: the health of each group: who came and went, and how evenly giving is spread', async () => {
    for (const club of clubs) {
        const body = await must((await as(club.leader)).get(`/v1/reports/group-health${query(club)}`)), row = Object.fromEntries(body.rows.map((one) => [one.measure, one]));
        const all = wereIn(club), left = all.filter((person) => person.ended).length;
        assert.deepEqual([row['members-begin'].n, row.joined.n, row.left.n, row['members-end'].n], [0, all.length, left, all.length - left], club.name);
        assert.equal(row.visitors.n, log.visitors.filter((visitor) => visitor.one.club === club && visitor.one.state === 'completed').length);
        assert.equal(row['one-to-ones'].n, log.met.filter((pair) => pair.club === club).length);
    }
});

test('both engines say the same, to the letter', async () => {
    const texts = [];
    for (const club of clubs)
        for (const kind of ['group-activity', 'attendance', 'score-card', 'group-health'])
            texts.push((await (await as(club.secretary)).get(`/v1/reports/${kind}${kind === 'group-activity' || kind === 'group-health' ? query(club) : `?scope=${club.group.id}`}&format=text`)).text);
    const text = texts.join('\n');
    if (process.env.UPDATE) fs.writeFileSync(golden, text);
    assert.equal(text, fs.readFileSync(golden, 'utf8'));
});
