// SPDX-License-Identifier: GPL-3.0-or-later
// The crash test: server and client are killed at random calls to their disks and sockets, round after round, on the same
// files. A round: the server runs, Ann sends leads over HTTP, Ben works (member.c); one of them, or both, are told to die at their
// n-th call - before it, after it, in the middle of a write, or with the power, so that what was not synced is lost. Then the
// survivors go on, everything is sent, and the books are compared:
//
//   what the server acknowledged to Ann, and what the client acknowledged to Ben (verdicts, notes, leads passed on), is in the server's
//   database, once; what was under way is there once or not at all; asked again with its key it is done once
//   integrity_check of all three databases, and `leadlined check`
//
//   crash-rounds.js ROUNDS [SEED]        TAP: a test for each hundredth of the rounds; a failure says which round and seed play it again
//
// LEADLINE_TEST_DB=postgresql: the server is killed at its sockets (its disk is PostgreSQL's).
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { Caller, PASSWORD, postgresql, uuid } = require('../api/harness.js');
const { lead, network, sql } = require('../api/network.js');
const { Home, program } = require('../cli/home.js');

const builddir = process.env.top_builddir || path.join(__dirname, '..', '..', 'build');
const faults = path.resolve(builddir, 'tests/fault/faults.so');
const memberProgram = path.resolve(builddir, 'tests/fault/member');
const SENT_BY_ANN = 4, ACTS = 12, BATCHES = 20, SETTLE_MS = 120000, LEADS = 'leads.db';

/** A UUID without dashes, and a column that gives it so. */
const plain = (id) => id.replaceAll('-', '');
const column = (name) => (postgresql ? `replace(${name}::text, '-', '')` : `lower(hex(${name}))`);

/** xorshift: the same rounds for the same seed. */
class Random {
    constructor(seed) { this.state = (BigInt(seed) * 0x9E3779B97F4A7C15n & 0xffffffffffffffffn) | 1n; }
    below(n) {
        for (const [left, by] of [[true, 13n], [false, 7n], [true, 17n]])
            this.state ^= left ? (this.state << by) & 0xffffffffffffffffn : this.state >> by;
        return Number(this.state % BigInt(n));
    }
    pick(list) { return list[this.below(list.length)]; }
}

