// SPDX-License-Identifier: GPL-3.0-or-later
// A year of twelve members: leads passed at random, to partners and outside, copied, withdrawn, opened, judged, amended, won and lost,
// while partners part. Every count in every report equals one that this test makes from its own log of what was done, and
// the reports are the same on both engines: those in year-reports.txt (UPDATE=1 writes it; read the diff).
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { uuid, PASSWORD } = require('./harness.js');
const { collect, lead, literal, network, sql } = require('./network.js');

const names = ['Abel', 'Bea', 'Cleo', 'Dov', 'Ewa', 'Finn', 'Gus', 'Hana', 'Ivo', 'Jun', 'Kai', 'Lea'];
const DAY = 24 * 3600 * 1000, STEPS = 36;
const env = { LEADLINE_NOW: '2025-10-20T21:17:00.000Z' };
const reasons = ['no_permission', 'no_contact_details', 'unknown_to_sender', 'not_my_trade', 'no_need', 'duplicate', 'wrong_area'];
const golden = path.join(__dirname, 'year-reports.txt');

/** mulberry32: the same year at every run. */
let state = 20251020;
function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const one = (list) => list[below(list.length)];
const now = () => Date.parse(env.LEADLINE_NOW);

/* ---- what was done, as this test remembers it */

const log = []; // { id, from, to | outside, sent, opened, decided, verdict, reason, withdrawn, amended, outcome }
const parted = new Set(); // 'Abel Bea'
const pair = (a, b) => [a, b].sort().join(' ');
const partnersOf = (name) => names.filter((other) => other !== name && !parted.has(pair(name, other)));

let net, routes;
before(async () => {
    net = await network(names, { env });
    routes = (await net.api.get('/v1/openapi.json')).body.paths;
});
after(() => net.stop());

async function done(answer, ...statuses) {
    assert.ok(statuses.includes(answer.status), answer.text);
    return answer.body;
}

async function pass(from, to, extra = {}) {
    const id = uuid();
    await done(await net[from].put(`/v1/referrals/${id}`, lead(net[to], { need: `Need ${log.length}`, ...extra })), 201);
    log.push({ id, from, to, sent: now() });
    return log.at(-1);
}

async function passOutside(from) {
    const id = uuid(), name = one(['Kim', 'Max', 'Uma']), email = `${one([name, name.toLowerCase()])}@shop.example`;
    await done(await net[from].put(`/v1/referrals/${id}`, lead(null, { to: { outside: { name, email } }, need: `Need ${log.length}` })), 201);
    log.push({ id, from, outside: email.toLowerCase(), sent: now() });
}

const act = async (who, what, verb, body) => done(await net[who].post(`/v1/referrals/${what.id}/${verb}`, body), 200);

async function open(what) {
    await act(what.to, what, 'pick-up');
    what.opened ??= now();
}

async function judge(what, yes) {
    const reason = one(reasons), body = yes ? { verdict: 'lead' } : random() < 0.8 ? { verdict: 'not_a_lead', reason_code: reason } : { verdict: 'not_a_lead', message: 'See my criteria' };
    await act(what.to, what, 'confirm', body);
    what.opened ??= now();
    what.decided ??= now();
    what.verdict = body.verdict;
    what.reason = yes ? undefined : body.reason_code;
}

async function part(a, b) {
    parted.add(pair(a, b));
    if (routes['/v1/partners/{account}']?.delete) return done(await net[a].delete(`/v1/partners/${net[b].account}`), 200, 204);
    const ids = [net[a].account, net[b].account].sort();
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    sql(net.api.database, `UPDATE connection SET state = 7 WHERE account_a = ${literal(ids[0])} AND account_b = ${literal(ids[1])};
        UPDATE change_index SET deleted = 1 WHERE type = 3 AND scope_id IN (${ids.map(literal)}) AND object_id IN (${ids.map(literal)});`);
    await net.api.launch();
    return net.login();
}

/* ---- one step of the year: some of everything */

