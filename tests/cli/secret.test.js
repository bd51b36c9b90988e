// SPDX-License-Identifier: GPL-3.0-or-later
// Where the command line keeps the session: the keyring, a token_command, a file when that is asked for; and what it says.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test, before, after } = require('node:test');
const { Server, Caller, PASSWORD, waitFor } = require('../api/harness.js');
const { spawn } = require('node:child_process');
const { Home, program } = require('./home.js');
const { Keyring } = require('./keyring.js');

const EMAIL = 'ann@a.example';
let api, url;
before(async () => {
    api = await Server.start({ tcp: true });
    url = `http://127.0.0.1:${api.port}`;
    await api.user(EMAIL);
});
after(() => api.stop());

const status = async (home, options) => (await home.leadline(['auth', 'status', '--json'], options)).json();
const login = (home, options, args = []) => home.leadline(['--server', url, ...args, 'auth', 'login', '--email', EMAIL], { input: `${PASSWORD}\n`, ...options });
function writeProfile(home, lines) {
    fs.mkdirSync(home.path('CONFIG_HOME/leadline/profiles'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(home.path('CONFIG_HOME/leadline/profiles/main'), `kind=server\nserver=${url}\n${lines}`, { mode: 0o600 });
}

test('without a keyring nothing is stored, no password is asked for, and why is said', async () => {
    const home = new Home();
    const refused = (await login(home)).expect(64);
    assert.match(refused.stderr, /there is no session bus/);
    assert.match(refused.stderr, /--insecure-storage/);
    assert.ok(!api.log.includes('route=/v1/login status=401'));
    writeProfile(home, '');
    const told = await status(home);
    assert.equal(told.tokens, 'none');
    assert.equal(told.keyring, 'there is no session bus');
    assert.match((await status(home, { env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } })).keyring, /\S/);
    (await home.leadline(['--insecure-storage', ...['auth', 'login', '--email', EMAIL]], { input: `${PASSWORD}\n` })).expect(0);
    const file = await status(home);
    assert.equal(file.tokens, 'file');
    assert.match(file.keyring, /not asked: the profile says insecure_storage/);
    home.remove();
});

test('the keyring keeps the session; status says so; log out empties it', async (t) => {
    const home = new Home(), ring = await Keyring.start(home);
    if (!ring) return t.skip('packages dbus and gnome-keyring are not there');
    const { env } = ring;
    (await login(home, { env })).expect(0);
    const told = await status(home, { env });
    assert.equal(told.tokens, 'keyring');
    assert.equal(told.keyring, undefined);
    assert.equal(told.token_file, undefined);
    assert.equal(ring.items(), 1);
    const all = fs.readdirSync(home.dir, { recursive: true }).map((name) => home.path(name)).filter((name) => fs.statSync(name).isFile());
    for (const name of all) assert.doesNotMatch(fs.readFileSync(name, 'latin1'), /ll[ar]_[0-9A-Za-z]{49}/, name);
    (await home.leadline(['sync'], { env })).expect(0);
    (await home.leadline(['sync'])).expect(4);
    (await login(home, { env })).expect(0);
    assert.equal(ring.items(), 1, 'a new session takes the place of the old one');
    (await home.leadline(['auth', 'logout'], { env })).expect(0);
    assert.equal(ring.items(), 0);
    assert.equal((await status(home, { env })).keyring, 'has nothing of this profile');
    (await home.leadline(['sync'], { env })).expect(4);
    ring.stop();
    home.remove();
});

test('a keyring that is locked or hangs is told about, and nothing is stored elsewhere', async (t) => {
    const home = new Home(), ring = await Keyring.start(home);
    if (!ring) return t.skip('packages dbus and gnome-keyring are not there');
    const { env } = ring;
    (await login(home, { env })).expect(0);
    ring.pause();
    assert.match((await status(home, { env })).keyring, /did not answer within 5 seconds/);
    ring.resume();
    assert.equal((await status(home, { env })).tokens, 'keyring');
    ring.lock();
    const told = (await home.leadline(['auth', 'status', '--json'], { env })).expect(4).json();
    assert.equal(told.tokens, 'none');
    assert.match(told.keyring, /locked/);
    const refused = (await login(home, { env })).expect(64);
    assert.match(refused.stderr, /locked/);
    const sync = (await home.leadline(['sync'], { env })).expect(4);
    assert.match(sync.stderr, /locked/);
    assert.ok(!fs.existsSync(home.path('STATE_HOME/leadline/main/tokens')));
    ring.stop();
    home.remove();
});

test('log out ends the session on the server and forgets it everywhere, also when it came from a file', async () => {
    const home = new Home();
    (await login(home, {}, ['--insecure-storage'])).expect(0);
    const file = home.path('STATE_HOME/leadline/main/tokens');
    const tokens = JSON.parse(fs.readFileSync(file, 'utf8'));
    assert.equal((await new Caller(api, tokens.access_token).get('/v1/me')).status, 200);
    (await home.leadline(['auth', 'logout'])).expect(0);
    assert.ok(!fs.existsSync(file));
    assert.equal((await new Caller(api, tokens.access_token).get('/v1/me')).status, 401);
    home.remove();
});

test('a token_command gives the token, is asked again when it has expired, and is never shown', async () => {
    const home = new Home();
    const other = await api.login(EMAIL);
    const tokens = home.path('given');
    writeProfile(home, `token_command=head -1 '${tokens}'; sed -i 1d '${tokens}'\n`);
    fs.writeFileSync(tokens, `${other.token}\n`);
    (await home.leadline(['sync'])).expect(0);
    // The first one is no good any more: the second is.
    const dead = await api.login(EMAIL);
    await api.form('/oauth/revoke', { token: dead.refresh });
    fs.writeFileSync(tokens, `${dead.token}\n${other.token}\n`);
    (await home.leadline(['sync'])).expect(0);
    assert.equal(fs.readFileSync(tokens, 'utf8'), '');
    // The same dead one again and again: log in first.
    writeProfile(home, `token_command=echo ${dead.token}\n`);
    const refused = (await home.leadline(['sync'])).expect(4);
    assert.match(refused.stderr, /token_command gives a token that the server refuses/);
    writeProfile(home, 'token_command=echo secret-thing; echo "no key" >&2; exit 3\n');
    const failed = (await home.leadline(['auth', 'status'])).expect(1);
    assert.match(failed.stderr, /token_command: .*3: no key/);
    assert.doesNotMatch(failed.stderr + failed.stdout, /secret-thing/);
    assert.match((await home.leadline(['sync'])).expect(4).stderr, /no key/);
    (await login(home)).expect(64);
    writeProfile(home, `token_command=echo ${other.token}\n`);
    assert.equal((await status(home)).tokens, 'command');
    assert.match((await home.leadline(['auth', 'logout'])).expect(0).stderr, /token_command of this profile still gives a token/);
    home.remove();
});

test('a log-in uses and renews nothing of the old session', async () => {
    const home = new Home();
    (await login(home, {}, ['--insecure-storage'])).expect(0);
    const file = home.path('STATE_HOME/leadline/main/tokens');
    const old = JSON.parse(fs.readFileSync(file, 'utf8'));
    await api.get('/healthz');
    await waitFor(() => api.log.includes('route=/healthz'), 10000, 'the log');
    const from = api.log.lastIndexOf('route=/healthz');
    (await login(home, {}, ['--insecure-storage'])).expect(0);
    await waitFor(() => api.log.includes('route=/v1/login', from), 10000, 'the log');
    const routes = [...api.log.slice(from).matchAll(/route=(\S+)/g)].map((match) => match[1]).filter((route) => route !== '/healthz');
    assert.equal(routes[0], '/v1/login', routes.join(' '));
    assert.ok(!routes.includes('/oauth/token'), routes.join(' '));
    assert.notEqual(JSON.parse(fs.readFileSync(file, 'utf8')).refresh_token, old.refresh_token);
    assert.equal((await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: old.refresh_token })).status, 200, 'it was not exchanged');
    home.remove();
});

