// SPDX-License-Identifier: GPL-3.0-or-later
// Reports of a leads group (R64, R65): half a year of meetings is entered, and each figure computed a second time from what was entered.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, leadlined, uuid } = require('./harness.js');
const { group, join, must, people } = require('./groups.js');
const { act, lead, network, sql } = require('./network.js');

const DAY = 86400000, BEGIN = Date.parse('2026-01-05T09:00:00Z'), NOW = '2026-07-02T12:00:00Z';
const names = ['lea', 'sec', 'ann', 'ben', 'cy', 'dan'];
const kinds = ['group-activity', 'attendance', 'score-card', 'group-health'];
const at = (time) => ({ LEADLINE_NOW: typeof time === 'number' ? new Date(time).toISOString() : time });

let net, one, who, out, facts;

/** The same numbers on every run. */
function dice(seed) {
    return (n) => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return Math.floor((seed / 2 ** 32) * n);
    };
}

async function go(time) {
    net.api.options.env = at(time);
    await net.api.restart();
    for (const person of [...Object.values(who), out]) Object.assign(person, await net.api.login(person.email));
    await net.login();
}

async function meeting(i, state, agenda) {
    const starts = BEGIN + i * 7 * DAY, id = uuid();
    const put = (path, body) => must(who.sec.put(path, body));
    await put(`/v1/groups/${one.id}/meetings/${id}`, { starts_at: new Date(starts).toISOString(), duration: 90, agenda });
    const verb = (name, body = {}) => must(who.sec.post(`/v1/groups/${one.id}/meetings/${id}/${name}`, body));
    if (state === 'holiday') {
        await verb('holiday', { reason: 'Spring' });
        return { id, state, starts };
    }
    await verb('open');
    return { id, state, starts, put, verb, training: agenda.some((line) => line.includes('training')) };
}

/** What is entered at one meeting, at random; and remembered. */
async function enter(one, roll) {
    const enterAt = (path, body) => one.put(`/v1/meetings/${one.id}/${path}`, body);
    for (const name of names) {
        if (roll(12) === 0) continue; // forgotten
        const code = 'PPPPPLAAMS'[roll(10)];
        await enterAt(`attendance/${who[name].account}`, { code, ...(code === 'S' && { substitute: 'Sue Sub' }), left_early: roll(9) === 0 });
        facts.attendance.push({ at: one, name, code });
    }
    for (let i = roll(4); i > 0; i--) {
        const from = names[roll(names.length)], others = names.filter((name) => name !== from), to = roll(3) ? others[roll(others.length)] : null;
        const removed = roll(6) === 0;
        await enterAt(`slips/${uuid()}`, { from: who[from].account, ...(to ? { to: who[to].account } : { to_name: 'Zoe Outside' }), need: 'Tap', removed });
        if (!removed) facts.slips.push({ at: one, from, to });
    }
    if (roll(3) === 0) {
        const by = names[roll(names.length)], outcome = roll(2) ? 'joined' : 'to_follow_up';
        await enterAt(`visitors/${uuid()}`, { name: 'Vic Visitor', brought_by: who[by].account, outcome });
        facts.visitors.push({ at: one, by, outcome });
    }
    if (roll(3) === 0) {
        const [from, to] = names.slice(roll(names.length - 1)), amount = { amount: 1000 * (1 + roll(900)), currency: roll(4) ? 'GBP' : 'EUR' };
        await enterAt(`thanks/${uuid()}`, { from: who[from].account, to: who[to].account, amount, kind: 'new', tier: 'inside' });
        facts.thanks.push({ at: one, from, amount });
    }
}

