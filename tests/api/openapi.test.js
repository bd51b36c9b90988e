// SPDX-License-Identifier: GPL-3.0-or-later
// The document of the API: it is well formed, has every route, and every answer is as it says.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const { PASSWORD, leadlined, uuid } = require('./harness.js');
const { independent } = require('./independent.js');
const { act, lead, literal, network, send, sql } = require('./network.js');
const { metOn, pairId } = require('./meetings.js');
const { mailsTo } = require('./raw.js');
const { codeOf } = require('./totp.js');

let net, ann, ben, doc;
before(async () => {
    net = await network(['ann', 'ben']);
    ({ ann, ben } = net);
    doc = (await net.api.get('/v1/openapi.json')).body;
});
after(() => net.stop());

/* ---- as much of JSON Schema as the document uses; a member that no schema names is an error too */

const formats = {
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    email: /^[^@\s]+@[^@\s]+$/,
};
const known = new Set(['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', 'allOf', '$ref', 'format', 'pattern', 'minimum', 'maximum',
    'minLength', 'maxLength', 'maxItems', 'uniqueItems', 'description', 'readOnly', 'writeOnly', 'default']);
const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);
const resolve = (ref) => ref.slice(2).split('/').reduce((node, name) => node && node[name], doc);

/** The errors, as text. */
function check(schema, value, at = '#') {
    for (const word of Object.keys(schema)) assert.ok(known.has(word), `unknown word ${word} at ${at}`);
    if (schema.$ref) return check(resolve(schema.$ref), value, at);
    if (schema.allOf) { // of objects: what one has the others may have too
        const all = schema.allOf.map((one) => (one.$ref ? resolve(one.$ref) : one));
        return check({ ...Object.assign({}, ...all), properties: Object.assign({}, ...all.map((one) => one.properties)), required: all.flatMap((one) => one.required || []) }, value, at);
    }
    const errors = [], fail = (what) => errors.push(`${at}: ${what}: ${JSON.stringify(value).slice(0, 80)}`);
    if (schema.anyOf) {
        const all = schema.anyOf.map((one) => check(one, value, at));
        return all.some((e) => e.length === 0) ? [] : all.flat();
    }
    if (schema.allOf) {
        const parts = schema.allOf.map((one) => (one.$ref ? resolve(one.$ref) : one)), [first] = parts;
        return check({ ...first, properties: Object.assign({}, ...parts.map((one) => one.properties)) }, value, at);
    }
    const types = schema.type ? [].concat(schema.type) : null;
    if (types && !types.includes(typeOf(value)) && !(types.includes('number') && typeof value === 'number')) fail(`is no ${types}`);
    else if (schema.enum && !schema.enum.includes(value)) fail('not in the enumeration');
    else if ('const' in schema && value !== schema.const) fail('not the constant');
    else if (typeof value === 'string') {
        const length = [...value].length;
        if (schema.format && !formats[schema.format].test(value)) fail(`no ${schema.format}`);
        if (schema.pattern && !new RegExp(schema.pattern).test(value)) fail('not the pattern');
        if (length < (schema.minLength || 0) || length > (schema.maxLength ?? Infinity)) fail('length');
    } else if (typeof value === 'number') {
        if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) fail('range');
    } else if (Array.isArray(value)) {
        if (value.length > (schema.maxItems ?? Infinity)) fail('too many');
        if (schema.uniqueItems && new Set(value).size !== value.length) fail('not unique');
        for (const [i, item] of value.entries()) errors.push(...check(schema.items || {}, item, `${at}/${i}`));
    } else if (value && typeof value === 'object' && (schema.properties || schema.required)) {
        for (const name of schema.required || []) if (!(name in value)) fail(`${name} is missing`);
        for (const [name, member] of Object.entries(value)) {
            const inner = (schema.properties || {})[name] || (typeof schema.additionalProperties === 'object' && schema.additionalProperties);
            if (inner) errors.push(...check(inner, member, `${at}/${name}`));
            else fail(`${name} is not in the schema`);
        }
    }
    return errors;
}

const operation = (method, route) => doc.paths[route][method.toLowerCase()];

function assertAnswer(method, route, answer) {
    assert.ok(answer.status < 300, answer.text);
    const { content } = operation(method, route).responses['2XX'];
    if (!content) return assert.equal(answer.text, '', `${method} ${route} has an answer that is not in the document`);
    const [[type, { schema }]] = Object.entries(content);
    assert.ok(answer.headers['content-type'].startsWith(type), answer.headers['content-type']);
    if (type === 'application/json') assert.deepEqual(check(schema, answer.body), [], `${method} ${route}`);
}

