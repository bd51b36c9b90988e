// SPDX-License-Identifier: GPL-3.0-or-later
// Running the server: configuration, sub-commands, signals, health, metrics, the log, and what it does when database or
// disk fail.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { Server, Caller, PASSWORD, QUICK_HASH, assertProblem, freshDatabase, leadlined, postgresql, program, waitFor } = require('./harness.js');
const { sql } = require('./network.js');

let dir, api;
before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-op-'));
    api = await Server.start({ args: ['--log=debug'] });
});
after(async () => {
    await api.stop();
    fs.rmSync(dir, { recursive: true, force: true });
});

const file = (name, text) => { const place = path.join(dir, name); fs.writeFileSync(place, text); return place; };
const database = () => { const own = fs.mkdtempSync(path.join(dir, 'db-')); return freshDatabase(own); };

// ---- configuration

test('a mistake in the file is refused with file and line', () => {
    const mistakes = [
        ['threads = many\n', 1, /threads: must be a number from 0 to 64/], ['\n\nlog = loud\n', 3, /log: must be error, warning, info/],
        ['# c\nnonsense = 1\n', 2, /unknown key "nonsense"/], ['log\n', 1, /key = value/], ['log =\n', 1, /log: a value is missing/],
        ['log = info\nlog = info\n', 2, /log is given twice/], ['sign_up = true\n', 1, /sign_up: must be yes or no/], ['threads = 65\n', 1, /from 0 to 64/],
        ['max_connections = 7\n', 1, /from 8/], ['argon2_memory = 4\n', 1, /from 8/], ['listen = 7411\n', 1, /listen: must be HOST:PORT/], ['listen = unix:\n', 1, /listen/],
        [`listen = unix:/${'x'.repeat(200)}\n`, 1, /listen/], ['database = mysql://x\n', 1, /database: must be sqlite:PATH/], ['ready_fd = 3\n', 1, /unknown key/],
        ['proxies = 10.0.0.0/8\n', 1, /proxies: must be/], ['log = info\n\xff = 1\n', 2, /UTF-8/], ['log = in\0fo\n', 1, /UTF-8/], ['log = info # fine\n= 3\n', 2, /unknown key ""/],
    ];
    for (const [text, line, message] of mistakes) {
        const place = path.join(dir, 'bad.conf');
        fs.writeFileSync(place, Buffer.from(text, 'latin1'));
        const done = leadlined(['serve', '--config', place]);
        assert.equal(done.code, 78, text);
        assert.ok(done.stderr.startsWith(`leadlined: ${place}:${line}: `), done.stderr);
        assert.match(done.stderr, message);
    }
    assert.equal(leadlined(['serve', '--config', path.join(dir, 'none.conf')]).code, 78);
});

test('flags are checked too', () => {
    for (const [args, code] of [[['--threads=x'], 64], [['--threads'], 64], [['--nonsense'], 64], [['--config'], 64], [['nonsense'], 64], [['user'], 64], [['serve', 'more'], 64],
        [['--log=loud'], 64], [['--sign-up=maybe'], 64], [['--listen=7411'], 64], [['user', 'add'], 64], [['token', 'create'], 64]]) {
        const done = leadlined(args, { input: `${PASSWORD}\n` });
        assert.equal(done.code, code, `${args}: ${done.stderr}`);
        assert.match(done.stderr, /^leadlined: .+\n$/);
        assert.equal(done.stdout, '');
    }
});

test('the example file is a file, and flags win over it', async () => {
    const example = leadlined(['example-config']);
    assert.equal(example.code, 0);
    const place = file('example.conf', `${example.stdout}\n`);
    const server = await Server.start({ args: ['--config', place] });
    assert.equal((await server.get('/healthz')).status, 200);
    await server.stop();
});

