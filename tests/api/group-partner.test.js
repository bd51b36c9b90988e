// SPDX-License-Identifier: GPL-3.0-or-later
// Group partners (R16-R19): whoever is in one active group with me is my partner, by no row of their own, for as long as that lasts.
// And what a members-only group keeps to itself (R57, R58).
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { ask, group, join, must, officersOf, people } = require('./groups.js');
const { collect, lead, network, send } = require('./network.js');

let net;
before(async () => { net = await network([], { strangers: ['zoe'] }); });
after(() => net.stop());

const partners = async (caller) => (await collect(caller, '/v1/partners', 2)).map((p) => [p.name, p.via]).sort();
async function connect(a, b) {
    const id = uuid();
    await must(a.put(`/v1/invitations/${id}`, { account: b.account }));
    await must(b.post(`/v1/invitations/${id}/accept`));
}
const refused = (from, to) => from.put(`/v1/referrals/${uuid()}`, lead(to));

test('R16 R17: from the approval on all members are partners of each other, listed apart and once, and no space is taken', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy'), one = await group(ann);
    assertProblem(await refused(ben, ann), 409, 'not-partners');
    assertProblem(await ben.get(`/v1/profiles/${ann.account}`), 404, 'not-found');
    await join(one, ann, ben);
    await join(one, ann, cy);
    await connect(ann, ben);
    assert.deepEqual(await partners(ann), [['ben', 'individual'], ['cy', 'group']]);
    assert.deepEqual(await partners(cy), [['ann', 'group'], ['ben', 'group']]);
    const listed = (await cy.get('/v1/partners')).body;
    assert.deepEqual([listed.spaces_left, listed.items[0].group, listed.items.every((p) => p.email.endsWith('@x.example'))], [100, one.name, true]);
    const other = await group(cy); // a second group of the same people changes nothing
    await join(other, cy, ben);
    assert.deepEqual(await partners(cy), [['ann', 'group'], ['ben', 'group']]);
    assert.deepEqual(await partners(ben), [['ann', 'individual'], ['cy', 'group']]);
});

test('R17 R58: they pass each other leads, read each other\'s profile, find each other, and see what was given and taken', async () => {
    const [ann, ben, cy] = await people(net.api, 'ann', 'ben', 'cy'), one = await group(ann);
    await join(one, ann, ben);
    const sent = await send(ben, ann);
    await must(ann.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'lead' }));
    const [row] = (await ben.get('/v1/partners')).body.items;
    assert.deepEqual([row.name, row.gave, row.gave_confirmed, row.took], ['ann', 1, 1, 0]);
    assert.equal((await ben.get(`/v1/profiles/${ann.account}`)).status, 200);
    await must(ann.patch('/v1/me', { profile: { headline: 'Quokka keeper' } }, { rev: (await ann.get('/v1/me')).body.account.rev }));
    assert.deepEqual((await collect(ben, '/v1/profiles?q=quokka')).map((p) => p.account), [ann.account]);
    assert.deepEqual(await collect(cy, '/v1/profiles?q=quokka'), []);
    const report = (await ben.get('/v1/reports/give-take')).body.rows.find((r) => r.party.account === ann.account);
    assert.equal(report.standing, 'partner');
    assertProblem(await ben.put(`/v1/referrals/${uuid()}`, lead(null, { to: { outside: { name: 'Ann', email: ann.email } } })), 422, 'validation');
    assert.equal((await ben.post(`/v1/partners/${ann.account}/encourage`, { message: 'Go on' })).status, 204);
});

test('R18 R19: who leaves or is removed has no partners by it any more, both ways; individual ones stay, and can be made anew', async () => {
    const [ann, ben, cy, dan] = await people(net.api, 'ann', 'ben', 'cy', 'dan'), one = await group(ann);
    for (const who of [ben, cy, dan]) await join(one, ann, who);
    await connect(ben, cy);
    const sent = await send(ben, ann);
    assert.equal((await ben.post(`/v1/groups/${one.id}/leave`, {})).status, 204);
    assert.deepEqual(await partners(ben), [['cy', 'individual']]);
    assert.deepEqual(await partners(ann), [['cy', 'group'], ['dan', 'group']]);
    for (const [from, to] of [[ben, ann], [ann, ben], [ben, dan]]) {
        assertProblem(await refused(from, to), 409, 'not-partners');
        assertProblem(await from.get(`/v1/profiles/${to.account}`), 404, 'not-found');
    }
    await must(ann.post(`/v1/referrals/${sent.id}/confirm`, { verdict: 'lead' })); // what was passed on stays
    await send(ben, cy);
    assert.equal((await ann.write('DELETE', `/v1/groups/${one.id}/members/${dan.account}`, { reason: 'x' })).status, 204);
    assert.deepEqual(await partners(dan), []);
    assertProblem(await refused(cy, dan), 409, 'not-partners');
    await connect(ben, dan);
    assert.deepEqual(await partners(ben), [['cy', 'individual'], ['dan', 'individual']]);
    assert.equal((await ann.post(`/v1/groups/${one.id}/close`)).status, 200);
    assert.deepEqual(await partners(cy), [['ben', 'individual']]);
});

