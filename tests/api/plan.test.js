// SPDX-License-Identifier: GPL-3.0-or-later
// Every statement that the endpoints run finds its rows by an index, whatever the size of the tables. The statements are those
// that the server says it prepared; the engine itself explains them.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test, before, after } = require('node:test');
const { PASSWORD, freshDatabase, leadlined, postgresql, uuid, waitFor } = require('./harness.js');
const { FakeMta } = require('./mta.js');
const { act, lead, network, send, sql } = require('./network.js');

let net, statements;
before(async () => {
    const mta = await FakeMta.start({ RCPT: (line) => (/ben/.test(line) ? '450 4.2.0 later' : undefined) });
    net = await network(['ann', 'ben', 'cy'], { strangers: ['dan', 'eve'], env: { G_MESSAGES_DEBUG: 'leadline' },
        args: ['--smtp-url', `smtp://127.0.0.1:${mta.port}`, '--smtp-tls=no', '--mail-from', 'post@l.example', '--public-url', 'https://l.example'] });
    await useEverything();
    await useMail(mta);
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    const told = [...net.api.output.matchAll(/prepared: (?:\/\* anew \*\/ )?(.*)$/gm)].map((m) => m[1]);
    statements = [...new Set(told)].filter((text) => /^(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(text));
});
after(async () => {
    await net.api.launch();
    await net.stop();
});

/** Each statement of the thread that sends mail, too. */
async function useMail(mta) {
    await waitFor(() => mta.texts().some((text) => /List-Unsubscribe/.test(text)), 10000, 'a mail that can be ended');
    const [, link] = /(\/unsubscribe\?token=[\w-]+)>/.exec(mta.texts().find((text) => /List-Unsubscribe/.test(text)).replace(/\r\n[ \t]/g, ' '));
    for (const method of ['GET', 'POST']) assert.equal((await net.api.request(method, link)).status, 200);
    const admin = await net.api.user('root@x.example', { admin: true });
    const failed = await waitFor(async () => (await admin.get('/v1/admin/mail?state=failed')).body.items[0], 10000, 'a mail that failed');
    assert.equal((await admin.post(`/v1/admin/mail/${failed.id}/retry`)).status, 204);
    await mta.stop();
}

/* Invitations, profiles, and the end of a partnership. */
async function useTheNetwork() {
    const { ann, ben, cy, dan, eve, api } = net, ask = async (from, body) => {
        const url = `/v1/invitations/${uuid()}`;
        assert.equal((await from.put(url, body)).status, 201);
        return url;
    };
    const { rev } = (await dan.get('/v1/me')).body.account;
    await dan.patch('/v1/me', { business_type: 'plumber', profile: { public: true, exclusive: true, headline: 'Pipes', areas: ['Leeds'] } }, { rev });
    const [one, two, three] = [await ask(ann, { account: dan.account }), await ask(eve, { email: 'ben@x.example' }), await ask(cy, { email: 'nobody@y.example' })];
    await ask(eve, { account: dan.account, kind: 'request' });
    assert.equal((await dan.post(`${one}/accept`)).status, 200);
    await ben.post(`${two}/decline`);
    await cy.post(`${three}/withdraw`);
    for (const url of ['/v1/invitations', '/v1/invitations?direction=sent', '/v1/invitations?direction=received&state=invited', two, '/v1/profiles', '/v1/profiles?q=pipes', '/v1/profiles?area=leeds&business_type=building&price_level=2',
        `/v1/profiles/${dan.account}`]) assert.equal((await ben.get(url)).status, 200, url);
    for (const url of [`/profile/${dan.account}`, `/referral-program/${dan.account}`]) assert.equal((await api.get(url)).status, 200, url);
    await ann.post(`/v1/partners/${ben.account}/encourage`, { message: 'Hello' });
    await dan.delete(`/v1/partners/${ann.account}`);
}

async function useEverything() {
    const { ann, ben, cy, api } = net;
    await useTheNetwork();
    const first = await send(ann, ben), second = await send(ann, cy, { copy_of: first.id });
    await ann.put(`/v1/referrals/${first.id}`, lead(ben));
    await send(ann, ben, { to: { outside: { name: 'Ola', email: 'ola@els.example' } } });
    await ann.get(`/v1/referrals/duplicates?to=${ben.account}&phone=01632960123&email=p@b.example`);
    await act(ann, first, 'remind');
    await act(ann, second, 'withdraw');
    await act(ben, first, 'pick-up');
    await act(ben, first, 'confirm', { verdict: 'lead' });
    await act(ben, first, 'outcome', { outcome: 'won' });
    const note = `/v1/referrals/${first.id}/notes/${uuid()}`, key = uuid();
    for (let i = 0; i < 2; i++) await ben.put(note, { text: 'x' }, { key });
    await ben.put(note, { text: 'y' }, { create: false, rev: 1 });
    for (const box of ['', '&box=inbox', '&box=sent'])
        for (const state of ['', '&state=sent', '&state=sent,won'])
            for (const q of ['', '&q=boiler'])
                for (const party of ['', `&from=${ann.account}`, `&to=${ben.account}`]) await ben.get(`/v1/referrals?limit=1${box}${state}${q}${party}`);
    for (const report of ['give-take', 'not-a-lead-reasons', 'speed'])
        for (const query of ['', `?partner=${ann.account}`]) await ben.get(`/v1/reports/${report}${query}`);
    const changes = (await ben.get('/v1/changes?limit=1')).body;
    for (const url of [note, note.replace(/\/[^/]*$/, ''), '/v1/partners', '/v1/me', '/v1/sessions', `/v1/changes?since=${changes.state}`, '/v1/changes?types=note,partner', '/readyz'])
        assert.equal((await ben.get(url)).status, 200, url);
    await ann.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: true }] }, { create: false });
    await ann.get('/v1/me/email-settings');
    assert.equal((await ann.post('/v1/me/email', { email: 'ann@moved.example', password: PASSWORD })).status, 204);
    await ann.patch('/v1/me', { name: 'Ann' }, { rev: 1 });
    await ann.patch('/v1/me', { business_type: 'plumber' }, { rev: 2 });
    const other = await api.login('cy@x.example');
    await api.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: other.refresh });
    await cy.delete(`/v1/sessions/${(await other.get('/v1/sessions')).body.items.find((s) => s.current).id}`);
    const stream = await ann.events();
    await stream.next();
    await stream.next();
    stream.close();
}

