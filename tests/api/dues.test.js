// SPDX-License-Identifier: GPL-3.0-or-later
// What groups charge (R52): invoices, reminders and lapses made by a job at times of the test's choice, payments, statements; the
// ledger is added up again by the test.
'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { assertProblem, leadlined, postgresql } = require('./harness.js');
const { group, join, must, people } = require('./groups.js');
const { collect, network, sql } = require('./network.js');

const at = (time) => ({ LEADLINE_NOW: time });
const FEE = { fee: { amount: 2500, currency: 'GBP' }, fee_period: 'monthly', grace_days: 10, time_zone: 'Europe/London' };

/** A group that charges, begun at a time; net.go(time) goes to another, net.bill(time) runs the job as of then. */
async function world(t, time, fee = FEE, names = ['ben', 'tre']) {
    const net = await network([], { strangers: ['root'], env: at(time) });
    t.after(() => net.stop());
    const all = await people(net.api, 'lea', ...names), [lea, ...members] = all;
    const one = await group(lea, fee);
    for (const who of members) await join(one, lea, who);
    net.bill = (to) => {
        const done = leadlined(['job', 'run', 'dues', '--database', net.api.database], { env: at(to) });
        assert.equal(done.code, 0, done.stderr);
    };
    net.go = async (to) => {
        net.api.options.env = at(to);
        await net.api.restart();
        for (const who of all) Object.assign(who, await net.api.login(who.email));
    };
    net.dues = (who, query = '') => collect(who, `/v1/groups/${one.id}/dues${query}`);
    net.query = async (text) => { let rows; await net.api.restart(() => { rows = sql(net.api.database, text); }); return rows; };
    return { net, one, lea, members };
}
const brief = (invoices) => invoices.map((i) => [i.member.name.split('-')[0], i.from_on, i.to_on, i.due_on, i.lapses_on, i.state]).sort();
const settle = (who, one, invoice, verb, body = {}) => who.post(`/v1/groups/${one.id}/dues/${invoice.id}/${verb}`, body);
const role = (one, lea, who, name) => lea.get(`/v1/groups/${one.id}/members/${who.account}`)
    .then(({ body }) => must(lea.patch(`/v1/groups/${one.id}/members/${who.account}`, { role: name }, { rev: body.rev })));

test('R1: an account costs nothing, and so does a group that charges nothing', async (t) => {
    const { net, lea, members: [ben] } = await world(t, '2026-01-31T10:00:00Z', {});
    net.bill('2026-01-31T10:00:00Z');
    net.bill('2027-01-31T10:00:00Z');
    assert.deepEqual(await net.dues(lea), []);
    assert.deepEqual(await net.dues(ben), []);
    assert.deepEqual(await net.query('SELECT COUNT(*) FROM txn;'), [['0']]);
});

test('R52: the fee and its period are shown, and charged for each period from the day on which one joined; once, however often the job runs', async (t) => {
    const { net, one, lea, members: [ben, tre] } = await world(t, '2026-01-31T10:00:00Z');
    const page = await must(ben.get(`/v1/groups/${one.id}`));
    assert.deepEqual([page.fee, page.fee_period], [{ amount: 2500, currency: 'GBP' }, 'monthly']);
    for (let i = 0; i < 3; i++) net.bill('2026-01-31T11:00:00Z');
    const first = ['2026-01-31', '2026-02-27', '2026-02-14', '2026-02-25', 'open'];
    assert.deepEqual(brief(await net.dues(lea)), [['ben', ...first], ['lea', ...first], ['tre', ...first]]);
    assert.deepEqual(brief(await net.dues(ben)), [['ben', ...first]], 'members see their own');
    const [mine] = await net.dues(ben), [others] = await net.dues(tre);
    assertProblem(await ben.get(`/v1/groups/${one.id}/dues/${others.id}`), 404, 'not-found');
    assertProblem(await settle(ben, one, mine, 'pay'), 403, 'forbidden');
    await role(one, lea, tre, 'treasurer');
    for (const invoice of await net.dues(tre)) {
        const paid = await settle(tre, one, invoice, 'pay', { on: '2026-01-31', note: 'cash' });
        assert.deepEqual([paid.status, paid.body.state, paid.body.settled_on, paid.body.note], [200, 'paid', '2026-01-31', 'cash']);
        assertProblem(await settle(tre, one, invoice, 'waive'), 409, 'invoice-state');
    }
    // a server that did not run for two months makes up for it
    net.bill('2026-03-31T10:00:00Z');
    assert.deepEqual(brief(await net.dues(ben, '?state=open')), [['ben', '2026-02-28', '2026-03-30', '2026-04-14', '2026-04-25', 'open'],
        ['ben', '2026-03-31', '2026-04-29', '2026-04-14', '2026-04-25', 'open']], 'and gives time to pay');
});

