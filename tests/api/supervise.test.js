// SPDX-License-Identifier: GPL-3.0-or-later
// leadlined under systemd: the socket that is handed over, what is told, the watchdog, and restarts that nobody notices. A small
// systemd of our own (supervisor.c) plays its part; the units are checked by systemd-analyze where it is there.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { test, after } = require('node:test');
const { Caller, PASSWORD, QUICK_HASH, freshDatabase, leadlined, postgresql, program, uuid, waitFor } = require('./harness.js');
const { collect, lead, network } = require('./network.js');
const { Home } = require('../cli/home.js');

const top = process.env.top_srcdir || path.join(__dirname, '..', '..');
const build = process.env.top_builddir || path.join(top, 'build');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-unit-'));
const units = new Set();
let made = 0;
after(() => {
    for (const unit of units) unit.child.stdin.end();
    fs.rmSync(dir, { recursive: true, force: true });
});

/** A service with its socket. said: every line that it was told. */
class Unit {
    constructor(database, { socket = path.join(dir, `${made++}.sock`), name = 'leadlined', watchdog = 0, args = [], exec = [program] } = {}) {
        this.socket = socket;
        this.said = [];
        this.child = spawn(path.join(build, 'tests', 'api', 'supervisor'), [socket, name, String(watchdog), ...exec, '--database', database, ...QUICK_HASH, ...args],
            { stdio: ['pipe', 'pipe', 'pipe'] });
        this.log = '';
        this.child.stderr.on('data', (text) => { this.log += text; });
        let rest = '';
        this.child.stdout.on('data', (text) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop();
            this.said.push(...lines);
        });
        units.add(this);
    }

    tell(word) { this.child.stdin.write(`${word}\n`); }
    /** Waits until this was said after the n-th line; the number of lines up to it. */
    async hears(line, from = 0, ms = 20000) {
        const at = () => this.said.indexOf(line, from);
        await waitFor(() => at() >= 0, ms, line).catch((error) => assert.fail(`${error.message} among ${this.said.slice(from)}\n${this.log}`));
        return at() + 1;
    }
    async start() { const from = this.said.length; this.tell('start'); return this.hears('READY=1', from); }
    async stop() { const from = this.said.length; this.tell('stop'); return this.hears('exit 0', from); }
    caller() { return new Caller({ target: { socketPath: this.socket }, agent: undefined }); }
    async end() {
        const closed = new Promise((resolve) => this.child.on('close', resolve));
        this.child.stdin.end();
        await closed;
        units.delete(this);
        assert.doesNotMatch(this.log, /Sanitizer|runtime error/, this.log);
    }
}

const database = () => freshDatabase(fs.mkdtempSync(path.join(dir, 'db-')));

test('ready when it answers, alive while writes go through, stopping when it was asked to', async () => {
    const unit = new Unit(database(), { watchdog: 100 });
    await unit.start();
    assert.equal((await unit.caller().get('/readyz')).status, 200);
    let at = await unit.hears('WATCHDOG=1');
    at = await unit.hears('WATCHDOG=1', at);
    unit.tell('hup');
    const reload = await waitFor(() => unit.said.slice(at).some((line) => line === 'RELOADING=1') && unit.said.indexOf('RELOADING=1', at));
    assert.match(unit.said[reload + 1], /^MONOTONIC_USEC=\d+$/);
    at = await unit.hears('READY=1', reload);
    await unit.hears('WATCHDOG=1', at);
    unit.tell('stop');
    at = await unit.hears('STOPPING=1', at);
    await unit.hears('exit 0', at);
    assert.ok(fs.existsSync(unit.socket), 'the socket is not ours to remove');
    await unit.end();
});

test('without a watchdog nobody is fed', async () => {
    const unit = new Unit(database());
    await unit.start();
    await unit.caller().get('/readyz');
    await unit.stop();
    assert.deepEqual(unit.said.filter((line) => line.startsWith('WATCHDOG')), []);
    await unit.end();
});

