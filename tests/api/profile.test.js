// SPDX-License-Identifier: GPL-3.0-or-later
// Profiles: what a member says of themselves, who may read it, and the search for who fits.
'use strict';
const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const { assertProblem, uuid } = require('./harness.js');
const { Copy, assertComplete } = require('./copy.js');
const { collect, network } = require('./network.js');

let net;
const profiles = {
    ann: [{ business_type: 'Plumber', company_name: 'Bright Pipes' }, { public: true, headline: 'Leaks found the same day', specialities: ['leaks', 'bathrooms'], industries: ['hotels'], areas: ['Leeds', 'York'], price_level: 2,
        about: 'We never sell boilers.', qualifies: 'A leak, an address, a key.', ideal_partner: 'Kitchen fitters', website: 'https://bright.example/' }],
    ben: [{ business_type: 'Heating engineer', company_name: 'Warm Ltd' }, { public: true, headline: 'Boilers in January', specialities: ['boilers', 'heat pumps'], areas: ['Leeds'], price_level: 3 }],
    cy: [{ business_type: 'Accountant' }, { public: true, headline: 'Books for plumbers', industries: ['trades'], areas: ['New York'], price_level: 1 }],
    dan: [{ business_type: 'Heat whisperer' }, { headline: 'Private boilers', areas: ['Leeds'] }],
    eve: [{ business_type: 'Mortgage broker' }, { public: true, headline: 'Ünïcode Straße <b>&"\u{1F33B}', specialities: ["it's", 'a"b', "x' & y"] }],
    fay: [{ business_type: 'Plumber' }, { headline: 'For partners only' }],
};

async function patch(caller, body) {
    const { rev } = (await caller.get('/v1/me')).body.account;
    return caller.patch('/v1/me', body, { rev });
}

before(async () => {
    net = await network(['gus', 'fay'], { strangers: ['ann', 'ben', 'cy', 'dan', 'eve'] });
    for (const [name, [account, profile]] of Object.entries(profiles)) {
        const answer = await patch(net[name], { ...account, profile });
        assert.equal(answer.status, 200, answer.text);
    }
});
after(() => net.stop());

const find = async (query, caller = net.gus, limit = 50) => (await collect(caller, `/v1/profiles?${new URLSearchParams(query)}`.replace(/\?$/, ''), limit)).map((p) => p.name);

test('R22 R44 R50 R119: a profile is stored as it was said, its business type by code', async () => {
    const { account } = (await net.ann.get('/v1/me')).body;
    assert.equal(account.business_type, 'plumber');
    assert.deepEqual(account.profile, { ...profiles.ann[1], exclusive: false, recommends: false });
    assert.equal((await net.dan.get('/v1/me')).body.account.business_type, 'Heat whisperer', 'other words stay as they are');
    const answer = await patch(net.ann, { profile: { headline: 'Leaks found at once', website: null } });
    assert.equal(answer.body.account.profile.headline, 'Leaks found at once');
    assert.equal(answer.body.account.profile.website, undefined);
    assert.deepEqual(answer.body.account.profile.areas, ['Leeds', 'York'], 'a patch leaves the rest');
    await patch(net.ann, { profile: { headline: profiles.ann[1].headline, website: profiles.ann[1].website } });
});

test('what cannot be so is refused, each with its place', async () => {
    for (const [profile, pointer] of [
        [{ price_level: 5 }, '#/profile/price_level'], [{ areas: Array(21).fill('Leeds') }, '#/profile/areas'], [{ areas: ['a\nb'] }, '#/profile/areas/0'], [{ headline: 'x'.repeat(121) }, '#/profile/headline'],
        [{ website: 'javascript:alert(1)' }, '#/profile/website'], [{ website: 'http://a b/' }, '#/profile/website'], [{ exclusive: 'yes' }, '#/profile/exclusive'],
    ]) {
        const answer = await patch(net.ann, { profile });
        assertProblem(answer, 422, 'validation');
        assert.deepEqual(answer.body.errors.map((e) => e.pointer), [pointer]);
    }
    assertProblem(await patch(net.ann, { profile: { shoe_size: 9 } }), 422, 'unknown-field');
});

test('partners have it in their copies, and hear of every change', async () => {
    const copy = new Copy(net.gus);
    await copy.sync();
    assert.equal(copy.of('partner')[0].profile.headline, 'For partners only');
    await patch(net.fay, { profile: { qualifies: 'Somebody who waits for my call' } });
    const told = await copy.sync();
    assert.deepEqual(told.map((o) => [o.type, o.data.profile.qualifies]), [['partner', 'Somebody who waits for my call']]);
    await assertComplete(copy);
    const [listed] = (await net.gus.get('/v1/partners')).body.items;
    assert.deepEqual(listed.profile, told[0].data.profile);
});

