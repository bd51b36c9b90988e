// SPDX-License-Identifier: GPL-3.0-or-later
// TLS: by leadlined itself, and by HAProxy in front of it with the configuration that we ship. Certificates of a private authority
// are made here; curl is the independent client, and leadline itself logs in through both.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');
const { spawn, spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { Server, PASSWORD, freshDatabase, leadlined, program, waitFor } = require('./harness.js');
const { Home } = require('../cli/home.js');

const top = process.env.top_srcdir || path.join(__dirname, '..', '..');
const has = (name, ...args) => !spawnSync(name, args).error;
const skip = has('openssl', 'version') && has('curl', '--version') ? false : 'needs openssl and curl';
const withProxy = skip || (!has('haproxy', '-v') && 'needs haproxy');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-tls-'));
const at = (name) => path.join(dir, name);
const ca = at('ca.pem');

function openssl(...args) {
    const done = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
}

/** A certificate for this machine, signed by the authority: NAME.pem and NAME.key. */
function certify(name) {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    fs.writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl('x509', '-req', '-in', at(`${name}.csr`), '-CA', ca, '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at(`${name}.pem`));
    fs.chmodSync(at(`${name}.key`), 0o600);
}

before(() => {
    if (skip) return;
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('ca.key'), '-out', ca, '-days', '2', '-subj', '/CN=A private authority');
    certify('first');
    certify('second');
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

function freePort() {
    return new Promise((resolve) => {
        const probe = net.createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)); });
    });
}

/** curl to its end: { code, version, status, text }. */
function curl(url, ...args) {
    return new Promise((resolve) => {
        const child = spawn('curl', ['-sS', '--cacert', ca, '--max-time', '30', '-w', '\n%{http_version} %{response_code}', ...args, url], { stdio: ['ignore', 'pipe', 'pipe'] });
        let text = '', complaint = '';
        child.stdout.on('data', (bytes) => { text += bytes; });
        child.stderr.on('data', (bytes) => { complaint += bytes; });
        child.on('close', (code) => {
            const [, body, version, status] = /^([^]*)\n(\S+) (\d+)$/.exec(text) || [];
            resolve({ code, version, status: Number(status), text: body, complaint });
        });
    });
}

/** The certificate's name that a server shows. */
function shown(port, options = {}) {
    return new Promise((resolve, reject) => {
        const socket = tls.connect({ host: '127.0.0.1', port, ca: fs.readFileSync(ca), ...options }, () => {
            resolve({ name: socket.getPeerCertificate().subject.CN, protocol: socket.getProtocol() });
            socket.destroy();
        });
        socket.on('error', reject);
    });
}

async function startTls(...args) {
    const port = await freePort();
    const server = await Server.start({ args: ['--listen', `127.0.0.1:${port}`, '--tls-certificate', at('first.pem'), '--tls-key', at('first.key'), ...args] });
    server.https = `https://127.0.0.1:${port}`;
    server.port = port;
    return server;
}

/** All that the program does: log in, ask, and hear what another one did. */
async function useClient(url, email, hear) {
    const home = new Home();
    home.env.CURL_CA_BUNDLE = ca;
    await home.login(url, email, PASSWORD);
    delete home.env.CURL_CA_BUNDLE; /* the profile has it now */
    (await home.leadline(['sync'])).expect(0);
    (await home.leadline(['list', '--json'])).expect(0);
    if (hear) await hear(home);
    const stranger = new Home();
    const refused = await stranger.leadline(['--server', url, '--insecure-storage', 'auth', 'login', '--email', email], { input: `${PASSWORD}\n` });
    assert.notEqual(refused.code, 0, 'without the authority nobody is believed');
    assert.match(refused.stderr, /certificate/i);
    home.remove();
    stranger.remove();
}

function user(database, email) {
    const added = leadlined(['user', 'add', '--database', database, '--email', email, '--argon2-memory', '8', '--argon2-passes', '1'], { input: `${PASSWORD}\n` });
    assert.equal(added.code, 0, added.stderr);
}