before(async () => {
    net = await network([], { strangers: ['root'], env: at(BEGIN - DAY) });
    const all = await people(net.api, ...names, 'out');
    who = Object.fromEntries(names.map((name, i) => [name, all[i]]));
    out = all.at(-1);
    one = await group(who.lea, { time_zone: 'Europe/London', fee: { amount: 2500, currency: 'GBP' }, fee_period: 'monthly', absences_allowed: 3, absence_policy: 'rolling', seats: 12 });
    for (const name of names.slice(1)) await join(one, who.lea, who[name]);
    const { rev } = await must(who.lea.get(`/v1/groups/${one.id}/members/${who.sec.account}`));
    await must(who.lea.patch(`/v1/groups/${one.id}/members/${who.sec.account}`, { role: 'secretary' }, { rev }));
    await go(NOW);
    const roll = dice(7);
    facts = { meetings: [], attendance: [], slips: [], visitors: [], thanks: [], met: [] };
    for (let i = 0; i < 25; i++) {
        const state = i === 12 ? 'holiday' : i >= 23 ? 'open' : 'completed';
        const made = await meeting(i, state, i % 6 === 0 ? ['10 networking', '30 training: Follow up'] : ['10 networking']);
        facts.meetings.push(made);
        if (state === 'holiday') continue;
        await enter(made, roll);
        if (state === 'completed') {
            await made.verb('close');
            await made.verb('complete');
        }
    }
});
after(() => net.stop());

async function report(person, kind, query = '') {
    return must(person.get(`/v1/reports/${kind}?scope=${one.id}${query}`));
}
const short = (row) => row.party.name.split('-')[0];
const all = '&from=2026-01-01&to=2026-07-02';

/* ---- the figures once more */

const counted = () => facts.meetings.filter((m) => m.state === 'completed');
const done = (fact) => fact.at.state === 'completed';
const times = (list) => list.length;
function expected(name) {
    const came = facts.attendance.filter((a) => done(a) && a.name === name), of = (code) => times(came.filter((a) => a.code === code));
    const slips = facts.slips.filter(done), given = slips.filter((s) => s.from === name), got = slips.filter((s) => s.to === name);
    return {
        meetings: counted().length, present: of('P'), absent: of('A'), late: of('L'), medical: of('M'), substitute: of('S'), unmarked: counted().length - came.length,
        given_inside: times(given.filter((s) => s.to)), given_outside: times(given.filter((s) => !s.to)), received_inside: times(got), received_outside: 0,
        pending: times(facts.slips.filter((s) => !done(s) && s.from === name)),
        visitors: times(facts.visitors.filter((v) => done(v) && v.by === name)), thanks: times(facts.thanks.filter((t) => done(t) && t.from === name)),
        training: times(came.filter((a) => a.at.training && 'PL'.includes(a.code))),
        given_per_meeting: (Math.round((100 * given.length) / counted().length) / 100).toFixed(2),
    };
}
function worth(list) {
    const sums = {};
    for (const { amount } of list) sums[amount.currency] = (sums[amount.currency] || 0) + amount.amount;
    return Object.keys(sums).sort().map((c) => `${c} ${(sums[c] / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`).join(', ') || undefined;
}
const pick = (row, like) => Object.fromEntries(Object.keys(like).map((key) => [key, row[key]]));

test('R64: group activity is what was entered at completed meetings; what is open stands beside it, holidays are no meetings', async () => {
    const body = await report(who.sec, 'group-activity', all);
    assert.deepEqual(body.rows.map(short), [...names].sort());
    for (const row of body.rows) {
        const want = expected(short(row));
        assert.deepEqual(pick(row, want), want, short(row));
        assert.equal(row.rank, 0);
    }
    assert.deepEqual([body.group.meetings, body.group.pending, body.group.holidays], [22, 2, 1]);
    const sum = (key) => body.rows.reduce((n, row) => n + row[key], 0), [total] = body.totals;
    for (const key of ['present', 'absent', 'late', 'medical', 'substitute', 'unmarked', 'given_inside', 'given_outside', 'received_inside', 'pending', 'visitors', 'thanks', 'training']) assert.equal(total[key], sum(key), key);
    assert.ok(total.pending > 0 && total.given_outside > 0 && total.visitors > 0, 'there is something to count');
    assert.equal(total.thanks_amount, worth(facts.thanks.filter(done)));
});

