// SPDX-License-Identifier: GPL-3.0-or-later
// Several servers on one PostgreSQL: what is written at one is felt at the others, through the hint (LISTEN, NOTIFY) and
// without it. The poll is put out of reach where the hint must do it.
'use strict';
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { test, before, after } = require('node:test');
const { Caller, PASSWORD, Server, postgresql, uuid, waitFor } = require('./harness.js');
const { act, lead, network, send, sql } = require('./network.js');

const never = ['--poll-seconds', '3600'];
const servers = new Set();
let net;
before(async () => { if (postgresql) net = await network(['ann', 'ben', 'cy'], { args: never }); });
after(async () => {
    for (const server of servers) await server.stop();
    if (net) await net.stop();
});

const only = { skip: !postgresql };

async function instance(...args) {
    const server = await Server.start({ database: net.api.database, args });
    servers.add(server);
    return server;
}

/** The same person at one of the servers: tokens are good at all. */
function at(server, person) {
    const caller = new Caller(server, person.token);
    return Object.assign(caller, { account: person.account, email: person.email });
}

const stateOf = async (caller) => (await caller.get('/v1/me')).body.scopes[0].state;

/** An open stream that has told the present state. */
async function open(caller) {
    const stream = await caller.events();
    assert.ok((await stream.next()).retry);
    assert.equal((await stream.next()).event, 'state');
    return stream;
}

/** Reads on until the stream tells that state. */
async function told(stream, account, state) {
    for (;;) {
        const event = await stream.next();
        assert.ok(event, 'the stream ended');
        if (event.event === 'state' && JSON.parse(event.data).changed[account] === state) return;
    }
}

/** Process ids of the connections on which servers listen. */
const listeners = () => sql(net.api.database, `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
    AND (query LIKE 'LISTEN %' OR query LIKE 'SELECT pg_notify%') AND pid <> pg_backend_pid() ORDER BY pid;`).map(([pid]) => pid);
const listening = (n) => waitFor(() => listeners().length === n, 10000, `${n} servers to listen`);

test('what one server commits reaches a stream of the other by the hint', only, async () => {
    const second = await instance(...never);
    await listening(2);
    const stream = await open(at(second, net.ann));
    for (let i = 0; i < 3; i++) {
        await send(net.ben, net.ann);
        await told(stream, net.ann.account, await stateOf(net.ann));
    }
    const back = await open(net.ben);
    const sent = await send(at(second, net.ann), net.ben);
    await told(back, net.ben.account, await stateOf(net.ben));
    await act(at(second, net.ben), sent, 'pick-up');
    await told(stream, net.ann.account, await stateOf(net.ann));
    stream.close();
    back.close();
    await second.stop();
    servers.delete(second);
});

test('without the hint nothing comes before the poll does', only, async () => {
    const deaf = await instance('--hints=no', ...never), third = await instance(...never);
    await listening(2);
    const silent = await open(at(deaf, net.ann)), unheard = await open(net.ann), heard = await open(net.cy);
    await send(at(deaf, net.ben), net.ann);          // told to its own streams, to nobody else
    await told(silent, net.ann.account, await stateOf(net.ann));
    await send(at(third, net.ben), net.cy);
    await told(heard, net.cy.account, await stateOf(net.cy));
    assert.deepEqual(unheard.queue, []);             // its hint would have come before the other one
    for (const stream of [silent, unheard, heard]) stream.close();

    const polling = await instance('--hints=no', '--poll-seconds', '1');
    const stream = await open(at(polling, net.ann));
    await send(net.ben, net.ann);
    await told(stream, net.ann.account, await stateOf(net.ann));
    stream.close();
    for (const server of [deaf, third, polling]) {
        await server.stop();
        servers.delete(server);
    }
});