/* Tables that stay small by their nature. */
const small = /^(meta|migration|sqlite_master)$/;
/* Rows that were found by indexes are sorted again: the pages of several boxes or states, the few leads of a phone number, and what
   PostgreSQL finds by words, since its index of words knows no order. */
const maySort = (text) => /UNION ALL|phone_1_key = |@@|profile_words MATCH/.test(text);

const forced = 'SET enable_seqscan = off; SET enable_sort = off;';
function explain(text, database = net.api.database, settings = forced) {
    if (!postgresql) return sql(database, `EXPLAIN QUERY PLAN ${text};`).map((row) => row.join('|').replace(/^[ |`-]+/, ''));
    const n = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map((m) => Number(m[1])));
    const values = n ? `(${Array(n).fill('NULL').join(', ')})` : '';
    return sql(database, `${settings} SET random_page_cost = 1.1; SET plan_cache_mode = force_generic_plan; PREPARE one AS ${text}; EXPLAIN (COSTS OFF) EXECUTE one${values};`).map((row) => row.join('|'));
}

/** Steps of a plan that read a whole table, or sort what an index could give in order. */
function bad(text) {
    return explain(text).filter((step) => {
        const scan = postgresql ? /Seq Scan on (\w+)/.exec(step) : /^SCAN (\w+)(?! VIRTUAL TABLE INDEX)/.exec(step);
        const isTable = scan && !small.test(scan[1]) && (postgresql || new RegExp(`\\b(FROM|JOIN|UPDATE) ${scan[1]}\\b|\\b[a-z_]+ ${scan[1]}\\b`).test(text));
        const isMade = scan && new RegExp(`\\) ${scan[1]}\\b`).test(text); // a sub-query by its alias
        const sorts = /TEMP B-TREE FOR (ORDER BY|RIGHT)|^\s*(->\s+)?Sort$/.test(step);
        return (isTable && !isMade) || (sorts && !maySort(text));
    });
}

test('the server told what it prepared', () => {
    assert.ok(statements.length > 60, `${statements.length} statements`);
    for (const table of ['referral_full', 'referral_words', 'change_index', 'idem', 'scope', 'note', 'connection', 'token', 'session', 'lead', 'invitation', 'profile_words', 'encouragement'])
        assert.ok(statements.some((text) => text.includes(table)), table);
});

test('no statement reads a whole table or sorts one', () => {
    const findings = statements.flatMap((text) => bad(text).map((step) => `${step.trim()}: ${text.slice(0, 300)} ... ${text.slice(-260)}`));
    assert.deepEqual(findings, []);
});

/** Steps that read one of the tables of a loaded database from end to end, by the engine's own choice. */
function readsAll(database, text) {
    const large = 'referral|lead|referral_words|change_index';
    return explain(text, database, '').filter((step) => (postgresql ? new RegExp(`Seq Scan on (${large})\\b`).test(step)
                                                                    : /^SCAN \w+(?! VIRTUAL TABLE INDEX)/.test(step) && bad(text).length > 0));
}

test('with the tables full the engine chooses the indexes by itself', async () => {
    const database = freshDatabase(net.api.dir);
    const loaded = leadlined(['load-demo', '--database', database, '--leads', '5000', '--seed', '1']);
    assert.equal(loaded.code, 0, loaded.stderr);
    const findings = statements.flatMap((text) => readsAll(database, text).map((step) => `${step.trim()}: ${text.slice(0, 200)}`));
    assert.deepEqual(findings, []);
    assert.equal(readsAll(database, 'SELECT id FROM lead WHERE need = $1').length, 1);
    const search = statements.find((text) => /referral_words.*@@/.test(text) && !/\$1 OR/.test(text));
    if (postgresql) assert.match(explain(search, database, '').join('\n'), /Bitmap Index Scan on referral_words_words|Index Scan (Backward )?using referral_inbox/);
});

test('a statement without an index would be found', () => {
    assert.equal(bad('SELECT id FROM referral WHERE type = $1').length, 1);
    assert.equal(bad('SELECT id FROM lead WHERE need = $1').length, 1);
    assert.ok(bad('SELECT id FROM referral WHERE to_account = $1 ORDER BY updated_at').length >= 1);
});
