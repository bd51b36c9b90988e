// SPDX-License-Identifier: GPL-3.0-or-later
// `leadline account ...`: sessions, mail, password, one-time codes, own data, the end; against a real server.
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { after, before, test } = require('node:test');
const { Server, PASSWORD } = require('../api/harness.js');
const { mailsTo } = require('../api/raw.js');
const { codeOf } = require('../api/totp.js');
const { Home } = require('./home.js');

const NEW = 'a brand new passphrase';
let server, url;
before(async () => {
    server = await Server.start({ tcp: true });
    url = `http://127.0.0.1:${server.port}`;
});
after(() => server.stop());

/** Somebody with an account, logged in on a machine of their own. */
async function person(email) {
    const home = new Home();
    const caller = await server.user(email);
    (await home.leadline(['--server', url, '--insecure-storage', 'auth', 'login', '--email', email], { input: `${PASSWORD}\n` })).expect(0);
    return { home, caller, run: (args, lines = [], options = {}) => home.leadline(['account', ...args], { input: lines.map((line) => `${line}\n`).join(''), ...options }) };
}

test('R2, R3: account delete wants the address and the password, and says that it cannot be undone', async () => {
    const { home, caller, run } = await person('zoe@x.example');
    const wrong = (await run(['delete'], ['somebody@x.example', PASSWORD])).expect(65);
    assert.match(wrong.stderr, /cannot be undone/);
    (await run(['delete'], ['zoe@x.example', 'not the password'])).expect(77);
    (await run(['delete', '--no-input'])).expect(65);
    assert.equal((await caller.get('/v1/me')).status, 200);
    const gone = (await run(['delete'], ['zoe@x.example', PASSWORD])).expect(0);
    assert.match(gone.stderr, /is deleted/);
    assert.equal((await caller.get('/v1/me')).status, 401);
    const left = fs.readdirSync(home.dir, { recursive: true }).map(String).filter((name) => /cache\.db/.test(name));
    assert.deepEqual(left, []);
    home.remove();
});

test('account export writes a file that only its owner reads, and never over another', async () => {
    const { home, run } = await person('ann@x.example');
    const file = home.path('mine.zip');
    (await run(['export', file])).expect(0);
    assert.equal(fs.readFileSync(file).subarray(0, 4).toString('latin1'), 'PK\x03\x04');
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    (await run(['export', file])).expect(73);
    (await run(['export'])).expect(64);
    home.remove();
});

/** A server in front of the server, whose exports are as large as one likes, and cut short when told so. */
function largeExports(bytes, state) {
    return new Promise((resolve) => {
        const front = http.createServer((request, response) => {
            if (request.url !== '/v1/me/export') {
                const back = http.request({ host: '127.0.0.1', port: server.port, method: request.method, path: request.url, headers: request.headers },
                    (answer) => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); });
                back.on('error', () => response.destroy());
                request.pipe(back);
                return;
            }
            response.writeHead(200, { 'Content-Type': 'application/zip', 'Content-Length': bytes.length });
            if (state.cut) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
            else response.end(bytes);
        });
        front.listen(0, '127.0.0.1', () => resolve(front));
    });
}

test('account export takes one of any size, and leaves no part of one', async () => {
    const home = new Home(), state = {}, bytes = crypto.randomBytes(20 << 20);
    const front = await largeExports(bytes, state);
    await server.user('big@x.example');
    await home.login(`http://127.0.0.1:${front.address().port}`, 'big@x.example', PASSWORD);
    const file = home.path('big.zip');
    (await home.leadline(['account', 'export', file])).expect(0);
    assert.ok(fs.readFileSync(file).equals(bytes));
    state.cut = true;
    (await home.leadline(['account', 'export', home.path('half.zip')])).expect(69);
    assert.ok(!fs.existsSync(home.path('half.zip')));
    state.cut = false;
    const full = (await home.shell(`trap '' XFSZ; ulimit -f 8192; leadline account export ${home.path('full.zip')}`));
    assert.notEqual(full.code, 0);
    assert.match(full.stderr, /File too large/);
    assert.ok(!fs.existsSync(home.path('full.zip')));
    front.closeAllConnections();
    front.close();
    home.remove();
});

test('account password: both are lines of standard input; other sessions end, this one goes on', async () => {
    const { home, caller, run } = await person('ben@x.example');
    (await run(['password'], ['not the password', NEW])).expect(77);
    (await run(['password'], [PASSWORD, 'short'])).expect(65);
    (await run(['password'], [PASSWORD, NEW])).expect(0);
    assert.equal((await caller.get('/v1/me')).status, 401);
    (await run(['sessions'])).expect(0);
    assert.equal((await server.login('ben@x.example', NEW)).email, 'ben@x.example');
    home.remove();
});