async function sendSome(name) {
    const to = one(partnersOf(name));
    if (!to || random() < (name < 'E' ? 0.1 : 0.45)) return; // some give more than others
    const first = await pass(name, to), second = one(partnersOf(name).filter((other) => other !== to));
    if (random() < 0.15 && second) await pass(name, second, { copy_of: first.id, need: `Need ${log.length - 1}` });
    if (random() < 0.1) await passOutside(name);
}

async function answerOne(what) {
    const age = now() - what.sent;
    if (what.withdrawn || what.outside) return;
    if (!what.opened && random() < 0.08) {
        await act(what.from, what, 'withdraw');
        what.withdrawn = true;
    } else if (!what.opened && random() < 0.4) {
        await open(what);
    } else if (!what.verdict && random() < (age > 20 * DAY ? 0.7 : 0.35)) {
        await judge(what, random() < 0.72);
    } else if (what.verdict && !what.amended && now() - what.decided <= 14 * DAY && random() < 0.1) {
        await judge(what, what.verdict !== 'lead');
        what.amended = true;
    } else if (what.verdict === 'lead' && random() < 0.15) {
        await act(what.to, what, 'outcome', { outcome: one(['working', 'won', 'lost', 'dormant']) });
    }
}

async function step() {
    env.LEADLINE_NOW = new Date(now() + (5 + below(11)) * DAY + below(86400000)).toISOString();
    await net.api.restart();
    await net.login();
    for (const name of names) await sendSome(name);
    for (const what of log.filter((one) => now() - one.sent < 90 * DAY)) await answerOne(what);
    if (random() < 0.2) {
        const a = one(names), b = one(partnersOf(a));
        if (b && partnersOf(a).length > 6 && partnersOf(b).length > 6) await part(a, b);
    }
}

test('a year goes by', async () => {
    for (let i = 0; i < STEPS; i++) await step();
    assert.ok(log.length > 300, `${log.length} leads`);
    for (const [what, n] of Object.entries({ withdrawn: 10, amended: 5, verdict: 150, outside: 10 })) assert.ok(log.filter((one) => one[what]).length >= n, what);
    assert.ok(parted.size >= 3);
});

/* ---- the same figures, counted from the log by other means than the program's */

/** The local date of a moment, by ICU. */
const formats = new Map();
function local(ms, timeZone) {
    if (!formats.has(timeZone)) formats.set(timeZone, new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }));
    return Object.fromEntries(formats.get(timeZone).formatToParts(ms).map((part) => [part.type, part.value]));
}
/** The moment that a day begins there: the first one of that date. */
function midnight(year, month, day, timeZone) {
    let ms = Date.UTC(year, month - 1, day) - 15 * 3600 * 1000;
    const isThere = (at) => { const l = local(at, timeZone); return `${l.year}-${l.month}-${l.day}` >= `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`; };
    while (!isThere(ms)) ms += 15 * 60000;
    return ms;
}
const monthOf = (ms, timeZone) => { const l = local(ms, timeZone); return `${l.year}-${l.month}`; };
const share = (part, whole) => (whole ? `${Math.floor((200 * part + whole) / (2 * whole))}%` : undefined);
const rank = (values, percent) => { const sorted = [...values].sort((a, b) => a - b); return sorted.length ? sorted[Math.max(Math.ceil((sorted.length * percent) / 100), 1) - 1] : 0; };
const inPeriod = (what, { from, to }) => what.sent >= from && what.sent <= to && !what.withdrawn;
const other = (what, me) => (what.from === me ? what.to || what.outside : what.from);
const mine = (me, period) => log.filter((what) => inPeriod(what, period) && (what.from === me || what.to === me));
const counted = (leads) => ({ n: leads.length, yes: leads.filter((l) => l.verdict === 'lead').length, no: leads.filter((l) => l.verdict === 'not_a_lead').length,
    waiting: leads.filter((l) => !l.verdict).length, last: leads.length ? new Date(Math.max(...leads.map((l) => l.sent))).toISOString() : undefined });