/** The environment of a program that is to die: at which call, and how. null: let it live. */
function plan(random, files, most) {
    const deed = random.pick(['kill', 'kill-after', 'torn', 'power']);
    return { LD_PRELOAD: faults, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS || ''}:verify_asan_link_order=0`, FAULT_FILES: files,
        FAULT_DO: deed, FAULT_AT: String(1 + random.below(most)), FAULT_SEED: String(1 + random.below(1e6)) };
}

class Crash {
    constructor(seed) {
        this.random = new Random(seed);
        this.texts = { verdict: new Map(), note: new Map(), sent: new Map() }; /* text -> id: acknowledged to Ben */
        this.asked = new Map(); /* id -> { key, body, acknowledged }: Ann's */
        this.killed = { server: 0, client: 0 };
    }

    async start() {
        this.net = await network(['ann', 'ben']);
        this.home = new Home();
        this.url = `unix:${this.net.api.target.socketPath}`;
        await this.work({}, 0);
        await this.end();
    }

    /** Ben's client: what it acknowledges goes into the books, line by whole line. */
    work(env, acts = ACTS) {
        return new Promise((resolve, reject) => {
            const seed = String(1 + this.random.below(1e9));
            const child = spawn(memberProgram, [this.url, 'ben@x.example', seed, String(acts)],
                { env: { ...this.home.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
            let out = '', errors = '';
            child.stdin.on('error', () => {});
            child.stdin.end(`${PASSWORD}\n`);
            child.stdout.on('data', (text) => { out += text; });
            child.stderr.on('data', (text) => { errors += text; });
            child.on('close', (code, signal) => {
                this.note(out);
                if (signal === 'SIGKILL' || (code === 0 && !/Sanitizer|CRITICAL|runtime error/.test(errors))) resolve(signal);
                else reject(new Error(`member ended with ${code} ${signal}:\n${out}${errors}`));
            });
        });
    }

    note(out) {
        for (const line of out.split('\n').slice(0, -1)) {
            const [what, id, text] = line.split(' ');
            this.texts[what]?.set(text, id);
        }
    }

    /** Ann sends leads to Ben until that many are acknowledged or the server has gone. */
    async send() {
        for (let i = 0; i < SENT_BY_ANN; i++) {
            const id = uuid(), request = { key: uuid(), body: lead(this.net.ben, { need: `Need ${id}` }), acknowledged: false };
            this.asked.set(id, request);
            if (!(await this.ask(id, request))) return;
        }
    }

    async ask(id, request) {
        try {
            const answer = await this.net.ann.put(`/v1/referrals/${id}`, request.body, { key: request.key });
            if (answer.status === 503) return false;
            assert.equal(answer.status, 201, answer.text);
            request.replayed = answer.headers['idempotency-replayed'] === 'true';
            return request.acknowledged = true;
        } catch (error) {
            if (!error.code) throw error;
            return false;
        }
    }

    /** The server with a plan; it may die before it is ready. */
    async serve(env) {
        this.net.api.options.env = env;
        try { await this.net.api.launch(); } catch (error) { if (!this.net.api.exit) throw error; }
    }

    async end() {
        if (!this.net.api.exit) await this.net.api.kill();
        await this.net.api.ended();
    }

    async round() {
        const { api } = this.net, who = this.random.pick(['server', 'client', 'both']);
        const server = who !== 'client' ? plan(this.random, postgresql ? 'socket' : 'server.db', postgresql ? 60 : 500) : {};
        const client = who !== 'server' ? plan(this.random, this.random.pick([LEADS, `${LEADS}:cache.db`, 'socket']), 250) : {};
        await this.serve(server);
        const [signal] = await Promise.all([this.work(client), this.send()]);
        this.killed.client += signal === 'SIGKILL';
        this.killed.server += api.exit !== null && Object.keys(server).length > 0;
        await this.end();
        this.checkFiles();
        const stored = new Set(sql(api.database, `SELECT ${column('id')} FROM referral;`).map(([id]) => id));
        await this.serve({});
        await this.settle(stored);
        await this.end();
        this.compare();
    }

    checkFiles() {
        const files = [this.home.path('DATA_HOME/leadline/crash', LEADS), this.home.path('CACHE_HOME/leadline/crash/cache.db')];
        if (!postgresql) files.push(this.net.api.database.replace(/^sqlite:/, ''));
        for (const file of files.filter((one) => fs.existsSync(one))) {
            const done = spawnSync('sqlite3', [file, 'PRAGMA integrity_check'], { encoding: 'utf8' });
            assert.equal(done.stdout, 'ok\n', `${file}: ${done.stdout}${done.stderr}`);
        }
    }

    /** All is sent that can be: Ann asks again what she does not know, Ben's client empties its outbox. */
    async settle(stored) {
        for (const [id, request] of this.asked) {
            if (request.acknowledged) continue;
            assert.ok(await this.ask(id, request), `the server does not take ${id}`);
            assert.equal(request.replayed, stored.has(plain(id)), `${id} was done ${stored.has(plain(id)) ? 'twice' : 'never'}`);
        }
        /* What failed a moment ago has a time of its own for its next try, which sync does not wait for. */
        for (const end = Date.now() + SETTLE_MS; (await this.sync()) > 0;)
            assert.ok(Date.now() < end, 'the outbox does not become empty');
    }

    /** How many items are still on their way; those that failed are not. */
    async sync() {
        const done = await this.home.leadline(['--profile', 'crash', '--json', 'sync']);
        assert.equal(done.code, 0, `${done.stdout}${done.stderr}`);
        const outbox = await this.home.leadline(['--profile', 'crash', '--json', 'outbox']);
        assert.equal(outbox.code, 0, `${outbox.stdout}${outbox.stderr}`);
        return JSON.parse(outbox.stdout).items.filter(({ state }) => ['held', 'waiting', 'sending'].includes(state)).length;
    }

    compare() {
        const count = (query) => new Map(sql(this.net.api.database, query).map(([text, id, n]) => [text, { id, n: Number(n) }]));
        const stored = {
            note: count(`SELECT text, min(${column('referral')}), count(*) FROM note GROUP BY text;`),
            sent: count(`SELECT l.need, min(${column('r.id')}), count(*) FROM referral r JOIN lead l ON l.id = r.lead_id GROUP BY l.need;`),
        };
        this.compareVerdicts();
        for (const what of ['note', 'sent']) {
            for (const [text, id] of this.texts[what])
                assert.deepEqual(stored[what].get(text), { id: plain(id), n: 1 }, `${what} ${text} of ${id} was acknowledged`);
            for (const [text, { n }] of stored[what]) assert.equal(n, 1, `${what} ${text} is there ${n} times`);
        }
        for (const id of this.asked.keys())
            assert.deepEqual(stored.sent.get(`Need ${id}`), { id: plain(id), n: 1 }, `lead ${id} was acknowledged`);
    }

    /** A cache that lost its last answers with the power shows a lead as waiting that is decided, and Ben may decide again: that amends
     *  the verdict. So the last one counts, or one that was under way after it. */
    compareVerdicts() {
        const last = new Map([...this.texts.verdict].map(([text, id]) => [plain(id), text]));
        const stored = new Map(sql(this.net.api.database, `SELECT ${column('id')}, message, amended, rev FROM referral
            WHERE message IS NOT NULL;`)
            .map(([id, message, amended, rev]) => [id, { message, amended: Number(amended), times: rev - 1 }])); /* sending was the first */
        for (const [id, { message, amended, times }] of stored) {
            assert.equal(times, 1 + amended, `${id} was decided ${times} times`);
            if (!amended || this.texts.verdict.has(message)) assert.equal(message, last.get(id) ?? message, `verdict of ${id} was acknowledged`);
        }
        for (const id of last.keys()) assert.ok(stored.has(id), `verdict of ${id} was acknowledged`);
    }

    acknowledged() {
        return Object.values(this.texts).reduce((sum, texts) => sum + texts.size, this.asked.size);
    }

    async stop() {
        await this.serve({});
        await this.net.stop();
        this.home.remove();
    }
}

async function main(rounds, seed) {
    const crash = new Crash(seed), tests = Math.min(BATCHES, rounds);
    console.log(`TAP version 13\n1..${tests}`);
    await crash.start();
    for (let test = 1, round = 0; test <= tests; test++) {
        for (; round < Math.floor((rounds * test) / tests); round++) {
            try {
                await crash.round();
            } catch (error) {
                console.log(`not ok ${test} - round ${round + 1} of seed ${seed}\n# ${error.stack.replaceAll('\n', '\n# ')}`);
                console.log(`# again: ROUNDS=${round + 1} SEED=${seed} crash.sh`);
                process.exit(1);
            }
        }
        console.log(`ok ${test} - ${round} rounds: killed server ${crash.killed.server}, client ${crash.killed.client} times; ` +
            `of ${crash.acknowledged()} acknowledged nothing lost, nothing doubled`);
    }
    await crash.stop();
}

main(Number(process.argv[2]), Number(process.argv[3] || 1)).catch((error) => {
    console.log(`Bail out! ${error.stack}`);
    process.exit(1);
});