test('help names every key of the example', () => {
    const help = leadlined(['--help']).stdout;
    for (const [, key] of leadlined(['example-config']).stdout.matchAll(/^(?:# )?(\w+) = /gm)) assert.ok(help.includes(`--${key.replaceAll('_', '-')}`), key);
    assert.match(leadlined(['--version']).stdout, /^leadlined \d/);
});

test('an address that cannot be had is told', async () => {
    const busy = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.on('listening', resolve));
    const done = leadlined(['--database', database(), '--listen', `127.0.0.1:${busy.address().port}`]);
    busy.close();
    assert.equal(done.code, 73, done.stderr);
    assert.match(done.stderr, /cannot listen on 127\.0\.0\.1:\d+: /);
    assert.equal(leadlined(['--database', database(), '--listen', '127.0.0.1:notaport']).code, 78);
    assert.equal(leadlined(['--database', database(), '--listen', `unix:${file('plain', '')}`]).code, 73);
    assert.equal(leadlined(['--database', 'sqlite:/nonexistent/a.db', '--listen', `unix:${dir}/x`]).code, 73);
});

test('a socket and a database that are served are not taken away', async () => {
    const second = leadlined(['--database', database(), '--listen', `unix:${api.target.socketPath}`]);
    assert.equal(second.code, 75, second.stderr);
    assert.match(second.stderr, /another server listens/);
    if (!postgresql) assert.equal(leadlined(['--database', api.database, '--listen', `unix:${dir}/other`]).code, 75);
    assert.equal((await api.get('/healthz')).status, 200);
});

test('a socket file is for its owner alone, is replaced when nobody listens, and goes with the server', async () => {
    const server = await Server.start();
    const socket = server.target.socketPath;
    assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
    await server.kill();
    assert.ok(fs.existsSync(socket));
    await server.launch();
    assert.equal((await server.get('/healthz')).status, 200);
    server.remove = () => {};
    await server.stop();
    assert.ok(!fs.existsSync(socket));
});

// ---- sub-commands

test('user add makes an account by the rules of signing up', () => {
    const db = database();
    const add = (args, input = `${PASSWORD}\n`) => leadlined(['user', 'add', '--database', db, ...QUICK_HASH, ...args], { input });
    assert.equal(add(['--email', 'root@a.example', '--name', 'Root', '--admin', '--company', 'C', '--business', 'B']).code, 0);
    for (const [args, input, message] of [[['--email', 'nonsense'], undefined, /--email/], [['--email', 'x@a.example'], 'short\n', /--password/], [['--email', 'x@a.example'], '', /standard input/],
        [['--email', 'ROOT@a.example'], undefined, /there is an account/], [['--email', 'y@a.example', '--name', 'x'.repeat(121)], undefined, /--name/]]) {
        const done = add(args, input);
        assert.ok([65, 77].includes(done.code), `${done.code} ${done.stderr}`);
        assert.match(done.stderr, message);
        assert.ok(!done.stderr.includes(PASSWORD));
    }
});

test('token create prints tokens that work', async () => {
    const user = await api.user('token@a.example');
    const done = leadlined(['token', 'create', '--database', api.database, '--email', ' TOKEN@a.example']);
    assert.equal(done.code, 0, done.stderr);
    const tokens = JSON.parse(done.stdout);
    const me = await api.get('/v1/me', { token: tokens.access_token });
    assert.equal(me.body.account.id, user.account);
    assert.equal((await api.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })).status, 200);
    assert.equal(leadlined(['token', 'create', '--database', api.database, '--email', 'nobody@a.example']).code, 65);
});

test('an administrator is one', async () => {
    const root = await api.user('root@a.example', { admin: true });
    assert.equal((await root.get('/v1/me')).body.account.admin, true);
});

// ---- health and metrics

test('healthz is open, readyz and metrics are for this machine or the token', async () => {
    const token = 'a-token-of-some-length';
    const server = await Server.start({ tcp: true, args: ['--metrics-token-file', file('token', `${token}\nmore\n`)] });
    const far = { 'X-Forwarded-For': '192.0.2.1' };
    for (const url of ['/readyz', '/metrics']) {
        assert.equal((await server.get(url)).status, 200);
        assertProblem(await server.get(url, { headers: far }), 404, 'not-found');
        assertProblem(await server.get(url, { headers: far, token: 'a-token-of-same-length' }), 404, 'not-found');
        assert.equal((await server.get(url, { headers: far, token })).status, 200);
    }
    assert.deepEqual((await server.get('/healthz', { headers: far })).body, { status: 'ok' });
    assert.deepEqual((await server.get('/readyz')).body, { status: 'ready' });
    await server.stop();
    assert.equal(leadlined(['--database', database(), '--listen', `unix:${dir}/m`, '--metrics-token-file', file('short', 'short\n')]).code, 78);
    assert.equal(leadlined(['--database', database(), '--listen', `unix:${dir}/m`, '--metrics-token-file', '/nonexistent']).code, 78);
});