test('§3.8, D7: members read their own row and the totals, officers all rows, nobody else\'s thanks; others nothing', async () => {
    const mine = await report(who.ann, 'group-activity', all), officers = await report(who.lea, 'group-activity', all);
    assert.deepEqual(mine.rows.map(short), ['ann']);
    assert.equal(mine.group.own, true);
    assert.deepEqual(mine.totals, officers.totals);
    for (const row of officers.rows) assert.equal(row.thanks_amount, short(row) === 'lea' ? worth(facts.thanks.filter((t) => done(t) && t.from === 'lea')) : undefined);
    assert.equal(mine.rows[0].thanks_amount, worth(facts.thanks.filter((t) => done(t) && t.from === 'ann')));
    for (const kind of kinds) {
        assertProblem(await out.get(`/v1/reports/${kind}?scope=${one.id}`), 403, 'forbidden');
        assertProblem(await who.lea.get(`/v1/reports/${kind}?scope=${uuid()}`), 404, 'not-found');
        assertProblem(await who.lea.get(`/v1/reports/${kind}`), 422, 'validation');
    }
    const draft = await must(out.put(`/v1/groups/${uuid()}`, { name: `Hidden ${uuid()}` }));
    assertProblem(await who.lea.get(`/v1/reports/group-activity?scope=${draft.id}`), 404, 'not-found');
});

test('attendance: absences left of what the group allows, in six months or since the half-year began', async () => {
    const rolling = await report(who.sec, 'attendance');
    assert.deepEqual([rolling.from, rolling.to], ['2026-01-03T00:00:00.000Z', '2026-07-02T22:59:59.999Z']);
    for (const row of rolling.rows) {
        const { absent, present, late, substitute } = expected(short(row));
        assert.deepEqual([row.absent, row.allowed, row.left, row.over], [absent, 3, Math.max(0, 3 - absent), absent > 3], short(row));
        assert.equal(row.attended_share, `${Math.round((100 * (present + late + substitute)) / (present + late + substitute + absent))}%`);
    }
    const page = await must(who.lea.get(`/v1/groups/${one.id}`));
    await must(who.lea.patch(`/v1/groups/${one.id}`, { absence_policy: 'half_year' }, { rev: page.rev }));
    const half = await report(who.sec, 'attendance'), june = await report(who.sec, 'attendance', '&to=2026-06-30');
    assert.deepEqual([half.from, half.group.meetings], ['2026-06-30T23:00:00.000Z', 0]);
    assert.deepEqual([june.from, june.group.meetings], ['2026-01-01T00:00:00.000Z', 22]);
    assertProblem(await who.sec.get(`/v1/reports/attendance?scope=${one.id}&from=2026-01-01`), 422, 'validation');
});

test('who has no absence left is told so once for each meeting that they missed', async () => {
    for (let i = 0; i < 3; i++) {
        const done = leadlined(['job', 'run', 'mail-absence', '--database', net.api.database], { env: at(NOW) });
        assert.equal(done.code, 0, done.stderr);
    }
    let rows;
    await net.api.restart(() => { rows = sql(net.api.database, "SELECT a.name, m.value_texts FROM mail m JOIN account a ON a.id = m.account_id WHERE m.type = 'absence-warning' ORDER BY m.id;"); });
    const told = rows.map(([name, text]) => [name.split('-')[0], JSON.parse(text)]).map(([name, v]) => [name, Number(v.absent), v.over]).sort();
    const want = names.flatMap((name) => Array.from({ length: Math.max(0, expected(name).absent - 2) }, (_, i) => [name, i + 3, i ? 'yes' : undefined])).sort();
    assert.ok(want.length > 2);
    assert.deepEqual(told, want);
});

