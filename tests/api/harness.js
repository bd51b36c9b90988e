// SPDX-License-Identifier: GPL-3.0-or-later
// Starts real servers for the API tests and talks HTTP to them: no packages, Node 18 or later.
//
//   const api = await Server.start();              a fresh database on the engine under test
//   const ann = await api.user('ann@a.example');   an account, logged in: { email, account, token, refresh }
//   const r = await ann.get('/v1/me');             { status, headers, body (parsed JSON), text }
//   await ann.post(`/v1/referrals/${id}/confirm`, { verdict: 'lead' });     a new Idempotency-Key unless { key } is given
//   await api.stop();                              SIGTERM; fails unless it exits with 0
//
// LEADLINE_TEST_DB=postgresql makes the databases in the cluster of the environment (tests/with-postgresql).
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');

const builddir = process.env.top_builddir || path.join(__dirname, '..', '..', 'build');
const program = process.env.LEADLINED || path.join(builddir, 'leadlined');
const postgresql = process.env.LEADLINE_TEST_DB === 'postgresql';
const PASSWORD = 'correct horse battery';
const QUICK_HASH = ['--argon2-memory', '8', '--argon2-passes', '1'];

/** A UUIDv7. */
function uuid() {
    const bytes = crypto.randomBytes(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** Polls until probe() is truthy and returns that; fails after ms. The pause only spares the processor. */
async function waitFor(probe, ms = 10000, what = 'condition') {
    const end = Date.now() + ms;
    for (;;) {
        const value = await probe();
        if (value) return value;
        if (Date.now() > end) assert.fail(`not within ${ms} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

/** Runs leadlined to its end. */
function leadlined(args, { input = '', env = {} } = {}) {
    const done = spawnSync(program, args, { input, encoding: 'utf8', timeout: 60000, env: { ...process.env, ...env } });
    return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

function psql(sql) {
    const done = spawnSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-c', sql], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
}

/** A URL of an empty database, in dir when it is a file. */
function freshDatabase(dir) {
    if (!postgresql) return `sqlite:${path.join(dir, 'server.db')}`;
    const name = `leadline_${crypto.randomBytes(6).toString('hex')}`;
    psql(`CREATE DATABASE ${name}`);
    return `postgresql:///${name}`;
}

/** A caller: the server's address with or without a token. */
class Caller {
    constructor(server, token = null) {
        this.server = server;
        this.token = token;
    }

    request(method, url, body, options = {}) {
        const headers = { ...options.headers };
        const token = options.token === undefined ? this.token : options.token;
        if (token) headers.Authorization = `Bearer ${token}`;
        if (options.key) headers['Idempotency-Key'] = `"${options.key}"`;
        if (options.rev !== undefined) headers['If-Match'] = `"${options.rev}"`;
        if (options.create) headers['If-None-Match'] = '*';
        let payload = null;
        if (body !== undefined && body !== null) {
            payload = typeof body === 'string' ? body : JSON.stringify(body);
            headers['Content-Type'] ??= 'application/json';
            headers['Content-Length'] ??= Buffer.byteLength(payload);
        }
        return new Promise((resolve, reject) => {
            const send = (again) => {
                const request = http.request({ ...this.server.target, agent: options.agent || this.server.agent, method, path: url,
                    headers, timeout: options.timeout || 30000 }, (response) => {
                    const chunks = [];
                    response.on('data', (chunk) => chunks.push(chunk));
                    response.on('error', reject);
                    response.on('end', () => {
                        const bytes = Buffer.concat(chunks), text = bytes.toString('utf8');
                        const json = /json/.test(response.headers['content-type'] || '') && text;
                        resolve({ status: response.statusCode, headers: response.headers, text, bytes, body: json ? JSON.parse(text) : null });
                    });
                });
                request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${url}`)));
                request.on('error', (error) => {
                    // An idle connection that the server closed just as this request took it: as every client does, on another one.
                    const closed = request.reusedSocket && !request.res && ['EPIPE', 'ECONNRESET'].includes(error.code);
                    if (closed && again && !options.agent) send(false);
                    else reject(error);
                });
                request.end(payload);
            };
            send(true);
        });
    }

    get(url, options) { return this.request('GET', url, null, options); }
    write(method, url, body, options = {}) { return this.request(method, url, body, { key: uuid(), ...options }); }
    post(url, body, options) { return this.write('POST', url, body, options); }
    patch(url, body, options) { return this.write('PATCH', url, body, options); }
    delete(url, options) { return this.write('DELETE', url, null, options); }
    /** Create: If-None-Match: * unless { create: false }. */
    put(url, body, options = {}) { return this.write('PUT', url, body, { create: true, ...options }); }

    /** A form, as a browser or an OAuth client sends it. fields: an object, or the text itself. */
    form(url, fields, options = {}) {
        const text = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString();
        return this.request('POST', url, text, { ...options, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...options.headers } });
    }

    /** Opens /v1/events (or another stream): { next(ms) -> {event, data, id, retry} | null at the end, close() }. */
    events(url = '/v1/events', headers = {}, options = {}) {
        return EventStream.open(this, url, headers, options);
    }
}

/** Server-sent events, parsed as the standard says, as far as our server goes. */
class EventStream {
    static open(caller, url, headers, options) {
        return new Promise((resolve, reject) => {
            const all = { ...headers };
            if (caller.token) all.Authorization = `Bearer ${caller.token}`;
            const request = http.request({ ...caller.server.target, agent: options.agent || false, path: url, headers: all });
            request.on('error', reject);
            request.on('response', (response) => resolve(new EventStream(request, response)));
            request.end();
        });
    }

    constructor(request, response) {
        this.request = request;
        this.status = response.statusCode;
        this.headers = response.headers;
        this.queue = [];
        this.text = '';
        this.ended = false;
        response.setEncoding('utf8');
        response.on('data', (chunk) => this.feed(chunk));
        response.on('end', () => { this.ended = true; });
        response.on('error', () => { this.ended = true; });
        response.on('close', () => { this.ended = true; });
    }

    feed(chunk) {
        this.text += chunk;
        for (let at; (at = this.text.indexOf('\n\n')) >= 0; this.text = this.text.slice(at + 2)) {
            const event = {};
            for (const line of this.text.slice(0, at).split('\n')) {
                const colon = line.indexOf(':');
                if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
            }
            this.queue.push(event);
        }
    }

    async next(ms = 10000) {
        await waitFor(() => this.queue.length > 0 || this.ended, ms, 'an event');
        return this.queue.shift() || null;
    }

    close() { this.request.destroy(); }
}

const servers = new Set();
/** What a failed test left running neither keeps its file from ending nor outlives it. */
process.on('exit', () => { for (const server of servers) server.child.kill('SIGKILL'); });

class Server extends Caller {
    /** options: args (flags), env, database (a URL to use again), tcp (a loopback port instead of a unix socket). */
    static async start(options = {}) {
        const server = new Server(null);
        server.server = server;
        server.options = options;
        server.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-api-'));
        server.database = options.database || freshDatabase(server.dir);
        await server.launch();
        return server;
    }

    async launch() {
        const socket = path.join(this.dir, 'api.sock');
        if (this.options.tcp) this.port ||= await freePort();
        const listen = this.options.tcp ? `127.0.0.1:${this.port}` : `unix:${socket}`;
        this.target = this.options.tcp ? { host: '127.0.0.1', port: this.port } : { socketPath: socket };
        this.agent = new http.Agent({ keepAlive: true });
        this.log = '';
        this.exit = null;
        this.child = spawn(program, ['--database', this.database, '--listen', listen, '--ready-fd', '3', ...QUICK_HASH,
            ...(this.options.args || [])], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: { ...process.env, ...this.options.env } });
        this.output = '';
        this.child.stdout.on('data', (text) => { this.output += text; });
        this.child.stderr.setEncoding('utf8');
        this.child.stderr.on('data', (text) => { this.log += text; });
        servers.add(this);
        for (const one of [this.child, ...this.child.stdio]) one?.unref?.();
        this.child.on('close', (code, signal) => {
            this.exit = { code, signal };
            servers.delete(this);
        });
        let ready = '';
        this.child.stdio[3].on('data', (bytes) => { ready += bytes; });
        await waitFor(() => ready === 'ready\n' || this.exit, 30000, 'leadlined to be ready');
        if (this.exit) assert.fail(`leadlined did not start:\n${this.log}`);
    }

    /** Ends it as an administrator would, and insists on a clean end. */
    async stop() {
        this.agent.destroy();
        if (!this.exit) this.child.kill('SIGTERM');
        await this.ended();
        assert.deepEqual(this.exit, { code: 0, signal: null }, this.log);
        this.remove();
    }

    /** kill -9: the database stays for launch(). */
    async kill() {
        this.agent.destroy();
        this.child.kill('SIGKILL');
        await this.ended();
    }

    async ended(ms = 30000) {
        await waitFor(() => this.exit, ms, 'leadlined to end');
        assert.doesNotMatch(this.log, /Sanitizer|runtime error/, this.log);
    }

    /** between: what is to happen while nobody has the database. */
    async restart(between = () => {}) {
        this.agent.destroy();
        this.child.kill('SIGTERM');
        await this.ended();
        assert.equal(this.exit.code, 0, this.log);
        await between();
        await this.launch();
    }

    remove() { fs.rmSync(this.dir, { recursive: true, force: true }); }

    /** An account made at the command line (so that nothing throttles it), logged in over HTTP. */
    async user(email, { name = email.split('@')[0], admin = false } = {}) {
        const added = leadlined(['user', 'add', '--database', this.database, '--email', email, '--name', name, ...QUICK_HASH,
            ...(admin ? ['--admin'] : [])], { input: `${PASSWORD}\n` });
        assert.equal(added.code, 0, added.stderr);
        return this.login(email);
    }

    async login(email, password = PASSWORD) {
        const tokens = await this.request('POST', '/v1/login', { email, password });
        assert.equal(tokens.status, 200, tokens.text);
        const caller = new Caller(this, tokens.body.access_token);
        caller.refresh = tokens.body.refresh_token;
        caller.email = email;
        caller.account = (await caller.get('/v1/me')).body.account.id;
        return caller;
    }

    /** Sends bytes as they are (one string, or several sent one by one) and returns all that comes back until the server
     *  closes, or until done(text) says so. */
    raw(pieces, { ms = 15000, done = () => false } = {}) {
        return new Promise((resolve, reject) => {
            const socket = net.connect(this.options.tcp ? this.target : { path: this.target.socketPath });
            let text = '';
            const timer = setTimeout(() => { socket.destroy(); reject(new Error(`no end of: ${text}`)); }, ms);
            const finish = () => { clearTimeout(timer); socket.destroy(); resolve(text); };
            socket.setNoDelay?.(true);
            socket.setEncoding('latin1');
            socket.on('data', (chunk) => { text += chunk; if (done(text)) finish(); });
            socket.on('close', finish);
            socket.on('error', finish);
            socket.on('connect', async () => {
                for (const piece of [].concat(pieces)) {
                    await new Promise((sent) => socket.write(piece, 'latin1', sent));
                    await new Promise((turn) => setImmediate(turn));
                }
            });
        });
    }
}

/** A server whose clock stands still, moved by advance(). */
class Frozen {
    static async start(args = []) {
        const frozen = new Frozen();
        frozen.now = Date.parse('2026-11-24T08:00:00.000Z');
        frozen.api = await Server.start({ args, env: { LEADLINE_NOW: new Date(frozen.now).toISOString() } });
        return frozen;
    }

    async advance(ms) {
        this.now += ms;
        this.api.options.env.LEADLINE_NOW = new Date(this.now).toISOString();
        await this.api.restart();
    }
}

function freePort() {
    return new Promise((resolve) => {
        const probe = net.createServer().listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

/** Asserts that an answer is the problem with this code, in the shape that api.md fixes. */
function assertProblem(answer, status, code) {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.body.code, code, answer.text);
    assert.match(answer.headers['content-type'], /^application\/problem\+json/);
    assert.equal(answer.body.status, status);
    assert.ok(answer.body.title && answer.body.type && answer.body.request_id, answer.text);
    assert.match(answer.headers['request-id'], /^[0-9a-f-]{36}$/);
}

/** Asserts that an answer is an error as RFC 6749 §5.2 words it. */
function assertOAuth(answer, error, status = 400) {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.body.error, error, answer.text);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.ok(answer.body.error_description, answer.text);
}

module.exports = { Server, Caller, Frozen, assertOAuth, PASSWORD, QUICK_HASH, assertProblem, freshDatabase, leadlined, postgresql, program, uuid, waitFor };