test('metrics are Prometheus text and count what happened', async () => {
    const user = await api.user('metrics@a.example');
    await user.get('/v1/me');
    await api.get('/nothing');
    await api.get('/v1/me');
    const answer = await api.get('/metrics');
    assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
    const lines = answer.text.trimEnd().split('\n');
    const types = new Map();
    for (const line of lines) {
        const type = line.match(/^# TYPE (\w+) (counter|gauge|histogram)$/);
        if (type) { assert.ok(!types.has(type[1]), line); types.set(type[1], type[2]); }
        if (line.startsWith('#')) continue;
        const sample = line.match(/^(\w+?)(?:_bucket|_sum|_count)?(\{(?:\w+="[^"\\]*",?)*\})? (-?[0-9.e+]+)$/);
        assert.ok(sample, line);
        assert.ok(types.has(sample[1]) || [...types.keys()].some((name) => line.startsWith(name)), line);
    }
    assert.match(answer.text, /^leadline_requests_total\{method="GET",route="\/v1\/me",status="200"\} \d+$/m);
    assert.match(answer.text, /^leadline_requests_total\{method="GET",route="\/v1\/me",status="401"\} \d+$/m);
    assert.match(answer.text, /^leadline_requests_total\{method="",route="none",status="404"\} \d+$/m);
    const buckets = [...answer.text.matchAll(/^leadline_request_seconds_bucket\{method="GET",route="\/v1\/me",le="([^"]+)"\} (\d+)$/gm)].map((m) => Number(m[2]));
    assert.ok(buckets.length > 5 && buckets.every((n, i) => i === 0 || n >= buckets[i - 1]));
    assert.ok(!answer.text.includes('a.example'));
});

// ---- the log

test('the log has no secret and no personal data, and one line a request', async () => {
    const email = 'very.personal@a.example', secret = 'a very secret password';
    const made = await api.post('/v1/accounts', { email, password: secret, name: 'Persephone Personal', company_name: 'Private Matters' });
    assert.equal(made.status, 201);
    await api.request('POST', '/v1/login', { email, password: 'a wrong password' });
    const user = await api.login(email, secret);
    const rotated = await api.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: user.refresh });
    await user.patch('/v1/me', { name: 'Proserpina Personal' }, { rev: 1, headers: { 'User-Agent': 'PersonalAgent' } });
    await user.get(`/v1/me?access_token=${user.token}`);
    await api.request('POST', '/v1/login', '{"email": "very.personal@a.example", "password": ');
    await user.get('/v1/sessions?cursor=personal');
    await user.get('/v1/persephone');
    const last = await api.get('/healthz');
    await waitFor(() => api.log.includes(last.headers['request-id']), 5000, 'the log to be written');
    for (const word of ['personal', 'Persephone', 'Proserpina', 'Private Matters', secret, 'wrong password', user.token, user.refresh, rotated.body.access_token, rotated.body.refresh_token,
        'lla_', 'llr_', 'argon2', '@'])
        assert.ok(!api.log.toLowerCase().includes(word.toLowerCase()), `${word} is in the log`);
    const line = api.log.split('\n').find((l) => l.includes(last.headers['request-id']));
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info event=request method=GET route=\/healthz status=200 ms=\d+\.\d{3} account=- request_id=[0-9a-f-]{36}$/);
    assert.match(api.log, new RegExp(`route=/v1/me status=200 ms=\\d+\\.\\d{3} account=${user.account} `));
});

test('the database has no password and no token in the clear', { skip: postgresql }, async () => {
    const server = await Server.start();
    const user = await server.user('clear@a.example');
    await server.post('/v1/accounts', { email: 'more@a.example', password: 'a password of its own', name: 'More' });
    await server.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: user.refresh });
    const bytes = ['server.db', 'server.db-wal'].map((name) => path.join(server.dir, name)).filter(fs.existsSync).map((f) => fs.readFileSync(f, 'latin1')).join('');
    assert.ok(bytes.includes('clear@a.example'));
    for (const secret of [PASSWORD, 'a password of its own', user.token, user.refresh, user.token.slice(4, 40)]) assert.ok(!bytes.includes(secret), secret);
    assert.equal(fs.statSync(path.join(server.dir, 'server.db')).mode & 0o777, 0o600);
    await server.stop();
});

