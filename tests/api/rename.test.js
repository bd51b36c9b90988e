// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever changes name, company or business is shown so to partners and to both sides of each referral; others are not told.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { Server, freshDatabase, leadlined, uuid } = require('./harness.js');
const { Copy, assertComplete } = require('./copy.js');
const { ask, group, join, must, officersOf, people: persons } = require('./groups.js');
const { lead, literal, network, send, sql } = require('./network.js');

/* Dan was a partner when he got a lead; Fay is a partner without one; Eve has nothing to do with anybody. */
let net, ann, ben, cy, dan, eve, fay, everybody;
const people = () => {
    ({ ann, ben, cy, dan, eve, fay } = net);
    everybody = [ann, ben, cy, dan, eve, fay];
};
before(async () => {
    net = await network(['ann', 'ben', 'cy', 'dan', 'fay'], { strangers: ['eve'] });
    people();
    for (const [from, to] of [[ann, ben], [ann, ben], [ben, ann], [cy, ann], [ann, dan], [ben, cy]]) await send(from, to);
    net.api.child.kill('SIGTERM');
    await net.api.ended();
    sql(net.api.database, endPartnership(ann, dan));
    await net.api.launch();
    await net.login();
    people();
});
after(() => net.stop());

function endPartnership(a, b) {
    const pair = [a.account, b.account].map(literal), [first, second] = [a.account, b.account].sort().map(literal);
    return `BEGIN; UPDATE connection SET state = 7 WHERE account_a = ${first} AND account_b = ${second};
        ${[pair, [...pair].reverse()].map(([scope, partner]) => `UPDATE scope SET seq = seq + 1 WHERE id = ${scope};
            UPDATE change_index SET deleted = 1, changed_at = 1, seq = (SELECT seq FROM scope WHERE id = ${scope})
            WHERE scope_id = ${scope} AND type = 3 AND object_id = ${partner};`).join('\n')} COMMIT;`;
}

async function change(caller, fields) {
    const { rev } = (await caller.get('/v1/me')).body.account;
    const answer = await caller.patch('/v1/me', fields, { rev });
    assert.equal(answer.status, 200, answer.text);
    return answer;
}

async function copies(callers = everybody) {
    const made = callers.map((caller) => new Copy(caller));
    for (const copy of made) await copy.sync();
    return made;
}

const seq = (copy) => Number(/\.(\d+)$/.exec(copy.state)[1]);
/** "referral 2, partner 1": how many of which types. */
function summary(told) {
    const types = told.map((o) => o.type);
    return ['referral', 'partner', 'account', 'note', 'invitation', 'membership_request'].filter((type) => types.includes(type))
        .map((type) => `${type} ${types.filter((t) => t === type).length}`).join(', ');
}
const parties = (told, caller) => told.filter((o) => o.type === 'referral').flatMap((o) => [o.data.from, o.data.to]).filter((p) => p.account === caller.account);

for (const [field, value] of [['name', 'Ann Other'], ['company_name', 'Other & Co'], ['company_name', null]])
    test(`${field} ${value}: partners and both sides of each referral are told`, async () => {
        const all = await copies(), before = all.map(seq);
        await change(ann, { [field]: value });
        const told = [];
        for (const copy of all) told.push(await copy.sync());
        //                               ann                       ben                      cy                       dan           eve fay
        assert.deepEqual(told.map(summary), ['referral 5, account 1', 'referral 3, partner 1', 'referral 1, partner 1', 'referral 1', '', 'partner 1']);
        for (const party of told.flatMap((objects) => parties(objects, ann))) assert.equal(party[field], value ?? undefined);
        for (const { data } of told.flat().filter((o) => o.type === 'partner')) assert.equal(data[field], value ?? undefined);
        assert.deepEqual(all.map((copy, i) => seq(copy) - before[i]), told.map((objects) => objects.length), 'no number is left out');
        for (const copy of all) await assertComplete(copy);
    });