test('score card: each component with its value, its band and what is missing to the next one, over six whole months', async () => {
    const bands = { slips: [[0, 0], [0.5, 5], [0.75, 10], [1, 15], [1.2, 20]], visitors: [[0, 0], [0.083, 5], [0.167, 10], [0.25, 15], [0.5, 20]] };
    const reach = (list, value) => list.filter(([from]) => value >= from).at(-1)[1];
    const body = await report(who.sec, 'score-card');
    assert.deepEqual([body.from, body.to], ['2026-01-01T00:00:00.000Z', '2026-06-30T22:59:59.999Z']);
    for (const name of names) {
        const rows = Object.fromEntries(body.rows.filter((r) => short(r) === name).map((r) => [r.component, r])), want = expected(name), n = counted().length;
        const points = { absences: [15, 10, 5, 0][Math.min(3, want.absent)], slips: reach(bands.slips, (want.given_inside + want.given_outside) / n), visitors: reach(bands.visitors, want.visitors / n),
            punctual: want.late ? 0 : 5, training: 5 * Math.min(3, want.training),
            thanks: reach([[0, 0], [100000, 5], [250000, 10], [500000, 15]], facts.thanks.filter((t) => done(t) && t.from === name && t.amount.currency === 'GBP').reduce((sum, t) => sum + t.amount.amount, 0)) };
        for (const [component, value] of Object.entries(points)) assert.equal(rows[component].points, value, `${name} ${component}`);
        assert.equal(rows.total.points, Object.values(points).reduce((a, b) => a + b, 0));
        assert.equal(rows.total.most, 90);
        assert.equal(rows.thanks.value === undefined, name !== 'sec', 'the worth of thanks is told to who gave them');
        if (rows.slips.next) {
            const more = want.given_inside + want.given_outside + Number(rows.slips.needed);
            assert.equal(reach(bands.slips, more / n), rows.slips.next);
            assert.equal(reach(bands.slips, (more - 1) / n), rows.slips.points);
        }
    }
    const mine = await report(who.ann, 'score-card');
    assert.deepEqual([...new Set(mine.rows.map(short))], ['ann']);
    assert.deepEqual(mine.totals, body.totals);
});

test('R64 R65: health: turnover, attendance, activity, and how evenly giving is spread', async () => {
    const body = await report(who.ann, 'group-health', all), row = Object.fromEntries(body.rows.map((r) => [r.measure, r]));
    const gave = names.map((name) => expected(name).given_inside).sort((a, b) => a - b), sum = gave.reduce((a, b) => a + b, 0), n = gave.length;
    let differences = 0;
    for (const x of gave) for (const y of gave) differences += Math.abs(x - y);
    assert.equal(row.gini.share, (Math.round((100 * differences) / (2 * n * sum)) / 100).toFixed(2));
    assert.deepEqual([row['top-three'].n, row['top-three'].of], [gave.slice(-3).reduce((a, b) => a + b, 0), sum]);
    assert.deepEqual([row['gave-more'].n, row['took-more'].n], [1, -1].map((sign) => times(names.filter((name) => sign * (expected(name).given_inside - expected(name).received_inside) > 0))));
    const came = facts.attendance.filter(done), attended = times(came.filter((a) => 'PLS'.includes(a.code)));
    assert.deepEqual([row.attendance.n, row.attendance.of], [attended, attended + times(came.filter((a) => a.code === 'A'))]);
    assert.deepEqual([row['members-begin'].n, row.joined.n, row.left.n, row['members-end'].n, row.seats.of], [0, 6, 0, 6, 12]);
    assert.equal(row.visitors.n, times(facts.visitors.filter(done)));
    assert.equal(row['visitors-joined'].n, times(facts.visitors.filter((v) => done(v) && v.outcome === 'joined')));
    const bill = leadlined(['job', 'run', 'dues', '--database', net.api.database], { env: at(NOW) });
    assert.equal(bill.code, 0, bill.stderr);
    const due = Object.fromEntries((await report(who.ann, 'group-health', all)).rows.map((r) => [r.measure, r]));
    assert.deepEqual([due['dues-open'].n, due['dues-open'].amount], [0, undefined], 'periods that begin from now on');
});