test('R52: a group that begins to charge charges periods that begin from then on, by the fee that it has by then', async (t) => {
    const { net, one, lea, members: [ben] } = await world(t, '2026-01-05T10:00:00Z', { time_zone: 'Europe/London' });
    net.bill('2026-01-06T10:00:00Z');
    await net.go('2026-03-10T10:00:00Z');
    const page = await must(lea.get(`/v1/groups/${one.id}`));
    const dear = await must(lea.patch(`/v1/groups/${one.id}`, { fee: { amount: 1500, currency: 'GBP' }, fee_period: 'monthly', grace_days: 90 }, { rev: page.rev }));
    net.bill('2026-03-10T11:00:00Z');
    assert.deepEqual(await net.dues(lea), [], 'the month goes on that began before');
    net.bill('2026-04-05T11:00:00Z');
    await must(lea.patch(`/v1/groups/${one.id}`, { fee: { amount: 12000, currency: 'GBP' }, fee_period: 'annual' }, { rev: dear.rev }));
    net.bill('2026-05-06T11:00:00Z');
    net.bill('2027-01-06T11:00:00Z');
    assert.deepEqual((await net.dues(ben)).map((i) => [i.from_on, i.to_on, i.amount.amount]), [['2027-01-05', '2028-01-04', 12000], ['2026-04-05', '2026-05-04', 1500]]);
});

test('R52: who does not pay is reminded twice, and lapses after the grace; the debt stays; the only leader does not lapse', async (t) => {
    const { net, one, lea, members: [ben, tre] } = await world(t, '2026-01-05T10:00:00Z');
    net.bill('2026-01-05T11:00:00Z');
    const mails = async () => (await net.query("SELECT a.name, m.value_texts FROM mail m JOIN account a ON a.id = m.account_id WHERE m.type = 'dues-due' ORDER BY m.created_at, a.name;"))
        .map(([name, text]) => [name.split('-')[0], JSON.parse(text)]).map(([name, v]) => [name, v.amount, v.due, v.overdue, v.lapses]);
    const due = ['GBP 25.00', '2026-01-19', undefined, '2026-01-30'];
    assert.deepEqual(await mails(), [['ben', ...due], ['lea', ...due], ['tre', ...due]]);
    const paid = (await net.dues(tre))[0];
    await must(settle(lea, one, paid, 'waive', { note: 'founder' }));
    net.bill('2026-01-19T12:00:00Z');
    assert.equal((await mails()).length, 3, 'not yet overdue');
    net.bill('2026-01-20T12:00:00Z');
    net.bill('2026-01-21T12:00:00Z');
    assert.deepEqual((await mails()).slice(3).map(([name, , , overdue]) => [name, overdue]), [['ben', 'yes'], ['lea', 'yes']]);
    net.bill('2026-01-29T12:00:00Z');
    assert.equal((await collect(lea, `/v1/groups/${one.id}/members`)).length, 3);
    await net.go('2026-01-30T12:00:00Z');
    net.bill('2026-01-30T12:00:00Z');
    assert.deepEqual((await collect(lea, `/v1/groups/${one.id}/members`)).map((m) => m.name.split('-')[0]).sort(), ['lea', 'tre']);
    assert.deepEqual(await net.query("SELECT a.name, m.state FROM membership m JOIN account a ON a.id = m.account WHERE m.state <> 1;").then((rows) => rows.map(([name, state]) => [name.split('-')[0], state])), [['ben', '4']]);
    const scopes = (await must(ben.get('/v1/me'))).scopes;
    assert.ok(!scopes || !scopes.some((s) => s.id === one.id), 'the scope goes with the membership');
    assert.equal((await net.dues(lea, `?account=${ben.account}`))[0].state, 'open');
    assert.equal((await must(ben.get(`/v1/groups/${one.id}/statement`))).closing.amount, 2500);
});