test('each number of a scope has its object, once', async () => {
    const [copy] = await copies([ben]), first = seq(copy);
    await change(ann, { name: 'Ann by One' });
    const slow = new Copy(ben, { limit: '1' });
    slow.state = copy.state;
    const told = [];
    for (let n = 1, more = true; more; n++) {
        const page = await slow.page();
        assert.equal(seq(slow), first + n);
        told.push(...page.objects.map((o) => o.id));
        more = page.more;
    }
    assert.equal(told.length, 4);
    assert.equal(new Set(told).size, 4);
});

test('the business is seen by partners only', async () => {
    const all = await copies();
    await change(ann, { business_type: 'plumber' });
    const told = [];
    for (const copy of all) told.push(await copy.sync());
    assert.deepEqual(told.map(summary), ['account 1', 'partner 1', 'partner 1', '', '', 'partner 1']);
    for (const copy of all) await assertComplete(copy);
});

test('what is as it was is told to nobody, not even to oneself', async () => {
    const me = (await ann.get('/v1/me')).body, { name, business_type, rev } = me.account;
    const all = await copies(), states = all.map((copy) => copy.state);
    for (const same of [{ name }, { name, business_type }, { company_name: null }, {}]) {
        const answer = await change(ann, same);
        assert.deepEqual(answer.body, me);
        assert.equal(answer.headers.etag, `"${rev}"`);
    }
    for (const copy of all) assert.deepEqual(await copy.sync(), []);
    assert.deepEqual(all.map((copy) => copy.state), states);
});

test('a refused name is told to nobody', async () => {
    const all = await copies();
    const { rev } = (await ann.get('/v1/me')).body.account;
    assert.equal((await ann.patch('/v1/me', { name: '' }, { rev })).status, 422);
    assert.equal((await ann.patch('/v1/me', { name: 'Late' }, { rev: rev - 1 })).status, 412);
    for (const copy of all) assert.deepEqual(await copy.sync(), []);
});

test('a verdict that was begun before is not stale after: revisions of referrals are their own', async () => {
    const sent = await send(ann, ben);
    await change(ann, { name: 'Ann Before Verdict' });
    const { rev, from } = (await ben.get(`/v1/referrals/${sent.id}`)).body;
    assert.equal(rev, sent.rev);
    assert.equal(from.name, 'Ann Before Verdict');
});

test('who listens hears it at once', async () => {
    const stream = await fay.events();
    await stream.next();
    await stream.next();
    const [copy] = await copies([fay]);
    await change(ann, { name: 'Ann Aloud' });
    const event = await stream.next();
    assert.equal(event.event, 'state');
    assert.ok(event.data.includes(`.${seq(copy) + 1}"`), event.data);
    stream.close();
});

test('in a batch, between other writes to the same objects', async () => {
    const all = await copies();
    const { rev } = (await ann.get('/v1/me')).body.account, [first, second] = [uuid(), uuid()];
    const put = (id) => ({ key: uuid(), method: 'PUT', path: `/v1/referrals/${id}`, if_none_match: true, body: lead(ben) });
    const patch = (body, at) => ({ key: uuid(), method: 'PATCH', path: '/v1/me', if_match: at, body });
    const withdraw = { key: uuid(), method: 'POST', path: `/v1/referrals/${first}/withdraw` };
    const operations = [put(first), patch({ name: 'Ann Batch' }, rev), put(second), patch({ name: 'Ann Two', business_type: 'baker' }, rev + 1), withdraw];
    const answer = await ann.request('POST', '/v1/batch', { operations });
    assert.deepEqual(answer.body.results.map((r) => r.status), [201, 200, 201, 200, 200], answer.text);
    for (const copy of all) {
        const told = await copy.sync();
        assert.equal(new Set(told.map((o) => o.id)).size, told.length);
        for (const party of parties(told, ann)) assert.equal(party.name, 'Ann Two');
        await assertComplete(copy);
    }
});