test('TLS of our own: API and events, 1.2 at least, and plain HTTP is not answered', { skip }, async () => {
    const server = await startTls();
    user(server.database, 'ann@a.example');
    const health = await curl(`${server.https}/healthz`);
    assert.deepEqual([health.code, health.status, health.version], [0, 200, '1.1'], health.complaint);
    assert.equal((await shown(server.port)).protocol, 'TLSv1.3');
    assert.equal((await shown(server.port, { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
    await assert.rejects(shown(server.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
    assert.notEqual((await curl(`http://127.0.0.1:${server.port}/healthz`)).code, 0);
    const login = await curl(`${server.https}/v1/login`, '--json', JSON.stringify({ email: 'ann@a.example', password: PASSWORD }));
    assert.equal(login.status, 200, login.text);
    const token = JSON.parse(login.text).access_token;
    const events = await curl(`${server.https}/v1/events?closeafter=state`, '-H', `Authorization: Bearer ${token}`);
    assert.match(events.text, /^retry: \d+\n\nid: .*\nevent: state\n/);
    await useClient(server.https, 'ann@a.example');
    await server.stop();
});

test('SIGHUP: a renewed certificate for new connections, and a bad one changes nothing', { skip }, async () => {
    fs.copyFileSync(at('first.pem'), at('live.pem'));
    fs.copyFileSync(at('first.key'), at('live.key'));
    fs.chmodSync(at('live.key'), 0o600);
    const server = await startTls('--tls-certificate', at('live.pem'), '--tls-key', at('live.key'));
    assert.equal((await shown(server.port)).name, 'first');
    fs.copyFileSync(at('second.pem'), at('live.pem'));
    server.child.kill('SIGHUP');
    await waitFor(() => /level=error event=reload/.test(server.log), 10000, 'a complaint of the wrong key');
    assert.equal((await shown(server.port)).name, 'first');
    fs.copyFileSync(at('second.key'), at('live.key'));
    server.child.kill('SIGHUP');
    await waitFor(() => /event=reloaded/.test(server.log));
    assert.equal((await shown(server.port)).name, 'second');
    await server.stop();
});

test('keys that others could read and pairs that do not fit are refused', { skip }, () => {
    const start = (...args) => spawnSync(program, ['--database', freshDatabase(fs.mkdtempSync(at('db-'))), '--listen', '127.0.0.1:1', ...args], { encoding: 'utf8' });
    fs.copyFileSync(at('first.key'), at('open.key'));
    fs.chmodSync(at('open.key'), 0o644);
    for (const [args, message] of [
        [['--tls-certificate', at('first.pem'), '--tls-key', at('open.key')], /open\.key can be read by everybody.*chmod 0600/], [['--tls-certificate', at('first.pem'), '--tls-key', at('second.key')], /second\.key/],
        [['--tls-certificate', at('first.pem')], /needs tls_key/], [['--tls-certificate', at('none.pem'), '--tls-key', at('first.key')], /first\.key|none\.pem/], [['--tls-certificate', at('first.pem'), '--tls-key', at('none.key')], /none\.key/]]) {
        const done = start(...args);
        assert.equal(done.status, 78, `${args}: ${done.stderr}`);
        assert.match(done.stderr, message);
    }
});

test('behind HAProxy, by the configuration that is shipped', { skip: withProxy }, async () => {
    const server = await Server.start({ args: ['--rate-reads=1000'] });
    const ann = await server.user('ann@a.example');
    const port = await freePort(), https = `https://localhost:${port}`;
    fs.writeFileSync(at('tls.pem'), fs.readFileSync(at('first.pem')) + fs.readFileSync(at('first.key')), { mode: 0o600 });
    let config = fs.readFileSync(path.join(top, 'data', 'haproxy.cfg'), 'utf8');
    for (const [from, to] of [['bind :443 ', `bind 127.0.0.1:${port} `], ['/etc/leadline/tls.pem', at('tls.pem')], ['/run/leadline/leadlined.sock', server.target.socketPath],
        ['maxconn 20000', 'maxconn 200']]) {
        assert.ok(config.includes(from), from);
        config = config.replaceAll(from, to);
    }
    fs.writeFileSync(at('haproxy.cfg'), config);
    const checked = spawnSync('haproxy', ['-c', '-f', at('haproxy.cfg')], { encoding: 'utf8' });
    assert.equal(checked.status, 0, checked.stderr);
    assert.doesNotMatch(checked.stderr + checked.stdout, /WARNING/);
    const proxy = spawn('haproxy', ['-db', '-f', at('haproxy.cfg')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '', over = false;
    proxy.stderr.on('data', (text) => { complaint += text; });
    proxy.on('close', () => { over = true; });
    try {
        await waitFor(async () => { assert.ok(!over, complaint); return (await curl(`${https}/healthz`)).code === 0; }, 20000, 'haproxy');
        const bearer = ['-H', `Authorization: Bearer ${ann.token}`];

        const two = await curl(`${https}/v1/me`, '--http2', ...bearer);
        assert.deepEqual([two.version, two.status], ['2', 200], two.text);
        assert.equal((await curl(`${https}/v1/me`, '--http1.1', ...bearer)).version, '1.1');
        assert.equal((await curl(`${https}/v1/me`, '--tls-max', '1.1', ...bearer)).code, 35);

        /* The proxy tells who asks: nobody is local through it, nor whom he says that he is. */
        for (const header of ['X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1', 'X-Nothing: 1']) {
            assert.equal((await curl(`${https}/metrics`, '-H', header)).status, 404, header);
        }
        assert.match((await curl(`${https}/v1/me`, '-D', '-', ...bearer)).text, /ratelimit: "read";r=\d+/i);

        /* A stream over HTTP/2, at once and to the end. */
        const stream = spawn('curl', ['-sSN', '--http2', '--cacert', ca, ...bearer, `${https}/v1/events`], { stdio: ['ignore', 'pipe', 'inherit'] });
        let heard = '';
        stream.stdout.on('data', (text) => { heard += text; });
        await waitFor(() => /event: state/.test(heard), 10000, 'the first state');
        const { rev } = (await ann.get('/v1/me')).body.account;
        assert.equal((await ann.patch('/v1/me', { name: 'Ann of the stream' }, { rev })).status, 200);
        await waitFor(() => heard.match(/event: state/g).length === 2, 10000, 'the next state');
        assert.match((await server.get('/metrics')).text, /^leadline_streams 1$/m);
        stream.kill();

        await useClient(https, 'ann@a.example');

        /* A body that drips never reaches us: the proxy waits for it, and gives up by itself. */
        const running = async () => Number(/^leadline_requests_running (\d+)/m.exec((await server.get('/metrics')).text)[1]);
        const before_ = await running();
        const half = tls.connect({ host: 'localhost', port, ca: fs.readFileSync(ca) });
        half.on('error', () => {});
        await new Promise((resolve) => half.on('secureConnect', resolve));
        half.write('POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
        await curl(`${https}/healthz`);
        assert.equal(await running(), before_);
        assert.match((await server.get('/metrics')).text, /^leadline_body_bytes 0$/m);
        half.destroy();

        /* A restart is a moment of waiting. */
        await server.restart();
        assert.equal((await curl(`${https}/v1/me`, ...bearer)).status, 200);
    } finally {
        proxy.kill('SIGTERM');
        await waitFor(() => over);
    }
    await server.stop();
});