test('account email asks for another address; the link in the mail there makes the change, and this machine learns it', async () => {
    const { home, caller, run } = await person('eva@x.example');
    (await run(['email', 'eva@new.example'], ['not the password'])).expect(77);
    (await run(['email', 'nonsense'], [PASSWORD])).expect(65);
    (await run(['email'], [PASSWORD])).expect(64);
    const asked = (await run(['email', 'eva@new.example'], [PASSWORD])).expect(0);
    assert.match(asked.stderr, /on its way to the new address/);
    const { link } = (await mailsTo(server, caller)).find((mail) => mail.type === 'new-address');
    assert.equal((await server.form('/email', { token: new URL(link).searchParams.get('token') })).status, 200);
    (await home.leadline(['sync'])).expect(0);
    assert.equal(JSON.parse((await run(['--json'])).expect(0).stdout).email, 'eva@new.example');
    home.remove();
});

test('account --language and --time-zone say what mail is written in and when a month begins', async () => {
    const { home, caller, run } = await person('gus@x.example');
    (await run(['--language', 'de', '--time-zone', 'Europe/Berlin'])).expect(0);
    const { account } = (await caller.get('/v1/me')).body;
    assert.deepEqual([account.language, account.time_zone], ['de', 'Europe/Berlin']);
    (await run(['--language', 'tlh'])).expect(65);
    const unknown = (await run(['--time-zone', 'Europe/Atlantis'])).expect(65);
    assert.match(unknown.stderr, /Europe\/Berlin/, 'it says what is wanted');
    home.remove();
});

test('account sessions lists them, account end ends one', async () => {
    const { home, caller, run } = await person('cat@x.example');
    const rows = (await run(['sessions'])).expect(0).rows();
    assert.equal(rows.length, 2);
    assert.equal(rows.filter((row) => row[1] === 'current').length, 1);
    const other = rows.find((row) => row[1] === '');
    (await run(['end', other[0]])).expect(0);
    assert.equal((await caller.get('/v1/me')).status, 401);
    (await run(['end', other[0]])).expect(65);
    (await run(['end', 'x'])).expect(64);
    assert.equal((await run(['sessions'])).expect(0).rows().length, 1);
    home.remove();
});

test('R4, R5: account mail shows the types and switches those that may be', async () => {
    const { home, run } = await person('dan@x.example');
    const rows = (await run(['mail'])).expect(0).rows();
    assert.ok(rows.some((row) => row[0] === 'verdict' && row[1] === 'always'));
    assert.ok(rows.some((row) => row[0] === 'outcome' && row[1] === 'on'));
    const off = (await run(['mail', 'outcome', 'off'])).expect(0).rows();
    assert.ok(off.some((row) => row[0] === 'outcome' && row[1] === 'off'));
    (await run(['mail', 'verdict', 'off'])).expect(65);
    (await run(['mail', 'outcome'])).expect(64);
    home.remove();
});

test('account codes: on, a log-in that wants one, new recovery codes, off', async () => {
    const { home, caller, run } = await person('eve@x.example');
    assert.deepEqual((await run(['codes'])).expect(0).rows(), [['off', '0']]);
    (await run(['codes', 'on'], ['not the password'])).expect(77);
    (await run(['codes', 'on'], [PASSWORD, '000000'])).expect(77);
    const begun = await caller.post('/v1/me/totp', { password: PASSWORD });
    const confirmed = await caller.post('/v1/me/totp/confirm', { code: codeOf(begun.body.secret) });
    assert.equal(confirmed.status, 200);
    assert.deepEqual((await run(['codes'])).expect(0).rows(), [['on', '10']]);
    const codes = (await run(['codes', 'new'], [PASSWORD])).expect(0).rows().map((row) => row[0]);
    assert.equal(codes.length, 10);
    const second = new Home();
    const login = (lines) => second.leadline(['--server', url, '--insecure-storage', 'auth', 'login', '--email', 'eve@x.example'], { input: lines.join('\n') + '\n' });
    (await login([PASSWORD])).expect(4);
    (await login([PASSWORD, 'aaaa-aaaa-aaaa-aaaa'])).expect(4);
    (await login([PASSWORD, codes[0]])).expect(0);
    (await run(['codes', 'off'], [PASSWORD])).expect(0);
    assert.deepEqual((await run(['codes'])).expect(0).rows(), [['off', '0']]);
    (await run(['codes', 'maybe'])).expect(64);
    home.remove();
    second.remove();
});

test('without the server these commands say so', async () => {
    const { home, run } = await person('fay@x.example');
    await server.kill();
    (await run(['sessions', '--timeout', '2'])).expect(69);
    (await run(['export', home.path('x.zip'), '--timeout', '2'])).expect(69);
    assert.ok(!fs.existsSync(home.path('x.zip')));
    await server.launch();
    (await run(['verify'])).expect(0);
    home.remove();
});