test('a killed listener listens again, and nothing of the time between is missed', only, async () => {
    const second = await instance(...never);
    await listening(2);
    const stream = await open(at(second, net.ann));
    const old = listeners();
    sql(net.api.database, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid IN (${old.join()});`);
    await send(net.ben, net.ann);                    // nobody listens now: the hint is lost
    await told(stream, net.ann.account, await stateOf(net.ann));
    await listening(2);
    assert.ok(listeners().every((pid) => !old.includes(pid)));
    await send(net.ben, net.ann);
    await told(stream, net.ann.account, await stateOf(net.ann));
    assert.match(second.log, /event=hints .*Lost the connection/);
    stream.close();
    await second.stop();
    servers.delete(second);
});

test('many commits are one notification, on the connection that listens', only, async () => {
    await listening(1);
    const psql = spawn('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', '-d', net.api.database], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    psql.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    psql.stdin.write("LISTEN leadline;\nSELECT 'ready';\n");
    await waitFor(() => out.includes('ready'));
    const [server] = listeners();
    const operations = Array.from({ length: 60 }, () => ({ key: uuid(), method: 'PUT', path: `/v1/referrals/${uuid()}`,
        if_none_match: true, body: lead(net.ann) }));
    const answer = await net.ben.request('POST', '/v1/batch', { operations });
    assert.ok(answer.body.results.every((result) => result.status === 201), answer.text);
    const state = await stateOf(net.ann);
    await waitFor(() => { psql.stdin.write('SELECT 1;\n'); return out.includes(`c ${net.ann.account} ${state}`); });
    const pids = [...out.matchAll(/received from server process with PID (\d+)/g)].map((m) => m[1]);
    assert.ok(pids.length < operations.length / 2, `${pids.length} notifications of ${operations.length} commits`);
    assert.deepEqual([...new Set(pids)], [server]);
    const ended = new Promise((resolve) => psql.on('close', resolve));
    psql.stdin.end('\\q\n');
    await ended;
});

test('a notification of somebody else is passed over', only, async () => {
    const stream = await open(net.ann);
    for (const text of ['', 'x', 'c', 'c 1 2', `c ${net.ann.account} e1.1`, `c ${net.ann.account} e1.1.f1.1`, 's', 's x', '* *', 'é\n\n'])
        sql(net.api.database, `SELECT pg_notify('leadline', '${text}');`);
    sql(net.api.database, `UPDATE scope SET seq = seq + 1, loud_seq = seq + 1 WHERE id = '${net.ann.account}'; SELECT pg_notify('leadline', 'nonsense' || chr(10) || '*');`);
    await told(stream, net.ann.account, await stateOf(net.ann));
    stream.close();
});

test('a session that is ended at one server is ended at the other', only, async () => {
    const second = await instance(...never);
    await listening(2);
    const lost = await net.api.login(net.cy.email), there = at(second, lost);
    const id = (await lost.get('/v1/sessions')).body.items.find((one) => one.current).id;
    assert.equal((await there.get('/v1/me')).status, 200); // remembered there from now on
    const stream = await open(there);
    assert.equal((await net.cy.delete(`/v1/sessions/${id}`)).status, 204);
    assert.equal((await lost.get('/v1/me')).status, 401);
    assert.equal(await stream.next(), null);
    await waitFor(async () => (await there.get('/v1/me')).status === 401, 5000, 'the token to be refused');
    await second.stop();
    servers.delete(second);
});

test('a write is repeated at the other server without a second effect', only, async () => {
    const second = await instance(...never);
    const key = uuid(), id = uuid(), input = lead(net.ann);
    const first = await net.ben.put(`/v1/referrals/${id}`, input, { key });
    const again = await at(second, net.ben).put(`/v1/referrals/${id}`, input, { key });
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    const { warnings, ...referral } = first.body; // said when it was sent, and not kept
    assert.deepEqual(again.body, referral);
    const other = await at(second, net.ben).put(`/v1/referrals/${uuid()}`, input, { key });
    assert.equal(other.status, 422);
    const refused = await at(second, net.ben).post(`/v1/referrals/${id}/confirm`, { verdict: 'lead' }, { key: uuid() });
    assert.equal(refused.body.status, refused.status);
    await second.stop();
    servers.delete(second);
});

test('a program asks one server, a person allows it at the other, and the tokens are had once, at either', only, async () => {
    const second = await instance(...never), grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
    const asked = await net.api.form('/oauth/device_authorization', { client_id: 'one' });
    const allowed = await second.form('/device', { user_code: asked.body.user_code, email: net.ann.email, password: PASSWORD, decision: 'allow' });
    assert.equal(allowed.status, 200, allowed.text);
    const poll = (server) => server.form('/oauth/token', { grant_type, device_code: asked.body.device_code, client_id: 'one' });
    const answers = await Promise.all([poll(net.api), poll(second), poll(net.api), poll(second)]);
    const tokens = answers.filter((answer) => answer.status === 200);
    assert.equal(tokens.length, 1, answers.map((answer) => answer.text).join('\n'));
    for (const server of [net.api, second])
        assert.equal((await new Caller(server, tokens[0].body.access_token).get('/v1/me')).body.account.id, net.ann.account);
    await second.stop();
    servers.delete(second);
});

test('R23: leaving is silent at the other servers too, for the hint and for the poll', only, async () => {
    const others = listeners().length, second = await instance('--poll-seconds', '1');
    await listening(others + 1);
    const theirs = at(second, net.cy), streams = [await open(theirs), await open(net.cy)], before = await stateOf(theirs);
    assert.equal((await net.ben.delete(`/v1/partners/${net.cy.account}`)).status, 204);
    assert.notEqual(await stateOf(theirs), before, 'it is there to be pulled');
    /* After the next poll, what Cy hears first is a later change, and that alone. */
    const [[since]] = sql(net.api.database, 'SELECT now();'), { rev } = (await net.cy.get('/v1/me')).body.account;
    const polls = `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT id, epoch, acl, loud_seq%' AND query_start > '${since}';`;
    await waitFor(() => sql(net.api.database, polls)[0][0] !== '0', 20000, 'the poll');
    assert.equal((await net.cy.patch('/v1/me', { name: 'Cy Other' }, { rev })).status, 200);
    const state = await stateOf(theirs);
    for (const stream of streams) {
        let event;
        do event = await stream.next(); while (event.event === 'ping');
        assert.deepEqual([event.event, JSON.parse(event.data).changed[net.cy.account]], ['state', state]);
        assert.equal(stream.queue.length, 0);
        stream.close();
    }
    await second.stop();
    servers.delete(second);
});

test('a standby that took over is on another timeline: the states of before are of another epoch, once', only, async () => {
    const database = net.api.database, { ann } = net;
    const changes = async (state) => (await ann.get(`/v1/changes?scope=${ann.account}&since=${state}`)).status;
    const epochOf = (state) => state.split('.')[0];
    const elsewhere = () => sql(database, `UPDATE meta SET value = value - 1 WHERE name = 'timeline';`);
    const cut = () => sql(database, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();`);
    const first = await stateOf(ann);
    assert.equal(await changes(first), 200);
    cut(); // the same server, back again
    await waitFor(async () => (await changes(first)) === 200, 20000, 'the database to be back');
    elsewhere();
    cut();
    await waitFor(async () => (await changes(first)) === 410, 20000, 'another epoch');
    const second = await stateOf(ann);
    assert.notEqual(epochOf(second), epochOf(first));
    cut(); // nothing new
    await waitFor(async () => (await changes(second)) === 200, 20000, 'the database to be back again');
    elsewhere(); // found when a server starts, and by all who are there
    const other = await instance(...never);
    const third = await stateOf(at(other, ann));
    assert.notEqual(epochOf(third), epochOf(second));
    assert.equal(await changes(second), 410);
    assert.equal(await changes(third), 200);
    await other.stop();
    servers.delete(other);
});