test('a log that nobody reads stops nothing, not even the end', async () => {
    const own = fs.mkdtempSync(path.join(dir, 'log-'));
    const child = spawn(program, ['--database', freshDatabase(own), '--listen', `unix:${own}/s`, '--ready-fd', '3', '--log=debug', ...QUICK_HASH], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    child.stderr.pause();
    await new Promise((resolve) => child.stdio[3].once('data', resolve));
    const caller = new Caller({ target: { socketPath: `${own}/s` }, agent: undefined });
    for (let i = 0; i < 40; i++)
        await Promise.all(Array.from({ length: 50 }, async () => assert.equal((await caller.get('/healthz')).status, 200)));
    let exit = null;
    child.on('exit', (code) => { exit = code; });
    child.kill('SIGTERM');
    await waitFor(() => exit !== null, 10000, 'the server to end');
    assert.equal(exit, 0);
    child.stderr.destroy();
});

// ---- signals

test('SIGTERM ends streams and finishes, SIGINT too', async () => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
        const server = await Server.start();
        const user = await server.user('sig@a.example');
        const streams = await Promise.all(Array.from({ length: 5 }, () => user.events()));
        for (const stream of streams) await stream.next();
        const start = Date.now();
        server.child.kill(signal);
        await server.ended(10000);
        assert.deepEqual(server.exit, { code: 0, signal: null });
        for (const stream of streams) { while (await stream.next()); assert.ok(stream.ended); }
        assert.ok(Date.now() - start < 5000, 'quickly');
        assert.match(server.log, /event=stopping[^]*event=stopped/);
        server.remove();
    }
});

test('a client that reads slowly or says nothing does not hold up the end for long', async () => {
    const server = await Server.start();
    const silent = net.connect({ path: server.target.socketPath });
    const half = net.connect({ path: server.target.socketPath });
    for (const socket of [silent, half]) { socket.on('error', () => {}); await new Promise((resolve) => socket.on('connect', resolve)); }
    half.write('POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
    await server.get('/healthz');
    const start = Date.now();
    await server.stop();
    assert.ok(Date.now() - start < 5000);
    silent.destroy();
    half.destroy();
});

test('--exit-with-parent: the end of standard input is the end', async () => {
    const server = await Server.start({ args: ['--exit-with-parent'] });
    server.child.stdin.write('anything\n');
    assert.equal((await server.get('/healthz')).status, 200);
    server.child.stdin.end();
    await server.ended(10000);
    assert.equal(server.exit.code, 0);
    server.remove();
});

test('--ready-fd says ready when requests are answered, and is closed', async () => {
    const own = fs.mkdtempSync(path.join(dir, 'ready-'));
    const child = spawn(program, ['--database', freshDatabase(own), '--listen', `unix:${own}/s`, '--ready-fd=3'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    let text = '', ended = false;
    child.stdio[3].on('data', (bytes) => { text += bytes; });
    child.stdio[3].on('end', () => { ended = true; });
    await waitFor(() => ended, 10000, 'the end of the ready line');
    assert.equal(text, 'ready\n');
    const caller = new Caller({ target: { socketPath: `${own}/s` }, agent: undefined });
    assert.equal((await caller.get('/healthz')).status, 200);
    let exit = null;
    child.on('exit', (code) => { exit = code; });
    child.kill('SIGTERM');
    await waitFor(() => exit === 0, 10000, 'a clean end');
});

// ---- failures

test('a full disk: writes are refused, reads go on, and writing comes back by itself', { skip: postgresql || spawnSync('prlimit', ['--version']).status !== 0 }, async () => {
    const server = await Server.start();
    const user = await server.user('full@a.example');
    const limit = (bytes) => assert.equal(spawnSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}`]).status, 0);
    const write = async () => user.patch('/v1/me', { name: 'x'.repeat(100) }, { rev: (await user.get('/v1/me')).body.account.rev });
    limit('4096:unlimited');
    const refused = await write();
    assert.ok([503, 507].includes(refused.status), refused.text);
    const next = await write();
    assertProblem(next, 503, 'read-only');
    assert.ok(Number(next.headers['retry-after']) > 0);
    assert.equal((await user.get('/v1/me')).status, 200);
    assertProblem(await server.get('/readyz'), 503, 'read-only');
    assert.match((await server.get('/metrics')).text, /^leadline_read_only 1$/m);
    limit('unlimited:unlimited');
    await waitFor(async () => (await write()).status === 200, 10000, 'writing again');
    assert.equal((await server.get('/readyz')).status, 200);
    await server.stop();
});

test('a database of a newer program is refused', async () => {
    const server = await Server.start();
    server.remove = () => {};
    await server.stop();
    sql(server.database, "INSERT INTO migration (version, name, applied_at) VALUES (9999, 'future', 0);");
    assert.equal(leadlined(['--database', server.database, '--listen', `unix:${dir}/new`]).code, 78);
    fs.rmSync(server.dir, { recursive: true });
});