test('the watchdog starves while no write gets through', { skip: postgresql && 'a lock of SQLite' }, async () => {
    const url = database();
    const unit = new Unit(url, { watchdog: 100 });
    await unit.start();
    const holder = spawn('sqlite3', [url.replace('sqlite:', '')], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    holder.stdout.on('data', (text) => { said += text; });
    holder.stdin.write("BEGIN IMMEDIATE; SELECT 'held';\n");
    await waitFor(() => said.includes('held'));
    const before = unit.said.length;
    const answer = await unit.caller().request('POST', '/v1/accounts', { email: 'a@a.example', password: 'correct horse battery', name: 'A', company_name: 'A', business_type: 'A' },
        { key: uuid() });
    assert.equal(answer.status, 503, answer.text);
    assert.ok(unit.said.length - before <= 2, `fed while nothing could be written: ${unit.said.slice(before)}`);
    holder.stdin.end('ROLLBACK;\n');
    await unit.hears('WATCHDOG=1', before);
    await unit.stop();
    await unit.end();
});

test('only sockets that are for us are taken', async () => {
    const other = new Unit(database(), { name: 'ssh' });
    other.tell('start');
    await other.hears('exit 78');
    assert.match(other.log, /the socket "ssh" is not for us/);
    await other.end();
    /* Meant for another process: no concern of ours. */
    const done = spawnSync(program, ['--database', database(), '--listen', 'unix:/nonexistent/s'], { encoding: 'utf8', env: { ...process.env, LISTEN_FDS: '1', LISTEN_PID: '1' } });
    assert.equal(done.status, 73, done.stderr);
    const none = spawnSync('sh', ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3</dev/null', program, '--database', database()], { encoding: 'utf8' });
    assert.equal(none.status, 78, none.stderr);
    assert.match(none.stderr, /no listening stream socket/);
});

/** One request as a client of HTTP does it: what a server closes between two requests is asked again in a new connection. */
function patient(load, method, url, body, headers) {
    return new Promise((resolve, reject) => {
        const request = http.request({ socketPath: load.socket, agent: load.agent, method, path: url, headers: { Authorization: `Bearer ${load.token}`, ...headers } }, (response) => {
            let text = '';
            response.on('data', (chunk) => { text += chunk; });
            response.on('end', () => resolve({ status: response.statusCode, text }));
            response.on('error', reject);
        });
        request.on('error', (error) => {
            if (!request.reusedSocket || request.res) { reject(error); return; }
            load.again++;
            patient(load, method, url, body, headers).then(resolve, reject);
        });
        request.setTimeout(30000, () => request.destroy(new Error(`no answer to ${method} ${url}`)));
        request.end(body && JSON.stringify(body));
    });
}

test('five restarts under load: no request fails, nothing that was answered is lost', async () => {
    const people = await network(['ann', 'ben']);
    const socket = path.join(dir, 'load.sock');
    people.api.agent.destroy();
    people.api.child.kill('SIGTERM');
    await people.api.ended();
    const unit = new Unit(people.api.database, { socket });
    await unit.start();
    const loads = [people.ann, people.ben].map((who) => ({ socket, token: who.token, account: who.account, agent: new http.Agent({ keepAlive: true }), again: 0 }));
    const sent = new Set(), failures = [], counts = { reads: 0, writes: 0, streams: 0, events: 0 };
    let stop = false;
    const loop = async (step) => {
        while (!stop) {
            try { await step(); } catch (error) { failures.push(error.stack); }
        }
    };
    const read = (load) => async () => {
        const answer = await patient(load, 'GET', '/v1/referrals?box=inbox&limit=5');
        if (answer.status !== 200) failures.push(`read: ${answer.status} ${answer.text}`);
        counts.reads++;
    };
    const write = (load) => async () => {
        const id = uuid();
        const body = lead(people.ben, { need: `Load ${id}` });
        const answer = await patient(load, 'PUT', `/v1/referrals/${id}`, body,
            { 'Content-Type': 'application/json', 'Idempotency-Key': `"${uuid()}"`, 'If-None-Match': '*' });
        if (![200, 201].includes(answer.status)) failures.push(`write: ${answer.status} ${answer.text}`);
        else sent.add(id);
        counts.writes++;
    };
    const stream = (load) => () => new Promise((resolve, reject) => {
        const request = http.request({ socketPath: socket, agent: false, path: '/v1/events', headers: { Authorization: `Bearer ${load.token}` } }, (response) => {
            let text = '';
            counts.streams++;
            if (response.statusCode !== 200) failures.push(`stream: ${response.statusCode}`);
            response.on('data', (chunk) => { text += chunk; counts.events++; if (stop) request.destroy(); });
            response.on('end', () => {
                if (!/^retry: (?:[1-9]\d{3}|1[0-5]\d{3})\n/.test(text)) failures.push(`a stream without retry: ${text}`);
                resolve();
            });
            response.on('error', (error) => (stop ? resolve() : reject(error)));
        });
        load.streams = (load.streams || []).concat(request);
        request.on('error', (error) => (stop ? resolve() : reject(error)));
        request.end();
    });
    /* A connection for each request: what is cut there is not asked again, but a failure. */
    const fresh = [people.ann, people.ben].map((who) => ({ socket, token: who.token, agent: false, again: 0 }));
    const running = [...fresh.flatMap((load) => [0, 1, 2, 3].map(() => loop(read(load)))), loop(write(fresh[0])), loop(write(fresh[0])), loop(read(loads[0])), loop(read(loads[1])), loop(read(loads[1])), loop(write(loads[0])), loop(write(loads[0])), loop(stream(loads[1])), loop(stream(loads[0]))];
    for (let i = 0; i < 5; i++) {
        const { writes, reads } = counts;
        await waitFor(() => counts.writes > writes + 10 && counts.reads > reads + 20 && counts.streams >= 2 * (i + 1), 30000, 'load between restarts')
            .catch((error) => assert.fail(`${error.message} ${JSON.stringify(counts)} ${failures[0]}`));
        await unit.stop();
        await unit.start();
    }
    const { writes } = counts;
    await waitFor(() => counts.writes > writes + 10, 30000, 'load after the last restart');
    stop = true;
    for (const load of loads) for (const request of load.streams) request.destroy();
    await Promise.all(running);
    assert.deepEqual(failures, []);
    people.ben.server = { target: { socketPath: socket }, agent: undefined };
    const there = new Set((await collect(people.ben, '/v1/referrals?box=inbox', 500)).map((object) => object.id));
    for (const id of sent) assert.ok(there.has(id), id);
    for (const load of loads) load.agent.destroy();
    await unit.stop();
    await unit.end();
    people.api.remove();
});

/** A raw connection: say(text), and all that came back by its end. */
function rawConnection(socket) {
    const connection = { text: '', over: false, error: null, socket: net.connect({ path: socket }) };
    connection.socket.setEncoding('latin1');
    connection.socket.on('data', (text) => { connection.text += text; });
    connection.socket.on('error', (error) => { connection.error = error; });
    connection.socket.on('close', () => { connection.over = true; });
    connection.say = (text) => new Promise((resolve) => connection.socket.write(text, resolve));
    return new Promise((resolve) => connection.socket.on('connect', () => resolve(connection)));
}

test('who was in the middle of asking is answered, who comes later waits for the next process', async () => {
    const url = database();
    assert.equal(leadlined(['user', 'add', '--database', url, '--email', 'ann@a.example', ...QUICK_HASH], { input: `${PASSWORD}\n` }).code, 0);
    const unit = new Unit(url);
    let at = await unit.start();
    const token = (await unit.caller().request('POST', '/v1/login', { email: 'ann@a.example', password: PASSWORD })).body.access_token;
    const body = JSON.stringify({ name: 'Ann of the last moment' });
    const patch = `PATCH /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nIf-Match: "1"\r\nIdempotency-Key: "${uuid()}"\r\nContent-Length: ${body.length}\r\n\r\n`;
    const [half, write, idle] = await Promise.all([1, 2, 3].map(() => rawConnection(unit.socket)));
    await half.say('GET /healthz HTTP/1.1\r\nHo');
    await write.say(patch + body.slice(0, 5));
    await idle.say('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await waitFor(() => idle.text.includes('"ok"'));
    unit.tell('stop');
    at = await unit.hears('STOPPING=1', at);
    const late = await rawConnection(unit.socket);
    await Promise.all([late.say('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), half.say('st: a\r\n\r\n'),
        write.say(body.slice(5))]);
    await waitFor(() => [half, write, idle].every((one) => one.over));
    for (const [what, one] of Object.entries({ half, write, idle })) {
        assert.equal(one.error, null, what);
        assert.match(one.text, /^HTTP\/1\.1 200 /, what);
        if (one !== idle) assert.match(one.text, /\r\nConnection: close\r\n/i, what);
    }
    await unit.hears('exit 0', at);
    assert.equal(late.text, '');
    await unit.start();
    await waitFor(() => late.over);
    assert.match(late.text, /^HTTP\/1\.1 200 /);
    assert.equal((await unit.caller().get('/v1/me', { token })).body.account.name, 'Ann of the last moment');
    await unit.stop();
    await unit.end();
});

test('who is connected and has said nothing yet is still heard', async () => {
    const unit = new Unit(database());
    let at = await unit.start();
    const silent = await rawConnection(unit.socket);
    assert.equal((await unit.caller().get('/healthz')).status, 200); /* so the silent one was accepted before */
    unit.tell('stop');
    at = await unit.hears('STOPPING=1', at);
    await silent.say('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await unit.hears('exit 0', at);
    await waitFor(() => silent.over);
    assert.match(silent.text, /^HTTP\/1\.1 200 /);
    await unit.end();
});

test('the real client notices no restart', async () => {
    const url = database(), home = new Home();
    assert.equal(leadlined(['user', 'add', '--database', url, '--email', 'ann@a.example', ...QUICK_HASH], { input: `${PASSWORD}\n` }).code, 0);
    const unit = new Unit(url);
    await unit.start();
    await home.login(`unix:${unit.socket}`, 'ann@a.example', PASSWORD);
    let stop = false, n = 0;
    const asking = (async () => {
        while (!stop) {
            (await home.leadline(['sync'])).expect(0);
            n++;
        }
    })();
    for (let i = 0; i < 5; i++) {
        const before = n;
        await Promise.race([waitFor(() => n > before, 30000, 'a command'), asking]);
        await unit.stop();
        await unit.start();
    }
    stop = true;
    await asking;
    await unit.stop();
    await unit.end();
    home.remove();
});

const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
const version = Number(/^systemd (\d+)/.exec(analyze.stdout || '')?.[1] || 0);

/** The units as they are installed, the program's place filled in. */
function installed() {
    const place = fs.mkdtempSync(path.join(dir, 'units-'));
    const source = path.join(top, 'data', 'systemd');
    for (const name of fs.readdirSync(source).filter((file) => file.startsWith('leadlined'))) {
        const text = fs.readFileSync(path.join(source, name), 'utf8').replaceAll('@bindir@', path.resolve(build));
        fs.writeFileSync(path.join(place, name.replace(/\.in$/, '')), text);
    }
    return place;
}

test('the units are right', { skip: version < 250 && 'needs systemd-analyze' }, () => {
    const place = installed();
    const done = spawnSync('systemd-analyze', ['verify', '--man=no', ...fs.readdirSync(place).map((name) => path.join(place, name))], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.stderr.replace(/^.*(?:journald|udev|dbus).*\n/gm, ''), '');
});

test('the services may do little: exposure of 1.5 at most', { skip: version < 250 && 'needs systemd-analyze' }, () => {
    const place = installed();
    for (const name of ['leadlined.service', 'leadlined-backup.service']) {
        const done = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=15', '--no-pager', path.join(place, name)], { encoding: 'utf8' });
        assert.equal(done.status, 0, `${name}: ${done.stdout.split('\n').filter((line) => /✗|Overall/.test(line)).join('\n')}${done.stderr}`);
    }
});