test('R49 R51: a slip that became a referral counts once, and its verdict makes the quality share; what becomes of it changes nothing', async () => {
    const before = (await report(who.sec, 'group-activity', all)).rows.find((r) => short(r) === 'ann');
    const open = facts.meetings.find((m) => m.state === 'open'), slip = uuid();
    const invitation = await must(who.ann.put(`/v1/invitations/${uuid()}`, { email: who.ben.email }));
    await must(who.ben.post(`/v1/invitations/${invitation.id}/accept`));
    const sent = await must(who.ann.put(`/v1/referrals/${uuid()}`, lead(who.ben)));
    await must(who.ann.put(`/v1/meetings/${open.id}/slips/${slip}`, { from: who.ann.account, to: who.ben.account, need: 'Tap', referral: sent.id }));
    const ann = async () => (await report(who.sec, 'group-activity', all)).rows.find((r) => short(r) === 'ann');
    const once = await ann();
    assert.deepEqual([once.given_inside, once.pending], [before.given_inside + 1, before.pending]);
    await act(who.ben, sent, 'confirm', { verdict: 'lead' });
    assert.deepEqual([(await ann()).gave_confirmed, (await ann()).gave_share], [1, '100%']);
    await act(who.ben, sent, 'outcome', { outcome: 'lost' });
    assert.equal((await ann()).gave_confirmed, 1);
    const ben = (await report(who.ben, 'group-activity', all)).rows[0];
    assert.equal(ben.took_share, '100%');
});

test('R122: no league table unless the group turns it on; then by what was given inside and outside', async () => {
    assert.deepEqual((await report(who.sec, 'group-activity', all)).rows.map(short), [...names].sort());
    const page = await must(who.lea.get(`/v1/groups/${one.id}`));
    await must(who.lea.patch(`/v1/groups/${one.id}`, { league_table: true }, { rev: page.rev }));
    const { rows, group: head } = await report(who.sec, 'group-activity', all), given = rows.map((r) => r.given_inside + r.given_outside);
    assert.equal(head.league, true);
    assert.deepEqual(given, [...given].sort((a, b) => b - a));
    assert.deepEqual(rows.map((r) => r.rank), given.map((n) => 1 + given.filter((other) => other > n).length));
});

test('the same figures in JSON, text and CSV, for each report', async () => {
    for (const kind of kinds)
        for (const person of [who.sec, who.ann]) {
            const at = `/v1/reports/${kind}?scope=${one.id}`, json = await must(person.get(at)), csv = (await person.get(`${at}&format=csv`)).text.trimEnd().split('\r\n'), text = (await person.get(`${at}&format=text`)).text;
            const [head, ...lines] = csv.map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.replace(/^"|"$/g, '')));
            const told = [...json.rows, ...json.totals];
            assert.equal(lines.length, told.length, kind);
            const value = (row, column) => column.split('.').reduce((inner, name) => inner && inner[name], row);
            for (const [i, row] of told.entries())
                for (const [k, column] of head.entries()) {
                    if (column === 'line' || column.startsWith('period.')) continue;
                    const want = value(row, column);
                    assert.equal(lines[i][k], want === undefined ? '' : want === true ? 'yes' : want === false ? 'no' : String(want), `${kind} ${column}`);
                }
            assert.match(text, new RegExp(`^.*: ${one.name.slice(0, 8)}`));
            assert.match(text, /^22 meetings counted|^0 meetings counted/m);
            for (const line of text.split('\n')) assert.ok([...line].length <= 100, line);
            if (kind === 'group-activity') for (const row of json.rows) assert.match(text, new RegExp(`^${row.party.name} +${row.present} +${row.absent} +${row.late} +${row.medical} +${row.substitute} +${row.given_inside} +${row.given_outside} `, 'm'));
        }
});