test('many rename themselves while leads go to and fro: nobody is left with an old name', async () => {
    const all = await copies();
    const rename = async (caller, name) => {
        for (let i = 0; i < 6; i++) await change(caller, { name: `${name} ${i}` });
    };
    const give = async (from, to) => {
        for (let i = 0; i < 6; i++) await send(from, to);
    };
    const follow = async (copy) => {
        for (let i = 0; i < 6; i++) await copy.sync();
    };
    await Promise.all([rename(ann, 'Ann'), rename(ben, 'Ben'), rename(cy, 'Cy'), give(ann, ben), give(ben, ann), give(cy, ann), give(ben, cy), give(fay, ben), ...all.map(follow)]);
    for (const copy of all) {
        await copy.sync();
        await assertComplete(copy);
    }
});

test('a request to join shows who decided it, and who has the seat that it asks for, by their new names', async () => {
    const [lea, sid, pat, una] = await persons(net.api, 'lea', 'sid', 'pat', 'una'), one = await group(lea, { seat_by_category: true, directory: 'public' });
    const open = await ask(one, una, { business_type: 'plumber' }), declined = await ask(one, pat, { business_type: 'baker' });
    await join(one, lea, sid, { business_type: 'plumber' });
    await must(lea.post(`/v1/groups/${one.id}/requests/${declined.id}/decline`, { message: 'Not now' }));
    const officers = new Copy(lea, { scope: officersOf(one) }), own = new Copy(pat), other = new Copy(una);
    const seen = (copy, id) => copy.of('membership_request').find((r) => r.id === id);
    for (const copy of [officers, own, other]) await copy.sync();
    assert.deepEqual([seen(officers, declined.id).decided_by.name, seen(own, declined.id).decided_by.name, seen(officers, open.id).seat_taken_by], ['lea', 'lea', 'sid']);
    await change(lea, { name: 'Lea Decides' });
    await change(sid, { name: 'Sid Sits' });
    const told = [];
    for (const copy of [officers, own, other]) told.push((await copy.sync()).filter((o) => o.type === 'membership_request').map((o) => o.id));
    assert.deepEqual([seen(officers, declined.id).decided_by.name, seen(own, declined.id).decided_by.name, seen(officers, open.id).seat_taken_by], ['Lea Decides', 'Lea Decides', 'Sid Sits']);
    assert.deepEqual(told[1], [declined.id]);
    assert.deepEqual(told[2], [], 'who asked does not see who has the seat');
});

test('5,000 leads, in one request', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'leadline-rename-')), database = freshDatabase(dir);
    const loaded = leadlined(['load-demo', '--database', database, '--leads', '5000', '--seed', '1']);
    assert.equal(loaded.code, 0, loaded.stderr);
    const api = await Server.start({ database });
    const member = await api.login('member@demo.example', 'leadline-demo'), leader = await api.login('leader@demo.example', 'leadline-demo');
    const copy = new Copy(member, { limit: '500' }), other = new Copy(leader, { limit: '500' });
    await copy.sync();
    await other.sync();
    const [mine, theirs] = [copy.of('referral'), other.of('referral').filter((r) => [r.from.account, r.to.account].includes(member.account))];
    const before = seq(copy), leaders = seq(other), asked = copy.of('invitation').length, applied = copy.of('membership_request').length;
    const answer = await change(member, { name: 'Member Otherwise', company_name: 'Otherwise Ltd' });
    assert.equal(answer.body.scopes[0].state, copy.state.replace(/\d+$/, String(before + mine.length + asked + applied + 1)));
    const [told, heard] = [await copy.sync(), await other.sync()];
    assert.ok(mine.length >= 5000 && theirs.length > 0, `${mine.length}, ${theirs.length}`);
    assert.equal(summary(told), `referral ${mine.length}, account 1, invitation ${asked}, membership_request ${applied}`);
    assert.equal(summary(heard), `referral ${theirs.length}, partner 1`);
    assert.equal(seq(other), leaders + heard.length);
    for (const party of [...parties(told, member), ...parties(heard, member)]) {
        assert.equal(party.name, 'Member Otherwise');
        assert.equal(party.company_name, 'Otherwise Ltd');
    }
    await api.stop();
    const check = leadlined(['check', '--database', database]);
    assert.equal(check.code, 0, check.stdout);
    fs.rmSync(dir, { recursive: true, force: true });
});
