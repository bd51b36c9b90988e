// SPDX-License-Identifier: GPL-3.0-or-later
// PostgreSQL away, full, slow, or another one than before: what is answered meanwhile, and that all comes back by itself.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { Server, PASSWORD, assertProblem, freshDatabase, postgresql, uuid, waitFor } = require('./harness.js');
const { sql } = require('./network.js');

const only = { skip: !postgresql && 'needs PostgreSQL' };
const SOCKET = '.s.PGSQL.5432';

/** Stands between a server and PostgreSQL: cut() is PostgreSQL gone, back() that it is there again. */
class Line {
    constructor() {
        this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-line-'));
        this.pairs = new Set();
    }

    back() {
        this.listener = net.createServer((near) => {
            const far = net.connect(path.join(process.env.PGHOST, SOCKET));
            for (const [one, other] of [[near, far], [far, near]]) {
                this.pairs.add(one);
                one.on('error', () => {});
                one.on('close', () => { other.destroy(); this.pairs.delete(one); });
                one.pipe(other);
            }
        });
        return new Promise((resolve) => this.listener.listen(path.join(this.dir, SOCKET), resolve));
    }

    cut() {
        const closed = new Promise((resolve) => this.listener.close(resolve));
        for (const socket of this.pairs) socket.destroy();
        return closed;
    }

    async end() {
        await this.cut();
        fs.rmSync(this.dir, { recursive: true, force: true });
    }
}