function checkGiveTake(me, body, period, timeZone) {
    const all = mine(me, period), whom = new Set([...partnersOf(me), ...all.map((what) => other(what, me))]);
    assert.deepEqual(body.rows.map((r) => r.outside || r.party.name).sort(), [...whom].sort(), me);
    for (const r of body.rows) {
        const name = r.outside || r.party.name;
        const gave = counted(all.filter((what) => what.from === me && other(what, me) === name)), took = counted(all.filter((what) => what.to === me && what.from === name));
        assert.deepEqual([r.gave, r.gave_confirmed, r.gave_rejected, r.gave_waiting, r.gave_share, r.last_gave], [gave.n, gave.yes, gave.no, gave.waiting, share(gave.yes, gave.yes + gave.no), gave.last], `${me} gave ${name}`);
        assert.deepEqual([r.took, r.took_confirmed, r.took_rejected, r.took_waiting, r.took_share, r.last_took], [took.n, took.yes, took.no, took.waiting, share(took.yes, took.yes + took.no), took.last], `${me} took from ${name}`);
        assert.equal(r.ratio, `${gave.n}:${took.n}`);
        assert.equal(r.one_sided, gave.n >= 2 && took.n === 0 && !r.outside, `${me} ${name}`);
        assert.equal(r.standing, r.outside ? 'outside' : parted.has(pair(me, name)) ? 'former' : 'partner');
        for (const [list, leads] of [[r.gave_months, all.filter((what) => what.from === me && other(what, me) === name)], [r.took_months, all.filter((what) => what.to === me && what.from === name)]])
            assert.deepEqual(list, body.months.map((month) => leads.filter((what) => monthOf(what.sent, timeZone) === month).length), `${me} ${name} by month`);
    }
    const gave = all.filter((what) => what.from === me).length, took = all.filter((what) => what.to === me).length;
    assert.equal(body.totals[0].ratio, `${gave}:${took}`);
}

function checkReasons(me, body, period) {
    const judged = mine(me, period).filter((what) => what.verdict), expected = new Map();
    for (const what of judged.filter((w) => w.verdict === 'not_a_lead')) {
        const key = [what.from, what.to, what.reason].join('|');
        expected.set(key, (expected.get(key) || 0) + 1);
    }
    assert.deepEqual(body.rows.map((r) => [r.from.name, r.to.name, r.reason].join('|')).sort(), [...expected.keys()].sort(), me);
    for (const r of body.rows) {
        const verdicts = judged.filter((what) => what.from === r.from.name && what.to === r.to.name).length, n = expected.get([r.from.name, r.to.name, r.reason].join('|'));
        assert.deepEqual([r.leads, r.verdicts, r.share, r.box], [n, verdicts, share(n, verdicts), r.from.name === me ? 'sent' : 'inbox'], `${me} ${r.from.name} ${r.to.name}`);
    }
}

function checkSpeed(me, body, period) {
    const all = mine(me, period).filter((what) => what.opened && what.to), keys = new Set(all.map((what) => `${other(what, me)} ${what.from === me ? 'sent' : 'inbox'}`));
    assert.deepEqual(body.rows.map((r) => `${r.party.name} ${r.box}`).sort(), [...keys].sort(), me);
    const minutes = (leads, member) => leads.filter((what) => what[member]).map((what) => Math.floor((what[member] - what.sent) / 60000));
    const check = (r, leads, what) => {
        const opened = minutes(leads, 'opened'), decided = minutes(leads, 'decided');
        assert.deepEqual([r.picked_up, r.pick_up_median, r.pick_up_p90, r.decided, r.verdict_median, r.verdict_p90],
            [opened.length, rank(opened, 50), rank(opened, 90), decided.length, rank(decided, 50), rank(decided, 90)], `${me} ${what}`);
    };
    const way = (box) => all.filter((what) => (box === 'sent' ? what.from === me : what.to === me));
    for (const r of body.rows) check(r, way(r.box).filter((what) => other(what, me) === r.party.name), r.party.name);
    for (const r of body.totals) check(r, way(r.box), r.box);
}

const checks = { 'give-take': checkGiveTake, 'not-a-lead-reasons': checkReasons, speed: checkSpeed };

