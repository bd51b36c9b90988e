// SPDX-License-Identifier: GPL-3.0-or-later
// `leadline watch` as a service runs it: what it prints, how it ends, that it lends its profile; and its unit.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { after, before, test } = require('node:test');
const { Server, freshDatabase, leadlined, uuid, waitFor } = require('../api/harness.js');
const { Home, program } = require('./home.js');

const MEMBER = 'member@demo.example', LEADER = 'leader@demo.example', PASSWORD = 'leadline-demo';
const builddir = process.env.top_builddir || path.join(__dirname, '..', '..', 'build');
let server, url, member, leader, home;
const running = new Set();

before(async () => {
    const dir = fs.mkdtempSync('/tmp/leadline-watch-db-');
    const database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database]);
    assert.equal(loaded.code, 0, loaded.stderr);
    server = await Server.start({ database, tcp: true });
    server.databaseDir = dir;
    url = `http://127.0.0.1:${server.port}`;
    member = await server.login(MEMBER, PASSWORD);
    leader = await server.login(LEADER, PASSWORD);
    home = new Home();
    delete home.env.DBUS_SESSION_BUS_ADDRESS;
    await home.login(url, MEMBER, PASSWORD);
    (await home.leadline(['sync'])).expect(0);
});

after(async () => {
    for (const child of running) child.kill('SIGKILL'); /* of a test that failed */
    home.remove();
    await server.stop();
    fs.rmSync(server.databaseDir, { recursive: true, force: true });
});

const until = (probe, what) => waitFor(probe, 20000, what);

/** A running watcher: { child, text, errors, events(), end: Promise of { code, signal } }. */
function watch(args = [], env = {}) {
    const child = spawn(program, ['watch', ...args], { env: { ...home.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const watcher = { child, text: '', errors: '' };
    running.add(child);
    child.stdout.on('data', (bytes) => { watcher.text += bytes; });
    child.stderr.on('data', (bytes) => { watcher.errors += bytes; });
    watcher.events = () => watcher.text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
    watcher.phase = () => watcher.events().filter((event) => event.event === 'status').map((event) => event.phase).pop();
    watcher.end = new Promise((resolve) => child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
    }));
    return watcher;
}

async function send(name) {
    const id = uuid();
    const sent = await leader.put(`/v1/referrals/${id}`, { to: { account: member.account }, type: 'job', need: 'A need',
        contact: { first_name: name, phone_1: '01632 960003' }, permission: { given: true, method: 'spoken' } });
    assert.equal(sent.status, 201, sent.text);
    return id;
}

const stop = async (watcher) => {
    watcher.child.kill('SIGTERM');
    assert.deepEqual(await watcher.end, { code: 0, signal: null });
    assert.doesNotMatch(watcher.errors, /Sanitizer|runtime error|CRITICAL|WARNING \*\*/);
};

test('events: a JSON object a line, the lead as the API has it', async () => {
    const watcher = watch(['--json']);
    await until(() => watcher.phase() === 'live', 'live');
    const id = await send('Ann');
    await until(() => watcher.events().some((event) => event.event === 'lead'), 'the lead');
    const event = watcher.events().find((one) => one.event === 'lead');
    const { lead } = event;
    assert.deepEqual(Object.keys(event), ['event', 'lead']);
    const known = (await member.get(`/v1/referrals/${id}`)).body;
    assert.equal(lead.id, id);
    assert.deepEqual(lead.lead.contact, known.lead.contact);
    assert.equal(lead.from.name, known.from.name);
    await stop(watcher);
});

test('without --json it prints nothing at all', async () => {
    const watcher = watch();
    const id = await send('Bea');
    await until(async () => (await home.leadline(['show', id])).code === 0, 'the lead is here');
    await until(() => watcher.errors !== '', 'that there are no notifications');
    await stop(watcher);
    assert.equal(watcher.text, '');
    assert.match(watcher.errors, /^leadline: No desktop notifications: there is no session bus\n$/);
});

test('SIGINT and SIGHUP end it as well; a reader that goes does', async () => {
    for (const signal of ['SIGINT', 'SIGHUP']) {
        const watcher = watch(['--json']);
        await until(() => watcher.phase() === 'live', 'live');
        watcher.child.kill(signal);
        assert.deepEqual(await watcher.end, { code: 0, signal: null });
    }
    const watcher = watch(['--json']);
    await until(() => watcher.phase() === 'live', 'live');
    watcher.child.stdout.destroy();
    await send('Cid');
    assert.equal((await watcher.end).code, 141);
});

test('what an earlier run did not tell is told by the next', async () => {
    (await home.leadline(['sync'])).expect(0);
    await send('Dot');
    (await home.leadline(['sync'])).expect(0); /* fetched, and nobody was there to tell */
    const watcher = watch(['--json']);
    await until(() => watcher.events().some((event) => event.lead && event.lead.lead.contact.first_name === 'Dot'), 'Dot');
    await stop(watcher);
    const next = watch(['--json']);
    await until(() => next.phase() === 'live', 'live');
    await send('Eve');
    await until(() => next.events().some((event) => event.event === 'lead'), 'Eve');
    assert.deepEqual(next.events().filter((event) => event.lead).map((event) => event.lead.lead.contact.first_name), ['Eve']);
    await stop(next);
});

test('a second watcher, a demo, no profile', async () => {
    const watcher = watch(['--json']);
    await until(() => watcher.phase() === 'live', 'live');
    const second = (await home.leadline(['watch'])).expect(75);
    assert.match(second.stderr, /another leadline watch has this profile already/);
    await stop(watcher);
    (await home.leadline(['watch', '--demo'])).expect(64);
    const empty = new Home();
    (await empty.leadline(['watch'])).expect(4);
    empty.remove();
});

test('commands that want the profile to themselves borrow it', async () => {
    const watcher = watch(['--json']);
    await until(() => watcher.phase() === 'live', 'live');
    const synced = (await home.leadline(['sync', '--json'])).expect(0);
    assert.doesNotMatch(synced.stderr, /another leadline/);
    await until(() => watcher.phase() === 'live' && watcher.events().some((event) => event.phase === 'lent'), 'back again');
    (await home.leadline(['auth', 'logout'])).expect(0);
    await until(() => watcher.phase() === 'login', 'nobody is logged in');
    await until(() => /not logged in; leadline auth login does it/.test(watcher.errors), 'that it says so');
    await home.login(url, MEMBER, PASSWORD);
    await until(() => watcher.phase() === 'live', 'logged in again');
    await stop(watcher);
});

test('the unit is one that systemd takes', { skip: spawnSync('systemd-analyze', ['--version']).status !== 0 && 'no systemd-analyze' }, () => {
    const unit = fs.readFileSync(path.join(builddir, 'data', 'leadline-watch.service'), 'utf8');
    const here = home.path('leadline-watch.service');
    fs.writeFileSync(here, unit.replace(/^ExecStart=\S+/m, `ExecStart=${program}`));
    assert.match(unit, /^ExecStart=\/.*\/bin\/leadline watch$/m);
    const verified = spawnSync('systemd-analyze', ['--user', 'verify', '--man=no', here], { env: home.env, encoding: 'utf8' });
    assert.equal(verified.stdout + verified.stderr, '');
    assert.equal(verified.status, 0);
});