function assertAway(answer) {
    assertProblem(answer, 503, 'overloaded');
    assert.match(answer.body.detail, /the database does not answer/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
}

test('away: 503 and when to come again for everything, then all works again by itself', only, async () => {
    const line = new Line();
    await line.back();
    const real = freshDatabase();
    const server = await Server.start({ database: `${real}?host=${line.dir}` });
    server.database = real; /* commands are waited for in this thread, which is the line's too */
    const user = await server.user('away@a.example');
    const stream = await user.events();
    await stream.next();
    await line.cut();
    const key = uuid();
    assertAway(await server.get('/readyz'));
    assert.equal((await server.get('/healthz')).status, 200);
    assertAway(await user.get('/v1/sessions'));
    assertAway(await user.get('/v1/changes?scope=' + user.account));
    assertAway(await user.patch('/v1/me', { name: 'Away' }, { rev: 1, key }));
    assertAway(await server.request('POST', '/v1/login', { email: user.email, password: PASSWORD }));
    const batch = await user.request('POST', '/v1/batch', { operations: [{ key: uuid(), method: 'PATCH', path: '/v1/me', if_match: 1, body: { name: 'B' } }] });
    if (batch.status === 200) assert.equal(batch.body.results[0].status, 503, batch.text);
    else assertAway(batch);
    await line.back();
    await waitFor(async () => (await server.get('/readyz')).status === 200, 10000, 'ready again');
    await waitFor(async () => (await user.patch('/v1/me', { name: 'Back' }, { rev: 1, key })).status === 200, 10000, 'writing again');
    assert.equal((await user.get('/v1/sessions')).status, 200);
    for (let event; (event = await stream.next(20000)) && event.event !== 'state';);
    await server.login(user.email);
    stream.close();
    await server.stop();
    await line.end();
});

test('full: 507 and when to come again, reads go on, and writing comes back by itself', only, async () => {
    const server = await Server.start();
    const user = await server.user('full@a.example');
    sql(server.database, `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION full_disk();`);
    const write = () => user.patch('/v1/me', { name: 'Full' }, { rev: 1 });
    const refused = await write();
    assertProblem(refused, 507, 'storage-full');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    await waitFor(async () => {
        const answer = await write(); /* one write a second is let through to see */
        if (answer.status !== 507) assertProblem(answer, 503, 'read-only');
        return answer.status === 503;
    });
    assert.equal((await user.get('/v1/sessions')).status, 200);
    sql(server.database, 'DROP TRIGGER full_disk ON account;');
    await waitFor(async () => (await write()).status === 200, 10000, 'writing again');
    await server.stop();
});

test('a table is gone: an internal error that tells nothing but where to look', only, async () => {
    const server = await Server.start();
    const user = await server.user('gone@a.example');
    sql(server.database, 'ALTER TABLE connection RENAME TO lost;');
    const answer = await user.get('/v1/partners');
    assertProblem(answer, 500, 'internal');
    assert.doesNotMatch(answer.text, /connection|relation/);
    assert.match(server.log, new RegExp(`request_id=${answer.body.request_id}.*relation`));
    await server.stop();
});

test('the same key is at work in another instance for long: in progress, and afterwards it can be done', only, async () => {
    const server = await Server.start();
    const user = await server.user('busy@a.example');
    const key = uuid();
    const other = spawn('psql', ['-qAt', '-v', 'ON_ERROR_STOP=1', '-d', server.database], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    other.stdout.on('data', (text) => { said += text; });
    other.stdin.write(`BEGIN; INSERT INTO idem (principal_id, key, request_hash, status, rev, created_at) VALUES ('${user.account}', '${key}', 'x', 0, 0, 0);
        SELECT 'inserted';\n`);
    await waitFor(() => said.includes('inserted'));
    const answer = await user.patch('/v1/me', { name: 'Busy' }, { rev: 1, key });
    assertProblem(answer, 409, 'idempotency-in-progress');
    assert.ok(Number(answer.headers['retry-after']) > 0);
    other.stdin.end('ROLLBACK;\n');
    await new Promise((resolve) => other.on('close', resolve));
    assert.equal((await user.patch('/v1/me', { name: 'Busy' }, { rev: 1, key })).status, 200);
    await server.stop();
});

/** A cluster of its own: { host, ctl(...), run(...) }, gone with the test. */
async function cluster(t) {
    const top = process.env.top_srcdir || path.join(__dirname, '..', '..');
    const child = spawn(path.join(top, 'tests', 'with-postgresql'), ['sh', '-c', 'echo "$PGHOST"; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => child.stdin.end());
    let host = '';
    child.stdout.on('data', (text) => { host += text; });
    await waitFor(() => host.endsWith('\n'), 60000, 'a cluster');
    host = host.trim();
    const bin = [spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim(), 
        ...(fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql').map((v) => `/usr/lib/postgresql/${v}/bin`) : [])]
        .find((place) => place && fs.existsSync(path.join(place, 'pg_ctl')));
    const as = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    const run = (...command) => {
        const [name, ...args] = [...as, ...command];
        const done = spawnSync(name, args, { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
        assert.equal(done.status, 0, command.join(' '));
    };
    const ctl = (...args) => run(path.join(bin, 'pg_ctl'), '-D', `${host}/data`, '-l', `${host}/log`, '-w', ...args);
    return { host, ctl, run };
}

test('a standby took over: another epoch, and every client begins its sync again', only, async (t) => {
    const { host, ctl, run } = await cluster(t);
    const start = ['-o', `-k '${host}' -c listen_addresses= -c fsync=off`, 'start'];
    const server = await Server.start({ database: `postgresql:///postgres?host=${host}&user=postgres` });
    const user = await server.user('fail@over.example');
    const changes = (since) => user.get(`/v1/changes?scope=${user.account}${since ? `&since=${since}` : ''}`);
    const { state } = (await changes()).body;

    /* The same server again: nothing was lost, so nothing begins anew. */
    ctl('-m', 'fast', 'stop');
    ctl(...start);
    await waitFor(async () => (await changes(state)).status === 200, 20000, 'PostgreSQL again');

    ctl('-m', 'fast', 'stop');
    run('touch', `${host}/data/standby.signal`);
    ctl(...start);
    assertAway(await changes(state)); /* a standby cannot tell which timeline it will be on */
    assert.equal((await user.patch('/v1/me', { name: 'Early' }, { rev: 1 })).status, 503);
    ctl('promote');
    await waitFor(async () => (await changes(state)).status !== 503, 20000, 'PostgreSQL promoted');
    assertProblem(await changes(state), 410, 'cannot-calculate-changes');
    const anew = (await changes()).body.state;
    assert.notEqual(anew.split('.')[0], state.split('.')[0]);
    assert.equal((await user.patch('/v1/me', { name: 'Later' }, { rev: 1 })).status, 200);
    const later = (await changes(anew)).body;
    assert.equal(later.state.split('.')[0], anew.split('.')[0], 'one new epoch, not one for each connection');
    assert.match(server.log, /event=timeline/);

    /* Found at the start too. */
    server.remove = () => {};
    await server.stop();
    ctl('-m', 'fast', 'stop');
    run('touch', `${host}/data/standby.signal`);
    ctl(...start);
    ctl('promote');
    await server.launch();
    assertProblem(await changes(later.state), 410, 'cannot-calculate-changes');
    await server.stop();
    fs.rmSync(server.dir, { recursive: true, force: true });
});