function yearUntilNow(timeZone) {
    const today = local(now(), timeZone);
    return { from: midnight(Number(today.year) - 1, Number(today.month), Number(today.day), timeZone), to: now() };
}

test('R26 R33 R34 R49 R51: every count of every report, of 12 months in three time zones and of other periods, equals the log\'s', async () => {
    for (const me of names)
        for (const [name, check] of Object.entries(checks)) {
            for (const timeZone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
                const body = await done(await net[me].get(`/v1/reports/${name}?tz=${timeZone}`), 200);
                const period = yearUntilNow(timeZone);
                assert.equal(Date.parse(body.from), period.from, timeZone);
                check(me, body, period, timeZone);
            }
            for (const [from, to, timeZone] of [['2025-10-01', '2027-12-31', 'UTC'], ['2026-02-11', '2026-03-31', 'Europe/London'], ['2026-10-25', '2026-10-25', 'Europe/London']]) {
                const [start, end] = [from, to].map((day) => day.split('-').map(Number));
                const next = new Date(Date.UTC(end[0], end[1] - 1, end[2] + 1));
                const period = { from: midnight(...start, timeZone), to: midnight(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate(), timeZone) - 1 };
                check(me, await done(await net[me].get(`/v1/reports/${name}?tz=${timeZone}&from=${from}&to=${to}`), 200), period, timeZone);
            }
        }
});

test('R26: so do the sums beside each partner', async () => {
    for (const me of names) {
        const all = mine(me, { from: now() - 365 * DAY, to: now() });
        for (const p of await collect(net[me], '/v1/partners', 500)) {
            const gave = counted(all.filter((what) => what.from === me && what.to === p.name)), took = counted(all.filter((what) => what.to === me && what.from === p.name));
            assert.deepEqual([p.gave, p.gave_confirmed, p.gave_rejected, p.took, p.took_confirmed, p.took_rejected], [gave.n, gave.yes, gave.no, took.n, took.yes, took.no], `${me} ${p.name}`);
        }
    }
});

test('what one gave is what the other took, in all twelve books', async () => {
    const rows = new Map();
    for (const me of names)
        for (const r of (await net[me].get('/v1/reports/give-take')).body.rows) rows.set(`${me} ${r.party.name}`, r);
    for (const [key, r] of rows) {
        const mirror = rows.get(key.split(' ').reverse().join(' '));
        if (r.outside) continue;
        assert.deepEqual([r.gave, r.gave_confirmed, r.gave_rejected, r.last_gave, r.gave_months], [mirror.took, mirror.took_confirmed, mirror.took_rejected, mirror.last_took, mirror.took_months], key);
    }
});

test('both engines print the same reports', async () => {
    let text = '';
    for (const me of names)
        for (const name of Object.keys(checks)) text += `${(await net[me].get(`/v1/reports/${name}?format=text&tz=Europe/London`)).text}\n`;
    if (process.env.UPDATE) fs.writeFileSync(golden, text);
    assert.equal(text, fs.readFileSync(golden, 'utf8'));
});

test('R2 D5: figures stay when a member is gone, under another name', async () => {
    const gone = 'Kai', before = new Map(), account = net[gone].account;
    const rowOf = async (me) => (await net[me].get('/v1/reports/give-take')).body.rows.find((r) => r.party.account === account);
    const figures = (r) => ({ ...r, standing: undefined, party: undefined });
    const others = names.filter((name) => name !== gone);
    for (const me of others) before.set(me, await rowOf(me));
    await done(await net[gone].write('DELETE', '/v1/me', { confirm: `${gone.toLowerCase()}@x.example`, password: PASSWORD }), 200, 202, 204);
    for (const me of others) {
        const was = before.get(me), is = await rowOf(me);
        if (was && was.gave + was.took > 0) {
            assert.deepEqual(figures(is), figures(was), me);
            assert.equal(is.standing, 'former');
            assert.notEqual(is.party.name, gone);
        } else assert.equal(is, undefined);
    }
    assert.equal((await net[gone].get('/v1/reports/give-take')).status, 401);
});
