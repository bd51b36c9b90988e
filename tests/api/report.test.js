// SPDX-License-Identifier: GPL-3.0-or-later
// GET /v1/reports/...: give and take, why leads were not leads, speed; as JSON, CSV and text.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { act, literal, network, send, sql } = require('./network.js');

const MINUTE = 60000;
const env = { LEADLINE_NOW: '2025-12-31T23:30:00.000Z' };
const names = ['give-take', 'not-a-lead-reasons', 'speed'];

let net;
before(async () => { net = await network(['ann', 'ben', 'cy', 'dan'], { strangers: ['eve'], env }); });
after(() => net.stop());

async function moveTo(time) {
    env.LEADLINE_NOW = typeof time === 'number' ? new Date(Date.parse(env.LEADLINE_NOW) + time).toISOString() : time;
    await net.api.restart();
    await net.login();
}

async function report(who, name, query = '') {
    const answer = await net[who].get(`/v1/reports/${name}${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}

const row = (body, name, extra = () => true) => body.rows.find((r) => (r.party || r.from).name === name && extra(r));

test('every partner has a row, and so has nobody else; nothing is divided by zero', async () => {
    const body = await report('ann', 'give-take');
    assert.equal(body.report, 'give-take');
    assert.equal(body.account.name, 'ann');
    assert.deepEqual(body.rows.map((r) => r.party.name), ['ben', 'cy', 'dan']);
    for (const r of [...body.rows, ...body.totals]) {
        assert.equal(r.ratio, '0:0');
        assert.equal(r.gave_share, undefined);
        assert.equal(r.trend, undefined);
        assert.equal(r.one_sided, false);
    }
    assert.deepEqual((await report('eve', 'give-take')).rows, []);
    assert.match(body.caution, /ratio alone misleads/);
});

test('R26 R28 R34 R49: given and received, with the confirmed share beside each count; gave two and received none is marked', async () => {
    const given = [];
    for (let i = 0; i < 4; i++) given.push(await send(net.ann, net.ben));
    await moveTo('2026-01-01T00:30:00.000Z');
    const { ann, ben, cy } = net;
    await act(ben, given[0], 'confirm', { verdict: 'lead' });
    await act(ben, given[1], 'confirm', { verdict: 'lead' });
    await act(ben, given[2], 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    const back = await send(cy, ann);
    await act(ann, await send(ann, cy), 'withdraw');
    const body = await report('ann', 'give-take'), toBen = row(body, 'ben'), toCy = row(body, 'cy');
    assert.deepEqual([toBen.gave, toBen.gave_confirmed, toBen.gave_rejected, toBen.gave_waiting, toBen.gave_share], [4, 2, 1, 1, '67%']);
    assert.deepEqual([toBen.took, toBen.took_share, toBen.ratio, toBen.one_sided], [0, undefined, '4:0', true]);
    assert.equal(toBen.last_gave, '2025-12-31T23:30:00.000Z');
    assert.equal(toBen.last_took, undefined);
    assert.deepEqual([toCy.gave, toCy.took, toCy.took_waiting, toCy.ratio, toCy.one_sided, toCy.trend], [0, 1, 1, '0:1', false, 'up']);
    assert.equal(toCy.last_took, back.sent_at);
    assert.equal(body.totals[0].ratio, '4:1');
    const seen = row(await report('ben', 'give-take'), 'ann');
    assert.deepEqual([seen.took, seen.took_confirmed, seen.took_share, seen.gave, seen.ratio, seen.one_sided], [4, 2, '67%', 0, '0:4', false]);
});

test('R47 R48 R51: what becomes of a lead changes no count', async () => {
    const { ben } = net, before = await report('ann', 'give-take');
    const won = (await ben.get('/v1/referrals?box=inbox&verdict=lead')).body.items;
    await act(ben, won[0], 'outcome', { outcome: 'lost' });
    await act(ben, won[1], 'outcome', { outcome: 'won' });
    assert.deepEqual(await report('ann', 'give-take'), before);
    assert.equal(won.length, 2);
});

test('the months and the year are those of the time zone that is asked for', async () => {
    const utc = row(await report('ann', 'give-take'), 'ben'), body = await report('ann', 'give-take', '?tz=Europe/Berlin');
    assert.equal(body.time_zone, 'Europe/Berlin');
    assert.deepEqual(body.months.slice(-2), ['2025-12', '2026-01']);
    assert.deepEqual(utc.gave_months.slice(-2), [4, 0]);
    assert.deepEqual(row(body, 'ben').gave_months.slice(-2), [0, 4]);
    assert.equal(body.from, '2024-12-31T23:00:00.000Z');
    assert.equal(row(await report('ann', 'give-take', '?from=2026-01-01&tz=Europe/Berlin'), 'ben').gave, 4);
    assert.equal(row(await report('ann', 'give-take', '?from=2026-01-01'), 'ben').gave, 0);
    assert.equal(row(await report('ann', 'give-take', '?to=2025-12-31'), 'ben').gave, 4);
    assert.equal(row(await report('ann', 'give-take', '?to=2025-12-31&tz=Europe/Berlin'), 'ben').gave, 0);
    assert.equal(row(await report('ann', 'give-take', '?from=2025-12-31T23:30:00Z&to=2025-12-31T23:30:00Z'), 'ben').gave, 4);
});

test('reasons: by sender, recipient and reason, with the verdicts they are of', async () => {
    const { ann, ben, cy } = net;
    await act(ann, await send(ben, ann), 'confirm', { verdict: 'not_a_lead', message: 'They moved away' });
    await act(cy, await send(ann, cy), 'confirm', { verdict: 'not_a_lead', reason_code: 'wrong_area' });
    const body = await report('ann', 'not-a-lead-reasons');
    assert.deepEqual(body.rows.map((r) => [r.from.name, r.to.name, r.box, r.reason, r.leads, r.verdicts, r.share]), [
        ['ben', 'ann', 'inbox', undefined, 1, 1, '100%'],
        ['ann', 'ben', 'sent', 'no_need', 1, 3, '33%'],
        ['ann', 'cy', 'sent', 'wrong_area', 1, 1, '100%'],
    ]);
    assert.deepEqual((await report('dan', 'not-a-lead-reasons')).rows, []);
});

test('speed: median and 90th percentile from sent to picked up and to the verdict', async () => {
    const sent = [];
    for (let i = 0; i < 4; i++) sent.push(await send(net.ann, net.dan));
    for (const [i, minutes] of [10, 20, 30, 600].entries()) {
        await moveTo(Date.parse(sent[0].sent_at) + minutes * MINUTE - Date.parse(env.LEADLINE_NOW));
        await act(net.dan, sent[i], 'pick-up');
    }
    await act(net.dan, sent[0], 'confirm', { verdict: 'lead' });
    const body = await report('ann', 'speed'), r = row(body, 'dan');
    assert.deepEqual([r.box, r.picked_up, r.pick_up_median, r.pick_up_p90], ['sent', 4, 20, 600]);
    assert.deepEqual([r.decided, r.verdict_median, r.verdict_p90], [1, 600, 600]);
    assert.deepEqual(row(await report('dan', 'speed'), 'ann', (x) => x.box === 'inbox').pick_up_p90, 600);
    const text = (await net.ann.get('/v1/reports/speed?format=text')).text;
    assert.match(text, /^dan +Sent +4 +20m +10h00m/m);
});

test('R122: former partners keep their rows, in the order of names', async () => {
    const pair = [net.ann.account, net.ben.account].sort();
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    sql(net.api.database, `UPDATE connection SET state = 7 WHERE account_a = ${literal(pair[0])} AND account_b = ${literal(pair[1])};
        UPDATE change_index SET deleted = 1 WHERE type = 3 AND scope_id IN (${pair.map(literal)}) AND object_id IN (${pair.map(literal)});`);
    await net.api.launch();
    await net.login();
    const body = await report('ann', 'give-take');
    assert.deepEqual(body.rows.map((r) => [r.party.name, r.standing]), [['ben', 'former'], ['cy', 'partner'], ['dan', 'partner']]);
    assert.equal(row(body, 'ben').gave, 4);
});

test('one partner only', async () => {
    for (const name of names) {
        const all = await report('ann', name), one = await report('ann', name, `?partner=${net.ben.account}`);
        const whom = (r) => r.party || (r.box === 'sent' ? r.to : r.from);
        assert.deepEqual(one.rows, all.rows.filter((r) => whom(r).name === 'ben'));
        assert.ok(one.rows.length > 0, name);
        assert.deepEqual((await report('ann', name, `?partner=${uuid()}`)).rows, []);
    }
});

/** RFC 4180, written for the test. */
function parseCsv(text) {
    const rows = [];
    let cell = '', cells = [], quoted = false;
    for (let i = 0; i < text.length; i++) {
        const c = text[i];
        if (quoted && c === '"' && text[i + 1] === '"') cell += text[++i];
        else if (c === '"') quoted = !quoted;
        else if (!quoted && c === ',') { cells.push(cell); cell = ''; }
        else if (!quoted && c === '\r' && text[i + 1] === '\n') { cells.push(cell); rows.push(cells); cells = []; cell = ''; i++; }
        else cell += c;
    }
    assert.equal(cell, '');
    assert.equal(quoted, false);
    return rows;
}

test('CSV and text say the same as JSON, and no cell is a formula', async () => {
    await net.cy.patch('/v1/me', { name: '=1+1,"x"' }, { rev: 1 });
    for (const name of names) {
        const body = await report('ann', name);
        const answer = await net.ann.get(`/v1/reports/${name}?format=csv`);
        assert.match(answer.headers['content-type'], /^text\/csv/);
        const [head, ...rows] = parseCsv(answer.text);
        assert.equal(rows.length, body.rows.length);
        rows.forEach((cells, i) => {
            assert.equal(cells.length, head.length);
            for (const cell of cells) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
            const told = Object.fromEntries(head.map((title, k) => [title, cells[k]])), r = body.rows[i];
            for (const [key, value] of Object.entries(r)) {
                if (typeof value === 'number') assert.equal(told[key], String(value), key);
                if (typeof value === 'object' && !Array.isArray(value)) assert.equal(told[`${key}.name`].replace(/^'/, ''), value.name);
            }
            (r.gave_months || []).forEach((n, k) => assert.equal(told[`gave ${body.months[k]}`], String(n)));
            assert.equal(told['period.time_zone'], 'UTC');
        });
        const text = await net.ann.get(`/v1/reports/${name}?format=text&tz=Europe/London`);
        assert.match(text.headers['content-type'], /^text\/plain/);
        assert.match(text.text, /\(Europe\/London\), made \d{4}-/);
        for (const line of text.text.split('\n')) assert.ok([...line].length <= 100, line);
    }
    assert.match((await net.ann.get('/v1/reports/give-take?format=text')).text, /^ben +4 +2 +1 +1 +67% +1 +0 +1 +0 +0% +4:1 /m);
});

test('what cannot be asked for', async () => {
    for (const name of names) {
        assertProblem(await net.api.get(`/v1/reports/${name}`), 401, 'unauthorized');
        for (const query of ['from=soon', 'to=2026-02-30', 'tz=Europe/Atlantis', 'tz=../../etc/passwd', 'format=pdf', 'partner=ben', 'from=2026-02-01&to=2026-01-01', 'from=1970-01-01'])
            assertProblem(await net.ann.get(`/v1/reports/${name}?${query}`), 422, 'validation');
        assertProblem(await net.ann.get(`/v1/reports/${name}?account=${net.ben.account}`), 422, 'unknown-field');
    }
    assertProblem(await net.ann.get('/v1/reports/returns'), 404, 'not-found');
});
