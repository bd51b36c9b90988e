// SPDX-License-Identifier: GPL-3.0-or-later
// Disks that fail: every call to the files of server and client fails once, in turn - no room, an I/O error, half a write - while the
// real programs work. What then was not done is said, nothing that was acknowledged is lost, and the next try works.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { after, before, test } = require('node:test');
const { leadlined, uuid, waitFor } = require('../api/harness.js');
const { collect, lead, network } = require('../api/network.js');
const { Home } = require('../cli/home.js');

const builddir = process.env.top_builddir || path.join(__dirname, '..', '..', 'build');
const faults = path.resolve(builddir, 'tests/fault/faults.so');
const MOST = 400, LEADS = 60; /* calls of one act, steps of a sweep: more is a loop */
let net, home, url, armed, hit;

before(async () => {
    net = await network(['ann', 'ben']);
    home = new Home();
    [armed, hit] = [home.path('armed'), home.path('hit')];
    url = `unix:${net.api.target.socketPath}`;
    await home.login(url, 'ben@x.example', 'correct horse battery', ['--profile', 'disk']);
});
after(async () => {
    await net.stop();
    home.remove();
});

function plan(files, deed, calls, at) {
    fs.rmSync(hit, { force: true });
    return { LD_PRELOAD: faults, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS || ''}:verify_asan_link_order=0`, FAULT_FILES: files,
        FAULT_DO: deed, FAULT_CALLS: calls, FAULT_AT: at ? String(at) : '', FAULT_HIT: hit };
}

const wasHit = () => fs.existsSync(hit);
const sound = (file) => assert.equal(spawnSync('sqlite3', [file, 'PRAGMA integrity_check'], { encoding: 'utf8' }).stdout, 'ok\n', file);

/** Ann sends a lead: until it is taken, each refusal is a problem that says so. Number of refusals. */
async function sendUntilTaken(id) {
    const key = uuid();
    let refusals = 0;
    await waitFor(async () => {
        const answer = await net.ann.put(`/v1/referrals/${id}`, lead(net.ben, { need: id }), { key });
        if (answer.status === 201) return true;
        refusals++;
        assert.ok(answer.status >= 500, answer.text);
        assert.match(answer.headers['content-type'], /^application\/problem\+json/);
        return false;
    }, 30000, `the server to take ${id}`);
    return refusals;
}

const inbox = async () => (await collect(net.ben, '/v1/referrals?box=inbox', 500)).map((item) => item.id);

// ---- the server

for (const [deed, calls] of [['io', 'write'], ['io', 'sync'], ['io', 'truncate'], ['full', 'write'], ['short', 'write'], ['io', 'read']])
    test(`server: each ${calls} of its database fails once (${deed}): refused, or done; never lost, and it goes on`, async () => {
        const sent = [];
        let refusals = 0, at = 1;
        for (let step = 1; at < MOST; at += step, step += at > 30) { /* further on the calls are of the same kinds */
            await net.api.kill();
            net.api.options.env = { ...plan('server.db', deed, calls, at), FAULT_WHILE: armed };
            await net.api.launch();
            fs.writeFileSync(armed, '');
            for (let i = 0; i < 2; i++) {
                sent.push(uuid());
                refusals += await sendUntilTaken(sent.at(-1));
            }
            fs.rmSync(armed);
            if (!wasHit()) break;
        }
        assert.ok(at < MOST, 'no end of calls');
        if (calls === 'write' || calls === 'sync') assert.ok(refusals > 0, 'nothing was ever refused');
        await net.api.kill();
        net.api.options.env = {};
        await net.api.launch();
        const ids = await inbox();
        for (const id of sent) assert.equal(ids.filter((one) => one === id).length, 1, id);
        const check = leadlined(['check', '--database', net.api.database]);
        assert.equal(check.code, 0, check.stdout + check.stderr);
    });

test('server: a disk that fails at the start: it says which file, and starts when the disk is well', async () => {
    const file = net.api.database.replace(/^sqlite:/, '');
    let failures = 0;
    for (const [deed, calls] of [['io', 'read:write:sync:truncate'], ['full', 'write'], ['io', 'open']])
        for (let at = 1, more = true; more && at < MOST; at++) {
            await net.api.kill();
            net.api.options.env = plan(path.basename(file), deed, calls, at);
            try {
                await net.api.launch();
            } catch (error) {
                if (!net.api.exit) throw error;
                failures++;
                assert.ok(net.api.exit.code > 0 && net.api.exit.code < 128, JSON.stringify(net.api.exit));
                assert.ok(net.api.log.includes(file), `${deed} ${calls} ${at}: ${net.api.log}`);
            }
            more = wasHit();
            if (net.api.exit) {
                net.api.options.env = {};
                await net.api.launch();
            }
        }
    assert.ok(failures > 0, 'the disk never kept it from starting');
    net.api.options.env = {};
    await net.api.restart();
    assert.equal((await net.ben.get('/v1/me')).status, 200);
});

// ---- the client

const leadline = (args, env) => home.leadline(['--profile', 'disk', ...args], { env });

/** One verdict with a failing disk: was it taken? Its refusal names the file. */
async function verdict(id, env) {
    const text = uuid(), answer = await leadline(['confirm', id, '-m', text], env);
    const taken = answer.code === 0 || answer.code === 75;
    if (!taken) {
        assert.ok(answer.code > 0 && answer.code < 128, `${answer.code} ${answer.signal} ${answer.stderr}`);
        assert.match(answer.stderr, /leads\.db|cache\.db/, 'it does not say which file');
    }
    return { id, text, taken };
}

const message = async (id) => (await net.ben.get(`/v1/referrals/${id}`)).body.message ?? null;

for (const [file, deed, calls] of [['leads.db', 'full', 'write'], ['leads.db', 'io', 'write:sync:truncate'], ['leads.db', 'short', 'write'],
    ['leads.db', 'io', 'read'], ['cache.db', 'io', 'write:sync'], ['cache.db', 'full', 'write']])
    test(`client: each ${calls} of ${file} fails once (${deed}): said, or done; never half`, async () => {
        const ids = Array.from({ length: LEADS }, uuid), done = [];
        for (const id of ids) await sendUntilTaken(id);
        (await leadline(['sync'])).expect(0);
        let at = 1, more = true;
        for (let step = 1; more; at += step, step += at > 12) {
            assert.ok(done.length < LEADS, 'no end of calls');
            done.push(await verdict(ids[done.length], plan(file, deed, calls, at)));
            more = wasHit();
        }
        (await leadline(['sync'])).expect(0);
        for (const { id, text, taken } of done) assert.equal(await message(id), taken ? text : null, `${id}: ${taken}`);
        const refused = done.filter((one) => !one.taken);
        if (file === 'leads.db') assert.ok(refused.length > 0, 'nothing was ever refused');
        if (refused.length) (await leadline(['confirm', ...refused.map((one) => one.id)])).expect(0);
        sound(home.path('DATA_HOME/leadline/disk/leads.db'));
        sound(home.path('CACHE_HOME/leadline/disk/cache.db'));
    });