test('statement: opening, debits and credits, closing; for days that are over the same for ever; as JSON, CSV and text', async (t) => {
    const { net, one, lea, members: [ben, tre] } = await world(t, '2026-01-05T10:00:00Z');
    net.bill('2026-01-05T11:00:00Z');
    await must(settle(lea, one, (await net.dues(ben))[0], 'pay', { on: '2026-01-04', note: '=1+1, bank' }));
    await net.go('2026-02-10T10:00:00Z');
    net.bill('2026-02-10T10:00:00Z');
    const read = (who, query) => who.get(`/v1/groups/${one.id}/statement${query}`);
    const range = '?from=2026-01-01&to=2026-02-09';
    const json = await must(read(ben, range)), text = (await read(ben, `${range}&format=text`)).text, csv = (await read(ben, `${range}&format=csv`)).text;
    assert.deepEqual(json.lines.map((l) => [l.kind, l.debit && l.debit.amount, l.credit && l.credit.amount, l.balance.amount, l.side]),
        [['dues', 2500, undefined, 2500, 'debit'], ['payment', undefined, 2500, 0, undefined]]);
    assert.deepEqual([json.opening.amount, json.closing.amount, json.debits.amount, json.credits.amount], [0, 0, 2500, 2500]);
    assert.match(text, /^2026-01-05 Dues: 2026-01-05 to 2026-02-04 +25\.00 +25\.00 DR$/m);
    assert.match(text, /^2026-01-05 Payment: 2026-01-04, =1\+1, b\S+ +25\.00 +0\.00$/m);
    assert.doesNotMatch(text, /-25/);
    for (const line of text.split('\n')) assert.ok([...line].length <= 78, line);
    assert.match(csv, /^closing,,,25\.00,25\.00,0\.00,,GBP\r$/m);
    const later = await must(read(ben, '?from=2026-02-10&to=2026-02-10'));
    assert.deepEqual([later.opening.amount, later.closing.amount, later.closing_side], [0, 2500, 'debit']);
    await must(settle(lea, one, (await net.dues(ben, '?state=open'))[0], 'pay', { on: '2026-01-20' }));
    assert.equal((await read(ben, `${range}&format=text`)).text, text, 'entered later, though paid within the range');
    assert.equal((await read(ben, `${range}&format=csv`)).text, csv);
    assertProblem(await read(ben, `?account=${tre.account}`), 403, 'forbidden');
    assert.equal((await must(read(lea, `?account=${ben.account}&from=2026-01-01&to=2026-02-09`))).closing.amount, 0);
    assertProblem(await read(ben, '?currency=XYZ'), 422, 'validation');
});

test('the ledger adds up: recomputed from its lines, found out by check when a line is missing, and two treasurers settle once', async (t) => {
    const { net, one, lea, members } = await world(t, '2026-01-05T10:00:00Z', { ...FEE, grace_days: 90 }, ['ben', 'cy', 'dan', 'eve', 'flo', 'gus', 'hal', 'ivo', 'tre']);
    const tre = members.at(-1);
    await role(one, lea, tre, 'treasurer');
    for (const day of ['2026-01-05', '2026-02-05', '2026-03-05', '2026-04-05']) net.bill(`${day}T12:00:00Z`);
    const open = await net.dues(lea, '?state=open');
    // one from the first to the last, the other from the last to the first: what they hold and wait for would make circles
    const begun = open.map((invoice, i) => settle(lea, one, invoice, i % 2 ? 'pay' : 'waive')), ended = [...open].reverse().map((invoice) => settle(tre, one, invoice, 'pay')).reverse();
    for (let i = 0; i < open.length; i++) assert.deepEqual([(await begun[i]).status, (await ended[i]).status].sort(), [200, 409], `${i}`);
    const all = await net.dues(lea), waived = all.filter((i) => i.state === 'waived').length, paid = all.filter((i) => i.state === 'paid').length;
    const sums = Object.fromEntries((await net.query('SELECT a.code, SUM(p.amount) FROM posting p JOIN ledger_account a ON a.id = p.account GROUP BY a.code;')).map(([code, sum]) => [code, Number(sum)]));
    assert.deepEqual([sums[`group:${one.id}:dues`], sums[`group:${one.id}:cash`], sums[`group:${one.id}:waived`] || 0], [2500 * all.length, -2500 * paid, -2500 * waived]);
    assert.equal(Object.values(sums).reduce((a, b) => a + b, 0), 0);
    const check = () => leadlined(['check', '--database', net.api.database]);
    assert.equal(check().code, 0);
    if (postgresql) return; // what is broken here once is broken there alike
    await net.query('UPDATE posting SET amount = amount + 1 WHERE txn = (SELECT MIN(id) FROM txn) AND amount > 0;');
    const broken = check();
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /does not add up to nothing[\s\S]*balance of its lines/);
    await net.query('UPDATE posting SET amount = amount - 1 WHERE txn = (SELECT MIN(id) FROM txn) AND amount > 0;');
    assert.equal(check().code, 0);
});