test('R57: a members-only group tells others its page, how many it has and which seats are free, and nothing of a member, anywhere', async () => {
    const [hidden, secret, out] = await people(net.api, 'Quentin', 'Ulrike', 'out'), one = await group(hidden, { directory: 'members', seat_by_category: true, wanted: ['baker'], home_text: 'We are few.' });
    await join(one, hidden, secret, { business_type: 'plumber' });
    const declined = await ask(one, out, { message: 'Let me in' });
    await must(hidden.post(`/v1/groups/${one.id}/requests/${declined.id}/ask`, { message: 'Who are you?' }));
    const doc = (await out.get('/v1/openapi.json')).body, tellings = new RegExp([hidden, secret].flatMap((who) => [who.account, who.email, who.email.split('-')[0]]).join('|'), 'i');
    const asked = [];
    for (const [route, methods] of Object.entries(doc.paths)) {
        if (!methods.get || !route.startsWith('/v1/') || route.startsWith('/v1/openapi')) continue;
        const url = route.replace(/\{(\w+)\}/g, (whole, name) => (name === 'account' ? secret.account : name === 'sub' ? declined.id : route.startsWith('/v1/profiles') ? secret.account : one.id));
        const answer = url === '/v1/events' ? null : await out.get(url + (route.startsWith('/v1/reports') ? `?scope=${one.id}` : route === '/v1/changes' ? `?scope=${one.id}` : ''));
        if (!answer) continue;
        asked.push(route);
        const own = JSON.stringify(answer.body || answer.text).replaceAll(url, ''); // a 404 may repeat what was asked
        assert.equal(tellings.test(own), false, `GET ${url} tells: ${own.slice(0, 300)}`);
    }
    assert.ok(asked.length > 20 && asked.includes('/v1/groups/{id}/members') && asked.includes('/v1/groups/{id}/requests/{sub}'));
    assertProblem(await out.get(`/v1/groups/${one.id}/members`), 403, 'forbidden');
    assertProblem(await out.get(`/v1/changes?scope=${officersOf(one)}`), 404, 'not-found');
    const page = (await out.get(`/v1/groups/${one.id}`)).body, seats = (await out.get(`/v1/groups/${one.id}/seats`)).body;
    assert.deepEqual([page.members, page.home_text, page.role], [2, 'We are few.', undefined]);
    assert.deepEqual(seats.items, [{ business_type: 'plumber', taken: true, wanted: false }, { business_type: 'baker', taken: false, wanted: true }]);
    assert.equal((await secret.get(`/v1/groups/${one.id}/seats`)).body.items[0].taken_by, 'Ulrike');
    const open = await group(out, { directory: 'public' }), [seen] = await collect(secret, `/v1/groups/${open.id}/members`);
    assert.deepEqual([seen.name, seen.email, seen.profile], ['out', undefined, undefined], 'a public directory has names, and no addresses');
});

test('R12 R59 R123: the directory finds groups by words, area, open doors and a free seat for a trade', async () => {
    const [ann, ben, cy, dan, zed] = await people(net.api, 'ann', 'ben', 'cy', 'dan', 'zed'), word = `w${uuid().slice(0, 8)}`;
    const one = await group(ann, { name: `${word} Harbour`, area: 'Bristol, Bath', seat_by_category: true }), two = await group(ben, { name: `${word} Mill`, area: 'York', seats: 2 });
    const shut = await group(cy, { name: `${word} Abbey`, area: 'York', open: false, home_text: `${word} ${word} since 1990` });
    await join(one, ann, dan, { business_type: 'plumber' });
    const find = async (query, caller = zed) => (await collect(caller, `/v1/groups?${query}`, 1)).map((g) => g.name.split(' ')[1]).sort();
    assert.deepEqual(await find(`q=${word}`), ['Abbey', 'Harbour', 'Mill']);
    assert.deepEqual(await find(`q=${word}%20harb`), ['Harbour']);
    assert.deepEqual(await find(`q=${word}&area=york`), ['Abbey', 'Mill']);
    assert.deepEqual(await find(`q=${word}&area=bath`), ['Harbour']);
    assert.deepEqual(await find(`q=${word}&open=true`), ['Harbour', 'Mill']);
    assert.deepEqual(await find(`q=${word}&trade=plumber`), ['Mill']);
    assert.deepEqual(await find(`q=${word}&trade=baker`), ['Harbour', 'Mill']);
    await must(zed.patch('/v1/me', { business_type: 'Plumbing' }, { rev: (await zed.get('/v1/me')).body.account.rev }));
    assert.deepEqual(await find(`q=${word}&trade=`), ['Mill'], 'an empty one is my own');
    await join(two, ben, dan);
    assert.deepEqual(await find(`q=${word}&trade=baker`), ['Harbour'], 'all seats are taken');
    assert.deepEqual((await find('mine=true', dan)).sort(), ['Harbour', 'Mill']);
    assert.deepEqual(await find('q=%21%21'), [], 'no word');
    for (const bad of ['open=maybe', `mine=true&q=${word}`, `q=${'x'.repeat(201)}`]) assertProblem(await zed.get(`/v1/groups?${bad}`), 422, 'validation');
    await must(cy.patch(`/v1/groups/${shut.id}`, { name: 'Renamed', home_text: null }, { rev: shut.rev }));
    assert.deepEqual(await find(`q=${word}`), ['Harbour', 'Mill']);
    const all = await collect(zed, '/v1/groups', 3);
    assert.ok(all.some((g) => g.id === one.id) && new Set(all.map((g) => g.id)).size === all.length);
});
