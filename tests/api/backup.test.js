// SPDX-License-Identifier: GPL-3.0-or-later
// leadlined backup and restore: beside a server that writes, from one engine to the other, and what they refuse. That clients find
// their way afterwards is played in tests/e2e/restore.script.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { test, before, after } = require('node:test');
const { QUICK_HASH, Server, assertProblem, freshDatabase, leadlined, postgresql, program, waitFor } = require('./harness.js');
const { network, send } = require('./network.js');

let dir, demo, kept;
before(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-backup-'));
    demo = database();
    const loaded = leadlined(['load-demo', '--database', demo, ...QUICK_HASH]);
    assert.equal(loaded.code, 0, loaded.stderr);
    kept = path.join(dir, 'kept.db');
    const done = backup(demo, kept);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /kept\.db: 44 accounts, \d+ referrals, schema \d+, checked\n$/);
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

function database() { return freshDatabase(fs.mkdtempSync(path.join(dir, 'db-'))); }
function backup(from, to, ...more) { return leadlined(['backup', to, '--database', from, '--log', 'error', ...more]); }
function restore(from, to, ...more) { return leadlined(['restore', from, '--database', to, '--log', 'error', ...more]); }

/** Rows of a backup, which is a file of SQLite on both engines. */
function rows(file, sql) {
    const done = spawnSync('sqlite3', ['-bail', file], { input: sql, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.split('\n').filter((line) => line);
}

/** Every table with all that it holds, in an order of its own; without what each engine counts or cuts for itself. */
function contents(file) {
    const tables = rows(file, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migration' ORDER BY name;");
    return Object.fromEntries(tables.map((table) => {
        const columns = rows(file, `SELECT name FROM pragma_table_info('${table}') WHERE name <> 'n';`);
        const where = table === 'meta' ? "WHERE name NOT IN ('epoch', 'timeline')" : '';
        const values = columns.filter((name) => name !== 'epoch').map((name) => `quote(${name})`);
        return [table, rows(file, `SELECT ${values.join(" || '|' || ")} FROM ${table} ${where} ORDER BY 1;`)];
    }));
}

const epochs = (file) => rows(file, "SELECT value FROM meta WHERE name = 'epoch' UNION SELECT epoch FROM scope;");

test('a backup is a sound database, whole in one file, for its owner alone', () => {
    assert.equal(fs.statSync(kept).mode & 0o777, 0o600);
    assert.deepEqual(fs.readdirSync(dir).filter((name) => name.startsWith('kept')), ['kept.db']);
    assert.equal(leadlined(['check', '--database', `sqlite:${kept}`]).code, 0);
    assert.ok(contents(kept).referral.length > 300);
    assert.ok(contents(kept).change_index.length > 300);
});

test('a restored database has all that was kept, and another epoch in every scope', () => {
    const to = database(), again = path.join(dir, 'again.db');
    const done = restore(kept, to);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(leadlined(['check', '--database', to]).code, 0);
    assert.equal(backup(to, again).code, 0);
    assert.deepEqual(contents(again), contents(kept));
    assert.equal(epochs(kept).length, 1);
    assert.equal(epochs(again).length, 1);
    assert.notDeepEqual(epochs(again), epochs(kept));
    assert.deepEqual(fs.readdirSync(dir).filter((name) => /unfinished/.test(name)), []);
});

test('the full text is found in what was restored', async () => {
    const net = await network(['ann', 'ben']);
    await send(net.ann, net.ben, { need: 'Chandelier', comments: 'Größe' });
    const file = path.join(dir, 'words.db'), to = database();
    assert.equal(backup(net.api.database, file).code, 0);
    await net.stop();
    assert.equal(restore(file, to).code, 0);
    for (const url of [to, `sqlite:${file}`]) { /* the backup itself can be served, whichever engine it is of */
        const api = await Server.start({ database: url });
        const ben = await api.login('ben@x.example');
        for (const q of ['chand', 'grosse']) {
            const found = await ben.get(`/v1/referrals?q=${q}`);
            assert.equal(found.body.items.length, 1, `${url} ${q}`);
        }
        await api.stop();
    }
});

test('a backup while others write: it has all that was answered before it began, and nobody waits', async () => {
    const net = await network(['ann', 'ben']);
    const answered = new Set();
    let stop = false;
    async function write() {
        while (!stop) {
            const id = (await send(net.ann, net.ben)).id;
            answered.add(id);
        }
    }
    const writers = [write(), write(), write()];
    try {
        await waitFor(() => answered.size >= 20);
        for (let i = 0; i < 3; i++) {
            const before_ = [...answered], file = path.join(dir, `busy-${i}.db`);
            const child = spawn(program, ['backup', file, '--database', net.api.database, '--log', 'error'], { stdio: ['ignore', 'ignore', 'pipe'] });
            let complaint = '';
            child.stderr.on('data', (text) => { complaint += text; });
            const code = await new Promise((resolve) => child.on('close', resolve));
            assert.equal(code, 0, complaint);
            const there = new Set(rows(file, 'SELECT lower(hex(id)) FROM referral;'));
            for (const id of before_) assert.ok(there.has(id.replaceAll('-', '')), id);
            const size = answered.size;
            await waitFor(() => answered.size > size, 10000, 'the writers to go on');
        }
    } finally {
        stop = true;
        await Promise.allSettled(writers);
    }
    await Promise.all(writers);
    await net.stop();
});

test('a state of before the restore is no longer known, even when the numbers would fit', async () => {
    const net = await network(['ann', 'ben']);
    const file = path.join(dir, 'states.db');
    await send(net.ann, net.ben);
    assert.equal(backup(net.api.database, file).code, 0);
    await send(net.ann, net.ben);
    const { state } = (await net.ben.get(`/v1/changes?scope=${net.ben.account}`)).body;
    const busy = restore(file, net.api.database, '--force');
    assert.equal(busy.code, 75, busy.stderr);
    assert.match(busy.stderr, /a server serves/);
    net.api.agent.destroy();
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    assert.equal(restore(file, net.api.database, '--force').code, 0);
    await net.api.launch();
    await send(net.ann, net.ben);
    await send(net.ann, net.ben);
    assertProblem(await net.ben.get(`/v1/changes?scope=${net.ben.account}&since=${state}`), 410, 'cannot-calculate-changes');
    const all = (await net.ben.get(`/v1/changes?scope=${net.ben.account}`)).body;
    assert.equal(all.objects.filter((object) => object.type === 'referral').length, 3);
    await net.stop();
});

test('nothing is overwritten unasked', () => {
    const there = backup(demo, kept);
    assert.equal(there.code, 73);
    assert.match(there.stderr, /kept\.db is there: --force replaces it/);
    const other = path.join(dir, 'other.db');
    fs.writeFileSync(other, 'something');
    assert.equal(backup(demo, other, '--force').code, 0);
    assert.equal(leadlined(['check', '--database', `sqlite:${other}`]).code, 0);

    const to = database();
    assert.equal(leadlined(['user', 'add', '--database', to, '--email', 'a@a.example', ...QUICK_HASH], { input: 'correct horse battery\n' }).code, 0);
    const full = restore(kept, to);
    assert.equal(full.code, 65, full.stderr);
    assert.match(full.stderr, /the database has 1 accounts: --force throws them away/);
    assert.equal(restore(kept, to, '--force').code, 0);
    assert.match(leadlined(['check', '--database', to]).stdout, /^44 accounts/m);
});

test('what is no sound backup is not restored, and the database stays as it was', () => {
    const to = database(), broken = path.join(dir, 'broken.db'), newer = path.join(dir, 'newer.db'), wrong = path.join(dir, 'wrong.db');
    assert.equal(restore(kept, to).code, 0);
    const bytes = fs.readFileSync(kept);
    bytes.fill(0x5a, 8192, 16384);
    fs.writeFileSync(broken, bytes);
    fs.copyFileSync(kept, newer);
    rows(newer, "INSERT INTO migration (version, name, applied_at) VALUES (9999, '9999-later.sql', 1);");
    fs.copyFileSync(kept, wrong);
    rows(wrong, 'UPDATE scope SET seq = seq + 1;');
    fs.writeFileSync(path.join(dir, 'text.db'), 'no database at all, but a text of some length'.repeat(100));
    for (const [file, code, message] of [['broken.db', 74, /malformed/], ['newer.db', 78, /9999-later/], ['wrong.db', 65, /a scope has given out/], ['text.db', 74, /not a database/],
        ['none.db', 73, /none\.db/]]) {
        const done = restore(path.join(dir, file), to, '--force');
        assert.equal(done.code, code, `${file}: ${done.stderr}`);
        assert.match(done.stderr, message, file);
    }
    assert.match(leadlined(['check', '--database', to]).stdout, /^44 accounts, \d+ referrals, .* 0 findings$/m);
    for (const args of [['backup'], ['restore'], ['backup', 'a', 'b']]) assert.equal(leadlined([...args, '--database', to]).code, 64);
});

test('from one engine to the other and back', { skip: !postgresql && 'needs PostgreSQL' }, async () => {
    const sqlite = `sqlite:${path.join(dir, 'crossing.db')}`, back = database(), again = path.join(dir, 'crossed.db');
    assert.equal(restore(kept, sqlite).code, 0); /* PostgreSQL -> file -> SQLite */
    assert.equal(leadlined(['check', '--database', sqlite]).code, 0);
    const first = path.join(dir, 'crossing-1.db');
    assert.equal(backup(sqlite, first).code, 0);
    assert.equal(restore(first, back).code, 0); /* SQLite -> file -> PostgreSQL */
    assert.equal(backup(back, again).code, 0);
    assert.deepEqual(contents(again), contents(kept));
});

test('a backup of an older program is brought up to this one', () => {
    const old = path.join(dir, 'old.db'), to = database();
    const schema = path.join(process.env.top_srcdir || path.join(__dirname, '..', '..'), 'data', 'schema', 'server', '0001-core.sql');
    rows(old, `CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);
        INSERT INTO migration VALUES (1, '0001-core.sql', 1); ${fs.readFileSync(schema, 'utf8')}`);
    const done = restore(old, to);
    assert.equal(done.code, 0, done.stderr);
    const newest = Number(rows(kept, 'SELECT MAX(version) FROM migration;')[0]);
    assert.match(leadlined(['check', '--database', to]).stdout, new RegExp(`^0 accounts, 0 referrals, schema ${newest}: 0 findings`));
});