/* ---- in a browser */

/** `auth login --device`, running: { code: its user code, end: exit code and standard error }. */
async function loginByBrowser(home) {
    const child = spawn(program, ['--server', url, '--insecure-storage', 'auth', 'login', '--device'], { env: home.env, stdio: ['ignore', 'ignore', 'pipe'] });
    const run = { child, stderr: '' };
    child.stderr.on('data', (bytes) => { run.stderr += bytes; });
    run.end = new Promise((resolve) => child.on('close', (code) => resolve(code)));
    await waitFor(() => /type the code/.test(run.stderr), 20000, 'a code');
    run.code = run.stderr.match(/code (\S+)/)[1];
    return run;
}
const answer = (code, decision) => api.form('/device', { user_code: code, email: EMAIL, password: PASSWORD, decision });

test('auth login --device shows the address and the code, and is in when it is allowed there', async () => {
    const home = new Home();
    const run = await loginByBrowser(home);
    assert.ok(run.stderr.includes(`Open ${url}/device,`), run.stderr);
    assert.equal((await answer(run.code, 'allow')).status, 200);
    assert.equal(await run.end, 0, run.stderr);
    assert.match(run.stderr, /Logged in to http:\/\/127\.0\.0\.1:\d+ as ann/);
    const told = await status(home);
    assert.equal(told.tokens, 'file');
    assert.equal(told.email, EMAIL);
    (await home.leadline(['sync'])).expect(0);
    home.remove();
});

test('auth login --device that is denied is 77, and keeps nothing', async () => {
    const home = new Home();
    const run = await loginByBrowser(home);
    assert.equal((await answer(run.code, 'deny')).status, 200);
    assert.equal(await run.end, 77, run.stderr);
    assert.match(run.stderr, /denied/);
    assert.ok(!fs.existsSync(home.path('STATE_HOME/leadline/main/tokens')));
    home.remove();
});
