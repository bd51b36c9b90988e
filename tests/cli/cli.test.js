// SPDX-License-Identifier: GPL-3.0-or-later
// Every command of `leadline` against a real server with the demo network: what it prints, what the server then holds, and
// the exit code of each kind of failure.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { Server, freshDatabase, leadlined, uuid, waitFor } = require('../api/harness.js');
const { Home, hasTerminal, program } = require('./home.js');

const MEMBER = 'member@demo.example', LEADER = 'leader@demo.example', PASSWORD = 'leadline-demo';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let server, url, member, leader, home;

/** Through all pages of a list of the API. */
async function all(caller, address) {
    const items = [];
    for (let cursor = ''; cursor !== null;) {
        const page = await caller.get(`${address}&limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        assert.equal(page.status, 200, page.text);
        items.push(...page.body.items);
        cursor = page.body.next;
    }
    return items;
}

/** Newest first; of one millisecond each side has an order of its own. */
const sorted = (items) => [...items].sort((a, b) => (a.sent_at === b.sent_at ? (a.id < b.id ? 1 : -1) : a.sent_at < b.sent_at ? 1 : -1));

const get = async (id) => (await member.get(`/v1/referrals/${id}`)).body;
/** Sends n leads from one caller to another; their ids. */
async function send(from, to, n) {
    const ids = [];
    for (let i = 0; i < n; i++) {
        ids.push(uuid());
        const sent = await from.put(`/v1/referrals/${ids[i]}`, { to: { account: to.account }, type: 'job', need: `Need ${i}`,
            contact: { first_name: 'Ann', phone_1: '01632 960003' }, permission: { given: true, method: 'spoken' } });
        assert.equal(sent.status, 201, sent.text);
    }
    return ids;
}
/** Leads that wait for the member's verdict, at the server and here. */
async function waiting(n) {
    const ids = await send(leader, member, n);
    (await home.leadline(['sync'])).expect(0);
    return ids;
}

before(async () => {
    const dir = fs.mkdtempSync('/tmp/leadline-cli-db-');
    const database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database]);
    assert.equal(loaded.code, 0, loaded.stderr);
    server = await Server.start({ database, tcp: true });
    server.databaseDir = dir;
    url = `http://127.0.0.1:${server.port}`;
    member = await server.login(MEMBER, PASSWORD);
    leader = await server.login(LEADER, PASSWORD);
    home = new Home();
});

after(async () => {
    home.remove();
    await server.stop();
    fs.rmSync(server.databaseDir, { recursive: true, force: true });
});

/* ---- without a server */

test('help, version and completion need no profile', async () => {
    const empty = new Home();
    assert.match((await empty.leadline(['--help'])).expect(0).stdout, /^Usage: leadline .*[\s\S]*\n  reject ID\.\.\. /);
    assert.match((await empty.leadline(['--version'])).expect(0).stdout, /^leadline \d/);
    assert.match((await empty.leadline(['reject', '--help'])).expect(0).stdout, /no_permission/);
    assert.equal((await empty.leadline(['help', 'reject'])).expect(0).stdout, (await empty.leadline(['reject', '-h'])).stdout);
    assert.deepEqual(fs.readdirSync(empty.path('DATA_HOME')), []);
    empty.remove();
});

test('completion works in bash', async () => {
    const complete = (words) => home.shell(`source <(leadline completion bash); COMP_WORDS=(${words}); ` +
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _leadline; echo "${COMPREPLY[@]}"');
    assert.match((await complete('leadline rej')).expect(0).stdout, /^reject$/m);
    assert.match((await complete('leadline auth lo')).stdout, /^login logout$/m);
    assert.match((await complete('leadline --profile x auth st')).stdout, /^status$/m);
    assert.match((await complete('leadline list --b')).stdout, /^--box$/m);
    assert.match((await complete('leadline list --box s')).stdout, /^sent$/m);
    assert.match((await complete('leadline new --type j')).stdout, /^job$/m);
    assert.match((await complete('leadline reject --reason no_n')).stdout, /^no_need$/m);
});

test('wrong usage is 64 and says what would be right', async () => {
    for (const [args, words] of [
        [['lst'], /did you mean list\?/],
        [['list', '--bx', 'sent'], /did you mean --box\?/],
        [['list', '--box', 'outbox'], /inbox, sent/],
        [['list', '--max', '0'], /from 1/],
        [['show'], /ID\.\.\. is missing/],
        [['--json'], /needs a command/],
        [['--read-only', 'confirm', 'x'], /not with --read-only/],
        [['completion', 'tcsh'], /bash, zsh and fish/],
    ]) {
        const answer = (await home.leadline(args)).expect(64);
        assert.match(answer.stderr, words);
        assert.match(answer.stderr, /^leadline: [^\n]*\n$/);
        assert.equal(answer.stdout, '');
    }
});

test('without a profile, log in first: 4', async () => {
    const empty = new Home();
    for (const args of [['list'], ['count', '--waiting'], ['sync'], ['confirm', 'L-000000'], ['auth', 'status']]) {
        assert.match((await empty.leadline(args)).expect(4).stderr, /leadline auth login/, args.join(' '));
    }
    (await empty.leadline(['--profile', 'work', 'list'])).expect(65);
    empty.remove();
});

/* ---- the session */

describe('auth', () => {
    test('login refuses to store tokens silently, and takes no password as an argument', async () => {
        const refused = (await home.leadline(['--server', url, 'auth', 'login', '--email', MEMBER], { input: `${PASSWORD}\n` })).expect(64);
        assert.match(refused.stderr, /--insecure-storage/);
        (await home.leadline(['--server', url, '--insecure-storage', 'auth', 'login', '--password', PASSWORD])).expect(64);
        (await home.leadline(['--insecure-storage', 'auth', 'login'])).expect(64);
        (await home.leadline(['--server', 'http://example.com', '--insecure-storage', 'auth', 'login'])).expect(65);
        assert.ok(!fs.existsSync(home.path('CONFIG_HOME/leadline/profiles/main')));
    });

    test('a wrong password is 4, no password is 65', async () => {
        const args = ['--server', url, '--insecure-storage', 'auth', 'login', '--email', MEMBER];
        (await home.leadline(args, { input: 'wrong password\n' })).expect(4);
        (await home.leadline(args, { input: '' })).expect(65);
    });

    test('login keeps the session in a file of the user alone', async () => {
        const answer = await home.login(url, MEMBER, PASSWORD);
        assert.match(answer.stderr, /Logged in to http:\/\/127/);
        const status = (await home.leadline(['auth', 'status', '--json'])).expect(0).json();
        assert.equal(status.email, MEMBER);
        assert.equal(status.tokens, 'file');
        assert.equal(status.server, url);
        assert.equal(fs.statSync(status.token_file).mode & 0o777, 0o600);
        assert.equal(status.open, false);
    });

    test('a token file that others can read is refused: 78', async () => {
        const { token_file: file } = (await home.leadline(['auth', 'status', '--json'])).json();
        fs.chmodSync(file, 0o644);
        (await home.leadline(['list'])).expect(78);
        fs.chmodSync(file, 0o600);
        (await home.leadline(['list'])).expect(0);
    });

    test('another server under the same profile is refused', async () => {
        (await home.leadline(['--server', 'http://127.0.0.1:1', 'list'])).expect(64);
        (await home.leadline(['--server', `${url}/`, 'list'])).expect(0);
    });

    test('LEADLINE_TOKEN is used, stored nowhere, and stands in the way of a log-in', async () => {
        const other = new Home();
        const env = { LEADLINE_TOKEN: member.token };
        assert.equal((await other.leadline(['--server', url, 'count', '--waiting'], { env })).expect(0).stdout,
            (await home.leadline(['count', '--waiting'])).stdout);
        assert.equal((await other.leadline(['--server', url, 'auth', 'status', '--json'], { env })).expect(0).json().tokens, 'environment');
        (await other.leadline(['--server', url, '--insecure-storage', 'auth', 'login', '--email', MEMBER], { env, input: 'x\n' })).expect(64);
        assert.equal(fs.existsSync(other.path('STATE_HOME/leadline/main/tokens')), false);
        (await other.leadline(['--server', url, 'sync'])).expect(4);
        (await other.leadline(['--server', url, 'sync'], { env: { LEADLINE_TOKEN: 'lla_nonsense' } })).expect(4);
        other.remove();
    });

    test('logout ends the session here and at the server', async () => {
        const other = new Home();
        await other.login(url, MEMBER, PASSWORD);
        (await other.leadline(['list'])).expect(0);
        const tokens = JSON.parse(fs.readFileSync(other.path('STATE_HOME/leadline/main/tokens')));
        (await other.leadline(['auth', 'logout'])).expect(0);
        assert.equal((await member.get('/v1/me', { token: tokens.access_token })).status, 401);
        assert.equal((await other.leadline(['auth', 'status', '--json'])).expect(4).json().tokens, 'none');
        (await other.leadline(['list'])).expect(0);
        const kept = (await other.leadline(['confirm', (await other.leadline(['list', '-l', '~waiting', '-n', '1'])).rows()[0][0]])).expect(4);
        assert.match(kept.stderr, /kept in the outbox/);
        (await other.leadline(['outbox', '--drop', (await other.leadline(['outbox'])).rows()[0][0]])).expect(0);
        (await other.leadline(['sync'])).expect(4);
        (await other.leadline(['auth', 'logout', '--purge'])).expect(0);
        (await other.leadline(['list'])).expect(4);
        other.remove();
    });
});

/* ---- reading */

describe('list, show, count', () => {
    test('list --json is what the API lists, page after page', async () => {
        await send(leader, member, 420);
        (await home.leadline(['sync'])).expect(0);
        for (const box of ['inbox', 'sent']) {
            const mine = (await home.leadline(['list', '--json', '--box', box])).expect(0).json();
            const theirs = await all(member, `/v1/referrals?box=${box}`);
            assert.equal(mine.next, null);
            assert.deepEqual(sorted(mine.items), sorted(theirs));
            const times = mine.items.map((item) => item.sent_at);
            assert.deepEqual(times, [...times].sort().reverse());
        }
    });

    test('plain lists have eight columns, nothing cut and nothing hostile', async () => {
        const listed = (await home.leadline(['list'])).expect(0);
        const items = (await home.leadline(['list', '--json'])).json().items;
        const rows = listed.rows();
        assert.equal(rows.length, items.length);
        rows.forEach((row, i) => {
            assert.equal(row.length, 8, row.join('|'));
            assert.match(row[0], UUID);
            assert.match(row[1], /^L-[0-9A-HJKMNP-TV-Z]{6}$/);
            assert.deepEqual([row[0], row[2], row[3], row[4]], [items[i].id, items[i].state, items[i].verdict || '', items[i].sent_at]);
        });
        assert.doesNotMatch(listed.stdout, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
        assert.equal((await home.leadline(['list', '--plain', '--no-input', '--no-color'])).stdout, listed.stdout);
    });

    test('pages by --max and --after give every lead once', async () => {
        const whole = (await home.leadline(['list', '--json'])).json().items.map((item) => item.id);
        const paged = [];
        for (let after = []; after !== null;) {
            const page = (await home.leadline(['list', '--json', '-n', '97', ...after])).expect(0).json();
            assert.ok(page.items.length <= 97);
            paged.push(...page.items.map((item) => item.id));
            after = page.next && ['--after', page.next];
        }
        assert.deepEqual(paged, whole);
        assert.equal((await home.leadline(['list', '--json', '-n', String(whole.length)])).json().next, null);
    });

    test('lists have orders, and each can be turned round', async () => {
        const contacts = async (sort) => (await home.leadline(['list', '--sort', sort])).expect(0).rows().map((row) => row[6]);
        const clients = await contacts('client');
        assert.ok(clients.length > 5);
        const folded = clients.map((name) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase());
        assert.deepEqual(folded, [...folded].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
        assert.deepEqual(await contacts('client-'), [...clients].reverse());
        assert.deepEqual(await contacts('age'), (await home.leadline(['list'])).rows().map((row) => row[6]));
        assert.match((await home.leadline(['list', '--sort', 'size'])).expect(64).stderr, /age, state, partner, client, value/);
    });

    test('limits are those of the server', async () => {
        const items = await all(member, '/v1/referrals?box=inbox');
        const ids = async (expr) => (await home.leadline(['list', '--limit', expr])).expect(0).rows().map((row) => row[0]).sort();
        const of = (is) => items.filter(is).map((item) => item.id).sort();
        const isWaiting = (item) => item.state === 'sent' || item.state === 'picked_up';
        assert.deepEqual(await ids('~waiting'), of(isWaiting));
        assert.deepEqual(await ids('waiting'), of(isWaiting));
        assert.deepEqual(await ids('~new | ~won'), of((item) => item.state === 'sent' || item.state === 'won'));
        assert.deepEqual(await ids('!~c'), of((item) => item.verdict !== 'lead'));
        assert.deepEqual(await ids('~v >500 ~c'), of((item) => item.verdict === 'lead' && (item.value || item.lead.value || { amount: 0 }).amount > 50000));
        assert.deepEqual(await ids(`~p "${items[0].from.name}"`), of((item) => item.from.name === items[0].from.name));
        assert.equal((await home.leadline(['count', '--waiting'])).expect(0).stdout, `${of(isWaiting).length}\n`);
        assert.match((await home.leadline(['list', '--limit', '~nwe'])).expect(65).stderr, /column 5.*~new/);
    });

    test('show is the API\'s object, by label, id and the beginning of one', async () => {
        const theirs = await get((await home.leadline(['list', '-n', '1'])).rows()[0][0]);
        const label = (await home.leadline(['list', '-n', '1'])).rows()[0][1];
        for (const id of [theirs.id, label, label.toLowerCase(), theirs.id.slice(0, 18)]) {
            assert.deepEqual((await home.leadline(['show', id, '--json'])).expect(0).json(), theirs);
        }
        const plain = Object.fromEntries((await home.leadline(['show', label])).expect(0).rows());
        assert.equal(plain['lead.need'], theirs.lead.need);
        assert.equal(plain['from.account'], theirs.from.account);
        assert.equal((await get(theirs.id)).state, theirs.state); /* looking does not open it */
        const several = (await home.leadline(['show', '--json', label, theirs.id])).expect(0).stdout.trim().split('\n');
        assert.deepEqual(several.map(JSON.parse), [theirs, theirs]);
    });

    test('an unknown lead is 65; one of several names those there are', async () => {
        assert.match((await home.leadline(['show', 'L-000000'])).expect(65).stderr, /leadline sync/);
        assert.match((await home.leadline(['show', uuid()])).expect(65).stderr, /no lead/);
        const ids = (await home.leadline(['list'])).rows().map((row) => row[0]);
        const prefix = ids.find((id) => ids.filter((other) => other.startsWith(id.slice(0, 4))).length > 1).slice(0, 4);
        const answer = (await home.leadline(['show', prefix])).expect(65);
        assert.ok(ids.filter((id) => answer.stderr.includes(id)).length > 1, answer.stderr);
    });

    test('count is the API\'s', async () => {
        const counts = (await home.leadline(['count', '--json'])).expect(0).json();
        const [inbox, sent] = [await all(member, '/v1/referrals?box=inbox'), await all(member, '/v1/referrals?box=sent')];
        assert.equal(counts.inbox, inbox.length);
        assert.equal(counts.sent, sent.length);
        assert.equal(counts.inbox_new, inbox.filter((item) => item.state === 'sent').length);
    });

    test('reading loads no network library', async () => {
        for (const args of [['list'], ['count'], ['show', (await home.leadline(['list', '-n', '1'])).rows()[0][0]], ['outbox']]) {
            const answer = (await home.leadline(args, { env: { LD_DEBUG: 'files' } })).expect(0);
            assert.match(answer.stderr, /libsqlite3/);
            assert.doesNotMatch(answer.stderr, /libcurl|libssl/);
        }
    });

    test('a pipe that closes ends it quietly; a full disk is 74', async () => {
        assert.equal((await home.shell('leadline list --json | head -c 10')).expect(0).stderr, '');
        assert.match((await home.shell('leadline list > /dev/full')).expect(74).stderr, /standard output: No space left/);
        assert.match((await home.shell('leadline --help > /dev/full')).expect(74).stderr, /^$/);
    });

    test('a broken configuration is 78 and names its line, where it would decide which profile', async () => {
        const ways = [[['--config', home.path('config'), 'count'], {}], [['count'], { env: { LEADLINE_CONFIG: home.path('config') } }]];
        const profiles = home.path('CONFIG_HOME/leadline/profiles');
        fs.writeFileSync(home.path('config'), '# fine\nset nonsense=1\n');
        for (const way of ways) (await home.leadline(...way)).expect(0);
        fs.copyFileSync(path.join(profiles, 'main'), path.join(profiles, 'second'));
        for (const way of ways) assert.match((await home.leadline(...way)).expect(78).stderr, /config:2/);
        assert.match((await home.leadline(['count'])).expect(64).stderr, /--profile with one of: main, second/);
        fs.writeFileSync(home.path('config'), 'set profile=main\n');
        for (const way of ways) (await home.leadline(...way)).expect(0);
        fs.rmSync(path.join(profiles, 'second'));
    });
});

/* ---- verdicts */

describe('confirm and reject', () => {
    test('confirm reaches the server, and prints the lead', async () => {
        const [id] = await waiting(1);
        const printed = (await home.leadline(['confirm', id, '-m', 'Thank you\u{1F680}', '--value', '1,250.50', '--json'])).expect(0).json();
        const theirs = await get(id);
        assert.equal(theirs.verdict, 'lead');
        assert.equal(theirs.message, 'Thank you\u{1F680}');
        assert.deepEqual(theirs.value, { amount: 125050, currency: 'GBP' });
        assert.deepEqual(printed, theirs);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
    });

    test('confirming again changes nothing and uses no amendment up', async () => {
        const [id] = await waiting(1);
        const [row] = (await home.leadline(['confirm', id])).expect(0).rows();
        assert.deepEqual([row[0], row[2], row[3]], [id, 'confirmed', 'lead']);
        const { rev } = await get(id);
        (await home.leadline(['confirm', id])).expect(0);
        assert.deepEqual([(await get(id)).rev, (await get(id)).amended], [rev, false]);
    });

    test('a verdict is changed when that is asked for, once', async () => {
        const [id] = await waiting(1);
        (await home.leadline(['confirm', id])).expect(0);
        assert.match((await home.leadline(['reject', id, '--reason', 'duplicate'])).expect(77).stderr, /your verdict: lead.*once, until .*--amend/);
        assert.deepEqual([(await get(id)).verdict, (await get(id)).amended], ['lead', false]);
        (await home.leadline(['reject', id, '--reason', 'duplicate', '--amend'])).expect(0);
        assert.deepEqual([(await get(id)).verdict, (await get(id)).amended], ['not_a_lead', true]);
        for (const amend of [[], ['--amend']]) {
            assert.match((await home.leadline(['confirm', id, ...amend])).expect(77).stderr, /once/);
        }
        const [old] = await waiting(1);
        (await home.leadline(['reject', old, '-r', 'no_need', '--amend'])).expect(0);
        assert.equal((await get(old)).amended, false);
    });

    test('reject needs a reason or a message; both reach the sender', async () => {
        const [first, second] = await waiting(2);
        assert.match((await home.leadline(['reject', first])).expect(64).stderr, /no_permission.*other/);
        assert.match((await home.leadline(['reject', first, '-r', 'no_nead'])).expect(64).stderr, /did you mean no_need/);
        assert.match((await home.leadline(['reject', first, '-r', 'other'])).expect(65).stderr, /--message/);
        assert.equal((await get(first)).verdict, undefined);
        (await home.leadline(['reject', first, '-r', 'no_need'])).expect(0);
        assert.deepEqual([(await get(first)).verdict, (await get(first)).reason_code], ['not_a_lead', 'no_need']);
        (await home.leadline(['reject', second, '-r', 'other', '-m', '-'], { input: 'Two lines,\nboth kept.\n' })).expect(0);
        assert.equal((await get(second)).message, 'Two lines,\nboth kept.');
    });

    test('of several, all or none', async () => {
        const ids = await waiting(3);
        const [sent] = (await home.leadline(['list', '--box', 'sent', '-n', '1'])).rows();
        (await home.leadline(['confirm', ids[0], ids[1], sent[0]])).expect(77);
        (await home.leadline(['confirm', ids[0], 'L-000000'])).expect(65);
        assert.equal((await get(ids[0])).verdict, undefined);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
        const rows = (await home.leadline(['confirm', ...ids])).expect(0).rows();
        assert.deepEqual(rows.map((row) => row[0]), ids);
        for (const id of ids) assert.equal((await get(id)).verdict, 'lead');
    });

    test('a verdict that the server refuses is 77, stays in the outbox, and can be dropped', async () => {
        const [id] = await waiting(1);
        for (const verdict of [{ verdict: 'lead' }, { verdict: 'not_a_lead', reason_code: 'no_need' }]) {
            assert.equal((await member.post(`/v1/referrals/${id}/confirm`, verdict)).status, 200);
        }
        (await home.leadline(['confirm', id])).expect(77);
        const [item] = (await home.leadline(['outbox', '--json'])).expect(0).json().items;
        assert.deepEqual([item.object, item.state, item.problem], [id, 'failed', 'amend-closed']);
        assert.equal((await home.leadline(['outbox'])).rows()[0][3], 'failed');
        (await home.leadline(['outbox', '--retry', id])).expect(77);
        (await home.leadline(['outbox', '--drop', id])).expect(0);
        assert.equal((await home.leadline(['outbox'])).expect(0).stdout, '');
        (await home.leadline(['outbox', '--drop', id])).expect(65);
        (await home.leadline(['sync'])).expect(0);
        assert.equal((await home.leadline(['show', id, '--json'])).json().verdict, 'not_a_lead');
    });

    test('notes and the profile are changed, and merged with what another device did', async () => {
        const [id] = await waiting(1);
        (await home.leadline(['note', id])).expect(64);
        (await home.leadline(['note', id, '-m', 'First words'])).expect(0);
        const [note] = (await member.get(`/v1/referrals/${id}/notes`)).body.items;
        assert.equal(note.text, 'First words');
        (await home.leadline(['note', id, '--note', '2', '-m', 'No such'])).expect(65);
        (await home.leadline(['note', id, '--note', '1', '-m', 'Second words'])).expect(0);
        (await home.leadline(['note', id, '--note', note.id, '-m', '-'], { input: 'Third\nwords\n' })).expect(0);
        assert.equal((await member.get(`/v1/referrals/${id}/notes/${note.id}`)).body.text, 'Third\nwords');
        // The client knows nothing of this one yet.
        assert.equal((await member.write('PUT', `/v1/referrals/${id}/notes/${note.id}`, { text: 'Theirs' }, { rev: 3 })).status, 200);
        (await home.leadline(['note', id, '--note', '1', '-m', 'Mine'])).expect(77);
        const [item] = (await home.leadline(['outbox', '--json'])).json().items;
        assert.deepEqual([item.state, JSON.parse(item.theirs).text, JSON.parse(item.body).text], ['conflict', 'Theirs', 'Mine']);
        assert.match((await home.leadline(['sync', '--json'])).stdout, /"outbox_conflict":1/);
        (await home.leadline(['outbox', '--keep-mine', item.op, '--field', 'text'])).expect(0);
        assert.equal((await member.get(`/v1/referrals/${id}/notes/${note.id}`)).body.text, 'Mine');
        assert.equal((await member.write('PUT', `/v1/referrals/${id}/notes/${note.id}`, { text: 'Theirs' }, { rev: 5 })).status, 200);
        (await home.leadline(['note', id, '--note', '1', '-m', 'Mine again'])).expect(77);
        (await home.leadline(['outbox', '--keep-theirs', id])).expect(0);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
        assert.equal((await member.get(`/v1/referrals/${id}/notes/${note.id}`)).body.text, 'Theirs');

        const before = (await home.leadline(['account', '--json'])).expect(0).json();
        (await home.leadline(['account', '--name', ''])).expect(65);
        const rev = (await member.get('/v1/me')).body.account.rev;
        assert.equal((await member.write('PATCH', '/v1/me', { business_type: 'Merged' }, { rev })).status, 200);
        (await home.leadline(['account', '--company-name', 'Elsewhere Ltd'])).expect(0);
        const { account } = (await member.get('/v1/me')).body;
        assert.deepEqual([account.name, account.company_name, account.business_type], [before.name, 'Elsewhere Ltd', 'Merged']);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
    });

    test('what is dropped is kept with its reason, comes back, and is edited', async () => {
        const [id] = await waiting(1);
        for (const verdict of [{ verdict: 'lead' }, { verdict: 'not_a_lead', reason_code: 'no_need' }])
            assert.equal((await member.post(`/v1/referrals/${id}/confirm`, verdict)).status, 200);
        (await home.leadline(['confirm', id, '-m', 'Thank you'])).expect(77);
        (await home.leadline(['outbox', '--drop', 'all', '-m', 'decided elsewhere'])).expect(0);
        const [dropped] = (await home.leadline(['outbox', '--dropped', '--json'])).json().items;
        assert.deepEqual([dropped.reason, dropped.item.object, JSON.parse(dropped.item.body).message], ['decided elsewhere', id, 'Thank you']);
        assert.deepEqual((await home.leadline(['outbox', '--dropped'])).rows()[0].slice(-1), ['decided elsewhere']);
        (await home.leadline(['outbox', '--take-back', id])).expect(65);
        (await home.leadline(['outbox', '--take-back', dropped.item.op])).expect(0);
        (await home.leadline(['sync'])).expect(77);
        (await home.leadline(['outbox', '--edit', dropped.item.op])).expect(64);
        (await home.leadline(['outbox', '--edit', dropped.item.op, '-i', '-'], { input: '{"verdict":' })).expect(65);
        (await home.leadline(['outbox', '--edit', dropped.item.op, '-i', '-'], { input: '{"verdict":"not_a_lead"}' })).expect(65);
        assert.equal((await home.leadline(['outbox'])).rows()[0][3], 'failed');
        (await home.leadline(['outbox', '--edit', dropped.item.op, '-i', '-'], { input: '{"verdict":"lead","message":"Still late"}' })).expect(77);
        assert.equal(JSON.parse((await home.leadline(['outbox', '--json'])).json().items[0].body).message, 'Still late');
        (await home.leadline(['outbox', '--drop', id])).expect(0);
        assert.equal((await home.leadline(['outbox', '--dropped'])).rows()[0][0], dropped.item.op);
    });

    test('eight at once all get through', async () => {
        const other = new Home();
        const ids = await send(member, leader, 8);
        await other.login(url, LEADER, PASSWORD);
        const answers = await Promise.all(ids.map((id) => other.leadline(['confirm', id, '--timeout', '60'])));
        answers.forEach((answer) => answer.expect(0));
        for (const id of ids) assert.equal((await leader.get(`/v1/referrals/${id}`)).body.verdict, 'lead');
        other.remove();
    });
});

/* ---- passing a lead on */

describe('new', () => {
    const lead = ['--type', 'job', '--need', 'New roof', '--first-name', 'Ann', '--phone-1', '01632 960001',
        '--permission-given', '--permission-method', 'spoken', '--permission-channels', 'phone,email', '--known-and-spoken'];

    test('from options, to a partner by e-mail or words', async () => {
        for (const to of [LEADER, (await leader.get('/v1/me')).body.account.name]) {
            const sent = (await home.leadline(['new', '--to', to, ...lead, '--value', '500', '--json'])).expect(0).json();
            const theirs = (await leader.get(`/v1/referrals/${sent.id}`)).body;
            assert.equal(theirs.lead.need, 'New roof');
            assert.deepEqual(theirs.lead.permission.channels, ['phone', 'email']);
            assert.deepEqual(theirs.lead.value, { amount: 50000, currency: 'GBP' });
            assert.deepEqual(sent, await get(sent.id));
        }
    });

    test('from JSON on standard input, options over it', async () => {
        const body = { to: { account: leader.account }, type: 'job', contact: { company_name: 'Żółć & Co', email: 'a@b.example' }, need: 'Paint',
            permission: { given: true, method: 'form' } };
        const sent = (await home.leadline(['new', '--input', '-', '--city', 'Leeds'], { input: JSON.stringify(body) })).expect(0).rows();
        const theirs = (await leader.get(`/v1/referrals/${sent[0][0]}`)).body.lead;
        assert.deepEqual([theirs.contact.company_name, theirs.contact.city, theirs.need], ['Żółć & Co', 'Leeds', 'Paint']);
    });

    test('R121, R31: for two in one act; R30: a lead that was sent, to one more', async () => {
        const names = (await home.leadline(['partners'])).expect(0).rows().filter((row) => row[4] !== LEADER);
        const sent = (await home.leadline(['new', '--to', LEADER, '--also', names[0][0], ...lead])).expect(0).rows();
        assert.equal(sent.length, 2);
        const [first, second] = [await get(sent[0][0]), await get(sent[1][0])];
        assert.equal(second.copy_of, first.id);
        assert.deepEqual([first.competing, second.competing], [true, true]);
        const copy = (await home.leadline(['new', '--copy-of', first.id, '--to', names[1][0], '--json'])).expect(0).json();
        assert.deepEqual([copy.copy_of, copy.lead.need, copy.lead.contact.first_name], [first.id, 'New roof', 'Ann']);
        (await home.leadline(['new', '--to', LEADER, '--also', LEADER, ...lead])).expect(65);
        (await home.leadline(['new', '--copy-of', first.id, '--input', '-'], { input: '{}' })).expect(64);
    });

    test('R116: somebody outside the network', async () => {
        const sent = (await home.leadline(['new', '--to', 'Jo Doe <jo@doe.example>', ...lead, '--json'])).expect(0).json();
        assert.deepEqual([sent.to.name, sent.to_email], ['Jo Doe', 'jo@doe.example']);
        (await home.leadline(['new', '--to', 'Jo Doe <jo@doe.example', ...lead])).expect(65);
    });

    test('whom to contact from a vCard or a signature, options over it', async () => {
        const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Bright;Priya;;;\r\nORG:Bright & Co\r\nTEL;TYPE=WORK:01632 960190\r\nEND:VCARD\r\n';
        const rest = ['--type', 'job', '--need', 'Boiler', '--permission-given', '--to', LEADER, '--json'];
        const one = (await home.leadline(['new', '--from-vcard', '-', '--first-name', 'Anne', ...rest], { input: card })).expect(0).json();
        assert.deepEqual(one.lead.contact, { first_name: 'Anne', last_name: 'Bright', company_name: 'Bright & Co', phone_1: '01632 960190' });
        const text = 'Kind regards\nPriya Bright\nT: 01632 960190\npriya@bright.example\n';
        const two = (await home.leadline(['new', '--from-vcard', '-', ...rest], { input: text })).expect(0).json();
        assert.deepEqual(two.lead.contact, { first_name: 'Priya', last_name: 'Bright', phone_1: '01632 960190', email: 'priya@bright.example' });
        const none = await home.leadline(['new', '--from-vcard', '-', ...rest], { input: 'See you on Monday.\n' });
        assert.match(none.expect(65).stderr, /no name, number or address/);
    });

    test('remind: once a day, and only before the verdict', async () => {
        const sent = (await home.leadline(['new', '--to', LEADER, ...lead, '--json'])).expect(0).json();
        (await home.leadline(['remind', sent.id])).expect(0);
        assert.ok((await get(sent.id)).reminded_at);
        const again = await home.leadline(['remind', sent.id]);
        assert.notEqual(again.code, 0);
        assert.match(again.stderr, /once a day/);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
    });

    test('what is wrong is told by option, all at once: 65', async () => {
        const answer = (await home.leadline(['new', '--to', LEADER, '--email', 'nobody'])).expect(65);
        for (const option of ['--type', '--need', '--email', '--permission-given']) assert.match(answer.stderr, new RegExp(`${option}: `));
        assert.match((await home.leadline(['new', '--to', 'nobody at all', ...lead])).expect(65).stderr, /yours are: /);
        assert.match((await home.leadline(['new', '--input', '-'], { input: '{"need":1,' })).expect(65).stderr, /line 1/);
        assert.match((await home.leadline(['new', '--input', '-'], { input: '{"colour":"red"}' })).expect(65).stderr, /colour/);
        (await home.leadline(['new', '--input', '/nonexistent'])).expect(65);
        (await home.leadline(['new'])).expect(64);
        (await home.leadline(['new', '--type', 'jbo', ...lead.slice(2), '--to', LEADER])).expect(65);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
    });
});

/* ---- without the network */

describe('offline', () => {
    /** Something that accepts and never answers, where the server was. */
    const silence = () => new Promise((resolve) => {
        const sockets = [];
        const deaf = net.createServer((socket) => { sockets.push(socket); socket.on('error', () => {}); });
        deaf.listen(server.port, '127.0.0.1', () => resolve(() => new Promise((done) => {
            sockets.forEach((socket) => socket.destroy());
            deaf.close(done);
        })));
    });

    const stop = async () => { server.agent.destroy(); server.child.kill('SIGTERM'); await server.ended(); };

    test('verdicts are queued (75), shown at once, and sent once by sync', async () => {
        const [first, second] = await waiting(2);
        const rev = (await get(first)).rev;
        await stop();
        const queued = (await home.leadline(['confirm', first, '--json'])).expect(75);
        assert.match(queued.stderr, /kept in the outbox/);
        assert.equal(queued.json().verdict, 'lead');
        (await home.leadline(['reject', second, '-r', 'wrong_area'])).expect(75);
        assert.equal((await home.leadline(['show', first, '--json'])).expect(0).json().verdict, 'lead');
        assert.deepEqual((await home.leadline(['list', '-l', '~unsent'])).rows().map((row) => row[0]).sort(), [first, second].sort());
        assert.equal((await home.leadline(['outbox', '--json'])).json().items.length, 2);
        (await home.leadline(['sync'])).expect(69);
        (await home.leadline(['auth', 'login'], { input: `${PASSWORD}\n` })).expect(69);
        await server.launch();
        const summary = (await home.leadline(['sync', '--json'])).expect(0).json();
        assert.equal(summary.outbox_waiting, 0);
        assert.deepEqual([(await get(first)).verdict, (await get(second)).verdict], ['lead', 'not_a_lead']);
        assert.equal((await get(first)).rev, rev + 1);
        assert.deepEqual((await home.leadline(['show', first, '--json'])).json(), await get(first));
    });

    test('what the server refuses when it is back makes sync 77', async () => {
        const [id] = await waiting(1);
        await stop();
        (await home.leadline(['confirm', id])).expect(75);
        await server.launch();
        for (const verdict of [{ verdict: 'lead' }, { verdict: 'not_a_lead', reason_code: 'no_need' }]) {
            assert.equal((await member.post(`/v1/referrals/${id}/confirm`, verdict)).status, 200);
        }
        assert.match((await home.leadline(['sync'])).expect(77).stderr, /refused 1 action/);
        (await home.leadline(['sync'])).expect(0);
        (await home.leadline(['outbox', '--drop', id])).expect(0);
        assert.equal((await home.leadline(['show', id, '--json'])).json().verdict, 'not_a_lead');
    });

    test('nothing waits longer than its timeout', async () => {
        const [id] = await waiting(1);
        await stop();
        const hear = await silence();
        const verdict = (await home.leadline(['confirm', id, '--timeout', '1'])).expect(75);
        assert.ok(verdict.ms < 10000, `${verdict.ms} ms`);
        const synced = (await home.leadline(['sync', '--timeout', '1'])).expect(69);
        assert.ok(synced.ms < 10000, `${synced.ms} ms`);
        (await home.leadline(['auth', 'login', '--timeout', '1'], { input: `${PASSWORD}\n` })).expect(69);
        for (const args of [['list'], ['count'], ['outbox'], ['show', id], ['auth', 'status']]) (await home.leadline(args)).expect(0);
        await hear();
        await server.launch();
        (await home.leadline(['sync'])).expect(0);
        assert.equal((await get(id)).verdict, 'lead');
    });
});

/* ---- beside a screen that is open */

describe('beside an open screen', { skip: hasTerminal() ? false : 'no script(1)' }, () => {
    const isOpen = async () => (await home.leadline(['auth', 'status', '--json'])).json().open;
    const pids = () => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
        try {
            return fs.readlinkSync(`/proc/${pid}/exe`) === fs.realpathSync(program) &&
                fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home.dir);
        } catch { return false; }
    }).map(Number);

    test('reads at once, and its verdicts are sent by the screen', async () => {
        const [first] = await waiting(1);
        const screen = home.screen();
        await waitFor(isOpen, 20000, 'the screen to open');
        assert.ok((await home.leadline(['list', '--json'])).expect(0).json().items.length > 0);
        (await home.leadline(['count', '--waiting'])).expect(0);
        (await home.leadline(['outbox'])).expect(0);
        assert.match((await home.leadline(['sync'])).expect(0).stderr, /another leadline is open/);
        assert.equal((await home.leadline(['confirm', first, '--json'])).expect(0).json().verdict, 'lead');
        assert.equal((await get(first)).verdict, 'lead');
        (await home.leadline(['auth', 'logout'])).expect(75);
        screen.child.stdin.write(':quit!\r');
        await screen.end;
        assert.equal(await isOpen(), false);
    });

    test('a screen that hangs keeps it in the outbox (75); one that dies has it sent', async () => {
        const [first, second] = await waiting(2);
        const screen = home.screen();
        await waitFor(isOpen, 20000, 'the screen to open');
        const [pid] = pids();
        process.kill(pid, 'SIGSTOP');
        assert.match((await home.leadline(['confirm', first, '--timeout', '1'])).expect(75).stderr, /leadline that is open sends it/);
        const late = home.leadline(['confirm', second, '--timeout', '30']);
        await waitFor(async () => (await home.leadline(['outbox'])).rows().length === 2, 20000, 'both in the outbox');
        process.kill(pid, 'SIGKILL');
        screen.child.kill('SIGCONT'); /* script stops with its child */
        (await late).expect(0);
        assert.equal((await get(second)).verdict, 'lead');
        await screen.end;
        (await home.leadline(['sync'])).expect(0);
        assert.equal((await get(first)).verdict, 'lead');
    });
});

/* ---- for people */

describe('on a terminal', { skip: hasTerminal() ? false : 'no script(1)' }, () => {
    const terminal = (line, options) => home.run('script', ['-qec', `stty rows 24 cols 90; exec '${program}' ${line}`, '/dev/null'], options);

    test('lists fit the width and have colours, unless NO_COLOR', async () => {
        const coloured = (await terminal('list')).expect(0).stdout;
        assert.match(coloured, /\x1b\[[0-9;]+m/);
        const plain = (await terminal('list', { env: { NO_COLOR: '1' } })).expect(0).stdout;
        assert.doesNotMatch(plain, /\x1b/);
        assert.match(plain, /^ID +STATE +WHEN +PARTNER +CONTACT +NEED\r?$/m);
        for (const line of plain.split(/\r?\n/)) assert.ok([...line].length <= 90, line);
        assert.doesNotMatch((await terminal('list --no-color')).stdout, /\x1b/);
        assert.match((await terminal('list --plain')).stdout, /\t/);
    });

    test('a missing reason is asked for; --no-input fails instead', async () => {
        const [id] = await waiting(1);
        (await terminal(`reject ${id} --no-input`)).expect(64);
        (await terminal(`reject ${id} --no-input -m -`)).expect(64);
        (await terminal(`reject ${id}`, { input: '5\n' })).expect(0);
        assert.equal((await get(id)).reason_code, 'no_need');
    });

    test('the password is not echoed; Ctrl-C cancels (2)', async () => {
        for (const [typed, code] of [[`wrong\x15wro\x7f\x7f\x7f${PASSWORD}\r`, 0], ['never\x03', 2], ['\x04', 2]]) {
            const terminal = home.screen(['auth', 'login']);
            await waitFor(() => terminal.text.includes('Password of member@demo.example: ') || terminal.ended);
            terminal.child.stdin.write(typed);
            assert.equal(await terminal.end, code, terminal.text);
            assert.doesNotMatch(terminal.text, /wro|never|leadline-demo/);
        }
    });

    test('new opens a form in the editor', async () => {
        const editor = home.path('editor');
        fs.writeFileSync(editor, `#!/bin/sh
sed -i -e 's/^to:.*/to: ${LEADER}/; s/^type:.*/type: job/; s/^need:.*/need: Fence/; s/^phone-1:.*/phone-1: 01632 960002/' \\
    -e 's/^permission-given:.*/permission-given: yes/' "$1"\n`, { mode: 0o755 });
        (await terminal('new', { env: { EDITOR: editor } })).expect(0);
        const [latest] = await all(leader, '/v1/referrals?box=inbox');
        assert.equal(latest.lead.need, 'Fence');
        const broken = home.path('broken');
        fs.writeFileSync(broken, '#!/bin/sh\nsed -i -e "s/^type:.*/type: jbo/; s/^need:.*/need: Kept/" "$1"\n', { mode: 0o755 });
        assert.match((await terminal('new', { env: { EDITOR: broken }, input: 'n\n' })).expect(2).stdout, /goes on with this form/);
        const kept = home.path('kept');
        fs.writeFileSync(kept, `#!/bin/sh\ncp "$1" '${home.path('seen')}'; : >"$1"\n`, { mode: 0o755 });
        (await terminal('new', { env: { EDITOR: kept } })).expect(2);
        assert.match(fs.readFileSync(home.path('seen'), 'utf8'), /^need: Kept$/m);
        (await terminal('new', { env: { EDITOR: 'true' } })).expect(2);
        assert.deepEqual(fs.readdirSync(home.path('STATE_HOME/leadline/main')).filter((name) => name.startsWith('lead-')), []);
        (await terminal('new', { env: { EDITOR: 'false' } })).expect(1);
        assert.equal((await home.leadline(['outbox'])).stdout, '');
    });
});

/* ---- doctor and log */

test('doctor finds what is wrong, and says the cure; the log holds no secret', async () => {
    const here = new Home(), grades = async (args, options) => {
        const answer = await here.leadline([...args, 'doctor', '--json'], options);
        return { code: answer.code, ...Object.fromEntries(answer.json().items.map((one) => [one.check, one])) };
    };
    const fresh = await grades([]);
    assert.equal(fresh.code, 1);
    assert.equal(fresh.profile.grade, 'wrong');
    assert.match(fresh.profile.cure, /leadline auth login/);
    assert.equal((await grades([], { env: { LC_ALL: 'C' } })).locale.grade, 'note');

    const elsewhere = await grades(['--server', 'http://127.0.0.1:1', '--insecure-storage']);
    assert.deepEqual([elsewhere.code, elsewhere.session.grade, elsewhere.server.grade], [1, 'wrong', 'note']);

    await here.login(url, MEMBER, PASSWORD);
    const well = await grades([]);
    assert.equal(well.code, 0, JSON.stringify(well));
    for (const check of ['config', 'profile', 'privacy', 'outbox', 'session', 'server', 'keys']) assert.equal(well[check].grade, 'ok', check);

    const config = here.path('CONFIG_HOME/leadline');
    fs.writeFileSync(path.join(config, 'config'), 'set undo_hold=often\n');
    fs.writeFileSync(path.join(config, 'keys'), 'list zz down\nlist z up\n');
    const state = path.dirname(well.log.finding);
    fs.chmodSync(state, 0o755);
    const ill = await grades([]);
    assert.equal(ill.code, 1);
    assert.match(ill.config.finding, /config:1: .*undo_hold/);
    assert.match(ill.keys.finding, /keys:2/);
    assert.equal(ill.privacy.cure, `chmod 700 ${state}`);

    const log = fs.readFileSync(well.log.finding, 'utf8'), tokens = JSON.parse(fs.readFileSync(path.join(state, 'tokens'), 'utf8'));
    assert.match(log, /event=request request="POST \/v1\/login" status=200/);
    for (const secret of [tokens.access_token, tokens.refresh_token, PASSWORD, MEMBER, 'Bearer', 'since=']) assert.ok(!log.includes(secret), secret);
    assert.equal(fs.statSync(well.log.finding).mode & 0o777, 0o600);
    here.remove();
});

/* ---- the private servers */

test('--demo lists and confirms in a network of its own', async () => {
    const empty = new Home();
    const listed = (await empty.leadline(['--demo', 'list', '-n', '3'], { ms: 120000 })).expect(0);
    assert.equal(listed.rows().length, 3);
    assert.deepEqual(fs.readdirSync(empty.path('RUNTIME_DIR/leadline')), []);
    empty.remove();
});