/* ---- the document itself */

test('the command prints what the server serves', () => {
    const printed = leadlined(['openapi']);
    assert.equal(printed.code, 0, printed.stderr);
    assert.deepEqual(JSON.parse(printed.stdout), doc);
});

test('every reference leads somewhere, every operation has its own id, every path its parameters', () => {
    const ids = [];
    JSON.stringify(doc, (key, value) => {
        if (key === '$ref') assert.ok(resolve(value), value);
        if (key === 'operationId') ids.push(value);
        return value;
    });
    assert.equal(new Set(ids).size, ids.length);
    for (const [route, methods] of Object.entries(doc.paths))
        for (const [method, { parameters, summary, requestBody }] of Object.entries(methods)) {
            const declared = parameters.filter((p) => p.in === 'path').map((p) => p.name);
            assert.deepEqual(declared.sort(), [...route.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort(), route);
            assert.ok(summary, route);
            assert.ok(method !== 'get' || !requestBody, route);
        }
    assert.match(doc.openapi, /^3\.1\./);
});

test('an independent validator finds nothing wrong', async (t) => {
    const validator = await independent(t, '@seriousme/openapi-schema-validator');
    if (!validator) return;
    const result = await new validator.Validator().validate(structuredClone(doc));
    assert.ok(result.valid, JSON.stringify(result.errors));
});

test('every route is in it, and nothing else', async () => {
    const dir = path.join(__dirname, '..', '..', 'src', 'server');
    const source = fs.readdirSync(dir).filter((name) => name.endsWith('.c')).map((name) => fs.readFileSync(path.join(dir, name), 'utf8')).join('\n');
    const rows = [...source.matchAll(/\{\s*(?:\.method = )?"(GET|PUT|POST|PATCH|DELETE)",\s*(?:\.path = )?"([^"]+)"/g)].map((m) => `${m[1]} ${m[2]}`);
    const told = Object.entries(doc.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
    assert.deepEqual(told.sort(), rows.sort());
    assert.ok(told.length > 20);
    for (const [route, methods] of Object.entries(doc.paths)) {
        const answer = await ann.request('TRACE', route.replace(/\{\w+\}/g, uuid()));
        if (answer.status !== 405) continue; // the transport refused the method before the routes were asked
        const allowed = new Set(answer.headers.allow.split(/,\s*/).filter((method) => method !== 'HEAD'));
        assert.deepEqual(allowed, new Set(Object.keys(methods).map((method) => method.toUpperCase())), route);
    }
});

test('every problem code of the catalogue that goes on the wire is in it', () => {
    const header = fs.readFileSync(path.join(__dirname, '..', '..', 'src', 'base', 'problem.h'), 'utf8');
    const codes = [...header.matchAll(/X\(\w+, "([a-z-]+)", (\d+),/g)].filter((m) => m[2] !== '0').map((m) => m[1]);
    assert.deepEqual(doc.components.responses.problem.content['application/problem+json'].schema.properties.code.enum.sort(), codes.sort());
});

/* ---- answers */

async function meetingAnswers(is, ann, ben, club) {
    const at = `/v1/groups/${club.id}/meetings`, of = '/v1/groups/{id}/meetings/{sub}', new_ = () => `${at}/${uuid()}`, body = { starts_at: '2026-11-26T07:00:00Z', agenda: ['10 slips'] };
    const paths = [['open', 'close', 'complete', 'reopen'], ['cancel'], ['holiday'], ['open', 'discard']];
    for (const verbs of paths) {
        const path = new_(), made = await ann.put(path, body);
        is('PUT', of, made);
        is('PATCH', of, await ann.patch(path, { topic: 'x', minutes: 'y' }, { rev: 1 }));
        for (const verb of verbs) is('POST', `${of}/${verb}`, await ann.post(`${path}/${verb}`, { reason: 'x' }));
        is('GET', of, await ann.get(path));
    }
    is('GET', '/v1/groups/{id}/meetings', await ben.get(at));
    const { body: one } = await ann.put(new_(), body), slip = { from: ann.account, to: ben.account };
    await ann.post(`${at}/${one.id}/open`, {});
    for (const [kind, id, param, entry] of [['attendance', ben.account, 'account', { code: 'S', substitute: 'Bo' }], ['rsvp', ben.account, 'account', { answer: 'yes' }],
        ['visitors', uuid(), 'sub', { name: 'Ada', email: 'ada@x.example', outcome: 'joined' }], ['slips', uuid(), 'sub', { ...slip, need: 'x', contact: 'Kim' }],
        ['thanks', uuid(), 'sub', { ...slip, amount: { amount: 5, currency: 'GBP' }, kind: 'new', tier: 'spin_off' }]]) {
        is('PUT', `/v1/meetings/{id}/${kind}/{${param}}`, await ann.put(`/v1/meetings/${one.id}/${kind}/${id}`, entry, { create: false }));
        is('GET', `/v1/meetings/{id}/${kind}/{${param}}`, await ann.get(`/v1/meetings/${one.id}/${kind}/${id}`));
    }
    is('GET', `${of}/ics`, await ben.get(`${at}/${one.id}/ics`));
    const made = await ben.post('/v1/me/calendar'), { url } = made.body;
    is('POST', '/v1/me/calendar', made);
    is('GET', '/v1/calendar', await net.api.get(url.slice(url.indexOf('/v1/'))));
    is('DELETE', '/v1/me/calendar', await ben.delete('/v1/me/calendar'));
    is('GET', '/v1/meetings/{id}/entries', await ann.get(`/v1/meetings/${one.id}/entries`));
    is('PUT', '/v1/one-to-ones/{id}', await metOn(ann, ben, club, '2026-01-05', { place: 'x', note: 'y' }));
    is('GET', '/v1/one-to-ones/{id}', await ann.get(`/v1/one-to-ones/${pairId(ann.account, ben.account, '2026-01-05')}`));
    is('GET', '/v1/one-to-ones', await ann.get('/v1/one-to-ones'));
}

async function ruleAnswers(is, ann, ben, club) {
    const at = `/v1/groups/${club.id}`, of = '/v1/groups/{id}', check = `${at}/vetting/${uuid()}`, now = () => new Date(Date.now() + 86400000).toISOString();
    is('PUT', `${of}/vetting/{sub}`, await ann.put(check, { account: ben.account, kind: 'reference', who: 'Kim', checked_on: '2026-01-05', result: 'ok', note: 'x', evidence: 'y' }));
    is('GET', `${of}/vetting/{sub}`, await ann.get(check));
    is('GET', `${of}/vetting`, await ann.get(`${at}/vetting`));
    for (const [verb, body] of [['uphold', { effect: 'unreferrable', until: now(), note: 'x' }], ['dismiss', {}]]) {
        const concern = `${at}/concerns/${uuid()}`;
        is('PUT', `${of}/concerns/{sub}`, await ann.put(concern, { about: ben.account, text: 'x' }));
        is('POST', `${of}/concerns/{sub}/answer`, await ben.post(`${concern}/answer`, { text: 'y' }));
        is('POST', `${of}/concerns/{sub}/${verb}`, await ann.post(`${concern}/${verb}`, body));
        if (verb === 'uphold') is('POST', `${of}/concerns/{sub}/lift`, await ann.post(`${concern}/lift`));
        is('GET', `${of}/concerns/{sub}`, await ann.get(concern));
    }
    is('GET', `${of}/concerns`, await ann.get(`${at}/concerns`));
    const done = leadlined(['job', 'run', 'dues', '--database', net.api.database]);
    assert.equal(done.code, 0, done.stderr);
    const [one, two] = (await ann.get(`${at}/dues`)).body.items;
    is('GET', `${of}/dues`, await ann.get(`${at}/dues`));
    is('POST', `${of}/dues/{sub}/pay`, await ann.post(`${at}/dues/${one.id}/pay`, { note: 'x' }));
    is('POST', `${of}/dues/{sub}/waive`, await ann.post(`${at}/dues/${two.id}/waive`, {}));
    is('GET', `${of}/dues/{sub}`, await ann.get(`${at}/dues/${one.id}`));
    is('GET', `${of}/statement`, await ann.get(`${at}/statement`));
    for (const name of ['group-activity', 'attendance', 'score-card', 'group-health']) is('GET', `/v1/reports/${name}`, await ann.get(`/v1/reports/${name}?scope=${club.id}`));
}

async function theGroups(is) {
    const [ann, ben, root] = [await net.api.user('lead@x.example'), await net.api.user('join@x.example'), await net.api.user('rule@x.example', { admin: true })];
    const id = uuid(), at = `/v1/groups/${id}`, other = uuid(), asked = uuid();
    const made = await ann.put(at, { name: 'Harbour', open: true, wanted: ['plumber'], seat_by_category: true, fee: { amount: 100, currency: 'GBP' }, fee_period: 'annual' });
    is('PUT', '/v1/groups/{id}', made);
    is('PATCH', '/v1/groups/{id}', await ann.patch(at, { area: 'Leeds' }, { rev: made.body.rev }));
    is('POST', '/v1/groups/{id}/activate', await ann.post(`${at}/activate`));
    is('GET', '/v1/groups/{id}', await ben.get(at));
    is('GET', '/v1/groups', await ben.get('/v1/groups?trade=plumber'));
    const verbs = { withdraw: ben, decline: ann, ask: ann, reply: ben, approve: ann };
    for (const verb of ['withdraw', 'approve']) {
        const request = `${at}/requests/${uuid()}`;
        is('PUT', '/v1/groups/{id}/requests/{sub}', await ben.put(request, { message: 'Me', references: ['Sue'], business_type: 'baker' }));
        for (const step of verb === 'approve' ? ['ask', 'reply', 'approve'] : [verb])
            is('POST', `/v1/groups/{id}/requests/{sub}/${step}`, await verbs[step].post(`${request}/${step}`, { message: 'x' }));
        is('GET', '/v1/groups/{id}/requests/{sub}', await ann.get(request));
    }
    is('GET', '/v1/groups/{id}/requests', await ann.get(`${at}/requests`));
    is('GET', '/v1/groups/{id}/seats', await ben.get(`${at}/seats`));
    is('GET', '/v1/groups/{id}/members', await ben.get(`${at}/members`));
    const member = await ann.get(`${at}/members/${ben.account}`);
    is('GET', '/v1/groups/{id}/members/{account}', member);
    is('PATCH', '/v1/groups/{id}/members/{account}', await ann.patch(`${at}/members/${ben.account}`, { role: 'treasurer' }, { rev: member.body.rev }));
    for (const scope of (await ben.get('/v1/me')).body.scopes) is('GET', '/v1/changes', await ben.get(`/v1/changes?scope=${scope.id}`));
    await meetingAnswers(is, ann, ben, { id });
    await ruleAnswers(is, ann, ben, { id });
    is('POST', '/v1/groups/{id}/leave', await ben.post(`${at}/leave`, {}));
    const cat = await net.api.user('cat@x.example');
    await cat.put(`${at}/requests/${asked}`, {});
    await ann.post(`${at}/requests/${asked}/approve`, {});
    is('DELETE', '/v1/groups/{id}/members/{account}', await ann.write('DELETE', `${at}/members/${cat.account}`, { reason: 'x' }));
    const dan = uuid();
    await (await net.api.user('dan2@x.example')).put(`${at}/requests/${dan}`, {});
    is('POST', '/v1/groups/{id}/requests/{sub}/decline', await ann.post(`${at}/requests/${dan}/decline`, { message: 'x' }));
    await ann.put(`/v1/groups/${other}`, { name: 'Second' });
    for (const verb of ['decline', 'approve']) {
        const approval = `/v1/leader-approvals/${uuid()}`;
        is('PUT', '/v1/leader-approvals/{id}', await ann.put(approval, { group: other, note: 'x' }));
        is('GET', '/v1/leader-approvals/{id}', await ann.get(approval));
        is('GET', '/v1/leader-approvals', await root.get('/v1/leader-approvals'));
        is('POST', `/v1/leader-approvals/{id}/${verb}`, await root.post(`${approval}/${verb}`, { message: 'x' }));
    }
    is('POST', '/v1/groups/{id}/close', await ann.post(`${at}/close`));
}

/* Profiles, invitations, partners, and their pages. */
async function theNetwork(is) {
    const [dan, eve, fay] = await Promise.all(['dan', 'eve', 'fay'].map((name) => net.api.user(`${name}@x.example`))), url = () => `/v1/invitations/${uuid()}`;
    is('PATCH', '/v1/me', await dan.patch('/v1/me', { business_type: 'plumber', profile: { public: true, recommends: true, headline: 'Pipes', areas: ['Leeds'], price_level: 1, website: 'https://d.example/' } }, { rev: 1 }));
    const [one, two, three] = [url(), url(), url()];
    is('PUT', '/v1/invitations/{id}', await eve.put(one, { account: dan.account, message: 'Hello' }));
    is('PUT', '/v1/invitations/{id}', await eve.put(two, { email: 'nobody@y.example' }));
    is('PUT', '/v1/invitations/{id}', await fay.put(three, { account: dan.account, kind: 'request' }));
    is('GET', '/v1/invitations/{id}', await dan.get(one));
    is('POST', '/v1/invitations/{id}/accept', await dan.post(`${one}/accept`));
    is('POST', '/v1/invitations/{id}/decline', await dan.post(`${three}/decline`));
    is('POST', '/v1/invitations/{id}/withdraw', await eve.post(`${two}/withdraw`));
    is('GET', '/v1/invitations', await eve.get('/v1/invitations'));
    is('GET', '/v1/changes', await dan.get('/v1/changes?limit=500'));
    is('GET', '/v1/profiles', await eve.get('/v1/profiles?q=pipes'));
    is('GET', '/v1/profiles/{account}', await eve.get(`/v1/profiles/${dan.account}`));
    is('POST', '/v1/partners/{account}/encourage', await eve.post(`/v1/partners/${dan.account}/encourage`, { message: 'Hello' }));
    is('DELETE', '/v1/partners/{account}', await eve.delete(`/v1/partners/${dan.account}`));
    for (const name of ['profile', 'referral-program', 'recommended']) is('GET', `/${name}/{account}`, await net.api.get(`/${name}/${dan.account}`));
    is('POST', '/profile/{account}', await net.api.form(`/profile/${dan.account}`, { email: 'eve@x.example', password: PASSWORD }));
    await fay.put(url(), { email: 'guest@y.example' });
    const [{ link }] = await mailsTo(net.api, 'guest@y.example');
    is('GET', '/invitation', await net.api.get(link.slice(link.indexOf('/invitation'))));
    is('POST', '/invitation', await net.api.form('/invitation', { token: link.split('=')[1], decision: 'decline' }));
}

test('answers are as the document says', async () => {
    const id = uuid(), note = uuid(), seen = new Set();
    const is = (method, route, answer) => { assertAnswer(method, route, answer); seen.add(`${method} ${route}`); };
    const input = lead(ben, { value: { amount: 5, currency: 'GBP' }, comments: 'a\nb', contact: { first_name: 'P', email: 'p@x.example', phone_1: '01632 960123', country_code: 'GB' },
        permission: { given: true, method: 'form', at: '2026-01-01T00:00:00.000Z', channels: ['phone', 'sms'] } });
    is('PUT', '/v1/referrals/{id}', await ann.put(`/v1/referrals/${id}`, input));
    const again = await ann.put(`/v1/referrals/${uuid()}`, { ...input, to: { outside: { name: 'Ola', email: 'ola@els.example' } } });
    is('PUT', '/v1/referrals/{id}', again);
    is('PUT', '/v1/referrals/{id}', await ann.put(`/v1/referrals/${uuid()}`, { ...input, known_and_spoken: false }));
    is('GET', '/v1/referrals/duplicates', await ann.get(`/v1/referrals/duplicates?to=${ben.account}&phone=01632+960123`));
    is('POST', '/v1/referrals/{id}/remind', await ann.post(`/v1/referrals/${id}/remind`));
    const copy = await send(ann, ben);
    is('POST', '/v1/referrals/{id}/withdraw', await ann.post(`/v1/referrals/${copy.id}/withdraw`));
    is('POST', '/v1/referrals/{id}/pick-up', await ben.post(`/v1/referrals/${id}/pick-up`));
    is('POST', '/v1/referrals/{id}/confirm', await ben.post(`/v1/referrals/${id}/confirm`, { verdict: 'lead', message: 'Thanks', value: { amount: 1, currency: 'EUR' } }));
    is('POST', '/v1/referrals/{id}/outcome', await ben.post(`/v1/referrals/${id}/outcome`, { outcome: 'won' }));
    is('PUT', '/v1/referrals/{id}/notes/{sub}', await ben.put(`/v1/referrals/${id}/notes/${note}`, { text: 'x' }));
    is('GET', '/v1/referrals/{id}/notes/{sub}', await ben.get(`/v1/referrals/${id}/notes/${note}`));
    is('GET', '/v1/referrals/{id}/notes', await ben.get(`/v1/referrals/${id}/notes`));
    const refused = await send(ann, ben);
    await act(ben, refused, 'confirm', { verdict: 'not_a_lead', reason_code: 'no_need' });
    is('GET', '/v1/referrals/{id}', await ann.get(`/v1/referrals/${refused.id}`));
    is('GET', '/v1/referrals', await ben.get('/v1/referrals?limit=2'));
    is('GET', '/v1/partners', await ben.get('/v1/partners'));
    await theNetwork(is);
    await theGroups(is);
    for (const name of ['give-take', 'not-a-lead-reasons', 'speed']) is('GET', `/v1/reports/${name}`, await ann.get(`/v1/reports/${name}`));
    is('GET', '/v1/changes', await ben.get('/v1/changes?limit=500'));
    is('GET', '/v1/changes', await ben.get(`/v1/changes?since=${(await ben.get('/v1/me')).body.scopes[0].state}`));
    const { headers, request } = await ben.events();
    request.destroy();
    assert.ok(headers['content-type'].startsWith(Object.keys(operation('GET', '/v1/events').responses['2XX'].content)[0]));
    seen.add('GET /v1/events');
    is('GET', '/v1/me', await ann.get('/v1/me'));
    is('GET', '/v1/me/email-settings', await ann.get('/v1/me/email-settings'));
    is('PUT', '/v1/me/email-settings', await ann.put('/v1/me/email-settings', { settings: [{ type: 'outcome', on: true }] }, { create: false }));
    is('PATCH', '/v1/me', await ann.patch('/v1/me', { name: 'Ann', company_name: null }, { rev: 1 }));
    is('POST', '/v1/accounts', await net.api.post('/v1/accounts', { email: 'new@x.example', password: PASSWORD, name: 'New' }));
    const login = await net.api.request('POST', '/v1/login', { email: 'new@x.example', password: PASSWORD });
    is('POST', '/v1/login', login);
    const refreshed = await net.api.request('POST', '/oauth/token', { grant_type: 'refresh_token', refresh_token: login.body.refresh_token });
    is('POST', '/oauth/token', refreshed);
    is('POST', '/oauth/revoke', await net.api.request('POST', '/oauth/revoke', { token: refreshed.body.refresh_token }));
    is('GET', '/.well-known/oauth-authorization-server', await net.api.get('/.well-known/oauth-authorization-server'));
    const device = await net.api.form('/oauth/device_authorization', { client_id: 'c' });
    is('POST', '/oauth/device_authorization', device);
    is('GET', '/device', await net.api.get('/device'));
    is('POST', '/device', await net.api.form('/device', { user_code: device.body.user_code, decision: 'deny' }));
    const pending = await net.api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' });
    assert.deepEqual(check(doc.components.responses.oauth_error.content['application/json'].schema, pending.body), []);
    const sessions = await ann.get('/v1/sessions');
    is('GET', '/v1/sessions', sessions);
    const other = await net.api.login(ann.email), listed = (await other.get('/v1/sessions')).body.items.find((s) => s.current);
    is('DELETE', '/v1/sessions/{id}', await ann.delete(`/v1/sessions/${listed.id}`));
    is('POST', '/v1/batch', await ann.request('POST', '/v1/batch', { operations: [{ key: uuid(), method: 'PUT', path: `/v1/referrals/${uuid()}`, if_none_match: true, body: lead(ben) },
        { key: uuid(), method: 'POST', path: `/v1/referrals/${uuid()}/withdraw` }] }));
    for (const route of ['/v1/openapi.json', '/healthz', '/readyz', '/metrics']) is('GET', route, await net.api.get(route));
    const sam = await net.api.user('sam@x.example'), totp = await sam.post('/v1/me/totp', { password: PASSWORD });
    is('POST', '/v1/me/totp', totp);
    is('POST', '/v1/me/totp/confirm', await sam.post('/v1/me/totp/confirm', { code: codeOf(totp.body.secret) }));
    is('GET', '/v1/me/totp', await sam.get('/v1/me/totp'));
    is('POST', '/v1/me/totp/recovery-codes', await sam.post('/v1/me/totp/recovery-codes', { password: PASSWORD }));
    is('DELETE', '/v1/me/totp', await sam.write('DELETE', '/v1/me/totp', { password: PASSWORD }));
    const [{ link }] = await mailsTo(net.api, await net.api.login('new@x.example'));
    is('GET', '/verify', await net.api.get(link.slice(link.indexOf('/verify'))));
    is('POST', '/verify', await net.api.form('/verify', { token: link.split('=')[1] }));
    is('POST', '/v1/me/verify-email', await sam.post('/v1/me/verify-email'));
    is('POST', '/v1/password-reset', await net.api.request('POST', '/v1/password-reset', { email: 'nobody@x.example' }));
    const [outside] = await mailsTo(net.api, 'ola@els.example');
    is('GET', '/lead', await net.api.get(outside.link.slice(outside.link.indexOf('/lead'))));
    is('POST', '/lead', await net.api.form('/lead', { token: outside.link.split('=')[1], act: 'open', rev: '1' }));
    is('GET', '/reset', await net.api.get('/reset'));
    is('POST', '/reset', await net.api.form('/reset', { email: 'nobody@x.example' }));
    is('GET', '/v1/me/export', await sam.get('/v1/me/export'));
    is('POST', '/v1/me/email', await sam.post('/v1/me/email', { email: 'sam@new.example', password: PASSWORD }));
    const moving = (await mailsTo(net.api, sam)).find((one) => one.type === 'new-address').link;
    is('GET', '/email', await net.api.get(moving.slice(moving.indexOf('/email'))));
    is('POST', '/email', await net.api.form('/email', { token: moving.split('=')[1] }));
    is('POST', '/v1/me/password', await sam.post('/v1/me/password', { current: PASSWORD, new: 'another passphrase' }));
    is('DELETE', '/v1/me', await sam.write('DELETE', '/v1/me', { confirm: 'sam@new.example', password: 'another passphrase' }));
    const root = await net.api.user('root@x.example', { admin: true }), mail = uuid();
    await net.api.restart(() => sql(net.api.database, `INSERT INTO mail (id, type, key, email, language, value_texts, state, attempts, created_at, next_at, error)
        VALUES (${literal(mail)}, 'invitation', 'x', 'x@x.example', 'en', '{}', 4, 7, 1, 1, '550 no');`));
    is('GET', '/v1/admin/mail', await root.get('/v1/admin/mail'));
    is('POST', '/v1/admin/mail/{id}/retry', await root.post(`/v1/admin/mail/${mail}/retry`));
    for (const method of ['GET', 'POST']) { // with a link of a mail: smtp.test.js
        const page = await net.api.request(method, '/unsubscribe');
        assert.ok(page.status === 404 && page.headers['content-type'].startsWith('text/html'));
        seen.add(`${method} /unsubscribe`);
    }
    seen.add('POST /v1/mail/inbound'); // of a server with a secret: calendar.test.js
    const all = Object.entries(doc.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
    assert.deepEqual(all.filter((one) => !seen.has(one)), [], 'not asked here');
});

test('problems are as the document says', async () => {
    const { schema } = doc.components.responses.problem.content['application/problem+json'];
    const sent = await send(ann, ben), url = `/v1/referrals/${sent.id}`;
    const answers = [await ann.get(`/v1/referrals/${uuid()}`), await ann.put(`/v1/referrals/${uuid()}`, {}), await ann.post(`${url}/confirm`, { verdict: 'lead' }),
        await net.api.get('/v1/me'), await ann.get('/v1/nothing'), await ben.post(`${url}/pick-up`, null, { rev: 9 }), await ann.get('/v1/changes?since=x')];
    for (const answer of answers) {
        assert.ok(answer.status >= 400);
        assert.deepEqual(check(schema, answer.body), [], answer.text);
    }
});

test('inputs that the server takes fit the schemas, and those that it refuses by a field table do not', async () => {
    const schema = { $ref: '#/components/schemas/new_referral_input' };
    assert.deepEqual(check(schema, lead(ben)), []);
    const wrong = [{ type: 'desk' }, { need: 'x'.repeat(2001) }, { nonsense: 1 }, { contact: { country_code: 'GBR', phone_1: '01632 960123' } }, { permission: { given: true, channels: ['fax'] } }, { value: { amount: 1 } }];
    for (const extra of wrong) {
        assert.notDeepEqual(check(schema, lead(ben, extra)), [], JSON.stringify(extra));
        assert.equal((await ann.put(`/v1/referrals/${uuid()}`, lead(ben, extra))).status, 422, JSON.stringify(extra));
    }
    assert.deepEqual(check({ $ref: '#/components/schemas/account_patch' }, { company_name: null, name: 'A' }), []);
    assert.notDeepEqual(check({ $ref: '#/components/schemas/account_patch' }, { email: 'a@x.example' }), []);
});