test('R7 R119: one profile: public ones for everybody, others for partners and whoever was asked by them; never an address', async () => {
    const get = (caller, name) => caller.get(`/v1/profiles/${net[name].account}`);
    const seen = await get(net.gus, 'ann');
    assert.equal(seen.status, 200, seen.text);
    assert.deepEqual(Object.keys(seen.body).sort(), ['account', 'business_type', 'company_name', 'name', 'profile', 'rev']);
    assert.doesNotMatch(seen.text, /@/);
    assert.equal((await get(net.gus, 'fay')).status, 200);
    assert.equal((await get(net.dan, 'dan')).status, 200, 'the own one');
    assertProblem(await get(net.ann, 'fay'), 404, 'not-found');
    assertProblem(await net.ann.get(`/v1/profiles/${uuid()}`), 404, 'not-found');
    assertProblem(await net.api.get(`/v1/profiles/${net.ann.account}`), 401, 'unauthorized');
    const id = uuid();
    assert.equal((await net.dan.put(`/v1/invitations/${id}`, { account: net.ann.account })).status, 201);
    assert.equal((await get(net.ann, 'dan')).body.profile.headline, 'Private boilers');
    assertProblem(await get(net.ben, 'dan'), 404, 'not-found');
    await net.ann.post(`/v1/invitations/${id}/decline`);
    assertProblem(await get(net.ann, 'dan'), 404, 'not-found');
});

const searches = [
    [{ q: 'boilers' }, ['ben', 'ann']],
    [{ q: 'boil' }, ['ben', 'ann']],
    [{ q: 'plumber' }, ['ann', 'cy', 'fay']],
    [{ q: 'plumbers' }, ['cy']],
    [{ q: 'BRIGHT pipes' }, ['ann']],
    [{ q: 'leaks hotels' }, ['ann']],
    [{ q: 'strasse unicode' }, ['eve']],
    [{ q: '\u{1F33B}' }, []],
    [{ q: 'whisperer' }, []],
    [{ q: 'u_' }, ['eve']],
    [{ q: 'q_plumber' }, []],
    [{ q: '_u' }, ['eve']],
    [{ q: '" OR ""' }, []],
    [{ q: "x' & y" }, ['eve']],
    [{ business_type: 'plumber' }, ['fay', 'ann']],
    [{ business_type: 'Plumbing' }, ['fay', 'ann']],
    [{ business_type: 'building' }, ['fay', 'ben', 'ann']],
    [{ business_type: 'finance' }, ['eve', 'cy']],
    [{ business_type: 'Heat whisperer' }, []],
    [{ business_type: 'Alchemist' }, []],
    [{ area: 'Leeds' }, ['ben', 'ann']],
    [{ area: 'york' }, ['cy', 'ann']],
    [{ area: 'new york' }, ['cy']],
    [{ speciality: 'heat pumps' }, ['ben']],
    [{ speciality: 'hotels' }, ['ann']],
    [{ price_level: '2' }, ['ann']],
    [{ q: 'leeds', price_level: '3' }, ['ben']],
    [{ area: 'Leeds', business_type: 'building', q: 'boilers' }, ['ben', 'ann']],
    [{ area: ' ' }, ['eve', 'cy', 'ben', 'ann']],
];
for (const [query, expected] of searches)
    test(`R119 R120: ${JSON.stringify(query)} finds ${expected.join(', ') || 'nobody'}`, async () => {
        const got = await find(query);
        assert.deepEqual([...got].sort(), [...expected].sort());
        if (/^boil/.test(query.q)) assert.deepEqual(got, expected, 'what they do comes before what they only mention');
    });

test('without a question everybody who is public is there, but oneself; pages join to the whole', async () => {
    assert.deepEqual((await find({})).sort(), ['ann', 'ben', 'cy', 'eve']);
    assert.deepEqual((await find({}, net.ann)).sort(), ['ben', 'cy', 'eve']);
    for (const query of [{}, { q: 'boilers' }, { area: 'leeds' }, { business_type: 'building' }]) {
        const whole = await find(query);
        for (const limit of [1, 2, 3]) assert.deepEqual(await find(query, net.gus, limit), whole);
    }
});

test('what a search shows has no address, and what was taken back is found no longer', async () => {
    const answer = await net.gus.get('/v1/profiles?q=leaks');
    assert.doesNotMatch(answer.text, /@|x\.example/);
    assert.deepEqual(await find({ q: 'x.example' }), []);
    await patch(net.ben, { profile: { public: false } });
    assert.deepEqual(await find({ q: 'boilers' }), ['ann']);
    await patch(net.ben, { profile: { public: true, specialities: ['stoves'] } });
    assert.deepEqual(await find({ q: 'stoves' }), ['ben']);
    assert.deepEqual(await find({ speciality: 'pumps' }), []);
});

test('questions that make no sense are refused', async () => {
    for (const query of ['price_level=5', 'price_level=two', `q=${'x'.repeat(201)}`, 'limit=0']) assertProblem(await net.gus.get(`/v1/profiles?${query}`), 422, 'validation');
    assertProblem(await net.gus.get('/v1/profiles?email=a'), 422, 'unknown-field');
    assertProblem(await net.gus.get('/v1/profiles?cursor=zz'), 400, 'bad-cursor');
});
