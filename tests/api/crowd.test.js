// SPDX-License-Identifier: GPL-3.0-or-later
// Many writers and readers at one moment, on PostgreSQL through two instances of the server: no change is lost, counted
// twice or told out of order.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { Caller, Server, postgresql, uuid } = require('./harness.js');
const { act, collect, lead, literal, network, send, sql } = require('./network.js');

const names = ['ann', 'ben', 'cy', 'dan'];
let net, second;
before(async () => {
    net = await network(names);
    if (postgresql) second = await Server.start({ database: net.api.database });
});
after(async () => {
    if (second) await second.stop();
    await net.stop();
});

/** The same person at one of the instances: tokens are good at both. */
function at(server, person) {
    const caller = new Caller(server, person.token);
    caller.account = person.account;
    return caller;
}
const anywhere = (person, n) => at(second && n % 2 ? second : net.api, person);

/** Follows a scope until told to stop, and once more then: objects, and that states and revisions only ever rise. */
function follow(caller, limit) {
    const copy = { objects: new Map(), stop: false, pages: 0 };
    const seqOf = (state) => Number(state.split('.')[2].replace('f', ''));
    copy.done = (async () => {
        for (let since = null, last = false; ;) {
            const answer = await caller.get(`/v1/changes?limit=${limit}${since ? `&since=${since}` : ''}`);
            assert.equal(answer.status, 200, answer.text);
            const { objects, state, more } = answer.body;
            copy.pages++;
            for (const { type, id, rev, data } of objects) {
                const known = copy.objects.get(`${type} ${id}`);
                assert.ok(!known || rev >= known.rev, `${type} went back from ${known && known.rev} to ${rev}`);
                copy.objects.set(`${type} ${id}`, data);
            }
            if (since && !more) assert.ok(seqOf(state) >= seqOf(since), `${since} -> ${state}`);
            since = state;
            if (more) continue;
            if (last) return;
            last = copy.stop;
        }
    })();
    return copy;
}

const seqs = () => new Map(names.map((name) => [name, 0]));
async function readSeqs() {
    const found = seqs();
    for (const name of names) found.set(name, Number(/\.(\d+)$/.exec((await net[name].get('/v1/me')).body.scopes[0].state)[1]));
    return found;
}

test('a crowd of writers: every change has its number, every revision its write, every reader the whole', async () => {
    const start = await readSeqs(), expected = seqs(), writes = new Map();
    const count = (referral, by) => {
        for (const party of [referral.from, referral.to]) {
            const name = names.find((n) => net[n].account === party.account);
            expected.set(name, expected.get(name) + by);
        }
        writes.set(referral.id, (writes.get(referral.id) || 0) + by);
    };
    const readers = names.flatMap((name, i) => [follow(anywhere(net[name], i), 3), follow(anywhere(net[name], i + 1), 500)]);
    const live = [];
    const step = async (worker, n) => {
        const from = names[(worker + n) % names.length], to = names[(worker + n + 1 + (n % 3)) % names.length];
        const old = live[(worker * 7 + n * 13) % (live.length || 1)];
        if (from !== to && (!old || n % 3 === 0)) {
            const made = await anywhere(net[from], worker + n).put(`/v1/referrals/${uuid()}`, lead(net[to]));
            assert.equal(made.status, 201, made.text);
            count(made.body, 1);
            live.push(made.body);
            return;
        }
        if (!old) return;
        const verb = ['confirm', 'outcome', 'withdraw'][n % 3], who = names.find((name) => net[name].account === (verb === 'withdraw' ? old.from : old.to).account);
        const body = { confirm: { verdict: 'lead' }, outcome: { outcome: n % 2 ? 'won' : 'lost' } }[verb];
        const answer = await anywhere(net[who], worker + n).post(`/v1/referrals/${old.id}/${verb}`, body);
        assert.ok([200, 409, 503].includes(answer.status), answer.text);
        if (answer.status === 200) count(old, 1);
    };
    const end = Date.now() + 20000;
    await Promise.all(Array.from({ length: 12 }, async (_, worker) => {
        for (let n = 0; n < 40 && Date.now() < end; n++) await step(worker, n);
    }));
    assert.ok(Date.now() < end, 'it took too long');
    for (const reader of readers) reader.stop = true;
    await Promise.all(readers.map((reader) => reader.done));

    const now = await readSeqs();
    for (const name of names) assert.equal(now.get(name) - start.get(name), expected.get(name), `changes of ${name}`);
    for (const [i, name] of names.entries()) {
        const referrals = await collect(net[name], '/v1/referrals', 500);
        for (const referral of referrals) assert.equal(referral.rev, writes.get(referral.id), `${referral.id} in ${referral.state}`);
        for (const reader of readers.slice(2 * i, 2 * i + 2)) {
            for (const referral of referrals) assert.deepEqual(reader.objects.get(`referral ${referral.id}`), referral);
            assert.equal([...reader.objects.keys()].filter((key) => key.startsWith('referral ')).length, referrals.length);
        }
    }
});

test('one instance tells of what is written at the other', { skip: !postgresql }, async () => {
    const [here, there] = [at(net.api, net.ann), at(second, net.ann)];
    const streams = [await here.events(), await there.events()];
    const first = await here.get('/v1/changes?limit=500');
    const sent = await send(at(second, net.ben), net.ann);
    const { state } = (await there.get('/v1/me')).body.scopes[0];
    for (const stream of streams)
        for (let seen = false; !seen;) {
            const event = await stream.next(5000);
            assert.ok(event, 'the stream ended');
            seen = event.event === 'state' && JSON.parse(event.data).changed[net.ann.account] === state;
        }
    const delta = await here.get(`/v1/changes?since=${first.body.state}`);
    assert.deepEqual(delta.body.objects.map((o) => o.id), [sent.id]);
    assert.equal((await act(here, sent, 'pick-up')).rev, 2);
    assert.equal((await there.get(`/v1/referrals/${sent.id}`)).body.state, 'picked_up');
    for (const stream of streams) stream.close();
});

test('a key used at both instances at one moment has one effect', { skip: !postgresql }, async () => {
    for (let round = 0; round < 10; round++) {
        const id = uuid(), key = uuid(), input = lead(net.cy);
        const answers = await Promise.all([0, 1, 0, 1].map((n) => anywhere(net.dan, n).put(`/v1/referrals/${id}`, input, { key })));
        for (const answer of answers) assert.equal(answer.status, 201, answer.text);
        assert.equal(answers.filter((a) => a.headers['idempotency-replayed'] !== 'true').length, 1);
    }
});

test('the change index has every number once', async () => {
    if (!postgresql) { net.api.child.kill('SIGTERM'); await net.api.ended(); }
    const scope = literal(net.ann.account);
    const rows = sql(net.api.database, `SELECT seq, (SELECT COUNT(*) FROM change_index d WHERE d.scope_id = c.scope_id AND d.seq = c.seq) FROM change_index c WHERE scope_id = ${scope};`);
    assert.ok(rows.every(([, n]) => n === '1'));
    const [[newest, scopeSeq]] = sql(net.api.database, `SELECT MAX(c.seq), s.seq FROM change_index c JOIN scope s ON s.id = c.scope_id WHERE s.id = ${scope} GROUP BY s.seq;`);
    assert.equal(newest, scopeSeq);
    if (!postgresql) await net.api.launch();
});
